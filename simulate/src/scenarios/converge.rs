//! How fast a fleet comes to an even load.

use clap::ValueEnum;
use serde_json::json;

use super::Outcome;
use super::grid::{Grid, Run, chart};
use crate::fleet::Fleet;
use crate::measures::{sample, settled};
use crate::settings::{Policy, Settings, name};

const ACCEPTED: f64 = 1.05; // highest load over mean
const SAMPLES: f64 = 20.0; // in a turn
const TURNS: f64 = 4.0; // that are shown
const AT_REST: f64 = 30.0; // turns from a start to when something happens

const SIZES: [u32; 2] = [10, 1000]; // servers of further fleets, with Callosum's clients

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Happening {
    Start,
    Die,
    Join,
}

/// Each policy on the fleet; Callosum's two on smaller and larger ones, too.
pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let of_policies = Policy::ALL.map(|policy| (policy, base.servers));
    let of_sizes = SIZES
        .into_iter()
        .flat_map(|servers| [Policy::OneOffer, Policy::TwoOffers].map(|policy| (policy, servers)));
    let rows = of_policies
        .into_iter()
        .chain(of_sizes)
        .map(|row| (format!("{}, {} servers", name(row.0), row.1), row));
    let columns = Happening::value_variants().iter().map(|&happening| (name(happening), happening));
    let grid = Grid::run("converge", rows, columns, seeds, |(policy, servers), happening, seed| {
        let clients = base.clients / base.servers * servers;
        watch(happening, &Settings { policy, servers, clients, ..base.clone() }, seed)
    });
    let caption = format!(
        "Seconds until the highest load is at most {ACCEPTED} times the mean for good; a turn is {} s,\n\
             and – is more than {TURNS} turns",
        base.turn()
    );
    let records = grid.records(&[], |(policy, servers), happening| {
        (servers == base.servers)
            .then(|| json!({ "policy": name(policy), "happening": name(happening) }))
    });
    Outcome {
        tables: grid.tables("policy", &[(&caption, "settled", 0)]),
        charted: chart(base, records),
    }
}

/// From when it happens on.
fn watch(happening: Happening, settings: &Settings, seed: u64) -> Run {
    let servers = settings.servers;
    let spare = if happening == Happening::Join { servers / 2 } else { 0 };
    let mut fleet = Fleet::new(&Settings { spare, ..settings.clone() }, seed);
    let turn = settings.turn();
    if happening != Happening::Start {
        fleet.run(AT_REST * turn);
    }
    match happening {
        Happening::Start => {}
        Happening::Die => (0..servers / 10).for_each(|server| fleet.stop(server)),
        Happening::Join => (0..servers / 2).for_each(|_| fleet.servers.join()),
    }
    let since = fleet.now();
    let samples = sample(&mut fleet, since + TURNS * turn, turn / SAMPLES, |_| {});
    Run {
        figures: vec![("settled", settled(&samples, since, ACCEPTED).unwrap_or(f64::NAN))],
        series: samples.iter().map(|(_, spread)| spread.highest).collect(),
    }
}
