'use strict'

const { sweep } = require('../steady')
const common = require('./common')

const title = 'How long connections have to live: exponential and Pareto lifetimes, against the turn of a pool'

const MEANS = [10, 20, 40, 60, 80, 120, 200, 600, 2000] // seconds; the turn is 20
const LIFETIMES = ['exponential', 'pareto']

async function run ({ seed, progress, means = MEANS, ...options }) {
  const base = { ...common.fleet, ...options }
  const list = common.product({ lifetime: LIFETIMES, policy: common.policies, mean: means })
  const rows = await sweep(list, { ...base, seed }, share => progress.at(share, 'lifetimes'))
  return { settings: base, rows }
}

function tables ({ settings, rows }) {
  const means = [...new Set(rows.map(row => row.mean))]
  const find = (lifetime, policy, mean) =>
    rows.find(row => row.lifetime === lifetime && row.policy === policy && row.mean === mean)
  const lines = (show) => [
    ['seconds, on average', ...means.map(String)],
    ...common.product({ lifetime: LIFETIMES, policy: common.policies }).map(({ lifetime, policy }) =>
      [`${policy}, ${lifetime}`, ...means.map(mean => show(find(lifetime, policy, mean)))])
  ]
  return [
    { caption: `Highest load over mean, by lifetime; a turn is ${settings.pool * settings.interval} s`, rows: lines(row => row.highest.toFixed(3)) },
    { caption: 'Connections opened a second', rows: lines(row => row.openedPerSecond.toFixed(0)) }
  ]
}

module.exports = { title, run, tables }
