//! UNIX times in text: TAG block `c:`, and what loggers write before or behind a sentence.

use super::scan::{digits, find, trim};
use crate::engine::time::EventTime;

/// 1980-01-01: an older time is not one.
const EARLIEST_MS: u64 = 315_532_800_000;
/// 2100-01-01: a later one neither.
const LATEST_MS: u64 = 4_102_444_800_000;

/// A UNIX time with its unit told by its size: seconds (a fraction may follow), from 1e11 up milliseconds, from 1e14 up
/// microseconds, from 1e17 up nanoseconds. `None` if it is no number or lies outside 1980-2100.
pub fn unix_time(text: &[u8]) -> Option<EventTime> {
    let (n, fraction) = match digits(text) {
        Some(n) => (n, &b""[..]),
        None => {
            let dot = find(text, b'.')?;
            (digits(text.get(..dot)?)?, text.get(dot + 1..)?)
        }
    };
    let ms = match n {
        0..100_000_000_000 => n * 1000 + thousandths(fraction)?,
        100_000_000_000..100_000_000_000_000 => n,
        100_000_000_000_000..100_000_000_000_000_000 => n / 1000,
        _ => n / 1_000_000,
    };
    (EARLIEST_MS..LATEST_MS).contains(&ms).then(|| EventTime::from_millis(ms as i64))
}

/// The first three digits of a fraction.
fn thousandths(fraction: &[u8]) -> Option<u64> {
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((0..3).fold(0, |n, i| n * 10 + fraction.get(i).map_or(0, |b| u64::from(b - b'0'))))
}

/// What stands before the first sentence of a line: a logger's time, if its last word is one.
pub fn prefix_time(prefix: &[u8]) -> Option<EventTime> {
    let prefix = trim(prefix);
    let word = prefix.rsplit(|b| matches!(b, b' ' | b'\t' | b',' | b';' | b'|')).next()?;
    unix_time(trim(word))
}

/// What stands behind a sentence's checksum (the United States Coast Guard's format and its relatives):
/// `,d-109,S2105,t050056.00,T56.13,r003669946,1325394060`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suffix<'a> {
    /// The station's name, without the `r` or `b` before it.
    pub station: Option<&'a [u8]>,
    /// The UNIX time at the end.
    pub time: Option<EventTime>,
}

/// Reads what stands behind the checksum.
pub fn suffix(bytes: &[u8]) -> Suffix<'_> {
    let mut suffix = Suffix::default();
    for field in bytes.split(|b| *b == b',').map(trim) {
        if let Some(time) = unix_time(field) {
            suffix.time = Some(time);
        } else if let [b'r' | b'b', name @ ..] = field
            && !name.is_empty()
            && name.iter().all(u8::is_ascii_graphic)
        {
            suffix.station = Some(name);
        }
    }
    suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_tells_the_unit() {
        let t = Some(EventTime::from_millis(1_550_303_566_167));
        for text in ["1550303566.1678", "1550303566167", "1550303566167726", "1550303566167726840"] {
            assert_eq!(unix_time(text.as_bytes()), t, "{text}");
        }
        for text in ["", "12", "99999999999", "1550303566x", "-1550303566", "1550303566.1x"] {
            assert_eq!(unix_time(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn suffixes_of_the_coast_guard() {
        let s = suffix(b",d-109,S2105,t050056.00,T56.13,r003669946,1325394060\r\n");
        assert_eq!(s.station, Some(&b"003669946"[..]));
        assert_eq!(s.time, Some(EventTime::from_millis(1_325_394_060_000)));
        assert_eq!(suffix(b",1328133720012").time, Some(EventTime::from_millis(1_328_133_720_012)));
        assert_eq!(suffix(b""), Suffix::default());
    }

    #[test]
    fn prefixes_of_loggers() {
        assert_eq!(prefix_time(b"1550303566167726840 "), Some(EventTime::from_millis(1_550_303_566_167)));
        assert_eq!(prefix_time(b"2 1550303566,"), None);
        assert_eq!(prefix_time(b"log;1550303566 "), Some(EventTime::from_millis(1_550_303_566_000)));
        assert_eq!(prefix_time(b"  "), None);
    }
}
