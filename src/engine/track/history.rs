//! A track's recent past: the first fix of each minute, for a little more than half an hour.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Fix, Source};
use crate::engine::earth::Position;
use crate::engine::input::FeedId;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Course, Speed};

/// One position is kept a slot of this length.
pub const SLOT: Span = Span::from_secs(60);
/// Slots kept: thirty minutes of trailing window, the ten before it, and the current one.
const SLOTS: usize = 42;
/// Room is made for at least this many slots at a time.
const ROOM: usize = 4;
/// A speed or course that is not told.
const UNTOLD: u16 = 0x7FFF;
/// Marks the course of a radar's fix.
const BY_RADAR: u16 = 0x8000;

/// The first fix of each minute, oldest first, and the latest fix.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History {
    slots: VecDeque<Slot>,
    latest: Option<(EventTime, Position)>,
}

/// A fix in 40 bytes: exact in all but speed, course and sigma, and those as exact as lines print them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Slot {
    at: EventTime,
    position: Position,
    seq: u64,
    digest: u64,
    /// Speed over ground in hundredths of a knot.
    sog_ckn: u16,
    /// Course over ground in tenths of a degree, with the radar's mark.
    cog_ddeg: u16,
    /// Sigma in decimetres.
    sigma_dm: u16,
    feed: FeedId,
}

impl Slot {
    fn of(fix: &Fix) -> Self {
        let whole = |value: f64, most: u16| libm::round(value).clamp(0.0, f64::from(most)) as u16;
        let cog_ddeg = fix.cog.map_or(UNTOLD, |cog| whole(cog.degrees() * 10.0, 3600));
        Slot {
            at: fix.at,
            position: fix.position,
            seq: fix.seq,
            digest: fix.digest,
            sog_ckn: fix.sog.map_or(UNTOLD, |sog| whole(sog.knots() * 100.0, UNTOLD - 1)),
            cog_ddeg: if fix.source == Source::Radar { cog_ddeg | BY_RADAR } else { cog_ddeg },
            sigma_dm: whole(f64::from(fix.sigma_m) * 10.0, u16::MAX),
            feed: fix.feed,
        }
    }

    fn fix(&self) -> Fix {
        let told = |value: u16| (value != UNTOLD).then(|| f64::from(value));
        Fix {
            at: self.at,
            position: self.position,
            sog: told(self.sog_ckn).map(|ckn| Speed::from_knots(ckn / 100.0)),
            cog: told(self.cog_ddeg & !BY_RADAR).map(|ddeg| Course::from_degrees(ddeg / 10.0)),
            source: if self.cog_ddeg & BY_RADAR == 0 { Source::Ais } else { Source::Radar },
            sigma_m: f32::from(self.sigma_dm) / 10.0,
            feed: self.feed,
            seq: self.seq,
            digest: self.digest,
        }
    }
}

impl History {
    /// Adds a fix; true when it opened a new slot.
    pub fn push(&mut self, fix: Fix) -> bool {
        self.latest = Some((fix.at, fix.position));
        if self.slots.back().is_some_and(|last| last.at.slot(SLOT) >= fix.at.slot(SLOT)) {
            return false;
        }
        let kept = self.slots.len();
        if kept >= SLOTS {
            self.slots.pop_front();
        } else if kept == self.slots.capacity() {
            self.slots.reserve_exact(kept.max(ROOM).min(SLOTS - kept));
        }
        self.slots.push_back(Slot::of(&fix));
        true
    }

    /// Where it was: interpolated between the slots around `at`; `None` before the first one.
    pub fn position_at(&self, at: EventTime) -> Option<Position> {
        let (latest_at, latest) = self.latest?;
        if at >= latest_at {
            return Some(latest);
        }
        let after = self.slots_until(at);
        let before = self.slots.get(after.checked_sub(1)?)?;
        let (next_at, next) = self.slots.get(after).map_or((latest_at, latest), |slot| (slot.at, slot.position));
        let span = (next_at - before.at).seconds();
        let share = if span > 0.0 { (at - before.at).seconds() / span } else { 0.0 };
        Some(before.position.towards(next, share))
    }

    /// The kept fixes from `from` on, oldest first; speed, course and sigma as lines print them.
    pub fn since(&self, from: EventTime) -> impl DoubleEndedIterator<Item = Fix> {
        let first = self.slots.partition_point(|slot| slot.at < from);
        self.slots.range(first..).map(Slot::fix)
    }

    /// When the oldest kept fix was.
    pub fn oldest_at(&self) -> Option<EventTime> {
        self.slots.front().map(|slot| slot.at)
    }

    /// How many slots are not later than `at`: a guess that is right while there is a slot a minute, else a search.
    fn slots_until(&self, at: EventTime) -> usize {
        let guess = self.slots.back().and_then(|last| {
            let minutes_ago = last.at.slot(SLOT) - at.slot(SLOT);
            let same_minute = self.slots.len().checked_sub(1)?.checked_sub(usize::try_from(minutes_ago).ok()?)?;
            let until = same_minute + usize::from(self.slots.get(same_minute)?.at <= at);
            let before = until.checked_sub(1).and_then(|i| self.slots.get(i));
            let fits = before.is_none_or(|b| b.at <= at) && self.slots.get(until).is_none_or(|next| next.at > at);
            fits.then_some(until)
        });
        guess.unwrap_or_else(|| self.slots.partition_point(|slot| slot.at <= at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(s: i64, lat: f64) -> Fix {
        Fix::plain(EventTime::from_millis(s * 1000), Position::from_degrees(lat, 0.0).unwrap())
    }

    #[test]
    fn keeps_the_first_of_each_minute_and_interpolates() {
        let mut history = History::default();
        for s in (0..=600).step_by(10) {
            let opened = history.push(fix(s, s as f64 / 600.0));
            assert_eq!(opened, s % 60 == 0, "{s}");
        }
        assert!(history.position_at(EventTime::from_millis(-1)).is_none());
        for s in [0, 30, 65, 333, 600, 700] {
            let lat = history.position_at(EventTime::from_millis(s * 1000)).unwrap().lat();
            assert!((lat - (s.min(600)) as f64 / 600.0).abs() < 1e-6, "{s}: {lat}");
        }
        assert_eq!(history.since(EventTime::from_millis(300_000)).count(), 6);
    }

    #[test]
    fn gaps_do_not_mislead_the_search() {
        let mut history = History::default();
        for s in [0, 60, 119, 150, 600, 660, 1_300, 1_320, 1_380] {
            history.push(fix(s, s as f64 / 1_380.0));
        }
        for s in 0..1_380 {
            let lat = history.position_at(EventTime::from_millis(s * 1000)).unwrap().lat();
            assert!((lat - s as f64 / 1_380.0).abs() < 1e-6, "{s}: {lat}");
        }
    }

    #[test]
    fn slots_give_back_what_lines_print() {
        assert_eq!(size_of::<Slot>(), 40);
        let told = Fix { sog: Some(Speed::from_knots(12.34)), cog: Some(Course::from_degrees(359.8)), ..fix(60, 1.0) };
        let radar = Fix { source: Source::Radar, sigma_m: 87.3, feed: FeedId(9), seq: 7, digest: 8, ..fix(60, 2.0) };
        for fix in [told, radar, Fix { cog: told.cog, ..radar }] {
            let back = Slot::of(&fix).fix();
            assert!((back.sog.map_or(-1.0, Speed::knots) - fix.sog.map_or(-1.0, Speed::knots)).abs() < 1e-9);
            assert_eq!(Fix { sog: fix.sog, ..back }, fix);
        }
    }

    #[test]
    fn goes_on_from_a_copy_without_spare_room() {
        let mut history = History::default();
        for minute in 0..100 {
            history.slots.shrink_to_fit();
            assert!(history.push(fix(minute * 60, 1.0)) && history.slots.len() <= SLOTS);
        }
    }

    #[test]
    fn forgets_what_is_older_than_its_slots() {
        let mut history = History::default();
        for minute in 0..100 {
            history.push(fix(minute * 60, 1.0));
        }
        assert_eq!(history.oldest_at().unwrap(), EventTime::from_millis(58 * 60_000));
    }
}
