'use strict'

// A program of steps over the whole API. It runs on a manager of the class under test, on the
// naive model and on a twin without fast paths. All three must agree after every call.

const assert = require('node:assert/strict')
const { inspect } = require('node:util')

const CallosumServerSlots = require('../..')
const Model = require('./model')
const Twin = require('./twin')
const { notSlots, ran } = require('./values')

const MAX = 2147483647
const STATE = { maxSlots: 5, maxSlotGiven: 4, inUse: [[0, 2]] }
const WRITTEN = new Map(notSlots.map(([, value, written]) => [value, written])) // in messages

/** What makes a manager, and what comes of it: a result, or the code of an error. */
const MAKES = [
  [Manager => new Manager().maxSlots, MAX],
  [Manager => new Manager({ maxSlots: 33 }).maxSlots, 33],
  [Manager => new Manager(null), 'ERR_INVALID_ARG_TYPE'],
  [Manager => new Manager({ maxSlots: '5' }), 'ERR_INVALID_ARG_TYPE'],
  [Manager => new Manager({ maxSlots: 0 }), 'ERR_OUT_OF_RANGE'],
  [Manager => new Manager({ maxSlots: MAX + 1 }), 'ERR_OUT_OF_RANGE'],
  [Manager => new Manager({ get maxSlots () { throw Object.assign(new Error(), { code: 'MINE' }) } }), 'MINE'],
  [Manager => JSON.stringify(Manager.from(STATE)), JSON.stringify(STATE)],
  [Manager => Manager.from(STATE, { maxSlots: 2 }).maxSlotGiven, 2],
  [Manager => Manager.from(STATE, { maxSlots: 1 }), 'ERR_OUT_OF_RANGE'],
  [Manager => Manager.from({ ...STATE, inUse: [[0, 2], [1, 3]] }), 'ERR_OUT_OF_RANGE'],
  [Manager => Manager.from({ ...STATE, inUse: [5] }), 'ERR_INVALID_ARG_TYPE']
]

class Run {
  constructor (Manager, maxSlots) {
    this.Manager = Manager
    this.model = new Model(maxSlots)
    this.iterators = []
    this.take(new Manager({ maxSlots }), new CallosumServerSlots({ maxSlots }))
  }

  take (slots, twin) {
    this.slots = slots
    this.twin = new Twin(twin)
    this.leases = new Map() // by name, released or not
    this.leased = new Map() // the leases that count, by slot
    this.events = []
    this.reaction = undefined
    this.onEvent = event => {
      this.events.push(event)
      const { events, reaction } = this
      if (reaction === undefined) return
      this.reaction = undefined
      this.events = []
      this.do(reaction)
      this.events = events
    }
    slots.on('error', this.onEvent).on('full', () => this.onEvent('full'))
  }

  do ([name, ...values]) { this[name](...values) }

  /** Calls the member. It must emit the event alone: 'full', an error, or none. */
  call (name, values, event) {
    const result = this.slots[name](...values)
    this.heard(event, values[0])
    this.twin.compare(this.slots, () => shown(name, values))
    return result
  }

  heard (event, value) {
    const { events } = this
    this.events = []
    if (event !== 'error') return assert.deepEqual(events, event === undefined ? [] : [event])
    assert.equal(events.length, 1)
    this.isInvalidSlot(events[0], value)
  }

  isInvalidSlot (error, value) {
    const isSlot = Number.isInteger(value) && value >= 0 && value < MAX
    assert.equal(error.code, 'ERR_INVALID_SLOT')
    assert.equal(error.message, `Invalid slot: ${WRITTEN.has(value) ? WRITTEN.get(value) : value}`)
    assert.ok(Object.is(error.slot, value), 'the error has another value as its slot')
    assert.equal(error.reason, !isSlot ? 'not a slot' : value < this.model.maxSlots ? 'free' : 'out of range')
    return true
  }

  expect (expected, name, values, event) {
    const result = this.call(name, values, event)
    if (result !== expected) assert.equal(result, expected, shown(name, values))
  }

  // The model and the twin take the step together.
  both (name, ...values) {
    const result = this.model[name](...values)
    const twins = this.twin[name](...values)
    if (twins !== result) assert.equal(twins, result, `without fast paths: ${shown(name, values)}`)
    return result
  }

  get () {
    const slot = this.both('get')
    this.expect(slot, 'get', [], slot === undefined ? 'full' : undefined)
    return slot
  }

  put (slot) {
    const wasInUse = this.both('put', slot)
    this.leased.delete(slot)
    this.expect(wasInUse ? undefined : true, 'put', [slot], wasInUse ? undefined : 'error')
  }

  /** Whether the slot was free; undefined if it is not below the limit. */
  reserved (slot) {
    return slot < this.model.maxSlots ? this.both('reserve', slot) : undefined
  }

  reserve (slot) {
    const wasFree = this.reserved(slot)
    this.expect(wasFree === true, 'reserve', [slot], wasFree === undefined ? 'error' : undefined)
  }

  peek () { this.expect(this.both('peek'), 'peek', []) }
  has (slot) { this.expect(this.model.has(slot), 'has', [slot]) }

  clear () {
    this.both('clear')
    this.leased.clear()
    this.expect(undefined, 'clear', [])
  }

  getMany (count) { for (let i = 0; i < count; i++) if (this.get() === undefined) return }

  putAny (picks) {
    const values = this.model.values() // some of them are put twice
    if (values.length > 0) for (const n of picks) this.put(values[n % values.length])
  }

  putEvery (n, isAscending) {
    const values = this.model.values().filter((_, i) => i % (n + 1) === 0)
    for (const slot of isAscending ? values : values.reverse()) this.put(slot)
  }

  churn (count, n) {
    for (let i = 0; i < count; i++) {
      this.putAny([n + i * 7919])
      this.get()
    }
  }

  lease (name) {
    const slot = this.both('get')
    this.hold(name, slot, this.call('lease', [], slot === undefined ? 'full' : undefined))
  }

  leaseSlot (slot) {
    const wasFree = this.reserved(slot)
    this.hold(slot % 9, wasFree ? slot : undefined, this.call('lease', [slot], wasFree === undefined ? 'error' : undefined))
  }

  adopt (slot) {
    const { maxSlots } = this.model
    const isRight = slot < maxSlots && this.model.has(slot) && !this.leased.has(slot)
    this.hold(slot % 9, isRight ? slot : undefined, this.call('adopt', [slot], slot < maxSlots ? undefined : 'error'))
  }

  hold (name, slot, lease) {
    if (slot === undefined) return assert.equal(lease, undefined)
    assert.equal(lease && lease.slot, slot + 0) // never -0
    this.leases.set(name, lease)
    this.leased.set(slot, lease)
  }

  release (name) {
    const lease = this.leases.get(name)
    if (lease === undefined) return
    if (this.leased.get(lease.slot) === lease) {
      this.both('put', lease.slot)
      this.leased.delete(lease.slot)
    }
    assert.equal(lease.release(), undefined)
    this.heard()
    this.twin.compare(this.slots, () => `release() of slot ${lease.slot}`)
  }

  /** Starts an iteration, which later steps must not change. */
  iterate () {
    const expected = this.model.values()
    const iterator = this.slots.values()
    const first = iterator.next()
    this.iterators.push(() => assert.deepEqual(first.done ? [] : [first.value, ...iterator], expected))
  }

  rebuild (...options) {
    const { slots: { constructor: Manager }, twin } = this
    this.take(Manager.from(JSON.parse(JSON.stringify(this.slots)), ...options), CallosumServerSlots.from(twin.slots.toJSON(), ...options))
    this.twin.compare(this.slots, () => 'from()')
  }

  rebuildWithin (maxSlots) {
    const { model } = this
    const last = Math.max(...model.values().slice(-1))
    if (maxSlots < 1 || maxSlots <= last) return assert.throws(() => this.rebuild({ maxSlots }), { code: 'ERR_OUT_OF_RANGE' })
    this.rebuild({ maxSlots })
    model.maxSlots = maxSlots
    model.maxSlotGiven = Math.min(model.maxSlotGiven, maxSlots)
  }

  make (i) {
    const [act, expected] = MAKES[i]
    if (/^[A-Z_]+$/.test(expected)) assert.throws(() => act(this.Manager), { code: expected })
    else assert.equal(act(this.Manager), expected)
  }

  hostile (name, i) {
    const [, value] = notSlots[i]
    if (name === 'lease' && value === undefined) return
    const expected = { put: true, reserve: false, has: false }[name]
    this.expect(expected, name, [value], name === 'has' ? undefined : 'error')
    assert.deepEqual(ran, [])
  }

  /** The next event is answered by a step, within the call that emits it. */
  react (step) { if (!step[0].startsWith('rebuild')) this.reaction = step }

  unheard (slot) {
    if (this.model.has(slot)) return
    const { slots } = this
    slots.removeListener('error', this.onEvent)
    assert.throws(() => slots.put(slot), error => this.isInvalidSlot(error, slot))
    slots.on('error', this.onEvent)
  }

  look () {
    const { slots, model } = this
    this.peek()
    const { size, maxSlots, maxSlotGiven } = model
    assert.deepEqual([slots.size, slots.maxSlots, slots.maxSlotGiven], [size, maxSlots, maxSlotGiven])
    const values = model.values()
    assert.deepEqual([...slots], values)
    assert.equal(slots.maxSlotInUse, values.length === 0 ? 0 : values[values.length - 1] + 1)
    assert.deepEqual(slots.toJSON(), model.toJSON())
    const named = slots.constructor.name || 'CallosumServerSlots'
    assert.equal(inspect(slots), `${named} { size: ${size}, maxSlotGiven: ${maxSlotGiven}, next: ${model.peek()}, maxSlots: ${maxSlots} }`)
    this.heard()
  }

  finish () { for (const check of this.iterators) check() }
}

function shown (name, values) {
  return `${name}(${values.map(value => inspect(value)).join(', ')})`
}

module.exports = { MAKES, Run }
