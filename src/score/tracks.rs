//! Tracks of vessels: where each was at any instant, in the plane that scoring measures in.

use std::collections::HashMap;
use std::path::Path;

use super::read::{ScoreError, TrackLine, for_each_line};
use super::stats::median;
use crate::engine::earth::Offset;
use crate::engine::units::NAUTICAL_MILE_M;

/// Seconds of a day.
pub(super) const DAY_S: f64 = 86_400.0;
/// Seconds from one instant to the next at which true tracks are judged.
pub(super) const STEP_S: f64 = 60.0;

/// A place in degrees. Unlike the engine's positions it is not rounded: scores are compared number for number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub lat: f64,
    pub lon: f64,
}

impl Place {
    /// Metres east and north of a reference: 60 nautical miles to the degree of latitude, a plane for all else.
    pub fn offset_from(self, reference: Place) -> Offset {
        let shrink = libm::cos(reference.lat.to_radians());
        Offset {
            east_m: (self.lon - reference.lon) * shrink * 60.0 * NAUTICAL_MILE_M,
            north_m: (self.lat - reference.lat) * 60.0 * NAUTICAL_MILE_M,
        }
    }
}

/// The positions of one vessel, by time.
#[derive(Debug)]
pub(super) struct Course {
    /// UNIX seconds and places, ascending.
    points: Vec<(f64, Place)>,
    /// South-west corner of the box about all points.
    low: Place,
    /// North-east corner.
    high: Place,
}

impl Course {
    /// From its points in any order.
    fn new(mut points: Vec<(f64, Place)>) -> Self {
        let key = |(t, p): &(f64, Place)| [*t, p.lat, p.lon];
        points.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal));
        let corner = |of: fn(f64, f64) -> f64, start: f64| {
            let start = Place { lat: start, lon: start };
            points.iter().fold(start, |c, (_, p)| Place { lat: of(c.lat, p.lat), lon: of(c.lon, p.lon) })
        };
        let (low, high) = (corner(f64::min, f64::INFINITY), corner(f64::max, f64::NEG_INFINITY));
        Course { points, low, high }
    }

    /// Whether the vessel may ever have been within a distance of a place, seen from a reference; if not, it never was.
    pub fn may_come_near(&self, place: Place, metres: f64, reference: Place) -> bool {
        let lat = metres * 1.000_001 / (60.0 * NAUTICAL_MILE_M);
        let lon = lat / libm::cos(reference.lat.to_radians()).max(1e-9);
        (self.low.lat - lat..=self.high.lat + lat).contains(&place.lat)
            && (self.low.lon - lon..=self.high.lon + lon).contains(&place.lon)
    }

    /// The place at an instant, linear between points, resting at the ends.
    pub fn at(&self, t: f64) -> Place {
        let after = self.points.partition_point(|(u, _)| *u <= t);
        let before = after.checked_sub(1).and_then(|i| self.points.get(i));
        match (before, self.points.get(after)) {
            (Some(&(t0, a)), Some(&(t1, b))) => {
                let (since, span) = (t - t0, t1 - t0);
                Place { lat: (b.lat - a.lat) / span * since + a.lat, lon: (b.lon - a.lon) / span * since + a.lon }
            }
            (Some(&(_, rest)), None) | (None, Some(&(_, rest))) => rest,
            (None, None) => Place { lat: f64::NAN, lon: f64::NAN },
        }
    }

    /// The first and the last instant.
    pub fn span(&self) -> (f64, f64) {
        let end = |point: Option<&(f64, Place)>| point.map_or(0.0, |(t, _)| *t);
        (end(self.points.first()), end(self.points.last()))
    }

    /// The points from one instant to another, both included.
    pub fn between(&self, from: f64, to: f64) -> &[(f64, Place)] {
        let first = self.points.partition_point(|(t, _)| *t < from);
        let past = self.points.partition_point(|(t, _)| *t <= to);
        self.points.get(first..past).unwrap_or(&[])
    }
}

/// The courses of all vessels of a file.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    courses: HashMap<String, Course>,
    /// First instant of all, UNIX seconds.
    pub start: f64,
    /// Last instant of all, UNIX seconds: the end of what has no end.
    pub stop: f64,
    /// Time observed, all vessels together, in days.
    pub vessel_days: f64,
}

impl Tracks {
    /// Reads track lines, in any order.
    pub fn read(path: &Path) -> Result<Self, ScoreError> {
        let mut points: HashMap<String, Vec<(f64, Place)>> = HashMap::new();
        let mut first = None;
        for_each_line(path, |_, line: TrackLine| {
            first.get_or_insert_with(|| line.vessel.0.clone());
            points.entry(line.vessel.0).or_default().push((line.t.0, Place { lat: line.lat, lon: line.lon }));
        })?;
        let courses = points.into_iter().map(|(vessel, points)| (vessel, Course::new(points))).collect();
        Ok(Self::new(courses, first.as_deref().unwrap_or_default()))
    }

    /// From courses; that of the first vessel tells how much time a point stands for.
    fn new(courses: HashMap<String, Course>, first: &str) -> Self {
        let spans = || courses.values().map(Course::span);
        let start = spans().map(|(from, _)| from).reduce(f64::min).unwrap_or(0.0);
        let stop = spans().map(|(_, to)| to).reduce(f64::max).unwrap_or(0.0);
        let points: usize = courses.values().map(|course| course.points.len()).sum();
        let steps = courses.get(first).map(|course| course.points.windows(2).map(|w| w[1].0 - w[0].0).collect());
        let step_s = steps.and_then(median).unwrap_or(STEP_S);
        Tracks { courses, start, stop, vessel_days: points as f64 * step_s / DAY_S }
    }

    /// The course of a vessel.
    pub fn get(&self, vessel: &str) -> Option<&Course> {
        self.courses.get(vessel)
    }
}

/// Instants from one to another (this one excluded) in steps of a minute.
///
/// The step is what a minute from the first instant is in floating point, so that sums of steps come out as array
/// libraries make them.
pub(super) fn minutes(from: f64, to: f64) -> impl Iterator<Item = f64> {
    let step = (from + STEP_S) - from;
    let count = ((to - from) / STEP_S).ceil().max(0.0) as usize;
    (0..count).map(move |i| from + i as f64 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(points: &[(f64, f64)]) -> Course {
        Course::new(points.iter().map(|&(t, lat)| (t, Place { lat, lon: 100.0 })).collect())
    }

    #[test]
    fn between_points_a_course_is_straight_and_at_its_ends_it_rests() {
        let course = course(&[(0.0, 1.0), (60.0, 3.0), (120.0, 3.0)]);
        let lats: Vec<f64> = [-9.0, 0.0, 15.0, 60.0, 90.0, 999.0].iter().map(|&t| course.at(t).lat).collect();
        assert_eq!(lats, [1.0, 1.0, 1.5, 3.0, 3.0, 3.0]);
        assert_eq!(course.between(0.0, 60.0).len(), 2);
        assert_eq!(course.between(61.0, 70.0).len(), 0);
    }

    #[test]
    fn what_is_outside_the_box_is_never_near() {
        let course = course(&[(0.0, 1.0), (60.0, 3.0)]);
        let may = |lat: f64, lon: f64| {
            let place = Place { lat, lon };
            course.may_come_near(place, 60.0 * NAUTICAL_MILE_M, Place { lat: 60.0, lon })
        };
        assert!(may(0.0, 100.0) && may(4.0, 100.0) && may(2.0, 98.0), "a degree of latitude, two of longitude at 60 N");
        assert!(!may(-0.001, 100.0) && !may(4.001, 100.0) && !may(2.0, 97.999));
    }

    #[test]
    fn a_degree_of_latitude_is_sixty_miles() {
        let from = Place { lat: 60.0, lon: 10.0 };
        let offset = Place { lat: 61.0, lon: 11.0 }.offset_from(from);
        assert!((offset.north_m - 111_120.0).abs() < 1e-6 && (offset.east_m - 55_560.0).abs() < 1e-6, "{offset:?}");
    }

    #[test]
    fn vessel_days_count_points_by_the_first_vessels_step() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tracks.jsonl");
        let lines: String = (0..5)
            .map(|i| {
                format!("{{\"t\":{},\"vessel\":\"{}\",\"lat\":1,\"lon\":2}}\n", i * 30, if i < 3 { "a" } else { "b" })
            })
            .collect();
        std::fs::write(&path, lines).unwrap();
        let tracks = Tracks::read(&path).unwrap();
        assert_eq!((tracks.start, tracks.stop, tracks.vessel_days), (0.0, 120.0, 5.0 * 30.0 / DAY_S));
    }

    #[test]
    fn minutes_leave_the_end_out() {
        assert_eq!(minutes(0.0, 120.0).collect::<Vec<_>>(), [0.0, 60.0]);
        assert_eq!(minutes(0.0, 121.0).count(), 3);
        assert_eq!(minutes(5.0, 0.0).count(), 0);
    }
}
