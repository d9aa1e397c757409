//! The free map where its leaf words and its summary words meet.

use std::cell::Cell;
use std::ops::Range;

mod support;

use callosum_server_slots::{FreeMap, memory};

/// The number of leaf words: with it the tree has four levels of summary words.
const LEAF_WORDS: usize = 1 << 16;

/// The slots on both sides of a leaf word's end, and of each level's.
const BOUNDARIES: [u32; 20] = [
    0, 1, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 32_767, 32_768, 32_769, 1_048_575, 1_048_576,
    1_048_577, 2_097_149, 2_097_150, 2_097_151,
];

fn zeroed(leaf_words: usize) -> Vec<Cell<i32>> {
    let words = vec![Cell::new(0); memory::words_for(leaf_words)];
    words[memory::LEAF_WORDS].set(leaf_words as i32);
    words
}

/// Every run from one boundary to another.
fn runs() -> impl Iterator<Item = Range<u32>> {
    BOUNDARIES.into_iter().flat_map(|start| {
        BOUNDARIES.into_iter().filter(move |&end| end > start).map(move |end| start..end)
    })
}

/// Takes all slots out, lowest first.
fn taken(map: FreeMap) -> Vec<u32> {
    std::iter::from_fn(|| map.take_lowest()).inspect(|_| map.check_invariants()).collect()
}

#[test]
fn a_slot_at_a_boundary_is_found_again() {
    let words = zeroed(LEAF_WORDS);
    let map = FreeMap::from_words(&words);
    for slot in BOUNDARIES {
        assert!(!map.contains(slot));
        assert!(map.insert(slot));
        assert!(!map.insert(slot), "{slot} twice");
        assert!(map.contains(slot));
        assert_eq!((map.count(), map.lowest()), (1, Some(slot)));
        map.check_invariants();
        assert_eq!(map.take_lowest(), Some(slot));
        assert_eq!((map.count(), map.lowest()), (0, None));
        map.check_invariants();
    }
}

#[test]
fn a_slot_is_found_in_a_map_of_any_size() {
    for leaf_words in (4..17).map(|power| 1 << power) {
        let words = zeroed(leaf_words);
        let map = FreeMap::from_words(&words);
        let slots: Vec<u32> =
            (0..leaf_words as u32 * 32).step_by(leaf_words / 16 * 7 + 1).collect();
        for &slot in slots.iter().rev() {
            assert!(map.insert(slot));
        }
        map.check_invariants();
        assert_eq!(std::iter::from_fn(|| map.take_lowest()).collect::<Vec<_>>(), slots);
        map.check_invariants();
    }
}

#[test]
fn runs_are_whole_across_boundaries() {
    let words = zeroed(LEAF_WORDS);
    let map = FreeMap::from_words(&words);
    for Range { start, end } in runs() {
        map.insert_run(start..end);
        assert_eq!((map.count(), map.lowest()), (end - start, Some(start)));
        assert!(map.contains_run(start..end));
        assert!(!map.contains_run(start..end + 1));
        assert!(start == 0 || !map.contains_run(start - 1..end));
        map.remove_run(start..end);
        assert!(!map.contains_run(start..end));
        assert_eq!((map.count(), map.lowest()), (0, None));
    }
    map.check_invariants();
}

#[test]
fn a_run_leaves_a_full_map_whole_around_it() {
    let words = zeroed(LEAF_WORDS);
    let map = FreeMap::from_words(&words);
    let all = LEAF_WORDS as u32 * 32;
    map.insert_run(0..all);
    for Range { start, end } in runs() {
        map.remove_run(start..end);
        assert_eq!(map.count(), all - (end - start));
        assert!(map.contains_run(0..start) && map.contains_run(end..all));
        assert!(!map.contains_run(start..start + 1) && !map.contains_run(end - 1..end));
        map.insert_run(start..end);
    }
    map.check_invariants();
}

#[test]
fn no_slot_beyond_the_bitmap_is_in_the_map() {
    let words = zeroed(32);
    let map = FreeMap::from_words(&words);
    map.insert_run(0..1024);
    assert!(map.contains(1023));
    assert!(!map.contains_run(1000..1025));
    // The words after the leaf words are summary words, in which bits are set now.
    for slot in 1024..1024 + 64 {
        assert!(!map.contains(slot));
        assert!(!map.contains_run(slot..slot + 1));
        assert!(!map.insert(slot));
    }
}

#[test]
fn stale_summary_bits_are_passed_over_and_cleared() {
    let words = zeroed(1 << 11);
    let map = FreeMap::from_words(&words);
    map.insert_run(0..1 << 16);
    // Leaves words 1 to 2046 zero under their summary bits.
    map.remove_run(32..65_504);
    map.remove_run(0..32);
    map.check_invariants();
    assert_eq!(map.lowest(), Some(65_504));
    map.check_invariants();
    let summaries = &words[memory::BITMAP_OFFSET + (1 << 11)..];
    let bits: u32 = summaries[64..127].iter().map(|word| word.get().count_ones()).sum();
    assert_eq!(bits, 0, "stale bits that the search has met");
    assert_eq!(taken(map), (65_504..65_536).collect::<Vec<_>>());
}

#[test]
fn a_search_clears_no_summary_bit_of_a_word_that_it_has_not_seen() {
    let words = zeroed(128);
    let map = FreeMap::from_words(&words);
    let slot_in = |word: u32| word * 32;
    let insert = |word| assert!(map.insert(slot_in(word)));
    // Leaves a stale bit, that of word 40, in the summary word of words 32 to 63.
    insert(40);
    insert(35);
    map.remove_run(slot_in(35)..slot_in(35) + 1);
    map.remove_run(slot_in(40)..slot_in(40) + 1);
    // A search from word 70 to word 100, by way of the root.
    insert(70);
    insert(100);
    assert_eq!(map.take_lowest(), Some(slot_in(70)));
    assert_eq!(map.lowest(), Some(slot_in(100)));
    // Had it cleared the root's bit of that summary word unseen, nothing would set the
    // bit again: the summary word is not zero.
    insert(41);
    insert(33);
    insert(2);
    assert_eq!(taken(map), [2, 33, 41, 100].map(slot_in));
}

#[test]
fn peeking_moves_the_cursor_and_a_later_insert_below_moves_it_back() {
    let words = zeroed(64);
    let map = FreeMap::from_words(&words);
    for slot in [100, 1500] {
        assert!(map.insert(slot));
    }
    assert_eq!(map.take_lowest(), Some(100));
    assert_eq!(words[memory::CURSOR].get(), 3);
    assert_eq!(map.lowest(), Some(1500));
    assert_eq!(words[memory::CURSOR].get(), 46);
    assert!(map.insert(200));
    assert_eq!(words[memory::CURSOR].get(), 6);
    map.check_invariants();
    assert_eq!(taken(map), [200, 1500]);
}

#[test]
#[should_panic(expected = "the free map has fewer bits than it counts")]
fn a_search_of_a_corrupt_map_panics() {
    let words = zeroed(32);
    words[memory::FREE_COUNT].set(1);
    FreeMap::from_words(&words).lowest();
}

#[test]
#[should_panic(expected = "the free map has fewer bits than it counts")]
fn a_search_of_a_corrupt_map_with_stale_bits_panics() {
    let words = zeroed(64);
    let map = FreeMap::from_words(&words);
    map.insert_run(0..2048);
    map.remove_run(0..2048);
    words[memory::FREE_COUNT].set(1);
    map.lowest();
}

/// A map with the cursor at word 1 and a slot in word 3, which is node 67. Its bit is in
/// summary word 2, whose bit is in the root.
fn of_words_1_and_3(words: &[Cell<i32>]) -> FreeMap<'_> {
    let map = FreeMap::from_words(words);
    assert!(map.insert(40));
    assert!(map.insert(100));
    map.check_invariants();
    map
}

fn summary(word: usize) -> usize {
    memory::BITMAP_OFFSET + 64 + word
}

#[test]
#[should_panic(expected = "C1: the cursor is 2")]
fn a_slot_below_the_cursor_is_a_fault() {
    let words = zeroed(64);
    let map = of_words_1_and_3(&words);
    words[memory::CURSOR].set(2);
    map.check_invariants();
}

#[test]
#[should_panic(expected = "C2: node 67")]
fn a_leaf_word_without_its_summary_bit_is_a_fault() {
    let words = zeroed(64);
    let map = of_words_1_and_3(&words);
    words[summary(2)].set(0);
    map.check_invariants();
}

#[test]
#[should_panic(expected = "C2: node 2")]
fn a_summary_word_without_its_summary_bit_is_a_fault() {
    let words = zeroed(64);
    let map = of_words_1_and_3(&words);
    words[summary(0)].set(0);
    map.check_invariants();
}

#[test]
#[should_panic(expected = "C3")]
fn another_count_than_that_of_the_bits_is_a_fault() {
    let words = zeroed(64);
    let map = of_words_1_and_3(&words);
    words[memory::FREE_COUNT].set(3);
    map.check_invariants();
}
