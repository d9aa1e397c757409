//! The command line.

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use simulate::fleet::MAX_PLACES;
use simulate::scenarios::Scenario;
use simulate::settings::{Lifetime, Pick, Policy, Settings};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    One(Scenario),
    All,
}

impl ValueEnum for Choice {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Choice; 11] = {
            let mut all = [Choice::All; 11];
            let mut i = 0;
            while i < Scenario::ALL.len() {
                all[i] = Choice::One(Scenario::ALL[i]);
                i += 1;
            }
            all[i] = Choice::One(Scenario::Steady);
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        match self {
            Self::One(scenario) => scenario.to_possible_value(),
            Self::All => Some(
                clap::builder::PossibleValue::new("all")
                    .help("All of them but steady, one after another"),
            ),
        }
    }
}

/// Simulates a fleet of Callosum servers and clients, without sockets. See
/// docs/balancing.md for what it shows.
#[derive(Debug, Parser)]
#[command(
    name = "simulate",
    bin_name = "npm run simulate --",
    disable_version_flag = true,
    max_term_width = 100
)]
struct Arguments {
    /// What to simulate
    #[arg(long, value_name = "NAME", default_value = "million")]
    scenario: Choice,
    /// The seed of the random numbers; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many seeds to average over, from --seed on (1 for million and steady, 5 for the others)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: Option<u64>,
    /// Writes every figure into a file, or to standard output if it is '-', without the tables
    #[arg(long, value_name = "FILE")]
    json: Option<String>,

    /// Servers (1000; steady: 100)
    #[arg(long, value_name = "N", help_heading = FLEET, value_parser = clap::value_parser!(u32).range(2..=MAX_SERVERS))]
    servers: Option<u32>,
    /// Clients (10000; steady: 1000)
    #[arg(long, value_name = "N", help_heading = FLEET, value_parser = whole())]
    clients: Option<u32>,
    /// Connections that a client keeps (100; steady: 20)
    #[arg(long, value_name = "N", help_heading = FLEET, value_parser = whole())]
    pool: Option<u32>,
    /// Seconds between two attempts of a client (1)
    #[arg(long, value_name = "S", help_heading = FLEET, value_parser = positive)]
    interval: Option<f64>,
    /// Seconds between two attempts of a client whose pool has room (as --interval)
    #[arg(long, value_name = "S", help_heading = FLEET, value_parser = positive)]
    fill: Option<f64>,
    /// Of connections (pareto; steady: exponential)
    #[arg(long, value_name = "KIND", help_heading = FLEET)]
    lifetime: Option<Lifetime>,
    /// Seconds that a connection lives on average (600)
    #[arg(long, value_name = "S", help_heading = FLEET, value_parser = positive)]
    mean: Option<f64>,
    /// What clients do (two-offers)
    #[arg(long, value_name = "NAME", help_heading = FLEET)]
    policy: Option<Policy>,
    /// Seconds that a round trip takes on average (0: everything is known at once)
    #[arg(long, value_name = "S", help_heading = FLEET, value_parser = not_negative)]
    delay: Option<f64>,
    /// The share of its pool that a client has in use on average, 0 to 0.99 (0)
    #[arg(long, value_name = "SHARE", help_heading = FLEET, value_parser = share)]
    busy: Option<f64>,
    /// Seconds that a request takes on average (1)
    #[arg(long, value_name = "S", help_heading = FLEET, value_parser = positive)]
    service: Option<f64>,
    /// Which idle connection a request takes (random)
    #[arg(long, value_name = "NAME", help_heading = FLEET)]
    pick: Option<Pick>,
    /// How many servers each client knows (0: all)
    #[arg(long, value_name = "N", help_heading = FLEET, value_parser = clap::value_parser!(u32).range(0..=1000))]
    known: Option<u32>,
}

const FLEET: &str = "A fleet of your own, for the scenarios million and steady";
const MAX_SERVERS: i64 = 1_000_000;

fn whole() -> impl clap::builder::TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(1..=MAX_PLACES as i64)
}

fn number(text: &str, is_right: impl Fn(f64) -> bool, expected: &str) -> Result<f64, String> {
    let number = text.parse().map_err(|_| format!("expected {expected}"))?;
    if is_right(number) { Ok(number) } else { Err(format!("expected {expected}")) }
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, |number| (1e-6..=1e9).contains(&number), "a number from 0.000001 to 1000000000")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, |number| (0.0..=1e9).contains(&number), "a number from 0 to 1000000000")
}

fn share(text: &str) -> Result<f64, String> {
    number(text, |number| (0.0..=0.99).contains(&number), "a number from 0 to 0.99")
}

/// What to do.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) seeds: Vec<u64>,
    pub(crate) json: Option<String>,
    /// For the scenarios that take settings.
    own: Arguments,
}

impl Options {
    /// Reads the command line. If that asks for help or is wrong, prints the help or the
    /// error, and returns the exit code.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        let arguments = Arguments::try_parse().map_err(|error| {
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::SUCCESS;
            }
            let text = error.to_string();
            refuse(text.lines().next().unwrap_or_default().trim_start_matches("error: "))
        })?;
        Self::of(arguments).map_err(|message| refuse(&message))
    }

    fn of(arguments: Arguments) -> Result<Self, String> {
        let scenarios = match arguments.scenario {
            Choice::All => Scenario::ALL.to_vec(),
            Choice::One(scenario) => vec![scenario],
        };
        let takes_settings =
            matches!(arguments.scenario, Choice::One(scenario) if scenario.takes_settings());
        if !takes_settings && let Some(name) = arguments.first_of_fleet() {
            return Err(format!("--{name} is for the scenarios million and steady"));
        }
        let seeds = arguments.seeds.unwrap_or(if takes_settings { 1 } else { 5 });
        if takes_settings && seeds > 1 {
            return Err("--seeds is not for the scenarios million and steady, which run one seed"
                .to_owned());
        }
        let seeds = (0..seeds).map(|i| arguments.seed.wrapping_add(i)).collect();
        let options = Self { scenarios, seeds, json: arguments.json.clone(), own: arguments };
        let settings = options.settings_of(options.scenarios[0]);
        for (name, count) in [("pool", settings.places()), ("known", settings.listed())] {
            if count > MAX_PLACES {
                return Err(format!(
                    "--clients times --{name} must be at most {MAX_PLACES}, but is {count}"
                ));
            }
        }
        Ok(options)
    }

    /// The fleet that a scenario starts from.
    pub(crate) fn settings_of(&self, scenario: Scenario) -> Settings {
        let default = scenario.settings();
        let own = &self.own;
        let interval = own.interval.unwrap_or(default.interval);
        Settings {
            servers: own.servers.unwrap_or(default.servers),
            clients: own.clients.unwrap_or(default.clients),
            pool: own.pool.unwrap_or(default.pool),
            interval,
            fill: own.fill.unwrap_or(interval),
            lifetime: own.lifetime.unwrap_or(default.lifetime),
            mean: own.mean.unwrap_or(default.mean),
            policy: own.policy.unwrap_or(default.policy),
            delay: own.delay.unwrap_or(default.delay),
            busy: own.busy.unwrap_or(default.busy),
            service: own.service.unwrap_or(default.service),
            pick: own.pick.unwrap_or(default.pick),
            known: own.known.unwrap_or(default.known),
            ..default
        }
    }
}

impl Arguments {
    /// The first option given that is about the fleet.
    fn first_of_fleet(&self) -> Option<&'static str> {
        let given = [
            ("servers", self.servers.is_some()),
            ("clients", self.clients.is_some()),
            ("pool", self.pool.is_some()),
            ("interval", self.interval.is_some()),
            ("fill", self.fill.is_some()),
            ("lifetime", self.lifetime.is_some()),
            ("mean", self.mean.is_some()),
            ("policy", self.policy.is_some()),
            ("delay", self.delay.is_some()),
            ("busy", self.busy.is_some()),
            ("service", self.service.is_some()),
            ("pick", self.pick.is_some()),
            ("known", self.known.is_some()),
        ];
        given.into_iter().find_map(|(name, is_given)| is_given.then_some(name))
    }
}

fn refuse(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}

/// The name of a scenario, and what it shows.
pub(crate) fn describe(scenario: Scenario) -> (String, String) {
    let value = scenario.to_possible_value().expect("no scenario is hidden");
    (value.get_name().to_owned(), value.get_help().map(ToString::to_string).unwrap_or_default())
}
