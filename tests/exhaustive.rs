//! Every state that a small manager can be in, and every call in each of them.
//!
//! A breadth-first search from a new manager over a handful of slots. States are
//! told apart by all that the manager keeps: its integers, and the list of slots
//! reserved ahead. After every call L1 to L4 are checked, and all that can be seen
//! is held against a naive model, which the state that was reached takes along. A
//! state is reached again by replaying its calls.
//!
//! An integer of the map has 32 slots, more than such a search can fill, so some
//! searches begin with all slots in use up to where something ends: an integer, a
//! summary, the memory.
//!
//! `cargo test --release --test exhaustive -- --ignored --nocapture` goes deeper,
//! with one or two slots more everywhere.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

mod refusable;

use callosum_server_slots::memory::{CAPACITY, cells_for};
use callosum_server_slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};
use refusable::Refusable;

/// What to search.
#[derive(Debug, Clone, Copy)]
struct Search {
    /// How many integers of bits the manager has at first.
    words: usize,
    max_slots: u32,
    /// The slots below are in use from the beginning, and stay so.
    base: u32,
    /// How many slots from the base up are taken and put.
    near: u32,
    /// Slots above that are reserved and put.
    far: &'static [u32],
}

const EIGHT: Search = Search { words: 32, max_slots: MAX_SLOTS, base: 0, near: 8, far: &[] };

#[test]
fn eight_slots_of_eight() {
    Search { words: 0, max_slots: 8, ..EIGHT }.run();
}

#[test]
fn eight_slots_of_many() {
    EIGHT.run();
}

#[test]
fn slots_at_the_end_of_an_integer() {
    Search { base: 29, near: 6, ..EIGHT }.run();
}

#[test]
fn slots_where_the_memory_grows() {
    Search { words: 16, base: 509, near: 6, ..EIGHT }.run();
}

#[test]
fn slots_at_the_end_of_a_summary_where_the_memory_grows() {
    Search { base: 1021, near: 6, ..EIGHT }.run();
}

#[test]
fn slots_in_different_integers_and_summaries() {
    Search { words: 64, near: 3, far: &[31, 32, 1023, 1024], ..EIGHT }.run();
}

#[test]
fn slots_just_ahead_of_the_memory() {
    Search { words: 0, near: 2, far: &[1023, 1024, 2047, 2048], ..EIGHT }.run();
}

#[test]
fn slots_far_ahead_of_the_memory() {
    Search { near: 3, far: &[1 << 20, (1 << 20) + 1, MAX_SLOTS - 1], ..EIGHT }.run();
}

#[test]
#[ignore = "takes minutes"]
fn deeper() {
    for words in [0, 16, 32, 64] {
        for max_slots in [8, 10, MAX_SLOTS] {
            Search { words, max_slots, near: max_slots.min(10), ..EIGHT }.run();
        }
        for base in [29, 509, 1021] {
            Search { words, base, near: 8, ..EIGHT }.run();
            Search { words, base, near: 7, max_slots: base + 7, ..EIGHT }.run();
        }
        Search { words, near: 4, far: &[31, 32, 1023, 1024], ..EIGHT }.run();
        Search { words, near: 3, far: &[1023, 1024, 1025, 2047, 2048], ..EIGHT }.run();
        Search {
            words,
            near: 4,
            far: &[1 << 20, (1 << 20) + 1, MAX_SLOTS - 2, MAX_SLOTS - 1],
            ..EIGHT
        }
        .run();
    }
}

#[derive(Clone)]
enum Call {
    Get,
    Put(u32),
    Reserve(Range<u32>),
    Clear,
    RaiseMaxSlotGiven(u32),
    /// The same while memory is refused.
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
            Self::Put(slot) => write!(f, "put({slot})"),
            Self::Reserve(run) => write!(f, "reserve_run({run:?})"),
            Self::Clear => write!(f, "clear()"),
            Self::RaiseMaxSlotGiven(given) => write!(f, "raise_max_slot_given({given})"),
            Self::Starved(call) => write!(f, "{call:?} without memory"),
        }
    }
}

/// What a call answers.
#[derive(Debug, PartialEq)]
enum Answer {
    Got(Result<u32, NoFreeSlot>),
    Put(Result<(), NotInUse>),
    Reserved(Result<(), CannotReserve>),
    Nothing,
}

/// The slots that are searched, as one would keep them without a thought.
#[derive(Debug, Clone, PartialEq)]
struct Model {
    in_use: Vec<u32>,
    given: u32,
}

/// A state that was found: how, and what the model says of it.
struct Found {
    /// The state before and the call; `None` for the first.
    by: Option<(usize, Call)>,
    model: Model,
}

impl Search {
    fn run(self) {
        let mut found = vec![Found { by: None, model: Model { in_use: vec![], given: self.base } }];
        let mut known = HashMap::from([(self.content(&self.replay(&found, 0)), 0)]);
        let calls = self.calls();
        let mut tried = 0;
        let mut state = 0;
        while state < found.len() {
            let mut slots = self.replay(&found, state);
            for call in &calls {
                let before = &found[state].model;
                if call.gets() && self.lowest(before).is_some_and(|slot| !self.has(slot)) {
                    continue; // would take a slot that is not searched
                }
                let mut model = before.clone();
                {
                    let _trace = Trace(&found, state, call);
                    self.call_and_check(&mut slots, &mut model, call);
                }
                tried += 1;
                let content = self.content(&slots);
                let next = *known.entry(content).or_insert(found.len());
                if next == found.len() {
                    found.push(Found { by: Some((state, call.clone())), model });
                } else {
                    assert_eq!(found[next].model, model, "one state that means two things");
                }
                if next != state {
                    slots = self.replay(&found, state);
                }
            }
            state += 1;
        }
        println!("{} states, {tried} calls: {self:?}", found.len());
        assert!(found.len() > 500, "the search does not get anywhere");
    }

    /// Every call that is tried in every state.
    fn calls(&self) -> Vec<Call> {
        let slots = self.slots();
        let ends = slots.iter().map(|slot| slot + 1);
        let mut calls = vec![Call::Get, Call::Clear];
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
        (self.base..self.base + self.near).chain(self.far.iter().copied()).collect()
    }

    fn has(&self, slot: u32) -> bool {
        (self.base..self.base + self.near).contains(&slot) || self.far.contains(&slot)
    }

    fn start(&self) -> Slots<Refusable> {
        let mut slots = Slots::over(Refusable::new(cells_for(self.words)), self.max_slots);
        self.take_base(&mut slots);
        slots
    }

    fn take_base(&self, slots: &mut Slots<Refusable>) {
        if self.base > 0 {
            assert_eq!(slots.reserve_run(0..self.base), Ok(()));
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
        let cells = slots.memory().as_ref();
        let capacity = cells[CAPACITY].get() as u32;
        let ahead = slots.in_use_runs().flat_map(|run| run.start.max(capacity)..run.end);
        cells.iter().map(Cell::get).chain(ahead.map(|slot| slot as i32)).collect()
    }

    fn call(&self, slots: &mut Slots<Refusable>, call: &Call) -> Answer {
        match call {
            Call::Get => Answer::Got(slots.get()),
            Call::Put(slot) => Answer::Put(slots.put(*slot)),
            Call::Reserve(run) if run.len() == 1 => Answer::Reserved(slots.reserve(run.start)),
            Call::Reserve(run) => Answer::Reserved(slots.reserve_run(run.clone())),
            Call::RaiseMaxSlotGiven(given) => {
                slots.raise_max_slot_given(*given);
                Answer::Nothing
            }
            Call::Clear => {
                slots.clear();
                assert!(slots.is_empty());
                self.take_base(slots);
                Answer::Nothing
            }
            Call::Starved(call) => {
                let refusal = Rc::clone(&slots.memory().refusal);
                refusal.wanted.set(true);
                let answer = self.call(slots, call);
                refusal.wanted.set(false);
                answer
            }
        }
    }

    fn call_and_check(&self, slots: &mut Slots<Refusable>, model: &mut Model, call: &Call) {
        let refusal = Rc::clone(&slots.memory().refusal);
        refusal.happened.set(false);
        let answer = self.call(slots, call);
        if refusal.happened.get() {
            let refused = match answer {
                Answer::Got(answer) => answer == Err(NoFreeSlot::OutOfMemory),
                Answer::Reserved(answer) => answer == Err(CannotReserve::OutOfMemory),
                _ => false,
            };
            assert!(refused, "memory was refused without a word");
        } else {
            assert_eq!(answer, self.expect(model, call));
        }
        self.check(slots, model);
    }

    /// What the call should answer; the model follows it.
    fn expect(&self, model: &mut Model, call: &Call) -> Answer {
        match call {
            Call::Get => Answer::Got(match self.lowest(model) {
                None => Err(NoFreeSlot::AllInUse),
                Some(slot) => {
                    model.take(slot);
                    Ok(slot)
                }
            }),
            Call::Put(slot) => {
                let place = model.in_use.iter().position(|other| other == slot);
                Answer::Put(place.map(|place| _ = model.in_use.remove(place)).ok_or(NotInUse))
            }
            Call::Reserve(run) => Answer::Reserved(if run.is_empty() || run.end > self.max_slots {
                Err(CannotReserve::NoSuchSlot)
            } else if run.clone().any(|slot| slot < self.base || model.in_use.contains(&slot)) {
                Err(CannotReserve::InUse)
            } else {
                run.clone().for_each(|slot| model.take(slot));
                Ok(())
            }),
            Call::RaiseMaxSlotGiven(given) => {
                model.given = model.given.max(*given);
                Answer::Nothing
            }
            Call::Clear => {
                *model = Model { in_use: vec![], given: self.base };
                Answer::Nothing
            }
            Call::Starved(call) => self.expect(model, call),
        }
    }

    fn lowest(&self, model: &Model) -> Option<u32> {
        (self.base..self.max_slots).find(|slot| !model.in_use.contains(slot))
    }

    /// Compares all that can be seen with the model.
    fn check(&self, slots: &Slots<Refusable>, model: &Model) {
        slots.check_invariants();
        assert_eq!(slots.peek(), self.lowest(model));
        assert_eq!(slots.max_slot_given(), model.given);
        assert_eq!(slots.len() as usize, self.base as usize + model.in_use.len());
        let searched = slots.in_use_runs().flat_map(|run| run.start.max(self.base)..run.end);
        assert!(searched.eq(model.in_use.iter().copied()), "{slots:?}");
        for slot in self.slots() {
            assert_eq!(slots.contains(slot), model.in_use.contains(&slot), "contains({slot})");
        }
        for slot in [self.max_slots, u32::MAX] {
            assert!(!slots.contains(slot), "contains({slot})");
        }
    }
}

impl Model {
    fn take(&mut self, slot: u32) {
        let place = self.in_use.partition_point(|&other| other < slot);
        self.in_use.insert(place, slot);
        self.given = self.given.max(slot + 1);
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

/// Says which calls led to a failure.
struct Trace<'found>(&'found [Found], usize, &'found Call);

impl Drop for Trace<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{:?} after {:?}", self.2, path(self.0, self.1));
        }
    }
}
