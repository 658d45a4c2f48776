//! Message 23: a base station assigns reporting to all of a kind in an area (ITU-R M.1371-5, annex 8, 3.21).

use serde::{Deserialize, Serialize};

use super::area::Area;
use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// Bits up to the quiet time.
const LEAST_BITS: usize = 154;

/// Group assignment command.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupAssignment {
    /// Source ID.
    pub mmsi: Mmsi,
    /// The area, bits 40-109.
    pub area: Area,
    /// Station type, bits 110-113.
    pub station_type: u8,
    /// Type of ship and cargo, bits 114-121; 0 is all.
    pub ship_type: Option<u8>,
    /// Tx/Rx mode, bits 144-145.
    pub tx_rx_mode: u8,
    /// Reporting interval, bits 146-149, by the message's table.
    pub reporting_interval: u8,
    /// Quiet time, bits 150-153, minutes; 0 is none.
    pub quiet_time_min: u8,
}

impl GroupAssignment {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        Ok(GroupAssignment {
            mmsi: fields::mmsi(p),
            area: Area::read(p, 40),
            station_type: p.byte(110, 4),
            ship_type: fields::ship_type(p, 114),
            tx_rx_mode: p.byte(144, 2),
            reporting_interval: p.byte(146, 4),
            quiet_time_min: p.byte(150, 4),
        })
    }
}
