//! Random programs against a naive model, with L1 to L4 checked after every step.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use callosum_server_slots::memory::{
    BITS, CAPACITY, COUNT, END, GIVEN, START, TAIL, WORDS, cells_for,
};
use callosum_server_slots::{CannotReserve, Memory, NoFreeSlot, NotInUse, Slots};
use proptest::prelude::*;

/// The manager as one would write it without a thought to speed or memory.
struct Model {
    in_use: BTreeSet<u32>,
    returned: BTreeSet<u32>,
    given: u32,
    max_slots: u32,
}

impl Model {
    fn new(max_slots: u32) -> Self {
        Self { in_use: BTreeSet::new(), returned: BTreeSet::new(), given: 0, max_slots }
    }

    fn lowest(&self) -> Option<u32> {
        let lowest = self.returned.first().copied().unwrap_or(self.given);
        (lowest < self.max_slots).then_some(lowest)
    }

    fn get(&mut self) -> Result<u32, NoFreeSlot> {
        let slot = self.lowest().ok_or(NoFreeSlot::AllInUse)?;
        self.returned.remove(&slot);
        self.in_use.insert(slot);
        self.given = self.given.max(slot + 1);
        Ok(slot)
    }

    fn reserve_run(&mut self, run: Range<u32>) -> Result<(), CannotReserve> {
        if run.is_empty() || run.end > self.max_slots {
            return Err(CannotReserve::NoSuchSlot);
        }
        if self.in_use.range(run.clone()).next().is_some() {
            return Err(CannotReserve::InUse);
        }
        self.returned.extend(self.given..run.end);
        self.given = self.given.max(run.end);
        self.returned.retain(|slot| !run.contains(slot));
        self.in_use.extend(run);
        Ok(())
    }

    fn clear(&mut self) {
        *self = Self::new(self.max_slots);
    }

    fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        if !self.in_use.remove(&slot) {
            return Err(NotInUse);
        }
        self.returned.insert(slot);
        Ok(())
    }
}

/// Memory that the test sees too, as index.js does.
#[derive(Clone)]
struct Shared(Rc<[Cell<i32>]>);

impl AsRef<[Cell<i32>]> for Shared {
    fn as_ref(&self) -> &[Cell<i32>] {
        &self.0
    }
}

impl Memory for Shared {
    fn allocate(&self, cells: usize) -> Option<Self> {
        Some(Self(vec![Cell::new(0); cells].into()))
    }
}

/// `get` and `put` as index.js does them: over the shared integers where it can.
struct WithFastPaths {
    slots: Slots<Shared>,
    enabled: bool,
}

impl WithFastPaths {
    fn new(words: usize, max_slots: u32, enabled: bool) -> Self {
        let cells = Shared(vec![Cell::new(0); cells_for(words)].into());
        Self { slots: Slots::over(cells, max_slots), enabled }
    }

    fn get(&mut self) -> Result<u32, NoFreeSlot> {
        let slot = if self.enabled { self.get_without_crossing() } else { None };
        slot.map_or_else(|| self.slots.get(), Ok)
    }

    fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        if self.enabled && slot < self.at(TAIL) {
            return self.put_without_crossing(slot);
        }
        self.slots.put(slot)
    }

    fn get_without_crossing(&self) -> Option<u32> {
        let slot = self.at(START);
        if slot < self.at(END) {
            self.set(START, slot + 1);
        } else if self.at(COUNT) != 0 {
            return Some(self.get_from_map());
        } else if self.at(TAIL) < self.at(CAPACITY) {
            let tail = self.at(TAIL);
            self.set(START, tail + 1);
            self.set(END, self.at(CAPACITY));
            self.set(TAIL, self.at(CAPACITY));
            return Some(tail);
        } else {
            return None;
        }
        Some(slot)
    }

    fn get_from_map(&self) -> u32 {
        let words = self.at(WORDS);
        let mut node = words + self.at(START) / 32;
        while self.node(node) == 0 {
            while self.node(node) == 0 {
                let above = self.node(node / 32);
                self.set_node(node / 32, above & !(1 << (node % 32)));
                node /= 32;
            }
            while node < words && self.node(node) != 0 {
                node = node * 32 + self.node(node).trailing_zeros();
            }
        }
        let bits = self.node(node);
        let rest = bits & bits.wrapping_add(bits & bits.wrapping_neg());
        self.set_node(node, rest);
        let slot = (node - words) * 32 + bits.trailing_zeros();
        let end = (node - words) * 32 + 32 - (bits ^ rest).leading_zeros();
        self.set(COUNT, self.at(COUNT) - (end - slot));
        self.set(START, slot + 1);
        self.set(END, end);
        slot
    }

    fn put_without_crossing(&self, slot: u32) -> Result<(), NotInUse> {
        let (start, end) = (self.at(START), self.at(END));
        if slot < start {
            self.set(GIVEN, self.at(GIVEN).max(start));
            self.set(START, slot);
            if slot + 1 != start {
                self.set(END, slot + 1);
                if start != end && end == self.at(TAIL) {
                    self.set(TAIL, start);
                } else {
                    (start..end).for_each(|slot| self.put_into_map(slot));
                }
            }
        } else if slot < end {
            return Err(NotInUse);
        } else if start == end && self.at(COUNT) == 0 {
            self.set(START, slot);
            self.set(END, slot + 1);
        } else if self.node(self.at(WORDS) + slot / 32) & 1 << (slot % 32) != 0 {
            return Err(NotInUse);
        } else {
            self.put_into_map(slot);
        }
        Ok(())
    }

    fn put_into_map(&self, slot: u32) {
        let mut node = self.at(WORDS) + slot / 32;
        let mut bits = self.node(node);
        self.set_node(node, bits | 1 << (slot % 32));
        while bits == 0 && node > 0 {
            bits = self.node(node / 32);
            self.set_node(node / 32, bits | 1 << (node % 32));
            node /= 32;
        }
        self.set(COUNT, self.at(COUNT) + 1);
    }

    fn at(&self, i: usize) -> u32 {
        self.slots.memory().0[i].get() as u32
    }

    fn set(&self, i: usize, value: u32) {
        self.slots.memory().0[i].set(value as i32);
    }

    /// A node of the map's tree, leaf or summary.
    fn node(&self, node: u32) -> u32 {
        self.at(self.node_index(node))
    }

    fn set_node(&self, node: u32, bits: u32) {
        self.set(self.node_index(node), bits);
    }

    fn node_index(&self, node: u32) -> usize {
        let words = self.at(WORDS);
        BITS + node.checked_sub(words).unwrap_or(words + node) as usize
    }

    /// Compares all that can be seen with the model.
    fn check(&self, model: &Model) {
        self.slots.check_invariants();
        assert_eq!(self.slots.max_slot_given(), model.given);
        assert_eq!(self.slots.len() as usize, model.in_use.len());
        assert_eq!(self.slots.peek(), model.lowest());
        assert!(self.slots.iter().eq(model.in_use.iter().copied()));
        for slot in [0, 1, 63, 64, 1023, 1024, model.given, model.max_slots] {
            assert_eq!(self.slots.contains(slot), model.in_use.contains(&slot));
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Get(usize),
    /// The n-th slot in use, counted modulo how many there are.
    PutInUse(Vec<usize>),
    PutHighest(usize),
    PutLowest(usize),
    /// Every n-th slot in use, from the highest down.
    PutEvery(usize),
    PutAny(u32),
    Reserve(Range<u32>),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (1..40usize).prop_map(Step::Get),
        1 => (1..10_000usize).prop_map(Step::Get),
        6 => prop::collection::vec(any::<usize>(), 1..40).prop_map(Step::PutInUse),
        1 => (1..60usize).prop_map(Step::PutHighest),
        1 => (1..60usize).prop_map(Step::PutLowest),
        1 => (1..200usize).prop_map(Step::PutEvery),
        2 => prop_oneof![0..100u32, any::<u32>()].prop_map(Step::PutAny),
        2 => (0..25_000u32, prop_oneof![Just(1), 0..100u32]).prop_map(|(start, length)| {
            Step::Reserve(start..start + length)
        }),
        1 => Just(Step::Clear),
    ];
    prop::collection::vec(step, 1..60)
}

fn run(words: usize, max_slots: u32, fast_paths: bool, steps: &[Step]) {
    let mut model = Model::new(max_slots);
    let mut slots = WithFastPaths::new(words, max_slots, fast_paths);
    for step in steps {
        let puts: Vec<u32> = match step {
            Step::Get(count) => {
                for _ in 0..*count {
                    let expected = model.get();
                    assert_eq!(slots.get(), expected);
                    if expected.is_err() {
                        break;
                    }
                }
                vec![]
            }
            Step::PutInUse(picks) => {
                let in_use: Vec<u32> = model.in_use.iter().copied().collect();
                let picked = picks.iter().filter(|_| !in_use.is_empty());
                picked.map(|pick| in_use[pick % in_use.len()]).collect()
            }
            Step::PutHighest(count) => model.in_use.iter().rev().take(*count).copied().collect(),
            Step::PutLowest(count) => model.in_use.iter().take(*count).copied().collect(),
            Step::PutEvery(nth) => model.in_use.iter().rev().step_by(*nth).copied().collect(),
            Step::PutAny(slot) => vec![*slot],
            Step::Reserve(run) => {
                assert_eq!(slots.slots.reserve_run(run.clone()), model.reserve_run(run.clone()));
                vec![]
            }
            Step::Clear => {
                slots.slots.clear();
                model.clear();
                vec![]
            }
        };
        for slot in puts {
            assert_eq!(slots.put(slot), model.put(slot), "put({slot})");
        }
        slots.check(&model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_program_does_what_the_model_does(
        words in prop_oneof![Just(0), Just(16), Just(32), Just(1024)],
        max_slots in prop_oneof![1..200u32, 1..20_000u32],
        steps in steps(),
    ) {
        run(words, max_slots, false, &steps);
    }

    #[test]
    fn any_program_with_fast_paths_does_what_the_model_does(
        words in prop_oneof![Just(0), Just(16), Just(32), Just(1024)],
        max_slots in prop_oneof![1..200u32, 1..20_000u32],
        steps in steps(),
    ) {
        run(words, max_slots, true, &steps);
    }
}
