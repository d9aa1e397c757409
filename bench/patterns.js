'use strict'

// The patterns of calls. A program is written once, in the parent process, for all
// contenders: `inUse` slots are taken, then `run` executes each of the `parts`, Int32Arrays.
// It ends in the state in which it began, so that it can run again. Each get() gives the
// lowest free slot: a contender with another `sum` of all slots given is wrong.

const heap = require('./contenders/heap')

const SEED = 20130413
const PART = 4096 // about how many calls a part has
const ENOUGH = 100_000 // how many puts a program has: too many for a branch predictor to learn
const GET = -1

const patterns = {
  /** A fresh manager gives all slots. */
  fill: {
    sizes: [1_000_000],
    program: size => ({ ...waves([{ puts: [], gets: size }]), inUse: 0, fresh: true, sum: sumOf(range(size)) })
  },

  /** The slot given last is put and got again. */
  lifo: {
    sizes: [1_000],
    program: size => pairs(new Int32Array(ENOUGH).fill(size - 1))
  },

  /** A random slot is put and got again. */
  churn: {
    sizes: [10, 1_000, 100_000],
    program: (size, random) => pairs(Int32Array.from({ length: ENOUGH }, () => random(size)))
  },

  /** Random arrivals and departures. The more slots are in use, the likelier is a departure. */
  drift: { sizes: [1_000, 100_000], program: drift },

  /** Half of all slots are put in random order, then taken again. */
  wave: {
    sizes: [100, 10_000, 1_000_000],
    program: (size, random) => randomWaves(size, size / 2, random)
  },

  /** One in 128 slots is put, in random order, then as many are taken again. */
  sparse: {
    sizes: [10_000, 1_000_000],
    program: (size, random) => randomWaves(size, Math.floor(size / 128), random)
  },

  /** All packet ids of MQTT are put in random order, then taken again. */
  mqtt: {
    sizes: [65_535],
    program: (size, random) => randomWaves(size, size, random)
  }
}

const runs = {
  /** A part is slots: each is put, and then a slot is got. */
  pairs (slots, part) {
    let sum = 0
    for (let i = 0; i < part.length; i++) {
      slots.put(part[i])
      sum = (sum + slots.get()) | 0
    }
    return sum
  },

  /** A part is a sequence of: the number n and n slots to put; the number -n, for n gets. */
  waves (slots, part) {
    let sum = 0
    for (let i = 0; i < part.length;) {
      const count = part[i++]
      if (count < 0) {
        for (let n = count; n < 0; n++) sum = (sum + slots.get()) | 0
      } else {
        for (const end = i + count; i < end; i++) slots.put(part[i])
      }
    }
    return sum
  },

  /** A part is GETs and slots to put. */
  steps (slots, part) {
    let sum = 0
    for (let i = 0; i < part.length; i++) {
      const step = part[i]
      if (step < 0) sum = (sum + slots.get()) | 0
      else slots.put(step)
    }
    return sum
  }
}

/** The program of a pattern at a size, the same in every run. */
function programOf (pattern, size) {
  return { inUse: size, ...patterns[pattern].program(size, randomFrom(SEED)) }
}

function pairs (slots) {
  return { run: 'pairs', parts: partsOf(slots), calls: 2 * slots.length, sum: sumOf(slots) }
}

function randomWaves (size, length, random) {
  const all = range(size)
  const count = Math.max(1, Math.round(ENOUGH / length))
  const list = Array.from({ length: count }, () => ({ puts: shuffled(all, length, random), gets: length }))
  return { ...waves(list), sum: sumOf(list.map(({ puts }) => sumOf(puts))) }
}

function waves (list) {
  const parts = []
  const part = []
  let calls = 0
  const add = (count, ...slots) => {
    part.push(count, ...slots)
    calls += Math.abs(count)
    if (part.length + Math.abs(count) >= PART) parts.push(Int32Array.from(part.splice(0)))
  }
  for (const { puts, gets } of list) {
    for (const slots of partsOf(puts)) add(slots.length, ...slots)
    for (let n = gets; n > 0; n -= PART) add(-Math.min(n, PART))
  }
  if (part.length > 0) parts.push(Int32Array.from(part))
  return { run: 'waves', parts, calls }
}

function drift (around, random) {
  const slots = new (heap.load())() // says which slots are given
  const held = Array.from({ length: around }, () => slots.get())
  const steps = []
  let sum = 0
  const get = () => {
    const slot = slots.get()
    held.push(slot)
    steps.push(GET)
    sum = (sum + slot) | 0
  }
  const putAt = i => {
    const slot = held[i]
    held[i] = held[held.length - 1]
    held.pop()
    slots.put(slot)
    steps.push(slot)
  }
  const calls = Math.min(Math.max(400_000, 10 * around), 2_000_000)
  for (let i = 0; i < calls; i++) {
    if (random(around + held.length) < around) get()
    else putAt(random(held.length))
  }
  for (let i = held.length - 1; i >= 0; i--) if (held[i] >= around) putAt(i)
  while (held.length < around) get()
  return { run: 'steps', parts: partsOf(Int32Array.from(steps)), calls: steps.length, sum }
}

function partsOf (array) {
  return Array.from({ length: Math.ceil(array.length / PART) }, (_, i) => array.slice(i * PART, (i + 1) * PART))
}

function range (size) {
  return Int32Array.from({ length: size }, (_, slot) => slot)
}

function sumOf (numbers) {
  return numbers.reduce((sum, number) => (sum + number) | 0, 0)
}

/** The first `count` elements, after random ones have been moved there. */
function shuffled (array, count, random) {
  for (let i = 0; i < count; i++) {
    const j = i + random(array.length - i);
    [array[i], array[j]] = [array[j], array[i]]
  }
  return array.slice(0, count)
}

/** Random integers from 0 up to, but not including, `end` (mulberry32). */
function randomFrom (seed) {
  let state = seed
  return end => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * end)
  }
}

module.exports = { SEED, patterns, programOf, randomFrom, range, runs, shuffled }
