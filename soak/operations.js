'use strict'

// The operations that a program is made of. Each does a call on the manager and
// on the model, and throws a Mismatch where they differ. A program is a list of
// numbers, two for each operation: which one, and its argument. So any part of
// a program is a program too, which is what shrinking needs.

const CallosumServerSlots = require('..')
const { FastModel } = require('../common/fast-model')

const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

/** What is no slot; as JavaScript, so that a program can be printed. */
const HOSTILE = [
  '-1', '-0.5', '1.5', 'NaN', 'Infinity', '2 ** 31', '2 ** 32', '2 ** 32 + 1', '-(2 ** 31)', '2 ** 53', '2147483647',
  "'0'", "'1'", "''", 'null', 'undefined', 'true', 'false', '0n', '1n', '[]', '[1]', '{}', 'Object(1)', 'Symbol(1)',
  '() => 1', '{ valueOf () { throw new Error() } }', 'new Proxy({}, {})'
]
const hostile = HOSTILE.map(source => (0, eval)(`(${source})`)) // eslint-disable-line no-eval

class Mismatch extends Error {}

function differ (call, actual, expected) {
  throw new Mismatch(`${call}: ${show(actual)}, expected ${show(expected)}`)
}

function show (value) {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A manager beside the model that says what it has to do. */
class Pair {
  /**
   * @param {function} Manager CallosumServerSlots, or another class to be tested
   * @param {{maxSlots: number, fast: boolean}} setting fast: with the fast paths
   */
  constructor (Manager, { maxSlots, fast }) {
    this.fast = fast
    this.model = new FastModel(maxSlots)
    this.errors = 0 // emitted
    this.expected = 0
    this.error = undefined // the last one
    this.fulls = 0 // 'full' emitted, and expected
    this.expectedFulls = 0
    this.adopt(new Manager({ maxSlots }))
  }

  adopt (slots) {
    this.slots = this.fast ? slots : withoutFastPaths(slots)
    this.leases = new Map()
    this.leased = new Map() // from each leased slot to what holds it
    this.iterators = new Map()
    slots.on('error', error => {
      this.errors++
      this.error = error
    })
    slots.on('full', () => { this.fulls++ })
  }

  expectError (call, code, slot) {
    this.expected++
    const { errors, expected, error } = this
    if (errors !== expected) differ(`${call}, errors so far`, errors, expected)
    if (error.code !== code) differ(`${call}, the error's code`, error.code, code)
    if (!Object.is(error.slot, slot)) differ(`${call}, the error's slot`, error.slot, slot)
  }

  expectFull (call) {
    this.expectedFulls++
    if (this.fulls !== this.expectedFulls) differ(`${call}, 'full' so far`, this.fulls, this.expectedFulls)
    this.expectNoError(call)
  }

  expectNoError (call) {
    if (this.errors !== this.expected) differ(`${call}, its error`, this.error.message, 'none')
  }

  get () {
    const slot = this.slots.get()
    const expected = this.model.get()
    if (slot !== expected) differ('get()', slot, expected)
    if (slot === undefined) this.expectFull('get()')
    else if (this.errors !== this.expected) this.expectNoError('get()')
    return slot
  }

  put (slot) {
    const answer = this.slots.put(slot)
    const expected = this.model.put(slot) ? undefined : true
    if (answer !== expected) differ(`put(${slot})`, answer, expected)
    if (expected) this.expectError(`put(${slot})`, 'ERR_INVALID_SLOT', slot)
    else if (this.errors !== this.expected) this.expectNoError(`put(${slot})`)
  }

  peek () {
    const slot = this.slots.peek()
    const expected = this.model.peek()
    if (slot !== expected) differ('peek()', slot, expected)
  }

  has (slot) {
    const answer = this.slots.has(slot)
    const expected = this.model.has(slot)
    if (answer !== expected) differ(`has(${slot})`, answer, expected)
  }

  reserve (slot) {
    const answer = this.slots.reserve(slot)
    const fits = slot < this.model.maxSlots
    const expected = fits && this.model.reserve(slot)
    if (answer !== expected) differ(`reserve(${slot})`, answer, expected)
    if (!fits) this.expectError(`reserve(${slot})`, 'ERR_INVALID_SLOT', slot)
    this.expectNoError(`reserve(${slot})`)
  }

  lease (name) {
    const lease = this.slots.lease()
    const expected = this.model.get()
    const slot = lease === undefined ? undefined : lease.slot
    if (slot !== expected) differ('lease()', slot, expected)
    if (lease === undefined) this.expectFull('lease()')
    else this.holdLease(name, lease)
  }

  holdLease (name, lease) {
    this.leases.set(name, lease)
    this.leased.set(lease.slot, lease)
  }

  leaseSlot (slot) {
    const lease = this.slots.lease(slot)
    const expected = this.model.reserve(slot) ? slot : undefined
    const leased = lease === undefined ? undefined : lease.slot
    if (leased !== expected) differ(`lease(${slot})`, leased, expected)
    if (lease !== undefined) this.holdLease(slot, lease)
    this.expectNoError(`lease(${slot})`)
  }

  adoptSlot (slot) {
    const lease = this.slots.adopt(slot)
    const expected = this.model.has(slot) && !this.leased.has(slot) ? slot : undefined
    const adopted = lease === undefined ? undefined : lease.slot
    if (adopted !== expected) differ(`adopt(${slot})`, adopted, expected)
    if (lease !== undefined) this.holdLease(slot, lease)
    this.expectNoError(`adopt(${slot})`)
  }

  /** The second time, after clear(), or if another lease has the slot by then, it does nothing. */
  release (name) {
    const lease = this.leases.get(name)
    if (lease === undefined) return
    const isLive = this.leased.get(lease.slot) === lease
    const answer = lease.release()
    if (answer !== undefined) differ('release()', answer, undefined)
    // Somebody may have put the slot of a lease: then the release is an error.
    if (isLive && !this.model.put(lease.slot)) this.expectError('release()', 'ERR_INVALID_SLOT', lease.slot)
    this.expectNoError('release()')
    if (isLive) this.leased.delete(lease.slot)
  }

  clear () {
    const answer = this.slots.clear()
    this.model.clear()
    if (answer !== undefined) differ('clear()', answer, undefined)
    this.leased.clear()
  }

  /** Begins an iteration, of which only the first slot is looked at now. */
  iterate (name) {
    const iterator = this.slots.values()
    const expected = this.model.values()
    const { value } = iterator.next()
    if (value !== expected[0]) differ('the first of values()', value, expected[0])
    this.iterators.set(name, { iterator, expected: expected.slice(1) })
  }

  /** Ends it: nothing that was done meanwhile shows. */
  iterateOn (name) {
    const begun = this.iterators.get(name)
    if (begun === undefined) return
    this.iterators.delete(name)
    const { iterator, expected } = begun
    const slots = Array.from(iterator)
    const i = expected.findIndex((slot, i) => slot !== slots[i])
    if (i >= 0) differ('values()', slots[i], expected[i])
    if (slots.length !== expected.length) differ('values(), its length', slots.length, expected.length)
  }

  /** All of the state that can be seen. */
  look () {
    const { slots, model } = this
    if (slots.size !== model.size) differ('size', slots.size, model.size)
    if (slots.maxSlots !== model.maxSlots) differ('maxSlots', slots.maxSlots, model.maxSlots)
    if (slots.maxSlotGiven !== model.maxSlotGiven) differ('maxSlotGiven', slots.maxSlotGiven, model.maxSlotGiven)
    this.peek()
    const values = model.values()
    let i = 0
    for (const slot of slots) if (slot !== values[i++]) differ('iteration', slot, values[i - 1])
    if (i !== values.length) differ('iteration, its length', i, values.length)
    const { maxSlots, maxSlotGiven, inUse } = slots.toJSON()
    if (maxSlots !== model.maxSlots) differ('toJSON().maxSlots', maxSlots, model.maxSlots)
    if (maxSlotGiven !== model.maxSlotGiven) differ('toJSON().maxSlotGiven', maxSlotGiven, model.maxSlotGiven)
    i = 0
    for (const [start, end] of inUse) {
      if (start === values[i - 1] + 1) differ('toJSON().inUse, a run', start, 'one that touches none')
      for (let slot = start; slot < end; slot++) if (slot !== values[i++]) differ('toJSON().inUse', slot, values[i - 1])
    }
    if (i !== values.length) differ('toJSON().inUse, how many', i, values.length)
    this.expectNoError('looking')
  }

  /** A new manager in the same state takes the manager's place. */
  rebuild () {
    const { slots } = this
    this.adopt(slots.constructor.from(JSON.parse(JSON.stringify(slots))))
  }

  putHostile (i) {
    const answer = this.slots.put(hostile[i])
    if (answer !== true) differ(`put(${HOSTILE[i]})`, answer, true)
    this.expectError(`put(${HOSTILE[i]})`, 'ERR_INVALID_SLOT', hostile[i])
  }

  reserveHostile (i) {
    const answer = this.slots.reserve(hostile[i])
    if (answer !== false) differ(`reserve(${HOSTILE[i]})`, answer, false)
    this.expectError(`reserve(${HOSTILE[i]})`, 'ERR_INVALID_SLOT', hostile[i])
  }

  hasHostile (i) {
    const answer = this.slots.has(hostile[i])
    if (answer !== false) differ(`has(${HOSTILE[i]})`, answer, false)
    this.expectNoError('has()')
  }
}

/** The operations' names; an operation's number is its place here. */
const NAMES = Object.getOwnPropertyNames(Pair.prototype)
  .filter(name => !['constructor', 'adopt', 'expectError', 'expectFull', 'expectNoError', 'holdLease'].includes(name))
const NUMBERS = Object.fromEntries(NAMES.map((name, number) => [name, number]))

/** Does a program again. Returns where and how it went wrong, or undefined. */
function replay (Manager, setting, program) {
  const pair = new Pair(Manager, setting)
  for (let i = 0; i < program.length; i += 2) {
    const problem = problemOf(() => pair[NAMES[program[i]]](program[i + 1]))
    if (problem !== undefined) return { at: i, problem }
  }
}

/** What went wrong: a difference from the model, or anything thrown. */
function problemOf (act) {
  try {
    act()
  } catch (error) {
    return error instanceof Mismatch ? error.message : `${(error && error.stack) || error}`
  }
}

/** To make the traces of the errors would take half of the time. */
function withoutTraces (act) {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return act()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

module.exports = { Pair, NAMES, NUMBERS, HOSTILE, replay, problemOf, withoutTraces }
