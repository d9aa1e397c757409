//! A fleet of servers and clients in simulated time.

use clap::ValueEnum;
use slab::Slab;

use crate::clients::{Clients, FREE, Kept};
use crate::outliers::Outliers;
use crate::queue::{NEVER, Queue, Time};
use crate::random::Random;
use crate::servers::{Connection, NOWHERE, Servers};
use crate::settings::{Failed, Lifetime, MAX_PLACES, Policy, Settings};

const SHAPE: f64 = 1.5; // of the Pareto distribution: finite mean, infinite variance
const SECOND: f64 = 1e9;
const TRIES: u32 = 64; // to draw a server that is not ejected

/// The kind of an event, above the 32 bits that name its object.
mod kind {
    pub(super) const PAUSE: u64 = 0; // of the simulation
    pub(super) const ATTEMPT: u64 = 1; // of a client
    pub(super) const END: u64 = 2; // of the connection at a place
    pub(super) const ARRIVE: u64 = 3; // of an attempt at a server
    pub(super) const ANSWER: u64 = 4; // of a server at the client
    pub(super) const CLOSE: u64 = 5; // of a connection, known to the server
    pub(super) const REQUEST: u64 = 6; // of a client
    pub(super) const RETURN: u64 = 7; // of the connection at a place
    pub(super) const FAIL: u64 = 8; // of the request on the connection at a place
}

fn event(kind: u64, index: u32) -> u64 {
    kind << 32 | u64::from(index)
}

/// What a sick server does. It accepts every connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sickness {
    /// Fails each request at once.
    FailsAtOnce,
    /// Answers no request: it fails at the client's deadline.
    NeverAnswers,
}

/// A client's pending attempt, to one server or two.
#[derive(Clone, Debug)]
struct Attempt {
    client: u32,
    servers: [Option<u32>; 2],
    connections: [Option<Connection>; 2],
    /// How long the reply of each takes to reach the client.
    back: [Time; 2],
    answers: usize,
}

/// A fleet in simulated time. The same settings and seed give exactly the same fleet.
#[derive(Debug)]
pub struct Fleet {
    settings: Settings,
    now: Time,
    pub servers: Servers,
    pub clients: Clients,
    /// How many requests each server has had since the fleet began.
    pub requests: Vec<u64>,
    /// How many requests have failed since.
    pub failed: u64,
    /// How many connections of each server are in use.
    pub in_use: Vec<u32>,
    pub sick: Option<(u32, Sickness)>,
    outliers: Outliers,
    queue: Queue,
    random: Random,
    attempts: Slab<Attempt>,
    closing: Slab<Connection>,
    delay: Time,
}

impl Fleet {
    /// A fleet with empty pools, of [`MAX_PLACES`] places at most.
    pub fn new(settings: &Settings, seed: u64) -> Self {
        assert!(settings.places() <= MAX_PLACES, "more than {MAX_PLACES} connections");
        let mut random = Random::new(seed);
        let Settings { servers, clients, spare, ref weights, policy, .. } = *settings;
        let has_requests = settings.busy > 0.0;
        let with_requests = if has_requests { (servers + spare) as usize } else { 0 };
        let is_ranked = policy == Policy::LeastConnections;
        let mut fleet = Self {
            now: 0,
            servers: Servers::new(servers, spare, weights, is_ranked),
            clients: Clients::new(settings, &mut random),
            requests: vec![0; with_requests],
            failed: 0,
            in_use: vec![0; with_requests],
            sick: None,
            outliers: Outliers::default(),
            queue: Queue::default(),
            attempts: Slab::new(),
            closing: Slab::new(),
            delay: nanoseconds(settings.delay),
            settings: settings.clone(),
            random,
        };
        for client in 0..clients {
            let first = (fleet.random.unit() * nanoseconds(settings.fill()) as f64) as Time;
            fleet.schedule_attempt_at(client, first);
            if has_requests {
                fleet.await_request(client);
            }
        }
        fleet
    }

    pub fn now(&self) -> f64 {
        self.now as f64 / SECOND
    }

    /// Simulates up to `time`, in seconds, which must not be past.
    pub fn run(&mut self, time: f64) {
        self.queue.push(nanoseconds(time), event(kind::PAUSE, 0));
        while let Some((time, event)) = self.queue.pop() {
            self.now = time;
            let index = event as u32;
            match event >> 32 {
                kind::PAUSE => return,
                kind::ATTEMPT => self.begin_attempt(index),
                kind::END => self.end(index),
                kind::ARRIVE => self.arrive(index / 2, index as usize % 2),
                kind::ANSWER => self.answer(index / 2),
                kind::CLOSE => self.servers.close(self.closing.remove(index as usize)),
                kind::REQUEST => {
                    self.await_request(index);
                    self.request(index);
                }
                kind => self.return_used(index, kind == kind::FAIL),
            }
        }
    }

    /// Stops a server that is up. Its clients notice at once.
    pub fn stop(&mut self, server: u32) {
        for (slot, place) in (0..).zip(self.servers.stop(server)) {
            // It may have another connection by now, or none.
            if place != NOWHERE && self.clients.keeps(place, server, slot) {
                self.free(place);
            }
        }
    }

    pub fn restart(&mut self, server: u32) {
        self.stop(server);
        self.servers.start(server);
    }

    // ---- Attempts ----

    fn begin_attempt(&mut self, client: u32) {
        if *self.clients.attempt_at(client) != self.now {
            return; // it was put forward
        }
        *self.clients.attempt_at(client) = NEVER;
        let has_room = self.clients.has_room(client);
        let servers = match self.settings.policy.offers(has_room) {
            0 => return self.schedule_attempt(client),
            1 => [self.pick(client), None],
            _ if self.settings.policy == Policy::TwoOffers => self.pick_two(client),
            _ => [self.pick(client), self.pick(client)],
        };
        if self.delay > 0 {
            return self.attempt(client, servers);
        }
        let connections = servers.map(|server| self.servers.open(server?));
        self.decide(client, connections);
    }

    fn pick(&mut self, client: u32) -> Option<u32> {
        let known = self.servers.known;
        if self.settings.policy == Policy::LeastConnections {
            return self.servers.least(&mut self.random);
        }
        for _ in 0..TRIES {
            let server = match self.settings.policy {
                Policy::RoundRobin => self.clients.pick_next(client, known),
                _ => self.clients.pick(client, known, &mut self.random),
            };
            if self.is_allowed(client, server) {
                return Some(server);
            }
        }
        None
    }

    fn pick_two(&mut self, client: u32) -> [Option<u32>; 2] {
        for _ in 0..TRIES {
            let known = self.servers.known;
            let (first, second) = self.clients.pick_two(client, known, &mut self.random);
            let mut both = std::iter::once(first).chain(second);
            if both.all(|server| self.is_allowed(client, server)) {
                return [Some(first), second];
            }
        }
        [self.pick(client), None] // one server is left
    }

    /// Whether the client may connect to the server, as far as it has failed its requests.
    fn is_allowed(&self, client: u32, server: u32) -> bool {
        let Self { outliers, clients, now, .. } = self;
        let may_have_more =
            !outliers.is_on_probation(client, server) || !clients.has_any_at(client, server);
        may_have_more && !outliers.is_ejected(client, server, *now)
    }

    /// Keeps the offer with the lower slot, if the client can use it, and closes the others.
    fn decide(&mut self, client: u32, connections: [Option<Connection>; 2]) {
        let [first, second] = connections
            .map(|connection| connection.map(|it| (self.servers.told(it.server, it.slot), it)));
        let mut best = first.or(second);
        if let (Some(first), Some(second)) = (first, second) {
            let is_second = second.0 < first.0;
            best = Some(if is_second { second } else { first });
            self.close(if is_second { first.1 } else { second.1 });
        }
        if let Some((told, connection)) = best {
            let (place, highest) = self.clients.worst(client);
            if told < highest {
                self.keep(client, place, highest != FREE, connection, told);
            } else {
                self.close(connection);
            }
        }
        self.schedule_attempt(client);
    }

    fn keep(&mut self, client: u32, place: u32, replaces: bool, connection: Connection, told: u32) {
        if replaces {
            self.close(self.connection_at(place));
        }
        let Connection { server, slot, .. } = connection;
        let mean = self.settings.mean;
        let lifetime = match self.settings.lifetime {
            Lifetime::Exponential => nanoseconds(mean * self.random.exponential()),
            Lifetime::Pareto => nanoseconds(mean * self.random.pareto(SHAPE)),
            Lifetime::Endless => NEVER,
        };
        let end = self.now.saturating_add(lifetime);
        self.clients.keep(client, place, Kept { server, slot, end }, told);
        self.servers.set_place(server, slot, place);
        self.queue.push(end, event(kind::END, place));
        if self.settings.busy > 0.0 && self.clients.next_waiting(client) {
            self.request(client);
        }
    }

    fn schedule_attempt(&mut self, client: u32) {
        let settings = &self.settings;
        let has_room = self.clients.has_room(client);
        let interval = if has_room { settings.fill() } else { settings.interval };
        let time = self.now + self.random.jitter(nanoseconds(interval));
        self.schedule_attempt_at(client, time);
    }

    fn schedule_attempt_at(&mut self, client: u32, time: Time) {
        *self.clients.attempt_at(client) = time;
        self.queue.push(time, event(kind::ATTEMPT, client));
    }

    // ---- Pending messages ----

    fn attempt(&mut self, client: u32, servers: [Option<u32>; 2]) {
        let back = servers.map(|_| self.random.jitter(self.delay) / 2);
        let answers = servers.iter().flatten().count();
        if answers == 0 {
            return self.schedule_attempt(client); // the balancer knows of no server that is up
        }
        let attempt = Attempt { client, servers, connections: [None; 2], back, answers };
        let index = self.attempts.insert(attempt) as u32;
        for (i, time) in back.into_iter().enumerate().take(answers) {
            self.queue.push(self.now + time, event(kind::ARRIVE, 2 * index + i as u32));
        }
    }

    fn arrive(&mut self, index: u32, i: usize) {
        let attempt = &mut self.attempts[index as usize];
        // A balancer decides at once, when the client asks it.
        let server = match self.settings.policy {
            Policy::LeastConnections => self.servers.least(&mut self.random),
            _ => attempt.servers[i],
        };
        attempt.connections[i] = server.and_then(|server| self.servers.open(server));
        self.queue.push(self.now + attempt.back[i], event(kind::ANSWER, 2 * index + i as u32));
    }

    fn answer(&mut self, index: u32) {
        let attempt = &mut self.attempts[index as usize];
        attempt.answers -= 1;
        if attempt.answers > 0 {
            return;
        }
        let Attempt { client, connections, .. } = self.attempts.remove(index as usize);
        let open = connections.map(|it| it.filter(|&connection| self.servers.is_open(connection)));
        self.decide(client, open);
    }

    /// Closes a connection from the client's side.
    fn close(&mut self, connection: Connection) {
        if self.delay == 0 {
            return self.servers.close(connection);
        }
        let time = self.now + self.random.jitter(self.delay) / 2;
        let index = self.closing.insert(connection) as u32;
        self.queue.push(time, event(kind::CLOSE, index));
    }

    // ---- Endings ----

    /// Ends the connection at a place, which both sides know at once.
    fn end(&mut self, place: u32) {
        // Otherwise another connection is there by now, or none.
        if self.clients.ends(place, self.now) {
            self.servers.close(self.connection_at(place));
            self.free(place);
        }
    }

    fn connection_at(&self, place: u32) -> Connection {
        let Kept { server, slot, .. } = self.clients.kept(place);
        Connection { server, slot, stops: self.servers.stops(server) }
    }

    fn free(&mut self, place: u32) {
        let server = self.clients.kept(place).server;
        if self.clients.free(place) {
            self.in_use[server as usize] -= 1;
        }
    }

    // ---- Requests ----

    fn await_request(&mut self, client: u32) {
        let Settings { busy, pool, service, .. } = self.settings;
        let rate = busy * f64::from(pool) / service;
        let time = self.now + nanoseconds(self.random.exponential() / rate);
        self.queue.push(time, event(kind::REQUEST, client));
    }

    fn request(&mut self, client: u32) {
        let time = nanoseconds(self.settings.service * self.random.exponential()).max(1);
        let found = self.clients.find_idle(client, self.settings.pick, &mut self.random);
        let Some(place) = found else { return };
        let server = self.clients.kept(place).server;
        let (kind, time) = match self.sick {
            Some((sick, sickness)) if sick == server => {
                self.failed += 1;
                let at_once = sickness == Sickness::FailsAtOnce;
                (kind::FAIL, if at_once { 1 } else { nanoseconds(self.settings.deadline) })
            }
            _ => (kind::RETURN, time),
        };
        self.requests[server as usize] += 1;
        self.in_use[server as usize] += 1;
        self.clients.take(place, self.now + time);
        self.queue.push(self.now + time, event(kind, place));
    }

    fn return_used(&mut self, place: u32, has_failed: bool) {
        if !self.clients.return_at(place, self.now) {
            return;
        }
        let server = self.clients.kept(place).server;
        self.in_use[server as usize] -= 1;
        let client = self.clients.client_of(place);
        let ejects = self.settings.failed == Failed::Ejects;
        if has_failed {
            if self.settings.failed != Failed::Kept {
                self.drop(client, place);
            }
            let listed = self.clients.choices(self.servers.known);
            let Self { outliers, now, random, .. } = self;
            if ejects && outliers.failed((client, server), listed, *now, random) {
                for place in self.clients.idle_at(client, server) {
                    self.drop(client, place);
                }
            }
        } else if ejects {
            if self.outliers.is_ejected(client, server, self.now) {
                self.drop(client, place);
            }
            self.outliers.succeeded(client, server, self.now);
        }
        if self.clients.next_waiting(client) {
            self.request(client);
        }
    }

    /// Closes an idle connection, and makes the next attempt as early as one that fills the pool.
    fn drop(&mut self, client: u32, place: u32) {
        self.close(self.connection_at(place));
        self.free(place);
        let time = self.now + self.random.jitter(nanoseconds(self.settings.fill()));
        let planned = *self.clients.attempt_at(client);
        if planned != NEVER && time < planned {
            self.schedule_attempt_at(client, time);
        }
    }
}

fn nanoseconds(seconds: f64) -> Time {
    (seconds * SECOND).round() as Time // saturates
}
