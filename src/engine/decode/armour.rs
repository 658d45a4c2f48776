//! Six-bit armour (IEC 61162-1, VDM): payload characters to bits, and fields out of bits.

use arrayvec::ArrayString;

use super::reject::RejectReason;
use crate::engine::digest::tail_word;

/// The longest payload taken, characters: half as long again as a message of five slots.
pub const MAX_CHARS: usize = 256;
/// Unpacked bytes, and a word more, so that every field is one load.
const BYTES: usize = MAX_CHARS / 4 * 3 + 16;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The bits of one message, most significant first; a scratch buffer to be used again.
#[derive(Clone, Debug)]
pub struct Payload {
    bytes: [u8; BYTES],
    chars: usize,
    bits: usize,
}

impl Default for Payload {
    fn default() -> Self {
        Payload { bytes: [0; BYTES], chars: 0, bits: 0 }
    }
}

impl Payload {
    /// Takes in armoured characters, of whose last one `fill_bits` (0-5) do not count.
    ///
    /// Refuses characters outside 0x30-0x57 and 0x60-0x77, an empty payload, and one above 256 characters.
    #[inline]
    pub fn unpack(&mut self, armoured: &[u8], fill_bits: u8) -> Result<(), RejectReason> {
        if armoured.len() > MAX_CHARS {
            return Err(RejectReason::TooLong);
        }
        self.chars = armoured.len();
        self.bits = (armoured.len() * 6).saturating_sub(usize::from(fill_bits));
        let mut bad = 0;
        let mut words = armoured.chunks_exact(8);
        let mut out = self.bytes.chunks_exact_mut(6);
        for (chars, to) in words.by_ref().zip(out.by_ref()) {
            let (six, wrong) = six_bits(chars.first_chunk().map_or(0, |c| u64::from_le_bytes(*c)));
            bad |= wrong;
            write(to, six);
        }
        let behind = words.remainder().len();
        if behind != 0 {
            let zeros = (ONES * u64::from(b'0')) << (8 * behind);
            let (six, wrong) = six_bits(tail_word(armoured) | zeros);
            bad |= wrong;
            if let Some(to) = out.next() {
                write(to, six);
            }
        }
        match (bad, self.bits) {
            (0, 0) => Err(RejectReason::Truncated),
            (0, _) => Ok(()),
            _ => Err(RejectReason::Armour),
        }
    }

    /// The characters it was sent as, without those beyond `N`.
    pub fn armoured<const N: usize>(&self) -> ArrayString<N> {
        let mut text = ArrayString::new();
        for i in 0..self.chars.min(N) {
            let six = self.byte(6 * i, 6);
            text.push(char::from(if six < 40 { six + 48 } else { six + 56 }));
        }
        text
    }

    /// How many bits there are.
    #[inline(always)]
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// The bytes of all characters, fill bits included: the same for every copy of a transmission.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..(self.chars * 6).div_ceil(8)).unwrap_or(&[])
    }

    /// An unsigned field of up to 32 bits; bits behind the end are not defined.
    #[inline(always)]
    pub fn uint(&self, offset: usize, length: usize) -> u32 {
        let word = self.bytes.get(offset / 8..).and_then(|b| b.first_chunk()).map_or(0, |b| u64::from_be_bytes(*b));
        ((word << (offset % 8)) >> (64 - length)) as u32
    }

    /// A field of up to 8 bits.
    #[inline(always)]
    pub fn byte(&self, offset: usize, length: usize) -> u8 {
        self.uint(offset, length) as u8
    }

    /// A signed field (two's complement) of up to 32 bits.
    #[inline(always)]
    pub fn int(&self, offset: usize, length: usize) -> i32 {
        let word = self.bytes.get(offset / 8..).and_then(|b| b.first_chunk()).map_or(0, |b| u64::from_be_bytes(*b));
        (((word << (offset % 8)) as i64) >> (64 - length)) as i32
    }

    /// One bit.
    #[inline(always)]
    pub fn flag(&self, offset: usize) -> bool {
        self.uint(offset, 1) != 0
    }

    /// A text of up to `chars` six-bit characters, as far as the payload goes; it ends at `@`, blanks behind it go.
    /// `None` if nothing is left.
    pub fn text<const N: usize>(&self, offset: usize, chars: usize) -> Option<ArrayString<N>> {
        let available = self.bits.saturating_sub(offset) / 6;
        let mut text = ArrayString::new();
        for i in 0..chars.min(available).min(N) {
            match self.byte(offset + 6 * i, 6) {
                0 => break,
                six @ 1..32 => text.push(char::from(six + 64)),
                six => text.push(char::from(six)),
            }
        }
        text.truncate(text.trim_end().len());
        (!text.is_empty()).then_some(text)
    }
}

/// Writes 48 bits, most significant first.
#[inline(always)]
fn write(to: &mut [u8], six: u64) {
    let [_, _, bytes @ ..] = six.to_be_bytes();
    to.copy_from_slice(&bytes);
}

/// Eight armoured characters (first one least significant) as 48 bits, first one most significant; the second value is
/// not zero if one of them is outside the alphabet.
#[inline(always)]
fn six_bits(chars: u64) -> (u64, u64) {
    // All eight bytes at once; a high bit set before a subtraction or after an addition tells how a byte compares.
    let from_0 = (chars | HIGHS).wrapping_sub(ONES * 0x30);
    let below_0 = !from_0;
    let value = from_0 & !HIGHS;
    let from_x = value + ONES * (0x80 - 0x28);
    let from_grave = value + ONES * (0x80 - 0x30);
    let from_x2 = value + ONES * (0x80 - 0x48);
    let wrong = (chars | below_0 | (from_x & !from_grave) | from_x2) & HIGHS;
    let six = (value - ((from_grave & HIGHS) >> 4)).swap_bytes();
    let twelve = ((six & 0x3F00_3F00_3F00_3F00) >> 2) | (six & 0x003F_003F_003F_003F);
    let twenty_four = ((twelve & 0x0FFF_0000_0FFF_0000) >> 4) | (twelve & 0x0000_0FFF_0000_0FFF);
    ((((twenty_four >> 32) & 0xFF_FFFF) << 24) | (twenty_four & 0xFF_FFFF), wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_alone_and_among_others() {
        let mut payload = Payload::default();
        for b in 0..=255u8 {
            let valid = matches!(b, 0x30..=0x57 | 0x60..=0x77);
            for place in 0..9 {
                let mut text = *b"012345678";
                text[place] = b;
                assert_eq!(payload.unpack(&text, 0).is_ok(), valid, "{b:#x} at {place}");
                if valid {
                    let six = if b < 0x60 { b - 0x30 } else { b - 0x38 };
                    assert_eq!(payload.byte(place * 6, 6), six, "{b:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn fields_texts_lengths() {
        let mut payload = Payload::default();
        payload.unpack(b"15M67FC000G?ufbE`FepT@3n00Sa", 0).unwrap();
        assert_eq!(payload.bits(), 168);
        assert_eq!((payload.uint(0, 6), payload.uint(8, 30)), (1, 366_053_209));
        assert_eq!(payload.armoured::<256>().as_str(), "15M67FC000G?ufbE`FepT@3n00Sa");
        assert_eq!(payload.armoured::<4>().as_str(), "15M6");
        payload.unpack(b"w0", 2).unwrap();
        assert_eq!((payload.int(0, 6), payload.bits()), (-1, 10));
        assert_eq!(payload.unpack(b"", 0), Err(RejectReason::Truncated));
        assert_eq!(payload.unpack(&[b'0'; 257], 0), Err(RejectReason::TooLong));
        payload.unpack(&[b'w'; 256], 0).unwrap();
        assert_eq!(payload.uint(1504, 32), u32::MAX);
        payload.unpack(b"1PP000", 0).unwrap();
        assert_eq!(payload.text::<8>(0, 6).as_deref(), Some("A"));
        assert_eq!(payload.text::<8>(30, 6), None);
    }
}
