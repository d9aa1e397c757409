'use strict'

// A client of the fleet, in a process of its own, which sends requests. Its parent sends it the
// list of servers, and tells it when to halt and when to end.

const { setTimeout: sleep } = require('node:timers/promises')
const CallosumClient = require('../../client.js')
const { exchange } = require('../requests')

const DEADLINE = 60_000 // ms, of a request: long, since the machine may be busy

const { connections, interval, ejectionTime } = JSON.parse(process.argv[2])
let servers = []
const client = new CallosumClient({
  servers: () => servers,
  connections,
  interval,
  fillInterval: interval,
  outliers: { ejectionTime }
})
const failures = {} // how many requests failed, by the port of the server
let ejections = 0
client.on('ejected', () => ejections++)

// Each request is the last act of a lease that lasts for a time, so that about an eighth of the
// pool is leased; at most a quarter, on a busy machine.
const halted = new AbortController()
const working = setInterval(() => {
  if (client.stats.idle === 0 || client.stats.leased > connections / 4) return
  let port
  client.use(async ({ socket, server }) => {
    port = server.port
    await sleep(Math.random() * connections / 4 * interval, undefined, { signal: halted.signal }).catch(() => {})
    await exchange(socket, { method: 'add', by: 1 })
  }, { timeout: DEADLINE }).catch(() => { failures[port] = (failures[port] || 0) + 1 })
}, interval)

const tasks = {
  servers (list) { servers = list },

  // Stops roving and leasing, and replies with the connections of the pool.
  async halt () {
    clearInterval(working)
    servers = []
    halted.abort()
    while (client.stats.leased > 0 || client.stats.connecting > 0) await sleep(10)
    process.send({
      failures,
      ejections,
      held: client.connections.map(({ server, socket, slot }) => ({
        server: server.port, peer: `${socket.localAddress}:${socket.localPort}`, slot
      }))
    })
  },

  // With no connection left, the process ends by itself.
  end () {
    process.channel.unref()
    client.close({ timeout: 0 })
  }
}

process.on('message', ({ task, argument }) => tasks[task](argument))
process.channel.ref()
process.send({ ready: true })
