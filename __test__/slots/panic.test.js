'use strict'

// A panic in Rust, which nothing that the API takes leads to: the call throws, every later call
// on that manager throws, and all else goes on. Each test has a process of its own, which must
// not end, and which Rust tells of the panic on stderr.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { measure } = require('../support/child')

const PANIC = /^callosum-server-slots: internal error: index out of bounds/
const AFTERWARDS = 'callosum-server-slots: internal error: an earlier call on this manager panicked'

test('a panic in any native call is thrown by it, and leaves words of zeros', async () => {
  const outcomes = await measure(async () => {
    const broken = require('./__test__/support/broken')
    const calls = {
      put: (native, words) => [native.put(words, 3), native.put(words, 50)],
      grow: (native, words) => native.grow(words, new Int32Array(words.length)),
      inUseRuns: (native, words) => native.inUseRuns(words, 0, new Int32Array(64))
    }
    return Object.entries(calls).map(([name, call]) => {
      const [, native, words] = broken()
      try {
        return [name, call(native, words)]
      } catch (error) {
        return [name, error.message, words.every(word => word === 0)]
      }
    })
  })
  assert.equal(outcomes.length, 3)
  for (const [name, message, areZeros] of outcomes) {
    assert.match(message, PANIC, name)
    assert.ok(areZeros, name)
  }
})

test('every call on a manager in which Rust panicked throws', async () => {
  const messages = await measure(async () => {
    const [slots] = require('./__test__/support/broken')()
    slots.on('error', () => {})
    const calls = {
      'the call that panics': () => slots.get(),
      get: () => slots.get(),
      put: () => slots.put(5),
      'put of a slot that was never given': () => slots.put(100000),
      'put of no slot': () => slots.put(-1),
      peek: () => slots.peek(),
      has: () => slots.has(5),
      size: () => slots.size,
      maxSlots: () => slots.maxSlots,
      maxSlotGiven: () => slots.maxSlotGiven,
      reserve: () => slots.reserve(5),
      adopt: () => slots.adopt(5),
      lease: () => slots.lease(),
      'lease of a slot': () => slots.lease(5),
      clear: () => slots.clear(),
      values: () => slots.values(),
      toJSON: () => slots.toJSON()
    }
    return Object.entries(calls).map(([name, call]) => {
      try { call() } catch (error) { return [name, error.message] }
      return [name, 'none']
    })
  })
  assert.match(messages.shift()[1], PANIC)
  assert.equal(messages.length, 16)
  for (const [name, message] of messages) assert.equal(message, AFTERWARDS, name)
})

test('managers made before and after a panic go on', async () => {
  const [before, after, used] = await measure(async CallosumServerSlots => {
    const { take } = require('./__test__/support/states')
    const other = take(new CallosumServerSlots(), 2000)
    const [slots] = require('./__test__/support/broken')()
    try { slots.get() } catch (_) {}
    other.put(7)
    const later = new CallosumServerSlots()
    return [[other.get(), other.get()], [later.get(), later.get()], other.size]
  })
  assert.deepEqual([before, after, used], [[7, 2000], [0, 1], 2001])
})
