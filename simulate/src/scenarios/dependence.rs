//! What the imbalance depends on.

use serde_json::json;

use super::{Outcome, Table, progress, short};
use crate::settings::{Policy, Settings};
use crate::steady::sweep;

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
        fill: x,
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

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let steps: usize =
        SWEEPS.iter().map(|(_, xs, _)| xs.len() * Policy::ALL.len() * seeds.len()).sum();
    let bar = progress(steps, "dependence");
    let mut rows = Vec::new();
    let mut tables = Vec::new();
    for (name, xs, vary) in SWEEPS {
        let list: Vec<(Policy, f64)> =
            Policy::ALL.iter().flat_map(|&policy| xs.iter().map(move |&x| (policy, x))).collect();
        let settings: Vec<Settings> =
            list.iter().map(|&(policy, x)| Settings { policy, ..vary(base, x) }).collect();
        let results = sweep(&settings, seeds, || bar.inc(1));
        let find = |policy: Policy, x: f64| {
            let index = list.iter().position(|&(other, at)| other == policy && at == x);
            results[index.expect("each policy has each figure")]
        };
        tables.push(Table::crossed(
            format!("Highest load over mean, by {name}"),
            name.split(',').next().unwrap_or(name),
            &xs.iter().map(|&x| (short(x), x)).collect::<Vec<_>>(),
            &Policy::ALL.map(|policy| (policy.name(), policy)),
            |&policy, &x| find(policy, x).text(),
        ));
        rows.extend(list.iter().zip(&results).map(|((policy, x), result)| {
            let mut row = json!(result);
            row["sweep"] = json!(name);
            row["x"] = json!(x);
            row["policy"] = json!(policy);
            row
        }));
    }
    bar.finish_and_clear();
    Outcome::new(json!({ "settings": base, "rows": rows }), tables)
}
