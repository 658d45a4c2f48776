//! Fusion as a whole, on plots and fixes of a small sea.

use super::*;
use crate::engine::decode::report::{Body, ScanEvent, StationId};
use crate::engine::earth::{Offset, Position};
use crate::engine::time::Span;
use crate::engine::units::{Bearing, Metres};

const ROTATION_S: i64 = 3;

/// A vessel that keeps its course.
#[derive(Clone, Copy)]
struct Hull {
    from: Offset,
    course: f64,
    m_s: f64,
    /// It sends AIS within these turns.
    ais: (i64, i64),
}

/// A radar over some hulls, the fusion of what both tell, and everything it said.
struct Sea {
    fusion: Fusion,
    site: Site,
    hulls: Vec<Hull>,
    bias: (f64, f64),
    /// How far ahead of the hull's centre AIS antennas are, whose place is not told then.
    antenna_m: Option<f64>,
    clutter: u32,
    turn: i64,
    random: u64,
    events: Vec<Event>,
}

impl Sea {
    fn new(hulls: &[Hull]) -> Self {
        let site = Site {
            range_sigma_m: 12.0,
            bearing_sigma_deg: 0.15,
            max_range_m: 20_000.0,
            ..Site::at(Position::from_degrees_wrapped(20.6, 107.2), Span::from_secs(ROTATION_S))
        };
        let (fusion, hulls) = (Fusion::default(), hulls.to_vec());
        let (bias, antenna_m, events) = ((0.0, 0.0), None, Vec::new());
        Sea { fusion, site, hulls, bias, antenna_m, clutter: 0, turn: 0, random: 1, events }
    }

    /// Evenly spread in 0..1.
    fn chance(&mut self) -> f64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.chance()).sum::<f64>() - 6.0
    }

    fn now(&self) -> EventTime {
        EventTime::from_millis(1_767_225_600_000 + self.turn * ROTATION_S * 1000)
    }

    fn place(&self, hull: usize) -> Position {
        let Hull { from, course, m_s, .. } = self.hulls[hull];
        let along = Offset::polar(course, m_s * (self.turn * ROTATION_S) as f64);
        let there = from.plus(along);
        self.site.position.at_near(Bearing::from_degrees(there.direction().degrees()), there.length())
    }

    /// A hull takes another course.
    fn turn_to(&mut self, hull: usize, course: f64) {
        let Hull { from, course: before, m_s, .. } = self.hulls[hull];
        let sailed_m = m_s * (self.turn * ROTATION_S) as f64;
        self.hulls[hull].from = from.plus(Offset::polar(before, sailed_m)).minus(Offset::polar(course, sailed_m));
        self.hulls[hull].course = course;
    }

    fn plot(&mut self, range_m: f64, bearing_deg: f64) {
        self.plot_at(self.now(), range_m, bearing_deg);
    }

    fn plot_at(&mut self, at: EventTime, range_m: f64, bearing_deg: f64) {
        self.chance();
        let (range, azimuth) = (Metres(range_m), Bearing::from_degrees(bearing_deg));
        let body = PlotReport {
            source: SourceId::default(),
            position: self.site.position.at_near(azimuth, range),
            range: Some(range),
            azimuth: Some(azimuth),
            range_sigma_m: 12.0,
            cross_sigma_m: (range_m * 0.15 * std::f64::consts::PI / 180.0) as f32,
            extent: None,
        };
        let report = Report { observed_at: at, received_at: at, ..self.report(Body::Plot(body)) };
        let site = self.site;
        self.fusion.take_plot(&report, &body, Some(&site));
    }

    fn report(&self, body: Body) -> Report {
        let (observed_at, received_at) = (self.now(), self.now());
        Report { observed_at, received_at, feed: FeedId(0), station: StationId(0), digest: self.random, seq: 0, body }
    }

    /// One rotation: AIS fixes each third turn, then the plots of all hulls that `sees` lets through, and clutter.
    fn rotate(&mut self, sees: impl Fn(usize, i64) -> bool) {
        self.turn += 1;
        let scan = ScanReport { source: SourceId::default(), event: ScanEvent::CycleStart, rotation: None };
        let (report, site) = (self.report(Body::Scan(scan)), self.site);
        self.fusion.take_scan(&report, &scan, Some(&site));
        for i in 0..self.hulls.len() {
            let Hull { course, m_s, ais, .. } = self.hulls[i];
            if self.turn % 3 == 0 && (ais.0..ais.1).contains(&self.turn) {
                let v = Offset::polar(course, m_s);
                let ahead = Offset::polar(course, self.antenna_m.unwrap_or(0.0));
                let noise = Offset { east_m: 5.0 * self.normal(), north_m: 5.0 * self.normal() };
                let fix = AisFix {
                    vessel: TrackIx(i as u32),
                    at: self.now(),
                    place: self.place(i).moved(noise.plus(ahead)),
                    sigma_m: 10.0,
                    velocity: Some([v.east_m, v.north_m]),
                    dimensions_known: self.antenna_m.is_none(),
                    length_m: self.antenna_m.is_none().then_some(25.0),
                };
                self.fusion.take_ais(&fix, &mut self.events);
            }
            if sees(i, self.turn) {
                let (range, bearing) = self.site.position.polar_to_near(self.place(i));
                let (r, b) = (12.0 * self.normal() + self.bias.0, 0.15 * self.normal() + self.bias.1);
                self.plot(range.0 + r, bearing.degrees() + b);
            }
        }
        for _ in 0..self.clutter {
            let (r, b) = (20_000.0 * libm::sqrt(self.chance()), 360.0 * self.chance());
            self.plot(r, b);
        }
        let ends = self.now() + Span::from_millis(1);
        self.fusion.close_sector(0, ends, &mut self.events);
    }

    fn run(&mut self, turns: i64) {
        (0..turns).for_each(|_| self.rotate(|_, _| true));
    }

    /// The confirmed tracks with how far each is from its nearest hull.
    fn confirmed(&self) -> Vec<(&FusedTrack, f64)> {
        let tracks = self.fusion.tracks.ixs().into_iter().filter_map(|ix| self.fusion.get(ix));
        let off = |track: &FusedTrack| {
            let place = track.estimate(self.now()).0;
            (0..self.hulls.len()).map(|i| place.distance_to(self.place(i)).0).fold(f64::INFINITY, f64::min)
        };
        tracks.filter(|track| track.is_confirmed()).map(|track| (track, off(track))).collect()
    }
}

fn hull(east_m: f64, north_m: f64, course: f64, ais: (i64, i64)) -> Hull {
    Hull { from: Offset { east_m, north_m }, course, m_s: 5.0, ais }
}

const NEVER: (i64, i64) = (0, 0);
const ALWAYS: (i64, i64) = (0, i64::MAX);

#[test]
fn clutter_makes_no_tracks_and_vessels_do() {
    let mut sea = Sea::new(&[hull(5_000.0, 3_000.0, 40.0, NEVER), hull(-4_000.0, 6_000.0, 200.0, NEVER)]);
    sea.clutter = 30;
    for _ in 0..100 {
        sea.rotate(|i, turn| (turn + i as i64) % 4 != 0);
    }
    let confirmed = sea.confirmed();
    assert_eq!(confirmed.len(), 2);
    assert!(confirmed.iter().all(|(_, off)| *off < 40.0), "{:?}", confirmed.iter().map(|c| c.1).collect::<Vec<_>>());
}

#[test]
fn a_boat_is_tracked_at_every_azimuth() {
    let mut sea = Sea::new(&[]);
    let sectors = 8;
    for turn in 0..20 {
        for sector in 0..sectors {
            let begins = sea.now() + Span::from_millis((turn * sectors + sector) * ROTATION_S * 1000 / sectors);
            sea.plot_at(begins + Span::from_millis(100), 8_000.0, 22.0 + 45.0 * sector as f64);
            let ends = begins + Span::from_millis(ROTATION_S * 1000 / sectors);
            sea.fusion.close_sector(0, ends, &mut sea.events);
        }
    }
    assert_eq!(sea.confirmed().len(), 8, "one boat an eighth of a turn");
}

#[test]
fn a_silent_vessel_keeps_its_name_while_radar_holds_it() {
    let mut sea = Sea::new(&[hull(5_000.0, 3_000.0, 40.0, (0, 60)), hull(5_600.0, 3_000.0, 330.0, NEVER)]);
    sea.clutter = 5;
    sea.run(200);
    let named = sea.fusion.of_vessel(TrackIx(0)).unwrap();
    let (place, ..) = named.estimate(sea.now());
    assert!(place.distance_to(sea.place(0)).0 < 40.0 && named.posterior() > 0.95);
    assert_eq!(sea.confirmed().len(), 2);
    assert!(!sea.events.iter().any(|event| matches!(event, Event::Unbound { .. } | Event::Ended { .. })));
}

#[test]
fn a_track_becomes_the_vessel_that_switches_on() {
    let mut sea = Sea::new(&[hull(5_000.0, 3_000.0, 40.0, (50, 1_000))]);
    sea.run(45);
    assert_eq!(sea.confirmed().len(), 1);
    assert!(sea.fusion.of_vessel(TrackIx(0)).is_none());
    sea.run(20);
    assert!(sea.fusion.of_vessel(TrackIx(0)).is_some_and(FusedTrack::is_confirmed));
    assert_eq!(sea.confirmed().len(), 1, "it is one, not two");
}

#[test]
fn the_bias_is_found_in_five_minutes() {
    let ring = |i: u32| {
        let at = Offset::polar(f64::from(i) * 45.0, 6_000.0 + 900.0 * f64::from(i));
        hull(at.east_m, at.north_m, 77.0 * f64::from(i), ALWAYS)
    };
    let mut sea = Sea::new(&(0..8).map(ring).collect::<Vec<_>>());
    sea.bias = (40.0, 0.5);
    sea.run(100);
    let (_, _, registration) = sea.fusion.radars().next().unwrap();
    let (range_m, bearing_deg) = (registration.range_m(), registration.bearing_deg());
    assert!((range_m - 40.0).abs() < 5.0 && (bearing_deg - 0.5).abs() < 0.03, "{range_m} {bearing_deg}");
    let confirmed = sea.confirmed();
    assert_eq!(confirmed.len(), 8, "each vessel once");
    assert!(confirmed.iter().all(|(track, off)| track.vessel().is_some() && *off < 20.0));
}

#[test]
fn a_radar_that_is_moved_is_found_anew() {
    let ring = |i: u32| {
        let at = Offset::polar(f64::from(i) * 45.0, 6_000.0 + 900.0 * f64::from(i));
        hull(at.east_m, at.north_m, 77.0 * f64::from(i), if i < 6 { ALWAYS } else { NEVER })
    };
    let mut sea = Sea::new(&(0..8).map(ring).collect::<Vec<_>>());
    sea.run(100);
    assert_eq!(sea.confirmed().len(), 8);
    sea.bias = (-60.0, 1.6);
    sea.run(150);
    let (_, _, registration) = sea.fusion.radars().next().unwrap();
    assert!((registration.range_m() + 60.0).abs() < 10.0 && (registration.bearing_deg() - 1.6).abs() < 0.06);
    let confirmed = sea.confirmed();
    assert_eq!(confirmed.len(), 8);
    assert!(confirmed.iter().all(|(_, off)| *off < 40.0));
}

#[test]
fn a_silent_vessel_that_turns_unseen_keeps_its_name() {
    let mut sea = Sea::new(&[Hull { m_s: 9.0, ..hull(5_000.0, 3_000.0, 40.0, (0, 60)) }]);
    sea.run(80);
    sea.turn_to(0, 130.0);
    (0..7).for_each(|_| sea.rotate(|_, _| false));
    sea.run(12);
    let named = sea.fusion.of_vessel(TrackIx(0)).unwrap();
    assert!(named.estimate(sea.now()).0.distance_to(sea.place(0)).0 < 40.0);
    assert_eq!(sea.confirmed().len(), 1);
}

#[test]
fn what_is_told_twice_becomes_one() {
    let mut sea = Sea::new(&[hull(5_000.0, 3_000.0, 40.0, ALWAYS)]);
    sea.run(30);
    let double = FusedTrack { vessel: None, heard: None, ..sea.fusion.of_vessel(TrackIx(0)).unwrap().clone() };
    sea.fusion.tracks.add(double);
    assert_eq!(sea.confirmed().len(), 2);
    sea.run(40);
    let confirmed = sea.confirmed();
    assert!(confirmed.len() == 1 && confirmed[0].0.vessel().is_some());
}

#[test]
fn a_long_hull_is_bound_before_it_tells_its_length() {
    let mut sea = Sea::new(&[hull(5_000.0, 3_000.0, 40.0, ALWAYS)]);
    sea.antenna_m = Some(55.0);
    sea.run(60);
    assert!(sea.fusion.of_vessel(TrackIx(0)).is_some_and(FusedTrack::is_confirmed));
    assert_eq!(sea.confirmed().len(), 1);
    sea.antenna_m = None;
    sea.run(30);
    assert!(!sea.events.iter().any(|event| matches!(event, Event::Unbound { .. })));
    assert!(sea.confirmed()[0].1 < 20.0);
}

#[test]
fn a_lost_vessel_coasts_is_remembered_and_found_again() {
    let mut sea = Sea::new(&[hull(5_000.0, 3_000.0, 40.0, (0, 60))]);
    sea.run(80);
    (0..30).for_each(|_| sea.rotate(|_, _| false));
    assert!(sea.fusion.of_vessel(TrackIx(0)).is_none() && sea.fusion.has_lost(TrackIx(0)));
    sea.run(15);
    let again = sea.fusion.of_vessel(TrackIx(0)).unwrap();
    assert!(again.posterior() < 0.95 && !sea.fusion.has_lost(TrackIx(0)));
}

#[test]
fn two_in_one_cell_stay_two() {
    let (a, b) = (hull(6_000.0, 0.0, 0.0, ALWAYS), hull(6_000.0, -700.0, 0.0, NEVER));
    let mut sea = Sea::new(&[a, Hull { m_s: 6.0, ..b }]);
    // The second overtakes the first; within the cell both make one plot.
    for _ in 0..380 {
        let near = sea.place(0).distance_to(sea.place(1)).0 < 60.0;
        sea.rotate(|i, turn| !near || (turn % 2 == 0) == (i == 0));
    }
    let confirmed = sea.confirmed();
    assert_eq!(confirmed.len(), 2);
    assert_eq!(confirmed.iter().filter(|(track, _)| track.vessel().is_some()).count(), 1);
    assert!(confirmed.iter().all(|(_, off)| *off < 60.0));
}

#[test]
fn what_stands_in_a_snapshot_goes_on_the_same() {
    let mut sea = Sea::new(&[hull(5_000.0, 3_000.0, 40.0, (0, 60)), hull(-4_000.0, 6_000.0, 200.0, NEVER)]);
    sea.clutter = 20;
    sea.run(70);
    let bytes = postcard::to_stdvec(&sea.fusion).unwrap();
    let restored: Fusion = postcard::from_bytes(&bytes).unwrap();
    let random = sea.random;
    sea.run(20);
    let went_on = postcard::to_stdvec(&sea.fusion).unwrap();
    (sea.fusion, sea.random, sea.turn) = (restored, random, 70);
    sea.run(20);
    assert_eq!(postcard::to_stdvec(&sea.fusion).unwrap(), went_on);
    assert_eq!(sea.fusion.refused(), 0);
}
