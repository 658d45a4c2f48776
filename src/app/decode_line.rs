//! The JSON lines of `picket decode`; what is not available is absent.

use serde::Serialize;

use crate::engine::decode::ais::{
    AidToNavigationReport, AisMessage, BaseStationReport, ExtendedReportB, LongRangeReport, OtherMessage,
    PositionReportA, PositionReportB, SafetyText, SarAircraftReport, StaticDataA, StaticDataB, StaticVoyageData,
};
use crate::engine::decode::report::TargetStatus;
use crate::engine::decode::{CsvRow, Message, Reject, SentenceKind, Stamp, TrackedTarget};
use crate::engine::earth::Position;
use crate::engine::time::EventTime;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::Dimensions;

/// One decoded message.
#[derive(Default, Serialize)]
pub struct MessageLine<'a> {
    feed: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    station: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<char>,
    sentence: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mmsi: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    utc_second_suspect: bool,
    #[serde(flatten)]
    says: Says<'a>,
}

macro_rules! optional_fields {
    ($(#[$doc:meta])* $name:ident<$life:lifetime> { $($field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Default, Serialize)]
        struct $name<$life> { $(#[serde(skip_serializing_if = "Option::is_none")] $field: Option<$type>),* }
    };
}

optional_fields! {
    /// What the message says, field by field.
    Says<'a> {
        lat: f64, lon: f64, sog_kn: f64, cog_deg: f64, true_heading_deg: f64, rate_of_turn_deg_min: f64,
        navigational_status: u8, position_accuracy: bool, utc_second: u8, raim: bool, maneuver: u8,
        ship_name: &'a str, call_sign: &'a str, imo_number: u32, ship_type: u8, draught_m: f64, destination: &'a str,
        dim_bow_m: u16, dim_stern_m: u16, dim_port_m: u16, dim_starboard_m: u16, epfd_type: u8,
        eta_month: u8, eta_day: u8, eta_hour: u8, eta_minute: u8, dte: bool, ais_version: u8,
        part_number: u8, vendor_id: &'a str, mother_ship_mmsi: u32, aid_type: u8, aid_name: &'a str, off_position: bool,
        altitude_m: u16, text: &'a str, year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8,
        application_id: ApplicationId, destination_mmsi: u32, sequence_number: u8,
        target_number: u32, range_m: f64, bearing_deg: f64, bearing_reference: char, course_reference: char,
        target_name: &'a str, target_status: char, reference_target: bool, time: &'a str,
    }
}

/// The application of a binary message.
#[derive(Serialize)]
struct ApplicationId {
    dac: u16,
    fid: u8,
}

/// One refused line or sentence.
#[derive(Serialize)]
pub struct RejectLine {
    line: u32,
    reason: &'static str,
    bytes_latin1: String,
}

impl RejectLine {
    /// The line of a reject; `line` counts from 1 in its file.
    pub fn new(line: u32, reject: &Reject<'_>) -> Self {
        let bytes_latin1 = reject.bytes.iter().map(|b| char::from(*b)).collect();
        RejectLine { line, reason: reject.reason.name(), bytes_latin1 }
    }
}

/// How many messages of a type there were.
#[derive(Serialize)]
pub struct CountLine {
    #[serde(skip_serializing_if = "str::is_empty")]
    sentence: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message_id: Option<u8>,
    count: u64,
}

impl CountLine {
    /// The line of a total; `message_id` 0 is none.
    pub fn new(sentence: &'static str, message_id: u8, count: u64) -> Self {
        CountLine { sentence, message_id: Some(message_id).filter(|id| *id != 0), count }
    }
}

impl<'a> MessageLine<'a> {
    /// The line of a message.
    pub fn new(feed: &'a str, station: Option<&'a str>, stamp: &Stamp, message: &'a Message) -> Self {
        let (message_id, mmsi, says) = match message {
            Message::Ais(ais) => (Some(ais.message_id()), Some(ais.mmsi().0), Says::ais(ais)),
            Message::Ttm(ttm) => (None, None, Says::target(&ttm.wire)),
            Message::Row(row) => (None, Some(row.mmsi.0), Says::row(row)),
        };
        MessageLine {
            feed,
            observed_at: stamp.observed_at.map(EventTime::iso),
            received_at: (stamp.received_at > EventTime::MIN).then(|| stamp.received_at.iso()),
            station,
            channel: stamp.channel.filter(|_| stamp.sentence != SentenceKind::Row).map(char::from),
            sentence: stamp.sentence.name(),
            message_id,
            mmsi,
            utc_second_suspect: stamp.utc_second_suspect == Some(true),
            says,
        }
    }
}

impl<'a> Says<'a> {
    fn ais(message: &'a AisMessage) -> Self {
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
            AisMessage::Other(m) => Says::other(m),
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

    fn other(m: &OtherMessage) -> Self {
        Says {
            application_id: m.application_id.map(|(dac, fid)| ApplicationId { dac, fid }),
            destination_mmsi: m.destination_mmsi.map(|mmsi| mmsi.0),
            sequence_number: m.sequence_number,
            ..Says::default()
        }
    }

    fn target(m: &'a TrackedTarget) -> Self {
        let status = match m.target_status {
            TargetStatus::Lost => 'L',
            TargetStatus::Query => 'Q',
            TargetStatus::Tracking => 'T',
        };
        Says {
            target_number: Some(m.target_number),
            range_m: m.range.map(|r| rounded(r.0)),
            bearing_deg: m.bearing_deg.map(rounded),
            bearing_reference: m.bearing_deg.map(|_| m.bearing_reference.letter()),
            sog_kn: m.speed.map(|v| rounded(v.knots())),
            cog_deg: m.course_deg.map(rounded),
            course_reference: m.course_deg.map(|_| m.course_reference.letter()),
            target_name: m.target_name.as_deref(),
            target_status: Some(status),
            reference_target: Some(m.reference_target),
            time: m.time.as_deref(),
            ..Says::default()
        }
    }

    fn row(m: &'a CsvRow) -> Self {
        Says {
            navigational_status: m.navigational_status,
            ship_name: m.name.as_deref(),
            call_sign: m.call_sign.as_deref(),
            imo_number: m.imo_number.map(|imo| imo.0),
            ship_type: m.ship_type,
            ..Says::default().at(m.position).moving(m.sog, m.cog, m.true_heading).sized(m.dimensions)
        }
    }

    fn at(self, position: Option<Position>) -> Self {
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        Says { lat: position.map(|p| degrees(p.lat_e7())), lon: position.map(|p| degrees(p.lon_e7())), ..self }
    }

    fn moving(self, sog: Option<Speed>, cog: Option<Course>, heading: Option<Heading>) -> Self {
        Says {
            sog_kn: sog.map(|v| rounded(v.knots())),
            cog_deg: cog.map(|c| rounded(c.degrees())),
            true_heading_deg: heading.map(|h| rounded(h.degrees())),
            ..self
        }
    }

    fn sized(self, dimensions: Option<Dimensions>) -> Self {
        Says {
            dim_bow_m: dimensions.map(|d| d.bow_m),
            dim_stern_m: dimensions.map(|d| d.stern_m),
            dim_port_m: dimensions.map(|d| d.port_m),
            dim_starboard_m: dimensions.map(|d| d.starboard_m),
            ..self
        }
    }
}

/// To three decimals.
fn rounded(value: f64) -> f64 {
    libm::round(value * 1000.0) / 1000.0
}
