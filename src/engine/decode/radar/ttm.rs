//! TTM, tracked target message (IEC 61162-1): what a radar's own tracker says of one target.

use arrayvec::{ArrayString, ArrayVec};
use serde::{Deserialize, Serialize};

use super::{status, step, text};
use crate::engine::decode::nmea0183::Sentence;
use crate::engine::decode::own_ship::OwnShip;
use crate::engine::decode::reject::RejectReason;
use crate::engine::decode::report::{SensorTrackReport, TargetStatus};
use crate::engine::decode::scan::{decimal, decimals, number_u32};
use crate::engine::decode::units::length_unit_m;
use crate::engine::earth::{Offset, Position};
use crate::engine::input::Site;
use crate::engine::time::EventTime;
use crate::engine::units::{Bearing, Course, Heading, Metres, Speed, wrap_360};

/// Standard deviations of a radar of which the settings tell nothing.
const RANGE_SIGMA_M: f64 = 15.0;
const BEARING_SIGMA_DEG: f64 = 0.5;
/// What a sentence may give as distance at most, m: a target farther off is none.
const FARTHEST_M: f64 = 400_000.0;

/// What angles and speeds refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reference {
    /// T: north, and the ground or the water.
    True,
    /// R: own heading; of a course, own motion.
    Relative,
}

impl Reference {
    /// The letter on the wire.
    pub const fn letter(self) -> char {
        match self {
            Reference::True => 'T',
            Reference::Relative => 'R',
        }
    }

    fn read(field: &[u8]) -> Reference {
        if field == b"R" { Reference::Relative } else { Reference::True }
    }
}

/// A tracked target, as sent; lengths and speeds in metres and knots whatever the sentence's units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedTarget {
    /// Target number: 0-99 by the standard, larger in practice.
    pub target_number: u32,
    /// Distance from own ship.
    pub range: Option<Metres>,
    /// One unit of the last printed place of the distance, m.
    pub range_step_m: f64,
    /// Bearing from own ship, degrees.
    pub bearing_deg: Option<f64>,
    /// One unit of the last printed place of the bearing, degrees.
    pub bearing_step_deg: f64,
    /// What the bearing refers to.
    pub bearing_reference: Reference,
    /// Speed.
    pub speed: Option<Speed>,
    /// Course, degrees.
    pub course_deg: Option<f64>,
    /// What course and speed refer to: R is motion relative to own ship, in north-up degrees.
    pub course_reference: Reference,
    /// Target name.
    pub target_name: Option<ArrayString<20>>,
    /// Target status L, Q or T; T where the sentence ends before it.
    pub target_status: TargetStatus,
    /// R: a reference target, by which own speed is determined; a fixed object, never a vessel.
    pub reference_target: bool,
    /// UTC time of day as printed.
    pub time: Option<ArrayString<12>>,
}

impl TrackedTarget {
    /// Reads the sentence; missing fields at its end are absent, blanks around values do not matter.
    ///
    /// # Errors
    /// `Malformed` if the number, or a number that is there, does not read.
    pub fn parse(sentence: &Sentence<'_>) -> Result<TrackedTarget, RejectReason> {
        let fields: ArrayVec<&[u8], 16> = sentence.fields().take(16).collect();
        let field = |i: usize| fields.get(i).copied().unwrap_or(&[]);
        let number = |i: usize| match field(i) {
            [] => Ok(None),
            text => decimal(text).map(Some).ok_or(RejectReason::Malformed),
        };
        let unit_m = length_unit_m(field(9));
        let target_number = number_u32(field(0)).ok_or(RejectReason::Malformed)?;
        let target_status = status(field(11));
        let has_range = target_status != TargetStatus::Lost;
        let has_velocity = target_status == TargetStatus::Tracking;
        let in_reach = |units: &f64| (0.0..=FARTHEST_M).contains(&(units * unit_m));
        Ok(TrackedTarget {
            target_number,
            range: number(1)?.filter(in_reach).map(|d| Metres(d * unit_m)).filter(|_| has_range),
            range_step_m: unit_m * step(decimals(field(1))),
            bearing_deg: number(2)?.map(wrap_360).filter(|_| has_range),
            bearing_step_deg: step(decimals(field(2))),
            bearing_reference: Reference::read(field(3)),
            speed: number(4)?
                .filter(|v| *v >= 0.0)
                .map(|v| Speed::from_m_s(v * unit_m / 3600.0))
                .filter(|_| has_velocity),
            course_deg: number(5)?.map(wrap_360).filter(|_| has_velocity),
            course_reference: Reference::read(field(6)),
            target_name: text(field(10)),
            target_status,
            reference_target: field(12) == b"R",
            time: text(field(13)),
        })
    }

    /// The target as the tracker needs it, at the time `at`, seen from a fixed site or from own ship.
    pub fn located(&self, at: Option<EventTime>, site: Option<&Site>, own: &OwnShip) -> SensorTrackReport {
        let antenna = site.map(|s| s.position).or_else(|| own.position_at(at?));
        let position = self.position(antenna, self.true_bearing(at, site, own));
        let (cog, sog) = self.velocity(at, site, own).unzip();
        let steps =
            Sigmas { range_step_m: self.range_step_m, bearing_step_deg: self.bearing_step_deg, ..Sigmas::of(site) };
        let (range_sigma_m, cross_sigma_m) = steps.at(self.range);
        SensorTrackReport {
            target_number: self.target_number,
            status: self.target_status,
            position,
            range: self.range,
            sog,
            cog,
            range_sigma_m: range_sigma_m as f32,
            cross_sigma_m: cross_sigma_m as f32,
        }
    }

    fn position(&self, antenna: Option<Position>, bearing: Option<Bearing>) -> Option<Position> {
        Some(antenna?.at(bearing?, self.range?))
    }

    /// A fixed radar has no heading: its bearings count from north, or from its offset.
    fn true_bearing(&self, at: Option<EventTime>, site: Option<&Site>, own: &OwnShip) -> Option<Bearing> {
        let bearing = self.bearing_deg? + site.map_or(0.0, |s| s.heading_offset_deg);
        let heading = match self.bearing_reference {
            Reference::True => 0.0,
            Reference::Relative => match own.heading_at(at?).map(Heading::degrees) {
                Some(heading) => heading,
                None if site.is_some() => 0.0,
                None => return None,
            },
        };
        Some(Bearing::from_degrees(bearing + heading))
    }

    /// Over the ground: what is relative gets own velocity added, without which it says nothing.
    fn velocity(&self, at: Option<EventTime>, site: Option<&Site>, own: &OwnShip) -> Option<(Course, Speed)> {
        let (course, speed) = (self.course_deg?, self.speed?);
        let offset = site.map_or(0.0, |s| s.heading_offset_deg);
        if self.course_reference == Reference::True || site.is_some() {
            return Some((Course::from_degrees(course + offset), speed));
        }
        let over_ground = Offset::polar(course, speed.m_s()).plus(own.velocity_vector_at(at?)?);
        Some((over_ground.direction(), Speed::from_m_s(over_ground.length().0)))
    }
}

/// What a target's place is worth: the sensor's standard deviations and the steps its figures are rounded to.
pub struct Sigmas {
    /// The sensor's, along the line of sight, m.
    pub range_sigma_m: f64,
    /// The sensor's, of bearing, degrees.
    pub bearing_sigma_deg: f64,
    /// The step of the range, m.
    pub range_step_m: f64,
    /// The step of the bearing, degrees.
    pub bearing_step_deg: f64,
    /// A step across the line of sight, m.
    pub across_step_m: f64,
}

impl Sigmas {
    /// Those of a site, or of a radar of which the settings tell nothing; no steps.
    pub fn of(site: Option<&Site>) -> Self {
        Sigmas {
            range_sigma_m: site.map_or(RANGE_SIGMA_M, |s| s.range_sigma_m),
            bearing_sigma_deg: site.map_or(BEARING_SIGMA_DEG, |s| s.bearing_sigma_deg),
            range_step_m: 0.0,
            bearing_step_deg: 0.0,
            across_step_m: 0.0,
        }
    }

    /// Standard deviations along and across the line of sight at this range, m: rounding adds step^2 / 12.
    pub fn at(&self, range: Option<Metres>) -> (f64, f64) {
        let with_step = |sigma: f64, step: f64| libm::sqrt(sigma * sigma + step * step / 12.0);
        let across_m =
            range.map_or(0.0, |r| r.0) * with_step(self.bearing_sigma_deg, self.bearing_step_deg).to_radians();
        (with_step(self.range_sigma_m, self.range_step_m), with_step(across_m, self.across_step_m))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::nmea0183::{Piece, Pieces};
    use crate::engine::decode::own_ship::OwnShipUpdate;
    use crate::engine::decode::scan::xor;

    fn read(body: &[u8]) -> Result<TrackedTarget, RejectReason> {
        let line = [b"$", body, format!("*{:02X}", xor(body)).as_bytes()].concat();
        match Pieces::new(&line).next() {
            Some(Piece::Sentence(sentence, _)) => TrackedTarget::parse(&sentence),
            _ => panic!(),
        }
    }

    const AT: EventTime = EventTime::from_millis(1_767_225_600_000);

    fn own(heading: Option<f64>, velocity: Option<(f64, f64)>) -> OwnShip {
        let mut own = OwnShip::default();
        let update = OwnShipUpdate {
            clock: None,
            position: Position::from_degrees(10.0, 107.0),
            velocity: velocity.map(|(c, kn)| (Course::from_degrees(c), Speed::from_knots(kn))),
            heading: heading.map(Heading::from_degrees),
        };
        own.update(AT, &update);
        own
    }

    #[test]
    fn what_radars_really_send() {
        let t = read(b"RATTM,300, 5.20 ,045.0,T,12.0,090.0,T,1.2,  ,N,TGT\xE9 1,T,,120000.00,A").unwrap();
        assert_eq!((t.target_number, t.target_status), (300, TargetStatus::Tracking));
        assert!((t.range.unwrap().0 - 5.2 * 1852.0).abs() < 1e-6 && (t.range_step_m - 18.52).abs() < 1e-9);
        assert_eq!(t.target_name.as_deref(), Some("TGT? 1"));
        let short = read(b"RATTM,7,1.5,45.0,T").unwrap();
        assert_eq!((short.target_status, short.speed, short.time), (TargetStatus::Tracking, None, None));
        assert_eq!(read(b"RATTM,,1.5,45.0,T"), Err(RejectReason::Malformed));
        assert_eq!(read(b"RATTM,1,x,45.0,T"), Err(RejectReason::Malformed));
        assert!((read(b"RATTM,1,10,45.0,T,36,90,T,,,K,,T").unwrap().speed.unwrap().m_s() - 10.0).abs() < 1e-9);
    }

    #[test]
    fn lost_targets_have_no_position_and_queried_ones_no_velocity() {
        let lost = read(b"RATTM,12,0.00,000.0,T,0.0,000.0,T,,,N,,L,,120000.00,A").unwrap();
        assert_eq!((lost.range, lost.bearing_deg, lost.speed), (None, None, None));
        assert_eq!(lost.located(Some(AT), None, &own(None, None)).position, None);
        let queried = read(b"RATTM,12,1.00,010.0,T,3.0,010.0,T,,,N,,Q,,120000.00,A").unwrap().located(
            Some(AT),
            None,
            &own(None, None),
        );
        assert!(queried.position.is_some() && queried.sog.is_none());
    }

    #[test]
    fn relative_bearings_need_a_heading() {
        let target = read(b"RATTM,12,1.00,010.0,R,3.0,010.0,T,,,N,,T,,120000.00,A").unwrap();
        assert_eq!(target.located(Some(AT), None, &own(None, None)).position, None);
        let position = target.located(Some(AT), None, &own(Some(80.0), None)).position.unwrap();
        let east = Position::from_degrees(10.0, 107.0).unwrap().offset_to(position);
        assert!((east.east_m - 1852.0).abs() < 1.0 && east.north_m.abs() < 1.0);
    }

    #[test]
    fn relative_motion_needs_own_velocity() {
        let target = read(b"RATTM,12,1.00,010.0,T,10.0,270.0,R,,,N,,T,,120000.00,A").unwrap();
        let without = target.located(Some(AT), None, &own(Some(90.0), None));
        assert!(without.position.is_some() && without.sog.is_none() && without.cog.is_none());
        let with = target.located(Some(AT), None, &own(Some(90.0), Some((90.0, 12.0))));
        assert!((with.sog.unwrap().knots() - 2.0).abs() < 1e-9 && (with.cog.unwrap().degrees() - 90.0).abs() < 1e-6);
    }

    #[test]
    fn rounding_is_noise() {
        let fine = read(b"RATTM,1,10.000,45.0,T").unwrap().located(None, None, &OwnShip::default());
        let coarse = read(b"RATTM,1,10.0,45,T").unwrap().located(None, None, &OwnShip::default());
        assert!((f64::from(fine.range_sigma_m) - 15.0).abs() < 0.01);
        assert!((f64::from(coarse.range_sigma_m) - libm::sqrt(225.0 + 185.2 * 185.2 / 12.0)).abs() < 0.01);
        assert!(coarse.cross_sigma_m > fine.cross_sigma_m);
    }
}
