'use strict'

// The private state of a manager: its words, its native object, its leases. The words are an
// Int32Array, which JavaScript owns and Rust borrows for the length of a native call. The native
// object owns the sparse reservations. Only this file replaces any of them.

const { CallosumServerSlots: Native } = require('./load-native.js')
const { BITMAP_OFFSET, CAPACITY, INITIAL_LEAF_WORDS, LEAF_WORDS, LIMIT } = require('./layout.js')

const Words = Int32Array // captured in case the global is patched later
const INITIAL_LENGTH = BITMAP_OFFSET + INITIAL_LEAF_WORDS + INITIAL_LEAF_WORDS / 16
const NO_RUNS = new Words(0)

// Refusals, where a slot is never negative. A native call has another: minus the number of words
// that it needs.
const REFUSED = -1 // no such free slot
const OUT_OF_MEMORY = -2

// The initial values of the next object's fields. V8 learns the type of a field from its
// initialiser, and then leaves a check out of every access.
let nextWords, nextLeases

// Return-override trick: the base class returns the object it is given, so the private fields
// are attached to an existing object.
class Internals extends function (object) { return object } {
  #words = nextWords
  #native // made when Rust is first needed
  #leases = nextLeases // a Map from each leased slot to its lease

  constructor (object, maxSlots) {
    // What may throw comes before the object gets its fields, so that it has all of them or none.
    const words = newWords(maxSlots)
    const leases = new Map()
    nextWords = words
    nextLeases = leases
    super(object)
    nextWords = nextLeases = undefined
  }

  /** Makes the object a manager. If it is one already, it is reset, as in 0.1.0. */
  static attach (object, maxSlots) {
    if (Internals.has(object)) Internals.reset(object, maxSlots)
    else new Internals(object, maxSlots) // eslint-disable-line no-new
  }

  static has (object) {
    return Object(object) === object && #words in object
  }

  static wordsOf (object) {
    try {
      return object.#words
    } catch (_) {
      throw new TypeError('The receiver is not a CallosumServerSlots')
    }
  }

  /** The words. After a panic, or if they are detached, Rust throws an error that says so. */
  static readableWordsOf (object) {
    const words = wordsOf(object)
    if (!(words[LIMIT] > 0)) Internals.nativeOf(object).peek(words)
    return words
  }

  static nativeOf (object) {
    return wordsOf(object) && (object.#native || (object.#native = new Native()))
  }

  static leasesOf (object) {
    return wordsOf(object) && object.#leases
  }

  // Execution can be terminated where a function begins and where a loop repeats. Neither
  // comes between a native call that changes the manager and the last store that goes with it.

  /** Takes the slot, or without one the lowest free slot. Returns it, or a refusal. */
  static take (object, slot) {
    const native = Internals.nativeOf(object)
    while (true) {
      const taken = slot === undefined ? native.get(object.#words) : native.reserve(object.#words, slot)
      if (taken >= REFUSED) return taken
      let larger
      try {
        larger = new Words(-taken)
      } catch (_) {
        return OUT_OF_MEMORY
      }
      native.grow(object.#words, larger)
      object.#words = larger
    }
  }

  /** Frees all slots and ends all leases. */
  static reset (object, maxSlots) {
    const leases = new Map()
    let words, native
    try {
      words = newWords(maxSlots)
    } catch (_) { // it keeps its own, which need no allocation
      words = wordsOf(object)
      native = Internals.nativeOf(object)
      native.reset(words, maxSlots, NO_RUNS, 0)
    }
    object.#words = words
    object.#native = native
    object.#leases = leases
  }

  /** The same, and takes the runs: start, end, start, end … A failed allocation throws, and changes nothing. */
  static restore (object, maxSlots, runs, maxSlotGiven) {
    const leases = new Map()
    const native = new Native()
    let words = newWords(maxSlots)
    const wanted = -native.reset(words, maxSlots, runs, maxSlotGiven)
    if (wanted > 0) {
      words = new Words(wanted)
      native.reset(words, maxSlots, runs, maxSlotGiven)
    }
    object.#words = words
    object.#native = native
    object.#leases = leases
  }

  /** The runs of slots in use from 0 or the capacity on: start, end, start, end …, then zeros. */
  static runsOf (object, from) {
    const native = Internals.nativeOf(object)
    for (let length = 64; ; length *= 8) {
      const runs = new Words(length)
      if (native.inUseRuns(object.#words, from, runs) < length) return runs
    }
  }
}

const { wordsOf } = Internals

/** The words of a manager without slots in use. */
function newWords (maxSlots) {
  const words = new Words(INITIAL_LENGTH)
  words[LIMIT] = maxSlots
  words[LEAF_WORDS] = INITIAL_LEAF_WORDS
  words[CAPACITY] = maxSlots < 32 * INITIAL_LEAF_WORDS ? maxSlots : 32 * INITIAL_LEAF_WORDS
  return words
}

module.exports = { Internals, OUT_OF_MEMORY }
