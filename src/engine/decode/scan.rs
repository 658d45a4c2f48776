//! Byte scanning: finding characters, trimming, checksums and numbers.

use crate::engine::digest::tail_word;

/// The first place of a byte.
#[inline(always)]
pub fn find(bytes: &[u8], needle: u8) -> Option<usize> {
    memchr::memchr(needle, bytes)
}

/// The exclusive or of all bytes (IEC 61162-1, 7.2.4: the checksum of what stands between start and `*`).
#[inline(always)]
pub fn xor(bytes: &[u8]) -> u8 {
    folded(words(bytes).fold(tail_word(bytes), |sum, word| sum ^ word))
}

/// The same, if none of the bytes is `but`: both in one pass.
#[inline(always)]
pub fn xor_without(bytes: &[u8], but: u8) -> Option<u8> {
    let tail = tail_word(bytes);
    let (sum, hits) = words(bytes)
        .fold((tail, equal_bytes(tail, but)), |(sum, hits), word| (sum ^ word, hits | equal_bytes(word, but)));
    (hits == 0).then(|| folded(sum))
}

#[inline(always)]
fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks_exact(8).map(|word| word.first_chunk().map_or(0, |word| u64::from_le_bytes(*word)))
}

/// Not zero if one of the eight bytes is `byte`, which is not 0.
#[inline(always)]
fn equal_bytes(word: u64, byte: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zero_where_equal = word ^ (ONES * u64::from(byte));
    zero_where_equal.wrapping_sub(ONES) & !zero_where_equal & (ONES << 7)
}

/// The exclusive or of a word's bytes.
#[inline(always)]
fn folded(mut sum: u64) -> u8 {
    sum ^= sum >> 32;
    sum ^= sum >> 16;
    sum ^= sum >> 8;
    sum as u8
}

/// Without blanks and control characters at either end.
#[inline(always)]
pub fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes {
        if *first > b' ' {
            break;
        }
        bytes = rest;
    }
    while let [rest @ .., last] = bytes {
        if *last > b' ' {
            break;
        }
        bytes = rest;
    }
    bytes
}

/// The value of a hexadecimal digit of either case.
#[inline(always)]
pub fn hex_digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'A'..=b'F' => Some(b - b'A' + 10),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    }
}

/// Two hexadecimal digits at the head of a slice.
#[inline(always)]
pub fn hex_byte(bytes: &[u8]) -> Option<u8> {
    let [high, low] = *bytes.first_chunk::<2>()?;
    Some((hex_digit(high)? << 4) | hex_digit(low)?)
}

/// An unsigned decimal number of 1 to 19 digits and nothing else.
pub fn digits(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 19 {
        return None;
    }
    let mut n = 0;
    let mut rest = bytes;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        n = n * 100_000_000 + eight_digits(*eight)?;
        rest = behind;
    }
    rest.iter().try_fold(n, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')))
}

/// Eight digits at once: neighbours are joined to pairs, pairs to fours, fours to the number.
#[inline(always)]
fn eight_digits(bytes: [u8; 8]) -> Option<u64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const HIGH_HALVES: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    let word = u64::from_le_bytes(bytes);
    // A byte is a digit if its high half is 3, and still is with 6 added: 0x3A and above run over.
    let above = word.wrapping_add(0x0606_0606_0606_0606);
    if (word & HIGH_HALVES) != ZEROS || (above & HIGH_HALVES) != ZEROS {
        return None;
    }
    let ones = word - ZEROS;
    let pairs = ((ones * 10) + (ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = ((pairs * 100) + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    Some(((fours * 10_000) + (fours >> 32)) & 0xFFFF_FFFF)
}

/// An unsigned decimal number up to 2^32 - 1.
pub fn number_u32(bytes: &[u8]) -> Option<u32> {
    digits(bytes).and_then(|n| u32::try_from(n).ok())
}

/// A decimal number: sign, digits, fraction; no exponent.
pub fn decimal(bytes: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    (plain && !text.is_empty()).then(|| text.parse().ok())?
}

/// How many digits stand behind the decimal point.
pub fn decimals(bytes: &[u8]) -> u32 {
    find(bytes, b'.').map_or(0, |dot| (bytes.len() - dot - 1) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_and_folds_like_the_plain_loops() {
        let text = b"!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C";
        for needle in [b'!', b'*', b'C', b'z', b'0'] {
            for from in 0..text.len() {
                let slice = &text[from..];
                assert_eq!(find(slice, needle), slice.iter().position(|b| *b == needle));
                let sum = slice.iter().fold(0, |x, b| x ^ b);
                assert_eq!(xor(slice), sum);
                assert_eq!(xor_without(slice, needle), (!slice.contains(&needle)).then_some(sum));
            }
        }
        assert_eq!(xor(&text[1..text.len() - 3]), 0x5C);
    }

    #[test]
    fn numbers() {
        assert_eq!(digits(b"0042"), Some(42));
        assert_eq!(digits(b"12345678"), Some(12_345_678));
        assert_eq!(digits(b"1768003200123"), Some(1_768_003_200_123));
        assert_eq!(digits(b"9999999999999999999"), Some(9_999_999_999_999_999_999));
        for wrong in [b':', b'/', b' ', b'A', 0xB0, 0xFF, 0] {
            for place in 0..8 {
                let mut text = *b"99999999";
                text[place] = wrong;
                assert_eq!(digits(&text), None, "{wrong:#x} at {place}");
            }
        }
        assert_eq!(digits(b"4x"), None);
        assert_eq!(digits(b""), None);
        assert_eq!(number_u32(b"4294967296"), None);
        assert_eq!(decimal(b"-12.5"), Some(-12.5));
        assert_eq!(decimal(b"1e5"), None);
        assert_eq!(decimal(b"."), None);
        assert_eq!(decimals(b"1.250"), 3);
        assert_eq!(hex_byte(b"5c"), Some(0x5C));
        assert_eq!(hex_byte(b"5"), None);
        assert_eq!(trim(b"  a b \r\n"), b"a b");
    }
}
