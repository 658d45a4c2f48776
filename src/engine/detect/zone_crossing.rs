//! Zone crossings: a vessel enters or leaves a patrol zone, appears in one or vanishes there (`docs/detectors/zone_crossing.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::{Anomaly, Change, Detector, Effects, Factor, FactorName, Kind, Priority, View};
use crate::engine::limits::{Enter, Limits, ZoneCrossing};
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::table::TrackTable;
use crate::engine::track::{Track, TrackIx};
use crate::engine::zone::ZoneIx;

/// Confidence in a crossing that AIS tells, and in one that radar alone tells.
const SURE: (f64, f64) = (0.95, 0.85);
/// Evidence reaches back this far before a crossing.
const EVIDENCE_BEFORE: Span = Span::from_mins(5);
/// Halvings of the time between two fixes that find the instant of a crossing.
const HALVINGS: u32 = 16;

/// How a track stands to a zone that it is in, or may be; a zone that is not listed is outside.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Stand {
    /// Seen inside once.
    Entering { crossed_at: EventTime, inside_since: EventTime },
    /// Inside.
    Inside,
    /// Over the line, but not for good yet.
    Leaving { crossed_at: EventTime, outside_since: Option<EventTime> },
    /// Outside for one fix: with `out_out_in` no entry yet if it comes back.
    Left,
}

/// What is watched of one track.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Watch {
    places: SmallVec<[(ZoneIx, Stand); 2]>,
    /// When its zones were last looked up; `None` before the first time, and after a change of rules.
    looked_at: Option<EventTime>,
    /// Fixes without a silence before the latest, at most two.
    fixes: u8,
    /// A timer is set.
    armed: bool,
}

/// The rule and what it watches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ZoneCrossingDetector {
    watches: TrackTable<Watch>,
    /// The first fix of all: nobody appears before a silence could have been noticed.
    listens_since: Option<EventTime>,
}

impl Detector for ZoneCrossingDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.counts()) else { return };
        let listens_since = *self.listens_since.get_or_insert(view.now);
        let all = view.limits_for(track);
        let split = Span::from_seconds(all.common.split_s);
        let fresh = || Watch { places: SmallVec::new(), looked_at: None, fixes: 0, armed: false };
        let watch = self.watches.get_or_insert_with(ix, fresh);
        let silent = track.fixes > 1 && view.now - track.previous_at > split;
        if watch.looked_at.is_none() || silent {
            let newcomer = track.fixes <= 2 && view.now - listens_since > split;
            let appears = !track.is_radar_only() && (silent || newcomer);
            watch.begin(view, ix, track, appears, effects);
        } else {
            watch.look(view, track, &all.zone);
            watch.settle(view, ix, track, &all.zone, effects);
        }
        watch.arm(ix, track.last.at + split, effects);
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        let TimerReason::Zone { track: ix } = reason else { return };
        let (Some(track), Some(watch)) = (view.track(ix), self.watches.get_mut(&ix)) else { return };
        watch.armed = false;
        let split = Span::from_seconds(view.limits_for(track).common.split_s);
        if view.now - track.last.at < split {
            watch.arm(ix, track.last.at + split, effects);
            return;
        }
        for (zone, stand) in watch.places.drain(..) {
            if stand == Stand::Inside && !track.is_radar_only() {
                let silence = Some((view.now - track.last.at, split));
                tell(view, ix, track, zone, Kind::VanishedInZone, track.last.at, silence, effects);
            }
        }
    }

    fn on_gone(&mut self, _view: &View<'_>, ix: TrackIx, _effects: &mut Effects<'_>) {
        self.watches.remove(&ix);
    }

    /// Crossings are instants: none is open.
    fn end_touched(&mut self, _view: &View<'_>, _change: &RulesChange, _effects: &mut Effects<'_>) {}

    fn adopt(&mut self, _change: &RulesChange, _limits: &Limits) {
        self.watches.for_each_mut(|_, watch| {
            watch.places.clear();
            watch.looked_at = None;
        });
    }
}

impl Watch {
    /// Takes the zones that a track is in as given: no crossing is inferred.
    fn begin(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, appears: bool, effects: &mut Effects<'_>) {
        let zones = edged(view, track);
        for &zone in zones.iter().filter(|_| appears) {
            let silence = (track.fixes > 1).then(|| (view.now - track.previous_at, Span::ZERO));
            tell(view, ix, track, zone, Kind::AppearedInZone, view.now, silence, effects);
        }
        self.fixes = 1;
        self.places = zones.into_iter().map(|zone| (zone, Stand::Inside)).collect();
        self.looked_at = Some(view.now);
    }

    /// Looks for zones that the track came into or left since the last look.
    fn look(&mut self, view: &View<'_>, track: &Track, limits: &ZoneCrossing) {
        let each_fix = limits.enter == Enter::OutOutIn;
        if !each_fix && !view.opened_slot(track) {
            return;
        }
        let zones = if each_fix { with_edge(view, &view.patrol_at(track.last.position)) } else { edged(view, track) };
        let before = self.looked_at.replace(view.now).unwrap_or(view.now);
        for (zone, stand) in &mut self.places {
            if *stand == Stand::Inside && !zones.contains(zone) {
                let crossed_at = crossing(view, track, *zone, before, false);
                *stand = Stand::Leaving { crossed_at, outside_since: None };
            }
        }
        for zone in zones {
            if !self.places.iter().any(|(known, _)| *known == zone) {
                let crossed_at = crossing(view, track, zone, before, true);
                self.places.push((zone, Stand::Entering { crossed_at, inside_since: view.now }));
            }
        }
    }

    /// Tells the crossings that have held for long enough, and forgets those that were taken back.
    fn settle(
        &mut self,
        view: &View<'_>,
        ix: TrackIx,
        track: &Track,
        limits: &ZoneCrossing,
        effects: &mut Effects<'_>,
    ) {
        let fixes = self.fixes;
        self.fixes = (fixes + 1).min(2);
        let place = track.last.position;
        self.places.retain(|(zone_ix, stand)| {
            let zone = view.zones.get(*zone_ix);
            match *stand {
                Stand::Inside => true,
                Stand::Entering { .. } if !zone.holds(place) => false,
                Stand::Entering { crossed_at, inside_since } => {
                    let sure = match limits.enter {
                        Enter::TwoInside => view.now > inside_since,
                        Enter::OutOutIn => fixes >= 2,
                    };
                    if sure {
                        tell(view, ix, track, *zone_ix, Kind::ZoneEntry, crossed_at, None, effects);
                    }
                    if sure || limits.enter == Enter::OutOutIn {
                        *stand = Stand::Inside;
                    }
                    true
                }
                Stand::Leaving { .. } if zone.holds(place) => {
                    *stand = Stand::Inside;
                    true
                }
                Stand::Leaving { crossed_at, outside_since } => {
                    let buffer_m = limits.exit_m.max(3.0 * f64::from(track.last.sigma_m));
                    let beyond = zone.edge_distance(place).is_none_or(|edge| edge.0 > buffer_m);
                    let since = if beyond { outside_since.or(Some(view.now)) } else { None };
                    *stand = Stand::Leaving { crossed_at, outside_since: since };
                    let gone = since.is_some_and(|since| view.now - since >= Span::from_seconds(limits.exit_s));
                    if gone {
                        tell(view, ix, track, *zone_ix, Kind::ZoneExit, crossed_at, None, effects);
                    }
                    if gone && limits.enter == Enter::OutOutIn {
                        *stand = Stand::Left;
                    }
                    !gone || *stand == Stand::Left
                }
                Stand::Left if zone.holds(place) => {
                    *stand = Stand::Inside;
                    true
                }
                Stand::Left => false,
            }
        });
    }

    fn arm(&mut self, ix: TrackIx, deadline: EventTime, effects: &mut Effects<'_>) {
        if !self.armed && !self.places.is_empty() {
            self.armed = true;
            effects.timers.set(deadline, TimerReason::Zone { track: ix });
        }
    }
}

/// The patrol zones a track is in that have an edge to cross, as they were looked up this minute.
fn edged(view: &View<'_>, track: &Track) -> SmallVec<[ZoneIx; 4]> {
    with_edge(view, &view.patrol(&track.zones))
}

fn with_edge(view: &View<'_>, zones: &[ZoneIx]) -> SmallVec<[ZoneIx; 4]> {
    zones.iter().copied().filter(|&zone| view.zones.get(zone).has_edge()).collect()
}

/// When the way from the last look to the latest fix crosses a zone's edge, as far as a line between fixes can tell.
fn crossing(view: &View<'_>, track: &Track, zone: ZoneIx, before: EventTime, into: bool) -> EventTime {
    let zone = view.zones.get(zone);
    let (mut low, mut high) = (before, view.now);
    for _ in 0..HALVINGS {
        let middle = low + Span::from_millis((high - low).millis() / 2);
        let crossed = track.history.position_at(middle).is_some_and(|position| zone.holds(position) == into);
        if crossed {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[allow(clippy::too_many_arguments)]
fn tell(
    view: &View<'_>,
    ix: TrackIx,
    track: &Track,
    zone: ZoneIx,
    kind: Kind,
    at: EventTime,
    silence: Option<(Span, Span)>,
    effects: &mut Effects<'_>,
) {
    let factor = |(silence, limit): (Span, Span)| Factor {
        name: FactorName::Silence,
        value: silence.seconds(),
        limit: (limit > Span::ZERO).then(|| limit.seconds()),
        weight: 1.0,
    };
    let anomaly = Anomaly {
        kind,
        subkind: None,
        context: SmallVec::new(),
        tier_m: None,
        subjects: SmallVec::from_slice(&[ix]),
        voice: None,
        zones: SmallVec::from_slice(&[zone]),
        onset: at,
        end: Some(at),
        observed: Vec::new(),
        raised_at: view.now,
        priority: Priority::Caution,
        confidence: if track.is_radar_only() { SURE.1 } else { SURE.0 },
        factors: silence.map(factor).into_iter().collect(),
        position: track.history.position_at(at).or(Some(track.last.position)),
        suppressed: None,
        evidence: Evidence::of_history(&[(ix, track)], at - EVIDENCE_BEFORE),
    };
    let number = effects.number();
    effects.tell(number, Change::Raised, &anomaly);
}
