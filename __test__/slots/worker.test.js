'use strict'

// Worker threads: each has managers of its own.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { test } = require('node:test')
const { MessageChannel, Worker, receiveMessageOnPort } = require('node:worker_threads')

const CallosumServerSlots = require('../..')
const { run } = require('../support/child')
const { take } = require('../support/states')

const PACKAGE = JSON.stringify(require.resolve('../..'))

/** A worker that runs the body, which sees the package and its messages' port. */
function work (body) {
  return new Worker(`
    const { parentPort } = require('node:worker_threads')
    const CallosumServerSlots = require(${PACKAGE})
    ${body}`, { eval: true })
}

/** Takes and gives back until it is told to stop; dies of the first wrong slot. */
const BUSY = `
  const slots = new CallosumServerSlots()
  function round () {
    for (let slot = 0; slot < 3000; slot++) if (slots.get() !== slot) throw new Error('wrong slot')
    for (let i = 0; i < 3000; i++) slots.put(i * 1009 % 3000)
    if (slots.size !== 0) throw new Error('wrong size')
  }`

test('a worker uses the package while the main thread does', async () => {
  const workers = [1, 2, 3].map(() => work(`${BUSY}
    for (let i = 0; i < 30; i++) round()
    parentPort.postMessage(slots.maxSlotGiven)`))
  const answers = workers.map(worker => once(worker, 'message'))
  const exits = workers.map(worker => once(worker, 'exit'))
  let left = workers.length
  for (const worker of workers) worker.on('exit', () => left--)
  const slots = new CallosumServerSlots()
  let rounds = 0
  while (left > 0) { // eslint-disable-line no-unmodified-loop-condition
    for (let slot = 0; slot < 1000; slot++) assert.equal(slots.get(), slot)
    for (let i = 0; i < 1000; i++) slots.put(i * 7 % 1000)
    rounds++
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.ok(rounds > 0)
  for (const answer of answers) assert.deepEqual(await answer, [3000])
  for (const exit of exits) assert.deepEqual(await exit, [0])
})

test('slots taken in a worker are not taken in the main thread', async () => {
  const slots = take(new CallosumServerSlots(), 5)
  const worker = work('const slots = new CallosumServerSlots(); slots.get(); parentPort.postMessage(slots.get())')
  assert.deepEqual(await once(worker, 'message'), [1])
  assert.equal(slots.get(), 5)
})

test('a worker terminated in mid-use leaves the main thread alone', async () => {
  const slots = take(new CallosumServerSlots(), 2000)
  for (let i = 0; i < 8; i++) {
    const worker = work(`${BUSY}
      round()
      parentPort.postMessage('busy')
      for (;;) round()`)
    assert.deepEqual(await once(worker, 'message'), ['busy'])
    assert.equal(await worker.terminate(), 1)
    slots.put(i * 100)
    assert.equal(slots.get(), i * 100)
  }
  assert.equal(slots.size, 2000)
})

test('a worker terminated while it makes and drops managers leaves the main thread alone', async () => {
  for (let i = 0; i < 4; i++) {
    const worker = work(`
      const make = () => { const slots = new CallosumServerSlots(); for (let i = 0; i < 2000; i++) slots.get() }
      make()
      parentPort.postMessage('busy')
      for (;;) make()`)
    assert.deepEqual(await once(worker, 'message'), ['busy'])
    assert.equal(await worker.terminate(), 1)
  }
  assert.equal(new CallosumServerSlots().get(), 0)
})

test('a worker that exits of itself with managers in use exits cleanly', async () => {
  const worker = work('globalThis.kept = [1, 2, 3].map(() => { const slots = new CallosumServerSlots(); slots.get(); return slots })')
  assert.deepEqual(await once(worker, 'exit'), [0])
})

test('a process ends cleanly with managers in use, in workers too', async () => {
  const printed = await run(['-e', `
    const { Worker } = require('node:worker_threads')
    const CallosumServerSlots = require(${PACKAGE})
    globalThis.kept = new CallosumServerSlots()
    for (let i = 0; i < 5000; i++) kept.get()
    const worker = new Worker(${JSON.stringify(`
      const CallosumServerSlots = require(${PACKAGE})
      const slots = new CallosumServerSlots()
      require('node:worker_threads').parentPort.postMessage('busy')
      for (;;) slots.put(slots.get())`)}, { eval: true })
    worker.on('message', () => { console.log('done'); process.exit(0) })`])
  assert.equal(printed, 'done\n')
})

test('the package can be loaded in a worker only, many times over', async () => {
  const printed = await run(['-e', `
    const { Worker } = require('node:worker_threads')
    const source = ${JSON.stringify(`
      const CallosumServerSlots = require(${PACKAGE})
      const slots = new CallosumServerSlots()
      for (let i = 0; i < 2000; i++) slots.get()
      require('node:worker_threads').parentPort.postMessage(slots.size)`)}
    let left = 10
    function next () {
      if (left-- === 0) return console.log('done')
      const worker = new Worker(source, { eval: true })
      worker.on('message', size => { if (size !== 2000) throw new Error(String(size)) })
      worker.on('error', error => { throw error })
      worker.on('exit', next)
    }
    next()`])
  assert.equal(printed, 'done\n')
})

/** What arrives where the value is posted. */
function post (value) {
  const { port1, port2 } = new MessageChannel()
  try {
    port1.postMessage(value)
    return receiveMessageOnPort(port2).message
  } finally {
    port1.close()
  }
}

test('a manager that is posted arrives as a plain object, without get or put', () => {
  const arrived = post(take(new CallosumServerSlots(), 3))
  assert.ok(!(arrived instanceof CallosumServerSlots))
  assert.equal(Object.getPrototypeOf(arrived), Object.prototype)
  for (const name of ['get', 'put', 'size', 'maxSlots', 'lease', 'values']) assert.equal(arrived[name], undefined, name)
})

test('what arrives of a manager is refused as a receiver', () => {
  const arrived = post(new CallosumServerSlots())
  const { get, put } = CallosumServerSlots.prototype
  assert.throws(() => get.call(arrived), TypeError)
  assert.throws(() => put.call(arrived, 0), TypeError)
})

test('posting a manager leaves it working', () => {
  const slots = take(new CallosumServerSlots(), 3)
  post(slots)
  assert.equal(slots.put(1), undefined)
  assert.equal(slots.get(), 1)
  assert.equal(slots.get(), 3)
})

test('a manager with handlers cannot be posted, since functions cannot', () => {
  const slots = new CallosumServerSlots()
  slots.on('error', () => {})
  assert.throws(() => post(slots), { name: 'DataCloneError' })
  assert.equal(slots.get(), 0)
})

test('a manager reaches another thread as JSON', async () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 100 }), 5)
  slots.put(2)
  const worker = work(`parentPort.once('message', json => {
    const slots = CallosumServerSlots.from(json)
    parentPort.postMessage([slots.get(), slots.get(), slots.maxSlots])
  })`)
  worker.postMessage(slots.toJSON())
  assert.deepEqual(await once(worker, 'message'), [[2, 5, 100]])
})
