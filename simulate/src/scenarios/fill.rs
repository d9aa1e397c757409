//! Clients that fill their pools faster than they rove.

use serde_json::json;

use super::{Outcome, Table, progress, short};
use crate::settings::{Policy, Settings};
use crate::steady::{Averaged, sweep};

const MEANS: [f64; 7] = [5.0, 10.0, 20.0, 40.0, 80.0, 200.0, 600.0];
const FILLS: [f64; 4] = [1.0, 0.5, 0.2, 0.1];
const POLICIES: [Policy; 3] = [Policy::Lowest, Policy::TwoOffers, Policy::Two];

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let kinds: Vec<(Policy, f64)> =
        POLICIES.iter().flat_map(|&policy| FILLS.map(|fill| (policy, fill))).collect();
    let list: Vec<Settings> = kinds
        .iter()
        .flat_map(|&(policy, fill)| {
            MEANS.map(|mean| Settings { policy, fill, mean, ..base.clone() })
        })
        .collect();
    let bar = progress(list.len() * seeds.len(), "fill");
    let results = sweep(&list, seeds, || bar.inc(1));
    bar.finish_and_clear();
    let find = |&(policy, fill): &(Policy, f64), &mean: &f64| {
        let index =
            list.iter().position(|it| (it.policy, it.fill, it.mean) == (policy, fill, mean));
        results[index.expect("each kind has each mean")]
    };
    let columns = MEANS.map(|mean| (short(mean), mean));
    let names: Vec<_> = kinds
        .iter()
        .map(|&kind| (format!("{}, {} s", kind.0.name(), short(kind.1)), kind))
        .collect();
    let table = |caption: String, show: fn(&Averaged) -> String| {
        Table::crossed(caption, "policy, fill; mean lifetime, s", &columns, &names, |kind, mean| {
            show(&find(kind, mean))
        })
    };
    let tables = vec![
        table(
            format!("Highest load over mean; a turn is {} s", short(base.turn())),
            Averaged::text,
        ),
        table("Connections open".to_owned(), |it| format!("{:.0}", it.means.connections)),
        table("Connections opened a second".to_owned(), |it| {
            format!("{:.0}", it.means.opened_per_second)
        }),
    ];
    let rows: Vec<_> = list
        .iter()
        .zip(&results)
        .map(|(settings, result)| {
            let mut row = json!(result);
            row["policy"] = json!(settings.policy);
            row["fill"] = json!(settings.fill);
            row["mean"] = json!(settings.mean);
            row
        })
        .collect();
    Outcome::new(json!({ "settings": base, "rows": rows }), tables)
}
