//! The engine's rules on small scripted worlds, fed as decoded reports.
#![allow(clippy::unwrap_used, clippy::panic)]

mod handling;
mod world;

use picket::engine::alert::{AlertState, Cause};
use picket::engine::command::Action;
use picket::engine::detect::{Change, Kind, Priority, Subkind};
use picket::engine::limits::Limits;
use picket::engine::rules::Rules;
use picket::engine::vessel::Mmsi;
use world::*;

#[test]
fn a_drifter_is_told_at_half_an_hour_and_warned_of_at_an_hour() {
    let mut world = World::default();
    world.ship(574_000_001, 9000, |t| Some(stops(t, 1200.0, 6600.0, 0.0, 0.0)));
    let alerts = world.run();
    let loiter = of(&alerts, Kind::Loitering);
    let causes: Vec<Cause> = loiter.iter().map(|a| a.cause).filter(|c| *c != Cause::Anomaly(Change::Kept)).collect();
    assert_eq!(causes, [Change::Raised, Change::Escalated, Change::Ended].map(Cause::Anomaly));
    let (raised, last) = (loiter[0], loiter.last().unwrap());
    let onset = (raised.anomaly.onset - at(1200)).seconds();
    assert!((300.0..600.0).contains(&onset), "derived speed falls below 2 kn minutes after the stop: {onset}");
    assert_eq!(raised.anomaly.priority, Priority::Caution);
    assert!((raised.anomaly.raised_at - raised.anomaly.onset).seconds() >= 1800.0);
    let end = (last.anomaly.end.unwrap() - at(6600)).seconds();
    assert!((0.0..420.0).contains(&end), "{end}");
    assert_eq!(last.anomaly.priority, Priority::Warning);
    assert!(loiter.iter().all(|a| a.id == raised.id) && last.evidence.len() > 60);
}

#[test]
fn passing_traffic_raises_nothing() {
    let mut world = World::default();
    world.bystanders(7200);
    world.ship(574_000_001, 7200, |t| Some((t * 6.0, 0.0)));
    assert!(world.run().is_empty());
}

#[test]
fn beacons_aids_and_stations_ashore_never_loiter_or_meet() {
    let mut world = World::default();
    world.bystanders(9000);
    // Coast station, group, aircraft, AIS-SART, man overboard, EPIRB, aids, gear beacons.
    let numbers = [
        2_190_067,
        57_400_001,
        111_232_506,
        970_574_001,
        972_574_001,
        974_574_001,
        992_351_000,
        995_741_001,
        912_345_678,
        935_740_001,
    ];
    for (i, mmsi) in numbers.into_iter().enumerate() {
        world.ship(mmsi, 9000, move |t| Some(stops(t, 1200.0, 6600.0, 20.0 * i as f64, 30.0 * i as f64)));
    }
    let alerts = world.run();
    let calls = alerts.iter().filter(|alert| alert.anomaly.kind == Kind::Distress && alert.revision == 1).count();
    assert_eq!(calls, 3, "a call each of transmitter, device and beacon");
    let others = alerts.iter().filter(|alert| alert.anomaly.kind != Kind::Distress);
    let judged: Vec<_> = others.map(|alert| (alert.anomaly.kind, &alert.anomaly.subjects)).collect();
    assert!(judged.is_empty(), "{judged:?}");
}

#[test]
fn two_ships_alongside_are_a_transfer_and_one_alert() {
    let mut world = World::default();
    world.ship(574_000_001, 9000, |t| Some(stops(t, 1800.0, 5400.0, 0.0, 0.0)));
    world.ship(574_000_002, 9000, |t| Some(stops(t, 1800.0, 5400.0, 10.0, 30.0)));
    let alerts = world.run();
    let pair = of(&alerts, Kind::ShipToShip);
    assert!(!pair.is_empty(), "{:?}", alerts.iter().map(|a| (a.anomaly.kind, a.cause)).collect::<Vec<_>>());
    assert!(pair.iter().all(|a| a.id == pair[0].id), "one meeting, one alert");
    assert_eq!(pair[0].anomaly.subjects.len(), 2);
    let last = pair.last().unwrap();
    assert_eq!(last.cause, Cause::Anomaly(Change::Ended));
    let onset = (pair[0].anomaly.onset - at(1800)).seconds();
    assert!(onset < 600.0, "{onset}");
    let end = (last.anomaly.end.unwrap() - at(5400)).seconds();
    assert!(end.abs() < 900.0, "{end}");
}

#[test]
fn alongside_under_way_counts_too() {
    let mut world = World::default();
    world.ship(574_000_001, 6000, |t| Some((t * 2.0, 0.0)));
    world.ship(574_000_002, 6000, |t| {
        let away = if t < 1500.0 {
            (1500.0 - t) * 2.0
        } else if t < 4500.0 {
            0.0
        } else {
            (t - 4500.0) * 2.0
        };
        Some((t * 2.0, 30.0 + away))
    });
    let alerts = world.run();
    let pair = of(&alerts, Kind::ShipToShip);
    assert_eq!(pair.first().map(|a| a.anomaly.subkind), Some(Some(Subkind::UnderWay)));
}

#[test]
fn a_boat_at_a_radar_only_mother_is_a_dark_partner() {
    let mut world = World::default();
    world.target(5, 0, 9000, |_| Some((0.0, 0.0)));
    world.ship(574_000_002, 9000, |t| Some(stops(t, 1800.0, 5400.0, 0.0, 25.0)));
    world.bystanders(9000);
    let alerts = world.run();
    let pair = of(&alerts, Kind::ShipToShip);
    assert!(!pair.is_empty());
    let subjects = &pair[0].subjects;
    assert!(subjects.iter().any(|s| s.mmsi.is_none() && s.by_radar));
    assert!(subjects.iter().any(|s| s.mmsi == Some(Mmsi(574_000_002))));
}

#[test]
fn a_tanker_that_goes_dark_under_radar_is_told_in_six_minutes() {
    let path = |t: f64| (t * 4.0, 0.0);
    let mut world = World::default();
    world.ship(574_000_003, 9000, |t| (!(2400.0..6000.0).contains(&t)).then(|| path(t)));
    world.target(9, 0, 9000, |t| Some(path(t)));
    world.bystanders(9000);
    let alerts = world.run();
    let dark = of(&alerts, Kind::DarkPeriod);
    assert_eq!(dark.first().map(|a| a.anomaly.subkind), Some(Some(Subkind::RadarConfirmed)), "{alerts:#?}");
    let (raised, last) = (dark[0], dark.last().unwrap());
    let after = (raised.anomaly.raised_at - raised.anomaly.onset).seconds();
    assert!((360.0..440.0).contains(&after), "{after}");
    assert_eq!(last.cause, Cause::Anomaly(Change::Ended));
    assert!((last.anomaly.end.unwrap() - at(6000)).seconds().abs() < 20.0);
    assert!(alerts.iter().all(|a| a.anomaly.kind == Kind::DarkPeriod), "nothing else happened");
}

#[test]
fn silence_in_a_well_heard_cell_is_dark_and_a_dead_station_is_not() {
    for outage in [false, true] {
        let mut world = World::default();
        let quiet = |t: f64| outage && (3600.0..6000.0).contains(&t);
        for i in 0..5u32 {
            let north = 300.0 * f64::from(i);
            world.ship(574_000_010 + i, 10_800, move |t| (!quiet(t)).then(|| ((t * 3.0) % 1500.0, north)));
        }
        world.ship(574_000_020, 10_800, |t| (!(3600.0..7200.0).contains(&t)).then_some((700.0, -400.0)));
        let alerts = world.run();
        let dark = of(&alerts, Kind::DarkPeriod);
        if outage {
            assert!(
                dark.iter().all(|a| a.anomaly.raised_at > at(6000)),
                "{:?}",
                dark.iter().map(|a| a.anomaly.raised_at).collect::<Vec<_>>()
            );
        } else {
            assert_eq!(dark.first().map(|a| a.anomaly.subkind), Some(Some(Subkind::Coverage)));
            assert!((dark[0].anomaly.raised_at - at(3590)).seconds() < 1900.0);
        }
    }
}

#[test]
fn an_acknowledged_alert_stays_so_until_it_escalates() {
    let commands = [3600, 3601, 5400].map(|t| (at(t), Action::Acknowledge)).to_vec();
    let mut world = World { commands, ..World::default() };
    world.ship(574_000_001, 9000, |t| Some(stops(t, 1200.0, 6600.0, 0.0, 0.0)));
    let alerts = world.run();
    let loiter = of(&alerts, Kind::Loitering);
    let mut states: Vec<(Cause, AlertState)> = loiter.iter().map(|a| (a.cause, a.state)).collect();
    states.dedup();
    let story = |change: Change, state| (Cause::Anomaly(change), state);
    let expected = [
        story(Change::Raised, AlertState::ActiveUnacknowledged),
        (Cause::Operator, AlertState::ActiveAcknowledged),
        story(Change::Kept, AlertState::ActiveAcknowledged),
        story(Change::Escalated, AlertState::ActiveUnacknowledged),
        (Cause::Operator, AlertState::ActiveAcknowledged),
        story(Change::Kept, AlertState::ActiveAcknowledged),
        story(Change::Ended, AlertState::Normal),
    ];
    assert_eq!(states, expected, "a second acknowledgement of the same makes no revision");
    let revisions: Vec<u32> = loiter.iter().map(|a| a.revision).collect();
    assert_eq!(revisions, (1..=loiter.len() as u32).collect::<Vec<_>>());
    assert!(loiter.iter().all(|a| a.id == loiter[0].id));
    assert_eq!(loiter.last().unwrap().handling.acknowledged_by.as_deref(), Some("watch"));
}

#[test]
fn other_thresholds_end_what_is_open_and_judge_from_there() {
    let stricter = Limits::default().with_text("loitering.max_kn", "1.5").unwrap();
    let rules = Rules { feeds: feeds(), limits: stricter, zone_files: Vec::new() };
    let mut world = World { rules_at: vec![(at(4200), rules)], ..World::default() };
    world.ship(574_000_001, 9000, |t| Some(stops(t, 1200.0, 8000.0, 0.0, 0.0)));
    let alerts = world.run();
    let loiter = of(&alerts, Kind::Loitering);
    let ended = loiter.iter().position(|a| a.cause == Cause::Anomaly(Change::SettingsChanged)).unwrap();
    assert!(loiter[ended].anomaly.end.is_some_and(|end| (end - at(4200)).seconds().abs() <= 10.0));
    let again = loiter[ended + 1];
    assert_eq!((again.cause, again.revision), (Cause::Anomaly(Change::Raised), 1));
    assert_ne!(again.id, loiter[0].id, "ids are never given twice");
    assert_ne!(again.settings_hash, loiter[0].settings_hash);
    assert_eq!(loiter.iter().filter(|a| a.revision == 1).count(), 2);
}
