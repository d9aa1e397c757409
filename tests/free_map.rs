//! The free map where its integers, pages and ends meet.

use std::cell::Cell;

use callosum_server_slots::FreeMap;

type Source = Box<[Cell<i32>]>;

/// The slots on both sides of an integer's, a page's, a pages' integer's end.
const BOUNDARIES: [u32; 17] = [
    0, 1, 31, 32, 33, 63, 64, 65, 4095, 4096, 4097, 131_071, 131_072, 131_073, 262_142, 262_143,
    262_144,
];

/// A map with memory for at least 262,145 slots, all of them taken.
fn taken(limit: u32) -> FreeMap<Source> {
    let mut map = FreeMap::new(limit);
    while map.capacity() <= 262_144 && map.grow(&Source::default()).unwrap() {}
    map.take_tail(limit);
    map
}

#[test]
fn a_slot_at_a_boundary_is_found_again() {
    let mut map = taken(1 << 20);
    for slot in BOUNDARIES {
        assert!(!map.contains(slot));
        assert!(map.insert(slot));
        assert!(!map.insert(slot), "{slot} twice");
        assert!(map.contains(slot));
        assert_eq!(map.count(), 1);
        assert_eq!(map.take_run(0), Some(slot..slot + 1));
        assert_eq!(map.count(), 0);
    }
}

#[test]
fn slots_come_back_ascending_whatever_order_they_went_in() {
    let mut map = taken(1 << 20);
    for slot in BOUNDARIES.iter().rev() {
        map.insert(*slot);
    }
    let mut slots = Vec::new();
    while let Some(run) = map.take_run(0) {
        slots.extend(run);
    }
    assert_eq!(slots, BOUNDARIES);
}

#[test]
fn a_run_is_taken_whole_across_boundaries() {
    let mut map = taken(1 << 20);
    for start in BOUNDARIES {
        for end in BOUNDARIES.into_iter().filter(|&end| end > start) {
            map.insert_run(start..end);
            assert_eq!(map.count(), end - start);
            assert_eq!(map.take_run(0), Some(start..end));
            assert_eq!(map.take_run(0), None);
        }
    }
}

#[test]
fn taking_goes_on_from_where_the_last_run_ended() {
    let mut map = taken(1 << 20);
    for slot in BOUNDARIES.into_iter().step_by(2) {
        map.insert(slot);
    }
    let mut from = 0;
    let mut slots = Vec::new();
    while let Some(run) = map.take_run(from) {
        from = run.end;
        slots.extend(run);
    }
    assert_eq!(slots, BOUNDARIES.into_iter().step_by(2).collect::<Vec<_>>());
}

#[test]
fn a_run_can_be_removed_from_the_middle() {
    let mut map = taken(1 << 20);
    map.insert_run(0..262_144);
    map.remove_run(4095..131_073);
    assert_eq!(map.runs().collect::<Vec<_>>(), [0..4095, 131_073..262_144]);
}

#[test]
fn growing_keeps_what_is_in_the_map() {
    let mut map = FreeMap::new(5000);
    assert_eq!(map.grow(&Source::default()), Ok(true));
    assert_eq!(map.take_tail(1000), Some(0..1000));
    map.insert_run(5..7);
    assert_eq!(map.grow(&Source::default()), Ok(true));
    assert!(map.runs().eq(std::iter::once(5..7)));
    assert_eq!((map.count(), map.end(), map.capacity()), (2, 1000, 2048));
}

#[test]
fn growing_ends_at_the_limit() {
    for limit in [1, 31, 32, 33, 1023, 1024, 1025, 4097, 262_145] {
        let mut map = FreeMap::new(limit);
        while map.grow(&Source::default()).unwrap() {}
        assert_eq!(map.capacity(), limit);
        assert_eq!(map.take_tail(u32::MAX), Some(0..limit));
        assert!(!map.insert(limit), "the limit is no slot");
        assert!(map.insert(limit - 1));
    }
}

#[test]
fn a_run_that_reaches_the_end_becomes_the_tail_again() {
    let mut map = taken(1 << 20);
    let end = map.end();
    map.insert_run(5000..end);
    assert_eq!((map.end(), map.count()), (5000, 0));
    assert_eq!(map.take_tail(6000), Some(5000..6000));
    assert_eq!(map.take_tail(u32::MAX), Some(6000..end));
    assert_eq!(map.take_tail(u32::MAX), None);
}

#[test]
fn the_tail_can_be_given_bits() {
    let mut map = taken(1 << 20);
    map.insert_run(4000..map.end());
    map.extend(9000);
    assert_eq!((map.end(), map.count()), (9000, 5000));
    assert_eq!(map.take_run(0), Some(4000..9000));
}

#[test]
fn a_run_is_in_the_map_when_all_of_it_is() {
    let mut map = taken(1 << 20);
    for start in BOUNDARIES {
        for end in BOUNDARIES.into_iter().filter(|&end| end > start) {
            map.insert_run(start..end);
            assert!(map.contains_run(start..end));
            assert!(!map.contains_run(start..end + 1));
            assert!(start == 0 || !map.contains_run(start - 1..end));
            assert_eq!(map.take_run(0), Some(start..end));
            assert!(!map.contains_run(start..end));
        }
    }
}
