//! Messages that do not move the picture: binary, acknowledgements, assignments and the like; typed by number and sender.

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// A message of which only its head is read (ITU-R M.1371-5, annex 8: 6-8, 10, 13, 15-17, 20, 22, 23, 25, 26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherMessage {
    /// Message ID.
    pub message_id: u8,
    /// Source ID.
    pub mmsi: Mmsi,
    /// Destination ID of messages 6 and 10.
    pub destination_mmsi: Option<Mmsi>,
    /// Sequence number of message 6.
    pub sequence_number: Option<u8>,
    /// Application of messages 6 and 8: designated area code and function identifier.
    pub application_id: Option<(u16, u8)>,
}

/// The fewest bits of each message: what its fixed fields need.
const fn least_bits(message_id: u8) -> usize {
    match message_id {
        6 | 15 => 88,
        7 | 10 | 13 | 20 => 72,
        8 => 56,
        16 => 92,
        17 => 80,
        22 => 145,
        23 => 154,
        26 => 60,
        _ => 40,
    }
}

impl OtherMessage {
    /// Reads the head.
    pub(super) fn read(p: &Payload, message_id: u8) -> Result<Self, RejectReason> {
        if p.bits() < least_bits(message_id) {
            return Err(RejectReason::Truncated);
        }
        let application = |offset: usize| Some((p.uint(offset, 10) as u16, p.byte(offset + 10, 6)));
        let head = OtherMessage {
            message_id,
            mmsi: fields::mmsi(p),
            destination_mmsi: None,
            sequence_number: None,
            application_id: None,
        };
        let destination_mmsi = Some(Mmsi(p.uint(40, 30)));
        Ok(match message_id {
            6 => OtherMessage {
                destination_mmsi,
                sequence_number: Some(p.byte(38, 2)),
                application_id: application(72),
                ..head
            },
            8 => OtherMessage { application_id: application(40), ..head },
            10 => OtherMessage { destination_mmsi, ..head },
            _ => head,
        })
    }
}
