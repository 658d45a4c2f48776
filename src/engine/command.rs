//! Commands: what operators do to alerts, inputs like every other.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Somebody takes it: it stops asking for attention. Once is enough; again changes nothing.
    Acknowledge,
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
        assert_eq!(Command::from_bytes(b"\xff"), None);
    }
}
