//! Rolling restarts.

use callosum_server_slots::Slots;
use serde_json::json;

use super::{Outcome, Table, progress, short};
use crate::fleet::Fleet;
use crate::measures::{Range, mean, round, sample};
use crate::settings::{Policy, Settings};
use crate::steady::with_seeds;

const TURNS: [f64; 8] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]; // that the whole restart takes
const AT_REST: f64 = 30.0; // turns before it begins
const AFTER: f64 = 10.0; // turns after it has ended

struct Restart {
    highest: f64,
    connections: f64,
    highest_after: f64,
}

pub(super) fn run(base: &Settings, seeds: &[u64]) -> Outcome {
    let bar = progress(TURNS.len() * Policy::ALL.len() * seeds.len(), "restart");
    let list = Policy::ALL.map(|policy| Settings { policy, ..base.clone() });
    let results: Vec<(f64, Vec<Vec<Restart>>)> = TURNS
        .iter()
        .map(|&turns| {
            (
                turns,
                with_seeds(
                    &list,
                    seeds,
                    || bar.inc(1),
                    |settings, seed| restart(settings, turns, seed),
                ),
            )
        })
        .collect();
    bar.finish_and_clear();
    let range = |i: usize, turns: f64, figure: fn(&Restart) -> f64| {
        let (_, of_policies) =
            results.iter().find(|it| it.0 == turns).expect("each number of turns is there");
        Range::of(of_policies[i].iter().map(figure))
    };
    let columns = TURNS.map(|turns| (short(turns), turns));
    let names: Vec<_> =
        Policy::ALL.iter().enumerate().map(|(i, policy)| (policy.name(), i)).collect();
    let table = |caption: String, figure: fn(&Restart) -> f64| {
        Table::crossed(caption, "turns that it takes", &columns, &names, |&i, &turns| {
            range(i, turns, figure).text(2)
        })
    };
    let tables = vec![
        table(
            format!(
                "The highest load over mean at the worst moment; a turn is {} s",
                short(base.turn())
            ),
            |it| it.highest,
        ),
        table("Connections at the worst moment, of those that fill all pools".to_owned(), |it| {
            it.connections
        }),
        table(format!("Highest load over mean {AFTER} turns later"), |it| it.highest_after),
    ];
    let mut rows = Vec::new();
    for (i, policy) in Policy::ALL.iter().enumerate() {
        for turns in TURNS {
            let highest = range(i, turns, |it| it.highest);
            rows.push(json!({
                "policy": policy,
                "turns": turns,
                "highest": highest.mean,
                "highestFrom": highest.from,
                "highestTo": highest.to,
                "connections": range(i, turns, |it| it.connections).mean,
                "highestAfter": range(i, turns, |it| it.highest_after).mean,
            }));
        }
    }
    Outcome::new(json!({ "settings": base, "rows": rows }), tables)
}

fn restart(settings: &Settings, turns: f64, seed: u64) -> Restart {
    let mut fleet = Fleet::<Slots>::new(settings, seed);
    let turn = settings.turn();
    fleet.run(AT_REST * turn);
    let since = fleet.now();
    let step = turns * turn / f64::from(settings.servers);
    let mut samples = Vec::new();
    for server in 0..settings.servers {
        fleet.restart(server);
        samples.extend(sample(&mut fleet, since + f64::from(server + 1) * step, step, |_| {}));
    }
    let end = fleet.now();
    let after = sample(&mut fleet, end + AFTER * turn, turn / 10.0, |_| {});
    let fewest =
        samples.iter().map(|sample| sample.spread.connections).min().expect("there is a server");
    Restart {
        highest: samples.iter().map(|sample| sample.spread.highest).fold(0.0, f64::max),
        connections: round(fewest as f64 / settings.places() as f64),
        highest_after: mean(after.iter().rev().take(20).map(|sample| sample.spread.highest)),
    }
}
