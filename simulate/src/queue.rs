//! Future events, in the order of their times.

/// A time in nanoseconds since the fleet began.
pub type Time = u64;

/// A time that never comes.
pub const NEVER: Time = Time::MAX;

/// A calendar queue ([R. Brown, 1988][brown]): a ring of buckets, each for a span
/// of time, and a list of the events beyond the ring.
///
/// An event is 32 bits of the caller's. A bucket is sorted when its time comes, so
/// that [`push`](Queue::push) and [`pop_before`](Queue::pop_before) take constant
/// time on average, and read memory in sequence. Events of the same time leave the
/// queue in the order of their bits, not in that in which they were pushed.
///
/// [brown]: https://doi.org/10.1145/63039.63045
#[derive(Debug)]
pub struct Queue {
    /// A bucket is for 2^shift nanoseconds.
    shift: u32,
    /// Bucket number b, counted from time 0, is at b modulo the ring's length.
    /// Each event is its time within the bucket, and the caller's 32 bits.
    ring: Vec<Vec<u64>>,
    /// The number of the current bucket.
    now: u64,
    /// The events of that bucket, ascending, from `next` on.
    current: Vec<u64>,
    next: usize,
    /// Events beyond the ring. Each time that the ring starts again, the events that fall
    /// into it move there.
    later: Vec<(Time, u32)>,
    /// How many events there are.
    len: usize,
}

/// The number of events of a bucket for which sorting is fast.
const PER_BUCKET: f64 = 64.0;
const BUCKETS: std::ops::RangeInclusive<u64> = 1 << 10..=1 << 18;

impl Queue {
    /// A queue for about `rate` events a second, most of which are pushed at most
    /// `ahead` seconds before they are due. Both only matter for the speed.
    pub fn new(rate: f64, ahead: f64) -> Self {
        let width = (PER_BUCKET / rate * 1e9).clamp(1.0, (1_u64 << 32) as f64);
        let shift = (width as u64).ilog2();
        let buckets = (ahead * 1e9) as u64 >> shift;
        let buckets = buckets.clamp(*BUCKETS.start(), *BUCKETS.end()).next_power_of_two();
        let ring = vec![Vec::new(); buckets as usize];
        Self { shift, ring, now: 0, current: Vec::new(), next: 0, later: Vec::new(), len: 0 }
    }

    /// Adds an event, whose time must not be before that of the last one popped.
    /// At [`NEVER`] nothing is added.
    pub fn push(&mut self, time: Time, event: u32) {
        if time == NEVER {
            return;
        }
        self.len += 1;
        let bucket = time >> self.shift;
        if bucket <= self.now {
            let entry = self.entry(time, event);
            let place =
                self.next + self.current[self.next..].partition_point(|&other| other <= entry);
            self.current.insert(place, entry);
        } else if bucket - self.now < self.ring.len() as u64 {
            self.push_into_ring(time, event);
        } else {
            self.later.push((time, event));
        }
    }

    /// Takes the next event if it is due before `end`.
    pub fn pop_before(&mut self, end: Time) -> Option<(Time, u32)> {
        while self.next == self.current.len() {
            if self.len == 0 || (self.now + 1) << self.shift >= end {
                return None;
            }
            self.advance();
        }
        let entry = self.current[self.next];
        let time = self.now << self.shift | entry >> 32;
        if time >= end {
            return None;
        }
        self.next += 1;
        self.len -= 1;
        Some((time, entry as u32))
    }

    /// Goes to the next bucket; this one is used up.
    fn advance(&mut self) {
        self.now += 1;
        let place = self.place(self.now);
        if place == 0 {
            self.fetch_later();
        }
        self.current.clear();
        self.next = 0;
        std::mem::swap(&mut self.current, &mut self.ring[place]);
        self.current.sort_unstable();
    }

    fn fetch_later(&mut self) {
        let mut later = std::mem::take(&mut self.later);
        let end = self.now + self.ring.len() as u64;
        later.retain(|&(time, event)| {
            let beyond = time >> self.shift >= end;
            if !beyond {
                self.push_into_ring(time, event);
            }
            beyond
        });
        self.later = later;
    }

    fn push_into_ring(&mut self, time: Time, event: u32) {
        let place = self.place(time >> self.shift);
        let entry = self.entry(time, event);
        self.ring[place].push(entry);
    }

    fn place(&self, bucket: u64) -> usize {
        (bucket & (self.ring.len() as u64 - 1)) as usize
    }

    fn entry(&self, time: Time, event: u32) -> u64 {
        (time & ((1 << self.shift) - 1)) << 32 | u64::from(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use std::collections::BTreeSet;

    /// Compares the events of a queue with a sorted set.
    fn check(rate: f64, ahead: f64, spread: f64) {
        let mut random = Random::new(1);
        let mut queue = Queue::new(rate, ahead);
        let mut model = BTreeSet::new();
        let mut now = 0;
        for event in 0..20_000 {
            let time = now + (random.pareto(1.1) * spread) as u64;
            queue.push(time, event);
            model.insert((time, event));
            while model.len() > 500 || random.below(3) == 0 {
                let end = now + (random.exponential() * spread) as u64;
                let popped = queue.pop_before(end);
                assert_eq!(popped, model.first().copied().filter(|&(time, _)| time < end));
                let Some(popped) = popped else { break };
                model.remove(&popped);
                now = popped.0;
            }
        }
        while let Some(popped) = queue.pop_before(NEVER) {
            assert_eq!(model.pop_first(), Some(popped));
        }
        assert!(model.is_empty());
    }

    #[test]
    fn gives_events_in_the_order_of_their_times() {
        check(100.0, 10.0, 1e7);
    }

    #[test]
    fn keeps_what_lies_beyond_its_ring() {
        check(1000.0, 0.001, 1e10);
    }

    #[test]
    fn takes_many_events_at_one_time() {
        check(1e9, 1.0, 1.5);
    }

    #[test]
    fn holds_nothing_that_never_comes() {
        let mut queue = Queue::new(1.0, 1.0);
        queue.push(NEVER, 1);
        assert_eq!(queue.pop_before(NEVER), None);
        assert!(queue.later.is_empty());
    }
}
