'use strict'

// Random programs: servers that misbehave, and lessees that read in every way Node.js offers.
// A program is an array of steps, made by fast-check, which shrinks one that fails.
//
//   TEST_SECONDS=600 node --test __test__/client/random.test.js       longer than 10 seconds
//   TEST_SEED=… TEST_PATH=… node --test __test__/client/random.test.js     a failure once more

const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const net = require('node:net')
const { Writable } = require('node:stream')
const test = require('node:test')
const fc = require('fast-check')

const { PATIENCE, connect, sleep, until, listen } = require('../support/callosum-servers.js')

const { TEST_SECONDS = 10, TEST_SEED, TEST_PATH } = process.env
const SECONDS = Number(TEST_SECONDS)

// What servers send after the slot line: ASCII, so that no encoding changes it. The n-th byte
// of each connection is n modulo 127.
const PERIOD = 127
const BYTES = Buffer.from(Array.from({ length: 400000 + PERIOD }, (_, i) => i % PERIOD))

function push (socket, count) {
  if (socket.destroyed || !socket.writable) return
  const start = socket.sent % PERIOD
  socket.write(BYTES.subarray(start, start + count))
  socket.sent += count
}

const ENDS = {
  end: socket => { push(socket, 3); socket.end() },
  destroy: socket => socket.destroy(),
  reset: socket => socket.resetAndDestroy()
}

// What a server does with a connection, or with one that has its slot, some time later.
const GREETINGS = {
  slot: (socket, line) => socket.write(line),
  'slot and bytes': (socket, line) => { socket.write(line); push(socket, 40) },
  drip: async (socket, line) => {
    for (const character of line) {
      socket.write(character)
      await sleep(1)
    }
  },
  deaf: (socket, line) => socket.pause().write(line),
  flood: (socket, line) => { socket.write(line); push(socket, 300000) },
  'slot and end': (socket, line) => { socket.write(line); ENDS.end(socket) },
  silent: () => {},
  junk: socket => socket.write('junk\0' + '9'.repeat(1000)),
  ...ENDS,
  end: socket => socket.end()
}

const TURNS = {
  few: socket => push(socket, 7),
  some: socket => push(socket, 100),
  many: socket => push(socket, 150000),
  none: () => {},
  ...ENDS
}

const peers = new Map() // the sockets of servers, by both ports

/** A server that serves by the program, and gives the lowest free slot. */
function serve (t, script, allowHalfOpen) {
  const used = new Set()
  return listen(t, async (socket, count) => {
    const { greeting, turns } = script.isWell ? { greeting: 'slot', turns: [] } : script[count % script.length]
    const ports = `${socket.remotePort} ${socket.localPort}`
    let slot = 0
    while (used.has(slot)) slot++
    used.add(slot)
    peers.set(ports, socket)
    socket.on('close', () => {
      used.delete(slot)
      peers.delete(ports)
    })
    socket.resume()
    socket.sent = 0
    await GREETINGS[greeting](socket, `${slot}\r\n`)
    for (const { turn, time } of turns) {
      await sleep(time)
      if (!socket.destroyed) TURNS[turn](socket)
    }
  }, { listener: handler => net.createServer({ allowHalfOpen }, handler) })
}

const readerOf = (socket, take) => () => {
  for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) take(chunk)
}

/** Adds a listener until then. */
async function listenUntil (then, socket, name, listener) {
  socket.on(name, listener)
  await then
  socket.removeListener(name, listener)
}

// How a lessee reads, and calls `take` with what it has read. It may release by itself.
const MODES = {
  'all data': (socket, take, time, release, all) => listenUntil(all(), socket, 'data', take),
  'all that is readable': (socket, take, time, release, all) => listenUntil(all(), socket, 'readable', readerOf(socket, take)),
  once: async (socket, take, time, release) => {
    if (time % 2 === 0) await sleep(time) // several chunks come meanwhile
    await new Promise(resolve => {
      const end = () => {
        clearTimeout(timer)
        socket.removeListener('data', onData).removeListener('close', end)
        release()
        resolve()
      }
      const onData = chunk => {
        take(chunk)
        end() // at once: the flow goes on
      }
      const timer = setTimeout(end, time)
      socket.once('data', onData).once('close', end)
    })
  },
  data: (socket, take, time) => listenUntil(sleep(time), socket, 'data', take),
  paused: (socket, take, time) => listenUntil(sleep(time).then(() => socket.pause()).then(() => sleep(time)), socket, 'data', take),
  encoding: (socket, take, time) => listenUntil(sleep(time), socket.setEncoding('latin1'), 'data', take),
  readable: (socket, take, time) => listenUntil(sleep(time), socket, 'readable', readerOf(socket, take)),
  piecemeal: (socket, take, time) => listenUntil(sleep(time), socket, 'readable', () => {
    const chunk = socket.readableLength > 0 ? socket.read(Math.min(socket.readableLength, 5)) : null
    if (chunk !== null) take(chunk)
  }),
  pipe: async (socket, take, time) => {
    const sink = new Writable({ highWaterMark: 50, write (chunk, encoding, done) { take(chunk); setTimeout(done, 1) } })
    socket.pipe(sink)
    await sleep(time)
    socket.unpipe(sink)
    while (sink.writableLength > 0) await sleep(1)
  },
  iterator: async (socket, take, time) => {
    const timer = setTimeout(() => socket.destroy(), 10 * time)
    try {
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        take(chunk)
        if (chunk.length % 2 === 0) break
      }
    } catch {}
    clearTimeout(timer)
  },
  late: (socket, take, time) => sleep(time).then(() => MODES.data(socket, take, time)),
  nothing: (socket, take, time) => Promise.race([sleep(time), new Promise(resolve => socket.once('close', resolve))]),
  write: async (socket, take, time) => {
    socket.write(Buffer.alloc(50000))
    if (time % 2 === 0) await sleep(time)
  },
  destroy: socket => { socket.destroy() },
  'destroy with an error': socket => { socket.destroy(new Error('mine')) },
  end: (socket, take, time) => { socket.end(); return sleep(time) }
}

/** What is known of a client, and what must hold. */
class Model {
  holders = new Map() // lessees, by socket
  positions = new Map() // of the next byte to read, by socket
  waiting = new Set() // calls that wait, in their order
  sockets = new Set() // all that are open
  connects = 0
  faults = []

  constructor (client, { connections }) {
    this.client = client
    client.on('open', ({ socket }) => {
      this.check(client.connections.length <= connections, 'the pool has too many connections')
      this.positions.set(socket, 0)
    })
    client.on('close', ({ socket }) => this.check(!client.connections.some(other => other.socket === socket), 'a closed connection is in the pool'))
  }

  check (holds, fault) {
    if (!holds) this.faults.push(fault)
  }

  checkStats () {
    const { idle, leased, waiting } = this.client.stats
    this.check(idle + leased === this.client.connections.length, 'stats do not match the connections')
    this.check(waiting === this.waiting.size, `${waiting} calls wait, ${this.waiting.size} by the model`)
    this.check(idle === 0 || waiting === 0, 'a connection is idle while a call waits')
  }

  /** Works with a lease, alone, and releases it. */
  async work ({ socket, release }, { mode, time, fails }) {
    const lessee = { mode }
    this.check(!this.holders.has(socket), 'two lessees hold a connection')
    this.holders.set(socket, lessee)
    const take = chunk => {
      this.check(this.holders.get(socket) === lessee, `${mode} reads after its release`)
      let position = this.positions.get(socket)
      for (const byte of Buffer.from(chunk, 'latin1')) {
        if (byte !== position++ % PERIOD) return this.check(false, `${mode} gets byte ${byte}, not ${(position - 1) % PERIOD}`)
      }
      this.positions.set(socket, position)
    }
    let isReleased = false
    const end = () => {
      if (isReleased) return
      isReleased = true
      this.check(this.holders.get(socket) === lessee, `${mode} has lost its lease`)
      this.holders.delete(socket)
      release(fails ? new Error('failed') : undefined)
      release()
    }
    const { sent } = peers.get(`${socket.localPort} ${socket.remotePort}`) || { sent: 0 }
    const all = () => until(() => this.positions.get(socket) >= sent || socket.closed)
    await MODES[mode](socket, take, time, end, all)
    end()
  }

  /** Begins a call that waits for a connection. */
  begin (call) {
    const ticket = {}
    this.waiting.add(ticket)
    const served = () => {
      const earlier = Array.from(this.waiting).slice(0, Array.from(this.waiting).indexOf(ticket))
      this.waiting.delete(ticket)
      // One that is served before may go on a microtask later.
      setImmediate(() => this.check(!earlier.some(ticket => this.waiting.has(ticket)), 'a later call is served first'))
    }
    return call(served).catch(error => this.check(error.code !== 'ERR_ASSERTION', error.message)).finally(() => this.waiting.delete(ticket))
  }
}

const STEPS = {
  // Releases at once, again and again: in one tick.
  burst (model, { time }) {
    for (let i = 0; i < time; i++) {
      const lease = model.client.lease()
      if (lease === undefined) return
      model.check(!model.holders.has(lease.socket), 'a burst holds a connection of another')
      lease.release()
    }
  },
  lease (model, step) {
    const lease = model.client.lease()
    if (lease !== undefined) return model.work(lease, step).catch(({ message }) => model.check(false, message))
  },
  acquire: (model, step) => model.begin(async served => {
    const lease = await model.client.acquire(waitOf(step))
    served()
    await model.work(lease, step)
  }),
  use: (model, step) => model.begin(served => model.client.use(async lease => {
    served()
    const { socket, release } = lease
    const mode = step.mode === 'once' ? 'data' : step.mode // it would have to release by itself
    await model.work({ socket, release: step.time % 2 ? release : () => {} }, { ...step, mode })
    if (step.fails) throw new Error('failed')
  }, waitOf(step)))
}

function waitOf ({ wait, patience }) {
  if (wait === 'timeout') return { timeout: patience }
  if (wait === 'signal') return { signal: AbortSignal.timeout(patience) }
}

const keysOf = table => fc.constantFrom(...Object.keys(table))
const weighted = table => fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...Object.keys(table).slice(0, 3)) }, { weight: 1, arbitrary: keysOf(table) })

const script = fc.array(fc.record({
  greeting: weighted(GREETINGS),
  turns: fc.array(fc.record({ turn: weighted(TURNS), time: fc.nat(15) }), { maxLength: 8 })
}), { minLength: 1, maxLength: 8 })

const options = fc.record({
  connections: fc.integer({ min: 1, max: 5 }),
  interval: fc.integer({ min: 1, max: 40 }),
  fillInterval: fc.integer({ min: 1, max: 10 }),
  offers: fc.integer({ min: 1, max: 3 }),
  timeout: fc.integer({ min: 30, max: 150 }).map(time => Math.ceil(time * PATIENCE)),
  pick: fc.constantFrom('random', 'lowest'),
  outliers: fc.oneof(fc.constant(false), fc.record({ failures: fc.integer({ min: 1, max: 3 }), ejectionTime: fc.integer({ min: 5, max: 30 }), maxEjectionTime: fc.constant(50) }))
})

const step = fc.record({
  act: fc.constantFrom(...Object.keys(STEPS), ...Object.keys(STEPS), 'list', 'kill'),
  mode: weighted(MODES),
  time: fc.nat(8),
  fails: fc.boolean(),
  wait: fc.constantFrom('timeout', 'signal', undefined),
  patience: fc.nat(50),
  pause: fc.option(fc.nat(5), { nil: undefined })
})

const program = fc.record({
  scripts: fc.array(script, { minLength: 2, maxLength: 3 }),
  halfOpen: fc.boolean(),
  options,
  steps: fc.array(step, { minLength: 20, maxLength: 60 }),
  closeTime: fc.option(fc.nat(30), { nil: undefined })
})

/** Runs a program. Returns what was wrong. */
async function run (t, { scripts, halfOpen, options, steps, closeTime }) {
  const servers = await Promise.all(scripts.map(script => serve(t, script, halfOpen)))
  let listed = servers
  const client = connect(t, async () => listed, {
    ...options,
    connect (server) {
      model.connects++
      const socket = net.connect({ host: server.host, port: server.port, allowHalfOpen: halfOpen })
      model.sockets.add(socket)
      return socket.on('close', () => model.sockets.delete(socket))
    }
  })
  const model = new Model(client, options)
  const work = []
  for (const step of steps) {
    if (step.act === 'list') listed = listed.length > 1 ? [servers[step.time % servers.length]] : servers
    else if (step.act === 'kill') for (const socket of servers[step.time % servers.length].sockets) socket.destroy()
    else work.push(STEPS[step.act](model, step))
    if (step.pause === undefined) continue
    await sleep(step.pause)
    model.checkStats()
  }

  // All get well: every call is served.
  listed = servers
  for (const script of scripts) script.isWell = true
  await until(() => model.waiting.size === 0)
  const closed = client.close({ timeout: closeTime })
  model.check(client.lease() === undefined, 'lease() after close()')
  await Promise.all([closed, assert.rejects(client.acquire(), { code: 'ERR_CLIENT_CLOSED' })])
  model.check(model.sockets.size === 0, `${model.sockets.size} sockets are open after close()`)
  const { connects } = model
  await Promise.all(work)
  model.check(model.connects === connects, 'connect() is called after close()')
  for (const script of scripts) script.isWell = false
  return model.faults
}

test(`a client does right by its lessees in random programs (${SECONDS} s)`, { timeout: (SECONDS + 300) * 1000 }, async t => {
  const faults = []
  const onFault = error => faults.push(error)
  process.on('unhandledRejection', onFault)
  t.after(() => process.removeListener('unhandledRejection', onFault))
  let programs = 0
  const property = fc.asyncProperty(program, async program => {
    programs++
    const cleanups = new EventEmitter().setMaxListeners(0)
    try {
      assert.deepEqual(await run({ after: stop => cleanups.once('end', stop) }, program), [])
      assert.deepEqual(faults, [])
    } finally {
      cleanups.emit('end') // after a failure, too: open servers would keep the process alive
    }
  })
  await fc.assert(property, {
    numRuns: TEST_PATH === undefined ? 1e9 : 1,
    interruptAfterTimeLimit: SECONDS * 1000,
    includeErrorInReport: true,
    ...(TEST_SEED && { seed: Number(TEST_SEED) }),
    ...(TEST_PATH && { path: TEST_PATH, endOnFailure: true })
  })
  t.diagnostic(`${programs} programs`)
})
