'use strict'

// node bench/cluster.js: one slot manager for each worker of a Node.js cluster,
// or one for the machine? On 127.0.0.1, with about two thousand connections.

const { fork } = require('child_process')
const { once } = require('events')
const { writeFileSync } = require('fs')
const net = require('net')
const path = require('path')

const { describe, machine } = require('../common/machine')
const { file, readOptions } = require('../common/options')
const Random = require('../common/random')
const { median } = require('../common/statistics')
const { figure, table } = require('../common/table')

const WORKERS = 4
const OPEN = 1000 // connections held
const SHORT = 2000 // connections that come and go, in each round
const ROUNDS = 5 // interleaved, since the machine's speed varies; the median counts
const AT_ONCE = 20
const ROVERS = 30 // clients, with pools of 20, that rove over two machines
const POOL = 20
const ROVES = 200 // of each client
const TIME_LIMIT = 300_000

const ways = [
  { name: 'a manager in each worker, Node.js spreads', where: 'worker', scheduling: 'rr' },
  { name: 'a manager in each worker, the system spreads', where: 'worker', scheduling: 'none' },
  { name: 'one manager in the primary, over IPC', where: 'machine', scheduling: 'rr' }
]

async function main () {
  const options = readOptions('node bench/cluster.js [options]', { json: file('writes every figure into a file') })
  const timer = setTimeout(() => {
    console.error(`Not done after ${TIME_LIMIT / 1000} s`)
    process.exit(1)
  }, TIME_LIMIT)
  const results = []
  const costs = ways.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, way] of ways.entries()) costs[i].push(await cost(way))
  }
  for (const [i, way] of ways.entries()) {
    const middle = name => median(costs[i].map(one => one[name]))
    results.push({ ...way, microseconds: middle('microseconds'), wait: middle('wait'), ...await one(way), ...await two(way) })
  }
  clearTimeout(timer)
  const run = { ...machine(), workers: WORKERS, open: OPEN, short: SHORT, results }
  for (const { caption, rows } of tables(run)) console.log(['', caption, ...table(rows)].join('\n'))
  console.log(`\n${describe(run)}`)
  if (options.json) writeFileSync(options.json, JSON.stringify(run, null, 2) + '\n')
}

/** The processor time of a connection in all processes of a machine, and the wait for its slot. */
async function cost (way) {
  const server = await start(way, WORKERS)
  await comeAndGo(server.port, SHORT / 4) // warms it up
  const before = await server.holds(0)
  const waits = await comeAndGo(server.port, SHORT)
  const after = await server.holds(0)
  server.stop()
  return { microseconds: (after.cpu - before.cpu) / SHORT, wait: median(waits) }
}

/** The slots that the clients of a machine get, and the loads of its workers. */
async function one (way) {
  const random = new Random(1)
  const server = await start(way, WORKERS)
  const clients = []
  for (let i = 0; i < OPEN; i++) clients.push(await connect(server.port))
  await server.holds(OPEN)
  random.shuffle(clients)
  for (const { socket } of clients.splice(0, OPEN / 2)) socket.destroy()
  await server.holds(OPEN / 2)
  for (let i = 0; i < OPEN / 2; i++) clients.push(await connect(server.port))
  const { loads } = await server.holds(OPEN)
  const slots = clients.map(({ slot }) => slot)
  for (const { socket } of clients) socket.destroy()
  await server.holds(0)
  server.stop()
  return {
    highestSlot: Math.max(...slots),
    differentSlots: new Set(slots).size,
    loads
  }
}

/**
 * The loads of the workers of two machines, the second with twice as many workers, if
 * clients keep the lowest slots.
 */
async function two (way) {
  const random = new Random(2)
  const servers = [await start(way, WORKERS / 2), await start(way, WORKERS)]
  const pools = Array.from({ length: ROVERS }, () => [])
  for (let rove = 0; rove < ROVES; rove++) {
    for (const pool of pools) {
      const client = await connect(servers[random.below(2)].port)
      pool.push(client)
      if (pool.length <= POOL) continue
      pool.sort((a, b) => a.slot - b.slot)
      // Wait until the server has freed the slot.
      const { socket } = pool.pop()
      socket.end()
      await once(socket, 'close')
    }
  }
  const states = []
  for (const server of servers) states.push(await server.state())
  for (const { socket } of pools.flat()) socket.destroy()
  for (const server of servers) server.stop()
  return { loadsOfTwo: states.map(({ loads }) => loads) }
}

/** Many connections that end as soon as they have their slot. */
async function comeAndGo (port, count) {
  const waits = []
  let begun = 0
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (begun++ < count) {
      const { socket, wait } = await connect(port)
      waits.push(wait)
      socket.destroy()
    }
  }))
  return waits
}

async function connect (port) {
  const began = performance.now()
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', error => { throw error })
  const [data] = await once(socket, 'data') // a few bytes: they come in one piece
  return { socket, slot: parseInt(data, 10), wait: performance.now() - began }
}

async function start ({ where, scheduling }, workers) {
  const child = fork(path.join(__dirname, 'cluster', 'machine.js'), [workers, where, scheduling])
  const [{ port }] = await once(child, 'message')
  const state = async () => {
    child.send('state')
    const [state] = await once(child, 'message')
    return state
  }
  return {
    port,
    state,
    /** Waits until the workers together hold `count` connections; returns the state. */
    async holds (count) {
      for (;;) {
        const now = await state()
        if (now.loads.reduce((sum, load) => sum + load) === count) return now
      }
    },
    stop: () => child.disconnect()
  }
}

function tables ({ workers, open, short, results }) {
  const spread = loads => loads.join(' + ')
  return [
    {
      caption: `${workers} workers, ${open} connections, half of them exchanged; ${short} short ones, ${AT_ONCE} at once`,
      rows: [
        ['', 'µs of processor a connection', 'ms to the slot', 'slots up to', 'different', 'load of the workers'],
        ...results.map(result => [
          result.name,
          figure(result.microseconds),
          figure(result.wait),
          String(result.highestSlot),
          String(result.differentSlots),
          spread(result.loads)
        ])
      ]
    },
    {
      caption: `${ROVERS} clients with pools of ${POOL}, over a machine of ${workers / 2} workers and one of ${workers}`,
      rows: [
        ['', 'the smaller', 'the larger'],
        ...results.map(({ name, loadsOfTwo }) => [name, ...loadsOfTwo.map(spread)])
      ]
    }
  ]
}

module.exports = tables

if (require.main === module) {
  main().catch(error => {
    console.error(error)
    process.exitCode = 1
  })
}
