//! Memory refused at every step at which there is some to ask for.

use std::cell::Cell;
use std::rc::Rc;

use callosum_server_slots::memory::{BITS, cells_for};
use callosum_server_slots::{CannotReserve, Memory, NoFreeSlot, Slots};

/// Memory of which as many pieces are left as the counter says.
struct Rationed {
    cells: Box<[Cell<i32>]>,
    left: Rc<Cell<usize>>,
}

impl AsRef<[Cell<i32>]> for Rationed {
    fn as_ref(&self) -> &[Cell<i32>] {
        &self.cells
    }
}

impl Memory for Rationed {
    fn allocate(&self, cells: usize) -> Option<Self> {
        self.left.set(self.left.get().checked_sub(1)?);
        let cells = vec![Cell::new(0); cells].into();
        Some(Self { cells, left: Rc::clone(&self.left) })
    }
}

fn slots_with(pieces: usize) -> (Slots<Rationed>, Rc<Cell<usize>>) {
    let left = Rc::new(Cell::new(pieces));
    let cells = vec![Cell::new(0); BITS].into(); // no bits: nothing to begin with
    let memory = Rationed { cells, left: Rc::clone(&left) };
    (Slots::over(memory, 1 << 20), left)
}

#[test]
fn get_says_so_loses_nothing_and_works_again() {
    for pieces in 0..8 {
        let (mut slots, left) = slots_with(pieces);
        let mut given = 0;
        while slots.get() == Ok(given) {
            given += 1;
        }
        assert_eq!(given as usize, if pieces == 0 { 0 } else { 512 << pieces });
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
fn put_needs_no_memory() {
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
fn reserve_says_so_and_changes_nothing() {
    for pieces in 0..6 {
        let (mut slots, left) = slots_with(pieces);
        let dense = 0..1 << 19;
        assert_eq!(slots.reserve_run(dense.clone()), Err(CannotReserve::OutOfMemory));
        slots.check_invariants();
        assert_eq!((slots.len(), slots.max_slot_given(), slots.peek()), (0, 0, Some(0)));
        left.set(20);
        assert_eq!(slots.reserve_run(dense), Ok(()));
        assert_eq!(slots.get(), Ok(1 << 19));
    }
}

#[test]
fn clear_goes_on_with_the_memory_it_has() {
    let (mut slots, left) = slots_with(4);
    while slots.get().is_ok() {}
    assert_eq!(left.get(), 0);
    slots.clear();
    slots.check_invariants();
    assert_eq!(slots.memory().as_ref().len(), cells_for(256), "no smaller one to be had");
    assert_eq!((slots.get(), slots.len(), slots.max_slot_given()), (Ok(0), 1, 1));
    left.set(1);
    slots.clear();
    assert_eq!(slots.memory().as_ref().len(), cells_for(32));
}
