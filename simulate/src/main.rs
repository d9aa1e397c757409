//! `npm run simulate`: a Callosum fleet in simulated time, without sockets. See
//! docs/balancing.md for what it shows, and --help for the options.

mod machine;
mod options;
mod table;

use std::fs::File;
use std::process::ExitCode;
use std::time::Instant;

use options::Options;
use serde_json::{Map, Value, json};
use simulate::scenarios::{Outcome, Scenario};

const WRONG: u8 = 2; // the exit code if an option is

fn main() -> ExitCode {
    match Options::read() {
        Ok(options) => run(&options),
        Err(code) => code,
    }
}

fn run(options: &Options) -> ExitCode {
    let began = Instant::now();
    let shows_tables = options.json.as_deref() != Some("-");
    if let Some(file) = options.json.as_deref().filter(|_| shows_tables)
        && let Err(error) = File::options().create(true).append(true).open(file)
    {
        eprintln!("--json: cannot write '{file}': {error}"); // now rather than in a minute
        return ExitCode::from(WRONG);
    }
    let mut results = Map::new();
    let mut code = ExitCode::SUCCESS;
    for &scenario in &options.scenarios {
        let (name, title) = options::describe(scenario);
        if shows_tables {
            println!("{name}: {title}");
        }
        let outcome = scenario.run(&options.settings_of(scenario), &options.seeds);
        if shows_tables {
            for table in &outcome.tables {
                println!("\n{}", table::text(table));
            }
            println!();
        }
        if let Some(fault) = &outcome.fault {
            eprintln!("{fault}");
            code = ExitCode::FAILURE;
        }
        results.insert(
            name,
            if scenario == Scenario::Steady { outcome.figures } else { figures(outcome) },
        );
    }
    if shows_tables {
        let seeds: Vec<String> = options.seeds.iter().map(u64::to_string).collect();
        let seconds = began.elapsed().as_secs_f64();
        println!("Seed {}; {seconds:.1} s; {}", seeds.join(", "), machine::describe());
    }
    if let Some(file) = &options.json {
        let text = match (&options.scenarios[..], results.remove("steady")) {
            ([Scenario::Steady], Some(steady)) => steady.to_string() + "\n",
            _ => lines(options, results),
        };
        if shows_tables {
            if let Err(error) = std::fs::write(file, text) {
                eprintln!("--json: cannot write '{file}': {error}");
                return ExitCode::FAILURE;
            }
        } else {
            print!("{text}");
        }
    }
    code
}

fn figures(outcome: Outcome) -> Value {
    let mut figures = outcome.figures;
    if !outcome.tables.is_empty() {
        let tables = outcome
            .tables
            .into_iter()
            .map(|table| json!({ "caption": table.caption, "rows": table.rows }));
        figures["tables"] = tables.collect();
    }
    figures
}

/// JSON with a line for each row and sample.
fn lines(options: &Options, results: Map<String, Value>) -> String {
    let mut json = machine::json();
    json["seeds"] = json!(options.seeds);
    json["results"] = results.into();
    json.to_string().replace("[{", "[\n{").replace(",{", ",\n{") + "\n"
}
