'use strict'

// When all slots are in use.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { ways, take, from, observe, errorsOf, shuffled } = require('../support/states')

// Around an integer's bits, the first memory and its growth, and a summary's end.
const LIMITS = [1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 8192, 10000]

for (const way of Object.keys(ways)) {
  const make = maxSlots => ways[way](new CallosumServerSlots({ maxSlots }))

  for (const maxSlots of LIMITS) {
    test(`${maxSlots} slots are given, and not one more, ${way}`, () => {
      const slots = make(maxSlots)
      const errors = errorsOf(slots)
      for (let slot = 0; slot < maxSlots; slot++) assert.equal(slots.get(), slot)
      assert.deepEqual(errors, [])
      const before = observe(slots)
      for (let i = 0; i < 3; i++) assert.equal(slots.get(), undefined)
      assert.deepEqual(errors.map(error => error.code), Array(3).fill('ERR_NO_FREE_SLOT'))
      assert.equal(observe(slots), before)
      assert.equal(slots.size, maxSlots)
      assert.equal(slots.maxSlotGiven, maxSlots)
      assert.equal(slots.peek(), undefined)
    })

    test(`of ${maxSlots} slots any can be put back and is given again, ${way}`, () => {
      const slots = take(make(maxSlots), maxSlots)
      slots.on('error', () => {})
      for (const slot of shuffled(from(maxSlots)).slice(0, 200)) {
        assert.equal(slots.get(), undefined)
        assert.equal(slots.put(slot), undefined)
        assert.equal(slots.peek(), slot)
        assert.equal(slots.get(), slot)
        assert.equal(slots.size, maxSlots)
      }
    })

    test(`of ${maxSlots} slots none is lost when all are put back, ${way}`, () => {
      const slots = make(maxSlots)
      slots.on('error', () => {})
      for (const order of [from(maxSlots), from(maxSlots).reverse(), shuffled(from(maxSlots))]) {
        take(slots, maxSlots + 1)
        for (const slot of order) assert.equal(slots.put(slot), undefined)
        assert.equal(slots.size, 0)
        for (let slot = 0; slot < maxSlots; slot++) assert.equal(slots.get(), slot)
        assert.equal(slots.get(), undefined)
        for (const slot of order) slots.put(slot)
      }
    })
  }

  test(`get() throws where nobody listens, and loses nothing, ${way}`, () => {
    const slots = take(make(2), 2)
    const before = observe(slots)
    assert.throws(() => slots.get(), { name: 'Error', code: 'ERR_NO_FREE_SLOT' })
    assert.equal(observe(slots), before)
    slots.put(0)
    assert.equal(slots.get(), 0)
  })

  test(`a handler may make room, for the next get(), ${way}`, () => {
    const slots = take(make(3), 3)
    slots.on('error', () => slots.put(1))
    assert.equal(slots.get(), undefined)
    assert.equal(slots.get(), 1)
  })

  test(`a slot at or above the limit is never in use, ${way}`, () => {
    const slots = take(make(5), 5)
    const errors = errorsOf(slots)
    for (const slot of [5, 6, 1023, 1024, 2147483646]) {
      assert.equal(slots.has(slot), false)
      assert.equal(slots.put(slot), true)
    }
    assert.deepEqual(errors.map(error => error.slot), [5, 6, 1023, 1024, 2147483646])
    assert.equal(slots.size, 5)
  })

  test(`the slots between reserved ones are given up to the limit, ${way}`, () => {
    const slots = make(2000)
    slots.on('error', () => {})
    const reserved = [0, 7, 1022, 1023, 1024, 1500, 1999]
    for (const slot of reserved) assert.equal(slots.reserve(slot), true)
    const free = from(2000).filter(slot => !reserved.includes(slot))
    assert.deepEqual(free.map(() => slots.get()), free)
    assert.equal(slots.get(), undefined)
    assert.equal(slots.size, 2000)
  })
}

test('the error says that all slots are in use', () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 1 }), 1)
  assert.throws(() => slots.get(), { message: 'No free slot: all are in use' })
})

test('one manager at its limit leaves another alone', () => {
  const full = take(new CallosumServerSlots({ maxSlots: 1 }), 1)
  const other = new CallosumServerSlots({ maxSlots: 2 })
  full.on('error', () => {})
  assert.equal(full.get(), undefined)
  assert.deepEqual([other.get(), other.get()], [0, 1])
})
