//! Messages 1, 2, 3: position report of class A (ITU-R M.1371-5, annex 8, 3.1).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::Mmsi;

/// Bits up to the RAIM flag; the communication state behind it may be missing. 204 bits occur.
const LEAST_BITS: usize = 149;

/// Position report of class A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PositionReportA {
    /// Message ID 1, 2 or 3: how the transmission was scheduled.
    pub message_id: u8,
    /// User ID.
    pub mmsi: Mmsi,
    /// Navigational status, bits 38-41; 15 is not defined.
    pub navigational_status: u8,
    /// Rate of turn as sent, bits 42-49: 4.733 times the square root of degrees a minute; -128 is not available.
    pub rate_of_turn_raw: Option<i8>,
    /// Speed over ground, bits 50-59, 0.1 knot; 102.3 is not available.
    pub sog: Option<Speed>,
    /// Position accuracy, bit 60: better than 10 m.
    pub position_accuracy: bool,
    /// Longitude, bits 61-88, and latitude, bits 89-115, 1/10,000 minute; 181 and 91 are not available.
    pub position: Option<Position>,
    /// Course over ground, bits 116-127, 0.1 degree; 360 is not available.
    pub cog: Option<Course>,
    /// True heading, bits 128-136, degrees; 511 is not available.
    pub true_heading: Option<Heading>,
    /// UTC second, bits 137-142; 60 is not available, 61-63 tell of the position's source.
    pub utc_second: Option<u8>,
    /// Special manoeuvre indicator, bits 143-144: 1 no, 2 yes; 0 is not available.
    pub maneuver: Option<u8>,
    /// RAIM flag, bit 148.
    pub raim: bool,
}

impl PositionReportA {
    /// Rate of turn in degrees a minute, positive to starboard; +-720 stands for more than 708.
    pub fn rate_of_turn_deg_min(&self) -> Option<f64> {
        self.rate_of_turn_raw.map(|raw| {
            let root = f64::from(raw) / 4.733;
            root * root.abs()
        })
    }

    /// Reads the message.
    #[inline]
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        Ok(PositionReportA {
            message_id: p.byte(0, 6),
            mmsi: fields::mmsi(p),
            navigational_status: p.byte(38, 4),
            rate_of_turn_raw: Some(p.int(42, 8) as i8).filter(|raw| *raw != -128),
            sog: fields::sog(p, 50),
            position_accuracy: p.flag(60),
            position: fields::position(p, 61),
            cog: fields::cog(p, 116),
            true_heading: fields::true_heading(p, 128),
            utc_second: fields::utc_second(p, 137),
            maneuver: Some(p.byte(143, 2)).filter(|m| *m != 0),
            raim: p.flag(148),
        })
    }
}
