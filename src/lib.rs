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
//! JavaScript into Rust costs more than the work does. So the lowest free slots
//! are kept as a few runs in integers that both languages see, the [`Lane`].
//! JavaScript takes from it and puts back into it without a call; every other
//! free slot is in the [`FreeMap`], a bitmap under summaries.
//!
//! ```text
//!  slots   0 1 2 3 4 5 6 7 8 9 …            # in use   . free
//!          # . . # # . # # # . . . . . .
//!  lane    [9, 4096)
//!          [5, 6)
//!          [1, 3)   <- top: get() answers 1
//!  map     [4096, max)                      the tail: no bit is stored for it
//! ```
//!
//! [`Slots`] keeps the two together and states the invariants, L1 to L4.
//!
//! # Rooms
//!
//! - `slots.rs`: [`Slots`], the whole manager.
//! - `lane.rs`: [`Lane`], the lowest free runs.
//! - `free_map.rs`: [`FreeMap`], every other free slot.
//! - `node.rs`: the Node-API binding, the only file with `unsafe` in it. Absent
//!   without the feature `node`.
//!
//! # When not to use it
//!
//! Where ids need not be dense or lowest-first, a counter is simpler. Where each
//! id has a value, use a slab. It is not for several threads: wrap it in a lock.

mod free_map;
mod lane;
#[cfg(all(feature = "node", not(test)))]
mod node;
mod slots;

pub use free_map::{FreeMap, OutOfMemory, PAGE};
pub use lane::{BOTTOM, GIVEN, Lane, OWNER, RUN, Refused, TOP};
pub use slots::{LANE_RUNS, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};
