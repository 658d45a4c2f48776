//! Message 9: position report of a search and rescue aircraft (ITU-R M.1371-5, annex 8, 3.7).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::earth::Position;
use crate::engine::units::{Course, Speed};
use crate::engine::vessel::Mmsi;

/// Bits up to the RAIM flag.
const LEAST_BITS: usize = 148;

/// Position report of a search and rescue aircraft.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SarAircraftReport {
    /// User ID.
    pub mmsi: Mmsi,
    /// Altitude, bits 38-49, m; 4095 is not available, 4094 stands for more.
    pub altitude_m: Option<u16>,
    /// Speed over ground, bits 50-59, whole knots; 1023 is not available.
    pub sog: Option<Speed>,
    /// Position accuracy, bit 60.
    pub position_accuracy: bool,
    /// Longitude, bits 61-88, and latitude, bits 89-115.
    pub position: Option<Position>,
    /// Course over ground, bits 116-127.
    pub cog: Option<Course>,
    /// UTC second, bits 128-133.
    pub utc_second: Option<u8>,
    /// DTE, bit 142.
    pub dte: bool,
    /// RAIM flag, bit 147.
    pub raim: bool,
}

impl SarAircraftReport {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        let knots = p.uint(50, 10);
        Ok(SarAircraftReport {
            mmsi: fields::mmsi(p),
            altitude_m: Some(p.uint(38, 12) as u16).filter(|m| *m != 4095),
            sog: (knots != 1023).then(|| Speed::from_knots(f64::from(knots))),
            position_accuracy: p.flag(60),
            position: fields::position(p, 61),
            cog: fields::cog(p, 116),
            utc_second: fields::utc_second(p, 128),
            dte: p.flag(142),
            raim: p.flag(147),
        })
    }
}
