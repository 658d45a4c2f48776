//! Loitering: slow dwell, or confinement to a small area, held for long (`docs/detectors/loitering.md`).

mod circumstances;
mod confinement;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::{
    Anomaly, Change, Detector, Effects, Factor, FactorName, Kind, Open, Priority, Subkind, View, end_if_touched,
    extend_observed, join_zones,
};
use crate::engine::earth::Position;
use crate::engine::limits::{Limits, Loitering};
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::interval::{AT_ANCHOR, NOT_UNDER_COMMAND};
use crate::engine::track::{Track, TrackIx};
use crate::engine::units::Speed;
use circumstances::{fishes, hugs_an_edge, is_amid_fishers, suppression};
use confinement::{Confinement, confinement};

/// A condition that fails for less than this goes on: a sensor's noise about a threshold breaks no dwell.
const BROKEN_AFTER: Span = Span::from_secs(120);

/// A condition that holds without a break.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Held {
    since: Option<EventTime>,
    dwell: Span,
    /// Since when it does not hold, if that is too short to break it.
    fails_since: Option<EventTime>,
}

impl Held {
    /// Goes on or breaks: `step` is the observed time since the fix before, if it was observed.
    fn update(&mut self, holds: bool, now: EventTime, step: Option<Span>) {
        if holds {
            self.fails_since = None;
        } else if now - *self.fails_since.get_or_insert(now) >= BROKEN_AFTER {
            *self = Held::default();
        }
        match (holds, self.since) {
            (true, Some(_)) => self.dwell += step.unwrap_or(Span::ZERO),
            (true, None) => self.since = Some(now),
            (false, _) => {}
        }
    }

    /// Holds at this very look.
    fn holds_now(&self) -> bool {
        self.since.is_some() && self.fails_since.is_none()
    }
}

/// What is known of one track's slowness.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Candidate {
    slow: Held,
    confined: Held,
    fast_since: Option<EventTime>,
    outside_since: Option<EventTime>,
    /// When either condition last held by itself: a confinement whose window reaches back into a slow dwell is that dwell.
    held_at: Option<EventTime>,
    /// When it was last slow.
    slow_at: Option<EventTime>,
    /// When the dwell that was told last ended: no confinement reaches back before it.
    ended_at: Option<EventTime>,
    centre: Position,
    speed: Speed,
    path_ratio: f64,
    /// Since when it dwells outside the place that excused it.
    unexcused_since: Option<EventTime>,
    /// All its fixes so far lay near the edge of their zone.
    hugging: bool,
    open: Option<Box<Open>>,
}

/// The rule and its candidates.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoiteringDetector {
    candidates: Map<TrackIx, Candidate>,
}

impl Detector for LoiteringDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.counts()) else { return };
        let all = view.limits_for(track);
        let limits = &all.loitering;
        let Some(speed) = track.derived_speed(Span::from_seconds(limits.speed_window_s)) else { return };
        let known = self.candidates.contains_key(&ix);
        let confinement = if view.opened_slot(track) { confinement(track, limits) } else { None };
        if !known && speed.knots() >= limits.max_kn && confinement.is_none_or(|c| !c.holds) {
            return;
        }
        let candidate = self.candidates.get_or_insert_with(ix, Candidate::default);
        candidate.observe(view, track, speed, confinement, limits, Span::from_seconds(all.common.split_s));
        let keep = Span::from_seconds(all.common.keep_s);
        candidate.judge(view, ix, track, limits, keep, effects);
        if candidate.is_idle(view.now, limits) {
            self.candidates.remove(&ix);
        }
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        let TimerReason::Loiter { track: ix } = reason else { return };
        let (Some(candidate), Some(track)) = (self.candidates.get_mut(&ix), view.track(ix)) else { return };
        let split = Span::from_seconds(view.limits_for(track).common.split_s);
        if view.now - track.last.at < split {
            effects.timers.set(track.last.at + split, reason);
        } else if candidate.is_open() {
            candidate.end(track.last.at, effects);
        }
    }

    fn on_gone(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        if let Some(mut candidate) = self.candidates.remove(&ix)
            && let Some(track) = view.track(ix)
            && candidate.is_open()
        {
            candidate.end(track.last.at, effects);
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for ix in self.candidates.sorted_keys() {
            if let Some(candidate) = self.candidates.get_mut(&ix) {
                end_if_touched(&mut candidate.open, change, view.now, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.candidates.for_each_mut(|candidate| candidate.open.iter_mut().for_each(|open| open.adopt(change)));
    }
}

impl Candidate {
    fn is_open(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.anomaly.end.is_none())
    }

    /// Either condition holds now: what is told of an ended dwell is how it was, not how it was left.
    fn holds(&self) -> bool {
        self.slow.since.is_some() || self.confined.since.is_some()
    }

    /// Already fast and outside, though not for long enough to have left.
    fn is_leaving(&self) -> bool {
        self.fast_since.is_some() && self.outside_since.is_some()
    }

    /// Nothing holds, nothing is open, and what was open can no longer be reopened.
    fn is_idle(&self, now: EventTime, limits: &Loitering) -> bool {
        let merge_gap = Span::from_seconds(limits.merge_gap_s);
        let over = self.open.as_ref().is_none_or(|o| o.anomaly.end.is_some_and(|end| now - end > merge_gap));
        !self.holds() && over
    }

    /// Takes the latest fix into the conditions.
    fn observe(
        &mut self,
        view: &View<'_>,
        track: &Track,
        speed: Speed,
        confinement: Option<Confinement>,
        limits: &Loitering,
        split: Span,
    ) {
        let now = view.now;
        let joined = now - track.previous_at <= split;
        if !joined {
            self.slow = Held::default();
            self.confined = Held::default();
        }
        let step = view.observed_step(track);
        let slow = speed.knots() < limits.max_kn;
        let window = Span::from_seconds(limits.confined_window_s);
        let confinement = confinement.filter(|_| self.ended_at.is_none_or(|ended| now - ended >= window));
        self.speed = speed;
        self.slow.update(slow, now, step);
        match confinement {
            Some(c) => {
                self.confined.update(c.holds, now, step);
                self.path_ratio = c.path_ratio;
                if c.holds && !slow {
                    self.centre = c.centre;
                }
            }
            None if self.confined.since.is_some() => self.confined.update(self.confined.holds_now(), now, step),
            None => {}
        }
        if slow {
            self.centre = track.last.position;
            self.slow_at = Some(now);
        }
        let confined = self.confined.holds_now() && self.slow_at.is_none_or(|slow_at| now - slow_at >= window);
        if self.slow.holds_now() || confined {
            self.held_at = Some(now);
        }
        let fast = speed.knots() > limits.exit_kn;
        let outside = self.centre.distance_to(track.last.position).0 > limits.radius_m;
        self.fast_since = if fast { self.fast_since.or(Some(now)) } else { None };
        self.outside_since = if outside { self.outside_since.or(Some(now)) } else { None };
        if view.opened_slot(track) {
            let fresh = self.slow.dwell == Span::ZERO && self.confined.dwell == Span::ZERO;
            self.hugging = (self.hugging || fresh) && hugs_an_edge(view, track, limits);
        }
    }

    /// Raises, keeps, escalates, reopens or ends.
    fn judge(
        &mut self,
        view: &View<'_>,
        ix: TrackIx,
        track: &Track,
        limits: &Loitering,
        keep: Span,
        effects: &mut Effects<'_>,
    ) {
        if self.is_open() {
            self.go_on(view, ix, track, limits, keep, effects);
            return;
        }
        let held = self.slow.dwell.max(self.confined.dwell);
        let reopens = self.open.as_ref().and_then(|open| open.anomaly.end).is_some_and(|end| {
            view.now - end <= Span::from_seconds(limits.merge_gap_s) && held >= Span::from_seconds(limits.exit_s)
        });
        if reopens {
            self.reopen(view, ix, track, effects);
        } else if held >= Span::from_seconds(limits.inform_s) && !self.is_leaving() {
            self.raise(view, ix, track, limits, effects);
        }
    }

    fn raise(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, limits: &Loitering, effects: &mut Effects<'_>) {
        let onset = self.onset(limits).unwrap_or(view.now);
        let start = track.history.position_at(onset).unwrap_or(track.last.position);
        let mut zones = view.patrol_at(start);
        join_zones(&mut zones, &view.patrol(&track.zones));
        if zones.is_empty() {
            return;
        }
        let mut observed = Vec::new();
        let held = self.slow.dwell.max(self.confined.dwell);
        extend_observed(&mut observed, (view.now - held).max(onset), view.now);
        let anomaly = Anomaly {
            kind: Kind::Loitering,
            subkind: self.subkind(view, track),
            context: SmallVec::new(),
            tier_m: None,
            subjects: SmallVec::from_slice(&[ix]),
            voice: None,
            zones,
            onset,
            end: None,
            observed,
            raised_at: view.now,
            priority: Priority::Caution,
            confidence: 0.0,
            factors: SmallVec::new(),
            position: Some(track.last.position),
            suppressed: suppression(view, track, self.speed, limits),
            evidence: Evidence::of_history(&[(ix, track)], onset),
        };
        let number = effects.number();
        let mut open = Box::new(Open { number, anomaly, told_at: view.now });
        self.describe(&mut open.anomaly, track, limits);
        effects.tell(number, Change::Raised, &open.anomaly);
        self.open = Some(open);
        let split = Span::from_seconds(view.limits_for(track).common.split_s);
        effects.timers.set(view.now + split, TimerReason::Loiter { track: ix });
    }

    fn go_on(
        &mut self,
        view: &View<'_>,
        ix: TrackIx,
        track: &Track,
        limits: &Loitering,
        keep: Span,
        effects: &mut Effects<'_>,
    ) {
        if let Some(left) = self.left_since(view.now, limits) {
            self.end(left, effects);
            return;
        }
        let onset = self.onset(limits);
        let Some(mut open) = self.open.take() else { return };
        let before = (open.anomaly.priority, open.anomaly.suppressed.clone());
        let anomaly = &mut open.anomaly;
        anomaly.onset = onset.map_or(anomaly.onset, |onset| onset.min(anomaly.onset));
        if view.observed_step(track).is_some() {
            extend_observed(&mut anomaly.observed, track.previous_at, view.now);
        }
        anomaly.position = Some(track.last.position);
        anomaly.evidence.add(ix, track.last, false);
        join_zones(&mut anomaly.zones, &view.patrol(&track.zones));
        if view.opened_slot(track) && self.slow.since.is_some() && !self.is_still_excused(anomaly, track, limits) {
            anomaly.suppressed = suppression(view, track, self.speed, limits);
            anomaly.subkind = self.subkind(view, track);
        }
        if self.holds() {
            self.describe(anomaly, track, limits);
        }
        let change = match (before.1.is_some(), anomaly.suppressed.is_some()) {
            (false, true) => Some(Change::Suppressed),
            (true, false) => Some(Change::Unsuppressed),
            _ if anomaly.priority > before.0 => Some(Change::Escalated),
            _ if view.now - open.told_at >= keep => Some(Change::Kept),
            _ => None,
        };
        if let Some(change) = change {
            open.told_at = view.now;
            effects.tell(open.number, change, &open.anomaly);
        }
        self.open = Some(open);
    }

    fn reopen(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, effects: &mut Effects<'_>) {
        let Some(open) = self.open.as_mut() else { return };
        open.anomaly.end = None;
        open.anomaly.position = Some(track.last.position);
        open.anomaly.evidence.add(ix, track.last, true);
        open.told_at = view.now;
        effects.tell(open.number, Change::Reopened, &open.anomaly);
        let split = Span::from_seconds(view.limits_for(track).common.split_s);
        effects.timers.set(view.now + split, TimerReason::Loiter { track: ix });
    }

    fn end(&mut self, at: EventTime, effects: &mut Effects<'_>) {
        let Some(open) = self.open.as_mut() else { return };
        open.anomaly.end = Some(at.max(open.anomaly.onset));
        while open.anomaly.observed.last().is_some_and(|&(from, _)| from >= at) && open.anomaly.observed.len() > 1 {
            open.anomaly.observed.pop();
        }
        if let Some((from, to)) = open.anomaly.observed.last_mut() {
            *to = (*to).min(at).max(*from);
        }
        effects.tell(open.number, Change::Ended, &open.anomaly);
        self.slow = Held::default();
        self.confined = Held::default();
        self.ended_at = Some(at);
    }

    /// Since when it has left, if it has: fast, and outside the radius, for the exit time.
    fn left_since(&self, now: EventTime, limits: &Loitering) -> Option<EventTime> {
        let (fast, outside) = (self.fast_since?, self.outside_since?);
        let both = fast.max(outside);
        let left = fast.min(outside).max(self.held_at.unwrap_or(fast));
        (now - both >= Span::from_seconds(limits.exit_s)).then_some(left)
    }

    /// The instant from which it dwells: since when it was slow; for a confinement that held before that, or alone, since when
    /// that held, less the window.
    fn onset(&self, limits: &Loitering) -> Option<EventTime> {
        let inform = Span::from_seconds(limits.inform_s);
        let slow = self.slow.since.filter(|_| self.slow.dwell >= inform);
        let confined = self.confined.since.filter(|_| self.confined.dwell >= inform);
        let before_slow = confined.filter(|since| slow.is_none_or(|slow| *since < slow));
        before_slow.map(|since| since - Span::from_seconds(limits.confined_window_s)).or(slow)
    }

    /// What excused a loiterer goes on to excuse it until it has dwelt elsewhere for as long: casting off is no drifting.
    fn is_still_excused(&mut self, anomaly: &Anomaly, track: &Track, limits: &Loitering) -> bool {
        let Some(place) = anomaly.suppressed.as_ref().and_then(|suppression| suppression.entry) else { return false };
        if track.zones.contains(&place) {
            self.unexcused_since = None;
            return true;
        }
        let since = *self.unexcused_since.get_or_insert(track.last.at);
        track.last.at - since < Span::from_seconds(limits.inform_s)
    }

    fn subkind(&self, view: &View<'_>, track: &Track) -> Option<Subkind> {
        let fishing = fishes(track) || (track.is_radar_only() && is_amid_fishers(view, track));
        Some(match track.navigational_status {
            Some(AT_ANCHOR) => Subkind::DeclaredAtAnchor,
            Some(NOT_UNDER_COMMAND) => Subkind::NotUnderCommand,
            _ if fishing => Subkind::FishingLike,
            _ if self.hugging => Subkind::BoundaryHugging,
            _ if self.slow.since.is_none() => Subkind::HoldingPattern,
            _ => Subkind::Drift,
        })
    }

    /// Priority, confidence and factors as they stand; of each dwell the longest so far.
    fn describe(&self, anomaly: &mut Anomaly, track: &Track, limits: &Loitering) {
        let held = self.slow.dwell.max(self.confined.dwell);
        let quiet = anomaly.subkind == Some(Subkind::FishingLike);
        if held >= Span::from_seconds(limits.alert_s) && !quiet {
            anomaly.priority = anomaly.priority.max(Priority::Warning);
        }
        let seen: f64 = anomaly.observed.iter().map(|&(from, to)| (to - from).seconds()).sum();
        let possible = (track.last.at - anomaly.onset).seconds().max(1.0);
        anomaly.confidence = (seen / possible).clamp(0.0, 0.99);
        let told = |name| anomaly.factors.iter().find(|f| f.name == name).map_or(0.0, |f| f.value);
        let slow_s = self.slow.dwell.seconds().max(told(FactorName::Slow));
        let confined_s = self.confined.dwell.seconds().max(told(FactorName::Confined));
        let factor = |name, value, limit, weight| Factor { name, value, limit: Some(limit), weight };
        anomaly.factors = SmallVec::from_slice(&[
            factor(FactorName::Slow, slow_s, limits.inform_s, 0.5),
            factor(FactorName::Confined, confined_s, limits.inform_s, 0.3),
            factor(FactorName::DerivedSpeed, self.speed.knots(), limits.max_kn, 0.1),
            factor(FactorName::PathRatio, self.path_ratio, limits.min_path_ratio, 0.1),
        ]);
    }
}
