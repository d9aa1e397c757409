//! Random programs against a naive model, with C1 to C4 checked after every step.

use std::ops::Range;

mod support;

use callosum_server_slots::memory::words_for;
use callosum_server_slots::{MAX_SLOTS, Slots};
use proptest::prelude::*;
use support::model::Model;
use support::refusable::Refusable;

#[derive(Debug, Clone)]
enum Step {
    Get(usize),
    /// Moves the cursor.
    Peek,
    /// The n-th slots in use, modulo the number of them.
    PutInUse(Vec<u32>),
    PutHighest(usize),
    PutLowest(usize),
    /// Every n-th slot in use, from the highest down.
    PutEvery(usize),
    PutAny(u32),
    Reserve(Range<u32>),
    RaiseMaxSlotGiven(u32),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let any_slot = || prop_oneof![0..100u32, 0..25_000u32, any::<u32>()];
    let start = prop_oneof![4 => 0..25_000u32, 1 => 0..MAX_SLOTS - 100];
    let length = prop_oneof![Just(1), 0..100u32];
    let step = prop_oneof![
        6 => (1..40usize).prop_map(Step::Get),
        1 => (1..10_000usize).prop_map(Step::Get),
        3 => Just(Step::Peek),
        6 => prop::collection::vec(any::<u32>(), 1..40).prop_map(Step::PutInUse),
        1 => (1..60usize).prop_map(Step::PutHighest),
        1 => (1..60usize).prop_map(Step::PutLowest),
        1 => (1..200usize).prop_map(Step::PutEvery),
        2 => any_slot().prop_map(Step::PutAny),
        3 => (start, length).prop_map(|(start, length)| Step::Reserve(start..start + length)),
        1 => any_slot().prop_map(Step::RaiseMaxSlotGiven),
        1 => Just(Step::Clear),
    ];
    prop::collection::vec(step, 1..60)
}

fn run(leaf_words: usize, max_slots: u32, steps: &[Step]) {
    let mut slots = Slots::from_words(Refusable::new(words_for(leaf_words)), max_slots);
    let mut model = Model::new(max_slots);
    for step in steps {
        for slot in puts(step, &model) {
            assert_eq!(slots.put(slot), model.put(slot), "put({slot})");
        }
        match step {
            Step::Get(count) => {
                for _ in 0..*count {
                    let expected = model.get();
                    assert_eq!(slots.get(), expected);
                    if expected.is_err() {
                        break;
                    }
                }
            }
            Step::Peek => assert_eq!(slots.peek(), model.peek()),
            Step::Reserve(run) => {
                assert_eq!(slots.reserve_run(run.clone()), model.reserve_run(run.clone()));
            }
            Step::RaiseMaxSlotGiven(given) => {
                slots.raise_max_slot_given(*given);
                model.raise_max_slot_given(*given);
            }
            Step::Clear => {
                slots.clear();
                model.clear();
            }
            _ => {}
        }
        check(&slots, &model);
    }
}

/// The slots that a step puts.
fn puts(step: &Step, model: &Model) -> Vec<u32> {
    let in_use = || model.in_use.0.iter().cloned().flatten();
    let from_highest = || model.in_use.0.iter().rev().flat_map(|run| run.clone().rev());
    match step {
        Step::PutInUse(picks) => picks.iter().filter_map(|&n| model.in_use.nth(n)).collect(),
        Step::PutHighest(count) => from_highest().take(*count).collect(),
        Step::PutLowest(count) => in_use().take(*count).collect(),
        Step::PutEvery(nth) => from_highest().step_by(*nth).collect(),
        Step::PutAny(slot) => vec![*slot],
        _ => vec![],
    }
}

/// Compares everything that can be seen without moving the cursor, which a call of
/// `peek` does: that is a step of its own.
fn check(slots: &Slots<Refusable>, model: &Model) {
    slots.check_invariants();
    assert_eq!(slots.max_slot_given(), model.max_slot_given);
    assert_eq!(slots.max_slots(), model.max_slots);
    assert_eq!(slots.len(), model.in_use.len());
    assert_eq!(slots.is_empty(), model.in_use.0.is_empty());
    assert!(slots.in_use_runs().eq(model.in_use.0.iter().cloned()));
    assert!(slots.iter().eq(model.in_use.0.iter().cloned().flatten()));
    let ends = model.in_use.0.iter().take(50).flat_map(|run| [run.start, run.end - 1, run.end]);
    for slot in ends.chain([0, 31, 32, 1023, 1024, model.max_slot_given, model.max_slots]) {
        assert_eq!(slots.contains(slot), model.in_use.contains(slot), "contains({slot})");
    }
}

proptest! {
    #[test]
    fn any_program_does_what_the_model_does(
        leaf_words in prop_oneof![Just(0), Just(16), Just(32), Just(1024)],
        max_slots in prop_oneof![1..200u32, 1..20_000u32, Just(MAX_SLOTS)],
        steps in steps(),
    ) {
        run(leaf_words, max_slots, &steps);
    }
}
