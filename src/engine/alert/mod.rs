//! Alerts: what people receive; identity minted once, revisions, state, severity.

pub mod book;
mod chains;
mod handling;
mod reconcile;
pub mod severity;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::detect::{Anomaly, Change, Factor};
use super::digest::hex;
use super::time::EventTime;
use super::track::{Fix, TrackId};
use super::vessel::{Mmsi, Name};
pub use handling::Handling;
use severity::Severity;

/// States of an alert, as in IEC 61924-2 (ALF), and `Retracted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertState {
    /// It goes on and nobody has taken it.
    ActiveUnacknowledged,
    /// It goes on and somebody has taken it.
    ActiveAcknowledged,
    /// It goes on and asks for no attention for a while.
    Silenced,
    /// It goes on and is another squadron's now: the last that its squadron before sees of it.
    ResponsibilityTransferred,
    /// It is over and nobody has taken it.
    RectifiedUnacknowledged,
    /// It is over and somebody had taken it, or it was closed.
    Normal,
    /// Late data undid it.
    Retracted,
}

/// A vessel of an alert, as it stood at this revision.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Public name of its track.
    pub track: TrackId,
    /// Its number, if it sends any.
    pub mmsi: Option<Mmsi>,
    /// Its name, if it tells one.
    pub name: Option<Name>,
    /// AIS holds it, or did last where nothing holds it.
    pub by_ais: bool,
    /// Radar holds it, or did last.
    pub by_radar: bool,
}

/// The feed of an alert, and the station where it is about one of its stations alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFeed {
    /// The feed's name.
    pub name: String,
    /// The station's name.
    pub station: Option<String>,
}

/// One fix of the evidence, with the reference to its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CitedFix {
    /// Whose.
    pub track: TrackId,
    /// The fix.
    pub fix: Fix,
}

/// One revision of an alert: all that a reader needs, without the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Identity, minted at the first raise and kept.
    pub id: String,
    /// The same hash over the final values: what comparisons of runs use.
    pub key: String,
    /// 1 at the first raise.
    pub revision: u32,
    /// The event time of this revision.
    pub at: EventTime,
    /// Why there is this revision.
    pub cause: Cause,
    /// Where it stands.
    pub state: AlertState,
    /// What was asserted.
    pub anomaly: Anomaly,
    /// Its vessels.
    pub subjects: SmallVec<[Subject; 2]>,
    /// The feed it is about, where it is about one.
    pub feed: Option<LostFeed>,
    /// The smallest patrol zone that held the onset.
    pub zone: Option<String>,
    /// All patrol zones touched.
    pub zones: Vec<String>,
    /// The squadron of `zone`.
    pub squadron: Option<String>,
    /// Id of the zone a suppression rests on.
    pub suppressed_entry: Option<String>,
    /// How bad.
    pub severity: Severity,
    /// The sentences that show it.
    pub evidence: Vec<CitedFix>,
    /// The chain that a transfer belongs to: the id of its first meeting.
    pub group: Option<String>,
    /// What people did about it.
    pub handling: Handling,
    /// Settings, overrides and zones in force.
    pub settings_hash: String,
}

/// Why there is a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Something happened at sea, or to the rules.
    Anomaly(Change),
    /// An operator commanded.
    Operator,
}

impl Alert {
    /// The factors behind it.
    pub fn factors(&self) -> &[Factor] {
        &self.anomaly.factors
    }
}

impl std::fmt::Display for TrackId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "t{}", hex(&self.0.to_be_bytes()))
    }
}

impl AlertState {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            AlertState::ActiveUnacknowledged => "active_unacknowledged",
            AlertState::ActiveAcknowledged => "active_acknowledged",
            AlertState::Silenced => "silenced",
            AlertState::ResponsibilityTransferred => "responsibility_transferred",
            AlertState::RectifiedUnacknowledged => "rectified_unacknowledged",
            AlertState::Normal => "normal",
            AlertState::Retracted => "retracted",
        }
    }
}

impl Cause {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Cause::Anomaly(change) => change.text(),
            Cause::Operator => "operator",
        }
    }
}

impl Change {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Change::Raised => "raised",
            Change::Kept => "kept",
            Change::Escalated => "escalated",
            Change::Ended => "ended",
            Change::Reopened => "reopened",
            Change::LateData | Change::Retracted => "late_data",
            Change::Suppressed => "suppressed",
            Change::Unsuppressed => "unsuppressed",
            Change::ZoneChanged => "zone_changed",
            Change::SettingsChanged => "settings_changed",
        }
    }
}
