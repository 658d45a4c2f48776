//! Message 18: standard position report of class B (ITU-R M.1371-5, annex 8, 3.16).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::Mmsi;

/// Bits up to the RAIM flag.
const LEAST_BITS: usize = 148;

/// Standard position report of class B.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PositionReportB {
    /// User ID.
    pub mmsi: Mmsi,
    /// Speed over ground, bits 46-55.
    pub sog: Option<Speed>,
    /// Position accuracy, bit 56.
    pub position_accuracy: bool,
    /// Longitude, bits 57-84, and latitude, bits 85-111.
    pub position: Option<Position>,
    /// Course over ground, bits 112-123.
    pub cog: Option<Course>,
    /// True heading, bits 124-132.
    pub true_heading: Option<Heading>,
    /// UTC second, bits 133-138.
    pub utc_second: Option<u8>,
    /// RAIM flag, bit 147.
    pub raim: bool,
}

impl PositionReportB {
    /// Reads the message.
    #[inline]
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        Ok(PositionReportB {
            mmsi: fields::mmsi(p),
            sog: fields::sog(p, 46),
            position_accuracy: p.flag(56),
            position: fields::position(p, 57),
            cog: fields::cog(p, 112),
            true_heading: fields::true_heading(p, 124),
            utc_second: fields::utc_second(p, 133),
            raim: p.flag(147),
        })
    }
}
