'use strict'

// A Callosum client: keeps connections to the servers that offer the lowest slots, and
// prints which connections open and close.
//
//   node examples/client.js 4040 5050    servers on these ports of 127.0.0.1

const CallosumClient = require('../client.js') // yours: require('callosum-server-slots/client')

const CONNECTIONS = 10
const INTERVAL = 500 // ms

function main (ports) {
  const client = new CallosumClient({
    servers: ports.map(port => ({ host: '127.0.0.1', port: Number(port) })),
    connections: CONNECTIONS,
    interval: INTERVAL
  })

  const report = (sign, { slot, server }) =>
    console.log(`${sign} ${slot}  ${server.host}:${server.port}  ${client.connections.length} of ${CONNECTIONS}`)
  client.on('open', connection => report('+', connection))
  client.on('close', connection => report('-', connection))
  client.on('failed', (server, error) => console.log(`! ${server.host}:${server.port}  ${error.message}`))

  // When no connection is left, the process ends by itself.
  const stop = () => client.close()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.stdout.on('error', stop) // its reader has closed it, as head does
}

const ports = process.argv.slice(2)
const isPort = port => /^\d+$/.test(port) && port > 0 && port <= 65535

if (ports.length > 0 && ports.every(isPort)) {
  main(ports)
} else {
  console.error('Usage: node examples/client.js PORT…    ports of Callosum servers on 127.0.0.1')
  process.exitCode = 1
}
