//! The simulated fleet: what it keeps to, and what it is known to do.

use callosum_server_slots::Slots;
use simulate::fleet::Fleet;
use simulate::managers::{Heap, Manager};
use simulate::measures::{measure, sample};
use simulate::settings::{Lifetime, Pick, Policy, Settings};
use simulate::steady::steady;

fn small() -> Settings {
    Settings { servers: 20, clients: 100, pool: 10, mean: 50.0, ..Settings::common() }
}

/// Where every connection is, which slot it has, and what its client was told.
fn state<M: Manager>(fleet: &Fleet<M>) -> Vec<(u32, u32, u32, u32)> {
    fleet.clients.all().map(|(place, kept, told)| (place, kept.server, kept.slot, told)).collect()
}

fn run<M: Manager>(settings: &Settings, seed: u64, seconds: f64) -> Fleet<M> {
    let mut fleet = Fleet::new(settings, seed);
    fleet.run(seconds);
    fleet
}

/// Every connection is known to both its client and its server, by the same slot.
fn assert_consistent(fleet: &Fleet<Slots>) {
    let mut slots = vec![Vec::new(); fleet.servers.loads().count()];
    for (_, server, slot, _) in state(fleet) {
        slots[server as usize].push(slot);
    }
    for (server, (mut held, load)) in (0..).zip(slots.into_iter().zip(fleet.servers.loads())) {
        held.sort_unstable();
        let given = if fleet.servers.is_up(server) {
            fleet.servers.slots_in_use(server)
        } else {
            Vec::new()
        };
        assert_eq!(given, held, "server {server}");
        assert_eq!(load as usize, held.len(), "server {server}");
    }
    let open = fleet.servers.opened - fleet.servers.closed;
    assert_eq!(open, fleet.servers.loads().map(u64::from).sum::<u64>());
}

/// What varies in the tests that hold for every fleet.
fn variants() -> Vec<(String, Settings)> {
    let mut variants = Vec::new();
    for policy in Policy::ALL {
        let plain = Settings { policy, ..small() };
        variants.push((policy.name(), plain.clone()));
        variants.push((
            format!("{} with delay", policy.name()),
            Settings { delay: 0.3, ..plain.clone() },
        ));
        variants.push((
            format!("{} with requests", policy.name()),
            Settings { busy: 0.5, ..plain.clone() },
        ));
        variants.push((
            format!("{} with both, filling fast, few known", policy.name()),
            Settings { busy: 0.8, delay: 0.1, fill: 0.1, known: 3, pick: Pick::Lowest, ..plain },
        ));
    }
    variants
}

#[test]
fn is_the_same_with_the_same_seed_and_another_with_another() {
    for (name, settings) in variants() {
        let first = state(&run::<Slots>(&settings, 1, 100.0));
        assert_eq!(state(&run::<Slots>(&settings, 1, 100.0)), first, "{name}");
        assert_ne!(state(&run::<Slots>(&settings, 2, 100.0)), first, "{name}");
    }
}

#[test]
fn is_the_same_on_every_machine() {
    let settings = Settings { lifetime: Lifetime::Pareto, busy: 0.2, ..small() };
    let found = [Policy::Lowest, Policy::TwoOffers, Policy::Least]
        .map(|policy| run::<Slots>(&Settings { policy, ..settings.clone() }, 1, 100.0).digest());
    assert_eq!(found, DIGESTS);
}

/// Of another generator, distribution or order of events there would be others.
const DIGESTS: [u64; 3] =
    [12_675_179_175_054_885_819, 18_009_416_925_649_842_200, 2_293_385_677_545_707_468];

#[test]
fn loses_no_connection_and_no_slot_as_servers_stop_start_and_join() {
    for (name, settings) in variants() {
        let settings = Settings { spare: 5, ..settings };
        let mut fleet = Fleet::<Slots>::new(&settings, 1);
        for time in (10..=200).step_by(10) {
            fleet.run(f64::from(time));
            if settings.delay == 0.0 {
                assert_consistent(&fleet);
            }
            match time {
                40 => [0, 3, 7].into_iter().for_each(|server| fleet.stop(server)),
                80 => [0, 3, 7].into_iter().for_each(|server| fleet.start(server)),
                120 => (0..5).for_each(|_| fleet.join()),
                160 => (0..25).for_each(|server| fleet.restart(server)),
                _ => {}
            }
            if settings.delay == 0.0 {
                assert_consistent(&fleet);
            }
        }
        assert_eq!(settings.policy == Policy::Least, fleet.servers.refused == 0, "{name}");
        if settings.known == 0 {
            assert!(fleet.servers.loads().all(|load| load > 0), "{name}");
        }
    }
}

#[test]
fn has_all_messages_arrive() {
    // The connections of a fleet at rest are those that its clients have, but for
    // the offers that are under way.
    let settings =
        Settings { delay: 0.1, lifetime: Lifetime::Endless, policy: Policy::Two, ..small() };
    let fleet = run::<Slots>(&settings, 1, 100.0);
    assert_consistent(&fleet); // `two` is quiet when its pools are full
    assert_eq!(measure(&fleet).connections, settings.places());
}

#[test]
fn is_the_same_in_one_go_and_in_many() {
    let mut in_steps = Fleet::<Slots>::new(&small(), 1);
    for step in 1..=142 {
        in_steps.run(f64::from(step) * 0.7);
    }
    in_steps.run(100.0);
    assert_eq!(state(&in_steps), state(&run::<Slots>(&small(), 1, 100.0)));
}

#[test]
fn is_the_same_with_the_heap_of_0_1_0() {
    let settings = Settings { lifetime: Lifetime::Pareto, ..small() };
    assert_eq!(state(&run::<Heap>(&settings, 1, 200.0)), state(&run::<Slots>(&settings, 1, 200.0)));
}

#[test]
fn comes_to_rest_if_nothing_ends_with_loads_that_differ_by_one_at_most() {
    for policy in [Policy::Lowest, Policy::TwoOffers] {
        for seed in 1..=5 {
            for delay in [0.0, 0.1] {
                let settings =
                    Settings { servers: 21, lifetime: Lifetime::Endless, policy, delay, ..small() };
                let fleet = run::<Slots>(&settings, seed, 1000.0);
                // Those that clients have: others may be on offer.
                let mut loads = [0; 21];
                for (_, server, _, _) in state(&fleet) {
                    loads[server as usize] += 1;
                }
                let (least, most) = (loads.iter().min(), loads.iter().max());
                assert_eq!(
                    most.zip(least).map(|(most, least)| most - least),
                    Some(1),
                    "{policy:?} {seed} {loads:?}"
                );
            }
        }
    }
}

#[test]
fn goes_on_as_even_if_servers_join_while_who_replaces_nothing_leaves_them_empty() {
    for policy in Policy::ALL {
        let settings = Settings { policy, lifetime: Lifetime::Endless, spare: 10, ..small() };
        let mut fleet = run::<Slots>(&settings, 1, 100.0);
        (0..10).for_each(|_| fleet.join());
        let lowest = sample(&mut fleet, 200.0, 100.0, |_| {})[0].spread.lowest;
        assert!(
            if policy.replaces() { lowest > 0.95 } else { lowest == 0.0 },
            "{policy:?}: {lowest}"
        );
    }
}

#[test]
fn spreads_connections_over_random_servers_as_chance_does() {
    let settings = Settings {
        servers: 100,
        clients: 2000,
        policy: Policy::Random,
        lifetime: Lifetime::Endless,
        ..small()
    };
    let fleet = run::<Slots>(&settings, 1, 50.0);
    let mean = 200.0;
    let squares: f64 =
        fleet.servers.loads().map(|load| (f64::from(load) - mean).powi(2) / mean).sum();
    // Chi-square with 99 degrees of freedom: outside of this once in 10,000 times.
    assert!(squares > 54.0 && squares < 161.0, "{squares}");
}

#[test]
fn gives_the_least_loaded_server_all_that_comes() {
    let settings =
        Settings { policy: Policy::Least, lifetime: Lifetime::Endless, servers: 21, ..small() };
    let fleet = run::<Slots>(&settings, 1, 50.0);
    let loads: Vec<u32> = fleet.servers.loads().collect();
    assert_eq!(loads.iter().sum::<u32>(), 1000);
    assert!(loads.iter().all(|load| [47, 48].contains(load)), "{loads:?}");
}

#[test]
fn goes_round_the_servers() {
    let settings = Settings {
        policy: Policy::RoundRobin,
        lifetime: Lifetime::Endless,
        servers: 10,
        ..small()
    };
    let fleet = run::<Slots>(&settings, 1, 50.0);
    for client in 0..100 {
        let mut servers: Vec<u32> =
            state(&fleet).iter().filter(|it| it.0 / 10 == client).map(|it| it.1).collect();
        servers.sort_unstable();
        assert_eq!(servers, (0..10).collect::<Vec<u32>>());
    }
}

#[test]
fn keeps_connections_as_long_as_it_is_told() {
    // Little's law: as many are open as are opened in a mean lifetime.
    let mean = 40.0;
    for lifetime in [Lifetime::Exponential, Lifetime::Pareto] {
        let settings =
            Settings { clients: 1000, policy: Policy::Random, mean, lifetime, ..small() };
        let found = steady(&settings, 1);
        let lived = found.connections / found.opened_per_second;
        // Of Pareto lifetimes the longest have not ended yet.
        let accepted = if lifetime == Lifetime::Pareto { 0.6..1.0 } else { 0.95..1.05 };
        assert!(accepted.contains(&(lived / mean)), "{lived}");
    }
}

#[test]
fn draws_pareto_lifetimes_most_of_which_are_far_below_the_mean() {
    let settings = Settings {
        clients: 20_000,
        pool: 1,
        policy: Policy::Random,
        lifetime: Lifetime::Pareto,
        mean: 300.0,
        ..small()
    };
    let fleet = run::<Slots>(&settings, 1, 1.5);
    let mut ends: Vec<u64> = fleet.clients.all().map(|(_, kept, _)| kept.end).collect();
    ends.sort_unstable();
    let median = ends[10_000] as f64 / 1e9; // within a second of the median lifetime
    assert!((median / (300.0 / 3.0 * 2_f64.powf(2.0 / 3.0)) - 1.0).abs() < 0.05, "{median}");
}

#[test]
fn gives_a_server_of_twice_the_weight_twice_the_connections() {
    let weights = vec![2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let settings = Settings {
        servers: 10,
        lifetime: Lifetime::Endless,
        weights,
        policy: Policy::Lowest,
        ..small()
    };
    let loads: Vec<u32> = run::<Slots>(&settings, 1, 200.0).servers.loads().collect();
    assert!(loads[0].abs_diff(2 * loads[1]) <= 2, "{loads:?}");
}

#[test]
fn fills_pools_faster_with_a_shorter_interval() {
    let held = |fill| measure(&run::<Slots>(&Settings { fill, ..small() }, 1, 2.0)).connections;
    assert!(held(0.1) == 1000 || held(0.1) > 950, "{}", held(0.1));
    assert!(held(1.0) < 300, "{}", held(1.0));
}

#[test]
fn learns_of_an_offer_after_a_round_trip() {
    let settings = Settings { delay: 4.0, policy: Policy::Lowest, ..small() };
    // An attempt begins within a second and takes two to six.
    let fleet = run::<Slots>(&settings, 1, 1.99);
    assert!(state(&fleet).is_empty());
    assert!(measure(&fleet).connections > 0, "servers know before clients do");
    assert_eq!(state(&run::<Slots>(&settings, 1, 7.0)).len(), 100);
}

#[test]
fn has_the_share_of_its_connections_in_use_that_it_is_told() {
    for busy in [0.1, 0.5, 0.8] {
        for pick in [Pick::Random, Pick::Lowest] {
            let settings =
                Settings { busy, pick, mean: 600.0, policy: Policy::TwoOffers, ..small() };
            let requests = steady(&settings, 1).requests.expect("there are requests");
            assert!(
                (requests.in_use / busy - 1.0).abs() < 0.05,
                "{busy} {pick:?}: {}",
                requests.in_use
            );
        }
    }
}

#[test]
#[should_panic(expected = "the time is 10, so it cannot become 9")]
fn refuses_to_go_back_in_time() {
    run::<Slots>(&small(), 1, 10.0).run(9.0);
}

#[test]
#[should_panic(expected = "server 3 is up already")]
fn refuses_to_start_a_server_that_is_up() {
    Fleet::<Slots>::new(&small(), 1).start(3);
}
