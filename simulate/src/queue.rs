//! Future events, in the order of their times.

use std::cmp::Reverse;

use radix_heap::RadixHeapMap;

/// A time in nanoseconds since the fleet began.
pub type Time = u64;

/// A time that never comes.
pub const NEVER: Time = Time::MAX;

/// Future events. Those of the same time come in the order of their integers.
#[derive(Debug, Default)]
pub struct Queue {
    /// The key is the time above 64 bits of the event.
    heap: RadixHeapMap<Reverse<u128>, ()>,
    /// Events of the current time below the last one, which the heap does not take any more.
    late: Vec<u64>,
}

impl Queue {
    /// Adds an event, whose time must not be before that of the last one popped. At
    /// [`NEVER`] nothing is added.
    pub fn push(&mut self, time: Time, event: u64) {
        let key = Reverse(u128::from(time) << 64 | u128::from(event));
        if self.heap.top().is_some_and(|last| key > last) {
            assert!(self.now() == time, "an event is pushed into the past");
            self.late.push(event);
        } else if time != NEVER {
            self.heap.push(key, ());
        }
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<(Time, u64)> {
        if let Some(event) = self.late.pop() {
            return Some((self.now(), event));
        }
        let (Reverse(key), ()) = self.heap.pop()?;
        Some(((key >> 64) as Time, key as u64))
    }

    fn now(&self) -> Time {
        self.heap.top().map_or(0, |Reverse(key)| (key >> 64) as Time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_events_by_time_then_by_number_and_those_pushed_late_next() {
        let mut queue = Queue::default();
        for (time, event) in [(7, 1), (5, 9), (5, 3), (NEVER, 0), (u64::MAX - 1, 2)] {
            queue.push(time, event);
        }
        assert_eq!(queue.pop(), Some((5, 3)));
        queue.push(5, 1);
        let rest: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(rest, [(5, 1), (5, 9), (7, 1), (u64::MAX - 1, 2)]);
    }
}
