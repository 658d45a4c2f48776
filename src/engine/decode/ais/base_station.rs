//! Messages 4 and 11: base station report, UTC and date response (ITU-R M.1371-5, annex 8, 3.2 and 3.9).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::vessel::Mmsi;

/// Bits up to the RAIM flag.
const LEAST_BITS: usize = 149;

/// Base station report (4), or the answer of a mobile station asked for the time (11).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaseStationReport {
    /// Message ID 4 or 11.
    pub message_id: u8,
    /// User ID.
    pub mmsi: Mmsi,
    /// UTC year, bits 38-51; 0 is not available.
    pub year: Option<u16>,
    /// UTC month, bits 52-55; 0 is not available.
    pub month: Option<u8>,
    /// UTC day, bits 56-60; 0 is not available.
    pub day: Option<u8>,
    /// UTC hour, bits 61-65; 24 is not available.
    pub hour: Option<u8>,
    /// UTC minute, bits 66-71; 60 is not available.
    pub minute: Option<u8>,
    /// UTC second, bits 72-77; 60 is not available.
    pub second: Option<u8>,
    /// Position accuracy, bit 78.
    pub position_accuracy: bool,
    /// Longitude, bits 79-106, and latitude, bits 107-133; kept even where the date is not available.
    pub position: Option<Position>,
    /// Type of position-fixing device, bits 134-137.
    pub epfd_type: u8,
    /// RAIM flag, bit 148.
    pub raim: bool,
}

impl BaseStationReport {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        let counted = |raw: u32, largest: u8| fields::up_to(raw, largest).filter(|n| *n != 0);
        Ok(BaseStationReport {
            message_id: p.byte(0, 6),
            mmsi: fields::mmsi(p),
            year: fields::unless_zero(p.uint(38, 14)).filter(|y| *y <= 9999).map(|y| y as u16),
            month: counted(p.uint(52, 4), 12),
            day: counted(p.uint(56, 5), 31),
            hour: fields::up_to(p.uint(61, 5), 23),
            minute: fields::up_to(p.uint(66, 6), 59),
            second: fields::up_to(p.uint(72, 6), 59),
            position_accuracy: p.flag(78),
            position: fields::position(p, 79),
            epfd_type: p.byte(134, 4),
            raim: p.flag(148),
        })
    }
}
