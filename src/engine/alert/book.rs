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
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Source, TrackId, TrackIx};

/// Of so many alerts the book keeps the whole text, so that a command can give a new revision; of older ones only the id.
const KEPT_WHOLE: usize = 10_000;

/// Late data may move an alert by this much in time, and it is still the same.
const SAME_INCIDENT: Span = Span::from_hours(1);

/// What the book remembers of an alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    id: String,
    revision: u32,
    handling: Handling,
    /// The squadron it was handed over to.
    given_to: Option<String>,
    /// The chain of transfers it belongs to.
    group: Option<String>,
    /// Its newest revision, while a command may still act on it.
    newest: Option<Box<Alert>>,
}

/// All alerts so far, by the number of their anomaly.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AlertBook {
    entries: Map<u64, Entry>,
    /// The number of an id, by the id's digest.
    numbers: Map<u64, u64>,
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
    fn silenced_until(&self, kind: Kind, subjects: &[Subject], now: EventTime) -> Option<EventTime> {
        let silences = subjects.iter().filter_map(|subject| self.silences.get(&silence_key(kind, subject)).copied());
        silences.max().filter(|until| *until > now)
    }

    /// Writes down what a past that was folded anew holds, instead of what was told of it, and returns the revisions that makes.
    ///
    /// `told` has the last revision told of each anomaly since that past began, by number, and afterwards that of now; `found` all
    /// that was found in order. Anomalies up to number `boundary` were there before it began.
    pub fn reconcile(
        &mut self,
        told: &mut Vec<(u64, Alert)>,
        found: Vec<(u64, Alert)>,
        boundary: u64,
        at: EventTime,
    ) -> Vec<Alert> {
        let mut before: Vec<Option<(u64, Alert)>> = std::mem::take(told).into_iter().map(Some).collect();
        let found = last_of_each(found);
        let mut revisions = Vec::new();
        let same = |was: &Alert, number: u64, known: u64, alert: &Alert| known == number || was.key == alert.key;
        let exact: Vec<Option<(u64, Alert)>> = found
            .iter()
            .map(|(number, alert)| {
                let mut all = before.iter_mut();
                let place = all.find(|was| was.as_ref().is_some_and(|(known, was)| same(was, *number, *known, alert)));
                place.and_then(Option::take)
            })
            .collect();
        let mut renamed: Map<u64, String> = Map::default();
        for ((number, alert), exact) in found.into_iter().zip(exact) {
            let found_as = alert.id.clone();
            let group =
                alert.group.as_ref().map(|group| renamed.get(&digest64(group.as_bytes())).unwrap_or(group).clone());
            let alert = Alert { group, ..alert };
            let was = exact.or_else(|| nearest(&before, &alert).and_then(|place| before.get_mut(place)?.take()));
            let now = self.replace(number, alert, was.as_ref(), at);
            let now =
                Alert { group: now.group.map(|group| if group == found_as { now.id.clone() } else { group }), ..now };
            renamed.insert(digest64(found_as.as_bytes()), now.id.clone());
            if was.is_none_or(|(_, was)| was != now) {
                revisions.push(now.clone());
            }
            self.keep(number, &now);
            told.push((number, now));
        }
        let mut before: Vec<(u64, Alert)> = before.into_iter().flatten().collect();
        before.sort_by(|(_, a), (_, b)| (a.anomaly.onset, &a.key).cmp(&(b.anomaly.onset, &b.key)));
        for (number, was) in before {
            let gone = was.state == AlertState::Retracted;
            if number <= boundary || gone {
                told.push((number, was));
                continue;
            }
            let Some(entry) = self.entries.get_mut(&number) else { continue };
            entry.revision += 1;
            let (revision, cause) = (entry.revision, Cause::Anomaly(Change::Retracted));
            let now = Alert { revision, at, cause, state: AlertState::Retracted, ..was };
            self.keep(number, &now);
            revisions.push(now.clone());
            told.push((number, now));
        }
        revisions
    }

    /// Gives an anomaly that was found anew the identity of the one that was told: the same revision if it says the same.
    fn replace(&mut self, number: u64, alert: Alert, was: Option<&(u64, Alert)>, at: EventTime) -> Alert {
        if let Some((before, _)) = was.filter(|(before, _)| *before != number)
            && let Some(entry) = self.entries.remove(before)
        {
            self.numbers.insert(digest64(entry.id.as_bytes()), number);
            self.entries.insert(number, entry);
        }
        let silenced_until = self.silenced_until(alert.anomaly.kind, &alert.subjects, at);
        let entry = self.entry(number, &alert.key);
        if entry.revision == 0 {
            entry.handling.silenced_until = silenced_until;
        }
        let state = entry.handling.state(alert.state == AlertState::Retracted, alert.anomaly.end.is_some());
        let (id, handling) = (entry.id.clone(), entry.handling.clone());
        let alert = Alert { squadron: entry.given_to.clone().or(alert.squadron), ..alert };
        if let Some((_, was)) = was {
            let same = Alert { id: id.clone(), revision: was.revision, at: was.at, cause: was.cause, ..alert.clone() };
            let mut same = Alert { state: was.state, handling: was.handling.clone(), ..same };
            same.anomaly.subjects.clone_from(&was.anomaly.subjects);
            if same == *was && was.state != AlertState::Retracted {
                return same;
            }
        }
        entry.revision += 1;
        let cause = Cause::Anomaly(Change::LateData);
        Alert { id, revision: entry.revision, at, cause, state, handling, ..alert }
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
    fn entry(&mut self, number: u64, key: &str) -> &mut Entry {
        let numbers = &mut self.numbers;
        self.entries.get_or_insert_with(number, || {
            let id = free_id(key, numbers);
            numbers.insert(digest64(id.as_bytes()), number);
            Entry { id, revision: 0, handling: Handling::default(), given_to: None, group: None, newest: None }
        })
    }

    /// Keeps a revision for the next command, unless none can act on it any more.
    fn keep(&mut self, number: u64, alert: &Alert) {
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

/// The last revision of each anomaly, by onset and key.
fn last_of_each(found: Vec<(u64, Alert)>) -> Vec<(u64, Alert)> {
    let mut last: Map<u64, Alert> = Map::default();
    for (number, alert) in found {
        last.insert(number, alert);
    }
    let mut all: Vec<(u64, Alert)> =
        last.sorted_keys().into_iter().filter_map(|number| Some((number, last.remove(&number)?))).collect();
    all.sort_by(|(_, a), (_, b)| (a.anomaly.onset, &a.key).cmp(&(b.anomaly.onset, &b.key)));
    all
}

/// Which of those told is the same incident under other values: that of the same vessels whose time is nearest, within an hour.
fn nearest(told: &[Option<(u64, Alert)>], alert: &Alert) -> Option<usize> {
    let vessels = |alert: &Alert| {
        let mut all: SmallVec<[_; 2]> =
            alert.subjects.iter().map(|s| (s.mmsi, s.mmsi.is_none().then_some(s.track))).collect();
        all.sort_unstable();
        all
    };
    let span = |alert: &Alert| (alert.anomaly.onset, alert.anomaly.end.unwrap_or(EventTime::MAX));
    let apart = |was: &Alert| {
        let ((a, b), (c, d)) = (span(was), span(alert));
        (a - d).max(c - b)
    };
    let alike = |was: &Alert| was.anomaly.kind == alert.anomaly.kind && vessels(was) == vessels(alert);
    let known = told.iter().enumerate().filter_map(|(place, was)| Some((place, &was.as_ref()?.1)));
    let near = known.filter(|(_, was)| alike(was) && apart(was) <= SAME_INCIDENT);
    near.min_by_key(|(place, was)| (apart(was), *place)).map(|(place, _)| place)
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
