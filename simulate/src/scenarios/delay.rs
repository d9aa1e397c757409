//! Network delay.

use serde_json::json;

use super::{Outcome, Table, progress, short};
use crate::settings::{Policy, Settings};
use crate::steady::sweep;

const DELAYS: [f64; 8] = [0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0];
const MEANS: [f64; 2] = [20.0, 600.0];

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let kinds: Vec<(f64, Policy)> =
        MEANS.iter().flat_map(|&mean| Policy::ALL.map(|policy| (mean, policy))).collect();
    let list: Vec<Settings> = kinds
        .iter()
        .flat_map(|&(mean, policy)| {
            DELAYS.map(|delay| Settings { policy, mean, delay, ..base.clone() })
        })
        .collect();
    let bar = progress(list.len() * seeds.len(), "delay");
    let results = sweep(&list, seeds, || bar.inc(1));
    bar.finish_and_clear();
    let names: Vec<_> = kinds
        .iter()
        .map(|&kind| (format!("{}, {} s", kind.1.name(), short(kind.0)), kind))
        .collect();
    let table = Table::crossed(
        format!("Highest load over mean, by round trip; a turn is {} s", short(base.turn())),
        "policy, mean lifetime; round trip, s",
        &DELAYS.map(|delay| (short(delay), delay)),
        &names,
        |&(mean, policy), &delay| {
            let index =
                list.iter().position(|it| (it.mean, it.policy, it.delay) == (mean, policy, delay));
            results[index.expect("each kind has each delay")].text()
        },
    );
    let rows: Vec<_> = list
        .iter()
        .zip(&results)
        .map(|(settings, result)| {
            let mut row = json!(result);
            row["policy"] = json!(settings.policy);
            row["mean"] = json!(settings.mean);
            row["delay"] = json!(settings.delay);
            row
        })
        .collect();
    Outcome::new(json!({ "settings": base, "rows": rows }), vec![table])
}
