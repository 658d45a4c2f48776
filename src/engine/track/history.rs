//! A track's recent past: the first fix of each minute, for a little more than half an hour.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Fix;
use crate::engine::earth::Position;
use crate::engine::time::{EventTime, Span};

/// One position is kept a slot of this length.
pub const SLOT: Span = Span::from_secs(60);
/// Slots kept: thirty minutes of trailing window, the ten before it, and the current one.
const SLOTS: usize = 42;

/// The first fix of each minute, oldest first, and the latest fix.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History {
    slots: VecDeque<Fix>,
    latest: Option<(EventTime, Position)>,
}

impl History {
    /// Adds a fix; true when it opened a new slot.
    pub fn push(&mut self, fix: Fix) -> bool {
        self.latest = Some((fix.at, fix.position));
        if self.slots.back().is_some_and(|last| last.at.slot(SLOT) >= fix.at.slot(SLOT)) {
            return false;
        }
        if self.slots.len() >= SLOTS {
            self.slots.pop_front();
        }
        self.slots.push_back(fix);
        true
    }

    /// Where it was: interpolated between the slots around `at`; `None` before the first one.
    pub fn position_at(&self, at: EventTime) -> Option<Position> {
        let (latest_at, latest) = self.latest?;
        if at >= latest_at {
            return Some(latest);
        }
        let after = self.slots.partition_point(|fix| fix.at <= at);
        let before = self.slots.get(after.checked_sub(1)?)?;
        let (next_at, next) = self.slots.get(after).map_or((latest_at, latest), |fix| (fix.at, fix.position));
        let span = (next_at - before.at).seconds();
        let share = if span > 0.0 { (at - before.at).seconds() / span } else { 0.0 };
        Some(before.position.towards(next, share))
    }

    /// The kept fixes from `from` on, oldest first.
    pub fn since(&self, from: EventTime) -> impl DoubleEndedIterator<Item = &Fix> {
        let first = self.slots.partition_point(|fix| fix.at < from);
        self.slots.range(first..)
    }

    /// The oldest kept fix.
    pub fn oldest(&self) -> Option<&Fix> {
        self.slots.front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::input::FeedId;
    use crate::engine::track::Source;

    fn fix(s: i64, lat: f64) -> Fix {
        Fix {
            at: EventTime::from_millis(s * 1000),
            position: Position::from_degrees(lat, 0.0).unwrap(),
            sog: None,
            cog: None,
            source: Source::Ais,
            sigma_m: 10.0,
            feed: FeedId(0),
            seq: 0,
            digest: 0,
        }
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
    fn forgets_what_is_older_than_its_slots() {
        let mut history = History::default();
        for minute in 0..100 {
            history.push(fix(minute * 60, 1.0));
        }
        assert_eq!(history.oldest().unwrap().at, EventTime::from_millis(58 * 60_000));
    }
}
