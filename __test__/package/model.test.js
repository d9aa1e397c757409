'use strict'

// Random programs over the whole API, on a manager with its fast paths, on one
// without, and on the model. After every call the first two have the same shared words.
// fast-check prints the seed and shrinks. MODEL_SEED sets it: checks.test.js plants faults,
// and one that few programs meet would not be found in each run.

const assert = require('assert')
const fc = require('fast-check')
const test = require('node:test')
const CallosumServerSlots = require('../..')
const Model = require('../support/model')
const { assertSameWords } = require('../support/shared-words')

const { nativeOf, withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

const count = fc.integer({ min: 1, max: 60 })
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('get'), count }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('get'), count: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('putAny'), picks: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('putLowest'), count }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('putHighest'), count }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('putEvery'), count, up: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('alternate'), count, pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reserve'), slot: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 100000, max: 100040 })) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('peek') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lease') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebuild') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('put'),
      slot: fc.oneof(fc.integer({ min: -2, max: 6000 }), fc.double(), fc.string(), fc.constantFrom(-0, 2 ** 31, null, [0], {}))
    })
  }
)

const programs = fc.record({
  maxSlots: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constant(2147483647)),
  steps: fc.array(step, { minLength: 1, maxLength: 40 })
})

class Subject {
  constructor (slots) {
    this.slots = slots
    this.listen()
  }

  listen () {
    this.errors = 0
    this.slots.on('error', () => this.errors++)
    this.slots.on('full', () => this.errors++)
  }

  /** What the call returned, and whether it emitted an error. */
  call (name, ...values) {
    const before = this.errors
    const returned = this.slots[name](...values)
    return { returned, failed: this.errors > before }
  }
}

function run ({ maxSlots, steps }) {
  const model = new Model(maxSlots)
  const subjects = [
    new Subject(new CallosumServerSlots({ maxSlots })),
    new Subject(withoutFastPaths(new CallosumServerSlots({ maxSlots })))
  ]
  const expect = (expected, name, ...values) => {
    for (const subject of subjects) {
      assert.deepStrictEqual(subject.call(name, ...values), expected, `${name}(${values.map(String)})`)
    }
    compareWords(() => `after ${name}(${values.map(String)})`)
  }
  const compareWords = what => assertSameWords(...subjects.map(({ slots }) => nativeOf(slots)), what)
  const get = () => {
    const slot = model.get()
    expect({ returned: slot, failed: slot === undefined }, 'get')
  }
  const put = slot => {
    const done = model.put(slot)
    expect({ returned: done ? undefined : true, failed: !done }, 'put', slot)
  }
  const pick = (values, n) => values[n % values.length]
  const does = {
    get ({ count }) { for (let i = 0; i < count && model.inUse.size < 4000; i++) get() },
    put ({ slot }) { put(slot) },
    putAny ({ picks }) {
      const values = model.values()
      if (values.length > 0) for (const n of picks) put(pick(values, n)) // some of them twice
    },
    putLowest ({ count }) { model.values().slice(0, count).forEach(put) },
    putHighest ({ count }) { model.values().reverse().slice(0, count).forEach(put) },
    putEvery ({ count, up }) {
      const values = model.values().filter((_, i) => i % count === 0)
      const order = up ? values : values.reverse()
      order.forEach(put)
    },
    alternate ({ count, pick: n }) {
      for (let i = 0; i < count && model.inUse.size > 0; i++) {
        put(pick(model.values(), n + i * 7919))
        get()
      }
    },
    reserve ({ slot }) {
      const fits = slot < maxSlots
      expect({ returned: fits && model.reserve(slot), failed: !fits }, 'reserve', slot)
    },
    peek () {
      expect({ returned: model.peek(), failed: false }, 'peek')
    },
    lease () {
      for (const { slots } of subjects) {
        const lease = slots.lease()
        if (lease === undefined) continue
        assert.strictEqual(lease.slot, model.peek())
        lease.release()
        lease.release()
      }
      if (model.peek() !== undefined) model.maxSlotGiven = Math.max(model.maxSlotGiven, model.peek() + 1)
    },
    rebuild () {
      for (const subject of subjects) {
        subject.slots = CallosumServerSlots.from(JSON.parse(JSON.stringify(subject.slots)))
        subject.listen()
      }
      withoutFastPaths(subjects[1].slots)
    },
    clear () {
      model.clear()
      expect({ returned: undefined, failed: false }, 'clear')
    }
  }

  for (const step of steps) {
    does[step.do](step)
    for (const { slots } of subjects) {
      assert.deepStrictEqual([...slots], model.values())
      assert.strictEqual(slots.size, model.inUse.size)
      assert.strictEqual(slots.maxSlotGiven, model.maxSlotGiven)
      assert.strictEqual(slots.peek(), model.peek())
      for (const slot of [0, 1, 17, 1023, 1024, model.maxSlotGiven, maxSlots]) {
        assert.strictEqual(slots.has(slot), model.inUse.has(slot))
      }
    }
    compareWords(() => `after ${step.do}`)
  }
}

test('any program does what the model does, with fast paths and without', () => {
  fc.assert(fc.property(programs, run), { numRuns: 500, ...(process.env.MODEL_SEED && { seed: Number(process.env.MODEL_SEED) }) })
})
