//! The JSON lines of `picket decode` for ASTERIX records; what is not sent is absent.

use serde::Serialize;

use super::says::{optional_fields, rounded};
use crate::engine::decode::Stamp;
use crate::engine::decode::asterix::item::{RE, SP};
use crate::engine::decode::asterix::message::{Flags, Vector};
use crate::engine::decode::asterix::{AsterixMessage, AsterixReport};
use crate::engine::decode::report::Body;
use crate::engine::earth::Position;
use crate::engine::time::EventTime;

/// One record.
#[derive(Serialize)]
pub struct AsterixLine<'a> {
    feed: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<String>,
    category: u8,
    sac: u8,
    sic: u8,
    #[serde(flatten)]
    says: Says<'a>,
    /// Every item of the record, by its number as the specification prints it.
    items: Vec<String>,
}

optional_fields! {
    /// What the record says, field by field.
    Says<'a> {
        message_type: u8, time_of_day_s: f64, range_m: f64, azimuth_deg: f64, x_m: f64, y_m: f64, lat: f64, lon: f64,
        ground_speed_kn: f64, track_angle_deg: f64, vx_m_s: f64, vy_m_s: f64, ax_m_s2: f64, ay_m_s2: f64,
        track_number: u16, length_m: u8, orientation_deg: f64, width_m: u8, simulated: bool, test: bool,
        field_monitor: bool, ghost: bool, tentative: bool, coasting: bool, end_of_track: bool, target_id: &'a str,
        target_address: u32, mode_3a: String, flight_level: f64, height_m: f64, sigma_x_m: f64, sigma_y_m: f64,
        amplitude: i16, run_length_deg: f64, sector_azimuth_deg: f64, rotation_s: f64, site_lat: f64, site_lon: f64,
        site_height_m: i16,
    }
}

impl<'a> AsterixLine<'a> {
    /// The line of a record.
    pub fn new(feed: &'a str, stamp: &Stamp, report: &'a AsterixReport) -> Self {
        let wire = &report.wire;
        let computed = match report.body {
            Some(Body::Target(target)) => target.position,
            Some(Body::Plot(plot)) => Some(plot.position),
            _ => None,
        };
        AsterixLine {
            feed,
            observed_at: stamp.observed_at.map(EventTime::iso),
            received_at: (stamp.received_at > EventTime::MIN).then(|| stamp.received_at.iso()),
            category: wire.category,
            sac: wire.source.sac,
            sic: wire.source.sic,
            says: Says::new(wire).at(wire.wgs84.or(computed)).flagged(wire.flags),
            items: wire.item_numbers().map(item_name).collect(),
        }
    }
}

/// An item's number as the specification prints it.
fn item_name(number: u16) -> String {
    match number {
        RE => "RE".to_owned(),
        SP => "SP".to_owned(),
        number => format!("{number:03}"),
    }
}

impl<'a> Says<'a> {
    fn new(m: &'a AsterixMessage) -> Self {
        let (x_m, y_m) = components(m.cartesian);
        let (vx_m_s, vy_m_s) = components(m.velocity);
        let (ax_m_s2, ay_m_s2) = components(m.acceleration);
        let (sigma_x_m, sigma_y_m) = components(m.sigma);
        let (site_lat, site_lon) = m.site.map(degrees).unzip();
        Says {
            message_type: m.message_type,
            time_of_day_s: m.time_of_day.map(|time| time.seconds()),
            range_m: m.polar.map(|polar| rounded(polar.range_m)),
            azimuth_deg: m.polar.map(|polar| fine(polar.azimuth_deg)),
            x_m,
            y_m,
            ground_speed_kn: m.ground_speed.map(|v| rounded(v.knots())),
            track_angle_deg: m.track_angle.map(|angle| fine(angle.degrees())),
            vx_m_s,
            vy_m_s,
            ax_m_s2,
            ay_m_s2,
            track_number: m.track_number,
            length_m: m.length_m,
            orientation_deg: m.orientation_deg.map(single),
            width_m: m.width_m,
            target_id: m.target_id.as_deref(),
            target_address: m.target_address,
            mode_3a: m.mode_3a.map(|code| format!("{code:04o}")),
            flight_level: m.flight_level.map(single),
            height_m: m.height_m.map(single),
            sigma_x_m,
            sigma_y_m,
            amplitude: m.amplitude,
            run_length_deg: m.run_length_deg.map(single),
            sector_azimuth_deg: m.sector_azimuth_deg.map(single),
            rotation_s: m.rotation.map(|span| span.seconds()),
            site_lat,
            site_lon,
            site_height_m: m.site_height_m,
            ..Says::default()
        }
    }

    fn at(self, position: Option<Position>) -> Self {
        let (lat, lon) = position.map(degrees).unzip();
        Says { lat, lon, ..self }
    }

    /// Flags are told where they are set.
    fn flagged(self, flags: Flags) -> Self {
        let set = |flag: bool| flag.then_some(true);
        Says {
            simulated: set(flags.simulated),
            test: set(flags.test),
            field_monitor: set(flags.field_monitor),
            ghost: set(flags.ghost),
            tentative: set(flags.tentative),
            coasting: set(flags.coasting),
            end_of_track: set(flags.end_of_track),
            ..self
        }
    }
}

fn components(vector: Option<Vector>) -> (Option<f64>, Option<f64>) {
    vector.map(|v| (rounded(v.x), rounded(v.y))).unzip()
}

fn degrees(position: Position) -> (f64, f64) {
    (f64::from(position.lat_e7()) / 1e7, f64::from(position.lon_e7()) / 1e7)
}

fn single(value: f32) -> f64 {
    fine(f64::from(value))
}

/// To five decimals: less than one unit of an angle of two bytes.
fn fine(value: f64) -> f64 {
    libm::round(value * 1e5) / 1e5
}
