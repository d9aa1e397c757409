'use strict'

// Servers that fail requests, and servers that are no longer listed.

const assert = require('node:assert/strict')
const test = require('node:test')

const { CallosumClient } = require('../../client.js')
const { Outliers } = require('../../lib/client/outliers.js')
const { outcomeOf, single } = require('../support/client-streams.js')
const { stopClock } = require('../support/clock.js')

const FAILURE = new Error('no reply')

/** A full client of servers A to D: A is tried first (chance 0), then B, and so on. */
async function several (t, count = 2, options = {}) {
  const servers = ['A', 'B', 'C', 'D'].slice(0, count).map((name, i) => ({ name, port: i + 1 }))
  const { clock, client, streams } = await single(t, { servers, chance: 0, fillInterval: 10, interval: 20, ...options })
  const events = []
  for (const name of ['ejected', 'restored']) client.on(name, (server, ...rest) => events.push([name, server.name, ...rest]))
  await clock.advance(50)
  // Fails this many requests, one after another, each with a connection of this server.
  const fail = async (times, name = 'A') => {
    for (let i = 0; i < times; i++) {
      const lease = client.lease()
      assert.equal(lease.server.name, name)
      lease.release(FAILURE)
      await clock.advance(10)
    }
  }
  return { clock, client, streams, servers, events, fail }
}

const namesOf = client => client.connections.map(({ server }) => server.name).sort().join('')

const ONCE = { outliers: { failures: 1 } }
const ONCE_FOR_LONG = { outliers: { failures: 1, ejectionTime: 60000 } }

test('three failures in a row eject a server, whose connections are closed: idle ones now, leased ones when they are released', async t => {
  const { clock, client, events, fail } = await several(t, 2, { connections: 3 })
  const lease = client.lease()
  await fail(2)
  assert.deepEqual(events, [])
  const failing = client.lease()
  const idle = client.connections.find(({ socket }) => socket !== lease.socket && socket !== failing.socket)
  failing.release(FAILURE)
  assert.deepEqual([events, client.stats.ejected], [[['ejected', 'A', FAILURE]], 1])
  await clock.advance(0)
  assert.deepEqual([idle.socket.destroyed, lease.socket.destroyed], [true, false])
  lease.release()
  await clock.advance(0)
  assert.equal(lease.socket.destroyed, true)
  await clock.advance(50)
  assert.equal(namesOf(client), 'BBB')
})

for (const [name, request] of [
  ['release()', client => client.lease().release()],
  ['use() whose connection has ended', client => client.use(async ({ socket }) => { socket.end() })],
  ['release() of a connection that has ended', client => { const { socket, release } = client.lease(); socket.push(null); release() }]
]) {
  test(`a success between failures starts the count anew: ${name}`, async t => {
    const { clock, client, events, fail } = await several(t)
    for (let i = 0; i < 3; i++) {
      await fail(2)
      await request(client)
      await clock.advance(20)
    }
    assert.deepEqual(events, [])
  })
}

for (const [name, run, counts] of [
  ['a timeout of use()', client => client.use(() => new Promise(() => {}), { timeout: 1 }), true],
  ['work of use() whose connection broke', client => client.use(({ socket }) => new Promise((resolve, reject) => {
    socket.on('error', reject).destroy(new Error('ECONNRESET'))
  })), true],
  ['work of use() that failed after the end of its connection', client => client.use(async ({ socket }) => {
    socket.resume().push(null)
    await new Promise(resolve => socket.on('end', resolve))
    throw new Error('no reply')
  }), true],
  ['work of use() that failed on a connection whose getter throws', client => client.use(({ socket }) => {
    Object.defineProperty(socket, 'readableEnded', { get () { throw FAILURE } })
    throw new Error('no reply')
  }), true],
  ['release() with an error in the work of use()', client => client.use(({ release }) => release(FAILURE)), true],
  ['an error that the work of use() throws by itself', client => client.use(() => { throw new Error('not found') }), false],
  ['an abort during the work of use()', client => {
    const controller = new AbortController()
    return client.use(() => { controller.abort(); return new Promise(() => {}) }, { signal: controller.signal })
  }, false],
  ['an abort of use()', client => client.use(() => new Promise(() => {}), { signal: AbortSignal.abort() }), false],
  ['release() with a value that is no error', async client => client.lease().release(true), false],
  ['release() of a socket that was destroyed', async client => {
    const { socket, release } = client.lease()
    socket.destroy()
    release()
  }, false]
]) {
  test(`${name} ${counts ? 'counts' : 'does not count'} against the server`, async t => {
    const { clock, client, events } = await several(t, 2, ONCE)
    const outcome = outcomeOf(run(client))
    await clock.advance(10)
    assert.equal('value' in outcome || 'error' in outcome, true)
    assert.deepEqual(events.map(([event, server]) => [event, server]), counts ? [['ejected', 'A']] : [])
    if (counts && outcome.error !== undefined) assert.equal(events[0][2], outcome.error)
  })
}

test('a pool that is too small for its load serves what it can, and ejects no healthy server', async t => {
  const { clock, client, events } = await several(t, 2, ONCE)
  let served = 0
  const work = () => new Promise(resolve => setTimeout(resolve, 20))
  for (let time = 0; time < 1000; time += 10) {
    client.use(work, { timeout: 100 }).then(() => served++, () => {})
    await clock.advance(10)
  }
  assert.ok(served >= 45, `${served} of 50 that one connection can serve`)
  assert.deepEqual(events, [])
})

test('attempts that fail do not count against the server', async t => {
  const { clock, client, events } = await several(t, 2, { ...ONCE, connect () { throw new Error('refused') } })
  await clock.advance(200)
  assert.ok(client.failures.length > 10)
  assert.deepEqual(events, [])
})

test('an ejection takes 1 s, each further one twice as long, up to 10 s', async t => {
  const { clock, client, events, fail } = await several(t)
  await fail(3)
  for (const seconds of [1, 2, 4, 8, 10, 10]) {
    await clock.exactly(seconds * 1000 - 10, () => client.stats.ejected === 0)
    await clock.advance(59)
    assert.equal(namesOf(client), 'B')
    client.connections[0].socket.destroy() // room for a connection to A
    await clock.advance(20)
    await fail(1)
  }
  assert.equal(events.length, 7)
})

test('a server on probation has one connection, until a release without an error', async t => {
  const { clock, client, events, fail } = await several(t, 2, { connections: 3 })
  await fail(3)
  await clock.advance(1000)
  for (const { socket } of client.connections) socket.destroy()
  await clock.advance(100)
  assert.equal(namesOf(client), 'ABB')
  for (const { release } of [client.lease(), client.lease(), client.lease()]) release()
  assert.deepEqual(events.pop(), ['restored', 'A'])
  for (const { socket } of client.connections) socket.destroy()
  await clock.advance(100)
  assert.equal(namesOf(client), 'AAA')
})

test('a server on probation is tried although a lease from before its ejection goes on', async t => {
  const { clock, client, fail } = await several(t, 2, { connections: 3, ...ONCE })
  const old = client.lease().socket
  await fail(1)
  await clock.advance(100)
  assert.equal(namesOf(client), 'ABB')
  const [b, other] = client.connections.filter(({ server }) => server.name === 'B')
  await clock.advance(900)
  b.socket.destroy()
  await clock.advance(50)
  assert.deepEqual([namesOf(client), old.destroyed, other.socket.destroyed], ['AAB', false, false])
})

test('an ejection closes no connection to another server', async t => {
  const { clock, client, servers } = await several(t, 2, { connections: 2, ...ONCE })
  servers.reverse()
  client.connections[0].socket.destroy()
  await clock.advance(50)
  assert.equal(namesOf(client), 'AB')
  const { socket } = client.connections.find(({ server }) => server.name === 'B')
  const leases = [client.lease(), client.lease()]
  leases.find(({ server }) => server.name === 'A').release(FAILURE)
  leases.find(({ server }) => server.name === 'B').release()
  await clock.advance(50)
  assert.deepEqual([client.stats.ejected, socket.destroyed], [1, false])
})

test('an offer of a server that is ejected meanwhile is closed', async t => {
  const { clock, client, streams } = await single(t, {
    servers: 2, connections: 2, chance: 0, fillInterval: 10, serve: count => count === 0 ? 0 : undefined, ...ONCE
  })
  await clock.advance(20)
  client.lease().release(FAILURE)
  streams[1].push('0\n')
  await clock.advance(0)
  assert.deepEqual([client.stats.ejected, client.opened.length, streams[1].destroyed], [1, 1, true])
})

test('an attempt tries a server on probation once', async t => {
  const { clock, client, streams, fail } = await several(t, 2, { ...ONCE, offers: 2 })
  await fail(1)
  await clock.advance(1000)
  client.lease().release(FAILURE) // B is ejected, A on probation
  const before = streams.length
  await clock.advance(10)
  assert.deepEqual([namesOf(client), streams.length - before], ['A', 1])
})

for (const [what, isClosed] of [['', false], [' whose connection has closed meanwhile', true]]) {
  for (const [effect, error] of [['counts against no server', FAILURE], ['ends no probation', undefined]]) {
    test(`a lease from before the ejection${what} ${effect}`, async t => {
      const { clock, client, events, fail } = await several(t, 2, { connections: 3 })
      const lease = client.lease()
      if (isClosed) lease.socket.destroy()
      await clock.advance(20)
      await fail(3)
      await clock.advance(1000)
      lease.release(error)
      assert.deepEqual([events.length, client.stats.ejected], [1, 0])
    })
  }
}

for (const [count, most] of [[1, 0], [2, 1], [3, 1], [4, 2]]) {
  test(`of ${count} servers that are all sick, ${most} are ejected`, async t => {
    const { clock, client } = await several(t, count, ONCE_FOR_LONG)
    for (let i = 0; i < 20; i++) {
      const lease = client.lease()
      if (lease !== undefined) lease.release(FAILURE)
      await clock.advance(10)
    }
    assert.deepEqual([client.stats.ejected, client.connections.length], [most, 1])
  })
}

test('of the servers that stay on the list at least half are in use again', async t => {
  const { clock, client, servers, fail } = await several(t, 4, ONCE_FOR_LONG)
  await fail(1, 'A')
  await fail(1, 'B')
  assert.equal(client.stats.ejected, 2)
  servers.splice(2)
  await clock.advance(50)
  assert.deepEqual([client.stats.ejected, namesOf(client)], [1, 'A'])
})

test('a server that is no longer listed is not ejected', async t => {
  const { clock, client, events, servers } = await several(t, 3, ONCE)
  const lease = client.lease()
  lease.socket.destroy()
  servers.shift()
  await clock.advance(50)
  lease.release(FAILURE)
  assert.deepEqual(events, [])
})

test('outliers: false ejects nobody, and destroys connections all the same', async t => {
  const { clock, client, events } = await several(t, 2, { outliers: false })
  const leased = new Set()
  for (let i = 0; i < 10; i++) {
    const { socket, release } = client.lease()
    leased.add(socket)
    release(FAILURE)
    assert.equal(socket.destroyed, true)
    await clock.advance(30)
  }
  assert.deepEqual([events, client.stats.ejected], [[], 0])
  assert.equal(leased.size, 10)
})

/** Outlier detection of these servers, each a letter, at this chance; a failure is of a new connection. */
function detectionOf (t, keys, { chance = 0, failures = 1 } = {}) {
  const clock = stopClock(t, chance)
  const outliers = new Outliers({ failures, ejectionTime: 1000, maxEjectionTime: 10000 })
  outliers.list(new Set(keys))
  return { clock, outliers, fail: key => outliers.failed({ key, openedAt: clock.now + 1 }) }
}

for (const [chance, time] of [[0, 1000], [1, 750]]) {
  test(`an ejection ends after ${time} of 1000 ms at a chance of ${chance}, and the probation begins`, async t => {
    const { clock, outliers, fail } = detectionOf(t, 'ab', { chance })
    assert.equal(fail('a'), true)
    const states = () => [outliers.isEjected('a'), outliers.isOnProbation('a'), outliers.ejected]
    await clock.advance(time - 1)
    assert.deepEqual(states(), [true, false, 1])
    await clock.advance(1)
    assert.deepEqual(states(), [false, true, 0])
  })
}

test('a connection that was opened at the moment of the ejection counts for nothing', t => {
  const { clock, outliers, fail } = detectionOf(t, 'abcd')
  fail('a')
  const connection = { key: 'a', openedAt: clock.now }
  assert.deepEqual([outliers.failed(connection), outliers.succeeded(connection), outliers.ejected], [false, false, 1])
})

test('no more than half of the servers are ejected', t => {
  const { outliers, fail } = detectionOf(t, 'ab')
  assert.deepEqual([fail('a'), fail('b'), outliers.ejected], [true, false, 1])
})

test('of a shorter list those are in use again whose ejection would end first', async t => {
  const { clock, outliers, fail } = detectionOf(t, 'abcd', { failures: 2 })
  for (const key of 'abb') fail(key)
  await clock.advance(10)
  fail('a')
  outliers.list(new Set('ab'))
  assert.deepEqual(['a', 'b'].map(key => outliers.isEjected(key)), [true, false])
})

test('a server that leaves the list is forgotten', t => {
  const { outliers, fail } = detectionOf(t, 'ab', { failures: 2 })
  fail('a')
  for (const keys of ['b', 'ab']) outliers.list(new Set(keys))
  assert.equal(fail('a'), false)
})

test('the options of outlier detection are checked', async () => {
  const make = outliers => new CallosumClient({ servers: [], outliers })
  for (const outliers of [null, true, 5, 'x', { failures: '3' }, { ejectionTime: null }, { maxEjectionTime: {} }]) {
    assert.throws(() => make(outliers), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /^options\.outliers(\.\w+ must be a number| must be an object or false)\. / })
  }
  for (const outliers of [{ failures: 0 }, { failures: 1.5 }, { ejectionTime: 0 }, { ejectionTime: 2 ** 31 }, { maxEjectionTime: 999 }, { ejectionTime: 500, maxEjectionTime: 499 }]) {
    assert.throws(() => make(outliers), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: /^options\.outliers\./ })
  }
  for (const outliers of [{}, { ejectionTime: 20000 }, { failures: 1, ejectionTime: 1, maxEjectionTime: 1 }, false, undefined]) await make(outliers).close()
})

test('connections to a server that is no longer listed are closed: idle ones now, leased ones when they are released', async t => {
  const { clock, client, servers } = await several(t, 2, { connections: 2 })
  const lease = client.lease()
  const idle = client.connections.find(({ socket }) => socket !== lease.socket)
  servers.shift()
  await clock.advance(100)
  assert.deepEqual([idle.socket.destroyed, lease.socket.destroyed, namesOf(client)], [true, false, 'AB'])
  lease.release()
  await clock.advance(30)
  assert.deepEqual([lease.socket.destroyed, namesOf(client)], [true, 'BB'])
})

test('a server that is no longer listed is left although all connections are leased', async t => {
  const { clock, client, servers } = await several(t)
  const lease = client.lease()
  servers.shift()
  await clock.advance(30)
  lease.release()
  assert.deepEqual(client.connections, [])
})

const ADDRESS = { host: 'a', port: 1, path: undefined }

for (const [what, before, after] of [
  ['an entry with the same host, port and path is the same server', [{ ...ADDRESS }], () => [{ ...ADDRESS }]],
  ['an entry with the same host and nothing else is the same server', [{ host: 'a' }], () => [{ host: 'a' }]],
  ['an entry with the same port and nothing else is the same server', [{ port: 1 }], () => [{ port: 1 }]],
  ['an object with other properties is the same server', [ADDRESS], () => [Object.assign(ADDRESS, { name: 'other' })]],
  ['an empty list closes no connection', [{}], () => []],
  ['a list that cannot be read changes nothing', [{}], () => { throw FAILURE }],
  ['a list that has junk in it changes nothing', [{}], () => [null]],
  ['a list that has an entry whose getter throws changes nothing', [{}], () => [{ get host () { throw FAILURE } }, { port: 2 }]]
]) {
  test(what, async t => {
    let servers = () => before
    const { clock, client, streams } = await single(t, { servers: () => servers(), interval: 10 })
    servers = after
    await clock.advance(100)
    assert.deepEqual([streams[0].destroyed, client.connections.length], [false, 1])
  })
}
