'use strict'

const { sweep } = require('../steady')
const common = require('./common')

const title = 'What the imbalance depends on: pool size, roving interval, servers, and how many of them a client knows'

/** The connections stay as many, 200 a server, unless the name says otherwise. */
const sweeps = {
  pool: ({ servers, clients, pool }) =>
    [2, 5, 10, 20, 50, 100, 200].map(x => ({ pool: x, clients: Math.round(clients * pool / x) })),
  interval: () => [0.2, 0.5, 1, 2, 5, 10, 20, 40].map(interval => ({ interval })),
  servers: ({ servers, clients }) =>
    [10, 30, 100, 300, 600].map(x => ({ servers: x, clients: Math.round(clients * x / servers) })),
  'servers, with 20,000 connections in all': () => [10, 30, 100, 300, 1000].map(servers => ({ servers })),
  known: () => [1, 2, 3, 5, 10, 20, 50].map(known => ({ known }))
}

async function run ({ seed, progress, only = Object.keys(sweeps), ...options }) {
  const base = { ...common.fleet, ...options }
  const rows = []
  for (const [i, name] of only.entries()) {
    const list = common.product({ policy: common.policies, varied: sweeps[name](base) })
      .map(({ policy, varied }) => ({ policy, ...varied }))
    const onProgress = share => progress.at((i + share) / only.length, name)
    const taken = await sweep(list, { ...base, seed }, onProgress)
    rows.push(...taken.map(row => ({ sweep: name, x: row[name.split(',')[0]], ...row })))
  }
  return { settings: base, rows }
}

function tables ({ rows }) {
  const names = [...new Set(rows.map(row => row.sweep))]
  return names.map(name => {
    const points = [...new Set(rows.filter(row => row.sweep === name).map(row => row.x))]
    const find = (policy, x) => rows.find(row => row.sweep === name && row.policy === policy && row.x === x)
    return {
      caption: `Highest load over mean, by ${name}`,
      rows: [
        [name.split(',')[0], ...points.map(String)],
        ...common.policies.map(policy => [policy, ...points.map(x => find(policy, x).highest.toFixed(3))])
      ]
    }
  })
}

module.exports = { title, run, tables }
