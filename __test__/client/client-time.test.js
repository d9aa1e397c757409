'use strict'

// The client's times, and the ends of its connections.

const assert = require('node:assert/strict')
const { performance } = require('node:perf_hooks')
const test = require('node:test')

const { slotsOf } = require('../support/callosum-servers.js')
const { duplex, outcomeOf, single, streamsOf, stuck } = require('../support/client-streams.js')

const DEFAULTS = { connections: undefined, interval: undefined, fillInterval: undefined, offers: undefined, timeout: undefined }

/** A client of four servers with the default options, at 5 ms, and the times at which it connects. */
async function standard (t, serve) {
  const times = []
  const streams = streamsOf(serve)
  const connect = () => { times.push(performance.now()); return streams.connect() }
  return { ...await single(t, { servers: 4, connect, ...DEFAULTS }), times }
}

test('by default a client with room tries two servers every 100 ms, and the first time within 100 ms', async t => {
  const { clock, times } = await standard(t, () => 0)
  await clock.advance(245)
  assert.deepEqual(times, [50, 50, 150, 150, 250, 250])
})

test('by default a client is full with 10 connections, and then tries a server every 1000 ms', async t => {
  const { clock, client, times } = await standard(t, () => 0)
  await clock.advance(3950)
  assert.equal(client.connections.length, 10)
  assert.deepEqual(times.slice(20), [1950, 2950, 3950])
})

test('by default a server has 2000 ms for its slot', async t => {
  const { clock, client } = await standard(t)
  await clock.exactly(2045, () => client.failures.length > 0)
  assert.deepEqual(client.failures.map(({ error }) => error.code), ['ERR_SLOT_TIMEOUT', 'ERR_SLOT_TIMEOUT'])
})

test('by default the other servers have 100 ms after the first slot', async t => {
  const { clock, client } = await standard(t, count => [5][count])
  await clock.exactly(145, () => slotsOf(client)[0] === 5)
})

test('a list of servers may take longer than a fillInterval', async t => {
  let give
  const { clock, client } = await single(t, { servers: () => new Promise(resolve => { give = resolve }), timeout: 1000, time: 905 })
  give([{}])
  await clock.advance(1)
  assert.deepEqual([slotsOf(client), client.failures], [[0], []])
})

test('an attempt ends one fillInterval after its first slot, however many come meanwhile', async t => {
  const { clock, client, streams } = await single(t, {
    servers: 3, offers: 3, fillInterval: 100, serve: () => undefined, time: 50
  })
  streams[0].push('7\n')
  await clock.advance(60)
  streams[1].push('3\n')
  await clock.exactly(40, () => slotsOf(client)[0] === 3)
  assert.equal(streams[2].destroyed, true)
})

test('stats.connecting counts the connections of an attempt that have not failed', async t => {
  const { client } = await single(t, { servers: 2, offers: 2, serve: count => count === 0 ? 'junk\n' : undefined })
  assert.equal(client.stats.connecting, 1)
})

test('a stream from options.connect() that has closed the client is closed', async t => {
  const { clock, client, streams } = await single(t, { servers: 2, offers: 2, time: 0, connect () { client.close(); return streams.connect() } })
  await clock.advance(5)
  assert.deepEqual([streams.length, streams[0].destroyed], [1, true])
})

test('a connection that is destroyed twice leaves no timer once it has closed', async t => {
  const stream = duplex({ emitClose: false })
  const { clock, client } = await single(t, { connect: () => stream.push('0\n') && stream })
  client.lease().release(new Error('mine'))
  client.close({ timeout: 0 })
  await clock.advance(5)
  stream.emit('close')
  assert.deepEqual(clock.pending, [])
})

test('a leased connection whose server has ended it is not ended before its release', async t => {
  const { clock, client, streams: [stream] } = await single(t)
  const { socket } = client.lease()
  socket.resume().push(null)
  await clock.advance(5)
  assert.deepEqual([stream.readableEnded, stream.writableEnded, client.connections.length], [true, false, 1])
})

test('stats count no connection that has closed', async t => {
  const { clock, client, streams } = await single(t)
  streams[0].destroy()
  await clock.advance(0)
  assert.deepEqual(client.stats, { idle: 0, leased: 0, waiting: 0, connecting: 0, ejected: 0 })
})

test('the release of a lease whose connection has closed delays no attempt', async t => {
  const { clock, client, streams } = await single(t, { interval: 1000 })
  const { release } = client.lease()
  streams[0].destroy()
  await clock.advance(5) // there is another one
  await clock.advance(900)
  assert.equal(streams.length, 2)
  release()
  await clock.advance(100)
  assert.equal(streams.length, 3)
})

for (const [event, act] of [
  ['close', stream => stream.destroy()],
  ['readable', stream => stream.push('0\n')],
  ['readable', stream => stream.push('junk\n')]
]) {
  test(`a listener of '${event}' from options.connect() that closes the client ends its attempt: ${act}`, async t => {
    const stream = duplex().on(event, () => client.close())
    const { clock, client } = await single(t, { connect: () => stream, time: 500, fillInterval: 1000 })
    act(stream)
    await clock.advance(0)
    assert.deepEqual([client.stats.connecting, clock.pending, client.failures], [0, [], []])
  })
}

test("a connection has left the pool when 'open' comes with the one that replaces it", async t => {
  const { clock, client } = await single(t, { connections: 2, interval: 5, fillInterval: 20, serve: count => 9 - count })
  const pools = []
  client.on('open', () => pools.push(slotsOf(client)))
  await clock.advance(40)
  assert.deepEqual(pools.slice(0, 4), [[9], [8, 9], [7, 8], [6, 7]])
})

test('close() cancels an attempt that began soon after one whose servers had all answered', async t => {
  const { client, streams } = await single(t, {
    chance: 0, servers: 2, connections: 2, offers: 2, fillInterval: 100, serve: count => [0, 0][count], time: 120
  })
  assert.equal(streams.length, 4)
  client.close()
  assert.deepEqual(streams.slice(2).map(({ destroyed }) => destroyed), [true, true])
})

test('the bytes of a dropped connection have the timeout to be sent, which may be longer than a second', async t => {
  const { clock, client } = await single(t, { timeout: 10000, connect: stuck })
  const { socket, release } = client.lease()
  socket.write('x')
  release()
  client.close()
  await clock.exactly(10000, () => socket.destroyed)
})

test('an idle connection whose buffer is full has the timeout to be leased, and again when it is full once more', async t => {
  const { clock, client, streams: [socket] } = await single(t, { timeout: 100 })
  socket.push(Buffer.alloc(100000))
  await clock.advance(99)
  const { release } = client.lease()
  assert.equal(socket.read().length, 100000)
  release()
  socket.push(Buffer.alloc(100000))
  await clock.exactly(100, () => socket.destroyed)
})

for (const [when, isBefore] of [['before', true], ['after', false]]) {
  test(`a connection that was ended ${when} its release is replaced while its bytes are being sent`, async t => {
    const made = [stuck(), duplex()]
    made[1].push('5\n')
    const { clock, client } = await single(t, { timeout: 60000, connect: () => made.shift() })
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

test('close() takes an idle connection out of the pool at once, and sends its bytes, although its server ends it', async t => {
  const { clock, client } = await single(t, { timeout: 60000, connect: stuck })
  const [{ socket }] = client.connections
  socket.write('x')
  client.close()
  assert.deepEqual(client.connections, [])
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
    const { clock, client, streams } = await single(t, { fillInterval: 20, serve: count => count })
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
    await clock.advance(30)
    assert.deepEqual(slotsOf(client), [1])
  })
}

test('a stream that has more at each read() is leased', async t => {
  const { client } = await single(t, { connect: () => duplex({ read () { this.push('0\n') } }) })
  assert.equal(client.lease().socket.read(2).toString(), '0\n')
})

test('the end of a connection is noticed although its last lessee has paused it', async t => {
  const { clock, client } = await single(t, { serve: count => count })
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
    await clock.exactly(50, () => socket.destroyed && 'value' in outcome)
  })
}

const fill = socket => socket.push(Buffer.alloc(100000))
const withSlot = stream => stream.push('0\n') && stream

for (const [name, socket, time, act = () => {}] of [
  ['are idle', withSlot(duplex()), 0],
  ['have a full buffer', withSlot(duplex()), 0, fill],
  ['had a full buffer, and have closed by themselves', withSlot(duplex()), 0, async (socket, clock) => {
    fill(socket)
    await clock.advance(1)
    socket.destroy()
  }],
  ['had bytes to send, and have closed by themselves', stuck(), 0, async (socket, clock, client) => {
    socket.write('x')
    client.close()
    await clock.advance(1)
    socket.destroy()
  }],
  ["never emit 'close'", withSlot(duplex({ emitClose: false })), 1000],
  ["have no slot yet and never emit 'close'", duplex({ emitClose: false }), 1000]
]) {
  test(`a client that is closed does not keep the process alive, where its connections ${name}`, async t => {
    const made = [socket]
    const { clock, client } = await single(t, { timeout: 60000, connect: () => made.shift() || duplex() })
    await act(socket, clock, client)
    await clock.advance(1)
    const outcome = outcomeOf(client.close({ timeout: 30000 }))
    await clock.advance(time)
    assert.deepEqual([outcome, clock.pending, socket.destroyed], [{ value: undefined }, [], true])
  })
}

for (const [does, serve, reason] of [
  ['closes without a slot', async stream => { stream.destroy() }, 'ERR_SLOT_MISSING'],
  ['sends junk twice', async (stream, clock) => {
    stream.push('junk\n')
    await clock.advance(1)
    stream.push('junk\n')
  }, 'ERR_SLOT_INVALID']
]) {
  test(`a server that ${does} fails once, and one that is silent meanwhile once`, async t => {
    const { clock, client, streams } = await single(t, {
      servers: 2, offers: 2, timeout: 1000, fillInterval: 60000, serve: () => undefined
    })
    await clock.advance(29995) // half a fillInterval: the first attempt begins
    await serve(streams[0], clock)
    await clock.advance(1500)
    assert.deepEqual(client.failures.map(({ server }) => server.port).sort(), [1, 2])
    assert.deepEqual(client.failures.map(({ error }) => error.code), [reason, 'ERR_SLOT_TIMEOUT'])
  })
}
