//! Message 21: aid to navigation report (ITU-R M.1371-5, annex 8, 3.19).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::vessel::{Dimensions, Mmsi, Name};

/// Bits up to the RAIM flag; a name extension may follow from bit 272.
const LEAST_BITS: usize = 269;

/// Aid to navigation report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AidToNavigationReport {
    /// ID.
    pub mmsi: Mmsi,
    /// Type of aid, bits 38-42; 0 is not specified.
    pub aid_type: u8,
    /// Name, bits 43-162, with its extension from bit 272.
    pub aid_name: Option<Name>,
    /// Position accuracy, bit 163.
    pub position_accuracy: bool,
    /// Longitude, bits 164-191, and latitude, bits 192-218.
    pub position: Option<Position>,
    /// Dimensions and reference for position, bits 219-248.
    pub dimensions: Option<Dimensions>,
    /// Type of position-fixing device, bits 249-252.
    pub epfd_type: u8,
    /// UTC second, bits 253-258.
    pub utc_second: Option<u8>,
    /// Off-position indicator, bit 259: a floating aid is away from its charted position.
    pub off_position: bool,
    /// RAIM flag, bit 268.
    pub raim: bool,
}

impl AidToNavigationReport {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        Ok(AidToNavigationReport {
            mmsi: fields::mmsi(p),
            aid_type: p.byte(38, 5),
            aid_name: name(p),
            position_accuracy: p.flag(163),
            position: fields::position(p, 164),
            dimensions: fields::dimensions(p, 219),
            epfd_type: p.byte(249, 4),
            utc_second: fields::utc_second(p, 253),
            off_position: p.flag(259),
            raim: p.flag(268),
        })
    }
}

/// Twenty characters, and up to fourteen more if those are full.
fn name(p: &Payload) -> Option<Name> {
    let mut name: Name = p.text(43, 20)?;
    if name.len() == 20
        && let Some(extension) = p.text::<14>(272, 14)
    {
        name.push_str(&extension);
    }
    Some(name)
}
