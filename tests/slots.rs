//! Managers in memory of their own, and the sparse reservations above it.

use std::cell::Cell;

mod support;

use callosum_server_slots::memory::{HIGH_WATER, LEAF_WORDS, words_for};
use callosum_server_slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};

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
fn a_manager_shows_how_it_stands() {
    let mut slots = Slots::with_max_slots(5);
    let _ = (slots.get(), slots.get(), slots.put(0));
    let shown = "Slots { len: 1, max_slot_given: 2, max_slots: 5, next: Some(0), .. }";
    assert_eq!(format!("{slots:?}"), shown);
}

#[test]
#[should_panic(expected = "a manager of 49 words")]
fn another_number_of_words_is_refused() {
    let words: Box<[Cell<i32>]> = vec![Cell::new(0); words_for(0) + 40].into();
    Slots::from_words(words, 5);
}

#[test]
fn get_and_peek_pass_a_sparse_run_that_begins_at_the_capacity() {
    for limit in [1026, 1027, 1030] {
        let mut slots = Slots::with_max_slots(limit);
        assert_eq!(slots.reserve_run(1024..1026), Ok(()));
        for expected in (0..1024).chain(1026..limit) {
            assert_eq!(leaf_words(&slots), if expected <= 1026 { 32 } else { 64 });
            assert_eq!(slots.peek(), Some(expected));
            assert_eq!(slots.get(), Ok(expected));
        }
        assert_eq!(slots.peek(), None);
        assert_eq!(slots.get(), Err(NoFreeSlot::AllInUse));
        slots.check_invariants();
    }
}

#[test]
fn a_limit_within_a_word_bounds_every_call() {
    for limit in [1, 31, 33, 63, 1023, 1025] {
        let mut slots = Slots::with_max_slots(limit);
        (0..limit).for_each(|expected| assert_eq!(slots.get(), Ok(expected)));
        assert_eq!((slots.get(), slots.peek()), (Err(NoFreeSlot::AllInUse), None));
        assert_eq!(slots.put(limit), Err(NotInUse));
        assert_eq!(slots.reserve_run(limit - 1..limit + 1), Err(CannotReserve::NoSuchSlot));
        assert_eq!(slots.put(limit - 1), Ok(()));
        assert_eq!(slots.peek(), Some(limit - 1));
        assert_eq!(slots.reserve(limit - 1), Ok(()));
        assert_eq!((slots.len(), slots.max_slot_given()), (limit, limit));
        slots.check_invariants();
    }
}

#[test]
fn the_bitmap_grows_over_a_reservation_of_64_slots_for_each_in_use() {
    for (slot, expected) in [(64 * 100 - 1, 256), (64 * 100, 32)] {
        let mut slots = Slots::new();
        assert_eq!(slots.reserve_run(0..99), Ok(()));
        assert_eq!(slots.reserve(slot), Ok(()));
        assert_eq!(leaf_words(&slots), expected, "with {slot}");
    }
}

#[test]
fn the_bitmap_grows_over_a_run_so_long_that_64_times_its_slots_exceed_32_bits() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve_run(0..1 << 26), Ok(()));
    assert_eq!(leaf_words(&slots), 1 << 21);
}

#[test]
fn the_bitmap_does_not_grow_for_a_run_that_it_covers() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve_run(0..1024), Ok(()));
    assert_eq!(leaf_words(&slots), 32);
}

#[test]
fn clear_gives_back_the_memory_of_the_first_growth() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve_run(0..1025), Ok(()));
    assert_eq!(leaf_words(&slots), 64);
    slots.clear();
    assert_eq!(slots.memory().len(), words_for(32));
}

#[test]
#[should_panic(expected = "C3: the high-water mark is 1025 of 1024")]
fn a_high_water_mark_above_the_capacity_is_a_fault() {
    let slots = Slots::new();
    slots.memory()[HIGH_WATER].set(1025);
    slots.check_invariants();
}

fn leaf_words(slots: &Slots) -> i32 {
    slots.memory()[LEAF_WORDS].get()
}
