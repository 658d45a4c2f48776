//! CAT034, monoradar service messages, editions 1.27 to 1.29: where the antenna is, and that the radar lives.

use super::category::{Category, mask};
use super::item::{Part, RE, SP, Uap, compound, explicit, fixed, repetitive};
use super::message::AsterixMessage;
use crate::engine::earth::Position;
use crate::engine::time::Span;

/// The category.
pub const CAT034: Category =
    Category { number: 34, uap: UAP, required: mask(UAP, &[10, 0]), refusable: mask(UAP, &[0, 30, 120]), take };

/// North marker (I034/000).
pub const NORTH_MARKER: u8 = 1;
/// Sector crossing (I034/000).
pub const SECTOR_CROSSING: u8 = 2;

const ONE: Option<Part> = Some(Part::Fixed(1));
const UAP: &Uap = &[
    fixed(10, 2),
    fixed(0, 1),
    fixed(30, 3),
    fixed(20, 1),
    fixed(41, 2),
    compound(50, &[ONE, None, None, ONE, ONE, Some(Part::Fixed(2))]),
    compound(60, &[ONE, None, None, ONE, ONE, ONE]),
    repetitive(70, 2),
    fixed(100, 8),
    fixed(110, 1),
    fixed(120, 8),
    fixed(90, 2),
    explicit(RE),
    explicit(SP),
];

#[inline]
fn take(message: &mut AsterixMessage, number: u16, bytes: &[u8]) -> Option<()> {
    match number {
        10 => message.take_source(bytes)?,
        0 => message.message_type = Some(*bytes.first()?).filter(|kind| (1..=15).contains(kind)).map(Some)?,
        30 => message.take_time(bytes)?,
        20 => message.sector_azimuth_deg = Some(f32::from(*bytes.first()?) * (360.0 / 256.0)),
        41 => {
            let [high, low] = *bytes.first_chunk()?;
            let units = i64::from(u16::from_be_bytes([high, low]));
            message.rotation = Some(Span::from_millis((units * 1000 + 64) / 128));
        }
        120 => take_site(message, bytes)?,
        _ => {}
    }
    Some(())
}

/// Height in metres, latitude and longitude in 180/2^23 degrees (I034/120).
fn take_site(message: &mut AsterixMessage, bytes: &[u8]) -> Option<()> {
    let [height_high, height_low, a, b, c, d, e, f] = *bytes.first_chunk()?;
    let degrees = |bytes: [u8; 4]| f64::from(i32::from_be_bytes(bytes) >> 8) * (180.0 / 8_388_608.0);
    message.site = Some(Position::from_degrees(degrees([a, b, c, 0]), degrees([d, e, f, 0]))?);
    message.site_height_m = Some(i16::from_be_bytes([height_high, height_low]));
    Some(())
}
