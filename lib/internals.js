'use strict'

// The private state of a manager: the words that JavaScript and Rust share, and the
// object of the addon. Only this file's exports reach them (index.js shows some of them
// to the tests); Rust relies on that.

const native = require('./load-native.js')
const { BITMAP_OFFSET, FIRST_LENGTH, LEAF_WORDS, MANAGER, MANAGER_ID, SLOT } = require('./layout.js')

// A native call costs more than the operation. It is cheapest without arguments, so
// the integers travel through a shared array.
const { callBuffer, nativeGet, nativePut } = native

const Integers = Int32Array // captured in case the global is patched later

// What the fields of the next object are initialised with. V8 learns the type of a field
// from its initialiser, and then leaves a check out of every access.
let nextWords, nextManager, nextLeases

/**
 * Return-override trick: the base class returns the object it is given, so the
 * private fields are attached to an existing object.
 */
class Internals extends function (object) { return object } {
  #words = nextWords
  #manager = nextManager // the object of the addon; Rust frees the manager when it is collected
  #leases = nextLeases // a Map from each leased slot to its lease

  constructor (object, maxSlots) {
    // These calls may throw, if only for want of stack. They come before the object has
    // the fields, so that it is not left with some of them.
    const words = new Integers(FIRST_LENGTH)
    const manager = new native.CallosumServerSlots(maxSlots, words)
    const leases = new Map()
    nextWords = words
    nextManager = manager
    nextLeases = leases
    super(object)
    nextWords = nextManager = nextLeases = undefined
  }

  /** Makes the object a manager. An object that is one starts afresh, as in 0.1.0. */
  static attach (object, maxSlots) {
    try {
      new Internals(object, maxSlots) // eslint-disable-line no-new
    } catch (error) {
      if (!Internals.has(object)) throw error
      const fresh = new Internals({}, maxSlots)
      object.#words = fresh.#words
      object.#manager = fresh.#manager
      object.#leases = fresh.#leases
    }
  }

  static has (object) {
    try {
      return object.#manager !== undefined
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

  static managerOf (object) {
    wordsOf(object) // throws if there are none
    return object.#manager
  }

  static leasesOf (object) {
    wordsOf(object) // throws if there are none
    return object.#leases
  }

  // New words are stored right after the native call returns: a call in between could
  // overflow the stack. If execution is terminated there, the old words are left, which
  // Rust has made unreadable, and the next native call gets the new ones. Only those of
  // withoutFastPaths() have no leaf word; they stay.

  static refresh (object) {
    const words = object.#words
    if (!(words[LEAF_WORDS] > 0) && words[BITMAP_OFFSET] !== undefined) object.#words = object.#manager.words
  }

  /** Returns the slot, or a refusal. */
  static get (object) {
    Internals.refresh(object)
    select(object.#words)
    const words = nativeGet() // undefined if they have not moved
    if (words !== undefined && object.#words[BITMAP_OFFSET] !== undefined) object.#words = words
    return callBuffer[SLOT]
  }

  /** Returns whether the slot was in use. */
  static put (object, slot) {
    Internals.refresh(object)
    select(object.#words)
    callBuffer[SLOT] = slot
    nativePut()
    return callBuffer[SLOT] === slot
  }

  /** Takes the slots from `start` to `end` (not included). Returns `start`, or a refusal. */
  static reserve (object, start, end) {
    const manager = Internals.managerOf(object)
    const words = manager.reserve(start, end)
    if (object.#words[BITMAP_OFFSET] !== undefined) object.#words = words
    return callBuffer[SLOT]
  }

  static clear (object) {
    const manager = Internals.managerOf(object)
    const leases = new Map()
    const words = manager.clear()
    if (object.#words[BITMAP_OFFSET] !== undefined) object.#words = words
    object.#leases = leases
  }

  /** For tests and benchmarks: a manager on which every call is a native call. */
  static withoutFastPaths (object) {
    const words = new Integers(BITMAP_OFFSET) // cannot be read, as those of a poisoned manager
    words[MANAGER_ID] = object.#words[MANAGER_ID]
    object.#words = words
    return object
  }
}

const { wordsOf } = Internals

/**
 * Says which manager the next hot native call is about. The number is read from the
 * memory that Rust is going to use, so it is not there if either was detached.
 */
function select (words) {
  const id = words[MANAGER_ID]
  callBuffer[MANAGER] = id
  if (callBuffer[MANAGER] !== id) throw new Error('callosum-server-slots: internal error: memory that is shared with JavaScript was detached')
}

module.exports = { Internals }
