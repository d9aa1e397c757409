'use strict'

// When all slots are in use.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take, slotsBelow, shuffled } = require('../support/states')

// Around a word's bits, the first memory and its growth, and a summary's end.
for (const maxSlots of [1, 2, 31, 32, 33, 64, 65, 1023, 1024, 1025, 2047, 2048, 2049, 4096, 4097, 10000]) {
  test(`${maxSlots} slots are given, and not one more; any can be put back and is given again, alone and with all others`, () => {
    const slots = take(new CallosumServerSlots({ maxSlots }), maxSlots)
    let fulls = 0
    slots.on('full', (...values) => { fulls += values.length === 0 ? 1 : NaN })
    for (let i = 0; i < 3; i++) assert.equal(slots.get(), undefined)
    assert.deepEqual([fulls, slots.size, slots.maxSlotGiven, slots.peek()], [3, maxSlots, maxSlots, undefined])
    const order = shuffled(slotsBelow(maxSlots))
    for (const slot of order) {
      assert.equal(slots.put(slot), undefined)
      assert.deepEqual([slots.peek(), slots.get(), slots.get()], [slot, slot, undefined])
    }
    for (const slot of order) assert.equal(slots.put(slot), undefined)
    assert.equal(slots.size, 0)
    for (let slot = 0; slot < maxSlots; slot++) assert.equal(slots.get(), slot)
    assert.equal(slots.get(), undefined)
  })
}

test('no slot is free where sparse reservations are all above a full bitmap', () => {
  const slots = new CallosumServerSlots({ maxSlots: 1026 })
  for (const slot of [1025, 1024]) slots.reserve(slot)
  take(slots, 1024)
  assert.deepEqual([slots.size, slots.peek(), slots.get(), slots.lease()], [1026, undefined, undefined, undefined])
})

test("a listener of 'full' that throws ends the get(), which has changed nothing", () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 1 }), 1)
  slots.on('full', () => { throw new Error('mine') })
  assert.throws(() => slots.get(), { message: 'mine' })
  assert.equal(slots.size, 1)
})

// Takes a few seconds and 300 MB.
test('the last of all 2,147,483,647 slots is given, refused after that, and given again', () => {
  const last = 2147483646
  const slots = CallosumServerSlots.from({ maxSlots: last + 1, maxSlotGiven: last, inUse: [[0, last]] })
  const codes = []
  slots.on('error', error => codes.push(error.code))
  slots.on('full', () => codes.push('full'))
  assert.deepEqual([slots.get(), slots.get(), slots.peek()], [last, undefined, undefined])
  assert.equal(slots.put(last + 1), true)
  assert.deepEqual(codes, ['full', 'ERR_INVALID_SLOT'])
  slots.put(last)
  slots.put(5)
  assert.deepEqual([slots.get(), slots.get(), slots.get(), slots.size], [5, last, undefined, last + 1])

  // A run in the last word that there is, and one below it.
  for (let slot = last - 6; slot > last - 16; slot--) slots.put(slot)
  slots.put(7)
  assert.equal(slots.size, last - 10)
  assert.deepEqual([slots.get(), slots.get(), slots.get()], [7, last - 15, last - 14])
})
