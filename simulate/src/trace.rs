//! The calls of the slot managers of a fleet, and their time.
//!
//! A call takes about ten nanoseconds and reading the clock takes longer, so calls cannot
//! be timed one by one. A fleet records the calls of its managers, in chunks of a million
//! integers. Another thread makes the same calls in the same order with managers of its
//! own, and times each chunk as a whole. The time of the loop is measured with a manager
//! that does nothing, and subtracted.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use cpu_time::ThreadTime;

use crate::managers::{Idle, Manager};

const CHUNK: usize = 1 << 20;
const CHUNKS: usize = 16; // that may wait for the other thread

const START: u32 = 0;
const GET: u32 = 1;
const PUT: u32 = 2;

/// The record of a fleet's calls. A call is an integer, 4 × server + kind; the slot
/// follows if it is a `PUT`.
#[derive(Debug)]
pub struct Trace {
    chunk: Vec<u32>,
    chunks: SyncSender<Vec<u32>>,
    /// How many calls of `get` and `put` there were.
    pub calls: u64,
}

impl Trace {
    /// A trace, and the receiver of its chunks. The last chunk comes when the trace is
    /// dropped.
    pub fn new() -> (Self, Receiver<Vec<u32>>) {
        let (chunks, receiver) = sync_channel(CHUNKS);
        (Self { chunk: Vec::with_capacity(CHUNK), chunks, calls: 0 }, receiver)
    }

    /// Records that a server has started, with an empty manager.
    pub fn start(&mut self, server: u32) {
        self.add(4 * server + START);
    }

    /// Records a `get` of that server's manager.
    pub fn get(&mut self, server: u32) {
        self.calls += 1;
        self.add(4 * server + GET);
    }

    /// Records a `put` of that slot.
    pub fn put(&mut self, server: u32, slot: u32) {
        self.calls += 1;
        self.add(4 * server + PUT);
        self.chunk.push(slot);
    }

    /// A chunk ends between two calls, so it never ends before the slot of a `PUT`.
    fn add(&mut self, integer: u32) {
        if self.chunk.len() + 2 > CHUNK {
            self.send();
        }
        self.chunk.push(integer);
    }

    fn send(&mut self) {
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        // If the other thread has panicked, nothing receives. Its join reports the panic.
        let _ = self.chunks.send(chunk);
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        self.send();
    }
}

/// The managers of a fleet, which repeat the calls of a trace.
#[derive(Debug)]
pub struct Replay<M> {
    managers: Vec<M>,
    /// The sum of all slots given: the same for every correct manager.
    pub sum: u64,
    /// The processor time of the calls, including that of the loop.
    pub time: Duration,
}

impl<M: Manager> Replay<M> {
    /// The managers of that many servers.
    pub fn new(servers: usize) -> Self {
        let managers = std::iter::repeat_with(M::default).take(servers).collect();
        Self { managers, sum: 0, time: Duration::ZERO }
    }

    /// Makes the calls of a chunk.
    pub fn replay(&mut self, chunk: &[u32]) {
        let began = ThreadTime::now();
        let mut integers = chunk.iter();
        while let Some(integer) = integers.next() {
            let manager = &mut self.managers[(integer / 4) as usize];
            match integer % 4 {
                GET => self.sum += u64::from(manager.get()),
                PUT => manager.put(*integers.next().expect("a slot follows each PUT")),
                _ => *manager = M::default(),
            }
        }
        self.time += began.elapsed();
    }
}

/// The time that a manager took for the calls of a trace.
#[derive(Clone, Copy, Debug)]
pub struct Replayed {
    /// Processor time, without that of the loop.
    pub time: Duration,
    /// The sum of the slots that it has given.
    pub sum: u64,
}

/// Makes the calls of all chunks.
pub fn replay<M: Manager>(servers: usize, chunks: Receiver<Vec<u32>>) -> Replayed {
    let mut idle = Replay::<Idle>::new(servers);
    let mut replay = Replay::<M>::new(servers);
    for chunk in chunks {
        idle.replay(&chunk);
        replay.replay(&chunk);
    }
    Replayed { time: replay.time.saturating_sub(idle.time), sum: replay.sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callosum_server_slots::Slots;

    fn trace(record: impl FnOnce(&mut Trace) + Send) -> (u64, Replayed) {
        let (mut trace, chunks) = Trace::new();
        std::thread::scope(|scope| {
            let replaying = scope.spawn(|| replay::<Slots>(2, chunks));
            record(&mut trace);
            let calls = trace.calls;
            drop(trace);
            (calls, replaying.join().expect("the replay does not panic"))
        })
    }

    #[test]
    fn makes_the_same_calls_again() {
        let (calls, replayed) = trace(|trace| {
            trace.start(0);
            trace.get(0); // 0
            trace.get(0); // 1
            trace.get(1); // 0
            trace.put(0, 0);
            trace.get(0); // 0
            trace.get(0); // 2
            trace.start(0);
            trace.get(0); // 0
        });
        assert_eq!((calls, replayed.sum), (7, 3));
    }

    #[test]
    fn is_whole_over_many_chunks() {
        let rounds = 2 * CHUNK as u64;
        let (calls, replayed) = trace(|trace| {
            for _ in 0..rounds {
                trace.get(1);
                trace.get(0);
                trace.put(1, 0);
            }
        });
        assert_eq!(calls, 3 * rounds);
        assert_eq!(replayed.sum, rounds * (rounds - 1) / 2);
        assert!(!replayed.time.is_zero());
    }

    #[test]
    fn tells_a_manager_that_gives_other_slots() {
        #[derive(Default)]
        struct Counter(u32);
        impl Manager for Counter {
            const NAME: &'static str = "a counter";
            fn get(&mut self) -> u32 {
                self.0 += 1;
                self.0 - 1
            }
            fn put(&mut self, _: u32) {}
        }
        let calls = [GET, PUT, 0, GET];
        let (mut right, mut wrong) = (Replay::<Slots>::new(1), Replay::<Counter>::new(1));
        right.replay(&calls);
        wrong.replay(&calls);
        assert_eq!((right.sum, wrong.sum), (0, 1));
    }
}
