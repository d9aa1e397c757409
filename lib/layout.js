'use strict'

// The layout of the words that JavaScript and Rust share. src/memory.rs draws it, and
// a test compares the two.

module.exports = {
  // Header of a manager's words:
  CURSOR: 0, // index of the lowest leaf word that might be non-zero
  FREE_COUNT: 1, // set bits in all leaf words
  HIGH_WATER: 2, // one more than the highest slot given so far, within the capacity
  CAPACITY: 3, // slots covered by the bitmap
  LEAF_WORDS: 4,
  SPARSE_COUNT: 5, // slots in use at or above the capacity
  MAX_GIVEN: 6, // maxSlotGiven, if it is above the high-water mark
  LIMIT: 7, // maxSlots
  MANAGER_ID: 8, // never 0
  // Leaf words, one bit for each slot, 1 is free; then the summary words over them:
  BITMAP_OFFSET: 9,
  INITIAL_LENGTH: 43, // of a new manager's words, which cover 1,024 slots

  // The call buffer, which holds the arguments and the result of a hot native call:
  MANAGER: 0, // the number of the manager that is called
  SLOT: 1, // the slot to put; after the call, the slot got, put or reserved, or a refusal
  OUT_OF_MEMORY: -2 // a refusal: an allocation failed. The other refusal is -1: the slot is free (put) or in use (reserve), or all slots are in use (get)
}
