//! The whole manager in safe Rust: lane, free map and tail together.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::free_map::FreeMap;
use crate::memory::{
    BITS, CAPACITY, END, FIRST_WORDS, GIVEN, Memory, OWNER, START, TAIL, WORDS, cells_for,
};

/// The most slots that a manager can have in use: slots are 0 to 2³¹ - 2.
pub const MAX_SLOTS: u32 = i32::MAX as u32;

/// Memory was refused; nothing has changed.
struct OutOfMemory;

/// A slot reserved far ahead is worth growing the map over where at most
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
/// A free slot is in the lane, in the [`FreeMap`] or in the tail. The lane is one
/// run of free slots, from which [`Slots::get`] takes. The map has a bit for each
/// of the others below the tail. From the tail up nothing is stored: whatever was
/// not reserved far ahead is free. There is a list of what was. Four invariants
/// hold between calls:
///
/// - L1. No slot below the lane's start is free, whether the lane is empty or not.
/// - L2. The lane ends where the tail begins or before; the tail begins at the
///   capacity, up to which there is memory for bits, or before.
/// - L3. The slots in the map are below the tail and not in the lane.
/// - L4. A slot below the tail is in use exactly when it is in neither lane nor
///   map; one from the tail up, when it is on the list. The slots on the list are
///   at or above the capacity.
///
/// They are what whoever shares the memory relies on. By L1 the lowest free slot
/// is the lane's start, or else the map's lowest, or else the tail's; and by L1
/// and L4 a slot below the lane's start is certainly in use, so a [`Slots::put`]
/// of it needs no look-up: it is the start of the new lane. By L4 so is a slot
/// between the lane and the tail that has no bit in the map.
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
    memory: M,
    /// The slots in use from the capacity up, ascending.
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
        Self::over(vec![Cell::new(0); cells_for(FIRST_WORDS)].into(), max_slots)
    }
}

impl Default for Slots {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Memory> Slots<M> {
    /// A manager of `max_slots` slots, all free, in memory as [`cells_for`] says,
    /// in which all integers but that at [`OWNER`] are 0. Takes more memory from
    /// the same source when it needs some.
    ///
    /// # Panics
    ///
    /// If `max_slots` is more than [`MAX_SLOTS`], or the memory of another size.
    pub fn over(memory: M, max_slots: u32) -> Self {
        assert!(max_slots <= MAX_SLOTS, "at most {MAX_SLOTS} slots");
        let slots = Self { limit: max_slots, memory, ahead: Vec::new() };
        slots.set_words();
        slots
    }

    /// Takes the lowest free slot.
    ///
    /// O(1), amortised over the slots that a growth of the memory adds.
    pub fn get(&mut self) -> Result<u32, NoFreeSlot> {
        if self.at(START) == self.at(END) {
            self.refill()?;
        }
        let slot = self.at(START);
        self.set(START, slot + 1);
        Ok(slot)
    }

    /// Frees a slot that is in use. Needs no memory.
    ///
    /// O(1), but for a search of the list where the slot was reserved far ahead.
    pub fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        let lane = self.lane();
        if slot < lane.start {
            self.put_below_lane(slot, lane);
        } else if slot >= self.at(TAIL) {
            let place = self.ahead.binary_search(&slot).map_err(|_| NotInUse)?;
            self.ahead.remove(place);
        } else if lane.contains(&slot) {
            return Err(NotInUse);
        } else if lane.is_empty() && self.map().count() == 0 {
            self.set_lane(slot..slot + 1); // no slot below the tail is free, so L1 holds
        } else if !self.map().insert(slot) {
            return Err(NotInUse);
        }
        Ok(())
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
        let lane = self.lane();
        if !lane.is_empty() {
            return Some(lane.start);
        }
        let slot = self.map().lowest(lane.start).unwrap_or_else(|| match self.at(TAIL) {
            tail if tail < self.at(CAPACITY) => tail,
            tail => {
                let ahead = self.ahead.iter().zip(tail..);
                tail + ahead.take_while(|(slot, place)| *slot == place).count() as u32
            }
        });
        (slot < self.limit).then_some(slot)
    }

    /// Whether the slot is in use. O(1), but for a search of the list.
    ///
    /// ```
    /// # use callosum_server_slots::Slots;
    /// let mut slots = Slots::new();
    /// slots.get();
    /// assert!(slots.contains(0));
    /// assert!(!slots.contains(1));
    /// ```
    pub fn contains(&self, slot: u32) -> bool {
        if slot < self.at(TAIL) {
            !self.lane().contains(&slot) && !self.map().contains(slot)
        } else {
            self.ahead.binary_search(&slot).is_ok()
        }
    }

    /// Takes that very slot; see [`Slots::reserve_run`].
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
    /// it grows over them some day. O(run / 32), from the lane or the tail on where
    /// it begins there; O(growth) where the map grows, and O(list) where slots go
    /// on the list.
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
        let first_ahead = self.ahead.partition_point(|&slot| slot < run.start);
        let none_ahead = self.ahead.get(first_ahead).is_none_or(|&slot| slot >= run.end);
        if !none_ahead || !self.lane_and_map_contain(run.start..run.end.min(self.at(TAIL))) {
            return Err(CannotReserve::InUse);
        }
        let in_use = u64::from(self.len()) + u64::from(run.end - run.start);
        let is_dense = u64::from(run.end) <= in_use * SLOTS_PER_SLOT_IN_USE;
        while is_dense && self.at(CAPACITY) < run.end {
            self.grow()?;
        }
        let capacity = self.at(CAPACITY);
        let ahead = run.start.max(capacity)..run.end;
        if !ahead.is_empty() {
            self.ahead.try_reserve(ahead.len()).map_err(|_| CannotReserve::OutOfMemory)?;
            let place = self.ahead.partition_point(|&slot| slot < ahead.start);
            self.ahead.splice(place..place, ahead);
        }
        let below_capacity = run.start..run.end.min(capacity);
        if !below_capacity.is_empty() {
            self.empty_lane();
            self.take_from_map_and_tail(below_capacity);
        }
        self.raise_max_slot_given(run.end);
        Ok(())
    }

    /// Frees all slots, as if none had ever been given, and gives the memory
    /// back. O(1), whatever was done before, unless memory is refused.
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
        let owner = self.at(OWNER);
        let is_large = self.cells().len() > cells_for(FIRST_WORDS);
        match is_large.then(|| self.memory.allocate(cells_for(FIRST_WORDS))).flatten() {
            Some(memory) => self.memory = memory,
            // Small, or so little memory is left that the large has to serve.
            None => self.cells().iter().for_each(|cell| cell.set(0)),
        }
        self.ahead = Vec::new();
        self.set(OWNER, owner);
        self.set_words();
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
        let (lane, tail) = (self.lane(), self.at(TAIL));
        let once = std::iter::once;
        let free = once(lane).chain(self.map().runs()).chain(once(tail..tail));
        let mut from = 0;
        let below_tail = free.filter_map(move |run| {
            let gap = std::mem::replace(&mut from, run.end)..run.start;
            (!gap.is_empty()).then_some(gap)
        });
        let mut runs = below_tail.chain(self.ahead.iter().map(|&slot| slot..slot + 1)).peekable();
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
        self.at(GIVEN).max(self.at(START))
    }

    /// Makes [`Slots::max_slot_given`] at least `given`, as if the slots below
    /// had been given and returned. O(1), and no more than the limit.
    pub fn raise_max_slot_given(&mut self, given: u32) {
        self.set(GIVEN, self.at(GIVEN).max(given.min(self.limit)));
    }

    /// How many slots there are, in use or free. O(1).
    pub fn max_slots(&self) -> u32 {
        self.limit
    }

    /// How many slots are in use. O(1).
    pub fn len(&self) -> u32 {
        let lane = self.lane();
        self.at(TAIL) - (lane.end - lane.start) - self.map().count() + self.ahead.len() as u32
    }

    /// Whether no slot is in use. O(1).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory, to look at. Another one after growth or [`Slots::clear`].
    pub fn memory(&self) -> &M {
        &self.memory
    }

    /// The free map, to look at.
    pub fn map(&self) -> FreeMap<'_> {
        FreeMap::over(self.cells())
    }

    /// Panics unless L1 to L4 hold. For tests.
    pub fn check_invariants(&self) {
        let (lane, tail, capacity) = (self.lane(), self.at(TAIL), self.at(CAPACITY));
        let in_map: Vec<Range<u32>> = self.map().runs().collect();
        let ends = [lane.start, lane.end, tail, capacity, self.limit];
        assert!(ends.is_sorted(), "L2: {ends:?}");
        if let (Some(first), Some(last)) = (in_map.first(), in_map.last()) {
            assert!(lane.end <= first.start, "L1, L3: {first:?} in the map, the lane is {lane:?}");
            assert!(last.end <= tail, "L3: {last:?} in the map, the tail begins at {tail}");
        }
        assert!(self.ahead.iter().all(|&slot| slot >= capacity), "L4: {:?}", self.ahead);
        assert!(self.ahead.is_sorted_by(|a, b| a < b), "L4: {:?}", self.ahead);
        self.map().check();
    }

    /// The slot is below the lane: it begins the new one.
    fn put_below_lane(&mut self, slot: u32, lane: Range<u32>) {
        self.raise_max_slot_given(lane.start);
        if slot + 1 == lane.start {
            self.set(START, slot);
        } else {
            self.set_lane(slot..slot + 1);
            self.release(lane);
        }
    }

    /// Adds a run that was the lane's to the tail or to the map.
    fn release(&mut self, run: Range<u32>) {
        if run.end == self.at(TAIL) {
            self.set(TAIL, run.start);
        } else {
            self.map().insert_run(run);
        }
    }

    /// Fills an empty lane with the lowest free slots.
    fn refill(&mut self) -> Result<(), NoFreeSlot> {
        loop {
            let (tail, capacity) = (self.at(TAIL), self.at(CAPACITY));
            if let Some(run) = self.map().take_run(self.at(START)) {
                self.set_lane(run);
                return Ok(());
            }
            if tail < capacity {
                self.set_lane(tail..capacity);
                self.set(TAIL, capacity);
                return Ok(());
            }
            if capacity == self.limit {
                return Err(NoFreeSlot::AllInUse);
            }
            self.grow()?;
        }
    }

    /// Whether a run below the tail is free.
    fn lane_and_map_contain(&self, run: Range<u32>) -> bool {
        let lane = self.lane();
        if lane.is_empty() || run.end <= lane.start || lane.end <= run.start {
            return self.map().contains_run(run);
        }
        // By L1 nothing below the lane is free.
        lane.start <= run.start && self.map().contains_run(lane.end..run.end)
    }

    /// Gives the lane's slots back to the tail or the map. L1 still holds.
    fn empty_lane(&mut self) {
        let lane = self.lane();
        if !lane.is_empty() {
            self.set(END, lane.start);
            self.release(lane);
        }
    }

    /// Takes a free run that is below the capacity and not in the lane.
    fn take_from_map_and_tail(&mut self, run: Range<u32>) {
        let tail = self.at(TAIL);
        if run.start < tail {
            self.map().remove_run(run.start..run.end.min(tail));
        } else {
            self.map().insert_run(tail..run.start);
        }
        self.set(TAIL, tail.max(run.end));
    }

    /// Doubles the memory. O(words).
    fn grow(&mut self) -> Result<(), OutOfMemory> {
        let words = (self.at(WORDS) as usize * 2).max(FIRST_WORDS);
        let memory = self.memory.allocate(cells_for(words)).ok_or(OutOfMemory)?;
        let old = std::mem::replace(&mut self.memory, memory);
        for i in [START, END, TAIL, GIVEN, OWNER] {
            self.cells()[i].set(old.as_ref()[i].get());
        }
        self.set_words();
        FreeMap::over(old.as_ref()).runs().for_each(|run| self.map().insert_run(run));
        self.cover_ahead();
        Ok(())
    }

    /// Moves what there is memory for now from the list to the map.
    fn cover_ahead(&mut self) {
        let covered = self.ahead.partition_point(|&slot| slot < self.at(CAPACITY));
        for i in 0..covered {
            let slot = self.ahead[i];
            self.take_from_map_and_tail(slot..slot + 1);
        }
        self.ahead.drain(..covered);
    }

    fn lane(&self) -> Range<u32> {
        self.at(START)..self.at(END)
    }

    fn set_lane(&self, lane: Range<u32>) {
        self.set(START, lane.start);
        self.set(END, lane.end);
    }

    /// Notes how much memory there is.
    fn set_words(&self) {
        let length = self.cells().len();
        let words = length.saturating_sub(BITS) / 17 * 16;
        let is_right = length == cells_for(words) && (words == 0 || words.is_power_of_two());
        assert!(is_right, "{length} integers are not a manager's");
        self.set(WORDS, words as u32);
        self.set(CAPACITY, self.limit.min(words as u32 * 32));
    }

    fn cells(&self) -> &[Cell<i32>] {
        self.memory.as_ref()
    }

    fn at(&self, i: usize) -> u32 {
        self.cells()[i].get() as u32
    }

    fn set(&self, i: usize, value: u32) {
        self.cells()[i].set(value as i32);
    }
}

impl<M: Memory> fmt::Debug for Slots<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("len", &self.len())
            .field("max_slot_given", &self.max_slot_given())
            .field("max_slots", &self.max_slots())
            .field("lane", &self.lane())
            .finish_non_exhaustive()
    }
}
