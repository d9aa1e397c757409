//! The whole manager in safe Rust.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::free_map::FreeMap;
use crate::memory::{
    CAPACITY, CURSOR, FREE_COUNT, HIGH_WATER, INITIAL_LEAF_WORDS, LEAF_WORDS, LEASE_COUNT, LIMIT,
    MAX_GIVEN, Memory, SPARSE_COUNT, words_for,
};
use crate::sparse::SparseSet;

/// The most slots that a manager can have in use: slots are 0 to 2³¹ - 2.
pub const MAX_SLOTS: u32 = i32::MAX as u32;

/// Grow the bitmap to cover a run only if the run's end is at most this many times the number of
/// slots in use. The bitmap then takes at most 17 bytes for each of them.
const SLOTS_PER_SLOT_IN_USE: u64 = 64;

/// Why [`Slots::get`] returned no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFreeSlot {
    /// All slots below the limit are in use.
    AllInUse,
    /// There are free slots, but the bitmap has to grow and the allocation failed.
    OutOfMemory,
}

/// The slot passed to [`Slots::put`] is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotInUse;

/// Why [`Slots::reserve`] reserved nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotReserve {
    /// The slot is in use.
    InUse,
    /// There is no such slot: it is not below the limit.
    NoSuchSlot,
    /// The bitmap has to grow and the allocation failed.
    OutOfMemory,
}

/// Hands out the lowest free slot.
///
/// A free slot below the *high-water mark* is in the [`FreeMap`]. The *capacity* is the number of
/// slots that the bitmap covers; the high-water mark is at most the capacity. Of the slots from
/// the high-water mark up, only the *sparse reservations* are stored: slots in use at or above
/// the capacity, in an ordered set of runs. Besides C1 to C3 of the [`FreeMap`], an invariant
/// holds between calls:
///
/// - C4. A slot below the high-water mark is in use exactly when it is not in the map. A slot at
///   or above it is in use exactly when it is a sparse reservation, all of which are at or above
///   the capacity, in runs no two of which touch.
///
/// JavaScript relies on these invariants: `index.js` runs [`Slots::get`] and [`Slots::put`] on
/// the same words, in the same steps.
///
/// Memory is 4.25 bytes for each 32 slots of the capacity. The capacity doubles when it is used
/// up, and [`Slots::clear`] gives the memory back.
///
/// ```
/// use callosum_server_slots::{NotInUse, Slots};
///
/// let mut slots = Slots::new();
/// assert_eq!(slots.get(), Ok(0));
/// assert_eq!(slots.get(), Ok(1));
/// assert_eq!(slots.put(0), Ok(()));
/// assert_eq!(slots.put(0), Err(NotInUse));
/// assert_eq!(slots.get(), Ok(0));
/// ```
pub struct Slots<M = Box<[Cell<i32>]>> {
    /// The header and the bitmap (`memory.rs`).
    memory: M,
    /// The slots in use at or above the capacity.
    sparse: SparseSet,
}

impl Slots {
    /// A manager of [`MAX_SLOTS`] slots, all free.
    pub fn new() -> Self {
        Self::with_max_slots(MAX_SLOTS)
    }

    /// A manager of `max_slots` slots, all free.
    ///
    /// # Panics
    ///
    /// If `max_slots` is more than [`MAX_SLOTS`].
    pub fn with_max_slots(max_slots: u32) -> Self {
        let memory = vec![Cell::new(0); words_for(INITIAL_LEAF_WORDS)];
        Self::from_words(memory.into(), max_slots)
    }
}

impl Default for Slots {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Memory> Slots<M> {
    /// A manager of `max_slots` slots, all free, that keeps its state in `memory` and takes more
    /// from the same source when it needs some. The number of words must be [`words_for`] some
    /// number of leaf words, and all of them must be 0.
    ///
    /// # Panics
    ///
    /// If `max_slots` is more than [`MAX_SLOTS`], or the number of words is not valid.
    pub fn from_words(memory: M, max_slots: u32) -> Self {
        assert!(max_slots <= MAX_SLOTS, "at most {MAX_SLOTS} slots");
        let slots = Self::from_parts(memory, SparseSet::default());
        slots.write_sizes(max_slots);
        slots
    }

    /// A manager in the state that the words and the sparse reservations are in.
    pub(crate) fn from_parts(memory: M, sparse: SparseSet) -> Self {
        Self { memory, sparse }
    }

    /// The sparse reservations, for [`Slots::from_parts`].
    #[cfg(all(feature = "node", not(test)))]
    pub(crate) fn into_sparse(self) -> SparseSet {
        self.sparse
    }

    /// Takes the lowest free slot.
    ///
    /// O(1) amortised: over the slots that a growth of the bitmap adds, and over the calls of
    /// [`Slots::put`] that set the summary bits which a search clears.
    #[inline]
    pub fn get(&mut self) -> Result<u32, NoFreeSlot> {
        if let Some(slot) = self.map().take_lowest() {
            return Ok(slot);
        }
        let slot = self.load(HIGH_WATER);
        if slot >= self.load(CAPACITY) {
            return self.grow_and_get();
        }
        self.store(HIGH_WATER, slot + 1);
        Ok(slot)
    }

    /// Frees a slot that is in use. Allocates nothing.
    ///
    /// O(1) below the capacity: at most two steps for each level of the bitmap. O(log n) for n
    /// runs of sparse reservations.
    #[inline]
    pub fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        if slot >= self.load(HIGH_WATER) {
            return self.put_sparse(slot);
        }
        if self.map().insert(slot) { Ok(()) } else { Err(NotInUse) }
    }

    /// What [`Slots::get`] would return; `None` if no slot is free. O(1) amortised, as
    /// [`Slots::get`].
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::with_max_slots(1);
    /// assert_eq!(slots.peek(), Some(0));
    /// assert_eq!(slots.get(), Ok(0));
    /// assert_eq!(slots.peek(), None);
    /// ```
    pub fn peek(&self) -> Option<u32> {
        let slot = self.map().lowest().unwrap_or_else(|| {
            let high_water = self.load(HIGH_WATER);
            // At the capacity, a run of sparse reservations may follow.
            self.sparse.end_of_run_at(high_water).unwrap_or(high_water)
        });
        (slot < self.max_slots()).then_some(slot)
    }

    /// Whether the slot is in use. O(1) below the capacity, O(log n) for n runs of sparse
    /// reservations.
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::new();
    /// assert_eq!(slots.get(), Ok(0));
    /// assert!(slots.contains(0));
    /// assert!(!slots.contains(1));
    /// ```
    pub fn contains(&self, slot: u32) -> bool {
        if slot < self.load(HIGH_WATER) {
            !self.map().contains(slot)
        } else {
            self.sparse.end_of_run_at(slot).is_some()
        }
    }

    /// Takes the given slot; see [`Slots::reserve_run`].
    ///
    /// ```
    /// # use callosum_server_slots::{CannotReserve, Slots};
    /// let mut slots = Slots::new();
    /// assert_eq!(slots.reserve(1), Ok(()));
    /// assert_eq!(slots.reserve(1), Err(CannotReserve::InUse));
    /// assert_eq!(slots.get(), Ok(0));
    /// assert_eq!(slots.get(), Ok(2));
    /// ```
    pub fn reserve(&mut self, slot: u32) -> Result<(), CannotReserve> {
        self.reserve_run(slot..slot.saturating_add(1))
    }

    /// Takes all slots of a run, or none.
    ///
    /// Memory is in proportion to the most slots that were in use at once, not to the highest
    /// slot. The bitmap grows, once, to cover the run if the run's end is at most 64 times the
    /// number of slots in use. It then takes at most 17 bytes for each slot in use. Otherwise the
    /// slots at or above the capacity become sparse reservations, of which each run takes about
    /// 10 to 50 bytes, until the bitmap grows over them.
    ///
    /// Below the capacity O((end - s) / 32), where s is the lower of the run's start and the
    /// high-water mark, and O(capacity) if the bitmap grows. O(log n) for n runs of sparse
    /// reservations.
    ///
    /// ```
    /// # use callosum_server_slots::{CannotReserve, Slots};
    /// let mut slots = Slots::new();
    /// assert_eq!(slots.reserve_run(0..3), Ok(()));
    /// assert_eq!(slots.reserve_run(2..5), Err(CannotReserve::InUse));
    /// assert_eq!(slots.get(), Ok(3));
    /// ```
    pub fn reserve_run(&mut self, run: Range<u32>) -> Result<(), CannotReserve> {
        if run.is_empty() || run.end > self.max_slots() {
            return Err(CannotReserve::NoSuchSlot);
        }
        let below_high_water = run.start..run.end.min(self.load(HIGH_WATER));
        if !self.map().contains_run(below_high_water) || self.sparse.overlaps(&run) {
            return Err(CannotReserve::InUse);
        }
        let in_use = u64::from(self.len()) + u64::from(run.end - run.start);
        if self.load(CAPACITY) < run.end && is_dense(run.end, in_use) {
            self.grow(leaf_words_below(run.end)).ok_or(CannotReserve::OutOfMemory)?;
        }
        let capacity = self.load(CAPACITY);
        self.take_run(run.start..run.end.min(capacity));
        let above_capacity = run.start.max(capacity)..run.end;
        if !above_capacity.is_empty() {
            self.store(SPARSE_COUNT, self.load(SPARSE_COUNT) + (run.end - above_capacity.start));
            self.sparse.insert(above_capacity);
            self.raise_max_slot_given(run.end);
        }
        Ok(())
    }

    /// Frees all slots, as if none had ever been taken, and frees the memory. O(1) for the
    /// bitmap; O(capacity) if the allocation of the new, small one fails. O(n) for n runs of
    /// sparse reservations.
    ///
    /// ```
    /// # use callosum_server_slots::{NotInUse, Slots};
    /// let mut slots = Slots::new();
    /// assert_eq!(slots.get(), Ok(0));
    /// slots.clear();
    /// assert_eq!(slots.put(0), Err(NotInUse));
    /// assert_eq!(slots.max_slot_given(), 0);
    /// ```
    pub fn clear(&mut self) {
        let limit = self.max_slots();
        let small = words_for(INITIAL_LEAF_WORDS);
        let is_large = self.words().len() > small;
        match is_large.then(|| self.memory.allocate(small)).flatten() {
            Some(memory) => self.memory = memory,
            None => self.words().iter().for_each(|word| word.set(0)),
        }
        self.sparse = SparseSet::default();
        self.write_sizes(limit);
    }

    /// The slots in use, ascending. O(capacity) in all.
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::new();
    /// assert_eq!(slots.reserve_run(0..2), Ok(()));
    /// assert_eq!(slots.reserve(4), Ok(()));
    /// assert_eq!(slots.iter().collect::<Vec<_>>(), [0, 1, 4]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.in_use_runs().flatten()
    }

    /// The slots in use as runs, ascending, with at least one free slot between two of them.
    /// O(capacity) in all.
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::new();
    /// assert_eq!(slots.reserve_run(0..2), Ok(()));
    /// assert_eq!(slots.reserve(4), Ok(()));
    /// assert_eq!(slots.in_use_runs().collect::<Vec<_>>(), [0..2, 4..5]);
    /// ```
    pub fn in_use_runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.in_use_runs_from(0)
    }

    /// Those from `from` on, which is 0 or the capacity.
    pub(crate) fn in_use_runs_from(&self, from: u32) -> impl Iterator<Item = Range<u32>> + '_ {
        let (map, high_water) = (self.map(), self.load(HIGH_WATER));
        let mut end = from;
        let below_high_water = std::iter::from_fn(move || {
            let start = map.next_not_in_map(end);
            end = map.next_in_map(start).min(high_water);
            (start < high_water).then_some(start..end)
        });
        let mut runs = below_high_water.fuse().chain(self.sparse.runs_from(from)).peekable();
        std::iter::from_fn(move || {
            let mut run = runs.next()?;
            // The last run below the capacity may touch the first above it.
            if let Some(next) = runs.next_if(|next| next.start == run.end) {
                run.end = next.end;
            }
            Some(run)
        })
    }

    /// One more than the highest slot that was ever taken; 0 if none was, and after
    /// [`Slots::clear`]. O(1).
    pub fn max_slot_given(&self) -> u32 {
        self.load(HIGH_WATER).max(self.load(MAX_GIVEN))
    }

    /// Makes [`Slots::max_slot_given`] at least `given`, but no more than the limit, as if the
    /// slots below it had been taken and put back. O(1).
    pub fn raise_max_slot_given(&mut self, given: u32) {
        self.store(MAX_GIVEN, self.load(MAX_GIVEN).max(given.min(self.max_slots())));
    }

    /// How many slots there are, in use or free. O(1).
    pub fn max_slots(&self) -> u32 {
        self.load(LIMIT)
    }

    /// How many slots are in use. O(1).
    pub fn len(&self) -> u32 {
        self.load(HIGH_WATER) - self.load(FREE_COUNT) + self.load(SPARSE_COUNT)
    }

    /// Whether no slot is in use. O(1).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The words: others after growth or [`Slots::clear`].
    #[doc(hidden)]
    pub fn memory(&self) -> &M {
        &self.memory
    }

    /// Panics unless C1 to C4 hold. O(capacity).
    #[doc(hidden)]
    pub fn check_invariants(&self) {
        let (high_water, capacity) = (self.load(HIGH_WATER), self.load(CAPACITY));
        self.map().check_invariants();
        let covered = self.load(LEAF_WORDS) * 32;
        assert!(capacity == self.max_slots().min(covered), "the capacity is {capacity}");
        assert!(high_water <= capacity, "C3: the high-water mark is {high_water} of {capacity}");
        assert_eq!(self.map().next_in_map(high_water), covered, "C3: a slot above {high_water}");
        let sparse = || self.sparse.runs_from(0);
        assert!(sparse().all(|run| capacity <= run.start), "C4: {:?}", self.sparse);
        let mut pairs = sparse().zip(sparse().skip(1));
        assert!(pairs.all(|(run, next)| run.end < next.start), "C4: {:?}", self.sparse);
        let counted: u32 = sparse().map(|run| run.end - run.start).sum();
        assert_eq!(self.load(SPARSE_COUNT), counted, "C4: {:?}", self.sparse);
    }

    /// All slots below the capacity are in use.
    #[cold]
    fn grow_and_get(&mut self) -> Result<u32, NoFreeSlot> {
        if self.load(CAPACITY) == self.max_slots() {
            return Err(NoFreeSlot::AllInUse);
        }
        let leaf_words = (self.load(LEAF_WORDS) as usize * 2).max(INITIAL_LEAF_WORDS);
        self.grow(leaf_words).ok_or(NoFreeSlot::OutOfMemory)?;
        self.get()
    }

    #[cold]
    fn put_sparse(&mut self, slot: u32) -> Result<(), NotInUse> {
        if !self.sparse.remove(slot) {
            return Err(NotInUse);
        }
        self.store(SPARSE_COUNT, self.load(SPARSE_COUNT) - 1);
        Ok(())
    }

    /// Takes a free run, which may be empty, below the capacity.
    fn take_run(&mut self, run: Range<u32>) {
        if run.is_empty() {
            return;
        }
        let high_water = self.load(HIGH_WATER);
        // At least one of these is empty.
        self.map().remove_run(run.start..run.end.min(high_water));
        self.map().insert_run(high_water..run.start);
        self.store(HIGH_WATER, high_water.max(run.end));
    }

    /// `None` if the allocation failed. Then nothing has changed.
    fn grow(&mut self, leaf_words: usize) -> Option<()> {
        let memory = self.memory.allocate(words_for(leaf_words))?;
        self.move_to(memory);
        Some(())
    }

    /// Moves the manager to zeroed words, more than it has. O(capacity).
    pub(crate) fn move_to(&mut self, memory: M) {
        let old = std::mem::replace(&mut self.memory, memory);
        let old = old.as_ref();
        for i in [CURSOR, FREE_COUNT, HIGH_WATER, SPARSE_COUNT, MAX_GIVEN, LEASE_COUNT] {
            self.words()[i].set(old[i].get());
        }
        self.write_sizes(old[LIMIT].get() as u32);
        self.map().copy_leaf_words(FreeMap::from_words(old));
        self.take_covered();
    }

    /// Moves the sparse reservations that the bitmap has grown over into the bitmap.
    fn take_covered(&mut self) {
        let capacity = self.load(CAPACITY);
        while let Some(covered) = self.sparse.take_first_below(capacity) {
            self.store(SPARSE_COUNT, self.load(SPARSE_COUNT) - (covered.end - covered.start));
            self.take_run(covered);
        }
    }

    /// Writes the limit, and from the number of words that of leaf words and the capacity. Panics
    /// if it is not [`words_for`] some number of leaf words.
    fn write_sizes(&self, limit: u32) {
        let length = self.words().len();
        let leaf_words = length.saturating_sub(words_for(0)) / 17 * 16;
        let is_valid = leaf_words == 0 || leaf_words.is_power_of_two();
        assert!(is_valid && length == words_for(leaf_words), "a manager of {length} words");
        self.store(LIMIT, limit);
        self.store(LEAF_WORDS, leaf_words as u32);
        self.store(CAPACITY, limit.min(leaf_words as u32 * 32));
    }

    #[inline]
    fn map(&self) -> FreeMap<'_> {
        FreeMap::from_words(self.words())
    }

    #[inline]
    fn words(&self) -> &[Cell<i32>] {
        self.memory.as_ref()
    }

    #[inline]
    fn load(&self, i: usize) -> u32 {
        self.words()[i].get() as u32
    }

    #[inline]
    fn store(&self, i: usize, value: u32) {
        self.words()[i].set(value as i32);
    }
}

/// Whether the bitmap should cover a run with this end, and so many slots in use.
fn is_dense(end: u32, in_use: u64) -> bool {
    u64::from(end) <= in_use * SLOTS_PER_SLOT_IN_USE
}

/// The least number of leaf words of a bitmap that covers the slots below `end`.
fn leaf_words_below(end: u32) -> usize {
    (end.div_ceil(32) as usize).next_power_of_two().max(INITIAL_LEAF_WORDS)
}

/// The number of leaf words that an empty manager has after it has reserved the runs.
#[cfg(all(feature = "node", not(test)))]
pub(crate) fn leaf_words_for(runs: impl Iterator<Item = Range<u32>>) -> usize {
    let (mut in_use, mut end) = (0, 0);
    for run in runs {
        in_use += u64::from(run.end - run.start);
        if is_dense(run.end, in_use) {
            end = run.end;
        }
    }
    leaf_words_below(end)
}

impl<M: Memory> fmt::Debug for Slots<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("len", &self.len())
            .field("max_slot_given", &self.max_slot_given())
            .field("max_slots", &self.max_slots())
            .field("next", &self.peek())
            .finish_non_exhaustive()
    }
}
