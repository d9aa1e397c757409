//! Fleets in a steady state.

use crate::fleet::Fleet;
use crate::measures::{Figures, Spread, mean, round, sample, spread};
use crate::settings::{Lifetime, Settings};

const SAMPLES: u32 = 200;

/// Runs a fleet until its start has no more effect, then measures it for two turns or a mean
/// lifetime, whichever is longer: its loads over the mean, the connections that are open, pending
/// offers among them, and how many are opened. If there are requests, also those that each server
/// has had in all, and at one time, over the mean, and the share of connections in use.
pub fn steady(settings: &Settings, seed: u64) -> Figures {
    let mut fleet = Fleet::new(settings, seed);
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
    let average =
        |figure: fn(&Spread) -> f64| mean(samples.iter().map(|(_, spread)| figure(spread)));
    let mut figures = vec![
        ("highest", average(|spread| spread.highest)),
        ("p99", average(|spread| spread.p99)),
        ("lowest", average(|spread| spread.lowest)),
        ("connections", average(|spread| spread.connections as f64).round()),
        ("openedPerSecond", round((fleet.servers.opened - opened) as f64 / span)),
    ];
    if !in_use.is_empty() {
        let served = spread(fleet.requests.iter().zip(&requests).map(|(now, before)| now - before));
        let places = settings.places() as f64;
        figures.extend([
            ("requestsHighest", served.highest),
            ("requestsLowest", served.lowest),
            ("inUseHighest", mean(in_use.iter().map(|spread| spread.highest))),
            ("inUse", mean(in_use.iter().map(|spread| spread.connections as f64 / places))),
        ]);
    }
    figures
}
