'use strict'

// That a call costs what its documentation says. Each test compares the time for few
// slots with that for many, in one process, by the fastest of several rounds: a busy
// machine makes single rounds slower, and no round faster.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { randomFrom, take } = require('../support/states')

const CALLS = 2000 // in a round
const ROUNDS = 25 // at least, and more until the bound is met
const LONGEST = 5e6 // µs of processor time for a comparison

/** The time of a call in nanoseconds, in one round. */
function timeOf (call) {
  const before = process.hrtime.bigint()
  for (let i = 0; i < CALLS; i++) call(i)
  return Number(process.hrtime.bigint() - before) / CALLS
}

/**
 * The call on a manager with few slots, and on one with many: the latter at most so many
 * times as slow. On a busy machine V8 may compile a function late, so the number of rounds
 * is not fixed.
 */
function compare (make, few, many, call, most) {
  const calls = [few, many].map(count => call(make(count), count))
  const least = [Infinity, Infinity]
  const isMet = () => least[1] <= most * least[0]
  const start = process.cpuUsage()
  for (let round = 0; round < ROUNDS || !isMet(); round++) {
    for (let i = 0; i < 2; i++) least[i] = Math.min(least[i], timeOf(calls[i]))
    const { user, system } = process.cpuUsage(start)
    if (user + system > LONGEST) break
  }
  assert.ok(isMet(), `${least[1].toFixed(1)} ns with ${many}, ${least[0].toFixed(1)} ns with ${few}`)
}

const filled = count => take(new CallosumServerSlots(), count)

/** Slots in use far above the capacity, no two adjacent. */
function sparse (count) {
  const slots = new CallosumServerSlots()
  for (let i = 0; i < count; i++) slots.reserve(1e9 + 1000 * i)
  return slots
}

const CONSTANT = {
  'get() and put()': slots => { const n = slots.size; const random = randomFrom(1); return () => { slots.put(random(n)); slots.get() } },
  'put() and reserve()': slots => { const n = slots.size; const random = randomFrom(1); return () => { const slot = random(n); slots.put(slot); slots.reserve(slot) } },
  'put() and lease() of a slot': slots => { const n = slots.size; const random = randomFrom(1); return () => { const slot = random(n); slots.put(slot); slots.lease(slot).release(); slots.reserve(slot) } },
  'put(), get() and peek() below a free run': slots => {
    const n = slots.size
    for (let slot = 64; slot < n; slot++) slots.put(slot)
    return i => { slots.put(i % 32); slots.get(); slots.peek() }
  },
  'peek()': slots => { slots.put(slots.size >> 1); return () => slots.peek() },
  'has()': slots => { const n = slots.size; return i => slots.has(i * 7919 % n) },
  size: slots => () => slots.size,
  maxSlotGiven: slots => () => slots.maxSlotGiven,
  'lease() and release()': slots => () => slots.lease().release()
}

for (const [name, call] of Object.entries(CONSTANT)) {
  test(`${name}: constant time`, () => {
    compare(filled, 1000, 1000000, call, 6) // the caches hold a thousand, and not a million
  })
}

test('put() and reserve() of sparse reservations: with 300,000 of them at most 4 times the time with 1,000', () => {
  compare(sparse, 1000, 300000, (slots, count) => {
    const random = randomFrom(1)
    return () => {
      const slot = 1e9 + 1000 * random(count)
      slots.put(slot)
      slots.reserve(slot)
    }
  }, 4)
})

test('has() and peek() with sparse reservations: logarithmic time', () => {
  compare(sparse, 1000, 300000, (slots, count) => i => slots.has(1e9 + 1000 * (i * 7919 % count)), 6)
  compare(sparse, 1000, 300000, slots => () => slots.peek(), 6)
})

test('clear(): constant time, however many slots are in use', () => {
  const times = [1000, 4000000].map(count => {
    let least = Infinity
    for (let round = 0; round < 3; round++) {
      const slots = filled(count)
      const before = process.hrtime.bigint()
      slots.clear()
      least = Math.min(least, Number(process.hrtime.bigint() - before))
    }
    return least
  })
  assert.ok(times[1] < Math.max(20 * times[0], 200000), times.join())
})

test('get(): what growth costs is constant for each slot', () => {
  // Processor time: a busy machine interrupts each round of four million slots.
  const timeWith = count => {
    let least = Infinity
    for (let round = 0; round < 5; round++) {
      const before = process.cpuUsage()
      for (let slots = 0; slots < 4000000; slots += count) filled(count)
      const { user, system } = process.cpuUsage(before)
      least = Math.min(least, user + system)
    }
    return least
  }
  timeWith(100000) // warms up
  const [few, many] = [timeWith(10000), timeWith(4000000)]
  assert.ok(many < 4 * few, `four million slots: ${few} µs in managers of 10,000, ${many} µs in one`)
})
