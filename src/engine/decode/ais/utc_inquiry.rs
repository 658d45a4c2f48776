//! Message 10: a station asks another for the time (ITU-R M.1371-5, annex 8, 3.8).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// A question for UTC and date; message 11 answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UtcInquiry {
    /// Source ID.
    pub mmsi: Mmsi,
    /// Destination ID, bits 40-69.
    pub destination_mmsi: Mmsi,
}

impl UtcInquiry {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < 70 {
            return Err(RejectReason::Truncated);
        }
        Ok(UtcInquiry { mmsi: fields::mmsi(p), destination_mmsi: Mmsi(p.uint(40, 30)) })
    }
}
