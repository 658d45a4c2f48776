//! Message 16: a base station assigns reporting intervals to one or two stations (ITU-R M.1371-5, annex 8, 3.14).

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// Commands to report in other slots than a station's own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssignedModeCommand {
    /// Source ID.
    pub mmsi: Mmsi,
    /// One or two assignments, the first from bit 40, the second from bit 92.
    pub assignments: [Option<Assignment>; 2],
}

/// One assignment: 30, 12 and 10 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Destination ID.
    pub destination_mmsi: Mmsi,
    /// Offset to the first slot; with an increment of 0, reports in ten minutes.
    pub offset: u16,
    /// Increment to the next slot.
    pub increment: u16,
}

impl AssignedModeCommand {
    /// Reads the message: 96 or 144 bits.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        let assignment = |at: usize| {
            let told = p.bits() >= at + 52;
            told.then(|| Assignment {
                destination_mmsi: Mmsi(p.uint(at, 30)),
                offset: p.uint(at + 30, 12) as u16,
                increment: p.uint(at + 42, 10) as u16,
            })
        };
        let assignments = [assignment(40), assignment(92)];
        if assignments[0].is_none() {
            return Err(RejectReason::Truncated);
        }
        Ok(AssignedModeCommand { mmsi: fields::mmsi(p), assignments })
    }

    /// The assignments that are there.
    pub fn told(&self) -> ArrayVec<Assignment, 2> {
        self.assignments.iter().flatten().copied().collect()
    }
}
