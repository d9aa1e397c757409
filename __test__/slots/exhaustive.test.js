'use strict'

// A search of every state that a manager of a few slots can be in, and of every call in
// each: what is compared, see support/random-program.js. States are told apart by the words.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { Internals: { wordsOf } } = require('../../lib/internals.js')
const { Run } = require('../support/random-program')
const { slotsBelow } = require('../support/states')

const MAX = 2147483647

// All slots below `base` are in use from the beginning, and stay so.
const SEARCHES = {
  'eight slots of eight': { maxSlots: 8, base: 0, slots: slotsBelow(8) },
  'eight slots of many': { base: 0, slots: slotsBelow(8) },
  'slots at the end of a leaf word': { base: 28, slots: slotsBelow(8).map(i => 28 + i) },
  'slots at the end of a summary word, where the bitmap grows': { base: 1021, slots: slotsBelow(6).map(i => 1021 + i) },
  'slots in different leaf words and summary words': { base: 0, slots: [0, 1, 2, 31, 32, 64, 1023, 1024] },
  'slots under stale summary bits': { base: 1031, slots: [3, 40, 41, 80, 1026, 1030] },
  'sparse reservations': { base: 0, slots: [0, 1, 1024, 1025, 1056, 2048, 1000000, 1000001] }
}

for (const [name, { maxSlots = MAX, base, slots }] of Object.entries(SEARCHES)) {
  const steps = [
    ['get'], ['peek'], ['clear'],
    ...slots.flatMap(slot => [['put', slot], ['reserve', slot]]),
    ...[5000, maxSlots].map(slot => ['put', slot])
  ]

  function replay (program) {
    const run = new Run(CallosumServerSlots, maxSlots)
    takeBase(run)
    for (const step of program) take(run, step)
    return run
  }

  function take (run, step) {
    run.do(step)
    if (step[0] === 'clear') takeBase(run)
  }

  function takeBase ({ model, twin, slots }) {
    for (const each of [model, twin, slots]) for (let slot = 0; slot < base; slot++) each.get()
  }

  test(`every call in every state: ${name}`, () => {
    const known = new Set([stateOf(replay([]))])
    const programs = [[]]
    for (const program of programs) {
      let run = replay(program)
      const before = stateOf(run)
      for (const step of steps) {
        const next = run.model.peek()
        if (step[0] === 'get' && next !== undefined && !slots.includes(next)) continue // beyond what is searched
        take(run, step)
        assert.deepEqual([run.slots.size, run.slots.maxSlotGiven], [run.model.size, run.model.maxSlotGiven])
        for (const slot of slots) run.has(slot)
        const state = stateOf(run)
        if (state === before) continue
        if (!known.has(state)) {
          known.add(state)
          run.look()
          programs.push([...program, step])
        }
        run = replay(program)
      }
    }
    assert.ok(known.size > 200, 'the search does not get anywhere')
  })
}

/** All that a manager keeps. */
function stateOf ({ slots, model }) {
  return `${wordsOf(slots)} ${model.values().filter(slot => slot >= 1024)}`
}
