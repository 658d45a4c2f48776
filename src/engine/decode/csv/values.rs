//! The values of cells: times, numbers, lengths, and texts cut to what is kept of them.

use arrayvec::ArrayString;

use super::super::epoch::unix_time;
use super::super::scan::{decimal, digits, trim};
use crate::engine::time::EventTime;
use crate::engine::vessel::{ImoNumber, Mmsi};

/// The largest MMSI.
const LARGEST_MMSI: u64 = 999_999_999;

/// How a table writes numbers.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    /// Whether a comma may stand for the point: not where it parts the columns.
    pub with_comma: bool,
}

impl Numbers {
    /// A decimal number.
    pub fn decimal(self, text: &str) -> Option<f64> {
        match text.split_once(',').filter(|_| self.with_comma) {
            Some((whole, fraction)) => decimal(format_point(whole, fraction)?.as_bytes()),
            None => decimal(text.as_bytes()),
        }
    }

    /// A length below 2 km, in whole metres.
    pub fn metres(self, text: &str) -> Option<u16> {
        self.decimal(text).filter(|m| (0.0..2000.0).contains(m)).map(|m| libm::round(m) as u16)
    }
}

fn format_point(whole: &str, fraction: &str) -> Option<ArrayString<64>> {
    let mut text = ArrayString::from(whole).ok()?;
    text.try_push('.').ok()?;
    text.try_push_str(fraction).ok()?;
    Some(text)
}

/// UNIX seconds, ISO 8601, or the Danish `dd/mm/yyyy HH:MM:SS`; without a zone in UTC.
pub(super) fn time(text: &str) -> Option<EventTime> {
    if let Some(time) = unix_time(text.as_bytes()) {
        return Some(time);
    }
    let bytes = text.as_bytes();
    if let (Some(b'/'), Some(b'/')) = (bytes.get(2), bytes.get(5)) {
        let n = |from: usize, to: usize| bytes.get(from..to).and_then(digits).map(|n| n as u32);
        let second = n(17, 19).unwrap_or(0);
        return EventTime::from_utc(n(6, 10)? as i32, n(3, 5)?, n(0, 2)?, n(11, 13)?, n(14, 16)?, second, 0);
    }
    EventTime::from_iso(text)
}

/// A number of at most nine digits; some tables write it with a fraction of zeros.
pub(super) fn mmsi(text: &str) -> Option<Mmsi> {
    let whole = text.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|b| b == b'0')).map_or(text, |(n, _)| n);
    digits(whole.as_bytes()).filter(|n| *n <= LARGEST_MMSI).map(|n| Mmsi(n as u32))
}

/// An IMO number, with or without the letters before it.
pub(super) fn imo(text: &str) -> Option<ImoNumber> {
    let bare = text.strip_prefix("IMO").or_else(|| text.strip_prefix("imo")).unwrap_or(text);
    let number = digits(trim(bare.as_bytes())).and_then(|n| u32::try_from(n).ok());
    number.filter(|n| *n != 0).map(ImoNumber)
}

/// As much of a text as is kept.
pub(super) fn truncated<const N: usize>(text: &str) -> ArrayString<N> {
    let mut out = ArrayString::new();
    for c in text.chars() {
        if out.try_push(c).is_err() {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_writing() {
        for (text, iso) in [
            ("1591240036", "2020-06-04T03:07:16.000Z"),
            ("1388538865.0", "2014-01-01T01:14:25.000Z"),
            ("2020-06-04T03:07:16", "2020-06-04T03:07:16.000Z"),
            ("2020-06-04 03:07:16.25", "2020-06-04T03:07:16.250Z"),
            ("2020-06-04T10:07:16+07:00", "2020-06-04T03:07:16.000Z"),
            ("04/06/2020 03:07:16", "2020-06-04T03:07:16.000Z"),
        ] {
            assert_eq!(time(text).map(EventTime::iso).as_deref(), Some(iso), "{text}");
        }
        for text in ["", "yesterday", "31/02/2020 00:00:00", "04/06/2020", "2020-13-01"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn numbers() {
        let with_comma = Numbers { with_comma: true };
        assert_eq!((with_comma.decimal("-1,5"), with_comma.decimal("1.5")), (Some(-1.5), Some(1.5)));
        assert_eq!((with_comma.decimal("1,5,0"), Numbers { with_comma: false }.decimal("1,5")), (None, None));
        assert_eq!(
            (with_comma.metres("12,6"), with_comma.metres("-1"), with_comma.metres("2000")),
            (Some(13), None, None)
        );
        assert_eq!(
            (mmsi("219000001.0"), mmsi("219000001.5"), mmsi("1234567890")),
            (Some(Mmsi(219_000_001)), None, None)
        );
        assert_eq!((imo("IMO9074729"), imo("0"), imo("Unknown")), (Some(ImoNumber(9_074_729)), None, None));
    }
}
