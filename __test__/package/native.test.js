'use strict'

// The addon's own class, which does all of a manager in Rust: what the fast paths
// and the checks of index.js keep from it otherwise.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const layout = require('../../lib/layout.js')
const { native } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

test('JavaScript and Rust have the same layout of the shared words', () => {
  assert.deepEqual(layout, native.layout)
})

test('without arguments it makes its own memory, for all slots', () => {
  const slots = new native.CallosumServerSlots()
  assert.equal(slots.maxSlots, 2 ** 31 - 1)
  assert.equal(slots.words.length, native.layout.INITIAL_LENGTH)
})

test('get() gives the lowest free slot, and null where there is none', () => {
  const slots = new native.CallosumServerSlots(2)
  assert.deepEqual([slots.get(), slots.get(), slots.get()], [0, 1, null])
})

test('put() frees a slot in use, and says so of no other number', () => {
  const slots = new native.CallosumServerSlots(2)
  slots.get()
  assert.deepEqual([1, -1, 0.5, NaN, 2 ** 32, 0, 0].map(slot => slots.put(slot)), [false, false, false, false, false, true, false])
})

test('reserve() throws where the numbers are no slots', () => {
  const slots = new native.CallosumServerSlots(2)
  for (const [start, end] of [[-1, 1], [0, 1.5], [0, 3], [NaN, 1]]) {
    assert.throws(() => slots.reserve(start, end), { code: 'InvalidArg', message: `no such slots: ${start} to ${end}` })
  }
  assert.equal(slots.size, 0)
})
