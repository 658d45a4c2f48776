//! Messages that wait for the `$PGHP` line that tells their time, where it may stand behind them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Message;
use super::pghp::{Heard, PghpWindow, REACH_LINES};
use super::stamp::Stamp;
use crate::engine::time::{EventTime, Span};

/// A message waits no longer than this, so that a feed that falls silent keeps nothing back.
pub const PATIENCE: Span = Span::from_secs(2);

/// A message without a time of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldMessage {
    /// Its line in the feed.
    pub line: u64,
    /// Checksum of its sentence, or the exclusive or of those of its parts.
    pub checksum: u8,
    /// Its stamp; the time in it is what serves if no line tells one.
    pub stamp: Stamp,
    /// What it says.
    pub message: Message,
}

/// The waiting messages of a feed, oldest first; never more than a `$PGHP` line reaches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldMessages {
    waiting: VecDeque<HeldMessage>,
}

impl HeldMessages {
    /// Whether none waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Lets a message wait.
    pub fn push(&mut self, message: HeldMessage) {
        self.waiting.push_back(message);
    }

    /// Takes out the next message that has found its line, or waited long enough, at line `now` (`None`: the feed has
    /// ended), with what a line told of it.
    pub fn take_due(
        &mut self,
        pghp: &mut PghpWindow,
        now: Option<u64>,
        received_at: EventTime,
    ) -> Option<(HeldMessage, Option<Heard>)> {
        for i in 0..self.waiting.len() {
            let held = self.waiting.get(i)?;
            let over =
                now.is_none_or(|now| now > held.line + REACH_LINES) || received_at - held.stamp.received_at > PATIENCE;
            let found = pghp.take_behind(held.line, held.checksum, now.filter(|_| !over));
            if found.is_some() || over {
                let heard = found.or_else(|| pghp.take_unclaimed(held.line));
                return self.waiting.remove(i).map(|held| (held, heard));
            }
        }
        None
    }
}
