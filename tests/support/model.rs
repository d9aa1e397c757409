//! The naive model: what a manager does, written to be obviously right, not to be fast.

use std::ops::Range;

use callosum_server_slots::{CannotReserve, NoFreeSlot, NotInUse};

/// A manager that keeps its slots in use as a plain list of runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    pub(crate) in_use: Runs,
    pub(crate) max_slot_given: u32,
    pub(crate) max_slots: u32,
}

impl Model {
    /// A manager of `max_slots` slots, all free.
    pub(crate) fn new(max_slots: u32) -> Self {
        Self { in_use: Runs::default(), max_slot_given: 0, max_slots }
    }

    /// The lowest free slot.
    pub(crate) fn peek(&self) -> Option<u32> {
        let first = self.in_use.0.first();
        let lowest = first.filter(|run| run.start == 0).map_or(0, |run| run.end);
        (lowest < self.max_slots).then_some(lowest)
    }

    pub(crate) fn get(&mut self) -> Result<u32, NoFreeSlot> {
        let slot = self.peek().ok_or(NoFreeSlot::AllInUse)?;
        self.take(slot..slot + 1);
        Ok(slot)
    }

    pub(crate) fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        if !self.in_use.contains(slot) {
            return Err(NotInUse);
        }
        self.in_use.remove(slot..slot + 1);
        Ok(())
    }

    pub(crate) fn reserve_run(&mut self, run: Range<u32>) -> Result<(), CannotReserve> {
        if run.is_empty() || run.end > self.max_slots {
            return Err(CannotReserve::NoSuchSlot);
        }
        if self.in_use.overlaps(&run) {
            return Err(CannotReserve::InUse);
        }
        self.take(run);
        Ok(())
    }

    pub(crate) fn raise_max_slot_given(&mut self, given: u32) {
        self.max_slot_given = self.max_slot_given.max(given.min(self.max_slots));
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.max_slots);
    }

    fn take(&mut self, run: Range<u32>) {
        self.max_slot_given = self.max_slot_given.max(run.end);
        self.in_use.insert(run);
    }
}

/// A set of slots: its runs, ascending, none empty and no two adjacent.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Runs(pub(crate) Vec<Range<u32>>);

impl Runs {
    /// The number of slots.
    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|run| run.end - run.start).sum()
    }

    /// Whether the slot is in the set.
    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.0.iter().any(|run| run.contains(&slot))
    }

    /// Whether a slot of the run is in the set.
    pub(crate) fn overlaps(&self, run: &Range<u32>) -> bool {
        self.0.iter().any(|own| own.start < run.end && run.start < own.end)
    }

    /// Adds a run, no slot of which is in the set.
    pub(crate) fn insert(&mut self, run: Range<u32>) {
        self.0.push(run);
        self.0.sort_by_key(|run| run.start);
        self.0.dedup_by(|next, run| {
            let are_adjacent = run.end == next.start;
            if are_adjacent {
                run.end = next.end;
            }
            are_adjacent
        });
    }

    /// Removes a run, all slots of which are in the set.
    pub(crate) fn remove(&mut self, run: Range<u32>) {
        let around = self.0.iter().position(|own| own.contains(&run.start));
        let around = self.0.remove(around.expect("the run is in the set"));
        self.0.extend([around.start..run.start, run.end..around.end]);
        self.0.retain(|run| !run.is_empty());
        self.0.sort_by_key(|run| run.start);
    }

    /// The n-th slot, ascending; modulo the number of slots. `None` if there is none.
    pub(crate) fn nth(&self, n: u32) -> Option<u32> {
        let mut n = n.checked_rem(self.len())?;
        for run in &self.0 {
            let length = run.end - run.start;
            if n < length {
                return Some(run.start + n);
            }
            n -= length;
        }
        None
    }
}
