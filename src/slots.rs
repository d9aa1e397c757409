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

/// Hands out the lowest free slot.
///
/// Free slots are in the [`Lane`], which has the lowest of them as runs, in the
/// [`FreeMap`], or in the tail that begins at the map's end. Four invariants
/// hold between calls:
///
/// - L1. Runs in the lane are disjoint, in descending order from bottom to top.
/// - L2. Every free slot outside the lane is higher than every run in the lane.
/// - L3. The lane is empty only when no slot below the map's end is free.
/// - L4. A slot below the map's end is in use exactly when it is in no run of
///   the lane and not in the map.
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
        Self { limit: max_slots, lane, map: FreeMap::new(max_slots) }
    }

    /// Takes the lowest free slot.
    ///
    /// O(1), amortised over the runs that a refill of the lane brings and the
    /// slots that a growth of the map adds.
    pub fn get(&mut self) -> Result<u32, NoFreeSlot> {
        if self.lane.is_empty() {
            self.grow()?;
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
    /// O(1), but for a walk over the lane's runs where the slot is among them.
    pub fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
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

    /// How many different slots have been given so far: one more than the
    /// highest. O(1).
    pub fn max_slot_given(&self) -> u32 {
        self.lane.given()
    }

    /// How many slots there are, in use or free. O(1).
    pub fn max_slots(&self) -> u32 {
        self.limit
    }

    /// How many slots are in use. O(runs in the lane).
    pub fn in_use(&self) -> u32 {
        self.map.end() - self.map.count() - self.lane.count()
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
        assert!(!in_lane.is_empty() || in_map.is_empty(), "L3: {in_map:?} in the map");
        let highest = in_lane.last().map_or(self.map.end(), |run| run.end);
        assert!(self.lane.end_of_highest() >= highest, "L2: the lane's end");
        for run in in_lane.iter().chain(&in_map) {
            assert!(run.start < run.end && run.end <= self.map.end(), "{run:?}");
        }
        let counted: u32 = in_map.iter().map(|run| run.end - run.start).sum();
        assert_eq!(self.map.count(), counted);
    }

    /// Extends the map into the tail, where its slots are all in use.
    fn grow(&mut self) -> Result<(), OutOfMemory> {
        if self.map.count() == 0 {
            self.map.grow(self.lane.memory())?;
        }
        Ok(())
    }

    /// Fills an empty lane from the map.
    fn refill(&mut self) {
        let mut from = 0;
        self.lane.refill(self.map.end(), || {
            let run = self.map.take_run(from)?;
            from = run.end;
            Some(run)
        });
    }
}

impl<M: Memory> fmt::Debug for Slots<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("in_use", &self.in_use())
            .field("max_slot_given", &self.max_slot_given())
            .field("max_slots", &self.max_slots())
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}
