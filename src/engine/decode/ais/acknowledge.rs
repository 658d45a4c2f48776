//! Messages 7 and 13: receipt of addressed messages (ITU-R M.1371-5, annex 8, 3.5 and 3.11).

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// Receipt of binary messages (7) or of safety related texts (13).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acknowledge {
    /// Message ID 7 or 13.
    pub message_id: u8,
    /// Source ID.
    pub mmsi: Mmsi,
    /// Up to four receipts; the first is always there.
    pub receipts: [Option<Receipt>; 4],
}

/// One receipt: 30 bits and 2 bits, the first from bit 40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Destination ID: who had sent what is acknowledged.
    pub destination_mmsi: Mmsi,
    /// Sequence number of what is acknowledged.
    pub sequence_number: u8,
}

impl Acknowledge {
    /// Reads the message: 72, 104, 136 or 168 bits.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        let receipt = |at: usize| {
            let told = p.bits() >= at + 32;
            told.then(|| Receipt { destination_mmsi: Mmsi(p.uint(at, 30)), sequence_number: p.byte(at + 30, 2) })
        };
        let receipts = [receipt(40), receipt(72), receipt(104), receipt(136)];
        if receipts[0].is_none() {
            return Err(RejectReason::Truncated);
        }
        Ok(Acknowledge { message_id: p.byte(0, 6), mmsi: fields::mmsi(p), receipts })
    }

    /// The receipts that are there.
    pub fn told(&self) -> ArrayVec<Receipt, 4> {
        self.receipts.iter().flatten().copied().collect()
    }
}
