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

async function until (condition) {
  const end = Date.now() + WAIT
  while (!condition()) {
    assert.ok(Date.now() < end, `waited ${WAIT} ms for ${condition}`)
    await sleep(2)
  }
}

/** A server that calls `serve` with each connection, and the number of those before it. */
async function listen (t, serve, { listener = handler => net.createServer(handler), ...options } = {}) {
  const sockets = new Set()
  const server = listener(socket => {
    const count = address.accepted++
    address.times.push(Date.now())
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
    times: [],
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

/** A client that is closed at the end of the test. `failures` has the errors of 'failed'. */
function connect (t, servers, options) {
  const client = new CallosumClient({ servers, interval: 5, fillInterval: 5, offers: 1, timeout: 1000 * PATIENCE, ...options })
  client.failures = []
  client.on('failed', (server, error) => client.failures.push({ server, error }))
  t.after(() => client.close({ timeout: 0 }))
  return client
}

function slotsOf (client) {
  return client.connections.map(({ slot }) => slot)
}

module.exports = { PATIENCE, WAIT, sleep, until, listen, slots, connect, slotsOf }
