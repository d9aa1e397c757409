//! Where a manager keeps its integers, and which is which.

use std::cell::Cell;

/// Index of the integer that holds the lane's start.
pub const START: usize = 0;
/// Index of the integer that holds the lane's end.
pub const END: usize = 1;
/// Index of the integer that holds the slot at which the tail begins.
pub const TAIL: usize = 2;
/// Index of the integer that holds how many slots are in the map.
pub const COUNT: usize = 3;
/// Index of the integer that holds one more than the highest slot that was ever
/// given, unless the lane's start is higher.
pub const GIVEN: usize = 4;
/// Index of an integer that is left alone: the Node-API binding keeps the
/// manager's number in it.
pub const OWNER: usize = 5;
/// Index of the integer that holds up to which slot there is memory.
pub const CAPACITY: usize = 6;
/// Index of the integer that holds how many integers of bits there are.
pub const WORDS: usize = 7;
/// Index of the first integer of the map's bits, 32 slots in each. The bits are
/// followed by the summaries over them (see [`crate::FreeMap`]).
pub const BITS: usize = 8;

/// How many integers of bits a manager has at first: enough for 1,024 slots.
pub const FIRST_WORDS: usize = 32;

/// How many integers it takes with so many integers of bits, which are none, or
/// a power of two from 32 up: the bits, and for the summaries 2 for every 32.
pub const fn cells_for(words: usize) -> usize {
    BITS + words + words / 16
}

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
