'use strict'

// A search of every state that a manager of a few slots can be in, and of every call in
// each of them, with the fast paths and without: both do what a naive model does, and
// leave the same shared words. States are told apart by these.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const inside = require('../support/inside')
const Model = require('../support/model')
const { assertSameWords, withoutId } = require('../support/shared-words')
const { slotsBelow } = require('../support/states')

const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

// All slots below `base` are in use from the beginning, and stay so.
const searches = {
  'eight slots of eight': { maxSlots: 8, base: 0, slots: slotsBelow(8) },
  'eight slots of many': { base: 0, slots: slotsBelow(8) },
  'slots at the end of a leaf word': { base: 28, slots: slotsBelow(8).map(i => 28 + i) },
  'slots at the end of a summary word, where the bitmap grows': { base: 1021, slots: slotsBelow(6).map(i => 1021 + i) },
  'slots in different leaf words and summary words': { base: 0, slots: [0, 1, 2, 31, 32, 64, 1023, 1024] },
  'slots under stale summary bits': { base: 1031, slots: [3, 40, 41, 80, 1026, 1030] },
  'sparse reservations': { base: 0, slots: [0, 1, 1024, 1025, 1056, 2048, 1000000, 1000001] }
}

for (const [name, search] of Object.entries(searches)) {
  test(`every call in every state: ${name}`, t => {
    const { maxSlots, slots } = search
    const known = new Set()
    const programs = [[]]
    known.add(replay(search, []).state())
    let tried = 0
    for (const program of programs) {
      let pair
      let before
      for (const call of callsOf(slots, maxSlots)) {
        if (pair === undefined) {
          pair = replay(search, program)
          before = pair.state()
        }
        const next = pair.model.peek()
        if (call.name === 'get' && next !== undefined && !slots.includes(next)) continue // beyond what is searched
        pair.do(call)
        pair.check(slots, () => [...program, call].map(({ name, slot }) => `${name}(${slot})`).join(', '))
        tried++
        const state = pair.state()
        if (!known.has(state)) {
          known.add(state)
          programs.push([...program, call])
        }
        if (state !== before) pair = undefined
      }
    }
    t.diagnostic(`${known.size} states, ${tried} calls`)
    assert.ok(known.size > 200, 'the search does not get anywhere')
  })
}

function callsOf (slots, maxSlots = 2147483647) {
  const calls = [{ name: 'get' }, { name: 'peek' }, { name: 'clear' }]
  for (const slot of slots) calls.push({ name: 'put', slot }, { name: 'reserve', slot })
  for (const slot of [-1, 5000, maxSlots, 2147483647]) calls.push({ name: 'put', slot })
  return calls
}

/** A manager with the fast paths, one without, and the model, after a program. */
function replay (search, program) {
  const pair = new Pair(search)
  for (const call of program) pair.do(call)
  return pair
}

class Pair {
  constructor ({ maxSlots = 2147483647, base }) {
    this.base = base
    this.model = new Model(maxSlots)
    this.managers = [inside({ maxSlots }), inside({ maxSlots })]
    withoutFastPaths(this.managers[1][0])
    for (const [slots] of this.managers) slots.on('error', () => {})
    this.takeBase()
  }

  takeBase () {
    for (let slot = 0; slot < this.base; slot++) {
      this.model.take(slot)
      for (const [slots] of this.managers) slots.get()
    }
  }

  do ({ name, slot }) {
    const expected = this.expect(name, slot)
    for (const [slots] of this.managers) this.same(slots[name](slot), expected, `${name}(${slot})`)
    if (name === 'clear') this.takeBase()
  }

  expect (name, slot) {
    if (name === 'put') return this.model.put(slot) ? undefined : true // what emit returns
    return this.model[name](slot)
  }

  // As assert.equal, but quicker.
  same (actual, expected, what) {
    if (actual !== expected) assert.equal(actual, expected, typeof what === 'function' ? what() : what)
  }

  // Without peek(), which moves the cursor: the states before would not be searched.
  check (slots, what) {
    const { model, managers: [[, fast], [, slow]] } = this
    for (const [manager] of this.managers) {
      this.same(manager.size, model.inUse.size, what)
      this.same(manager.maxSlotGiven, model.maxSlotGiven, what)
      for (const slot of slots) this.same(manager.has(slot), model.inUse.has(slot), what)
    }
    assertSameWords(fast, slow, what)
  }

  /** All that the manager keeps. */
  state () {
    const [[slots, manager]] = this.managers
    return `${withoutId(manager.words)} ${JSON.stringify(slots.toJSON().inUse.slice(-3))}`
  }
}
