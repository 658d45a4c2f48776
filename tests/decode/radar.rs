//! Radar targets: what TTM sentences of real radars hold, from a fixed site and from a moving ship.

use super::{Gave, decode, decode_feed, sentence, start, tag};
use picket::engine::decode::report::{Body, SensorTrackReport, TargetStatus};
use picket::engine::earth::Position;
use picket::engine::input::{Feed, FeedKind, Site};
use picket::engine::time::Span;

pub fn ttm(fields: &str) -> String {
    sentence('$', &format!("RATTM,{fields}"))
}

pub fn targets(gave: &Gave) -> Vec<SensorTrackReport> {
    let target = |body| if let Body::Target(target) = body { Some(target) } else { None };
    gave.reports().into_iter().filter_map(|report| target(report.body)).collect()
}

pub fn island() -> Position {
    Position::from_degrees(8.68, 106.6).unwrap()
}

pub fn site() -> Feed {
    let site = Site {
        range_sigma_m: 12.0,
        bearing_sigma_deg: 0.15,
        max_range_m: 40_000.0,
        ..Site::at(island(), Span::from_secs(3))
    };
    Feed { site: Some(site), ..Feed::new("radar", FeedKind::Nmea) }
}

/// Own ship at 10 N 107 E, steering 090 at 12 kn.
pub fn own_ship() -> [String; 2] {
    let rmc = sentence('$', "GPRMC,000000.00,A,1000.00,N,10700.00,E,12.0,090.0,100126,,,A");
    [rmc, sentence('$', "HEHDT,090.0,T")]
}

pub fn from_ship(fields: &str) -> Vec<SensorTrackReport> {
    targets(&decode(own_ship().into_iter().chain([ttm(fields)])))
}

#[test]
fn a_fixed_site_places_its_targets() {
    let gave = decode_feed(site(), [ttm("300,10.000,045.0,T,12.0,090.0,T,,,N,,T,,000000.00,A")]);
    let target = targets(&gave)[0];
    let offset = island().offset_to(target.position.unwrap());
    assert_eq!((target.target_number, target.status), (300, TargetStatus::Tracking));
    assert!((offset.length().0 - 18_520.0).abs() < 5.0 && (offset.direction().degrees() - 45.0).abs() < 0.05);
    assert!((target.sog.unwrap().knots() - 12.0).abs() < 1e-9);
    let across = 18_520.0 * f64::from((0.15f32.powi(2) + 0.01 / 12.0).sqrt()).to_radians();
    assert!((f64::from(target.cross_sigma_m) - across).abs() < 0.5);
}

#[test]
fn blanks_missing_tails_and_foreign_bytes() {
    let lines =
        [ttm(" 07 , 1.50 , 045.0 ,T,  ,  ,T, , ,N,  ,T, ,  ,A").into_bytes(), ttm("8,1.50,045.0,T").into_bytes()];
    let gave = decode_feed(site(), lines);
    assert!(targets(&gave).iter().all(|target| target.position.is_some() && target.sog.is_none()));
    let mut foreign = b"RATTM,9,1.50,045.0,T,,,,,,N,\xE9,T".to_vec();
    let sum = foreign.iter().fold(0, |x, b| x ^ b);
    foreign.splice(0..0, *b"$");
    foreign.extend(format!("*{sum:02X}").bytes());
    assert_eq!(targets(&decode_feed(site(), [foreign])).len(), 1);
    assert_eq!(decode_feed(site(), [ttm(",1.5,045.0,T"), ttm("1,far,045.0,T")]).reasons(), ["malformed"; 2]);
}

#[test]
fn bearings_relative_to_the_bow() {
    let east = from_ship("1,1.00,000.0,R,,,,,,N,,T")[0].position.unwrap();
    let offset = Position::from_degrees(10.0, 107.0).unwrap().offset_to(east);
    assert!((offset.east_m - 1852.0).abs() < 2.0 && offset.north_m.abs() < 2.0);
    let [rmc, _] = own_ship();
    let without_heading = targets(&decode([rmc, ttm("1,1.00,000.0,R,,,,,,N,,T")]));
    assert_eq!(without_heading[0].position, None);
    assert_eq!(targets(&decode([ttm("1,1.00,000.0,T,,,,,,N,,T")]))[0].position, None);
}

#[test]
fn motion_relative_to_own_ship() {
    let target = from_ship("1,1.00,000.0,T,12.0,270.0,R,,,N,,T")[0];
    assert!(target.position.is_some() && target.sog.unwrap().knots() < 1e-6);
    let gga = sentence('$', "GPGGA,000000,1000.00,N,10700.00,E,1,08,1.0,10,M,,M,,");
    let unmoving = targets(&decode([gga, ttm("1,1.00,000.0,T,12.0,270.0,R,,,N,,T")]))[0];
    assert!(unmoving.position.is_some() && unmoving.sog.is_none() && unmoving.cog.is_none());
}

#[test]
fn own_position_is_carried_on_and_grows_stale() {
    let at = |s: i64, line: &str| format!("{}{line}", tag(&format!("c:{}", (start() + Span::from_secs(s)).millis())));
    let target = |s: i64| {
        let [rmc, _] = own_ship();
        targets(&decode([at(0, &rmc), at(s, &ttm("1,0.00,000.0,T,,,,,,N,,T"))]))[0].position
    };
    let carried = Position::from_degrees(10.0, 107.0).unwrap().offset_to(target(30).unwrap());
    assert!((carried.east_m - 12.0 * 1852.0 / 120.0).abs() < 1.0);
    assert_eq!(target(61), None);
}

#[test]
fn lost_queried_and_reference_targets() {
    let lost = from_ship("5,0.00,000.0,T,0.0,000.0,T,,,N,,L,,000000.00,A")[0];
    assert_eq!((lost.status, lost.position, lost.range), (TargetStatus::Lost, None, None));
    let queried = from_ship("5,1.00,000.0,T,5.0,000.0,T,,,N,,Q,,000000.00,A")[0];
    assert!(queried.status == TargetStatus::Query && queried.position.is_some() && queried.sog.is_none());
    let gave = decode_feed(site(), [ttm("5,1.00,000.0,T,0.0,000.0,T,,,N,,T,R,000000.00,A")]);
    assert_eq!((gave.messages.len(), gave.reports().len()), (1, 0));
}

#[test]
fn times_of_day_without_a_date() {
    let time = |text: &str| {
        let gave = decode_feed(site(), [ttm(&format!("5,1.00,000.0,T,,,,,,N,,T,,{text},A"))]);
        (gave.times().first().cloned().unwrap_or_default(), gave.reasons())
    };
    assert_eq!(time("235959.50"), ("2026-01-09T23:59:59.500Z".to_owned(), vec![]));
    assert_eq!(time("000002"), ("2026-01-10T00:00:02.000Z".to_owned(), vec![]));
    assert_eq!(time("120000"), (String::new(), vec!["time"]));
    assert_eq!(time("256199"), (String::new(), vec!["time"]));
    let dated = Feed { date: Some(start() - Span::from_hours(240)), ..site() };
    let gave = decode_feed(dated, ["235900", "000100"].map(|t| ttm(&format!("5,1.00,000.0,T,,,,,,N,,T,,{t},A"))));
    assert_eq!(gave.times(), ["2025-12-31T23:59:00.000Z", "2026-01-01T00:01:00.000Z"]);
}
