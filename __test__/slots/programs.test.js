'use strict'

// Random programs over the whole API: what their steps do and compare, see support/random-program.js.
//
//   TEST_PROGRAMS=100000 node --test __test__/slots/programs.test.js
//
// runs that many. To replay a failure, set TEST_SEED and TEST_PATH to the seed and the path
// that fast-check prints; without the path all programs of the seed run.

const assert = require('node:assert/strict')
const fc = require('fast-check')
const { test } = require('node:test')
const { inspect } = require('node:util')

const CallosumServerSlots = require('../..')
const { Internals: { wordsOf } } = require('../../lib/internals.js')
const { BITMAP_OFFSET, LEAF_WORDS } = require('../../lib/layout.js')
const { MAKES, Run } = require('../support/random-program')
const { notSlots } = require('../support/values')

const MAX = 2147483647

const slot = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60) },
  { weight: 2, arbitrary: fc.nat(5000) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 1023, 1024, 1025, 4095, 4096, 131072, 1e6, MAX - 2, MAX - 1) }
)
const count = fc.nat(60)
const name = fc.nat(8) // of a lease
const reserving = fc.constantFrom('reserve', 'leaseSlot', 'adopt', 'unheard')
const TAKES_SLOT = ['put', 'reserve', 'has', 'lease', 'adopt']
const hostile = fc.tuple(fc.constant('hostile'), fc.constantFrom(...TAKES_SLOT), fc.nat(notSlots.length - 1))

const { step } = fc.letrec(tie => ({
  step: fc.oneof({ withCrossShrink: true },
    { weight: 8, arbitrary: fc.tuple(fc.constant('getMany'), count) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('getMany'), fc.nat(3000)) },
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom('put', 'put', 'has'), slot) },
    { weight: 5, arbitrary: fc.tuple(fc.constant('putAny'), fc.array(fc.nat(5000), { maxLength: 40 })) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('putEvery'), count, fc.boolean()) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('churn'), count, fc.nat(5000)) },
    { weight: 8, arbitrary: fc.tuple(reserving, slot) },
    { weight: 7, arbitrary: fc.tuple(fc.constantFrom('lease', 'release'), name) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('clear', 'iterate', 'rebuild')) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('rebuildWithin'), slot) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('make'), fc.nat(MAKES.length - 1)) },
    { weight: 2, arbitrary: hostile },
    { weight: 2, arbitrary: fc.tuple(fc.constant('react'), tie('step')) })
}))
const maxSlots = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constantFrom(MAX, MAX, 1023, 1024, 1025, 2048, 5000))
const steps = fc.array(step, { maxLength: 60, size: 'max' })

/** The property that every program does on a Manager what it does on the model. */
function property (Manager) {
  return fc.property(maxSlots, steps, (maxSlots, steps) => {
    const run = new Run(Manager, maxSlots)
    for (const step of steps) {
      run.do(step)
      if (step[0] !== 'react') run.look() // nothing may come between it and its event
    }
    run.finish()
  })
}

const { TEST_PROGRAMS = 1000, TEST_SEED, TEST_PATH } = process.env
const replay = { ...(TEST_SEED && { seed: Number(TEST_SEED) }), ...(TEST_PATH && { path: TEST_PATH, endOnFailure: true }) }

test('any program does what the model does, and leaves the words that native calls leave', () => {
  fc.assert(property(CallosumServerSlots), { numRuns: Number(TEST_PROGRAMS), ...replay })
})

for (const [state, maxSlots, steps] of [
  ['none', MAX, []],
  ['some, and sparse reservations', MAX, [['getMany', 100], ['putEvery', 2, true], ['reserve', 1e9]]],
  ['all', 50, [['getMany', 50]]]
]) {
  test(`what is no slot is refused by each member, and changes nothing; in use: ${state}`, () => {
    const run = new Run(CallosumServerSlots, maxSlots)
    for (const step of steps) run.do(step)
    for (const i of notSlots.keys()) for (const name of TAKES_SLOT) run.do(['hostile', name, i])
    run.look()
  })
}

/** Classes with a fault. */
const FAULTS = {
  'a slot is given twice': class extends CallosumServerSlots {
    get () {
      const slot = super.get()
      if (slot === 36 && this.has(38) && !this.has(37)) super.put(slot)
      return slot
    }
  },
  'a slot is lost when it is put': class extends CallosumServerSlots {
    put (slot) { if (slot !== 31 || !this.has(32) || this.has(30)) return super.put(slot) }
  },
  'not the lowest is given': class extends CallosumServerSlots {
    get () {
      const slot = this.peek()
      return slot % 64 === 63 && this.reserve(slot + 1) ? slot + 1 : super.get()
    }
  },
  'a slot that is free is taken back': class extends CallosumServerSlots {
    put (slot) { if (slot !== this.maxSlotGiven || this.size <= 8) return super.put(slot) }
  },
  'one slot too many is given': class extends CallosumServerSlots {
    get () { return this.size === this.maxSlots && this.maxSlots < 1000 ? this.maxSlots : super.get() }
  },
  'size is one too high': class extends CallosumServerSlots {
    get size () { return super.size + (this.has(1) && !this.has(0) ? 1 : 0) }
  },
  'maxSlotGiven falls': class extends CallosumServerSlots {
    get maxSlotGiven () { return super.size === 0 ? 0 : super.maxSlotGiven }
  },
  'the iteration leaves one out': class extends CallosumServerSlots {
    * [Symbol.iterator] () { for (const slot of this.values()) if (slot !== 128) yield slot }
  },
  'the iteration shows what is done meanwhile': class extends CallosumServerSlots {
    * values () { for (const slot of super.values()) if (this.has(slot)) yield slot }
  },
  'a lease can be released twice': class extends CallosumServerSlots {
    lease (...slot) {
      const lease = super.lease(...slot)
      return lease && { slot: lease.slot, release: () => { this.put(lease.slot) } }
    }
  },
  'clear() leaves a slot in use': class extends CallosumServerSlots {
    clear () {
      const had = this.has(40)
      super.clear()
      if (had) this.reserve(40)
    }
  },
  'a numeric string is taken for a slot': class extends CallosumServerSlots {
    has (slot) { return super.has(slot === '1' ? 1 : slot) }
  },
  'the error does not say which slot': class extends CallosumServerSlots {
    emit (event, error) {
      if (error && error.slot === null) error.slot = undefined
      return super.emit(event, error)
    }
  },
  'a limit of 0 is taken for 1': class extends CallosumServerSlots {
    constructor (options) { super(options && options.maxSlots === 0 ? { maxSlots: 1 } : options) }
  },
  'from() does not look at its options': class extends CallosumServerSlots {
    static from (json) { return super.from(json) }
  },
  'inspect() says the slot given last': class Last extends CallosumServerSlots {
    [inspect.custom] () { return `Last { size: ${this.size}, maxSlotGiven: ${this.maxSlotGiven}, next: ${this.size}, maxSlots: ${this.maxSlots} }` }
  },
  'a put() within a listener does nothing': class extends CallosumServerSlots {
    put (slot) {
      if (this.isPutting) return
      this.isPutting = true
      try {
        return super.put(slot)
      } finally {
        this.isPutting = false
      }
    }
  },
  'an error that nobody hears is not thrown': class extends CallosumServerSlots {
    put (slot) {
      try {
        return super.put(slot)
      } catch (_) {}
    }
  },
  'a summary bit is stale': class extends CallosumServerSlots { // which no result shows
    put (slot) {
      const words = wordsOf(this)
      words[BITMAP_OFFSET + words[LEAF_WORDS] + (words[LEAF_WORDS] >>> 5)] |= 2
      return super.put(slot)
    }
  },
  'it throws now and then': class extends CallosumServerSlots {
    put (slot) {
      if (slot === 40) throw new Error('planted')
      return super.put(slot)
    }
  }
}

for (const [name, Faulty] of Object.entries(FAULTS)) {
  test(`programs find that ${name}, and it is shown in a few steps`, () => {
    const { failed, counterexample, numRuns } = fc.check(property(Faulty), { seed: 1, numRuns: 1000 })
    assert.ok(failed, 'nothing found')
    const [, steps] = counterexample
    assert.ok(steps.length <= 6, `after ${numRuns} programs: ${JSON.stringify(counterexample)}`)
  })
}
