'use strict'

// The native object: what each of its calls does with the words, and which members call it.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { Internals } = require('../../lib/internals.js')
const layout = require('../../lib/layout.js')
const addon = require('../../lib/load-native.js')
const { take } = require('../support/states')

const { nativeOf, wordsOf } = Internals
const { CAPACITY, HIGH_WATER, LEAF_WORDS } = layout
const { prototype } = addon.CallosumServerSlots

const lengthFor = leafWords => layout.BITMAP_OFFSET + leafWords + leafWords / 16

/** A native object with the words of a new manager, of which so many slots are in use. */
function native (inUse) {
  const slots = take(new CallosumServerSlots(), inUse)
  return [nativeOf(slots), wordsOf(slots)]
}

test('JavaScript and Rust have the same layout of the words', () => {
  assert.deepEqual(Object.values(layout), addon.layout())
})

test('the words of a new manager are those that reset() writes', () => {
  for (const maxSlots of [1, 1023, 1024, 1025, 2 ** 31 - 1]) {
    const words = new Int32Array(lengthFor(32))
    assert.equal(new addon.CallosumServerSlots().reset(words, maxSlots, new Int32Array(0), 0), 0)
    assert.deepEqual(wordsOf(new CallosumServerSlots({ maxSlots })), words)
  }
})

for (const [name, call, leafWords] of [
  ['get()', (rust, words) => rust.get(words), 64],
  ['reserve() of the next slot', (rust, words) => rust.reserve(words, 1024), 64],
  ['reserve() of a slot far above', (rust, words) => rust.reserve(words, 60000), 2048],
  ['reset()', (rust, words) => rust.reset(words, 2 ** 31 - 1, new Int32Array([0, 1025, 5000, 50000]), 0), 2048]
]) {
  test(`${name} that needs more words changes nothing, and says how many`, () => {
    const [rust, words] = native(1024)
    const before = words.slice()
    assert.equal(call(rust, words), -lengthFor(leafWords))
    assert.deepEqual(words, before)
    const larger = new Int32Array(lengthFor(leafWords))
    rust.grow(words, larger)
    assert.deepEqual([larger[HIGH_WATER], larger[LEAF_WORDS], larger[CAPACITY]], [1024, leafWords, leafWords * 32])
    assert.ok(call(rust, larger) >= 0)
  })
}

test('reset() needs no more words for few slots far above', () => {
  const [rust, words] = native(0)
  assert.equal(rust.reset(words, 2e9, new Int32Array([0, 10, 5000, 5001]), 0), 0)
})

test('inUseRuns() writes as many runs as there is room for', () => {
  const slots = CallosumServerSlots.from({ maxSlots: 2e9, maxSlotGiven: 2e9, inUse: [[1, 3], [1000, 1026], [1e9, 1e9 + 2]] })
  const [rust, words] = [nativeOf(slots), wordsOf(slots)]
  for (const [from, length, runs] of [[0, 2, [1, 3]], [0, 8, [1, 3, 1000, 1026, 1e9, 1e9 + 2]], [2048, 4, [1e9, 1e9 + 2]], [0, 0, []]]) {
    const into = new Int32Array(length)
    assert.equal(rust.inUseRuns(words, from, into), runs.length)
    assert.deepEqual([...into].slice(0, runs.length), runs)
  }
})

// Nothing is promised to who passes other words than those that a manager has written, but that the
// process does not crash.
test('arguments and receivers of other types are refused', () => {
  const [rust, words] = native(3)
  for (const receiver of [{}, null, 5, Object.create(prototype)]) assert.throws(() => prototype.get.call(receiver, words))
  for (const other of [undefined, null, 5, [], {}, new Float64Array(42), new Uint32Array(words), words.buffer]) {
    assert.throws(() => rust.get(other))
    assert.throws(() => rust.grow(words, other))
  }
  assert.throws(() => rust.get(new Int32Array(0)), /detached/)
  assert.equal(rust.get(words), 3)
})

// ---- When it is called ----

/** The names of the native calls that a function makes. */
function callsOf (act) {
  const calls = []
  const descriptors = Object.getOwnPropertyDescriptors(prototype)
  const names = Object.keys(descriptors).filter(name => name !== 'constructor')
  for (const name of names) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      value (...values) {
        calls.push(name)
        return descriptors[name].value.apply(this, values)
      }
    })
  }
  try {
    act()
  } finally {
    for (const name of names) Object.defineProperty(prototype, name, descriptors[name])
  }
  return calls
}

function holding (inUse, maxSlots = 2 ** 31 - 1, sparse = []) {
  const slots = take(new CallosumServerSlots({ maxSlots }), inUse)
  for (const slot of sparse) slots.reserve(slot)
  return slots
}

const read = slots => [slots.size, slots.maxSlots, slots.maxSlotGiven, slots.peek(), slots.has(3)]
const json = { maxSlots: 2e9, maxSlotGiven: 2e9, inUse: [[0, 10], [20, 3000], [10000, 190000], [1e9, 1e9 + 1]] }

for (const [name, slots, act, calls] of [
  ['what reads single slots', holding(10), slots => [read(slots), slots.has(2000)], []],
  ['what reads single slots, of a manager that is full', holding(5, 5), slots => [read(slots), slots.has(2000)], []],
  ['what reads single slots, where the bitmap is used up', holding(1024), slots => [read(slots), slots.has(2000)], []],
  ['with sparse reservations, what reads single slots below the capacity', holding(10, 2e9, [1e6]), read, []],
  ['has() and put() of a sparse reservation', holding(10, 2e9, [1e6]), slots => [slots.has(1e6), slots.put(1e6)], ['has', 'put']],
  ['get() and put() below the capacity', holding(10), slots => [slots.put(3), slots.get(), slots.get()], []],
  ['get() when full', holding(1024, 1024), slots => slots.get(), []],
  ['get() that grows the bitmap', holding(1024), slots => slots.get(), ['grow']],
  ['get() and put() after it', holding(1025), slots => [slots.get(), slots.put(0), slots.get()], []],
  ['reserve() that grows the bitmap, once', holding(1024), slots => slots.reserve(60000), ['reserve', 'grow', 'reserve']],
  ['clear()', holding(4000, 2e9, [1e6]), slots => slots.clear(), []],
  ['from() of more slots than a new manager has words for', undefined, () => CallosumServerSlots.from(json), ['reset', 'reset']]
]) {
  test(`${name}: the native calls are [${calls}]`, () => assert.deepEqual(callsOf(() => act(slots)), calls))
}
