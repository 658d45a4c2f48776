//! The fields of a `picket decode` line; what is not available is absent.

use serde::Serialize;

use crate::engine::decode::CsvRow;
use crate::engine::earth::Position;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::Dimensions;

/// A struct of fields that are absent where they are `None`.
macro_rules! optional_fields {
    ($(#[$doc:meta])* $name:ident<$life:lifetime> { $($field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Default, Serialize)]
        pub(super) struct $name<$life> {
            $(#[serde(skip_serializing_if = "Option::is_none")] pub(super) $field: Option<$type>),*
        }
    };
}

pub(super) use optional_fields;

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
        application_id: ApplicationId, destination_mmsi: u32, sequence_number: u8, retransmit: bool, payload: &'a str,
        acknowledged: Vec<AcknowledgedLine>, requests: Vec<RequestLine>, assignments: Vec<AssignmentLine>,
        reservations: Vec<ReservationLine>, channel_a: u16, channel_b: u16, tx_rx_mode: u8, low_power: bool,
        north_east: Corner, south_west: Corner, addressed_mmsi: [u32; 2], channel_a_bandwidth: bool, channel_b_bandwidth: bool,
        zone_size: u8, station_type: u8, reporting_interval: u8, quiet_time_min: u8,
        target_number: u32, range_m: f64, bearing_deg: f64, bearing_reference: char, course_reference: char,
        target_name: &'a str, target_status: char, reference_target: bool, time: &'a str, range_scale_m: f64,
        display_rotation: char,
    }
}

/// The application of a binary message.
#[derive(Serialize)]
pub(super) struct ApplicationId {
    pub(super) dac: u16,
    pub(super) fid: u8,
}

/// One receipt of messages 7 and 13.
#[derive(Serialize)]
pub(super) struct AcknowledgedLine {
    pub(super) destination_mmsi: u32,
    pub(super) sequence_number: u8,
}

/// One request of message 15.
#[derive(Serialize)]
pub(super) struct RequestLine {
    pub(super) destination_mmsi: u32,
    #[serde(rename = "type")]
    pub(super) message_id: u8,
    pub(super) slot_offset: u16,
}

/// One assignment of message 16.
#[derive(Serialize)]
pub(super) struct AssignmentLine {
    pub(super) destination_mmsi: u32,
    pub(super) offset: u16,
    pub(super) increment: u16,
}

/// One reservation of message 20.
#[derive(Serialize)]
pub(super) struct ReservationLine {
    pub(super) offset: u16,
    pub(super) slots: u8,
    pub(super) timeout_min: u8,
    pub(super) increment: u16,
}

/// A corner of an area.
#[derive(Serialize)]
pub(super) struct Corner {
    pub(super) lat: f64,
    pub(super) lon: f64,
}

impl Corner {
    /// The corner, if it is told.
    pub(super) fn of(position: Option<Position>) -> Option<Self> {
        position.map(|p| Corner { lat: degrees(p.lat_e7()), lon: degrees(p.lon_e7()) })
    }
}

impl<'a> Says<'a> {
    /// What a row of a table says.
    pub(super) fn row(m: &'a CsvRow) -> Self {
        Says {
            navigational_status: m.navigational_status,
            ship_name: m.name.as_deref(),
            call_sign: m.call_sign.as_deref(),
            imo_number: m.imo_number.map(|imo| imo.0),
            ship_type: m.ship_type,
            ..Says::default().at(m.position).moving(m.sog, m.cog, m.true_heading).sized(m.dimensions)
        }
    }

    pub(super) fn at(self, position: Option<Position>) -> Self {
        Says { lat: position.map(|p| degrees(p.lat_e7())), lon: position.map(|p| degrees(p.lon_e7())), ..self }
    }

    pub(super) fn moving(self, sog: Option<Speed>, cog: Option<Course>, heading: Option<Heading>) -> Self {
        Says {
            sog_kn: sog.map(|v| rounded(v.knots())),
            cog_deg: cog.map(|c| rounded(c.degrees())),
            true_heading_deg: heading.map(|h| rounded(h.degrees())),
            ..self
        }
    }

    pub(super) fn sized(self, dimensions: Option<Dimensions>) -> Self {
        Says {
            dim_bow_m: dimensions.map(|d| d.bow_m),
            dim_stern_m: dimensions.map(|d| d.stern_m),
            dim_port_m: dimensions.map(|d| d.port_m),
            dim_starboard_m: dimensions.map(|d| d.starboard_m),
            ..self
        }
    }
}

fn degrees(e7: i32) -> f64 {
    f64::from(e7) / 1e7
}

/// To three decimals.
pub(super) fn rounded(value: f64) -> f64 {
    libm::round(value * 1000.0) / 1000.0
}
