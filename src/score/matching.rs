//! Which alert tells of which event: subjects, time in common, the one-to-one assignment.

use std::collections::{BTreeMap, HashMap};

use super::guess::Guess;
use super::read::{AlertSubject, TrueSubject};
use super::stats::median;
use super::tracks::{Course, Place, Tracks, minutes};
use super::truth::{Event, is_area, is_zoned};
use crate::engine::assignment::Assignment;
use crate::engine::vessel::Mmsi;

/// A subject without a number matches within this distance.
const NEAR_M: f64 = 500.0;
/// Instants match within this time.
const INSTANT_S: f64 = 60.0;
/// Events of more subjects are never equal: no kind has them.
const MOST_SUBJECTS: usize = 3;

/// Tells subjects apart by number and place.
pub(super) struct Matcher<'a> {
    /// Where the true vessels were.
    pub tracks: &'a Tracks,
    /// Where the run under judgement says its tracks were.
    pub told_tracks: &'a Tracks,
    /// Whose number is whose: any a vessel ever used.
    pub owner: &'a HashMap<Mmsi, &'a str>,
}

/// A guess and an event of equal subjects with time in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// Index of the guess.
    pub guess: usize,
    /// Index of the event.
    pub event: usize,
    /// Time in common, s.
    pub common_s: f64,
    /// Intersection over union: time in common over time spanned by both, 0 to 1.
    pub iou: f64,
}

impl Matcher<'_> {
    /// Whether an alert's subject is a true vessel, judged between two instants where place must tell.
    pub fn is_one(&self, guess: &Guess, subject: &AlertSubject, vessel: &TrueSubject, from: f64, to: f64) -> bool {
        if let Some(mmsi) = subject.mmsi {
            let owner = self.owner.get(&mmsi);
            if vessel.mmsi == Some(mmsi) || owner.is_some_and(|owner| *owner == vessel.vessel.0) {
                return true;
            }
            if vessel.mmsi.is_some() || owner.is_some() {
                return false;
            }
        }
        let Some(course) = self.tracks.get(&vessel.vessel.0) else { return false };
        let told = subject.track.as_ref().and_then(|track| self.told_tracks.get(&track.0));
        match told.map(|told| told.between(from, to)) {
            Some(told) if !told.is_empty() => is_near_by_median(told, course),
            _ => guess.place().is_some_and(|place| is_near_sometime(place, course, from, to)),
        }
    }

    /// Whether the subjects of a guess and an event are equal, in any order. Troubles of an area are equal by kind,
    /// doubled identities by number, and what belongs to a zone must be of the same one.
    pub fn are_equal(&self, guess: &Guess, event: &Event) -> bool {
        if let Some(answer) = answer_without_subjects(guess, event) {
            return answer;
        }
        if event.kind == "duplicate_identity" && guess.kind() == event.kind {
            return guess.who.iter().any(|s| s.mmsi.is_some() && event.who().iter().any(|v| v.mmsi == s.mmsi));
        }
        let (from, to) = common_time(guess, event);
        let equal = |s: &AlertSubject, v: &TrueSubject| self.is_one(guess, s, v, from, to);
        (1..=MOST_SUBJECTS).contains(&guess.who.len())
            && guess.who.len() == event.who().len()
            && pair_up(guess.who, event.who(), &equal, 0)
    }

    /// Whether a guess and an event have a subject in common.
    pub fn share_one(&self, guess: &Guess, event: &Event) -> bool {
        answer_without_subjects(guess, event).unwrap_or_else(|| {
            let (from, to) = common_time(guess, event);
            guess.who.iter().any(|s| event.who().iter().any(|v| self.is_one(guess, s, v, from, to)))
        })
    }

    /// All guesses and events of equal subjects with time in common, by guess and event.
    pub fn edges(&self, guesses: &[&Guess], events: &[&Event]) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (i, guess) in guesses.iter().enumerate() {
            for (j, event) in events.iter().enumerate() {
                if let Some((common_s, iou)) = overlap(guess, event)
                    && self.are_equal(guess, event)
                {
                    edges.push(Edge { guess: i, event: j, common_s, iou });
                }
            }
        }
        edges
    }
}

/// Time in common (s) and intersection over union of a guess and an event; `None` if they are apart in time.
///
/// The true onset is free within its uncertainty: the guess gets the best of it. Instants match within a minute, before
/// the true one as far as that is uncertain too, and then in full.
pub(super) fn overlap(guess: &Guess, event: &Event) -> Option<(f64, f64)> {
    let early_s = event.slack_s.max(INSTANT_S);
    if event.end - event.onset < 1.0 || guess.end - guess.onset < 1.0 {
        let is_near = (guess.onset - event.onset).abs() <= early_s;
        let is_apart = guess.onset > event.end + INSTANT_S || guess.end < event.onset - early_s;
        return (is_near && !is_apart).then_some((1.0, 1.0));
    }
    let onset = guess.onset.max(event.onset - event.slack_s).min(event.onset + event.slack_s);
    let common_s = guess.end.min(event.end) - guess.onset.max(onset);
    let spanned_s = guess.end.max(event.end) - guess.onset.min(onset);
    (common_s > 0.0).then(|| (common_s, common_s / spanned_s))
}

/// The edges that assign guesses to events one to one with the greatest sum of time in common.
///
/// Each set of guesses and events that hang together is solved on its own, guesses and events in order. Where several
/// assignments have the same sum, [`Assignment`]'s order decides: a guess of the very interval of truth and one that
/// covers more of time than that are equally good here, and the first stays.
pub(super) fn assign(edges: &[Edge]) -> Vec<Edge> {
    let mut solver = Assignment::default();
    let mut assigned = Vec::new();
    for part in connected(edges) {
        let guesses = distinct(part.iter().map(|edge| edge.guess));
        let events = distinct(part.iter().map(|edge| edge.event));
        let by_pair: BTreeMap<(usize, usize), Edge> =
            part.iter().map(|edge| ((edge.guess, edge.event), *edge)).collect();
        let edge = |i: usize, j: usize| by_pair.get(&(*guesses.get(i)?, *events.get(j)?)).copied();
        let pairs = solver.solve(guesses.len(), events.len(), 0.0, |i, j| edge(i, j).map_or(0.0, |e| -e.common_s));
        assigned.extend(pairs.iter().filter_map(|&(i, j)| edge(i, j)));
    }
    assigned
}

/// The edges in sets that share neither guess nor event.
fn connected(edges: &[Edge]) -> Vec<Vec<Edge>> {
    let mut of_event: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut of_guess: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, edge) in edges.iter().enumerate() {
        of_event.entry(edge.event).or_default().push(at);
        of_guess.entry(edge.guess).or_default().push(at);
    }
    let mut parts = Vec::new();
    for edge in edges {
        let (mut part, mut guesses) = (Vec::new(), vec![edge.guess]);
        while let Some(guess) = guesses.pop() {
            for edge in of_guess.remove(&guess).into_iter().flatten().filter_map(|at| edges.get(at)) {
                part.push(*edge);
                let others = of_event.remove(&edge.event).into_iter().flatten();
                guesses.extend(others.filter_map(|at| edges.get(at)).map(|other| other.guess));
            }
        }
        if !part.is_empty() {
            parts.push(part);
        }
    }
    parts
}

/// The members of a set, ascending.
fn distinct(indices: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut indices: Vec<usize> = indices.collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}

/// The time that a guess and an event have in common, the onset taken as early as it may be; from before to.
fn common_time(guess: &Guess, event: &Event) -> (f64, f64) {
    let (a, b) = (guess.onset.max(event.onset - event.slack_s), guess.end.min(event.end));
    (a.min(b), a.max(b))
}

/// What kind and zone alone decide: an area's trouble needs no subjects, another zone's crossing has the wrong place.
fn answer_without_subjects(guess: &Guess, event: &Event) -> Option<bool> {
    if is_area(&event.kind) && guess.kind() == event.kind {
        return Some(true);
    }
    (is_zoned(&event.kind) && !is_in_zone(guess, event)).then_some(false)
}

/// Whether a guess names the event's zone among its own, as far as both name any.
fn is_in_zone(guess: &Guess, event: &Event) -> bool {
    match (&event.line.zone, &guess.alert.zone) {
        (Some(zone), Some(own)) => zone == own || guess.alert.zones.contains(zone),
        _ => true,
    }
}

/// Whether each subject can have a vessel of its own, beside those whose bit is set in `taken`.
fn pair_up(
    subjects: &[AlertSubject],
    vessels: &[TrueSubject],
    equal: &impl Fn(&AlertSubject, &TrueSubject) -> bool,
    taken: u32,
) -> bool {
    let Some((subject, rest)) = subjects.split_first() else { return true };
    let mut free = vessels.iter().enumerate().filter(|(i, _)| taken >> i & 1 == 0);
    free.any(|(i, vessel)| equal(subject, vessel) && pair_up(rest, vessels, equal, taken | 1 << i))
}

/// Whether the points of a told track lie near a vessel's course, by the median of their distances.
fn is_near_by_median(told: &[(f64, Place)], course: &Course) -> bool {
    let Some(&(first, _)) = told.first() else { return false };
    let origin = course.at(first);
    let near = told.iter().filter(|(_, place)| course.may_come_near(*place, NEAR_M, origin)).count();
    if 2 * near < told.len() {
        return false; // more than half lie farther off: so does the median
    }
    let distance =
        |&(t, place): &(f64, Place)| place.offset_from(origin).minus(course.at(t).offset_from(origin)).length().0;
    median(told.iter().map(distance).collect()).is_some_and(|metres| metres <= NEAR_M)
}

/// Whether a vessel was near a place at any minute between two instants, or at the last.
fn is_near_sometime(place: Place, course: &Course, from: f64, to: f64) -> bool {
    course.may_come_near(place, NEAR_M, place)
        && minutes(from, to).chain([to]).any(|t| course.at(t).offset_from(place).length().0 <= NEAR_M)
}
