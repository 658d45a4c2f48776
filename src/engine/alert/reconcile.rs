//! Reconciling: a past that was folded anew is held against what was told of it.

use smallvec::SmallVec;

use super::book::AlertBook;
use super::{Alert, AlertState, Cause};
use crate::engine::detect::Change;
use crate::engine::digest::digest64;
use crate::engine::map::Map;
use crate::engine::time::{EventTime, Span};

/// Late data may move an alert by this much in time, and it is still the same.
const SAME_INCIDENT: Span = Span::from_hours(1);

impl AlertBook {
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
                self.keep(number, &now);
                revisions.push(now.clone());
            }
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
