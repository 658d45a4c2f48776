//! Message 24: static data report of class B, parts A and B (ITU-R M.1371-5, annex 8, 3.22).

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::reject::RejectReason;
use crate::engine::vessel::{CallSign, Dimensions, Mmsi, MmsiClass, Name};

/// Part A has 160 bits; 156 to 168 occur, where the name loses its last character.
const LEAST_BITS_A: usize = 156;
/// Part B has 168 bits, the last six of which tell little.
const LEAST_BITS_B: usize = 162;

/// Static data report, part A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaticDataA {
    /// User ID.
    pub mmsi: Mmsi,
    /// Name, bits 40-159.
    pub ship_name: Option<Name>,
}

/// Static data report, part B.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaticDataB {
    /// User ID.
    pub mmsi: Mmsi,
    /// Type of ship and cargo, bits 40-47.
    pub ship_type: Option<u8>,
    /// Manufacturer's code, bits 48-65.
    pub vendor_id: Option<ArrayString<3>>,
    /// Call sign, bits 90-131.
    pub call_sign: Option<CallSign>,
    /// Dimensions and reference for position, bits 132-161; not of an auxiliary craft.
    pub dimensions: Option<Dimensions>,
    /// MMSI of the mother ship, bits 132-161, of an auxiliary craft (98MIDxxxx).
    pub mother_ship_mmsi: Option<Mmsi>,
    /// Type of position-fixing device, bits 162-165.
    pub epfd_type: Option<u8>,
}

impl StaticDataA {
    /// Reads part A.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS_A {
            return Err(RejectReason::Truncated);
        }
        Ok(StaticDataA { mmsi: fields::mmsi(p), ship_name: p.text(40, 20) })
    }
}

impl StaticDataB {
    /// Reads part B.
    pub(super) fn read(p: &Payload) -> Result<Self, RejectReason> {
        if p.bits() < LEAST_BITS_B {
            return Err(RejectReason::Truncated);
        }
        let mmsi = fields::mmsi(p);
        let auxiliary = mmsi.class() == MmsiClass::ParentCraft;
        Ok(StaticDataB {
            mmsi,
            ship_type: fields::ship_type(p, 40),
            vendor_id: p.text(48, 3),
            call_sign: p.text(90, 7),
            dimensions: if auxiliary { None } else { fields::dimensions(p, 132) },
            mother_ship_mmsi: fields::unless_zero(p.uint(132, 30)).filter(|_| auxiliary).map(Mmsi),
            epfd_type: (p.bits() >= 166).then(|| p.byte(162, 4)),
        })
    }
}
