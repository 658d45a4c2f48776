//! Fields that several AIS messages share, with their "not available" values (ITU-R M.1371-5, annex 8).

use super::super::armour::Payload;
use crate::engine::earth::Position;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::{Dimensions, Mmsi};

/// User ID, 30 bits from bit 8.
#[inline(always)]
pub fn mmsi(payload: &Payload) -> Mmsi {
    Mmsi(payload.uint(8, 30))
}

/// Longitude (28 bits) and latitude (27 bits) behind it, 1/10,000 minute; 181, 91 and what is out of range are `None`.
#[inline(always)]
pub fn position(payload: &Payload, offset: usize) -> Option<Position> {
    // 1/600,000 degree is 50/3 of 1e-7 degree.
    let e7 = |raw: i32| (i64::from(raw) * 50 + i64::from(raw.signum())) / 3;
    position_e7(e7(payload.int(offset + 28, 27)), e7(payload.int(offset, 28)))
}

/// Longitude (18 bits) and latitude (17 bits) behind it, 1/10 minute (messages 17, 22, 23, 27).
pub fn coarse_position(payload: &Payload, offset: usize) -> Option<Position> {
    let e7 = |raw: i32| (i64::from(raw) * 50_000 + i64::from(raw.signum())) / 3;
    position_e7(e7(payload.int(offset + 18, 17)), e7(payload.int(offset, 18)))
}

#[inline(always)]
fn position_e7(lat_e7: i64, lon_e7: i64) -> Option<Position> {
    Position::from_e7(i32::try_from(lat_e7).ok()?, i32::try_from(lon_e7).ok()?)
}

/// Speed over ground, 10 bits, 0.1 knot; 1023 (102.3) is not available.
#[inline(always)]
pub fn sog(payload: &Payload, offset: usize) -> Option<Speed> {
    let raw = payload.uint(offset, 10);
    (raw != 1023).then(|| Speed::from_knots(f64::from(raw) * 0.1))
}

/// Course over ground, 12 bits, 0.1 degree; 3600 is not available, more is not defined.
#[inline(always)]
pub fn cog(payload: &Payload, offset: usize) -> Option<Course> {
    let raw = payload.uint(offset, 12);
    (raw < 3600).then(|| Course::from_degrees(f64::from(raw) * 0.1))
}

/// True heading, 9 bits, degrees; 511 is not available, 360 and more is not defined.
#[inline(always)]
pub fn true_heading(payload: &Payload, offset: usize) -> Option<Heading> {
    let raw = payload.uint(offset, 9);
    (raw < 360).then(|| Heading::from_degrees(f64::from(raw)))
}

/// UTC second, 6 bits: 60 is not available, 61-63 tell of the position's source.
#[inline(always)]
pub fn utc_second(payload: &Payload, offset: usize) -> Option<u8> {
    let raw = payload.byte(offset, 6);
    (raw != 60).then_some(raw)
}

/// Distances from the reference point, 9, 9, 6 and 6 bits, metres; all zero is not available.
pub fn dimensions(payload: &Payload, offset: usize) -> Option<Dimensions> {
    let at = |from: usize, length: usize| payload.uint(offset + from, length) as u16;
    let dimensions = Dimensions { bow_m: at(0, 9), stern_m: at(9, 9), port_m: at(18, 6), starboard_m: at(24, 6) };
    (dimensions != Dimensions::default()).then_some(dimensions)
}

/// A field of which zero means not available.
pub fn unless_zero(raw: u32) -> Option<u32> {
    (raw != 0).then_some(raw)
}

/// A field up to a largest defined value.
pub fn up_to(raw: u32, largest: u8) -> Option<u8> {
    u8::try_from(raw).ok().filter(|n| *n <= largest)
}

/// Ship and cargo type, 8 bits; 0 is not available.
pub fn ship_type(payload: &Payload, offset: usize) -> Option<u8> {
    Some(payload.byte(offset, 8)).filter(|t| *t != 0)
}
