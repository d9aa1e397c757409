//! Machines of unequal strength.

use callosum_server_slots::Slots;
use serde_json::json;

use super::{Outcome, Table, progress, short};
use crate::fleet::Fleet;
use crate::measures::{mean, round};
use crate::settings::{Policy, Settings};
use crate::steady::with_seeds;

const MACHINES: usize = 100;
const STRENGTHS: [u32; 4] = [1, 2, 4, 8];
const MEANS: [f64; 2] = [600.0, 150.0]; // seconds that connections live; the turn is 75
const POLICIES: [Policy; 2] = [Policy::Lowest, Policy::TwoOffers];
const LOAD: u32 = 200; // connections for each unit of strength
const SAMPLES: u32 = 100;

/// How a machine is given its share.
#[derive(Clone, Copy, Debug)]
enum Way {
    Equal,
    SlotDivided,
    SeveralManagers,
}

impl Way {
    const ALL: [Self; 3] = [Self::Equal, Self::SlotDivided, Self::SeveralManagers];

    fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::SlotDivided => "slot divided",
            Self::SeveralManagers => "several managers",
        }
    }

    /// The weight of each server on a machine.
    fn weights(self, strength: u32) -> Vec<f64> {
        match self {
            Self::Equal => vec![1.0],
            Self::SlotDivided => vec![f64::from(strength)],
            Self::SeveralManagers => vec![1.0; strength as usize],
        }
    }
}

struct Shares {
    by_strength: [f64; STRENGTHS.len()],
    highest: f64,
    lowest: f64,
}

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let strengths: Vec<u32> = STRENGTHS.into_iter().cycle().take(MACHINES).collect();
    let total: u32 = strengths.iter().sum();
    let base = Settings { pool: LOAD * total / base.clients, ..base.clone() };
    let bar = progress(POLICIES.len() * Way::ALL.len() * MEANS.len() * seeds.len(), "strength");
    let mut rows = Vec::new();
    let heading = std::iter::once("policy, way, mean lifetime".to_owned())
        .chain(STRENGTHS.map(|strength| strength.to_string()))
        .chain(["highest".to_owned(), "lowest".to_owned()]);
    let mut lines = vec![heading.collect()];
    for policy in POLICIES {
        for way in Way::ALL {
            let weights: Vec<f64> =
                strengths.iter().flat_map(|&strength| way.weights(strength)).collect();
            let list = MEANS.map(|mean| Settings {
                policy,
                mean,
                servers: weights.len() as u32,
                weights: weights.clone(),
                ..base.clone()
            });
            let results = with_seeds(
                &list,
                seeds,
                || bar.inc(1),
                |settings, seed| shares(settings, &strengths, way, seed),
            );
            for (mean_lifetime, runs) in MEANS.into_iter().zip(&results) {
                let average = |figure: &dyn Fn(&Shares) -> f64| mean(runs.iter().map(figure));
                let by_strength: Vec<f64> = (0..STRENGTHS.len())
                    .map(|i| average(&|shares| shares.by_strength[i]))
                    .collect();
                let (highest, lowest) =
                    (average(&|shares| shares.highest), average(&|shares| shares.lowest));
                let figures = by_strength
                    .iter()
                    .chain([&highest, &lowest])
                    .map(|share| format!("{share:.3}"));
                let name = format!("{}, {}, {} s", policy.name(), way.name(), short(mean_lifetime));
                lines.push(std::iter::once(name).chain(figures).collect());
                rows.push(json!({
                    "policy": policy, "way": way.name(), "mean": mean_lifetime,
                    "byStrength": by_strength, "highest": highest, "lowest": lowest,
                }));
            }
        }
    }
    bar.finish_and_clear();
    let table = Table::new(
        format!("Load over the fair share, by strength; a turn is {} s", short(base.turn())),
        lines,
    );
    Outcome::new(json!({ "settings": base, "machines": MACHINES, "rows": rows }), vec![table])
}

/// Each machine's load for its strength, over the mean of that.
fn shares(settings: &Settings, strengths: &[u32], way: Way, seed: u64) -> Shares {
    let machine_of: Vec<usize> = (0..)
        .zip(strengths)
        .flat_map(|(machine, &strength)| way.weights(strength).into_iter().map(move |_| machine))
        .collect();
    let mut fleet = Fleet::<Slots>::new(settings, seed);
    let from = 10.0 * settings.turn();
    let mut loads = vec![0_u64; strengths.len()];
    fleet.run(from);
    for i in 1..=SAMPLES {
        fleet.run(from + f64::from(i) * settings.turn() / 10.0);
        for (machine, load) in machine_of.iter().zip(fleet.servers.loads()) {
            loads[*machine] += u64::from(load);
        }
    }
    let total: u32 = strengths.iter().sum();
    let fair = loads.iter().sum::<u64>() as f64 / f64::from(total);
    let shares: Vec<f64> = loads
        .iter()
        .zip(strengths)
        .map(|(&load, &strength)| load as f64 / f64::from(strength) / fair)
        .collect();
    Shares {
        by_strength: STRENGTHS.map(|strength| {
            mean(
                shares
                    .iter()
                    .zip(strengths)
                    .filter(|(_, other)| **other == strength)
                    .map(|(share, _)| *share),
            )
        }),
        highest: round(shares.iter().copied().fold(0.0, f64::max)),
        lowest: round(shares.iter().copied().fold(f64::INFINITY, f64::min)),
    }
}
