'use strict'

// values() and for … of.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take, slotsBelow, shuffled } = require('../support/states')

const { prototype } = CallosumServerSlots

test('[Symbol.iterator] is values', () => {
  assert.equal(prototype[Symbol.iterator], prototype.values)
  assert.equal(prototype.values.name, 'values')
})

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

test('maxSlotInUse is one more than the last slot that it yields', () => {
  const slots = new CallosumServerSlots()
  const seen = [slots.maxSlotInUse]
  for (const act of [
    () => take(slots, 1024), () => slots.put(1023), () => slots.put(1022), () => slots.put(5),
    () => { for (let slot = 64; slot < 1022; slot++) slots.put(slot) },
    () => slots.reserve(2147483646), () => slots.reserve(1e9), () => slots.put(2147483646), () => slots.put(1e9),
    () => { for (const slot of slots) slots.put(slot) }
  ]) {
    act()
    seen.push(slots.maxSlotInUse)
  }
  assert.deepEqual(seen, [0, 1024, 1023, 1022, 1022, 64, 2147483647, 2147483647, 1000000001, 64, 0])
})

test('two iterators go on independently', () => {
  const slots = take(new CallosumServerSlots(), 3)
  const [a, b] = [slots.values(), slots.values()]
  a.next()
  a.next()
  assert.equal(b.next().value, 0)
  assert.equal(a.next().value, 2)
})

test('the iteration can be left early', () => {
  const slots = take(new CallosumServerSlots(), 10)
  const [first, second] = slots
  assert.deepEqual([first, second], [0, 1])
  assert.equal(Array.from(slots).length, 10)
})

test('nothing in use, nothing to iterate over', () => {
  const slots = new CallosumServerSlots()
  assert.deepEqual(Array.from(slots), [])
  take(slots, 3)
  for (const slot of [1, 0, 2]) slots.put(slot)
  assert.deepEqual(Array.from(slots), [])
})

const make = options => new CallosumServerSlots(options)

test('it yields the slots in use, ascending', () => {
  const slots = take(make(), 3000)
  const back = shuffled(slotsBelow(3000)).slice(0, 1500)
  for (const slot of back) slots.put(slot)
  slots.reserve(2000000000)
  const expected = slotsBelow(3000).filter(slot => !back.includes(slot))
  assert.deepEqual(Array.from(slots), expected.concat(2000000000))
  assert.deepEqual([...slots.values()], expected.concat(2000000000))
})

for (const [name, change] of [
  ['get()', slots => slots.get()],
  ['put() of the slot at hand', (slots, slot) => slots.put(slot)],
  ['put() of a slot to come', (slots, slot) => { if (slots.has(slot + 1)) slots.put(slot + 1) }],
  ['put() of a slot gone by', (slots, slot) => { if (slots.has(slot - 1)) slots.put(slot - 1) }],
  ['reserve() of a slot to come', (slots, slot) => slots.reserve(slot + 5000)],
  ['clear()', slots => slots.clear()],
  ['the constructor', slots => CallosumServerSlots.call(slots)]
]) {
  test(`${name} during the iteration does not show in it`, () => {
    const slots = take(make(), 200)
    for (let slot = 3; slot < 200; slot += 3) slots.put(slot)
    const expected = Array.from(slots)
    const seen = []
    for (const slot of slots) {
      seen.push(slot)
      change(slots, slot)
    }
    assert.deepEqual(seen, expected)
    assert.notDeepEqual(Array.from(slots), expected)
  })
}

test('what changes between values() and the first next() does not show', () => {
  const slots = take(new CallosumServerSlots(), 3)
  const iterator = slots.values()
  slots.clear()
  assert.deepEqual([...iterator], [0, 1, 2])
})
