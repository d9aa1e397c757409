//! The free map: a hierarchical bitmap of the free slots below the high-water mark.

use std::cell::Cell;
use std::ops::Range;

use crate::memory::{BITMAP_OFFSET, CURSOR, FREE_COUNT, LEAF_WORDS};

/// A set of slots, in a manager's words (`memory.rs`), whose lowest is found in constant time.
///
/// It is a 32-ary tree of bits. A leaf word has a bit for each of 32 slots, 1 is free. A summary
/// word has a *summary bit* for each of its 32 child words: 1 if the child might be non-zero. A
/// set bit is *stale* if the child is zero. The *cursor* is the index of the lowest leaf word
/// that might be non-zero. Three invariants hold between calls; [`crate::Slots`] has the fourth:
///
/// - C1. No leaf word before the cursor has a set bit.
/// - C2. For every non-zero leaf word except the one at the cursor, and for every non-zero
///   summary word except the root, its summary bit in the parent is set.
/// - C3. The count is the number of set bits. All of them are below the high-water mark.
///
/// So the lowest slot is in the word at the cursor, or else in the next word that the summary
/// words lead to. Most calls read and write the word at the cursor alone. A word that becomes
/// zero keeps its summary bit. The next search that comes by clears it.
///
/// The idea of summary words over a bitmap is from Banga and Mogul, "Scalable kernel performance
/// for Internet servers under realistic loads", USENIX 1998.
///
/// ```
/// use callosum_server_slots::{FreeMap, memory};
/// use std::cell::Cell;
///
/// let words = vec![Cell::new(0); memory::words_for(32)];
/// words[memory::LEAF_WORDS].set(32);
/// let map = FreeMap::from_words(&words);
/// assert!(map.insert(7));
/// assert!(!map.insert(7));
/// map.insert_run(100..110);
/// assert_eq!(map.take_lowest(), Some(7));
/// assert_eq!(map.take_lowest(), Some(100));
/// assert_eq!(map.count(), 9);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct FreeMap<'a> {
    words: &'a [Cell<i32>],
}

impl<'a> FreeMap<'a> {
    /// The map in a manager's words. It is empty if all but the number of leaf words are 0.
    pub fn from_words(words: &'a [Cell<i32>]) -> Self {
        Self { words }
    }

    /// The number of slots in the map. O(1).
    pub fn count(&self) -> u32 {
        self.load(FREE_COUNT)
    }

    /// Whether the slot is in the map. O(1).
    pub fn contains(&self, slot: u32) -> bool {
        slot / 32 < self.leaf_words() && self.leaf(slot / 32) & bit(slot) != 0
    }

    /// Whether all slots of a run are in the map. O(run / 32).
    pub fn contains_run(&self, run: Range<u32>) -> bool {
        word_masks(run)
            .all(|(word, mask)| word < self.leaf_words() && self.leaf(word) & mask == mask)
    }

    /// Adds a slot. Returns false, and changes nothing, if it is in the map or the bitmap does
    /// not cover it. O(1): at most two steps for each level of the tree.
    #[inline]
    pub fn insert(&self, slot: u32) -> bool {
        let word = slot / 32;
        if word >= self.leaf_words() || self.leaf(word) & bit(slot) != 0 {
            return false;
        }
        self.set_bits(word, bit(slot));
        true
    }

    /// Adds a run of slots, none of which is in the map. O(run / 32).
    pub fn insert_run(&self, run: Range<u32>) {
        word_masks(run).for_each(|(word, mask)| self.set_bits(word, mask));
    }

    /// Removes a run of slots, all of which are in the map. O(run / 32).
    pub fn remove_run(&self, run: Range<u32>) {
        for (word, mask) in word_masks(run) {
            self.store(FREE_COUNT, self.count() - mask.count_ones());
            self.set_leaf(word, self.leaf(word) & !mask);
        }
    }

    /// The lowest slot. Moves the cursor to its word. O(1) amortised: a search takes two steps
    /// for each level of the tree, and clears the stale summary bits that it meets.
    #[inline]
    pub fn lowest(&self) -> Option<u32> {
        if self.count() == 0 {
            return None;
        }
        let word = self.move_cursor();
        Some(word * 32 + self.leaf(word).trailing_zeros())
    }

    /// Removes the lowest slot, and returns it. O(1) amortised, as [`FreeMap::lowest`].
    #[inline]
    pub fn take_lowest(&self) -> Option<u32> {
        if self.count() == 0 {
            return None;
        }
        let word = self.move_cursor();
        let bits = self.leaf(word);
        self.store(FREE_COUNT, self.count() - 1);
        self.set_leaf(word, bits & (bits - 1));
        Some(word * 32 + bits.trailing_zeros())
    }

    /// Adds the slots of a map with fewer leaf words to this one, which is empty but for the
    /// header. O(words).
    pub(crate) fn copy_leaf_words(&self, old: FreeMap<'_>) {
        for word in 0..old.leaf_words() {
            let bits = old.leaf(word);
            if bits != 0 {
                self.set_leaf(word, bits);
                self.set_summary_bits(self.leaf_words() + word);
            }
        }
    }

    /// The first slot from `from` up that is in the map, or 32 × the number of leaf words.
    /// O(words).
    pub(crate) fn next_in_map(&self, from: u32) -> u32 {
        self.position(from, |bits| bits)
    }

    /// The first slot from `from` up that is not in the map, or 32 × the number of leaf words.
    /// O(words).
    pub(crate) fn next_not_in_map(&self, from: u32) -> u32 {
        self.position(from, |bits| !bits)
    }

    fn position(&self, from: u32, wanted: impl Fn(u32) -> u32) -> u32 {
        let end = self.leaf_words() * 32;
        let mut slot = from;
        while slot < end {
            let bits = wanted(self.leaf(slot / 32)) & (u32::MAX << (slot % 32));
            if bits != 0 {
                return slot / 32 * 32 + bits.trailing_zeros();
            }
            slot = (slot | 31) + 1;
        }
        end
    }

    /// Panics unless C1, C2 and the count of C3 hold; `Slots::check_invariants` checks the rest.
    /// O(words). For tests.
    pub fn check_invariants(&self) {
        let leaf_words = self.leaf_words();
        let non_zero: Vec<u32> = (0..leaf_words).filter(|&word| self.leaf(word) != 0).collect();
        let cursor = self.load(CURSOR);
        assert!(non_zero.iter().all(|&word| word >= cursor), "C1: the cursor is {cursor}");
        let leaves = non_zero.iter().filter(|&&word| word != cursor).map(|word| leaf_words + word);
        let summaries = (1..leaf_words / 16).filter(|&node| self.summary(node) != 0);
        for node in leaves.chain(summaries) {
            assert_ne!(self.summary(node / 32) & bit(node), 0, "C2: node {node}");
        }
        let counted: u32 = non_zero.iter().map(|&word| self.leaf(word).count_ones()).sum();
        assert_eq!(self.count(), counted, "C3");
    }

    /// Sets bits of a leaf word, all of which are clear.
    #[inline]
    fn set_bits(&self, word: u32, mask: u32) {
        let bits = self.leaf(word);
        let cursor = self.load(CURSOR);
        if self.count() == 0 {
            self.store(CURSOR, word);
        } else if word < cursor {
            if self.leaf(cursor) != 0 {
                self.set_summary_bits(self.leaf_words() + cursor);
            }
            self.store(CURSOR, word);
        } else if bits == 0 && word != cursor {
            self.set_summary_bits(self.leaf_words() + word);
        }
        self.set_leaf(word, bits | mask);
        self.store(FREE_COUNT, self.count() + mask.count_ones());
    }

    /// Moves the cursor to the lowest non-zero leaf word, and returns it. There must be one.
    #[inline]
    fn move_cursor(&self) -> u32 {
        let cursor = self.load(CURSOR);
        if self.leaf(cursor) != 0 {
            return cursor;
        }
        let word = self.next_word(cursor);
        self.store(CURSOR, word);
        word
    }

    /// Sets the summary bits of a node that becomes non-zero: its own, and those of its ancestors
    /// that become non-zero by it. The highest comes first, so that C2 holds after every step.
    fn set_summary_bits(&self, node: u32) {
        let parent = node / 32;
        let bits = self.summary(parent);
        if bits == 0 && parent != 0 {
            self.set_summary_bits(parent);
        }
        self.set_summary(parent, bits | bit(node));
    }

    /// The lowest non-zero leaf word, if the given one and all before it are zero. Goes up until
    /// a summary word is non-zero, then down along the lowest set bits. Clears each summary bit
    /// whose child it has just seen to be zero; clearing others would break C2.
    ///
    /// # Panics
    ///
    /// If all leaf words are zero.
    #[inline]
    fn next_word(&self, word: u32) -> u32 {
        let leaf_words = self.leaf_words();
        let mut node = leaf_words + word;
        loop {
            let mut bits = 0;
            while bits == 0 {
                assert!(node != 0, "the free map has fewer bits than it counts");
                bits = self.summary(node / 32) & !bit(node);
                node /= 32;
                self.set_summary(node, bits);
            }
            while bits != 0 && node < leaf_words {
                node = node * 32 + bits.trailing_zeros();
                bits = if node < leaf_words {
                    self.summary(node)
                } else {
                    self.leaf(node - leaf_words)
                };
            }
            if bits != 0 {
                return node - leaf_words;
            }
        }
    }

    #[inline]
    fn leaf_words(&self) -> u32 {
        self.load(LEAF_WORDS)
    }

    #[inline]
    fn leaf(&self, word: u32) -> u32 {
        self.load(BITMAP_OFFSET + word as usize)
    }

    #[inline]
    fn set_leaf(&self, word: u32, bits: u32) {
        self.store(BITMAP_OFFSET + word as usize, bits);
    }

    #[inline]
    fn summary(&self, node: u32) -> u32 {
        self.load(BITMAP_OFFSET + (self.leaf_words() + node) as usize)
    }

    #[inline]
    fn set_summary(&self, node: u32, bits: u32) {
        self.store(BITMAP_OFFSET + (self.leaf_words() + node) as usize, bits);
    }

    #[inline]
    fn load(&self, i: usize) -> u32 {
        self.words[i].get() as u32
    }

    #[inline]
    fn store(&self, i: usize, value: u32) {
        self.words[i].set(value as i32);
    }
}

/// The bit of a slot in its leaf word, or of a node in its summary word.
fn bit(index: u32) -> u32 {
    1 << (index % 32)
}

/// The leaf words that a run has bits in, each with the mask of these bits.
#[inline]
fn word_masks(run: Range<u32>) -> impl Iterator<Item = (u32, u32)> {
    let mut start = run.start;
    std::iter::from_fn(move || {
        if start >= run.end {
            return None;
        }
        let end = run.end.min((start | 31) + 1);
        let mask = (u32::MAX >> (32 - (end - start))) << (start % 32);
        let word = start / 32;
        start = end;
        Some((word, mask))
    })
}
