'use strict'

// A panic in Rust, which nothing that the API takes leads to: the call throws,
// that manager is poisoned, and all else goes on.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { measure } = require('../support/child')

const PANIC = /^callosum-server-slots: internal error: index out of bounds/
const POISONED = 'callosum-server-slots: internal error: this manager is poisoned'

// Each in a process of its own, which must not end, and which Rust tells of the
// panic on stderr.

test('a panic in the native call of a get() is thrown by it', async () => {
  const [message, next] = await measure(async CallosumServerSlots => {
    const slots = require('./__test__/support/broken')(slots => { for (let i = 0; i < 1024; i++) slots.get() })
    try { slots.get() } catch (error) { return [error.message, new CallosumServerSlots().get()] }
  })
  assert.match(message, PANIC)
  assert.equal(next, 0)
})

test('a panic in the native call of a put() is thrown by it', async () => {
  const [message, next] = await measure(async CallosumServerSlots => {
    const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]
    const slots = require('./__test__/support/broken')(slots => {
      for (let i = 0; i < 100; i++) slots.get()
      slots.put(3)
      withoutFastPaths(slots)
    })
    try { slots.put(50) } catch (error) { return [error.message, new CallosumServerSlots().get()] }
  })
  assert.match(message, PANIC)
  assert.equal(next, 0)
})

test('a panic in another call is thrown by it', async () => {
  const messages = await measure(async CallosumServerSlots => {
    const broken = require('./__test__/support/broken')
    const fill = slots => { for (let i = 0; i < 1024; i++) slots.get() }
    const calls = [slots => slots.toJSON(), slots => slots.values().next()]
    return calls.map(call => {
      try { call(broken(fill)) } catch (error) { return error.message }
      return 'none'
    })
  })
  assert.equal(messages.length, 2)
  for (const message of messages) assert.match(message, PANIC)
})

test('every call on a manager in which Rust panicked throws', async () => {
  const messages = await measure(async () => {
    const slots = require('./__test__/support/broken')(slots => { for (let i = 0; i < 1024; i++) slots.get() })
    slots.on('error', () => {})
    const calls = {
      'the call that panics': () => slots.toJSON(),
      get: () => slots.get(),
      put: () => slots.put(5),
      'put of a slot that was never given': () => slots.put(100000),
      peek: () => slots.peek(),
      has: () => slots.has(5),
      size: () => slots.size,
      maxSlots: () => slots.maxSlots,
      maxSlotGiven: () => slots.maxSlotGiven,
      reserve: () => slots.reserve(5),
      adopt: () => slots.adopt(5),
      lease: () => slots.lease(),
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
  assert.equal(messages.length, 14)
  for (const [name, message] of messages) assert.equal(message, POISONED, name)
})

test('managers made before and after a panic go on', async () => {
  const [before, after, used] = await measure(async CallosumServerSlots => {
    const take = (slots, count) => Array.from({ length: count }, () => slots.get())
    const other = new CallosumServerSlots()
    take(other, 2000)
    const slots = require('./__test__/support/broken')(slots => take(slots, 1024))
    try { slots.get() } catch (_) {}
    other.put(7)
    return [take(other, 2), take(new CallosumServerSlots(), 3), other.size]
  })
  assert.deepEqual([before, after, used], [[7, 2000], [0, 1, 2], 2001])
})

test('a manager in which Rust panicked can be collected, and its number used again', async () => {
  const [size, slots] = await measure(async (CallosumServerSlots, { collect }) => {
    const broken = require('./__test__/support/broken')
    for (let i = 0; i < 100; i++) {
      try { broken(slots => { for (let i = 0; i < 1024; i++) slots.get() }).get() } catch (_) {}
    }
    await collect()
    const managers = Array.from({ length: 200 }, () => new CallosumServerSlots())
    for (const slots of managers) for (let i = 0; i < 1500; i++) slots.get()
    return [managers.reduce((sum, slots) => sum + slots.size, 0), managers[150].get()]
  })
  assert.deepEqual([size, slots], [300000, 1500])
})
