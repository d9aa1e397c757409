//! The Node-API binding: the class `CallosumServerSlots` of the addon.
//!
//! JavaScript owns the words of a manager, an `Int32Array`, and passes them to each call.
//! Rust borrows them for that call alone, and no JavaScript runs meanwhile. A call that needs
//! more words changes nothing and says how many. Rust owns the sparse reservations; if their
//! allocation fails, it ends the process. A panic is a bug: the call zeroes the words and throws,
//! and later calls refuse words of zeros. So no slot is given after a panic.

#![allow(unreachable_pub)] // #[napi] requires pub methods

use std::cell::Cell;
use std::mem;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::memory::{self, LIMIT, Memory, words_for};
use crate::slots::leaf_words_for;
use crate::sparse::SparseSet;
use crate::{CannotReserve, NoFreeSlot, Slots};

/// The words of a manager, borrowed for one call. `#[napi]` would take a bare `&mut` for a class.
type Words<'a> = &'a mut [i32];

/// No such free slot. Any lower refusal is minus the number of words that the call needs.
const REFUSED: i32 = -1;

struct Borrowed<'a> {
    words: &'a [Cell<i32>],
    /// The number of words that the call asked for.
    wanted: Cell<usize>,
}

fn borrowed(words: Words<'_>) -> Borrowed<'_> {
    Borrowed { words: Cell::from_mut(words).as_slice_of_cells(), wanted: Cell::new(0) }
}

impl AsRef<[Cell<i32>]> for Borrowed<'_> {
    fn as_ref(&self) -> &[Cell<i32>] {
        self.words
    }
}

impl Memory for Borrowed<'_> {
    fn allocate(&self, words: usize) -> Option<Self> {
        self.wanted.set(words);
        None
    }
}

/// The Rust half of a manager: its sparse reservations. The words are always its own.
#[napi]
#[derive(Debug, Default)]
pub struct CallosumServerSlots {
    sparse: SparseSet,
}

#[napi]
impl CallosumServerSlots {
    /// No sparse reservations.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    fn with<'a, T>(
        &mut self,
        words: Words<'a>,
        work: impl FnOnce(&mut Slots<Borrowed<'a>>) -> T,
    ) -> Result<T> {
        let memory = borrowed(words);
        let words = memory.words;
        let limit = words.get(LIMIT).ok_or_else(|| internal_error("the words were detached"))?;
        if limit.get() == 0 {
            return Err(internal_error("an earlier call on this manager panicked"));
        }
        catch_unwind(AssertUnwindSafe(|| {
            let mut slots = Slots::from_parts(memory, mem::take(&mut self.sparse));
            let result = work(&mut slots);
            self.sparse = slots.into_sparse();
            result
        }))
        .map_err(|panic| {
            words.iter().for_each(|word| word.set(0));
            let message = panic.downcast_ref::<String>().map(String::as_str);
            internal_error(message.or(panic.downcast_ref().copied()).unwrap_or("a panic"))
        })
    }

    /// Frees all slots, and takes the runs: start, end, start, end … Returns 0, or changes
    /// nothing and returns minus the number of words that this needs.
    #[napi]
    pub fn reset(
        &mut self,
        words: Words<'_>,
        max_slots: u32,
        runs: &[i32],
        max_slot_given: u32,
    ) -> Result<i32> {
        let runs = || runs.chunks_exact(2).map(|run| run[0] as u32..run[1] as u32);
        let wanted = words_for(leaf_words_for(runs()));
        if words.len() < wanted {
            return Ok(-(wanted as i32));
        }
        words[LIMIT] = max_slots as i32;
        self.with(words, |slots| {
            slots.clear();
            runs().for_each(|run| slots.reserve_run(run).expect("a free run"));
            slots.raise_max_slot_given(max_slot_given);
            0
        })
    }

    /// Moves the manager from its words to more, which must be zeros. Returns null.
    #[napi]
    pub fn grow(&mut self, words: Words<'_>, larger: Words<'_>) -> Result<Null> {
        self.with(words, |slots| slots.move_to(borrowed(larger))).map(|()| Null)
    }

    /// Takes the lowest free slot. Returns it, or a refusal.
    #[napi]
    pub fn get(&mut self, words: Words<'_>) -> Result<i32> {
        self.with(words, |slots| match slots.get() {
            Ok(slot) => slot as i32,
            Err(NoFreeSlot::AllInUse) => REFUSED,
            Err(NoFreeSlot::OutOfMemory) => must_grow(slots),
        })
    }

    /// Frees a slot; false if it is not in use.
    #[napi]
    pub fn put(&mut self, words: Words<'_>, slot: u32) -> Result<bool> {
        self.with(words, |slots| slots.put(slot).is_ok())
    }

    /// The lowest free slot, or a refusal.
    #[napi]
    pub fn peek(&mut self, words: Words<'_>) -> Result<i32> {
        self.with(words, |slots| slots.peek().map_or(REFUSED, |slot| slot as i32))
    }

    /// Whether the slot is in use.
    #[napi]
    pub fn has(&mut self, words: Words<'_>, slot: u32) -> Result<bool> {
        self.with(words, |slots| slots.contains(slot))
    }

    /// Takes the given slot. Returns it, or a refusal.
    #[napi]
    pub fn reserve(&mut self, words: Words<'_>, slot: u32) -> Result<i32> {
        self.with(words, |slots| match slots.reserve(slot) {
            Ok(()) => slot as i32,
            Err(CannotReserve::InUse | CannotReserve::NoSuchSlot) => REFUSED,
            Err(CannotReserve::OutOfMemory) => must_grow(slots),
        })
    }

    /// Writes the runs of slots in use from 0 or the capacity on, as many as there is room for:
    /// start, end, start, end … Returns how many numbers it has written.
    #[napi]
    pub fn in_use_runs(&mut self, words: Words<'_>, from: u32, into: Words<'_>) -> Result<u32> {
        self.with(words, |slots| {
            let runs = slots.in_use_runs_from(from).zip(into.chunks_exact_mut(2));
            let write = |(run, pair): (Range<u32>, &mut [i32])| {
                pair.copy_from_slice(&[run.start as i32, run.end as i32]);
            };
            2 * runs.map(write).count() as u32
        })
    }
}

fn must_grow(slots: &Slots<Borrowed<'_>>) -> i32 {
    -(slots.memory().wanted.get() as i32)
}

fn internal_error(why: &str) -> Error {
    Error::from_reason(format!("callosum-server-slots: internal error: {why}"))
}

/// The layout of the words, in the order of `lib/layout.js`, which a test compares with it.
#[napi]
pub fn layout() -> Vec<u32> {
    use memory::*;
    let words = [
        CURSOR,
        FREE_COUNT,
        HIGH_WATER,
        CAPACITY,
        LEAF_WORDS,
        SPARSE_COUNT,
        MAX_GIVEN,
        LIMIT,
        LEASE_COUNT,
        BITMAP_OFFSET,
        INITIAL_LEAF_WORDS,
    ];
    words.map(|word| word as u32).to_vec()
}
