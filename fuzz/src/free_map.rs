//! The free map alone: trees of up to four levels, which a manager needs millions of
//! slots for.

use std::cell::Cell;
use std::ops::Range;

use arbitrary::Arbitrary;
use callosum_server_slots::{FreeMap, memory};

use crate::runs::Runs;

#[derive(Arbitrary, Debug)]
struct Program {
    /// Which power of two the integers of bits are.
    size: u8,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum Step {
    Insert(Place),
    InsertRun(Place, u16),
    /// The n-th run that is there, or its beginning.
    RemoveRun(u8, Option<u16>),
    TakeLowest,
    Lowest(Place),
    ContainsRun(Place, u16),
}

/// A slot that is so far from the boundary of an integer or of a summary.
#[derive(Arbitrary, Debug, Clone, Copy)]
struct Place {
    level: u8,
    nth: u16,
    off: i8,
}

/// Runs the program that the bytes stand for; panics where it goes wrong.
pub fn run(data: &[u8]) {
    let Some(program) = crate::decode::<Program>(data) else { return };
    let _shown = crate::Shown(&program);
    let words = 16 << (program.size % 13); // up to two million slots
    let cells = vec![Cell::new(0); memory::cells_for(words)];
    cells[memory::WORDS].set(words as i32);
    let mut pair =
        Pair { map: FreeMap::over(&cells), model: Runs::default(), slots: words as u32 * 32 };
    for step in &program.steps {
        pair.step(step);
        assert_eq!(pair.map.count(), pair.model.count());
        assert_eq!(pair.map.lowest(0), pair.model.0.first().map(|run| run.start));
    }
    pair.map.check();
    assert!(pair.map.runs().eq(pair.model.0.iter().cloned()), "{:?}", pair.map);
}

/// The map and its model.
struct Pair<'a> {
    map: FreeMap<'a>,
    model: Runs,
    slots: u32,
}

impl Pair<'_> {
    fn step(&mut self, step: &Step) {
        match *step {
            Step::Insert(place) => {
                let slot = self.slot(place);
                let missing = !self.model.contains(slot);
                assert_eq!(self.map.insert(slot), missing, "insert({slot})");
                if missing {
                    self.model.add(slot..slot + 1);
                }
            }
            Step::InsertRun(place, length) => {
                let run = self.run(place, length);
                if !run.is_empty() && !self.model.touch(&run) {
                    self.map.insert_run(run.clone());
                    self.model.add(run);
                }
            }
            Step::RemoveRun(n, length) => {
                let Some(n) = usize::from(n).checked_rem(self.model.0.len()) else { return };
                let mut run = self.model.0[n].clone();
                if let Some(length) = length {
                    run.end = run.end.min(run.start + u32::from(length) + 1);
                }
                self.map.remove_run(run.clone());
                self.model.remove(run);
            }
            Step::TakeLowest => {
                let lowest = self.model.0.first().map(|run| {
                    let end_of_integer = (run.start | 31) + 1;
                    run.start..run.end.min(end_of_integer)
                });
                assert_eq!(self.map.take_run(0), lowest);
                if let Some(run) = lowest {
                    self.model.remove(run);
                }
            }
            Step::Lowest(place) => {
                let from = self.slot(place);
                let run = self.model.0.iter().find(|run| run.end > from);
                assert_eq!(
                    self.map.lowest(from),
                    run.map(|run| run.start.max(from)),
                    "from {from}"
                );
            }
            Step::ContainsRun(place, length) => {
                let run = self.run(place, length);
                let within = self
                    .model
                    .0
                    .iter()
                    .any(|other| other.start <= run.start && run.end <= other.end);
                assert_eq!(self.map.contains_run(run.clone()), run.is_empty() || within, "{run:?}");
            }
        }
    }

    fn slot(&self, place: Place) -> u32 {
        let boundary = u32::from(place.nth) << (5 * (place.level % 5));
        boundary.wrapping_add_signed(place.off.into()) % self.slots
    }

    fn run(&self, place: Place, length: u16) -> Range<u32> {
        let start = self.slot(place);
        start..start.saturating_add(length.into()).min(self.slots)
    }
}
