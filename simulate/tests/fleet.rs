//! The simulated fleet: what it keeps to, and what it is known to do.

use simulate::fleet::{Fleet, Sickness};
use simulate::measures::{figure, measure, sample};
use simulate::settings::{Failed, Lifetime, Pick, Policy, Settings, name};
use simulate::steady::steady;

fn small() -> Settings {
    Settings { servers: 20, clients: 100, pool: 10, mean: 50.0, ..Settings::common() }
}

fn endless(policy: Policy) -> Settings {
    Settings { policy, lifetime: Lifetime::Endless, ..small() }
}

/// Where every connection is, which slot it has, and what its client was told.
fn state(fleet: &Fleet) -> Vec<(u32, u32, u32, u32)> {
    fleet.clients.all().map(|(place, kept, told)| (place, kept.server, kept.slot, told)).collect()
}

fn run(settings: &Settings, seed: u64, seconds: f64) -> Fleet {
    let mut fleet = Fleet::new(settings, seed);
    fleet.run(seconds);
    fleet
}

/// Every connection is known to both its client and its server, by the same slot.
fn assert_consistent(fleet: &Fleet) {
    let mut slots = vec![Vec::new(); fleet.servers.loads().count()];
    for (_, server, slot, _) in state(fleet) {
        slots[server as usize].push(slot);
    }
    for (server, (mut held, load)) in (0..).zip(slots.into_iter().zip(fleet.servers.loads())) {
        held.sort_unstable();
        let is_up = fleet.servers.is_up(server);
        let given = if is_up { fleet.servers.slots_in_use(server) } else { Vec::new() };
        assert_eq!(given, held, "server {server}");
        assert_eq!(load as usize, held.len(), "server {server}");
    }
    let open = fleet.servers.opened - fleet.servers.closed;
    assert_eq!(open, fleet.servers.loads().map(u64::from).sum::<u64>());
}

/// What varies in the tests that hold for every fleet.
fn variants() -> Vec<(String, Settings)> {
    let variants = Policy::ALL.map(|policy| {
        let plain = Settings { policy, ..small() };
        let both = Settings {
            busy: 0.8,
            delay: 0.1,
            fill: Some(0.1),
            known: 3,
            pick: Pick::Lowest,
            failed: Failed::Ejects,
            ..plain.clone()
        };
        [
            ("alone", plain.clone()),
            ("with delay", Settings { delay: 0.3, ..plain.clone() }),
            ("with requests", Settings { busy: 0.5, failed: Failed::Ejects, ..plain }),
            ("with both, filling fast, few known", both),
        ]
        .map(|(what, settings)| (format!("{} {what}", name(policy)), settings))
    });
    variants.into_iter().flatten().collect()
}

#[test]
fn is_the_same_with_the_same_seed_in_one_go_and_in_many_and_another_with_another() {
    for (name, settings) in variants() {
        let first = state(&run(&settings, 1, 100.0));
        let mut in_steps = Fleet::new(&settings, 1);
        (1..=142).for_each(|step| in_steps.run(f64::from(step) * 0.7));
        in_steps.run(100.0);
        assert_eq!(state(&in_steps), first, "{name}");
        assert_ne!(state(&run(&settings, 2, 100.0)), first, "{name}");
    }
}

/// Of another generator, distribution or order of events there would be others.
const DIGESTS: [u64; 3] =
    [12_675_179_175_054_885_819, 18_009_416_925_649_842_200, 2_293_385_677_545_707_468];

#[test]
fn is_the_same_on_every_machine() {
    let found = [Policy::OneOffer, Policy::TwoOffers, Policy::LeastConnections].map(|policy| {
        let settings = Settings { policy, lifetime: Lifetime::Pareto, busy: 0.2, ..small() };
        state(&run(&settings, 1, 100.0)).iter().fold(0, |digest: u64, &(place, server, slot, _)| {
            let where_it_is = u64::from(place) << 32 ^ u64::from(server) << 20 ^ u64::from(slot);
            (digest.rotate_left(5) ^ where_it_is).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
    });
    assert_eq!(found, DIGESTS);
}

#[test]
fn loses_no_connection_and_no_slot_as_servers_stop_start_join_and_turn_sick() {
    for (name, settings) in variants() {
        let settings = Settings { spare: 5, ..settings };
        let mut fleet = Fleet::new(&settings, 1);
        for time in (10..=200).step_by(10) {
            fleet.run(f64::from(time));
            match time {
                20 => fleet.sick = Some((9, Sickness::FailsAtOnce)),
                40 => [0, 3, 7].into_iter().for_each(|server| fleet.stop(server)),
                80 => [0, 3, 7].into_iter().for_each(|server| fleet.servers.start(server)),
                120 => (0..5).for_each(|_| fleet.servers.join()),
                130 => fleet.sick = Some((9, Sickness::NeverAnswers)),
                150 => fleet.sick = None,
                160 => (0..25).for_each(|server| fleet.restart(server)),
                _ => {}
            }
            if settings.delay == 0.0 {
                assert_consistent(&fleet);
            }
        }
        let asks_a_balancer = settings.policy == Policy::LeastConnections;
        assert_eq!(asks_a_balancer, fleet.servers.refused == 0, "{name}");
        assert_eq!(settings.busy > 0.0, fleet.failed > 0, "{name}");
        assert!(settings.known > 0 || fleet.servers.loads().all(|load| load > 0), "{name}");
    }
}

#[test]
fn has_all_messages_arrive() {
    let settings = Settings { delay: 0.1, ..endless(Policy::TwoChoices) };
    let fleet = run(&settings, 1, 100.0);
    assert_consistent(&fleet); // with this policy a fleet is quiet when its pools are full
    assert_eq!(measure(&fleet).connections, settings.places());
}

#[test]
fn comes_to_rest_if_nothing_ends_with_loads_that_differ_by_one_at_most() {
    for policy in [Policy::OneOffer, Policy::TwoOffers] {
        for (seed, delay) in (1..=5).flat_map(|seed| [(seed, 0.0), (seed, 0.1)]) {
            let fleet = run(&Settings { servers: 21, delay, ..endless(policy) }, seed, 1000.0);
            // Those that clients have: others may be on offer.
            let mut loads = [0; 21];
            state(&fleet).iter().for_each(|&(_, server, ..)| loads[server as usize] += 1);
            let (least, most) = (loads.iter().min(), loads.iter().max());
            let difference = most.zip(least).map(|(most, least)| most - least);
            assert_eq!(difference, Some(1), "{policy:?} {seed} {loads:?}");
        }
    }
}

#[test]
fn goes_on_as_even_if_servers_join_while_who_replaces_nothing_leaves_them_empty() {
    for policy in Policy::ALL {
        let mut fleet = run(&Settings { spare: 10, ..endless(policy) }, 1, 100.0);
        (0..10).for_each(|_| fleet.servers.join());
        let lowest = sample(&mut fleet, 200.0, 100.0, |_| {})[0].1.lowest;
        let is_right = if policy.replaces() { lowest > 0.95 } else { lowest == 0.0 };
        assert!(is_right, "{policy:?}: {lowest}");
    }
}

#[test]
fn two_offers_balance_as_well_as_any_policy_without_a_coordinator() {
    for mean in [5.0, 20.0, 80.0, 600.0] {
        let at = |policy| {
            let settings = Settings { policy, mean, ..Settings::common() };
            (1..=3).map(|seed| figure(&steady(&settings, seed), "highest")).sum::<f64>() / 3.0
        };
        let two_offers = at(Policy::TwoOffers);
        assert!(mean < 80.0 || two_offers < 1.02, "{mean} s: {two_offers}");
        for policy in [Policy::OneOffer, Policy::TwoChoices, Policy::Random, Policy::RoundRobin] {
            let other = at(policy);
            // While no pool is ever full, two choices do the same.
            assert!(two_offers < other + 0.002, "{mean} s, {policy:?}: {two_offers}, {other}");
        }
    }
}

#[test]
fn keeps_connections_as_long_as_it_is_told() {
    // Little's law: as many are open as are opened in a mean lifetime. Of Pareto lifetimes the
    // longest have not ended yet.
    let both = [(Lifetime::Exponential, 0.95..1.05), (Lifetime::Pareto, 0.6..1.0)];
    for (lifetime, accepted) in both {
        let policy = Policy::Random;
        let settings = Settings { clients: 1000, policy, mean: 40.0, lifetime, ..small() };
        let found = steady(&settings, 1);
        let lived = figure(&found, "connections") / figure(&found, "openedPerSecond");
        assert!(accepted.contains(&(lived / 40.0)), "{lived}");
    }
}

#[test]
fn gives_a_server_of_twice_the_weight_twice_the_connections() {
    let weights = vec![2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let settings = Settings { servers: 10, weights, ..endless(Policy::OneOffer) };
    let loads: Vec<u32> = run(&settings, 1, 200.0).servers.loads().collect();
    assert!(loads[0].abs_diff(2 * loads[1]) <= 2, "{loads:?}");
}

#[test]
fn has_the_share_of_its_connections_in_use_that_it_is_told() {
    for (busy, pick) in
        [0.1, 0.5, 0.8].into_iter().flat_map(|busy| [(busy, Pick::Random), (busy, Pick::Lowest)])
    {
        let in_use = figure(&steady(&Settings { busy, pick, mean: 600.0, ..small() }, 1), "inUse");
        assert!((in_use / busy - 1.0).abs() < 0.05, "{busy} {pick:?}: {in_use}");
    }
}

/// The share of requests that fail in 100 seconds with one of 20 servers sick.
fn sick(policy: Policy, failed: Failed, sickness: Sickness) -> f64 {
    let settings = Settings { busy: 0.2, service: 0.1, failed, mean: 600.0, policy, ..small() };
    let mut fleet = run(&settings, 1, 50.0);
    let before: u64 = fleet.requests.iter().sum();
    fleet.sick = Some((0, sickness));
    fleet.run(150.0);
    fleet.failed as f64 / (fleet.requests.iter().sum::<u64>() - before) as f64
}

#[test]
fn a_sick_server_fails_fewer_requests_if_failed_connections_are_closed_and_fewest_if_ejected() {
    for sickness in [Sickness::FailsAtOnce, Sickness::NeverAnswers] {
        let [kept, closed, ejects] = [Failed::Kept, Failed::Closed, Failed::Ejects]
            .map(|failed| sick(Policy::TwoOffers, failed, sickness));
        assert!(closed < kept / 5.0 && ejects < closed, "{kept} {closed} {ejects}");
    }
    // Its connections are always idle. Of those of the others a fifth is in use.
    let expected = 1.0 / (1.0 + 19.0 * 0.8);
    let kept = sick(Policy::LeastConnections, Failed::Kept, Sickness::FailsAtOnce);
    assert!((kept / expected - 1.0).abs() < 0.05, "{kept}");
}
