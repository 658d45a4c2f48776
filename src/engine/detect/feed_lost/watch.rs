//! One voice under watch: when it last spoke, how long it usually waits, and when its silence is a loss.

use serde::{Deserialize, Serialize};

use crate::engine::detect::Open;
use crate::engine::limits::FeedLost;
use crate::engine::time::{EventTime, Span};

/// A long wait is forgotten over this, s.
const HABIT_S: f64 = 3600.0;

/// A feed, or one station within it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Watch {
    /// When it first spoke.
    first_at: EventTime,
    /// When it last spoke.
    pub heard_at: EventTime,
    /// From when its silence counts: since it last spoke, or later if nobody listened in between.
    silent_from: EventTime,
    /// The longest of its recent waits, s.
    usual_s: f64,
    /// The loss that goes on (its end is open), or that the next may still reopen.
    pub loss: Option<Box<Open>>,
}

impl Watch {
    /// A voice that speaks for the first time.
    pub fn new(at: EventTime) -> Self {
        Watch { first_at: at, heard_at: at, silent_from: at, usual_s: 0.0, loss: None }
    }

    /// Whether it is lost.
    pub fn is_lost(&self) -> bool {
        self.loss.as_ref().is_some_and(|loss| loss.anomaly.end.is_none())
    }

    /// It speaks. The wait that made it a loss is no habit.
    pub fn hear(&mut self, at: EventTime) {
        if !self.is_lost() {
            let wait_s = (at - self.silent_from).seconds().max(0.0);
            let forgotten = (wait_s / HABIT_S).min(1.0);
            self.usual_s = (self.usual_s - self.usual_s * forgotten).max(wait_s);
        }
        self.heard_at = at;
        self.silent_from = at;
    }

    /// Nobody listened before this.
    pub fn listen_from(&mut self, at: EventTime) {
        self.silent_from = self.silent_from.max(at);
    }

    /// The longest of its recent waits, s.
    pub fn usual_s(&self) -> f64 {
        self.usual_s
    }

    /// How long it may be silent, s.
    pub fn allowed_s(&self, least_s: f64, limits: &FeedLost) -> f64 {
        (self.usual_s * limits.waits).max(least_s)
    }

    /// When it is lost if it stays silent; `None` if it is lost, or has not spoken for long enough to be missed.
    pub fn lost_at(&self, least_s: f64, limits: &FeedLost) -> Option<EventTime> {
        let is_missed = (self.heard_at - self.first_at).seconds() >= limits.alive_s;
        (is_missed && !self.is_lost()).then(|| self.silent_from + Span::from_seconds(self.allowed_s(least_s, limits)))
    }
}
