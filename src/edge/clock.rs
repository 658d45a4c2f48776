//! The service's clock: the only place that reads the wall clock, and the one that scales it for exercises.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::engine::time::{EventTime, Span};

/// Now, in UTC, by the wall clock.
pub fn now() -> EventTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    EventTime::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// What every part of the service reads the time from; a clone is the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Wall,
    Scaled { rate: f64, hand: Mutex<Hand> },
}

/// Where a scaled clock stands.
#[derive(Clone, Copy, Debug)]
enum Hand {
    /// Held at an instant, until it is started.
    Held(EventTime),
    /// Showed `at` when the wall's monotonic clock stood at `since`.
    Running { at: EventTime, since: Instant },
}

impl Clock {
    /// The wall clock.
    pub fn wall() -> Self {
        Clock(Arc::new(Kind::Wall))
    }

    /// A clock that stands at `at` until it is started, then runs `rate` times as fast as the wall's.
    pub fn scaled(rate: f64, at: EventTime) -> Self {
        Clock(Arc::new(Kind::Scaled { rate, hand: Mutex::new(Hand::Held(at)) }))
    }

    /// The time now.
    pub fn now(&self) -> EventTime {
        match &*self.0 {
            Kind::Wall => now(),
            Kind::Scaled { rate, hand } => match *hand.lock().unwrap_or_else(PoisonError::into_inner) {
                Hand::Held(at) => at,
                Hand::Running { at, since } => at + Span::from_seconds(since.elapsed().as_secs_f64() * rate),
            },
        }
    }

    /// Moves a held clock forward; a running one, or the wall's, takes no notice.
    pub fn hold_at(&self, at: EventTime) {
        if let Kind::Scaled { hand, .. } = &*self.0 {
            let mut hand = hand.lock().unwrap_or_else(PoisonError::into_inner);
            if let Hand::Held(held) = *hand {
                *hand = Hand::Held(held.max(at));
            }
        }
    }

    /// Lets a held clock run.
    pub fn start(&self) {
        if let Kind::Scaled { hand, .. } = &*self.0 {
            let mut hand = hand.lock().unwrap_or_else(PoisonError::into_inner);
            if let Hand::Held(at) = *hand {
                *hand = Hand::Running { at, since: Instant::now() };
            }
        }
    }

    /// How many times as fast as the wall's it runs.
    pub fn rate(&self) -> f64 {
        match &*self.0 {
            Kind::Wall => 1.0,
            Kind::Scaled { rate, .. } => *rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaled_clock_stands_until_it_is_started_and_never_goes_back() {
        let start = EventTime::from_millis(1_000_000);
        let clock = Clock::scaled(20.0, start);
        assert_eq!((clock.now(), clock.rate()), (start, 20.0));
        let later = start + Span::from_secs(60);
        clock.hold_at(later);
        clock.hold_at(start);
        assert_eq!(clock.now(), later);
        clock.start();
        let first = clock.now();
        clock.hold_at(later + Span::from_hours(5));
        assert!(first >= later && clock.now() >= first && clock.now() < later + Span::from_hours(1));
    }

    #[test]
    fn clones_show_the_same_time() {
        let clock = Clock::scaled(1.0, EventTime::from_millis(0));
        clock.clone().hold_at(EventTime::from_millis(7));
        assert_eq!(clock.now(), EventTime::from_millis(7));
    }
}
