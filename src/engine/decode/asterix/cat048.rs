//! CAT048, monoradar target reports, editions 1.21 to 1.32: plots and tracks of surveillance radars.

use super::category::{Category, mask};
use super::item::{Part, RE, SP, Subfields, Uap, compound, explicit, extended, fixed, repetitive};
use super::message::{AsterixMessage, Vector, signed};
use crate::engine::units::NAUTICAL_MILE_M;

/// The category.
pub const CAT048: Category =
    Category { number: 48, uap: UAP, required: mask(UAP, &[10, 140]), refusable: mask(UAP, &[140]), take };

const ONE: Option<Part> = Some(Part::Fixed(1));
const PLOT_CHARACTERISTICS: &[Option<Part>] = &[ONE, ONE, ONE, ONE, ONE, ONE, ONE];
const UAP: &Uap = &[
    fixed(10, 2),
    fixed(140, 3),
    extended(20, 1),
    fixed(40, 4),
    fixed(70, 2),
    fixed(90, 2),
    compound(130, PLOT_CHARACTERISTICS),
    fixed(220, 3),
    fixed(240, 6),
    repetitive(250, 8),
    fixed(161, 2),
    fixed(42, 4),
    fixed(200, 4),
    extended(170, 1),
    fixed(210, 4),
    extended(30, 1),
    fixed(80, 2),
    fixed(100, 4),
    fixed(110, 2),
    compound(120, &[Some(Part::Fixed(2)), Some(Part::Repetitive(6))]),
    fixed(230, 2),
    fixed(260, 7),
    fixed(55, 1),
    fixed(50, 2),
    fixed(65, 1),
    fixed(60, 2),
    explicit(SP),
    explicit(RE),
];

#[inline]
fn take(message: &mut AsterixMessage, number: u16, bytes: &[u8]) -> Option<()> {
    match number {
        10 => message.take_source(bytes)?,
        140 => message.take_time(bytes)?,
        20 => take_descriptor(message, bytes),
        40 => message.take_polar(bytes, NAUTICAL_MILE_M / 256.0)?,
        70 => message.take_mode_3a(bytes)?,
        90 => message.take_flight_level(bytes)?,
        130 => take_characteristics(message, bytes)?,
        220 => message.take_address(bytes)?,
        240 => message.take_target_id(bytes)?,
        161 => message.take_track_number(bytes, 0x0fff)?,
        42 => message.cartesian = Some(Vector::from(signed(bytes)?).scaled(NAUTICAL_MILE_M / 128.0)),
        200 => message.take_polar_velocity(bytes)?,
        170 => take_status(message, bytes),
        210 => {
            let [x, y, ..] = *bytes.first_chunk::<4>()?;
            message.sigma = Some(Vector { x: f64::from(x), y: f64::from(y) }.scaled(NAUTICAL_MILE_M / 128.0));
        }
        110 => message.height_m = Some(height_ft(bytes)? * 0.3048),
        _ => {}
    }
    Some(())
}

/// Fourteen bits with their sign, 25 ft (I048/110).
fn height_ft(bytes: &[u8]) -> Option<f32> {
    let [high, low] = *bytes.first_chunk()?;
    Some(f32::from(i16::from_be_bytes([high, low]) << 2 >> 2) * 25.0)
}

/// Target report descriptor (I048/020): SIM and RAB in its first byte, TST in the second.
fn take_descriptor(message: &mut AsterixMessage, bytes: &[u8]) {
    let octet = |i: usize| bytes.get(i).copied().unwrap_or(0);
    message.flags.simulated = octet(0) & 0x10 != 0;
    message.flags.field_monitor = octet(0) & 0x02 != 0;
    message.flags.test = octet(1) & 0x80 != 0;
}

/// Track status (I048/170): CNF in its first byte, TRE and GHO in the second.
fn take_status(message: &mut AsterixMessage, bytes: &[u8]) {
    let octet = |i: usize| bytes.get(i).copied().unwrap_or(0);
    message.flags.tentative = octet(0) & 0x80 != 0;
    message.flags.end_of_track = octet(1) & 0x80 != 0;
    message.flags.ghost = octet(1) & 0x40 != 0;
}

/// Radar plot characteristics (I048/130): run length and amplitude of the primary plot.
fn take_characteristics(message: &mut AsterixMessage, bytes: &[u8]) -> Option<()> {
    for subfield in Subfields::new(PLOT_CHARACTERISTICS, bytes)? {
        let subfield = subfield?;
        let value = *subfield.bytes.first()?;
        match subfield.number {
            4 => message.run_length_deg = Some(f32::from(value) * (360.0 / 8192.0)),
            5 => message.amplitude = Some(i16::from(value as i8)),
            _ => {}
        }
    }
    Some(())
}
