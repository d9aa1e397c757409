'use strict'

// Every state that a manager of a few slots can be in, and every call in each of
// them, with the fast paths and without: both do what a naive model does, and leave
// the same integers behind, but for the summaries. States are told apart by these.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const inside = require('../support/inside')
const Model = require('../support/model')
const { from } = require('../support/states')

const { native, withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]
const { OWNER, WORDS, BITS } = native.layout

// All slots below `base` are in use from the beginning, and stay so.
const searches = {
  'eight slots of eight': { maxSlots: 8, base: 0, slots: from(8) },
  'seven slots of many': { base: 0, slots: from(7) },
  'slots at the end of an integer': { base: 29, slots: from(6).map(i => 29 + i) },
  'slots at the end of a summary, where the memory grows': { base: 1021, slots: from(6).map(i => 1021 + i) },
  'slots in different integers and summaries': { base: 0, slots: [0, 1, 2, 31, 32, 64, 1023, 1024] }
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
  const calls = [{ name: 'get' }, { name: 'clear' }]
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

  check (slots, what) {
    const { model, managers: [[fast, fastNative], [, slowNative]] } = this
    this.same(fast.peek(), model.peek(), what)
    this.same(fast.size, model.inUse.size, what)
    this.same(fast.maxSlotGiven, model.maxSlotGiven, what)
    for (const slot of slots) this.same(fast.has(slot), model.inUse.has(slot), what)
    this.same(withoutSummaries(fastNative), withoutSummaries(slowNative), what)
  }

  state () {
    return integers(this.managers[0][1])
  }
}

/** A bit of a summary may stand for nothing, and the one clears it before the other. */
function withoutSummaries ({ cells }) {
  return String(cells.slice(0, BITS + cells[WORDS]).fill(0, OWNER, OWNER + 1))
}

function integers (manager) {
  const cells = Array.from(manager.cells)
  cells[OWNER] = 0
  const ahead = manager.inUseRuns().filter(slot => slot > 5000)
  return `${cells} ${ahead}`
}
