//! Machines of unequal strength.

use clap::ValueEnum;
use serde_json::Value;

use super::Outcome;
use super::grid::Grid;
use crate::fleet::Fleet;
use crate::measures::{Figures, mean, round};
use crate::settings::{Policy, Settings, name};

const MACHINES: usize = 100;
const STRENGTHS: [(&str, u32); 4] = [("1", 1), ("2", 2), ("4", 4), ("8", 8)];
const MEANS: [f64; 2] = [600.0, 150.0]; // seconds that connections live; the turn is 75
const POLICIES: [Policy; 2] = [Policy::OneOffer, Policy::TwoOffers];
const LOAD: u32 = 200; // connections for each unit of strength
const SAMPLES: u32 = 100;

/// How a machine is given its share.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Way {
    Equal,
    SlotDivided,
    SeveralManagers,
}

impl Way {
    /// The weight of each server on a machine.
    fn weights(self, strength: u32) -> Vec<f64> {
        match self {
            Self::Equal => vec![1.0],
            Self::SlotDivided => vec![f64::from(strength)],
            Self::SeveralManagers => vec![1.0; strength as usize],
        }
    }
}

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let strengths: Vec<u32> =
        STRENGTHS.into_iter().cycle().take(MACHINES).map(|(_, strength)| strength).collect();
    let total: u32 = strengths.iter().sum();
    let base = Settings { pool: LOAD * total / base.clients, ..base.clone() };
    let rows = POLICIES.into_iter().flat_map(|policy| {
        Way::value_variants().iter().flat_map(move |&way| {
            MEANS.map(|mean| {
                (format!("{}, {}, {mean} s", name(policy), name(way)), (policy, way, mean))
            })
        })
    });
    let columns = [(String::new(), ())];
    let grid = Grid::run("strength", rows, columns, seeds, |(policy, way, mean), (), seed| {
        shares(&Settings { policy, mean, ..base.clone() }, &strengths, way, seed)
    });
    let caption = format!("Load over the fair share, by strength; a turn is {} s", base.turn());
    let table = grid.figures(&caption, "policy, way, mean lifetime");
    Outcome { tables: vec![table], charted: Value::Null }
}

/// Each machine's load for its strength, over the mean of that.
fn shares(settings: &Settings, strengths: &[u32], way: Way, seed: u64) -> Figures {
    let weights: Vec<f64> = strengths.iter().flat_map(|&strength| way.weights(strength)).collect();
    let servers = weights.len() as u32;
    let mut fleet = Fleet::new(&Settings { servers, weights, ..settings.clone() }, seed);
    let from = 10.0 * settings.turn();
    let mut loads = vec![0_u64; strengths.len()];
    fleet.run(from);
    for i in 1..=SAMPLES {
        fleet.run(from + f64::from(i) * settings.turn() / 10.0);
        let mut of_servers = fleet.servers.loads().map(u64::from);
        for (load, &strength) in loads.iter_mut().zip(strengths) {
            *load += of_servers.by_ref().take(way.weights(strength).len()).sum::<u64>();
        }
    }
    let total: u32 = strengths.iter().sum();
    let fair = loads.iter().sum::<u64>() as f64 / f64::from(total);
    let shares: Vec<(u32, f64)> = strengths
        .iter()
        .zip(&loads)
        .map(|(&strength, &load)| (strength, load as f64 / f64::from(strength) / fair))
        .collect();
    let by_strength = STRENGTHS.map(|(name, strength)| {
        let equals = shares.iter().filter(|(other, _)| *other == strength);
        (name, mean(equals.map(|(_, share)| *share)))
    });
    let all = || shares.iter().map(|(_, share)| *share);
    let extremes = [
        ("highest", round(all().fold(0.0, f64::max))),
        ("lowest", round(all().fold(f64::INFINITY, f64::min))),
    ];
    by_strength.into_iter().chain(extremes).collect()
}
