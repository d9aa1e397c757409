//! Random programs against a naive model, with L1 to L4 checked after every step.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use callosum_server_slots::free_map::{self, BITS, COUNT, PAGES};
use callosum_server_slots::lane::{DEPTH, END, GIVEN, HIGHEST, RUN, STACK, START};
use callosum_server_slots::{CannotReserve, Lane, MAX_SLOTS, Memory, NoFreeSlot, NotInUse, Slots};
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
        let slot = lane[START].get();
        let depth = lane[DEPTH].get() as usize;
        if self.enabled && slot + 1 < lane[END].get() {
            lane[START].set(slot + 1);
            Ok(slot as u32)
        } else if self.enabled && depth > STACK {
            lane[START].set(lane[depth - RUN].get());
            lane[END].set(lane[depth - RUN + 1].get());
            lane[DEPTH].set((depth - RUN) as i32);
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
        if slot < lane[START].get() {
            self.put_below_lane(slot)
        } else if slot < lane[HIGHEST].get() {
            self.put_into_lane(slot)
        } else {
            self.put_into_map(slot)
        }
    }

    fn put_below_lane(&self, slot: i32) -> bool {
        let lane = &self.lane.0;
        let start = lane[START].get();
        let depth = lane[DEPTH].get() as usize;
        if slot + 1 == start {
            lane[GIVEN].set(lane[GIVEN].get().max(start));
        } else if depth + RUN < lane.len() {
            lane[depth].set(start);
            lane[depth + 1].set(lane[END].get());
            lane[DEPTH].set((depth + RUN) as i32);
            lane[END].set(slot + 1);
        } else {
            return false;
        }
        lane[START].set(slot);
        true
    }

    fn put_into_lane(&self, slot: i32) -> bool {
        let lane = &self.lane.0;
        let depth = lane[DEPTH].get() as usize;
        if slot < lane[END].get() {
            return false;
        }
        let mut i = depth - RUN;
        while slot >= lane[i + 1].get() {
            i -= RUN;
        }
        let start = lane[i].get();
        if slot >= start {
            return false;
        }
        let below = if i + RUN == depth { START } else { i + RUN };
        if slot + 1 == start {
            lane[GIVEN].set(lane[GIVEN].get().max(start));
            lane[i].set(slot);
        } else if lane[below + 1].get() == slot {
            lane[below + 1].set(slot + 1);
        } else if depth + RUN < lane.len() {
            for j in (i + RUN..depth).rev() {
                lane[j + RUN].set(lane[j].get());
            }
            lane[i + RUN].set(slot);
            lane[i + RUN + 1].set(slot + 1);
            lane[DEPTH].set((depth + RUN) as i32);
        } else {
            return false;
        }
        true
    }

    fn put_into_map(&self, slot: i32) -> bool {
        let Some(Shared(map)) = self.slots.free_map().memory() else {
            return false;
        };
        if slot >= map[free_map::END].get() {
            return false;
        }
        let cell = &map[BITS + (slot >> 5) as usize];
        let (bits, bit) = (cell.get(), 1 << (slot & 31));
        if bits & bit != 0 {
            return false;
        }
        cell.set(bits | bit);
        let page = &map[(map[PAGES].get() + (slot >> 17)) as usize];
        page.set(page.get() | 1 << ((slot >> 12) & 31));
        map[COUNT].set(map[COUNT].get() + 1);
        true
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
