'use strict'

// A client of the fleet, in a process of its own, which leases connections. Its parent sends
// it the list of servers, and tells it when to halt and when to end.

const net = require('node:net')
const { setTimeout: sleep } = require('node:timers/promises')
const CallosumClient = require('../../client.js')

const { connections, interval } = JSON.parse(process.argv[2])
let servers = []
const sockets = new Set() // all that are open, also outside the pool
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

  // Stops roving and leasing, and replies with the connections of the pool.
  async halt () {
    clearInterval(working)
    servers = []
    for (const lease of leases) lease.release()
    while (sockets.size > client.connections.length) await sleep(10) // until no attempt is pending
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

// Keeps about a quarter of the pool leased. The servers read what they are sent, and send
// nothing back.
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
