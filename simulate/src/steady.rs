//! Fleets in a steady state.

use callosum_server_slots::Slots;
use rayon::prelude::*;
use serde::Serialize;

use crate::fleet::Fleet;
use crate::measures::{Range, mean, round, sample, spread};
use crate::settings::{Lifetime, Settings};

const SAMPLES: u32 = 200;

/// How even the connections are on average, and what that costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Steady {
    /// The highest load over the mean.
    pub highest: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The lowest load.
    pub lowest: f64,
    /// The open connections, including pending offers.
    pub connections: f64,
    /// How many are opened in a second.
    pub opened_per_second: f64,
    /// How even the requests are.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Requests>,
}

/// How even the requests of the servers are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Requests {
    /// The requests that each server has had: the highest number over the mean.
    pub requests_highest: f64,
    /// The lowest.
    pub requests_lowest: f64,
    /// The requests that each server has at one time: the highest number over the mean,
    /// averaged over the samples.
    pub in_use_highest: f64,
    /// How many connections are in use, of all that could be open.
    pub in_use: f64,
}

/// Runs a fleet until its start has no more effect, then measures it for two turns or a
/// mean lifetime, whichever is longer.
pub fn steady(settings: &Settings, seed: u64) -> Steady {
    let mut fleet = Fleet::<Slots>::new(settings, seed);
    let turn = settings.turn();
    let mean_lifetime = match settings.lifetime {
        Lifetime::Endless => 0.0,
        _ => settings.mean,
    };
    fleet.run((5.0 * turn).max(1.5 * mean_lifetime).max(20.0 * settings.interval));
    let since = fleet.now();
    let opened = fleet.servers.opened;
    let requests = fleet.requests.clone();
    let span = (2.0 * turn).max(mean_lifetime);
    let mut in_use = Vec::new();
    let samples = sample(&mut fleet, since + span, span / f64::from(SAMPLES), |fleet| {
        if !fleet.in_use.is_empty() {
            in_use.push(spread(fleet.in_use.iter().copied().map(u64::from)));
        }
    });
    let average = |figure: fn(&crate::measures::Spread) -> f64| {
        mean(samples.iter().map(|sample| figure(&sample.spread)))
    };
    Steady {
        highest: average(|spread| spread.highest),
        p99: average(|spread| spread.p99),
        lowest: average(|spread| spread.lowest),
        connections: average(|spread| spread.connections as f64).round(),
        opened_per_second: round((fleet.servers.opened - opened) as f64 / span),
        requests: (!in_use.is_empty()).then(|| {
            let served =
                spread(fleet.requests.iter().zip(&requests).map(|(now, before)| now - before));
            Requests {
                requests_highest: served.highest,
                requests_lowest: served.lowest,
                in_use_highest: mean(in_use.iter().map(|spread| spread.highest)),
                in_use: mean(
                    in_use
                        .iter()
                        .map(|spread| spread.connections as f64 / settings.places() as f64),
                ),
            }
        }),
    }
}

/// The mean of each figure over several seeds, and how far the highest load varies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Averaged {
    /// The means.
    #[serde(flatten)]
    pub means: Steady,
    /// The lowest highest load of a seed.
    pub highest_from: f64,
    /// The highest highest load of a seed.
    pub highest_to: f64,
}

impl Averaged {
    /// The average of at least one run.
    pub fn of(runs: &[Steady]) -> Self {
        let average = |figure: fn(&Steady) -> f64| mean(runs.iter().map(figure));
        let requests = |figure: fn(&Requests) -> f64| {
            mean(runs.iter().flat_map(|run| &run.requests).map(figure))
        };
        let highest = Range::of(runs.iter().map(|run| run.highest));
        Self {
            means: Steady {
                highest: highest.mean,
                p99: average(|run| run.p99),
                lowest: average(|run| run.lowest),
                connections: average(|run| run.connections).round(),
                opened_per_second: average(|run| run.opened_per_second),
                requests: runs[0].requests.map(|_| Requests {
                    requests_highest: requests(|it| it.requests_highest),
                    requests_lowest: requests(|it| it.requests_lowest),
                    in_use_highest: requests(|it| it.in_use_highest),
                    in_use: requests(|it| it.in_use),
                }),
            },
            highest_from: highest.from,
            highest_to: highest.to,
        }
    }

    /// The highest load, as in a table.
    pub fn text(&self) -> String {
        Range { mean: self.means.highest, from: self.highest_from, to: self.highest_to }.text(3)
    }

    /// The connections open, as in a table.
    pub fn connections_text(&self) -> String {
        format!("{:.0}", self.means.connections)
    }

    /// The connections opened in a second, as in a table.
    pub fn opened_text(&self) -> String {
        format!("{:.0}", self.means.opened_per_second)
    }
}

/// Calls `run` with each of a list of settings and each seed, on all cores. Returns the
/// results in order. Calls `done` after each.
pub fn with_seeds<T: Send>(
    list: &[Settings],
    seeds: &[u64],
    done: impl Fn() + Sync,
    run: impl Fn(&Settings, u64) -> T + Sync,
) -> Vec<Vec<T>> {
    let jobs: Vec<(&Settings, u64)> =
        list.iter().flat_map(|settings| seeds.iter().map(move |&seed| (settings, seed))).collect();
    let results: Vec<T> = jobs
        .par_iter()
        .with_max_len(1)
        .map(|&(settings, seed)| {
            let result = run(settings, seed);
            done();
            result
        })
        .collect();
    let mut results = results.into_iter();
    list.iter().map(|_| results.by_ref().take(seeds.len()).collect()).collect()
}

/// The steady state for each of a list of settings.
pub fn sweep(list: &[Settings], seeds: &[u64], done: impl Fn() + Sync) -> Vec<Averaged> {
    with_seeds(list, seeds, done, steady).iter().map(|runs| Averaged::of(runs)).collect()
}
