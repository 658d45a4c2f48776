//! Any ASTERIX record: every item of every category in every shape, filled by chance within what its values may be.

use super::asterix_wire::{RecordWriter, presence_octets};
use super::rng::Rng;
use crate::engine::decode::asterix::category::Category;
use crate::engine::decode::asterix::item::{Format, Item, Part};

/// I062/390 holds texts: callsigns, aerodromes, runways.
const FLIGHT_PLAN: u16 = 390;

/// A record with the items that its category requires, and each other one, by its number, where it is asked for.
pub fn any_record(category: &Category, rng: &mut Rng, asked: impl Fn(u16, &mut Rng) -> bool) -> Vec<u8> {
    let mut record = RecordWriter::new(category.number);
    for (field, item) in category.uap.iter().enumerate() {
        let Some(item) = item else { continue };
        let is_required = category.required & (1 << 63 >> field) != 0;
        if is_required || asked(item.number, rng) {
            record = record.with(item.number, &any_item(category.number, item, rng));
        }
    }
    record.bytes()
}

/// An item of a category; its values are such as a radar may send.
pub fn any_item(category: u8, item: &Item, rng: &mut Rng) -> Vec<u8> {
    let mut bytes = match item.format {
        Format::Plain(Part::Extended(step)) => any_extended(usize::from(step), most_groups(category, item.number), rng),
        Format::Plain(part) => any_part(part, rng),
        Format::Explicit => {
            let content = noise(rng.below(6), rng);
            [vec![content.len() as u8 + 1], content].concat()
        }
        Format::Compound(parts) => any_compound(parts, category == 62 && item.number == FLIGHT_PLAN, rng),
    };
    match (category, item.number) {
        (10, 0) => bytes[0] = 1 + rng.below(4) as u8,
        (34, 0) => bytes[0] = 1 + rng.below(7) as u8,
        (10 | 48, 140) | (34, 30) | (62, 70) => {
            let [_, a, b, c] = (rng.below(86_400 * 128) as u32).to_be_bytes();
            bytes.copy_from_slice(&[a, b, c]);
        }
        (10, 41) => bytes = any_position(2_147_483_648.0, rng),
        (62, 105) => bytes = any_position(33_554_432.0, rng),
        (34, 120) => {
            let position = any_position(8_388_608.0, rng);
            bytes[2..5].copy_from_slice(&position[1..4]);
            bytes[5..8].copy_from_slice(&position[5..8]);
        }
        (10 | 62, 245) => bytes[1..].copy_from_slice(&any_name(rng)),
        (48, 240) => bytes.copy_from_slice(&any_name(rng)),
        _ => {}
    }
    bytes
}

/// Eight characters of six bits.
fn any_name(rng: &mut Rng) -> [u8; 6] {
    const SIX_BITS: &[u8] = b"\x01\x02\x03\x14\x1a\x20\x30\x31\x39";
    let bits = (0..8).fold(0u64, |bits, _| bits << 6 | u64::from(rng.pick(SIX_BITS)));
    let [_, _, name @ ..] = bits.to_be_bytes();
    name
}

/// Latitude and longitude, four bytes each, in 180 degrees divided by `scale`.
fn any_position(scale: f64, rng: &mut Rng) -> Vec<u8> {
    let lat = libm::floor(rng.between(-0.5, 0.5) * scale) as i32;
    let lon = libm::floor(rng.between(-1.0, 1.0) * scale).max(-2_147_483_648.0) as i32;
    [lat.to_be_bytes(), lon.to_be_bytes()].concat()
}

/// How many groups the oldest edition that is read gives an extended item.
fn most_groups(category: u8, number: u16) -> usize {
    match (category, number) {
        (10, _) | (62, 270) => 3,
        (62, 80) => 5,
        (48, 30) | (62, 510) => 4,
        _ => 2,
    }
}

fn any_extended(step: usize, most: usize, rng: &mut Rng) -> Vec<u8> {
    let groups = 1 + rng.below(most);
    let mut bytes = noise(step * groups, rng);
    for group in 0..groups {
        let last = &mut bytes[step * (group + 1) - 1];
        *last = *last & !1 | u8::from(group + 1 < groups);
    }
    bytes
}

fn any_part(part: Part, rng: &mut Rng) -> Vec<u8> {
    match part {
        Part::Fixed(len) => noise(usize::from(len), rng),
        Part::Extended(step) => any_extended(usize::from(step), 1, rng),
        Part::Repetitive(each) => {
            let times = 1 + rng.below(3);
            [vec![times as u8], noise(times * usize::from(each), rng)].concat()
        }
    }
}

fn any_compound(parts: &[Option<Part>], is_text: bool, rng: &mut Rng) -> Vec<u8> {
    let known: Vec<usize> = (0..parts.len()).filter(|i| parts[*i].is_some()).collect();
    let sure = rng.pick(&known);
    let present: Vec<usize> = known.into_iter().filter(|i| *i == sure || rng.chance(0.4)).collect();
    let mut bytes = presence_octets(present.iter().copied());
    for part in present.into_iter().filter_map(|i| parts[i]) {
        let content = any_part(part, rng);
        let is_text = is_text && matches!(part, Part::Fixed(_));
        bytes.extend(content.into_iter().map(|byte| if is_text { b' ' + byte % 64 } else { byte }));
    }
    bytes
}

fn noise(len: usize, rng: &mut Rng) -> Vec<u8> {
    (0..len).map(|_| rng.bits() as u8).collect()
}
