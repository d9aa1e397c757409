'use strict'

const EventEmitter = require('events')
const { inherits } = require('util')
const native = require('./native.js')

// The lane: the lowest runs of free slots, as a stack of integers that Rust
// reads and writes too (src/lane.rs). Indices into it:
const TOP = 0 // holds the index of the top run's start; its end comes next
const GIVEN = 1 // holds maxSlotGiven, unless the bottom run's start is higher
const OWNER = 2 // holds the manager's number
const BOTTOM = 4 // the bottom run
const RUN = 2 // from a run to the one above it, which is lower

// A crossing, a call into Rust, takes no arguments and returns nothing, which
// makes it several times cheaper. It passes its integers through registers:
const { registers, crossToGet, crossToPut } = native
const MANAGER = 0 // the manager's number
const SLOT = 1 // the slot to put; then the slot got or put, or a refusal, below 0
const OUT_OF_MEMORY = -2

/**
 * Keeps an object's lane where nothing but this file can reach it: Rust counts
 * on that. The base class returns the object it is given, so the private fields
 * land on that object, as if they had been declared in a class of its own.
 */
class Hidden extends function (object) { return object } {
  #lane
  #manager // what Rust frees when the object is collected

  constructor (object, manager) {
    super(object)
    this.#lane = manager.lane
    this.#manager = manager
  }

  static laneOf (object) {
    try {
      return object.#lane
    } catch (_) {
      throw notOurs()
    }
  }

  static managerOf (object) {
    try {
      return object.#manager
    } catch (_) {
      throw notOurs()
    }
  }

  // For tests and benchmarks: a lane in which no call finds its fast path.
  static withoutFastPaths (object) {
    const lane = new Int32Array(BOTTOM + RUN)
    lane[TOP] = BOTTOM
    lane[OWNER] = object.#lane[OWNER]
    object.#lane = lane
    return object
  }
}

const { laneOf, managerOf, withoutFastPaths } = Hidden

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
  new Hidden(this, new native.CallosumServerSlots()) // eslint-disable-line no-new
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
  const top = lane[TOP]
  const start = lane[top]
  // A slot below the lowest free one is in use: there is nothing to look up.
  if (typeof slot === 'number' && slot < start && slot >= 0 && (slot | 0) === slot) {
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
  }
  return putByCrossing(this, lane, slot)
}

Object.defineProperty(CallosumServerSlots.prototype, 'maxSlotGiven', {
  get () { return managerOf(this).maxSlotGiven },
  configurable: true
})

function getByCrossing (slots, lane) {
  registers[MANAGER] = lane[OWNER]
  crossToGet()
  const slot = registers[SLOT]
  if (slot >= 0) return slot
  slots.emit('error', noFreeSlot(slot))
}

function putByCrossing (slots, lane, slot) {
  if (typeof slot === 'number' && slot >= 0 && (slot | 0) === slot) {
    registers[MANAGER] = lane[OWNER]
    registers[SLOT] = slot
    crossToPut()
    if (registers[SLOT] >= 0) return
  }
  return slots.emit('error', invalidSlot(slot))
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

function notOurs () {
  return new TypeError('The receiver is not a CallosumServerSlots')
}

// Not part of the API: what the project's own tests and benchmarks need.
Object.defineProperty(CallosumServerSlots, Symbol.for('callosum-server-slots.internals'), {
  value: { native, withoutFastPaths }
})

module.exports = CallosumServerSlots
