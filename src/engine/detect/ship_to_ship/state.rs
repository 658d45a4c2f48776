//! One pair's state: how long they have been together in each tier, and the anomaly that came of it.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::circumstances::{context, is_among_a_fleet, is_watched, suppression};
use super::measure::{Together, measure};
use super::{Key, LOOK_AGAIN, MERGED_TIER_M};
use crate::engine::detect::evidence::Evidence;
use crate::engine::detect::{
    Anomaly, Change, Effects, Factor, FactorName, Kind, Open, Priority, Rule, Subkind, Suppression, View,
    extend_observed, join_zones,
};
use crate::engine::limits::{Limits, ShipToShip, Tier};
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::associate::trails_differ;
use crate::engine::track::{Track, TrackIx};
use crate::engine::units::KNOT_M_S;

/// Dwell that makes a meeting within the merge gap the same one.
const REOPEN_DWELL: Span = Span::from_mins(5);
/// Confidence in a meeting under one echo out of which two vessels came.
pub(super) const CERTAIN: f64 = 0.9;

/// Progress in one distance tier.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Dwell {
    time: Span,
    counting: bool,
}

/// One pair's state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) evaluated_at: EventTime,
    tiers: SmallVec<[Dwell; 3]>,
    pub(super) close_since: Option<EventTime>,
    pub(super) last_close: Option<EventTime>,
    out_since: Option<EventTime>,
    min_distance_m: f64,
    under_way: Span,
    /// The radar-only partner's echo went into the other's at this time.
    pub(super) merged_at: Option<EventTime>,
    merged: Span,
    /// They were seen as two before one echo held both: no track and its ghost.
    were_apart: bool,
    /// They merged for long and were seen apart again: it was certainly two.
    parted: bool,
    /// One is unseen, and the other lay still until then.
    unobserved_until: Option<EventTime>,
    pub(super) open: Option<Open>,
}

impl Pair {
    pub(super) fn new(limits: &ShipToShip, now: EventTime) -> Self {
        Pair {
            evaluated_at: now,
            tiers: SmallVec::from_elem(Dwell::default(), limits.tiers.0.len()),
            close_since: None,
            last_close: None,
            out_since: None,
            min_distance_m: f64::INFINITY,
            under_way: Span::ZERO,
            merged_at: None,
            merged: Span::ZERO,
            were_apart: false,
            parted: false,
            unobserved_until: None,
            open: None,
        }
    }

    /// Other rules are in force: tiers that are counted otherwise now are counted from the beginning.
    pub(super) fn adopt(&mut self, change: &RulesChange, limits: &ShipToShip) {
        self.open.iter_mut().for_each(|open| open.adopt(change));
        if change.limits_changed {
            self.tiers = SmallVec::from_elem(Dwell::default(), limits.tiers.0.len());
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.anomaly.end.is_none())
    }

    /// Nothing is open, nothing can be reopened, and they are apart.
    pub(super) fn is_over(&self, now: EventTime, limits: &ShipToShip) -> bool {
        let gap = Span::from_seconds(limits.merge_gap_s);
        let kept = self.open.as_ref().is_some_and(|o| o.anomaly.end.is_none_or(|end| now - end <= gap));
        let apart = self.out_since.is_some_and(|out| now - out >= Span::from_seconds(limits.exit_s));
        let quiet = self.tiers.iter().all(|tier| tier.time == Span::ZERO);
        !kept
            && self.merged_at.is_none()
            && (apart || (quiet && self.close_since.is_none() && self.out_since.is_some()))
    }

    /// Counts the time since the last look in every tier that held then and holds now.
    pub(super) fn count(&mut self, view: &View<'_>, a: &Track, b: &Track, now: &Together, limits: &ShipToShip) {
        let elapsed = view.now - self.evaluated_at;
        self.evaluated_at = view.now;
        if !now.observed {
            self.count_unobserved(view, a, b, limits);
            return;
        }
        if let Some(until) = self.unobserved_until.take().filter(|_| self.is_open()) {
            let left = view.now - time_to_part(a, b, now, limits);
            self.last_close = self.last_close.max(Some(left.min(until)));
        }
        let widest = limits.tiers.0.iter().map(|tier| tier.distance_m).fold(0.0, f64::max);
        if now.is_close(widest, limits) {
            self.close_since = self.close_since.or(Some(view.now));
            self.last_close = Some(view.now);
        } else if self.last_close.is_none_or(|last| view.now - last > Span::from_mins(2)) && !self.is_open() {
            self.close_since = self.close_since.filter(|_| self.tiers.iter().any(|tier| tier.time > Span::ZERO));
        }
        let mut counted = false;
        for (dwell, tier) in self.tiers.iter_mut().zip(&limits.tiers.0) {
            let holds = now.observed && now.is_transfer_like() && now.distance_m <= tier.distance_m;
            if holds && dwell.counting {
                dwell.time += elapsed;
                counted = true;
            }
            dwell.counting = holds;
        }
        if counted {
            self.min_distance_m = self.min_distance_m.min(now.distance_m);
            if now.under_way {
                self.under_way += elapsed;
            }
            if let Some(open) = self.open.as_mut().filter(|open| open.anomaly.end.is_none()) {
                extend_observed(&mut open.anomaly.observed, view.now - elapsed, view.now);
            }
        }
        self.out_since = if now.is_out(limits) { self.out_since.or(Some(view.now)) } else { None };
    }

    /// Counts nothing while one is unseen: they may lie together until the other sails off.
    fn count_unobserved(&mut self, view: &View<'_>, a: &Track, b: &Track, limits: &ShipToShip) {
        for dwell in &mut self.tiers {
            dwell.counting = false;
        }
        let (lost, host) = if a.last.at < b.last.at { (a, b) } else { (b, a) };
        let together = self.last_close.is_some_and(|last| lost.last.at - last < Span::from_seconds(limits.exit_s));
        if !together {
            self.out_since = self.out_since.or(Some(view.now));
            return;
        }
        if self.out_since.is_some() && self.unobserved_until.is_none() {
            return;
        }
        let lies_still_kn = if self.is_under_way() { limits.under_way_kn } else { limits.under_way_kn / 2.0 };
        if host.derived_speed(Span::from_secs(300)).is_none_or(|v| v.knots() < lies_still_kn) {
            self.unobserved_until = Some(view.now);
        } else {
            self.last_close = self.last_close.max(self.unobserved_until.take());
            self.out_since = self.out_since.or(Some(view.now));
        }
    }

    /// Whether the two were ever seen apart.
    pub(super) fn were_apart(&mut self, a: &Track, b: &Track) -> bool {
        self.were_apart = self.were_apart || trails_differ(a, b) || trails_differ(b, a);
        self.were_apart
    }

    /// Counts time in which one echo holds both.
    pub(super) fn count_merged(&mut self, view: &View<'_>, a: &Track, b: &Track, limits: &ShipToShip) {
        let host = if a.coasting { b } else { a };
        let elapsed = view.now - self.evaluated_at;
        self.evaluated_at = view.now;
        self.close_since = self.close_since.or(Some(view.now));
        let derived = host.derived_speed(Span::from_secs(600));
        let fast = derived.is_some_and(|v| v.knots() >= limits.under_way_kn);
        if derived.is_some() && !fast && host.observed && self.merged_at.is_some() {
            self.merged += elapsed;
            self.last_close = Some(view.now);
        }
        self.merged_at = self.merged_at.or(Some(view.now));
        self.out_since = if fast { self.out_since.or(Some(view.now)) } else { None };
        for dwell in &mut self.tiers {
            dwell.counting = false;
        }
    }

    /// Whether an echo that was swallowed is still held to lie in the other's: not seen since, and the other has not left
    /// the place at speed.
    pub(super) fn is_still_merged(&mut self, view: &View<'_>, a: &Track, b: &Track, limits: &ShipToShip) -> bool {
        if self.merged_at.is_none() {
            return false;
        }
        let host = if a.coasting { b } else { a };
        let fast = host.derived_speed(Span::from_secs(300)).is_some_and(|v| v.knots() >= limits.under_way_kn);
        let apart = !a.coasting && !b.coasting;
        let still = !apart && !fast;
        if !still {
            self.parted |= apart && self.merged >= REOPEN_DWELL;
            self.merged_at = None;
            self.out_since = self.out_since.or(Some(view.now));
        }
        still
    }

    pub(super) fn judge(
        &mut self,
        view: &View<'_>,
        key: Key,
        a: &Track,
        b: &Track,
        all: &Limits,
        effects: &mut Effects<'_>,
    ) {
        let limits = &all.ship_to_ship;
        let out = self.out_since.is_some_and(|since| view.now - since >= Span::from_seconds(limits.exit_s));
        if self.is_open() {
            if out {
                self.close(effects);
            } else {
                self.go_on(view, key, a, b, all, effects);
            }
            return;
        }
        if out {
            self.reset();
            return;
        }
        let reopens = self.open.as_ref().and_then(|open| open.anomaly.end).is_some_and(|end| {
            view.now - end <= Span::from_seconds(limits.merge_gap_s)
                && self.tiers.iter().any(|tier| tier.time >= REOPEN_DWELL)
        });
        if reopens {
            if let Some(open) = self.open.as_mut() {
                open.anomaly.end = None;
                open.told_at = view.now;
                effects.tell(open.number, Change::Reopened, &open.anomaly);
                effects.timers.set(view.now + LOOK_AGAIN, TimerReason::Pair { a: key.0, b: key.1 });
            }
        } else if let Some((tier, time)) = self.full_tier(limits, is_watched(view, a, b)) {
            self.raise(view, key, a, b, limits, tier, time, effects);
        }
    }

    /// The first tier whose dwell is full, with the dwell that filled it.
    fn full_tier(&self, limits: &ShipToShip, watched: bool) -> Option<(Tier, Span)> {
        limits.tiers.0.iter().zip(&self.tiers).find_map(|(tier, dwell)| {
            let merged = if tier.distance_m == MERGED_TIER_M { self.merged } else { Span::ZERO };
            let time = dwell.time + merged;
            let need_s = needed_s(tier, limits, watched);
            (time >= Span::from_seconds(need_s)).then_some((Tier { dwell_s: need_s, ..*tier }, time))
        })
    }

    #[allow(clippy::too_many_arguments)]
    fn raise(
        &mut self,
        view: &View<'_>,
        key: Key,
        a: &Track,
        b: &Track,
        limits: &ShipToShip,
        tier: Tier,
        time: Span,
        effects: &mut Effects<'_>,
    ) {
        let onset = self.close_since.unwrap_or(view.now - time);
        let now = measure(view, a, b, limits);
        let mut zones = view.patrol_at(now.middle);
        join_zones(&mut zones, &view.patrol(&a.zones));
        join_zones(&mut zones, &view.patrol(&b.zones));
        if zones.is_empty() {
            return;
        }
        let mut observed = Vec::new();
        extend_observed(&mut observed, (view.now - time).max(onset), view.now);
        let mut subjects: SmallVec<[TrackIx; 2]> = SmallVec::from_slice(&[key.0, key.1]);
        subjects.sort_by_key(|&ix| view.track(ix).map(|t| t.id));
        let mut anomaly = Anomaly {
            kind: Kind::ShipToShip,
            subkind: None,
            context: SmallVec::new(),
            tier_m: Some(tier.distance_m),
            subjects,
            voice: None,
            zones,
            onset,
            end: None,
            observed,
            raised_at: view.now,
            priority: Priority::Warning,
            confidence: 0.0,
            factors: SmallVec::new(),
            position: Some(now.middle),
            suppressed: self.suppression(view, key, a, b, limits),
            evidence: Evidence::of_history(&[(key.0, a), (key.1, b)], onset),
        };
        self.describe(&mut anomaly, view, a, b, &now, &tier, limits);
        let number = effects.number();
        effects.tell(number, Change::Raised, &anomaly);
        self.open = Some(Open { number, anomaly, told_at: view.now });
        effects.timers.set(view.now + LOOK_AGAIN, TimerReason::Pair { a: key.0, b: key.1 });
    }

    fn go_on(&mut self, view: &View<'_>, key: Key, a: &Track, b: &Track, all: &Limits, effects: &mut Effects<'_>) {
        let limits = &all.ship_to_ship;
        let Some(mut open) = self.open.take() else { return };
        let now = measure(view, a, b, limits);
        let tier_m = open.anomaly.tier_m.unwrap_or(0.0);
        let tier = limits.tiers.0.iter().find(|tier| tier.distance_m == tier_m).copied();
        let shown_before = open.anomaly.suppressed.is_none();
        if now.is_transfer_like() && view.track(key.0).is_some_and(|t| view.opened_slot(t)) {
            open.anomaly.suppressed = self.suppression(view, key, a, b, limits);
        }
        if let Some(tier) = tier.filter(|_| now.is_transfer_like() || self.merged_at.is_some()) {
            let tier = Tier { dwell_s: needed_s(&tier, limits, is_watched(view, a, b)), ..tier };
            self.describe(&mut open.anomaly, view, a, b, &now, &tier, limits);
        }
        if self.merged_at.is_none() {
            open.anomaly.position = Some(now.middle);
        }
        for (ix, track) in [(key.0, a), (key.1, b)] {
            let closest = now.distance_m <= self.min_distance_m;
            open.anomaly.evidence.add(ix, track.last, closest);
        }
        let certain = self.parted && open.anomaly.confidence < CERTAIN;
        if certain {
            open.anomaly.confidence = CERTAIN;
        }
        let change = match (shown_before, open.anomaly.suppressed.is_none()) {
            (true, false) => Some(Change::Suppressed),
            (false, true) => Some(Change::Unsuppressed),
            _ if certain => Some(Change::Escalated),
            _ => (view.now - open.told_at >= Span::from_seconds(all.common.keep_s)).then_some(Change::Kept),
        };
        if let Some(change) = change {
            open.told_at = view.now;
            effects.tell(open.number, change, &open.anomaly);
        }
        self.open = Some(open);
    }

    /// Ends the open anomaly where they were last close.
    pub(super) fn close(&mut self, effects: &mut Effects<'_>) {
        let last = self.last_close;
        if let Some(open) = self.open.as_mut() {
            let end = last.unwrap_or(open.anomaly.onset).max(open.anomaly.onset);
            open.anomaly.end = Some(end);
            effects.tell(open.number, Change::Ended, &open.anomaly);
        }
        self.reset();
    }

    fn reset(&mut self) {
        for dwell in &mut self.tiers {
            *dwell = Dwell::default();
        }
        self.close_since = None;
        self.merged = Span::ZERO;
        self.parted = false;
        self.unobserved_until = None;
        self.under_way = Span::ZERO;
        self.min_distance_m = f64::INFINITY;
    }

    /// Why it is not shown: for what surrounds it, or because the two never came near in the midst of others.
    fn suppression(&self, view: &View<'_>, key: Key, a: &Track, b: &Track, limits: &ShipToShip) -> Option<Suppression> {
        let apart = self.min_distance_m > MERGED_TIER_M && self.merged == Span::ZERO;
        suppression(view, key, a, b, self.is_under_way(), limits).or_else(|| {
            let fleet = apart && is_among_a_fleet(view, key, a, b, limits);
            fleet.then_some(Suppression { rule: Rule::SameFleet, entry: None })
        })
    }

    /// More of the counted time under way than stopped.
    fn is_under_way(&self) -> bool {
        let counted = self.tiers.iter().map(|tier| tier.time).max().unwrap_or(Span::ZERO);
        self.under_way.millis() * 2 > counted.millis()
    }

    #[allow(clippy::too_many_arguments)]
    fn describe(
        &self,
        anomaly: &mut Anomaly,
        view: &View<'_>,
        a: &Track,
        b: &Track,
        now: &Together,
        tier: &Tier,
        limits: &ShipToShip,
    ) {
        let radar = [a, b].into_iter().filter(|t| t.is_radar_only()).count();
        let merged = self.merged > Span::ZERO;
        anomaly.subkind = Some(match (merged, self.is_under_way()) {
            (true, _) => Subkind::Merged,
            (false, true) => Subkind::UnderWay,
            (false, false) => Subkind::Stopped,
        });
        anomaly.context = context(view, a, b, self.is_under_way());
        let sure: f64 = if merged { 0.55 } else { [0.95, 0.85, 0.8][radar] };
        anomaly.confidence = anomaly.confidence.max(sure);
        let dwell = limits.tiers.0.iter().position(|t| t.distance_m == tier.distance_m);
        let time = dwell.and_then(|i| self.tiers.get(i)).map_or(Span::ZERO, |dwell| dwell.time);
        let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
        anomaly.factors = SmallVec::from_slice(&[
            factor(FactorName::Dwell, (time + self.merged).seconds(), Some(tier.dwell_s), 0.5),
            factor(FactorName::Distance, now.distance_m, Some(tier.distance_m), 0.2),
            factor(FactorName::LeastDistance, self.min_distance_m.min(now.distance_m), None, 0.0),
            factor(FactorName::RelativeSpeed, now.relative_kn.unwrap_or(0.0), Some(limits.slow_relative_kn), 0.2),
            factor(FactorName::DerivedSpeed, now.speed_kn.min(99.9), Some(limits.slow_kn), 0.1),
        ]);
        if merged {
            anomaly.factors.push(factor(FactorName::MergedTime, self.merged.seconds(), None, 0.0));
        }
    }
}

/// How long ago two that are found apart must have parted at the latest, at the pace of the faster one.
fn time_to_part(a: &Track, b: &Track, now: &Together, limits: &ShipToShip) -> Span {
    let reported = |t: &Track| t.last.sog.map_or(0.0, |v| v.knots());
    let pace_kn = reported(a).max(reported(b)).max(limits.under_way_kn / 2.0);
    Span::from_seconds((now.distance_m / (pace_kn * KNOT_M_S)).min(limits.unobserved_s))
}

fn needed_s(tier: &Tier, limits: &ShipToShip, watched: bool) -> f64 {
    if watched && tier.distance_m == MERGED_TIER_M { limits.watch_dwell_s.min(tier.dwell_s) } else { tier.dwell_s }
}
