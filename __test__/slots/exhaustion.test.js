'use strict'

// When all slots are in use.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { ways, take, slotsBelow, observe, errorsOf, shuffled } = require('../support/states')

// Around an integer's bits, the first memory and its growth, and a summary's end.
const LIMITS = [1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 8192, 10000]

for (const way of Object.keys(ways)) {
  const make = maxSlots => ways[way](new CallosumServerSlots({ maxSlots }))

  for (const maxSlots of LIMITS) {
    test(`${maxSlots} slots are given, and not one more, ${way}`, () => {
      const slots = make(maxSlots)
      const errors = errorsOf(slots)
      let fulls = 0
      slots.on('full', (...values) => { fulls += values.length === 0 ? 1 : NaN })
      for (let slot = 0; slot < maxSlots; slot++) assert.equal(slots.get(), slot)
      assert.equal(fulls, 0)
      const before = observe(slots)
      for (let i = 0; i < 3; i++) assert.equal(slots.get(), undefined)
      assert.equal(fulls, 3)
      assert.deepEqual(errors, [])
      assert.equal(observe(slots), before)
      assert.equal(slots.size, maxSlots)
      assert.equal(slots.maxSlotGiven, maxSlots)
      assert.equal(slots.peek(), undefined)
    })

    test(`of ${maxSlots} slots any can be put back and is given again, ${way}`, () => {
      const slots = take(make(maxSlots), maxSlots)
      slots.on('error', () => {})
      for (const slot of shuffled(slotsBelow(maxSlots)).slice(0, 200)) {
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
      for (const order of [slotsBelow(maxSlots), slotsBelow(maxSlots).reverse(), shuffled(slotsBelow(maxSlots))]) {
        take(slots, maxSlots + 1)
        for (const slot of order) assert.equal(slots.put(slot), undefined)
        assert.equal(slots.size, 0)
        for (let slot = 0; slot < maxSlots; slot++) assert.equal(slots.get(), slot)
        assert.equal(slots.get(), undefined)
        for (const slot of order) slots.put(slot)
      }
    })
  }

  test(`get() and lease() return undefined if nobody listens, and lose nothing, ${way}`, () => {
    const slots = take(make(2), 2)
    const before = observe(slots)
    assert.equal(slots.get(), undefined)
    assert.equal(slots.lease(), undefined)
    assert.equal(observe(slots), before)
    slots.put(0)
    assert.equal(slots.get(), 0)
  })

  test(`a handler may make room, for the next get(), ${way}`, () => {
    const slots = take(make(3), 3)
    slots.on('full', () => slots.put(1))
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
    const free = slotsBelow(2000).filter(slot => !reserved.includes(slot))
    assert.deepEqual(free.map(() => slots.get()), free)
    assert.equal(slots.get(), undefined)
    assert.equal(slots.size, 2000)
  })
}

test("a handler of 'full' that throws ends the get(), which has changed nothing", () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 1 }), 1)
  slots.on('full', () => { throw new Error('mine') })
  assert.throws(() => slots.get(), { message: 'mine' })
  assert.equal(slots.size, 1)
})

test("'full' is emitted by get() and lease() alone", () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 2 }), 2)
  let fulls = 0
  slots.on('full', () => fulls++)
  slots.on('error', () => {})
  for (const call of [() => slots.peek(), () => slots.reserve(1), () => slots.lease(1), () => slots.adopt(1), () => slots.put(7), () => slots.toJSON()]) call()
  assert.equal(fulls, 0)
  slots.lease()
  assert.equal(fulls, 1)
})

test('one manager at its limit leaves another alone', () => {
  const full = take(new CallosumServerSlots({ maxSlots: 1 }), 1)
  const other = new CallosumServerSlots({ maxSlots: 2 })
  full.on('error', () => {})
  assert.equal(full.get(), undefined)
  assert.deepEqual([other.get(), other.get()], [0, 1])
})
