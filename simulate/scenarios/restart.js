'use strict'

const { Fleet } = require('../fleet')
const { average, round, sample } = require('../measures')
const common = require('./common')

const title = 'Rolling restarts: every server once, one after another, fast and slow'

const TURNS = [0.5, 1, 2, 5, 10, 20, 50, 100] // that the whole restart takes
const AT_REST = 30 // turns before it begins
const AFTER = 10 // turns after it has ended

async function run ({ seed, progress, turns = TURNS, ...options }) {
  const base = { ...common.fleet, ...options }
  const list = common.product({ policy: common.policies, turns })
  const rows = []
  for (const [i, { policy, turns }] of list.entries()) {
    rows.push({ policy, turns, ...await restart({ ...base, policy, seed }, turns) })
    progress.at((i + 1) / list.length, `restart in ${turns} turns, ${policy}`)
  }
  return { settings: base, rows }
}

async function restart (settings, turns) {
  const fleet = await Fleet.load(settings)
  const { turn } = fleet
  fleet.run(AT_REST * turn)
  const samples = []
  for (let server = 0; server < settings.servers; server++) {
    fleet.restart(server)
    const until = fleet.now + turns * turn / settings.servers
    samples.push(...sample(fleet, until, until - fleet.now))
  }
  const after = sample(fleet, fleet.now + AFTER * turn, turn / 10)
  return {
    highest: Math.max(...samples.map(one => one.highest)),
    connections: round(Math.min(...samples.map(one => one.connections)) / (settings.clients * settings.pool)),
    highestAfter: average(after.slice(-20), 'highest')
  }
}

function tables ({ settings, rows }) {
  const turns = [...new Set(rows.map(row => row.turns))]
  const find = (policy, turns) => rows.find(row => row.policy === policy && row.turns === turns)
  const lines = show => [
    ['turns that it takes', ...turns.map(String)],
    ...common.policies.map(policy => [policy, ...turns.map(turns => show(find(policy, turns)))])
  ]
  return [
    { caption: `The highest load over mean at the worst moment; a turn is ${settings.pool * settings.interval} s`, rows: lines(row => row.highest.toFixed(2)) },
    { caption: 'Connections at the worst moment, of those at rest', rows: lines(row => row.connections.toFixed(2)) },
    { caption: `Highest load over mean ${AFTER} turns later`, rows: lines(row => row.highestAfter.toFixed(2)) }
  ]
}

module.exports = { title, run, tables }
