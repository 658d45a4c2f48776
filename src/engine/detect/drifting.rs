//! Drifting: a large ship moves slowly across her own heading, as a ship without engine or helm does (`docs/detectors/drifting.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::{
    Anomaly, Change, Detector, Effects, Factor, FactorName, Kind, Open, Priority, View, end_if_touched,
    extend_observed, join_zones,
};
use crate::engine::decode::report::AisClass;
use crate::engine::earth::Position;
use crate::engine::limits::{Drifting, Limits};
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::units::wrap_180;

/// A run of reports that all show her going sideways.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Run {
    since: EventTime,
    from: Position,
    length_m: f64,
    last: Position,
    last_at: EventTime,
    /// Since when reports speak against it, while it is open.
    against_since: Option<EventTime>,
    open: Option<Box<Open>>,
}

/// The rule and its runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DriftingDetector {
    runs: Map<TrackIx, Run>,
}

impl Detector for DriftingDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| is_ship(track) && track.last.source == Source::Ais) else {
            return;
        };
        let all = view.limits_for(track);
        let limits = &all.drifting;
        let broken = view.now - track.previous_at > Span::from_seconds(all.common.split_s);
        if broken {
            self.stop(ix, effects);
        }
        let goes_sideways = sideways_deg(track).is_some_and(|deg| deg > limits.off_deg) && drifts_at(track, limits);
        let Some(run) = self.runs.get_mut(&ix) else {
            if goes_sideways {
                self.runs.insert(ix, Run::new(track));
            }
            return;
        };
        if goes_sideways {
            run.go_on(track);
            run.judge(view, ix, track, limits, Span::from_seconds(all.common.keep_s), effects);
        } else if run.is_over(view.now, limits) {
            self.stop(ix, effects);
        }
    }

    fn on_gone(&mut self, _view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        self.stop(ix, effects);
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for ix in self.runs.sorted_keys() {
            if let Some(run) = self.runs.get_mut(&ix) {
                end_if_touched(&mut run.open, change, view.now, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.runs.for_each_mut(|run| run.open.iter_mut().for_each(|open| open.adopt(change)));
    }
}

impl DriftingDetector {
    /// Ends a run where it was last seen.
    fn stop(&mut self, ix: TrackIx, effects: &mut Effects<'_>) {
        if let Some(Run { open: Some(mut open), last_at, .. }) = self.runs.remove(&ix) {
            open.anomaly.end = Some(last_at);
            effects.tell(open.number, Change::Ended, &open.anomaly);
        }
    }
}

impl Run {
    fn new(track: &Track) -> Self {
        let (at, place) = (track.last.at, track.last.position);
        Run { since: at, from: place, length_m: 0.0, last: place, last_at: at, against_since: None, open: None }
    }

    fn go_on(&mut self, track: &Track) {
        self.length_m += self.last.distance_to(track.last.position).0;
        self.last = track.last.position;
        self.last_at = track.last.at;
        self.against_since = None;
    }

    /// A report speaks against it: a run that was not told is over at once, a drift that was told after some minutes of them.
    fn is_over(&mut self, now: EventTime, limits: &Drifting) -> bool {
        let since = *self.against_since.get_or_insert(now);
        self.open.is_none() || now - since >= Span::from_seconds(limits.exit_s)
    }

    fn judge(
        &mut self,
        view: &View<'_>,
        ix: TrackIx,
        track: &Track,
        limits: &Drifting,
        keep: Span,
        effects: &mut Effects<'_>,
    ) {
        if self.open.is_none() {
            let full = view.now - self.since >= Span::from_seconds(limits.dwell_s) && self.length_m > limits.least_m;
            if full {
                self.raise(view, ix, track, limits, effects);
            }
            return;
        }
        let factors = self.factors(view, track, limits);
        let Some(open) = self.open.as_mut() else { return };
        if view.observed_step(track).is_some() {
            extend_observed(&mut open.anomaly.observed, track.previous_at, view.now);
        }
        join_zones(&mut open.anomaly.zones, &view.patrol(&track.zones));
        open.anomaly.position = Some(track.last.position);
        open.anomaly.evidence.add(ix, track.last, false);
        if view.now - open.told_at >= keep {
            open.told_at = view.now;
            open.anomaly.factors = factors;
            effects.tell(open.number, Change::Kept, &open.anomaly);
        }
    }

    fn raise(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, limits: &Drifting, effects: &mut Effects<'_>) {
        let mut zones = view.patrol_at(self.from);
        join_zones(&mut zones, &view.patrol(&track.zones));
        if zones.is_empty() {
            return;
        }
        let anomaly = Anomaly {
            kind: Kind::Drifting,
            subkind: None,
            context: SmallVec::new(),
            tier_m: None,
            subjects: SmallVec::from_slice(&[ix]),
            voice: None,
            zones,
            onset: self.since,
            end: None,
            observed: vec![(self.since, view.now)],
            raised_at: view.now,
            priority: Priority::Caution,
            confidence: 0.8,
            factors: self.factors(view, track, limits),
            position: Some(track.last.position),
            suppressed: None,
            evidence: Evidence::of_history(&[(ix, track)], self.since),
        };
        let number = effects.number();
        effects.tell(number, Change::Raised, &anomaly);
        self.open = Some(Box::new(Open { number, anomaly, told_at: view.now }));
    }

    fn factors(&self, view: &View<'_>, track: &Track, limits: &Drifting) -> SmallVec<[Factor; 5]> {
        let factor = |name, value, limit, weight| Factor { name, value, limit: Some(limit), weight };
        SmallVec::from_slice(&[
            factor(FactorName::Dwell, (view.now - self.since).seconds(), limits.dwell_s, 0.4),
            factor(FactorName::OffCourse, sideways_deg(track).unwrap_or(0.0), limits.off_deg, 0.4),
            factor(FactorName::PathLength, self.length_m, limits.least_m, 0.2),
        ])
    }
}

/// Class A, of 50 m at least or of unknown length.
fn is_ship(track: &Track) -> bool {
    const LEAST_M: u16 = 50;
    let long = track.claims.dimensions.filter(|d| d.length_m() > 0).is_none_or(|d| d.length_m() >= LEAST_M);
    track.class == AisClass::A && long && track.counts()
}

fn drifts_at(track: &Track, limits: &Drifting) -> bool {
    track.last.sog.is_some_and(|sog| (limits.min_kn..=limits.max_kn).contains(&sog.knots()))
}

/// How far her heading is off her course, ahead or astern, degrees from 0 to 90.
fn sideways_deg(track: &Track) -> Option<f64> {
    let off = wrap_180(track.true_heading?.degrees() - track.last.cog?.degrees()).abs();
    Some(off.min(180.0 - off))
}
