//! The free map where its integers and its summaries meet.

use std::cell::Cell;

use callosum_server_slots::{FreeMap, memory};

/// Integers of bits: the tree over them has a node for every level's first, last
/// and middle.
const WORDS: usize = 1 << 16;

/// The slots on both sides of an integer's and of each summary's end.
const BOUNDARIES: [u32; 20] = [
    0, 1, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 32_767, 32_768, 32_769, 1_048_575, 1_048_576,
    1_048_577, 2_097_149, 2_097_150, 2_097_151,
];

fn cells(words: usize) -> Vec<Cell<i32>> {
    let cells = vec![Cell::new(0); memory::cells_for(words)];
    cells[memory::WORDS].set(words as i32);
    cells
}

/// Takes all runs out, lowest first.
fn taken(map: FreeMap) -> Vec<u32> {
    let mut slots = Vec::new();
    while let Some(run) = map.take_run(0) {
        map.check();
        slots.extend(run);
    }
    slots
}

#[test]
fn a_slot_at_a_boundary_is_found_again() {
    let cells = cells(WORDS);
    let map = FreeMap::over(&cells);
    for slot in BOUNDARIES {
        assert!(!map.contains(slot));
        assert!(map.insert(slot));
        assert!(!map.insert(slot), "{slot} twice");
        assert!(map.contains(slot));
        assert_eq!((map.count(), map.lowest(0)), (1, Some(slot)));
        map.check();
        assert_eq!(map.take_run(0), Some(slot..slot + 1));
        assert_eq!((map.count(), map.lowest(0)), (0, None));
        map.check();
    }
}

#[test]
fn a_slot_is_found_in_a_map_of_any_size() {
    for words in (4..17).map(|power| 1 << power) {
        let cells = cells(words);
        let map = FreeMap::over(&cells);
        let slots: Vec<u32> = (0..words as u32 * 32).step_by(words / 16 * 7 + 1).collect();
        for &slot in slots.iter().rev() {
            map.insert(slot);
        }
        map.check();
        assert_eq!(taken(map), slots);
    }
}

#[test]
fn slots_come_back_ascending_whatever_order_they_went_in() {
    let cells = cells(WORDS);
    let map = FreeMap::over(&cells);
    for slot in BOUNDARIES.iter().rev() {
        map.insert(*slot);
    }
    assert_eq!(taken(map), BOUNDARIES);
}

#[test]
fn a_run_is_taken_as_far_as_it_is_in_one_integer() {
    let cells = cells(WORDS);
    let map = FreeMap::over(&cells);
    map.insert_run(30..70);
    let runs: Vec<_> = std::iter::from_fn(|| map.take_run(0)).collect();
    assert_eq!(runs, [30..32, 32..64, 64..70]);
}

#[test]
fn the_lowest_is_sought_from_a_slot_up() {
    let cells = cells(WORDS);
    let map = FreeMap::over(&cells);
    BOUNDARIES.iter().for_each(|&slot| assert!(map.insert(slot)));
    for from in BOUNDARIES.iter().flat_map(|&slot| slot.saturating_sub(1)..=slot + 1) {
        let expected = BOUNDARIES.into_iter().find(|&slot| slot >= from);
        assert_eq!(map.lowest(from), expected, "from {from}");
    }
    assert_eq!(map.lowest(u32::MAX), None);
}

#[test]
fn runs_are_whole_across_boundaries() {
    let cells = cells(WORDS);
    let map = FreeMap::over(&cells);
    for start in BOUNDARIES {
        for end in BOUNDARIES.into_iter().filter(|&end| end > start) {
            map.insert_run(start..end);
            assert_eq!(map.count(), end - start);
            assert!(map.runs().eq(std::iter::once(start..end)));
            map.remove_run(start..end);
            assert_eq!((map.count(), map.lowest(0)), (0, None));
        }
    }
    map.check();
}

#[test]
fn a_run_can_be_removed_from_the_middle() {
    let cells = cells(WORDS);
    let map = FreeMap::over(&cells);
    map.insert_run(0..262_144);
    map.remove_run(4095..131_073);
    map.check();
    assert_eq!(map.runs().collect::<Vec<_>>(), [0..4095, 131_073..262_144]);
}

#[test]
fn a_run_is_in_the_map_when_all_of_it_is() {
    let cells = cells(WORDS);
    let map = FreeMap::over(&cells);
    for start in BOUNDARIES {
        for end in BOUNDARIES.into_iter().filter(|&end| end > start) {
            map.insert_run(start..end);
            assert!(map.contains_run(start..end));
            assert!(!map.contains_run(start..end + 1));
            assert!(start == 0 || !map.contains_run(start - 1..end));
            map.remove_run(start..end);
            assert!(!map.contains_run(start..end));
        }
    }
}

#[test]
fn no_slot_beyond_the_memory_is_in_the_map() {
    let cells = cells(32);
    let map = FreeMap::over(&cells);
    map.insert_run(0..1024);
    assert!(map.contains(1023));
    assert!(!map.contains(1024));
    assert!(!map.contains_run(1000..1025));
    assert_eq!(map.lowest(1024), None);
}

#[test]
fn bits_that_stand_for_nothing_are_passed_over() {
    let cells = cells(1 << 11);
    let map = FreeMap::over(&cells);
    map.insert_run(0..1 << 16);
    // Emptied by one who does not say so in the summaries.
    cells[memory::BITS..][..2047].iter().for_each(|cell| cell.set(0));
    cells[memory::COUNT].set(32);
    assert_eq!(map.lowest(0), Some(65_504));
    assert_eq!(map.take_run(0), Some(65_504..65_536));
    assert_eq!((map.lowest(0), map.count()), (None, 0));
}

#[test]
fn a_slot_beyond_the_memory_is_not_added() {
    let cells = cells(32);
    let map = FreeMap::over(&cells);
    assert!(!map.insert(1024));
    assert_eq!(map.count(), 0);
}

#[test]
fn a_map_shows_its_runs() {
    let cells = cells(32);
    let map = FreeMap::over(&cells);
    map.insert_run(30..40);
    assert!(map.insert(7));
    assert_eq!(format!("{map:?}"), "[7..8, 30..40]");
}
