'use strict'

// client.use(): work with a connection for a limited time.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const test = require('node:test')

const { use } = require('../../lib/client/use.js')
const { filled, pair } = require('../support/callosum-servers.js')
const { countedSignal, outcomeOf, single } = require('../support/client-streams.js')

const never = () => new Promise(() => {})

/** What has become of use(), and whether its connection is still open. */
async function result (clock, outcome, stream) {
  await clock.advance(0)
  return [outcome.value, outcome.error && (outcome.error.code || outcome.error), stream.destroyed]
}

test('use() gives the work a lease, resolves to its result, and releases the connection', async t => {
  const { clock, client, streams } = await single(t)
  const outcome = outcomeOf(client.use(async ({ socket, slot, server, release }) => {
    assert.deepEqual([socket, slot, server, typeof release], [streams[0], 0, { port: 1 }, 'function'])
    return 'done'
  }))
  assert.deepEqual(await result(clock, outcome, streams[0]), ['done', undefined, false])
  assert.deepEqual(client.stats, { idle: 1, leased: 0, waiting: 0, connecting: 0, ejected: 0 })
})

test('use() takes work that is not async', async t => {
  const { client } = await single(t)
  assert.equal(await client.use(() => 5), 5)
})

for (const [name, work, message] of [
  ['throws', () => { throw new Error('mine') }, 'mine'],
  ['rejects', async () => { throw new Error('mine') }, 'mine'],
  ['rejects without a reason', () => Promise.reject()] // eslint-disable-line prefer-promise-reject-errors
]) {
  test(`use() rejects with the reason if the work ${name}, and destroys the connection`, async t => {
    const { clock, client, streams } = await single(t)
    const outcome = outcomeOf(client.use(work))
    await clock.advance(0)
    assert.equal('error' in outcome, true)
    assert.equal(outcome.error && outcome.error.message, message)
    assert.deepEqual([streams[0].destroyed, client.connections], [true, []])
  })
}

test('the timeout of use() covers the wait and the work, and destroys the connection', async t => {
  const { clock, client, streams: [stream] } = await single(t)
  const lease = client.lease()
  const outcome = outcomeOf(client.use(never, { timeout: 100 }))
  await clock.advance(40)
  lease.release()
  await clock.exactly(60, () => 'error' in outcome && stream.destroyed)
  assert.equal(outcome.error.code, 'ERR_USE_TIMEOUT')
  assert.equal(outcome.error.message, 'The work took longer than 100 ms: its connection is open')
})

test('use() that waits in vain for half of its time rejects with the same code, and says why', async t => {
  const { clock, client } = await single(t)
  client.lease()
  const outcome = outcomeOf(client.use(() => assert.fail('there is no connection'), { timeout: 199 }))
  await clock.exactly(100, () => 'error' in outcome)
  assert.equal(outcome.error.code, 'ERR_USE_TIMEOUT')
  assert.equal(outcome.error.message, 'No connection was idle within 100 ms, half of the timeout: the only one is leased, and 1 call waits')
})

test('use() without a timeout waits for as long as it takes', async t => {
  const { clock, client } = await single(t)
  const { release } = client.lease()
  const work = () => new Promise(resolve => setTimeout(resolve, 600000, 5))
  const outcome = outcomeOf(client.use(work))
  await clock.advance(600000)
  release()
  await clock.advance(599999)
  assert.deepEqual(outcome, {})
  await clock.advance(1)
  assert.equal(outcome.value, 5)
})

test('use() tells a timeout after the end of its connection from another', async t => {
  const { clock, client, streams } = await single(t)
  const outcome = outcomeOf(client.use(({ socket }) => once(socket.resume(), 'data'), { timeout: 100 }))
  await clock.advance(10)
  streams[0].push(null)
  await clock.advance(100)
  assert.equal(outcome.error.message, 'The work took longer than 100 ms: its connection has closed')
})

for (const [when, isLeased] of [['while it waits', true], ['during the work', false]]) {
  test(`use() is aborted ${when}`, async t => {
    const { clock, client, streams } = await single(t)
    if (isLeased) client.lease()
    const controller = new AbortController()
    const outcome = outcomeOf(client.use(never, { signal: controller.signal }))
    await clock.advance(1)
    controller.abort(new Error('enough'))
    assert.deepEqual(await result(clock, outcome, streams[0]), [undefined, 'ABORT_ERR', !isLeased])
    const { name, message, cause } = outcome.error
    assert.deepEqual([name, message, cause.message], ['AbortError', 'The operation was aborted', 'enough'])
  })
}

for (const [when, idle] of [['before', 1], ['right after', 0]]) {
  test(`use() whose signal is aborted ${when} the call does no work`, async t => {
    const { client } = await single(t)
    const controller = new AbortController()
    if (when === 'before') controller.abort()
    let works = 0
    const outcome = client.use(() => works++, { signal: controller.signal })
    controller.abort()
    await assert.rejects(outcome, { name: 'AbortError' })
    assert.deepEqual([client.stats.idle, works], [idle, 0])
  })
}

test('work that goes on after its time is over harms nobody', async t => {
  const { clock, client, streams } = await single(t, { serve: count => count })
  let late
  outcomeOf(client.use(lease => { late = lease; return never() }, { timeout: 50 }))
  await clock.advance(70)
  const next = client.lease()
  assert.equal(next.socket, streams[1])
  late.socket.write('late')
  late.release()
  late.release(new Error('late'))
  assert.deepEqual([client.lease(), next.socket.destroyed, client.stats.leased], [undefined, false, 1])
})

test('work that has released its lease by itself is not harmed by what follows', async t => {
  const { clock, client, streams } = await single(t)
  const outcome = outcomeOf(client.use(({ release }) => { release(); return never() }, { timeout: 50 }))
  await clock.advance(0)
  assert.equal(client.lease().socket, streams[0])
  await clock.advance(60)
  assert.deepEqual(await result(clock, outcome, streams[0]), [undefined, 'ERR_USE_TIMEOUT', false])
})

for (const [how, work] of [['has succeeded', () => 1], ['has failed', () => { throw new Error('mine') }]]) {
  test(`use() that ${how} leaves no timer, and no listener on its signal`, async t => {
    const { clock, client } = await single(t)
    const before = clock.pending.length
    const signal = countedSignal()
    await client.use(work, { timeout: 60000, signal }).catch(() => {})
    assert.equal(signal.listeners.size, 0)
    assert.ok(Math.max(...clock.pending) < 60000 && clock.pending.length <= before + 1, clock.pending.join())
  })
}

test('a client keeps nothing of a use() that has ended', async () => {
  const pool = { uses: new Set(), acquire: async () => ({ connection: {}, lease: {} }), release () {} }
  assert.equal(await use(pool, () => pool.uses.size), 1)
  assert.equal(pool.uses.size, 0)
})

test('after close() has resolved, use() whose work goes on has been rejected, and no timer is left', async t => {
  const { clock, client, streams } = await single(t)
  const outcomes = [outcomeOf(client.use(never, { timeout: 60000 })), outcomeOf(client.use(never, { timeout: 60000 }))]
  const closed = outcomeOf(client.close({ timeout: 50 }))
  await clock.advance(50)
  assert.deepEqual(outcomes.map(({ error }) => error.code), ['ERR_CLIENT_CLOSED', 'ERR_CLIENT_CLOSED'])
  assert.deepEqual([closed, clock.pending, streams[0].destroyed], [{ value: undefined }, [], true])
})

test('use() checks its arguments, by a rejection', async t => {
  const { client } = await single(t)
  for (const work of [undefined, null, 'x', {}]) {
    await assert.rejects(client.use(work), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /^work must be a function\. Received / })
  }
  await assert.rejects(client.use(never, { timeout: -1 }), { code: 'ERR_OUT_OF_RANGE' })
  await assert.rejects(client.use(never, { signal: {} }), { code: 'ERR_INVALID_ARG_TYPE' })
})

test('no late reply reaches the next request', async t => {
  const { client } = await pair(t, (socket, count) => {
    socket.write(`${count}\r\n`)
    let late // a reply that comes with the next question
    socket.on('data', data => data.includes('slow') ? (late = 'reply to slow') : socket.write(late || `reply to ${data}`))
  }, { interval: 60000 })
  const ask = (question, timeout) => client.use(async ({ socket }) => {
    socket.write(question)
    return String(await once(socket, 'data'))
  }, { timeout })
  await filled(client)
  await assert.rejects(ask('slow', 40), { code: 'ERR_USE_TIMEOUT' })
  assert.equal(await ask('one', 10000), 'reply to one')
  assert.equal(await ask('two', 10000), 'reply to two')
})
