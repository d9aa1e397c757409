//! Outlier detection: servers that a client leaves alone since they fail its requests.

use std::collections::BTreeMap;

use crate::queue::Time;
use crate::random::Random;

const FAILURES: u32 = 3; // in a row, after which a server is ejected
const SECOND: Time = 1_000_000_000;
const LONGEST: Time = 10 * SECOND;

/// What a client remembers of a server that has failed its last request.
#[derive(Debug, Default)]
struct Entry {
    failures: u32,
    /// How often it was ejected; above 0 it is ejected or on probation.
    ejections: u32,
    /// When the last ejection ends.
    until: Time,
}

/// The servers that have failed the requests of each client since they last answered one.
#[derive(Debug, Default)]
pub struct Outliers {
    entries: BTreeMap<(u32, u32), Entry>,
}

impl Outliers {
    /// Whether the client makes no attempts to the server now.
    pub fn is_ejected(&self, client: u32, server: u32, now: Time) -> bool {
        self.entries.get(&(client, server)).is_some_and(|entry| entry.until > now)
    }

    /// Whether the client may have one connection to it at most.
    pub fn is_on_probation(&self, client: u32, server: u32) -> bool {
        self.entries.get(&(client, server)).is_some_and(|entry| entry.ejections > 0)
    }

    /// Notes that the server has answered a request.
    pub fn succeeded(&mut self, client: u32, server: u32, now: Time) {
        if !self.is_ejected(client, server, now) {
            self.entries.remove(&(client, server));
        }
    }

    /// Notes that a client's server has failed one. Returns whether it is ejected for that: the third
    /// time in a row, or on probation, unless fewer than half of `listed` servers would remain.
    pub fn failed(&mut self, of: (u32, u32), listed: u32, now: Time, random: &mut Random) -> bool {
        let of_client = self.entries.range((of.0, 0)..=(of.0, u32::MAX));
        let ejected = of_client.filter(|(_, entry)| entry.until > now).count() as u32;
        let entry = self.entries.entry(of).or_default();
        entry.failures += 1;
        let accepted = if entry.ejections > 0 { 0 } else { FAILURES - 1 };
        if entry.until > now || entry.failures <= accepted || 2 * (ejected + 1) > listed {
            return false;
        }
        let time = (SECOND << entry.ejections.min(8)).min(LONGEST);
        *entry =
            Entry { failures: 0, ejections: entry.ejections + 1, until: now + random.jitter(time) };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of these failures ejects server 0 of four.
    fn fail(outliers: &mut Outliers, times: &[Time]) -> Vec<bool> {
        let mut random = Random::new(1);
        times.iter().map(|&time| outliers.failed((0, 0), 4, time, &mut random)).collect()
    }

    #[test]
    fn three_failures_in_a_row_eject_a_server_and_then_each_one_for_longer() {
        let mut outliers = Outliers::default();
        assert_eq!(fail(&mut outliers, &[0, 0]), [false, false]);
        outliers.succeeded(0, 0, 0);
        assert_eq!(fail(&mut outliers, &[0, 0, 0]), [false, false, true]);
        assert_eq!(fail(&mut outliers, &[0]), [false], "it is ejected already");
        let mut now = 0;
        for longest in [1, 2, 4, 8, 10, 10] {
            let until = outliers.entries[&(0, 0)].until;
            assert!((longest * SECOND / 2..=longest * SECOND * 3 / 2).contains(&(until - now)));
            now = until;
            assert!(outliers.is_ejected(0, 0, now - 1) && !outliers.is_ejected(0, 0, now));
            assert!(outliers.is_on_probation(0, 0));
            assert_eq!(fail(&mut outliers, &[now]), [true]);
        }
        outliers.succeeded(0, 0, now + LONGEST * 2);
        assert!(!outliers.is_on_probation(0, 0));
    }

    #[test]
    fn half_of_the_servers_stay_in_use() {
        let (mut outliers, mut random) = (Outliers::default(), Random::new(1));
        let mut eject = |server| (0..9).any(|_| outliers.failed((0, server), 4, 0, &mut random));
        assert_eq!([0, 1, 2, 3].map(&mut eject), [true, true, false, false]);
    }
}
