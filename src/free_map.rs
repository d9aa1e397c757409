//! The free map: every free slot that is neither in the lane nor in the tail.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::memory::{BITS, COUNT, WORDS};

/// A set of slots, from which runs are taken lowest first, over the integers of
/// a manager (`memory.rs`).
///
/// It is a 32-ary tree of bits. A leaf is an integer with a bit for each of 32
/// slots, 1 is free; a bit above says "the integer below may not be 0". With `n`
/// leaves, leaf `i` is node `n + i`, the node above node `i` is `i / 32`, in
/// which its bit is `i % 32`, and the uppermost is node 0. Summaries over a
/// bitmap are from Banga and Mogul, "Scalable kernel performance for Internet
/// servers", USENIX 1998; the numbering is that of a binary heap.
///
/// Slots of which there is no memory for the bits are not in the map, and must
/// not be added.
///
/// ```
/// use callosum_server_slots::{FreeMap, memory};
/// use std::cell::Cell;
///
/// let cells = vec![Cell::new(0); memory::cells_for(32)];
/// cells[memory::WORDS].set(32);
/// let map = FreeMap::over(&cells);
/// assert!(map.insert(7));
/// assert!(!map.insert(7));
/// map.insert_run(100..110);
/// assert_eq!(map.take_run(0), Some(7..8));
/// assert_eq!(map.take_run(8), Some(100..110));
/// assert_eq!(map.take_run(110), None);
/// ```
#[derive(Clone, Copy)]
pub struct FreeMap<'a> {
    cells: &'a [Cell<i32>],
}

impl<'a> FreeMap<'a> {
    /// The map that is in a manager's integers. All 0 but the one that says how
    /// many there are, it is an empty one.
    pub fn over(cells: &'a [Cell<i32>]) -> Self {
        Self { cells }
    }

    /// How many slots are in the map. O(1).
    pub fn count(&self) -> u32 {
        self.cells[COUNT].get() as u32
    }

    /// Whether the slot is in the map. O(1).
    pub fn contains(&self, slot: u32) -> bool {
        slot / 32 < self.words() && self.word(slot / 32) & bit(slot) != 0
    }

    /// Whether all slots of a run are in the map. O(run / 32).
    pub fn contains_run(&self, run: Range<u32>) -> bool {
        pieces(run).all(|(word, mask)| word < self.words() && self.word(word) & mask == mask)
    }

    /// Adds a slot, and says whether it was missing; false too where there is no
    /// memory for its bit. O(1).
    pub fn insert(&self, slot: u32) -> bool {
        let word = slot / 32;
        if word >= self.words() {
            return false;
        }
        if self.word(word) & bit(slot) != 0 {
            return false;
        }
        self.add_to_count(1);
        self.set_bits(word, bit(slot));
        true
    }

    /// Adds a run of slots that are missing. O(run / 32).
    pub fn insert_run(&self, run: Range<u32>) {
        self.add_to_count((run.end - run.start) as i32);
        pieces(run).for_each(|(word, mask)| self.set_bits(word, mask));
    }

    /// Removes a run of slots that are there. O(run / 32).
    pub fn remove_run(&self, run: Range<u32>) {
        self.add_to_count(-((run.end - run.start) as i32));
        pieces(run).for_each(|(word, mask)| self.clear_bits(word, mask));
    }

    /// The lowest slot from `from` up. O(1): two steps for each level of summaries.
    pub fn lowest(&self, from: u32) -> Option<u32> {
        let (word, bits) = self.lowest_bits(from)?;
        Some(word * 32 + bits.trailing_zeros())
    }

    /// Takes out the lowest run from `from` up, as far as it is in one integer.
    /// O(1), as [`FreeMap::lowest`].
    pub fn take_run(&self, from: u32) -> Option<Range<u32>> {
        let (word, bits) = self.lowest_bits(from)?;
        let first = bits.trailing_zeros();
        let length = (bits >> first).trailing_ones();
        self.add_to_count(-(length as i32));
        self.clear_bits(word, mask(first, length));
        let start = word * 32 + first;
        Some(start..start + length)
    }

    /// The slots in the map as runs, ascending. O(words) in all.
    pub fn runs(self) -> impl Iterator<Item = Range<u32>> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            let start = self.lowest(from)?;
            from = start;
            while self.contains(from) {
                from += (self.word(from / 32) >> (from % 32)).trailing_ones();
            }
            Some(start..from)
        })
    }

    /// Panics where a summary lacks a bit, or the count is wrong. For tests.
    pub fn check(&self) {
        let words = self.words();
        for word in (0..words).filter(|&word| self.word(word) != 0) {
            let mut node = words + word;
            while node > 0 {
                assert_ne!(self.summary(node / 32) & bit(node), 0, "node {node} is not marked");
                node /= 32;
            }
        }
        let counted: u32 = (0..words).map(|word| self.word(word).count_ones()).sum();
        assert_eq!(self.count(), counted, "the count");
    }

    /// The lowest leaf that has slots from `from` up, and which.
    #[inline]
    fn lowest_bits(&self, from: u32) -> Option<(u32, u32)> {
        let word = from / 32;
        if word >= self.words() {
            return None;
        }
        match self.word(word) & (u32::MAX << (from % 32)) {
            0 => self.next_word(word).map(|word| (word, self.word(word))),
            bits => Some((word, bits)),
        }
    }

    /// Sets bits of a leaf, and says above that it is not 0.
    #[inline]
    fn set_bits(&self, word: u32, mask: u32) {
        let bits = self.word(word);
        self.set_word(word, bits | mask);
        if bits == 0 {
            self.mark(self.words() + word);
        }
    }

    /// Clears bits of a leaf, and says above where it is 0 then.
    #[inline]
    fn clear_bits(&self, word: u32, mask: u32) {
        let rest = self.word(word) & !mask;
        self.set_word(word, rest);
        if rest == 0 {
            self.unmark(self.words() + word);
        }
    }

    /// Says above that a node is not 0.
    #[inline]
    fn mark(&self, mut node: u32) {
        while node > 0 {
            let above = self.summary(node / 32);
            self.set_summary(node / 32, above | bit(node));
            if above != 0 {
                return;
            }
            node /= 32;
        }
    }

    /// Says above that a node is 0.
    #[inline]
    fn unmark(&self, mut node: u32) {
        while node > 0 {
            let rest = self.summary(node / 32) & !bit(node);
            self.set_summary(node / 32, rest);
            if rest != 0 {
                return;
            }
            node /= 32;
        }
    }

    /// The lowest leaf above a leaf that is not 0: up to where there is a bit, and
    /// down again. Takes away the bits that turn out to stand for a 0; who shares
    /// the memory may have left some.
    #[inline]
    fn next_word(&self, word: u32) -> Option<u32> {
        let words = self.words();
        let mut node = words + word;
        loop {
            let higher = loop {
                if node == 0 {
                    return None;
                }
                let higher = self.summary(node / 32) & (u32::MAX << (node % 32) << 1);
                node /= 32;
                if higher != 0 {
                    break higher;
                }
            };
            node = node * 32 + higher.trailing_zeros();
            while node < words && self.summary(node) != 0 {
                node = node * 32 + self.summary(node).trailing_zeros();
            }
            if node >= words && self.word(node - words) != 0 {
                return Some(node - words);
            }
            self.unmark(node);
        }
    }

    #[inline]
    fn words(&self) -> u32 {
        self.cells[WORDS].get() as u32
    }

    #[inline]
    fn word(&self, word: u32) -> u32 {
        self.cells[BITS + word as usize].get() as u32
    }

    #[inline]
    fn set_word(&self, word: u32, bits: u32) {
        self.cells[BITS + word as usize].set(bits as i32);
    }

    #[inline]
    fn summary(&self, node: u32) -> u32 {
        self.cells[BITS + (self.words() + node) as usize].get() as u32
    }

    #[inline]
    fn set_summary(&self, node: u32, bits: u32) {
        self.cells[BITS + (self.words() + node) as usize].set(bits as i32);
    }

    #[inline]
    fn add_to_count(&self, change: i32) {
        let count = &self.cells[COUNT];
        count.set(count.get() + change);
    }
}

impl fmt::Debug for FreeMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runs()).finish()
    }
}

/// A slot's bit among the 32 around it, or a node's.
fn bit(slot: u32) -> u32 {
    1 << (slot % 32)
}

/// The integers that a run has its bits in, and which bits.
#[inline]
fn pieces(run: Range<u32>) -> impl Iterator<Item = (u32, u32)> {
    let mut start = run.start;
    std::iter::from_fn(move || {
        if start >= run.end {
            return None;
        }
        let end = run.end.min((start | 31) + 1);
        let piece = (start / 32, mask(start % 32, end - start));
        start = end;
        Some(piece)
    })
}

/// So many bits, at least one, from the first up.
#[inline]
fn mask(first: u32, length: u32) -> u32 {
    (u32::MAX >> (32 - length)) << first
}
