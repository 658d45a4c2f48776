//! What a record tells the tracker: a target of the radar's own tracker, a plot, or how far the scan is.

use super::cat010::{START_OF_CYCLE, TARGET_REPORT};
use super::cat034::{NORTH_MARKER, SECTOR_CROSSING};
use super::message::{AsterixMessage, Polar, Vector};
use crate::engine::decode::radar::Sigmas;
use crate::engine::decode::report::{
    Body, Extent, PlotReport, ScanEvent, ScanReport, SensorTrackReport, SourceId, TargetStatus,
};
use crate::engine::earth::{Offset, Position};
use crate::engine::input::Site;
use crate::engine::units::{Bearing, Course, Metres, NAUTICAL_MILE_M, Speed, wrap_360};

/// Where a target is, and how it is seen from the site.
#[derive(Clone, Copy, Default)]
struct Located {
    position: Option<Position>,
    range: Option<Metres>,
    azimuth: Option<Bearing>,
    /// What turns the radar's directions to true ones: nothing where it sends positions.
    turn_deg: f64,
}

/// What a record tells; nothing if it is of a simulator, of a test, of a fixed transponder, of a ghost, of a track that is
/// only carried on, or has no place.
pub fn body(message: &AsterixMessage, site: Option<&Site>) -> Option<Body> {
    let flags = message.flags;
    if flags.simulated || flags.test || flags.field_monitor || flags.ghost {
        return None;
    }
    let turn_deg = site.map_or(0.0, |site| site.heading_offset_deg);
    let event = match (message.category, message.message_type) {
        (48 | 62, _) | (10, Some(TARGET_REPORT)) => return target(message, site),
        (10, Some(START_OF_CYCLE)) => ScanEvent::CycleStart,
        (34, Some(NORTH_MARKER)) => ScanEvent::North,
        (34, Some(SECTOR_CROSSING)) => match message.sector_azimuth_deg {
            Some(azimuth_deg) => ScanEvent::Sector(Bearing::from_degrees(f64::from(azimuth_deg) + turn_deg)),
            None => ScanEvent::Status,
        },
        _ => ScanEvent::Status,
    };
    Some(Body::Scan(ScanReport { source: message.source, event, rotation: message.rotation }))
}

fn target(message: &AsterixMessage, site: Option<&Site>) -> Option<Body> {
    let flags = message.flags;
    let located = locate(message, site);
    let (range_sigma_m, cross_sigma_m) = sigmas(message, site, &located);
    let Some(number) = message.track_number else {
        return Some(Body::Plot(PlotReport {
            source: message.source,
            position: located.position?,
            range: located.range,
            azimuth: located.azimuth,
            range_sigma_m,
            cross_sigma_m,
            extent: extent(message, located.turn_deg),
        }));
    };
    if flags.coasting && !flags.end_of_track {
        return None;
    }
    let (cog, sog) = velocity(message, located.turn_deg).unzip();
    let status = match (flags.end_of_track, flags.tentative) {
        (true, _) => TargetStatus::Lost,
        (false, true) => TargetStatus::Query,
        (false, false) => TargetStatus::Tracking,
    };
    Some(Body::Target(SensorTrackReport {
        target_number: number_in_feed(message.source, number),
        status,
        position: located.position.filter(|_| status != TargetStatus::Lost),
        range: located.range,
        sog,
        cog,
        range_sigma_m,
        cross_sigma_m,
    }))
}

/// A track number is the source's own; within a feed the source makes it unique.
fn number_in_feed(source: SourceId, number: u16) -> u32 {
    let [high, low] = number.to_be_bytes();
    u32::from_be_bytes([source.sac, source.sic, high, low])
}

/// A position that the radar sends comes first; then of a track what its tracker made of it, of a plot what was measured.
fn locate(message: &AsterixMessage, site: Option<&Site>) -> Located {
    let turn_deg = site.map_or(0.0, |site| site.heading_offset_deg);
    let turned = |polar: Polar| (Metres(polar.range_m), Bearing::from_degrees(polar.azimuth_deg + turn_deg));
    if message.wgs84.is_some() {
        let seen = message.polar.map(turned).or_else(|| Some(site?.position.geodesic_to(message.wgs84?)));
        let (range, azimuth) = seen.unzip();
        return Located { position: message.wgs84, range, azimuth, turn_deg: 0.0 };
    }
    let plane = message.cartesian.map(|v| {
        let offset = Offset { east_m: v.x, north_m: v.y };
        Polar { range_m: offset.length().0, azimuth_deg: offset.direction().degrees() }
    });
    let seen = if message.track_number.is_some() { plane.or(message.polar) } else { message.polar.or(plane) };
    let Some((range, azimuth)) = seen.map(turned) else { return Located::default() };
    let position = site.map(|site| site.position.at(azimuth, range));
    Located { position, range: Some(range), azimuth: Some(azimuth), turn_deg }
}

/// Course and speed over ground.
fn velocity(message: &AsterixMessage, turn_deg: f64) -> Option<(Course, Speed)> {
    let of_vector = |v: Vector| {
        let offset = Offset { east_m: v.x, north_m: v.y };
        (offset.direction(), Speed::from_m_s(offset.length().0))
    };
    let polar = message.track_angle.zip(message.ground_speed);
    let (course, speed) = polar.or_else(|| message.velocity.map(of_vector))?;
    Some((Course::from_degrees(course.degrees() + turn_deg), speed))
}

/// Standard deviations along and across the line of sight, m: what the radar says of the report, else the settings' of the
/// radar, and those of rounding.
fn sigmas(message: &AsterixMessage, site: Option<&Site>, located: &Located) -> (f32, f32) {
    if let Some(sigma) = message.sigma.filter(|sigma| sigma.x > 0.0 && sigma.y > 0.0) {
        let along = located.azimuth.map_or(45.0, |azimuth| azimuth.degrees() - located.turn_deg).to_radians();
        let (sin, cos) = libm::sincos(along);
        let of = |x: f64, y: f64| libm::sqrt(x * x + y * y) as f32;
        return (of(sigma.x * sin, sigma.y * cos), of(sigma.x * cos, sigma.y * sin));
    }
    let range_step_m = if message.category == 48 { NAUTICAL_MILE_M / 256.0 } else { 1.0 };
    let steps = Sigmas { range_step_m, bearing_step_deg: 360.0 / 65_536.0, ..Sigmas::of(site) };
    let (range_sigma_m, across_m) = steps.at(located.range);
    let cross_sigma_m = if located.range.is_some() { across_m } else { range_sigma_m };
    (range_sigma_m as f32, cross_sigma_m as f32)
}

fn extent(message: &AsterixMessage, turn_deg: f64) -> Option<Extent> {
    let length_m = message.length_m.filter(|length| *length > 0)?;
    let turned = |degrees: f32| wrap_360(f64::from(degrees) + turn_deg) as f32;
    Some(Extent {
        length_m: f32::from(length_m),
        orientation_deg: message.orientation_deg.map(turned),
        width_m: message.width_m.map(f32::from),
    })
}
