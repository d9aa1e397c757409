'use strict'

// The addon's own class, which does all of a manager in Rust: what the fast paths
// and the checks of index.js keep from it otherwise, and when they do not.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const layout = require('../../lib/layout.js')
const { ways, take } = require('../support/states')
const { native, nativeOf, withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

test('JavaScript and Rust have the same layout of the shared words', () => {
  assert.deepEqual(layout, native.layout)
})

test('without arguments it makes its own memory, for all slots', () => {
  const slots = new native.CallosumServerSlots()
  assert.equal(slots.maxSlots, 2 ** 31 - 1)
  assert.equal(slots.words.length, native.layout.INITIAL_LENGTH)
})

test('get() gives the lowest free slot, and null where there is none', () => {
  const slots = new native.CallosumServerSlots(2)
  assert.deepEqual([slots.get(), slots.get(), slots.get()], [0, 1, null])
})

test('put() frees a slot in use, and says so of no other number', () => {
  const slots = new native.CallosumServerSlots(2)
  slots.get()
  assert.deepEqual([1, -1, 0.5, NaN, 2 ** 32, 0, 0].map(slot => slots.put(slot)), [false, false, false, false, false, true, false])
})

test('reserve() throws where the numbers are no slots', () => {
  const slots = new native.CallosumServerSlots(2)
  for (const [start, end] of [[-1, 1], [0, 1.5], [0, 3], [NaN, 1]]) {
    assert.throws(() => slots.reserve(start, end), { code: 'InvalidArg', message: `no such slots: ${start} to ${end}` })
  }
  assert.equal(slots.size, 0)
})

// ---- When it is called ----

/** How many native calls a function makes. Those of get() and put() leave their slot in the call buffer. */
function nativeCallsOf (act) {
  const { prototype } = native.CallosumServerSlots
  const members = Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([name]) => name !== 'constructor')
  let calls = 0
  const counting = original => original && function (...values) {
    calls++
    return original.apply(this, values)
  }
  for (const [name, { get, value }] of members) {
    Object.defineProperty(prototype, name, get ? { get: counting(get), configurable: true } : { value: counting(value), configurable: true })
  }
  native.callBuffer[layout.SLOT] = -7
  try {
    act()
  } finally {
    for (const [name, descriptor] of members) Object.defineProperty(prototype, name, descriptor)
  }
  return calls + (native.callBuffer[layout.SLOT] === -7 ? 0 : 1)
}

const MOVES = {
  'get() that takes more memory': slots => take(slots, 25),
  'reserve() that takes more memory': slots => slots.reserve(1100),
  'clear()': slots => take(slots, 4000).clear()
}

test('clear() before the bitmap has grown needs no other memory', () => {
  const slots = take(new CallosumServerSlots(), 1024)
  const { words } = nativeOf(slots)
  slots.clear()
  assert.equal(nativeOf(slots).words, words)
})

for (const [name, act] of Object.entries(MOVES)) {
  test(`after ${name}, the next get() and put() need no native call`, () => {
    const slots = take(new CallosumServerSlots(), 1000)
    act(slots)
    assert.deepEqual([nativeCallsOf(() => slots.get()), nativeCallsOf(() => slots.put(0))], [0, 0])
  })

  test(`after ${name}, a manager without fast paths still has none`, () => {
    const slots = take(withoutFastPaths(new CallosumServerSlots()), 1000)
    act(slots)
    for (let i = 0; i < 2; i++) assert.deepEqual([nativeCallsOf(() => slots.get()), nativeCallsOf(() => slots.put(0))], [1, 1])
  })
}

test('get() that takes more memory makes one native call', () => {
  const slots = take(new CallosumServerSlots(), 1024)
  assert.equal(nativeCallsOf(() => slots.get()), 1)
})

test('where Rust has moved to other words, as if execution had been terminated then, one native call finds them', () => {
  for (const way of Object.keys(ways)) {
    const slots = take(ways[way](new CallosumServerSlots()), 1000)
    nativeOf(slots).reserve(1100, 1101)
    assert.equal(slots.get(), 1000)
    assert.equal(nativeCallsOf(() => assert.equal(slots.get(), 1001)), way === 'with the fast paths' ? 0 : 1)
    assert.deepEqual([slots.size, slots.has(1100), slots.put(1000), slots.peek()], [1003, true, undefined, 1000])
  }
})

test('without sparse reservations, only values() and toJSON() of what reads the state make a native call', () => {
  const fresh = take(new CallosumServerSlots(), 10)
  const full = take(new CallosumServerSlots({ maxSlots: 5 }), 5)
  const whole = take(new CallosumServerSlots(), 1024) // up to its capacity
  const free = take(new CallosumServerSlots(), 10)
  free.put(3)
  for (const slots of [fresh, full, whole, free]) {
    assert.equal(nativeCallsOf(() => [slots.size, slots.maxSlots, slots.maxSlotGiven, slots.peek(), slots.has(3), slots.has(2000)]), 0)
    assert.ok(nativeCallsOf(() => slots.values()) > 0)
  }
})

test('with sparse reservations, peek() and has() need no native call below the capacity', () => {
  const slots = take(new CallosumServerSlots(), 10)
  slots.reserve(1000000)
  assert.equal(nativeCallsOf(() => [slots.size, slots.maxSlots, slots.maxSlotGiven, slots.peek(), slots.has(3)]), 0)
})
