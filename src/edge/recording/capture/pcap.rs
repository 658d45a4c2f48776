//! The classic capture format: one header, then packets each with sixteen bytes before it (IETF draft-ietf-opsawg-pcap).

use super::container::{Found, Place};
use super::window::Window;
use crate::engine::time::{EventTime, Span};

/// Bytes of the file's header.
pub const HEADER_BYTES: usize = 24;
/// Bytes before each packet.
const RECORD_BYTES: usize = 16;
/// No packet is longer: the limit of libpcap.
pub const MAX_PACKET_BYTES: usize = 256 * 1024;
/// Nor was any before it was cut.
const MAX_ORIGINAL_BYTES: u32 = 1024 * 1024;
/// Packets within this of each other belong together.
const NEAR: Span = Span::from_secs(86_400);
/// 2000-01-01: where packets are sought, none is older. What stands between them, read as a time, mostly is.
const EARLIEST: EventTime = EventTime::from_millis(946_684_800_000);

/// What the file's header says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pcap {
    is_big_endian: bool,
    /// Fractions of a second in a second.
    fractions: u32,
    link: u32,
}

/// The sixteen bytes before a packet.
struct RecordHeader {
    second: u32,
    fraction: u32,
    captured: u32,
    original: u32,
}

impl Pcap {
    /// Reads the file's header; `None` if it is no such file.
    pub fn new(head: &[u8]) -> Option<Pcap> {
        let (is_big_endian, fractions) = match head.get(..4)? {
            [0xd4, 0xc3, 0xb2, 0xa1] => (false, 1_000_000),
            [0xa1, 0xb2, 0xc3, 0xd4] => (true, 1_000_000),
            [0x4d, 0x3c, 0xb2, 0xa1] => (false, 1_000_000_000),
            [0xa1, 0xb2, 0x3c, 0x4d] => (true, 1_000_000_000),
            _ => return None,
        };
        // The upper half holds the length of a frame check sequence, which follows the packet and is left out with it.
        let link = u32_at(head, 20, is_big_endian)? & 0xffff;
        Some(Pcap { is_big_endian, fractions, link })
    }

    /// What stands where the window stands; `latest` is when the packet before it was captured.
    ///
    /// A packet far from the one before it is believed if the next one is near it: files are joined, and a byte may be wrong.
    pub fn place(&self, window: &mut Window, latest: Option<EventTime>) -> Place {
        let head = window.ahead(RECORD_BYTES);
        let Some(header) = self.header(head) else {
            return if head.is_empty() { Place::Nonsense } else { Place::Truncated };
        };
        let at = self.time(&header);
        let is_expected = latest.is_none_or(|latest| is_near(latest, at));
        if !self.is_sound(&header) || !(is_expected || self.begins_run(window, &header)) {
            return Place::Nonsense;
        }
        let (len, captured) = (RECORD_BYTES + header.captured as usize, header.captured as usize);
        if window.ahead(len).len() < len {
            return Place::Truncated;
        }
        let found = Found {
            at: Some(at),
            link: self.link,
            is_big_endian: self.is_big_endian,
            len: captured,
            is_cut: header.original > header.captured,
        };
        Place::Packet { found, at: RECORD_BYTES, len }
    }

    /// Whether a packet begins here, and another one of the same time, or the end, behind it.
    pub fn makes_sense(&self, window: &mut Window) -> bool {
        let header = self.header(window.ahead(RECORD_BYTES)).filter(|header| self.is_sound(header));
        header.is_some_and(|header| header.captured > 0 && self.begins_run(window, &header))
    }

    /// Whether the packet behind this one is near it in time, or the file ends there.
    fn begins_run(&self, window: &mut Window, header: &RecordHeader) -> bool {
        let (len, at) = (RECORD_BYTES + header.captured as usize, self.time(header));
        let ahead = window.ahead(len + RECORD_BYTES);
        let next = ahead.get(len..).and_then(|next| self.header(next)).filter(|next| self.is_sound(next));
        at >= EARLIEST && (ahead.len() == len || next.is_some_and(|next| is_near(at, self.time(&next))))
    }

    fn header(&self, bytes: &[u8]) -> Option<RecordHeader> {
        let number = |at| u32_at(bytes, at, self.is_big_endian);
        Some(RecordHeader { second: number(0)?, fraction: number(4)?, captured: number(8)?, original: number(12)? })
    }

    fn is_sound(&self, header: &RecordHeader) -> bool {
        let is_bounded = header.captured as usize <= MAX_PACKET_BYTES && header.original <= MAX_ORIGINAL_BYTES;
        is_bounded && header.captured <= header.original && header.fraction < self.fractions
    }

    fn time(&self, header: &RecordHeader) -> EventTime {
        let ms = header.fraction / (self.fractions / 1000);
        EventTime::from_millis(i64::from(header.second) * 1000 + i64::from(ms))
    }
}

fn is_near(one: EventTime, other: EventTime) -> bool {
    one - other <= NEAR && other - one <= NEAR
}

/// The number of four bytes at a place.
pub fn u32_at(bytes: &[u8], at: usize, is_big_endian: bool) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    Some(if is_big_endian { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) })
}
