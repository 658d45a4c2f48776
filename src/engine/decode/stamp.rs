//! Stamps: when, where and by whom a message was heard, and how times are settled.

use serde::{Deserialize, Serialize};

use super::report::StationId;
use crate::engine::input::FeedId;
use crate::engine::time::{EventTime, Span};

/// A time of day further from the receive time than this is wrong.
pub(super) const TIME_OF_DAY_REACH: Span = Span::from_hours(6);

/// What kind of line a message came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SentenceKind {
    /// VDM: AIS of others.
    Vdm,
    /// VDO: AIS of own ship.
    Vdo,
    /// TTM: a radar's tracked target.
    Ttm,
    /// TLL: the position of one.
    Tll,
    /// TTD: several of them.
    Ttd,
    /// TLB: their labels.
    Tlb,
    /// RSD: what a radar tells of itself.
    Rsd,
    /// A row of a table.
    Row,
    /// A record of an ASTERIX data block.
    Asterix,
}

impl SentenceKind {
    /// Its name in output lines.
    pub const fn name(self) -> &'static str {
        match self {
            SentenceKind::Vdm => "VDM",
            SentenceKind::Vdo => "VDO",
            SentenceKind::Ttm => "TTM",
            SentenceKind::Tll => "TLL",
            SentenceKind::Ttd => "TTD",
            SentenceKind::Tlb => "TLB",
            SentenceKind::Rsd => "RSD",
            SentenceKind::Row => "CSV",
            SentenceKind::Asterix => "ASTERIX",
        }
    }
}

/// All that is known of a message beside what it says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was observed; `None` if nothing tells a time.
    pub observed_at: Option<EventTime>,
    /// When its (last) frame was received; `EventTime::MIN` if nobody knows.
    pub received_at: EventTime,
    /// Its feed.
    pub feed: FeedId,
    /// The station that heard it.
    pub station: StationId,
    /// The digest that copies of it share; see [`super::report::Report::digest`].
    pub digest: u64,
    /// Journal sequence number of the frame that completed it.
    pub seq: u64,
    /// AIS channel (`A`, `B`, `1`, ...), where told.
    pub channel: Option<u8>,
    /// Who talks: two characters, zero in a table.
    pub talker: [u8; 2],
    /// What kind of line it came in.
    pub sentence: SentenceKind,
    /// The time of the sentence itself, before the UTC second of its message made it finer.
    pub sentence_at: Option<EventTime>,
    /// Whether the UTC second of the message is unrelated to the sentence's time (to the nearest second, less -1 to 3 s);
    /// `None` where none is sent.
    pub utc_second_suspect: Option<bool>,
}

impl Stamp {
    /// Settles the time of an AIS message: its UTC second is finer than the sentence's time, if the two agree.
    #[inline]
    pub(super) fn refine(&mut self, utc_second: Option<u8>) {
        self.sentence_at = self.observed_at;
        if let (Some(time), Some(second)) = (self.observed_at, utc_second) {
            if let Some(refined) = with_utc_second(time, second) {
                self.observed_at = Some(refined);
            }
            let whole = EventTime::from_millis((time.millis() + 500).div_euclid(1000) * 1000);
            self.utc_second_suspect = Some(with_utc_second(whole, second).is_none());
        }
    }
}

/// The instant with this UTC second of which `time` lies 1 s before to 3 s after; `None` if there is none.
#[inline]
fn with_utc_second(time: EventTime, second: u8) -> Option<EventTime> {
    const MINUTE_MS: i64 = 60_000;
    // The window of instants is [time - 3 s, time + 1 s]; count from its start.
    let start = time.millis() - 3000;
    let into_minute = start.rem_euclid(MINUTE_MS);
    let ahead = (i64::from(second) * 1000 - into_minute).rem_euclid(MINUTE_MS);
    (ahead <= 4000).then(|| EventTime::from_millis(start + ahead))
}

/// Whether a receive time is one.
pub(super) fn known(received_at: EventTime) -> Option<EventTime> {
    (received_at > EventTime::MIN).then_some(received_at)
}

/// `hhmmss`, with or without a fraction, as the time since midnight; `None` if it is no time of day.
pub(super) fn time_of_day(text: &[u8]) -> Option<Span> {
    let two = |at: usize| -> Option<i64> {
        let [a @ b'0'..=b'9', b @ b'0'..=b'9'] = *text.get(at..at + 2)?.first_chunk::<2>()? else { return None };
        Some(i64::from(a - b'0') * 10 + i64::from(b - b'0'))
    };
    let (hour, minute, second) = (two(0)?, two(2)?, two(4)?);
    let ms = match text.get(6..)? {
        [] => 0,
        [b'.', fraction @ ..] if fraction.iter().all(u8::is_ascii_digit) => {
            (0..3).fold(0, |ms, i| ms * 10 + fraction.get(i).map_or(0, |b| i64::from(b - b'0')))
        }
        _ => return None,
    };
    let in_range = hour < 24 && minute < 60 && second <= 60;
    in_range.then(|| Span::from_millis(((hour * 60 + minute) * 60 + second) * 1000 + ms))
}

/// The instant with this time of day that lies nearest to `reference`.
pub(super) fn nearest(time_of_day: Span, reference: EventTime) -> EventTime {
    let same_day = reference.midnight() + time_of_day;
    let half = Span::from_hours(12);
    let day = Span::from_hours(24);
    match same_day - reference {
        ahead if ahead > half => same_day - day,
        ahead if ahead < Span::ZERO - half => same_day + day,
        _ => same_day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> EventTime {
        EventTime::from_iso(text).unwrap()
    }

    #[test]
    fn the_window_of_the_utc_second() {
        let time = t("2026-01-10T00:00:01.500Z");
        for (second, refined) in [
            (1, Some("2026-01-10T00:00:01Z")),
            (2, Some("2026-01-10T00:00:02Z")),
            (59, Some("2026-01-09T23:59:59Z")),
            (3, None),
            (58, None),
            (30, None),
        ] {
            assert_eq!(with_utc_second(time, second), refined.map(t), "{second}");
        }
        assert_eq!(with_utc_second(t("2026-01-10T00:00:03Z"), 0), Some(t("2026-01-10T00:00:00Z")));
        assert_eq!(with_utc_second(t("2026-01-10T00:00:03Z"), 4), Some(t("2026-01-10T00:00:04Z")));
    }

    #[test]
    fn times_of_day() {
        assert_eq!(time_of_day(b"235959.25"), Some(Span::from_millis(86_399_250)));
        for wrong in [&b"240000"[..], b"1200", b"12000x", b"126000.00", b"", b"120000.x"] {
            assert_eq!(time_of_day(wrong), None, "{wrong:?}");
        }
        let late = Span::from_secs(86_390);
        assert_eq!(nearest(late, t("2026-01-10T00:00:05Z")), t("2026-01-09T23:59:50Z"));
        assert_eq!(nearest(Span::from_secs(5), t("2026-01-09T23:59:50Z")), t("2026-01-10T00:00:05Z"));
    }
}
