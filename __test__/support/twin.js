'use strict'

// A manager of which every call is a native call. It has the words that the manager under
// test must have after the same calls.

const assert = require('node:assert/strict')

const CallosumServerSlots = require('../..')
const { MANAGER_ID } = require('../../lib/layout.js')

const { nativeOf, withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

class Twin {
  constructor (slots) {
    this.slots = withoutFastPaths(slots)
    slots.on('error', () => {})
  }

  get () { return this.slots.get() }
  peek () { return this.slots.peek() }
  put (slot) { return this.slots.put(slot) === undefined }
  reserve (slot) { return this.slots.reserve(slot) }
  clear () { this.slots.clear() }

  /** Throws unless the other manager has the same words. */
  compare (other, what) {
    const expected = wordsOf(this.slots)
    const actual = wordsOf(other)
    for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
      if (actual[i] !== expected[i] && i !== MANAGER_ID) assert.equal(actual[i], expected[i], `word ${i} differs after ${what()}`)
    }
  }
}

/** The words of a manager, or of a twin. */
function wordsOf (slots) {
  return nativeOf(slots instanceof Twin ? slots.slots : slots).words
}

module.exports = { Twin, wordsOf }
