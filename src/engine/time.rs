//! Event time in UTC milliseconds, and spans of it.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use serde::{Deserialize, Serialize};

/// An instant of UTC, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventTime(i64);

/// A length of time in milliseconds, may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span(i64);

impl EventTime {
    /// Before every observation.
    pub const MIN: EventTime = EventTime(i64::MIN / 4);
    /// After every observation.
    pub const MAX: EventTime = EventTime(i64::MAX / 4);

    /// From milliseconds since 1970.
    pub const fn from_millis(ms: i64) -> Self {
        EventTime(ms)
    }

    /// From seconds since 1970, rounded to the millisecond; `None` if not finite or beyond the year 9999.
    pub fn from_seconds(s: f64) -> Option<Self> {
        (s.is_finite() && s.abs() < 2.5e11).then(|| EventTime(libm::round(s * 1000.0) as i64))
    }

    /// From a UTC calendar date and time; `None` if there is no such instant.
    pub fn from_utc(year: i32, month: u32, day: u32, hour: u32, minute: u32, second: u32, ms: u32) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        Some(EventTime(date.and_hms_milli_opt(hour, minute, second, ms)?.and_utc().timestamp_millis()))
    }

    /// From ISO 8601 (`2026-01-10T00:00:00.000Z`, an offset, a blank for the `T`, or a date alone); without a zone it is UTC.
    pub fn from_iso(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(t) = DateTime::parse_from_rfc3339(text) {
            return Some(EventTime(t.timestamp_millis()));
        }
        if let Ok(t) = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z") {
            return Some(EventTime(t.timestamp_millis()));
        }
        let naive = text.trim_end_matches('Z');
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
            if let Ok(t) = NaiveDateTime::parse_from_str(naive, format) {
                return Some(EventTime(t.and_utc().timestamp_millis()));
            }
        }
        let date = NaiveDate::parse_from_str(naive, "%Y-%m-%d").ok()?;
        Some(EventTime(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis()))
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// The second of the UTC minute, 0-59.
    pub fn utc_second(self) -> u8 {
        (self.0.div_euclid(1000).rem_euclid(60)) as u8
    }

    /// The start of the day (00:00 UTC) that holds this instant.
    pub fn midnight(self) -> Self {
        EventTime(self.0.div_euclid(86_400_000) * 86_400_000)
    }

    /// The number of whole steps since 1970: equal for two instants in the same slot of a fixed grid.
    pub fn slot(self, step: Span) -> i64 {
        self.0.div_euclid(step.0.max(1))
    }

    /// ISO 8601 in UTC with milliseconds, as every output line writes times.
    pub fn iso(self) -> String {
        match Utc.timestamp_millis_opt(self.0).single() {
            Some(t) => format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                t.year(),
                t.month(),
                t.day(),
                t.hour(),
                t.minute(),
                t.second(),
                t.timestamp_subsec_millis()
            ),
            None => format!("{}ms", self.0),
        }
    }
}

impl Span {
    /// No time.
    pub const ZERO: Span = Span(0);

    /// From milliseconds.
    pub const fn from_millis(ms: i64) -> Self {
        Span(ms)
    }

    /// From whole seconds.
    pub const fn from_secs(s: i64) -> Self {
        Span(s * 1000)
    }

    /// From seconds, rounded to the millisecond (saturating).
    pub fn from_seconds(s: f64) -> Self {
        Span(libm::round(s * 1000.0) as i64)
    }

    /// From whole minutes.
    pub const fn from_mins(m: i64) -> Self {
        Span(m * 60_000)
    }

    /// From whole hours.
    pub const fn from_hours(h: i64) -> Self {
        Span(h * 3_600_000)
    }

    /// Milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// This span `n` times.
    pub const fn times(self, n: i64) -> Self {
        Span(self.0 * n)
    }

    /// Its length without sign.
    pub const fn abs(self) -> Self {
        Span(self.0.abs())
    }
}

impl Add<Span> for EventTime {
    type Output = EventTime;
    fn add(self, s: Span) -> EventTime {
        EventTime(self.0.saturating_add(s.0))
    }
}

impl Sub<Span> for EventTime {
    type Output = EventTime;
    fn sub(self, s: Span) -> EventTime {
        EventTime(self.0.saturating_sub(s.0))
    }
}

impl Sub for EventTime {
    type Output = Span;
    fn sub(self, other: EventTime) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_round_trips_and_accepts_the_usual_spellings() {
        let t = EventTime::from_utc(2013, 11, 12, 12, 4, 59, 980).unwrap();
        assert_eq!(t.iso(), "2013-11-12T12:04:59.980Z");
        for text in ["2013-11-12T12:04:59.980Z", "2013-11-12 12:04:59.98", "2013-11-12T13:04:59.98+01:00"] {
            assert_eq!(EventTime::from_iso(text), Some(t), "{text}");
        }
        assert_eq!(EventTime::from_iso("2013-11-12"), Some(t.midnight()));
        assert_eq!(EventTime::from_iso("yesterday"), None);
    }

    #[test]
    fn slots_are_floors_before_1970_too() {
        assert_eq!(EventTime::from_millis(-1).slot(Span::from_mins(1)), -1);
        assert_eq!(EventTime::from_millis(59_999).slot(Span::from_mins(1)), 0);
    }
}
