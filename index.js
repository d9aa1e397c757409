'use strict'

const EventEmitter = require('events')
const { inherits, inspect } = require('util')
const { allocationFailed, checkedSnapshot, emitError, invalidSlot, isNonNegativeInt32, isSlot, maxSlotsOf, wrongConstructor } = require('./lib/errors.js')
const { Internals, OUT_OF_MEMORY } = require('./lib/internals.js')
const {
  BITMAP_OFFSET, CAPACITY, CURSOR, FREE_COUNT, HIGH_WATER, LEAF_WORDS, LEASE_COUNT, LIMIT, SPARSE_COUNT
} = require('./lib/layout.js')
const { Lease, Leases } = require('./lib/leases.js')
const { SlotIterator } = require('./lib/values.js')
const { lowestFree, maxSlotGivenOf, maxSlotInUseOf, moveCursor, setSummaryBits, sizeOf } = require('./lib/words.js')

const { leasesOf, nativeOf, readableWordsOf, wordsOf } = Internals
const { clz32 } = Math
const { defineProperty } = Object

// An own, enumerable property, by which assert.deepStrictEqual() and the like tell managers
// in different states apart. They do not see private fields.
const STATE = Symbol('state')
const state = { __proto__: null, get () { return members.toJSON.call(this) }, enumerable: true }

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * Every free slot below the high-water mark is a set bit in a hierarchical bitmap. The
 * cursor is the index of the lowest leaf word that might be non-zero. JavaScript owns the
 * words and lends them to Rust. Both run get() and put() in the same steps, and keep the
 * invariants C1 to C4 (src/free_map.rs, src/slots.rs). Rust is called for what is rare: growth,
 * sparse reservations, and lists of the slots in use.
 *
 * @param {object} [options]
 * @param {number} [options.maxSlots=2147483647] how many slots there are
 * @param {boolean} [options.captureRejections] as for EventEmitter
 * @fires CallosumServerSlots#error if a slot is invalid or an allocation failed
 * @fires CallosumServerSlots#full if get() or lease() finds no free slot; nobody has to listen
 */
function CallosumServerSlots (/* options: not named, so that `length` is 0, as in 0.1.0 */) {
  if (!(this instanceof CallosumServerSlots)) {
    throw new TypeError("CallosumServerSlots is a constructor: call it with 'new'")
  }
  const options = arguments.length === 0 ? undefined : arguments[0]
  const maxSlots = maxSlotsOf(options)
  EventEmitter.call(this, options)
  Internals.attach(this, maxSlots)
  defineProperty(this, STATE, state)
}

inherits(CallosumServerSlots, EventEmitter)

// Execution can be terminated in any loop or call, as by a vm timeout. In get(), put() and their
// helpers the writes that take the slot or put it back come last: those of its bit, FREE_COUNT
// and HIGH_WATER. Earlier ones keep the invariants, each by itself. FREE_COUNT is never more than
// the number of set bits. So at most the slot that the call was about to take or to put back is lost.

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
    // Stryker disable next-line ConditionalExpression: getAtCapacity() takes every slot right, but takes longer
    if (!(slot < words[CAPACITY])) return getAtCapacity(this)
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
 * Frees a slot that is in use, and ends its lease. Constant time; logarithmic for a sparse
 * reservation.
 *
 * Anything else changes nothing and emits 'error' with the code ERR_INVALID_SLOT and
 * the value as `slot`, which throws if nobody listens.
 *
 * @param {number} slot
 * @returns {undefined|boolean} undefined on success; true after an error, as in 0.1.0: do
 *   not test it for success.
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
  // Stryker disable next-line ConditionalExpression: if they are not 0, the bit above is set already
  } else if (bits === 0 && word !== cursor) {
    setSummaryBits(words, words[LEAF_WORDS] + word)
  }
  // Stryker disable next-line ConditionalExpression: it saves time
  if (words[LEASE_COUNT] !== 0) endLease(this, slot)
  words[BITMAP_OFFSET + word] = bits | bit
  words[FREE_COUNT]++
}

const { put } = CallosumServerSlots.prototype

function getAtCapacity (slots) {
  if (!growIfFull(slots)) return undefined
  const slot = lowestFree(wordsOf(slots))
  take(slots, slot, undefined, 0)
  return slot
}

// Makes the bitmap cover a free slot. False after 'full' or 'error'.
function growIfFull (slots) {
  let words = readableWordsOf(slots)
  while (lowestFree(words) === words[CAPACITY]) {
    if (words[CAPACITY] === words[LIMIT]) {
      slots.emit('full')
      return false
    }
    if (!Internals.grow(slots)) {
      emitError(slots, allocationFailed())
      return false
    }
    words = wordsOf(slots)
  }
  return true
}

// Takes a slot if it is free. False if it is in use, and after 'error'. With another number than
// 0 it also leases the slot: the number is that of the lease, and the leases have room for it.
// Between the first write and the last there is no loop, and no call but of built-in methods and
// of Rust.
function take (slots, slot, leases, number) {
  let words = wordsOf(slots)
  const highWater = words[HIGH_WATER]
  // Stryker disable next-line ConditionalExpression: it saves time, as Rust does the same
  if (slot < highWater) {
    const i = BITMAP_OFFSET + (slot >>> 5)
    const bits = words[i]
    const bit = 1 << slot
    if ((bits & bit) === 0) return false
    words[FREE_COUNT]--
    words[i] = bits ^ bit
  } else if (slot === highWater && slot < words[CAPACITY]) {
    words[HIGH_WATER] = slot + 1
  } else {
    const taken = Internals.reserve(slots, slot)
    if (taken === OUT_OF_MEMORY) emitError(slots, allocationFailed())
    if (taken !== slot) return false
    words = wordsOf(slots)
  }
  if (number !== 0) {
    words[LEASE_COUNT]++
    if (slot < leases.end) leases.numbers[slot] = number
    else leases.pages.get(slot >>> 16).set(slot, number)
  }
  return true
}

// The other members are not hot. They are not enumerable; get() and put() are, as in 0.1.0.
const members = {
  /** How many slots are in use. */
  get size () {
    return sizeOf(readableWordsOf(this))
  },

  /** How many slots there are, in use or free. */
  get maxSlots () { return readableWordsOf(this)[LIMIT] },

  /** One more than the highest slot that was ever taken; 0 if none was. */
  get maxSlotGiven () {
    return maxSlotGivenOf(readableWordsOf(this))
  },

  /** One more than the highest slot in use; 0 if none is. Linear in the capacity, by 32 slots a step. */
  get maxSlotInUse () {
    const words = readableWordsOf(this)
    if (words[SPARSE_COUNT] === 0) return maxSlotInUseOf(words)
    let i = 0
    const runs = Internals.runsOf(this, words[CAPACITY])
    while (runs[i + 3] > 0) i += 2
    return runs[i + 1]
  },

  /** What get() would return; undefined if no slot is free. Emits nothing. */
  peek () {
    const words = wordsOf(this)
    const lowest = lowestFree(words)
    if (lowest < words[CAPACITY]) return lowest
    const slot = lowest > 0 && words[SPARSE_COUNT] === 0 ? lowest : nativeOf(this).peek(words)
    return slot === -1 || slot === words[LIMIT] ? undefined : slot
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
    return isBelowLimit(this, slot) && take(this, slot, undefined, 0)
  },

  /** Frees all slots, and ends all leases. maxSlotGiven is 0 again. */
  clear () {
    Internals.reset(this, readableWordsOf(this)[LIMIT])
  },

  /** Iterates over the slots in use at the time of the call, ascending. */
  values () {
    const words = readableWordsOf(this)
    // Stryker disable next-line ConditionalExpression: it saves time
    return new SlotIterator(words, words[SPARSE_COUNT] === 0 ? undefined : Internals.runsOf(this, words[CAPACITY]))
  },

  /**
   * Takes the lowest free slot, or the given one. `release()` puts it back, at most once. It can
   * be called without a receiver.
   *
   * @param {number} [slot]
   * @returns {{slot: number, release: function(): void}|undefined} undefined if no slot
   *   is free, after the same event as from get(); undefined if the given slot is in use,
   *   or cannot be reserved, after the same event as from reserve(); undefined after 'error'
   *   with ERR_MEMORY_ALLOCATION_FAILED
   */
  lease (slot) {
    if (slot === undefined) {
      const words = wordsOf(this)
      slot = lowestFree(words)
      // Stryker disable next-line ConditionalExpression: growIfFull() does nothing if there is no need
      if (!(slot < words[CAPACITY])) {
        if (!growIfFull(this)) return undefined
        slot = lowestFree(wordsOf(this))
      }
    } else if (!isBelowLimit(this, slot) || members.has.call(this, slot)) {
      return undefined
    }
    const leases = leasesWithRoom(this, slot)
    if (leases === undefined) return undefined
    const number = Leases.newNumber()
    const lease = newLease(this, slot, number)
    return take(this, slot, leases, number) ? lease : undefined
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
    if (!isBelowLimit(this, slot) || !members.has.call(this, slot) || leasesOf(this).numberOf(slot) !== 0) return undefined
    const leases = leasesWithRoom(this, slot)
    if (leases === undefined) return undefined
    const number = Leases.newNumber()
    const lease = newLease(this, slot, number)
    wordsOf(this)[LEASE_COUNT]++
    leases.set(slot, number)
    return lease
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
    let name = this.constructor && this.constructor.name
    if (typeof name !== 'string' || name === '') name = 'CallosumServerSlots'
    if (!Internals.has(this)) return `${name} {}`
    const words = readableWordsOf(this)
    const shown = { size: sizeOf(words), maxSlotGiven: maxSlotGivenOf(words), next: members.peek.call(this), maxSlots: words[LIMIT] }
    return `${name} ${inspect(shown, { ...options, breakLength: Infinity })}`
  }
}

for (const key of Reflect.ownKeys(members)) {
  const member = Object.getOwnPropertyDescriptor(members, key)
  Object.defineProperty(CallosumServerSlots.prototype, key, { __proto__: null, ...member, enumerable: false })
}

Object.defineProperty(CallosumServerSlots.prototype, Symbol.iterator, {
  __proto__: null,
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
  const { optionsOfNew, maxSlotGiven, runs } = checkedSnapshot(json, options)
  const { maxSlots } = optionsOfNew
  // It may be called without the class, as after `const { from } = require(…)`.
  const Class = typeof this === 'function' ? this : CallosumServerSlots
  const slots = new Class(optionsOfNew)
  const actual = readableWordsOf(slots)[LIMIT]
  if (actual !== maxSlots) throw wrongConstructor(actual, maxSlots)
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
  // Stryker disable next-line ConditionalExpression: the second half saves time, as Rust refuses the same
  if (!isNonNegativeInt32(slot) || words[SPARSE_COUNT] === 0) return refuse(slots, slot)
  const native = nativeOf(slots)
  // Stryker disable next-line ConditionalExpression: it saves time
  if (words[LEASE_COUNT] !== 0) endLease(slots, slot) // only slots in use are leased
  return native.put(words, slot) ? undefined : refuse(slots, slot)
}

function endLease (slots, slot) {
  const words = wordsOf(slots)
  if (leasesOf(slots).delete(slot)) words[LEASE_COUNT]--
}

function refuse (slots, slot) {
  return emitError(slots, invalidSlot(slot, wordsOf(slots)[LIMIT]))
}

/** Whether the value is a slot below the limit. If not, emits the error. */
function isBelowLimit (slots, slot) {
  const limit = readableWordsOf(slots)[LIMIT]
  if (isSlot(slot) && slot < limit) return true
  refuse(slots, slot)
  return false
}

// The leases of a manager, with room for that of the slot. undefined after 'error'.
function leasesWithRoom (slots, slot) {
  let leases = leasesOf(slots)
  if (slot < leases.end) return leases
  leases = Internals.ownLeasesOf(slots)
  if (leases.makeRoom(slot, wordsOf(slots)[CAPACITY])) return leases
  emitError(slots, allocationFailed('the table of leases'))
}

// put() ends the lease in the same steps in which it frees the slot.
function newLease (slots, slot, number) {
  return new Lease(slot | 0, () => { // never -0
    if (leasesOf(slots).numberOf(slot) === number) put.call(slots, slot)
  })
}

// This form lets cjs-module-lexer detect the named exports.
module.exports = CallosumServerSlots
module.exports.CallosumServerSlots = CallosumServerSlots
module.exports.from = from
