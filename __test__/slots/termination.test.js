'use strict'

// Execution that is terminated at any point, as by a vm timeout: at most the one slot
// that a call was about to give or take is affected, and none is given twice. A program
// notes in `record` which slots it has, until it is terminated; then the manager is
// compared with that.
//
//   TEST_TERMINATIONS=100000 node --test __test__/slots/termination.test.js
//
// terminates the calls around leases that often.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const vm = require('vm')

const CallosumServerSlots = require('../..')
const { Internals: { leasesOf } } = require('../../lib/internals.js')
const { ROOT, run } = require('../support/child')

/** Runs the program until it is terminated, after so many milliseconds. */
function runTerminated (program, variables, timeout) {
  const context = vm.createContext(variables)
  assert.throws(() => vm.runInContext(program, context, { timeout }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' })
}

/** Which slots below `length` are in use. */
function inUseOf (slots, length) {
  const inUse = new Uint8Array(length)
  for (const [start, end] of slots.toJSON().inUse) inUse.fill(1, start, end)
  return inUse
}

/** Compares the manager with the record, and brings the record up to date. */
function check (slots, record, what) {
  const inUse = inUseOf(slots, record.length)
  const different = []
  for (let slot = 0; slot < record.length; slot++) if (inUse[slot] !== record[slot]) different.push(slot)
  assert.ok(different.length <= 1, `${what}: of ${different.length} slots the manager says other than their holder, ${different.slice(0, 5)} among them`)
  record.set(inUse)
  assert.equal(slots.size, inUse.reduce((sum, bit) => sum + bit, 0), what)
  const lowest = inUse.indexOf(0)
  assert.equal(slots.peek(), lowest < 0 ? record.length : lowest, what)
}

/** All free slots come out, ascending, each once. */
function drain (slots, record, what) {
  for (let slot = 0; slot < record.length; slot++) {
    if (record[slot] === 0) assert.equal(slots.get(), slot, what)
  }
  assert.equal(slots.size, record.length, what)
}

function filled (length) {
  const slots = new CallosumServerSlots()
  for (let i = 0; i < length; i++) slots.get()
  return [slots, new Uint8Array(length).fill(1)]
}

const RANDOM = 'let state = seed; const random = n => { state = Math.imul(state, 1664525) + 1013904223 | 0; return (state >>> 4) % n };'

const PROGRAMS = {
  'put(), peek() and get() at random': `${RANDOM}
    for (;;) {
      const slot = random(n)
      if (record[slot] === 1) { slots.put(slot); record[slot] = 0 }
      slots.peek()
      if (random(2) === 0 && slots.size < n) record[slots.get()] = 1
    }`,
  'put() below the cursor, descending, then get()': `
    for (;;) {
      for (let slot = n - 1; slot >= 0; slot -= step) if (record[slot] === 1) { slots.put(slot); record[slot] = 0 }
      while (slots.size < n) record[slots.get()] = 1
    }`,
  'reserve() and put() at random': `${RANDOM}
    for (;;) {
      const slot = random(n)
      if (record[slot] === 1) { slots.put(slot); record[slot] = 0 } else { slots.reserve(slot); record[slot] = 1 }
    }`
}

for (const [name, program] of Object.entries(PROGRAMS)) {
  for (const [n, rounds] of [[2000, 60], [100000, 60], [4000000, 4]]) {
    test(`terminated in ${name}, ${n} slots: at most the slot in flight is affected`, () => {
      const [slots, record] = filled(n)
      for (let round = 0; round < rounds; round++) {
        const what = `round ${round}`
        runTerminated(program, { slots, record, n, step: 1 + round * 7, seed: round }, 1 + round % 4)
        check(slots, record, what)
      }
      drain(slots, record, 'at the end')
    })
  }
}

test('terminated in clear() and the calls after it: the manager is as cleared, or as before', () => {
  const slots = new CallosumServerSlots()
  for (let round = 0; round < 60; round++) {
    const given = new Int32Array([slots.size])
    runTerminated('for (;;) { slots.clear(); given[0] = 0; while (given[0] < 3000) { slots.get(); given[0]++ } }', { slots, given }, 1 + round % 3)
    const { size } = slots
    assert.ok(size === 0 || Math.abs(size - given[0]) <= 1, `${size} in use, ${given[0]} given`)
    assert.deepEqual(slots.toJSON().inUse, size === 0 ? [] : [[0, size]])
    assert.equal(slots.get(), size)
  }
})

test('terminated while clear() allocates: the slots in use and the leases are as before', async () => {
  const said = await run(['-e', `
    const vm = require('vm')
    const Integers = Int32Array
    let isArmed = false
    globalThis.Int32Array = function (length) {
      while (isArmed);
      return new Integers(length)
    }
    const slots = new (require(${JSON.stringify(ROOT)}))()
    const lease = slots.lease()
    for (let i = 0; i < 2000; i++) slots.get() // a bitmap that clear() replaces by a small one
    isArmed = true
    try { vm.runInNewContext('slots.clear()', { slots }, { timeout: 5 }) } catch (error) { console.log(error.code) }
    isArmed = false
    console.log(slots.size, lease.slot)
    lease.release()
    console.log(slots.size, slots.get())`])
  assert.equal(said, 'ERR_SCRIPT_EXECUTION_TIMEOUT\n2001 0\n2000 0\n')
})

test('terminated while the bitmap grows: no slot is given twice, and none is lost', () => {
  let compared = 0
  for (let round = 0; round < 40; round++) {
    const managers = []
    runTerminated(`
      for (;;) {
        const slots = new CallosumServerSlots()
        const given = new Int32Array(1)
        managers.push({ slots, given })
        for (; given[0] < 100000; given[0]++) slots.get()
      }`, { CallosumServerSlots, managers }, 1 + round % 5)
    for (const { slots, given: [given] } of managers.slice(-1)) {
      const { size } = slots
      assert.ok(size - given <= 1 && size >= given, `${size} in use, ${given} given`)
      assert.equal(slots.get(), size)
      assert.deepEqual(slots.toJSON().inUse, [[0, size + 1]])
      compared++
    }
  }
  assert.ok(compared > 20, `${compared} rounds came to a manager`)
})

test('terminated in a large growth by reserve(): the slot is reserved, or the manager is as before', () => {
  for (let round = 0; round < 10; round++) {
    const [slots] = filled(1 << 20)
    for (let slot = 0; slot < 1 << 20; slot += 3) slots.put(slot)
    const { size } = slots
    const reserved = new Int32Array(1)
    runTerminated('for (let slot = 1 << 20; ; slot += 40000) { reserved[0]++; slots.reserve(slot) }', { slots, reserved }, 1 + round % 5)
    assert.ok(size + reserved[0] - slots.size <= 1)
    for (let slot = 0; slot < 1 << 20; slot += 3) assert.equal(slots.get(), slot)
  }
})

test('terminated in from(): the state it came from, and other managers, are untouched', () => {
  const [slots, record] = filled(200000)
  for (let slot = 0; slot < 200000; slot += 2) { slots.put(slot); record[slot] = 0 }
  const json = slots.toJSON()
  for (let round = 0; round < 20; round++) {
    runTerminated('for (;;) from(json)', { from: CallosumServerSlots.from, json }, 1 + round)
    check(slots, record, `round ${round}`)
  }
  drain(CallosumServerSlots.from(json), record.slice(), 'a copy')
})

/**
 * A program takes, leases, adopts, releases and puts slots at random, and notes of each place
 * whether its slot is free (0), in use (1) or leased (2), and before each step which place it is
 * about to change. All other places must be as noted, whenever it is terminated.
 */
const LEASING = `
  const random = n => { state.random = Math.imul(state.random, 1664525) + 1013904223 | 0; return (state.random >>> 4) % n }
  const ended = (place, lease) => { kinds[place] = 0; old[random(old.length)] = lease }
  for (;;) {
    let place = state.place = random(kinds.length)
    const slot = slotOf(place)
    const lease = leases[place]
    switch (kinds[place] * 3 + random(3)) {
      case 0:
        slots.reserve(slot)
        kinds[place] = 1
        break
      case 1:
        leases[place] = slots.lease(slot)
        kinds[place] = 2
        break
      case 2:
        place = state.place = kinds.indexOf(0)
        if (place >= dense) { state.place = -1; break }
        leases[place] = slots.lease()
        kinds[place] = 2
        break
      case 3:
        slots.put(slot)
        kinds[place] = 0
        break
      case 4: case 5:
        leases[place] = slots.adopt(slot)
        kinds[place] = 2
        break
      case 6:
        slots.put(slot)
        ended(place, lease)
        break
      case 7: case 8:
        lease.release()
        ended(place, lease)
    }
    state.place = -1
    const stale = old[random(old.length)]
    if (stale !== undefined) stale.release()
  }`

const { TEST_TERMINATIONS = 3000 } = process.env

test(`terminated ${TEST_TERMINATIONS} times in lease(), adopt(), release() and put(): no lease is in force on a free slot, and no other slot is affected`, () => {
  const dense = 40
  const slotOf = place => place < dense ? place : 1e9 + 70000 * place
  let slots, kinds, leases, old, state, context
  const script = new vm.Script(`{${LEASING}}`)
  let terminations = 0
  let inFlight = 0
  for (let round = 0; terminations < TEST_TERMINATIONS; round++) {
    if (round % 50 === 0) {
      slots = new CallosumServerSlots()
      kinds = new Uint8Array(dense + 10)
      leases = Array(kinds.length)
      old = Array(20)
      state = { random: round, place: -1 }
      context = vm.createContext({ slots, kinds, leases, old, state, dense, slotOf })
    }
    assert.throws(() => script.runInContext(context, { timeout: 1 }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' })
    terminations++
    for (let place = 0; place < kinds.length; place++) {
      const slot = slotOf(place)
      const kind = slots.has(slot) ? leasesOf(slots).numberOf(slot) > 0 ? 2 : 1 : 0
      assert.ok(kind > 0 || leasesOf(slots).numberOf(slot) === 0, `a lease of slot ${slot}, which is free`)
      if (place !== state.place) assert.equal(kind, kinds[place], `slot ${slot}, round ${round}`)
      else if (kind !== kinds[place]) inFlight++
    }
    if (state.place >= 0) { // its holder does not know what was done, and repeats it
      const slot = slotOf(state.place)
      if (slots.has(slot)) slots.put(slot)
      slots.reserve(slot)
      kinds[state.place] = 1
      const lease = leases[state.place]
      if (lease !== undefined) lease.release()
      assert.ok(slots.has(slot), `slot ${slot} went to two holders, round ${round}`)
    }
    assert.equal(slots.size, kinds.reduce((sum, kind) => sum + Math.sign(kind), 0))
  }
  assert.ok(inFlight > 0, 'it was never terminated in the middle of a step')
})
