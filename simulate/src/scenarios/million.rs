//! The life of a large fleet, with this package and with 0.1.0's heap.

use std::time::{Duration, Instant};

use callosum_server_slots::Slots;
use cpu_time::ThreadTime;
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::json;

use super::{Outcome, Table, progress, short, thousands};
use crate::fleet::Fleet;
use crate::managers::{Heap, Manager};
use crate::measures::{Sample, measure, round, sample, settled};
use crate::settings::Settings;
use crate::trace::{Replayed, Trace, replay};

/// In turns.
const START: f64 = 1.5;
const DIE: f64 = 0.5;
const JOIN: f64 = 0.5;
const RESTART: f64 = 4.0;
const REST: f64 = 1.0;
const TURNS: f64 = START + DIE + JOIN + RESTART + REST;

const SAMPLES: f64 = 20.0; // in a turn
const DYING: f64 = 1.0 / 20.0; // of the servers

#[derive(Debug, PartialEq, Serialize)]
struct Phase {
    name: String,
    until: f64,
    servers: usize,
    connections: u64,
    worst: f64,
    highest: f64,
    p99: f64,
    lowest: f64,
    /// Seconds until the highest load is 1.05 for good.
    settled: Option<f64>,
    opened: u64,
    refused: u64,
}

struct Life {
    phases: Vec<Phase>,
    samples: Vec<Sample>,
    digest: u64,
    calls: u64,
    steps: u64,
    cpu: Duration,
    wall: Duration,
}

pub(super) fn run(settings: &Settings, seed: u64) -> Outcome {
    let bar = progress((2.0 * TURNS * SAMPLES) as usize, "million");
    // One after the other: at the same time each would slow down the other, since
    // both wait for the memory most of the time.
    let ours = live_and_replay::<Slots>(settings, seed, &bar);
    let heap = live_and_replay::<Heap>(settings, seed, &bar);
    bar.finish_and_clear();

    let same = (ours.0.digest, ours.1.sum) == (heap.0.digest, heap.1.sum);
    let calls = ours.0.calls;
    let runs = [(Slots::NAME, &ours), (Heap::NAME, &heap)];
    let ours = &ours.0;
    let memory = peak_memory();
    let figures = json!({
        "settings": settings,
        "phases": ours.phases,
        "samples": ours.samples.iter().map(|Sample { time, spread }| json!({
            "time": time, "highest": spread.highest, "p99": spread.p99, "lowest": spread.lowest,
        })).collect::<Vec<_>>(),
        "same": same,
        "slotCalls": calls,
        "runs": runs.iter().map(|(manager, (life, replayed))| json!({
            "manager": manager,
            "cpu": milliseconds(life.cpu),
            "wall": milliseconds(life.wall),
            "events": life.steps,
            "slots": milliseconds(replayed.time),
        })).collect::<Vec<_>>(),
        "memory": memory,
    });
    let mut tables = vec![phases(settings, &ours.phases)];
    let rows = runs.iter().map(|(manager, (life, replayed))| {
        let (cpu, slots) = (life.cpu.as_secs_f64(), replayed.time.as_secs_f64());
        vec![
            (*manager).to_owned(),
            format!("{cpu:.2}"),
            format!("{slots:.2}"),
            format!("{:.1}%", slots / cpu * 100.0),
            format!("{:.1}", slots / calls as f64 * 1e9),
            thousands(life.steps),
            thousands((life.steps as f64 / cpu).round() as u64),
        ]
    });
    let heading =
        ["slot manager", "run", "of it slots", "share", "ns a call", "events", "events a second"];
    tables.push(Table::new(
        format!(
            "What the slots cost, in seconds of processor time. The calls of a run are recorded, and timed on another\n\
             core with nothing in between. {} calls; {}",
            thousands(calls),
            if same { "both managers gave the same slots throughout" } else { "THE MANAGERS DISAGREE" },
        ),
        std::iter::once(heading.map(str::to_owned).to_vec()).chain(rows).collect(),
    ));
    if let Some(memory) = memory {
        tables.push(Table::new(
            format!("{} MB of memory at most", memory.div_ceil(1_000_000)),
            Vec::new(),
        ));
    }
    let fault = (!same).then(|| "The managers gave different slots".to_owned());
    Outcome { figures, tables, fault }
}

fn phases(settings: &Settings, phases: &[Phase]) -> Table {
    let Settings { servers, clients, pool, interval, fill, lifetime, mean, policy, .. } = settings;
    let heading = [
        "phase",
        "ends at",
        "servers",
        "connections",
        "worst",
        "highest",
        "p99",
        "lowest",
        "opened",
        "refused",
    ];
    let rows = phases.iter().map(|phase| {
        let loads = [phase.worst, phase.highest, phase.p99, phase.lowest];
        [phase.name.clone(), format!("{} s", short(phase.until))]
            .into_iter()
            .chain([phase.servers as u64, phase.connections].map(thousands))
            .chain(loads.map(|load| format!("{load:.3}")))
            .chain([phase.opened, phase.refused].map(thousands))
            .collect()
    });
    Table::new(
        format!(
            "{servers} servers, {clients} clients with pools of {pool}, an attempt each {interval} s, {fill} s while there is room,\n\
             {} lifetimes of {mean} s, policy {}.\n\
             Loads over the mean; at the end of each phase, except the worst",
            lifetime.name(),
            policy.name(),
        ),
        std::iter::once(heading.map(str::to_owned).to_vec()).chain(rows).collect(),
    )
}

fn live_and_replay<M: Manager>(
    settings: &Settings,
    seed: u64,
    bar: &ProgressBar,
) -> (Life, Replayed) {
    let (trace, chunks) = Trace::new();
    std::thread::scope(|scope| {
        let replaying = scope.spawn(|| replay::<M>(settings.servers as usize, chunks));
        let life = live::<M>(settings, seed, trace, || bar.inc(1));
        (life, replaying.join().expect("the replay does not panic"))
    })
}

/// The life of the fleet, and what it cost.
fn live<M: Manager>(settings: &Settings, seed: u64, trace: Trace, done: impl Fn()) -> Life {
    let (began, cpu) = (Instant::now(), ThreadTime::now());
    let mut fleet = Fleet::<M>::traced(settings, seed, Some(trace));
    let turn = settings.turn();
    let mut phases = Vec::new();
    let mut samples = Vec::new();
    let mut phase = |fleet: &mut Fleet<M>,
                     name: String,
                     turns: f64,
                     then: &mut dyn FnMut(&mut Fleet<M>, f64)| {
        let since = fleet.now();
        let (opened, refused) = (fleet.servers.opened, fleet.servers.refused);
        let taken = sample(fleet, since + turns * turn, turn / SAMPLES, |fleet| {
            then(fleet, (fleet.now() - since) / (turns * turn));
            done();
        });
        let last = taken[taken.len() - 1].spread;
        phases.push(Phase {
            name,
            until: round(fleet.now()),
            servers: measure(fleet).servers,
            connections: last.connections,
            worst: taken.iter().map(|sample| sample.spread.highest).fold(0.0, f64::max),
            highest: last.highest,
            p99: last.p99,
            lowest: last.lowest,
            settled: settled(&taken, since, 1.05),
            opened: fleet.servers.opened - opened,
            refused: fleet.servers.refused - refused,
        });
        samples.extend(taken);
    };

    let dying = (f64::from(settings.servers) * DYING).ceil() as u32;
    phase(&mut fleet, "start, all empty".to_owned(), START, &mut |_, _| {});
    for server in 0..dying {
        fleet.stop(server);
    }
    phase(&mut fleet, format!("{dying} servers die"), DIE, &mut |_, _| {});
    for server in 0..dying {
        fleet.start(server);
    }
    phase(&mut fleet, "they come back".to_owned(), JOIN, &mut |_, _| {});
    let mut restarted = 0;
    phase(&mut fleet, "every server restarts".to_owned(), RESTART, &mut |fleet, share| {
        let due = (share * f64::from(settings.servers)).round() as u32;
        for server in restarted..due {
            fleet.restart(server);
        }
        restarted = due;
    });
    phase(&mut fleet, "afterwards".to_owned(), REST, &mut |_, _| {});
    Life {
        digest: fleet.digest(),
        calls: fleet.servers.trace.as_ref().map_or(0, |trace| trace.calls),
        steps: fleet.steps,
        phases,
        samples,
        cpu: cpu.elapsed(),
        wall: began.elapsed(),
    }
}

fn milliseconds(time: Duration) -> f64 {
    round(time.as_secs_f64() * 1000.0)
}

/// The most memory that the process has had, in bytes; nothing where that is not
/// known.
fn peak_memory() -> Option<u64> {
    #[cfg(unix)]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        let kilobyte = if cfg!(target_os = "macos") { 1 } else { 1024 };
        let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
        Some(usage.max_rss() as u64 * kilobyte)
    }
    #[cfg(not(unix))]
    None
}
