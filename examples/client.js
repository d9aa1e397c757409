'use strict'

// A Callosum client over TCP. A rover connects to servers at random and hands the
// connections to a pool, which keeps those with the lowest slots.
//
//   node examples/client.js 4040 5050    servers on these ports of 127.0.0.1
//   const CallosumClient = require('./client')    in a program, see below

const EventEmitter = require('events')
const net = require('net')

const PATIENCE = 2000 // ms: a server that has not sent a slot by then is given up

/**
 * Emits 'open' with a connection that it keeps, and 'close' when it is gone:
 * `{ socket, slot, server }`.
 *
 *   const client = new CallosumClient({ servers: [{ host, port }], maxSlots: 10, interval: 500 })
 *   const lease = client.lease()
 *   if (lease !== undefined) {
 *     lease.socket.write('what your protocol has it')
 *     lease.release() // when the answer is there
 *   }
 */
class CallosumClient extends EventEmitter {
  /** `servers` may be changed at any time: what is removed is not connected to again. */
  constructor ({ servers, maxSlots, interval }) {
    super()
    this.servers = servers
    this.pool = new Pool(maxSlots, this)
    this.rover = new Rover(this, interval)
  }

  /** The connections that are kept, the lowest slot first. */
  get connections () { return this.pool.connections }

  /** The idle connection with the lowest slot, to be released; undefined where none is idle. */
  lease () { return this.pool.lease() }

  /** Connects no more; what is kept stays. Resolves when no connection is under way. */
  stopRoving () { return this.rover.stop() }

  /** Closes every connection, leased ones too. */
  async close () {
    await this.stopRoving()
    for (const connection of [...this.connections]) connection.socket.destroy()
  }
}

/** Keeps the `maxSlots` connections with the lowest slots. */
class Pool {
  constructor (maxSlots, events) {
    this.maxSlots = maxSlots
    this.events = events
    this.connections = [] // the lowest slot first
    this.leased = new Set()
  }

  add (connection) {
    const { connections, leased, events } = this
    connections.push(connection)
    // Of two with the same slot the older comes first, and stays: to go from one
    // to the other would gain nothing.
    connections.sort((a, b) => a.slot - b.slot)
    this.trim()
    if (!connections.includes(connection)) return

    connection.socket.on('close', () => {
      const i = connections.indexOf(connection)
      if (i >= 0) connections.splice(i, 1)
      leased.delete(connection)
      events.emit('close', connection)
    })
    events.emit('open', connection)
  }

  lease () {
    const { connections, leased } = this
    const connection = connections.find(connection => !leased.has(connection))
    if (connection === undefined) return undefined
    leased.add(connection)
    let released = false
    const release = () => {
      if (released) return
      released = true
      leased.delete(connection)
      this.trim()
    }
    return { ...connection, release }
  }

  /** Closes what is too many. A leased connection waits until it is released. */
  trim () {
    const { connections, leased, maxSlots } = this
    for (const connection of connections.slice(maxSlots)) {
      if (leased.has(connection)) continue
      connections.splice(connections.indexOf(connection), 1)
      connection.socket.destroy()
    }
  }
}

/** Connects to one random server after the other, on and on. */
class Rover {
  constructor (client, interval) {
    this.client = client
    this.interval = interval
    this.roving = true
    this.timer = null
    this.underway = Promise.resolve()
    this.wait(0)
  }

  // Jittered, or clients that started together would stay together: 0.5 to 1.5
  // intervals, the whole interval the first time too.
  wait (least = this.interval / 2) {
    if (!this.roving) return
    this.timer = setTimeout(() => { this.underway = this.rove() }, least + Math.random() * this.interval)
  }

  async rove () {
    const { servers, pool } = this.client
    if (servers.length > 0) {
      const connection = await connect(servers[Math.floor(Math.random() * servers.length)])
      if (connection !== undefined) pool.add(connection)
    }
    this.wait()
  }

  stop () {
    this.roving = false
    clearTimeout(this.timer)
    return this.underway
  }
}

/** A connection with its slot; undefined where the server gives none. */
function connect (server) {
  return new Promise(resolve => {
    const socket = net.connect(server)
    let text = ''

    function read (data) {
      text += data.toString('latin1')
      if (!/^(\d{1,10}(\r\n?)?)?$/.test(text)) return socket.destroy() // does not speak Callosum
      if (!text.endsWith('\n')) return // the rest is still to come
      socket.off('data', read)
      socket.setTimeout(0)
      socket.resume() // only who reads sees the end: an idle connection, too
      resolve({ socket, slot: parseInt(text, 10), server })
    }

    socket.on('data', read)
    socket.setTimeout(PATIENCE, () => socket.destroy())
    socket.setKeepAlive(true, 60000) // finds out servers that vanish without a FIN
    socket.on('error', () => {}) // as when it is refused or reset: 'close' follows
    socket.on('close', () => resolve(undefined))
  })
}

module.exports = CallosumClient

// ---- The program: says what it keeps and what is gone ----

if (require.main === module) {
  const MAX_SLOTS = 10
  const INTERVAL = 500 // ms
  const ports = process.argv.slice(2)
  const isPort = port => /^\d+$/.test(port) && port > 0 && port <= 65535

  if (ports.length === 0 || !ports.every(isPort)) {
    console.error('Usage: node examples/client.js PORT…    ports of Callosum servers on 127.0.0.1')
    process.exitCode = 1
  } else {
    const servers = ports.map(port => ({ host: '127.0.0.1', port: Number(port) }))
    const client = new CallosumClient({ servers, maxSlots: MAX_SLOTS, interval: INTERVAL })
    const report = (sign, { slot, server }) =>
      console.log(`${sign} ${slot}  ${server.host}:${server.port}  ${client.connections.length} of ${MAX_SLOTS}`)
    client.on('open', connection => report('+', connection))
    client.on('close', connection => report('-', connection))
    // With no connection left to wait for, the process ends by itself.
    process.on('SIGINT', () => client.close())
    process.on('SIGTERM', () => client.close())
  }
}
