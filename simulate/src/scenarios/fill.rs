//! Clients that fill their pools faster than they rove.

use serde_json::json;

use super::grid::Grid;
use super::{Outcome, short};
use crate::settings::{Policy, Settings};
use crate::steady::Averaged;

const MEANS: [f64; 7] = [5.0, 10.0, 20.0, 40.0, 80.0, 200.0, 600.0];
const FILLS: [f64; 4] = [1.0, 0.5, 0.2, 0.1];
const POLICIES: [Policy; 3] = [Policy::Lowest, Policy::TwoOffers, Policy::Two];

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let kinds = POLICIES.into_iter().flat_map(|policy| {
        FILLS.map(|fill| (format!("{}, {} s", policy.name(), short(fill)), (policy, fill)))
    });
    let means = MEANS.map(|mean| (short(mean), mean));
    let grid = Grid::run("fill", kinds.collect(), means.into(), seeds, |(policy, fill), mean| {
        Settings { policy, fill, mean, ..base.clone() }
    });
    let table = |caption: String, show: fn(&Averaged) -> String| {
        grid.table(caption, "policy, fill; mean lifetime, s", 0, show)
    };
    let tables = vec![
        table(
            format!("Highest load over mean; a turn is {} s", short(base.turn())),
            Averaged::text,
        ),
        table("Connections open".to_owned(), Averaged::connections_text),
        table("Connections opened a second".to_owned(), Averaged::opened_text),
    ];
    let rows = grid.rows(|(policy, fill), mean| {
        [("policy", json!(policy)), ("fill", json!(fill)), ("mean", json!(mean))]
    });
    Outcome::new(json!({ "settings": base, "rows": rows }), tables)
}
