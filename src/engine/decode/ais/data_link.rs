//! Message 20: a base station reserves slots for itself and others (ITU-R M.1371-5, annex 8, 3.18).

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// Data link management.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataLinkManagement {
    /// Source ID.
    pub mmsi: Mmsi,
    /// Up to four reservations of 30 bits, the first from bit 40.
    pub reservations: [Option<Reservation>; 4],
}

/// One reservation: 12, 4, 3 and 11 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Offset to the first slot; 0 is no reservation.
    pub offset: u16,
    /// Number of slots.
    pub slots: u8,
    /// Time-out, minutes.
    pub timeout_min: u8,
    /// Increment to the next block; 0 repeats none.
    pub increment: u16,
}

impl DataLinkManagement {
    /// Reads the message: 72 to 160 bits.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        let reservation = |at: usize| {
            let told = p.bits() >= at + 30;
            told.then(|| Reservation {
                offset: p.uint(at, 12) as u16,
                slots: p.byte(at + 12, 4),
                timeout_min: p.byte(at + 16, 3),
                increment: p.uint(at + 19, 11) as u16,
            })
        };
        let reservations = [reservation(40), reservation(70), reservation(100), reservation(130)];
        if reservations[0].is_none() {
            return Err(RejectReason::Truncated);
        }
        Ok(DataLinkManagement { mmsi: fields::mmsi(p), reservations })
    }

    /// The reservations that are there.
    pub fn told(&self) -> ArrayVec<Reservation, 4> {
        self.reservations.iter().flatten().copied().collect()
    }
}
