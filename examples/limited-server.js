'use strict'

// A Callosum server with a limit, with metrics for Prometheus, and a graceful shutdown.
//
//   MAX_SLOTS=25 PORT=4040 METRICS_PORT=9090 node examples/limited-server.js
//   curl http://127.0.0.1:9090/metrics
//   kill -TERM …    no new connections; the others are ended, and destroyed after PATIENCE ms

const http = require('node:http')
const net = require('node:net')
const CallosumServerSlots = require('..') // yours: require('callosum-server-slots')
const { answer, counter } = require('./service')

/** @param {function} methodsOf gets the slot of a connection, and returns its methods: service.js */
function serve (maxSlots, methodsOf) {
  const slots = new CallosumServerSlots({ maxSlots })
  const connections = new Map() // from each socket to the function that ends it
  let refused = 0
  let isClosing = false
  let onLastSlot

  const server = net.createServer(socket => {
    socket.on('error', () => {}) // 'close' follows
    const lease = isClosing ? undefined : slots.lease()
    if (lease === undefined) {
      refused++
      return socket.destroy() // without a slot: the client tries a server again later
    }
    socket.once('close', () => {
      connections.delete(socket)
      lease.release()
      if (isClosing && slots.size === 0) onLastSlot()
    })
    socket.write(`${lease.slot}\r\n`)
    connections.set(socket, answer(socket, methodsOf(lease.slot))) // yours: what your protocol does
  })
  slots.on('error', error => console.error(error.message, error.reason)) // memory, or a mistake of the program

  return {
    server,
    slots,

    metrics: () => [
      `slots_in_use ${slots.size}`,
      `slots_highest ${slots.maxSlotGiven - 1}`,
      `slots_refused_total ${refused}`,
      ''
    ].join('\n'),

    /** Ends all connections. Resolves when all slots are free. Destroys what remains after `timeout` ms. */
    async close (timeout) {
      isClosing = true
      const lastSlot = new Promise(resolve => { onLastSlot = resolve })
      // Its callback comes before 'close' of the last sockets: too early to check the slots.
      server.close()
      for (const end of connections.values()) end() // an idle one now, a busy one after its reply
      const timer = setTimeout(() => { for (const socket of connections.keys()) socket.destroy() }, timeout)
      if (slots.size > 0) await lastSlot
      clearTimeout(timer)
    }
  }
}

function main ({ MAX_SLOTS = '25', PORT = '4040', METRICS_PORT = '9090', PATIENCE = '10000' }) {
  const methods = counter()
  const { server, slots, metrics, close } = serve(Number(MAX_SLOTS), () => methods)
  server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
  const metricsServer = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(metrics())
  })
  metricsServer.listen(Number(METRICS_PORT), '127.0.0.1', () => console.log(`metrics on ${metricsServer.address().port}`))
  process.once('SIGTERM', async () => {
    await close(Number(PATIENCE))
    metricsServer.close()
    metricsServer.closeAllConnections() // close() waits for those that are kept alive
    console.log(`slots in use at the end: ${slots.size}`)
  })
}

module.exports = serve

if (require.main === module) main(process.env)
