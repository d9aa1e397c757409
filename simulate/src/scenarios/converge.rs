//! How fast a fleet comes to an even load.

use callosum_server_slots::Slots;
use serde_json::json;

use super::{Outcome, Table, progress, short};
use crate::fleet::Fleet;
use crate::measures::{Range, Sample, mean, sample, settled};
use crate::settings::{Policy, Settings};
use crate::steady::with_seeds;

const ACCEPTED: f64 = 1.05; // highest load over mean
const SAMPLES: f64 = 20.0; // in a turn
const TURNS: f64 = 4.0; // that are shown
const AT_REST: f64 = 30.0; // turns from a start to when something happens

const SIZES: [u32; 2] = [10, 1000]; // servers of further fleets, with Callosum's clients

#[derive(Clone, Copy, Debug, PartialEq)]
enum Happening {
    Start,
    Die,
    Join,
}

impl Happening {
    const ALL: [Self; 3] = [Self::Start, Self::Die, Self::Join];

    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Die => "die",
            Self::Join => "join",
        }
    }
}

/// Each policy on the fleet; Callosum's two on smaller and larger ones, too.
pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let of_policies = Policy::ALL.map(|policy| Settings { policy, ..base.clone() });
    let of_sizes = SIZES.into_iter().flat_map(|servers| {
        let clients = base.clients / base.servers * servers;
        [Policy::Lowest, Policy::TwoOffers].map(|policy| Settings {
            policy,
            servers,
            clients,
            ..base.clone()
        })
    });
    let fleets: Vec<Settings> = of_policies.into_iter().chain(of_sizes).collect();
    let bar = progress(Happening::ALL.len() * fleets.len() * seeds.len(), "converge");
    let mut series = Vec::new();
    let mut cells = Vec::new();
    for happening in Happening::ALL {
        let results = with_seeds(
            &fleets,
            seeds,
            || bar.inc(1),
            |settings, seed| watch(happening, settings, seed),
        );
        for (settings, runs) in fleets.iter().zip(&results) {
            let settled: Vec<_> = runs.iter().map(|run| settled(run, 0.0, ACCEPTED)).collect();
            cells.push((
                happening,
                settings.policy,
                settings.servers,
                text(&settled, TURNS * settings.turn()),
            ));
            series.push(json!({
                "happening": happening.name(),
                "policy": settings.policy,
                "servers": settings.servers,
                "settled": settled,
                "samples": averages(runs),
            }));
        }
    }
    bar.finish_and_clear();
    let rows: Vec<_> = fleets
        .iter()
        .map(|fleet| {
            (
                format!("{}, {} servers", fleet.policy.name(), fleet.servers),
                (fleet.policy, fleet.servers),
            )
        })
        .collect();
    let columns = Happening::ALL.map(|happening| (happening.name().to_owned(), happening));
    let table = Table::crossed(
        format!(
            "Seconds until the highest load is at most {ACCEPTED} times the mean for good; a turn is {} s",
            short(base.turn())
        ),
        "policy",
        &columns,
        &rows,
        |&(policy, servers), &happening| {
            let cell =
                cells.iter().find(|cell| (cell.0, cell.1, cell.2) == (happening, policy, servers));
            cell.expect("each fleet has each happening").3.clone()
        },
    );
    Outcome::new(json!({ "settings": base, "accepted": ACCEPTED, "series": series }), vec![table])
}

/// From when it happens on, which is time 0.
fn watch(happening: Happening, settings: &Settings, seed: u64) -> Vec<Sample> {
    let servers = settings.servers;
    let spare = if happening == Happening::Join { servers / 2 } else { 0 };
    let mut fleet = Fleet::<Slots>::new(&Settings { spare, ..settings.clone() }, seed);
    let turn = settings.turn();
    if happening != Happening::Start {
        fleet.run(AT_REST * turn);
    }
    match happening {
        Happening::Start => {}
        Happening::Die => (0..servers / 10).for_each(|server| fleet.stop(server)),
        Happening::Join => (0..servers / 2).for_each(|_| fleet.join()),
    }
    let since = fleet.now();
    let mut samples = sample(&mut fleet, since + TURNS * turn, turn / SAMPLES, |_| {});
    for sample in &mut samples {
        sample.time = crate::measures::round(sample.time - since);
    }
    samples
}

fn averages(runs: &[Vec<Sample>]) -> Vec<serde_json::Value> {
    let at = |i: usize, figure: fn(&Sample) -> f64| mean(runs.iter().map(|run| figure(&run[i])));
    (0..runs[0].len())
        .map(|i| {
            json!({
                "time": runs[0][i].time,
                "highest": at(i, |sample| sample.spread.highest),
                "lowest": at(i, |sample| sample.spread.lowest),
            })
        })
        .collect()
}

/// The mean of all seeds, unless one did not settle.
fn text(settled: &[Option<f64>], shown: f64) -> String {
    match settled.iter().copied().collect::<Option<Vec<f64>>>() {
        Some(settled) => Range::of(settled.into_iter()).text(0),
        None => format!("> {}", short(shown)),
    }
}
