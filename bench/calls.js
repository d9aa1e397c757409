'use strict'

// The calls other than get() and put(), beside what a program would write by hand
// (by-hand.js). A process measures one class on all of them, one after the other: V8
// treats arrays that have left the young generation otherwise than new ones.

const { SEED, randomFrom, range, shuffled } = require('./patterns')

const SOME = 10_000
const MANY = 100_000 // leases of a pass, so that each has its share of garbage collections
const MILLION = 1_000_000

const random = randomFrom(SEED)

/**
 * @param {string[]} by the contenders that have this call, besides the package
 * @param {number} calls how many calls a pass makes
 * @param {number} expected what a pass returns
 * @param {function} prepare takes the class; returns a pass, and what comes before each pass and is not timed
 */
function row (by, calls, expected, prepare) {
  return { by, calls, expected, prepare }
}

const rows = {
  'reserve(slot): free, of 100,000': row(['flags'], SOME, SOME, Slots => {
    const slots = filled(new Slots(), 100_000)
    const some = shuffled(range(100_000), SOME, random)
    return [() => {
      let reserved = 0
      for (let i = 0; i < SOME; i++) if (slots.reserve(some[i])) reserved++
      return reserved
    }, () => { for (const slot of some) slots.put(slot) }]
  }),

  'lease(slot): in use, of 100,000': row(['flags'], SOME, SOME, Slots => {
    const slots = filled(new Slots(), 100_000)
    const some = shuffled(range(100_000), SOME, random)
    return [() => {
      let refused = 0
      for (let i = 0; i < SOME; i++) if (slots.lease(some[i]) === undefined) refused++
      return refused
    }]
  }),

  'lease() and release(): 1,000 in use': row(['closures', 'lease-set'], MANY, MANY * 1_000, Slots => {
    const slots = filled(new Slots(), 1_000)
    return [() => {
      let sum = 0
      for (let i = 0; i < MANY; i++) {
        const lease = slots.lease()
        sum += lease.slot
        lease.release()
      }
      return sum
    }]
  }),

  'release() and lease(): a random one of 10,000 leases': row(['closures', 'lease-set'], MANY, MANY * (SOME - 1) / 2, Slots => {
    const slots = new Slots()
    const leases = Array.from({ length: SOME }, () => slots.lease())
    const places = shuffled(range(SOME), SOME, random)
    return [() => {
      let sum = 0
      for (let i = 0; i < MANY; i++) {
        const place = places[i % SOME]
        leases[place].release()
        leases[place] = slots.lease()
        sum += leases[place].slot
      }
      return sum
    }]
  }),

  'adopt(slot), release() and get(): random, of a million': row(['closures', 'lease-set'], SOME, 0, Slots => {
    const slots = filled(new Slots(), MILLION)
    const some = shuffled(range(MILLION), SOME, random)
    return [() => {
      let wrong = 0
      for (let i = 0; i < SOME; i++) {
        slots.adopt(some[i]).release()
        if (slots.get() !== some[i]) wrong++
      }
      return wrong
    }]
  }),

  'values(): every other one of a million, for a slot': row(['flags'], MILLION / 2, MILLION / 2 * (MILLION / 2 - 1), Slots => {
    const slots = everyOther(Slots)
    return [() => {
      let sum = 0
      for (const slot of slots.values()) sum += slot
      return sum
    }]
  }),

  'values(): its first value': row(['flags'], 1, 0, Slots => {
    const slots = everyOther(Slots)
    return [() => slots.values().next().value]
  }),

  'from(): half a million runs, for a run': row(['flags'], MILLION / 2, MILLION / 2, Slots => {
    const inUse = Array.from({ length: MILLION / 2 }, (_, i) => [2 * i, 2 * i + 1])
    const json = { maxSlots: MILLION, maxSlotGiven: MILLION - 1, inUse }
    return [() => Slots.from(json).size]
  }),

  'get(): when all 1,000 are in use': row(['flags'], SOME, SOME, Slots => {
    const slots = filled(new Slots({ maxSlots: 1_000 }), 1_000)
    return [() => {
      let full = 0
      for (let i = 0; i < SOME; i++) if (slots.get() === undefined) full++
      return full
    }]
  }),

  new: row(['flags'], 1_000, 0, Slots => [() => {
    let size = 0
    for (let i = 0; i < 1_000; i++) size += new Slots().size
    return size
  }]),

  'get() and clear()': row(['flags'], 1_000, 0, Slots => {
    const slots = new Slots()
    return [() => {
      let sum = 0
      for (let i = 0; i < 1_000; i++) {
        sum += slots.get()
        slots.clear()
      }
      return sum
    }]
  })
}

function filled (slots, count) {
  for (let i = 0; i < count; i++) slots.get()
  return slots
}

function everyOther (Slots) {
  const slots = filled(new Slots(), MILLION)
  for (let slot = 1; slot < MILLION; slot += 2) slots.put(slot)
  return slots
}

module.exports = { rows }
