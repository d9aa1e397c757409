'use strict'

// The iterator that values() returns.

const { BITMAP_OFFSET, HIGH_WATER } = require('./layout.js')

const { clz32, max } = Math
const Words = Int32Array // captured in case the global is patched later

class SlotIterator {
  #words // a copy
  #word = 0 // the number of leaf words read
  #lastWord
  #bits = 0 // slots in use, of the leaf word read last
  #runs // of sparse reservations, or undefined
  #run = 0
  #slot = 0 // the next one, if it is in the run

  /** From a manager's words, and its runs of sparse reservations: start, end …, then zeros. */
  constructor (words, runs) {
    const highWater = words[HIGH_WATER]
    const copy = new Words(words)
    copy[BITMAP_OFFSET + (highWater >>> 5)] |= -1 << highWater // not in use
    this.#words = copy
    this.#lastWord = (highWater + 31) >>> 5
    this.#runs = runs
  }

  next () {
    while (this.#bits === 0) {
      if (this.#word === this.#lastWord) return this.#nextSparse()
      this.#bits = ~this.#words[BITMAP_OFFSET + this.#word++]
    }
    const bits = this.#bits
    const lowest = bits & -bits
    this.#bits = bits ^ lowest
    return { value: ((this.#word - 1) << 5) + 31 - clz32(lowest), done: false }
  }

  #nextSparse () {
    const runs = this.#runs
    if (runs === undefined || runs[this.#run + 1] === 0) return { value: undefined, done: true }
    const slot = max(this.#slot, runs[this.#run])
    this.#slot = slot + 1
    if (this.#slot === runs[this.#run + 1]) this.#run += 2
    return { value: slot, done: false }
  }
}

// It has [Symbol.iterator] and the helpers of all iterators.
const SetIteratorPrototype = Object.getPrototypeOf(new Set().values())
Object.setPrototypeOf(SlotIterator.prototype, Object.getPrototypeOf(SetIteratorPrototype))

module.exports = { SlotIterator }
