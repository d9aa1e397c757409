//! A fleet of Callosum servers and clients in simulated time, without sockets.
//!
//! `npm run simulate -- --help` lists what the program does with it, and
//! docs/balancing.md shows the results. Begin reading at [`Fleet`](fleet::Fleet).

pub mod clients;
pub mod fleet;
pub mod measures;
pub mod outliers;
pub mod queue;
pub mod random;
pub mod scenarios;
pub mod servers;
pub mod settings;
pub mod steady;
