//! Messages 12 and 14: addressed and broadcast safety related text (ITU-R M.1371-5, annex 8, 3.10 and 3.12).

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// The longest text, characters: message 14.
const MOST_CHARS: usize = 161;

/// A safety related text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SafetyText {
    /// Message ID 12 or 14.
    pub message_id: u8,
    /// Source ID.
    pub mmsi: Mmsi,
    /// Destination ID and sequence number, of message 12.
    pub destination: Option<(Mmsi, u8)>,
    /// The text.
    pub text: Option<ArrayString<MOST_CHARS>>,
}

impl SafetyText {
    /// Reads message 12: sequence number in bits 38-39, destination in bits 40-69, text from bit 72.
    pub(super) fn read_addressed(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < 72 {
            return Err(RejectReason::Truncated);
        }
        let destination = Some((Mmsi(p.uint(40, 30)), p.byte(38, 2)));
        Ok(SafetyText { message_id: 12, mmsi: fields::mmsi(p), destination, text: p.text(72, 156) })
    }

    /// Reads message 14: text from bit 40.
    pub(super) fn read_broadcast(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < 40 {
            return Err(RejectReason::Truncated);
        }
        Ok(SafetyText { message_id: 14, mmsi: fields::mmsi(p), destination: None, text: p.text(40, MOST_CHARS) })
    }
}
