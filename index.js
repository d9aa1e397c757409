'use strict'

const EventEmitter = require('events')
const { inherits } = require('util')
const native = require('./native.js')

// The lane: the lowest runs of free slots, as a stack (src/lane.rs).
const LANE = 36 // how many integers it takes
const TOP = 0 // holds the index of the top run's start; its end comes next
const GIVEN = 1 // holds maxSlotGiven, unless the bottom run's start is higher
const OWNER = 2 // holds the manager's number
const BOTTOM = 4 // the bottom run
const RUN = 2 // from a run to the one above it, which is lower

// The map: a bit for each other free slot (src/free_map.rs).
const END = 0 // holds the slot at which the map ends
const PAGES = 1 // holds where the pages begin, a bit for 4,096 slots
const COUNT = 2 // holds how many slots are in the map
const BITS = 4 // where the slots' bits begin

// Both are integers that Rust reads and writes too. A call into Rust, a
// crossing, costs more than the work does, and least without arguments and
// results: it passes its integers through registers (src/node.rs).
const { registers, crossToGet, crossToPut } = native
const MANAGER = 0 // the manager's number
const SLOT = 1 // the slot to put; then the slot got or put, or a refusal, below 0
const MOVED = 2 // 1 when the map has got new memory
const OUT_OF_MEMORY = -2

const NO_MAP = new Int32Array(BITS) // until a manager has one

/**
 * Keeps lane and map where nothing but this file can reach them: Rust counts on
 * that. The base class returns the object it is given, so the private fields
 * land on that object, as if they had been declared in a class of its own.
 */
class Hidden extends function (object) { return object } {
  #lane
  #map
  #manager // what Rust frees when the object is collected

  constructor (object) {
    super(object)
    this.#lane = new Int32Array(LANE)
    this.#map = NO_MAP
    this.#manager = new native.CallosumServerSlots(undefined, this.#lane)
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
    this.laneOf(object)
    return object.#manager
  }

  static followMap (object) {
    object.#map = object.#manager.map
  }

  // For tests and benchmarks: a lane and a map in which no call finds its fast path.
  static withoutFastPaths (object) {
    const lane = new Int32Array(BOTTOM + RUN)
    lane[TOP] = BOTTOM
    lane[OWNER] = object.#lane[OWNER]
    object.#lane = lane
    object.#map = NO_MAP
    return object
  }
}

const { laneOf, mapOf } = Hidden

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * @extends EventEmitter
 * @fires CallosumServerSlots#error
 */
function CallosumServerSlots () {
  if (!(this instanceof CallosumServerSlots)) {
    throw new TypeError("CallosumServerSlots is a constructor: call it with 'new'")
  }
  EventEmitter.call(this)
  new Hidden(this) // eslint-disable-line no-new
}

inherits(CallosumServerSlots, EventEmitter)

CallosumServerSlots.prototype.get = function () {
  const lane = laneOf(this)
  const top = lane[TOP]
  const slot = lane[top]
  if (slot + 1 < lane[top + 1]) {
    lane[top] = slot + 1
    return slot
  }
  if (top > BOTTOM) { // the run is used up, and another lies under it
    lane[TOP] = top - RUN
    return slot
  }
  return getByCrossing(this, lane)
}

CallosumServerSlots.prototype.put = function (slot) {
  const lane = laneOf(this)
  if (typeof slot === 'number' && (slot | 0) === slot && slot >= 0) {
    const top = lane[TOP]
    const start = lane[top]
    if (slot < start) { // nothing below the top run is free: the slot is in use
      if (slot + 1 === start) {
        if (start > lane[GIVEN]) lane[GIVEN] = start
        lane[top] = slot
        return
      }
      if (top + RUN + 1 < lane.length) {
        lane[top + RUN] = slot
        lane[top + RUN + 1] = slot + 1
        lane[TOP] = top + RUN
        return
      }
    } else if (slot >= lane[BOTTOM + 1]) { // above the lane, what is free has its bit
      const map = mapOf(this)
      if (slot < map[END]) {
        const i = BITS + (slot >>> 5)
        const bits = map[i]
        const bit = 1 << slot // of the 32; JavaScript shifts modulo 32
        if ((bits & bit) === 0) {
          map[i] = bits | bit
          map[map[PAGES] + (slot >>> 17)] |= 1 << (slot >>> 12)
          map[COUNT]++
          return
        }
      }
    }
    if (putByCrossing(lane, slot)) return
  }
  return this.emit('error', invalidSlot(slot))
}

Object.defineProperty(CallosumServerSlots.prototype, 'maxSlotGiven', {
  get () { return Hidden.managerOf(this).maxSlotGiven },
  configurable: true
})

function getByCrossing (slots, lane) {
  registers[MANAGER] = lane[OWNER]
  crossToGet()
  if (registers[MOVED] !== 0) {
    registers[MOVED] = 0
    Hidden.followMap(slots)
  }
  const slot = registers[SLOT]
  if (slot >= 0) return slot
  slots.emit('error', noFreeSlot(slot))
}

function putByCrossing (lane, slot) {
  registers[MANAGER] = lane[OWNER]
  registers[SLOT] = slot
  crossToPut()
  return registers[SLOT] >= 0
}

function noFreeSlot (refusal) {
  const error = new Error(refusal === OUT_OF_MEMORY ? 'No free slot: out of memory' : 'No free slot: all are in use')
  error.code = 'ERR_NO_FREE_SLOT'
  return error
}

function invalidSlot (slot) {
  const error = new Error('Invalid slot: ' + describe(slot))
  error.code = 'ERR_INVALID_SLOT'
  error.slot = slot
  return error
}

// Runs no code of the value's own.
function describe (value) {
  switch (typeof value) {
    case 'string': return `'${value}'`
    case 'bigint': return `${value}n`
    case 'function': return 'a function'
    case 'object': return value === null ? 'null' : 'an object'
    default: return String(value)
  }
}

// Not part of the API: what the project's own tests and benchmarks need.
Object.defineProperty(CallosumServerSlots, Symbol.for('callosum-server-slots.internals'), {
  value: { native, withoutFastPaths: Hidden.withoutFastPaths }
})

module.exports = CallosumServerSlots
