//! CAT062, system track data, editions 1.16 to 1.21: what a centre has fused.

use super::category::{Category, mask};
use super::item::{Part, RE, SP, Subfields, Uap, compound, explicit, extended, fixed};
use super::message::{AsterixMessage, Vector, signed, signed_bytes, unsigned};

/// The category.
pub const CAT062: Category =
    Category { number: 62, uap: UAP, required: mask(UAP, &[10, 70, 40, 80]), refusable: mask(UAP, &[70, 105]), take };

const fn bytes(n: u8) -> Option<Part> {
    Some(Part::Fixed(n))
}

const fn times(n: u8) -> Option<Part> {
    Some(Part::Repetitive(n))
}

const TIS: Option<Part> = Some(Part::Extended(1));
const AIRCRAFT_DATA: &[Option<Part>] = &[
    bytes(3),
    bytes(6),
    bytes(2),
    bytes(2),
    bytes(2),
    bytes(2),
    bytes(2),
    TIS,
    times(15),
    bytes(2),
    bytes(2),
    bytes(7),
    bytes(2),
    bytes(2),
    bytes(2),
    bytes(2),
    bytes(2),
    bytes(2),
    bytes(1),
    bytes(8),
    bytes(1),
    bytes(6),
    bytes(2),
    bytes(1),
    times(8),
    bytes(2),
    bytes(2),
    bytes(2),
];
const UPDATE_AGES: &[Option<Part>] =
    &[bytes(1), bytes(1), bytes(1), bytes(1), bytes(2), bytes(1), bytes(1), bytes(1), bytes(1), bytes(1)];
const DATA_AGES: &[Option<Part>] = &[bytes(1); 31];
const FLIGHT_PLAN: &[Option<Part>] = &[
    bytes(2),
    bytes(7),
    bytes(4),
    bytes(1),
    bytes(4),
    bytes(1),
    bytes(4),
    bytes(4),
    bytes(3),
    bytes(2),
    bytes(2),
    times(4),
    bytes(6),
    bytes(1),
    bytes(7),
    bytes(7),
    bytes(2),
    bytes(7),
];
const MODE_5: &[Option<Part>] = &[bytes(1), bytes(4), bytes(6), bytes(2), bytes(2), bytes(1), bytes(1)];
const ACCURACIES: &[Option<Part>] = &[bytes(4), bytes(2), bytes(4), bytes(1), bytes(1), bytes(2), bytes(2), bytes(1)];
const MEASURED: &[Option<Part>] = &[bytes(2), bytes(4), bytes(2), bytes(2), bytes(2), bytes(1)];

const UAP: &Uap = &[
    fixed(10, 2),
    None,
    fixed(15, 1),
    fixed(70, 3),
    fixed(105, 8),
    fixed(100, 6),
    fixed(185, 4),
    fixed(210, 2),
    fixed(60, 2),
    fixed(245, 7),
    compound(380, AIRCRAFT_DATA),
    fixed(40, 2),
    extended(80, 1),
    compound(290, UPDATE_AGES),
    fixed(200, 1),
    compound(295, DATA_AGES),
    fixed(136, 2),
    fixed(130, 2),
    fixed(135, 2),
    fixed(220, 2),
    compound(390, FLIGHT_PLAN),
    extended(270, 1),
    fixed(300, 1),
    compound(110, MODE_5),
    fixed(120, 2),
    extended(510, 3),
    compound(500, ACCURACIES),
    compound(340, MEASURED),
    None,
    None,
    None,
    None,
    None,
    explicit(RE),
    explicit(SP),
];

#[inline]
fn take(message: &mut AsterixMessage, number: u16, bytes: &[u8]) -> Option<()> {
    match number {
        10 => message.take_source(bytes)?,
        70 => message.take_time(bytes)?,
        105 => message.take_wgs84(bytes, 180.0 / 33_554_432.0)?,
        100 => message.cartesian = Some(Vector::from(system_position(bytes)?).scaled(0.5)),
        185 => message.velocity = Some(Vector::from(signed(bytes)?).scaled(0.25)),
        210 => message.acceleration = Some(signed_bytes(bytes)?.scaled(0.25)),
        60 => message.take_mode_3a(bytes)?,
        245 => message.take_target_id(bytes.get(1..)?)?,
        40 => message.take_track_number(bytes, 0xffff)?,
        80 => take_status(message, bytes),
        136 => message.flight_level = Some(signed::<1>(bytes)?[0] as f32 / 4.0),
        270 => message.take_size(bytes)?,
        500 => take_accuracies(message, bytes)?,
        _ => {}
    }
    Some(())
}

/// Three bytes each, with signs (I062/100).
fn system_position(bytes: &[u8]) -> Option<[f64; 2]> {
    let [a, b, c, d, e, f] = *bytes.first_chunk()?;
    Some([[a, b, c, 0], [d, e, f, 0]].map(|bytes| f64::from(i32::from_be_bytes(bytes) >> 8)))
}

/// Track status (I062/080): CNF in its first byte, SIM and TSE in the second, CST in the fourth.
fn take_status(message: &mut AsterixMessage, bytes: &[u8]) {
    let octet = |i: usize| bytes.get(i).copied().unwrap_or(0);
    message.flags.tentative = octet(0) & 0x02 != 0;
    message.flags.simulated = octet(1) & 0x80 != 0;
    message.flags.end_of_track = octet(1) & 0x40 != 0;
    message.flags.coasting = octet(3) & 0x80 != 0;
}

/// Estimated accuracies (I062/500): APC, in half metres.
fn take_accuracies(message: &mut AsterixMessage, bytes: &[u8]) -> Option<()> {
    for subfield in Subfields::new(ACCURACIES, bytes)? {
        let subfield = subfield?;
        if subfield.number == 1 {
            message.sigma = Some(Vector::from(unsigned(subfield.bytes)?).scaled(0.5));
        }
    }
    Some(())
}
