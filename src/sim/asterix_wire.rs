//! ASTERIX as radars send it: items to records, records to data blocks, by the profiles that the decoder reads by.

use crate::engine::decode::asterix::category;
use crate::engine::earth::Offset;
use crate::engine::time::EventTime;

/// Items on their way into a record; they may be given in any order.
#[derive(Clone, Debug)]
pub struct RecordWriter {
    category: u8,
    items: Vec<(usize, Vec<u8>)>,
}

impl RecordWriter {
    /// A record of a category, empty so far.
    pub fn new(category: u8) -> Self {
        RecordWriter { category, items: Vec::new() }
    }

    /// Sets an item; one that the category's profile does not have is left out.
    pub fn with(mut self, number: u16, bytes: &[u8]) -> Self {
        let uap = category(self.category).map_or(&[][..], |category| category.uap);
        if let Some(field) = uap.iter().position(|item| item.is_some_and(|item| item.number == number)) {
            self.items.retain(|(other, _)| *other != field);
            self.items.push((field, bytes.to_vec()));
        }
        self
    }

    /// The record: its field specification, then its items in the order of the profile.
    pub fn bytes(mut self) -> Vec<u8> {
        self.items.sort_by_key(|(field, _)| *field);
        let mut bytes = presence_octets(self.items.iter().map(|(field, _)| *field));
        self.items.iter().for_each(|(_, item)| bytes.extend_from_slice(item));
        bytes
    }
}

/// A data block of records; what does not fit into 65,535 bytes is left out.
pub fn block(category: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![category, 0, 0];
    for record in records {
        if bytes.len() + record.len() <= usize::from(u16::MAX) {
            bytes.extend_from_slice(record);
        }
    }
    let len = (bytes.len() as u16).to_be_bytes();
    bytes[1..3].copy_from_slice(&len);
    bytes
}

/// The octets of a presence map with these fields, from 0: the lowest bit of each says whether another follows.
pub fn presence_octets(fields: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut octets: Vec<u8> = Vec::new();
    for field in fields {
        octets.resize(octets.len().max(field / 7 + 1), 0);
        octets[field / 7] |= 0x80 >> (field % 7);
    }
    let last = octets.len().saturating_sub(1);
    octets.iter_mut().take(last).for_each(|octet| *octet |= 1);
    octets
}

/// A time of day: three bytes, 1/128 s.
pub fn time_of_day(at: EventTime) -> [u8; 3] {
    let since_midnight_ms = (at - at.midnight()).millis();
    let units = (since_midnight_ms * 128 + 500) / 1000 % (86_400 * 128);
    let [_, a, b, c] = (units as u32).to_be_bytes();
    [a, b, c]
}

/// Distance in units of so many metres and azimuth in 360/2^16 degrees, two bytes each.
pub fn polar(place: Offset, range_unit_m: f64) -> [u8; 4] {
    let range = libm::round(place.length().0 / range_unit_m).clamp(0.0, 65_535.0) as u16;
    join(range, angle(place.direction().degrees()))
}

/// Two numbers with signs in units of `unit`, two bytes each.
pub fn vector(value: Offset, unit: f64) -> [u8; 4] {
    let number = |value: f64| libm::round(value / unit).clamp(-32_768.0, 32_767.0) as i16 as u16;
    join(number(value.east_m), number(value.north_m))
}

fn angle(degrees: f64) -> u16 {
    (libm::round(degrees / 360.0 * 65_536.0) as i64).rem_euclid(65_536) as u16
}

fn join(first: u16, second: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_written_in_the_order_of_its_profile() {
        let record = RecordWriter::new(10).with(140, &[1, 2, 3]).with(10, &[7, 1]).with(999, &[9]).with(131, &[200]);
        assert_eq!(record.bytes(), [0b1001_0001, 1, 1, 0b0010_0000, 7, 1, 1, 2, 3, 200]);
        assert_eq!(block(10, &[vec![0x80, 7, 1]]), [10, 0, 6, 0x80, 7, 1]);
        assert!(presence_octets(std::iter::empty()).is_empty());
    }

    #[test]
    fn values_are_rounded_to_their_units() {
        let midnight = EventTime::from_iso("2026-01-10T00:00:00Z").unwrap();
        assert_eq!(time_of_day(midnight + crate::engine::time::Span::from_millis(1500)), [0, 0, 192]);
        assert_eq!(time_of_day(midnight - crate::engine::time::Span::from_millis(1)), [0, 0, 0]);
        assert_eq!(polar(Offset::polar(90.0, 1000.4), 1.0), [3, 232, 64, 0]);
        assert_eq!(vector(Offset { east_m: -0.26, north_m: 1.0 }, 0.25), [255, 255, 0, 4]);
        assert_eq!(polar(Offset::polar(359.999, 1852.0), 1852.0 / 256.0), [1, 0, 0, 0]);
    }
}
