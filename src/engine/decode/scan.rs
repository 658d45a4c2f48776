//! Byte scanning: finding characters, trimming, checksums and numbers.

/// The first place of a byte.
#[inline(always)]
pub fn find(bytes: &[u8], needle: u8) -> Option<usize> {
    memchr::memchr(needle, bytes)
}

/// The exclusive or of all bytes (IEC 61162-1, 7.2.4: the checksum of what stands between start and `*`).
#[inline(always)]
pub fn xor(bytes: &[u8]) -> u8 {
    let mut words = bytes.chunks_exact(8);
    let mut sum = 0u64;
    for w in &mut words {
        sum ^= w.first_chunk().map_or(0, |w| u64::from_le_bytes(*w));
    }
    let tail = words.remainder().iter().fold(0u8, |x, b| x ^ b);
    sum ^= sum >> 32;
    sum ^= sum >> 16;
    sum ^= sum >> 8;
    (sum as u8) ^ tail
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
    bytes.iter().try_fold(0u64, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')))
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
                assert_eq!(xor(slice), slice.iter().fold(0, |x, b| x ^ b));
            }
        }
        assert_eq!(xor(&text[1..text.len() - 3]), 0x5C);
    }

    #[test]
    fn numbers() {
        assert_eq!(digits(b"0042"), Some(42));
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
