//! The servers of a fleet.

use callosum_server_slots::Slots;

use crate::random::Random;

/// Stands for a place: no client has kept a connection with that slot.
pub const NOWHERE: u32 = u32::MAX;

#[derive(Debug)]
struct Server {
    slots: Slots,
    up: bool,
    /// Connections open, including pending offers.
    load: u32,
    /// How often it has stopped. Distinguishes connections from before a restart.
    stops: u32,
    /// For each slot the place where a client last kept it, or [`NOWHERE`].
    places: Vec<u32>,
}

/// The server's side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    pub server: u32,
    pub slot: u32,
    /// How often the server had stopped when it was opened.
    pub stops: u32,
}

/// The servers of a fleet, each with a slot manager.
#[derive(Debug)]
pub struct Servers {
    servers: Vec<Server>,
    /// The weight of each server, or empty if all are equal. A server of weight 2 sends half
    /// the slot, so that it looks half as busy.
    weights: Vec<f64>,
    /// Clients may pick the servers below this number.
    pub known: u32,
    pub opened: u64,
    pub closed: u64,
    /// Attempts to connect to a server that was down.
    pub refused: u64,
    loads: Option<ByLoad>,
}

impl Servers {
    /// `count` servers that are up, and `spare` ones that no client knows until they join.
    /// If `ranked`, [`least`](Servers::least) can be asked.
    pub fn new(count: u32, spare: u32, weights: &[f64], ranked: bool) -> Self {
        let server =
            || Server { slots: Slots::new(), up: false, load: 0, stops: 0, places: Vec::new() };
        let mut servers = Self {
            servers: std::iter::repeat_with(server).take((count + spare) as usize).collect(),
            weights: weights.to_vec(),
            known: 0,
            opened: 0,
            closed: 0,
            refused: 0,
            loads: ranked.then(|| ByLoad::new(count + spare)),
        };
        for _ in 0..count {
            servers.join();
        }
        servers
    }

    /// Starts a spare server, and lets clients know it.
    pub fn join(&mut self) {
        self.known += 1;
        self.start(self.known - 1);
    }

    /// Starts a server without connections, which gives slots from 0.
    pub fn start(&mut self, server: u32) {
        let it = &mut self.servers[server as usize];
        assert!(!it.up, "server {server} is up already");
        it.up = true;
        it.slots = Slots::new();
        if let Some(loads) = &mut self.loads {
            loads.insert(server, 0);
        }
    }

    /// Stops a server, and ends its connections. Returns the place noted for each slot.
    pub fn stop(&mut self, server: u32) -> Vec<u32> {
        let it = &mut self.servers[server as usize];
        assert!(it.up, "server {server} is down already");
        it.up = false;
        it.stops += 1;
        self.closed += u64::from(it.load);
        if let Some(loads) = &mut self.loads {
            loads.remove(server, it.load);
        }
        it.load = 0;
        std::mem::take(&mut it.places)
    }

    /// Opens a connection; none if the server is down.
    pub fn open(&mut self, server: u32) -> Option<Connection> {
        let it = &mut self.servers[server as usize];
        if !it.up {
            self.refused += 1;
            return None;
        }
        if let Some(loads) = &mut self.loads {
            loads.change(server, it.load, it.load + 1);
        }
        self.opened += 1;
        it.load += 1;
        let slot = it.slots.get().expect("fewer slots are in use than there are");
        Some(Connection { server, slot, stops: it.stops })
    }

    /// Whether the connection is still open, for one that was not closed.
    pub fn is_open(&self, connection: Connection) -> bool {
        self.servers[connection.server as usize].stops == connection.stops
    }

    /// Closes a connection, if it [is open](Servers::is_open).
    pub fn close(&mut self, connection: Connection) {
        if !self.is_open(connection) {
            return;
        }
        let Connection { server, slot, .. } = connection;
        let it = &mut self.servers[server as usize];
        if let Some(loads) = &mut self.loads {
            loads.change(server, it.load, it.load - 1);
        }
        self.closed += 1;
        it.load -= 1;
        it.slots.put(slot).expect("the slot is in use");
    }

    /// Notes where a client keeps the connection.
    pub fn set_place(&mut self, server: u32, slot: u32, place: u32) {
        let places = &mut self.servers[server as usize].places;
        if places.len() <= slot as usize {
            places.resize(slot as usize + 1, NOWHERE);
        }
        places[slot as usize] = place;
    }

    pub fn stops(&self, server: u32) -> u32 {
        self.servers[server as usize].stops
    }

    /// The slot that the client is told, divided by the weight.
    pub fn told(&self, server: u32, slot: u32) -> u32 {
        match self.weights.get(server as usize) {
            None => slot,
            Some(weight) => (f64::from(slot) / weight) as u32,
        }
    }

    /// A random one of the servers with the fewest connections; none if all are down.
    pub fn least(&mut self, random: &mut Random) -> Option<u32> {
        self.loads.as_mut().expect("the servers are ranked").least(random)
    }

    /// The connections of all servers, also of those that are down.
    pub fn loads(&self) -> impl Iterator<Item = u32> {
        self.servers.iter().map(|server| server.load)
    }

    /// The connections of each server that is up.
    pub fn loads_up(&self) -> impl Iterator<Item = u32> {
        self.servers.iter().filter(|server| server.up).map(|server| server.load)
    }

    /// The slots in use on a server, ascending.
    pub fn slots_in_use(&self, server: u32) -> Vec<u32> {
        self.servers[server as usize].slots.iter().collect()
    }

    pub fn is_up(&self, server: u32) -> bool {
        self.servers[server as usize].up
    }
}

/// The servers that are up by the number of their connections. Every operation takes constant
/// time, except the search for the fewest after many connections have closed.
#[derive(Debug)]
struct ByLoad {
    /// For each number of connections, the servers that have that many.
    levels: Vec<Vec<u32>>,
    /// The position of each server in its level.
    places: Vec<u32>,
    /// No level below this one has a server.
    fewest: usize,
}

impl ByLoad {
    fn new(servers: u32) -> Self {
        Self { levels: Vec::new(), places: vec![0; servers as usize], fewest: 0 }
    }

    fn change(&mut self, server: u32, from: u32, to: u32) {
        self.remove(server, from);
        self.insert(server, to);
    }

    fn insert(&mut self, server: u32, load: u32) {
        let load = load as usize;
        if self.levels.len() <= load {
            self.levels.resize(load + 1, Vec::new());
        }
        self.fewest = self.fewest.min(load);
        self.places[server as usize] = self.levels[load].len() as u32;
        self.levels[load].push(server);
    }

    fn remove(&mut self, server: u32, load: u32) {
        let level = &mut self.levels[load as usize];
        let place = self.places[server as usize];
        level.swap_remove(place as usize);
        if let Some(&moved) = level.get(place as usize) {
            self.places[moved as usize] = place;
        }
    }

    fn least(&mut self, random: &mut Random) -> Option<u32> {
        let above = self.levels[self.fewest..].iter().position(|level| !level.is_empty())?;
        self.fewest += above;
        let level = &self.levels[self.fewest];
        Some(level[random.below(level.len() as u32) as usize])
    }
}
