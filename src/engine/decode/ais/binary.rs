//! Messages 6, 8, 25, 26: binary messages of applications (ITU-R M.1371-5, annex 8, 3.4, 3.6, 3.23, 3.24).

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// The most characters of a message: five slots.
pub const MOST_CHARS: usize = 180;

/// A binary message: its head, and the whole of it as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BinaryMessage {
    /// Message ID 6, 8, 25 or 26; 24 of a part that is not defined.
    pub message_id: u8,
    /// Source ID.
    pub mmsi: Mmsi,
    /// Destination ID: of message 6 bits 40-69; of 25 and 26 the same, where bit 38 says addressed.
    pub destination_mmsi: Option<Mmsi>,
    /// Sequence number, bits 38-39 of message 6.
    pub sequence_number: Option<u8>,
    /// Retransmit flag, bit 70 of message 6.
    pub retransmit: Option<bool>,
    /// Designated area code (10 bits) and function identifier (6 bits): the application. Of message 6 from bit 72, of 8 from bit
    /// 40; of 25 and 26, where bit 39 says so, behind the destination and its two spare bits.
    pub application_id: Option<(u16, u8)>,
    /// Where the application's data begin, bits.
    pub data_offset: u8,
    /// All of the payload, as six-bit characters.
    pub payload: ArrayString<MOST_CHARS>,
}

impl BinaryMessage {
    /// Reads message 6, addressed: at least 88 bits.
    pub(super) fn read_addressed(p: &Payload) -> Result<Self, RejectReason> {
        let message = BinaryMessage {
            destination_mmsi: Some(Mmsi(p.uint(40, 30))),
            sequence_number: Some(p.byte(38, 2)),
            retransmit: Some(p.flag(70)),
            ..BinaryMessage::at(p, 72, true)
        };
        message.whole(p)
    }

    /// Reads message 8, broadcast: at least 56 bits.
    pub(super) fn read_broadcast(p: &Payload) -> Result<Self, RejectReason> {
        BinaryMessage::at(p, 40, true).whole(p)
    }

    /// Reads message 25 or 26: at least 40 bits, and those that its flags ask for; message 26 ends with 20 bits of
    /// communication state.
    pub(super) fn read_slots(p: &Payload) -> Result<Self, RejectReason> {
        let (is_addressed, is_structured) = (p.flag(38), p.flag(39));
        let behind_head = if is_addressed { 72 } else { 40 };
        let message = BinaryMessage {
            destination_mmsi: is_addressed.then(|| Mmsi(p.uint(40, 30))),
            ..BinaryMessage::at(p, behind_head, is_structured)
        };
        let state_bits = if message.message_id == 26 { 20 } else { 0 };
        if p.bits() < usize::from(message.data_offset) + state_bits {
            return Err(RejectReason::Truncated);
        }
        message.whole(p)
    }

    /// Reads message 24 of a part that is not defined: its sender is heard, what it says is not known.
    pub(super) fn read_undefined(p: &Payload) -> Result<Self, RejectReason> {
        BinaryMessage::at(p, 40, false).whole(p)
    }

    /// A message whose application stands at `offset`, if it is told; else its data.
    fn at(p: &Payload, offset: u8, is_structured: bool) -> Self {
        let at = usize::from(offset);
        BinaryMessage {
            message_id: p.byte(0, 6),
            mmsi: fields::mmsi(p),
            destination_mmsi: None,
            sequence_number: None,
            retransmit: None,
            application_id: is_structured.then(|| (p.uint(at, 10) as u16, p.byte(at + 10, 6))),
            data_offset: if is_structured { offset + 16 } else { offset },
            payload: p.armoured(),
        }
    }

    fn whole(self, p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < usize::from(self.data_offset) { Err(RejectReason::Truncated) } else { Ok(self) }
    }
}
