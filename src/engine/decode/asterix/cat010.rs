//! CAT010, monodata surface movement reports, edition 1.1: port and VTS radars, plots and tracks.

use super::category::{Category, mask};
use super::item::{RE, SP, Uap, explicit, extended, fixed, repetitive};
use super::message::{AsterixMessage, Vector, signed, signed_bytes};

/// The category.
pub const CAT010: Category =
    Category { number: 10, uap: UAP, required: mask(UAP, &[10, 0]), refusable: mask(UAP, &[0, 140, 41]), take };

/// A target report (I010/000).
pub const TARGET_REPORT: u8 = 1;
/// The start of an update cycle (I010/000).
pub const START_OF_CYCLE: u8 = 2;

const UAP: &Uap = &[
    fixed(10, 2),
    fixed(0, 1),
    extended(20, 1),
    fixed(140, 3),
    fixed(41, 8),
    fixed(40, 4),
    fixed(42, 4),
    fixed(200, 4),
    fixed(202, 4),
    fixed(161, 2),
    extended(170, 1),
    fixed(60, 2),
    fixed(220, 3),
    fixed(245, 7),
    repetitive(250, 8),
    fixed(300, 1),
    fixed(90, 2),
    fixed(91, 2),
    extended(270, 1),
    fixed(550, 1),
    fixed(310, 1),
    fixed(500, 4),
    repetitive(280, 2),
    fixed(131, 1),
    fixed(210, 2),
    None,
    explicit(SP),
    explicit(RE),
];

#[inline]
fn take(message: &mut AsterixMessage, number: u16, bytes: &[u8]) -> Option<()> {
    match number {
        10 => message.take_source(bytes)?,
        0 => message.message_type = Some(*bytes.first()?).filter(|kind| (1..=4).contains(kind)).map(Some)?,
        20 => take_descriptor(message, bytes),
        140 => message.take_time(bytes)?,
        41 => message.take_wgs84(bytes, 180.0 / 2_147_483_648.0)?,
        40 => message.take_polar(bytes, 1.0)?,
        42 => message.cartesian = Some(signed(bytes)?.into()),
        200 => message.take_polar_velocity(bytes)?,
        // A quarter of a metre a second; a public database of formats says a sixteenth, which real records refute.
        202 => message.velocity = Some(Vector::from(signed(bytes)?).scaled(0.25)),
        161 => message.take_track_number(bytes, 0x0fff)?,
        170 => take_status(message, bytes),
        60 => message.take_mode_3a(bytes)?,
        220 => message.take_address(bytes)?,
        245 => message.take_target_id(bytes.get(1..)?)?,
        90 => message.take_flight_level(bytes)?,
        91 => message.height_m = Some(signed::<1>(bytes)?[0] as f32 * 6.25 * 0.3048),
        270 => message.take_size(bytes)?,
        500 => take_accuracy(message, bytes)?,
        131 => message.amplitude = Some(i16::from(*bytes.first()?)),
        210 => message.acceleration = Some(signed_bytes(bytes)?.scaled(0.25)),
        _ => {}
    }
    Some(())
}

/// Target report descriptor (I010/020): SIM, TST and RAB stand in its second byte.
fn take_descriptor(message: &mut AsterixMessage, bytes: &[u8]) {
    let second = bytes.get(1).copied().unwrap_or(0);
    message.flags.simulated = second & 0x80 != 0;
    message.flags.test = second & 0x40 != 0;
    message.flags.field_monitor = second & 0x20 != 0;
}

/// Track status (I010/170): CNF, TRE and CST, of which 2 and 3 are coasting beyond the scan; GHO in the third byte.
fn take_status(message: &mut AsterixMessage, bytes: &[u8]) {
    let octet = |i: usize| bytes.get(i).copied().unwrap_or(0);
    message.flags.tentative = octet(0) & 0x80 != 0;
    message.flags.end_of_track = octet(0) & 0x40 != 0;
    message.flags.coasting = octet(0) & 0x20 != 0;
    message.flags.ghost = octet(2) & 0x80 != 0;
}

/// Standard deviations of x and y, in quarters of a metre; their covariance follows (I010/500).
fn take_accuracy(message: &mut AsterixMessage, bytes: &[u8]) -> Option<()> {
    let [x, y, ..] = *bytes.first_chunk::<4>()?;
    message.sigma = Some(Vector { x: f64::from(x) * 0.25, y: f64::from(y) * 0.25 });
    Some(())
}
