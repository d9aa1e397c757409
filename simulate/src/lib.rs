//! A fleet of Callosum servers and clients in simulated time, without sockets.
//!
//! `npm run simulate -- --help` shows what the program does with it, and
//! docs/balancing.md what it has found. [`Fleet`](fleet::Fleet) is where to begin.

pub mod clients;
pub mod fleet;
pub mod managers;
pub mod measures;
pub mod queue;
pub mod random;
pub mod scenarios;
pub mod servers;
pub mod settings;
pub mod steady;
pub mod trace;
