//! Message 17: corrections for satellite navigation, broadcast by a base station (ITU-R M.1371-5, annex 8, 3.15).

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use super::binary::MOST_CHARS;
use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::vessel::Mmsi;

/// Bits up to the corrections, which may be missing.
const LEAST_BITS: usize = 80;

/// Corrections for satellite navigation, and where their reference station stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DgnssBroadcast {
    /// Source ID.
    pub mmsi: Mmsi,
    /// Longitude, bits 40-57, and latitude, bits 58-74, of the reference station, 1/10 minute.
    pub position: Option<Position>,
    /// All of the payload, as six-bit characters; the corrections begin at bit 80.
    pub payload: ArrayString<MOST_CHARS>,
}

impl DgnssBroadcast {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        Ok(DgnssBroadcast { mmsi: fields::mmsi(p), position: fields::coarse_position(p, 40), payload: p.armoured() })
    }
}
