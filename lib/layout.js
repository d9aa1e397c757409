'use strict'

// The layout of a manager's words. src/memory.rs draws it, and a test compares the two.

module.exports = {
  // Header:
  CURSOR: 0, // index of the lowest leaf word that might be non-zero
  FREE_COUNT: 1, // set bits in all leaf words
  HIGH_WATER: 2, // one more than the highest slot taken so far, within the capacity
  CAPACITY: 3, // slots covered by the bitmap
  LEAF_WORDS: 4,
  SPARSE_COUNT: 5, // slots in use at or above the capacity
  MAX_GIVEN: 6, // maxSlotGiven, if it is above the high-water mark
  LIMIT: 7, // maxSlots; 0 only after a panic
  LEASE_COUNT: 8, // leases in force: put() looks for one only if there are any
  // Leaf words, one bit for each slot, 1 is free; then the summary words over them:
  BITMAP_OFFSET: 9,
  INITIAL_LEAF_WORDS: 32 // of a new manager; they cover 1,024 slots
}
