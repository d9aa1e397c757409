'use strict'

// maxSlotGiven: one more than the highest slot that was ever taken or reserved.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { ways, take, slotsBelow, shuffled } = require('../support/states')

for (const way of Object.keys(ways)) {
  const make = () => ways[way](new CallosumServerSlots())

  test(`it is 0 before the first get(), ${way}`, () => {
    assert.equal(make().maxSlotGiven, 0)
  })

  test(`it is one more than the highest slot given, ${way}`, () => {
    const slots = make()
    for (let given = 1; given <= 3000; given++) {
      slots.get()
      assert.equal(slots.maxSlotGiven, given)
    }
  })

  for (const [order, back] of [
    ['ascending', slotsBelow(3000)],
    ['descending', slotsBelow(3000).reverse()],
    ['in any order', shuffled(slotsBelow(3000))]
  ]) {
    test(`it does not fall when slots are put back ${order}, nor rise when they are given again, ${way}`, () => {
      const slots = take(make(), 3000)
      for (const slot of back) {
        slots.put(slot)
        assert.equal(slots.maxSlotGiven, 3000)
      }
      for (let i = 0; i < 3000; i++) {
        slots.get()
        assert.equal(slots.maxSlotGiven, 3000)
      }
      slots.get()
      assert.equal(slots.maxSlotGiven, 3001)
    })
  }

  test(`it remembers a highest slot that is put back at once, ${way}`, () => {
    for (const count of [1, 2, 3, 100]) {
      const slots = take(make(), count)
      slots.put(count - 1)
      assert.equal(slots.maxSlotGiven, count)
      slots.get()
      slots.put(0)
      assert.equal(slots.maxSlotGiven, count)
    }
  })

  test(`it remembers a highest slot that is put back below other holes, ${way}`, () => {
    const slots = take(make(), 20)
    for (const slot of [3, 9, 15, 19, 18]) {
      slots.put(slot)
      assert.equal(slots.maxSlotGiven, 20)
    }
  })
}
