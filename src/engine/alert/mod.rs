//! Alerts: what people receive; identity minted once, revisions, state, severity.

pub mod severity;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::detect::{Anomaly, Change, Factor, Finding, Kind, Suppression, View};
use super::digest::{hex, public_id};
use super::map::Map;
use super::time::EventTime;
use super::track::{Fix, Source, TrackId, TrackIx};
use super::vessel::{Mmsi, Name};
use severity::Severity;

/// States of an alert, as in IEC 61924-2 (ALF), and `Retracted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertState {
    /// It goes on and nobody has taken it.
    ActiveUnacknowledged,
    /// It is over and nobody has taken it.
    RectifiedUnacknowledged,
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
    /// AIS has held it.
    pub by_ais: bool,
    /// Radar holds it.
    pub by_radar: bool,
}

/// One fix of the evidence, with the reference to its sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CitedFix {
    /// Whose.
    pub track: TrackId,
    /// The fix.
    pub fix: Fix,
}

/// One revision of an alert: all that a reader needs, without the engine.
#[derive(Clone, Debug, PartialEq)]
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
    pub cause: Change,
    /// Where it stands.
    pub state: AlertState,
    /// What was asserted.
    pub anomaly: Anomaly,
    /// Its vessels.
    pub subjects: SmallVec<[Subject; 2]>,
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
    /// Settings, overrides and zones in force.
    pub settings_hash: String,
}

/// What the book remembers of an alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    id: String,
    revision: u32,
}

/// All alerts so far, by the number of their anomaly.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AlertBook {
    entries: Map<u64, Entry>,
    settings_hash: String,
}

impl AlertBook {
    /// A book under these settings.
    pub fn new(settings_hash: &str) -> Self {
        AlertBook { entries: Map::default(), settings_hash: settings_hash.to_owned() }
    }

    /// Writes a finding down and returns the revision it makes.
    pub fn write(&mut self, finding: Finding, view: &View<'_>) -> Alert {
        let Finding { number, change, anomaly } = finding;
        let subjects: SmallVec<[Subject; 2]> = anomaly.subjects.iter().map(|&ix| subject(view, ix)).collect();
        let zones: Vec<String> = anomaly.zones.iter().map(|&ix| view.zones.get(ix).id.clone()).collect();
        let zone = anomaly.zones.first().map(|&ix| view.zones.get(ix));
        let key = identity(anomaly.kind, &subjects, zones.first(), anomaly.onset);
        let entry = self.entries.get_or_insert_with(number, || Entry { id: key.clone(), revision: 0 });
        entry.revision += 1;
        let state = match (change, anomaly.end) {
            (Change::Retracted, _) => AlertState::Retracted,
            (_, Some(_)) => AlertState::RectifiedUnacknowledged,
            (_, None) => AlertState::ActiveUnacknowledged,
        };
        let suppressed_entry =
            anomaly.suppressed.as_ref().and_then(|s: &Suppression| s.entry).map(|ix| view.zones.get(ix).id.clone());
        Alert {
            id: entry.id.clone(),
            key,
            revision: entry.revision,
            at: view.now,
            cause: change,
            state,
            severity: severity::judge(&anomaly, view),
            subjects,
            squadron: zone.and_then(|zone| zone.squadron.clone()),
            zone: zones.first().cloned(),
            zones,
            suppressed_entry,
            evidence: cite(&anomaly, view),
            settings_hash: self.settings_hash.clone(),
            anomaly,
        }
    }

    /// How many alerts were ever raised.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Alert {
    /// The factors behind it.
    pub fn factors(&self) -> &[Factor] {
        &self.anomaly.factors
    }
}

/// The hash that names an alert: kind, subjects ascending, zone, onset.
fn identity(kind: Kind, subjects: &[Subject], zone: Option<&String>, onset: EventTime) -> String {
    let mut names: Vec<String> = subjects.iter().map(|s| s.track.to_string()).collect();
    names.sort_unstable();
    public_id(&[kind.text(), &names.join(","), zone.map_or("", String::as_str), &onset.millis().to_string()])
}

fn subject(view: &View<'_>, ix: TrackIx) -> Subject {
    let Some(track) = view.track(ix) else {
        return Subject { track: TrackId::default(), mmsi: None, name: None, by_ais: false, by_radar: false };
    };
    let sources = track.sources(view.now);
    Subject {
        track: track.id,
        mmsi: track.mmsi,
        name: track.claims.name,
        by_ais: sources.contains(&Source::Ais),
        by_radar: sources.contains(&Source::Radar),
    }
}

fn cite(anomaly: &Anomaly, view: &View<'_>) -> Vec<CitedFix> {
    let name = |ix: TrackIx| view.track(ix).map(|track| track.id).unwrap_or_default();
    let mut cited: Vec<CitedFix> =
        anomaly.evidence.exhibits().iter().map(|e| CitedFix { track: name(e.track), fix: e.fix }).collect();
    cited.sort_by_key(|c| (c.fix.at, c.track, c.fix.digest));
    cited
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
            AlertState::RectifiedUnacknowledged => "rectified_unacknowledged",
            AlertState::Retracted => "retracted",
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
        }
    }
}
