'use strict'

// Calls from within the error handler and from within an overridden emit: none
// finds the manager halfway through another call.

const assert = require('node:assert/strict')
const { errorMonitor } = require('node:events')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { ways, take, slotsBelow, observe } = require('../support/states')

const CALLS = {
  'get()': slots => slots.get(),
  'put()': slots => slots.put(Array.from(slots)[0]),
  'reserve()': slots => slots.reserve(5000),
  'lease() and release()': slots => { const lease = slots.lease(); if (lease) lease.release() },
  'clear()': slots => slots.clear(),
  iteration: slots => Array.from(slots),
  'toJSON() and from()': slots => CallosumServerSlots.from(slots.toJSON()),
  'growth of the memory': slots => take(slots, 5000)
}

/** What refuses, and so emits. */
const REFUSALS = {
  'a refused put()': slots => slots.put(40),
  'a refused reserve()': slots => slots.reserve(-1),
  'get() while all are in use': slots => { for (let i = slots.size; i <= slots.maxSlots; i++) slots.get() }
}

for (const way of Object.keys(ways)) {
  for (const [refusal, refuse] of Object.entries(REFUSALS)) {
    const maxSlots = refusal.startsWith('get') ? 40 : 2147483647
    const make = Manager => give(take(ways[way](new Manager({ maxSlots })), 40), [30, 10, 20])

    for (const [call, act] of Object.entries(CALLS)) {
      test(`${call} within the handler of ${refusal} does what it does after it, ${way}`, () => {
        const [within, after] = [make(CallosumServerSlots), make(CallosumServerSlots)]
        const event = refusal.startsWith('get') ? 'full' : 'error'
        after.on('error', () => {})
        within.once(event, () => {
          within.on('error', () => {})
          act(within)
        })
        refuse(within)
        refuse(after)
        act(after)
        assert.equal(observe(within), observe(after))
      })
    }

    test(`${refusal} by an emit that calls everything leaves a manager that works, ${way}`, () => {
      class Busy extends CallosumServerSlots {
        emit (event, ...args) {
          if (this.isBusy) return true
          this.isBusy = true
          for (const act of Object.values(CALLS)) act(this)
          this.isBusy = false
          return true
        }
      }
      const slots = make(Busy)
      refuse(slots)
      const inUse = new Set(slots)
      const free = slotsBelow(45).filter(slot => slot < maxSlots && !inUse.has(slot))
      assert.deepEqual(free.map(() => slots.get()), free)
    })
  }

  test(`a handler that throws in the middle of others leaves all as it was, ${way}`, () => {
    const slots = take(ways[way](new CallosumServerSlots()), 3)
    const called = []
    slots.on('error', () => called.push(1))
    slots.on('error', () => { throw new Error('from the handler') })
    slots.on('error', () => called.push(2))
    const before = observe(slots)
    assert.throws(() => slots.put(3), { message: 'from the handler' })
    assert.deepEqual(called, [1])
    assert.equal(observe(slots), before)
    assert.equal(slots.get(), 3)
  })
}

test('removeAllListeners() within a handler: the others still hear of this error, nobody of the next', () => {
  const slots = new CallosumServerSlots()
  const called = []
  slots.on('error', () => { called.push(1); slots.removeAllListeners() })
  slots.on('error', () => called.push(2))
  assert.equal(slots.put(0), true)
  assert.deepEqual(called, [1, 2])
  assert.throws(() => slots.put(0), { code: 'ERR_INVALID_SLOT' })
  assert.equal(slots.get(), 0)
})

test('a listener that a handler adds hears of the next error', () => {
  const slots = new CallosumServerSlots()
  const heard = []
  slots.once('error', () => slots.on('error', error => heard.push(error.slot)))
  slots.put(1)
  slots.put(2)
  assert.deepEqual(heard, [2])
})

test('errorMonitor hears of the error before it throws, and may call', () => {
  const slots = take(new CallosumServerSlots(), 2)
  const heard = []
  slots.on(errorMonitor, error => heard.push(error.slot, slots.get()))
  assert.throws(() => slots.put(9), { code: 'ERR_INVALID_SLOT' })
  assert.deepEqual(heard, [9, 2])
  assert.equal(slots.size, 3)
})

test('a handler may refuse on and on, until the stack is full: nothing is lost', () => {
  const slots = take(new CallosumServerSlots(), 40)
  slots.on('error', () => slots.put(40))
  assert.throws(() => slots.put(40), RangeError)
  assert.equal(slots.get(), 40)
  assert.equal(slots.size, 41)
})

function give (slots, back) {
  for (const slot of back) slots.put(slot)
  return slots
}
