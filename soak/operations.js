'use strict'

// The operations that a program is made of. Each makes a call on the manager and on the
// model, and throws a Mismatch if the results differ. A program is a list of numbers, two for
// each operation: the operation's number and its argument. So any part of a program is a
// program too, which shrinking needs.

const EventEmitter = require('events')
const { inspect } = require('util')

const CallosumServerSlots = require('..')
const { FastModel } = require('../common/fast-model')
const { ARGUMENTS_OF_FROM, HOSTILE, OPTIONS, RECEIVERS, USES, valueOf } = require('./values')

const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

const { from, prototype } = CallosumServerSlots

const MAX_SLOTS = 2147483647
const MOST_AT_ONCE = 5000
const FULL = Symbol("'full'")
const PLANTED = new Error('planted')

class Mismatch extends Error {}

function differ (call, actual, expected) {
  throw new Mismatch(`${call}: ${show(actual)}, expected ${show(expected)}`)
}

function show (value) {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A manager, and the model with which it is compared. */
class Pair {
  /**
   * @param {function} Manager CallosumServerSlots, or another class to be tested
   * @param {{maxSlots: number, fast: boolean}} setting fast: with the fast paths
   */
  constructor (Manager, { maxSlots, fast }) {
    this.Manager = Manager
    this.fast = fast
    this.model = new FastModel(maxSlots)
    this.events = [] // emitted by the current call
    this.reaction = undefined // what the listener does at the next event
    this.isUnheard = false // nobody listens to 'error'
    this.override = undefined // what an overridden get() or put() does first
    this.mismatch = undefined // one that was found in a listener
    this.releasing = new Set() // leases
    this.onError = error => this.onEvent(error)
    this.onFull = () => this.onEvent(FULL)
    this.adopt(new Manager({ maxSlots }))
  }

  adopt (slots) {
    this.slots = this.fast ? slots : withoutFastPaths(slots)
    this.forget()
    slots.on('error', this.onError)
    slots.on('full', this.onFull)
  }

  /** Takes the manager for a new one. */
  forget () {
    this.leases = new Map()
    this.leased = new Map() // from each leased slot to what holds it
    this.iterators = new Map()
  }

  onEvent (event) {
    const { events, reaction } = this
    // The listener may change the limit.
    events.push({ event, maxSlots: this.model.maxSlots, planted: reaction !== undefined && reaction.throws })
    this.reaction = undefined
    if (reaction === undefined) return
    this.events = []
    try {
      reaction()
    } catch (error) {
      if (error !== PLANTED) this.mismatch = error // what is under test may catch it
      throw error
    } finally {
      this.events = events
    }
  }

  // ---- The comparison of a call with the model. ----

  /** What a call does that may emit an event: its answer or what it throws, and its events. */
  observe (act) {
    const outcome = { answer: undefined, thrown: undefined, events: undefined, throws: false }
    try {
      outcome.answer = act()
    } catch (error) {
      outcome.thrown = error
      outcome.throws = true
    }
    if (this.mismatch !== undefined) throw this.mismatch
    outcome.events = this.events
    this.events = []
    return outcome
  }

  /** Compares what a call did that was refused with one event: FULL, or the error for a slot. */
  expectEvent (call, { answer, thrown, throws, events }, expected, event, slot) {
    const isError = event !== FULL
    const emitted = isError && this.isUnheard ? [{ event: thrown, maxSlots: this.model.maxSlots }] : events
    if (emitted.length !== 1) differ(`${call}, events`, emitted.length, 1)
    if (isError) this.expectError(call, emitted[0], event, slot)
    else if (emitted[0].event !== FULL) differ(`${call}, its event`, emitted[0].event, 'full')
    if (isError && this.isUnheard) return
    const { planted } = events[0]
    if (throws) return planted && thrown === PLANTED ? undefined : differ(`${call}, what it throws`, thrown, 'nothing')
    if (planted) differ(`${call}, what it throws`, 'nothing', 'what the listener threw')
    if (answer !== expected) differ(call, answer, expected)
  }

  expectError (call, { event: error, maxSlots }, code, slot) {
    if (!(error instanceof Error)) differ(`${call}, its event`, error, 'an error')
    const reason = !isSlot(slot) ? 'not a slot' : slot < maxSlots ? 'free' : 'out of range'
    if (error.code !== code) differ(`${call}, the error's code`, error.code, code)
    if (!Object.is(error.slot, slot)) differ(`${call}, the error's slot`, error.slot, slot)
    if (error.reason !== reason) differ(`${call}, the error's reason`, error.reason, reason)
    if (error.message !== `Invalid slot: ${written(slot)}`) differ(`${call}, the error's message`, error.message, `Invalid slot: ${written(slot)}`)
  }

  /** A call that is refused: it emits the event, and changes nothing. */
  refused (call, act, expected, event, slot) {
    this.expectEvent(call, this.observe(act), expected, event, slot)
  }

  expectNoEvent (call) {
    if (this.events.length !== 0) differ(`${call}, events`, this.events.length, 0)
  }

  /** What wrong arguments and receivers get. */
  expectThrown (call, act, Kind, code) {
    const { thrown, throws, answer } = this.observe(act)
    if (!throws) differ(call, answer, 'an error')
    if (!(thrown instanceof Kind)) differ(`${call}, what it throws`, thrown, Kind.name)
    if (thrown.code !== code) differ(`${call}, the error's code`, thrown.code, code)
  }

  // ---- The operations. ----

  get () {
    const expected = this.model.get()
    if (expected === undefined) return this.refused('get()', () => this.slots.get(), undefined, FULL)
    const slot = this.slots.get()
    if (slot !== expected) differ('get()', slot, expected)
    if (this.events.length !== 0) this.expectNoEvent('get()')
    return slot
  }

  put (slot) {
    if (!this.model.put(slot)) return this.refused(`put(${show(slot)})`, () => this.slots.put(slot), true, 'ERR_INVALID_SLOT', slot)
    const answer = this.slots.put(slot)
    if (answer !== undefined) differ(`put(${show(slot)})`, answer, undefined)
    if (this.events.length !== 0) this.expectNoEvent(`put(${show(slot)})`)
  }

  /** Until one is refused. */
  getMany (count) {
    for (let i = count % MOST_AT_ONCE; i > 0; i--) if (this.get() === undefined) return
  }

  /** Puts every n-th slot in use, from the lowest or, with an odd hundred, from the highest. */
  putEvery (n) {
    const values = this.model.values().subarray(0, MOST_AT_ONCE)
    if (Math.floor(n / 100) % 2 === 1) values.reverse()
    for (let i = 0; i < values.length; i += 1 + n % 100) this.put(values[i])
  }

  peek () {
    const slot = this.slots.peek()
    const expected = this.model.peek()
    if (slot !== expected) differ('peek()', slot, expected)
  }

  has (slot) {
    const answer = this.slots.has(slot)
    const expected = this.model.has(slot)
    if (answer !== expected) differ(`has(${show(slot)})`, answer, expected)
  }

  reserve (slot) {
    const call = `reserve(${show(slot)})`
    if (slot >= this.model.maxSlots) return this.refused(call, () => this.slots.reserve(slot), false, 'ERR_INVALID_SLOT', slot)
    const answer = this.slots.reserve(slot)
    const expected = this.model.reserve(slot)
    if (answer !== expected) differ(call, answer, expected)
    this.expectNoEvent(call)
  }

  lease (name) {
    const { slots, override } = this
    let expected
    if (override === undefined) {
      expected = this.model.get()
    } else {
      this.override = undefined
      slots.get = () => {
        delete slots.get
        override()
        expected = this.model.get()
        return this.Manager.prototype.get.call(slots)
      }
    }
    const outcome = this.observe(() => slots.lease())
    if (expected === undefined) return this.expectEvent('lease()', outcome, undefined, FULL)
    this.hold('lease()', name, outcome, expected)
  }

  leaseSlot (slot) {
    const call = `lease(${show(slot)})`
    if (slot >= this.model.maxSlots) return this.refused(call, () => this.slots.lease(slot), undefined, 'ERR_INVALID_SLOT', slot)
    const expected = this.model.reserve(slot) ? slot : undefined
    this.hold(call, slot, this.observe(() => this.slots.lease(slot)), expected)
  }

  adoptSlot (slot) {
    const call = `adopt(${show(slot)})`
    if (slot >= this.model.maxSlots) return this.refused(call, () => this.slots.adopt(slot), undefined, 'ERR_INVALID_SLOT', slot)
    const expected = this.model.has(slot) && !this.leased.has(slot) ? slot : undefined
    this.hold(call, slot, this.observe(() => this.slots.adopt(slot)), expected)
  }

  /** Compares the lease with the slot that is expected, which may be none, and keeps it. */
  hold (call, name, { answer: lease, thrown, throws, events }, expected) {
    if (throws) throw thrown
    if (events.length !== 0) differ(`${call}, events`, events.length, 0)
    const slot = lease === undefined ? undefined : lease.slot
    if (!Object.is(slot, expected === 0 ? 0 : expected)) differ(call, slot, expected)
    if (lease === undefined) return
    this.leases.set(name, lease)
    this.leased.set(slot, lease)
  }

  /** The second time, after clear(), or if another lease has the slot by then, release() must do nothing. */
  release (name) {
    const { slots, override, leases } = this
    const lease = leases.get(name)
    if (lease === undefined) return
    const release = name % 2 === 1 && Symbol.dispose ? lease[Symbol.dispose] : lease.release
    if (this.leased.get(lease.slot) !== lease || this.releasing.has(lease)) {
      const answer = release()
      if (answer !== undefined) differ('release()', answer, undefined)
      return this.expectNoEvent('release()')
    }
    let isPut
    if (override === undefined) {
      isPut = this.model.put(lease.slot)
    } else {
      this.override = undefined
      slots.put = slot => {
        delete slots.put
        override()
        isPut = this.model.put(slot)
        return this.Manager.prototype.put.call(slots, slot)
      }
    }
    this.releasing.add(lease)
    const outcome = this.observe(() => release())
    this.releasing.delete(lease)
    // If the slot of a lease was put, the release is an error.
    if (!isPut) this.expectEvent('release()', outcome, undefined, 'ERR_INVALID_SLOT', lease.slot)
    else if (outcome.throws) throw outcome.thrown
    else if (outcome.events.length !== 0) differ('release(), events', outcome.events.length, 0)
    if (this.leased.get(lease.slot) === lease) this.leased.delete(lease.slot)
  }

  clear () {
    const answer = this.slots.clear()
    this.model.clear()
    if (answer !== undefined) differ('clear()', answer, undefined)
    this.leased = new Map()
  }

  /** Begins an iteration, and checks its first slot. */
  iterate (name) {
    const iterator = this.slots.values()
    const expected = this.model.values()
    const { value } = iterator.next()
    if (value !== expected[0]) differ('the first of values()', value, expected[0])
    this.iterators.set(name, { iterator, expected: expected.slice(1) })
  }

  /** Ends it: it must not show any change since then. */
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

  /** Compares the whole visible state. */
  look () {
    const { slots, model } = this
    if (slots.size !== model.size) differ('size', slots.size, model.size)
    if (slots.maxSlots !== model.maxSlots) differ('maxSlots', slots.maxSlots, model.maxSlots)
    if (slots.maxSlotGiven !== model.maxSlotGiven) differ('maxSlotGiven', slots.maxSlotGiven, model.maxSlotGiven)
    this.peek()
    const name = slots.constructor.name || 'CallosumServerSlots'
    const shown = `${name} { size: ${model.size}, maxSlotGiven: ${model.maxSlotGiven}, next: ${model.peek()}, maxSlots: ${model.maxSlots} }`
    if (inspect(slots) !== shown) differ('inspect()', inspect(slots), shown)
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
    this.expectNoEvent('looking')
  }

  /** A new manager in the same state takes the manager's place. */
  rebuild () {
    const { slots } = this
    this.adopt(slots.constructor.from(JSON.parse(JSON.stringify(slots))))
  }

  /** The same with another limit, which has to be above the slots in use. */
  rebuildWithin (maxSlots) {
    const { slots, model } = this
    const values = model.values()
    const act = () => slots.constructor.from(JSON.parse(JSON.stringify(slots)), { maxSlots })
    if (maxSlots < 1 || maxSlots <= values[values.length - 1]) return this.expectThrown(`from() with maxSlots ${maxSlots}`, act, RangeError, 'ERR_OUT_OF_RANGE')
    this.adopt(act())
    model.maxSlots = maxSlots
    model.maxSlotGiven = Math.min(model.maxSlotGiven, maxSlots)
    model.highWater = Math.min(model.highWater, maxSlots)
  }

  /** A slot as JavaScript may write it: -0. */
  minusZero (i) {
    this[['put', 'reserve', 'has', 'leaseSlot', 'adoptSlot'][i % 5]](-0)
  }

  putHostile (i) {
    const value = valueOf(HOSTILE, i)
    this.refused(`put(${entry(HOSTILE, i)})`, () => this.slots.put(value), true, 'ERR_INVALID_SLOT', value)
  }

  reserveHostile (i) {
    const value = valueOf(HOSTILE, i)
    this.refused(`reserve(${entry(HOSTILE, i)})`, () => this.slots.reserve(value), false, 'ERR_INVALID_SLOT', value)
  }

  hasHostile (i) {
    const answer = this.slots.has(valueOf(HOSTILE, i))
    if (answer !== false) differ(`has(${entry(HOSTILE, i)})`, answer, false)
    this.expectNoEvent('has()')
  }

  leaseHostile (i) {
    const value = valueOf(HOSTILE, i)
    if (value === undefined) return // takes the lowest
    this.refused(`lease(${entry(HOSTILE, i)})`, () => this.slots.lease(value), undefined, 'ERR_INVALID_SLOT', value)
  }

  adoptHostile (i) {
    const value = valueOf(HOSTILE, i)
    this.refused(`adopt(${entry(HOSTILE, i)})`, () => this.slots.adopt(value), undefined, 'ERR_INVALID_SLOT', value)
  }

  /** Another manager, with options that are right or wrong. */
  construct (i) {
    const { Manager } = this
    const call = `new CallosumServerSlots(${entry(OPTIONS, i)})`
    const [, expected, code] = OPTIONS[i % OPTIONS.length]
    const act = () => new Manager(valueOf(OPTIONS, i))
    if (typeof expected !== 'number') return this.expectThrown(call, act, expected, code)
    const { maxSlots, size } = act()
    if (maxSlots !== expected) differ(`${call}, maxSlots`, maxSlots, expected)
    if (size !== 0) differ(`${call}, size`, size, 0)
  }

  /** The constructor called on the manager again: it starts afresh, or throws and changes nothing. */
  restart (i) {
    const { slots } = this
    const [, expected, code] = OPTIONS[i % OPTIONS.length]
    const act = () => CallosumServerSlots.call(slots, valueOf(OPTIONS, i))
    if (typeof expected !== 'number') return this.expectThrown(`the constructor, again, with ${entry(OPTIONS, i)}`, act, expected, code)
    act()
    if (!this.fast) withoutFastPaths(slots)
    this.model.maxSlots = expected
    this.model.clear()
    this.forget()
  }

  /** Another manager, from a state and options that are right or wrong. */
  construction (i) {
    const [, expected, code] = ARGUMENTS_OF_FROM[i % ARGUMENTS_OF_FROM.length]
    const call = `from(${entry(ARGUMENTS_OF_FROM, i).slice(1, -1)})`
    for (const act of [() => from(...valueOf(ARGUMENTS_OF_FROM, i)), () => this.Manager.from(...valueOf(ARGUMENTS_OF_FROM, i))]) {
      if (typeof expected === 'function') {
        this.expectThrown(call, act, expected, code)
      } else {
        const json = JSON.stringify(act())
        if (json !== expected) differ(call, json, expected)
      }
    }
  }

  /** A member on something that is no manager. */
  receiver (i) {
    const { slots } = this
    const use = USES[i % USES.length]
    const source = RECEIVERS[Math.floor(i / USES.length) % RECEIVERS.length]
    const receiver = source({ slots, prototype, EventEmitter })
    if (use.isRight) {
      const answer = use.act(receiver, prototype)
      if (answer !== use.isRight) differ(`${use.name} of something else`, answer, use.isRight)
    } else {
      this.expectThrown(`${use.name} of something else`, () => use.act(receiver, prototype), TypeError, undefined)
    }
  }

  /** At the next event the listener does another operation. */
  reenter (n) {
    const [name, argument] = nested(n)
    this.reaction = () => this[name](argument)
  }

  /** At the next event the listener throws. */
  throwNext () {
    this.reaction = () => { throw PLANTED }
    this.reaction.throws = true
  }

  /** Another operation, while nobody listens to 'error'. */
  unheard (n) {
    const [name, argument] = nested(n)
    const { slots, isUnheard } = this
    if (isUnheard) return
    this.isUnheard = true
    slots.removeListener('error', this.onError)
    this[name](argument)
    slots.on('error', this.onError)
    this.isUnheard = false
  }

  /** At the next lease or release, the method that it calls is overridden, and does another operation first. */
  overrideNext (n) {
    const [name, argument] = nested(n)
    if (name.startsWith('rebuild') || name === 'unheard') return // then it would go on with another manager
    this.override = () => {
      const { events } = this
      this.events = []
      this[name](argument)
      this.events = events
    }
  }
}

function isSlot (value) {
  return Number.isInteger(value) && value >= 0 && value < MAX_SLOTS
}

/** As the message of an error writes a value. */
function written (value) {
  switch (typeof value) {
    case 'string': return `'${value}'`
    case 'bigint': return `${value}n`
    case 'function': return 'a function'
    case 'object': return value === null ? 'null' : 'an object'
    default: return String(value)
  }
}

function entry (table, i) {
  return table[i % table.length][0]
}

/** The operations' names; an operation's number is its place here. */
const NAMES = [
  'get', 'getMany', 'put', 'putEvery', 'peek', 'has', 'reserve', 'lease', 'leaseSlot', 'adoptSlot', 'release', 'clear', 'iterate', 'iterateOn',
  'look', 'rebuild', 'rebuildWithin', 'minusZero', 'putHostile', 'reserveHostile', 'hasHostile', 'leaseHostile',
  'adoptHostile', 'construct', 'restart', 'construction', 'receiver', 'reenter', 'throwNext', 'unheard', 'overrideNext'
]
const NUMBERS = Object.fromEntries(NAMES.map((name, number) => [name, number]))

/** Their argument is another operation. */
const TAKES_ANOTHER = ['reenter', 'unheard', 'overrideNext']

/** The operation that the argument of another one means, by its name, and its argument. */
function nested (n) {
  return [NAMES[n % NAMES.length], Math.floor(n / NAMES.length)]
}

/** The argument that means this operation. */
function nest (name, argument) {
  return NUMBERS[name] + NAMES.length * argument
}

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

/** Without stack traces, which would take half of the time. */
function withoutTraces (act) {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return act()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

module.exports = { Pair, NAMES, NUMBERS, TAKES_ANOTHER, nest, nested, replay, problemOf, withoutTraces }
