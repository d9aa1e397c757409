//! Managers in memory of their own, and the sparse reservations above it.

use std::cell::Cell;

mod support;

use callosum_server_slots::memory::{HIGH_WATER, LEAF_WORDS, MAX_GIVEN, words_for};
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
    assert_eq!(slots.memory().len(), words_for(4096));
}

#[test]
fn a_manager_shows_how_it_stands() {
    let mut slots = Slots::with_max_slots(5);
    let _ = (slots.get(), slots.get(), slots.put(0));
    let shown = "Slots { len: 1, max_slot_given: 2, max_slots: 5, next: Some(0), .. }";
    assert_eq!(format!("{slots:?}"), shown);
}

#[test]
#[should_panic(expected = "a buffer of 49 words")]
fn a_buffer_of_another_length_is_refused() {
    let words: Box<[Cell<i32>]> = vec![Cell::new(0); words_for(0) + 40].into();
    Slots::from_buffer(words, 5);
}

#[test]
fn growth_absorbs_sparse_reservations() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve_run(2047..2049), Ok(()));
    assert_eq!(slots.reserve(1 << 20), Ok(()));
    assert_eq!(leaf_words(&slots), 32);
    for expected in 0..1025 {
        assert_eq!(slots.get(), Ok(expected));
    }
    assert_eq!(leaf_words(&slots), 64);
    slots.check_invariants();
    // 2047 is below the capacity now, 2048 is not.
    let runs: Vec<_> = slots.in_use_runs().collect();
    assert_eq!(runs, [0..1025, 2047..2049, 1 << 20..(1 << 20) + 1]);
    for expected in (1025..2047).chain(2049..5000) {
        assert_eq!(slots.get(), Ok(expected));
    }
    slots.check_invariants();
    let runs: Vec<_> = slots.in_use_runs().collect();
    assert_eq!(runs, [0..5000, 1 << 20..(1 << 20) + 1]);
}

#[test]
fn sparse_reservations_coalesce_and_split() {
    let mut slots = Slots::new();
    let base = 1 << 20;
    for start in [base, base + 2, base + 1, base + 4] {
        assert_eq!(slots.reserve(start), Ok(()));
        slots.check_invariants();
    }
    assert_eq!(slots.in_use_runs().collect::<Vec<_>>(), [base..base + 3, base + 4..base + 5]);
    assert_eq!(slots.reserve_run(base + 3..base + 5), Err(CannotReserve::InUse));
    assert_eq!(slots.put(base + 1), Ok(()));
    assert_eq!(slots.put(base + 1), Err(NotInUse));
    slots.check_invariants();
    let runs: Vec<_> = slots.in_use_runs().collect();
    assert_eq!(runs, [base..base + 1, base + 2..base + 3, base + 4..base + 5]);
    assert_eq!(slots.len(), 3);
}

#[test]
fn peek_passes_a_sparse_run_at_the_capacity() {
    let mut slots = Slots::with_max_slots(1030);
    assert_eq!(slots.reserve_run(1024..1026), Ok(()));
    for expected in 0..1024 {
        assert_eq!(slots.peek(), Some(expected));
        assert_eq!(slots.get(), Ok(expected));
    }
    assert_eq!(leaf_words(&slots), 32);
    assert_eq!(slots.peek(), Some(1026));
    assert_eq!(slots.get(), Ok(1026));
    for expected in 1027..1030 {
        assert_eq!(slots.get(), Ok(expected));
    }
    assert_eq!(slots.peek(), None);
    assert_eq!(slots.get(), Err(NoFreeSlot::AllInUse));
    slots.check_invariants();
}

#[test]
fn peek_is_none_if_a_sparse_run_reaches_from_the_capacity_to_the_limit() {
    let mut slots = Slots::with_max_slots(1026);
    assert_eq!(slots.reserve_run(1024..1026), Ok(()));
    (0..1024).for_each(|expected| assert_eq!(slots.get(), Ok(expected)));
    assert_eq!(slots.peek(), None);
    assert_eq!(slots.get(), Err(NoFreeSlot::AllInUse));
    slots.check_invariants();
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
fn max_slot_given_is_the_high_water_mark_or_what_was_given_above() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve(5000), Ok(()));
    assert_eq!(slots.put(5000), Ok(()));
    assert_eq!(slots.max_slot_given(), 5001);
    assert_eq!(slots.get(), Ok(0));
    assert_eq!(slots.max_slot_given(), 5001);
    assert_eq!(slots.memory()[MAX_GIVEN].get(), 5001);
    slots.raise_max_slot_given(4000);
    assert_eq!(slots.max_slot_given(), 5001);
    (1..6000).for_each(|expected| assert_eq!(slots.get(), Ok(expected)));
    assert_eq!(slots.max_slot_given(), 6000);
    slots.raise_max_slot_given(u32::MAX);
    assert_eq!(slots.max_slot_given(), MAX_SLOTS);
    slots.clear();
    assert_eq!(slots.max_slot_given(), 0);
}

#[test]
fn a_manager_says_which_slots_are_in_use() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve_run(0..3), Ok(()));
    assert_eq!(slots.put(1), Ok(()));
    assert_eq!(slots.reserve(5000), Ok(()));
    assert!(!slots.is_empty());
    assert!(slots.iter().eq([0, 2, 5000]));
    let in_use = |slot| slots.contains(slot);
    assert_eq!(
        [0, 1, 2, 3, 4999, 5000, 5001].map(in_use),
        [true, false, true, false, false, true, false]
    );
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
fn growth_keeps_the_free_slots_below() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve_run(0..1024), Ok(()));
    let free = [5, 40, 500, 1000];
    free.iter().for_each(|&slot| assert_eq!(slots.put(slot), Ok(())));
    assert_eq!(slots.reserve(1024), Ok(()));
    assert_eq!(leaf_words(&slots), 64);
    slots.check_invariants();
    for expected in free {
        assert_eq!(slots.get(), Ok(expected));
    }
    assert_eq!(slots.get(), Ok(1025));
}

#[test]
fn a_stale_bit_of_the_first_leaf_word_is_passed_over() {
    let mut slots = Slots::new();
    assert_eq!(slots.reserve_run(0..1024), Ok(()));
    assert_eq!(slots.put(5), Ok(()));
    // Growth sets the summary bit of each word that is not zero.
    assert_eq!(slots.reserve(1024), Ok(()));
    assert_eq!(leaf_words(&slots), 64);
    assert_eq!(slots.get(), Ok(5));
    for slot in [100, 200] {
        assert_eq!(slots.put(slot), Ok(()));
    }
    for slot in [100, 200, 1025] {
        assert_eq!(slots.get(), Ok(slot));
    }
    slots.check_invariants();
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
