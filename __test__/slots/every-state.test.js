'use strict'

// get() and put() in every state that a manager can be in, with the fast paths
// and without: what is a slot in use, and everything that is not.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { forEachState, slotsBelow, observe, errorsOf, shuffled } = require('../support/states')
const { notSlots, ran } = require('../support/values')

forEachState((state, make) => {
  test(`get() gives each free slot once, ascending: ${state}`, () => {
    const slots = make()
    slots.on('error', () => {})
    const inUse = new Set(slots.values())
    const expected = slotsBelow(slots.maxSlots > 50 ? 12000 : 50).filter(slot => !inUse.has(slot))
    assert.deepEqual(expected.map(() => slots.get()), expected)
  })

  test(`put() frees any slot in use, and returns undefined: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    for (const slot of shuffled(Array.from(slots))) assert.equal(slots.put(slot), undefined)
    assert.deepEqual(errors, [])
    assert.equal(slots.size, 0)
    assert.equal(slots.get(), 0)
  })

  test(`put() refuses a free slot, which stays as free as it was: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const before = observe(slots)
    const inUse = new Set(slots.values())
    const free = slotsBelow(11000).filter(slot => !inUse.has(slot) && (slot < 120 || slot % 37 === 0))
    for (const slot of free.concat(2147483645)) {
      errors.length = 0
      assert.equal(slots.put(slot), true)
      assert.deepEqual(errors.map(error => error.slot), [slot])
      assert.equal(errors[0].message, `Invalid slot: ${slot}`)
    }
    assert.equal(observe(slots), before)
  })

  test(`put() refuses a slot that has just been put back: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const inUse = shuffled(Array.from(slots)).slice(0, 500)
    for (const slot of inUse) {
      slots.put(slot)
      assert.equal(slots.put(slot), true)
    }
    assert.deepEqual(errors.map(error => error.slot), inUse)
  })

  test(`put() refuses what is no slot, without running or changing anything: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const before = observe(slots)
    for (const [name, value, written] of notSlots) {
      errors.length = 0
      assert.equal(slots.put(value), true, name)
      assert.equal(errors.length, 1, name)
      assert.ok(errors[0] instanceof Error, name)
      assert.equal(errors[0].message, `Invalid slot: ${written}`, name)
      assert.equal(errors[0].code, 'ERR_INVALID_SLOT', name)
      assert.ok(Object.is(errors[0].slot, value), name)
      assert.deepEqual(ran, [], name)
      assert.equal(observe(slots), before, name)
    }
  })

  test(`put() throws where nobody listens, without running or changing anything: ${state}`, () => {
    const slots = make()
    const before = observe(slots)
    for (const [name, value, written] of notSlots) {
      assert.throws(() => slots.put(value), error => error.message === `Invalid slot: ${written}`, name)
      assert.deepEqual(ran, [], name)
    }
    assert.equal(observe(slots), before)
  })

  test(`a handler may call get() and put(): ${state}`, () => {
    const slots = make()
    const before = Array.from(slots)
    slots.on('error', error => {
      if (error.code !== 'ERR_INVALID_SLOT') return
      const free = slots.peek()
      assert.equal(slots.get(), free)
      if (free !== undefined) assert.equal(slots.put(free), undefined)
    })
    for (const value of [-1, 2147483647, 'x', slots.peek(), slots.maxSlotGiven]) {
      assert.equal(slots.put(value), true)
      assert.deepEqual(Array.from(slots), before)
    }
  })

  test(`a handler may free and take everything: ${state}`, () => {
    const slots = make()
    const inUse = Array.from(slots)
    slots.once('error', () => {
      for (const slot of inUse) slots.put(slot)
      for (let slot = 0; slot < inUse.length; slot++) assert.equal(slots.get(), slot)
    })
    assert.equal(slots.put('x'), true)
    assert.deepEqual(Array.from(slots), slotsBelow(inUse.length))
  })

  test(`a handler that throws leaves all as it was: ${state}`, () => {
    const slots = make()
    const before = observe(slots)
    slots.on('error', () => { throw new Error('from the handler') })
    const free = slots.peek()
    for (const value of [-1, 'x', 2147483647, free]) {
      assert.throws(() => slots.put(value), { message: 'from the handler' })
      assert.equal(observe(slots), before)
    }
    assert.equal(slots.get(), free)
  })

  test(`has() is true of the slots in use and of nothing else: ${state}`, () => {
    const slots = make()
    errorsOf(slots)
    const inUse = new Set(slots.values())
    for (const slot of slotsBelow(11000).concat(1000000, 2000000000, 2147483645, 2147483646)) {
      assert.equal(slots.has(slot), inUse.has(slot), String(slot))
    }
    for (const [name, value] of notSlots) assert.equal(slots.has(value), false, name)
    assert.equal(slots.has(), false)
    assert.deepEqual(ran, [])
  })

  test(`looking changes nothing and emits nothing: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const before = observe(slots)
    for (let i = 0; i < 3; i++) {
      slots.peek()
      slots.has(3)
      slots.has('x')
      Array.from(slots)
      slots.toJSON()
      require('util').inspect(slots)
    }
    assert.deepEqual(errors, [])
    assert.equal(observe(slots), before)
  })

  test(`peek() is what get() returns, and emits nothing: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    for (let i = 0; i < 60; i++) {
      errors.length = 0
      const free = slots.peek()
      assert.equal(slots.get(), free)
      assert.deepEqual(errors, [])
    }
  })

  test(`size is how many slots the iteration yields: ${state}`, () => {
    const slots = make()
    assert.equal(slots.size, Array.from(slots).length)
    for (const slot of shuffled(Array.from(slots)).slice(0, 100)) {
      const before = slots.size
      slots.put(slot)
      assert.equal(slots.size, before - 1)
    }
  })

  test(`reserve() takes any free slot, and that one only: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const inUse = new Set(slots.values())
    const candidates = shuffled(slotsBelow(6000).concat(20000, 1500000000, 2147483646))
    for (const slot of candidates.filter(slot => slot < slots.maxSlots).slice(0, 300)) {
      assert.equal(slots.reserve(slot), !inUse.has(slot), String(slot))
      inUse.add(slot)
      assert.equal(slots.has(slot), true)
      assert.equal(slots.size, inUse.size)
    }
    assert.deepEqual(errors, [])
    assert.deepEqual(Array.from(slots), Array.from(inUse).sort((a, b) => a - b))
  })

  test(`reserve() refuses what is no slot, without running or changing anything: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const before = observe(slots)
    for (const [name, value, written] of notSlots.concat([['the limit', slots.maxSlots, String(slots.maxSlots)]])) {
      errors.length = 0
      assert.equal(slots.reserve(value), false, name)
      assert.deepEqual(errors.map(error => error.code), ['ERR_INVALID_SLOT'], name)
      assert.equal(errors[0].message, `Invalid slot: ${written}`, name)
      assert.ok(Object.is(errors[0].slot, value), name)
      assert.deepEqual(ran, [], name)
    }
    assert.equal(observe(slots), before)
  })

  test(`clear() makes it as good as new: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const inUse = shuffled(Array.from(slots)).slice(0, 100)
    const { maxSlots } = slots
    assert.equal(slots.clear(), undefined)
    assert.deepEqual(errors, [])
    assert.deepEqual(slots.toJSON(), { maxSlots, maxSlotGiven: 0, inUse: [] })
    assert.equal(slots.size, 0)
    assert.equal(slots.peek(), 0)
    for (const slot of inUse) assert.equal(slots.put(slot), true, `put(${slot})`)
    assert.equal(slots.maxSlotGiven, 0)
    const count = Math.min(maxSlots, 3000)
    assert.deepEqual(slotsBelow(count).map(() => slots.get()), slotsBelow(count))
  })

  test(`toJSON() and from() keep the state: ${state}`, () => {
    const slots = make()
    const before = observe(slots)
    const copy = slots.constructor.from(JSON.parse(JSON.stringify(slots)))
    assert.equal(observe(copy), before)
    for (const each of [slots, copy]) each.on('error', () => {})
    for (let i = 0; i < 200; i++) assert.equal(copy.get(), slots.get())
    for (const slot of shuffled(Array.from(slots)).slice(0, 1000)) {
      assert.equal(copy.put(slot), slots.put(slot))
    }
    assert.equal(observe(copy), observe(slots))
  })

  test(`toJSON() lists the runs in use, ascending and not touching: ${state}`, () => {
    const { inUse } = make().toJSON()
    let last = -1
    for (const [start, end] of inUse) {
      assert.ok(last < start && start < end, `${last}, [${start}, ${end})`)
      last = end
    }
  })
})
