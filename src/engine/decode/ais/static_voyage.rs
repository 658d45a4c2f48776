//! Message 5: static and voyage related data of class A (ITU-R M.1371-5, annex 8, 3.3).

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::{CallSign, Dimensions, ImoNumber, Mmsi, Name};

/// Bits up to the end of the name; what stands behind is read as far as it goes (420 to 426 bits occur for 424).
const LEAST_BITS: usize = 232;
/// Bits from which the destination counts as whole.
const DESTINATION_BITS: usize = 420;

/// Static and voyage related data of class A. Fields behind the end of a short message are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaticVoyageData {
    /// User ID.
    pub mmsi: Mmsi,
    /// AIS version, bits 38-39.
    pub ais_version: u8,
    /// IMO number, bits 40-69, as claimed; 0 is not available.
    pub imo_number: Option<ImoNumber>,
    /// Call sign, bits 70-111.
    pub call_sign: Option<CallSign>,
    /// Name, bits 112-231.
    pub ship_name: Option<Name>,
    /// Type of ship and cargo, bits 232-239; 0 is not available.
    pub ship_type: Option<u8>,
    /// Dimensions and reference for position, bits 240-269.
    pub dimensions: Option<Dimensions>,
    /// Type of position-fixing device, bits 270-273.
    pub epfd_type: Option<u8>,
    /// ETA month, bits 274-277; 0 is not available.
    pub eta_month: Option<u8>,
    /// ETA day, bits 278-282; 0 is not available.
    pub eta_day: Option<u8>,
    /// ETA hour, bits 283-287; 24 is not available.
    pub eta_hour: Option<u8>,
    /// ETA minute, bits 288-293; 60 is not available.
    pub eta_minute: Option<u8>,
    /// Maximum present static draught, bits 294-301, 0.1 m; 0 is not available.
    pub draught_dm: Option<u8>,
    /// Destination, bits 302-421.
    pub destination: Option<ArrayString<20>>,
    /// DTE, bit 422: set where the data terminal is not ready.
    pub dte: Option<bool>,
}

impl StaticVoyageData {
    /// Reads the message.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS {
            return Err(RejectReason::Truncated);
        }
        let has = |bits: usize| p.bits() >= bits;
        let counted = |raw: u32, largest: u8| fields::up_to(raw, largest).filter(|n| *n != 0);
        Ok(StaticVoyageData {
            mmsi: fields::mmsi(p),
            ais_version: p.byte(38, 2),
            imo_number: fields::unless_zero(p.uint(40, 30)).map(ImoNumber),
            call_sign: p.text(70, 7),
            ship_name: p.text(112, 20),
            ship_type: if has(240) { fields::ship_type(p, 232) } else { None },
            dimensions: if has(270) { fields::dimensions(p, 240) } else { None },
            epfd_type: has(274).then(|| p.byte(270, 4)),
            eta_month: if has(278) { counted(p.uint(274, 4), 12) } else { None },
            eta_day: if has(283) { counted(p.uint(278, 5), 31) } else { None },
            eta_hour: if has(288) { fields::up_to(p.uint(283, 5), 23) } else { None },
            eta_minute: if has(294) { fields::up_to(p.uint(288, 6), 59) } else { None },
            draught_dm: has(302).then(|| p.byte(294, 8)).filter(|d| *d != 0),
            destination: if has(DESTINATION_BITS) { p.text(302, 20) } else { None },
            dte: has(423).then(|| p.flag(422)),
        })
    }
}
