//! How long connections have to live.

use serde_json::json;

use super::{Outcome, Table, progress, short};
use crate::settings::{Lifetime, Policy, Settings};
use crate::steady::{Averaged, sweep};

const MEANS: [f64; 11] = [5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 120.0, 200.0, 600.0, 1200.0, 2000.0];
const LIFETIMES: [Lifetime; 2] = [Lifetime::Exponential, Lifetime::Pareto];

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let kinds: Vec<(Lifetime, Policy)> = LIFETIMES
        .iter()
        .flat_map(|&lifetime| Policy::ALL.map(|policy| (lifetime, policy)))
        .collect();
    let list: Vec<Settings> = kinds
        .iter()
        .flat_map(|&(lifetime, policy)| {
            MEANS.map(|mean| Settings { lifetime, policy, mean, ..base.clone() })
        })
        .collect();
    let bar = progress(list.len() * seeds.len(), "lifetimes");
    let results = sweep(&list, seeds, || bar.inc(1));
    bar.finish_and_clear();
    let find = |&(lifetime, policy): &(Lifetime, Policy), &mean: &f64| {
        let index = list
            .iter()
            .position(|it| (it.lifetime, it.policy, it.mean) == (lifetime, policy, mean));
        results[index.expect("each kind has each mean")]
    };
    let columns = MEANS.map(|mean| (short(mean), mean));
    let names: Vec<_> =
        kinds.iter().map(|&kind| (format!("{}, {}", kind.1.name(), kind.0.name()), kind)).collect();
    let table = |caption: String, show: fn(&Averaged) -> String| {
        Table::crossed(caption, "mean lifetime, s", &columns, &names, |kind, mean| {
            show(&find(kind, mean))
        })
    };
    let turn = short(base.turn());
    let tables = vec![
        table(format!("Highest load over mean, by lifetime; a turn is {turn} s"), Averaged::text),
        table("Connections opened a second".to_owned(), |it| {
            format!("{:.0}", it.means.opened_per_second)
        }),
        table("Connections open".to_owned(), |it| format!("{:.0}", it.means.connections)),
    ];
    let rows: Vec<_> = list
        .iter()
        .zip(&results)
        .map(|(settings, result)| {
            let mut row = json!(result);
            row["lifetime"] = json!(settings.lifetime);
            row["policy"] = json!(settings.policy);
            row["mean"] = json!(settings.mean);
            row
        })
        .collect();
    Outcome::new(json!({ "settings": base, "rows": rows }), tables)
}
