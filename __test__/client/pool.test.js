'use strict'

// What the client's pool shows right after a change, and the state that a member keeps from
// one lease to the next.

const assert = require('node:assert/strict')
const net = require('node:net')
const test = require('node:test')

const { sleep, until, listen, slots, connect, slotsOf } = require('../support/callosum-servers.js')

test('a connection that its lessee left paused is replaced once its server has said more and ended it', async t => {
  const server = await listen(t, slots(0, 1))
  const client = connect(t, [server], { connections: 1, interval: 60000 })
  const lease = await client.acquire()
  lease.socket.pause()
  lease.release()
  for (const socket of server.sockets) socket.end('bye')
  await until(() => slotsOf(client)[0] === 1)
})

test('a server that floods an idle connection has to wait after a lease, too', async t => {
  const { client, send, size } = await sender(t, 1e6)
  for (let round = 0; round < 2; round++) {
    const [{ socket }] = client.connections
    send()
    await until(() => socket.isPaused())
    await leaseAndRead(client, size)
  }
})

test('what a lessee has read does not count as held', async t => {
  const { client, send, size } = await sender(t, 1e5)
  const [{ socket }] = client.connections
  for (let round = 0; round < 5; round++) {
    const before = socket.bytesRead
    send()
    await until(() => socket.bytesRead === before + size)
    assert.equal(socket.isPaused(), false)
    await leaseAndRead(client, size)
  }
})

test('a connection that is replaced has left the pool when the other opens', async t => {
  const server = await listen(t, (socket, count) => socket.write(`${9 - Math.min(count, 5)}\r\n`))
  const client = connect(t, [server], { connections: 1 })
  const opened = []
  client.on('open', () => opened.push(slotsOf(client)))
  await until(() => opened.length >= 3)
  assert.deepEqual(opened.slice(0, 3), [[9], [8], [7]])
})

test('an idle connection that was ended has left the pool when lease() finds it, and is replaced at once', async t => {
  const server = await listen(t, slots(0, 1), { listener: handler => net.createServer({ allowHalfOpen: true }, handler) })
  const client = connect(t, [server], { connections: 1, interval: 60000 })
  await until(() => client.connections.length === 1)
  client.connections[0].socket.end()
  assert.equal(client.lease(), undefined)
  assert.deepEqual(client.connections, [])
  await until(() => slotsOf(client)[0] === 1)
})

test('a leased connection that was ended has left the pool after its release', async t => {
  const server = await listen(t, slots(0, 1))
  const client = connect(t, [server], { connections: 1 })
  const lease = await client.acquire()
  lease.socket.end()
  lease.release()
  assert.deepEqual(client.connections, [])
})

test('idle connections have left the pool after close()', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  await until(() => client.connections.length === 1)
  const closed = client.close()
  assert.deepEqual(client.connections, [])
  await closed
})

test('close() during an attempt closes the offer that has come already', async t => {
  const sockets = []
  const server = await listen(t, slots(0))
  const silent = await listen(t, () => {})
  const client = connect(t, [server, silent], {
    connections: 1,
    offers: 2,
    fillInterval: 2000,
    timeout: 60000,
    connect (options) {
      const socket = net.connect(options)
      sockets.push(socket)
      return socket
    }
  })
  await until(() => sockets.some(({ bytesRead }) => bytesRead > 0))
  await sleep(5)
  assert.deepEqual(client.connections, [])
  client.close()
  await until(() => sockets.every(({ destroyed }) => destroyed))
})

/** A client with a connection to a server that sends `size` bytes when it is told to. */
async function sender (t, size) {
  let send
  const server = await listen(t, socket => {
    socket.write('0\r\n')
    send = () => socket.write(Buffer.alloc(size))
  })
  const client = connect(t, [server], { connections: 1, interval: 60000, timeout: 60000 })
  await until(() => client.connections.length === 1)
  return { client, send, size }
}

async function leaseAndRead (client, size) {
  const { socket, release } = client.lease()
  let count = 0
  const onData = chunk => { count += chunk.length }
  socket.on('data', onData)
  await until(() => count === size)
  socket.removeListener('data', onData)
  release()
}
