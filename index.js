'use strict'

const EventEmitter = require('events')
const { inherits, inspect } = require('util')
const native = require('./lib/load-native.js')
const { isNonNegativeInt32, maxSlotsOf, checkedSnapshot, noFreeSlot, invalidSlot } = require('./lib/errors.js')
const { Internals, orUndefined } = require('./lib/internals.js')
const {
  BITMAP_OFFSET, CAPACITY, CURSOR, FREE_COUNT, HIGH_WATER, LEAF_WORDS, LIMIT, MAX_GIVEN, OUT_OF_MEMORY, SPARSE_COUNT
} = require('./lib/layout.js')

const { managerOf, wordsOf } = Internals
const { clz32 } = Math

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * Every free slot below the high-water mark is a set bit in a hierarchical bitmap. The
 * cursor is the index of the lowest leaf word that might be non-zero. The words are
 * shared with Rust, which runs get() and put() in the same steps (src/slots.rs states
 * the invariants, C1 to C4) and is called when the bitmap has to grow.
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
  Internals.attach(this, maxSlots)
}

inherits(CallosumServerSlots, EventEmitter)

// Execution can be terminated in any loop or call, as by a vm timeout. In get(), put()
// and their helpers all of these come before the first write that matters, and the count
// is never more than the number of set bits: so nothing is lost but the slot in flight.

/**
 * Takes the lowest free slot. Constant time, amortised over the growth of the bitmap.
 *
 * @returns {number|undefined} the slot, from 0 to 2147483646; undefined if none is
 *   free, after 'error' with the code ERR_NO_FREE_SLOT
 */
CallosumServerSlots.prototype.get = function () {
  const words = wordsOf(this)
  if (!(words[FREE_COUNT] > 0)) { // written so that detached memory, all undefined, leads to Rust
    const slot = words[HIGH_WATER]
    if (!(slot < words[CAPACITY])) return getByNative(this)
    words[HIGH_WATER] = slot + 1
    return slot
  }
  const word = moveCursor(words)
  const bits = words[BITMAP_OFFSET + word]
  const lowest = bits & -bits
  words[FREE_COUNT]--
  words[BITMAP_OFFSET + word] = bits ^ lowest
  return (word << 5) + 31 - clz32(lowest)
}

/**
 * Frees a slot that is in use. Constant time; logarithmic for a sparse reservation.
 *
 * Anything else changes nothing and emits 'error' with the code ERR_INVALID_SLOT and
 * the value as `slot`, which throws if nobody listens.
 *
 * @param {number} slot
 * @returns {undefined|boolean} undefined; after an error, what emit returned
 */
CallosumServerSlots.prototype.put = function (slot) {
  const words = wordsOf(this)
  if (!isNonNegativeInt32(slot) || !(slot < words[HIGH_WATER])) return putByNative(this, slot)
  const word = slot >>> 5
  const bits = words[BITMAP_OFFSET + word]
  const bit = 1 << slot // JavaScript shifts modulo 32
  if ((bits & bit) !== 0) return refuse(this, slot)
  const cursor = words[CURSOR]
  if (words[FREE_COUNT] === 0) {
    words[CURSOR] = word
  } else if (word < cursor) {
    if (words[BITMAP_OFFSET + cursor] !== 0) setSummaryBits(words, words[LEAF_WORDS] + cursor)
    words[CURSOR] = word
  } else if (bits === 0 && word !== cursor) {
    setSummaryBits(words, words[LEAF_WORDS] + word)
  }
  words[BITMAP_OFFSET + word] = bits | bit
  words[FREE_COUNT]++
}

// Moves the cursor to the lowest non-zero leaf word, and returns it. There must be one.
function moveCursor (words) {
  const cursor = words[CURSOR]
  if (words[BITMAP_OFFSET + cursor] !== 0) return cursor
  const word = nextWord(words, cursor)
  words[CURSOR] = word
  return word
}

// Leaf word i is node LEAF_WORDS + i of the tree, summary word i is node i, the parent
// of node i is node i >>> 5, and node 0 is the root.

// Sets the summary bits of a node that becomes non-zero: its own, and those of the
// summary words that become non-zero by it. The highest comes first, so that C2 holds
// after every step.
function setSummaryBits (words, node) {
  const summaries = BITMAP_OFFSET + words[LEAF_WORDS]
  const parent = node >>> 5
  const bits = words[summaries + parent]
  if (bits === 0 && parent !== 0) {
    const grandparent = parent >>> 5
    const above = words[summaries + grandparent]
    if (above === 0 && grandparent !== 0) setSummaryBits(words, grandparent)
    words[summaries + grandparent] = above | 1 << parent
  }
  words[summaries + parent] = bits | 1 << node
}

// The lowest non-zero leaf word, if the given one and all before it are zero: up until a
// summary word is non-zero, then down along the lowest set bits. Clears each summary bit
// whose word it has just seen to be zero; clearing others would break C2.
function nextWord (words, word) {
  const leafWords = words[LEAF_WORDS]
  const leaves = BITMAP_OFFSET - leafWords
  const summaries = BITMAP_OFFSET + leafWords
  let node = leafWords + word
  while (true) {
    let bits = 0
    while (bits === 0) {
      if (node === 0) throw corrupted()
      const bit = 1 << node
      node >>>= 5
      bits = words[summaries + node] & ~bit
      words[summaries + node] = bits
    }
    while (bits !== 0 && node < leafWords) {
      node = (node << 5) + 31 - clz32(bits & -bits)
      bits = words[node < leafWords ? summaries + node : leaves + node]
    }
    if (bits !== 0) return node - leafWords
  }
}

function corrupted () {
  return new Error('callosum-server-slots: internal error: the free map has fewer bits than it counts')
}

function getByNative (slots) {
  const slot = Internals.get(slots)
  if (slot >= 0) return slot
  slots.emit('error', noFreeSlot(slot === OUT_OF_MEMORY ? 'memory was refused' : 'all are in use'))
}

// Everything else is not hot, and not enumerable either, unlike in 0.1.0.
const members = {
  /** How many slots are in use. */
  get size () {
    const words = wordsOf(this)
    return words[HIGH_WATER] - words[FREE_COUNT] + words[SPARSE_COUNT]
  },

  /** How many slots there are, in use or free. */
  get maxSlots () { return wordsOf(this)[LIMIT] },

  /** One more than the highest slot that was ever taken or reserved; 0 if none was. */
  get maxSlotGiven () {
    const words = wordsOf(this)
    const highWater = words[HIGH_WATER]
    const given = words[MAX_GIVEN]
    return given > highWater ? given : highWater
  },

  /** What get() would return; undefined if no slot is free. Emits nothing. */
  peek () {
    const words = wordsOf(this)
    if (words[FREE_COUNT] > 0) {
      const word = moveCursor(words)
      const bits = words[BITMAP_OFFSET + word]
      return (word << 5) + 31 - clz32(bits & -bits)
    }
    const highWater = words[HIGH_WATER]
    if (highWater < words[CAPACITY]) return highWater
    if (highWater === words[LIMIT]) return undefined
    return words[SPARSE_COUNT] === 0 ? highWater : orUndefined(managerOf(this).peek())
  },

  /** Whether the slot is in use; false for anything that is not a valid slot. */
  has (slot) {
    const words = wordsOf(this)
    if (!isNonNegativeInt32(slot)) return false
    if (slot < words[HIGH_WATER]) return (words[BITMAP_OFFSET + (slot >>> 5)] & 1 << slot) === 0
    return words[SPARSE_COUNT] !== 0 && managerOf(this).has(slot)
  },

  /**
   * Takes that very slot, as for a connection taken over after a restart.
   *
   * @returns {boolean} false where it is in use already; false too after 'error':
   *   ERR_INVALID_SLOT for what is no slot, ERR_NO_FREE_SLOT for want of memory
   */
  reserve (slot) {
    if (!isNonNegativeInt32(slot) || slot >= wordsOf(this)[LIMIT]) {
      this.emit('error', invalidSlot(slot))
      return false
    }
    const reserved = Internals.reserve(this, slot, slot + 1)
    if (reserved === OUT_OF_MEMORY) this.emit('error', noFreeSlot('memory was refused'))
    return reserved === slot
  },

  /** Frees all slots, as if none had ever been given. */
  clear () {
    Internals.clear(this)
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
    const clears = Internals.clearsOf(this)
    const slot = this.get()
    if (slot === undefined) return undefined
    let released = false
    const release = () => {
      if (released) return
      released = true
      if (Internals.clearsOf(this) === clears) this.put(slot)
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
    if (!Internals.has(this)) return `${name} {}`
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
  Internals.clear(slots) // a constructor may have taken some
  for (const [start, end] of inUse) {
    if (Internals.reserve(slots, start, end) === OUT_OF_MEMORY) throw noFreeSlot('memory was refused')
  }
  managerOf(slots).raiseMaxSlotGiven(maxSlotGiven)
  return slots
}

// A slot at or above the high-water mark is in use only if it is a sparse reservation,
// of which Rust knows.
function putByNative (slots, slot) {
  if (isNonNegativeInt32(slot) && Internals.put(slots, slot)) return
  return refuse(slots, slot)
}

function refuse (slots, slot) {
  return slots.emit('error', invalidSlot(slot))
}

function * slotsOf (runs) {
  for (let i = 0; i < runs.length; i += 2) {
    for (let slot = runs[i]; slot < runs[i + 1]; slot++) yield slot
  }
}

// Not part of the API: what the project's own tests and benchmarks need.
Object.defineProperty(CallosumServerSlots, Symbol.for('callosum-server-slots.internals'), {
  value: { native, managerOf, withoutFastPaths: Internals.withoutFastPaths }
})

// This form lets cjs-module-lexer detect the named exports.
module.exports = CallosumServerSlots
module.exports.CallosumServerSlots = CallosumServerSlots
module.exports.from = from
