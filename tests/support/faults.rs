//! Faults of the shared words, to see that a check finds them.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use callosum_server_slots::memory::{BITMAP_OFFSET, CURSOR, FREE_COUNT, HIGH_WATER, LEAF_WORDS};

/// Changes the words if their state allows it. Returns whether it did.
pub(crate) type Fault = fn(&[Cell<i32>]) -> bool;

/// The faults, and what is wrong after each. The first two break none of C1 to C4.
pub(crate) const FAULTS: [(&str, Fault); 6] = [
    ("the lowest free slot is lost", |words| {
        let leaf = &words[BITMAP_OFFSET + words[CURSOR].get() as usize];
        let can = words[FREE_COUNT].get() > 0 && leaf.get() != 0;
        if can {
            leaf.set(leaf.get() & (leaf.get() - 1));
            words[FREE_COUNT].update(|count| count - 1);
        }
        can
    }),
    ("slot 0 becomes free", |words| {
        let leaf = &words[BITMAP_OFFSET];
        let can = words[LEAF_WORDS].get() > 0 && words[HIGH_WATER].get() > 0 && leaf.get() & 1 == 0;
        // The cursor must not have to leave a word.
        let can = can && (words[FREE_COUNT].get() == 0 || words[CURSOR].get() == 0);
        if can {
            leaf.set(leaf.get() | 1);
            words[FREE_COUNT].update(|count| count + 1);
            words[CURSOR].set(0);
        }
        can
    }),
    ("C1: a set bit before the cursor", |words| {
        let cursor = words[CURSOR].get();
        let can = words[FREE_COUNT].get() > 0
            && words[BITMAP_OFFSET + cursor as usize].get() != 0
            && cursor + 1 < words[LEAF_WORDS].get();
        if can {
            words[CURSOR].set(cursor + 1);
        }
        can
    }),
    ("C2: a clear bit over a word that is not zero", |words| {
        let leaf_words = words[LEAF_WORDS].get() as usize;
        let cursor = words[CURSOR].get() as usize;
        let mut others = (cursor + 1)..leaf_words;
        let hidden = others.find(|leaf| words[BITMAP_OFFSET + leaf].get() != 0);
        if let Some(leaf) = hidden {
            let node = leaf_words + leaf;
            let summary = &words[BITMAP_OFFSET + leaf_words + node / 32];
            summary.set(summary.get() & !(1 << (node % 32)));
        }
        hidden.is_some()
    }),
    ("C3: one more in the count than set bits", |words| {
        words[FREE_COUNT].update(|count| count + 1);
        true
    }),
    ("C4: a set bit at the high-water mark", |words| {
        let slot = words[HIGH_WATER].get() as usize;
        let can = words[FREE_COUNT].get() > 0 && slot < 32 * words[LEAF_WORDS].get() as usize;
        if can {
            let leaf = &words[BITMAP_OFFSET + slot / 32];
            leaf.set(leaf.get() | 1 << (slot % 32));
        }
        can
    }),
];

thread_local! {
    static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
}

/// Whether the check fails, if the fault happens once in it, as soon as it can.
///
/// # Panics
///
/// If the fault could not happen.
pub(crate) fn is_found(fault: Fault, check: impl FnOnce()) -> bool {
    PLANTED.set(Some(fault));
    let outcome = catch_unwind(AssertUnwindSafe(check));
    assert!(PLANTED.take().is_none(), "the fault did not happen");
    outcome.is_err()
}

/// Has the planted fault happen, if there is one that can.
pub(crate) fn happen(words: &[Cell<i32>]) {
    if let Some(fault) = PLANTED.get()
        && fault(words)
    {
        PLANTED.set(None);
    }
}
