//! Deadlines in event time, fired in order, each before the observation that passes it.

use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Dated};
use super::time::{EventTime, Span};
use super::track::TrackIx;

/// Why a timer was set; its order breaks ties of deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimerReason {
    /// A sector of a radar has been swept.
    SectorEnd {
        /// The radar's place in the table of radars.
        radar: u16,
    },
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
    /// A vessel in a patrol zone may have gone unseen.
    Zone {
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
    /// The silence that an operator asked for is over.
    SilenceOver {
        /// Digest of the alert's id.
        alert: u64,
    },
    /// One of two hulls under one number may be gone.
    Twins {
        /// The older of their tracks.
        track: TrackIx,
    },
    /// Stations are to be looked at.
    Stations,
}

/// Timers are sorted by slots of this length.
const SLOT: Span = Span::from_secs(1);

impl Dated for (EventTime, TimerReason) {
    fn at(&self) -> EventTime {
        self.0
    }
}

/// The set timers. A timer is never taken back: whoever set it looks, when it fires, whether it still matters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Timers(Calendar<(EventTime, TimerReason)>);

impl Default for Timers {
    fn default() -> Self {
        Timers(Calendar::new(SLOT))
    }
}

impl Timers {
    /// Sets a timer.
    pub fn set(&mut self, deadline: EventTime, reason: TimerReason) {
        self.0.push((deadline, reason));
    }

    /// The first deadline.
    pub fn next(&self) -> Option<(EventTime, TimerReason)> {
        self.0.first().copied()
    }

    /// Takes out the first timer if it is due at `now`.
    pub fn pop_due(&mut self, now: EventTime) -> Option<(EventTime, TimerReason)> {
        (self.next()?.0 <= now).then(|| self.0.pop())?
    }
}
