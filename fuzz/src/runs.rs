//! A set of slots as a naive model keeps it.

use std::ops::Range;

/// Runs, ascending and never adjacent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Runs(pub Vec<Range<u32>>);

impl Runs {
    /// How many slots there are.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|run| run.end - run.start).sum()
    }

    /// Whether the slot is there.
    pub fn contains(&self, slot: u32) -> bool {
        self.0.iter().any(|run| run.contains(&slot))
    }

    /// Whether a slot of the run is there.
    pub fn touch(&self, run: &Range<u32>) -> bool {
        self.0.iter().any(|other| other.start < run.end && run.start < other.end)
    }

    /// Adds what is missing.
    pub fn add(&mut self, run: Range<u32>) {
        self.0.push(run);
        self.0.sort_by_key(|run| run.start);
        self.0.dedup_by(|next, run| {
            let touching = next.start == run.end;
            if touching {
                run.end = next.end;
            }
            touching
        });
    }

    /// Removes what is there.
    pub fn remove(&mut self, run: Range<u32>) {
        let around =
            self.0.iter().position(|other| other.contains(&run.start)).expect("it is there");
        let around = self.0.swap_remove(around);
        self.0.extend([around.start..run.start, run.end..around.end]);
        self.0.retain(|run| !run.is_empty());
        self.0.sort_by_key(|run| run.start);
    }

    /// The n-th slot, counted modulo how many there are.
    pub fn nth(&self, n: u32) -> Option<u32> {
        let mut n = n.checked_rem(self.count())?;
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
