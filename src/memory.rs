//! Where lane and free map keep their integers.

use std::cell::Cell;

/// Integers that JavaScript may see too.
///
/// They are signed and of 32 bits because an `Int32Array` is what JavaScript
/// reads and writes fastest; slots fit, and bits do not mind.
pub trait Memory: AsRef<[Cell<i32>]> + Sized {
    /// As many integers more, from the same source, all 0. `None` where memory
    /// is refused.
    fn allocate(&self, cells: usize) -> Option<Self>;
}

impl Memory for Box<[Cell<i32>]> {
    fn allocate(&self, cells: usize) -> Option<Self> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(cells).ok()?;
        memory.resize(cells, Cell::new(0));
        Some(memory.into())
    }
}
