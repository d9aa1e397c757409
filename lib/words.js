'use strict'

// The words of a manager, and the free map in them: src/free_map.rs in JavaScript. With n leaf
// words, leaf word i is node n + i of the tree, summary word i is node i, the parent of node i is
// node i >>> 5, and node 0 is the root.

const {
  BITMAP_OFFSET, CAPACITY, CURSOR, FREE_COUNT, HIGH_WATER, INITIAL_LEAF_WORDS, LEAF_WORDS, LIMIT, MAX_GIVEN, SPARSE_COUNT
} = require('./layout.js')

const { clz32, max, min } = Math
const Words = Int32Array // captured in case the global is patched later
const lengthWith = leafWords => BITMAP_OFFSET + leafWords + leafWords / 16
const INITIAL_LENGTH = lengthWith(INITIAL_LEAF_WORDS)

/** The words of a manager without slots in use. */
function newWords (maxSlots) {
  const words = new Words(INITIAL_LENGTH)
  words[LIMIT] = maxSlots
  words[LEAF_WORDS] = INITIAL_LEAF_WORDS
  words[CAPACITY] = min(maxSlots, 32 * INITIAL_LEAF_WORDS)
  return words
}

function twiceTheLength (words) {
  return lengthWith(2 * words[LEAF_WORDS])
}

function sizeOf (words) {
  return words[HIGH_WATER] - words[FREE_COUNT] + words[SPARSE_COUNT]
}

function maxSlotGivenOf (words) {
  return max(words[MAX_GIVEN], words[HIGH_WATER])
}

/** One more than the highest slot in use below the capacity; 0 if there is none. */
function maxSlotInUseOf (words) {
  const highWater = words[HIGH_WATER]
  for (let word = highWater >>> 5; word >= 0; word--) {
    const isLast = word === highWater >>> 5
    const inUse = ~words[BITMAP_OFFSET + word] & (isLast ? ~(-1 << highWater) : -1)
    if (inUse !== 0) return (word << 5) + 32 - clz32(inUse)
  }
  return 0
}

/** The lowest free slot below the capacity; the capacity if there is none. */
function lowestFree (words) {
  if (!(words[FREE_COUNT] > 0)) return words[HIGH_WATER]
  const word = moveCursor(words)
  const bits = words[BITMAP_OFFSET + word]
  return (word << 5) + 31 - clz32(bits & -bits)
}

/** Moves the cursor to the lowest non-zero leaf word, and returns it. There must be one. */
function moveCursor (words) {
  const cursor = words[CURSOR]
  if (words[BITMAP_OFFSET + cursor] !== 0) return cursor
  const word = nextWord(words, cursor)
  words[CURSOR] = word
  return word
}

// Sets the summary bits of a node that becomes non-zero: its own, and those of its
// ancestors that become non-zero by it. The highest comes first, so that C2 holds after
// every step.
function setSummaryBits (words, node) {
  const parent = node >>> 5
  const summary = BITMAP_OFFSET + words[LEAF_WORDS] + parent
  const bits = words[summary]
  // Stryker disable next-line ConditionalExpression: if they are not 0, the bits above are set already
  if (bits === 0 && parent !== 0) setSummaryBits(words, parent)
  words[summary] = bits | 1 << node
}

// The lowest non-zero leaf word, if the given one and all before it are zero. Goes up until
// a summary word is non-zero, then down along the lowest set bits. Clears each summary bit
// whose child it has just seen to be zero; clearing others would break C2.
function nextWord (words, word) {
  const leafWords = words[LEAF_WORDS]
  const leaves = BITMAP_OFFSET - leafWords
  const summaries = BITMAP_OFFSET + leafWords
  let node = leafWords + word
  while (true) {
    let bits = 0
    while (bits === 0) {
      if (node === 0) throw corrupted()
      const bit = 1 << node
      node >>>= 5
      bits = words[summaries + node] & ~bit
      words[summaries + node] = bits
    }
    // Stryker disable next-line EqualityOperator: they differ for the first leaf word alone, which is zero (C1)
    while (bits !== 0 && node < leafWords) {
      node = (node << 5) + 31 - clz32(bits & -bits)
      bits = words[node < leafWords ? summaries + node : leaves + node]
    }
    if (bits !== 0) return node - leafWords
  }
}

function corrupted () {
  return new Error('callosum-server-slots: internal error: the free map has fewer bits than it counts')
}

module.exports = { lowestFree, maxSlotGivenOf, maxSlotInUseOf, moveCursor, newWords, setSummaryBits, sizeOf, twiceTheLength }
