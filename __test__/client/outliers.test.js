'use strict'

// Servers that fail requests, and servers that are no longer listed.

const assert = require('node:assert/strict')
const test = require('node:test')

const { listen, slots, connect, until } = require('../support/callosum-servers.js')
const { outcomeOf, single } = require('../support/client-streams.js')

const FAILURE = new Error('no reply')

/** Servers A to D: A is tried first (chance 0), then B, and so on. Times are those of the options. */
function several (t, count = 2, options = {}) {
  const servers = ['A', 'B', 'C', 'D'].slice(0, count).map((name, i) => ({ name, port: i + 1 }))
  return single(t, { servers, chance: 0, fillInterval: 10, interval: 20, ...options }).then(context => {
    const events = []
    for (const name of ['ejected', 'restored']) context.client.on(name, (server, ...rest) => events.push([name, server.name, ...rest]))
    return { ...context, servers, events }
  })
}

/** Leases and fails until nothing is left to do, this many times, each with a connection of A. */
async function fail ({ clock, client }, times, name = 'A') {
  for (let i = 0; i < times; i++) {
    const lease = client.lease()
    assert.equal(lease.server.name, name)
    lease.release(FAILURE)
    await clock.advance(10)
  }
}

const namesOf = client => client.connections.map(({ server }) => server.name).join('')

test('release() with an error destroys the connection, and another takes its place', async t => {
  const { clock, client, streams } = await several(t)
  client.lease().release(FAILURE)
  assert.deepEqual([streams[0].destroyed, client.connections], [true, []])
  await clock.advance(10)
  assert.equal(namesOf(client), 'A')
})

test('three failures in a row eject a server, whose connections are closed', async t => {
  const context = await several(t, 2, { connections: 3 })
  const { clock, client, events, streams } = context
  await clock.advance(50)
  const leases = [client.lease(), client.lease(), client.lease()]
  leases.pop().release()
  const [idle] = client.connections.filter(({ socket }) => leases.every(lease => lease.socket !== socket))
  leases.pop().release(FAILURE)
  await clock.advance(10)
  client.lease().release(FAILURE)
  await clock.advance(10)
  assert.deepEqual(events, [])
  client.lease().release(FAILURE)
  assert.deepEqual(events, [['ejected', 'A', FAILURE]])
  assert.equal(client.stats.ejected, 1)
  await clock.advance(0)
  assert.equal(idle.socket.destroyed, true)
  assert.equal(leases[0].socket.destroyed, false)
  leases[0].release()
  await clock.advance(0)
  assert.equal(leases[0].socket.destroyed, true)
  await clock.advance(50)
  assert.equal(namesOf(client), 'BBB')
  assert.ok(streams.length > 6)
})

test('a success between failures starts the count anew', async t => {
  const context = await several(t)
  await fail(context, 2)
  context.client.lease().release()
  await fail(context, 2)
  assert.deepEqual(context.events, [])
})

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
  ['release() with an error in the work of use()', client => client.use(({ release }) => release(FAILURE)), true],
  ['an error that the work of use() throws by itself', client => client.use(() => { throw new Error('not found') }), false],
  ['an abort of use()', client => client.use(() => new Promise(() => {}), { signal: AbortSignal.abort() }), false],
  ['release() with a value that is no error', async client => client.lease().release(true), false],
  ['release() of a socket that was destroyed', async client => {
    const { socket, release } = client.lease()
    socket.destroy()
    release()
  }, false]
]) {
  test(`${name} ${counts ? 'counts' : 'does not count'} against the server`, async t => {
    const { clock, client, events } = await several(t, 2, { outliers: { failures: 1 } })
    const outcome = outcomeOf(run(client))
    await clock.advance(10)
    assert.equal('value' in outcome || 'error' in outcome, true)
    assert.deepEqual(events.map(([event, server]) => [event, server]), counts ? [['ejected', 'A']] : [])
  })
}

test('a pool that is too small for its load serves what it can, and ejects no healthy server', async t => {
  const { clock, client, events } = await several(t, 2, { outliers: { failures: 1 } })
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
  const { clock, client, events } = await several(t, 2, { outliers: { failures: 1 }, connect () { throw new Error('refused') } })
  await clock.advance(200)
  assert.ok(client.failures.length > 10)
  assert.deepEqual(events, [])
})

test('an ejection takes 1 s, each further one twice as long, up to 10 s', async t => {
  const context = await several(t)
  const { clock, client, events } = context
  await fail(context, 3)
  for (const seconds of [1, 2, 4, 8, 10, 10]) {
    const failed = clock.now - 10
    await clock.advance(failed + seconds * 1000 - 1 - clock.now)
    assert.equal(client.stats.ejected, 1)
    await clock.advance(60)
    assert.deepEqual([client.stats.ejected, namesOf(client)], [0, 'B'])
    client.connections[0].socket.destroy() // room for a connection to A
    await clock.advance(20)
    await fail(context, 1)
  }
  assert.equal(events.length, 7)
})

test('a server on probation has one connection, until a release without an error', async t => {
  const context = await several(t, 2, { connections: 3 })
  const { clock, client, events } = context
  await clock.advance(50)
  await fail(context, 3)
  await clock.advance(1000)
  for (const { socket } of client.connections) socket.destroy()
  await clock.advance(100)
  assert.equal([...namesOf(client)].sort().join(''), 'ABB')
  const leases = [client.lease(), client.lease(), client.lease()]
  for (const lease of leases) lease.release()
  assert.deepEqual(events.pop(), ['restored', 'A'])
  for (const { socket } of client.connections) socket.destroy()
  await clock.advance(100)
  assert.equal(namesOf(client), 'AAA')
})

test('an attempt tries a server on probation once', async t => {
  const context = await several(t, 2, { offers: 2, outliers: { failures: 1 } })
  const { clock, client, streams } = context
  await fail(context, 1)
  await clock.advance(1000)
  client.lease().release(FAILURE) // B is ejected, A on probation
  const before = streams.length
  await clock.advance(10)
  assert.deepEqual([namesOf(client), streams.length - before], ['A', 1])
})

test('a lease from before the ejection ends no probation, and fails for nobody', async t => {
  const context = await several(t, 2, { connections: 3 })
  const { clock, client, events } = context
  await clock.advance(50)
  const [good, bad] = [client.lease(), client.lease()]
  await fail(context, 3)
  await clock.advance(1000)
  good.release()
  bad.release(FAILURE)
  assert.deepEqual([events.length, client.stats.ejected], [1, 0])
})

for (const [count, most] of [[1, 0], [2, 1], [3, 1], [4, 2]]) {
  test(`of ${count} servers that are all sick, ${most} are ejected`, async t => {
    const { clock, client } = await several(t, count, { outliers: { failures: 1, ejectionTime: 60000 } })
    for (let i = 0; i < 20; i++) {
      const lease = client.lease()
      if (lease !== undefined) lease.release(FAILURE)
      await clock.advance(10)
    }
    assert.deepEqual([client.stats.ejected, client.connections.length], [most, 1])
  })
}

test('of the servers that stay on the list at least half are in use again', async t => {
  const context = await several(t, 4, { outliers: { failures: 1, ejectionTime: 60000 } })
  const { clock, client, servers } = context
  await fail(context, 1, 'A')
  await fail(context, 1, 'B')
  assert.equal(client.stats.ejected, 2)
  servers.splice(2)
  await clock.advance(50)
  assert.deepEqual([client.stats.ejected, namesOf(client)], [1, 'A'])
})

for (const [name, outcome] of [['fails for nobody', FAILURE], ['ends no probation', undefined]]) {
  test(`a lease from before the ejection whose connection has closed meanwhile ${name}`, async t => {
    const context = await several(t, 2, { connections: 3 })
    const { clock, client, events } = context
    await clock.advance(50)
    const lease = client.lease()
    lease.socket.destroy()
    await clock.advance(20)
    await fail(context, 3)
    await clock.advance(1000)
    lease.release(outcome)
    assert.deepEqual([events.length, client.stats.ejected], [1, 0])
  })
}

test('a server that is no longer listed is not ejected', async t => {
  const { clock, client, events, servers } = await several(t, 3, { outliers: { failures: 1 } })
  const lease = client.lease()
  lease.socket.destroy()
  servers.shift()
  await clock.advance(50)
  lease.release(FAILURE)
  assert.deepEqual(events, [])
})

for (const [name, request] of [
  ['use()', client => client.use(async ({ socket }) => { socket.end() })],
  ['release()', async client => { const { socket, release } = client.lease(); socket.push(null); release() }]
]) {
  test(`a success counts although its connection has ended: ${name}`, async t => {
    const context = await several(t)
    for (let i = 0; i < 3; i++) {
      await fail(context, 2)
      await request(context.client)
      await context.clock.advance(20)
    }
    assert.deepEqual(context.events, [])
  })
}

test('outliers: false ejects nobody, and destroys connections all the same', async t => {
  const context = await several(t, 2, { outliers: false })
  await fail(context, 10)
  assert.deepEqual([context.events, context.client.stats.ejected], [[], 0])
})

test('the options of outlier detection are checked', async t => {
  const { client } = await single(t)
  const make = outliers => new client.constructor({ servers: [], outliers })
  for (const outliers of [null, true, 5, 'x', { failures: '3' }, { ejectionTime: null }, { maxEjectionTime: {} }]) {
    assert.throws(() => make(outliers), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /^options\.outliers/ })
  }
  for (const outliers of [{ failures: 0 }, { failures: 1.5 }, { ejectionTime: 0 }, { ejectionTime: 2 ** 31 }, { maxEjectionTime: 999 }, { ejectionTime: 500, maxEjectionTime: 499 }]) {
    assert.throws(() => make(outliers), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: /^options\.outliers\./ })
  }
  for (const outliers of [{}, { ejectionTime: 20000 }, { failures: 1, ejectionTime: 1, maxEjectionTime: 1 }, false, undefined]) await make(outliers).close()
})

// ---- A list that changes ----

test('connections to a server that is no longer listed are closed: idle ones now, leased ones when they are released', async t => {
  const { clock, client, servers } = await several(t, 2, { connections: 2 })
  await clock.advance(30)
  assert.equal(namesOf(client), 'AA')
  const lease = client.lease()
  const idle = client.connections.find(({ socket }) => socket !== lease.socket)
  servers.shift()
  await clock.advance(100)
  assert.deepEqual([idle.socket.destroyed, lease.socket.destroyed, [...namesOf(client)].sort().join('')], [true, false, 'AB'])
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

for (const [what, change] of Object.entries({
  'the same host, port and path': server => ({ ...server }),
  'the same host and nothing else': ({ host }) => ({ host }),
  'the same object': server => Object.assign(server, { name: 'other' })
})) {
  test(`an entry with ${what} is the same server`, async t => {
    const servers = [what.endsWith('else') ? { host: 'a' } : { host: 'a', port: 1, path: undefined }]
    const { clock, client, streams } = await single(t, { servers: () => servers, interval: 10 })
    servers[0] = change(servers[0])
    await clock.advance(50)
    assert.deepEqual([streams[0].destroyed, client.connections.length], [false, 1])
  })
}

for (const [name, list] of [
  ['is empty', () => []],
  ['cannot be read', () => { throw new Error('mine') }],
  ['has junk in it', () => [null]],
  ['has an entry whose getter throws', () => [{ get host () { throw new Error('mine') } }, { port: 2 }]]
]) {
  test(`a list that ${name} changes nothing`, async t => {
    let servers = () => [{ port: 1 }]
    const { clock, client, streams } = await single(t, { servers: () => servers(), interval: 10, serve: () => '0\n' })
    servers = list
    await clock.advance(100)
    assert.deepEqual([streams[0].destroyed, client.connections.length], [false, 1])
  })
}

test('a server that restarts is back without a probation', async t => {
  const server = await listen(t, slots())
  const client = connect(t, [server, { ...server, host: '127.0.0.2' }], { connections: 2 })
  await until(() => client.connections.length === 2)
  const lease = client.lease()
  for (const socket of server.sockets) socket.destroy()
  await until(() => client.connections.length === 2 && !client.connections.some(({ socket }) => socket === lease.socket))
  lease.release()
  assert.equal(client.stats.ejected, 0)
})
