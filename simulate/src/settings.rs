//! The settings of a fleet.

use clap::{Args, ValueEnum, value_parser};

/// What a client does at each attempt. With every policy, clients open connections at these
/// times only, so that the policies differ in nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// Callosum: connects to a random server; if the pool is full, replaces a higher slot or closes.
    OneOffer,
    /// The same, but keeps the lower slot of two different servers while the pool has room.
    TwoOffers,
    /// Keeps the lower slot of two random servers, perhaps the same; replaces nothing.
    TwoChoices,
    /// Connects to a random server; replaces nothing.
    Random,
    /// Connects to one server after the other, from a random one on; replaces nothing.
    RoundRobin,
    /// Connects through a balancer that always knows who has the fewest; replaces nothing.
    LeastConnections,
}

impl Policy {
    pub const ALL: [Self; 6] = [
        Self::OneOffer,
        Self::TwoOffers,
        Self::TwoChoices,
        Self::Random,
        Self::RoundRobin,
        Self::LeastConnections,
    ];

    /// Whether a client with a full pool makes attempts to replace its highest slot.
    pub fn replaces(self) -> bool {
        matches!(self, Self::OneOffer | Self::TwoOffers)
    }

    /// How many servers a client connects to at an attempt.
    pub fn offers(self, has_room: bool) -> usize {
        match self {
            Self::TwoOffers | Self::TwoChoices if has_room => 2,
            _ if has_room || self.replaces() => 1,
            _ => 0,
        }
    }
}

/// How long connections live if they are not replaced before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lifetime {
    /// Exponentially distributed: the age of a connection tells nothing about its end.
    Exponential,
    /// Pareto distributed with shape 1.5: most are far shorter than the mean, a few far longer.
    Pareto,
    /// No connection ends by itself.
    Endless,
}

/// Which idle connection a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Pick {
    Random,
    /// The one with the lowest slot.
    Lowest,
}

/// What a client does with a connection on which a request has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Failed {
    /// Keeps it in its pool.
    Kept,
    /// Closes it.
    Closed,
    /// Closes it, and ejects a server after three failures in a row.
    Ejects,
}

/// Its name on the command line and in the tables.
pub fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().expect("no value is hidden").get_name().to_owned()
}

/// The settings of a fleet. As options of the command line, those given replace the defaults
/// of the scenario.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(next_help_heading = "A fleet of your own, for the scenarios million, sick and steady")]
pub struct Settings {
    /// Servers (100; million: 1000)
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(2..=1_000_000))]
    pub servers: u32,
    /// Clients (1000; million: 10000; sick: 250)
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=MAX_PLACES as i64))]
    pub clients: u32,
    /// Connections that a client keeps (20; million: 100)
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=MAX_PLACES as i64))]
    pub pool: u32,
    /// Mean seconds between two attempts of a client, half of it up to one and a half (1)
    #[arg(long, value_name = "S", value_parser = positive)]
    pub interval: f64,
    /// The same for a client whose pool has room (as --interval; sick: 0.1)
    #[arg(long, value_name = "S", value_parser = positive)]
    pub fill: Option<f64>,
    /// How long connections live (exponential; million: pareto)
    #[arg(long, value_name = "KIND")]
    pub lifetime: Lifetime,
    /// Seconds that a connection lives on average (600)
    #[arg(long, value_name = "S", value_parser = positive)]
    pub mean: f64,
    /// What clients do; sick compares all (two-offers)
    #[arg(long, value_name = "NAME")]
    pub policy: Policy,
    /// Mean seconds of a round trip, half of it up to one and a half (0: all is known at once)
    #[arg(long, value_name = "S", value_parser = not_negative)]
    pub delay: f64,
    /// The share of its pool that a client has in use on average, 0 to 0.99 (0; sick: 0.05)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub busy: f64,
    /// Seconds that a request takes on average, exponentially distributed (1; sick: 0.2)
    #[arg(long, value_name = "S", value_parser = positive)]
    pub service: f64,
    /// Which idle connection a request takes (random)
    #[arg(long, value_name = "NAME")]
    pub pick: Pick,
    /// How many servers each client knows, some perhaps twice (0: all, also those that join)
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(0..=1000))]
    pub known: u32,
    /// Seconds after which a request that is not answered has failed (1)
    #[arg(long, value_name = "S", value_parser = positive)]
    pub deadline: f64,
    /// What a client does with a connection on which a request has failed.
    #[arg(skip = Failed::Closed)]
    pub failed: Failed,
    /// How many more servers there are to join later.
    #[arg(skip)]
    pub spare: u32,
    /// The weight of each server; empty if all are equal.
    #[arg(skip)]
    pub weights: Vec<f64>,
}

/// How many connections a fleet may have at most.
pub const MAX_PLACES: u64 = 200_000_000;

fn number(text: &str, from: f64, to: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (from..=to).contains(number));
    number.ok_or_else(|| format!("expected a number from {from} to {to}"))
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, 1e-6, 1e9)
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, 0.0, 1e9)
}

fn share(text: &str) -> Result<f64, String> {
    number(text, 0.0, 0.99)
}

impl Settings {
    /// The fleet that the smaller scenarios start from: 200 connections a server.
    pub fn common() -> Self {
        Self {
            servers: 100,
            clients: 1000,
            pool: 20,
            interval: 1.0,
            fill: None,
            lifetime: Lifetime::Exponential,
            mean: 600.0,
            policy: Policy::TwoOffers,
            delay: 0.0,
            busy: 0.0,
            service: 1.0,
            pick: Pick::Random,
            known: 0,
            deadline: 1.0,
            failed: Failed::Closed,
            spare: 0,
            weights: Vec::new(),
        }
    }

    pub fn million() -> Self {
        Self {
            servers: 1000,
            clients: 10_000,
            pool: 100,
            lifetime: Lifetime::Pareto,
            ..Self::common()
        }
    }

    /// Mean seconds between two attempts of a client whose pool has room.
    pub fn fill(&self) -> f64 {
        self.fill.unwrap_or(self.interval)
    }

    /// Seconds in which a client makes one attempt for each place in its pool.
    pub fn turn(&self) -> f64 {
        f64::from(self.pool) * self.interval
    }

    pub fn places(&self) -> u64 {
        u64::from(self.clients) * u64::from(self.pool)
    }

    /// What is wrong with them as a whole.
    pub fn fault(&self) -> Option<String> {
        let listed = u64::from(self.clients) * u64::from(self.known);
        let (name, count) = [("pool", self.places()), ("known", listed)]
            .into_iter()
            .find(|&(_, count)| count > MAX_PLACES)?;
        Some(format!("--clients times --{name} must be at most {MAX_PLACES}, but is {count}"))
    }
}
