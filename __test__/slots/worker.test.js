'use strict'

// Worker threads: each has managers of its own. Those that are terminated: worker-termination.test.js.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { test } = require('node:test')
const { Worker } = require('node:worker_threads')

const CallosumServerSlots = require('../..')
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

test('a worker that exits of itself with managers in use exits cleanly', async () => {
  const worker = work('globalThis.kept = [1, 2, 3].map(() => { const slots = new CallosumServerSlots(); slots.get(); return slots })')
  assert.deepEqual(await once(worker, 'exit'), [0])
})

test('a clone of a manager, as another thread gets it, is a plain object; one with listeners cannot be cloned', () => {
  const slots = take(new CallosumServerSlots(), 3)
  const clone = structuredClone(slots)
  assert.equal(Object.getPrototypeOf(clone), Object.prototype)
  for (const name of ['get', 'put', 'size', 'toJSON']) assert.equal(clone[name], undefined)
  assert.throws(() => CallosumServerSlots.prototype.get.call(clone), { name: 'TypeError' })
  slots.on('error', () => {})
  assert.throws(() => structuredClone(slots), { name: 'DataCloneError' })
  assert.equal(slots.get(), 3)
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
