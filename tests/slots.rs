//! Managers in memory of their own.

use std::cell::Cell;

use callosum_server_slots::memory::{BITS, cells_for};
use callosum_server_slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, Slots};

#[test]
fn a_new_manager_has_all_slots() {
    for mut slots in [Slots::new(), Slots::default()] {
        assert_eq!(slots.max_slots(), MAX_SLOTS);
        assert!(slots.is_empty());
        assert_eq!((slots.get(), slots.get()), (Ok(0), Ok(1)));
        slots.check_invariants();
    }
}

#[test]
fn a_manager_gives_no_more_slots_than_it_has() {
    let mut slots = Slots::with_max_slots(2);
    assert_eq!((slots.get(), slots.get()), (Ok(0), Ok(1)));
    assert_eq!(slots.get(), Err(NoFreeSlot::AllInUse));
    assert_eq!(slots.reserve(2), Err(CannotReserve::NoSuchSlot));
}

#[test]
fn memory_grows_from_first_to_last() {
    let mut slots = Slots::new();
    for expected in 0..100_000 {
        assert_eq!(slots.get(), Ok(expected));
    }
    assert_eq!(slots.memory().len(), cells_for(4096));
}

#[test]
fn a_manager_shows_how_it_stands() {
    let mut slots = Slots::with_max_slots(5);
    let _ = (slots.get(), slots.get(), slots.put(0));
    let shown = "Slots { len: 1, max_slot_given: 2, max_slots: 5, lane: 0..1, .. }";
    assert_eq!(format!("{slots:?}"), shown);
}

#[test]
#[should_panic(expected = "are not a manager's")]
fn memory_of_another_size_is_refused() {
    let cells: Box<[Cell<i32>]> = vec![Cell::new(0); BITS + 40].into();
    Slots::over(cells, 5);
}
