//! The lane: the lowest free runs, over integers that JavaScript also sees.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::Memory;

/// Index of the integer that holds the index of the top run.
pub const TOP: usize = 0;
/// Index of the integer from which [`Lane::given`] is known; see there.
pub const GIVEN: usize = 1;
/// Index of an integer that the lane leaves alone: the Node-API binding keeps
/// the manager's number in it.
pub const OWNER: usize = 2;
/// Index of the bottom run. A run is two integers, its start and its end; the
/// run above the one at index `i` is at `i + RUN`.
pub const BOTTOM: usize = 4;
/// How many integers a run takes.
pub const RUN: usize = 2;

/// Why [`Lane::insert`] left the lane as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The slot is in one of the runs already.
    AlreadyFree,
    /// The slot needs a run of its own, and there is no room for one more.
    Full,
}

/// A stack of runs of free slots, the lowest on top.
///
/// The runs live in memory that the caller brings, as signed 32-bit integers,
/// so that JavaScript can read and write the same ones. `get()` is then the top
/// run's start, and a `put()` below it needs no look-up (see [`crate::Slots`]).
///
/// The runs are disjoint, never adjacent, and descend from bottom to top (L1).
/// Only the bottom run may be empty; it then keeps the place of the next one.
///
/// ```
/// use callosum_server_slots::Lane;
///
/// let mut lane = Lane::in_memory(8);
/// assert!(lane.is_empty());
///
/// let mut free = [1..3, 5..6, 9..100].into_iter();
/// lane.refill(0, || free.next());
/// assert_eq!(lane.take(), Some(1));
/// assert_eq!(lane.insert(7), Ok(()));
/// assert_eq!(lane.runs().collect::<Vec<_>>(), [2..3, 5..6, 7..8, 9..100]);
/// ```
pub struct Lane<M> {
    memory: M,
}

impl Lane<Box<[Cell<i32>]>> {
    /// A lane for at most `runs` runs (at least 2) in memory of its own.
    pub fn in_memory(runs: usize) -> Self {
        Self::new(vec![Cell::new(0); Self::cells_for(runs)].into())
    }

    /// How many integers a lane of `runs` runs takes.
    pub const fn cells_for(runs: usize) -> usize {
        BOTTOM + runs * RUN
    }
}

impl<M: Memory> Lane<M> {
    /// An empty lane in the given memory. The integer at [`OWNER`] is kept.
    ///
    /// # Panics
    ///
    /// If there is no room for two runs.
    pub fn new(memory: M) -> Self {
        let cells = memory.as_ref();
        assert!(cells.len() >= BOTTOM + 2 * RUN, "a lane needs room for two runs");
        cells[TOP].set(BOTTOM as i32);
        cells[GIVEN].set(0);
        let lane = Self { memory };
        lane.write(BOTTOM, 0..0);
        lane
    }

    /// The memory that [`Lane::new`] was given.
    pub fn memory(&self) -> &M {
        &self.memory
    }

    /// Whether no slot is in the lane. O(1).
    pub fn is_empty(&self) -> bool {
        self.top() == BOTTOM && self.start(BOTTOM) == self.end(BOTTOM)
    }

    /// The lowest slot in the lane. O(1).
    pub fn lowest(&self) -> Option<u32> {
        (!self.is_empty()).then(|| self.start(self.top()))
    }

    /// The end of the highest run: slots from here up are not in the lane. O(1).
    pub fn end_of_highest(&self) -> u32 {
        self.end(BOTTOM)
    }

    /// The runs, ascending.
    pub fn runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let top = self.top();
        (BOTTOM..top + RUN).step_by(RUN).rev().map(|i| self.read(i)).filter(|run| !run.is_empty())
    }

    /// How many slots are in the lane. O(runs).
    pub fn count(&self) -> u32 {
        self.runs().map(|run| run.end - run.start).sum()
    }

    /// One more than the highest slot that was ever given.
    ///
    /// The highest run may be the tail: every slot that was never given. Its
    /// start then is the answer, and nothing had to be written for it when a
    /// slot was given. Where a run's start moves down or the run leaves the
    /// lane, [`GIVEN`] remembers how high it was. O(1).
    pub fn given(&self) -> u32 {
        (self.cells()[GIVEN].get() as u32).max(self.start(BOTTOM))
    }

    /// Records that the slots below `given` have been given. O(1).
    pub fn raise_given(&mut self, given: u32) {
        let cell = &self.cells()[GIVEN];
        cell.set(cell.get().max(given as i32));
    }

    /// Takes the lowest slot. O(1).
    pub fn take(&mut self) -> Option<u32> {
        let slot = self.lowest()?;
        let top = self.top();
        if slot + 1 == self.end(top) && top > BOTTOM {
            self.set_top(top - RUN);
        } else {
            self.set_start(top, slot + 1);
        }
        Some(slot)
    }

    /// Adds a slot that is below [`Lane::end_of_highest`]. O(runs), and O(1)
    /// for a slot below the top run.
    pub fn insert(&mut self, slot: u32) -> Result<(), Refused> {
        let top = self.top();
        let mut i = top;
        while slot >= self.end(i) {
            debug_assert!(i > BOTTOM, "{slot} is above the lane");
            i -= RUN;
        }
        let start = self.start(i);
        if slot >= start {
            return Err(Refused::AlreadyFree);
        }
        // The slot lies between run i and the run above it, if there is one.
        let touches_above = i < top && self.end(i + RUN) == slot;
        match (touches_above, slot + 1 == start) {
            (true, true) => {
                self.raise_given(start);
                self.set_start(i, self.start(i + RUN));
                self.remove(i + RUN);
            }
            (true, false) => self.set_end(i + RUN, slot + 1),
            (false, true) => {
                self.raise_given(start);
                self.set_start(i, slot);
            }
            (false, false) => self.insert_run(i + RUN, slot..slot + 1)?,
        }
        Ok(())
    }

    /// Fills an empty lane with the runs that `next` yields, ascending, until
    /// there are none or half of the lane is full. Where there is none at all,
    /// the empty run is put at `end`: the slots below are in use. O(runs).
    pub fn refill(&mut self, end: u32, mut next: impl FnMut() -> Option<Range<u32>>) {
        debug_assert!(self.is_empty());
        self.raise_given(self.given());
        self.write(BOTTOM, end..end);
        let half = BOTTOM + (self.capacity() / 2).max(1) * RUN;
        let mut i = BOTTOM;
        while i < half {
            let Some(run) = next() else { break };
            if i > BOTTOM && self.end(i - RUN) == run.start {
                self.set_end(i - RUN, run.end); // L1: never adjacent
            } else {
                self.write(i, run);
                i += RUN;
            }
        }
        if i > BOTTOM {
            self.set_top(i - RUN);
            self.reverse();
        }
    }

    /// Takes the empty run out from under the others, so that the lane is not
    /// empty when they are used up. O(runs).
    pub fn drop_empty_bottom(&mut self) {
        if self.len() > 1 && self.read(BOTTOM).is_empty() {
            self.raise_given(self.start(BOTTOM));
            self.remove(BOTTOM);
        }
    }

    /// Makes room: hands the highest half of the runs to `keep`. O(runs).
    pub fn spill(&mut self, mut keep: impl FnMut(Range<u32>)) {
        self.raise_given(self.start(BOTTOM));
        let leaving = (self.len() / 2).max(1) * RUN;
        for i in (BOTTOM..BOTTOM + leaving).step_by(RUN) {
            let run = self.read(i);
            if !run.is_empty() {
                keep(run);
            }
        }
        self.shift(BOTTOM + leaving, BOTTOM);
        self.set_top(self.top() - leaving);
    }

    /// Empties the lane, as if no slot had ever been given. O(1).
    pub fn clear(&mut self) {
        self.set_top(BOTTOM);
        self.write(BOTTOM, 0..0);
        self.cells()[GIVEN].set(0);
    }

    /// How many runs there are, an empty one at the bottom included.
    fn len(&self) -> usize {
        (self.top() - BOTTOM) / RUN + 1
    }

    /// How many runs there is room for.
    fn capacity(&self) -> usize {
        (self.cells().len() - BOTTOM) / RUN
    }

    fn insert_run(&mut self, i: usize, run: Range<u32>) -> Result<(), Refused> {
        if self.len() == self.capacity() {
            return Err(Refused::Full);
        }
        let top = self.top();
        for j in (i..top + RUN).step_by(RUN).rev() {
            self.write(j + RUN, self.read(j));
        }
        self.write(i, run);
        self.set_top(top + RUN);
        Ok(())
    }

    fn remove(&mut self, i: usize) {
        self.shift(i + RUN, i);
        self.set_top(self.top() - RUN);
    }

    /// Moves the runs from index `from` up down to index `to`.
    fn shift(&mut self, from: usize, to: usize) {
        for i in (from..=self.top()).step_by(RUN) {
            self.write(i - from + to, self.read(i));
        }
    }

    fn reverse(&mut self) {
        let (mut low, mut high) = (BOTTOM, self.top());
        while low < high {
            let run = self.read(low);
            self.write(low, self.read(high));
            self.write(high, run);
            low += RUN;
            high -= RUN;
        }
    }

    fn cells(&self) -> &[Cell<i32>] {
        self.memory.as_ref()
    }

    fn top(&self) -> usize {
        self.cells()[TOP].get() as usize
    }

    fn set_top(&mut self, top: usize) {
        self.cells()[TOP].set(top as i32);
    }

    fn start(&self, i: usize) -> u32 {
        self.cells()[i].get() as u32
    }

    fn set_start(&mut self, i: usize, start: u32) {
        self.cells()[i].set(start as i32);
    }

    fn end(&self, i: usize) -> u32 {
        self.cells()[i + 1].get() as u32
    }

    fn set_end(&mut self, i: usize, end: u32) {
        self.cells()[i + 1].set(end as i32);
    }

    fn read(&self, i: usize) -> Range<u32> {
        self.start(i)..self.end(i)
    }

    fn write(&self, i: usize, run: Range<u32>) {
        self.cells()[i].set(run.start as i32);
        self.cells()[i + 1].set(run.end as i32);
    }
}

impl<M: Memory> fmt::Debug for Lane<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runs()).finish()
    }
}
