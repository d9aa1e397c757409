//! The steady state of fleets, by one or two of their settings.

use serde_json::{Value, json};

use super::Outcome;
use super::grid::{Grid, chart};
use crate::settings::{Lifetime, Pick, Policy, Settings, name};
use crate::steady::steady;

const OVER_MEAN: &str = "Highest load over mean";

fn numbers<const N: usize>(numbers: [f64; N]) -> [(String, f64); N] {
    numbers.map(|number| (number.to_string(), number))
}

fn policies() -> [(String, Policy); Policy::ALL.len()] {
    Policy::ALL.map(|policy| (name(policy), policy))
}

/// Each policy with each of some values.
fn with_policies<T: Copy>(
    policies: &[Policy],
    values: &[T],
    label: impl Fn(T) -> String,
) -> Vec<(String, (Policy, T))> {
    policies
        .iter()
        .flat_map(|&policy| values.iter().map(move |&value| (policy, value)))
        .map(|(policy, value)| (format!("{}, {}", name(policy), label(value)), (policy, value)))
        .collect()
}

pub(super) fn one(base: &Settings, seeds: &[u64]) -> Outcome {
    let rows = [(name(base.policy), ())];
    let grid =
        Grid::run("steady", rows, [(String::new(), ())], seeds, |(), (), seed| steady(base, seed));
    let table = grid.figures("Loads over the mean, on average", "policy");
    let names: Vec<&str> = table.rows[0][1..].iter().map(String::as_str).collect();
    let records = grid.records(&names, |(), ()| Some(json!({ "policy": name(base.policy) })));
    Outcome { charted: chart(base, records), tables: vec![table] }
}

/// How long connections have to live.
pub(super) fn lifetimes(base: &Settings, seeds: &[u64]) -> Outcome {
    let means = numbers([5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 120.0, 200.0, 600.0, 1200.0, 2000.0]);
    let lifetimes = [Lifetime::Exponential, Lifetime::Pareto];
    let rows = lifetimes.into_iter().flat_map(|lifetime| {
        policies().map(|(policy, it)| (format!("{policy}, {}", name(lifetime)), (it, lifetime)))
    });
    let grid = Grid::run("lifetimes", rows, means, seeds, |(policy, lifetime), mean, seed| {
        steady(&Settings { policy, lifetime, mean, ..base.clone() }, seed)
    });
    let turn = base.turn();
    let corner = "mean lifetime, s";
    let caption = format!("{OVER_MEAN}, by lifetime; a turn is {turn} s");
    let opened = ("Connections opened a second", "openedPerSecond", 0);
    let open = ("Connections open", "connections", 0);
    let tables = grid.tables(corner, &[(&caption, "highest", 3), opened, open]);
    // Of Pareto lifetimes the chart shows the recommended policy: the lines of all would hide
    // each other.
    let records = grid.records(&["highest", "openedPerSecond"], |(policy, lifetime), mean| {
        let is_shown = lifetime == Lifetime::Exponential || policy == Policy::TwoOffers;
        is_shown
            .then(|| json!({ "policy": name(policy), "lifetime": name(lifetime), "mean": mean }))
    });
    Outcome { tables, charted: chart(base, records) }
}

/// Clients that make attempts more often while their pools have room.
pub(super) fn fill(base: &Settings, seeds: &[u64]) -> Outcome {
    let means = numbers([5.0, 10.0, 20.0, 40.0, 80.0, 200.0, 600.0]);
    let policies = [Policy::OneOffer, Policy::TwoOffers, Policy::TwoChoices];
    let rows = with_policies(&policies, &[1.0, 0.5, 0.2, 0.1], |fill| format!("{fill} s"));
    let grid = Grid::run("fill", rows, means, seeds, |(policy, fill), mean, seed| {
        steady(&Settings { policy, fill: Some(fill), mean, ..base.clone() }, seed)
    });
    let corner = "policy, fill; mean lifetime, s";
    let caption = format!("{OVER_MEAN}; a turn is {} s", base.turn());
    let opened = ("Connections opened a second", "openedPerSecond", 0);
    let open = ("Connections open", "connections", 0);
    let tables = grid.tables(corner, &[(&caption, "highest", 3), open, opened]);
    Outcome { tables, charted: Value::Null }
}

pub(super) fn delay(base: &Settings, seeds: &[u64]) -> Outcome {
    let delays = numbers([0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0]);
    let rows = [20.0, base.mean].into_iter().flat_map(|mean| {
        policies().map(|(policy, it)| (format!("{policy}, {mean} s"), (it, mean)))
    });
    let grid = Grid::run("delay", rows, delays, seeds, |(policy, mean), delay, seed| {
        steady(&Settings { policy, mean, delay, ..base.clone() }, seed)
    });
    let caption = format!("{OVER_MEAN}, by round trip; a turn is {} s", base.turn());
    let corner = "policy, mean lifetime; round trip, s";
    let tables = grid.tables(corner, &[(&caption, "highest", 3)]);
    let records = grid.records(&["highest"], |(policy, mean), delay| {
        (mean == base.mean && delay > 0.0)
            .then(|| json!({ "policy": name(policy), "delay": delay }))
    });
    Outcome { tables, charted: chart(base, records) }
}

/// Connections in use, and the requests that use them.
pub(super) fn requests(base: &Settings, seeds: &[u64]) -> Outcome {
    let base = &Settings { mean: 200.0, service: 5.0, ..base.clone() };
    let shares = [0.0, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9]; // with the first there are no requests
    let shares = shares.map(|busy| (format!("{:.0}%", busy * 100.0), busy));
    let rows = with_policies(&Policy::ALL, &[Pick::Random, Pick::Lowest], name);
    let grid = Grid::run("requests", rows, shares, seeds, |(policy, pick), busy, seed| {
        steady(&Settings { policy, pick, busy, ..base.clone() }, seed)
    });
    let corner = "policy, which idle connection; in use";
    let Settings { mean, service, .. } = base;
    let caption = format!("{OVER_MEAN}; lifetimes of {mean} s, requests of {service} s");
    let had = "Highest number of requests that a server has had, over mean";
    let at_once = "Highest number of requests at one time, over mean";
    let of_requests = [(had, "requestsHighest", 3), (at_once, "inUseHighest", 3)];
    let mut tables = grid.tables(corner, &[(&caption, "highest", 3)]);
    tables.extend(grid.tables(corner, &of_requests));
    let records = grid.records(&["highest"], |(policy, pick), busy| {
        (pick == Pick::Random).then(|| json!({ "policy": name(policy), "busy": busy }))
    });
    Outcome { tables, charted: chart(base, records) }
}

/// What varies, the figures on its axis, and the fleet for one of them.
type Sweep = (&'static str, &'static [f64], fn(&Settings, f64) -> Settings);

/// The connections stay as many, 200 a server, unless the name says otherwise.
const SWEEPS: [Sweep; 5] = [
    ("pool", &[2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0], |base, x| {
        let clients = (base.places() as f64 / x).round() as u32;
        Settings { pool: x as u32, clients, ..base.clone() }
    }),
    ("interval", &[0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0], |base, x| Settings {
        interval: x,
        ..base.clone()
    }),
    ("servers", &[10.0, 30.0, 100.0, 300.0, 600.0], |base, x| {
        let clients = (f64::from(base.clients) * x / f64::from(base.servers)).round() as u32;
        Settings { servers: x as u32, clients, ..base.clone() }
    }),
    ("servers, with 20,000 connections in all", &[10.0, 30.0, 100.0, 300.0, 1000.0], |base, x| {
        Settings { servers: x as u32, ..base.clone() }
    }),
    ("known", &[1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0], |base, x| Settings {
        known: x as u32,
        ..base.clone()
    }),
];

/// What the imbalance depends on.
pub(super) fn dependence(base: &Settings, seeds: &[u64]) -> Outcome {
    let mut records = Vec::new();
    let mut tables = Vec::new();
    for (sweep, xs, vary) in SWEEPS {
        let columns = xs.iter().map(|&x| (x.to_string(), x));
        let grid = Grid::run(sweep, policies(), columns, seeds, |policy, x, seed| {
            steady(&Settings { policy, ..vary(base, x) }, seed)
        });
        let corner = sweep.split(',').next().unwrap_or(sweep);
        let caption = format!("{OVER_MEAN}, by {sweep}");
        tables.extend(grid.tables(corner, &[(&caption, "highest", 3)]));
        records.extend(grid.records(&["highest"], |policy, x| {
            (sweep != "servers").then(|| json!({ "policy": name(policy), "sweep": sweep, "x": x }))
        }));
    }
    Outcome { tables, charted: chart(base, records) }
}
