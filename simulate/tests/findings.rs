//! What docs/balancing.md says, on smaller fleets.

use simulate::settings::{Lifetime, Policy, Settings};
use simulate::steady::steady;

fn small() -> Settings {
    Settings { servers: 10, clients: 50, mean: 100.0, ..Settings::common() }
}

fn highest(settings: Settings) -> f64 {
    steady(&settings, 1).highest
}

#[test]
fn a_short_interval_balances_better() {
    let at = |interval| {
        highest(Settings { interval, fill: interval, policy: Policy::Lowest, ..small() })
    };
    assert!(at(0.2) < at(10.0));
}

#[test]
fn knowing_few_servers_balances_worse() {
    let at = |known| highest(Settings { known, policy: Policy::Lowest, ..small() });
    assert!(at(5) < at(1));
    assert!(at(5) < highest(Settings { known: 5, policy: Policy::Random, ..small() }));
}

#[test]
fn two_choices_balance_better_than_one_offer_if_lifetimes_are_short_and_only_then() {
    for lifetime in [Lifetime::Exponential, Lifetime::Pareto] {
        let at = |policy, mean| highest(Settings { lifetime, policy, mean, ..small() });
        assert!(at(Policy::Two, 10.0) < at(Policy::Lowest, 10.0));
        assert!(at(Policy::Lowest, 600.0) < at(Policy::Two, 600.0));
    }
}

#[test]
fn two_offers_balance_as_well_as_any_policy_without_a_coordinator() {
    for mean in [5.0, 20.0, 80.0, 600.0] {
        let at = |policy| {
            let seeds = 1..=3;
            seeds
                .map(|seed| steady(&Settings { policy, mean, ..Settings::common() }, seed).highest)
                .sum::<f64>()
                / 3.0
        };
        let two_offers = at(Policy::TwoOffers);
        if mean >= 80.0 {
            assert!(two_offers < 1.02, "{mean} s: {two_offers}");
        }
        for policy in [Policy::Lowest, Policy::Two, Policy::Random, Policy::RoundRobin] {
            // While no pool is ever full, `two` does the same.
            assert!(
                two_offers < at(policy) + 0.002,
                "{mean} s, {policy:?}: {two_offers}, {}",
                at(policy)
            );
        }
    }
}

#[test]
fn filling_fast_keeps_more_connections_open_and_more_even() {
    let at = |fill| steady(&Settings { mean: 5.0, fill, ..Settings::common() }, 1);
    let (slow, fast) = (at(1.0), at(0.1));
    assert!(fast.highest < slow.highest - 0.03);
    assert!(fast.connections > 3.0 * slow.connections);
}
