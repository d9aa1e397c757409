//! How even the loads are.

use crate::fleet::Fleet;

/// Loads over the mean load of all servers that are up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub servers: usize,
    pub connections: u64,
    pub highest: f64,
    /// The 99th percentile, by nearest rank.
    pub p99: f64,
    pub lowest: f64,
}

/// The spread of loads. There must be at least one.
pub fn spread(loads: impl Iterator<Item = u64>) -> Spread {
    let mut loads: Vec<u64> = loads.collect();
    loads.sort_unstable();
    let servers = loads.len();
    let connections: u64 = loads.iter().sum();
    // Without a connection all loads are the same, so each is the mean.
    let over_mean = |load: u64| match connections {
        0 => 1.0,
        _ => round(load as f64 / (connections as f64 / servers as f64)),
    };
    let rank = (servers * 99).div_ceil(100);
    Spread {
        servers,
        connections,
        highest: over_mean(loads[servers - 1]),
        p99: over_mean(loads[rank - 1]),
        lowest: over_mean(loads[0]),
    }
}

pub fn measure(fleet: &Fleet) -> Spread {
    spread(fleet.servers.loads_up().map(u64::from))
}

/// Runs a fleet up to the time `until`, and measures it after every `step` seconds. After
/// each measurement `then` may change the fleet.
pub fn sample(
    fleet: &mut Fleet,
    until: f64,
    step: f64,
    mut then: impl FnMut(&mut Fleet),
) -> Vec<(f64, Spread)> {
    let since = fleet.now();
    let count = ((until - since) / step).round().max(1.0) as u32;
    (1..=count)
        .map(|i| {
            fleet.run(if i == count { until } else { since + f64::from(i) * step });
            let sample = (round(fleet.now()), measure(fleet));
            then(fleet);
            sample
        })
        .collect()
}

/// How many seconds after `since` the highest load has settled: it is at most `highest`
/// times the mean from then up to the last sample.
pub fn settled(samples: &[(f64, Spread)], since: f64, highest: f64) -> Option<f64> {
    let after = samples.iter().filter(|(time, _)| *time >= since);
    let (time, _) = after.rev().take_while(|(_, spread)| spread.highest <= highest).last()?;
    Some(round(time - since))
}

/// What was found in a run, by name.
pub type Figures = Vec<(&'static str, f64)>;

/// The figure of that name; NaN if there is none.
pub fn figure(figures: &Figures, name: &str) -> f64 {
    figures.iter().find(|(other, _)| *other == name).map_or(f64::NAN, |&(_, figure)| figure)
}

/// The mean of numbers. There must be at least one.
pub fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), number| (sum + number, count + 1));
    round(sum / f64::from(count))
}

/// Rounds to four decimals, which is more than the precision of a sample.
pub fn round(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

/// The mean of the seeds, and how far the farthest is from it; a dash if one is NaN.
pub fn text(numbers: impl Iterator<Item = f64> + Clone, digits: usize) -> String {
    let mean = mean(numbers.clone());
    let off = numbers.map(|number| (number - mean).abs()).fold(0.0, f64::max);
    if mean.is_nan() { "–".to_owned() } else { format!("{mean:.digits$} ±{off:.digits$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_ratios_to_the_mean() {
        let expected =
            Spread { servers: 200, connections: 20100, highest: 1.99, p99: 1.9701, lowest: 0.01 };
        assert_eq!(spread((1..=200).rev()), expected);
    }

    #[test]
    fn servers_without_connections_are_even() {
        let found = spread([0, 0].into_iter());
        assert_eq!((found.highest, found.p99, found.lowest), (1.0, 1.0, 1.0));
    }

    #[test]
    fn a_fleet_has_settled_when_it_stays_below() {
        let highest = [1.5, 1.01, 1.2, 1.04, 1.03];
        let spread = spread([1, 1].into_iter());
        let samples: Vec<(f64, Spread)> = (0..)
            .zip(highest)
            .map(|(i, highest)| (f64::from(10 * i), Spread { highest, ..spread }))
            .collect();
        assert_eq!(settled(&samples, 0.0, 1.05), Some(30.0));
        assert_eq!(settled(&samples, 30.0, 1.05), Some(0.0));
        assert_eq!(settled(&samples, 0.0, 1.02), None);
    }
}
