'use strict'

// What is no slot in use, in every kind of state that a manager can be in.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { inspect } = require('node:util')

const { builders, slotsBelow, observe, errorsOf } = require('../support/states')
const { notSlots, ran } = require('../support/values')

for (const [state, make] of Object.entries(builders)) {
  test(`what is no slot is refused, without running or changing anything: ${state}`, () => {
    const slots = make()
    const before = observe(slots)
    for (const [name, value, written] of notSlots) {
      assert.equal(slots.has(value), false, name)
      assert.throws(() => slots.put(value), { code: 'ERR_INVALID_SLOT', message: `Invalid slot: ${written}` }, name)
    }
    const errors = errorsOf(slots)
    const refused = { put: true, reserve: false, adopt: undefined, lease: undefined }
    for (const [name, value, written] of notSlots.concat([['the limit', slots.maxSlots, String(slots.maxSlots)]])) {
      for (const [member, result] of Object.entries(refused)) {
        if (member === 'lease' && value === undefined) continue
        assert.equal(slots[member](value), result, name)
        const [error, ...others] = errors.splice(0)
        assert.ok(error instanceof Error && Object.is(error.slot, value), name)
        assert.deepEqual([error.message, error.code, others], [`Invalid slot: ${written}`, 'ERR_INVALID_SLOT', []], name)
      }
      assert.deepEqual(ran, [], name)
      assert.equal(observe(slots), before, name)
    }
  })

  test(`put() refuses every free slot, which stays free: ${state}`, () => {
    const slots = make()
    const errors = errorsOf(slots)
    const before = observe(slots)
    const inUse = new Set(slots.values())
    const free = slotsBelow(11000).concat(1000001, 2147483645).filter(slot => !inUse.has(slot))
    for (const slot of free) {
      assert.equal(slots.has(slot), false)
      assert.equal(slots.put(slot), true)
    }
    assert.deepEqual(errors.map(error => error.slot), free)
    assert.equal(observe(slots), before)
  })

  test(`looking changes nothing and emits nothing: ${state}`, () => {
    const slots = make()
    const before = observe(slots)
    for (const look of [() => slots.has(3), () => Array.from(slots), () => slots.toJSON(), () => inspect(slots)]) look() // an error would throw
    assert.equal(observe(slots), before)
  })
}
