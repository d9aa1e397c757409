//! Connections in use, and the requests that use them.

use serde_json::json;

use super::Outcome;
use super::grid::Grid;
use crate::settings::{Pick, Policy, Settings};
use crate::steady::{Averaged, Requests};

const SHARES: [f64; 7] = [0.0, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9]; // the first has no requests
const PICKS: [Pick; 2] = [Pick::Random, Pick::Lowest];

const MEAN: f64 = 200.0; // seconds that connections live
const SERVICE: f64 = 5.0; // seconds that a request takes

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let base = &Settings { mean: MEAN, service: SERVICE, ..base.clone() };
    let kinds = Policy::ALL.into_iter().flat_map(|policy| {
        PICKS.map(|pick| (format!("{}, {}", policy.name(), pick.name()), (policy, pick)))
    });
    let shares = SHARES.map(|busy| (format!("{:.0}%", busy * 100.0), busy));
    let grid =
        Grid::run("requests", kinds.collect(), shares.into(), seeds, |(policy, pick), busy| {
            Settings { policy, pick, busy, ..base.clone() }
        });
    let corner = "policy, which idle connection; in use";
    let of_requests = |caption: &str, figure: fn(&Requests) -> f64| {
        grid.table(caption, corner, 1, |it| {
            it.means.requests.as_ref().map_or_else(String::new, |it| format!("{:.3}", figure(it)))
        })
    };
    let tables = vec![
        grid.table(
            format!(
                "Highest number of connections over mean; lifetimes of {MEAN} s, requests of {SERVICE} s"
            ),
            corner,
            0,
            Averaged::text,
        ),
        of_requests("Highest number of requests that a server has had, over mean", |it| {
            it.requests_highest
        }),
        of_requests("Highest number of requests at one time, over mean", |it| it.in_use_highest),
    ];
    let rows = grid.rows(|(policy, pick), busy| {
        [("policy", json!(policy)), ("pick", json!(pick)), ("busy", json!(busy))]
    });
    Outcome::new(json!({ "settings": base, "service": base.service, "rows": rows }), tables)
}
