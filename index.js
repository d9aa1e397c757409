'use strict'

const EventEmitter = require('events')
const { inherits, inspect } = require('util')
const native = require('./lib/load-native.js')
const { isSlot, maxSlotsOf, checkedSnapshot, noFreeSlot, invalidSlot } = require('./lib/errors.js')

// A manager's integers, which Rust reads and writes too (src/memory.rs). Indices:
const START = 0 // of the lane, a run of free slots; no slot below it is free
const END = 1 // of the lane
const TAIL = 2 // where the slots begin of which nothing is stored
const COUNT = 3 // how many slots are in the map
const GIVEN = 4 // maxSlotGiven, unless the lane's start is higher
const OWNER = 5 // the manager's number
const CAPACITY = 6 // up to which slot there is memory
const WORDS = 7 // how many integers of bits there are
const BITS = 8 // the map: a bit for each free slot in neither lane nor tail
const FIRST_WORDS = 32
const CELLS = BITS + FIRST_WORDS + FIRST_WORDS / 16 // with the summaries over the bits

// A call into Rust, a crossing, costs more than the work does, and least without
// arguments: it passes its integers through registers (src/node.rs). Indices:
const MANAGER = 0 // the manager's number
const SLOT = 1 // the slot to put; then the slot got or put, or a refusal, below 0
const OUT_OF_MEMORY = -2 // a refusal
const { registers, crossToGet, crossToPut } = native

const Integers = Int32Array // whatever becomes of the global
const { clz32 } = Math

/**
 * Keeps the integers where nothing but this file can reach them: Rust counts on
 * that. The base class returns the object it is given, so the private fields
 * land on that object, as if they had been declared in a class of its own.
 */
class Hidden extends function (object) { return object } {
  #cells = new Integers(CELLS)
  #manager // what Rust frees when the object is collected
  #clears = 0 // how many times all slots were freed

  constructor (object, maxSlots) {
    super(object)
    this.#manager = new native.CallosumServerSlots(maxSlots, this.#cells)
  }

  static cellsOf (object) {
    try {
      return object.#cells
    } catch (_) {
      throw new TypeError('The receiver is not a CallosumServerSlots')
    }
  }

  static managerOf (object) {
    cellsOf(object) // throws where there are none
    return object.#manager
  }

  static clearsOf (object) {
    cellsOf(object) // throws where there are none
    return object.#clears
  }

  // In the next, no call comes between what Rust does and the new integers, where
  // it has moved to some: with no stack left it would throw, and the two would part.

  static clear (object) {
    const manager = Hidden.managerOf(object)
    const cells = manager.clear()
    if (object.#cells[WORDS] !== 0) object.#cells = cells
    object.#clears++
  }

  /** Answers `start`, or a refusal. */
  static reserve (object, start, end) {
    const manager = Hidden.managerOf(object)
    const cells = manager.reserve(start, end)
    if (object.#cells[WORDS] !== 0) object.#cells = cells
    return registers[SLOT]
  }

  /** Answers the slot, or a refusal. */
  static get (object) {
    registers[MANAGER] = object.#cells[OWNER]
    const cells = crossToGet() // undefined where it has not moved
    if (cells !== undefined && object.#cells[WORDS] !== 0) object.#cells = cells
    return registers[SLOT]
  }

  static give (object, maxSlots) {
    try {
      new Hidden(object, maxSlots) // eslint-disable-line no-new
    } catch (error) {
      if (!Hidden.has(object)) throw error
      // It has one already. Like 0.1.0, start afresh.
      const fresh = new Hidden({}, maxSlots)
      object.#cells = fresh.#cells
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

  // For tests and benchmarks: integers in which no call finds its fast path.
  static withoutFastPaths (object) {
    const cells = new Integers(BITS)
    cells[OWNER] = object.#cells[OWNER]
    object.#cells = cells
    return object
  }
}

const { cellsOf, managerOf } = Hidden

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
  const maxSlots = maxSlotsOf(arguments.length === 0 ? undefined : arguments[0])
  EventEmitter.call(this)
  Hidden.give(this, maxSlots)
}

inherits(CallosumServerSlots, EventEmitter)

/**
 * Takes the lowest free slot. Constant time; a call into Rust where memory has to
 * grow, or no slot is free.
 *
 * @returns {number|undefined} the slot, from 0 to 2147483646; undefined where
 *   none is free, after 'error' with the code ERR_NO_FREE_SLOT
 */
CallosumServerSlots.prototype.get = function () {
  const cells = cellsOf(this)
  const slot = cells[START]
  if (slot < cells[END]) {
    cells[START] = slot + 1
    return slot
  }
  // The lane is used up. The lowest free slot begins the next one.
  if (cells[COUNT] !== 0) return getFromMap(cells)
  const tail = cells[TAIL]
  const capacity = cells[CAPACITY]
  if (tail < capacity) {
    cells[START] = tail + 1
    cells[END] = capacity
    cells[TAIL] = capacity
    return tail
  }
  return getByCrossing(this)
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
  const cells = cellsOf(this)
  if (isSlot(slot)) {
    // When no slot below the tail is free, this one is in use.
    if (cells[START] === cells[END] && cells[COUNT] === 0 && slot < cells[TAIL]) return beginLane(cells, slot)
    if (slot < cells[START]) return putBelowLane(cells, slot)
    if (slot < cells[TAIL] ? putAboveLane(cells, slot) : putByCrossing(cells, slot)) return
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
    const reserved = Hidden.reserve(this, slot, slot + 1)
    if (reserved === OUT_OF_MEMORY) this.emit('error', noFreeSlot('memory was refused'))
    return reserved === slot
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
  for (const [start, end] of inUse) {
    if (Hidden.reserve(slots, start, end) === OUT_OF_MEMORY) throw noFreeSlot('memory was refused')
  }
  managerOf(slots).raiseMaxSlotGiven(maxSlotGiven)
  return slots
}

// What the lane had is forgotten.
function beginLane (cells, slot) {
  const start = cells[START]
  if (start > cells[GIVEN]) cells[GIVEN] = start
  cells[START] = slot
  cells[END] = slot + 1
}

// In the next, calls come before the first change: with no stack left a call throws,
// and then nothing has changed.

// Nothing below the lane is free, so the slot is in use. It begins the new lane.
function putBelowLane (cells, slot) {
  const start = cells[START]
  if (slot + 1 === start) {
    if (start > cells[GIVEN]) cells[GIVEN] = start
    cells[START] = slot
    return
  }
  const end = cells[END]
  const isTail = end === cells[TAIL]
  if (!isTail && start !== end) markRun(cells, start, end)
  beginLane(cells, slot)
  if (start === end) return
  if (isTail) {
    cells[TAIL] = start
    return
  }
  for (let from = start; from < end;) {
    const next = (from | 31) + 1
    const to = next < end ? next : end
    cells[BITS + (from >>> 5)] |= -1 >>> 32 - (to - from) << from
    cells[COUNT] += to - from
    from = to
  }
}

// Below the tail, what is in neither lane nor map is in use. Says whether it was.
function putAboveLane (cells, slot) {
  if (slot < cells[END]) return false
  const word = slot >>> 5
  const bits = cells[BITS + word]
  const bit = 1 << slot // of the 32; JavaScript shifts modulo 32
  if ((bits & bit) !== 0) return false
  if (bits === 0) mark(cells, word)
  cells[BITS + word] = bits | bit
  cells[COUNT]++
  return true
}

// Takes the map's lowest run as the lane, as far as it is in one integer.
function getFromMap (cells) {
  let word = cells[START] >>> 5 // no slot below is free
  let bits = cells[BITS + word]
  if (bits === 0) {
    word = nextWord(cells, word)
    bits = cells[BITS + word]
  }
  const lowest = bits & -bits
  const rest = bits & bits + lowest // the sum carries through the run
  const slot = (word << 5) + 31 - clz32(lowest)
  const end = (word << 5) + 32 - clz32(bits ^ rest)
  cells[BITS + word] = rest
  cells[COUNT] -= end - slot
  cells[START] = slot + 1
  cells[END] = end
  return slot
}

// The map's integers are the leaves of a 32-ary tree, in which a bit says that the
// integer below may not be 0. Leaf i is node words + i, and the node above node i
// is i >>> 5. Node 0 is the uppermost.

// Some leaf will not be 0 any more.
function mark (cells, word) {
  const words = cells[WORDS]
  let node = words + word
  let bits
  do {
    const bit = 1 << node
    node >>>= 5
    const i = BITS + words + node
    bits = cells[i]
    cells[i] = bits | bit
  } while (bits === 0 && node !== 0)
}

function markRun (cells, start, end) {
  const last = end - 1 >>> 5
  for (let word = start >>> 5; word <= last; word++) {
    if (cells[BITS + word] === 0) mark(cells, word)
  }
}

// The lowest leaf that is not 0, where there is one and all up to this one are:
// up until there is a bit, and down along the lowest ones. Bits that turn out to
// stand for a 0 are taken away.
function nextWord (cells, word) {
  const words = cells[WORDS]
  let node = words + word
  while (true) {
    let bits
    do {
      const bit = 1 << node
      node >>>= 5
      const i = BITS + words + node
      bits = cells[i] & ~bit
      cells[i] = bits
    } while (bits === 0 && node !== 0)
    if (bits === 0) markAll(cells) // only after a put that was ended half-way, as by a vm timeout
    while (bits !== 0 && node < words) {
      node = (node << 5) + 31 - clz32(bits & -bits)
      bits = cells[node < words ? BITS + words + node : BITS - words + node]
    }
    if (bits !== 0) return node - words
  }
}

function markAll (cells) {
  const words = cells[WORDS]
  for (let word = 0; word < words; word++) {
    if (cells[BITS + word] === 0) continue
    for (let node = words + word; node !== 0; node >>>= 5) {
      cells[BITS + words + (node >>> 5)] |= 1 << node
    }
  }
}

function getByCrossing (slots) {
  const slot = Hidden.get(slots)
  if (slot >= 0) return slot
  slots.emit('error', noFreeSlot(slot === OUT_OF_MEMORY ? 'memory was refused' : 'all are in use'))
}

// From the tail up, Rust knows which slots were reserved far ahead.
function putByCrossing (cells, slot) {
  registers[MANAGER] = cells[OWNER]
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
