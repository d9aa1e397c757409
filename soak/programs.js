'use strict'

const Random = require('../common/random')
const { Pair, NUMBERS, problemOf } = require('./operations')
const { PATTERNS } = require('./patterns')

const LIMITS = [1, 2, 3, 7, 16, 17, 31, 32, 33, 40, 64, 100, 129, 200, 1023, 1024, 1025, 4095, 4096, 4097, 8193, 131073]

/** Runs operations on a pair, and records them. */
class Recorder {
  constructor (Manager, setting) {
    this.pair = new Pair(Manager, setting)
    this.model = this.pair.model
    this.program = new Int32Array(4096)
    this.length = 0
    this.names = 0
    this.looked = 0 // the length at the last check of the whole state
  }

  /** Operations done. */
  get done () { return this.length / 2 }

  record (number, argument) {
    if (this.length === this.program.length) {
      const longer = new Int32Array(2 * this.length)
      longer.set(this.program)
      this.program = longer
    }
    this.program[this.length++] = number
    this.program[this.length++] = argument
  }

  get () {
    this.record(NUMBERS.get, 0)
    return this.pair.get()
  }

  /** Gets `count` slots, or as many as there are. */
  getSome (count) {
    for (let i = 0; i < count; i++) if (this.get() === undefined) return
  }

  put (slot) {
    this.record(NUMBERS.put, slot)
    this.pair.put(slot)
  }

  do (name, argument) {
    this.record(NUMBERS[name], argument)
    this.pair[name](argument)
  }

  putIfInUse (slot) {
    if (this.model.has(slot)) this.put(slot)
  }

  /** Puts the slot. If it is free, mostly does not: an error takes as long as fifty calls. */
  putMostlyIfInUse (slot, random) {
    if (this.model.has(slot) || random.below(50) === 0) this.put(slot)
  }

  /** Puts one of the slots in use, if there are any. */
  putAny (random) {
    const slot = this.model.any(random)
    if (slot === undefined) return false
    this.put(slot)
    return true
  }

  newName () {
    return this.names++
  }

  /** Whether a check of the whole state would take longer than the operations since the last one. */
  isCostlyToCheck () {
    return this.length - this.looked < 8 * this.model.highWater + 2000
  }

  look () {
    this.looked = this.length
    this.do('look', 0)
  }
}

/**
 * Runs the random program of a seed.
 *
 * @returns {{done: number, setting: object, failure: object|undefined}} the number of
 *   operations and the setting; if an operation fails, the program up to it and the problem
 */
function runProgram (Manager, seed) {
  const random = new Random(seed)
  const fast = random.below(2) === 0
  const large = random.below(400) === 0
  const size = large ? 1000000 : [20, 60, 300, 1500, 5000, 15000, 40000][random.below(7)]
  const maxSlots = random.below(3) > 0 ? 2147483647 : LIMITS[random.below(LIMITS.length)]
  const length = large ? 1500000 : 1000 << random.below(7)
  const setting = { maxSlots, fast }
  const program = new Recorder(Manager, setting)
  const problem = problemOf(() => {
    if (large) program.getSome(size)
    const favourite = PATTERNS[random.below(PATTERNS.length)]
    while (program.done < length) {
      const pattern = random.below(3) === 0 ? favourite : PATTERNS[random.below(PATTERNS.length)]
      pattern(program, random, size)
      if (!program.isCostlyToCheck()) program.look()
    }
    // Takes all free slots below the high-water mark: none was lost.
    const { highWater } = program.model
    while (program.model.lowest < highWater && program.get() !== undefined);
    program.look()
  })
  if (problem === undefined) return { done: program.done, setting, failure: undefined }
  const failure = { seed, setting, program: program.program.subarray(0, program.length), problem }
  return { done: program.done, setting, failure }
}

/** A random program of about `length` operations, and its setting. */
function record (Manager, random, length) {
  const setting = { maxSlots: random.below(3) > 0 ? 2147483647 : LIMITS[random.below(LIMITS.length)], fast: random.below(2) === 0 }
  const program = new Recorder(Manager, setting)
  problemOf(() => { // one that goes wrong will do so again
    while (program.done < length) PATTERNS[random.below(PATTERNS.length)](program, random, 20 + random.below(100))
  })
  return { setting, program: program.program.subarray(0, program.length) }
}

module.exports = { LIMITS, record, runProgram }
