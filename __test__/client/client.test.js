'use strict'

// The client's pool and its attempts, against servers that give the slots a test wants.

const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const net = require('node:net')
const { Duplex } = require('node:stream')
const test = require('node:test')

const { CallosumClient } = require('../../client.js')
const CallosumServerSlots = require('../..')
const { PATIENCE, WAIT, sleep, until, listen, slots, connect, slotsOf } = require('../support/callosum-servers.js')
const { duplex, single } = require('../support/client-streams.js')

// ---- What is kept ----

test('a client keeps the connections with the lowest slots, and closes the others', async t => {
  const server = await listen(t, slots(7, 3, 9, 1, 5))
  const client = connect(t, [server], { connections: 2 })
  await until(() => server.accepted >= 5 && server.sockets.size === 2)
  assert.deepEqual(slotsOf(client), [1, 3])
})

test('the array of connections is a new one each time', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1, interval: 60000 })
  await until(() => client.connections.length === 1)
  client.connections.pop()
  assert.deepEqual(slotsOf(client), [0])
})

test('a client keeps the older one of two with the same slot', async t => {
  const first = await listen(t, slots(4))
  const second = await listen(t, slots(4))
  let servers = [first]
  const client = connect(t, () => servers, { connections: 1 })
  await until(() => client.connections.length === 1)
  servers = [first, second]
  await until(() => second.accepted >= 2)
  assert.equal(client.connections[0].server, first)
})

test('a client replaces the younger one of two with the same slot', async t => {
  const server = await listen(t, slots(5, 5, 3))
  const client = connect(t, [server], { connections: 2 })
  const opened = []
  const closed = []
  client.on('open', connection => opened.push(connection))
  client.on('close', connection => closed.push(connection))
  await until(() => closed.length === 1)
  assert.deepEqual(opened.map(({ slot }) => slot), [5, 5, 3])
  assert.equal(closed[0], opened[1])
})

test('a connection has its socket, its slot and its server', async t => {
  const server = await listen(t, slots(4))
  const client = connect(t, [server], { connections: 1 })
  const opened = []
  client.on('open', connection => opened.push(connection))
  await until(() => opened.length === 1)
  assert.deepEqual(Object.keys(opened[0]), ['socket', 'slot', 'server'])
  assert.ok(opened[0].socket instanceof net.Socket)
  assert.equal(opened[0].slot, 4)
  assert.equal(opened[0].server, server)
  assert.deepEqual(client.connections, opened)
})

test("'close' comes with a connection that its server has closed, and another takes its place", async t => {
  const server = await listen(t, slots(0, 1))
  const client = connect(t, [server], { connections: 1, interval: 60000 })
  const closed = []
  client.on('close', connection => closed.push(connection))
  await until(() => client.connections.length === 1)
  const [connection] = client.connections
  for (const socket of server.sockets) socket.end()
  await until(() => slotsOf(client)[0] === 1)
  assert.deepEqual(closed, [connection])
})

test("'close' comes with a connection that is replaced, and not with one that was never kept", async t => {
  const server = await listen(t, slots(5, 3, 9, 9))
  const client = connect(t, [server], { connections: 1 })
  const closed = []
  client.on('close', ({ slot }) => closed.push(slot))
  await until(() => server.accepted > 5)
  assert.deepEqual(closed, [5])
})

test('a leased connection is not replaced', async t => {
  let lowest = 8
  const server = await listen(t, socket => socket.write(`${lowest}\r\n`))
  const client = connect(t, [server], { connections: 2 })
  await until(() => client.connections.length === 2)
  const lease = client.lease()
  lowest = 2
  await until(() => slotsOf(client)[0] === 2)
  await sleep(30)
  assert.deepEqual(slotsOf(client), [2, 8])
  assert.equal(lease.socket.destroyed, false)
  lease.release()
  await until(() => slotsOf(client)[1] === 2)
  await until(() => lease.socket.destroyed)
})

test('a connection that comes while all others are leased is closed, and nothing has failed', async t => {
  const held = []
  const server = await listen(t, (socket, count) => count === 0 ? socket.write('5\r\n') : held.push(socket))
  const client = connect(t, [server], { connections: 1, timeout: 60000 })
  await until(() => held.length === 1)
  client.lease()
  held[0].write('1\r\n')
  await until(() => server.sockets.size === 1)
  assert.deepEqual([slotsOf(client), client.failures], [[5], []])
})

test('a connection that is replaced does not wait for the end of its server', async t => {
  const server = await listen(t, (socket, count) => socket.write(`${9 - count}\r\n`), {
    listener: handler => net.createServer({ allowHalfOpen: true }, handler)
  })
  const client = connect(t, [server], { connections: 1, timeout: 60000 })
  const closed = []
  client.on('close', ({ slot }) => closed.push(slot))
  await until(() => closed.length === 3)
  assert.deepEqual(closed, [9, 8, 7])
})

test('a connection that is closed is ended first, although its bytes are sent already, so that the server is not reset', async t => {
  const calls = []
  const stream = new Duplex({
    read () {},
    write (chunk, encoding, done) { done() },
    final (done) { calls.push('end'); done() },
    destroy (error, done) { calls.push('destroy'); done(error) }
  })
  stream.push('0\n')
  const client = connect(t, [{}], { connections: 1, interval: 60000, connect: () => stream })
  const { socket, release } = await client.acquire()
  socket.write('x')
  release()
  await client.close()
  assert.deepEqual(calls, ['end', 'destroy'])
})

test('what was written before the release arrives, although the connection is replaced', async t => {
  let lowest = 8
  let received = 0
  const server = await listen(t, socket => {
    socket.on('data', data => { received += data.length })
    socket.write(`${lowest}\r\n`)
  })
  const client = connect(t, [server], { connections: 1, timeout: WAIT })
  const lease = await client.acquire()
  lowest = 2
  const bytes = 1 << 23
  lease.socket.write(Buffer.alloc(bytes))
  lease.release()
  await until(() => slotsOf(client)[0] === 2)
  await until(() => received === bytes)
})

// ---- Leases ----

test('lease() gives an idle connection, and nothing when none is', async t => {
  const server = await listen(t, slots(2, 0))
  const client = connect(t, [server], { connections: 2 })
  assert.equal(client.lease(), undefined)
  await until(() => client.connections.length === 2)
  const leases = [client.lease(), client.lease()]
  assert.deepEqual(leases.map(({ slot }) => slot).sort(), [0, 2])
  assert.equal(client.lease(), undefined)
  leases[1].release()
  assert.equal(client.lease().slot, leases[1].slot)
})

test('a lease has the socket, the slot and the server, and release() needs no receiver', async t => {
  const server = await listen(t, slots(2))
  const client = connect(t, [server], { connections: 1 })
  const { socket, slot, server: from, release, ...rest } = await client.acquire()
  assert.ok(socket instanceof net.Socket)
  assert.equal(slot, 2)
  assert.equal(from, server)
  assert.deepEqual(Object.keys(rest), [])
  release()
  assert.equal(client.lease().slot, 2)
})

test('a lease that is released again does nothing', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  const { release } = await client.acquire()
  release()
  client.lease()
  release()
  assert.equal(client.lease(), undefined)
})

test('leases leave no listeners on the socket', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1, interval: 60000 })
  const { socket, release } = await client.acquire()
  release()
  await sleep(5)
  const counts = () => Object.fromEntries(socket.eventNames().map(name => [name, socket.listenerCount(name)]))
  const before = counts()
  for (let i = 0; i < 20; i++) client.lease().release()
  await sleep(5)
  assert.deepEqual(counts(), before)
})

test('a lease is disposable where the symbol exists', { skip: !Symbol.dispose && 'no Symbol.dispose' }, async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  const lease = await client.acquire()
  assert.equal(lease[Symbol.dispose], lease.release)
})

test("pick: 'lowest' leases the lowest slot that is idle", async t => {
  const server = await listen(t, slots(5, 1, 3))
  const client = connect(t, [server], { connections: 3, pick: 'lowest' })
  await until(() => client.connections.length === 3)
  assert.deepEqual([client.lease(), client.lease(), client.lease()].map(({ slot }) => slot), [1, 3, 5])
})

test("pick: 'random' leases all idle connections equally often", async t => {
  const server = await listen(t, slots(0, 1, 2, 3))
  const client = connect(t, [server], { connections: 4 })
  await until(() => client.connections.length === 4)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) {
    const lease = client.lease()
    counts[lease.slot]++
    lease.release()
  }
  for (const count of counts) assert.ok(count > 800 && count < 1200, counts.join())
})

test('a connection that its lessee has destroyed or ended is not leased again', async t => {
  for (const finish of ['destroy', 'end']) {
    const server = await listen(t, slots(0, 1))
    const client = connect(t, [server], { connections: 1, interval: 60000 })
    const lease = await client.acquire()
    lease.socket[finish]()
    lease.release()
    assert.equal(client.lease(), undefined)
    assert.equal((await client.acquire()).slot, 1)
  }
})

test('a connection that its lessee ends without a release is replaced once it has closed', async t => {
  const server = await listen(t, slots(0, 1))
  const client = connect(t, [server], { connections: 1, interval: 60000 })
  const lease = await client.acquire()
  lease.socket.end()
  await until(() => slotsOf(client)[0] === 1)
  lease.release()
  assert.deepEqual(slotsOf(client), [1])
})

test('a leased connection whose server dies is replaced', async t => {
  const servers = [await listen(t, slots(0)), await listen(t, slots(1))]
  const client = connect(t, () => servers.slice(0, 1), { connections: 1, interval: 60000 })
  const lease = await client.acquire()
  lease.socket.resume()
  await servers.shift().stop()
  await until(() => slotsOf(client)[0] === 1)
  lease.release()
  assert.deepEqual(slotsOf(client), [1])
})

test('a leased connection that has closed is not leased again, although its stream does not show it', async t => {
  const server = await listen(t, slots(0, 1))
  const client = connect(t, [server], { connections: 1 })
  const lease = await client.acquire()
  lease.socket.emit('close')
  lease.release()
  assert.equal(client.lease(), undefined)
  assert.equal((await client.acquire()).slot, 1)
})

// ---- acquire() ----

test('acquire() waits for an idle connection: first come, first served', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  const order = []
  await Promise.all([1, 2, 3, 4].map(async number => {
    const lease = await client.acquire()
    order.push(number)
    await sleep(5)
    lease.release()
  }))
  assert.deepEqual(order, [1, 2, 3, 4])
})

test('a call that waits takes as long among 200,000 as among 10,000', async t => {
  const { client } = await single(t)
  const timeFor = async count => {
    const lease = client.lease()
    const calls = Array.from({ length: count }, async () => (await client.acquire()).release())
    const start = process.cpuUsage()
    lease.release()
    await Promise.all(calls)
    return process.cpuUsage(start).user / count
  }
  await timeFor(10000)
  const times = [await timeFor(10000), await timeFor(200000)]
  assert.ok(times[1] < 3 * times[0] + 5, `${times} µs`)
})

test('lease() does not overtake those who wait', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  client.on('open', () => assert.equal(client.lease(), undefined))
  const lease = await client.acquire()
  const next = client.acquire()
  lease.release()
  assert.equal(client.lease(), undefined)
  assert.equal((await next).slot, 0)
})

test('acquire() rejects after its timeout, and the next connection goes to the next', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  const lease = await client.acquire()
  const late = client.acquire({ timeout: 20 })
  const next = client.acquire()
  await assert.rejects(late, { name: 'Error', code: 'ERR_ACQUIRE_TIMEOUT', message: 'No connection was idle within 20 ms: the only one is leased, and 2 calls wait' })
  lease.release()
  assert.equal((await next).slot, 0)
})

test('acquire() rejects when it is aborted, before and while it waits', { skip: typeof AbortController === 'undefined' && 'no AbortController' }, async t => {
  const client = connect(t, [], {})
  const controller = new AbortController()
  const waiting = client.acquire({ signal: controller.signal })
  controller.abort(new Error('enough'))
  for (const promise of [waiting, client.acquire({ signal: controller.signal })]) {
    await assert.rejects(promise, error => {
      assert.deepEqual([error.name, error.code], ['AbortError', 'ABORT_ERR'])
      assert.equal(error.cause, controller.signal.reason)
      return true
    })
  }
})

test('acquire() with a signal that is aborted already leases nothing', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1, interval: 60000 })
  await until(() => client.connections.length === 1)
  const signal = { aborted: true, addEventListener () {}, removeEventListener () {} }
  await assert.rejects(client.acquire({ signal }), { name: 'AbortError', code: 'ABORT_ERR', message: 'The operation was aborted' })
  assert.equal(client.lease().slot, 0)
})

/** A signal whose listeners a test can count. */
function countedSignal () {
  const listeners = new Set()
  return {
    listeners,
    aborted: false,
    addEventListener (name, listener) { if (name === 'abort') listeners.add(listener) },
    removeEventListener (name, listener) { if (name === 'abort') listeners.delete(listener) },
    abort () { for (const listener of listeners) listener() }
  }
}

for (const [name, end, code] of [
  ['has a lease', lease => lease.release()],
  ['is aborted', (lease, signal) => signal.abort(), 'ABORT_ERR'],
  ['times out', () => {}, 'ERR_ACQUIRE_TIMEOUT'],
  ['is rejected by close()', (lease, signal, client) => { client.close() }, 'ERR_CLIENT_CLOSED']
]) {
  test(`acquire() that ${name} takes its listener off the signal`, async t => {
    const server = await listen(t, slots(0))
    const client = connect(t, [server], { connections: 1 })
    const lease = await client.acquire()
    const signal = countedSignal()
    const outcome = client.acquire({ signal, timeout: code === 'ERR_ACQUIRE_TIMEOUT' ? 1 : 60000 }).then(() => undefined, error => error.code)
    assert.equal(signal.listeners.size, 1)
    end(lease, signal, client)
    assert.equal(await outcome, code)
    assert.equal(signal.listeners.size, 0)
  })
}

test('calls of acquire() that wait on one signal share a listener, and are all aborted', async t => {
  const client = connect(t, [], {})
  const signal = countedSignal()
  const outcomes = Array.from({ length: 20 }, () => client.acquire({ signal }).catch(error => error.code))
  assert.equal(signal.listeners.size, 1)
  signal.abort()
  assert.deepEqual(await Promise.all(outcomes), outcomes.map(() => 'ABORT_ERR'))
  assert.equal(signal.listeners.size, 0)
})

for (const [name, isBefore] of [['meanwhile', false], ['before', true]]) {
  test(`acquire() is aborted although another call on the same signal has timed out ${name}`, async t => {
    const client = connect(t, [], {})
    const signal = countedSignal()
    const acquire = () => client.acquire({ signal }).catch(error => error.code)
    const early = isBefore ? undefined : acquire()
    await assert.rejects(client.acquire({ signal, timeout: 1 }), { code: 'ERR_ACQUIRE_TIMEOUT' })
    const outcome = early || acquire()
    assert.equal(signal.listeners.size, 1)
    signal.abort()
    assert.equal(await outcome, 'ABORT_ERR')
  })
}

test('calls of acquire() with signals of their own are aborted one by one', async t => {
  const client = connect(t, [], {})
  const signals = [countedSignal(), countedSignal()]
  const [first, second] = signals.map(signal => client.acquire({ signal, timeout: 50 }))
  signals[1].abort()
  await assert.rejects(second, { code: 'ABORT_ERR' })
  await assert.rejects(first, { code: 'ERR_ACQUIRE_TIMEOUT' })
})

// ---- Attempts ----

// ms that the second of two offers may take longer than the first, on a slow machine.
const FOR_BOTH = 500 * PATIENCE

test('with room a client tries several servers at once and keeps the lowest slot', async t => {
  const servers = [await listen(t, slots(5)), await listen(t, slots(3))]
  const client = connect(t, servers, { connections: 1, offers: 2, interval: 60000, fillInterval: FOR_BOTH })
  await until(() => client.connections.length === 1)
  assert.deepEqual(slotsOf(client), [3])
  assert.deepEqual(servers.map(({ accepted }) => accepted), [1, 1])
  await until(() => servers[0].sockets.size === 0)
})

for (const [part, change] of Object.entries({ host: { host: '127.0.0.2' }, port: { port: 2 }, path: { path: '/two' } })) {
  test(`an attempt tries servers that differ in their ${part} before it tries one again`, async t => {
    const [one, two] = [{ host: '127.0.0.1', port: 1, path: '/one' }, { host: '127.0.0.1', port: 1, path: '/one', ...change }]
    const servers = [...Array.from({ length: 20 }, () => ({ ...one })), two]
    for (let i = 0; i < 5; i++) {
      const tried = []
      connect(t, servers, { offers: 2, interval: 60000, connect (server) { tried.push(server[part]); throw new Error('mine') } })
      await until(() => tried.length >= 2)
      assert.deepEqual(tried.slice(0, 2).sort(), [one[part], two[part]].sort())
    }
  })
}

test('an attempt tries no more servers than options.offers says', async t => {
  const tried = []
  connect(t, [1, 2, 3, 4].map(port => ({ port })), { offers: 2, fillInterval: 400, connect ({ port }) { tried.push(port); throw new Error('mine') } })
  await until(() => tried.length >= 2)
  await sleep(20)
  assert.equal(tried.length, 2)
})

test('servers that are known twice are tried as any others', async t => {
  const server = await listen(t, slots(1, 0))
  const client = connect(t, [server, server, { ...server }], { connections: 1, offers: 2, interval: 60000, fillInterval: FOR_BOTH })
  await until(() => client.connections.length === 1)
  assert.deepEqual([server.accepted, slotsOf(client)[0]], [2, 0])
})

test('a silent server does not hold up the others', async t => {
  const silent = await listen(t, () => {})
  const server = await listen(t, slots())
  const client = connect(t, [silent, server], { connections: 5, offers: 2, timeout: 60000 })
  const start = Date.now()
  await until(() => client.connections.length === 5)
  assert.ok(Date.now() - start < WAIT / 2)
  await until(() => silent.sockets.size <= 1)
})

test('a server that refuses does not shorten the time of the others', async t => {
  const refusing = await listen(t, () => {})
  await refusing.stop()
  const server = await listen(t, async socket => {
    await sleep(100)
    socket.write('0\r\n')
  })
  const client = connect(t, [refusing, server], { connections: 1, offers: 2, interval: 60000 })
  await until(() => client.connections.length === 1)
  assert.equal(server.accepted, 1)
})

test('an offer whose connection has closed since then loses against another', async t => {
  const short = await listen(t, socket => socket.end('0\r\n'))
  const server = await listen(t, async socket => {
    await until(() => short.accepted > 0 && short.sockets.size === 0)
    socket.write('5\r\n')
  })
  const client = connect(t, [short, server], { connections: 1, offers: 2, fillInterval: FOR_BOTH })
  assert.equal((await client.acquire()).slot, 5)
  assert.equal(server.accepted, 1)
})

for (const [name, connections] of [['full', 1], ['filling', 2]]) {
  test(`a loss during an attempt of a ${name} client does not begin another`, async t => {
    const server = await listen(t, (socket, count) => { if (count === 0) socket.write('0\r\n') })
    const client = connect(t, [server], { connections, timeout: 60000 })
    await until(() => server.accepted === 2)
    for (const { socket } of client.connections) socket.destroy()
    await until(() => client.connections.length === 0)
    await sleep(50)
    assert.equal(server.accepted, 2)
  })
}

test('clients that are made together do not connect together', async t => {
  const server = await listen(t, slots())
  for (let i = 0; i < 20; i++) connect(t, [server], { connections: 1, fillInterval: 300, interval: 60000 })
  await until(() => server.accepted === 20)
  assert.ok(server.times[19] - server.times[0] > 75, server.times.join())
})

test('half an interval to one and a half passes between attempts', async t => {
  const server = await listen(t, slots(0))
  connect(t, [server], { connections: 1, interval: 40 })
  await until(() => server.accepted === 20)
  const pauses = server.times.slice(2).map((time, i) => time - server.times[i + 1])
  assert.ok(Math.min(...pauses) >= 18, pauses.join()) // the clock counts whole ms
  assert.ok(new Set(pauses).size > 3, pauses.join())
})

test('the intervals hold for servers that refuse, too', async t => {
  const refusing = await listen(t, () => {})
  await refusing.stop()
  const client = connect(t, [refusing], { connections: 1, offers: 2, fillInterval: 40 })
  await sleep(410)
  assert.ok(client.failures.length >= 2 && client.failures.length <= 40, String(client.failures.length))
  const [{ server, error }] = client.failures
  assert.equal(server, refusing)
  assert.equal(error.code, 'ECONNREFUSED')
})

test('nothing piles up at servers that are silent', async t => {
  const silent = await listen(t, () => {})
  connect(t, [silent], { connections: 10, offers: 2, fillInterval: 1, timeout: 50 })
  let most = 0
  await until(() => {
    most = Math.max(most, silent.sockets.size)
    return silent.accepted >= 12
  })
  assert.ok(most <= 4, String(most))
})

test('a full client that loses a connection fills up again by the shorter interval', async t => {
  const server = await listen(t, slots())
  const client = connect(t, [server], { connections: 3, interval: 60000, fillInterval: 10 })
  await until(() => client.connections.length === 3)
  await sleep(50)
  const start = Date.now()
  for (const socket of server.sockets) socket.destroy()
  await until(() => server.accepted === 6 && client.connections.length === 3)
  assert.ok(Date.now() - start < WAIT / 2)
})

test('no attempt is made while all connections are leased', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  const lease = await client.acquire()
  await sleep(20)
  const { accepted } = server
  await sleep(60)
  assert.equal(server.accepted, accepted)
  lease.release()
  await until(() => server.accepted > accepted)
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

// ---- The list of servers ----

test('a list that changes is followed, and so is one that becomes empty', async t => {
  const [first, second] = [await listen(t, slots()), await listen(t, slots())]
  const servers = []
  const client = connect(t, servers, { connections: 1 })
  await sleep(30)
  servers.push(first)
  await until(() => client.connections.length === 1)
  servers.pop()
  await sleep(30)
  const { accepted } = first
  await sleep(30)
  assert.equal(first.accepted, accepted)
  servers.push(second)
  await until(() => second.accepted > 1)
  assert.deepEqual(client.failures, [])
})

test('a function that gives the list is asked before each attempt, and may give a promise', async t => {
  const server = await listen(t, slots(0))
  let calls = 0
  const client = connect(t, async () => {
    calls++
    return calls < 3 ? [] : [server]
  }, { connections: 1 })
  await until(() => client.connections.length === 1)
  assert.equal(calls, 3)
  await until(() => calls > 5)
})

for (const [name, servers, message, code] of [
  ['throws', () => { throw new Error('no list') }, 'no list'],
  ['rejects', () => Promise.reject(new Error('no list')), 'no list'],
  ['gives no array', () => 'none', "options.servers() must be an array. Received 'none'"],
  ['gives a list of junk', () => [null], 'options.servers()[0] must be an object. Received null'],
  ['does not answer', () => new Promise(() => {}), 'options.servers() gave no list within 50 ms', 'ERR_SERVERS_TIMEOUT']
]) {
  test(`'failed' comes, and the next attempt, where the function ${name}`, async t => {
    const server = await listen(t, slots(0))
    let calls = 0
    const client = connect(t, () => ++calls < 3 ? servers() : [server], { connections: 1, timeout: 50 })
    await until(() => client.connections.length === 1)
    assert.deepEqual(client.failures.slice(0, 2).map(({ server, error }) => [server, error.message]), [[undefined, message], [undefined, message]])
    if (code !== undefined) assert.equal(client.failures[0].error.code, code)
  })
}

test("'failed' comes where somebody has put junk into the list", async t => {
  const servers = []
  const client = connect(t, servers, {})
  servers.push(null)
  await until(() => client.failures.length > 0)
  assert.equal(client.failures[0].error.message, 'options.servers[0] must be an object. Received null')
})

test("'failed' comes where connect() throws or gives no socket", async t => {
  const server = { host: '127.0.0.1', port: 65536 }
  const client = connect(t, [server], { connections: 1 })
  await until(() => client.failures.length > 1)
  assert.equal(client.failures[0].server, server)
  assert.match(client.failures[0].error.code, /^ERR_(SOCKET_BAD_PORT|OUT_OF_RANGE)$/)

  for (const [junk, received] of [[undefined, 'undefined'], [null, 'null'], [{}, 'an object'], ['socket', "'socket'"], [new EventEmitter(), 'an object']]) {
    const client = connect(t, [server], { connections: 1, connect: () => junk })
    await until(() => client.failures.length > 1)
    assert.equal(client.failures[0].error.code, 'ERR_INVALID_ARG_TYPE')
    assert.equal(client.failures[0].error.message, `options.connect() must return a stream.Duplex. Received ${received}`)
  }
})

test('connections are kept alive, which finds out a server that has vanished', async t => {
  const server = await listen(t, slots(0))
  const calls = []
  const client = connect(t, [server], {
    connections: 1,
    connect (options) {
      const socket = net.connect(options)
      socket.setKeepAlive = (...values) => calls.push(values)
      return socket
    }
  })
  await until(() => client.connections.length === 1)
  assert.deepEqual(calls[0], [true, 60000])
})

test('connect() gets the server as it is in the list, and makes the socket', async t => {
  const server = await listen(t, slots(0))
  const seen = []
  const client = connect(t, [server], {
    connections: 1,
    connect (...values) {
      seen.push(values)
      return net.connect(...values)
    }
  })
  await until(() => client.connections.length === 1)
  assert.deepEqual(seen[0], [server])
  assert.equal(seen[0][0], server)
})

// ---- close() ----

test('close() ends the attempts, closes idle connections, and waits for leased ones', async t => {
  const server = await listen(t, slots(0, 1, 2))
  const client = connect(t, [server], { connections: 3 })
  await until(() => client.connections.length === 3)
  const lease = client.lease()
  let isClosed = false
  const closing = client.close().then(() => { isClosed = true })
  assert.equal(client.lease(), undefined)
  assert.deepEqual(slotsOf(client), [lease.slot])
  await until(() => server.sockets.size === 1)
  const { accepted } = server
  await sleep(50)
  assert.deepEqual([isClosed, server.accepted, lease.socket.destroyed], [false, accepted, false])
  lease.release()
  await closing
  assert.deepEqual(client.connections, [])
  await until(() => server.sockets.size === 0)
  assert.deepEqual(client.failures, [])
})

test('close() may be called again, with a timeout too', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  const lease = await client.acquire()
  const first = client.close()
  await client.close({ timeout: 0 })
  await first
  await client.close()
  assert.equal(lease.socket.destroyed, true)
})

test('close() closes connections that have no slot yet', async t => {
  const silent = await listen(t, () => {})
  const client = connect(t, [silent], { timeout: 60000 })
  await until(() => silent.accepted === 1)
  await client.close()
  await until(() => silent.sockets.size === 0)
  assert.deepEqual(client.failures, [])
})

test('close() before the first attempt, and while the list is awaited', async t => {
  const server = await listen(t, slots(0))
  await connect(t, [server], {}).close()
  let asked = false
  const client = connect(t, () => new Promise(() => { asked = true }), { timeout: 60000 })
  await until(() => asked)
  await client.close()
  await sleep(20)
  assert.equal(server.accepted, 0)
  assert.deepEqual(client.failures, [])
})

test('close() right after the last offer of an attempt closes what it has found', async t => {
  const server = await listen(t, slots(0))
  const failing = await listen(t, async socket => {
    await sleep(50)
    socket.destroy()
  })
  const client = connect(t, [server, failing], { connections: 1, offers: 2, fillInterval: 1000 })
  const opened = []
  client.on('open', ({ slot }) => opened.push(slot))
  let closed
  client.on('failed', () => queueMicrotask(() => { closed = client.close() }))
  await until(() => closed !== undefined)
  await closed
  assert.deepEqual([opened, client.connections], [[], []])
  await until(() => server.sockets.size === 0)
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

test('close() rejects those who wait, and acquire() rejects from then on', async t => {
  const client = connect(t, [], {})
  const waiting = [client.acquire(), client.acquire()]
  const closing = client.close()
  for (const promise of [...waiting, client.acquire()]) {
    await assert.rejects(promise, { name: 'Error', code: 'ERR_CLIENT_CLOSED', message: 'The client is closed' })
  }
  await closing
})

test('a process whose client is closed ends', async t => {
  const { execFile } = require('node:child_process')
  const file = require('node:path').join(__dirname, '..', 'support', 'client-that-closes.js')
  const code = await new Promise(resolve => execFile(process.execPath, [file], { timeout: 2 * WAIT }, (error, stdout, stderr) => {
    resolve(error ? `${error.code} ${error.signal} ${stderr}` : stdout)
  }))
  assert.equal(code, 'closed\n')
})

// ---- Listeners ----

test('a connection that is destroyed in its open listener is replaced', async t => {
  const server = await listen(t, slots())
  const client = connect(t, [server], { connections: 1 })
  let count = 0
  client.on('open', ({ socket }) => { if (count++ < 3) socket.destroy() })
  assert.ok((await client.acquire()).slot >= 1003)
})

test('nobody has to listen for anything', async t => {
  const refusing = await listen(t, () => {})
  await refusing.stop()
  const server = await listen(t, slots(0))
  const client = new CallosumClient({ servers: [refusing, server], connections: 1, fillInterval: 5, interval: 5 })
  t.after(() => client.close({ timeout: 0 }))
  const lease = await client.acquire()
  assert.equal(lease.slot, 0)
})

// ---- Options ----

test('a client needs new, and options', () => {
  assert.throws(() => CallosumClient({ servers: [] }), TypeError)
  for (const options of [undefined, null, 5, 'servers', () => {}]) {
    assert.throws(() => new CallosumClient(options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /^options must be an object\. Received / })
  }
  assert.throws(() => new CallosumClient({ servers: [], pick: 'first' }), { message: "options.pick must be 'random' or 'lowest'. Received 'first'" })
  assert.throws(() => new CallosumClient({ servers: 'localhost' }), { message: "options.servers must be an array or a function. Received 'localhost'" })
})

const JUNK = [null, true, 'x', Symbol('x'), {}, [], () => {}, NaN, 0, -1, 1.5, Infinity, 2 ** 31]

for (const [name, isRight] of [
  ['servers', value => typeof value === 'function' || Array.isArray(value)],
  ['connections', () => false],
  ['interval', () => false],
  ['fillInterval', () => false],
  ['offers', () => false],
  ['timeout', () => false],
  ['pick', () => false],
  ['connect', value => typeof value === 'function']
]) {
  test(`options.${name} is checked`, async t => {
    for (const value of JUNK) {
      const options = { servers: [], [name]: value }
      if (isRight(value)) {
        await new CallosumClient(options).close()
        continue
      }
      const wrongRange = name === 'pick' ? typeof value === 'string' : typeof value === 'number' && name !== 'servers' && name !== 'connect'
      assert.throws(() => new CallosumClient(options), wrongRange
        ? { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: new RegExp(`^options\\.${name} must be `) }
        : { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: new RegExp(`^options\\.${name} must be `) }, String(value))
    }
  })
}

for (const [name, highest] of Object.entries({ connections: 2147483647, interval: 2147483647, fillInterval: 2147483647, offers: 100, timeout: 2147483647 })) {
  test(`options.${name} is 1 to ${highest}`, async () => {
    for (const value of [1, highest]) await new CallosumClient({ servers: [], [name]: value }).close()
    for (const value of [0, highest + 1]) assert.throws(() => new CallosumClient({ servers: [], [name]: value }), { code: 'ERR_OUT_OF_RANGE' })
  })
}

test('a server that is no object is refused, with its place in the list', () => {
  assert.throws(() => new CallosumClient({ servers: [{ port: 1 }, 'localhost:4040'] }), {
    name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: "options.servers[1] must be an object. Received 'localhost:4040'"
  })
})

test('an option that is undefined is as if it were not given', async () => {
  await new CallosumClient({ servers: [], connections: undefined, pick: undefined, connect: undefined }).close()
})

test('the longest intervals do not overflow', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1, interval: 2147483647 })
  await until(() => client.connections.length === 1)
  await sleep(50)
  assert.equal(server.accepted, 1)
})

test('the options of acquire() and close() are checked, by a rejection', async t => {
  const client = connect(t, [], {})
  const right = { aborted: false, addEventListener () {}, removeEventListener () {} }
  for (const [options, message] of [
    [null, 'options must be an object. Received null'],
    [5, 'options must be an object. Received 5'],
    [{ timeout: '5' }, "options.timeout must be a number. Received '5'"],
    [{ signal: null }, 'options.signal must be an object. Received null'],
    [{ signal: 'x' }, "options.signal must be an object. Received 'x'"],
    [{ signal: {} }, 'options.signal must be an AbortSignal. Received an object'],
    ...Object.keys(right).map(name => [{ signal: { ...right, [name]: undefined } }, 'options.signal must be an AbortSignal. Received an object'])
  ]) {
    await assert.rejects(client.acquire(options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message })
    if (options === null || options.signal === undefined) await assert.rejects(client.close(options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message })
  }
  for (const timeout of [-1, 1.5, NaN, Infinity, 2 ** 31]) {
    await assert.rejects(client.acquire({ timeout }), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    await assert.rejects(client.close({ timeout }), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
  }
  assert.deepEqual(client.connections, [])
  await client.close() // it was not closed by the wrong calls
})

// ---- The module ----

test('it is a module of the package, by default and by name, and loads no addon', async () => {
  assert.equal(require('callosum-server-slots/client'), CallosumClient)
  assert.equal(require('callosum-server-slots/client.js').CallosumClient, CallosumClient)
  const module = await import('callosum-server-slots/client')
  assert.equal(module.default, CallosumClient)
  assert.equal(module.CallosumClient, CallosumClient)
  const { execFileSync } = require('node:child_process')
  const file = require('node:path').join(__dirname, '..', 'support', 'client-alone.js')
  assert.equal(execFileSync(process.execPath, [file], { encoding: 'utf8' }), 'no addon\n')
})

// ---- Found by trying to break it ----

test("a stream that never emits 'close' is a failure at the deadline, and attempts go on", async t => {
  const client = connect(t, [{}], {
    timeout: 20,
    connect: () => new Duplex({ emitClose: false, read () {}, write (chunk, encoding, done) { done() } })
  })
  await until(() => client.failures.length >= 3)
  assert.equal(client.failures[0].error.code, 'ERR_SLOT_TIMEOUT')
  await client.close()
})

for (const [when, sendsSlot] of [['during an attempt', false], ['with such a stream in the pool', true]]) {
  test(`close() resolves ${when}, if the stream never emits 'close'`, async t => {
    const streams = []
    const client = connect(t, [{}], {
      connections: 1,
      offers: 1,
      timeout: 60000,
      connect () {
        const stream = duplex({ emitClose: false })
        if (sendsSlot) setTimeout(() => stream.push('0\n'), 5)
        streams.push(stream)
        return stream
      }
    })
    await until(() => sendsSlot ? client.connections.length === 1 : streams.length === 1)
    await client.close()
    assert.equal(streams[0].destroyed, true)
  })
}

test('close() with a timeout resolves if the lessee has removed all listeners', async t => {
  const server = await listen(t, slots(0))
  const client = connect(t, [server], { connections: 1 })
  const { socket } = await client.acquire()
  socket.removeAllListeners()
  await client.close({ timeout: 10 })
  assert.equal(socket.destroyed, true)
})

test('an object in place of bytes is a failure', async t => {
  const client = connect(t, [{}], {
    connect () {
      const stream = duplex({ readableObjectMode: true })
      setTimeout(() => stream.push({}), 5)
      return stream
    }
  })
  await until(() => client.failures.length >= 2)
  assert.equal(client.failures[0].error.code, 'ERR_SLOT_INVALID')
  assert.equal(client.failures[0].error.message, 'The server sent no slot, but a value that is neither a string nor a Buffer: object')
})

test('a socket that connect() has paused is read', async t => {
  const server = await listen(t, slots(3))
  const client = connect(t, [server], { connections: 1, connect: options => net.connect(options).pause() })
  await until(() => client.connections.length === 1)
})

test('a socket that connect() has set an encoding on is read', async t => {
  const server = await listen(t, slots(3))
  const client = connect(t, [server], { connections: 1, connect: options => net.connect(options).setEncoding('latin1') })
  await until(() => client.connections.length === 1)
  assert.deepEqual(client.failures, [])
})

for (const [what, servers] of [['with other properties', [{ name: 'a' }, { name: 'b' }]], ['with paths, of which one is listed twice', [{ path: 'a' }, { path: 'a' }, { path: 'b' }]]]) {
  test(`an attempt connects to different servers ${what}`, async t => {
    const tried = []
    connect(t, servers, {
      offers: 2,
      timeout: 5,
      connect ({ name, path }) {
        tried.push(name || path)
        return duplex()
      }
    })
    await until(() => tried.length >= 40)
    for (let i = 0; i < 40; i += 2) assert.notEqual(tried[i], tried[i + 1])
  })
}

test('acquire() that times out without connections says why the last attempt failed', async t => {
  const client = connect(t, [{}], { connect () { throw new Error('planted') } })
  await until(() => client.failures.length >= 1)
  await assert.rejects(client.acquire({ timeout: 10 }), error => {
    assert.equal(error.message, 'No connection was idle within 10 ms: there is none. The last attempt failed: planted')
    assert.equal(error.cause.message, 'planted')
    return true
  })
})

test('acquire() that times out without connections names no failure from before an attempt that succeeded', async t => {
  const server = await listen(t, slots(0))
  const servers = [{ port: 1 }]
  const client = connect(t, servers, {
    connections: 1,
    connect (options) {
      if (options !== server) throw new Error('planted')
      return net.connect(options)
    }
  })
  await until(() => client.failures.length >= 1)
  servers[0] = server
  await until(() => client.connections.length === 1)
  servers.pop()
  for (const socket of server.sockets) socket.destroy()
  await until(() => client.connections.length === 0)
  await assert.rejects(client.acquire({ timeout: 10 }), { message: 'No connection was idle within 10 ms: there is none' })
})

test('acquire() that times out without connections and attempts says that there are none', async t => {
  const client = connect(t, [], {})
  await assert.rejects(client.acquire({ timeout: 10 }), error => {
    assert.equal(error.message, 'No connection was idle within 10 ms: there is none')
    assert.equal('cause' in error, false)
    return true
  })
})

test('a socket that is closed already is a failure, and attempts go on', async t => {
  const socket = new net.Socket()
  socket.destroy()
  await sleep(5)
  const client = connect(t, [{}], { connect: () => socket })
  await until(() => client.failures.length >= 3)
  assert.equal(client.failures[0].error.code, 'ERR_SLOT_MISSING')
})

test('a server whose properties throw is a failure, and attempts go on', async t => {
  const server = await listen(t, slots())
  let thrown = 0
  const bad = { get host () { if (thrown++ < 3) throw new Error('mine'); return '127.0.0.1' }, port: server.port }
  const client = connect(t, [bad, { ...server }], { offers: 2, connections: 1 })
  await until(() => client.connections.length === 1)
  assert.ok(client.failures.some(({ server, error }) => server === bad && error.message === 'mine'))
})
