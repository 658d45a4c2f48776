//! Episodes: the life of an anomaly for rules that ask only whether something holds: raised, kept, ended, reopened.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::{Anomaly, Change, Effects, Kind, Open, Priority, View, end_if_touched};
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::TrackIx;

/// An anomaly that goes on, or the last one, which the next may still reopen; empty before the first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Episode(Option<Box<Open>>);

impl Episode {
    /// The anomaly, while it goes on.
    pub fn goes_on(&self) -> Option<&Anomaly> {
        self.0.as_ref().map(|open| &open.anomaly).filter(|anomaly| anomaly.end.is_none())
    }

    /// The anomaly, while it goes on, to change before the next revision.
    pub fn goes_on_mut(&mut self) -> Option<&mut Anomaly> {
        self.0.as_mut().map(|open| &mut open.anomaly).filter(|anomaly| anomaly.end.is_none())
    }

    /// Whether there was ever one.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Begins: the last one goes on if it ended no longer than `merge_gap` ago, else this one is new.
    pub fn raise(&mut self, anomaly: Anomaly, merge_gap: Span, effects: &mut Effects<'_>) {
        let now = anomaly.raised_at;
        let again = self.0.take().filter(|open| open.anomaly.end.is_some_and(|end| now - end <= merge_gap));
        let (mut open, change) = match again {
            Some(mut open) => {
                open.anomaly.end = None;
                (open, Change::Reopened)
            }
            None => (Box::new(Open { number: effects.number(), anomaly, told_at: now }), Change::Raised),
        };
        open.told_at = now;
        effects.tell(open.number, change, &open.anomaly);
        self.0 = Some(open);
    }

    /// Tells how it stands, at most once in the usual time.
    pub fn keep(&mut self, view: &View<'_>, effects: &mut Effects<'_>) {
        let every = Span::from_seconds(view.limits.common.keep_s);
        if let Some(open) =
            self.0.as_mut().filter(|open| open.anomaly.end.is_none() && view.now - open.told_at >= every)
        {
            open.told_at = view.now;
            effects.tell(open.number, Change::Kept, &open.anomaly);
        }
    }

    /// Ends it, if it goes on.
    pub fn end(&mut self, end: EventTime, effects: &mut Effects<'_>) {
        if let Some(open) = self.0.as_mut().filter(|open| open.anomaly.end.is_none()) {
            open.anomaly.end = Some(end.max(open.anomaly.onset));
            effects.tell(open.number, Change::Ended, &open.anomaly);
        }
    }

    /// Other rules come: it ends if they touch it.
    pub fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        end_if_touched(&mut self.0, change, view.now, effects);
    }

    /// The other rules are in force.
    pub fn adopt(&mut self, change: &RulesChange) {
        self.0.iter_mut().for_each(|open| open.adopt(change));
    }
}

/// An anomaly of which only kind, vessels and times are known yet.
pub(super) fn anomaly(kind: Kind, subjects: &[TrackIx], onset: EventTime, now: EventTime) -> Anomaly {
    Anomaly {
        kind,
        subkind: None,
        context: SmallVec::new(),
        tier_m: None,
        subjects: SmallVec::from_slice(subjects),
        voice: None,
        zones: SmallVec::new(),
        onset,
        end: None,
        observed: Vec::new(),
        raised_at: now,
        priority: Priority::Warning,
        confidence: 0.0,
        factors: SmallVec::new(),
        position: None,
        suppressed: None,
        evidence: Evidence::default(),
    }
}
