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
