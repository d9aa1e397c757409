//! The words of a manager: their layout, and where they come from.
//!
//! A manager keeps its state in 32-bit words. With `n` leaf words:
//!
//! ```text
//!  word              content
//!  0 to 8            header: one word for each constant below, in this order
//!  9 to 8 + n        leaf words: bit b of leaf word w is slot 32 w + b, 1 is free
//!  9 + n to 8 + n + n/16
//!                    summary words: bit b of summary word s is set if node
//!                    32 s + b of the tree might be non-zero
//! ```
//!
//! Leaf word `w` is node `n + w` of the tree, summary word `s` is node `s`, the parent of node
//! `i` is node `i / 32`, and node 0 is the root. The numbering is that of a binary heap.

use std::cell::Cell;

/// Word with the index of the lowest leaf word that might be non-zero.
pub const CURSOR: usize = 0;
/// Word with the number of set bits in all leaf words.
pub const FREE_COUNT: usize = 1;
/// Word with the high-water mark: one more than the highest slot taken within the capacity.
pub const HIGH_WATER: usize = 2;
/// Word with the capacity: how many slots the bitmap covers.
pub const CAPACITY: usize = 3;
/// Word with the number of leaf words.
pub const LEAF_WORDS: usize = 4;
/// Word with the number of sparse reservations.
pub const SPARSE_COUNT: usize = 5;
/// Word with `max_slot_given`, if it is above the high-water mark: after sparse reservations, and
/// in a restored manager.
pub const MAX_GIVEN: usize = 6;
/// Word with the limit: how many slots there are, in use or free.
pub const LIMIT: usize = 7;
/// Word with the number of leases in force, which JavaScript keeps.
pub const LEASE_COUNT: usize = 8;
/// Index of the first leaf word.
pub const BITMAP_OFFSET: usize = 9;

/// The number of leaf words of a new manager: they cover 1,024 slots.
pub const INITIAL_LEAF_WORDS: usize = 32;

/// The number of words with this many leaf words: header, leaf words and summary words. The
/// number of leaf words is 0, or a power of two that is at least 16.
pub const fn words_for(leaf_words: usize) -> usize {
    BITMAP_OFFSET + leaf_words + leaf_words / 16
}

/// The words of a manager, and a source of more.
///
/// The words are signed and of 32 bits because an `Int32Array` is what JavaScript reads and
/// writes fastest. Slots fit, and for bits the sign does not matter.
pub trait Memory: AsRef<[Cell<i32>]> + Sized {
    /// This many zeroed words. `None` if the allocation failed.
    fn allocate(&self, words: usize) -> Option<Self>;
}

impl Memory for Box<[Cell<i32>]> {
    fn allocate(&self, words: usize) -> Option<Self> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(words).ok()?;
        memory.resize(words, Cell::new(0));
        Some(memory.into())
    }
}
