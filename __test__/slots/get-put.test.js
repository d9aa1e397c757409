'use strict'

// get() and put() as a user sees them. Random programs (programs.test.js) compare all that
// they do with a model.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take, observe } = require('../support/states')

test('get() gives the lowest free slot, and put() frees one', () => {
  const slots = new CallosumServerSlots()
  assert.deepEqual([slots.get(), slots.get(), slots.get()], [0, 1, 2])
  assert.deepEqual([slots.put(1), slots.put(0)], [undefined, undefined])
  assert.deepEqual([slots.get(), slots.get(), slots.get()], [0, 1, 3])
})

test('put() without an argument is an error', () => {
  assert.throws(() => new CallosumServerSlots().put(), { message: 'Invalid slot: undefined', code: 'ERR_INVALID_SLOT', slot: undefined })
})

test('an error that nobody hears is thrown, and changes nothing', () => {
  const slots = take(new CallosumServerSlots(), 4)
  slots.put(1)
  const before = observe(slots)
  for (const slot of [1, 4, 17]) {
    assert.throws(() => slots.put(slot), { name: 'Error', message: `Invalid slot: ${slot}`, code: 'ERR_INVALID_SLOT', reason: 'free', slot })
  }
  assert.equal(observe(slots), before)
})

test('the reason is that the slot is free, out of range, or not a slot', () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 10 }), 3)
  const reasons = []
  slots.on('error', ({ reason }) => reasons.push(reason))
  for (const value of [3, 9, 10, 2147483646, 2147483647, -1, 0.5, '1']) assert.equal(slots.put(value), true)
  assert.deepEqual(reasons, ['free', 'free', 'out of range', 'out of range', ...Array(4).fill('not a slot')])
})

test('managers called in turn keep their slots apart', () => {
  const managers = Array.from({ length: 50 }, () => new CallosumServerSlots())
  for (let slot = 0; slot < 1200; slot++) for (const slots of managers) assert.equal(slots.get(), slot)
  for (const [i, slots] of managers.entries()) slots.put(i)
  for (const [i, slots] of managers.entries()) assert.deepEqual([slots.get(), slots.get()], [i, 1200])
})
