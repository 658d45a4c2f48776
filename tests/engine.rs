//! The engine's rules on small scripted worlds, fed as decoded reports.
#![allow(clippy::unwrap_used, clippy::panic)]

use picket::engine::alert::{Alert, AlertState, Cause};
use picket::engine::command::{Action, Command};
use picket::engine::core::{Config, Core};
use picket::engine::decode::report::{
    AisClass, Body, PositionReport, Report, SensorTrackReport, StationId, TargetStatus,
};
use picket::engine::detect::{Change, Kind, Priority, Subkind};
use picket::engine::digest::digest64;
use picket::engine::earth::{Offset, Position};
use picket::engine::input::{Feed, FeedId, FeedKind, Input};
use picket::engine::intake::{Intake, Steps};
use picket::engine::limits::Limits;
use picket::engine::output::Output;
use picket::engine::rules::Rules;
use picket::engine::time::{EventTime, Span};
use picket::engine::units::{Course, Metres, Speed};
use picket::engine::vessel::Mmsi;
use picket::engine::zone::ZoneSet;

/// A scripted world: reports by time, run through the core in order.
#[derive(Default)]
struct World {
    reports: Vec<Report>,
    /// Everything raised so far is acknowledged at these times.
    acknowledged_at: Vec<EventTime>,
    /// Other rules come at these times.
    rules_at: Vec<(EventTime, Rules)>,
}

const AIS: FeedId = FeedId(0);
const RADAR: FeedId = FeedId(1);

fn start() -> EventTime {
    EventTime::from_utc(2026, 1, 10, 12, 0, 0, 0).unwrap()
}

fn at(s: i64) -> EventTime {
    start() + Span::from_secs(s)
}

fn origin() -> Position {
    Position::from_degrees(8.45, 106.6).unwrap()
}

fn place(east_m: f64, north_m: f64) -> Position {
    origin().moved(Offset { east_m, north_m })
}

fn feeds() -> Vec<Feed> {
    vec![Feed::new("ais", FeedKind::Nmea), Feed::new("radar", FeedKind::Nmea)]
}

fn acknowledge(alert: &Alert) -> Vec<u8> {
    Command { alert: alert.id.clone(), action: Action::Acknowledge, by: "watch".into(), note: None }.to_bytes()
}

/// An input that is no frame, through the intake as every other.
fn order(core: &mut Core, input: &Input<'_>) {
    let mut steps = Steps::default();
    Intake::new(&feeds()).take(input, &mut steps);
    core.take(&steps);
}

fn drain(core: &mut Core, alerts: &mut Vec<Alert>) {
    while let Some(output) = core.poll_output() {
        if let Output::Alert(alert) = output {
            alerts.push(*alert);
        }
    }
}

impl World {
    /// A class A vessel that reports each 10 s along `path` (seconds -> metres east, north), silent where it gives none.
    fn ship(&mut self, mmsi: u32, until_s: i64, path: impl Fn(f64) -> Option<(f64, f64)>) {
        for s in (i64::from(mmsi % 7)..until_s).step_by(10) {
            let Some((east, north)) = path(s as f64) else { continue };
            let (e2, n2) = path(s as f64 + 1.0).unwrap_or((east, north));
            let velocity = Offset { east_m: e2 - east, north_m: n2 - north };
            let body = Body::Position(PositionReport {
                mmsi: Mmsi(mmsi),
                class: AisClass::A,
                position: Some(place(east, north)),
                position_accuracy: true,
                sog: Some(Speed::from_m_s(velocity.length().0)),
                cog: Some(velocity.direction()),
                true_heading: None,
                navigational_status: Some(0),
                utc_second_suspect: None,
            });
            self.push(AIS, s, body, mmsi.into());
        }
    }

    /// A radar target reported each 6 s.
    fn target(&mut self, number: u32, from_s: i64, until_s: i64, path: impl Fn(f64) -> Option<(f64, f64)>) {
        let mut held = false;
        for s in (from_s..until_s).step_by(6) {
            let Some((east, north)) = path(s as f64) else {
                if held {
                    self.push(RADAR, s, target(number, TargetStatus::Lost, None, None), number.into());
                }
                held = false;
                continue;
            };
            held = true;
            let (e2, n2) = path(s as f64 + 1.0).unwrap_or((east, north));
            let velocity = Offset { east_m: e2 - east, north_m: n2 - north };
            let body = target(number, TargetStatus::Tracking, Some(place(east, north)), Some(velocity));
            self.push(RADAR, s, body, number.into());
        }
    }

    fn push(&mut self, feed: FeedId, s: i64, body: Body, key: u64) {
        let digest = digest64(&[key.to_le_bytes(), s.to_le_bytes()].concat());
        let (seq, t) = (self.reports.len() as u64 + 1, at(s));
        let station = StationId(if feed == AIS { 7 } else { 0 });
        self.reports.push(Report { observed_at: t, received_at: t, feed, station, digest, seq, body });
    }

    /// Four ships that only keep the station healthy, far from everything.
    fn bystanders(&mut self, until_s: i64) {
        for i in 0..4u32 {
            let north = 20_000.0 + 3000.0 * f64::from(i);
            self.ship(574_900_000 + i, until_s, move |t| Some((t * 5.0 - 20_000.0, north)));
        }
    }

    fn run(mut self) -> Vec<Alert> {
        self.reports.sort_by_key(|r| (r.observed_at, r.feed, r.digest));
        let config = Config {
            feeds: feeds(),
            limits: Limits::default(),
            zones: ZoneSet::everywhere(),
            settings_hash: "test".into(),
            tracks_every: None,
            fixes_every: None,
        };
        self.acknowledged_at.reverse();
        self.rules_at.reverse();
        let mut core = Core::new(config);
        let mut alerts = Vec::new();
        for report in &self.reports {
            let due = |at: &EventTime| *at <= report.received_at;
            while let Some(at) = self.acknowledged_at.pop_if(|at| due(at)) {
                let commands: Vec<Vec<u8>> = alerts.iter().map(acknowledge).collect();
                commands.iter().for_each(|body| order(&mut core, &Input::Command { received_at: at, body }));
                drain(&mut core, &mut alerts);
            }
            while let Some((at, rules)) = self.rules_at.pop_if(|(at, _)| due(at)) {
                order(&mut core, &Input::Rules { received_at: at, body: &rules.to_bytes().unwrap() });
            }
            core.take_frame(report.feed, report.received_at, std::slice::from_ref(report));
            drain(&mut core, &mut alerts);
        }
        core.end_feed(AIS);
        core.end_feed(RADAR);
        drain(&mut core, &mut alerts);
        alerts
    }
}

fn target(number: u32, status: TargetStatus, position: Option<Position>, velocity: Option<Offset>) -> Body {
    Body::Target(SensorTrackReport {
        target_number: number,
        status,
        position,
        range: position.map(|_| Metres(12_000.0)),
        sog: velocity.map(|v| Speed::from_m_s(v.length().0)),
        cog: velocity.map(|v| Course::from_degrees(v.direction().degrees())),
        range_sigma_m: 15.0,
        cross_sigma_m: 30.0,
    })
}

fn of(alerts: &[Alert], kind: Kind) -> Vec<&Alert> {
    alerts.iter().filter(|a| a.anomaly.kind == kind).collect()
}

/// Sails in at 5 m/s, stops at `east` from `stop_s` to `go_s`, sails on.
fn stops(t: f64, stop_s: f64, go_s: f64, east: f64, north: f64) -> (f64, f64) {
    if t < stop_s {
        (east - (stop_s - t) * 5.0, north)
    } else if t < go_s {
        (east + (t - stop_s) * 0.05, north)
    } else {
        (east + (t - go_s) * 5.0, north)
    }
}

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
    let judged: Vec<_> = alerts.iter().map(|alert| (alert.anomaly.kind, &alert.anomaly.subjects)).collect();
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
    let mut world = World { acknowledged_at: vec![at(3600), at(3601), at(5400)], ..World::default() };
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
