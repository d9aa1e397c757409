'use strict'

// The private state of a manager: the words that JavaScript and Rust share, the native
// object, and the leases. A native object is an instance of the addon's class; it owns the
// manager in Rust. Only this file reaches them, and index.js,
// which passes some of them to the tests. Rust relies on that.

const addon = require('./load-native.js')
const { BITMAP_OFFSET, INITIAL_LENGTH, LEAF_WORDS, MANAGER, MANAGER_ID, SLOT } = require('./layout.js')

// A native call costs more than the operation. It is cheapest without arguments, so
// the arguments travel through a shared array.
const { callBuffer, nativeGet, nativePut } = addon

const Integers = Int32Array // captured in case the global is patched later

// The initial values of the next object's fields. V8 learns the type of a field from its
// initialiser, and then leaves a check out of every access.
let nextWords, nextNative, nextLeases

/**
 * Return-override trick: the base class returns the object it is given, so the
 * private fields are attached to an existing object.
 */
class Internals extends function (object) { return object } {
  #words = nextWords
  #native = nextNative // Rust frees the manager when this object is garbage-collected
  #leases = nextLeases // a Map from each leased slot to its lease

  constructor (object, maxSlots) {
    // These calls may throw, if only because the stack is full. They come before the object
    // gets its fields, so that it never has only some of them.
    const words = new Integers(INITIAL_LENGTH)
    const native = new addon.CallosumServerSlots(maxSlots, words)
    const leases = new Map()
    nextWords = words
    nextNative = native
    nextLeases = leases
    super(object)
    nextWords = nextNative = nextLeases = undefined
  }

  /** Makes the object a manager. If it is one already, it is reset, as in 0.1.0. */
  static attach (object, maxSlots) {
    try {
      new Internals(object, maxSlots) // eslint-disable-line no-new
    } catch (error) {
      if (!Internals.has(object)) throw error
      const fresh = new Internals({}, maxSlots)
      object.#words = fresh.#words
      object.#native = fresh.#native
      object.#leases = fresh.#leases
    }
  }

  static has (object) {
    try {
      return object.#native !== undefined
    } catch (_) {
      return false
    }
  }

  static wordsOf (object) {
    try {
      return object.#words
    } catch (_) {
      throw new TypeError('The receiver is not a CallosumServerSlots')
    }
  }

  static nativeOf (object) {
    wordsOf(object) // throws if the object is not a manager
    return object.#native
  }

  static leasesOf (object) {
    wordsOf(object) // throws if the object is not a manager
    return object.#leases
  }

  // Rust moves a manager to other words when the bitmap grows or is cleared, and makes the
  // old words unreadable. The new words are stored right after the native call returns: a
  // call in between could overflow the stack. If execution is terminated before they are
  // stored, the next native call fetches them: refresh() finds the old words unreadable.
  // That happens only if the native call runs JavaScript, as for an allocation. clear()
  // does not, since the leases would stay in force.
  // The words of withoutFastPaths() are never replaced. They have no leaf word.

  static refresh (object) {
    const words = object.#words
    if (!(words[LEAF_WORDS] > 0) && words[BITMAP_OFFSET] !== undefined) object.#words = object.#native.words
  }

  /** Returns the slot, or a refusal: see layout.js. */
  static get (object) {
    Internals.refresh(object)
    selectManager(object.#words)
    const words = nativeGet() // undefined unless Rust has moved to other words
    if (words !== undefined && object.#words[BITMAP_OFFSET] !== undefined) object.#words = words
    return callBuffer[SLOT]
  }

  /** Returns whether the slot was in use. */
  static put (object, slot) {
    Internals.refresh(object)
    selectManager(object.#words)
    callBuffer[SLOT] = slot
    nativePut()
    return callBuffer[SLOT] === slot
  }

  /** Takes the slots from `start` to `end` (not included). Returns `start`, or a refusal. */
  static reserve (object, start, end) {
    const native = Internals.nativeOf(object)
    const words = native.reserve(start, end)
    if (object.#words[BITMAP_OFFSET] !== undefined) object.#words = words
    return callBuffer[SLOT]
  }

  static clear (object) {
    const native = Internals.nativeOf(object)
    const leases = new Map()
    const words = native.clear(smallWordsFor(native)) // from here on, no call: see refresh()
    if (object.#words[BITMAP_OFFSET] !== undefined) object.#words = words
    object.#leases = leases
  }

  /** For tests and benchmarks: a manager on which every call is a native call. */
  static withoutFastPaths (object) {
    const words = new Integers(BITMAP_OFFSET) // unreadable, as the words of a poisoned manager are
    words[MANAGER_ID] = object.#words[MANAGER_ID]
    object.#words = words
    return object
  }
}

const { wordsOf } = Internals

/** Words for a manager that is about to be cleared; undefined if it should keep its own. */
function smallWordsFor (native) {
  if (native.words.length === INITIAL_LENGTH) return undefined
  try {
    return new Integers(INITIAL_LENGTH)
  } catch (_) {} // the allocation failed
}

/**
 * Names the manager of the next nativeGet() or nativePut(). Its id comes from the words
 * that Rust is about to use, and must arrive in the call buffer. So neither is detached.
 */
function selectManager (words) {
  const id = words[MANAGER_ID]
  callBuffer[MANAGER] = id
  if (callBuffer[MANAGER] !== id) throw new Error('callosum-server-slots: internal error: memory that is shared with JavaScript was detached')
}

module.exports = { Internals }
