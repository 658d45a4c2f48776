//! The journal's bytes: segment header and record, byte for byte as `docs/formats.md` tells them.

use super::record::RecordKind;
use crate::engine::input::FeedId;
use crate::engine::time::EventTime;

/// The first bytes of every segment.
pub const MAGIC: [u8; 8] = *b"PKTJRNL\n";
/// The format this build writes, and the newest it reads.
pub const FORMAT: u16 = 1;
/// Bytes of a segment's header.
pub const HEADER_BYTES: usize = 64;
/// Bytes of a record before its body.
pub const RECORD_BYTES: usize = 28;
/// The longest body.
pub const MAX_BODY_BYTES: usize = 16 << 20;
/// Bytes kept for the build's name in a segment's header.
const BUILD_BYTES: usize = 20;
/// Kinds above this do not exist in this format.
const MAX_KIND: u8 = 31;

/// The header of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// When it was begun, by the edge's clock.
    pub created: EventTime,
    /// The number of its first numbered record.
    pub first_seq: u64,
    /// The largest `received_at` of all records before it; `EventTime::MIN` in a journal's first segment.
    pub received_before: EventTime,
    /// The build that wrote it, at most 20 bytes.
    pub build: String,
}

/// What stands at the beginning of a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum ParsedHeader {
    /// A header of a format this build reads.
    Known(SegmentHeader),
    /// A whole header of a format this build does not know.
    Newer(u16),
    /// No whole header.
    Damaged,
}

/// A record without its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Its number; that of the last numbered record before it if its kind takes none.
    pub seq: u64,
    /// When it was received.
    pub received_at: EventTime,
    /// What it is.
    pub kind: RecordKind,
    /// Its feed, 0 where there is none.
    pub feed: FeedId,
}

/// What stands at some place of a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum ParsedRecord {
    /// A whole record with the length of its body.
    Whole(RecordHeader, usize),
    /// Perhaps a record, of which bytes are still missing.
    Incomplete,
    /// No record.
    Invalid,
}

impl SegmentHeader {
    /// Its 64 bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[10..12].copy_from_slice(&(HEADER_BYTES as u16).to_le_bytes());
        bytes[16..24].copy_from_slice(&self.created.millis().to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_seq.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.received_before.millis().to_le_bytes());
        let mut end = self.build.len().min(BUILD_BYTES);
        while !self.build.is_char_boundary(end) {
            end -= 1;
        }
        bytes[40..40 + end].copy_from_slice(&self.build.as_bytes()[..end]);
        let crc = crc32c::crc32c(&bytes[..60]);
        bytes[60..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads the header at the beginning of `bytes`.
    pub fn parse(bytes: &[u8]) -> ParsedHeader {
        let Some(bytes) = bytes.get(..HEADER_BYTES) else { return ParsedHeader::Damaged };
        if bytes[..8] != MAGIC || crc32c::crc32c(&bytes[..60]) != u32_at(bytes, 60) {
            return ParsedHeader::Damaged;
        }
        let format = u16::from_le_bytes([bytes[8], bytes[9]]);
        if format > FORMAT {
            return ParsedHeader::Newer(format);
        }
        let build = &bytes[40..60];
        let build = build.split(|b| *b == 0).next().unwrap_or_default();
        ParsedHeader::Known(SegmentHeader {
            created: EventTime::from_millis(u64_at(bytes, 16) as i64),
            first_seq: u64_at(bytes, 24),
            received_before: EventTime::from_millis(u64_at(bytes, 32) as i64),
            build: String::from_utf8_lossy(build).into_owned(),
        })
    }
}

/// Appends a record to `out`; the body must not be longer than [`MAX_BODY_BYTES`].
pub fn write_record(out: &mut Vec<u8>, header: &RecordHeader, body: &[u8]) {
    debug_assert!(body.len() <= MAX_BODY_BYTES);
    let start = out.len();
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&header.seq.to_le_bytes());
    out.extend_from_slice(&header.received_at.millis().to_le_bytes());
    out.extend_from_slice(&[header.kind.code(), 0]);
    out.extend_from_slice(&header.feed.0.to_le_bytes());
    out.extend_from_slice(body);
    let crc = record_crc(&out[start..]);
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

/// Reads the record at the beginning of `bytes`.
pub fn parse_record(bytes: &[u8]) -> ParsedRecord {
    let Some(fixed) = bytes.get(..RECORD_BYTES) else { return ParsedRecord::Incomplete };
    let len = u32_at(fixed, 0) as usize;
    if len > MAX_BODY_BYTES || !(1..=MAX_KIND).contains(&fixed[24]) || fixed[25] != 0 {
        return ParsedRecord::Invalid;
    }
    let Some(whole) = bytes.get(..RECORD_BYTES + len) else { return ParsedRecord::Incomplete };
    if record_crc(whole) != u32_at(whole, 4) {
        return ParsedRecord::Invalid;
    }
    let header = RecordHeader {
        seq: u64_at(whole, 8),
        received_at: EventTime::from_millis(u64_at(whole, 16) as i64),
        kind: RecordKind::from_code(whole[24]),
        feed: FeedId(u16::from_le_bytes([whole[26], whole[27]])),
    };
    ParsedRecord::Whole(header, len)
}

/// The checksum of a whole record: its length, then all that follows the checksum's own place.
fn record_crc(record: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&record[..4]), &record[8..])
}

/// The little-endian number at `at`; 0 beyond the end.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// The little-endian number at `at`; 0 beyond the end.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> (RecordHeader, Vec<u8>) {
        let received_at = EventTime::from_millis(-3);
        let header = RecordHeader { seq: 9, received_at, kind: RecordKind::Frame, feed: FeedId(2) };
        let mut bytes = Vec::new();
        write_record(&mut bytes, &header, b"!AIVDM");
        (header, bytes)
    }

    #[test]
    fn records_round_trip_and_every_flipped_bit_is_seen() {
        let (header, bytes) = record();
        assert_eq!(bytes.len(), RECORD_BYTES + 6);
        assert_eq!(parse_record(&bytes), ParsedRecord::Whole(header, 6));
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(!matches!(parse_record(&bad), ParsedRecord::Whole(..)), "bit {bit}");
        }
        for cut in 0..bytes.len() {
            assert_eq!(parse_record(&bytes[..cut]), ParsedRecord::Incomplete);
        }
        assert_eq!(parse_record(&[0; 100]), ParsedRecord::Invalid);
    }

    #[test]
    fn headers_round_trip_and_newer_ones_are_told() {
        let header = SegmentHeader {
            created: EventTime::from_millis(5),
            first_seq: 7,
            received_before: EventTime::MIN,
            build: "0.1.0+0123456789abcdé".to_owned(),
        };
        let mut bytes = header.to_bytes();
        let ParsedHeader::Known(back) = SegmentHeader::parse(&bytes) else { panic!() };
        assert_eq!(
            (back.first_seq, back.received_before, back.build.as_str()),
            (7, EventTime::MIN, "0.1.0+0123456789abcd")
        );
        bytes[20] ^= 1;
        assert_eq!(SegmentHeader::parse(&bytes), ParsedHeader::Damaged);
        let mut newer = header.to_bytes();
        newer[8] = 2;
        let crc = crc32c::crc32c(&newer[..60]);
        newer[60..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(SegmentHeader::parse(&newer), ParsedHeader::Newer(2));
        assert_eq!(SegmentHeader::parse(&newer[..63]), ParsedHeader::Damaged);
    }
}
