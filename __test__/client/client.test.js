'use strict'

// The pool, its leases and attempts, with servers that give the slots a test wants.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const net = require('node:net')
const { performance } = require('node:perf_hooks')
const test = require('node:test')

const { CallosumClient } = require('../../client.js')
const CallosumServerSlots = require('../..')
const { measure, run } = require('../support/child.js')
const { WAIT, listen, slots, connect, pair, filled, slotsOf, until } = require('../support/callosum-servers.js')
const { countedSignal, duplex, outcomeOf, single } = require('../support/client-streams.js')

const MAX = 2147483647
const destroyedOf = streams => streams.map(({ destroyed }) => destroyed)

for (const [what, given, connections, opened, closed] of [
  ['keeps the connections with the lowest slots', [7, 3, 9, 1, 5], 2, [0, 1, 3], [0]],
  ['keeps the older one of two with the same slot', [4, 4, 4], 1, [0], []],
  ['replaces the younger one of two with the same slot', [5, 5, 3], 2, [0, 1, 2], [1]]
]) {
  test(`a client ${what}, and closes the others`, async t => {
    const { client, streams } = await single(t, { serve: count => given[count], connections, interval: 5, time: 50 })
    const numbersOf = connections => connections.map(({ socket }) => streams.indexOf(socket))
    assert.deepEqual([numbersOf(client.opened), numbersOf(client.closed)], [opened, closed])
    const kept = opened.filter(number => !closed.includes(number))
    assert.deepEqual(numbersOf(client.connections).sort(), kept)
    assert.deepEqual(destroyedOf(streams), [...given.map((_, number) => !kept.includes(number)), false])
  })
}

test('a connection has its socket, its slot and its server', async t => {
  const { server, client } = await pair(t, slots(4))
  await filled(client)
  const [connection] = client.opened
  assert.deepEqual(Object.keys(connection), ['socket', 'slot', 'server'])
  assert.ok(connection.socket instanceof net.Socket)
  assert.equal(connection.slot, 4)
  assert.equal(connection.server, server)
  assert.equal(client.connections[0], connection)
})

test('a leased connection is not replaced', async t => {
  let lowest = 8
  const { clock, client } = await single(t, { serve: () => lowest, connections: 2, interval: 5, time: 15 })
  const lease = client.lease()
  lowest = 2
  await clock.advance(30)
  assert.deepEqual([slotsOf(client), lease.socket.destroyed], [[2, 8], false])
  lease.release()
  await clock.advance(30)
  assert.deepEqual([slotsOf(client), lease.socket.destroyed], [[2, 2], true])
})

test('a connection that comes while all others are leased is closed, and nothing has failed', async t => {
  const { clock, client, streams } = await single(t, { serve: count => [5][count], interval: 5, time: 10 })
  client.lease()
  streams[1].push('1\n')
  await clock.advance(0)
  assert.deepEqual([slotsOf(client), destroyedOf(streams), client.failures], [[5], [false, true], []])
})

test('a connection that is closed is ended first, although its bytes are sent already, so that the server is not reset', async t => {
  const calls = []
  const stream = duplex({
    final (done) { calls.push('end'); done() },
    destroy (error, done) { calls.push('destroy'); done(error) }
  })
  stream.push('0\n')
  const { clock, client } = await single(t, { connect: () => stream })
  const { socket, release } = client.lease()
  socket.write('x')
  release()
  client.close()
  await clock.advance(0)
  assert.deepEqual(calls, ['end', 'destroy'])
})

test('what was written before the release arrives, although the connection is replaced', async t => {
  let lowest = 8
  let received = 0
  const { client } = await pair(t, socket => {
    socket.on('data', data => { received += data.length })
    socket.write(`${lowest}\r\n`)
  }, { timeout: WAIT })
  const lease = await client.acquire()
  lowest = 2
  const bytes = 1 << 23
  lease.socket.write(Buffer.alloc(bytes))
  lease.release()
  await until(() => slotsOf(client)[0] === 2)
  await until(() => received === bytes)
})

test('lease() gives an idle connection, and nothing when none is', async t => {
  const { clock, client } = await single(t, { serve: count => [2, 0][count], connections: 2, fillInterval: 10 })
  assert.equal(connect(t, [], {}).lease(), undefined)
  await clock.advance(10)
  const leases = [client.lease(), client.lease()]
  assert.deepEqual(slotsOf(leases).sort(), [0, 2])
  assert.equal(client.lease(), undefined)
  leases[1].release()
  assert.equal(client.lease().slot, leases[1].slot)
})

test('a lease has the socket, the slot and the server, and release() needs no receiver', async t => {
  const server = { port: 1 }
  const { client, streams } = await single(t, { serve: () => 2, servers: [server] })
  const { release, ...lease } = client.lease()
  assert.deepEqual(Object.keys(lease), ['socket', 'slot', 'server'])
  assert.equal(lease.socket, streams[0])
  assert.equal(lease.slot, 2)
  assert.equal(lease.server, server)
  release()
  assert.equal(client.lease().slot, 2)
})

test('leases leave no listeners on the socket', async t => {
  const { clock, client, streams: [socket] } = await single(t)
  const counts = async () => {
    await clock.advance(0)
    return Object.fromEntries(socket.eventNames().map(name => [name, socket.listenerCount(name)]))
  }
  client.lease().release()
  const before = await counts()
  for (let i = 0; i < 20; i++) client.lease().release()
  assert.deepEqual(await counts(), before)
})

test('a lease is disposable', async t => {
  const lease = (await single(t)).client.lease()
  assert.equal(lease[Symbol.dispose], lease.release)
})

test("pick: 'lowest' leases the lowest slot that is idle", async t => {
  const { client } = await single(t, { serve: count => [3, 1, 5, 0][count], connections: 4, pick: 'lowest', time: 40 })
  assert.deepEqual(slotsOf([client.lease(), client.lease(), client.lease(), client.lease()]), [0, 1, 3, 5])
})

test("pick: 'random' leases all idle connections equally often", async t => {
  const { client } = await pair(t, slots(0, 1, 2, 3), { connections: 4 })
  await filled(client, 4)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) {
    const { slot, release } = client.lease()
    counts[slot]++
    release()
  }
  for (const count of counts) assert.ok(count > 800 && count < 1200, counts.join())
})

for (const [what, finish] of Object.entries({
  'its lessee has destroyed': socket => socket.destroy(),
  'its lessee has ended': socket => socket.end(),
  'has closed, although its stream does not show it,': socket => socket.emit('close')
})) {
  test(`a connection that ${what} is not leased again`, async t => {
    const { clock, client } = await single(t, { serve: count => count })
    const { socket, release } = client.lease()
    finish(socket)
    release()
    assert.equal(client.lease(), undefined)
    await clock.advance(10)
    assert.equal(client.lease().slot, 1)
  })
}

for (const [what, finish] of Object.entries({
  'that its lessee ends': (lease) => lease.socket.end(),
  'whose server dies': (lease, server) => { for (const socket of server.sockets) socket.destroy() }
})) {
  test(`a leased connection ${what} is replaced before its release, once it has closed`, async t => {
    const { server, client } = await pair(t, slots(0, 1), { interval: 60000 })
    const lease = await client.acquire()
    lease.socket.resume()
    finish(lease, server)
    await until(() => slotsOf(client)[0] === 1)
    lease.release()
    assert.deepEqual(slotsOf(client), [1])
  })
}

test('acquire() waits for an idle connection: first come, first served', async t => {
  const { client } = await single(t)
  const order = []
  await Promise.all([1, 2, 3, 4].map(async number => {
    const { release } = await client.acquire()
    order.push(number)
    setImmediate(release)
  }))
  assert.deepEqual(order, [1, 2, 3, 4])
})

test('a call that waits takes as long among 200,000 as among 10,000', async () => {
  const [few, many] = await measure(async () => {
    const { CallosumClient } = require('./client.js')
    const { duplex } = require('./__test__/support/client-streams.js')
    const stream = duplex()
    stream.push('0\n')
    const client = new CallosumClient({ servers: [{}], connections: 1, connect: () => stream })
    const timeFor = async count => {
      const lease = await client.acquire()
      const calls = Array.from({ length: count }, async () => (await client.acquire()).release())
      const start = process.cpuUsage()
      lease.release()
      await Promise.all(calls)
      return process.cpuUsage(start).user / count
    }
    await timeFor(10000)
    const times = [await timeFor(10000), await timeFor(200000)]
    await client.close({ timeout: 0 })
    return times
  })
  assert.ok(many < 3 * few + 5, `${few} and ${many} µs`)
})

test('lease() does not overtake those who wait', async t => {
  const { client } = await pair(t, slots(0))
  client.on('open', () => assert.equal(client.lease(), undefined))
  const lease = await client.acquire()
  const next = client.acquire()
  lease.release()
  assert.equal(client.lease(), undefined)
  assert.equal((await next).slot, 0)
})

test('acquire() rejects at its timeout, and the next connection goes to the next', async t => {
  const { clock, client } = await single(t)
  const lease = client.lease()
  const [late, next] = [client.acquire({ timeout: 70 }), client.acquire()].map(outcomeOf)
  await clock.exactly(70, () => 'error' in late)
  assert.deepEqual([late.error.name, late.error.code], ['Error', 'ERR_ACQUIRE_TIMEOUT'])
  assert.equal(late.error.message, 'No connection was idle within 70 ms: the only one is leased, and 2 calls wait')
  lease.release()
  await clock.advance(0)
  assert.equal(next.value.slot, 0)
})

/** The error of acquire() after a time without a connection. */
async function timeoutOf ({ clock, client }, timeout) {
  const outcome = outcomeOf(client.acquire({ timeout }))
  await clock.advance(Math.max(timeout, 1))
  return outcome.error
}

test('acquire({ timeout: 0 }) does not wait, and says that there is no connection', async t => {
  const error = await timeoutOf(await single(t, { servers: [] }), 0)
  assert.equal(error.message, 'No connection was idle within 0 ms: there is none')
  assert.equal('cause' in error, false)
})

test('acquire() that times out says how many connections are leased', async t => {
  const pool = await single(t, { connections: 2, serve: count => count, time: 20 })
  assert.ok(pool.client.lease() && pool.client.lease())
  assert.equal((await timeoutOf(pool, 10)).message, 'No connection was idle within 10 ms: all 2 are leased, and 1 call waits')
})

test('acquire() that times out without connections says why the last attempt failed', async t => {
  const { message, cause } = await timeoutOf(await single(t, { connect () { throw new Error('planted') } }), 10)
  assert.equal(message, 'No connection was idle within 10 ms: there is none. The last attempt failed: planted')
  assert.equal(cause.message, 'planted')
})

test('acquire() that times out names no failure from before an attempt that succeeded', async t => {
  const servers = [{}]
  const context = await single(t, { servers, serve: count => count === 0 ? 'junk\n' : 0 })
  await context.clock.advance(10)
  assert.deepEqual([context.client.failures.length, slotsOf(context.client)], [1, [0]])
  servers.pop()
  context.streams[1].destroy()
  assert.equal((await timeoutOf(context, 10)).message, 'No connection was idle within 10 ms: there is none')
})

for (const [name, end, code, timeout] of [
  ['has a lease', lease => lease.release()],
  ['is aborted', (lease, signal) => signal.abort(), 'ABORT_ERR'],
  ['times out', () => {}, 'ERR_ACQUIRE_TIMEOUT', 1],
  ['is rejected by close()', (lease, signal, client) => { client.close() }, 'ERR_CLIENT_CLOSED']
]) {
  test(`acquire() that ${name} leaves no listener on the signal, and no timer`, async t => {
    const { clock, client } = await single(t)
    const lease = client.lease()
    const signal = countedSignal()
    const outcome = outcomeOf(client.acquire({ signal, timeout: timeout || 80000 }))
    assert.deepEqual([signal.listeners.size, clock.pending.includes(timeout || 80000)], [1, true])
    end(lease, signal, client)
    await clock.advance(1)
    assert.equal(outcome.error && outcome.error.code, code)
    assert.deepEqual([signal.listeners.size, clock.pending.includes((timeout || 80000) - 1)], [0, false])
  })
}

test('calls of acquire() that wait on one signal share a listener, and are aborted without those on another', async t => {
  const { clock, client } = await single(t, { servers: [] })
  const [signal, other] = [countedSignal(), countedSignal()]
  const last = outcomeOf(client.acquire({ signal: other, timeout: 50 }))
  const outcomes = Array.from({ length: 20 }, () => outcomeOf(client.acquire({ signal })))
  assert.equal(signal.listeners.size, 1)
  signal.abort()
  await clock.advance(0)
  for (const { error } of outcomes) assert.equal(error.code, 'ABORT_ERR')
  assert.equal(signal.listeners.size, 0)
  await clock.exactly(50, () => 'error' in last)
})

for (const [name, isBefore] of [['meanwhile', false], ['before', true]]) {
  test(`acquire() is aborted although another call on the same signal has timed out ${name}`, async t => {
    const { clock, client } = await single(t, { servers: [] })
    const signal = countedSignal()
    const acquire = timeout => outcomeOf(client.acquire({ signal, timeout }))
    const early = isBefore ? undefined : acquire()
    const other = acquire(1)
    await clock.advance(1)
    assert.equal(other.error.code, 'ERR_ACQUIRE_TIMEOUT')
    const outcome = early || acquire()
    assert.equal(signal.listeners.size, 1)
    signal.abort()
    await clock.advance(0)
    assert.equal(outcome.error.code, 'ABORT_ERR')
  })
}

for (const [what, servers] of [['different servers', 2], ['one server that is listed twice', [{ port: 1 }, { port: 1 }]]]) {
  test(`with room a client tries ${what} at once and keeps the lowest slot`, async t => {
    const { client, streams } = await single(t, { servers, offers: 2, serve: count => [5, 3][count] })
    assert.deepEqual([slotsOf(client), destroyedOf(streams)], [[3], [true, false]])
  })
}

const ONE = { host: '127.0.0.1', port: 1, path: '/one' }

for (const [what, one, other] of [
  ['in their host', ONE, { ...ONE, host: '127.0.0.2' }],
  ['in their port', ONE, { ...ONE, port: 2 }],
  ['in their path', ONE, { ...ONE, path: '/two' }],
  ['in their path alone', { path: '/one' }, { path: '/two' }],
  ['as objects, without an address,', { name: 'a' }, { name: 'b' }]
]) {
  test(`an attempt tries servers that differ ${what} before it tries one again`, async t => {
    const tried = []
    const servers = [...Array.from({ length: 20 }, () => one.name ? one : { ...one }), other]
    await single(t, { servers, offers: 2, connect (server) { tried.push(server); return duplex() } })
    assert.deepEqual(tried, [one, other])
  })
}

test('an attempt tries no more servers than options.offers says', async t => {
  const { streams } = await single(t, { servers: 4, offers: 2, serve: () => 'junk\n' })
  assert.equal(streams.length, 2)
})

for (const [what, slot, time] of [['that refuses', undefined, 500], ['whose connection has closed since its offer', 0, 1]]) {
  test(`a server ${what} takes no time from the other one of an attempt`, async t => {
    const { clock, client, streams } = await single(t, { servers: 2, offers: 2, serve: count => [slot][count] })
    streams[0].destroy()
    await clock.advance(time)
    streams[1].push('5\n')
    await clock.advance(10)
    assert.deepEqual([slotsOf(client.opened), streams.length], [[5], 2])
  })
}

for (const [name, connections] of [['full', 1], ['filling', 2]]) {
  test(`a loss during an attempt of a ${name} client does not begin another`, async t => {
    const { clock, client, streams } = await single(t, { serve: count => [0][count], connections, interval: 5, time: 10 })
    streams[0].destroy()
    await clock.advance(50)
    assert.deepEqual([client.connections, streams.length], [[], 2])
  })
}

for (const [chance, first, pause] of [[0.25, 25, 75], [0.5, 50, 100], [0.75, 75, 125]]) {
  test(`at a chance of ${chance} a client makes its first attempt after ${first} ms of 100, and others ${pause} ms apart`, async t => {
    const times = []
    const connect = () => { times.push(performance.now()); throw new Error('refused') }
    await single(t, { chance, fillInterval: 100, connect, time: 400 })
    assert.deepEqual(times.slice(0, 3), [first, first + pause, first + 2 * pause])
  })
}

test('nothing piles up at servers that are silent', async t => {
  const { clock, streams } = await single(t, { serve: () => undefined, connections: 10, offers: 2, fillInterval: 1, timeout: 50 })
  for (let time = 0; time < 500; time += 10) {
    await clock.advance(10)
    assert.ok(streams.filter(({ destroyed }) => !destroyed).length <= 2)
  }
  assert.ok(streams.length >= 12)
})

test('no attempt is made while all connections are leased', async t => {
  const { clock, client, streams } = await single(t, { interval: 5 })
  const lease = client.lease()
  await clock.advance(60)
  assert.equal(streams.length, 1)
  lease.release()
  await clock.advance(10)
  assert.equal(streams.length, 3)
})

test('a client spreads its connections over servers that give the lowest slot', async t => {
  const servers = await Promise.all([0, 1, 2].map(() => {
    const manager = new CallosumServerSlots()
    return listen(t, socket => {
      const lease = manager.lease()
      socket.on('close', lease.release)
      socket.resume()
      socket.write(`${lease.slot}\r\n`)
    })
  }))
  const client = connect(t, servers, { connections: 12 })
  await until(() => client.connections.length === 12 && slotsOf(client)[11] === 3)
  for (const server of servers) {
    assert.equal(client.connections.filter(connection => connection.server === server).length, 4)
  }
})

test('a list that changes is followed, and while it is empty no attempt is made', async t => {
  const servers = []
  const { clock, client, streams } = await single(t, { servers, interval: 5 })
  servers.push({ port: 1 })
  await clock.advance(10)
  assert.deepEqual(slotsOf(client), [0])
  servers.pop()
  const { length } = streams
  await clock.advance(30)
  assert.equal(streams.length, length)
  servers.push({ port: 2 })
  await clock.advance(10)
  assert.deepEqual([streams.length > length, client.failures], [true, []])
})

test('a function that gives the list is asked before each attempt, and may give a promise', async t => {
  let calls = 0
  const { clock, client } = await single(t, { servers: async () => ++calls < 3 ? [] : [{}], interval: 5, time: 15 })
  assert.deepEqual([calls, slotsOf(client)], [3, [0]])
  await clock.advance(10)
  assert.equal(calls, 5)
})

for (const [name, servers, message, code] of [
  ['throws', () => { throw new Error('no list') }, 'no list'],
  ['rejects', () => Promise.reject(new Error('no list')), 'no list'],
  ['gives no array', () => 'none', "options.servers() must be an array. Received 'none'", 'ERR_INVALID_ARG_TYPE'],
  ['gives a list of junk', () => [null], 'options.servers()[0] must be an object. Received null', 'ERR_INVALID_ARG_TYPE'],
  ['does not answer', () => new Promise(() => {}), 'options.servers() gave no list within 50 ms', 'ERR_SERVERS_TIMEOUT']
]) {
  test(`'failed' comes, and the next attempt, where the function ${name}`, async t => {
    let calls = 0
    const { client } = await single(t, { servers: () => ++calls < 3 ? servers() : [{}], timeout: 50, time: 125 })
    assert.deepEqual(client.failures.map(({ server, error }) => [server, error.message, error.code]), Array(2).fill([undefined, message, code]))
    assert.deepEqual(slotsOf(client), [0])
  })
}

test("'failed' comes where somebody has put junk into the list", async t => {
  const servers = []
  const { clock, client } = await single(t, { servers })
  servers.push(null)
  await clock.advance(10)
  assert.equal(client.failures[0].error.message, 'options.servers[0] must be an object. Received null')
})

test('a server whose properties throw is a failure, and attempts go on', async t => {
  let calls = 0
  const bad = { get host () { if (calls++ === 0) throw new Error('mine') } }
  const { client } = await single(t, { servers: [bad, {}, { get port () { throw undefined } }], offers: 2 }) // eslint-disable-line no-throw-literal
  assert.deepEqual(client.failures.map(({ server, error }) => [server === bad, error.message]), [[true, 'mine'], [false, 'undefined was thrown']])
  assert.deepEqual(slotsOf(client), [0])
})

test('close() ends the attempts, closes idle connections, and waits for leased ones', async t => {
  const { clock, client, streams } = await single(t, { connections: 3, serve: count => [0, 1, 2][count], interval: 5, time: 15 })
  const lease = client.lease()
  const closed = outcomeOf(client.close())
  assert.equal(client.lease(), undefined)
  assert.deepEqual(slotsOf(client), [lease.slot])
  await clock.advance(500)
  assert.deepEqual([closed, streams.filter(({ destroyed }) => !destroyed)], [{}, [lease.socket]])
  lease.release()
  await clock.advance(0)
  assert.deepEqual([closed, lease.socket.destroyed, client.connections, client.failures], [{ value: undefined }, true, [], []])
  assert.deepEqual([streams.length, clock.pending], [3, []])
})

test('close() may be called again, with a timeout too', async t => {
  const { clock, client, streams } = await single(t)
  client.lease()
  const outcomes = [client.close(), client.close({ timeout: 0 }), client.close()].map(outcomeOf)
  await clock.advance(1)
  assert.deepEqual(outcomes, Array(3).fill({ value: undefined }))
  assert.equal(streams[0].destroyed, true)
})

for (const [when, options, time] of [
  ['before the first attempt', { fillInterval: 100 }],
  ['while the list is awaited', { servers: () => new Promise(() => {}) }],
  ['while a server has sent no slot', { serve: () => undefined }, 5]
]) {
  test(`close() ${when} closes at once, and nothing has failed`, async t => {
    const { clock, client, streams } = await single(t, options)
    const closed = outcomeOf(client.close())
    await clock.advance(0)
    assert.deepEqual([closed, clock.pending, client.failures], [{ value: undefined }, [], []])
    assert.equal(streams.every(({ destroyed }) => destroyed), true)
    assert.equal(streams.length, time === undefined ? 0 : 1)
  })
}

for (const [when, close] of [
  ['during an attempt', client => { client.close() }],
  ['right after the last offer of an attempt has failed', (client, stream) => {
    client.on('failed', () => queueMicrotask(() => client.close()))
    stream.destroy()
  }]
]) {
  test(`close() ${when} closes the offer that has come already`, async t => {
    const { clock, client, streams } = await single(t, { servers: 2, offers: 2, serve: count => [0][count] })
    close(client, streams[1])
    await clock.advance(10)
    assert.deepEqual([client.opened, client.connections, destroyedOf(streams)], [[], [], [true, true]])
  })
}

test('close() rejects those who wait, and acquire() rejects from then on', async t => {
  const client = connect(t, [], {})
  const waiting = [client.acquire(), client.acquire()]
  const closing = client.close()
  for (const promise of [...waiting, client.acquire()]) {
    await assert.rejects(promise, { name: 'Error', code: 'ERR_CLIENT_CLOSED', message: 'The client is closed' })
  }
  await closing
})

test('close() with a timeout resolves if the lessee has removed all listeners', async t => {
  const { clock, client } = await single(t)
  const { socket } = client.lease()
  socket.removeAllListeners()
  const closed = outcomeOf(client.close({ timeout: 10 }))
  await clock.exactly(10, () => socket.destroyed)
  assert.deepEqual(closed, { value: undefined })
})

test('a process whose client is closed ends', async () => {
  assert.equal(await run([join(__dirname, '..', 'support', 'client-that-closes.js')]), 'closed\n')
})

test('a connection that is destroyed in its open listener is replaced', async t => {
  const { client } = await pair(t, (socket, count) => socket.write(`${count}\r\n`))
  client.on('open', ({ socket, slot }) => { if (slot < 3) socket.destroy() })
  assert.equal((await client.acquire()).slot, 3)
})

test("no event needs a listener, not even 'failed'", async t => {
  const [refusing, server] = [await listen(t, () => {}), await listen(t, slots(0))]
  await refusing.stop()
  const client = new CallosumClient({ servers: [refusing, server], connections: 1, fillInterval: 5, interval: 5 })
  t.after(() => client.close({ timeout: 0 }))
  assert.equal((await client.acquire()).slot, 0)
})

const WRONG_TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }
const WRONG_RANGE = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }

test('a client needs new, and options', () => {
  assert.throws(() => CallosumClient({ servers: [] }), TypeError)
  for (const options of [undefined, null, 5, 'servers', () => {}]) {
    assert.throws(() => new CallosumClient(options), { ...WRONG_TYPE, message: /^options must be an object\. Received / })
  }
})

for (const [name, highest] of Object.entries({ connections: MAX, interval: MAX, fillInterval: MAX, offers: 100, timeout: MAX })) {
  test(`options.${name} is an integer from 1 to ${highest}`, async () => {
    const make = value => new CallosumClient({ servers: [], [name]: value })
    const message = new RegExp(`^options\\.${name} must be `)
    for (const value of [undefined, 1, highest]) await make(value).close()
    for (const value of [0, -1, 1.5, NaN, Infinity, highest + 1]) assert.throws(() => make(value), { ...WRONG_RANGE, message })
    for (const value of [null, true, 'x', Symbol('x'), {}, [], () => {}]) assert.throws(() => make(value), { ...WRONG_TYPE, message })
  })
}

for (const [name, right, wrong] of [
  ['servers', [[], () => []], [undefined, null, true, 'x', Symbol('x'), {}, 5]],
  ['connect', [undefined, () => {}], [null, true, 'x', Symbol('x'), {}, [], 5]],
  ['pick', [undefined, 'random', 'lowest'], [null, true, Symbol('x'), {}, [], () => {}, 5]]
]) {
  test(`options.${name} is checked`, async () => {
    const make = value => new CallosumClient({ servers: [], [name]: value })
    for (const value of right) await make(value).close()
    for (const value of wrong) assert.throws(() => make(value), { ...WRONG_TYPE, message: new RegExp(`^options\\.${name} must be `) })
  })
}

for (const [options, error, message] of [
  [{ pick: 'first' }, WRONG_RANGE, "options.pick must be 'random' or 'lowest'. Received 'first'"],
  [{ servers: 'localhost' }, WRONG_TYPE, "options.servers must be an array or a function. Received 'localhost'"],
  [{ servers: [{}, 'localhost'] }, WRONG_TYPE, "options.servers[1] must be an object. Received 'localhost'"]
]) {
  test(`the constructor throws an error that says: ${message}`, () => {
    assert.throws(() => new CallosumClient({ servers: [], ...options }), { ...error, message })
  })
}

for (const options of [{ interval: MAX }, { interval: MAX, fillInterval: MAX, connections: 2 }]) {
  test(`the longest time between attempts does not overflow: ${Object.keys(options)}`, async t => {
    const { clock, streams } = await single(t, { chance: 0.99, ...options, time: MAX })
    assert.equal(streams.length, 1)
    assert.ok(clock.pending.every(time => time <= MAX), clock.pending.join())
  })
}

test('the options of acquire() and close() are checked, by a rejection that changes nothing', async t => {
  const { client } = await single(t)
  for (const [options, error] of [
    [null, { ...WRONG_TYPE, message: 'options must be an object. Received null' }],
    [5, { ...WRONG_TYPE, message: 'options must be an object. Received 5' }],
    [{ timeout: '5' }, { ...WRONG_TYPE, message: "options.timeout must be a number. Received '5'" }],
    ...[-1, 1.5, NaN, Infinity, MAX + 1].map(timeout => [{ timeout }, WRONG_RANGE])
  ]) {
    await assert.rejects(client.acquire(options), error)
    await assert.rejects(client.close(options), error)
  }
  assert.equal(client.lease().slot, 0)
})

for (const [what, signal, wanted] of [
  ['is null', null, 'object'],
  ['is a string', 'x', 'object'],
  ['is an object', {}, 'AbortSignal'],
  ...['aborted', 'addEventListener', 'removeEventListener'].map(name => [`has no ${name}`, { ...countedSignal(), [name]: undefined }, 'AbortSignal'])
]) {
  test(`acquire() rejects a signal that ${what}`, async t => {
    const message = new RegExp(`^options\\.signal must be an ${wanted}\\. Received `)
    await assert.rejects(connect(t, [], {}).acquire({ signal }), { ...WRONG_TYPE, message })
  })
}

test('it is a module of the package, by default and by name', async () => {
  const module = await import('callosum-server-slots/client')
  for (const it of [require('callosum-server-slots/client'), require('callosum-server-slots/client.js').CallosumClient, module.default, module.CallosumClient]) {
    assert.equal(it, CallosumClient)
  }
})

test('it loads no addon', async () => {
  const program = "require('./client.js'); Object.keys(require.cache).filter(name => /[.]node$|load-native/.test(name)).length"
  assert.equal(await run(['-p', program]), '0\n')
})
