'use strict'

// The private state of a manager: its words, its native object, its leases. The words are an
// Int32Array, which JavaScript owns and Rust borrows for the length of a native call. The native
// object owns the sparse reservations. Only this file replaces any of them.

const { LIMIT } = require('./layout.js')
const { Leases, NO_LEASES } = require('./leases.js')
const { Native } = require('./native.js')
const { newWords, twiceTheLength } = require('./words.js')

const Words = Int32Array // captured in case the global is patched later
const NO_RUNS = new Words(0)

// Refusals. A native call that needs more words returns minus their number, which is lower.
const REFUSED = -1 // no such free slot
const OUT_OF_MEMORY = -2 // of reserve() below, when the words cannot be allocated

// The first words of the next manager, for the initialiser of its field: from that V8 learns the
// field's type, and then leaves a check out of every access.
let nextWords

// Return-override trick: the base class returns the object it is given, so the private fields
// are attached to an existing object.
class Internals extends function (object) { return object } {
  #words = nextWords
  #native // made when Rust is first needed
  #leases = NO_LEASES // until there is the first

  constructor (object, maxSlots) {
    // What may throw comes before the object gets its fields, so that it has all of them or none.
    nextWords = newWords(maxSlots)
    super(object)
    nextWords = undefined // lets go of them
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

  /** Leases of its own, which can be added to. */
  static ownLeasesOf (object) {
    if (leasesOf(object) === NO_LEASES) object.#leases = new Leases()
    return object.#leases
  }

  // Execution can be terminated where a function begins and where a loop repeats. Neither
  // comes between a native call that changes the manager and the last store that goes with it.

  /** Takes the slot, which may be above the high-water mark. Returns it, or a refusal. */
  static reserve (object, slot) {
    const native = Internals.nativeOf(object)
    while (true) {
      const taken = native.reserve(object.#words, slot)
      if (taken >= REFUSED) return taken
      if (!Internals.grow(object, -taken)) return OUT_OF_MEMORY
    }
  }

  /** Moves the manager to this many words, or to twice its own. False if the allocation failed; then nothing has changed. */
  static grow (object, length = twiceTheLength(object.#words)) {
    const native = Internals.nativeOf(object)
    let larger
    try { larger = new Words(length) } catch (_) { return false }
    native.grow(object.#words, larger)
    object.#words = larger
    return true
  }

  /** Frees all slots and ends all leases. */
  static reset (object, maxSlots) {
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
    object.#leases = NO_LEASES
  }

  /** Like reset(), and takes the runs: start, end, start, end … A failed allocation throws, and changes nothing. */
  static restore (object, maxSlots, runs, maxSlotGiven) {
    const native = new Native()
    let words = newWords(maxSlots)
    const wanted = -native.reset(words, maxSlots, runs, maxSlotGiven)
    if (wanted > 0) {
      words = new Words(wanted)
      native.reset(words, maxSlots, runs, maxSlotGiven)
    }
    object.#words = words
    object.#native = native
    object.#leases = NO_LEASES
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

const { leasesOf, wordsOf } = Internals

module.exports = { Internals, OUT_OF_MEMORY }
