//! One server accepts connections but fails each request.

use clap::ValueEnum;
use serde_json::json;

use super::Outcome;
use super::grid::{Grid, chart};
use crate::fleet::{Fleet, Sickness};
use crate::measures::Figures;
use crate::settings::{Failed, Policy, Settings, name};

const FIRST: f64 = 20.0; // seconds after it has turned sick

/// In turns.
const WELL: f64 = 3.0; // before
const SETTLING: f64 = 30.0; // before the figures of the steady state are taken
const STEADY: f64 = 5.0; // in which they are taken
const AFTERWARDS: f64 = 4.0; // when it is well again
const SAMPLES: f64 = 20.0; // in a turn

const SHARE: f64 = 0.9; // of the load that it had, from which on it has its share again

pub(super) fn settings() -> Settings {
    Settings { clients: 250, fill: Some(0.1), busy: 0.05, service: 0.2, ..Settings::common() }
}

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    // A layer-4 balancer sees no requests, and its clients do not know which server they have:
    // there is nobody to eject one.
    let rows = Policy::ALL.into_iter().flat_map(|policy| {
        Failed::value_variants()
            .iter()
            .filter(move |&&failed| (policy, failed) != (Policy::LeastConnections, Failed::Ejects))
            .map(move |&failed| (format!("{}, {}", name(policy), name(failed)), (policy, failed)))
    });
    let columns = Sickness::value_variants().iter().map(|&sickness| (name(sickness), sickness));
    let grid = Grid::run("sick", rows, columns, seeds, |(policy, failed), sickness, seed| {
        watch(&Settings { policy, failed, ..base.clone() }, sickness, seed)
    });
    let Settings { servers, .. } = base;
    let first =
        format!("Failed requests, %, in the first {FIRST} s with one of {servers} servers sick");
    let back = format!(
        "Seconds until it has {SHARE} of its load again, after it is well; a turn is {} s,\n\
         and – is more than {AFTERWARDS} turns",
        base.turn()
    );
    let figures = [
        (&*first, "first", 3),
        ("Failed requests, %, in the steady state", "steady", 3),
        ("Load of the sick server over mean, in the steady state", "load", 2),
        (&back, "back", 0),
    ];
    let tables = grid.tables("policy, failed connections", &figures);
    let records = grid.records(&["steady"], |(policy, failed), sickness| {
        Some(json!({ "policy": name(policy), "failed": name(failed), "sickness": name(sickness) }))
    });
    Outcome { tables, charted: chart(base, records) }
}

fn watch(settings: &Settings, sickness: Sickness, seed: u64) -> Figures {
    let mut fleet = Fleet::new(settings, seed);
    let turn = settings.turn();
    fleet.run(WELL * turn);
    let before = load(&fleet);
    fleet.sick = Some((0, sickness));
    let first = failed(&mut fleet, FIRST);
    failed(&mut fleet, SETTLING * turn);
    let steady = failed(&mut fleet, STEADY * turn);
    let load = load(&fleet);
    fleet.sick = None;
    let since = fleet.now();
    let step = turn / SAMPLES;
    let mut is_back = |i: &u32| {
        fleet.run(since + f64::from(*i) * step);
        self::load(&fleet) >= SHARE * before
    };
    let back = (0..=(AFTERWARDS * SAMPLES) as u32).find(|i| is_back(i));
    let back = back.map_or(f64::NAN, |i| f64::from(i) * step);
    vec![("first", first), ("steady", steady), ("load", load), ("back", back)]
}

/// The requests that fail in the next seconds, in percent.
fn failed(fleet: &mut Fleet, seconds: f64) -> f64 {
    let count = |fleet: &Fleet| (fleet.failed, fleet.requests.iter().sum::<u64>());
    let before = count(fleet);
    fleet.run(fleet.now() + seconds);
    let now = count(fleet);
    (now.0 - before.0) as f64 / (now.1 - before.1) as f64 * 100.0
}

/// The load of the sick server, over the mean.
fn load(fleet: &Fleet) -> f64 {
    let loads: Vec<u32> = fleet.servers.loads().collect();
    f64::from(loads[0]) / (f64::from(loads.iter().sum::<u32>()) / loads.len() as f64)
}
