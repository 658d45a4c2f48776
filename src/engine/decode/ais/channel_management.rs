//! Message 22: a base station tells an area, or two stations, which channels to use (ITU-R M.1371-5, annex 8, 3.20).

use serde::{Deserialize, Serialize};

use super::area::Area;
use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// Bits up to the size of the transitional zone.
const LEAST_BITS: usize = 145;

/// Channel management.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelManagement {
    /// Station ID.
    pub mmsi: Mmsi,
    /// Channel A, bits 40-51 (ITU-R M.1084).
    pub channel_a: u16,
    /// Channel B, bits 52-63.
    pub channel_b: u16,
    /// Tx/Rx mode, bits 64-67.
    pub tx_rx_mode: u8,
    /// Power, bit 68: low.
    pub low_power: bool,
    /// The area, corners in bits 69-138; `None` where bit 139 says that stations are addressed.
    pub area: Option<Area>,
    /// The stations addressed, bits 69-98 and 104-133.
    pub addressed: Option<(Mmsi, Mmsi)>,
    /// Channel A bandwidth, bit 140: spare, once 12.5 kHz.
    pub channel_a_bandwidth: bool,
    /// Channel B bandwidth, bit 141.
    pub channel_b_bandwidth: bool,
    /// Transitional zone size, bits 142-144: nautical miles, less one.
    pub zone_size: u8,
}

impl ChannelManagement {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        let is_addressed = p.flag(139);
        Ok(ChannelManagement {
            mmsi: fields::mmsi(p),
            channel_a: p.uint(40, 12) as u16,
            channel_b: p.uint(52, 12) as u16,
            tx_rx_mode: p.byte(64, 4),
            low_power: p.flag(68),
            area: (!is_addressed).then(|| Area::read(p, 69)),
            addressed: is_addressed.then(|| (Mmsi(p.uint(69, 30)), Mmsi(p.uint(104, 30)))),
            channel_a_bandwidth: p.flag(140),
            channel_b_bandwidth: p.flag(141),
            zone_size: p.byte(142, 3),
        })
    }
}
