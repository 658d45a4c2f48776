//! What people do about an alert, and the state that follows from it and from what happens at sea.

use serde::{Deserialize, Serialize};

use super::AlertState;
use crate::engine::command::{Action, ClosedAs, Command};
use crate::engine::time::EventTime;

/// What people did about an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handling {
    /// Who works on it.
    pub assignee: Option<String>,
    /// Who acknowledged it.
    pub acknowledged_by: Option<String>,
    /// How it was closed.
    pub outcome: Option<ClosedAs>,
    /// What they said about it.
    pub note: Option<String>,
    /// It asks for no attention until then (event time).
    pub silenced_until: Option<EventTime>,
    /// Whose it was before it was handed over.
    pub transferred_from: Option<String>,
    /// Somebody has taken it, and it has not got worse since.
    pub acknowledged: bool,
}

impl Handling {
    /// Does what a command asks, all but a transfer; whether that changed anything: done again, it does not.
    pub(super) fn take(&mut self, command: &Command, now: EventTime) -> bool {
        let mut after = self.clone();
        match &command.action {
            Action::Acknowledge => after.acknowledge(&command.by),
            Action::Assign { to } => after.assignee.clone_from(to),
            Action::Silence { term } => after.silenced_until = Some(term.end(now)).filter(|until| *until > now),
            Action::Close { outcome } => {
                after.acknowledge(&command.by);
                after.outcome = Some(*outcome);
                after.silenced_until = None;
            }
            Action::Transfer { .. } => {}
        }
        if after == *self {
            return false;
        }
        after.note = command.note.clone().or(after.note);
        *self = after;
        true
    }

    /// It is another squadron's from now on, which has not taken it yet.
    pub(super) fn hand_over(&mut self, from: Option<&str>, command: &Command) {
        *self = Handling {
            transferred_from: from.map(str::to_owned),
            note: command.note.clone().or(self.note.take()),
            ..Handling::default()
        };
    }

    /// Somebody takes it; who did so first stays.
    fn acknowledge(&mut self, by: &str) {
        if !self.acknowledged {
            self.acknowledged = true;
            self.acknowledged_by = Some(by.to_owned());
        }
    }

    /// It got worse: it asks for attention again, whatever was done about it.
    pub(super) fn ask_again(&mut self) {
        self.acknowledged = false;
        self.outcome = None;
        self.silenced_until = None;
    }

    /// The state that follows.
    pub(super) fn state(&self, retracted: bool, over: bool) -> AlertState {
        match (retracted, over) {
            (true, _) => AlertState::Retracted,
            _ if self.outcome.is_some() => AlertState::Normal,
            (_, true) if self.acknowledged => AlertState::Normal,
            (_, true) => AlertState::RectifiedUnacknowledged,
            _ if self.acknowledged => AlertState::ActiveAcknowledged,
            _ if self.silenced_until.is_some() => AlertState::Silenced,
            _ => AlertState::ActiveUnacknowledged,
        }
    }
}
