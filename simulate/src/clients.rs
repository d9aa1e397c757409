//! The clients of a fleet and their pools.

use std::ops::Range;

use crate::queue::{NEVER, Time};
use crate::random::Random;
use crate::settings::{Pick, Settings};

/// Stands for a free place where a slot would be: higher than any slot.
pub const FREE: u32 = u32::MAX;

const UNKNOWN: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Client {
    /// What [`Clients::worst`] has found; the place is [`UNKNOWN`] if it has to search again.
    worst: Worst,
    /// The position of a round-robin client on its list of servers.
    turn: u32,
    /// How many requests wait for an idle connection.
    waiting: u32,
    /// When its next attempt is due; [`NEVER`] while one is under way.
    attempt_at: Time,
}

/// Where a client puts the next connection, and the slot of the one there, as the client was told:
/// [`FREE`] if there is none, 0 if all are in use, since no offer is lower.
pub type Worst = (u32, u32);

/// The client's side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub server: u32,
    pub slot: u32,
    /// When it ends by itself.
    pub end: Time,
}

/// The clients of a fleet and their pools. Client c has the places from c × pool up
/// to (c + 1) × pool, each free or with a connection.
#[derive(Debug)]
pub struct Clients {
    clients: Vec<Client>,
    pool: u32,
    known: u32,
    /// The servers that each client knows, `known` for each.
    lists: Vec<u32>,
    kept: Vec<Kept>,
    /// The slot at each place, as the client was told, or [`FREE`].
    told: Vec<u32>,
    /// When the connection at each place is returned, 0 if idle; empty without requests.
    used_until: Vec<Time>,
}

impl Clients {
    pub fn new(settings: &Settings, random: &mut Random) -> Self {
        let places = settings.places() as usize;
        let list = settings.clients as usize * settings.known as usize;
        let worst = (UNKNOWN, FREE);
        let client = Client { worst, turn: 0, waiting: 0, attempt_at: NEVER };
        let mut clients = Self {
            clients: vec![client; settings.clients as usize],
            pool: settings.pool,
            known: settings.known,
            lists: (0..list).map(|_| random.below(settings.servers)).collect(),
            kept: vec![Kept { server: 0, slot: 0, end: NEVER }; places],
            told: vec![FREE; places],
            used_until: if settings.busy > 0.0 { vec![0; places] } else { Vec::new() },
        };
        let choices = clients.choices(settings.servers);
        for client in &mut clients.clients {
            client.turn = random.below(choices);
        }
        clients
    }

    fn choice(&self, client: u32, index: u32) -> u32 {
        if self.known == 0 { index } else { self.lists[(client * self.known + index) as usize] }
    }

    /// A random server that the client knows, up or down.
    pub fn pick(&self, client: u32, servers: u32, random: &mut Random) -> u32 {
        self.choice(client, random.below(self.choices(servers)))
    }

    /// Two different random servers that it knows; the second is `None` if it knows one.
    pub fn pick_two(&self, client: u32, servers: u32, random: &mut Random) -> (u32, Option<u32>) {
        let choices = self.choices(servers);
        let first = random.below(choices);
        let second = (choices > 1).then(|| {
            let other = random.below(choices - 1);
            self.choice(client, other + u32::from(other >= first))
        });
        (self.choice(client, first), second)
    }

    /// The next server on its list.
    pub fn pick_next(&mut self, client: u32, servers: u32) -> u32 {
        let choices = self.choices(servers);
        let turn = &mut self.clients[client as usize].turn;
        let index = *turn % choices;
        *turn = index + 1;
        self.choice(client, index)
    }

    /// When the client's next attempt is due; [`NEVER`] while one is under way.
    pub fn attempt_at(&mut self, client: u32) -> &mut Time {
        &mut self.clients[client as usize].attempt_at
    }

    /// The number of servers that a client chooses from.
    pub fn choices(&self, servers: u32) -> u32 {
        if self.known == 0 { servers } else { self.known }
    }

    /// The places of its connections to a server that are not in use.
    pub fn idle_at(&self, client: u32, server: u32) -> Vec<u32> {
        let is_there = |place: &u32| !self.is_in_use(*place) && self.is_at(*place, server);
        self.places(client).filter(is_there).collect()
    }

    pub fn has_any_at(&self, client: u32, server: u32) -> bool {
        self.places(client).any(|place| self.is_at(place, server))
    }

    fn is_at(&self, place: u32, server: u32) -> bool {
        !self.is_free(place) && self.kept(place).server == server
    }

    pub fn client_of(&self, place: u32) -> u32 {
        place / self.pool
    }

    /// A free place of the client. If there is none, that of the highest slot among the
    /// connections that are not in use.
    pub fn worst(&mut self, client: u32) -> Worst {
        let known = self.clients[client as usize].worst;
        if known.0 != UNKNOWN { known } else { self.search_worst(client) }
    }

    fn search_worst(&mut self, client: u32) -> Worst {
        let places = self.places(client);
        let mut worst = (places.start, 0);
        let told = &self.told[places.start as usize..places.end as usize];
        for (place, &told) in places.zip(told) {
            if told > worst.1 && (told == FREE || !self.is_in_use(place)) {
                worst = (place, told);
            }
        }
        self.clients[client as usize].worst = worst;
        worst
    }

    fn places(&self, client: u32) -> Range<u32> {
        client * self.pool..(client + 1) * self.pool
    }

    fn is_in_use(&self, place: u32) -> bool {
        self.used_until.get(place as usize).is_some_and(|&until| until != 0)
    }

    pub fn has_room(&mut self, client: u32) -> bool {
        self.worst(client).1 == FREE
    }

    pub fn is_free(&self, place: u32) -> bool {
        self.told[place as usize] == FREE
    }

    /// The connection at a place, or the last that was there.
    pub fn kept(&self, place: u32) -> Kept {
        self.kept[place as usize]
    }

    /// Whether the client keeps that connection there.
    pub fn keeps(&self, place: u32, server: u32, slot: u32) -> bool {
        self.kept(place).slot == slot && self.is_at(place, server)
    }

    pub fn ends(&self, place: u32, now: Time) -> bool {
        self.kept(place).end == now
    }

    /// Puts a connection at a place, in place of the one there.
    pub fn keep(&mut self, client: u32, place: u32, connection: Kept, told: u32) {
        self.kept[place as usize] = connection;
        self.told[place as usize] = told;
        self.forget_worst(client);
    }

    /// Frees a place. Returns whether the connection was in use.
    pub fn free(&mut self, place: u32) -> bool {
        let client = self.client_of(place);
        self.kept[place as usize].end = NEVER;
        self.told[place as usize] = FREE;
        self.clients[client as usize].worst = (place, FREE);
        !self.used_until.is_empty() && std::mem::take(&mut self.used_until[place as usize]) != 0
    }

    fn forget_worst(&mut self, client: u32) {
        self.clients[client as usize].worst.0 = UNKNOWN;
    }

    /// An idle connection for a request, which waits if there is none.
    pub fn find_idle(&mut self, client: u32, pick: Pick, random: &mut Random) -> Option<u32> {
        let places = self.places(client);
        let idle = |&place: &u32| !self.is_free(place) && !self.is_in_use(place);
        let found = match pick {
            Pick::Lowest => places.filter(idle).min_by_key(|&place| self.told[place as usize]),
            Pick::Random => match places.clone().filter(idle).count() {
                0 => None,
                count => places.filter(idle).nth(random.below(count as u32) as usize),
            },
        };
        self.clients[client as usize].waiting += u32::from(found.is_none());
        found
    }

    /// Takes the idle connection at a place until `end`.
    pub fn take(&mut self, place: u32, end: Time) {
        self.used_until[place as usize] = end;
        self.forget_worst(self.client_of(place));
    }

    /// Returns the connection at a place if it is in use until then, and not another or none.
    pub fn return_at(&mut self, place: u32, time: Time) -> bool {
        let used = &mut self.used_until[place as usize];
        let valid = *used == time;
        if valid {
            *used = 0;
            self.forget_worst(self.client_of(place));
        }
        valid
    }

    /// Takes a waiting request off the queue; false if none waits.
    pub fn next_waiting(&mut self, client: u32) -> bool {
        let waiting = &mut self.clients[client as usize].waiting;
        let any = *waiting > 0;
        *waiting -= u32::from(any);
        any
    }

    /// Every connection: its place, the client's side of it, and the slot that it was told.
    pub fn all(&self) -> impl Iterator<Item = (u32, Kept, u32)> {
        (0..self.told.len() as u32)
            .filter(|&place| !self.is_free(place))
            .map(|place| (place, self.kept(place), self.told[place as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second of two clients has connections with these slots.
    const TOLD: [u32; 4] = [5, 2, 9, 7];

    fn clients() -> (Clients, Random) {
        let mut random = Random::new(1);
        let settings = Settings { clients: 2, pool: 4, busy: 0.5, ..Settings::common() };
        let mut clients = Clients::new(&settings, &mut random);
        for (place, slot) in (4..).zip(TOLD) {
            clients.keep(1, place, Kept { server: 3, slot, end: NEVER }, slot);
        }
        (clients, random)
    }

    #[test]
    fn the_worst_place_is_a_free_one_or_that_of_the_highest_slot() {
        let (mut clients, _) = clients();
        assert_eq!(clients.worst(1), (6, 9));
        clients.keep(1, 6, Kept { server: 3, slot: 1, end: NEVER }, 1);
        assert_eq!(clients.worst(1), (7, 7));
        clients.free(5);
        assert_eq!(clients.worst(1), (5, FREE));
        assert_eq!(clients.worst(0).1, FREE);
    }

    #[test]
    fn a_connection_in_use_is_not_replaced_until_it_is_returned() {
        let (mut clients, mut random) = clients();
        for (end, place) in (100..).zip([5, 4, 7, 6]) {
            assert_eq!(clients.find_idle(1, Pick::Lowest, &mut random), Some(place));
            clients.take(place, end);
        }
        assert_eq!(clients.worst(1).1, 0, "no offer is lower");
        assert!(!clients.return_at(4, 999), "another connection is there by then");
        assert!(clients.return_at(4, 101));
        assert_eq!(clients.worst(1), (4, 5));
    }
}
