//! Rolling restarts.

use serde_json::json;

use super::Outcome;
use super::grid::{Grid, chart};
use crate::fleet::Fleet;
use crate::measures::{Figures, mean, round, sample};
use crate::settings::{Policy, Settings, name};

const TURNS: [f64; 8] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]; // that the whole restart takes
const AT_REST: f64 = 30.0; // turns before it begins
const AFTER: f64 = 10.0; // turns after it has ended

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let rows = Policy::ALL.map(|policy| (name(policy), policy));
    let columns = TURNS.map(|turns| (turns.to_string(), turns));
    let grid = Grid::run("restart", rows, columns, seeds, |policy, turns, seed| {
        restart(&Settings { policy, ..base.clone() }, turns, seed)
    });
    let corner = "turns that it takes";
    let at_worst =
        format!("The highest load over mean at the worst moment; a turn is {} s", base.turn());
    let fewest = "Connections at the worst moment, of those that fill all pools";
    let after = format!("Highest load over mean {AFTER} turns later");
    let figures =
        [(&*at_worst, "highest", 2), (fewest, "connections", 2), (&after, "highestAfter", 2)];
    let tables = grid.tables(corner, &figures);
    let records = grid.records(&["highest", "highestAfter"], |policy, turns| {
        Some(json!({ "policy": name(policy), "turns": turns }))
    });
    Outcome { tables, charted: chart(base, records) }
}

fn restart(settings: &Settings, turns: f64, seed: u64) -> Figures {
    let mut fleet = Fleet::new(settings, seed);
    let turn = settings.turn();
    fleet.run(AT_REST * turn);
    let since = fleet.now();
    let step = turns * turn / f64::from(settings.servers);
    let mut samples = Vec::new();
    for server in 0..settings.servers {
        fleet.restart(server);
        samples.extend(sample(&mut fleet, since + f64::from(server + 1) * step, step, |_| {}));
    }
    let end = fleet.now();
    let after = sample(&mut fleet, end + AFTER * turn, turn / 10.0, |_| {});
    let fewest =
        samples.iter().map(|(_, spread)| spread.connections).min().expect("there is a server");
    vec![
        ("highest", samples.iter().map(|(_, spread)| spread.highest).fold(0.0, f64::max)),
        ("connections", round(fewest as f64 / settings.places() as f64)),
        ("highestAfter", mean(after.iter().rev().take(20).map(|(_, spread)| spread.highest))),
    ]
}
