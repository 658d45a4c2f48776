//! AIS messages (ITU-R M.1371-5, annex 8): one file a message, fields named as there, "not available" is `None`.

mod aid_to_navigation;
mod base_station;
mod extended_b;
mod fields;
mod long_range;
mod other;
mod position_a;
mod position_b;
mod safety_text;
mod sar_aircraft;
mod static_data;
mod static_voyage;

use serde::{Deserialize, Serialize};

pub use aid_to_navigation::AidToNavigationReport;
pub use base_station::BaseStationReport;
pub use extended_b::ExtendedReportB;
pub use long_range::LongRangeReport;
pub use other::OtherMessage;
pub use position_a::PositionReportA;
pub use position_b::PositionReportB;
pub use safety_text::SafetyText;
pub use sar_aircraft::SarAircraftReport;
pub use static_data::{StaticDataA, StaticDataB};
pub use static_voyage::StaticVoyageData;

use super::armour::Payload;
use super::reject::RejectReason;
use crate::engine::vessel::Mmsi;

/// A decoded AIS message.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)] // built in place and lent out; boxes would allocate
pub enum AisMessage {
    /// 1, 2, 3.
    PositionA(PositionReportA),
    /// 4, 11.
    BaseStation(BaseStationReport),
    /// 5.
    StaticVoyage(StaticVoyageData),
    /// 9.
    SarAircraft(SarAircraftReport),
    /// 12, 14.
    SafetyText(SafetyText),
    /// 18.
    PositionB(PositionReportB),
    /// 19.
    ExtendedB(ExtendedReportB),
    /// 21.
    AidToNavigation(AidToNavigationReport),
    /// 24, part A.
    StaticDataA(StaticDataA),
    /// 24, part B.
    StaticDataB(StaticDataB),
    /// 27.
    LongRange(LongRangeReport),
    /// All others.
    Other(OtherMessage),
}

impl AisMessage {
    /// Decodes a payload; refuses what is too short for its message or of a type that is not defined.
    #[inline]
    pub fn decode(payload: &Payload) -> Result<AisMessage, RejectReason> {
        if payload.bits() < 38 {
            return Err(RejectReason::Truncated);
        }
        let p = payload;
        match p.byte(0, 6) {
            1..=3 => PositionReportA::read(p).map(AisMessage::PositionA),
            4 | 11 => BaseStationReport::read(p).map(AisMessage::BaseStation),
            5 => StaticVoyageData::read(p).map(AisMessage::StaticVoyage),
            9 => SarAircraftReport::read(p).map(AisMessage::SarAircraft),
            12 => SafetyText::read_addressed(p).map(AisMessage::SafetyText),
            14 => SafetyText::read_broadcast(p).map(AisMessage::SafetyText),
            18 => PositionReportB::read(p).map(AisMessage::PositionB),
            19 => ExtendedReportB::read(p).map(AisMessage::ExtendedB),
            21 => AidToNavigationReport::read(p).map(AisMessage::AidToNavigation),
            24 if p.bits() < 40 => Err(RejectReason::Truncated),
            24 if p.byte(38, 2) == 0 => StaticDataA::read(p).map(AisMessage::StaticDataA),
            24 if p.byte(38, 2) == 1 => StaticDataB::read(p).map(AisMessage::StaticDataB),
            27 => LongRangeReport::read(p).map(AisMessage::LongRange),
            id @ (6..=8 | 10 | 13 | 15..=17 | 20 | 22..=26) => OtherMessage::read(p, id).map(AisMessage::Other),
            _ => Err(RejectReason::UnsupportedType),
        }
    }

    /// Message ID, 1-27.
    pub fn message_id(&self) -> u8 {
        match self {
            AisMessage::PositionA(m) => m.message_id,
            AisMessage::BaseStation(m) => m.message_id,
            AisMessage::StaticVoyage(_) => 5,
            AisMessage::SarAircraft(_) => 9,
            AisMessage::SafetyText(m) => m.message_id,
            AisMessage::PositionB(_) => 18,
            AisMessage::ExtendedB(_) => 19,
            AisMessage::AidToNavigation(_) => 21,
            AisMessage::StaticDataA(_) | AisMessage::StaticDataB(_) => 24,
            AisMessage::LongRange(_) => 27,
            AisMessage::Other(m) => m.message_id,
        }
    }

    /// The sender.
    pub fn mmsi(&self) -> Mmsi {
        match self {
            AisMessage::PositionA(m) => m.mmsi,
            AisMessage::BaseStation(m) => m.mmsi,
            AisMessage::StaticVoyage(m) => m.mmsi,
            AisMessage::SarAircraft(m) => m.mmsi,
            AisMessage::SafetyText(m) => m.mmsi,
            AisMessage::PositionB(m) => m.mmsi,
            AisMessage::ExtendedB(m) => m.mmsi,
            AisMessage::AidToNavigation(m) => m.mmsi,
            AisMessage::StaticDataA(m) => m.mmsi,
            AisMessage::StaticDataB(m) => m.mmsi,
            AisMessage::LongRange(m) => m.mmsi,
            AisMessage::Other(m) => m.mmsi,
        }
    }

    /// The UTC second of the sender's clock, 0-59, where the message carries it.
    #[inline]
    pub fn utc_second(&self) -> Option<u8> {
        let second = match self {
            AisMessage::PositionA(m) => m.utc_second,
            AisMessage::BaseStation(m) => m.second,
            AisMessage::SarAircraft(m) => m.utc_second,
            AisMessage::PositionB(m) => m.utc_second,
            AisMessage::ExtendedB(m) => m.utc_second,
            AisMessage::AidToNavigation(m) => m.utc_second,
            _ => None,
        };
        second.filter(|s| *s < 60)
    }
}
