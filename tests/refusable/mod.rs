//! Memory that is refused on demand.

use std::cell::Cell;
use std::rc::Rc;

use callosum_server_slots::Memory;

/// Integers, and whether there are more of them.
pub(crate) struct Refusable {
    /// The integers.
    pub(crate) cells: Box<[Cell<i32>]>,
    /// Shared by all that is allocated from it.
    pub(crate) refusal: Rc<Refusal>,
}

/// Whether memory is refused, and was.
#[derive(Default)]
pub(crate) struct Refusal {
    /// Refuse it from now on.
    pub(crate) wanted: Cell<bool>,
    /// Somebody asked while it was refused.
    pub(crate) happened: Cell<bool>,
}

impl Refusable {
    /// As many integers, all 0.
    pub(crate) fn new(cells: usize) -> Self {
        Self { cells: vec![Cell::new(0); cells].into(), refusal: Rc::default() }
    }
}

impl AsRef<[Cell<i32>]> for Refusable {
    fn as_ref(&self) -> &[Cell<i32>] {
        &self.cells
    }
}

impl Memory for Refusable {
    fn allocate(&self, cells: usize) -> Option<Self> {
        if self.refusal.wanted.get() {
            self.refusal.happened.set(true);
            return None;
        }
        Some(Self { refusal: Rc::clone(&self.refusal), ..Self::new(cells) })
    }
}
