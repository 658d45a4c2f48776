//! What records tell the tracker: targets, plots, heartbeats; times near midnight; sources that are asked for.

use super::{datagram, decode, decode_at, feed, island, start, target, target_048, target_062};
use picket::engine::decode::report::{Body, PlotReport, ScanEvent, ScanReport, SensorTrackReport, TargetStatus};
use picket::engine::input::Feed;
use picket::engine::time::Span;
use picket::sim::asterix_wire::{RecordWriter, block, time_of_day};

fn target_of(body: Body) -> SensorTrackReport {
    match body {
        Body::Target(target) => target,
        other => panic!("{other:?}"),
    }
}

fn plot_of(body: Body) -> PlotReport {
    match body {
        Body::Plot(plot) => plot,
        other => panic!("{other:?}"),
    }
}

fn body(category: u8, record: RecordWriter) -> Option<Body> {
    decode(&[datagram(category, record)]).bodies().first().copied()
}

/// 10 km to the east.
const EAST: [u8; 4] = [0x27, 0x10, 0x40, 0];

#[test]
fn a_plot_is_seen_from_the_site() {
    let plot = plot_of(body(10, target().with(40, &EAST).with(270, &[121, 65, 24])).unwrap());
    let offset = island().offset_to(plot.position);
    assert!((offset.east_m - 10_000.0).abs() < 10.0 && offset.north_m.abs() < 10.0);
    assert_eq!((plot.range.unwrap().0, plot.azimuth.unwrap().degrees()), (10_000.0, 90.0));
    assert!((f64::from(plot.cross_sigma_m) - 10_000.0 * 0.15_f64.to_radians()).abs() < 0.1);
    assert_eq!(plot.extent.map(|e| (e.length_m, e.orientation_deg, e.width_m)), Some((60.0, Some(90.0), Some(12.0))));
    assert_eq!((plot.source.sac, plot.source.sic), (7, 1));
    let turned = Feed {
        site: feed().site.map(|site| picket::engine::input::Site { heading_offset_deg: 90.0, ..site }),
        ..feed()
    };
    let gave = decode_at(start(), turned, &[datagram(10, target().with(40, &EAST))]);
    assert!((plot_of(gave.bodies()[0]).azimuth.unwrap().degrees() - 180.0).abs() < 1e-9);
}

#[test]
fn a_plot_without_a_place_tells_nothing() {
    assert_eq!(body(10, target()), None);
    let nowhere = Feed { site: None, ..feed() };
    assert!(decode_at(start(), nowhere.clone(), &[datagram(10, target().with(40, &EAST))]).reports.is_empty());
    let placed = target().with(41, &[0x10, 0, 0, 0, 0x20, 0, 0, 0]);
    let plot = plot_of(decode_at(start(), nowhere, &[datagram(10, placed)]).bodies()[0]);
    assert_eq!((plot.position.lat(), plot.range), (22.5, None));
}

#[test]
fn tracks_come_as_targets_with_their_status() {
    let track = |status: &[u8]| {
        target().with(161, &[0, 9]).with(42, &[0x10, 0, 0, 0]).with(202, &[0, 40, 0, 0]).with(170, status)
    };
    let confirmed = target_of(body(10, track(&[0])).unwrap());
    assert_eq!((confirmed.status, confirmed.target_number), (TargetStatus::Tracking, 0x0701_0009));
    assert_eq!((confirmed.sog.unwrap().m_s(), confirmed.cog.unwrap().degrees()), (10.0, 90.0));
    assert!((island().offset_to(confirmed.position.unwrap()).east_m - 4096.0).abs() < 5.0);
    assert_eq!(target_of(body(10, track(&[0x80])).unwrap()).status, TargetStatus::Query);
    let ended = target_of(body(10, track(&[0x40])).unwrap());
    assert_eq!((ended.status, ended.position), (TargetStatus::Lost, None));
    assert_eq!(body(10, track(&[0x20])), None, "carried on without a detection");
    let system = target_062().with(105, &[0, 0x40, 0, 0, 0, 0x80, 0, 0]);
    assert!(target_of(body(62, system.clone()).unwrap()).position.is_some());
    let ended = target_of(body(62, target_062().with(80, &[1, 0x40])).unwrap());
    assert_eq!((ended.status, ended.target_number), (TargetStatus::Lost, 0x0701_1234));
    assert_eq!(
        target_of(body(48, target_048().with(161, &[0, 5]).with(170, &[1, 0x80])).unwrap()).status,
        TargetStatus::Lost
    );
}

#[test]
fn what_no_vessel_sent_moves_nothing() {
    let plot = |descriptor: &[u8]| decode(&[datagram(10, target().with(40, &EAST).with(20, descriptor))]);
    assert_eq!(plot(&[0x60]).reports.len(), 1);
    for (what, descriptor) in [("simulated", [0x61, 0x80]), ("test", [0x61, 0x40]), ("field monitor", [0x61, 0x20])] {
        let gave = plot(&descriptor);
        assert_eq!((gave.records.len(), gave.reports.len()), (1, 0), "{what}");
    }
    assert_eq!(body(48, target_048().with(40, &EAST).with(20, &[0x10])), None);
    assert_eq!(body(62, target_062().with(105, &[0; 8]).with(80, &[1, 0x80])), None);
    assert_eq!(body(10, target().with(40, &EAST).with(170, &[1, 1, 0x80])), None, "a ghost");
}

#[test]
fn a_radar_tells_that_it_lives() {
    let event = |category, record| match body(category, record) {
        Some(Body::Scan(ScanReport { event, rotation, .. })) => (event, rotation),
        other => panic!("{other:?}"),
    };
    let service = |kind| RecordWriter::new(34).with(10, &[7, 1]).with(0, &[kind]).with(30, &time_of_day(start()));
    assert_eq!(event(34, service(1).with(41, &[1, 128])), (ScanEvent::North, Some(Span::from_secs(3))));
    assert!(matches!(event(34, service(2).with(20, &[64])), (ScanEvent::Sector(at), None) if at.degrees() == 90.0));
    assert_eq!(event(34, service(5)).0, ScanEvent::Status);
    assert_eq!(event(10, target().with(0, &[2])).0, ScanEvent::CycleStart);
    assert_eq!(event(10, target().with(0, &[3])).0, ScanEvent::Status);
}

#[test]
fn a_time_of_day_lies_on_the_nearest_day() {
    let plot = |seconds: u32| {
        let [_, a, b, c] = (seconds * 128).to_be_bytes();
        datagram(10, RecordWriter::new(10).with(10, &[7, 1]).with(0, &[1]).with(140, &[a, b, c]).with(40, &EAST))
    };
    let times = |received_at, plots: &[u32]| {
        let gave = decode_at(received_at, feed(), &plots.iter().map(|s| plot(*s)).collect::<Vec<_>>());
        (gave.times(), gave.rejects)
    };
    let before_and_after = times(start(), &[86_399, 1, 0, 86_398]).0;
    let expected = [
        "2026-01-09T23:59:59.000Z",
        "2026-01-10T00:00:01.000Z",
        "2026-01-10T00:00:00.000Z",
        "2026-01-09T23:59:58.000Z",
    ];
    assert_eq!(before_and_after, expected);
    assert_eq!(times(start() - Span::from_millis(10), &[1]).0, ["2026-01-10T00:00:01.000Z"]);
    assert_eq!(times(start(), &[43_200]), (vec![], vec!["time"]), "half a day off is no time");
    assert_eq!(times(start(), &[86_400]), (vec![], vec!["asterix_block"]), "no day has so many seconds");
}

#[test]
fn only_the_source_of_the_site_is_taken() {
    let wanted =
        |sac, sic| Feed { site: feed().site.map(|site| picket::engine::input::Site { sac, sic, ..site }), ..feed() };
    let other = RecordWriter::new(10).with(10, &[7, 2]).with(0, &[1]).with(140, &time_of_day(start())).with(40, &EAST);
    let both = block(10, &[target().with(40, &EAST).bytes(), other.bytes()]);
    let count = |feed| decode_at(start(), feed, std::slice::from_ref(&both)).reports.len();
    assert_eq!([count(wanted(None, None)), count(wanted(Some(7), None)), count(wanted(Some(7), Some(1)))], [2, 2, 1]);
    assert_eq!(count(wanted(Some(8), None)), 0);
    let at_two = feed().site.map(|site| picket::engine::input::Site { sac: Some(7), sic: Some(2), ..site });
    let several = Feed { more_sites: at_two.into_iter().collect(), ..wanted(Some(7), Some(1)) };
    assert_eq!(count(several), 2);
}
