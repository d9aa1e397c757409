//! Memory whose allocation fails on demand.

use std::cell::Cell;
use std::rc::Rc;

use callosum_server_slots::Memory;

/// Words, and whether an allocation of more fails.
pub(crate) struct Refusable {
    words: Box<[Cell<i32>]>,
    /// Shared by all memory allocated from this.
    pub(crate) refusal: Rc<Refusal>,
}

/// Whether allocations fail, and whether one has failed.
#[derive(Default)]
pub(crate) struct Refusal {
    /// Allocations fail from now on.
    pub(crate) wanted: Cell<bool>,
    /// An allocation has failed.
    pub(crate) happened: Cell<bool>,
}

impl Refusable {
    /// This many zeroed words.
    pub(crate) fn new(words: usize) -> Self {
        Self { words: vec![Cell::new(0); words].into(), refusal: Rc::default() }
    }
}

impl AsRef<[Cell<i32>]> for Refusable {
    fn as_ref(&self) -> &[Cell<i32>] {
        &self.words
    }
}

impl Memory for Refusable {
    fn allocate(&self, words: usize) -> Option<Self> {
        if self.refusal.wanted.get() {
            self.refusal.happened.set(true);
            return None;
        }
        Some(Self { refusal: Rc::clone(&self.refusal), ..Self::new(words) })
    }
}
