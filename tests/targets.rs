//! Targets of a radar's own tracker through the core: its bias is found, and names outlive a silence and a lost number.
#![allow(clippy::unwrap_used, clippy::panic)]

use picket::engine::core::{Config, Core};
use picket::engine::decode::report::{
    AisClass, Body, PositionReport, Report, SensorTrackReport, StationId, TargetStatus,
};
use picket::engine::earth::{Offset, Position};
use picket::engine::input::{Feed, FeedId, FeedKind, Site};
use picket::engine::limits::Limits;
use picket::engine::output::{Output, TrackState};
use picket::engine::time::{EventTime, Span};
use picket::engine::units::{Bearing, Course, Metres, Speed};
use picket::engine::vessel::Mmsi;
use picket::engine::zone::ZoneSet;

const AIS: FeedId = FeedId(0);
const RADAR: FeedId = FeedId(1);
const ROTATION_S: i64 = 3;
const HULLS: usize = 6;
/// The first hull's AIS is silent from here on, s; its target is lost here, s, and found under another number a while later.
const SILENT_S: i64 = 400;
const LOST_S: i64 = 500;
const FOUND_S: i64 = 530;
/// What the radar measures wrongly: m, degrees.
const BIAS: (f64, f64) = (40.0, 0.5);

fn site() -> Site {
    Site {
        range_sigma_m: 20.0,
        bearing_sigma_deg: 0.3,
        max_range_m: 20_000.0,
        ..Site::at(Position::from_degrees_wrapped(20.6, 107.2), Span::from_secs(ROTATION_S))
    }
}

fn at(s: i64) -> EventTime {
    EventTime::from_millis(1_767_225_600_000 + s * 1000)
}

fn course(hull: usize) -> f64 {
    60.0 * hull as f64 + 100.0
}

fn place(hull: usize, s: i64) -> Position {
    let there = Offset::polar(60.0 * hull as f64, 8_000.0).plus(Offset::polar(course(hull), 5.0 * s as f64));
    site().position.at_near(Bearing::from_degrees(there.direction().degrees()), there.length())
}

fn report(feed: FeedId, s: i64, digest: u64, body: Body) -> Report {
    Report { observed_at: at(s), received_at: at(s), feed, station: StationId(1), digest, seq: digest, body }
}

fn fix(hull: usize, s: i64) -> Report {
    let body = Body::Position(PositionReport {
        mmsi: Mmsi(574_000_000 + hull as u32),
        class: AisClass::A,
        position: Some(place(hull, s)),
        position_accuracy: true,
        sog: Some(Speed::from_m_s(5.0)),
        cog: Some(Course::from_degrees(course(hull))),
        true_heading: None,
        navigational_status: Some(0),
        utc_second_suspect: None,
    });
    report(AIS, s, 1_000_000 + (s as u64) * 10 + hull as u64, body)
}

fn target(hull: usize, s: i64, number: u32, status: TargetStatus) -> Report {
    let (range, bearing) = site().position.polar_to_near(place(hull, s));
    let range = Metres(range.0 + BIAS.0);
    let bearing = Bearing::from_degrees(bearing.degrees() + BIAS.1);
    let body = Body::Target(SensorTrackReport {
        target_number: number,
        status,
        position: (status != TargetStatus::Lost).then(|| site().position.at_near(bearing, range)),
        range: Some(range),
        sog: Some(Speed::from_m_s(5.0)),
        cog: Some(Course::from_degrees(course(hull))),
        range_sigma_m: 20.0,
        cross_sigma_m: 42.0,
    });
    report(RADAR, s, 2_000_000 + (s as u64) * 10 + hull as u64, body)
}

fn run() -> (Core, Vec<TrackState>) {
    let mut radar = Feed::new("radar", FeedKind::Nmea);
    radar.site = Some(site());
    let config = Config {
        feeds: vec![Feed::new("ais", FeedKind::Nmea), radar],
        limits: Limits::default(),
        zones: ZoneSet::everywhere(),
        settings_hash: String::new(),
        tracks_every: Some(Span::from_secs(ROTATION_S)),
        fixes_every: None,
    };
    let (mut core, mut lines) = (Core::new(config), Vec::new());
    for s in 0..700 {
        if s % 9 == 0 {
            (0..HULLS)
                .filter(|hull| *hull > 0 || s < SILENT_S)
                .for_each(|hull| core.take_frame(AIS, at(s), &[fix(hull, s)]));
        }
        if s % ROTATION_S == 0 {
            (1..HULLS).for_each(|i| core.take_frame(RADAR, at(s), &[target(i, s, i as u32, TargetStatus::Tracking)]));
            let first = match s {
                ..LOST_S => Some(target(0, s, 0, TargetStatus::Tracking)),
                LOST_S..FOUND_S => (s < LOST_S + ROTATION_S).then(|| target(0, s, 0, TargetStatus::Lost)),
                _ => Some(target(0, s, 99, TargetStatus::Tracking)),
            };
            core.take_frame(RADAR, at(s), first.as_slice());
        }
        lines.extend(std::iter::from_fn(|| core.poll_output()).filter_map(|output| match output {
            Output::Track(state) => Some(state),
            _ => None,
        }));
    }
    (core, lines)
}

#[test]
fn the_bias_is_found_and_taken_off() {
    let (core, lines) = run();
    let (_, _, registration) = core.biases().next().unwrap();
    assert!((registration.range_m() - BIAS.0).abs() < 5.0 && (registration.bearing_deg() - BIAS.1).abs() < 0.03);
    let last = lines.iter().map(|line| line.at).max().unwrap();
    let last: Vec<&TrackState> = lines.iter().filter(|line| line.at == last).collect();
    assert_eq!(last.len(), HULLS, "{last:#?}");
}

#[test]
fn a_silent_vessel_is_followed_and_found_under_another_number() {
    let (_, lines) = run();
    let silent = |line: &&TrackState| line.mmsi == Some(Mmsi(574_000_000));
    let of_silence: Vec<&TrackState> = lines.iter().filter(silent).filter(|line| line.at >= at(SILENT_S)).collect();
    for line in of_silence.iter().filter(|line| line.at < at(LOST_S) || line.at > at(FOUND_S + 20)) {
        let s = (line.at - at(0)).millis() / 1000;
        let off_m = line.position.distance_to(place(0, s)).0;
        assert!(off_m < 60.0, "{s} s: {off_m} m");
    }
    let nameless = lines.iter().filter(|line| line.mmsi.is_none() && line.at > at(100)).count();
    assert_eq!(nameless, 0);
    assert!(of_silence.iter().any(|line| line.at > at(680)));
}
