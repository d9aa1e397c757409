//! The whole manager: any program of calls, with any first size of the bitmap, while
//! allocations succeed or fail.

use std::ops::Range;
use std::rc::Rc;

use arbitrary::Arbitrary;
use callosum_server_slots::memory::words_for;
use callosum_server_slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, Slots};

use crate::model::Model;
use crate::refusable::{Refusable, Refusal};

#[derive(Arbitrary, Debug)]
struct Program {
    memory: FirstMemory,
    limit: Limit,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum FirstMemory {
    None,
    Words16,
    Words32,
    Words64,
    Words2048,
}

#[derive(Arbitrary, Debug)]
enum Limit {
    Few(u8),
    Many(u16),
    Most,
}

#[derive(Arbitrary, Debug)]
enum Step {
    Get,
    /// Eight times this many.
    GetMany(u8),
    /// Moves the cursor.
    Peek,
    Put(Slot),
    /// Slots in use, from one on, with as many between two of them.
    PutEvery {
        from: u16,
        every: u8,
        count: u8,
    },
    Reserve(Slot),
    ReserveRun {
        from: Slot,
        length: u16,
    },
    Clear,
    RaiseMaxSlotGiven(Slot),
    RefuseMemory(bool),
}

/// Slots at boundaries, and any others.
#[derive(Arbitrary, Debug, Clone, Copy)]
enum Slot {
    /// The n-th in use.
    InUse(u16),
    /// At this distance from the highest that was given.
    NearHighest(i8),
    /// At this distance from a power of two.
    NearPower {
        power: u8,
        off: i8,
    },
    Any(u32),
}

/// Runs the program that the bytes encode; panics if the manager is wrong.
pub fn run(data: &[u8]) {
    let Some(program) = crate::decode::<Program>(data) else { return };
    let _shown = crate::Shown(&program);
    let leaf_words = match program.memory {
        FirstMemory::None => 0,
        FirstMemory::Words16 => 16,
        FirstMemory::Words32 => 32,
        FirstMemory::Words64 => 64,
        FirstMemory::Words2048 => 2048,
    };
    let limit = match program.limit {
        Limit::Few(slots) => slots.into(),
        Limit::Many(slots) => slots.into(),
        Limit::Most => MAX_SLOTS,
    };
    let memory = Refusable::new(words_for(leaf_words));
    let refusal = Rc::clone(&memory.refusal);
    let mut pair =
        Pair { slots: Slots::from_buffer(memory, limit), model: Model::new(limit), refusal };
    pair.check();
    for step in &program.steps {
        pair.step(step);
        pair.check();
    }
}

/// The manager and its model.
struct Pair {
    slots: Slots<Refusable>,
    model: Model,
    refusal: Rc<Refusal>,
}

impl Pair {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Get => _ = self.get(),
            Step::Peek => assert_eq!(self.slots.peek(), self.model.peek()),
            Step::GetMany(count) => {
                _ = (0..u16::from(*count) * 8).take_while(|_| self.get()).count()
            }
            Step::Put(slot) => self.put(self.slot(*slot)),
            Step::PutEvery { from, every, count } => {
                let places = (u32::from(*from)..).step_by(usize::from(*every) + 1);
                let slots: Vec<u32> =
                    places.take((*count).into()).filter_map(|n| self.model.in_use.nth(n)).collect();
                slots.into_iter().for_each(|slot| self.put(slot));
            }
            Step::Reserve(slot) => {
                let slot = self.slot(*slot);
                self.reserve(slot..slot.saturating_add(1), |slots| slots.reserve(slot));
            }
            Step::ReserveRun { from, length } => {
                let start = self.slot(*from);
                let run = start..start.saturating_add((*length).into());
                self.reserve(run.clone(), |slots| slots.reserve_run(run));
            }
            Step::Clear => {
                self.slots.clear();
                self.model.clear();
            }
            Step::RaiseMaxSlotGiven(slot) => {
                let given = self.slot(*slot);
                self.slots.raise_max_slot_given(given);
                self.model.raise_max_slot_given(given);
            }
            Step::RefuseMemory(wanted) => self.refusal.wanted.set(*wanted),
        }
    }

    fn slot(&self, slot: Slot) -> u32 {
        let model = &self.model;
        match slot {
            Slot::InUse(n) => model.in_use.nth(n.into()).unwrap_or(0),
            Slot::NearHighest(off) => model.max_slot_given.wrapping_add_signed(off.into()),
            Slot::NearPower { power, off } => {
                (1_u32 << (power % 32)).wrapping_add_signed(off.into())
            }
            Slot::Any(slot) => slot,
        }
    }

    /// Whether there was a slot to get.
    fn get(&mut self) -> bool {
        self.refusal.happened.set(false);
        let got = self.slots.get();
        if self.refusal.happened.get() {
            assert_eq!(got, Err(NoFreeSlot::OutOfMemory));
            assert!(self.model.peek().is_some());
        } else {
            assert_eq!(got, self.model.get());
        }
        got.is_ok()
    }

    fn put(&mut self, slot: u32) {
        assert_eq!(self.slots.put(slot), self.model.put(slot), "put({slot})");
    }

    fn reserve(
        &mut self,
        run: Range<u32>,
        call: impl FnOnce(&mut Slots<Refusable>) -> Result<(), CannotReserve>,
    ) {
        self.refusal.happened.set(false);
        let reserved = call(&mut self.slots);
        if self.refusal.happened.get() {
            assert_eq!(reserved, Err(CannotReserve::OutOfMemory), "{run:?}");
        } else {
            assert_eq!(reserved, self.model.reserve_run(run.clone()), "{run:?}");
        }
    }

    /// Compares all that can be seen, without moving the cursor.
    fn check(&self) {
        let Self { slots, model, .. } = self;
        slots.check_invariants();
        assert_eq!(slots.max_slot_given(), model.max_slot_given);
        assert_eq!(slots.len(), model.in_use.len());
        assert_eq!(slots.is_empty(), model.in_use.0.is_empty());
        assert!(slots.in_use_runs().eq(model.in_use.0.iter().cloned()), "{slots:?}");
        let ends = model.in_use.0.iter().take(50).flat_map(|run| [run.start, run.end - 1, run.end]);
        for slot in ends.chain([0, model.max_slot_given, model.max_slots, MAX_SLOTS, u32::MAX]) {
            assert_eq!(slots.contains(slot), model.in_use.contains(slot), "contains({slot})");
        }
    }
}
