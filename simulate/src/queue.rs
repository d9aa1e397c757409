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
    /// An event is its own key but for one that is pushed while a greater one of the same time
    /// is under way: the heap takes no key below the last, so it gets that one, and comes next.
    heap: RadixHeapMap<Reverse<(Time, u64)>, u64>,
}

impl Queue {
    /// Adds an event, whose time must not be before that of the last one popped. At
    /// [`NEVER`] nothing is added.
    pub fn push(&mut self, time: Time, event: u64) {
        if time == NEVER {
            return;
        }
        let last = self.heap.top().unwrap_or(Reverse((0, 0)));
        assert!(time >= last.0.0, "an event is pushed into the past");
        self.heap.push(Reverse((time, event)).min(last), event);
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<(Time, u64)> {
        self.heap.pop().map(|(Reverse((time, _)), event)| (time, event))
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
