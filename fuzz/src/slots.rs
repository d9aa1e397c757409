//! The whole manager: any program of calls, over memory of any size at first, which
//! is refused or not.

use std::ops::Range;
use std::rc::Rc;

use arbitrary::Arbitrary;
use callosum_server_slots::memory::cells_for;
use callosum_server_slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};

use crate::refusable::{Refusable, Refusal};
use crate::runs::Runs;

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
    /// Eight times as many.
    GetMany(u8),
    Put(Slot),
    /// Every so many-th slot in use from one on.
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

/// Slots that matter, and any others.
#[derive(Arbitrary, Debug, Clone, Copy)]
enum Slot {
    /// The n-th in use.
    InUse(u16),
    /// So far below the highest that was given, or above.
    NearHighest(i8),
    /// So far from a power of two.
    NearPower {
        power: u8,
        off: i8,
    },
    Any(u32),
}

/// Runs the program that the bytes stand for; panics where it goes wrong.
pub fn run(data: &[u8]) {
    let Some(program) = crate::decode::<Program>(data) else { return };
    let _shown = crate::Shown(&program);
    let words = match program.memory {
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
    let memory = Refusable::new(cells_for(words));
    let refusal = Rc::clone(&memory.refusal);
    let mut pair = Pair {
        slots: Slots::over(memory, limit),
        model: Model { in_use: Runs::default(), given: 0, limit },
        refusal,
    };
    pair.check();
    for step in &program.steps {
        pair.step(step);
        pair.check();
    }
}

/// The manager as one would write it without a thought to speed.
struct Model {
    in_use: Runs,
    given: u32,
    limit: u32,
}

impl Model {
    fn lowest(&self) -> Option<u32> {
        let lowest = self.in_use.0.first().filter(|run| run.start == 0).map_or(0, |run| run.end);
        (lowest < self.limit).then_some(lowest)
    }

    fn take(&mut self, run: Range<u32>) {
        self.given = self.given.max(run.end);
        self.in_use.add(run);
    }

    fn get(&mut self) -> Result<u32, NoFreeSlot> {
        let slot = self.lowest().ok_or(NoFreeSlot::AllInUse)?;
        self.take(slot..slot + 1);
        Ok(slot)
    }

    fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        let in_use = self.in_use.contains(slot);
        if in_use {
            self.in_use.remove(slot..slot + 1);
        }
        in_use.then_some(()).ok_or(NotInUse)
    }

    fn reserve(&mut self, run: Range<u32>) -> Result<(), CannotReserve> {
        if run.is_empty() || run.end > self.limit {
            return Err(CannotReserve::NoSuchSlot);
        }
        if self.in_use.touch(&run) {
            return Err(CannotReserve::InUse);
        }
        self.take(run);
        Ok(())
    }

    fn slot(&self, slot: Slot) -> u32 {
        match slot {
            Slot::InUse(n) => self.in_use.nth(n.into()).unwrap_or(0),
            Slot::NearHighest(off) => self.given.wrapping_add_signed(off.into()),
            Slot::NearPower { power, off } => {
                (1_u32 << (power % 32)).wrapping_add_signed(off.into())
            }
            Slot::Any(slot) => slot,
        }
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
            Step::GetMany(count) => {
                _ = (0..u16::from(*count) * 8).take_while(|_| self.get()).count()
            }
            Step::Put(slot) => self.put(self.model.slot(*slot)),
            Step::PutEvery { from, every, count } => {
                let places = (u32::from(*from)..).step_by(usize::from(*every) + 1);
                let slots: Vec<u32> =
                    places.take((*count).into()).filter_map(|n| self.model.in_use.nth(n)).collect();
                slots.into_iter().for_each(|slot| self.put(slot));
            }
            Step::Reserve(slot) => {
                let slot = self.model.slot(*slot);
                self.reserve(slot..slot.saturating_add(1), |slots| slots.reserve(slot));
            }
            Step::ReserveRun { from, length } => {
                let start = self.model.slot(*from);
                let run = start..start.saturating_add((*length).into());
                self.reserve(run.clone(), |slots| slots.reserve_run(run));
            }
            Step::Clear => {
                self.slots.clear();
                self.model.in_use = Runs::default();
                self.model.given = 0;
            }
            Step::RaiseMaxSlotGiven(slot) => {
                let given = self.model.slot(*slot);
                self.slots.raise_max_slot_given(given);
                self.model.given = self.model.given.max(given.min(self.model.limit));
            }
            Step::RefuseMemory(wanted) => self.refusal.wanted.set(*wanted),
        }
    }

    /// Whether there was a slot to get.
    fn get(&mut self) -> bool {
        self.refusal.happened.set(false);
        let got = self.slots.get();
        if self.refusal.happened.get() {
            assert_eq!(got, Err(NoFreeSlot::OutOfMemory));
            assert!(self.model.lowest().is_some());
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
            assert_eq!(reserved, self.model.reserve(run.clone()), "{run:?}");
        }
    }

    /// Compares all that can be seen.
    fn check(&self) {
        let Self { slots, model, .. } = self;
        slots.check_invariants();
        assert_eq!(slots.peek(), model.lowest());
        assert_eq!(slots.max_slot_given(), model.given);
        assert_eq!(slots.len(), model.in_use.count());
        assert_eq!(slots.is_empty(), model.in_use.0.is_empty());
        assert!(slots.in_use_runs().eq(model.in_use.0.iter().cloned()), "{slots:?}");
        let ends = model.in_use.0.iter().take(50).flat_map(|run| [run.start, run.end - 1, run.end]);
        for slot in ends.chain([0, model.given, model.limit, MAX_SLOTS, u32::MAX]) {
            assert_eq!(slots.contains(slot), model.in_use.contains(slot), "contains({slot})");
        }
    }
}
