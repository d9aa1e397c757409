'use strict'

// All of the 2,147,483,647 slots that there can be. Takes a few seconds and 300 MB.

const assert = require('assert')
const test = require('node:test')
const CallosumServerSlots = require('../..')

test('the last slot there can be is given, refused after that, and given again', () => {
  const last = 2147483646
  const slots = CallosumServerSlots.from({ maxSlots: last + 1, maxSlotGiven: last, inUse: [[0, last]] })
  const codes = []
  slots.on('error', error => codes.push(error.code))
  slots.on('full', () => codes.push('full'))
  assert.strictEqual(slots.get(), last)
  assert.strictEqual(slots.get(), undefined)
  assert.strictEqual(slots.peek(), undefined)
  assert.strictEqual(slots.put(last + 1), true)
  assert.deepStrictEqual(codes, ['full', 'ERR_INVALID_SLOT'])
  slots.put(last)
  slots.put(5)
  assert.deepStrictEqual([slots.get(), slots.get(), slots.get()], [5, last, undefined])
  assert.strictEqual(slots.size, last + 1)

  // A run in the last integer that there is, and one below it.
  for (let slot = last - 6; slot > last - 16; slot--) slots.put(slot)
  slots.put(7)
  assert.strictEqual(slots.size, last - 10)
  assert.deepStrictEqual([slots.get(), slots.get(), slots.get()], [7, last - 15, last - 14])
})
