'use strict'

// A client whose listeners all throw. Prints which of them were called, and how many of their
// exceptions were uncaught. Ends when a connection has joined the pool all the same.

const net = require('net')
const CallosumClient = require('../../client.js')

const called = []
let uncaught = 0
process.on('uncaughtException', error => {
  if (!/^thrown$/.test(error.message)) throw error
  uncaught++
})

let count = 0
const server = net.createServer(socket => {
  count++
  if (count === 1) return socket.destroy()
  socket.resume().write('0\r\n')
  if (count === 2) setTimeout(() => socket.end(), 50)
})
server.listen(0, '127.0.0.1', () => {
  const client = new CallosumClient({
    servers: [{ host: '127.0.0.1', port: server.address().port }], connections: 1, interval: 60000, fillInterval: 5, offers: 1
  })
  for (const name of ['open', 'close', 'failed']) {
    client.on(name, () => {
      called.push(name)
      if (called.length === 4) {
        console.log(`${called.join(' ')}, ${uncaught} uncaught`)
        process.exit(0)
      }
      throw new Error('thrown')
    })
  }
})
