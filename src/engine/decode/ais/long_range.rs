//! Message 27: position report for long-range applications (ITU-R M.1371-5, annex 8, 3.25).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::units::{Course, Speed};
use crate::engine::vessel::Mmsi;

/// Bits up to the position latency; 96 are sent.
const LEAST_BITS: usize = 95;

/// Position report for long-range applications: coarse, with its own offsets and no UTC second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LongRangeReport {
    /// User ID.
    pub mmsi: Mmsi,
    /// Position accuracy, bit 38.
    pub position_accuracy: bool,
    /// RAIM flag, bit 39.
    pub raim: bool,
    /// Navigational status, bits 40-43.
    pub navigational_status: u8,
    /// Longitude, bits 44-61, and latitude, bits 62-78, 1/10 minute; 181 and 91 are not available.
    pub position: Option<Position>,
    /// Speed over ground, bits 79-84, whole knots; 63 is not available.
    pub sog: Option<Speed>,
    /// Course over ground, bits 85-93, whole degrees; 511 is not available.
    pub cog: Option<Course>,
}

impl LongRangeReport {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        let (knots, degrees) = (p.uint(79, 6), p.uint(85, 9));
        Ok(LongRangeReport {
            mmsi: fields::mmsi(p),
            position_accuracy: p.flag(38),
            raim: p.flag(39),
            navigational_status: p.byte(40, 4),
            position: fields::coarse_position(p, 44),
            sog: (knots != 63).then(|| Speed::from_knots(f64::from(knots))),
            cog: (degrees < 360).then(|| Course::from_degrees(f64::from(degrees))),
        })
    }
}
