//! Hands out the lowest free slot number.
//!
//! A Callosum server gives every connection the lowest free slot, `0, 1, 2 …`;
//! clients keep the connections with the lowest slots, and so load spreads by
//! itself. [`Slots`] is the part that gives the slots out:
//!
//! ```
//! use callosum_server_slots::Slots;
//!
//! let mut slots = Slots::new();
//! assert_eq!(slots.get(), Ok(0));
//! assert_eq!(slots.get(), Ok(1));
//! slots.put(0).expect("0 is in use");
//! assert_eq!(slots.get(), Ok(0));
//! ```
//!
//! # How it works
//!
//! This crate is the native half of a Node.js package, and a call from
//! JavaScript into Rust costs more than the work does. So the integers that the
//! work is done on are shared, and JavaScript does the common cases itself:
//!
//! - The lowest free slots are a few runs, the [`Lane`]. JavaScript takes slots
//!   from its top run, and puts slots back below it.
//! - Every other free slot is a bit in the [`FreeMap`]. JavaScript sets bits.
//! - Rust fills the lane from the map, files what falls among the lane's runs,
//!   makes room and gets memory: a few calls in a hundred.
//!
//! ```text
//!  slots   0 1 2 3 4 5 6 7 8 9 …            # in use   . free
//!          # . . # # . # # # # . # . # # …
//!  lane    [10, 11)
//!          [5, 6)
//!          [1, 3)   <- top: get() answers 1
//!  map     12                               a bit each
//!  tail    15 …                             nothing is stored
//! ```
//!
//! [`Slots`] keeps them together and states the invariants, L1 to L4.
//!
//! # Rooms
//!
//! - `slots.rs`: [`Slots`], the whole manager.
//! - `lane.rs`: [`Lane`], the lowest free runs.
//! - `free_map.rs`: [`FreeMap`], every other free slot.
//! - `memory.rs`: [`Memory`], where both keep their integers.
//! - `node.rs`: the Node-API binding, the only file with `unsafe` in it. Absent
//!   without the feature `node`.
//!
//! # When not to use it
//!
//! Where ids need not be dense or lowest-first, a counter is simpler. Where each
//! id has a value, use a slab. It is not for several threads: wrap it in a lock.

pub mod free_map;
pub mod lane;
mod memory;
#[cfg(all(feature = "node", not(test)))]
mod node;
mod slots;

#[doc(inline)]
pub use free_map::{FreeMap, OutOfMemory};
#[doc(inline)]
pub use lane::{Lane, Refused};
pub use memory::Memory;
pub use slots::{CannotReserve, LANE_RUNS, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};
