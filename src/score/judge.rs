//! The verdict on every alert and every true event of a kind, and what a false alert really hit.

use super::guess::Guess;
use super::matching::{Edge, Matcher, assign};
use super::truth::{Event, is_zoned};

/// From this intersection over union on, an assigned alert is a hit.
const HIT_IOU: f64 = 0.5;
/// A silence that begins so long before an outage is the outage's, s.
const OUTAGE_LEAD_S: f64 = 200.0;

/// An alert assigned to a true event.
pub(super) struct Match<'a> {
    pub guess: &'a Guess<'a>,
    pub event: &'a Event,
    /// Intersection over union, 0 to 1.
    pub iou: f64,
}

impl Match<'_> {
    /// Whether it is a hit; otherwise the alert is loose.
    pub fn is_hit(&self) -> bool {
        self.iou >= HIT_IOU
    }
}

/// A true event and the alerts that tell of it.
pub(super) struct Verdict<'a> {
    pub event: &'a Event,
    pub is_hit: bool,
    /// Unsuppressed alerts of the same subjects, with time in common.
    pub seen: Vec<&'a Guess<'a>>,
    /// Suppressed alerts of the same.
    pub hidden: Vec<&'a Guess<'a>>,
}

impl Verdict<'_> {
    /// Whether the event is alertable: some default threshold can see it.
    pub fn is_alertable(&self) -> bool {
        self.event.due.is_some()
    }

    /// Whether it was found and then hidden by a rule of suppression.
    pub fn is_hidden(&self) -> bool {
        !self.is_hit && !self.hidden.is_empty()
    }
}

/// An unsuppressed alert that tells of no truth.
pub(super) struct Untrue<'a> {
    pub guess: &'a Guess<'a>,
    /// What it really hit.
    pub why: String,
}

/// A suppressed alert.
pub(super) struct Hushed<'a> {
    pub guess: &'a Guess<'a>,
    /// Whether it tells of a true event.
    pub is_over_truth: bool,
}

/// Everything of one kind, judged.
pub(super) struct Judgement<'a> {
    pub kind: String,
    pub verdicts: Vec<Verdict<'a>>,
    /// How many unsuppressed alerts there are.
    pub alerts: usize,
    /// How many of these tell of a truth: hits, loose ones, fragments.
    pub touching: usize,
    pub matches: Vec<Match<'a>>,
    pub falses: Vec<Untrue<'a>>,
    /// Neither true nor false: the innocent it fits is declared so.
    pub grey: usize,
    /// Not true, but told where nobody is called: in no default queue.
    pub quiet: usize,
    pub hushed: Vec<Hushed<'a>>,
}

/// Judges the alerts of a kind against truth.
pub(super) fn judge<'a>(
    kind: &str,
    guesses: &'a [Guess<'a>],
    truth: &'a [Event],
    innocent: &[Event],
    matcher: &Matcher,
) -> Judgement<'a> {
    let events: Vec<&Event> = truth.iter().filter(|e| e.kind == kind).collect();
    let of_kind = guesses.iter().filter(|g| g.kind() == kind);
    let (open, suppressed): (Vec<&Guess>, Vec<&Guess>) = of_kind.partition(|g| g.rule().is_none());
    let edges = matcher.edges(&open, &events);
    let over = matcher.edges(&suppressed, &events);

    let matches: Vec<Match> = assign(&edges)
        .iter()
        .filter_map(|e| Some(Match { guess: open.get(e.guess)?, event: events.get(e.event)?, iou: e.iou }))
        .collect();
    let verdicts = events.iter().enumerate().map(|(j, &event)| Verdict {
        event,
        is_hit: matches.iter().any(|m| m.is_hit() && std::ptr::eq(m.event, event)),
        seen: of_event(j, &edges, &open),
        hidden: of_event(j, &over, &suppressed),
    });
    let verdicts = verdicts.collect();
    let is_touching = touched(&edges, open.len());
    let is_over_truth = touched(&over, suppressed.len());

    let (mut falses, mut grey, mut quiet) = (Vec::new(), 0, 0);
    for (&guess, _) in open.iter().zip(&is_touching).filter(|(_, touches)| !**touches) {
        let why = blame(guess, innocent, truth, matcher);
        match why.starts_with("grey") {
            true => grey += 1,
            false if guess.is_quiet() => quiet += 1,
            false => falses.push(Untrue { guess, why }),
        }
    }
    let hushed = suppressed.iter().zip(is_over_truth).map(|(guess, is_over_truth)| Hushed { guess, is_over_truth });
    Judgement {
        kind: kind.to_owned(),
        verdicts,
        alerts: open.len(),
        touching: is_touching.iter().filter(|touches| **touches).count(),
        matches,
        falses,
        grey,
        quiet,
        hushed: hushed.collect(),
    }
}

/// The guesses that have an edge to an event.
fn of_event<'a>(event: usize, edges: &[Edge], guesses: &[&'a Guess<'a>]) -> Vec<&'a Guess<'a>> {
    edges.iter().filter(|e| e.event == event).filter_map(|e| guesses.get(e.guess).copied()).collect()
}

/// Of each guess, whether it has an edge at all.
fn touched(edges: &[Edge], guesses: usize) -> Vec<bool> {
    let mut touched = vec![false; guesses];
    for edge in edges {
        if let Some(touched) = touched.get_mut(edge.guess) {
            *touched = true;
        }
    }
    touched
}

/// What an alert that tells of no truth hit in its time: an innocent of equal subjects (`grey: ...` if that is declared
/// neither true nor false), an innocent of each subject or of one, a truth of one subject, an outage, or `unknown`.
fn blame(guess: &Guess, innocent: &[Event], truth: &[Event], matcher: &Matcher) -> String {
    let live: Vec<&Event> =
        innocent.iter().filter(|e| e.onset < guess.end + 1.0 && guess.onset < e.end + 1.0).collect();
    if let Some(event) = nearest(guess, live.iter().copied().filter(|e| matcher.are_equal(guess, e))) {
        let why = event.why();
        return if why.contains("grey") { format!("grey: {why}") } else { why.to_owned() };
    }
    if let Some(why) = blame_by_subject(guess, &live, matcher) {
        return why;
    }
    let over = |e: &&Event| !is_zoned(&e.kind) && e.onset < guess.end && guess.onset < e.end;
    if let Some(event) = truth.iter().filter(over).find(|e| matcher.share_one(guess, e)) {
        let kind = &event.kind;
        return if kind == guess.kind() { format!("true {kind}, wrong partner") } else { format!("in a true {kind}") };
    }
    let is_silence = ["dark_period", "position_offset"].contains(&guess.kind());
    let trouble = live.iter().find(|e| is_silence && e.who().is_empty() && begins_in(guess, e));
    trouble.map_or("unknown", |event| event.why()).to_owned()
}

/// Whether an alert begins within an event or shortly before.
pub(super) fn begins_in(guess: &Guess, event: &Event) -> bool {
    event.onset - OUTAGE_LEAD_S <= guess.onset && guess.onset <= event.end
}

/// The innocents that the subjects of an alert are in, each its own; `None` if none is in any.
fn blame_by_subject(guess: &Guess, live: &[&Event], matcher: &Matcher) -> Option<String> {
    let why_of = |subject| {
        let is_in = |e: &&Event| {
            let (from, to) = (guess.onset.max(e.onset), guess.end.min(e.end));
            e.who().iter().any(|vessel| matcher.is_one(guess, subject, vessel, from, to))
        };
        nearest(guess, live.iter().copied().filter(is_in)).map(Event::why)
    };
    let whys: Vec<Option<&str>> = guess.who.iter().map(why_of).collect();
    let mut known: Vec<&str> = whys.iter().flatten().copied().collect();
    known.sort_unstable();
    known.dedup();
    let rest = if whys.contains(&None) { " (one subject)" } else { "" };
    (!known.is_empty()).then(|| known.join(" + ") + rest)
}

/// The event of the guess's kind, else of the nearest onset; of equals the first.
fn nearest<'e>(guess: &Guess, events: impl Iterator<Item = &'e Event>) -> Option<&'e Event> {
    let rank = |e: &Event| (e.kind != guess.kind(), (e.onset - guess.onset).abs());
    events.min_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    })
}
