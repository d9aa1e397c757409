//! Every state that a small manager can be in, and every call in each of them.
//!
//! A breadth-first search from a new manager over a handful of slots. States are
//! told apart by all that the manager keeps: the shared words, and the sparse
//! reservations. After every call C1 to C4 are checked, and all that can be seen is
//! compared with a naive model, which each state keeps beside it. A state is reached
//! again by replaying its calls.
//!
//! A leaf word has 32 slots, more than such a search can fill, so some searches begin
//! with all slots in use up to where something ends: a leaf word, a summary word, the
//! capacity. In others the slots searched are far apart and all between them stay in
//! use, so that leaf words and summary words become zero under stale summary bits.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

mod support;

use callosum_server_slots::memory::{CAPACITY, words_for};
use callosum_server_slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};
use support::model::Model;
use support::refusable::Refusable;

/// A search with more states than this does not end: a fault makes new ones forever.
const MOST_STATES: usize = 100_000;

/// What to search.
#[derive(Debug, Clone, Copy)]
struct Search {
    /// The number of leaf words that the manager has at first.
    leaf_words: usize,
    max_slots: u32,
    /// The slots below are in use from the beginning, and those not among `others`
    /// stay so.
    base: u32,
    /// How many slots from the base up are taken and put.
    near: u32,
    /// More slots that are taken and put.
    others: &'static [u32],
}

const EIGHT: Search =
    Search { leaf_words: 32, max_slots: MAX_SLOTS, base: 0, near: 8, others: &[] };

#[test]
fn eight_slots_of_eight() {
    Search { leaf_words: 0, max_slots: 8, ..EIGHT }.run();
}

#[test]
fn eight_slots_of_many() {
    EIGHT.run();
}

#[test]
fn slots_at_the_end_of_a_leaf_word() {
    Search { base: 29, near: 6, ..EIGHT }.run();
}

#[test]
fn slots_where_the_bitmap_grows() {
    Search { leaf_words: 16, base: 509, near: 6, ..EIGHT }.run();
}

#[test]
fn slots_at_the_end_of_a_summary_word_where_the_bitmap_grows() {
    Search { base: 1021, near: 5, others: &[5], ..EIGHT }.run();
}

#[test]
fn slots_in_different_leaf_and_summary_words() {
    Search { leaf_words: 64, near: 3, others: &[31, 32, 1023, 1024], ..EIGHT }.run();
}

#[test]
fn slots_under_stale_summary_bits() {
    Search { base: 1030, near: 1, others: &[3, 40, 41, 80, 1026], ..EIGHT }.run();
}

#[test]
fn slots_under_stale_bits_of_two_levels() {
    let others = &[31, 32, 1023, 1024, 2050];
    Search { leaf_words: 128, base: 2051, near: 1, others, ..EIGHT }.run();
}

#[test]
fn slots_under_stale_summary_bits_at_the_limit() {
    Search { base: 70, near: 2, max_slots: 72, others: &[0, 33, 34, 69], ..EIGHT }.run();
}

#[test]
fn slots_just_above_the_capacity() {
    Search { leaf_words: 0, near: 3, others: &[1023, 1024, 2047, 2048], ..EIGHT }.run();
}

#[test]
fn slots_far_above_the_capacity() {
    Search { near: 4, others: &[1 << 20, (1 << 20) + 1, MAX_SLOTS - 1], ..EIGHT }.run();
}

#[derive(Clone)]
enum Call {
    Get,
    /// Moves the cursor.
    Peek,
    Put(u32),
    Reserve(Range<u32>),
    Clear,
    RaiseMaxSlotGiven(u32),
    /// The same while allocations fail.
    Starved(Box<Call>),
}

impl Call {
    fn gets(&self) -> bool {
        match self {
            Self::Starved(call) => call.gets(),
            call => matches!(call, Self::Get),
        }
    }
}

/// As one writes it in Rust, to make a test of it.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get => write!(f, "get()"),
            Self::Peek => write!(f, "peek()"),
            Self::Put(slot) => write!(f, "put({slot})"),
            Self::Reserve(run) => write!(f, "reserve_run({run:?})"),
            Self::Clear => write!(f, "clear()"),
            Self::RaiseMaxSlotGiven(given) => write!(f, "raise_max_slot_given({given})"),
            Self::Starved(call) => write!(f, "{call:?} while allocations fail"),
        }
    }
}

/// What a call returns.
#[derive(Debug, PartialEq)]
enum Outcome {
    Got(Result<u32, NoFreeSlot>),
    Peeked(Option<u32>),
    Put(Result<(), NotInUse>),
    Reserved(Result<(), CannotReserve>),
    Nothing,
}

/// A state that was found: how, and what the model says of it.
struct Found {
    /// The state before and the call; `None` for the first.
    by: Option<(usize, Call)>,
    model: Model,
}

impl Search {
    fn run(self) {
        let mut model = Model::new(self.max_slots);
        self.take_base_of_model(&mut model);
        let mut found = vec![Found { by: None, model }];
        let mut known = HashMap::from([(self.content(&self.replay(&found, 0)), 0)]);
        let calls = self.calls();
        let mut tried = 0;
        let mut state = 0;
        while state < found.len() {
            let mut slots = self.replay(&found, state);
            let start = self.content(&slots);
            for call in &calls {
                let before = &found[state].model;
                if call.gets() && before.peek().is_some_and(|slot| !self.has(slot)) {
                    continue; // would take a slot that is not searched
                }
                let mut model = before.clone();
                let content = {
                    let _trace = Trace(&found, state, call);
                    self.call_and_check(&mut slots, &mut model, call);
                    self.content(&slots)
                };
                tried += 1;
                if content != start {
                    let next = *known.entry(content).or_insert(found.len());
                    if next == found.len() {
                        found.push(Found { by: Some((state, call.clone())), model });
                    } else {
                        assert_eq!(found[next].model, model, "one state that means two things");
                    }
                    slots = self.replay(&found, state);
                } else {
                    assert_eq!(found[state].model, model, "one state that means two things");
                }
            }
            assert!(found.len() < MOST_STATES, "the search does not end");
            state += 1;
        }
        println!("{} states, {tried} calls: {self:?}", found.len());
        assert!(found.len() > 500, "the search does not get anywhere: {} states", found.len());
    }

    /// Every call that is tried in every state.
    fn calls(&self) -> Vec<Call> {
        let slots = self.slots();
        let ends = slots.iter().map(|slot| slot + 1);
        let mut calls = vec![Call::Get, Call::Peek, Call::Clear];
        let beyond =
            [self.max_slots, self.max_slots + 1, MAX_SLOTS - 1, MAX_SLOTS, u32::MAX - 1, u32::MAX];
        calls.extend(slots.iter().copied().chain(beyond).map(Call::Put));
        for &start in &slots {
            let last =
                ends.clone().filter(|&end| start < end && (start..end).all(|slot| self.has(slot)));
            calls.extend(last.map(|end| Call::Reserve(start..end)));
        }
        let refused = [self.base..self.base, 0..self.max_slots + 1, MAX_SLOTS..u32::MAX];
        calls.extend(refused.map(Call::Reserve));
        if self.base > 0 {
            calls.push(Call::Reserve(self.base - 1..self.base + 1));
        }
        calls.extend(ends.filter(|&end| end <= self.base + self.near).map(Call::RaiseMaxSlotGiven));
        let starved = calls.iter().filter(|call| matches!(call, Call::Get | Call::Reserve(_)));
        let starved: Vec<Call> = starved.map(|call| Call::Starved(call.clone().into())).collect();
        calls.extend(starved);
        calls
    }

    fn slots(&self) -> Vec<u32> {
        let near = self.base..self.base + self.near;
        let mut slots: Vec<u32> = near.chain(self.others.iter().copied()).collect();
        slots.sort_unstable();
        slots
    }

    fn has(&self, slot: u32) -> bool {
        (self.base..self.base + self.near).contains(&slot) || self.others.contains(&slot)
    }

    fn start(&self) -> Slots<Refusable> {
        let memory = Refusable::new(words_for(self.leaf_words));
        let mut slots = Slots::from_words(memory, self.max_slots);
        self.take_base(&mut slots);
        slots
    }

    fn take_base(&self, slots: &mut Slots<Refusable>) {
        if self.base > 0 {
            assert_eq!(slots.reserve_run(0..self.base), Ok(()));
        }
    }

    fn take_base_of_model(&self, model: &mut Model) {
        if self.base > 0 {
            assert_eq!(model.reserve_run(0..self.base), Ok(()));
        }
    }

    fn replay(&self, found: &[Found], state: usize) -> Slots<Refusable> {
        let mut slots = self.start();
        for call in path(found, state) {
            self.call(&mut slots, call);
        }
        slots
    }

    /// All that the manager keeps.
    fn content(&self, slots: &Slots<Refusable>) -> Vec<i32> {
        let words = slots.memory().as_ref();
        let capacity = words[CAPACITY].get() as u32;
        let sparse = slots.in_use_runs().flat_map(|run| run.start.max(capacity)..run.end);
        words.iter().map(Cell::get).chain(sparse.map(|slot| slot as i32)).collect()
    }

    fn call(&self, slots: &mut Slots<Refusable>, call: &Call) -> Outcome {
        match call {
            Call::Get => Outcome::Got(slots.get()),
            Call::Peek => Outcome::Peeked(slots.peek()),
            Call::Put(slot) => Outcome::Put(slots.put(*slot)),
            Call::Reserve(run) if run.len() == 1 => Outcome::Reserved(slots.reserve(run.start)),
            Call::Reserve(run) => Outcome::Reserved(slots.reserve_run(run.clone())),
            Call::RaiseMaxSlotGiven(given) => {
                slots.raise_max_slot_given(*given);
                Outcome::Nothing
            }
            Call::Clear => {
                slots.clear();
                assert!(slots.is_empty());
                self.take_base(slots);
                Outcome::Nothing
            }
            Call::Starved(call) => {
                let refusal = Rc::clone(&slots.memory().refusal);
                refusal.wanted.set(true);
                let outcome = self.call(slots, call);
                refusal.wanted.set(false);
                outcome
            }
        }
    }

    fn call_and_check(&self, slots: &mut Slots<Refusable>, model: &mut Model, call: &Call) {
        let refusal = Rc::clone(&slots.memory().refusal);
        refusal.happened.set(false);
        let outcome = self.call(slots, call);
        if refusal.happened.get() {
            let refused = match outcome {
                Outcome::Got(outcome) => outcome == Err(NoFreeSlot::OutOfMemory),
                Outcome::Reserved(outcome) => outcome == Err(CannotReserve::OutOfMemory),
                _ => false,
            };
            assert!(refused, "a failed allocation was not reported");
        } else {
            assert_eq!(outcome, self.expect(model, call));
        }
        self.check(slots, model);
    }

    /// What the call should return; changes the model alike.
    fn expect(&self, model: &mut Model, call: &Call) -> Outcome {
        match call {
            Call::Get => Outcome::Got(model.get()),
            Call::Peek => Outcome::Peeked(model.peek()),
            Call::Put(slot) => Outcome::Put(model.put(*slot)),
            Call::Reserve(run) => Outcome::Reserved(model.reserve_run(run.clone())),
            Call::RaiseMaxSlotGiven(given) => {
                model.raise_max_slot_given(*given);
                Outcome::Nothing
            }
            Call::Clear => {
                model.clear();
                self.take_base_of_model(model);
                Outcome::Nothing
            }
            Call::Starved(call) => self.expect(model, call),
        }
    }

    /// Compares all that can be seen, without moving the cursor.
    fn check(&self, slots: &Slots<Refusable>, model: &Model) {
        slots.check_invariants();
        assert_eq!(slots.max_slot_given(), model.max_slot_given);
        assert_eq!(slots.len(), model.in_use.len());
        assert!(slots.in_use_runs().eq(model.in_use.0.iter().cloned()), "{:?}", model.in_use);
        for slot in self.slots() {
            assert_eq!(slots.contains(slot), model.in_use.contains(slot), "contains({slot})");
        }
        for slot in [self.max_slots, u32::MAX] {
            assert!(!slots.contains(slot), "contains({slot})");
        }
    }
}

/// The calls that led to a state.
fn path(found: &[Found], mut state: usize) -> Vec<&Call> {
    let mut calls = vec![];
    while let Some((before, call)) = &found[state].by {
        calls.push(call);
        state = *before;
    }
    calls.reverse();
    calls
}

/// Prints the calls that led to a failure.
struct Trace<'found>(&'found [Found], usize, &'found Call);

impl Drop for Trace<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{:?} after {:?}", self.2, path(self.0, self.1));
        }
    }
}
