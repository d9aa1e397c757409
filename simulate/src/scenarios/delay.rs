//! Network delay.

use serde_json::json;

use super::grid::Grid;
use super::{Outcome, short};
use crate::settings::{Policy, Settings};
use crate::steady::Averaged;

const DELAYS: [f64; 8] = [0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0];
const MEANS: [f64; 2] = [20.0, 600.0];

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let kinds = MEANS.into_iter().flat_map(|mean| {
        Policy::ALL.map(|policy| (format!("{}, {} s", policy.name(), short(mean)), (policy, mean)))
    });
    let delays = DELAYS.map(|delay| (short(delay), delay));
    let grid =
        Grid::run("delay", kinds.collect(), delays.into(), seeds, |(policy, mean), delay| {
            Settings { policy, mean, delay, ..base.clone() }
        });
    let table = grid.table(
        format!("Highest load over mean, by round trip; a turn is {} s", short(base.turn())),
        "policy, mean lifetime; round trip, s",
        0,
        Averaged::text,
    );
    let rows = grid.rows(|(policy, mean), delay| {
        [("policy", json!(policy)), ("mean", json!(mean)), ("delay", json!(delay))]
    });
    Outcome::new(json!({ "settings": base, "rows": rows }), vec![table])
}
