//! The sparse reservations: an ordered set of runs.

use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;

/// A set of slots, kept as runs, no two of which touch. O(log n) for n runs.
#[derive(Debug, Default)]
pub(crate) struct SparseSet {
    /// The end of each run by its start.
    runs: BTreeMap<u32, u32>,
}

impl SparseSet {
    pub(crate) fn overlaps(&self, run: &Range<u32>) -> bool {
        self.runs.range(..run.end).next_back().is_some_and(|(_, &end)| run.start < end)
    }

    /// The end of the run that contains the slot.
    pub(crate) fn end_of_run_at(&self, slot: u32) -> Option<u32> {
        let (_, &end) = self.runs.range(..=slot).next_back()?;
        (slot < end).then_some(end)
    }

    /// Adds a run, no slot of which is in the set.
    pub(crate) fn insert(&mut self, mut run: Range<u32>) {
        if let Some(end) = self.runs.remove(&run.end) {
            run.end = end;
        }
        match self.runs.range_mut(..run.start).next_back() {
            Some((_, end)) if *end == run.start => *end = run.end,
            _ => drop(self.runs.insert(run.start, run.end)),
        }
    }

    /// Removes a slot. Returns false if it is not in the set.
    pub(crate) fn remove(&mut self, slot: u32) -> bool {
        let before = self.runs.range_mut(..=slot).next_back();
        let Some((&start, end)) = before.filter(|(_, end)| slot < **end) else {
            return false;
        };
        let after = slot + 1..mem::replace(end, slot);
        if start == slot {
            self.runs.remove(&slot);
        }
        if !after.is_empty() {
            self.runs.insert(after.start, after.end);
        }
        true
    }

    /// Removes the slots below `end` of the first run, and returns them; `None` if there
    /// are none.
    pub(crate) fn take_first_below(&mut self, end: u32) -> Option<Range<u32>> {
        let first = self.runs.first_entry().filter(|run| *run.key() < end)?;
        let (start, end_of_run) = first.remove_entry();
        if end_of_run > end {
            self.runs.insert(end, end_of_run);
        }
        Some(start..end_of_run.min(end))
    }

    /// The runs that start at `from` or above, ascending.
    pub(crate) fn runs_from(&self, from: u32) -> impl Iterator<Item = Range<u32>> + '_ {
        self.runs.range(from..).map(|(&start, &end)| start..end)
    }
}
