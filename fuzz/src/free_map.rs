//! The free map alone: trees of up to four levels of summary words, for which a
//! manager needs a million slots.

use std::cell::Cell;
use std::ops::Range;

use arbitrary::Arbitrary;
use callosum_server_slots::{FreeMap, memory};

use crate::model::Runs;

#[derive(Arbitrary, Debug)]
struct Program {
    /// The number of leaf words, as a power of two.
    size: u8,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum Step {
    Insert(Place),
    InsertRun(Place, u16),
    /// The n-th run in the map, or its beginning.
    RemoveRun(u8, Option<u16>),
    TakeLowest,
    Lowest,
    Contains(Place),
    ContainsRun(Place, u16),
}

/// A slot, by its distance from the end of a leaf word or of a summary word.
#[derive(Arbitrary, Debug, Clone, Copy)]
struct Place {
    level: u8,
    nth: u16,
    off: i8,
}

/// Runs the program that the bytes encode; panics if the map is wrong.
pub fn run(data: &[u8]) {
    let Some(program) = crate::decode::<Program>(data) else { return };
    let _shown = crate::Shown(&program);
    let leaf_words = 16 << (program.size % 13); // up to two million slots
    let words = vec![Cell::new(0); memory::words_for(leaf_words)];
    words[memory::LEAF_WORDS].set(leaf_words as i32);
    let slots = leaf_words as u32 * 32;
    let mut pair = Pair { map: FreeMap::from_buffer(&words), model: Runs::default(), slots };
    for step in &program.steps {
        crate::faults::happen(&words);
        pair.step(step);
        assert_eq!(pair.map.count(), pair.model.len());
    }
    let Pair { map, model, .. } = pair;
    map.check_invariants();
    // With the right count, that is all of them.
    assert!(model.0.iter().all(|run| map.contains_run(run.clone())), "{model:?}");
    assert_eq!(map.lowest(), model.0.first().map(|run| run.start));
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
                    self.model.insert(slot..slot + 1);
                }
            }
            Step::InsertRun(place, length) => {
                let run = self.run(place, length);
                if !run.is_empty() && !self.model.overlaps(&run) {
                    self.map.insert_run(run.clone());
                    self.model.insert(run);
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
                let lowest = self.lowest();
                assert_eq!(self.map.take_lowest(), lowest);
                if let Some(slot) = lowest {
                    self.model.remove(slot..slot + 1);
                }
            }
            Step::Lowest => assert_eq!(self.map.lowest(), self.lowest()),
            Step::Contains(place) => {
                let slot = self.slot(place);
                assert_eq!(self.map.contains(slot), self.model.contains(slot), "{slot}");
            }
            Step::ContainsRun(place, length) => {
                let run = self.run(place, length);
                let expected = self.model.contains_run(&run);
                assert_eq!(self.map.contains_run(run.clone()), expected, "{run:?}");
            }
        }
    }

    fn lowest(&self) -> Option<u32> {
        self.model.0.first().map(|run| run.start)
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
