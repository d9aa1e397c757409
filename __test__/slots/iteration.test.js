'use strict'

// The iterator that values() returns. Random programs (programs.test.js) compare what it yields
// with a model.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take } = require('../support/states')

test('values() returns an iterator that can be iterated over', () => {
  const iterator = take(new CallosumServerSlots(), 2).values()
  assert.equal(iterator[Symbol.iterator](), iterator)
  assert.deepEqual(iterator.next(), { value: 0, done: false })
  assert.deepEqual(iterator.next(), { value: 1, done: false })
  assert.deepEqual(iterator.next(), { value: undefined, done: true })
  assert.deepEqual(iterator.next(), { value: undefined, done: true })
})

test('it has the prototype of all iterators, and their helpers where there are any', () => {
  const iterator = take(new CallosumServerSlots(), 70).values()
  const { getPrototypeOf } = Object
  assert.equal(getPrototypeOf(getPrototypeOf(iterator)), getPrototypeOf(getPrototypeOf([].values())))
  if (iterator.filter !== undefined) assert.deepEqual([...iterator.filter(slot => slot % 32 === 0)], [0, 32, 64])
  assert.throws(() => iterator.next.call({}), TypeError)
})

test('what changes between values() and the first next() does not show', () => {
  const slots = take(new CallosumServerSlots(), 3)
  const iterator = slots.values()
  slots.put(1)
  slots.clear()
  assert.deepEqual([...iterator], [0, 1, 2])
})
