//! What can be simulated.

mod converge;
mod grid;
mod million;
mod restart;
mod sick;
mod strength;
mod sweeps;

use clap::ValueEnum;
use serde_json::Value;

use crate::settings::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// A million connections: servers die, come back, and are restarted one after another.
    Million,
    /// How fast a fleet converges: from empty, after a tenth has died, after half as many joined.
    Converge,
    /// What the imbalance depends on: pool size, interval, servers, how many a client knows.
    Dependence,
    /// How long connections must live, compared with the turn of a pool.
    Lifetimes,
    /// Rolling restarts: every server once, one after another, fast and slow.
    Restart,
    /// Machines of strength 1, 2, 4 and 8, and two ways to give each its share.
    Strength,
    /// Clients that make attempts more often while their pools have room.
    Fill,
    /// Network delay: how long an offer takes to arrive.
    Delay,
    /// Connections in use, which cannot be replaced, and how even the requests are.
    Requests,
    /// One server fails each request, with and without outlier detection.
    Sick,
    /// One fleet in its steady state.
    Steady,
    /// All of them but steady, one after another.
    All,
}

impl Scenario {
    pub fn each(self) -> Vec<Self> {
        let of_all = |it: &Self| !matches!(it, Self::Steady | Self::All);
        match self {
            Self::All => Self::value_variants().iter().copied().filter(of_all).collect(),
            _ => vec![self],
        }
    }

    /// Whether settings can be given for the fleet that it starts from.
    pub fn takes_settings(self) -> bool {
        matches!(self, Self::Million | Self::Sick | Self::Steady)
    }

    pub fn settings(self) -> Settings {
        match self {
            Self::Million => Settings::million(),
            Self::Sick => sick::settings(),
            _ => Settings::common(),
        }
    }

    /// Runs it, once with each seed; `Million` with the first.
    pub fn run(self, settings: &Settings, seeds: &[u64]) -> Outcome {
        match self {
            Self::Million => million::run(settings, seeds[0]),
            Self::Converge => converge::run(settings, seeds),
            Self::Dependence => sweeps::dependence(settings, seeds),
            Self::Lifetimes => sweeps::lifetimes(settings, seeds),
            Self::Restart => restart::run(settings, seeds),
            Self::Strength => strength::run(settings, seeds),
            Self::Fill => sweeps::fill(settings, seeds),
            Self::Delay => sweeps::delay(settings, seeds),
            Self::Requests => sweeps::requests(settings, seeds),
            Self::Sick => sick::run(settings, seeds),
            Self::Steady => sweeps::one(settings, seeds),
            Self::All => panic!("All stands for several scenarios"),
        }
    }
}

/// What a scenario found.
#[derive(Debug)]
pub struct Outcome {
    pub tables: Vec<Table>,
    /// Those that a chart shows.
    pub charted: Value,
}

/// Rows to print, the first of which is the heading.
#[derive(Debug)]
pub struct Table {
    pub caption: String,
    pub rows: Vec<Vec<String>>,
}
