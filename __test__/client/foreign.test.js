'use strict'

// Code that is not the client's own: it calls back, throws, blocks, or has an async context.

const assert = require('node:assert/strict')
const { AsyncLocalStorage } = require('node:async_hooks')
const { EventEmitter } = require('node:events')
const net = require('node:net')
const { Duplex } = require('node:stream')
const test = require('node:test')
const vm = require('node:vm')
const { inspect } = require('node:util')

const { CallosumClient } = require('../../client.js')
const { run } = require('../support/child.js')
const { sleep, until, filled, listen, slots, connect, pair, slotsOf } = require('../support/callosum-servers.js')
const { countedSignal, duplex, outcomeOf, single, stuck } = require('../support/client-streams.js')

const THROWN = new Error('thrown by the test')

/** Collects exceptions that nobody catches, instead of failing the test. */
function uncaughtIn (t) {
  const uncaught = []
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', error => uncaught.push(error))
  t.after(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  })
  return uncaught
}

const EVENTS = ['open', 'close', 'failed', 'ejected', 'restored']
const table = (names, titleOf, make) => Object.fromEntries(names.map(name => [titleOf(name), act => make(name, act)]))

function actAfter (socket, name, act) {
  const method = socket[name]
  socket[name] = function (...values) {
    try {
      return method === undefined ? this : method.apply(this, values)
    } finally {
      act()
    }
  }
}

function actBefore (socket, name, act) {
  let object = socket
  while (!Object.hasOwn(object, name)) object = Object.getPrototypeOf(object)
  const { get } = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(socket, name, { get () { act(); return get.call(this) } })
}

// Each makes the options of a client that calls `act` there.
const PLACES = {
  'options.servers()': act => ({ servers: () => { act(); return [{ port: 1 }] } }),
  'a getter of a server': act => ({ servers: [{ get host () { act() }, port: 1 }] }),
  'a getter of a list': act => ({ servers: () => Object.defineProperty([], 0, { get () { act(); return { port: 1 } }, enumerable: true }) }),
  'options.connect()': act => ({ before: act }),
  ...table(EVENTS, event => `'${event}'`, (event, act) => ({ event, act })),
  ...table(['newListener', 'removeListener', 'pause', 'close', 'prefinish'], event => `'${event}' of a socket`,
    (event, act) => ({ prepare: socket => socket.on(event, act) })),
  ...table(['read', 'end', 'destroy', 'unshift', 'on', 'removeListener', 'setKeepAlive'], name => `${name}() of a socket`,
    (name, act) => ({ prepare: socket => actAfter(socket, name, act) })),
  ...table(['destroyed', 'writable', 'errored', 'readableEnded'], name => `${name} of a socket`,
    (name, act) => ({ prepare: socket => actBefore(socket, name, act) }))
}

const ACTIONS = {
  close ({ client, closed }) {
    if (closed.length === 0) closed.push(client.failures.length)
    client.close({ timeout: 20 })
  },
  lease: ({ client, leases }) => { leases.push(client.lease()) },
  release: ({ leases }) => { for (const lease of leases.splice(0)) if (lease !== undefined) lease.release() },
  fail: ({ client }) => { const lease = client.lease(); if (lease !== undefined) lease.release(THROWN) },
  acquire: ({ client }) => { client.acquire().then(({ release }) => release(), () => {}) },
  throw: () => { throw THROWN }
}

/**
 * Servers fail now and then, while lessees come and go: first with the action at its place
 * every third time, then without.
 */
async function exercise (t, place, action) {
  const context = { client: undefined, leases: [], closed: [] }
  const { leases, closed } = context
  const made = []
  let calls = 0
  let isOn = false
  const act = () => {
    if (!isOn || calls++ % 3 !== 1) return
    isOn = false // not within the action
    try {
      ACTIONS[action](context)
    } finally {
      isOn = true
    }
  }
  const { before = () => {}, prepare = () => {}, event, ...options } = PLACES[place](act)
  const connect = () => {
    before()
    const socket = duplex()
    const number = made.push(socket)
    prepare(socket)
    if (number % 5 === 4) return socket.destroy()
    socket.push(number % 5 === 3 ? 'junk\n' : `${number % 7}\nmore`)
    return socket
  }
  const outliers = { failures: 1, ejectionTime: 20 }
  const { clock, client } = await single(t, { servers: 2, connections: 3, interval: 10, timeout: 50, outliers, connect, ...options })
  context.client = client
  if (event !== undefined) client.on(event, act)

  isOn = true
  for (let i = 0; i < 20; i++) {
    const lease = client.lease()
    await clock.advance(7)
    if (lease !== undefined) lease.release(i % 3 === 0 ? THROWN : undefined)
    client.use(() => { if (i % 5 === 4) throw THROWN }, { timeout: 20 }).catch(() => {})
    if (i % 4 === 0) for (const socket of made.slice(-1)) socket.push(null)
    await clock.advance(7)
  }
  isOn = false
  assert.ok(calls > 1, `called ${calls} times`)

  ACTIONS.release(context)
  const outcome = outcomeOf(client.acquire())
  await clock.advance(500)
  assert.equal(Object.keys(outcome).length, 1, `acquire() is stranded: ${inspect(client)}`)
  if (closed.length === 0) assert.equal(outcome.error, undefined)
  else assert.equal(client.failures.length, closed[0])
  leases.push(outcome.value)
  ACTIONS.release(context)
  const end = outcomeOf(client.close({ timeout: 0 }))
  await clock.advance(3000)
  const { length } = made
  assert.deepEqual([end, clock.pending, made.filter(({ destroyed }) => !destroyed)], [{ value: undefined }, [], []])
  await clock.advance(5000)
  assert.equal(made.length, length)
}

for (const place of Object.keys(PLACES)) {
  test(`nobody is stranded and nothing is left where ${place} closes, leases, releases, fails, waits or throws`, async t => {
    const uncaught = uncaughtIn(t)
    for (const action of Object.keys(ACTIONS)) {
      await t.test(action, async t => exercise(t, place, action))
    }
    assert.deepEqual(uncaught.filter(error => error !== THROWN), [])
  })
}

for (const event of EVENTS) {
  test(`an exception of a listener of '${event}' is uncaught`, async t => {
    const uncaught = uncaughtIn(t)
    await exercise(t, `'${event}'`, 'throw')
    assert.ok(uncaught.length > 0 && uncaught.every(error => error === THROWN))
  })
}

for (const [what, members, thrown = THROWN] of [
  ['whose removeEventListener() throws', { removeEventListener () { throw THROWN } }],
  ['whose addEventListener() throws', { addEventListener () { throw THROWN } }],
  ['whose reason throws', { get reason () { throw THROWN } }],
  ['whose reason throws null', { get reason () { throw null } }, null] // eslint-disable-line no-throw-literal
]) {
  test(`a signal ${what} strands nobody`, async t => {
    uncaughtIn(t)
    const { clock, client } = await single(t)
    const signal = Object.defineProperties(countedSignal(), Object.getOwnPropertyDescriptors(members))
    const lease = client.lease()
    const other = outcomeOf(client.acquire({ timeout: 50 }))
    const outcomes = [client.acquire({ signal }), client.acquire({ signal }), client.use(() => 1, { signal })].map(outcomeOf)
    await clock.advance(0)
    signal.abort()
    lease.release()
    await clock.advance(50)
    for (const { error, value } of outcomes) assert.ok(value !== undefined || error === thrown || error.code === 'ABORT_ERR')
    assert.notEqual(other.value, undefined)
  })
}

test('use() of a signal whose addEventListener() throws rejects with that, and does no work', async t => {
  const { client } = await single(t)
  const signal = Object.assign(countedSignal(), { addEventListener () { throw THROWN } })
  let works = 0
  await assert.rejects(client.use(() => works++, { signal }), THROWN)
  assert.equal(works, 0)
})

test('acquire() rejects if its connection closes the client while it is lent', async t => {
  const { clock, client, streams: [stream] } = await single(t)
  actAfter(stream, 'removeListener', () => client.close())
  const outcome = outcomeOf(client.acquire())
  await clock.advance(0)
  assert.equal(outcome.error.code, 'ERR_CLIENT_CLOSED')
})

test('a connection that closes the client while it is replaced is the last one', async t => {
  const { clock, client, streams } = await single(t, { serve: count => 5 - count, interval: 10 })
  actAfter(streams[0], 'end', () => client.close())
  await clock.advance(100)
  assert.deepEqual([streams.length, client.opened.length], [2, 1])
})

test('a connection that aborts the only call that waits, while it is lent, is idle again', async t => {
  const { clock, client, streams: [stream] } = await single(t)
  const { release } = client.lease()
  const controller = new AbortController()
  const outcome = outcomeOf(client.acquire({ signal: controller.signal }))
  actAfter(stream, 'removeListener', () => controller.abort())
  release()
  await clock.advance(0)
  assert.deepEqual([outcome.error.code, client.stats.idle, client.lease().socket], ['ABORT_ERR', 1, stream])
})

test('acquire() that times out names no failure whose message cannot be read', async t => {
  const failure = Object.defineProperty(new Error(), 'message', { get () { throw THROWN } })
  const { clock, client } = await single(t, { connect () { throw failure } })
  const outcome = outcomeOf(client.acquire({ timeout: 50 }))
  await clock.advance(50)
  assert.equal(outcome.error.message, 'No connection was idle within 50 ms: there is none')
})

test('acquire() that is aborted rejects although Error.prototype is frozen', async () => {
  const output = await run(['-e', `
    Object.freeze(Error.prototype)
    const { CallosumClient } = require('./client.js')
    const client = new CallosumClient({ servers: [] })
    Promise.all([{ signal: AbortSignal.abort() }, { timeout: 1 }].map(options => client.acquire(options).catch(error => console.log(error.name, error.code))))
      .then(() => client.close())`])
  assert.deepEqual(output.trim().split('\n').sort(), ['AbortError ABORT_ERR', 'Error ERR_ACQUIRE_TIMEOUT'])
})

for (const [what, value, isError] of [
  ['an error of another realm', vm.runInNewContext('new TypeError("mine")'), true],
  ['an object that inherits from Error', Object.create(Error.prototype), true], // as a DOMException does
  ['a proxy that throws', new Proxy({}, { getPrototypeOf () { throw THROWN } }), false]
]) {
  test(`${what} is ${isError ? 'an error' : 'no error'} for release()`, async t => {
    const { client, streams } = await single(t)
    client.lease().release(value)
    assert.equal(streams[0].destroyed, isError)
  })
}

const withSlot = stream => stream.push('0\nmore') && stream
const throwing = name => Object.assign(withSlot(duplex()), { [name] () { throw THROWN } })
const notDuplex = received => ({
  name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: `options.connect() must return a stream.Duplex. Received ${received}`
})
const closed = new net.Socket().destroy()

for (const [what, connect, expected] of [
  ['throws', () => net.connect({ port: 65536 }), { code: /^ERR_(SOCKET_BAD_PORT|OUT_OF_RANGE)$/ }],
  ['gives nothing', () => undefined, notDuplex('undefined')],
  ['gives null', () => null, notDuplex('null')],
  ['gives an object that is no stream', () => ({}), notDuplex('an object')],
  ['gives a string', () => 'socket', notDuplex("'socket'")],
  ['gives a stream that lacks a method', () => Object.assign(duplex(), { unshift: undefined }), notDuplex('an object')],
  ['gives an object with the methods of a stream', () => ({ on () {}, removeListener () {}, read () {}, unshift () {}, end () {}, destroy () {} }), notDuplex('an object')],
  ['gives an emitter that is no stream', () => new EventEmitter(), notDuplex('an object')],
  ['gives the path of a socket that is too long', () => net.connect({ path: `/${'x'.repeat(200)}` }), { code: /^E/ }],
  ['gives a socket that has closed', () => closed, { code: 'ERR_SLOT_MISSING' }],
  ['gives a socket that it has destroyed with an error', () => net.connect(1).destroy(THROWN), THROWN],
  ["gives a stream that never emits 'close'", () => duplex({ emitClose: false }), { code: 'ERR_SLOT_TIMEOUT' }],
  ['gives a stream that sends objects', () => duplex({ readableObjectMode: true, read () { this.push({}) } }), {
    code: 'ERR_SLOT_INVALID', message: 'The server sent no slot, but a value that is neither a string nor a Buffer: object'
  }],
  ['gives a stream with an AggregateError', () => duplex().destroy(new AggregateError([new Error('one'), THROWN])), {
    message: `one, ${THROWN.message}`
  }],
  ...['on', 'setKeepAlive', 'unshift'].map(name => [`gives a stream whose ${name}() throws`, () => throwing(name), THROWN])
]) {
  test(`'failed' comes, and the next attempt, where options.connect() ${what}`, async t => {
    const server = { port: 1 }
    const made = []
    const { client } = await single(t, { servers: [server], timeout: 20, connect: () => made[made.push(connect()) - 1], time: 105 })
    assert.ok(client.failures.length > 2)
    assert.equal(client.failures[0].server, server)
    assert.throws(() => { throw client.failures[0].error }, expected)
    assert.ok(!(made[0] instanceof Duplex) || made[0].destroyed)
  })
}

test('an error of a stream that closes at once is one failure', async t => {
  const { clock, client } = await single(t, { connect: () => throwing('setKeepAlive'), time: 500, fillInterval: 1000 })
  await clock.advance(0)
  assert.deepEqual([client.failures.map(({ error }) => error), client.stats.connecting], [[THROWN], 0])
})

test('a stream that has no property for its error fails with it', async t => {
  const stream = () => Object.defineProperty(duplex(), 'errored', { value: undefined }).destroy(THROWN)
  const { client } = await single(t, { connect: stream })
  assert.equal(client.failures[0].error, THROWN)
})

test('a stream that has failed and closed before it is given fails with its error', async t => {
  const stream = duplex().on('error', () => {}).destroy(THROWN)
  await new Promise(resolve => stream.on('close', resolve))
  const { client } = await single(t, { connect: () => stream })
  assert.equal(client.failures[0].error, THROWN)
})

test('what the client sets of an error is like what a constructor sets', async t => {
  const [empty, named] = [new AggregateError([THROWN]), new AggregateError([THROWN], 'named')]
  const errors = [empty, named]
  const { client } = await single(t, { connect () { throw errors.shift() }, time: 20 })
  assert.deepEqual([empty.message, named.message], [THROWN.message, 'named'])
  const error = await client.acquire({ signal: AbortSignal.abort() }).catch(error => error)
  for (const [object, name] of [[empty, 'message'], [error, 'name']]) {
    const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(object, name)
    assert.deepEqual([enumerable, writable, configurable], [false, true, true])
  }
})

test('a getter of a server that closes the client and throws is no failure', async t => {
  const { clock, client } = await single(t, { servers: [{ get host () { client.close(); throw THROWN } }], time: 0 })
  await clock.advance(5)
  assert.deepEqual(client.failures, [])
})

test('options.connect() gets the server as it is in the list, and nothing else', async t => {
  const server = { port: 1 }
  const calls = []
  await single(t, { servers: [server], connect (...values) { calls.push(values); return duplex() } })
  assert.deepEqual([calls[0].length, calls[0][0] === server], [1, true])
})

test('connections are kept alive, which finds out a server that has vanished', async t => {
  const calls = []
  await single(t, { connect: () => Object.assign(duplex(), { setKeepAlive (...values) { calls.push(values) } }) })
  assert.deepEqual(calls, [[true, 60000]])
})

test('options.connect() must not be async, and what it resolves to is closed', async t => {
  let calls = 0
  const { server, client } = await pair(t, slots(), {
    async connect (options) {
      if (calls++ % 2 === 0) throw THROWN // handled, too
      return net.connect(options)
    }
  })
  await until(() => client.failures.length > 2)
  assert.throws(() => { throw client.failures[0].error }, notDuplex('a promise: it must not be async'))
  await client.close()
  await until(() => server.sockets.size === 0)
})

test('a socket that connect() returns once more keeps its one holder', async t => {
  const { clock, client, streams } = await single(t, { connections: 2, fillInterval: 5, connect: () => socket })
  const socket = duplex()
  socket.push('0\n')
  await clock.advance(20)
  const lease = client.lease()
  socket.push('1\n')
  await clock.advance(5000)
  assert.deepEqual([String(lease.socket.read()), client.lease(), socket.destroyed, streams.length], ['1\n', undefined, false, 0])
  const { code, message } = client.failures.pop().error
  assert.deepEqual([code, message], ['ERR_INVALID_ARG_TYPE', 'options.connect() must return a new stream each time'])
})

function block (time) {
  for (const end = Date.now() + time; Date.now() < end;);
}

function echo (socket) {
  socket.write('0\r\n')
  socket.on('data', data => socket.write(data))
}

test('a client whose event loop is blocked for longer than its timeout fills its pool, and reports no server', async t => {
  const { client } = await pair(t, slots(), { connections: 3, timeout: 20, offers: 2, fillInterval: 10 })
  const blocking = setInterval(block, 50, 40)
  t.after(() => clearInterval(blocking))
  await filled(client, 3)
  assert.deepEqual(client.failures, [])
})

test('a slot that arrives right after its deadline counts, and nothing has failed', async t => {
  const late = () => {
    const stream = duplex()
    queueMicrotask(() => { // its timer comes after that of the deadline, in the same turn
      setTimeout(() => stream.push('0\n'), 20)
      block(30)
    })
    return stream
  }
  const client = connect(t, [{}], { timeout: 20, interval: 60000, connect: late })
  await filled(client)
  await sleep(5)
  assert.deepEqual(client.failures, [])
})

test('a connection that is idle by now wins against a timeout that has passed', async t => {
  const { client } = await pair(t, echo, { interval: 60000 })
  const { socket, release } = await client.acquire()
  socket.once('data', () => release())
  socket.write('x')
  const next = client.acquire({ timeout: 20 })
  await sleep(5)
  block(40)
  assert.equal((await next).socket, socket)
})

test('connections, events and what a request has left behind belong to no request', async t => {
  const storage = new AsyncLocalStorage()
  const server = await listen(t, echo)
  const seen = new Set()
  const look = () => { seen.add(storage.getStore()) }
  const client = storage.run('maker', () => connect(t, [server], { connections: 2, connect: options => { look(); return net.connect(options) }, outliers: { failures: 1 } }))
  for (const event of EVENTS) client.on(event, look)
  for (const [name, end] of [['destroys', ({ socket, release }) => { socket.destroy(); release() }], ['fails', ({ release }) => release(THROWN)], ['waits', ({ release }) => release()]]) {
    await storage.run(name, async () => {
      const leases = [await client.acquire(), await client.acquire()]
      assert.equal(storage.getStore(), name)
      const replied = new Promise(resolve => leases[0].socket.once('data', () => resolve(storage.getStore())))
      leases[0].socket.write('x')
      assert.ok([undefined, name].includes(await replied))
      for (const lease of leases) end(lease)
    })
  }
  await filled(client, 2)
  await storage.run('use', () => client.use(() => assert.equal(storage.getStore(), 'use')))
  await storage.run('closer', () => client.close())
  assert.deepEqual([...seen], [undefined])
})

test('stats and inspect() tell what the client has', async t => {
  const { client } = await single(t, { connections: 3, fillInterval: 5, serve: count => [0, 1][count], time: 25 })
  client.lease()
  const expected = { idle: 1, leased: 1, waiting: 0, connecting: 1, ejected: 0 }
  assert.deepEqual(client.stats, expected)
  assert.equal(inspect(client), `CallosumClient ${inspect(expected)}`)
  client.lease()
  client.acquire().catch(() => {})
  assert.deepEqual(client.stats, { ...expected, idle: 0, leased: 2, waiting: 1 })
  class Mine extends CallosumClient {}
  const mine = new Mine({ servers: [] })
  assert.match(inspect(mine, { breakLength: 5 }), /^Mine \{ idle: 0, .* \}$/)
  assert.match(inspect(Object.assign(mine, { constructor: undefined })), /^CallosumClient \{ idle: 0, /)
  await mine.close()
})

test('[Symbol.asyncDispose]() closes the client', async t => {
  const { client } = await single(t, { connect: stuck })
  assert.deepEqual(slotsOf(client), [0])
  const disposed = client[Symbol.asyncDispose]()
  await assert.rejects(client.acquire(), { code: 'ERR_CLIENT_CLOSED' })
  await Promise.all([disposed, client.close({ timeout: 0 })])
  const { writable, configurable } = Object.getOwnPropertyDescriptor(CallosumClient.prototype, Symbol.asyncDispose)
  assert.deepEqual([writable, configurable], [true, true])
})
