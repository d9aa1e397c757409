//! An allocation that fails, at every step that needs one.

use std::cell::Cell;
use std::rc::Rc;

mod support;

use callosum_server_slots::memory::words_for;
use callosum_server_slots::{CannotReserve, Memory, NoFreeSlot, Slots};

/// Memory with a number of allocations left, after which they fail.
struct Rationed {
    words: Box<[Cell<i32>]>,
    left: Rc<Cell<usize>>,
}

impl AsRef<[Cell<i32>]> for Rationed {
    fn as_ref(&self) -> &[Cell<i32>] {
        &self.words
    }
}

impl Memory for Rationed {
    fn allocate(&self, words: usize) -> Option<Self> {
        self.left.set(self.left.get().checked_sub(1)?);
        let words = vec![Cell::new(0); words].into();
        Some(Self { words, left: Rc::clone(&self.left) })
    }
}

fn slots_with(allocations: usize) -> (Slots<Rationed>, Rc<Cell<usize>>) {
    let left = Rc::new(Cell::new(allocations));
    let words = vec![Cell::new(0); words_for(0)].into();
    let memory = Rationed { words, left: Rc::clone(&left) };
    (Slots::from_words(memory, 1 << 20), left)
}

#[test]
fn get_reports_it_loses_nothing_and_works_again() {
    for allocations in 0..8 {
        let (mut slots, left) = slots_with(allocations);
        let mut given = 0;
        while slots.get() == Ok(given) {
            given += 1;
        }
        assert_eq!(given as usize, if allocations == 0 { 0 } else { 512 << allocations });
        for _ in 0..3 {
            assert_eq!(slots.get(), Err(NoFreeSlot::OutOfMemory));
            slots.check_invariants();
            assert_eq!((slots.len(), slots.max_slot_given()), (given, given));
        }
        if given > 0 {
            assert_eq!(slots.put(given / 2), Ok(()));
            assert_eq!(slots.get(), Ok(given / 2));
        }
        left.set(1);
        assert_eq!(slots.get(), Ok(given));
        slots.check_invariants();
    }
}

#[test]
fn put_allocates_nothing() {
    let (mut slots, _) = slots_with(5);
    let mut given = 0;
    while slots.get().is_ok() {
        given += 1;
    }
    for slot in (0..given).step_by(2).chain((1..given).step_by(2).rev().collect::<Vec<_>>()) {
        assert_eq!(slots.put(slot), Ok(()));
    }
    slots.check_invariants();
    assert!(slots.is_empty());
}

#[test]
fn reserve_reports_it_and_changes_nothing() {
    let (mut slots, left) = slots_with(0);
    let dense = 0..1 << 19;
    assert_eq!(slots.reserve_run(dense.clone()), Err(CannotReserve::OutOfMemory));
    slots.check_invariants();
    assert_eq!((slots.len(), slots.max_slot_given(), slots.peek()), (0, 0, Some(0)));
    left.set(1);
    assert_eq!(slots.reserve_run(dense), Ok(()), "one allocation is enough");
    assert_eq!(slots.get(), Err(NoFreeSlot::OutOfMemory));
    left.set(1);
    assert_eq!(slots.get(), Ok(1 << 19));
}

#[test]
fn clear_keeps_the_memory_it_has() {
    let (mut slots, left) = slots_with(4);
    while slots.get().is_ok() {}
    assert_eq!(left.get(), 0);
    slots.clear();
    slots.check_invariants();
    assert_eq!(slots.memory().as_ref().len(), words_for(256), "no smaller one");
    assert_eq!((slots.get(), slots.len(), slots.max_slot_given()), (Ok(0), 1, 1));
    left.set(1);
    slots.clear();
    assert_eq!(slots.memory().as_ref().len(), words_for(32));
}

#[test]
fn clearing_a_small_manager_allocates_nothing() {
    let (mut slots, left) = slots_with(2);
    assert_eq!(slots.get(), Ok(0));
    slots.clear();
    assert_eq!(left.get(), 1);
    assert_eq!((slots.get(), slots.len()), (Ok(0), 1));
}
