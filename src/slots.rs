//! The whole manager in safe Rust: lane and free map together.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::free_map::{FreeMap, OutOfMemory};
use crate::lane::{Lane, Refused};
use crate::memory::Memory;

/// The most slots that a manager can have in use: slots are 0 to 2³¹ - 2.
pub const MAX_SLOTS: u32 = i32::MAX as u32;

/// How many runs the lane holds. Half of them come with a refill; the more,
/// the fewer crossings, but the more puts land among them and have to cross.
pub const LANE_RUNS: usize = 16;

/// A slot reserved ahead of the map is worth growing the map over where at most
/// this many slots are then covered for each one in use: 8 bytes of map.
const SLOTS_PER_SLOT_IN_USE: u64 = 64;

/// Why [`Slots::get`] gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFreeSlot {
    /// All slots below the limit are in use.
    AllInUse,
    /// There are free slots, but memory for the bookkeeping was refused.
    OutOfMemory,
}

impl From<OutOfMemory> for NoFreeSlot {
    fn from(_: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// The slot given to [`Slots::put`] is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotInUse;

/// Why [`Slots::reserve`] reserved nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotReserve {
    /// The slot is in use.
    InUse,
    /// There is no such slot: it is not below the limit.
    NoSuchSlot,
    /// Memory for the bookkeeping was refused.
    OutOfMemory,
}

impl From<OutOfMemory> for CannotReserve {
    fn from(_: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// Hands out the lowest free slot.
///
/// Free slots are in the [`Lane`], which has the lowest of them as runs, in the
/// [`FreeMap`], or in the tail that begins at the map's end. A slot of the tail
/// can be in use all the same, when it was reserved far ahead; there is a list
/// of these. Four invariants hold between calls:
///
/// - L1. Runs in the lane are disjoint, in descending order from bottom to top.
/// - L2. Every free slot outside the lane is higher than every run in the lane.
/// - L3. The lane is empty only when no slot that there is memory for is free.
/// - L4. A slot below the map's end is in use exactly when it is in no run of
///   the lane and not in the map; one from there up, when it is on the list.
///
/// They are what whoever shares the memory relies on. By L2 and L4 a slot below
/// the top run is certainly in use, so to advance the top run's start, unless
/// that uses up the last run, is [`Slots::get`]; to lower it by one, or to push
/// a run below it, is [`Slots::put`]. And by L4 so is, for a slot between the
/// lane's runs that is in none of them, to insert it there, and for a slot from
/// the lane's highest run to the map's end, to add it to the map.
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
    limit: u32,
    lane: Lane<M>,
    map: FreeMap<M>,
    /// The slots in use from the map's end up, ascending.
    ahead: Vec<u32>,
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
        Self::over(Lane::in_memory(LANE_RUNS), max_slots)
    }
}

impl Default for Slots {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Memory> Slots<M> {
    /// A manager of `max_slots` slots, all free, over an empty lane. Takes more
    /// memory from the lane's source when it needs some.
    ///
    /// # Panics
    ///
    /// If `max_slots` is more than [`MAX_SLOTS`].
    pub fn over(lane: Lane<M>, max_slots: u32) -> Self {
        assert!(max_slots <= MAX_SLOTS, "at most {MAX_SLOTS} slots");
        Self { limit: max_slots, lane, map: FreeMap::new(max_slots), ahead: Vec::new() }
    }

    /// Takes the lowest free slot.
    ///
    /// O(1), amortised over the runs that a refill of the lane brings and the
    /// slots that a growth of the map adds.
    pub fn get(&mut self) -> Result<u32, NoFreeSlot> {
        while self.lane.is_empty() && self.map.grow(self.lane.memory())? {
            self.refill();
        }
        let slot = self.lane.take().ok_or(NoFreeSlot::AllInUse)?;
        if self.lane.is_empty() {
            self.refill(); // L3
        }
        Ok(slot)
    }

    /// Frees a slot that is in use. Needs no memory.
    ///
    /// O(1), but for a walk over the lane's runs where the slot is among them, and
    /// a search of the list where it was reserved far ahead.
    pub fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        if slot >= self.map.end() {
            let place = self.ahead.binary_search(&slot).map_err(|_| NotInUse)?;
            self.ahead.remove(place);
            return Ok(());
        }
        if slot >= self.lane.end_of_highest() {
            return if self.map.insert(slot) { Ok(()) } else { Err(NotInUse) };
        }
        match self.lane.insert(slot) {
            Ok(()) => Ok(()),
            Err(Refused::AlreadyFree) => Err(NotInUse),
            Err(Refused::Full) => {
                self.lane.spill(|run| self.map.insert_run(run));
                self.put(slot)
            }
        }
    }

    /// What [`Slots::get`] would return. O(1).
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::with_max_slots(1);
    /// assert_eq!(slots.peek(), Some(0));
    /// assert_eq!(slots.get(), Ok(0));
    /// assert_eq!(slots.peek(), None);
    /// ```
    pub fn peek(&self) -> Option<u32> {
        let first_of_tail = || {
            let ahead = self.ahead.iter().zip(self.map.end()..);
            let taken = ahead.take_while(|(slot, place)| *slot == place).count() as u32;
            self.map.end() + taken
        };
        let slot = self.lane.lowest().unwrap_or_else(first_of_tail);
        (slot < self.limit).then_some(slot)
    }

    /// Whether the slot is in use. O(runs in the lane).
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::new();
    /// slots.get();
    /// assert!(slots.contains(0));
    /// assert!(!slots.contains(1));
    /// ```
    pub fn contains(&self, slot: u32) -> bool {
        if slot >= self.map.end() {
            self.ahead.binary_search(&slot).is_ok()
        } else {
            !self.lane.contains(slot) && !self.map.contains(slot)
        }
    }

    /// Takes that very slot. O(runs in the lane), but see [`Slots::reserve_run`].
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
    /// Memory is in proportion to the slots in use, not to the highest: the map
    /// grows over the run where that is at most 8 bytes for each slot in use;
    /// where it would be more, the slots go on a sorted list, 4 bytes each, until
    /// it grows over them some day. O(run / 32 + runs in the lane), O(growth) where
    /// the map grows, O(list) where slots go on the list.
    ///
    /// ```
    /// # use callosum_server_slots::{CannotReserve, Slots};
    /// let mut slots = Slots::new();
    /// assert_eq!(slots.reserve_run(0..3), Ok(()));
    /// assert_eq!(slots.reserve_run(2..5), Err(CannotReserve::InUse));
    /// assert_eq!(slots.get(), Ok(3));
    /// ```
    pub fn reserve_run(&mut self, run: Range<u32>) -> Result<(), CannotReserve> {
        if run.is_empty() || run.end > self.limit {
            return Err(CannotReserve::NoSuchSlot);
        }
        // L2 and L3 are easiest to keep with an empty lane.
        self.lane.spill_all(|run| self.map.insert_run(run));
        let reserved = self.reserve_in_map(run);
        self.refill();
        reserved
    }

    /// Frees all slots, as if none had ever been given, and gives the memory
    /// back. O(1), whatever was done before.
    ///
    /// ```
    /// # use callosum_server_slots::{NotInUse, Slots};
    /// let mut slots = Slots::new();
    /// slots.get();
    /// slots.clear();
    /// assert_eq!(slots.put(0), Err(NotInUse));
    /// assert_eq!(slots.max_slot_given(), 0);
    /// ```
    pub fn clear(&mut self) {
        self.lane.clear();
        self.map.clear();
        self.ahead = Vec::new();
    }

    /// The slots in use, ascending. O(map) in all.
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::new();
    /// slots.reserve_run(0..2);
    /// slots.reserve(4);
    /// assert_eq!(slots.iter().collect::<Vec<_>>(), [0, 1, 4]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.in_use_runs().flatten()
    }

    /// The slots in use as runs, ascending and never adjacent. O(map) in all.
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::new();
    /// slots.reserve_run(0..2);
    /// slots.reserve(4);
    /// assert_eq!(slots.in_use_runs().collect::<Vec<_>>(), [0..2, 4..5]);
    /// ```
    pub fn in_use_runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let end = self.map.end();
        let free = self.lane.runs().chain(self.map.runs()).chain(std::iter::once(end..end));
        let mut from = 0;
        let below_end = free.filter_map(move |run| {
            let gap = std::mem::replace(&mut from, run.end)..run.start;
            (!gap.is_empty()).then_some(gap)
        });
        let mut runs = below_end.chain(self.ahead.iter().map(|&slot| slot..slot + 1)).peekable();
        std::iter::from_fn(move || {
            let mut run = runs.next()?;
            while let Some(next) = runs.next_if(|next| next.start == run.end) {
                run.end = next.end;
            }
            Some(run)
        })
    }

    /// How many different slots have been given so far: one more than the
    /// highest. O(1).
    pub fn max_slot_given(&self) -> u32 {
        self.lane.given()
    }

    /// Makes [`Slots::max_slot_given`] at least `given`, as if the slots below
    /// had been given and returned. O(1), and no more than the limit.
    pub fn raise_max_slot_given(&mut self, given: u32) {
        self.lane.raise_given(given.min(self.limit));
    }

    /// How many slots there are, in use or free. O(1).
    pub fn max_slots(&self) -> u32 {
        self.limit
    }

    /// How many slots are in use. O(runs in the lane).
    pub fn len(&self) -> u32 {
        self.map.end() - self.map.count() - self.lane.count() + self.ahead.len() as u32
    }

    /// Whether no slot is in use. O(runs in the lane).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lane, to look at.
    pub fn lane(&self) -> &Lane<M> {
        &self.lane
    }

    /// The free map, to look at.
    pub fn free_map(&self) -> &FreeMap<M> {
        &self.map
    }

    /// Panics unless L1 to L3 hold. (L4 says what in use means.) For tests.
    pub fn check_invariants(&self) {
        let in_lane: Vec<Range<u32>> = self.lane.runs().collect();
        let in_map: Vec<Range<u32>> = self.map.runs().collect();
        for pair in in_lane.windows(2) {
            assert!(pair[0].end <= pair[1].start, "L1: {pair:?}");
        }
        if let (Some(last), Some(first)) = (in_lane.last(), in_map.first()) {
            assert!(last.end <= first.start, "L2: {last:?} in the lane, {first:?} in the map");
        }
        let none_left = in_map.is_empty() && self.map.end() >= self.map.capacity();
        assert!(!in_lane.is_empty() || none_left, "L3: {in_map:?} in the map");
        let highest = in_lane.last().map_or(self.map.end(), |run| run.end);
        assert!(self.lane.end_of_highest() >= highest, "L2: the lane's end");
        for run in in_lane.iter().chain(&in_map) {
            assert!(run.start < run.end && run.end <= self.map.end(), "{run:?}");
        }
        assert!(self.ahead.iter().all(|&slot| slot >= self.map.end()), "L4: {:?}", self.ahead);
        assert!(self.ahead.is_sorted_by(|a, b| a < b), "L4: {:?}", self.ahead);
        let counted: u32 = in_map.iter().map(|run| run.end - run.start).sum();
        assert_eq!(self.map.count(), counted);
    }

    /// [`Slots::reserve_run`], while all free slots are in the map or the tail.
    fn reserve_in_map(&mut self, run: Range<u32>) -> Result<(), CannotReserve> {
        let first_ahead = self.ahead.partition_point(|&slot| slot < run.start);
        let none_ahead = self.ahead.get(first_ahead).is_none_or(|&slot| slot >= run.end);
        if !none_ahead || !self.map.contains_run(run.start..run.end.min(self.map.end())) {
            return Err(CannotReserve::InUse);
        }
        let in_use = u64::from(self.len()) + u64::from(run.end - run.start);
        let is_dense = u64::from(run.end) <= in_use * SLOTS_PER_SLOT_IN_USE;
        while is_dense && self.map.capacity() < run.end {
            self.map.grow(self.lane.memory())?;
        }
        let end = run.end.min(self.map.capacity());
        let ahead = run.start.max(end)..run.end;
        if !ahead.is_empty() {
            self.ahead.try_reserve(ahead.len()).map_err(|_| OutOfMemory)?;
            let place = self.ahead.partition_point(|&slot| slot < ahead.start);
            self.ahead.splice(place..place, ahead);
        }
        if run.start < end {
            self.map.extend(end);
            let covered = self.ahead.partition_point(|&slot| slot < end);
            for slot in self.ahead.drain(..covered) {
                self.map.remove_run(slot..slot + 1);
            }
            self.map.remove_run(run.start..end);
        }
        self.lane.raise_given(run.end);
        Ok(())
    }

    /// Moves the map's end up to a slot that is free.
    fn end_at_free_slot(&mut self) {
        let ahead = self.ahead.iter().zip(self.map.end()..self.map.capacity());
        let passed = ahead.take_while(|(slot, end)| *slot == end).count();
        self.map.take_tail(self.map.end() + passed as u32);
        self.ahead.drain(..passed);
    }

    /// Fills an empty lane from the map, and the tail last.
    fn refill(&mut self) {
        self.end_at_free_slot();
        let tail_end = self.ahead.first().copied().unwrap_or(self.limit);
        let mut from = 0;
        self.lane.refill(self.map.end(), || {
            let run = self.map.take_run(from).or_else(|| self.map.take_tail(tail_end))?;
            from = run.end;
            Some(run)
        });
    }
}

impl<M: Memory> fmt::Debug for Slots<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("len", &self.len())
            .field("max_slot_given", &self.max_slot_given())
            .field("max_slots", &self.max_slots())
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}
