//! The life of a large fleet.

use serde_json::{Value, json};

use super::grid::{chart, progress};
use super::{Outcome, Table};
use crate::fleet::Fleet;
use crate::measures::{round, sample};
use crate::settings::{Settings, name};

/// In turns.
const START: f64 = 1.5;
const DIE: f64 = 0.5;
const JOIN: f64 = 0.5;
const RESTART: f64 = 4.0;
const REST: f64 = 1.0;
const TURNS: f64 = START + DIE + JOIN + RESTART + REST;

const SAMPLES: f64 = 20.0; // in a turn
const DYING: f64 = 1.0 / 20.0; // of the servers

pub(super) fn run(settings: &Settings, seed: u64) -> Outcome {
    let bar = progress((TURNS * SAMPLES) as usize, "million");
    let mut fleet = Fleet::new(settings, seed);
    let turn = settings.turn();
    let (mut rows, mut phases, mut samples) = (Vec::new(), Vec::new(), Vec::new());
    let mut phase = |fleet: &mut Fleet,
                     name: &str,
                     turns: f64,
                     then: &mut dyn FnMut(&mut Fleet, f64)| {
        let since = fleet.now();
        let (opened, refused) = (fleet.servers.opened, fleet.servers.refused);
        let taken = sample(fleet, since + turns * turn, turn / SAMPLES, |fleet| {
            then(fleet, (fleet.now() - since) / (turns * turn));
            bar.inc(1);
        });
        let last = taken[taken.len() - 1].1;
        let worst = taken.iter().map(|(_, spread)| spread.highest).fold(0.0, f64::max);
        let row = format!(
            "{name},{} s,{},{},{worst:.3},{:.3},{:.3},{:.3},{},{}",
            round(fleet.now()),
            last.servers,
            last.connections,
            last.highest,
            last.p99,
            last.lowest,
            fleet.servers.opened - opened,
            fleet.servers.refused - refused,
        );
        rows.push(row);
        phases.push(json!({ "phase": name, "from": since }));
        samples.extend(taken.iter().map(|(time, spread)| {
            json!({ "time": time, "highest": spread.highest, "p99": spread.p99, "lowest": spread.lowest })
        }));
    };

    let dying = (f64::from(settings.servers) * DYING).ceil() as u32;
    phase(&mut fleet, "start (all empty)", START, &mut |_, _| {});
    (0..dying).for_each(|server| fleet.stop(server));
    phase(&mut fleet, &format!("{dying} servers die"), DIE, &mut |_, _| {});
    (0..dying).for_each(|server| fleet.servers.start(server));
    phase(&mut fleet, "they come back", JOIN, &mut |_, _| {});
    let mut restarted = 0;
    phase(&mut fleet, "every server restarts", RESTART, &mut |fleet, share| {
        let due = (share * f64::from(settings.servers)).round() as u32;
        (restarted..due).for_each(|server| fleet.restart(server));
        restarted = due;
    });
    phase(&mut fleet, "afterwards", REST, &mut |_, _| {});
    bar.finish_and_clear();
    let Settings { servers, clients, pool, lifetime, mean, policy, .. } = settings;
    let caption = format!(
        "{servers} servers, {clients} clients with pools of {pool}, {} lifetimes of {mean} s, policy {}.\n\
         Loads over the mean; at the end of each phase, except the worst",
        name(*lifetime),
        name(*policy),
    );
    let heading = "phase,ends at,servers,connections,worst,highest,p99,lowest,opened,refused";
    let lines = std::iter::once(heading.to_owned()).chain(rows);
    let rows = lines.map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let records: Vec<Value> = phases.into_iter().chain(samples).collect();
    Outcome { tables: vec![Table { caption, rows }], charted: chart(settings, records) }
}
