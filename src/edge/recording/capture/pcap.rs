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
/// After damage a packet is believed within this of the one before it.
const NEAR: Span = Span::from_secs(86_400);

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

    /// What stands where the window stands.
    pub fn place(&self, window: &mut Window) -> Place {
        let head = window.ahead(RECORD_BYTES);
        let Some(header) = self.header(head) else {
            return if head.is_empty() { Place::Nonsense } else { Place::Truncated };
        };
        if !self.is_sound(&header) {
            return Place::Nonsense;
        }
        let (len, captured) = (RECORD_BYTES + header.captured as usize, header.captured as usize);
        let is_strange = header.captured > header.original;
        if is_strange && !self.is_followed(window, len, self.time(&header)) {
            return Place::Nonsense;
        }
        if window.ahead(len).len() < len {
            return Place::Truncated;
        }
        let found = Found {
            at: Some(self.time(&header)),
            link: self.link,
            is_big_endian: self.is_big_endian,
            len: captured,
            is_cut: header.original > header.captured,
        };
        Place::Packet { found, at: RECORD_BYTES, len }
    }

    /// Whether a packet begins here, and another one or the end behind it.
    pub fn makes_sense(&self, window: &mut Window, latest: Option<EventTime>) -> bool {
        let is_likely = |header: &RecordHeader| {
            let at = self.time(header);
            let is_near = latest.is_none_or(|latest| is_near(at, latest));
            self.is_sound(header) && header.captured > 0 && header.captured <= header.original && is_near
        };
        let Some(header) = self.header(window.ahead(RECORD_BYTES)).filter(is_likely) else { return false };
        let len = RECORD_BYTES + header.captured as usize;
        let ahead = window.ahead(len + RECORD_BYTES);
        ahead.len() == len || ahead.get(len..).and_then(|next| self.header(next)).is_some_and(|next| is_likely(&next))
    }

    /// Whether a packet of about the same time begins so far from here, or the file ends there: lengths alone look sound a few
    /// bytes beside a packet's beginning too.
    fn is_followed(&self, window: &mut Window, len: usize, at: EventTime) -> bool {
        let ahead = window.ahead(len + RECORD_BYTES);
        let is_next = |next: RecordHeader| self.is_sound(&next) && is_near(self.time(&next), at);
        ahead.len() == len || ahead.get(len..).and_then(|next| self.header(next)).is_some_and(is_next)
    }

    fn header(&self, bytes: &[u8]) -> Option<RecordHeader> {
        let number = |at| u32_at(bytes, at, self.is_big_endian);
        Some(RecordHeader { second: number(0)?, fraction: number(4)?, captured: number(8)?, original: number(12)? })
    }

    fn is_sound(&self, header: &RecordHeader) -> bool {
        header.fraction < self.fractions && header.captured as usize <= MAX_PACKET_BYTES
    }

    fn time(&self, header: &RecordHeader) -> EventTime {
        let ms = header.fraction / (self.fractions / 1000);
        EventTime::from_millis(i64::from(header.second) * 1000 + i64::from(ms))
    }
}

fn is_near(a: EventTime, b: EventTime) -> bool {
    a - b <= NEAR && b - a <= NEAR
}

/// The number of four bytes at a place.
pub fn u32_at(bytes: &[u8], at: usize, is_big_endian: bool) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    Some(if is_big_endian { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) })
}
