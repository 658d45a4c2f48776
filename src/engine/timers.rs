//! Deadlines in event time, fired in order, each before the observation that passes it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::time::EventTime;
use super::track::TrackIx;

/// Why a timer was set; its order breaks ties of deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimerReason {
    /// A radar target may have fallen silent.
    TargetSilence {
        /// Its place in the target table.
        target: u32,
    },
    /// A transmitter may have fallen silent.
    Silence {
        /// Its track.
        track: TrackIx,
    },
    /// A loiterer may have gone unseen.
    Loiter {
        /// Its track.
        track: TrackIx,
    },
    /// A pair may have gone unseen.
    Pair {
        /// The lower track.
        a: TrackIx,
        /// The higher track.
        b: TrackIx,
    },
    /// A track may have outlived its use.
    Forget {
        /// The track.
        track: TrackIx,
    },
    /// Track lines are due.
    TrackLines,
}

/// The set timers. A timer is never taken back: whoever set it looks, when it fires, whether it still matters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Timers(BinaryHeap<Reverse<(EventTime, TimerReason)>>);

impl Timers {
    /// Sets a timer.
    pub fn set(&mut self, deadline: EventTime, reason: TimerReason) {
        self.0.push(Reverse((deadline, reason)));
    }

    /// The first deadline.
    pub fn next(&self) -> Option<(EventTime, TimerReason)> {
        self.0.peek().map(|Reverse(timer)| *timer)
    }

    /// Takes out the first timer if it is due at `now`.
    pub fn pop_due(&mut self, now: EventTime) -> Option<(EventTime, TimerReason)> {
        (self.next()?.0 <= now).then(|| self.0.pop().map(|Reverse(timer)| timer))?
    }
}
