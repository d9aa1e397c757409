//! Random programs against a naive model, with L1 to L4 checked after every step.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use callosum_server_slots::free_map::{BITS, COUNT, END, PAGES};
use callosum_server_slots::lane::{BOTTOM, GIVEN, RUN, TOP};
use callosum_server_slots::{Lane, MAX_SLOTS, Memory, NoFreeSlot, NotInUse, Slots};
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

    fn get(&mut self) -> Result<u32, NoFreeSlot> {
        let slot = match self.returned.pop_first() {
            Some(slot) => slot,
            None if self.given < self.max_slots => self.given,
            None => return Err(NoFreeSlot::AllInUse),
        };
        self.in_use.insert(slot);
        self.given = self.given.max(slot + 1);
        Ok(slot)
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
    lane: Shared,
    enabled: bool,
}

impl WithFastPaths {
    fn new(lane_runs: usize, max_slots: u32, enabled: bool) -> Self {
        let lane = Shared(vec![Cell::new(0); Lane::cells_for(lane_runs)].into());
        let slots = Slots::over(Lane::new(lane.clone()), max_slots);
        Self { slots, lane, enabled }
    }

    fn get(&mut self) -> Result<u32, NoFreeSlot> {
        let lane = &self.lane.0;
        let top = lane[TOP].get() as usize;
        let slot = lane[top].get();
        if self.enabled && slot + 1 < lane[top + 1].get() {
            lane[top].set(slot + 1);
            Ok(slot as u32)
        } else if self.enabled && top > BOTTOM {
            lane[TOP].set((top - RUN) as i32);
            Ok(slot as u32)
        } else {
            self.slots.get()
        }
    }

    fn put(&mut self, slot: u32) -> Result<(), NotInUse> {
        if self.enabled && slot <= MAX_SLOTS && self.put_without_crossing(slot as i32) {
            return Ok(());
        }
        self.slots.put(slot)
    }

    fn put_without_crossing(&self, slot: i32) -> bool {
        let lane = &self.lane.0;
        let top = lane[TOP].get() as usize;
        let start = lane[top].get();
        if slot + 1 == start {
            lane[GIVEN].set(lane[GIVEN].get().max(start));
            lane[top].set(slot);
            return true;
        }
        if slot < start && top + RUN + 1 < lane.len() {
            lane[top + RUN].set(slot);
            lane[top + RUN + 1].set(slot + 1);
            lane[TOP].set((top + RUN) as i32);
            return true;
        }
        if let Some(map) = self.slots.free_map().memory()
            && slot >= lane[BOTTOM + 1].get()
            && slot < map.0[END].get()
        {
            let cell = &map.0[BITS + (slot >> 5) as usize];
            let (bits, bit) = (cell.get(), 1 << (slot & 31));
            if bits & bit == 0 {
                cell.set(bits | bit);
                let page = &map.0[(map.0[PAGES].get() + (slot >> 17)) as usize];
                page.set(page.get() | 1 << ((slot >> 12) & 31));
                map.0[COUNT].set(map.0[COUNT].get() + 1);
                return true;
            }
        }
        false
    }

    /// Compares all that can be seen with the model. L4 is the last comparison.
    fn check(&self, model: &Model) {
        self.slots.check_invariants();
        assert_eq!(self.slots.max_slot_given(), model.given);
        assert_eq!(self.slots.in_use() as usize, model.in_use.len());
        let (lane, map) = (self.slots.lane(), self.slots.free_map());
        let mut free_from = 0;
        for run in lane.runs().chain(map.runs()) {
            assert!((free_from..run.start).all(|slot| model.in_use.contains(&slot)));
            assert_eq!(model.in_use.range(run.clone()).next(), None, "free: {run:?}");
            free_from = run.end;
        }
        assert!((free_from..map.end()).all(|slot| model.in_use.contains(&slot)));
        assert_eq!(model.in_use.range(map.end()..).next(), None, "the tail is free");
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
    ];
    prop::collection::vec(step, 1..60)
}

fn run(lane_runs: usize, max_slots: u32, fast_paths: bool, steps: &[Step]) {
    let mut model = Model::new(max_slots);
    let mut slots = WithFastPaths::new(lane_runs, max_slots, fast_paths);
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
        lane_runs in 2..20usize,
        max_slots in prop_oneof![1..200u32, 1..20_000u32],
        steps in steps(),
    ) {
        run(lane_runs, max_slots, false, &steps);
    }

    #[test]
    fn any_program_with_fast_paths_does_what_the_model_does(
        lane_runs in 2..20usize,
        max_slots in prop_oneof![1..200u32, 1..20_000u32],
        steps in steps(),
    ) {
        run(lane_runs, max_slots, true, &steps);
    }
}
