'use strict'

// A manager of which every call is a native call. It has the words that the manager under
// test must have after the same calls.

const assert = require('node:assert/strict')

const { Internals } = require('../../lib/internals.js')
const { LEASE_COUNT, LIMIT } = require('../../lib/layout.js')

const { nativeOf, wordsOf } = Internals

class Twin {
  constructor (slots) {
    this.slots = slots
  }

  get words () { return wordsOf(this.slots) }

  get () {
    const { slots } = this
    const slot = nativeOf(slots).get(this.words)
    if (slot >= -1) return slotOf(slot)
    Internals.grow(slots, -slot)
    return this.get()
  }

  peek () { return slotOf(nativeOf(this.slots).peek(this.words)) }
  put (slot) { return nativeOf(this.slots).put(this.words, slot) }
  reserve (slot) { return Internals.reserve(this.slots, slot) >= 0 }
  clear () { Internals.reset(this.slots, this.words[LIMIT]) }

  /** Throws unless the other manager has the same words, but for the leases. */
  compare (other, what) {
    const { words: expected } = this
    const actual = wordsOf(other)
    for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
      if (actual[i] !== expected[i] && i !== LEASE_COUNT) assert.equal(actual[i], expected[i], `word ${i} differs after ${what()}`)
    }
  }
}

function slotOf (result) {
  return result < 0 ? undefined : result
}

module.exports = Twin
