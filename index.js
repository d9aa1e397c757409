'use strict'

const EventEmitter = require('events')
const { inherits, inspect } = require('util')
const native = require('./native.js')
const { isSlot, maxSlotsOf, checkedSnapshot, noFreeSlot, invalidSlot } = require('./errors.js')

// The lane: the lowest runs of free slots, as a stack (src/lane.rs). Indices:
const START = 0 // of the top run
const END = 1 // of the top run
const DEPTH = 2 // the index of the first free place on the stack
const HIGHEST = 3 // the end of the highest run
const GIVEN = 4 // maxSlotGiven, unless the highest run's start is higher
const OWNER = 5 // the manager's number
const STACK = 6 // the runs under the top one, start and end, the highest first
const RUN = 2 // from a run to the one above it, which is lower
const LANE = STACK + 16 * RUN

// The map: a bit for each other free slot (src/free_map.rs). Indices:
const MAP_END = 0 // the slot at which the map ends
const PAGES = 1 // where the pages begin, a bit for 4,096 slots
const COUNT = 2 // how many slots are in the map
const BITS = 4 // the slots' bits

// Both are integers that Rust reads and writes too. A call into Rust, a
// crossing, costs more than the work does, and least without arguments and
// results: it passes its integers through registers (src/node.rs). Indices:
const MANAGER = 0 // the manager's number
const SLOT = 1 // the slot to put; then the slot got or put, or a refusal, below 0
const MOVED = 2 // 1 when the map has got new memory
const OUT_OF_MEMORY = -2 // a refusal
const { registers, crossToGet, crossToPut } = native

const Integers = Int32Array // whatever becomes of the global
const NO_MAP = new Integers(BITS) // until a manager has one
const MAP_OFF = new Integers(BITS) // where the fast paths are switched off

/**
 * Keeps lane and map where nothing but this file can reach them: Rust counts on
 * that. The base class returns the object it is given, so the private fields
 * land on that object, as if they had been declared in a class of its own.
 */
class Hidden extends function (object) { return object } {
  #lane = new Integers(LANE)
  #map = NO_MAP
  #manager // what Rust frees when the object is collected
  #clears = 0 // how many times all slots were freed

  constructor (object, maxSlots) {
    super(object)
    this.#manager = new native.CallosumServerSlots(maxSlots, this.#lane)
  }

  static laneOf (object) {
    try {
      return object.#lane
    } catch (_) {
      throw new TypeError('The receiver is not a CallosumServerSlots')
    }
  }

  static mapOf (object) {
    return object.#map
  }

  static managerOf (object) {
    laneOf(object) // throws where there is none
    return object.#manager
  }

  // To be called when the map may have got new memory, or lost it.
  static followMap (object) {
    if (object.#map !== MAP_OFF) object.#map = object.#manager.map || NO_MAP
  }

  static clearsOf (object) {
    laneOf(object) // throws where there is none
    return object.#clears
  }

  static clear (object) {
    Hidden.managerOf(object).clear()
    object.#clears++
    Hidden.followMap(object)
  }

  static give (object, maxSlots) {
    try {
      new Hidden(object, maxSlots) // eslint-disable-line no-new
    } catch (error) {
      if (!Hidden.has(object)) throw error
      // It has one already. Like 0.1.0, start afresh.
      const fresh = new Hidden({}, maxSlots)
      object.#lane = fresh.#lane
      object.#map = fresh.#map
      object.#manager = fresh.#manager
      object.#clears++
    }
  }

  static has (object) {
    try {
      return object.#clears >= 0
    } catch (_) {
      return false
    }
  }

  // For tests and benchmarks: a lane and a map in which no call finds its fast path.
  static withoutFastPaths (object) {
    const lane = new Integers(LANE)
    lane[DEPTH] = STACK
    lane[OWNER] = object.#lane[OWNER]
    object.#lane = lane
    object.#map = MAP_OFF
    return object
  }
}

const { laneOf, mapOf, managerOf } = Hidden

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * @param {object} [options]
 * @param {number} [options.maxSlots=2147483647] how many slots there are
 * @fires CallosumServerSlots#error
 */
function CallosumServerSlots (/* options */) {
  if (!(this instanceof CallosumServerSlots)) {
    throw new TypeError("CallosumServerSlots is a constructor: call it with 'new'")
  }
  const maxSlots = maxSlotsOf(arguments[0])
  EventEmitter.call(this)
  Hidden.give(this, maxSlots)
}

inherits(CallosumServerSlots, EventEmitter)

/**
 * Takes the lowest free slot. Constant time; a call into Rust once in several
 * runs of free slots.
 *
 * @returns {number|undefined} the slot, from 0 to 2147483646; undefined where
 *   none is free, after 'error' with the code ERR_NO_FREE_SLOT
 */
CallosumServerSlots.prototype.get = function () {
  const lane = laneOf(this)
  const slot = lane[START]
  const next = slot + 1
  if (next < lane[END]) {
    lane[START] = next
    return slot
  }
  const under = lane[DEPTH] - RUN
  if (under >= STACK) { // the top run is used up, and another lies under it
    lane[START] = lane[under]
    lane[END] = lane[under + 1]
    lane[DEPTH] = under
    return slot
  }
  return getByCrossing(this, lane)
}

/**
 * Frees a slot that is in use. Constant time.
 *
 * Anything else changes nothing and emits 'error' with the code ERR_INVALID_SLOT
 * and the value as `slot`, which throws where nobody listens.
 *
 * @param {number} slot
 * @returns {undefined|boolean} undefined; after an error, what emit returned
 */
CallosumServerSlots.prototype.put = function (slot) {
  const lane = laneOf(this)
  if (isSlot(slot)) {
    const done = slot < lane[START]
      ? putBelowLane(lane, slot)
      : slot < lane[HIGHEST] ? putIntoLane(lane, slot) : putIntoMap(mapOf(this), slot)
    if (done || putByCrossing(lane, slot)) return
  }
  return this.emit('error', invalidSlot(slot))
}

// Everything else is not hot, and not enumerable either, unlike in 0.1.0.
const members = {
  /** How many slots are in use. */
  get size () { return managerOf(this).size },

  /** How many slots there are, in use or free. */
  get maxSlots () { return managerOf(this).maxSlots },

  /** How many different slots have been given so far: one more than the highest. */
  get maxSlotGiven () { return managerOf(this).maxSlotGiven },

  /** What get() would return; undefined where no slot is free. Emits nothing. */
  peek () {
    const slot = managerOf(this).peek()
    return slot === null ? undefined : slot
  },

  /** Whether the slot is in use; false for anything that is no slot. */
  has (slot) {
    const manager = managerOf(this)
    return isSlot(slot) && manager.has(slot)
  },

  /**
   * Takes that very slot, as for a connection taken over after a restart.
   *
   * @returns {boolean} false where it is in use already; false too after 'error':
   *   ERR_INVALID_SLOT for what is no slot, ERR_NO_FREE_SLOT for want of memory
   */
  reserve (slot) {
    const manager = managerOf(this)
    if (!isSlot(slot) || slot >= manager.maxSlots) {
      this.emit('error', invalidSlot(slot))
      return false
    }
    let reserved
    try {
      reserved = manager.reserve(slot, slot + 1)
    } catch (_) {
      reserved = undefined
    }
    Hidden.followMap(this)
    if (reserved === undefined) this.emit('error', noFreeSlot('memory was refused'))
    return reserved === true
  },

  /** Frees all slots, as if none had ever been given. */
  clear () {
    Hidden.clear(this)
  },

  /** Iterates over the slots in use at the time of the call, ascending. */
  values () {
    return slotsOf(managerOf(this).inUseRuns())
  },

  /**
   * Takes the lowest free slot, to be put back by `release`, which needs no
   * receiver and does so once, however often it is called.
   *
   * @returns {{slot: number, release: function(): void}|undefined} undefined
   *   where no slot is free, after the same 'error' as from get()
   */
  lease () {
    const clears = Hidden.clearsOf(this)
    const slot = this.get()
    if (slot === undefined) return undefined
    let released = false
    const release = () => {
      if (released) return
      released = true
      if (Hidden.clearsOf(this) === clears) this.put(slot)
    }
    const lease = { slot, release }
    if (Symbol.dispose !== undefined) lease[Symbol.dispose] = release
    return lease
  },

  /** The state as plain data: maxSlots, maxSlotGiven, the runs [start, end) in use. */
  toJSON () {
    const manager = managerOf(this)
    const { maxSlots, maxSlotGiven } = manager
    const runs = manager.inUseRuns()
    const inUse = []
    for (let i = 0; i < runs.length; i += 2) inUse.push([runs[i], runs[i + 1]])
    return { maxSlots, maxSlotGiven, inUse }
  },

  [inspect.custom] (depth, options) {
    const name = (this.constructor && this.constructor.name) || 'CallosumServerSlots'
    if (!Hidden.has(this)) return `${name} {}`
    const { size, maxSlotGiven, maxSlots } = this
    const state = inspect({ size, maxSlotGiven, next: this.peek(), maxSlots }, { ...options, breakLength: Infinity })
    return `${name} ${state}`
  }
}

for (const key of Reflect.ownKeys(members)) {
  const member = Object.getOwnPropertyDescriptor(members, key)
  Object.defineProperty(CallosumServerSlots.prototype, key, { ...member, enumerable: false })
}

Object.defineProperty(CallosumServerSlots.prototype, Symbol.iterator, {
  value: CallosumServerSlots.prototype.values,
  writable: true,
  configurable: true
})

/**
 * A manager in the state that toJSON() described.
 *
 * @throws {TypeError} ERR_INVALID_ARG_TYPE where a part is missing or of a wrong type
 * @throws {RangeError} ERR_OUT_OF_RANGE where a number is out of its range
 */
function from (json) {
  const { maxSlots, maxSlotGiven, inUse } = checkedSnapshot(json)
  const slots = new (this || CallosumServerSlots)({ maxSlots })
  if (slots.maxSlots !== maxSlots) {
    throw new TypeError(`from() needs a constructor that passes its options on: maxSlots is ${slots.maxSlots}, not ${maxSlots}`)
  }
  Hidden.clear(slots) // a constructor may have taken some
  const manager = managerOf(slots)
  try {
    for (const [start, end] of inUse) manager.reserve(start, end)
  } catch (_) {
    throw noFreeSlot('memory was refused')
  }
  manager.raiseMaxSlotGiven(maxSlotGiven)
  Hidden.followMap(slots)
  return slots
}

// The fast paths of put. Each says whether it could: if not, Rust knows more.

// Nothing below the lane is free, so the slot is in use.
function putBelowLane (lane, slot) {
  const start = lane[START]
  if (slot + 1 === start) {
    if (start > lane[GIVEN]) lane[GIVEN] = start
    lane[START] = slot
    return true
  }
  const depth = lane[DEPTH]
  if (depth + RUN >= lane.length) return false
  lane[depth] = start
  lane[depth + 1] = lane[END]
  lane[DEPTH] = depth + RUN
  lane[START] = slot
  lane[END] = slot + 1
  return true
}

// Among the lane's runs, what is in none of them is in use.
function putIntoLane (lane, slot) {
  const depth = lane[DEPTH]
  if (slot < lane[END]) return false
  let i = depth - RUN
  while (slot >= lane[i + 1]) i -= RUN
  const start = lane[i]
  if (slot >= start) return false
  if (slot + 1 === start) {
    if (start > lane[GIVEN]) lane[GIVEN] = start
    lane[i] = slot
    return true
  }
  const lower = i + RUN === depth ? START : i + RUN // the run above run i
  if (lane[lower + 1] === slot) {
    lane[lower + 1] = slot + 1
    return true
  }
  if (depth + RUN >= lane.length) return false
  for (let j = depth - 1; j >= i + RUN; j--) lane[j + RUN] = lane[j] // copyWithin is slower
  lane[i + RUN] = slot
  lane[i + RUN + 1] = slot + 1
  lane[DEPTH] = depth + RUN
  return true
}

// Above the lane and below the map's end, what is not in the map is in use.
function putIntoMap (map, slot) {
  if (slot >= map[MAP_END]) return false
  const i = BITS + (slot >>> 5)
  const bits = map[i]
  const bit = 1 << slot // of the 32; JavaScript shifts modulo 32
  if ((bits & bit) !== 0) return false
  map[i] = bits | bit
  map[map[PAGES] + (slot >>> 17)] |= 1 << (slot >>> 12)
  map[COUNT]++
  return true
}

function getByCrossing (slots, lane) {
  registers[MANAGER] = lane[OWNER]
  crossToGet()
  if (registers[MOVED] !== 0) {
    registers[MOVED] = 0
    Hidden.followMap(slots)
  }
  const slot = registers[SLOT]
  if (slot >= 0) return slot
  slots.emit('error', noFreeSlot(slot === OUT_OF_MEMORY ? 'memory was refused' : 'all are in use'))
}

function putByCrossing (lane, slot) {
  registers[MANAGER] = lane[OWNER]
  registers[SLOT] = slot
  crossToPut()
  return registers[SLOT] >= 0
}

function * slotsOf (runs) {
  for (let i = 0; i < runs.length; i += 2) {
    for (let slot = runs[i]; slot < runs[i + 1]; slot++) yield slot
  }
}

// Not part of the API: what the project's own tests and benchmarks need.
Object.defineProperty(CallosumServerSlots, Symbol.for('callosum-server-slots.internals'), {
  value: { native, withoutFastPaths: Hidden.withoutFastPaths }
})

// Written like this, ES modules can import the two by name as well.
module.exports = CallosumServerSlots
module.exports.CallosumServerSlots = CallosumServerSlots
module.exports.from = from
