//! The Rust core alone, compared with other crates.
//!
//! `cargo bench --no-default-features`: an item is a call, so 200 Mitem/s are 5 ns for each
//! call.
#![allow(missing_docs)]

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use callosum_server_slots::Slots;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use hibitset::{BitSet, BitSetLike};
use roaring::RoaringBitmap;

const SIZES: [usize; 2] = [1_000, 1_000_000];
const SEED: u64 = 20130413;

fn main() {
    divan::main();
}

/// Gives the lowest free slot.
trait Manager: Default {
    fn get(&mut self) -> u32;
    fn put(&mut self, slot: u32);

    fn filled(size: usize) -> Self {
        let mut manager = Self::default();
        for _ in 0..size {
            manager.get();
        }
        manager
    }
}

impl Manager for Slots {
    fn get(&mut self) -> u32 {
        Slots::get(self).expect("there are free slots")
    }

    fn put(&mut self, slot: u32) {
        Slots::put(self, slot).expect("the slot is in use");
    }
}

/// The slots put back, and a counter for those never given.
#[derive(Default)]
struct Counted<F> {
    free: F,
    given: u32,
}

trait Free: Default {
    fn insert(&mut self, slot: u32);
    fn take_lowest(&mut self) -> Option<u32>;
}

impl<F: Free> Manager for Counted<F> {
    fn get(&mut self) -> u32 {
        self.free.take_lowest().unwrap_or_else(|| {
            self.given += 1;
            self.given - 1
        })
    }

    fn put(&mut self, slot: u32) {
        self.free.insert(slot);
    }
}

impl Free for BTreeSet<u32> {
    fn insert(&mut self, slot: u32) {
        assert!(BTreeSet::insert(self, slot));
    }

    fn take_lowest(&mut self) -> Option<u32> {
        self.pop_first()
    }
}

/// Accepts a slot that is put twice.
impl Free for BinaryHeap<Reverse<u32>> {
    fn insert(&mut self, slot: u32) {
        self.push(Reverse(slot));
    }

    fn take_lowest(&mut self) -> Option<u32> {
        self.pop().map(|Reverse(slot)| slot)
    }
}

impl Free for RoaringBitmap {
    fn insert(&mut self, slot: u32) {
        assert!(RoaringBitmap::insert(self, slot));
    }

    fn take_lowest(&mut self) -> Option<u32> {
        let slot = self.min()?;
        self.remove(slot);
        Some(slot)
    }
}

/// Four levels of 64-bit words: up to 16,777,216 slots.
impl Free for BitSet {
    fn insert(&mut self, slot: u32) {
        assert!(!self.add(slot));
    }

    fn take_lowest(&mut self) -> Option<u32> {
        let slot = (&*self).iter().next()?;
        self.remove(slot);
        Some(slot)
    }
}

type BTree = Counted<BTreeSet<u32>>;
type Heap = Counted<BinaryHeap<Reverse<u32>>>;
type Roaring = Counted<RoaringBitmap>;
type HiBitSet = Counted<BitSet>;

/// A fresh manager gives `size` slots.
#[divan::bench(types = [Slots, BTree, Heap, Roaring, HiBitSet], args = SIZES, sample_count = 30)]
fn fill<M: Manager>(bencher: Bencher, size: usize) {
    bencher.counter(ItemsCount::new(size)).with_inputs(M::default).bench_local_refs(|manager| {
        for _ in 0..size {
            black_box(manager.get());
        }
    });
}

/// Puts a random slot, and gets it again.
#[divan::bench(types = [Slots, BTree, Heap, Roaring, HiBitSet], args = SIZES, sample_count = 30)]
fn churn<M: Manager>(bencher: Bencher, size: usize) {
    let mut manager = M::filled(size);
    let slots = shuffled(size);
    bencher.counter(ItemsCount::new(2 * size)).bench_local(|| {
        for &slot in &slots {
            manager.put(slot);
            black_box(manager.get());
        }
    });
}

/// Puts half of all slots, in random order.
#[divan::bench(types = [Slots, BTree, Heap, Roaring, HiBitSet], args = SIZES, sample_count = 30)]
fn wave_put<M: Manager>(bencher: Bencher, size: usize) {
    let half = &shuffled(size)[..size / 2];
    let filled = || M::filled(size);
    bencher.counter(ItemsCount::new(half.len())).with_inputs(filled).bench_local_refs(|manager| {
        for &slot in half {
            manager.put(slot);
        }
    });
}

/// Gets these slots again.
#[divan::bench(types = [Slots, BTree, Heap, Roaring, HiBitSet], args = SIZES, sample_count = 30)]
fn wave_get<M: Manager>(bencher: Bencher, size: usize) {
    let half = &shuffled(size)[..size / 2];
    let halved = || {
        let mut manager = M::filled(size);
        half.iter().for_each(|&slot| manager.put(slot));
        manager
    };
    bencher.counter(ItemsCount::new(half.len())).with_inputs(halved).bench_local_refs(|manager| {
        for _ in half {
            black_box(manager.get());
        }
    });
}

/// All slots below `size` in random order, the same ones every time.
fn shuffled(size: usize) -> Vec<u32> {
    let mut slots: Vec<u32> = (0..size as u32).collect();
    let mut state = SEED;
    for i in (1..size).rev() {
        // Xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        slots.swap(i, (state % (i as u64 + 1)) as usize);
    }
    slots
}
