//! The newer capture format: blocks, each with its type and its length before and behind it (IETF draft-ietf-opsawg-pcapng).

use super::container::{Found, Place};
use super::pcap::{MAX_PACKET_BYTES, u32_at};
use super::window::Window;
use crate::engine::time::EventTime;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
/// Blocks that may stand where one is sought after damage, besides those with packets.
const KNOWN_BLOCKS: [u32; 9] = [SECTION_HEADER, 1, 2, 3, 4, 5, 6, 0xbad, 0x4000_0bad];
/// Bytes around a block's body: type and length before it, length behind it.
const AROUND_BYTES: usize = 12;
/// A longer block is no block.
const MAX_BLOCK_BYTES: usize = 4 * 1024 * 1024;
/// The option that says in which fractions of a second an interface counts.
const IF_TSRESOL: u16 = 9;
/// The option that says how many seconds are to be added to its times.
const IF_TSOFFSET: u16 = 14;
/// Interfaces of a section that are remembered.
const MAX_INTERFACES: usize = 4096;

/// The section being read.
#[derive(Default)]
pub struct PcapNg {
    is_big_endian: bool,
    interfaces: Vec<Interface>,
}

/// What an interface description says.
#[derive(Clone, Copy)]
struct Interface {
    link: u32,
    /// Units in a second.
    resolution: u64,
    offset_s: i64,
}

/// What stands at a place, or a section's beginning of this length, which changes how all else is read.
pub enum Step {
    /// As any other format.
    Is(Place),
    /// A section begins.
    Section(usize),
}

impl PcapNg {
    /// Whether a file begins so.
    pub fn begins(head: &[u8]) -> bool {
        head.starts_with(&SECTION_HEADER.to_be_bytes()) && order(head).is_some()
    }

    /// What stands where the window stands.
    pub fn place(&mut self, window: &mut Window) -> Step {
        let head = window.ahead(AROUND_BYTES);
        if head.len() < AROUND_BYTES {
            return Step::Is(if head.is_empty() { Place::Nonsense } else { Place::Truncated });
        }
        let Some((kind, len, is_big_endian)) = self.block(head) else { return Step::Is(Place::Nonsense) };
        let block = window.ahead(len);
        if block.len() < len {
            return Step::Is(Place::Truncated);
        }
        if u32_at(block, len - 4, is_big_endian) != Some(len as u32) {
            return Step::Is(Place::Nonsense);
        }
        let body = block.get(8..len - 4).unwrap_or_default();
        Step::Is(match kind {
            SECTION_HEADER => return Step::Section(len),
            INTERFACE_DESCRIPTION => {
                self.describe(body);
                Place::Other(len)
            }
            ENHANCED_PACKET => self.packet(body, u32_at(body, 0, self.is_big_endian), len),
            OLD_PACKET => self.packet(body, self.u16_at(body, 0).map(u32::from), len),
            SIMPLE_PACKET => self.simple(body, len),
            _ => Place::Other(len),
        })
    }

    /// Reads on as the section header says at which the window stands.
    pub fn begin_section(&mut self, window: &Window) {
        self.is_big_endian = order(window.held(0, AROUND_BYTES)).unwrap_or(self.is_big_endian);
        self.interfaces.clear();
    }

    /// Whether a block begins here that ends as it says.
    pub fn makes_sense(&self, window: &mut Window) -> bool {
        let Some((kind, len, is_big_endian)) = self.block(window.ahead(AROUND_BYTES)) else { return false };
        KNOWN_BLOCKS.contains(&kind) && u32_at(window.ahead(len), len - 4, is_big_endian) == Some(len as u32)
    }

    /// A block's type, its length and its byte order.
    fn block(&self, head: &[u8]) -> Option<(u32, usize, bool)> {
        let is_section = head.starts_with(&SECTION_HEADER.to_be_bytes());
        let is_big_endian = if is_section { order(head)? } else { self.is_big_endian };
        let (kind, len) = (u32_at(head, 0, is_big_endian)?, u32_at(head, 4, is_big_endian)? as usize);
        let is_sound = len.is_multiple_of(4) && (AROUND_BYTES..=MAX_BLOCK_BYTES).contains(&len);
        is_sound.then_some((kind, len, is_big_endian))
    }

    fn describe(&mut self, body: &[u8]) {
        let Some(link) = self.u16_at(body, 0) else { return };
        let mut interface = Interface { link: u32::from(link), resolution: 1_000_000, offset_s: 0 };
        let mut options = body.get(8..).unwrap_or_default();
        while let (Some(code @ 1..), Some(len)) = (self.u16_at(options, 0), self.u16_at(options, 2)) {
            let value = options.get(4..4 + usize::from(len)).unwrap_or_default();
            match (code, value) {
                (IF_TSRESOL, [exponent]) => interface.resolution = resolution(*exponent).unwrap_or(1_000_000),
                (IF_TSOFFSET, [a, b, c, d, e, f, g, h]) => {
                    let bytes = [*a, *b, *c, *d, *e, *f, *g, *h];
                    interface.offset_s =
                        if self.is_big_endian { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) };
                }
                _ => {}
            }
            options = options.get(4 + usize::from(len).next_multiple_of(4)..).unwrap_or_default();
        }
        if self.interfaces.len() < MAX_INTERFACES {
            self.interfaces.push(interface);
        }
    }

    /// A packet with its interface, its time and its two lengths, then its bytes.
    fn packet(&self, body: &[u8], interface: Option<u32>, len: usize) -> Place {
        let number = |at| u32_at(body, at, self.is_big_endian);
        let (Some(high), Some(low), Some(captured), Some(original)) = (number(4), number(8), number(12), number(16))
        else {
            return Place::Bad(len, "its block is too short");
        };
        let Some(interface) = interface.and_then(|i| self.interfaces.get(i as usize)) else {
            return Place::Bad(len, "no interface was described for it");
        };
        let units = u64::from(high) << 32 | u64::from(low);
        self.found(interface, Some(interface.time(units)), body, 20, (captured, original), len)
    }

    /// A packet of the first interface without a time.
    fn simple(&self, body: &[u8], len: usize) -> Place {
        let (Some(original), Some(interface)) = (u32_at(body, 0, self.is_big_endian), self.interfaces.first()) else {
            return Place::Bad(len, "no interface was described for it");
        };
        let captured = original.min((body.len() - 4) as u32);
        self.found(interface, None, body, 4, (captured, original), len)
    }

    fn found(
        &self,
        interface: &Interface,
        at: Option<EventTime>,
        body: &[u8],
        start: usize,
        (captured, original): (u32, u32),
        len: usize,
    ) -> Place {
        let captured = captured as usize;
        if captured > MAX_PACKET_BYTES || body.len() - start < captured {
            return Place::Bad(len, "it is longer than its block");
        }
        let is_cut = original as usize > captured;
        let found = Found { at, link: interface.link, is_big_endian: self.is_big_endian, len: captured, is_cut };
        Place::Packet { found, at: 8 + start, len }
    }

    fn u16_at(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.is_big_endian { u16::from_be_bytes(*two) } else { u16::from_le_bytes(*two) })
    }
}

impl Interface {
    /// The time of so many units since 1970.
    fn time(&self, units: u64) -> EventTime {
        let ms = u128::from(units) * 1000 / u128::from(self.resolution.max(1));
        let ms = i64::try_from(ms).unwrap_or(i64::MAX / 8).min(i64::MAX / 8);
        EventTime::from_millis(ms.saturating_add(self.offset_s.saturating_mul(1000)))
            .clamp(EventTime::MIN, EventTime::MAX)
    }
}

/// The byte order that a section header tells: whether it is big-endian.
fn order(head: &[u8]) -> Option<bool> {
    match head.get(8..12)? {
        [0x1a, 0x2b, 0x3c, 0x4d] => Some(true),
        [0x4d, 0x3c, 0x2b, 0x1a] => Some(false),
        _ => None,
    }
}

/// Units in a second: a negative power of ten, or of two where the highest bit is set.
fn resolution(exponent: u8) -> Option<u64> {
    let power = u32::from(exponent & 0x7f);
    if exponent & 0x80 == 0 { 10_u64.checked_pow(power) } else { 1_u64.checked_shl(power) }
}
