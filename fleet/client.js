'use strict'

// A client of the fleet, in a process of its own: the example client, with work to
// do. Its parent says which servers there are, when to halt and when to end.

const CallosumClient = require('../examples/client')

const { maxSlots, interval } = JSON.parse(process.argv[2])
const client = new CallosumClient({ servers: [], maxSlots, interval })
const leases = new Set()

const tasks = {
  servers (servers) { client.servers = servers },

  // Keeps what it has, and answers with what that is.
  async halt () {
    clearInterval(working)
    await client.stopRoving()
    for (const lease of leases) lease.release()
    process.send({
      held: client.connections.map(({ server, socket, slot }) => ({
        server: server.port, peer: `${socket.localAddress}:${socket.localPort}`, slot
      }))
    })
  },

  // With no connection left, the process ends by itself.
  end () {
    process.channel.unref()
    client.close()
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
  }, Math.random() * maxSlots / 2 * interval)
}, interval)

process.on('message', ({ task, argument }) => tasks[task](argument))
process.channel.ref()
process.send({ ready: true })
