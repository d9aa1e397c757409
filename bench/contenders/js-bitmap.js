'use strict'

// A hand-written bitmap in JavaScript, 32-ary, 1 is free. A summary bit is set if its child
// word has a free slot, and only then. Slots that were never given have no bits. `lowest`
// is the lowest word with a free slot. The summary words change only when a word gets its
// first free slot or loses its last. It checks the slot, but not the receiver, and has
// neither events nor a limit.

const FIRST_CAPACITY = 1024
const NONE = 0x7fffffff

class Bitmap {
  constructor () {
    this.given = 0
    this.lowest = NONE
    this.words = new Int32Array(FIRST_CAPACITY >>> 5)
    this.capacity = FIRST_CAPACITY
    this.summaries = summariesOver(this.words)
  }

  get () {
    const word = this.lowest
    if (word === NONE) {
      if (this.given === this.capacity) this.grow()
      return this.given++
    }
    const { words } = this
    const bits = words[word]
    const bit = bits & -bits
    const rest = bits ^ bit
    words[word] = rest
    if (rest === 0) this.lowest = this.nextAfter(word)
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
    if (bits === 0) this.mark(word)
  }

  /** Propagates that the word has a free slot now. */
  mark (word) {
    if (word < this.lowest) this.lowest = word
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

  /** The lowest word with a free slot, when the one that was the lowest has none left. */
  nextAfter (word) {
    const { summaries } = this
    let i = word
    for (let level = 0; level < summaries.length; level++) {
      const summary = summaries[level]
      const bit = 1 << i
      i >>>= 5
      const rest = summary[i] ^ bit
      summary[i] = rest
      if (rest !== 0) {
        for (; level >= 0; level--) i = (i << 5) + 31 - Math.clz32(lowestBit(summaries[level][i]))
        return i
      }
    }
    return NONE
  }

  grow () {
    this.capacity *= 2
    // All slots are in use, so every bit is 0: there is nothing to copy.
    this.words = new Int32Array(this.capacity >>> 5)
    this.summaries = summariesOver(this.words)
  }
}

function lowestBit (bits) {
  return bits & -bits
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
  title: 'JS bitmap',
  load: () => Bitmap
}
