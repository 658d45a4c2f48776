//! Message 15: a station asks one or two others for messages (ITU-R M.1371-5, annex 8, 3.13).

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// An interrogation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interrogation {
    /// Source ID.
    pub mmsi: Mmsi,
    /// Up to three requests: 1.1 (bits 40-87), 1.2 (bits 90-107, same station), 2.1 (bits 110-157); the first is always there.
    pub requests: [Option<Request>; 3],
}

/// One message asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Destination ID: who is asked.
    pub destination_mmsi: Mmsi,
    /// Message ID asked for.
    pub message_id: u8,
    /// Slot offset of the answer; 0 leaves it to the station.
    pub slot_offset: u16,
}

impl Interrogation {
    /// Reads the message: 88, 110 or 160 bits; a request for message 0 is none.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < 88 {
            return Err(RejectReason::Truncated);
        }
        let request = |mmsi: usize, at: usize| Request {
            destination_mmsi: Mmsi(p.uint(mmsi, 30)),
            message_id: p.byte(at, 6),
            slot_offset: p.uint(at + 6, 12) as u16,
        };
        let further = |mmsi: usize, at: usize| {
            let asked = (p.bits() >= at + 18).then(|| request(mmsi, at));
            asked.filter(|request| request.message_id != 0)
        };
        let requests = [Some(request(40, 70)), further(40, 90), further(110, 140)];
        Ok(Interrogation { mmsi: fields::mmsi(p), requests })
    }

    /// The requests that are there.
    pub fn told(&self) -> ArrayVec<Request, 3> {
        self.requests.iter().flatten().copied().collect()
    }
}
