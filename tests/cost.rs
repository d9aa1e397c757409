//! What a call costs must not depend on how many sparse reservations there are, nor
//! on how many slots are free. The fastest of many short rounds is compared, with a
//! wide bound: a busy machine interrupts some rounds, and long ones more than short.

use std::hint::black_box;
use std::time::{Duration, Instant};

use callosum_server_slots::Slots;

const ROUNDS: usize = 100;

/// The time of the fastest round of each of two functions, which take turns.
fn fastest(mut one: impl FnMut(), mut other: impl FnMut()) -> (Duration, Duration) {
    let timed = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        call();
        start.elapsed()
    };
    (0..ROUNDS).fold((Duration::MAX, Duration::MAX), |(least, least_of_other), _| {
        (least.min(timed(&mut one)), least_of_other.min(timed(&mut other)))
    })
}

/// A manager with this many sparse reservations, no two adjacent.
fn with_sparse(count: u32) -> Slots {
    let mut slots = Slots::new();
    // Downwards, so that the bitmap is never worth growing.
    for n in (0..count).rev() {
        assert_eq!(slots.reserve(sparse(n)), Ok(()));
    }
    assert!(slots.memory().len() < 100, "the reservations are in the bitmap");
    slots
}

fn sparse(n: u32) -> u32 {
    (1 << 30) + 2 * n
}

#[test]
fn a_sparse_reservation_costs_the_same_among_many() {
    let put_and_reserve = |slots: &mut Slots, count: u32| {
        // 500 of them, from one end to the other: few enough to stay in the cache of
        // the processor, so that steps are compared and not caches.
        for n in (0..500).map(|n| n * (count / 500)) {
            assert_eq!(slots.put(sparse(n)), Ok(()));
            assert_eq!(slots.reserve(sparse(n)), Ok(()));
        }
    };
    let (few, many) = (1_000, 300_000);
    let (mut with_few, mut with_many) = (with_sparse(few), with_sparse(many));
    let (of_few, of_many) =
        fastest(|| put_and_reserve(&mut with_few, few), || put_and_reserve(&mut with_many, many));
    assert!(of_many <= 4 * of_few, "{of_many:?} among {many}, {of_few:?} among {few}");
}

#[test]
fn a_put_below_a_long_free_run_costs_the_same() {
    const CALLS: u32 = 1000;
    let million = 1_000_000;
    // 4 million slots or one are free. Each put is below them and moves the cursor
    // down, each get takes the slot again, and each peek moves the cursor up.
    let with_free = |free: u32| {
        let mut slots = Slots::new();
        assert_eq!(slots.reserve_run(0..64 + 4 * million), Ok(()));
        (64..64 + free).for_each(|slot| assert_eq!(slots.put(slot), Ok(())));
        slots
    };
    let put_and_get = |slots: &mut Slots| {
        for slot in (0..CALLS).map(|n| n % 32) {
            assert_eq!(slots.put(black_box(slot)), Ok(()));
            assert_eq!(slots.get(), Ok(slot));
            assert_eq!(slots.peek(), Some(64));
        }
    };
    let (mut one, mut all) = (with_free(1), with_free(4 * million));
    let (below_one, below_all) = fastest(|| put_and_get(&mut one), || put_and_get(&mut all));
    assert!(below_all <= 4 * below_one, "{below_all:?} below 4 million, {below_one:?} below one");
}
