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
//! - The *lane* is a run of free slots, and no slot below it is free. JavaScript
//!   takes slots from it; one that is put below it begins the next lane.
//! - The [`FreeMap`] has a bit for each other free slot below the tail. JavaScript
//!   sets bits, and takes the lowest run as the next lane.
//! - The *tail* is all that was never given. Nothing is stored of it.
//! - Rust gets memory, a few calls in a million, and does all that is not hot. It
//!   can do the hot part, too: [`Slots`] is complete.
//!
//! ```text
//!  slots   0 1 2 3 4 5 6 7 8 9 …            # in use   . free
//!          # . . # # . # # # # . # . # # …
//!  lane    [1, 3)           get() answers 1
//!  map     5, 10, 12        a bit each
//!  tail    15 …             nothing is stored
//! ```
//!
//! [`Slots`] keeps them together and states the invariants, L1 to L4.
//!
//! # Rooms
//!
//! - `slots.rs`: [`Slots`], the whole manager, lane and tail included.
//! - `free_map.rs`: [`FreeMap`], every free slot in neither of them.
//! - `memory.rs`: [`Memory`], where a manager keeps its integers, and which is which.
//! - `node.rs`: the Node-API binding, the only file with `unsafe` in it. Absent
//!   without the feature `node`.
//!
//! # When not to use it
//!
//! Where ids need not be dense or lowest-first, a counter is simpler. Where each
//! id has a value, use a slab. It is not for several threads: wrap it in a lock.

mod free_map;
pub mod memory;
#[cfg(all(feature = "node", not(test)))]
mod node;
mod slots;

pub use free_map::FreeMap;
#[doc(inline)]
pub use memory::Memory;
pub use slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};
