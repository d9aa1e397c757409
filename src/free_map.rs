//! The free map: every free slot that is not in the lane.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::Memory;

/// Index of the integer that holds the map's end.
pub const END: usize = 0;
/// Index of the integer that holds the index of the first integer of the pages.
pub const PAGES: usize = 1;
/// Index of the integer that holds how many slots are in the map.
pub const COUNT: usize = 2;
/// Index of the integer that holds up to which slot there is memory.
pub const CAPACITY: usize = 3;
/// Index of the first integer of bits, 32 slots in each.
pub const BITS: usize = 4;

/// How many slots a bit of the pages stands for.
pub const PAGE: u32 = 1 << 12;

/// How many slots there is memory for at first.
const FIRST_CAPACITY: u32 = 1 << 10;

/// Memory was refused; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory;

/// A set of slots, from which runs are taken lowest first.
///
/// A bit for each slot below the map's end, 1 is free; over them a bit for each
/// page of [`PAGE`] slots, 1 is "a slot in it may be free". Summaries over a
/// bitmap are from Banga and Mogul, "Scalable kernel performance for Internet
/// servers", USENIX 1998. From the end up no slot has a bit: there is the tail.
/// It begins where a run that reaches the end is added, and a piece of it is
/// taken by moving the end.
///
/// The bits live in [`Memory`] that JavaScript may see, so that it can put a
/// slot into the map by setting the slot's bit and its page's and counting.
/// Putting never needs memory: no piece of the tail is taken before there is
/// memory for its bits, an eighth of a byte a slot and as much again for growth.
///
/// ```
/// use callosum_server_slots::FreeMap;
///
/// let mut map = FreeMap::new(10_000);
/// let source: Box<[_]> = Box::default();
/// assert_eq!(map.grow(&source), Ok(true));
/// assert_eq!(map.take_tail(10), Some(0..10));
/// assert!(map.insert(7));
/// assert!(!map.insert(7));
/// assert_eq!(map.take_run(0), Some(7..8));
/// assert_eq!(map.take_run(8), None);
/// ```
pub struct FreeMap<M> {
    limit: u32,
    /// `None` until the map first grows.
    memory: Option<M>,
}

impl<M: Memory> FreeMap<M> {
    /// A map in which all is tail, and which never has memory for slots from
    /// `limit` up. Allocates nothing.
    pub const fn new(limit: u32) -> Self {
        Self { limit, memory: None }
    }

    /// The memory, once there is some.
    pub fn memory(&self) -> Option<&M> {
        self.memory.as_ref()
    }

    /// The slots below are in the map or not; the slots from here up are the tail.
    /// O(1).
    pub fn end(&self) -> u32 {
        self.header(END)
    }

    /// The slots below have memory for their bits. O(1).
    pub fn capacity(&self) -> u32 {
        self.header(CAPACITY)
    }

    /// How many slots are in the map, the tail not counted. O(1).
    pub fn count(&self) -> u32 {
        self.header(COUNT)
    }

    /// Whether the slot is in the map. O(1).
    pub fn contains(&self, slot: u32) -> bool {
        slot < self.end() && self.bits(slot) & bit(slot) != 0
    }

    /// Whether all slots of a run that ends before the map does are in the map.
    /// O(run / 32).
    pub fn contains_run(&self, run: Range<u32>) -> bool {
        run.is_empty() || self.contains(run.start) && self.run_end(run.start) >= run.end
    }

    /// Adds a slot, and says whether it was missing; false also for a slot that
    /// is not below the end. O(1).
    pub fn insert(&mut self, slot: u32) -> bool {
        let missing = slot < self.end() && self.bits(slot) & bit(slot) == 0;
        if missing {
            self.insert_run(slot..slot + 1);
        }
        missing
    }

    /// Adds a run of slots that are missing and below the end. O(run / 32), but
    /// O(1) where the run reaches the end: it is the tail then.
    #[inline]
    pub fn insert_run(&mut self, run: Range<u32>) {
        if run.end == self.end() {
            self.set_end(run.start);
        } else {
            self.give_bits(run);
        }
    }

    #[inline]
    fn give_bits(&mut self, run: Range<u32>) {
        self.change(run.clone(), |bits, mask| bits | mask);
        for page in run.start / PAGE..run.end.div_ceil(PAGE) {
            self.mark_page(page * PAGE, true);
        }
        self.add_to_count((run.end - run.start) as i32);
    }

    /// Removes a run of slots that are there. O(run / 32).
    #[inline]
    pub fn remove_run(&mut self, run: Range<u32>) {
        self.change(run.clone(), |bits, mask| bits & !mask);
        self.add_to_count(-((run.end - run.start) as i32));
    }

    /// Changes the bits of a run, one integer after the other.
    #[inline]
    fn change(&mut self, run: Range<u32>, how: impl Fn(u32, u32) -> u32) {
        let mut start = run.start;
        while start < run.end {
            let end = run.end.min((start | 31) + 1);
            let cell = self.cell(start);
            cell.set(how(cell.get() as u32, mask(start, end)) as i32);
            start = end;
        }
    }

    /// Takes the lowest run out, where no slot below `from` is in the map.
    ///
    /// One step for 32 slots within a page, one for 131,072 slots between pages;
    /// fewer where `from` is the end of the last run taken, instead of 0.
    pub fn take_run(&mut self, from: u32) -> Option<Range<u32>> {
        let start = self.lowest(from)?;
        let cell = self.cell(start);
        let bits = cell.get() as u32;
        let ones = (bits >> (start % 32)).trailing_ones();
        let end = start + ones;
        if start % 32 + ones < 32 {
            // Most runs end within an integer.
            cell.set((bits & !mask(start, end)) as i32);
            self.add_to_count(-(ones as i32));
            return Some(start..end);
        }
        let run = start..self.run_end(start);
        self.remove_run(run.clone());
        Some(run)
    }

    /// Takes the tail's slots out, up to `end` or as far as there is memory.
    pub fn take_tail(&mut self, end: u32) -> Option<Range<u32>> {
        let run = self.end()..end.min(self.capacity());
        if run.is_empty() {
            return None;
        }
        self.set_end(run.end);
        Some(run)
    }

    /// Gives the tail's slots up to `end`, for which there is memory, bits.
    pub fn extend(&mut self, end: u32) {
        if let Some(run) = self.take_tail(end) {
            self.give_bits(run);
        }
    }

    /// Doubles the memory; false where it is enough for all slots. O(end / 32).
    pub fn grow(&mut self, source: &M) -> Result<bool, OutOfMemory> {
        let (end, old_capacity) = (self.end(), self.capacity());
        if old_capacity == self.limit {
            return Ok(false);
        }
        let capacity = old_capacity.saturating_mul(2).max(FIRST_CAPACITY).min(self.limit);
        let pages = BITS + words(capacity);
        let cells = pages + words(capacity.div_ceil(PAGE));
        let memory = source.allocate(cells).ok_or(OutOfMemory)?;
        let cells = memory.as_ref();
        let (old_bits, old_pages) = self.cells().split_at(self.header(PAGES) as usize);
        copy(old_bits, cells);
        copy(old_pages, &cells[pages..]);
        cells[END].set(end as i32);
        cells[PAGES].set(pages as i32);
        cells[CAPACITY].set(capacity as i32);
        self.memory = Some(memory);
        Ok(true)
    }

    /// Empties the map and gives its memory back.
    pub fn clear(&mut self) {
        self.memory = None;
    }

    /// The slots in the map as runs, ascending. O(end / 32).
    pub fn runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let start = self.lowest_bit(from, self.end())?;
            from = self.run_end(start);
            Some(start..from)
        })
    }

    /// The lowest slot, where none below `from` is in the map. Unmarks the pages
    /// that turn out to be empty.
    #[inline]
    fn lowest(&mut self, from: u32) -> Option<u32> {
        if !from.is_multiple_of(32) {
            // The run taken last mostly leaves others in its integer.
            let rest = self.bits(from) & (u32::MAX << (from % 32));
            if rest != 0 {
                return Some(from - from % 32 + rest.trailing_zeros());
            }
        }
        let mut from = from;
        while self.count() > 0 {
            if from < self.end() && self.page_is_marked(from) {
                let page_end = self.end().min((from | (PAGE - 1)) + 1);
                if let Some(slot) = self.lowest_bit(from, page_end) {
                    return Some(slot);
                }
                self.mark_page(from, false);
            }
            from = self.lowest_page()? * PAGE;
        }
        None
    }

    /// Where the run that `start` is in ends.
    fn run_end(&self, start: u32) -> u32 {
        let mut end = start;
        while end < self.end() {
            let ones = (self.bits(end) >> (end % 32)).trailing_ones();
            end += ones;
            if ones == 0 || !end.is_multiple_of(32) {
                break;
            }
        }
        end
    }

    /// The lowest slot in the map from `from` up and below `end`.
    #[inline]
    fn lowest_bit(&self, from: u32, end: u32) -> Option<u32> {
        if from >= end {
            return None;
        }
        let first = self.bits(from) & (u32::MAX << (from % 32));
        if first != 0 {
            return Some(from - from % 32 + first.trailing_zeros());
        }
        let rest = &self.cells()[BITS + words_before(from) + 1..BITS + words(end)];
        let (skipped, bits) = first_nonzero(rest)?;
        Some((from | 31) + 1 + skipped * 32 + bits.trailing_zeros())
    }

    /// The lowest page that may have a slot in the map.
    fn lowest_page(&self) -> Option<u32> {
        let cells = self.cells();
        let (skipped, pages) = first_nonzero(&cells[cells[PAGES].get() as usize..])?;
        Some(skipped * 32 + pages.trailing_zeros())
    }

    /// Empty until the map first grows.
    #[inline]
    fn cells(&self) -> &[Cell<i32>] {
        self.memory.as_ref().map_or(&[], AsRef::as_ref)
    }

    /// An integer of the header; 0 until the map first grows.
    #[inline]
    fn header(&self, i: usize) -> u32 {
        self.cells().get(i).map_or(0, |cell| cell.get() as u32)
    }

    #[inline]
    fn set_end(&mut self, end: u32) {
        self.cells()[END].set(end as i32);
    }

    /// The integer that a slot below the end has its bit in.
    #[inline]
    fn cell(&self, slot: u32) -> &Cell<i32> {
        &self.cells()[BITS + words_before(slot)]
    }

    #[inline]
    fn bits(&self, slot: u32) -> u32 {
        self.cell(slot).get() as u32
    }

    #[inline]
    fn page_cell(&self, slot: u32) -> &Cell<i32> {
        let cells = self.cells();
        &cells[cells[PAGES].get() as usize + words_before(slot / PAGE)]
    }

    #[inline]
    fn page_is_marked(&self, slot: u32) -> bool {
        self.page_cell(slot).get() as u32 & bit(slot / PAGE) != 0
    }

    #[inline]
    fn mark_page(&mut self, slot: u32, marked: bool) {
        let (cell, bit) = (self.page_cell(slot), bit(slot / PAGE));
        let others = cell.get() as u32 & !bit;
        cell.set(if marked { others | bit } else { others } as i32);
    }

    #[inline]
    fn add_to_count(&mut self, change: i32) {
        let count = &self.cells()[COUNT];
        count.set(count.get() + change);
    }
}

impl<M: Memory> fmt::Debug for FreeMap<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runs()).finish()
    }
}

/// How many integers it takes for as many bits.
fn words(bits: u32) -> usize {
    bits.div_ceil(32) as usize
}

/// Which integer a bit is in.
fn words_before(bit: u32) -> usize {
    (bit / 32) as usize
}

/// A slot's bit among the 32 around it.
fn bit(slot: u32) -> u32 {
    1 << (slot % 32)
}

/// The bits of a run within one integer that is not empty.
#[inline]
fn mask(start: u32, end: u32) -> u32 {
    (u32::MAX >> (32 - (end - start))) << (start % 32)
}

/// The first integer that is not 0, and how many come before it.
fn first_nonzero(cells: &[Cell<i32>]) -> Option<(u32, u32)> {
    let place = cells.iter().position(|cell| cell.get() != 0)?;
    Some((place as u32, cells[place].get() as u32))
}

fn copy(from: &[Cell<i32>], to: &[Cell<i32>]) {
    for (from, to) in from.iter().zip(to) {
        to.set(from.get());
    }
}
