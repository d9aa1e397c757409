'use strict'

// Servers on 127.0.0.1 whose behaviour a test determines, and clients for them.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const net = require('node:net')
const { CallosumClient } = require('../../client.js')

const { setTimeout } = global // clock.js replaces the global one

// How many times as long everything may take, as under an emulator.
const PATIENCE = Number(process.env.TEST_PATIENCE || 1)

// The longest that any test waits for any one thing, in ms.
const WAIT = 10000 * PATIENCE

function sleep (time) {
  return new Promise(resolve => setTimeout(resolve, time))
}

async function until (condition, describe = () => String(condition), wait = WAIT) {
  const end = Date.now() + wait
  while (!condition()) {
    assert.ok(Date.now() < end, `waited ${wait} ms for ${describe()}`)
    await sleep(2)
  }
}

/** A server that calls `serve` with each connection, and the number of those before it. */
async function listen (t, serve, { listener = handler => net.createServer(handler), ...options } = {}) {
  const sockets = new Set()
  const server = listener(socket => {
    const count = address.accepted++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.setNoDelay(true)
    serve(socket, count)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = { host: '127.0.0.1', port: server.address().port, ...options }
  Object.defineProperties(address, Object.getOwnPropertyDescriptors({
    accepted: 0,
    sockets,
    stop () {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(resolve))
    }
  }))
  t.after(() => address.stop())
  return address
}

/** Gives each connection the next of these slots, then higher and higher ones. */
function slots (...given) {
  return (socket, count) => {
    socket.resume()
    socket.write(`${count < given.length ? given[count] : 1000 + count}\r\n`)
  }
}

/**
 * A client that is closed at the end of the test, with one connection unless the options say
 * otherwise. It records what comes with 'failed', 'open' and 'close'.
 */
function connect (t, servers, options) {
  const defaults = { connections: 1, interval: 5, fillInterval: 5, offers: 1, timeout: 1000 * PATIENCE }
  const client = new CallosumClient({ servers, ...defaults, ...options })
  const [failures, opened, closed] = [[], [], []]
  client.on('failed', (server, error) => failures.push({ server, error }))
  client.on('open', connection => opened.push(connection))
  client.on('close', connection => closed.push(connection))
  t.after(() => client.close({ timeout: 0 }))
  return Object.assign(client, { failures, opened, closed })
}

/** A server and a client for it. */
async function pair (t, serve, options, serverOptions) {
  const server = await listen(t, serve, serverOptions)
  return { server, client: connect(t, [server], options) }
}

/** Waits until the client has this many connections. */
function filled (client, count = 1) {
  return until(() => client.connections.length === count)
}

/** The slots of connections or leases, or of the connections of a client. */
function slotsOf (owner) {
  return (owner.connections || owner).map(({ slot }) => slot)
}

module.exports = { PATIENCE, WAIT, sleep, until, listen, slots, connect, pair, filled, slotsOf }
