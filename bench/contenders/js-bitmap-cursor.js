'use strict'

// The bitmap of js-bitmap.js with a cursor, `held`: the lowest word with a free slot. That
// word has no summary bit, so the summary words do not change while slots are put and taken
// in this word.

const FIRST_CAPACITY = 1024
const NONE = 0x7fffffff

class BitmapWithCursor {
  constructor () {
    this.given = 0
    this.held = NONE
    this.capacity = FIRST_CAPACITY
    this.words = new Int32Array(FIRST_CAPACITY >>> 5)
    this.summaries = summariesOver(this.words)
  }

  get () {
    const word = this.held
    if (word === NONE) {
      if (this.given === this.capacity) this.grow()
      return this.given++
    }
    const { words } = this
    const bits = words[word]
    const bit = bits & -bits
    const rest = bits ^ bit
    words[word] = rest
    if (rest === 0) this.held = this.takeLowest()
    return (word << 5) + 31 - Math.clz32(bit)
  }

  put (slot) {
    if (typeof slot !== 'number' || slot >>> 0 !== slot || slot >= this.given) {
      throw new Error('Invalid slot: ' + slot)
    }
    const { words } = this
    const word = slot >>> 5
    const bits = words[word]
    const bit = 1 << slot
    if ((bits & bit) !== 0) throw new Error('Invalid slot: ' + slot)
    words[word] = bits | bit
    if (bits === 0) {
      const { held } = this
      if (word < held) {
        this.held = word
        if (held !== NONE) this.mark(held)
      } else {
        this.mark(word)
      }
    }
  }

  /** Propagates that the word has a free slot, and is not held. */
  mark (word) {
    const { summaries } = this
    let i = word
    for (let level = 0; level < summaries.length; level++) {
      const summary = summaries[level]
      const bit = 1 << i
      i >>>= 5
      const bits = summary[i]
      summary[i] = bits | bit
      if (bits !== 0) return
    }
  }

  /** Finds the lowest word that has a summary bit, and clears that bit. */
  takeLowest () {
    const { summaries } = this
    const top = summaries.length - 1
    let i = 0
    for (let level = top; level >= 0; level--) {
      const bits = summaries[level][i]
      if (bits === 0) return NONE // at the top
      i = (i << 5) + 31 - Math.clz32(bits & -bits)
    }
    const word = i
    for (let level = 0; level <= top; level++) {
      const summary = summaries[level]
      const bit = 1 << i
      i >>>= 5
      const rest = summary[i] ^ bit
      summary[i] = rest
      if (rest !== 0) break
    }
    return word
  }

  grow () {
    this.capacity *= 2
    // All slots are in use, so every bit is 0: there is nothing to copy.
    this.words = new Int32Array(this.capacity >>> 5)
    this.summaries = summariesOver(this.words)
  }
}

function summariesOver (words) {
  const summaries = []
  for (let length = words.length; length > 1;) {
    length = (length + 31) >>> 5
    summaries.push(new Int32Array(length))
  }
  return summaries
}

module.exports = {
  title: 'JS bitmap with cursor',
  version: 'hand-written',
  load: () => () => new BitmapWithCursor()
}
