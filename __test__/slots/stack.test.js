'use strict'

// Calls for which the stack has no room: they throw and have done nothing, or
// they have done all. Tried at each depth at which it may run out.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take, slotsBelow } = require('../support/states')

const DEPTHS = 400

/** Calls `act` with each manager, from the deepest that the stack allows upwards. */
function fromTheDeepest (managers, act, padding) {
  const outcomes = []
  let manager
  const call = () => act(manager)
  manager = managers.shift()
  call.apply(null, padding) // compiled, which takes stack too
  function dive () {
    try {
      dive()
    } catch (_) {}
    if (managers.length === 0) return
    manager = managers.pop()
    let thrown = false
    try {
      call.apply(null, padding)
    } catch (_) {
      thrown = true
    }
    outcomes.push({ manager, thrown })
  }
  dive()
  return outcomes
}

const CALLS = [
  // A name, how many slots are in use, the call, and those in use after it.
  ['get() that takes more memory', 1024, slots => slots.get(), 1025],
  ['get()', 1000, slots => slots.get(), 1001],
  ['lease()', 1000, slots => slots.lease(), 1001],
  ['put()', 1000, slots => slots.put(500), 999],
  ['reserve() that takes more memory', 1000, slots => slots.reserve(1100), 1001],
  ['clear()', 3000, slots => slots.clear(), 0]
]

for (const [name, before, act, after] of CALLS) {
  test(`${name} with no stack left does all or nothing`, () => {
    let thrown = 0
    // More where a compiled call takes so little stack that there was always room.
    for (let padding = 0; padding < 8 || (thrown === 0 && padding < 64); padding++) {
      const managers = slotsBelow(DEPTHS).map(() => take(new CallosumServerSlots(), before))
      for (const slots of managers) slots.on('error', error => { if (error.code !== 'ERR_INVALID_SLOT') throw error })
      const outcomes = fromTheDeepest(managers, act, new Array(padding))
      assert.ok(outcomes.length > DEPTHS / 2)
      for (const { manager, thrown: threw } of outcomes) {
        thrown += threw
        assert.equal(manager.size, threw ? before : after)
        // And what is in shared memory is what Rust has.
        const inUse = Array.from(manager)
        for (const slot of inUse) if (slot % 3 === 0) assert.equal(manager.put(slot), undefined)
        assert.equal(manager.size, inUse.filter(slot => slot % 3 !== 0).length)
        if (after === 0 && !threw) assert.equal(manager.put(before - 1), true)
      }
    }
    assert.ok(thrown > 0, 'the stack had room for all')
  })
}

test('a constructor with no stack left makes a manager, or none', () => {
  const first = take(new CallosumServerSlots(), 7)
  const make = () => Object.create(CallosumServerSlots.prototype)
  const outcomes = fromTheDeepest(slotsBelow(DEPTHS).map(make), object => CallosumServerSlots.call(object), [])
  assert.ok(outcomes.some(({ thrown }) => thrown))
  for (const { manager, thrown } of outcomes) {
    if (thrown) assert.throws(() => manager.get(), { name: 'TypeError' })
    else assert.equal(manager.get(), 0)
  }
  assert.equal(first.size, 7)
})
