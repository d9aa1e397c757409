'use strict'

// A client of the fleet, in a process of its own, with work to do. Its parent says
// which servers there are, when to halt and when to end.

const net = require('net')
const { setTimeout: sleep } = require('timers/promises')
const CallosumClient = require('../client.js')

const { connections, interval } = JSON.parse(process.argv[2])
let servers = []
const sockets = new Set() // those that are not kept, too
const client = new CallosumClient({
  servers: () => servers,
  connections,
  interval,
  fillInterval: interval,
  connect (server) {
    const socket = net.connect(server)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
})
const leases = new Set()

const tasks = {
  servers (list) { servers = list },

  // Keeps what it has, and answers with what that is.
  async halt () {
    clearInterval(working)
    servers = []
    for (const lease of leases) lease.release()
    while (sockets.size > client.connections.length) await sleep(10) // until what is under way is decided
    process.send({
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

// A quarter of the pool is leased at a time. The servers read what they are sent,
// and answer nothing.
const working = setInterval(() => {
  const lease = client.lease()
  if (lease === undefined) return
  leases.add(lease)
  lease.socket.write('work\r\n')
  setTimeout(() => {
    leases.delete(lease)
    lease.release()
  }, Math.random() * connections / 2 * interval)
}, interval)

process.on('message', ({ task, argument }) => tasks[task](argument))
process.channel.ref()
process.send({ ready: true })
