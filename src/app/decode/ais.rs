//! What AIS messages say, field by field.

use super::says::{
    AcknowledgedLine, ApplicationId, AssignmentLine, Corner, RequestLine, ReservationLine, Says, rounded,
};
use crate::engine::decode::ais::{
    Acknowledge, AidToNavigationReport, AisMessage, Area, AssignedModeCommand, Assignment, BaseStationReport,
    BinaryMessage, ChannelManagement, DataLinkManagement, DgnssBroadcast, ExtendedReportB, GroupAssignment,
    Interrogation, LongRangeReport, PositionReportA, PositionReportB, Receipt, Request, Reservation, SafetyText,
    SarAircraftReport, StaticDataA, StaticDataB, StaticVoyageData, UtcInquiry,
};

impl<'a> Says<'a> {
    /// What an AIS message says.
    pub(super) fn ais(message: &'a AisMessage) -> Self {
        match message {
            AisMessage::PositionA(m) => Says::position_a(m),
            AisMessage::BaseStation(m) => Says::base_station(m),
            AisMessage::StaticVoyage(m) => Says::voyage(m),
            AisMessage::SarAircraft(m) => Says::aircraft(m),
            AisMessage::SafetyText(m) => Says::safety_text(m),
            AisMessage::PositionB(m) => Says::position_b(m),
            AisMessage::ExtendedB(m) => Says::extended_b(m),
            AisMessage::AidToNavigation(m) => Says::aid(m),
            AisMessage::StaticDataA(m) => Says::static_a(m),
            AisMessage::StaticDataB(m) => Says::static_b(m),
            AisMessage::LongRange(m) => Says::long_range(m),
            AisMessage::Binary(m) => Says::binary(m),
            AisMessage::Acknowledge(m) => Says::acknowledge(m),
            AisMessage::UtcInquiry(m) => Says::inquiry(m),
            AisMessage::Interrogation(m) => Says::interrogation(m),
            AisMessage::AssignedMode(m) => Says::assigned_mode(m),
            AisMessage::Dgnss(m) => Says::dgnss(m),
            AisMessage::DataLink(m) => Says::data_link(m),
            AisMessage::ChannelManagement(m) => Says::channel_management(m),
            AisMessage::GroupAssignment(m) => Says::group_assignment(m),
        }
    }

    fn base_station(m: &BaseStationReport) -> Self {
        Says {
            year: m.year,
            month: m.month,
            day: m.day,
            hour: m.hour,
            minute: m.minute,
            second: m.second,
            position_accuracy: Some(m.position_accuracy),
            epfd_type: Some(m.epfd_type),
            raim: Some(m.raim),
            ..Says::default().at(m.position)
        }
    }

    fn aircraft(m: &SarAircraftReport) -> Self {
        Says {
            altitude_m: m.altitude_m,
            position_accuracy: Some(m.position_accuracy),
            utc_second: m.utc_second,
            dte: Some(m.dte),
            raim: Some(m.raim),
            ..Says::default().at(m.position).moving(m.sog, m.cog, None)
        }
    }

    fn safety_text(m: &'a SafetyText) -> Self {
        Says {
            text: m.text.as_deref(),
            destination_mmsi: m.destination.map(|(mmsi, _)| mmsi.0),
            sequence_number: m.destination.map(|(_, number)| number),
            ..Says::default()
        }
    }

    fn position_b(m: &PositionReportB) -> Self {
        Says {
            position_accuracy: Some(m.position_accuracy),
            utc_second: m.utc_second,
            raim: Some(m.raim),
            ..Says::default().at(m.position).moving(m.sog, m.cog, m.true_heading)
        }
    }

    fn extended_b(m: &'a ExtendedReportB) -> Self {
        Says {
            position_accuracy: Some(m.position_accuracy),
            utc_second: m.utc_second,
            ship_name: m.ship_name.as_deref(),
            ship_type: m.ship_type,
            epfd_type: m.epfd_type,
            raim: m.raim,
            dte: m.dte,
            ..Says::default().at(m.position).moving(m.sog, m.cog, m.true_heading).sized(m.dimensions)
        }
    }

    fn aid(m: &'a AidToNavigationReport) -> Self {
        Says {
            aid_type: Some(m.aid_type),
            aid_name: m.aid_name.as_deref(),
            position_accuracy: Some(m.position_accuracy),
            epfd_type: Some(m.epfd_type),
            utc_second: m.utc_second,
            off_position: Some(m.off_position),
            raim: Some(m.raim),
            ..Says::default().at(m.position).sized(m.dimensions)
        }
    }

    fn static_a(m: &'a StaticDataA) -> Self {
        Says { part_number: Some(0), ship_name: m.ship_name.as_deref(), ..Says::default() }
    }

    fn static_b(m: &'a StaticDataB) -> Self {
        Says {
            part_number: Some(1),
            ship_type: m.ship_type,
            vendor_id: m.vendor_id.as_deref(),
            call_sign: m.call_sign.as_deref(),
            mother_ship_mmsi: m.mother_ship_mmsi.map(|mmsi| mmsi.0),
            epfd_type: m.epfd_type,
            ..Says::default().sized(m.dimensions)
        }
    }

    fn long_range(m: &LongRangeReport) -> Self {
        Says {
            position_accuracy: Some(m.position_accuracy),
            raim: Some(m.raim),
            navigational_status: Some(m.navigational_status),
            ..Says::default().at(m.position).moving(m.sog, m.cog, None)
        }
    }

    fn position_a(m: &PositionReportA) -> Self {
        Says {
            navigational_status: Some(m.navigational_status),
            rate_of_turn_deg_min: m.rate_of_turn_deg_min().map(rounded),
            position_accuracy: Some(m.position_accuracy),
            utc_second: m.utc_second,
            maneuver: m.maneuver,
            raim: Some(m.raim),
            ..Says::default().at(m.position).moving(m.sog, m.cog, m.true_heading)
        }
    }

    fn voyage(m: &'a StaticVoyageData) -> Self {
        Says {
            ais_version: Some(m.ais_version),
            imo_number: m.imo_number.map(|imo| imo.0),
            call_sign: m.call_sign.as_deref(),
            ship_name: m.ship_name.as_deref(),
            ship_type: m.ship_type,
            epfd_type: m.epfd_type,
            eta_month: m.eta_month,
            eta_day: m.eta_day,
            eta_hour: m.eta_hour,
            eta_minute: m.eta_minute,
            draught_m: m.draught_dm.map(|dm| f64::from(dm) / 10.0),
            destination: m.destination.as_deref(),
            dte: m.dte,
            ..Says::default().sized(m.dimensions)
        }
    }

    fn binary(m: &'a BinaryMessage) -> Self {
        Says {
            application_id: m.application_id.map(|(dac, fid)| ApplicationId { dac, fid }),
            destination_mmsi: m.destination_mmsi.map(|mmsi| mmsi.0),
            sequence_number: m.sequence_number,
            retransmit: m.retransmit,
            payload: Some(&m.payload),
            ..Says::default()
        }
    }

    fn dgnss(m: &'a DgnssBroadcast) -> Self {
        Says { payload: Some(&m.payload), ..Says::default().at(m.position) }
    }

    fn acknowledge(m: &Acknowledge) -> Self {
        let line = |receipt: &Receipt| AcknowledgedLine {
            destination_mmsi: receipt.destination_mmsi.0,
            sequence_number: receipt.sequence_number,
        };
        Says { acknowledged: Some(m.told().iter().map(line).collect()), ..Says::default() }
    }

    fn inquiry(m: &UtcInquiry) -> Self {
        Says { destination_mmsi: Some(m.destination_mmsi.0), ..Says::default() }
    }

    fn interrogation(m: &Interrogation) -> Self {
        let line = |request: &Request| RequestLine {
            destination_mmsi: request.destination_mmsi.0,
            message_id: request.message_id,
            slot_offset: request.slot_offset,
        };
        Says { requests: Some(m.told().iter().map(line).collect()), ..Says::default() }
    }

    fn assigned_mode(m: &AssignedModeCommand) -> Self {
        let line = |assignment: &Assignment| AssignmentLine {
            destination_mmsi: assignment.destination_mmsi.0,
            offset: assignment.offset,
            increment: assignment.increment,
        };
        Says { assignments: Some(m.told().iter().map(line).collect()), ..Says::default() }
    }

    fn data_link(m: &DataLinkManagement) -> Self {
        let line = |reservation: &Reservation| ReservationLine {
            offset: reservation.offset,
            slots: reservation.slots,
            timeout_min: reservation.timeout_min,
            increment: reservation.increment,
        };
        Says { reservations: Some(m.told().iter().map(line).collect()), ..Says::default() }
    }

    fn channel_management(m: &ChannelManagement) -> Self {
        Says {
            channel_a: Some(m.channel_a),
            channel_b: Some(m.channel_b),
            tx_rx_mode: Some(m.tx_rx_mode),
            low_power: Some(m.low_power),
            addressed_mmsi: m.addressed.map(|(first, second)| [first.0, second.0]),
            channel_a_bandwidth: Some(m.channel_a_bandwidth),
            channel_b_bandwidth: Some(m.channel_b_bandwidth),
            zone_size: Some(m.zone_size),
            ..Says::default().within(m.area)
        }
    }

    fn group_assignment(m: &GroupAssignment) -> Self {
        Says {
            station_type: Some(m.station_type),
            ship_type: m.ship_type,
            tx_rx_mode: Some(m.tx_rx_mode),
            reporting_interval: Some(m.reporting_interval),
            quiet_time_min: Some(m.quiet_time_min),
            ..Says::default().within(Some(m.area))
        }
    }

    fn within(self, area: Option<Area>) -> Self {
        Says {
            north_east: Corner::of(area.and_then(|area| area.north_east)),
            south_west: Corner::of(area.and_then(|area| area.south_west)),
            ..self
        }
    }
}
