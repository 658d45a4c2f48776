//! Two vessels at one instant: how far apart, how fast, whether together in the sense of a transfer.

use crate::engine::detect::View;
use crate::engine::earth::{Offset, Position};
use crate::engine::limits::ShipToShip;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Source, Track};
use crate::engine::units::{KNOT_M_S, wrap_180};

/// Minutes over which the separation of radar's subjects is averaged.
const STEADY_MINUTES: i64 = 5;
/// Below this displacement over the trailing window a course means nothing, m.
const COURSE_FROM_M: f64 = 60.0;

/// What two tracks are to each other at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Together {
    /// Hull to hull where both hulls are known, else antenna to antenna, m.
    pub distance_m: f64,
    /// Relative speed, kn; `None` while neither history nor reports tell.
    pub relative_kn: Option<f64>,
    /// Faster one's derived speed, kn.
    pub speed_kn: f64,
    /// Faster one's speed now, kn.
    pub pace_kn: f64,
    /// Both slow, and still to each other.
    pub slow: bool,
    /// Alongside each other under way.
    pub under_way: bool,
    /// Both seen recently enough for this instant to count.
    pub observed: bool,
    /// The middle between both.
    pub middle: Position,
}

impl Together {
    /// Whether the motion is that of a transfer.
    pub fn is_transfer_like(&self) -> bool {
        self.slow || self.under_way
    }

    /// Whether they lie still to each other, near and no faster than a transfer allows.
    pub fn is_close(&self, within_m: f64, limits: &ShipToShip) -> bool {
        let still = self.relative_kn.is_some_and(|kn| kn < limits.slow_relative_kn);
        self.observed && still && self.distance_m <= within_m && self.pace_kn < limits.under_way_kn
    }

    /// Whether it is over: too far, too fast relative to each other, or sailing on together too fast for a hose.
    pub fn is_out(&self, limits: &ShipToShip) -> bool {
        self.distance_m > limits.exit_m
            || self.pace_kn > limits.under_way_kn
            || self.relative_kn.is_some_and(|kn| kn > limits.exit_relative_kn)
    }
}

/// Measures a pair at the view's instant; if one was not seen for longer than positions are carried, at the last one common to both.
pub fn measure(view: &View<'_>, a: &Track, b: &Track, limits: &ShipToShip) -> Together {
    let carried = Span::from_seconds(limits.extrapolate_s);
    let at = view.now.min(a.last.at.min(b.last.at) + carried);
    let place = |t: &Track| match t.history.position_at(at) {
        Some(position) if at < t.last.at => position,
        _ => t.position_at(at, carried),
    };
    let (pa, pb) = (place(a), place(b));
    let common = &view.limits.common;
    let seen = |t: &Track| view.now - t.last.at <= t.observed_limit(common.observed_intervals, common.observed_max_s);
    let window = Span::from_seconds(limits.relative_window_s);
    let relative_kn = relative_speed_kn(a, b, (pa, pb), at.min(a.last.at.max(b.last.at)), window);
    let speed = |t: &Track| t.derived_speed(Span::from_secs(600)).map(|v| v.knots());
    let speed_kn = speed(a).unwrap_or(f64::INFINITY).max(speed(b).unwrap_or(f64::INFINITY));
    let pace = |t: &Track| t.velocity().map_or(0.0, |v| v.length().0 / KNOT_M_S);
    let pace_kn = pace(a).max(pace(b));
    let apart = steady(a, b, at).unwrap_or_else(|| pa.offset_to(pb));
    let distance_m = hull_gap(a, b, apart).unwrap_or_else(|| apart.length().0);
    let (sa, sb) = (f64::from(a.last.sigma_m), f64::from(b.last.sigma_m));
    let unsure_m = libm::sqrt(sa * sa + sb * sb);
    let slow = speed_kn < limits.slow_kn && relative_kn.is_some_and(|kn| kn < limits.slow_relative_kn);
    let under_way = speed_kn < limits.under_way_kn
        && relative_kn.is_some_and(|kn| kn < limits.under_way_relative_kn)
        && distance_m < limits.under_way_m + unsure_m
        && same_course(a, b, limits.under_way_course_deg, window);
    Together {
        distance_m,
        relative_kn,
        speed_kn,
        pace_kn,
        slow,
        under_way,
        observed: seen(a) && seen(b),
        middle: pa.towards(pb, 0.5),
    }
}

/// The separation vector's mean over the last minutes, where radar's noise would blur what it is at an instant and they lie
/// still to each other anyway; `None` where neither is moved by radar, or one was not seen for so long.
fn steady(a: &Track, b: &Track, at: EventTime) -> Option<Offset> {
    if a.last.source != Source::Radar && b.last.source != Source::Radar {
        return None;
    }
    let mut sum = Offset::default();
    for minute in 0..STEADY_MINUTES {
        let then = at - Span::from_mins(minute);
        sum = sum.plus(a.history.position_at(then)?.offset_to(b.history.position_at(then)?));
    }
    Some(sum.scaled(1.0 / STEADY_MINUTES as f64))
}

/// Change of the separation vector over the trailing window; between two AIS vessels the reported velocities may show less.
fn relative_speed_kn(
    a: &Track,
    b: &Track,
    (pa, pb): (Position, Position),
    now: EventTime,
    window: Span,
) -> Option<f64> {
    let from = (now - window).max(a.first_at).max(b.first_at);
    let elapsed_s = (now - from).seconds();
    let by_separation = (elapsed_s >= 60.0).then(|| {
        let (before_a, before_b) = (a.history.position_at(from)?, b.history.position_at(from)?);
        let change = pa.offset_to(pb).minus(before_a.offset_to(before_b));
        Some(change.length().0 / elapsed_s)
    });
    let by_reports = (!a.is_radar_only() && !b.is_radar_only())
        .then(|| Some(a.velocity()?.minus(b.velocity()?).length().0))
        .flatten();
    let m_s = match (by_separation.flatten(), by_reports) {
        (Some(x), Some(y)) => Some(x.min(y)),
        (x, y) => x.or(y),
    };
    m_s.map(|v| v / KNOT_M_S)
}

/// Whether both made good the same course over the trailing window.
fn same_course(a: &Track, b: &Track, within_deg: f64, window: Span) -> bool {
    let made_good = |t: &Track| -> Option<f64> {
        let from = (t.last.at - window).max(t.first_at);
        let offset = t.history.position_at(from)?.offset_to(t.last.position);
        (offset.length().0 >= COURSE_FROM_M).then(|| offset.direction().degrees())
    };
    match (made_good(a), made_good(b)) {
        (Some(x), Some(y)) => wrap_180(x - y).abs() <= within_deg,
        _ => false,
    }
}

/// Clear water between two hulls whose dimensions and headings are told, m; zero where they overlap.
///
/// `apart` leads from antenna to antenna. Each hull is the rectangle of its antenna offsets along its heading
/// (course where no heading is sent and it moves).
pub fn hull_gap(a: &Track, b: &Track, apart: Offset) -> Option<f64> {
    let (hull_a, hull_b) = (corners(a, Offset::default())?, corners(b, apart)?);
    if overlap(&hull_a, &hull_b) {
        return Some(0.0);
    }
    let mut least = f64::INFINITY;
    for (points, hull) in [(&hull_a, &hull_b), (&hull_b, &hull_a)] {
        for &point in points {
            for side in 0..4 {
                least = least.min(to_segment_m(point, hull[side], hull[(side + 1) % 4]));
            }
        }
    }
    Some(least)
}

fn corners(track: &Track, antenna: Offset) -> Option<[Offset; 4]> {
    let dims = track.claims.dimensions.filter(|d| d.is_known())?;
    let moving = track.last.sog.is_some_and(|v| v.knots() > 1.0);
    let heading = match track.true_heading {
        Some(heading) => heading.degrees(),
        None if moving => track.last.cog?.degrees(),
        None => return None,
    };
    let (ahead, abeam) = (Offset::polar(heading, 1.0), Offset::polar(heading + 90.0, 1.0));
    let corner = |along: f64, across: f64| antenna.plus(ahead.scaled(along)).plus(abeam.scaled(across));
    let (bow, stern) = (f64::from(dims.bow_m), -f64::from(dims.stern_m));
    let (port, starboard) = (-f64::from(dims.port_m), f64::from(dims.starboard_m));
    Some([corner(bow, port), corner(bow, starboard), corner(stern, starboard), corner(stern, port)])
}

/// Whether two convex quadrilaterals overlap: no side of either parts them.
fn overlap(a: &[Offset; 4], b: &[Offset; 4]) -> bool {
    let parts = |hull: &[Offset; 4], other: &[Offset; 4]| {
        (0..4).any(|i| {
            let (from, to) = (hull[i], hull[(i + 1) % 4]);
            let normal = Offset { east_m: to.north_m - from.north_m, north_m: from.east_m - to.east_m };
            let along =
                |p: &Offset| (p.east_m - from.east_m) * normal.east_m + (p.north_m - from.north_m) * normal.north_m;
            let own = hull.iter().map(along).fold(0.0f64, |m, v| if v.abs() > m.abs() { v } else { m });
            other.iter().all(|p| along(p) * own.signum() < 0.0)
        })
    };
    !parts(a, b) && !parts(b, a)
}

fn to_segment_m(p: Offset, from: Offset, to: Offset) -> f64 {
    let (side, reach) = (to.minus(from), p.minus(from));
    let length2 = side.east_m * side.east_m + side.north_m * side.north_m;
    let share = if length2 > 0.0 {
        ((reach.east_m * side.east_m + reach.north_m * side.north_m) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    reach.minus(side.scaled(share)).length().0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::report::AisClass;
    use crate::engine::track::{Fix, TrackId};
    use crate::engine::units::Heading;
    use crate::engine::vessel::Dimensions;

    /// A ship of 100 x 20 m, antenna 30 m from the bow and 5 m from the port side.
    fn ship(heading_deg: f64) -> Track {
        let fix = Fix::plain(EventTime::from_millis(0), Position::default());
        let mut track = Track::new(TrackId(0), None, AisClass::A, fix);
        track.true_heading = Some(Heading::from_degrees(heading_deg));
        track.claims.dimensions = Some(Dimensions { bow_m: 30, stern_m: 70, port_m: 5, starboard_m: 15 });
        track
    }

    fn gap(a: f64, b: f64, east_m: f64, north_m: f64) -> f64 {
        hull_gap(&ship(a), &ship(b), Offset { east_m, north_m }).unwrap()
    }

    #[test]
    fn hulls_not_antennas() {
        assert!((gap(0.0, 0.0, 50.0, 0.0) - 30.0).abs() < 1e-9, "starboard 15 to port 5");
        assert!((gap(0.0, 180.0, 40.0, 0.0) - 10.0).abs() < 1e-9, "starboard to starboard");
        assert!((gap(0.0, 0.0, 0.0, 130.0) - 30.0).abs() < 1e-9, "bow 30 to stern 70");
        assert!(gap(0.0, 90.0, 5.0, 5.0) == 0.0, "crossing");
        assert!((gap(0.0, 0.0, 23.0, 104.0) - 5.0).abs() < 1e-9, "corner to corner, 3 and 4 m");
        let mut unknown = ship(0.0);
        unknown.true_heading = None;
        assert!(hull_gap(&unknown, &ship(0.0), Offset::default()).is_none());
    }
}
