'use strict'

// reserve(), of slots near and far.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take, slotsBelow, errorsOf } = require('../support/states')

const HIGHEST = 2147483646

test('it takes a slot that was never given', () => {
  const slots = new CallosumServerSlots()
  assert.equal(slots.reserve(1), true)
  assert.deepEqual([slots.get(), slots.get(), slots.get()], [0, 2, 3])
})

test('it leaves a slot that is in use, without an event', () => {
  const slots = take(new CallosumServerSlots(), 5)
  assert.equal(slots.reserve(2), false) // an event would throw
  assert.equal(slots.reserve(9), true)
  assert.equal(slots.reserve(9), false)
  assert.equal(slots.size, 6)
})

test('a reserved slot is put back like any other', () => {
  const slots = new CallosumServerSlots()
  for (const slot of [3, 1000, 2000000000, HIGHEST]) {
    slots.reserve(slot)
    assert.equal(slots.put(slot), undefined)
    assert.equal(slots.has(slot), false)
    assert.throws(() => slots.put(slot), { code: 'ERR_INVALID_SLOT' })
  }
  assert.deepEqual([slots.get(), slots.get(), slots.get(), slots.get(), slots.get()], [0, 1, 2, 3, 4])
})

test('the highest slot is below maxSlots', () => {
  const slots = new CallosumServerSlots({ maxSlots: 10 })
  const errors = errorsOf(slots)
  assert.equal(slots.reserve(9), true)
  assert.equal(slots.reserve(10), false)
  assert.deepEqual(errors.map(({ code, slot, message }) => [code, slot, message]), [['ERR_INVALID_SLOT', 10, 'Invalid slot: 10']])
})

test('it throws the error where nobody listens', () => {
  const slots = new CallosumServerSlots({ maxSlots: 10 })
  assert.throws(() => slots.reserve(10), { code: 'ERR_INVALID_SLOT', slot: 10 })
  assert.throws(() => slots.reserve('1'), { code: 'ERR_INVALID_SLOT', slot: '1' })
  assert.throws(() => slots.reserve(), { code: 'ERR_INVALID_SLOT', slot: undefined })
  assert.equal(slots.size, 0)
})

test('it returns false after an error, whatever emit returned', () => {
  const slots = new CallosumServerSlots()
  slots.emit = () => 'what emit returned'
  assert.equal(slots.reserve(-1), false)
})

test('2,000,000,000 costs next to nothing on an empty manager', () => {
  const slots = new CallosumServerSlots()
  const before = process.memoryUsage()
  assert.equal(slots.reserve(2000000000), true)
  const after = process.memoryUsage()
  assert.ok(after.arrayBuffers - before.arrayBuffers < 100000)
  assert.ok(after.rss - before.rss < 10000000)
})

test('a thousand slots far apart cost next to nothing', () => {
  const slots = new CallosumServerSlots()
  const before = process.memoryUsage()
  for (let i = 0; i < 1000; i++) assert.equal(slots.reserve(2000000000 - i * 1000000), true)
  const after = process.memoryUsage()
  assert.ok(after.arrayBuffers - before.arrayBuffers < 1000000)
  assert.ok(after.rss - before.rss < 20000000)
  assert.equal(slots.size, 1000)
  assert.deepEqual(Array.from(slots), slotsBelow(1000).map(i => 2000000000 - (999 - i) * 1000000))
})

test('get() steps over reserved slots wherever memory ends', () => {
  const slots = new CallosumServerSlots()
  const reserved = [1, 31, 32, 63, 1022, 1023, 1024, 1025, 2047, 2048, 4095, 4096, 4097, 8191, 8192]
  for (const slot of reserved) slots.reserve(slot)
  const expected = slotsBelow(9000).filter(slot => !reserved.includes(slot))
  for (const slot of expected) assert.deepEqual([slots.peek(), slots.get()], [slot, slot])
})

test('all slots below a limit can be reserved, descending', () => {
  const slots = new CallosumServerSlots({ maxSlots: 3000 })
  for (let slot = 2999; slot >= 0; slot--) assert.equal(slots.reserve(slot), true)
  assert.equal(slots.size, 3000)
  assert.equal(slots.get(), undefined)
  assert.deepEqual(slots.toJSON().inUse, [[0, 3000]])
})
