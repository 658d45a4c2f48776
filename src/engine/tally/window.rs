//! A window of the last five to ten minutes of the arrival clock: how many messages came, and how late.

use serde::{Deserialize, Serialize};

use crate::engine::time::{EventTime, Span};

/// A window is two halves of this: the current one and the one before.
const HALF: Span = Span::from_mins(5);
/// Delays are counted in steps of a half octave, from 1 ms up to two days; the first place is for none at all.
const STEPS: usize = 56;

/// How late messages were: received after they were observed, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lateness {
    /// Half of them were not later.
    pub p50_s: f64,
    /// All but one in a hundred were not later.
    pub p99_s: f64,
}

/// Messages of the last minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// When the first message came.
    first_at: Option<EventTime>,
    /// Which half the current one is.
    half: i64,
    now: Half,
    before: Half,
}

/// What came in one half; its table is made with the first message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Half {
    messages: u32,
    delays: Vec<u32>,
}

impl Window {
    /// Counts a message that came at `at`, `delay` after it was observed (if that is known).
    pub fn count(&mut self, at: EventTime, delay: Option<Span>) {
        self.first_at.get_or_insert(at);
        self.turn(at);
        self.now.messages = self.now.messages.saturating_add(1);
        if let Some(delay) = delay {
            self.now.delays.resize(STEPS, 0);
            if let Some(count) = self.now.delays.get_mut(step_of(delay)) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// Messages a second at `at`.
    pub fn per_s(&self, at: EventTime) -> f64 {
        let mut now = self.clone();
        now.turn(at);
        let begins = EventTime::from_millis((now.half - 1) * HALF.millis());
        let since = self.first_at.map_or(begins, |first| first.max(begins));
        f64::from(now.now.messages + now.before.messages) / (at - since).seconds().max(1.0)
    }

    /// How late the messages were; `None` without any.
    pub fn lateness(&self, at: EventTime) -> Option<Lateness> {
        let mut now = self.clone();
        now.turn(at);
        let count = |half: &Half, step: usize| half.delays.get(step).copied().unwrap_or(0);
        let counts: Vec<u32> = (0..STEPS).map(|step| count(&now.now, step) + count(&now.before, step)).collect();
        Some(Lateness { p50_s: quantile_s(&counts, 0.5)?, p99_s: quantile_s(&counts, 0.99)? })
    }

    /// Moves on to the half that holds `at`.
    fn turn(&mut self, at: EventTime) {
        let half = at.slot(HALF);
        if half > self.half {
            let last = std::mem::take(&mut self.now);
            self.before = if half == self.half + 1 { last } else { Half::default() };
            self.half = half;
        }
    }
}

/// The place of a delay: none, or its half octave of milliseconds.
fn step_of(delay: Span) -> usize {
    let Ok(ms @ 1..) = u64::try_from(delay.millis()) else { return 0 };
    let octave = ms.ilog2();
    let upper_half = octave > 0 && ms >> (octave - 1) & 1 == 1;
    (1 + 2 * octave as usize + usize::from(upper_half)).min(STEPS - 1)
}

/// From where to where a step reaches, s.
fn bounds_s(step: usize) -> (f64, f64) {
    let Some(place) = step.checked_sub(1) else { return (0.0, 0.0) };
    let edge = |place: usize| {
        let octave_s = (1u64 << (place / 2)) as f64 / 1000.0;
        if place.is_multiple_of(2) { octave_s } else { 1.5 * octave_s }
    };
    (edge(place), edge(place + 1))
}

/// The delay that this share of all does not exceed, taken as evenly spread within its step; `None` of none.
fn quantile_s(counts: &[u32], share: f64) -> Option<f64> {
    let all: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let wanted = share * all as f64;
    let mut below = 0.0;
    for (step, &count) in counts.iter().enumerate() {
        let count = f64::from(count);
        if count > 0.0 && below + count >= wanted {
            let (from_s, to_s) = bounds_s(step);
            return Some(from_s + (to_s - from_s) * (wanted - below) / count);
        }
        below += count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(s: f64) -> EventTime {
        EventTime::from_seconds(1_000_000.0 + s).unwrap()
    }

    #[test]
    fn rate_and_lateness_of_the_last_minutes() {
        let mut window = Window::default();
        assert_eq!(window.lateness(at(0.0)), None);
        for s in 0..300 {
            let late = if s % 50 == 0 { 40.0 } else { 0.4 };
            window.count(at(f64::from(s)), Some(Span::from_seconds(late)));
        }
        let lateness = window.lateness(at(300.0)).unwrap();
        assert!((0.38..0.52).contains(&lateness.p50_s) && (32.0..50.0).contains(&lateness.p99_s), "{lateness:?}");
        assert!((window.per_s(at(300.0)) - 1.0).abs() < 0.01);
        assert_eq!(
            (window.per_s(at(3000.0)), window.lateness(at(3000.0))),
            (0.0, None),
            "what is long ago is forgotten"
        );
    }

    #[test]
    fn what_is_not_late_is_zero_and_what_is_unknown_is_none() {
        let mut window = Window::default();
        window.count(at(0.0), None);
        assert_eq!(window.lateness(at(1.0)), None);
        window.count(at(0.0), Some(Span::from_secs(-3)));
        assert_eq!(window.lateness(at(1.0)), Some(Lateness { p50_s: 0.0, p99_s: 0.0 }));
    }

    proptest! {
        #[test]
        fn a_step_holds_its_delays(ms in 1i64..100_000_000) {
            let (from_s, to_s) = bounds_s(step_of(Span::from_millis(ms)));
            prop_assert!(from_s <= ms as f64 / 1000.0 && (ms as f64 / 1000.0) < to_s, "{from_s} {to_s}");
        }
    }
}
