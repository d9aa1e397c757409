//! Connections in use, and the requests that use them.

use serde_json::json;

use super::{Outcome, Table, progress};
use crate::settings::{Pick, Policy, Settings};
use crate::steady::{Averaged, Requests, sweep};

const SHARES: [f64; 7] = [0.0, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9];
const PICKS: [Pick; 2] = [Pick::Random, Pick::Lowest];

const MEAN: f64 = 200.0; // seconds that connections live
const SERVICE: f64 = 5.0; // seconds that a request takes

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let base = &Settings { mean: MEAN, service: SERVICE, ..base.clone() };
    let kinds: Vec<(Policy, Pick)> =
        Policy::ALL.iter().flat_map(|&policy| PICKS.map(|pick| (policy, pick))).collect();
    let list: Vec<Settings> = kinds
        .iter()
        .flat_map(|&(policy, pick)| {
            SHARES.map(|busy| Settings { policy, pick, busy, ..base.clone() })
        })
        .collect();
    let bar = progress(list.len() * seeds.len(), "requests");
    let results = sweep(&list, seeds, || bar.inc(1));
    bar.finish_and_clear();
    let find = |&(policy, pick): &(Policy, Pick), &busy: &f64| {
        let index =
            list.iter().position(|it| (it.policy, it.pick, it.busy) == (policy, pick, busy));
        results[index.expect("each kind has each share")]
    };
    let columns = SHARES.map(|busy| (format!("{:.0}%", busy * 100.0), busy));
    let names: Vec<_> =
        kinds.iter().map(|&kind| (format!("{}, {}", kind.0.name(), kind.1.name()), kind)).collect();
    let corner = "policy, which idle connection; in use";
    let table = |caption: &str, columns: &[(String, f64)], show: &dyn Fn(&Averaged) -> String| {
        Table::crossed(caption, corner, columns, &names, |kind, busy| show(&find(kind, busy)))
    };
    let of_requests = |figure: fn(&Requests) -> f64| {
        move |it: &Averaged| {
            it.means.requests.as_ref().map_or_else(String::new, |it| format!("{:.3}", figure(it)))
        }
    };
    let used = &columns[1..];
    let tables = vec![
        table(
            &format!(
                "Highest number of connections over mean; lifetimes of {MEAN} s, requests of {SERVICE} s"
            ),
            &columns,
            &Averaged::text,
        ),
        table(
            "Highest number of requests that a server has had, over mean",
            used,
            &of_requests(|it| it.requests_highest),
        ),
        table(
            "Highest number of requests at one time, over mean",
            used,
            &of_requests(|it| it.in_use_highest),
        ),
    ];
    let rows: Vec<_> = list
        .iter()
        .zip(&results)
        .map(|(settings, result)| {
            let mut row = json!(result);
            row["policy"] = json!(settings.policy);
            row["pick"] = json!(settings.pick);
            row["busy"] = json!(settings.busy);
            row
        })
        .collect();
    Outcome::new(json!({ "settings": base, "service": base.service, "rows": rows }), tables)
}
