//! The slot managers that a simulated server may have.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use callosum_server_slots::Slots;

/// Gives slots and takes them back.
pub trait Manager: Default {
    /// Its name in the tables.
    const NAME: &'static str;
    /// Takes a slot.
    fn get(&mut self) -> u32;
    /// Gives back a slot that `get` has given.
    fn put(&mut self, slot: u32);
}

impl Manager for Slots {
    const NAME: &'static str = "this package";

    fn get(&mut self) -> u32 {
        Slots::get(self).expect("fewer slots are in use than there are")
    }

    fn put(&mut self, slot: u32) {
        Slots::put(self, slot).expect("the slot is in use");
    }
}

/// The algorithm of 0.1.0: a counter for the slots that were never given, and a
/// binary heap of those that came back. It accepts a slot that comes back twice.
#[derive(Debug, Default)]
pub struct Heap {
    returned: BinaryHeap<Reverse<u32>>,
    max_slot_given: u32,
}

impl Manager for Heap {
    const NAME: &'static str = "0.1.0's heap";

    fn get(&mut self) -> u32 {
        if let Some(Reverse(slot)) = self.returned.pop() {
            return slot;
        }
        self.max_slot_given += 1;
        self.max_slot_given - 1
    }

    fn put(&mut self, slot: u32) {
        self.returned.push(Reverse(slot));
    }
}

/// Does nothing, to measure the time of a loop without its calls.
#[derive(Debug, Default)]
pub struct Idle;

impl Manager for Idle {
    const NAME: &'static str = "nothing";

    fn get(&mut self) -> u32 {
        0
    }

    fn put(&mut self, slot: u32) {
        std::hint::black_box(slot);
    }
}
