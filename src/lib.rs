//! Hands out the lowest free slot number.
//!
//! A Callosum server gives every connection the lowest free slot, `0, 1, 2 …`; clients keep the
//! connections with the lowest slots, and so load spreads by itself. [`Slots`] gives them out:
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
//! # Implementation
//!
//! The *high-water mark* is one more than the highest slot taken so far. Every free slot below it
//! is a set bit in a hierarchical bitmap, the [`FreeMap`]. The *cursor* is the index of the
//! lowest leaf word that might be non-zero.
//!
//! ```text
//!  slots    0 1 2 3 4 5 6 7 8 9 …           # in use   . free
//!           # . . # # . # # # # . # | never used
//!  bitmap   bits 1, 2, 5, 10
//!  cursor   the word that contains bit 1
//!  high-water mark: 12                      above it, only sparse reservations
//! ```
//!
//! [`Slots::get`] takes the lowest bit of the word at the cursor, or the high-water mark if no
//! bit is set. [`Slots::put`] sets a bit. Both take constant time, amortised over the bitmap's
//! growth.
//!
//! This crate is the native half of a Node.js package. There, JavaScript owns the words, an
//! `Int32Array`. It runs `get` and `put` on them in the same steps, because a call into Rust
//! costs a hundred times the operation. For what is not hot it calls Rust, which borrows the
//! words for the length of the call.
//!
//! - `slots.rs`: [`Slots`], the whole manager, and the invariant C4.
//! - `free_map.rs`: the [`FreeMap`], and the invariants C1 to C3.
//! - `sparse.rs`: the ordered set of sparse reservations.
//! - `memory.rs`: the layout of the words.
//! - `node.rs`: the Node-API binding. Absent without the feature `node`.
//!
//! # When not to use it
//!
//! If numbers need not be dense or lowest-first, a counter is simpler. If each has a value, use a
//! slab. To share a manager between threads, wrap it in a lock.

#![cfg_attr(not(feature = "node"), forbid(unsafe_code))]

#[forbid(unsafe_code)]
mod free_map;
#[forbid(unsafe_code)]
#[doc(hidden)]
pub mod memory;
#[cfg(all(feature = "node", not(test)))]
mod node;
#[forbid(unsafe_code)]
mod slots;
#[forbid(unsafe_code)]
mod sparse;

#[doc(hidden)]
pub use free_map::FreeMap;
#[doc(inline)]
pub use memory::Memory;
pub use slots::{CannotReserve, MAX_SLOTS, NoFreeSlot, NotInUse, Slots};
