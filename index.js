'use strict'

const EventEmitter = require('events')
const { inherits, inspect } = require('util')
const { allocationFailed, checkedSnapshot, invalidSlot, isNonNegativeInt32, isSlot, maxSlotsOf, wrongConstructor } = require('./lib/errors.js')
const { Internals, OUT_OF_MEMORY } = require('./lib/internals.js')
const {
  BITMAP_OFFSET, CAPACITY, CURSOR, FREE_COUNT, HIGH_WATER, LEAF_WORDS, LIMIT, MAX_GIVEN, SPARSE_COUNT
} = require('./lib/layout.js')

const { leasesOf, nativeOf, readableWordsOf, wordsOf } = Internals
const { clz32 } = Math
const { defineProperty } = Object

// An own, enumerable property, by which assert.deepStrictEqual() and the like tell managers
// in different states apart. They do not see private fields.
const STATE = Symbol('state')
const state = { get () { return members.toJSON.call(this) }, enumerable: true }

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * Every free slot below the high-water mark is a set bit in a hierarchical bitmap. The
 * cursor is the index of the lowest leaf word that might be non-zero. JavaScript owns the
 * words and lends them to Rust. Both run get() and put() in the same steps, and keep the
 * invariants C1 to C4 (src/free_map.rs, src/slots.rs). Rust is called when the bitmap has to
 * grow.
 *
 * @param {object} [options]
 * @param {number} [options.maxSlots=2147483647] how many slots there are
 * @fires CallosumServerSlots#error if a slot is invalid or an allocation failed
 * @fires CallosumServerSlots#full if all slots are in use; nobody has to listen
 */
function CallosumServerSlots (/* options */) {
  if (!(this instanceof CallosumServerSlots)) {
    throw new TypeError("CallosumServerSlots is a constructor: call it with 'new'")
  }
  const maxSlots = maxSlotsOf(arguments.length === 0 ? undefined : arguments[0])
  EventEmitter.call(this)
  Internals.attach(this, maxSlots)
  defineProperty(this, STATE, state)
}

inherits(CallosumServerSlots, EventEmitter)

// Execution can be terminated in any loop or call, as by a vm timeout. In get(), put()
// and their helpers all loops and calls come before the first write that matters, and
// FREE_COUNT is never more than the number of set bits. So at most the slot that the call was
// about to give or take is lost.

/**
 * Takes the lowest free slot. Constant time, amortised over the growth of the bitmap.
 *
 * @returns {number|undefined} the slot, from 0 to 2147483646; undefined after 'full', and
 *   after 'error' with the code ERR_MEMORY_ALLOCATION_FAILED
 */
CallosumServerSlots.prototype.get = function () {
  const words = wordsOf(this)
  // Words that are zero after a panic, or read as undefined because they are detached, lead to
  // Rust, which throws.
  if (!(words[FREE_COUNT] > 0)) {
    const slot = words[HIGH_WATER]
    if (!(slot < words[CAPACITY])) return getAtCapacity(this, slot)
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
 * @returns {undefined|boolean} undefined on success; after an error what emit returned,
 *   which is true, as in 0.1.0: do not test it for success.
 */
CallosumServerSlots.prototype.put = function (slot) {
  const words = wordsOf(this)
  if (!isNonNegativeInt32(slot) || !(slot < words[HIGH_WATER])) return putSparse(this, slot)
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

// Sets the summary bits of a node that becomes non-zero: its own, and those of its
// ancestors that become non-zero by it. The highest comes first, so that C2 holds after
// every step.
function setSummaryBits (words, node) {
  const parent = node >>> 5
  const summary = BITMAP_OFFSET + words[LEAF_WORDS] + parent
  const bits = words[summary]
  if (bits === 0 && parent !== 0) setSummaryBits(words, parent)
  words[summary] = bits | 1 << node
}

// The lowest non-zero leaf word, if the given one and all before it are zero. Goes up until
// a summary word is non-zero, then down along the lowest set bits. Clears each summary bit
// whose child it has just seen to be zero; clearing others would break C2.
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

function getAtCapacity (slots, capacity) {
  const isFull = capacity > 0 && capacity === wordsOf(slots)[LIMIT]
  const slot = isFull ? undefined : Internals.take(slots)
  if (slot >= 0) return slot
  if (slot === OUT_OF_MEMORY) slots.emit('error', allocationFailed())
  else slots.emit('full')
}

// The other members are not hot. They are not enumerable; get() and put() are, as in 0.1.0.
const members = {
  /** How many slots are in use. */
  get size () {
    const words = readableWordsOf(this)
    return words[HIGH_WATER] - words[FREE_COUNT] + words[SPARSE_COUNT]
  },

  /** How many slots there are, in use or free. */
  get maxSlots () { return readableWordsOf(this)[LIMIT] },

  /** One more than the highest slot that was ever taken or reserved; 0 if none was. */
  get maxSlotGiven () {
    return maxSlotGivenOf(readableWordsOf(this))
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
    const slot = highWater > 0 && words[SPARSE_COUNT] === 0 ? highWater : nativeOf(this).peek(words)
    return slot >= 0 && slot < words[LIMIT] ? slot : undefined
  },

  /** Whether the slot is in use; false for anything that is not a valid slot. */
  has (slot) {
    const words = readableWordsOf(this)
    if (!isNonNegativeInt32(slot)) return false
    if (slot < words[HIGH_WATER]) return (words[BITMAP_OFFSET + (slot >>> 5)] & 1 << slot) === 0
    return words[SPARSE_COUNT] !== 0 && nativeOf(this).has(words, slot)
  },

  /**
   * Takes the given slot, as for a connection taken over after a restart.
   *
   * @returns {boolean} false if it is in use already; false too after 'error':
   *   ERR_INVALID_SLOT if it is not a valid slot or not below maxSlots,
   *   ERR_MEMORY_ALLOCATION_FAILED
   */
  reserve (slot) {
    if (!isBelowLimit(this, slot)) return false
    const reserved = Internals.take(this, slot)
    if (reserved === OUT_OF_MEMORY) this.emit('error', allocationFailed())
    return reserved === slot
  },

  /** Frees all slots. maxSlotGiven is 0 again. */
  clear () {
    Internals.reset(this, readableWordsOf(this)[LIMIT])
  },

  /** Iterates over the slots in use at the time of the call, ascending. */
  values () {
    return slotsOf(Internals.runsOf(this, 0))
  },

  /**
   * Takes the lowest free slot, or the given one. `release()` puts it back, once. It can be
   * called without a receiver.
   *
   * @param {number} [slot]
   * @returns {{slot: number, release: function(): void}|undefined} undefined if no slot
   *   is free, after the same event as from get(); undefined if the given slot is in use,
   *   or cannot be reserved, after the same event as from reserve()
   */
  lease (slot) {
    const lease = newLease(this)
    const leases = leasesOf(this)
    if (slot === undefined) slot = this.get()
    else if (!this.reserve(slot)) return undefined
    if (slot === undefined) return undefined
    // The slot is taken: from here on, nothing may fail because the stack is full.
    lease.slot = slot === 0 ? 0 : slot // never -0
    leases.set(lease.slot, lease)
    try {
      if (leasesOf(this) !== leases) leasesOf(this).set(lease.slot, lease) // an overridden get() called clear()
    } catch (_) {}
    return lease
  },

  /**
   * A lease for a slot that is in use and has none, as after from().
   *
   * @param {number} slot
   * @returns {{slot: number, release: function(): void}|undefined} undefined if the slot
   *   is free or leased already; undefined too after 'error' with ERR_INVALID_SLOT if it
   *   is not a valid slot or not below maxSlots
   */
  adopt (slot) {
    if (!isBelowLimit(this, slot) || !this.has(slot) || leasesOf(this).has(slot)) return undefined
    return keepLease(this, newLease(this), slot)
  },

  /** The state as plain data: maxSlots, maxSlotGiven, the runs [start, end) in use. Leases are not part of it. */
  toJSON () {
    const words = readableWordsOf(this)
    const runs = Internals.runsOf(this, 0)
    const inUse = []
    for (let i = 0; runs[i + 1] > 0; i += 2) inUse.push([runs[i], runs[i + 1]])
    return { maxSlots: words[LIMIT], maxSlotGiven: maxSlotGivenOf(words), inUse }
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
 * A manager in the state that toJSON() described, of the class it is called on.
 *
 * @param {object} json
 * @param {object} [options]
 * @param {number} [options.maxSlots=json.maxSlots] another limit
 * @throws {TypeError} ERR_INVALID_ARG_TYPE if a part is missing or of a wrong type
 * @throws {RangeError} ERR_OUT_OF_RANGE if a number is out of its range, or a slot in use
 *   is not below the limit
 * @throws {Error} ERR_MEMORY_ALLOCATION_FAILED
 */
function from (json, options) {
  const { maxSlots, maxSlotGiven, runs } = checkedSnapshot(json, options)
  // `from` is a named export too, so `this` may be anything.
  const Class = typeof this === 'function' ? this : CallosumServerSlots
  const slots = new Class({ maxSlots })
  if (slots.maxSlots !== maxSlots) {
    throw wrongConstructor(slots.maxSlots, maxSlots)
  }
  try {
    Internals.restore(slots, maxSlots, runs, maxSlotGiven)
  } catch (error) {
    throw error instanceof RangeError ? allocationFailed() : error
  }
  return slots
}

// A slot at or above the high-water mark is in use only if it is a sparse reservation,
// of which Rust knows.
function putSparse (slots, slot) {
  const words = readableWordsOf(slots)
  const isFreed = isNonNegativeInt32(slot) && words[SPARSE_COUNT] !== 0 && nativeOf(slots).put(words, slot)
  return isFreed ? undefined : refuse(slots, slot)
}

function refuse (slots, slot) {
  return slots.emit('error', invalidSlot(slot, wordsOf(slots)[LIMIT]))
}

/** Whether the value is a slot below the limit. If not, emits the error. */
function isBelowLimit (slots, slot) {
  const limit = readableWordsOf(slots)[LIMIT]
  if (isSlot(slot) && slot < limit) return true
  refuse(slots, slot)
  return false
}

function maxSlotGivenOf (words) {
  const highWater = words[HIGH_WATER]
  const given = words[MAX_GIVEN]
  return given > highWater ? given : highWater
}

// A lease that has no slot yet. The map already stores it, under undefined: the stack and
// the memory that storing takes must be there before the slot is taken.
function newLease (slots) {
  let isReleasing = false
  const release = () => {
    if (isReleasing || leasesOf(slots).get(lease.slot) !== lease) return
    isReleasing = true // put() may be overridden, and call release()
    let isFree
    try {
      slots.put(lease.slot)
      isFree = true
    } catch (error) {
      isFree = !members.has.call(slots, lease.slot) // put() may have thrown after it freed the slot
      throw error
    } finally {
      isReleasing = false
      const leases = leasesOf(slots)
      if (isFree && leases.get(lease.slot) === lease) leases.delete(lease.slot)
    }
  }
  const lease = { slot: undefined, release }
  if (Symbol.dispose !== undefined) lease[Symbol.dispose] = release
  return keepLease(slots, lease, undefined)
}

// Stores the lease of a slot. It stays until it is released, until another lease of the
// same slot replaces it, or until clear().
function keepLease (slots, lease, slot) {
  lease.slot = slot === 0 ? 0 : slot // never -0
  leasesOf(slots).set(lease.slot, lease)
  return lease
}

function * slotsOf (runs) {
  for (let i = 0; runs[i + 1] > 0; i += 2) {
    for (let slot = runs[i]; slot < runs[i + 1]; slot++) yield slot
  }
}

// This form lets cjs-module-lexer detect the named exports.
module.exports = CallosumServerSlots
module.exports.CallosumServerSlots = CallosumServerSlots
module.exports.from = from
