//! `npm run simulate`: a Callosum fleet in simulated time, without sockets. See
//! docs/balancing.md for what it shows, and --help for the options.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table as Lines};
use serde_json::{Map, Value};
use simulate::scenarios::{Scenario, Table};
use simulate::settings::Settings;

/// Simulates a fleet of Callosum servers and clients, without sockets. See
/// docs/balancing.md for what it shows.
#[derive(Debug, Parser)]
#[command(
    name = "simulate",
    bin_name = "npm run simulate --",
    disable_version_flag = true,
    max_term_width = 100
)]
struct Options {
    /// What to simulate
    #[arg(long, value_name = "NAME", default_value = "million")]
    scenario: Scenario,
    /// The seed of the random numbers; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many seeds to average over, from --seed on (5; steady: 1; million runs one)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: Option<u64>,
    /// Writes what the charts show into a file; '-' is standard output, without the tables
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
}

fn main() -> ExitCode {
    // The settings are not required, since each scenario has its own for those not given.
    let command = Options::command();
    let about = command.get_about().cloned().unwrap_or_default();
    let mut command =
        Settings::augment_args(command).mut_args(|argument| argument.required(false)).about(about);
    let matches = command.get_matches_mut();
    let options = Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let Options { scenario, seed, seeds, json } = options;
    let mut settings = scenario.settings();
    settings.update_from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let fault = if matches.contains_id("Settings") && !scenario.takes_settings() {
        Some("a fleet of your own is for the scenarios million, sick and steady".to_owned())
    } else if scenario == Scenario::Million && seeds.is_some_and(|seeds| seeds > 1) {
        Some("--seeds is not for the scenario million, which runs one seed".to_owned())
    } else {
        settings.fault()
    };
    if let Some(fault) = fault {
        command.error(ErrorKind::ArgumentConflict, fault).exit();
    }
    let seeds = seeds.unwrap_or(if scenario == Scenario::Steady { 1 } else { 5 });
    let seeds: Vec<u64> = (0..seeds).map(|i| seed.wrapping_add(i)).collect();
    match run(scenario, &settings, &seeds, json.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("--json: cannot write '{}': {error}", json.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

fn run(
    scenario: Scenario,
    settings: &Settings,
    seeds: &[u64],
    json: Option<&str>,
) -> std::io::Result<()> {
    let shows_tables = json != Some("-");
    if let Some(file) = json.filter(|_| shows_tables) {
        std::fs::File::options().create(true).append(true).open(file)?; // now rather than in a minute
    }
    let mut charted = Map::new();
    for one in scenario.each() {
        let value = one.to_possible_value().expect("no scenario is hidden");
        let settings = if one == scenario { settings } else { &one.settings() };
        let outcome = one.run(settings, seeds);
        if shows_tables {
            println!("{}: {}\n", value.get_name(), value.get_help().expect("it has a comment"));
            outcome.tables.iter().for_each(|table| println!("{}\n", text(table)));
        }
        if outcome.charted != Value::Null {
            charted.insert(value.get_name().to_owned(), outcome.charted);
        }
    }
    // A line for each record.
    let json_text = Value::from(charted).to_string().replace("[{", "[\n{").replace(",{", ",\n{");
    match json {
        None => Ok(()),
        Some("-") => {
            println!("{json_text}");
            Ok(())
        }
        Some(file) => std::fs::write(file, json_text + "\n"),
    }
}

/// The first column is left-aligned, the others right-aligned.
fn text(table: &Table) -> String {
    let mut lines = Lines::new();
    lines.load_style(NOTHING).add_rows(table.rows.iter().cloned());
    for (i, column) in lines.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        column.set_cell_alignment(if i == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    let lines = lines.lines().map(|line| format!("\n{}", line.trim_end())).collect::<String>();
    format!("{}{lines}", table.caption)
}
