'use strict'

// The client's times, by a clock that the test moves, with streams in place of sockets.

const assert = require('node:assert/strict')
const test = require('node:test')

const { CallosumClient } = require('../../client.js')
const { connect, slotsOf } = require('../support/callosum-servers.js')
const { duplex, outcomeOf, single, streamsOf, stuck } = require('../support/client-streams.js')
const { stopClock } = require('../support/clock.js')

// ---- Defaults ----

/** A client with the default options, and the times at which it has connected. */
function standard (t, serve) {
  const clock = stopClock(t)
  const streams = streamsOf(serve)
  const times = []
  const failures = []
  const client = new CallosumClient({
    servers: [{ port: 1 }, { port: 2 }, { port: 3 }, { port: 4 }],
    connect () {
      times.push(clock.now)
      return streams.connect()
    }
  })
  client.on('failed', (server, error) => failures.push({ time: clock.now, code: error.code }))
  t.after(() => client.close({ timeout: 0 }))
  return { clock, client, times, failures }
}

test('a client keeps 10 connections by default', async t => {
  const { clock, client } = standard(t, () => '0\n')
  await clock.advance(5000)
  assert.equal(client.connections.length, 10)
})

test('a client with room tries two servers every 100 ms by default, and the first time within 100 ms', async t => {
  const { clock, times } = standard(t, () => '0\n')
  await clock.advance(250)
  assert.deepEqual(times, [50, 50, 150, 150, 250, 250])
})

test('a full client tries a server every 1000 ms by default', async t => {
  const { clock, client, times } = standard(t, () => '0\n')
  await clock.advance(950)
  assert.equal(client.connections.length, 10)
  await clock.advance(3000)
  assert.deepEqual(times.slice(20), [1950, 2950, 3950])
})

test('a server has 2000 ms for its slot by default', async t => {
  const { clock, failures } = standard(t)
  await clock.advance(2050)
  assert.deepEqual(failures, [{ time: 2050, code: 'ERR_SLOT_TIMEOUT' }, { time: 2050, code: 'ERR_SLOT_TIMEOUT' }])
})

test('after the first slot the other servers have 100 ms by default', async t => {
  const { clock, client } = standard(t, count => count === 0 ? '5\n' : undefined)
  await clock.advance(149)
  assert.deepEqual(slotsOf(client), [])
  await clock.advance(1)
  assert.deepEqual(slotsOf(client), [5])
})

// ---- acquire() ----

test('acquire() rejects at its timeout, not before', async t => {
  const { clock, client } = await single(t, { servers: [] })
  const outcome = outcomeOf(client.acquire({ timeout: 70 }))
  await clock.advance(69)
  assert.deepEqual(outcome, {})
  await clock.advance(1)
  assert.equal(outcome.error.code, 'ERR_ACQUIRE_TIMEOUT')
})

test('acquire({ timeout: 0 }) does not wait', async t => {
  const { clock, client } = await single(t, { servers: [] })
  const outcome = outcomeOf(client.acquire({ timeout: 0 }))
  await clock.advance(1)
  assert.equal(outcome.error.code, 'ERR_ACQUIRE_TIMEOUT')
})

test('acquire() that has its lease does not keep the process alive until its timeout', async t => {
  const { clock, client } = await single(t, { fillInterval: 20, interval: 5 })
  const outcome = outcomeOf(client.acquire({ timeout: 60000 }))
  await clock.advance(10)
  assert.equal(outcome.value.slot, 0)
  assert.ok(Math.max(...clock.pending) < 10000, clock.pending.join())
})

// ---- Attempts ----

test('a list of servers may take longer than a fillInterval', async t => {
  const clock = stopClock(t)
  let give
  const client = connect(t, () => new Promise(resolve => { give = resolve }), {
    connections: 1, fillInterval: 10, timeout: 1000, connect: streamsOf(() => '0\n').connect
  })
  await clock.advance(900)
  give([{}])
  await clock.advance(1)
  assert.deepEqual([slotsOf(client), client.failures], [[0], []])
})

test('an attempt ends one fillInterval after its first slot, however many come meanwhile', async t => {
  const clock = stopClock(t)
  const streams = streamsOf()
  const client = connect(t, [{ port: 1 }, { port: 2 }, { port: 3 }], {
    connections: 1, offers: 3, fillInterval: 100, interval: 60000, timeout: 1000, connect: streams.connect
  })
  await clock.advance(50)
  streams[0].push('7\n')
  await clock.advance(60)
  streams[1].push('3\n')
  await clock.advance(39)
  assert.deepEqual(slotsOf(client), [])
  await clock.advance(1)
  assert.deepEqual(slotsOf(client), [3])
  assert.equal(streams[2].destroyed, true)
})

test("a connection has left the pool when 'open' comes with the one that replaces it", async t => {
  const clock = stopClock(t)
  const client = connect(t, [{}], { connections: 2, connect: streamsOf(count => `${9 - count}\n`).connect })
  const pools = []
  client.on('open', () => pools.push(slotsOf(client)))
  await clock.advance(20)
  assert.deepEqual(pools.slice(0, 4), [[9], [8, 9], [7, 8], [6, 7]])
})

test('close() cancels an attempt that began soon after one whose servers had all answered', async t => {
  const clock = stopClock(t, 0) // the shortest pause
  const streams = streamsOf(count => count < 2 ? '0\n' : undefined)
  const client = connect(t, [{ port: 1 }, { port: 2 }], {
    connections: 2, offers: 2, fillInterval: 100, timeout: 60000, connect: streams.connect
  })
  await clock.advance(120)
  assert.equal(streams.length, 4)
  client.close()
  assert.deepEqual(streams.slice(2).map(({ destroyed }) => destroyed), [true, true])
})

// ---- The ends of connections ----

test('the bytes of a dropped connection have the timeout to be sent, which may be longer than a second', async t => {
  const { clock, client } = await single(t, { timeout: 10000, connect: stuck })
  const { socket, release } = client.lease()
  socket.write('x')
  release()
  client.close()
  await clock.advance(9999)
  assert.equal(socket.destroyed, false)
  await clock.advance(1)
  assert.equal(socket.destroyed, true)
})

test('an idle connection whose buffer is full has the timeout to be leased', async t => {
  const { clock, client } = await single(t, { timeout: 100 })
  const [{ socket }] = client.connections
  socket.push(Buffer.alloc(100000))
  await clock.advance(99)
  assert.equal(socket.destroyed, false)
  await clock.advance(1)
  assert.equal(socket.destroyed, true)
})

/** Leases the idle connection, reads as many bytes, and releases it. */
async function read (client, bytes, clock) {
  const { socket, release } = client.lease()
  let received = 0
  const take = data => { received += data.length }
  socket.on('data', take)
  await clock.advance(0)
  assert.equal(received, bytes)
  socket.removeListener('data', take)
  release()
}

test('a buffer that is full a second time is given the timeout again', async t => {
  const { clock, client } = await single(t, { timeout: 100 })
  const [{ socket }] = client.connections
  socket.push(Buffer.alloc(100000))
  await clock.advance(50)
  await read(client, 100000, clock)
  socket.push(Buffer.alloc(100000))
  await clock.advance(99)
  assert.equal(socket.destroyed, false)
  await clock.advance(1)
  assert.equal(socket.destroyed, true)
})

for (const [when, isBefore] of [['before', true], ['after', false]]) {
  test(`a connection that was ended ${when} its release is replaced while its bytes are being sent`, async t => {
    const others = streamsOf(() => '5\n')
    let made = 0
    const { clock, client } = await single(t, { timeout: 60000, connect: () => made++ === 0 ? stuck() : others.connect() })
    const { socket, release } = client.lease()
    socket.write('x')
    if (isBefore) socket.end()
    release()
    if (!isBefore) socket.end()
    assert.equal(client.lease(), undefined)
    await clock.advance(20)
    assert.deepEqual(slotsOf(client), [5])
  })
}

test('an idle connection leaves the pool when close() is called, not when its bytes are sent', async t => {
  const { client } = await single(t, { timeout: 60000, connect: stuck })
  client.connections[0].socket.write('x')
  client.close()
  assert.deepEqual(client.connections, [])
})

test('bytes of an idle connection are sent after close(), although its server ends it', async t => {
  const { clock, client } = await single(t, { timeout: 60000, connect: stuck })
  const [{ socket }] = client.connections
  socket.write('x')
  client.close()
  socket.push(null)
  await clock.advance(10)
  assert.equal(socket.destroyed, false)
})

// The streams of Node.js 20 do not emit it.
let tellsRemovals = false
duplex().on('removeListener', () => { tellsRemovals = true }).on('data', Array).removeListener('data', Array)

for (const [when, leases, skip] of [
  ['at once', 0, !tellsRemovals && "this Node.js has no 'removeListener' of streams"],
  ['at the next release', 1, false]
]) {
  test(`a connection is the client's own again ${when}, if a reader that was added in 'open' has left`, { skip }, async t => {
    const clock = stopClock(t)
    const streams = streamsOf(count => `${count}\n`)
    const client = connect(t, [{}], { connections: 1, interval: 60000, connect: streams.connect })
    client.once('open', ({ socket }) => socket.once('data', () => {}))
    await clock.advance(5)
    streams[0].push('for the reader')
    await clock.advance(0)
    for (let i = 0; i < leases; i++) client.lease().release()
    streams[0].push('for the lessee')
    await clock.advance(0)
    const { socket, release } = client.lease()
    assert.deepEqual([String(socket.read()), socket.listenerCount('removeListener')], ['for the lessee', 0])
    release()
    socket.push(null)
    await clock.advance(10)
    assert.deepEqual(slotsOf(client), [1])
  })
}

test('a stream that has more at each read() is leased', async t => {
  const { client } = await single(t, { connect: () => duplex({ read () { this.push('0\n') } }) })
  assert.equal(client.lease().socket.read(2).toString(), '0\n')
})

test('the end of a connection is noticed although its last lessee has paused it', async t => {
  const { clock, client } = await single(t, { serve: count => `${count}\n` })
  const { socket, release } = client.lease()
  socket.pause()
  release()
  socket.push(null)
  await clock.advance(20)
  assert.deepEqual(slotsOf(client), [1])
})

for (const [name, isLeased] of [['were idle', false], ['were leased', true]]) {
  test(`close({ timeout }) ends connections that ${name}, too, while their bytes are being sent`, async t => {
    const { clock, client } = await single(t, { timeout: 60000, connect: stuck })
    const { socket, release } = client.lease()
    socket.write('x')
    if (!isLeased) release()
    const outcome = outcomeOf(client.close({ timeout: 50 }))
    release()
    await clock.advance(49)
    assert.deepEqual([socket.destroyed, outcome], [false, {}])
    await clock.advance(1)
    assert.deepEqual([socket.destroyed, outcome], [true, { value: undefined }])
  })
}

for (const [name, end] of Object.entries({
  'are idle': () => {},
  'have a full buffer': socket => socket.push(Buffer.alloc(100000)),
  'have a full buffer, and close by themselves': async (socket, clock) => {
    socket.push(Buffer.alloc(100000))
    await clock.advance(1)
    socket.destroy()
  },
  'have bytes to send, and close by themselves': async (socket, clock, client) => {
    socket.write('x')
    client.close()
    await clock.advance(1)
    socket.destroy()
  }
})) {
  test(`a client that is closed does not keep the process alive, where its connections ${name}`, async t => {
    let made = 0
    const { clock, client } = await single(t, { timeout: 60000, connect: () => made++ === 0 ? stuck() : duplex() })
    await end(client.connections[0].socket, clock, client)
    await clock.advance(1)
    const outcome = outcomeOf(client.close({ timeout: 30000 }))
    await clock.advance(0)
    assert.deepEqual(outcome, { value: undefined })
    assert.deepEqual(clock.pending, [])
  })
}

test("a client that is closed does not keep the process alive, where its connection never emits 'close'", async t => {
  const stream = duplex({ emitClose: false })
  stream.push('0\n')
  const { clock, client } = await single(t, { timeout: 60000, connect: () => stream })
  const outcome = outcomeOf(client.close())
  await clock.advance(1000)
  assert.deepEqual([outcome, clock.pending], [{ value: undefined }, []])
})

for (const [does, serve, reason] of [
  ['closes without a slot', async stream => { stream.destroy() }, 'ERR_SLOT_MISSING'],
  ['sends junk twice', async (stream, clock) => {
    stream.push('junk\n')
    await clock.advance(1)
    stream.push('junk\n')
  }, 'ERR_SLOT_INVALID']
]) {
  test(`a server that ${does} fails once, and one that is silent meanwhile once`, async t => {
    const clock = stopClock(t)
    const streams = streamsOf()
    const client = connect(t, [{ port: 1 }, { port: 2 }], { offers: 2, timeout: 1000, interval: 60000, fillInterval: 60000, connect: streams.connect })
    const failures = []
    client.on('failed', (server, error) => failures.push([server.port, error.code]))
    await clock.advance(30000) // half a fillInterval: the first attempt begins
    await serve(streams[0], clock)
    await clock.advance(1500)
    const ports = failures.map(([port]) => port).sort()
    assert.deepEqual(ports, [1, 2])
    assert.deepEqual(failures.map(([, code]) => code), [reason, 'ERR_SLOT_TIMEOUT'])
  })
}
