//! Message 19: extended position report of class B (ITU-R M.1371-5, annex 8, 3.17).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::{Dimensions, Mmsi, Name};

/// Bits up to the UTC second; what stands behind is read as far as it goes.
const LEAST_BITS: usize = 139;

/// Extended position report of class B.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtendedReportB {
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
    /// Name, bits 143-262.
    pub ship_name: Option<Name>,
    /// Type of ship and cargo, bits 263-270.
    pub ship_type: Option<u8>,
    /// Dimensions and reference for position, bits 271-300.
    pub dimensions: Option<Dimensions>,
    /// Type of position-fixing device, bits 301-304.
    pub epfd_type: Option<u8>,
    /// RAIM flag, bit 305.
    pub raim: Option<bool>,
    /// DTE, bit 306.
    pub dte: Option<bool>,
}

impl ExtendedReportB {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        let has = |bits: usize| p.bits() >= bits;
        Ok(ExtendedReportB {
            mmsi: fields::mmsi(p),
            sog: fields::sog(p, 46),
            position_accuracy: p.flag(56),
            position: fields::position(p, 57),
            cog: fields::cog(p, 112),
            true_heading: fields::true_heading(p, 124),
            utc_second: fields::utc_second(p, 133),
            ship_name: if has(263) { p.text(143, 20) } else { None },
            ship_type: if has(271) { fields::ship_type(p, 263) } else { None },
            dimensions: if has(301) { fields::dimensions(p, 271) } else { None },
            epfd_type: has(305).then(|| p.byte(301, 4)),
            raim: has(306).then(|| p.flag(305)),
            dte: has(307).then(|| p.flag(306)),
        })
    }
}
