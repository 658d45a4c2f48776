//! The alert book: every alert so far, its identity, and what people did about it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::chains::Chains;
use super::{Alert, AlertState, Cause, CitedFix, Handling, LostFeed, Subject, severity};
use crate::engine::command::{Action, Command};
use crate::engine::decode::report::StationId;
use crate::engine::detect::evidence::Evidence;
use crate::engine::detect::feed_lost::Voice;
use crate::engine::detect::{Anomaly, Change, Finding, Kind, Priority, Suppression, View};
use crate::engine::digest::{digest64, hex, public_id};
use crate::engine::map::Map;
use crate::engine::time::EventTime;
use crate::engine::track::{Source, TrackId, TrackIx};

/// Of so many alerts the book keeps the whole text, so that a command can give a new revision; of older ones only the id.
const KEPT_WHOLE: usize = 10_000;

/// What the book remembers of an alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) revision: u32,
    pub(super) handling: Handling,
    /// The squadron it was handed over to.
    pub(super) given_to: Option<String>,
    /// The chain of transfers it belongs to.
    group: Option<String>,
    /// Its newest revision, while a command may still act on it.
    newest: Option<Box<Alert>>,
}

/// All alerts so far, by the number of their anomaly.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AlertBook {
    pub(super) entries: Map<u64, Entry>,
    /// The number of an id, by the id's digest.
    pub(super) numbers: Map<u64, u64>,
    /// Whose text is kept, oldest first.
    whole: VecDeque<u64>,
    /// Until when a rule's alerts about a vessel ask for no attention, by the digest of both.
    silences: Map<u64, EventTime>,
    settings_hash: String,
    chains: Chains,
}

impl AlertBook {
    /// A book under these settings.
    pub fn new(settings_hash: &str) -> Self {
        AlertBook { settings_hash: settings_hash.to_owned(), ..AlertBook::default() }
    }

    /// Alerts from here on were judged under other settings.
    pub fn set_settings_hash(&mut self, settings_hash: &str) {
        settings_hash.clone_into(&mut self.settings_hash);
    }

    /// Writes a finding down and returns the revision it makes.
    pub fn write(&mut self, finding: Finding, view: &View<'_>) -> Alert {
        let Finding { number, change, mut anomaly } = finding;
        let subjects: SmallVec<[Subject; 2]> = anomaly.subjects.iter().map(|&ix| subject(view, ix)).collect();
        let zones: Vec<String> = anomaly.zones.iter().map(|&ix| view.zones.get(ix).id.clone()).collect();
        let zone = anomaly.zones.first().map(|&ix| view.zones.get(ix));
        let feed = anomaly.voice.map(|voice| lost_feed(view, voice));
        let key = identity(anomaly.kind, &names(&subjects, feed.as_ref()), zones.first(), anomaly.onset);
        let suppressed_entry =
            anomaly.suppressed.as_ref().and_then(|s: &Suppression| s.entry).map(|ix| view.zones.get(ix).id.clone());
        let evidence = cite(&anomaly, view);
        let severity = severity::judge(&anomaly, view);
        anomaly.evidence = Evidence::default();
        let settings_hash = self.settings_hash.clone();
        let silenced_until = self.silenced_until(anomaly.kind, &subjects, view.now);
        let entry = self.entry(number, &key);
        if entry.revision == 0 {
            entry.handling.silenced_until = silenced_until;
        }
        entry.revision += 1;
        let before = entry.newest.as_ref().map(|alert| alert.anomaly.priority);
        if change == Change::Escalated && before.is_none_or(|before: Priority| anomaly.priority > before) {
            entry.handling.ask_again();
        }
        let alert = Alert {
            id: entry.id.clone(),
            key,
            revision: entry.revision,
            at: view.now,
            cause: Cause::Anomaly(change),
            state: entry.handling.state(change == Change::Retracted, anomaly.end.is_some()),
            severity,
            subjects,
            feed,
            squadron: entry.given_to.clone().or_else(|| zone.and_then(|zone| zone.squadron.clone())),
            zone: zones.first().cloned(),
            zones,
            suppressed_entry,
            evidence,
            group: None,
            handling: entry.handling.clone(),
            settings_hash,
            anomaly,
        };
        let alert = Alert { group: self.chain(number, &alert), ..alert };
        self.keep(number, &alert);
        alert
    }

    /// The group of a transfer: decided when it is raised, and kept. One that a rule excuses stands for itself.
    fn chain(&mut self, number: u64, alert: &Alert) -> Option<String> {
        if alert.anomaly.kind != Kind::ShipToShip {
            return None;
        }
        let entry = self.entries.get_mut(&number)?;
        let vessels: SmallVec<[TrackId; 2]> = alert.subjects.iter().map(|subject| subject.track).collect();
        if alert.anomaly.suppressed.is_some() {
            return entry.group.get_or_insert_with(|| alert.id.clone()).clone().into();
        }
        if entry.group.is_none() {
            entry.group = Some(self.chains.join(&vessels, &alert.id, alert.anomaly.onset));
        }
        self.chains.go_on(&vessels, alert.anomaly.end.unwrap_or(alert.at));
        entry.group.clone()
    }

    /// Does what an operator commands and returns the revisions that makes: none if it changes nothing, two if another squadron
    /// takes over, of which the first is the last that the squadron before sees.
    pub fn command(&mut self, command: &Command, at: EventTime) -> SmallVec<[Alert; 2]> {
        let mut revisions = SmallVec::new();
        let Some(number) = self.number(digest64(command.alert.as_bytes())) else { return revisions };
        let Some(entry) = self.entries.get_mut(&number).filter(|entry| entry.id == command.alert) else {
            return revisions;
        };
        let Some(newest) = entry.newest.as_ref().filter(|newest| newest.state != AlertState::Retracted) else {
            return revisions;
        };
        if let Action::Transfer { squadron } = &command.action {
            let from = newest.squadron.clone();
            if from.as_ref() != Some(squadron) {
                let last = self.revise(number, Cause::Operator, at);
                revisions.extend(last.map(|last| Alert { state: AlertState::ResponsibilityTransferred, ..last }));
                self.hand_over(number, from.as_deref(), command);
                revisions.extend(self.revise(number, Cause::Operator, at));
            }
        } else if entry.handling.take(command, at) {
            if matches!(command.action, Action::Silence { .. }) {
                let (kind, subjects, until) =
                    (newest.anomaly.kind, newest.subjects.clone(), entry.handling.silenced_until);
                self.silence(kind, &subjects, until, at);
            }
            revisions.extend(self.revise(number, Cause::Operator, at));
        }
        revisions
    }

    fn hand_over(&mut self, number: u64, from: Option<&str>, command: &Command) {
        if let (Some(entry), Action::Transfer { squadron }) = (self.entries.get_mut(&number), &command.action) {
            entry.handling.hand_over(from, command);
            entry.given_to = Some(squadron.clone());
        }
    }

    /// The alerts that are silenced, with the end of each silence.
    pub fn silenced(&self) -> impl Iterator<Item = (&str, EventTime)> {
        let entries = self.whole.iter().filter_map(|number| self.entries.get(number));
        entries.filter_map(|entry| Some((entry.id.as_str(), entry.handling.silenced_until?)))
    }

    /// The silence of an alert is over: it asks for attention again, if it goes on and nobody has taken it.
    pub fn end_silence(&mut self, id_digest: u64, at: EventTime) -> Option<Alert> {
        let number = self.number(id_digest)?;
        let entry = self.entries.get_mut(&number)?;
        entry.handling.silenced_until.filter(|until| *until <= at)?;
        entry.handling.silenced_until = None;
        let asks = entry.newest.as_ref().is_some_and(|newest| newest.state == AlertState::Silenced);
        if asks { self.revise(number, Cause::Anomaly(Change::Kept), at) } else { None }
    }

    /// Another revision of what is known.
    fn revise(&mut self, number: u64, cause: Cause, at: EventTime) -> Option<Alert> {
        let entry = self.entries.get_mut(&number)?;
        let newest = entry.newest.as_ref()?;
        entry.revision += 1;
        let alert = Alert {
            revision: entry.revision,
            at,
            cause,
            state: entry.handling.state(false, newest.anomaly.end.is_some()),
            squadron: entry.given_to.clone().or_else(|| newest.squadron.clone()),
            handling: entry.handling.clone(),
            ..Alert::clone(newest)
        };
        self.keep(number, &alert);
        Some(alert)
    }

    /// The number of an alert by the digest of its id.
    fn number(&self, id_digest: u64) -> Option<u64> {
        self.numbers.get(&id_digest).copied()
    }

    /// What a rule finds of these vessels asks for no attention until then; without an instant, for attention again.
    fn silence(&mut self, kind: Kind, subjects: &[Subject], until: Option<EventTime>, now: EventTime) {
        self.silences.retain(|_, end| *end > now);
        for subject in subjects {
            let key = silence_key(kind, subject);
            match until {
                Some(until) => _ = self.silences.insert(key, until),
                None => _ = self.silences.remove(&key),
            }
        }
    }

    /// Until when what a rule finds of these vessels asks for no attention.
    pub(super) fn silenced_until(&self, kind: Kind, subjects: &[Subject], now: EventTime) -> Option<EventTime> {
        let silences = subjects.iter().filter_map(|subject| self.silences.get(&silence_key(kind, subject)).copied());
        silences.max().filter(|until| *until > now)
    }

    /// How many alerts were ever raised.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry of an anomaly, made at its first finding.
    pub(super) fn entry(&mut self, number: u64, key: &str) -> &mut Entry {
        let numbers = &mut self.numbers;
        self.entries.get_or_insert_with(number, || {
            let id = free_id(key, numbers);
            numbers.insert(digest64(id.as_bytes()), number);
            Entry { id, revision: 0, handling: Handling::default(), given_to: None, group: None, newest: None }
        })
    }

    /// Keeps a revision for the next command, unless none can act on it any more.
    pub(super) fn keep(&mut self, number: u64, alert: &Alert) {
        let settled = alert.state == AlertState::Retracted;
        let Some(entry) = self.entries.get_mut(&number) else { return };
        let known = entry.newest.is_some();
        entry.newest = (!settled).then(|| Box::new(alert.clone()));
        if !known && !settled {
            self.whole.push_back(number);
        }
        if self.whole.len() > KEPT_WHOLE
            && let Some(oldest) = self.whole.pop_front()
            && let Some(entry) = self.entries.get_mut(&oldest)
        {
            entry.newest = None;
        }
    }
}

/// The key as id; if another alert has it (the same was raised again after a change of rules), its next relative.
fn free_id(key: &str, numbers: &Map<u64, u64>) -> String {
    let relatives = (2u32..).map(|n| public_id(&[key, &n.to_string()]));
    let mut ids = std::iter::once(key.to_owned()).chain(relatives);
    ids.find(|id| !numbers.contains_key(&digest64(id.as_bytes()))).unwrap_or_default()
}

/// What a silence is about: a rule and a vessel.
fn silence_key(kind: Kind, subject: &Subject) -> u64 {
    digest64(format!("{}\n{}", kind.text(), subject.track).as_bytes())
}

/// The hash that names an alert: kind, whom it is about, zone, onset.
fn identity(kind: Kind, names: &str, zone: Option<&String>, onset: EventTime) -> String {
    public_id(&[kind.text(), names, zone.map_or("", String::as_str), &onset.millis().to_string()])
}

/// Whom an alert is about: its tracks ascending, or its feed and station.
fn names(subjects: &[Subject], feed: Option<&LostFeed>) -> String {
    if let Some(LostFeed { name, station }) = feed {
        return format!("{name}\n{}", station.as_deref().unwrap_or_default());
    }
    let mut names: Vec<String> = subjects.iter().map(|s| s.track.to_string()).collect();
    names.sort_unstable();
    names.join(",")
}

fn lost_feed(view: &View<'_>, voice: Voice) -> LostFeed {
    let name = view.feeds.get(usize::from(voice.feed.0)).map(|feed| feed.name.clone()).unwrap_or_default();
    let station = |id: StationId| view.stations.get(&id).cloned().unwrap_or_else(|| hex(&id.0.to_be_bytes()));
    LostFeed { name, station: voice.station.map(station) }
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
