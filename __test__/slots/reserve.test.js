'use strict'

// reserve(), of slots near and far.

const assert = require('node:assert/strict')
const fc = require('fast-check')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const Model = require('../support/model')
const { ways, take, slotsBelow, errorsOf } = require('../support/states')

const HIGHEST = 2147483646

test('it takes a slot that was never given', () => {
  const slots = new CallosumServerSlots()
  assert.equal(slots.reserve(1), true)
  assert.deepEqual([slots.get(), slots.get(), slots.get()], [0, 2, 3])
})

test('it takes a slot that was put back', () => {
  const slots = take(new CallosumServerSlots(), 5)
  slots.put(2)
  assert.equal(slots.reserve(2), true)
  assert.equal(slots.get(), 5)
})

test('it leaves a slot that is in use, without an event', () => {
  const slots = take(new CallosumServerSlots(), 5)
  assert.equal(slots.reserve(2), false) // an event would throw
  assert.equal(slots.reserve(9), true)
  assert.equal(slots.reserve(9), false)
  assert.equal(slots.size, 6)
})

test('-0 is slot 0', () => {
  const slots = new CallosumServerSlots()
  assert.equal(slots.reserve(-0), true)
  assert.equal(slots.has(0), true)
  assert.equal(slots.has(-0), true)
  assert.equal(slots.get(), 1)
})

test('a reserved slot is put back like any other', () => {
  const slots = new CallosumServerSlots()
  for (const slot of [3, 1000, 2000000000, HIGHEST]) {
    slots.reserve(slot)
    assert.equal(slots.put(slot), undefined)
    assert.equal(slots.has(slot), false)
    assert.throws(() => slots.put(slot), { code: 'ERR_INVALID_SLOT' })
  }
  assert.deepEqual([slots.get(), slots.get(), slots.get(), slots.get(), slots.get()], [0, 1, 2, 3, 4])
})

test('maxSlotGiven becomes one more than the slot, and never less than it was', () => {
  const slots = new CallosumServerSlots()
  const seen = [5, 3, 2000000000, 1000, HIGHEST].map(slot => {
    slots.reserve(slot)
    return slots.maxSlotGiven
  })
  assert.deepEqual(seen, [6, 6, 2000000001, 2000000001, HIGHEST + 1])
  slots.put(HIGHEST)
  slots.put(2000000000)
  assert.equal(slots.maxSlotGiven, HIGHEST + 1)
})

test('a reserve() in vain does not raise maxSlotGiven', () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 10 }), 3)
  slots.on('error', () => {})
  slots.reserve(2)
  slots.reserve(10)
  slots.reserve(5000)
  assert.equal(slots.maxSlotGiven, 3)
})

test('the highest slot is below maxSlots', () => {
  const slots = new CallosumServerSlots({ maxSlots: 10 })
  const errors = errorsOf(slots)
  assert.equal(slots.reserve(9), true)
  assert.equal(slots.reserve(10), false)
  assert.deepEqual(errors.map(({ code, slot, message }) => [code, slot, message]), [['ERR_INVALID_SLOT', 10, 'Invalid slot: 10']])
})

test('it throws the error where nobody listens', () => {
  const slots = new CallosumServerSlots({ maxSlots: 10 })
  assert.throws(() => slots.reserve(10), { code: 'ERR_INVALID_SLOT', slot: 10 })
  assert.throws(() => slots.reserve('1'), { code: 'ERR_INVALID_SLOT', slot: '1' })
  assert.throws(() => slots.reserve(), { code: 'ERR_INVALID_SLOT', slot: undefined })
  assert.equal(slots.size, 0)
})

test('it returns false after an error, whatever emit returned', () => {
  const slots = new CallosumServerSlots()
  slots.emit = () => 'what emit returned'
  assert.equal(slots.reserve(-1), false)
})

test('peek() steps over a reserved slot as get() does, wherever it is', () => {
  for (const reserved of [5, 1023, 1024, 1025, 2048, 4096]) {
    const slots = new CallosumServerSlots()
    slots.reserve(reserved)
    for (let i = 0; i < reserved + 3; i++) {
      const next = slots.peek()
      assert.equal(next, i < reserved ? i : i + 1)
      assert.equal(slots.get(), next)
    }
  }
})

test('2,000,000,000 costs next to nothing on an empty manager', () => {
  const slots = new CallosumServerSlots()
  const before = process.memoryUsage()
  assert.equal(slots.reserve(2000000000), true)
  const after = process.memoryUsage()
  assert.ok(after.arrayBuffers - before.arrayBuffers < 100000)
  assert.ok(after.rss - before.rss < 10000000)
})

test('a thousand slots far apart cost next to nothing', () => {
  const slots = new CallosumServerSlots()
  const before = process.memoryUsage()
  for (let i = 0; i < 1000; i++) assert.equal(slots.reserve(2000000000 - i * 1000000), true)
  const after = process.memoryUsage()
  assert.ok(after.arrayBuffers - before.arrayBuffers < 1000000)
  assert.ok(after.rss - before.rss < 20000000)
  assert.equal(slots.size, 1000)
  assert.deepEqual(Array.from(slots), slotsBelow(1000).map(i => 2000000000 - (999 - i) * 1000000))
})

for (const way of Object.keys(ways)) {
  const make = options => ways[way](new CallosumServerSlots(options))

  test(`get() steps over reserved slots wherever memory ends, ${way}`, () => {
    const slots = make()
    const reserved = [1, 31, 32, 63, 1022, 1023, 1024, 1025, 2047, 2048, 4095, 4096, 4097, 8191, 8192]
    for (const slot of reserved) slots.reserve(slot)
    const expected = slotsBelow(9000).filter(slot => !reserved.includes(slot))
    assert.deepEqual(expected.map(() => slots.get()), expected)
  })

  test(`all slots below a limit can be reserved, descending, ${way}`, () => {
    const slots = make({ maxSlots: 3000 })
    for (let slot = 2999; slot >= 0; slot--) assert.equal(slots.reserve(slot), true)
    assert.equal(slots.size, 3000)
    assert.equal(slots.get(), undefined)
    assert.deepEqual(slots.toJSON().inUse, [[0, 3000]])
  })
}

// Slots where the map's memory ends (1,024 doubled), and far from everything.
const slot = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 5000 }),
  fc.tuple(fc.constantFrom(1024, 2048, 4096, 8192, 65536, 131072), fc.integer({ min: -3, max: 3 })).map(([a, b]) => a + b),
  fc.integer({ min: 0, max: 300000 }),
  fc.integer({ min: HIGHEST - 5, max: HIGHEST })
)
const steps = fc.array(fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('reserve'), fc.array(slot, { minLength: 1, maxLength: 20 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('reserveRun'), slot, fc.integer({ min: 1, max: 200 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('get'), fc.integer({ min: 1, max: 1500 })) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('put'), fc.array(fc.nat(), { minLength: 1, maxLength: 30 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('putAll'), fc.boolean()) }
), { minLength: 1, maxLength: 30 })

test('any mix of reserve(), get() and put(), near and far, does what the model does', () => {
  fc.assert(fc.property(steps, fc.constantFrom(HIGHEST + 1, 5000, 1024, 300000), (steps, maxSlots) => {
    const model = new Model(maxSlots)
    const subjects = Object.values(ways).map(way => way(new CallosumServerSlots({ maxSlots })))
    for (const slots of subjects) slots.on('error', () => {})
    const reserve = slot => {
      const expected = slot < maxSlots && model.reserve(slot)
      for (const slots of subjects) assert.equal(slots.reserve(slot), expected, `reserve(${slot})`)
    }
    const put = slot => {
      model.put(slot)
      for (const slots of subjects) assert.equal(slots.put(slot), undefined, `put(${slot})`)
    }
    const does = {
      reserve: slots => slots.forEach(reserve),
      reserveRun (start, length) { for (let i = 0; i < length; i++) reserve(start + i) },
      get (count) {
        for (let i = 0; i < count && model.inUse.size < 2500; i++) {
          const slot = model.get()
          for (const slots of subjects) assert.equal(slots.get(), slot)
        }
      },
      put (picks) {
        const inUse = model.values()
        for (const pick of picks) {
          if (inUse.length > 0) put(inUse.splice(pick % inUse.length, 1)[0])
        }
      },
      putAll (up) { (up ? model.values() : model.values().reverse()).forEach(put) }
    }
    for (const [name, ...values] of steps) {
      does[name](...values)
      for (const slots of subjects) {
        assert.deepEqual(Array.from(slots), model.values())
        assert.equal(slots.size, model.inUse.size)
        assert.equal(slots.peek(), model.peek())
        assert.equal(slots.maxSlotGiven, model.maxSlotGiven)
      }
    }
  }), { numRuns: 150 })
})
