//! Radar plots through the core: tracks, names that outlive a silence, and the dark period that radar confirms.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use picket::engine::core::{Config, Core};
use picket::engine::decode::report::{
    AisClass, Body, PlotReport, PositionReport, Report, ScanEvent, ScanReport, SourceId, StationId,
};
use picket::engine::detect::Kind;
use picket::engine::earth::{Offset, Position};
use picket::engine::input::{Feed, FeedId, FeedKind, Site};
use picket::engine::limits::Limits;
use picket::engine::output::{Output, TrackState};
use picket::engine::time::{EventTime, Span};
use picket::engine::track::Holding;
use picket::engine::units::{Bearing, Course, Metres, Speed};
use picket::engine::vessel::Mmsi;
use picket::engine::zone::ZoneSet;

const AIS: FeedId = FeedId(0);
const RADAR: FeedId = FeedId(1);
const START_MS: i64 = 1_767_225_600_000;
const ROTATION_S: i64 = 3;
/// The vessel that switches AIS off, and when.
const SILENT: (u32, i64) = (574_000_000, 900);
/// The vessel that never had any, by its place among the hulls.
const NAMELESS: usize = 4;

fn site() -> Site {
    Site {
        range_sigma_m: 12.0,
        bearing_sigma_deg: 0.15,
        max_range_m: 20_000.0,
        ..Site::at(Position::from_degrees(20.6, 107.2).unwrap(), Span::from_secs(ROTATION_S))
    }
}

fn core() -> Core {
    let mut radar = Feed::new("radar", FeedKind::Asterix);
    radar.site = Some(site());
    radar.lateness = Span::from_secs(ROTATION_S);
    let feeds = vec![Feed::new("ais", FeedKind::Nmea), radar];
    let (limits, zones) = (Limits::default(), ZoneSet::everywhere());
    let tracks_every = Some(Span::from_secs(ROTATION_S));
    Core::new(Config { feeds, limits, zones, settings_hash: String::new(), tracks_every, fixes_every: None })
}

fn at(s: i64) -> EventTime {
    EventTime::from_millis(START_MS + s * 1000)
}

/// Where a hull is: five on courses of their own, 5 m/s.
fn place(hull: usize, s: i64) -> Position {
    let spread = Offset::polar(72.0 * hull as f64, 6_000.0);
    let there = spread.plus(Offset::polar(course(hull), 5.0 * s as f64));
    site().position.at_near(Bearing::from_degrees(there.direction().degrees()), there.length())
}

fn course(hull: usize) -> f64 {
    72.0 * hull as f64 + 100.0
}

fn report(feed: FeedId, s: i64, digest: u64, body: Body) -> Report {
    Report { observed_at: at(s), received_at: at(s), feed, station: StationId(1), digest, seq: digest, body }
}

fn fix(hull: usize, s: i64) -> Report {
    let body = Body::Position(PositionReport {
        mmsi: Mmsi(SILENT.0 + hull as u32),
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

fn plot(hull: usize, s: i64) -> Report {
    let (range, azimuth) = site().position.polar_to_near(place(hull, s));
    let wobble = f64::from((s as u32).wrapping_mul(2_654_435_761) >> 16) / 65_536.0 - 0.5;
    let (range, azimuth) = (Metres(range.0 + 30.0 * wobble), Bearing::from_degrees(azimuth.degrees() - 0.3 * wobble));
    let body = Body::Plot(PlotReport {
        source: SourceId::default(),
        position: site().position.at_near(azimuth, range),
        range: Some(range),
        azimuth: Some(azimuth),
        range_sigma_m: 12.0,
        cross_sigma_m: 16.0,
        extent: None,
    });
    report(RADAR, s, 2_000_000 + (s as u64) * 10 + hull as u64, body)
}

/// Half an hour, the plots of each turn in ascending order of hulls or in descending; everything that comes out.
fn half_an_hour(backwards: bool) -> Vec<Output> {
    let (mut core, mut outputs) = (core(), Vec::new());
    for s in 0..1_800 {
        if s % 6 == 0 {
            for hull in (0..NAMELESS).filter(|hull| *hull != 0 || s < SILENT.1) {
                core.take_frame(AIS, at(s), &[fix(hull, s)]);
            }
        }
        if s % ROTATION_S == 0 {
            let scan = ScanReport { source: SourceId::default(), event: ScanEvent::CycleStart, rotation: None };
            core.take_frame(RADAR, at(s), &[report(RADAR, s, s as u64, Body::Scan(scan))]);
            let mut plots: Vec<Report> = (0..=NAMELESS).map(|hull| plot(hull, s)).collect();
            if backwards {
                plots.reverse();
            }
            core.take_frame(RADAR, at(s), &plots);
        }
        outputs.extend(std::iter::from_fn(|| core.poll_output()));
    }
    for feed in [AIS, RADAR] {
        core.end_feed(feed);
        outputs.extend(std::iter::from_fn(|| core.poll_output()));
    }
    outputs
}

fn last_lines(outputs: &[Output]) -> Vec<&TrackState> {
    let lines = outputs.iter().filter_map(|output| match output {
        Output::Track(state) => Some(state),
        _ => None,
    });
    let last = lines.clone().map(|state| state.at).max();
    lines.filter(|state| Some(state.at) == last).collect()
}

#[test]
fn one_track_a_vessel_and_names_outlive_a_silence() {
    let outputs = half_an_hour(false);
    let lines = last_lines(&outputs);
    assert_eq!(lines.len(), 5, "{lines:#?}");
    for hull in 0..=NAMELESS {
        let mmsi = (hull != NAMELESS).then_some(Mmsi(SILENT.0 + hull as u32));
        let line = lines.iter().find(|line| line.mmsi == mmsi).unwrap();
        let s = (line.at - at(0)).millis() / 1000;
        assert!(line.position.distance_to(place(hull, s)).0 < 30.0, "{hull}: {line:?}");
        let holding = match hull {
            0 => Holding::DarkHeld,
            NAMELESS => Holding::NonCooperative,
            _ => Holding::Cooperative,
        };
        assert_eq!(line.holding, Some(holding), "{hull}");
    }
}

#[test]
fn radar_confirms_the_silence_of_a_vessel_it_holds() {
    let outputs = half_an_hour(false);
    let dark: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Alert(alert) if alert.anomaly.kind == Kind::DarkPeriod => Some(alert),
            _ => None,
        })
        .collect();
    let first = dark.first().unwrap();
    assert_eq!(first.subjects[0].mmsi, Some(Mmsi(SILENT.0)));
    let after = (first.anomaly.raised_at - first.anomaly.onset).seconds();
    assert!((360.0..=420.0).contains(&after), "raised {after} s after the last report");
    assert!(dark.iter().all(|alert| alert.id == first.id));
}

#[test]
fn the_order_of_plots_of_one_instant_is_of_no_meaning() {
    assert_eq!(half_an_hour(false), half_an_hour(true));
}
