'use strict'

// Clients of the example server, well-behaved and ill-behaved. A client holds its slot from
// when it has read it until it begins to leave. A slot that two clients hold is a fault.

const net = require('node:net')

// On Linux all of 127.0.0.0/8 is this machine. With one address the ephemeral ports would run
// out, since a port cannot be used again for a minute.
const ADDRESSES = process.platform === 'linux' ? Array.from({ length: 16 }, (_, i) => `127.0.0.${2 + i}`) : ['127.0.0.1']

const PATIENCE = 50 // ms: the most that a client waits before it leaves
const NEWS = Buffer.alloc(1 << 16) // what nobody asked for

/** The kinds of short connections. Each leaves by itself. */
const shorts = {
  'ends after it has read its slot': { onSlot: client => client.end() },
  'resets after it has read its slot': { onSlot: client => client.reset() },
  'stays for a while': { onSlot: (client, wait) => setTimeout(() => client.end(), wait) },
  'resets at once': { onConnect: client => client.reset() },
  'half closes at once, and reads on': { onConnect: client => client.end() },
  'talks, then ends': { onSlot: client => client.socket.write(NEWS, () => client.end()) },
  'talks, then resets': { onSlot: client => client.socket.write(NEWS, () => client.reset()) },
  'never reads, and resets': { mute: true, onConnect: (client, wait) => setTimeout(() => client.reset(), wait) },
  'never reads, half closes, and vanishes': {
    mute: true,
    onConnect: (client, wait) => {
      client.end()
      setTimeout(() => client.socket.destroy(), wait)
    }
  }
}

/** The kinds of connections that stay until they are told to leave. */
const longs = { reads: {}, 'never reads': { mute: true } }

class Client {
  constructor (clients, behaviour) {
    this.clients = clients
    const { mute, onConnect = () => {}, onSlot = () => {} } = behaviour
    const { port, random } = clients
    const wait = random(PATIENCE)
    const localAddress = ADDRESSES[random(ADDRESSES.length)]
    const socket = net.connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true })
    this.socket = socket
    this.slot = undefined
    let received = ''
    socket.on('error', error => clients.failed(error))
    this.closed = new Promise(resolve => socket.on('close', resolve))
    // It has its slot, or will never read it.
    this.settled = new Promise(resolve => {
      socket.on('connect', () => {
        onConnect(this, wait)
        if (mute) resolve()
      })
      socket.on('close', resolve)
      if (mute) return
      socket.setEncoding('latin1').on('data', data => {
        received += data
        if (!received.includes('\n')) return
        this.hold(received)
        onSlot(this, wait)
        resolve()
      })
    })
    socket.on('end', () => this.end())
  }

  hold (received) {
    if (!/^(0|[1-9]\d*)\r\n$/.test(received)) return this.clients.faults.push(`a client received ${JSON.stringify(received)}`)
    this.clients.slotsRead++
    if (this.leaving) return // the server may have freed it already
    this.slot = parseInt(received, 10)
    const { holders } = this.clients
    if (holders.has(this.slot)) this.clients.faults.push(`two clients hold slot ${this.slot}`)
    holders.set(this.slot, this)
  }

  /** Called before the server can know that the client leaves. */
  leave () {
    this.leaving = true
    if (this.clients.holders.get(this.slot) === this) this.clients.holders.delete(this.slot)
  }

  end () {
    this.leave()
    this.socket.end()
  }

  reset () {
    this.leave()
    this.socket.resetAndDestroy()
  }
}

class Clients {
  /** @param random gives integers below its argument */
  constructor (port, random) {
    this.port = port
    this.random = random
    this.holders = new Map() // from each slot that a client has read to the client
    this.faults = []
    this.slotsRead = 0
    this.opened = 0
  }

  open (behaviours) {
    const all = Object.values(behaviours)
    this.opened++
    return new Client(this, all[this.random(all.length)])
  }

  /** A short connection. */
  async short () {
    const client = this.open(shorts)
    await client.closed
  }

  /** A connection that stays, when it has its slot. */
  async long () {
    const client = this.open(longs)
    await client.settled
    return client
  }

  async dismiss (client) {
    if (this.random(2) === 0) client.reset()
    else if (client.slot === undefined) client.socket.destroy() // one that never reads would not see the end
    else client.end()
    await client.closed
  }

  failed (error) {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') this.faults.push(`a client failed: ${error.message}`)
  }
}

module.exports = Clients
module.exports.Client = Client
