//! What can be simulated.

mod converge;
mod delay;
mod dependence;
mod fill;
mod grid;
mod lifetimes;
mod million;
mod requests;
mod restart;
mod steady;
mod strength;

use std::collections::BTreeSet;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::settings::Settings;

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// A million connections: servers die, come back, and are restarted one after
    /// another.
    Million,
    /// How fast a fleet converges: from empty, after a tenth has died, after half as
    /// many have joined.
    Converge,
    /// What the imbalance depends on: pool size, interval, servers, and how many of
    /// them a client knows.
    Dependence,
    /// How long connections must live: exponential and Pareto lifetimes, compared with
    /// the turn of a pool.
    Lifetimes,
    /// Rolling restarts: every server once, one after another, fast and slow.
    Restart,
    /// Machines of strength 1, 2, 4 and 8, and two ways to give each its share.
    Strength,
    /// Clients that fill their pools faster than they rove.
    Fill,
    /// Network delay: how long an offer takes to arrive.
    Delay,
    /// Connections in use, which cannot be replaced, and how even the requests are.
    Requests,
    /// One fleet in its steady state.
    Steady,
}

impl Scenario {
    /// The scenarios of `all`, in order.
    pub const ALL: [Self; 9] = [
        Self::Million,
        Self::Converge,
        Self::Dependence,
        Self::Lifetimes,
        Self::Restart,
        Self::Strength,
        Self::Fill,
        Self::Delay,
        Self::Requests,
    ];

    /// Whether it is of one fleet, for which settings can be given.
    pub fn takes_settings(self) -> bool {
        matches!(self, Self::Million | Self::Steady)
    }

    /// The fleet that it starts from.
    pub fn settings(self) -> Settings {
        if self == Self::Million { Settings::million() } else { Settings::common() }
    }

    /// Runs it.
    pub fn run(self, settings: &Settings, seeds: &[u64]) -> Outcome {
        match self {
            Self::Million => million::run(settings, seeds[0]),
            Self::Converge => converge::run(settings, seeds),
            Self::Dependence => dependence::run(settings, seeds),
            Self::Lifetimes => lifetimes::run(settings, seeds),
            Self::Restart => restart::run(settings, seeds),
            Self::Strength => strength::run(settings, seeds),
            Self::Fill => fill::run(settings, seeds),
            Self::Delay => delay::run(settings, seeds),
            Self::Requests => requests::run(settings, seeds),
            Self::Steady => steady::run(settings, seeds[0]),
        }
    }
}

/// What a scenario found.
#[derive(Debug)]
pub struct Outcome {
    /// Every figure.
    pub figures: Value,
    /// The same as tables.
    pub tables: Vec<Table>,
    /// A fault, if a check has failed.
    pub fault: Option<String>,
}

impl Outcome {
    fn new(figures: Value, tables: Vec<Table>) -> Self {
        Self { figures, tables, fault: None }
    }
}

/// Rows to print, the first of which is the heading.
#[derive(Debug)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn new(caption: impl Into<String>, rows: Vec<Vec<String>>) -> Self {
        Self { caption: caption.into(), rows }
    }

    /// A row for each of `rows` and a column for each of `columns`. `cell` makes the
    /// cells.
    fn crossed<R, C>(
        caption: impl Into<String>,
        corner: &str,
        columns: &[(String, C)],
        rows: &[(String, R)],
        cell: impl Fn(&R, &C) -> String,
    ) -> Self {
        let heading =
            std::iter::once(corner.to_owned()).chain(columns.iter().map(|(name, _)| name.clone()));
        let lines = rows.iter().map(|(name, row)| {
            std::iter::once(name.clone())
                .chain(columns.iter().map(|(_, column)| cell(row, column)))
                .collect()
        });
        Self::new(caption, std::iter::once(heading.collect()).chain(lines).collect())
    }
}

/// The progress of a run, on a terminal; elsewhere nothing is shown.
fn progress(steps: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {elapsed}  {msg}")
        .expect("the template is right");
    ProgressBar::new(steps as u64).with_style(style).with_message(what.to_owned())
}

/// A number with a comma between thousands.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let commas: BTreeSet<usize> =
        (1..digits.len()).filter(|i| (digits.len() - i).is_multiple_of(3)).collect();
    digits
        .char_indices()
        .flat_map(|(i, digit)| commas.contains(&i).then_some(',').into_iter().chain([digit]))
        .collect()
}

/// A number with as few digits as possible: 20, 0.5.
fn short(number: f64) -> String {
    format!("{number}")
}
