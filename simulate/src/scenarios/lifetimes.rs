//! How long connections have to live.

use serde_json::json;

use super::grid::Grid;
use super::{Outcome, short};
use crate::settings::{Lifetime, Policy, Settings};
use crate::steady::Averaged;

const MEANS: [f64; 11] = [5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 120.0, 200.0, 600.0, 1200.0, 2000.0];
const LIFETIMES: [Lifetime; 2] = [Lifetime::Exponential, Lifetime::Pareto];

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let kinds = LIFETIMES.into_iter().flat_map(|lifetime| {
        Policy::ALL
            .map(|policy| (format!("{}, {}", policy.name(), lifetime.name()), (policy, lifetime)))
    });
    let means = MEANS.map(|mean| (short(mean), mean));
    let grid =
        Grid::run("lifetimes", kinds.collect(), means.into(), seeds, |(policy, lifetime), mean| {
            Settings { policy, lifetime, mean, ..base.clone() }
        });
    let table = |caption: String, show: fn(&Averaged) -> String| {
        grid.table(caption, "mean lifetime, s", 0, show)
    };
    let turn = short(base.turn());
    let tables = vec![
        table(format!("Highest load over mean, by lifetime; a turn is {turn} s"), Averaged::text),
        table("Connections opened a second".to_owned(), Averaged::opened_text),
        table("Connections open".to_owned(), Averaged::connections_text),
    ];
    let rows = grid.rows(|(policy, lifetime), mean| {
        [("policy", json!(policy)), ("lifetime", json!(lifetime)), ("mean", json!(mean))]
    });
    Outcome::new(json!({ "settings": base, "rows": rows }), tables)
}
