//! The lane: the lowest free runs, over integers that JavaScript also sees.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::Memory;

/// Index of the integer that holds the top run's start.
pub const START: usize = 0;
/// Index of the integer that holds the top run's end.
pub const END: usize = 1;
/// Index of the integer that holds the index of the first free place on the
/// stack of the runs under the top one.
pub const DEPTH: usize = 2;
/// Index of the integer that holds the end of the highest run.
pub const HIGHEST: usize = 3;
/// Index of the integer from which [`Lane::given`] is known; see there.
pub const GIVEN: usize = 4;
/// Index of an integer that the lane leaves alone: the Node-API binding keeps
/// the manager's number in it.
pub const OWNER: usize = 5;
/// Index of the stack, the highest run first. A run is two integers, its start
/// and its end.
pub const STACK: usize = 6;
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
/// The runs live in [`Memory`] that JavaScript may see, so that a `get()` can
/// be the top run's start, and a `put()` below it needs no look-up (see
/// [`crate::Slots`]). The top run has a place of its own.
///
/// The runs are disjoint and descend from bottom to top (L1). Only the bottom
/// run may be empty; it then keeps the place of the next one.
///
/// ```
/// use callosum_server_slots::Lane;
///
/// let mut lane = Lane::in_memory(8);
/// assert!(lane.is_empty());
///
/// let mut free = [1..3, 5..6, 9..100].into_iter();
/// lane.refill(100, || free.next());
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
        STACK + runs * RUN
    }
}

impl<M: Memory> Lane<M> {
    /// An empty lane in the given memory. The integer at [`OWNER`] is kept.
    ///
    /// # Panics
    ///
    /// If there is no room for two runs.
    pub fn new(memory: M) -> Self {
        assert!(memory.as_ref().len() >= STACK + 2 * RUN, "a lane needs room for two runs");
        let mut lane = Self { memory };
        lane.clear();
        lane
    }

    /// The memory that [`Lane::new`] was given.
    pub fn memory(&self) -> &M {
        &self.memory
    }

    /// Whether no slot is in the lane. O(1).
    pub fn is_empty(&self) -> bool {
        self.at(DEPTH) as usize == STACK && self.at(START) == self.at(END)
    }

    /// The lowest slot in the lane. O(1).
    pub fn lowest(&self) -> Option<u32> {
        (!self.is_empty()).then(|| self.at(START))
    }

    /// Whether the slot is in the lane. O(runs).
    pub fn contains(&self, slot: u32) -> bool {
        self.runs().any(|run| run.contains(&slot))
    }

    /// The end of the highest run: slots from here up are not in the lane. O(1).
    pub fn end_of_highest(&self) -> u32 {
        self.at(HIGHEST)
    }

    /// The runs, ascending.
    pub fn runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let stack = (STACK..self.at(DEPTH) as usize).step_by(RUN).rev();
        let runs = std::iter::once(START).chain(stack).map(|i| self.run(i));
        runs.filter(|run| !run.is_empty())
    }

    /// How many slots are in the lane. O(runs).
    pub fn count(&self) -> u32 {
        self.runs().map(|run| run.end - run.start).sum()
    }

    /// One more than the highest slot that was ever given.
    ///
    /// The highest run may be where the slots begin that were never given. Its
    /// start then is the answer, and nothing had to be written for it when a
    /// slot was given. Where a run's start moves down or the run leaves the
    /// lane, [`GIVEN`] remembers how high it was. O(1).
    pub fn given(&self) -> u32 {
        let highest = if self.at(DEPTH) as usize == STACK { START } else { STACK };
        self.at(GIVEN).max(self.at(highest))
    }

    /// Records that the slots below `given` have been given. O(1).
    pub fn raise_given(&mut self, given: u32) {
        self.set(GIVEN, self.at(GIVEN).max(given));
    }

    /// Takes the lowest slot. O(1).
    pub fn take(&mut self) -> Option<u32> {
        let slot = self.lowest()?;
        self.set(START, slot + 1);
        if slot + 1 == self.at(END) && self.at(DEPTH) as usize > STACK {
            self.pop();
        }
        Some(slot)
    }

    /// Adds a slot that is below [`Lane::end_of_highest`]. O(runs), and O(1)
    /// for a slot below the top run.
    pub fn insert(&mut self, slot: u32) -> Result<(), Refused> {
        self.push(); // all runs are on the stack now
        let inserted = self.insert_on_stack(slot);
        self.pop();
        inserted
    }

    /// Fills an empty lane with the runs that `next` yields, ascending, until
    /// there are none or half of the lane is full. Where there is none at all,
    /// the empty run is put at `end`: the slots below are in use. O(runs).
    pub fn refill(&mut self, end: u32, mut next: impl FnMut() -> Option<Range<u32>>) {
        debug_assert!(self.is_empty());
        self.raise_given(self.given());
        let half = STACK + (self.capacity() / 2).max(1) * RUN;
        let mut depth = STACK;
        while depth < half {
            let Some(run) = next() else { break };
            self.set_run(depth, run);
            depth += RUN;
        }
        if depth == STACK {
            self.set_run(STACK, end..end);
            depth += RUN;
        }
        self.set(HIGHEST, self.at(depth - RUN + 1));
        self.set(DEPTH, depth as u32);
        self.reverse();
        self.pop();
    }

    /// Makes room: hands the highest three quarters of the runs to `keep`. What
    /// is put next is likelier to be above the lane than among it. O(runs).
    pub fn spill(&mut self, mut keep: impl FnMut(Range<u32>)) {
        self.push();
        let runs = (self.at(DEPTH) as usize - STACK) / RUN;
        for _ in 0..(runs * 3 / 4).max(1) {
            let highest = self.run(STACK);
            self.remove_highest();
            if !highest.is_empty() {
                keep(highest);
            }
        }
        self.pop();
    }

    /// Empties the lane: hands all runs to `keep`. O(runs).
    pub fn spill_all(&mut self, keep: impl FnMut(Range<u32>)) {
        self.raise_given(self.given());
        self.runs().for_each(keep);
        self.set_run(START, 0..0);
        self.set(DEPTH, STACK as u32);
        self.set(HIGHEST, 0);
    }

    /// Empties the lane, as if no slot had ever been given. O(1).
    pub fn clear(&mut self) {
        self.set_run(START, 0..0);
        self.set(DEPTH, STACK as u32);
        self.set(HIGHEST, 0);
        self.set(GIVEN, 0);
    }

    /// How many runs there is room for, the top run included: it can be on the
    /// stack too.
    fn capacity(&self) -> usize {
        (self.cells().len() - STACK) / RUN
    }

    /// Puts the top run on the stack, for a while.
    fn push(&mut self) {
        let depth = self.at(DEPTH) as usize;
        self.set_run(depth, self.run(START));
        self.set(DEPTH, (depth + RUN) as u32);
    }

    /// Makes the uppermost run of the stack the top run.
    fn pop(&mut self) {
        let depth = self.at(DEPTH) as usize - RUN;
        self.set_run(START, self.run(depth));
        self.set(DEPTH, depth as u32);
    }

    /// [`Lane::insert`], while the top run is on the stack too.
    fn insert_on_stack(&mut self, slot: u32) -> Result<(), Refused> {
        let depth = self.at(DEPTH) as usize;
        let mut i = depth - RUN;
        while slot >= self.at(i + 1) {
            debug_assert!(i > STACK, "{slot} is above the lane");
            i -= RUN;
        }
        let start = self.at(i);
        if slot >= start {
            return Err(Refused::AlreadyFree);
        }
        // The slot lies between run i and the run above it, if there is one.
        if slot + 1 == start {
            self.raise_given(start);
            self.set(i, slot);
        } else if i + RUN < depth && self.at(i + RUN + 1) == slot {
            self.set(i + RUN + 1, slot + 1);
        } else if depth == self.cells().len() {
            return Err(Refused::Full);
        } else {
            for j in (i + RUN..depth).step_by(RUN).rev() {
                self.set_run(j + RUN, self.run(j));
            }
            self.set_run(i + RUN, slot..slot + 1);
            self.set(DEPTH, (depth + RUN) as u32);
        }
        Ok(())
    }

    /// Removes the highest of at least two runs, while all are on the stack.
    fn remove_highest(&mut self) {
        self.raise_given(self.at(STACK));
        let depth = self.at(DEPTH) as usize - RUN;
        for i in (STACK..depth).step_by(RUN) {
            self.set_run(i, self.run(i + RUN));
        }
        self.set(DEPTH, depth as u32);
        self.set(HIGHEST, self.at(STACK + 1));
    }

    fn reverse(&mut self) {
        let (mut low, mut high) = (STACK, self.at(DEPTH) as usize - RUN);
        while low < high {
            let run = self.run(low);
            self.set_run(low, self.run(high));
            self.set_run(high, run);
            low += RUN;
            high -= RUN;
        }
    }

    fn cells(&self) -> &[Cell<i32>] {
        self.memory.as_ref()
    }

    fn at(&self, i: usize) -> u32 {
        self.cells()[i].get() as u32
    }

    fn set(&mut self, i: usize, value: u32) {
        self.cells()[i].set(value as i32);
    }

    fn run(&self, i: usize) -> Range<u32> {
        self.at(i)..self.at(i + 1)
    }

    fn set_run(&mut self, i: usize, run: Range<u32>) {
        self.set(i, run.start);
        self.set(i + 1, run.end);
    }
}

impl<M: Memory> fmt::Debug for Lane<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runs()).finish()
    }
}
