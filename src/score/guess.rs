//! Predicted events: what alert lines say in the end, groups taken apart into their pairs.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde::Serialize;

use super::read::{AlertLine, AlertSubject, Meeting, Priority, ScoreError, Suppressed, TrueSubject, for_each_line};
use super::tracks::Place;
use super::truth::{is_instant, partner_name};
use crate::engine::vessel::Mmsi;

/// The kind whose alerts may tell of meetings.
const TRANSFER: &str = "ship_to_ship";

/// What a subject goes by: its number, else its track or vessel, else nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub(super) enum Name {
    Number(Mmsi),
    Text(String),
    Nobody(Option<()>),
}

/// A predicted event: an alert, or one meeting of a group alert.
#[derive(Debug)]
pub(super) struct Guess<'a> {
    pub alert: &'a AlertLine,
    pub who: &'a [AlertSubject],
    /// UNIX seconds.
    pub onset: f64,
    /// UNIX seconds; the end of the data while it goes on, the onset of an instant.
    pub end: f64,
}

/// The last revision of each alert in the file's order, without retracted ones and those below a priority.
///
/// Lines without `id` go by their `key`, those without either by their place in the file; an alert without priority
/// counts as an alarm.
pub(super) fn read_alerts(path: &Path, floor: Priority) -> Result<Vec<AlertLine>, ScoreError> {
    let mut last: Vec<AlertLine> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    for_each_line(path, |n, mut alert: AlertLine| {
        if alert.id.is_empty() {
            alert.id = alert.key.take().filter(|key| !key.is_empty()).unwrap_or_else(|| format!("line-{n}"));
        }
        match place.get(&alert.id).and_then(|&at| last.get_mut(at)) {
            Some(old) if alert.revision.unwrap_or(0) >= old.revision.unwrap_or(0) => *old = alert,
            Some(_) => {}
            None => {
                place.insert(alert.id.clone(), last.len());
                last.push(alert);
            }
        }
    })?;
    last.retain(|a| a.state.as_deref() != Some("retracted") && a.priority.unwrap_or(Priority::Alarm) >= floor);
    Ok(last)
}

/// The predicted events of alerts; `stop` is the end of what has none, UNIX seconds.
///
/// A transfer alert with two subjects is a pair of its own interval. The `meetings` of a group are pairs too, each from
/// its first to its last observed instant. A meeting that several lines tell, overlapping in time, counts once.
pub(super) fn guesses(alerts: &[AlertLine], stop: f64) -> Vec<Guess<'_>> {
    let (mut told, mut met) = (Vec::new(), Vec::new());
    for alert in alerts {
        let (own, parts) = take_apart(alert, stop);
        told.extend(own);
        met.extend(parts);
    }
    let mut known: HashMap<BTreeSet<Name>, Vec<(f64, f64)>> = HashMap::new();
    for guess in told.iter().filter(|g: &&Guess| g.kind() == TRANSFER) {
        known.entry(names(guess.who)).or_default().push((guess.onset, guess.end));
    }
    for guess in met {
        let twins = known.entry(names(guess.who)).or_default();
        if !twins.iter().any(|&(onset, end)| guess.onset < end && onset < guess.end) {
            twins.push((guess.onset, guess.end));
            told.push(guess);
        }
    }
    told
}

/// An alert as an event of its own, if it is one, and the meetings that it tells beside.
fn take_apart(alert: &AlertLine, stop: f64) -> (Option<Guess<'_>>, Vec<Guess<'_>>) {
    let meetings = if alert.kind == TRANSFER { alert.meetings.as_slice() } else { &[] };
    let mut meetings: Vec<&Meeting> = meetings.iter().filter(|m| !m.subjects.is_empty()).collect();
    let subjects = names(&alert.subjects);
    let mine = meetings.iter().filter(|m| names(&m.subjects) == subjects).count();
    let mut own = None;
    if mine <= 1 && (meetings.is_empty() || alert.subjects.len() == 2) {
        own = Some(Guess::new(alert, &alert.subjects, alert.onset.0, alert.end.map_or(stop, |end| end.0)));
        meetings.retain(|m| names(&m.subjects) != subjects);
    }
    let parts = meetings.into_iter().map(|meeting| {
        let (onset, end) = match (meeting.observed.first(), meeting.observed.last()) {
            (Some((from, _)), Some((_, to))) => (*from, *to),
            _ => (meeting.onset.unwrap_or(alert.onset), meeting.end),
        };
        Guess::new(alert, &meeting.subjects, onset.0, end.map_or(stop, |end| end.0))
    });
    (own, parts.collect())
}

/// What a set of subjects goes by.
fn names(subjects: &[AlertSubject]) -> BTreeSet<Name> {
    subjects.iter().map(AlertSubject::name).collect()
}

impl AlertSubject {
    /// What it goes by.
    pub fn name(&self) -> Name {
        Name::new(self.mmsi, self.track.as_ref().map(|track| track.0.clone()))
    }
}

impl TrueSubject {
    /// What it goes by.
    pub fn name(&self) -> Name {
        Name::new(self.mmsi, Some(self.vessel.0.clone()))
    }
}

impl Name {
    fn new(number: Option<Mmsi>, text: Option<String>) -> Self {
        match (number, text) {
            (Some(mmsi), _) if mmsi.0 != 0 => Name::Number(mmsi),
            (_, Some(text)) => Name::Text(text),
            _ => Name::Nobody(None),
        }
    }
}

impl<'a> Guess<'a> {
    fn new(alert: &'a AlertLine, who: &'a [AlertSubject], onset: f64, end: f64) -> Self {
        let end = if is_instant(&alert.kind) { onset } else { end };
        Guess { alert, who, onset, end }
    }

    /// The alert's kind.
    pub fn kind(&self) -> &'a str {
        &self.alert.kind
    }

    /// When the alert was raised, UNIX seconds.
    pub fn raised(&self) -> Option<f64> {
        self.alert.raised_at.map(|t| t.0)
    }

    /// Where the alert was placed.
    pub fn place(&self) -> Option<Place> {
        let position = self.alert.position?;
        Some(Place { lat: position.lat?, lon: position.lon? })
    }

    /// The rule that suppressed the alert.
    pub fn rule(&self) -> Option<&'a str> {
        match self.alert.suppressed.as_ref()? {
            Suppressed::Told { rule } => Some(rule.as_deref().unwrap_or("?")),
            Suppressed::Named(rule) => Some(rule).filter(|rule| !rule.is_empty()).map(String::as_str),
        }
    }

    /// Whether radar had a part in it.
    pub fn by_radar(&self) -> bool {
        let subkind = self.alert.subkind.as_deref().unwrap_or_default();
        subkind.contains("radar") || self.who.iter().any(|s| s.sources.iter().any(|source| source == "radar"))
    }

    /// Whether its priority is caution.
    pub fn is_caution(&self) -> bool {
        self.alert.priority == Some(Priority::Caution)
    }

    /// Whether it is a caution of a fishing-like sub-kind: told, but in no default queue.
    pub fn is_quiet(&self) -> bool {
        self.is_caution() && self.alert.subkind.as_deref().unwrap_or_default().contains("fishing")
    }

    /// Of a pair: `ais_ais`, `ais_radar` or `radar_radar`.
    pub fn partner(&self) -> Option<&'static str> {
        (self.who.len() == 2).then(|| partner_name(self.who.iter().filter(|s| s.mmsi.is_none()).count()))
    }
}
