//! AIS messages (ITU-R M.1371-5, annex 8): one file a message, fields named as there, "not available" is `None`.

mod acknowledge;
mod aid_to_navigation;
mod area;
mod assigned_mode;
mod base_station;
mod binary;
mod channel_management;
mod data_link;
mod dgnss;
mod extended_b;
mod fields;
mod group_assignment;
mod interrogation;
mod long_range;
mod position_a;
mod position_b;
mod safety_text;
mod sar_aircraft;
mod static_data;
mod static_voyage;
mod utc_inquiry;

use serde::{Deserialize, Serialize};

pub use acknowledge::{Acknowledge, Receipt};
pub use aid_to_navigation::AidToNavigationReport;
pub use area::Area;
pub use assigned_mode::{AssignedModeCommand, Assignment};
pub use base_station::BaseStationReport;
pub use binary::BinaryMessage;
pub use channel_management::ChannelManagement;
pub use data_link::{DataLinkManagement, Reservation};
pub use dgnss::DgnssBroadcast;
pub use extended_b::ExtendedReportB;
pub use group_assignment::GroupAssignment;
pub use interrogation::{Interrogation, Request};
pub use long_range::LongRangeReport;
pub use position_a::PositionReportA;
pub use position_b::PositionReportB;
pub use safety_text::SafetyText;
pub use sar_aircraft::SarAircraftReport;
pub use static_data::{StaticDataA, StaticDataB};
pub use static_voyage::StaticVoyageData;
pub use utc_inquiry::UtcInquiry;

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
    /// 6, 8, 25, 26; 24 of another part than A and B.
    Binary(BinaryMessage),
    /// 7, 13.
    Acknowledge(Acknowledge),
    /// 9.
    SarAircraft(SarAircraftReport),
    /// 10.
    UtcInquiry(UtcInquiry),
    /// 12, 14.
    SafetyText(SafetyText),
    /// 15.
    Interrogation(Interrogation),
    /// 16.
    AssignedMode(AssignedModeCommand),
    /// 17.
    Dgnss(DgnssBroadcast),
    /// 18.
    PositionB(PositionReportB),
    /// 19.
    ExtendedB(ExtendedReportB),
    /// 20.
    DataLink(DataLinkManagement),
    /// 21.
    AidToNavigation(AidToNavigationReport),
    /// 22.
    ChannelManagement(ChannelManagement),
    /// 23.
    GroupAssignment(GroupAssignment),
    /// 24, part A.
    StaticDataA(StaticDataA),
    /// 24, part B.
    StaticDataB(StaticDataB),
    /// 27.
    LongRange(LongRangeReport),
}

impl AisMessage {
    /// Decodes a payload, wrapped in place; refuses what is too short for its message or of a type that is not defined.
    #[inline]
    pub fn decode_as<T>(p: &Payload, wrap: impl FnOnce(AisMessage) -> T) -> Result<T, RejectReason> {
        if p.bits() < 38 {
            return Err(RejectReason::Truncated);
        }
        match p.byte(0, 6) {
            1..=3 => PositionReportA::read(p).map(AisMessage::PositionA).map(wrap),
            4 | 11 => BaseStationReport::read(p).map(AisMessage::BaseStation).map(wrap),
            5 => StaticVoyageData::read(p).map(AisMessage::StaticVoyage).map(wrap),
            6 => BinaryMessage::read_addressed(p).map(AisMessage::Binary).map(wrap),
            7 | 13 => Acknowledge::read(p).map(AisMessage::Acknowledge).map(wrap),
            8 => BinaryMessage::read_broadcast(p).map(AisMessage::Binary).map(wrap),
            9 => SarAircraftReport::read(p).map(AisMessage::SarAircraft).map(wrap),
            10 => UtcInquiry::read(p).map(AisMessage::UtcInquiry).map(wrap),
            12 => SafetyText::read_addressed(p).map(AisMessage::SafetyText).map(wrap),
            14 => SafetyText::read_broadcast(p).map(AisMessage::SafetyText).map(wrap),
            15 => Interrogation::read(p).map(AisMessage::Interrogation).map(wrap),
            16 => AssignedModeCommand::read(p).map(AisMessage::AssignedMode).map(wrap),
            17 => DgnssBroadcast::read(p).map(AisMessage::Dgnss).map(wrap),
            18 => PositionReportB::read(p).map(AisMessage::PositionB).map(wrap),
            19 => ExtendedReportB::read(p).map(AisMessage::ExtendedB).map(wrap),
            20 => DataLinkManagement::read(p).map(AisMessage::DataLink).map(wrap),
            21 => AidToNavigationReport::read(p).map(AisMessage::AidToNavigation).map(wrap),
            22 => ChannelManagement::read(p).map(AisMessage::ChannelManagement).map(wrap),
            23 => GroupAssignment::read(p).map(AisMessage::GroupAssignment).map(wrap),
            24 if p.bits() < 40 => Err(RejectReason::Truncated),
            24 if p.byte(38, 2) == 0 => StaticDataA::read(p).map(AisMessage::StaticDataA).map(wrap),
            24 if p.byte(38, 2) == 1 => StaticDataB::read(p).map(AisMessage::StaticDataB).map(wrap),
            24 => BinaryMessage::read_undefined(p).map(AisMessage::Binary).map(wrap),
            25 | 26 if p.bits() < 40 => Err(RejectReason::Truncated),
            25 | 26 => BinaryMessage::read_slots(p).map(AisMessage::Binary).map(wrap),
            27 => LongRangeReport::read(p).map(AisMessage::LongRange).map(wrap),
            _ => Err(RejectReason::UnsupportedType),
        }
    }

    /// Message ID, 1-27.
    pub fn message_id(&self) -> u8 {
        match self {
            AisMessage::PositionA(m) => m.message_id,
            AisMessage::BaseStation(m) => m.message_id,
            AisMessage::StaticVoyage(_) => 5,
            AisMessage::Binary(m) => m.message_id,
            AisMessage::Acknowledge(m) => m.message_id,
            AisMessage::SarAircraft(_) => 9,
            AisMessage::UtcInquiry(_) => 10,
            AisMessage::SafetyText(m) => m.message_id,
            AisMessage::Interrogation(_) => 15,
            AisMessage::AssignedMode(_) => 16,
            AisMessage::Dgnss(_) => 17,
            AisMessage::PositionB(_) => 18,
            AisMessage::ExtendedB(_) => 19,
            AisMessage::DataLink(_) => 20,
            AisMessage::AidToNavigation(_) => 21,
            AisMessage::ChannelManagement(_) => 22,
            AisMessage::GroupAssignment(_) => 23,
            AisMessage::LongRange(_) => 27,
            AisMessage::StaticDataA(_) | AisMessage::StaticDataB(_) => 24,
        }
    }

    /// The sender.
    pub fn mmsi(&self) -> Mmsi {
        match self {
            AisMessage::PositionA(m) => m.mmsi,
            AisMessage::BaseStation(m) => m.mmsi,
            AisMessage::StaticVoyage(m) => m.mmsi,
            AisMessage::Binary(m) => m.mmsi,
            AisMessage::Acknowledge(m) => m.mmsi,
            AisMessage::SarAircraft(m) => m.mmsi,
            AisMessage::UtcInquiry(m) => m.mmsi,
            AisMessage::SafetyText(m) => m.mmsi,
            AisMessage::Interrogation(m) => m.mmsi,
            AisMessage::AssignedMode(m) => m.mmsi,
            AisMessage::Dgnss(m) => m.mmsi,
            AisMessage::PositionB(m) => m.mmsi,
            AisMessage::ExtendedB(m) => m.mmsi,
            AisMessage::DataLink(m) => m.mmsi,
            AisMessage::AidToNavigation(m) => m.mmsi,
            AisMessage::ChannelManagement(m) => m.mmsi,
            AisMessage::GroupAssignment(m) => m.mmsi,
            AisMessage::StaticDataA(m) => m.mmsi,
            AisMessage::StaticDataB(m) => m.mmsi,
            AisMessage::LongRange(m) => m.mmsi,
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
