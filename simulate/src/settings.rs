//! The settings of a fleet.

use clap::ValueEnum;
use serde::Serialize;

/// What a client does at each attempt. With every policy, clients open connections at these
/// times only, so that the policies differ in nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Callosum with one offer: connects to a random server, and keeps the
    /// connection if the pool has room, or if its slot is lower than the highest in
    /// the pool, whose connection it then replaces.
    Lowest,
    /// Callosum with two offers: while the pool has room, connects to two different
    /// random servers and keeps the lower slot. Does the same as `lowest` once it is
    /// full.
    TwoOffers,
    /// Power of two choices: while the pool has room, connects to two random servers,
    /// which may be the same one, and keeps the lower slot; replaces nothing.
    Two,
    /// Connects to a random server while the pool has room; replaces nothing.
    Random,
    /// Connects to one server after the other while the pool has room, from a
    /// random one on; replaces nothing.
    RoundRobin,
    /// Connects through a balancer that always knows the connections of every
    /// server, and picks a server with the fewest; replaces nothing.
    Least,
}

impl Policy {
    /// All policies, Callosum's first.
    pub const ALL: [Self; 6] =
        [Self::Lowest, Self::TwoOffers, Self::Two, Self::Random, Self::RoundRobin, Self::Least];

    /// Whether a client with a full pool makes attempts to replace its highest slot.
    pub fn replaces(self) -> bool {
        matches!(self, Self::Lowest | Self::TwoOffers)
    }

    /// How many servers a client connects to at an attempt.
    pub fn offers(self, has_room: bool) -> usize {
        match self {
            Self::TwoOffers | Self::Two if has_room => 2,
            _ if has_room || self.replaces() => 1,
            _ => 0,
        }
    }

    /// Its name on the command line and in the tables.
    pub fn name(self) -> String {
        name(self)
    }
}

/// How long connections live if they are not replaced before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Lifetime {
    /// Exponentially distributed: the age of a connection tells nothing about its end.
    Exponential,
    /// Pareto distributed with shape 1.5, so with infinite variance: most lifetimes are far
    /// shorter than the mean, a few far longer.
    Pareto,
    /// No connection ends by itself.
    Endless,
}

impl Lifetime {
    /// Its name on the command line and in the tables.
    pub fn name(self) -> String {
        name(self)
    }
}

/// Which idle connection a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    /// A random one.
    Random,
    /// The one with the lowest slot.
    Lowest,
}

impl Pick {
    /// Its name on the command line and in the tables.
    pub fn name(self) -> String {
        name(self)
    }
}

fn name<T: ValueEnum>(value: T) -> String {
    value.to_possible_value().expect("no value is hidden").get_name().to_owned()
}

/// The settings of a fleet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// How many servers, at least 1.
    pub servers: u32,
    /// How many clients, at least 1.
    pub clients: u32,
    /// How many connections a client keeps, at least 1.
    pub pool: u32,
    /// Seconds between two attempts of a client, on average; each time is drawn
    /// from half of it up to one and a half.
    pub interval: f64,
    /// The same for clients whose pool has room.
    pub fill: f64,
    /// How long connections live.
    pub lifetime: Lifetime,
    /// Mean lifetime in seconds.
    pub mean: f64,
    /// What clients do.
    pub policy: Policy,
    /// Round trip in seconds, on average; each is drawn from half of it up to one
    /// and a half. 0: everything is known at once.
    #[serde(skip_serializing_if = "is_zero")]
    pub delay: f64,
    /// The share of its pool that a client has in use on average, from 0 up to, but not
    /// including, 1.
    #[serde(skip_serializing_if = "is_zero")]
    pub busy: f64,
    /// Seconds that a request takes on average, exponentially distributed.
    #[serde(skip)]
    pub service: f64,
    /// Which idle connection a request takes.
    #[serde(skip)]
    pub pick: Pick,
    /// How many servers each client knows, some of them perhaps twice. 0 means all, also
    /// those that join later.
    #[serde(skip_serializing_if = "is_none")]
    pub known: u32,
    /// How many more servers there are to join later.
    #[serde(skip)]
    pub spare: u32,
    /// The weight of each server; empty if all are equal.
    #[serde(skip)]
    pub weights: Vec<f64>,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

fn is_none(number: &u32) -> bool {
    *number == 0
}

impl Settings {
    /// The fleet that the smaller scenarios start from: 200 connections a server.
    pub fn common() -> Self {
        Self {
            servers: 100,
            clients: 1000,
            pool: 20,
            interval: 1.0,
            fill: 1.0,
            lifetime: Lifetime::Exponential,
            mean: 600.0,
            policy: Policy::TwoOffers,
            delay: 0.0,
            busy: 0.0,
            service: 1.0,
            pick: Pick::Random,
            known: 0,
            spare: 0,
            weights: Vec::new(),
        }
    }

    /// A million connections.
    pub fn million() -> Self {
        Self {
            servers: 1000,
            clients: 10_000,
            pool: 100,
            lifetime: Lifetime::Pareto,
            ..Self::common()
        }
    }

    /// Seconds in which a client makes one attempt for each place in its pool.
    pub fn turn(&self) -> f64 {
        f64::from(self.pool) * self.interval
    }

    /// How many servers all clients together know; 0 if all of them know all.
    pub fn listed(&self) -> u64 {
        u64::from(self.clients) * u64::from(self.known)
    }

    /// How many connections there are if all pools are full.
    pub fn places(&self) -> u64 {
        u64::from(self.clients) * u64::from(self.pool)
    }
}
