'use strict'

// A thread that is being stopped: after worker.terminate() JavaScript runs on for a moment,
// while Node.js answers native calls with undefined and does not call Rust.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { Internals: { leasesOf } } = require('../../lib/internals.js')
const { CallosumServerSlots: { prototype: binding } } = require('../../lib/load-native.js')
const { observe, take } = require('../support/states')

/** Calls while no native call reaches Rust. */
function whileStopping (call) {
  const methods = Object.getOwnPropertyDescriptors(binding)
  for (const name of Object.keys(methods)) {
    if (name !== 'constructor') Object.defineProperty(binding, name, { ...methods[name], value: () => undefined })
  }
  try {
    return call()
  } finally {
    Object.defineProperties(binding, methods)
  }
}

const CALLS = {
  'get() that grows the bitmap': slots => slots.get(),
  'lease() that grows the bitmap': slots => slots.lease(),
  'peek() at the capacity': slots => slots.peek(),
  'reserve() above the capacity': slots => slots.reserve(1500),
  'reserve() far above it': slots => slots.reserve(2e9),
  'lease(slot) far above it': slots => slots.lease(2e9),
  'has() of a sparse reservation': slots => slots.has(1e9),
  'adopt() of one': slots => slots.adopt(1e9),
  'put() of one': slots => slots.put(1e9),
  'values()': slots => slots.values(),
  maxSlotInUse: slots => slots.maxSlotInUse,
  'toJSON()': slots => slots.toJSON(),
  'from()': () => CallosumServerSlots.from({ maxSlots: 9, maxSlotGiven: 5, inUse: [[0, 5]] }),
  'from() of many': () => CallosumServerSlots.from({ maxSlots: 1e6, maxSlotGiven: 1e5, inUse: [[0, 1e5]] })
}

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name} in a thread that is being stopped throws, and changes nothing`, () => {
    const slots = take(new CallosumServerSlots(), 1024)
    slots.reserve(1e9)
    slots.on('full', assert.fail).on('error', assert.fail)
    const before = observe(slots)
    assert.throws(() => whileStopping(() => call(slots)), { message: 'callosum-server-slots: this thread is being stopped' })
    assert.equal(observe(slots), before)
    assert.equal(leasesOf(slots).numberOf(2e9), 0)
    assert.equal(slots.get(), 1024)
  })
}
