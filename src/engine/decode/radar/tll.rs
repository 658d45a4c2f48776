//! TLL, target latitude and longitude (IEC 61162-1): where a radar's tracker puts one target.

use arrayvec::{ArrayString, ArrayVec};
use serde::{Deserialize, Serialize};

use super::ttm::Sigmas;
use super::{status, step, text};
use crate::engine::decode::nmea0183::Sentence;
use crate::engine::decode::own_ship::OwnShip;
use crate::engine::decode::reject::RejectReason;
use crate::engine::decode::report::{SensorTrackReport, TargetStatus};
use crate::engine::decode::scan::{decimal, decimals, number_u32};
use crate::engine::earth::Position;
use crate::engine::input::Site;
use crate::engine::time::EventTime;
use crate::engine::units::{Course, NAUTICAL_MILE_M, Speed};

/// A target's position, as sent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetPosition {
    /// Target number: 0-99 by the standard, larger in practice.
    pub target_number: u32,
    /// Position; `None` where it is not told, and for a lost target, of which it says nothing.
    pub position: Option<Position>,
    /// One unit of the last printed place of its minutes, m.
    pub position_step_m: f64,
    /// Target name.
    pub target_name: Option<ArrayString<20>>,
    /// UTC time of day as printed.
    pub time: Option<ArrayString<12>>,
    /// Target status L, Q or T; T where the sentence ends before it.
    pub target_status: TargetStatus,
    /// R: a reference target, a fixed object, never a vessel.
    pub reference_target: bool,
}

impl TargetPosition {
    /// Reads the sentence; missing fields at its end are absent, blanks around values do not matter.
    ///
    /// # Errors
    /// `Malformed` if the number, or a coordinate that is there, does not read.
    pub fn parse(sentence: &Sentence<'_>) -> Result<TargetPosition, RejectReason> {
        let fields: ArrayVec<&[u8], 9> = sentence.fields().take(9).collect();
        let field = |i: usize| fields.get(i).copied().unwrap_or(&[]);
        let target_number = number_u32(field(0)).ok_or(RejectReason::Malformed)?;
        let target_status = status(field(7));
        let (lat, lon) = (coordinate(field(1), field(2), b"S")?, coordinate(field(3), field(4), b"W")?);
        let position = lat.zip(lon).and_then(|(lat, lon)| Position::from_degrees(lat, lon));
        Ok(TargetPosition {
            target_number,
            position: position.filter(|_| target_status != TargetStatus::Lost),
            position_step_m: NAUTICAL_MILE_M * step(decimals(field(1)).min(decimals(field(3)))),
            target_name: text(field(5)),
            time: text(field(6)),
            target_status,
            reference_target: field(8) == b"R",
        })
    }

    /// The target as the tracker needs it; `velocity` is what the same number told elsewhere.
    pub fn located(
        &self,
        at: Option<EventTime>,
        site: Option<&Site>,
        own: &OwnShip,
        velocity: Option<(Course, Speed)>,
    ) -> SensorTrackReport {
        let antenna = site.map(|s| s.position).or_else(|| own.position_at(at?));
        let range = antenna.zip(self.position).map(|(antenna, position)| antenna.distance_to(position));
        let (cog, sog) = velocity.unzip();
        let sigmas =
            Sigmas { range_step_m: self.position_step_m, across_step_m: self.position_step_m, ..Sigmas::of(site) };
        let (range_sigma_m, cross_sigma_m) = sigmas.at(range);
        SensorTrackReport {
            target_number: self.target_number,
            status: self.target_status,
            position: self.position,
            range,
            sog,
            cog,
            range_sigma_m: range_sigma_m as f32,
            cross_sigma_m: cross_sigma_m as f32,
        }
    }
}

/// `dddmm.mm` and its hemisphere in degrees; `None` where either is empty.
fn coordinate(digits: &[u8], hemisphere: &[u8], negative: &[u8]) -> Result<Option<f64>, RejectReason> {
    if digits.is_empty() || hemisphere.is_empty() {
        return Ok(None);
    }
    let packed = decimal(digits).filter(|value| *value >= 0.0).ok_or(RejectReason::Malformed)?;
    let degrees = libm::floor(packed / 100.0);
    let minutes = packed - 100.0 * degrees;
    if minutes >= 60.0 {
        return Err(RejectReason::Malformed);
    }
    let value = degrees + minutes / 60.0;
    Ok(Some(if hemisphere == negative { -value } else { value }))
}
