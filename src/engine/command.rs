//! Commands: what operators do to alerts, inputs like every other.

use serde::{Deserialize, Serialize};

use super::time::{EventTime, Span};

/// One command, as the journal keeps it (JSON).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Id of the alert.
    pub alert: String,
    /// What is done to it.
    pub action: Action,
    /// Who does it: the name of a token, `operator` where none is asked for.
    pub by: String,
    /// What they say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is done to an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Somebody takes it: it stops asking for attention. Once is enough; again changes nothing.
    Acknowledge,
    /// Somebody is to work on it, or nobody any more.
    Assign {
        /// Whom the squadron calls so.
        to: Option<String>,
    },
    /// It, and what the same rule finds of the same vessels, asks for no attention for a while.
    Silence {
        /// How long.
        term: Term,
    },
    /// It becomes another squadron's, which is to take it anew.
    Transfer {
        /// Whose.
        squadron: String,
    },
    /// It is dealt with.
    Close {
        /// How.
        outcome: ClosedAs,
    },
}

/// How long a silence lasts, in event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// So many seconds from now.
    ForS(u32),
    /// Until an instant, UNIX milliseconds; one that has passed ends the silence.
    UntilMs(i64),
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedAs {
    /// The vessel was warned.
    WarningSent,
    /// It was checked, nothing was found.
    CheckedNothing,
    /// Goods or the vessel were seized.
    Seized,
    /// There was nothing to it.
    FalseAlert,
    /// Another alert tells the same.
    Duplicate,
}

impl Term {
    /// When a silence that is asked for now is over.
    pub fn end(self, now: EventTime) -> EventTime {
        match self {
            Term::ForS(seconds) => now + Span::from_secs(i64::from(seconds)),
            Term::UntilMs(ms) => EventTime::from_millis(ms),
        }
    }
}

impl ClosedAs {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            ClosedAs::WarningSent => "warning_sent",
            ClosedAs::CheckedNothing => "checked_nothing",
            ClosedAs::Seized => "seized",
            ClosedAs::FalseAlert => "false_alert",
            ClosedAs::Duplicate => "duplicate",
        }
    }
}

impl Command {
    /// As the journal keeps it.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads it back; `None` for what no build wrote, which the engine counts and passes over.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_and_refuses_what_it_does_not_know() {
        let command =
            Command { alert: "a1".into(), action: Action::Acknowledge, by: "operator".into(), note: Some("ok".into()) };
        assert_eq!(Command::from_bytes(&command.to_bytes()), Some(command));
        assert_eq!(Command::from_bytes(br#"{"alert":"a","action":"sink","by":"x"}"#), None);
        assert_eq!(Command::from_bytes(br#"{"alert":"a","action":{"close":{"outcome":"sunk"}},"by":"x"}"#), None);
        assert_eq!(Command::from_bytes(b"\xff"), None);
    }

    #[test]
    fn every_action_comes_back() {
        let term = Term::ForS(3600);
        let actions = [
            Action::Assign { to: None },
            Action::Silence { term },
            Action::Silence { term: Term::UntilMs(1) },
            Action::Transfer { squadron: "3".into() },
            Action::Close { outcome: ClosedAs::Seized },
        ];
        for action in actions {
            let command = Command { alert: "a1".into(), action, by: "operator".into(), note: None };
            assert_eq!(Command::from_bytes(&command.to_bytes()), Some(command));
        }
    }
}
