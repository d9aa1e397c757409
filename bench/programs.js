'use strict'

// The programs of the patterns. A program is an Int32Array that a pattern's `run` executes in
// parts, with a look at the clock after each. It ends in the state in which it began, so that
// it can run again. `sum` is the sum of all slots given: a contender with another sum is
// wrong.

const { FastModel } = require('../common/fast-model')

/** The sizes of the model. No program uses as many slots as the table has. */
const SIZES = { table: 2 ** 24, block: 2048 }

/** About how many calls a part has: they take about 10 µs, reading the clock 0.1. */
const PART = 4096

/** How many puts a program has: too many for a branch predictor to learn. */
const ENOUGH = 100_000

/** In a program of steps: get a slot. Any other number: put that slot. */
const GET = -1

/**
 * Writes a program call by call. The model says which slot each get() gives: the lowest
 * free one, so the program is the same for every contender. The model is not a contender,
 * because V8 would optimise that contender for the calls made here.
 */
class Steps {
  constructor (inUse) {
    this.model = new FastModel(SIZES.table, SIZES)
    for (let i = 0; i < inUse; i++) this.model.get()
    this.inUse = inUse
    this.steps = []
    this.sum = 0
  }

  get () {
    const slot = this.model.get()
    this.steps.push(GET)
    this.sum = (this.sum + slot) | 0
    return slot
  }

  put (slot) {
    this.model.put(slot)
    this.steps.push(slot)
  }

  putAny (random) {
    this.put(this.model.any(random))
  }

  /** Returns to the first state: the slots below `inUse` are in use, no others. */
  restore () {
    const { model } = this
    const above = model.held.subarray(0, model.size).filter(slot => slot >= this.inUse)
    for (const slot of above) this.put(slot)
    while (model.size < this.inUse) this.get()
  }

  finish () {
    return {
      data: Int32Array.from(this.steps),
      cuts: cutsEvery(PART, this.steps.length),
      calls: this.steps.length,
      sum: this.sum
    }
  }
}

/**
 * Random arrivals and departures. The more slots are in use, the more likely is a
 * departure, so the number in use keeps returning to `around`.
 */
function drift (around, calls, random) {
  const steps = new Steps(around)
  for (let i = 0; i < calls; i++) {
    if (random.below(around + steps.model.size) < around) steps.get()
    else steps.putAny(random)
  }
  steps.restore()
  return steps
}

/** The program of connections, given in any order with their times of arrival and departure. */
function replay (connections) {
  const events = new Float64Array(connections.length * 2)
  connections.forEach(({ from, to }, i) => {
    events[2 * i] = from
    events[2 * i + 1] = to
  })
  const order = Uint32Array.from(events.keys()).sort((a, b) => events[a] - events[b] || a - b)
  const steps = new Steps(0)
  const slots = []
  for (const event of order) {
    if (event % 2 === 0) slots[event >> 1] = steps.get()
    else steps.put(slots[event >> 1])
  }
  return steps
}

function runSteps (slots, data, from, to) {
  let sum = 0
  for (let i = from; i < to; i++) {
    const step = data[i]
    if (step < 0) sum = (sum + slots.get()) | 0
    else slots.put(step)
  }
  return sum
}

/**
 * A program of waves: some slots are put, then as many are taken again. A wave is the
 * number n, n slots to put, and -n for n gets. `puts` tells for each part whether it has
 * puts only.
 */
function waves (list) {
  const data = []
  const cuts = [0]
  const puts = []
  const cut = (putsAlone) => {
    cuts.push(data.length)
    puts.push(putsAlone)
  }
  let calls = 0
  let sum = 0
  let sinceCut = 0
  for (const wave of list) {
    const length = wave.length
    calls += 2 * length
    for (const slot of wave) sum = (sum + slot) | 0
    if (2 * length <= PART) {
      data.push(length, ...wave, -length)
      sinceCut += 2 * length
      if (sinceCut >= PART) {
        cut(false)
        sinceCut = 0
      }
      continue
    }
    for (let i = 0; i < length; i += PART) {
      const slots = wave.subarray(i, i + PART)
      data.push(slots.length, ...slots)
      cut(true)
    }
    for (let i = 0; i < length; i += PART) {
      data.push(-Math.min(PART, length - i))
      cut(false)
    }
  }
  if (sinceCut > 0) cut(false)
  return { data: Int32Array.from(data), cuts, puts, calls, sum }
}

/** Waves of a random `share` of all slots, put in random order. */
function randomWaves (inUse, share, random) {
  const length = Math.max(1, Math.floor(inUse * share))
  const all = Int32Array.from({ length: inUse }, (_, slot) => slot)
  const count = Math.max(1, Math.round(ENOUGH / length))
  return waves(Array.from({ length: count }, () => random.shuffle(all, length).slice(0, length)))
}

function runWaves (slots, data, from, to) {
  let sum = 0
  for (let i = from; i < to;) {
    const count = data[i++]
    if (count < 0) {
      for (let n = count; n < 0; n++) sum = (sum + slots.get()) | 0
    } else {
      for (const end = i + count; i < end; i++) slots.put(data[i])
    }
  }
  return sum
}

/** A program that puts each of these slots and gets it again. */
function pairs (slots) {
  return {
    data: slots,
    cuts: cutsEvery(PART / 2, slots.length),
    calls: slots.length * 2,
    sum: slots.reduce((sum, slot) => (sum + slot) | 0, 0)
  }
}

function runPairs (slots, data, from, to) {
  let sum = 0
  for (let i = from; i < to; i++) {
    slots.put(data[i])
    sum = (sum + slots.get()) | 0
  }
  return sum
}

function cutsEvery (length, end) {
  const cuts = []
  for (let i = 0; i < end; i += length) cuts.push(i)
  cuts.push(end)
  return cuts
}

module.exports = { ENOUGH, Steps, cutsEvery, drift, pairs, randomWaves, replay, runPairs, runSteps, runWaves }
