//! Identity change: a vessel that fell silent comes back under another number (`docs/detectors/identity_change.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::episode::{self, Episode};
use super::evidence::Evidence;
use super::{Anomaly, Context, Detector, Effects, Factor, FactorName, Kind, Priority, Subkind, View, join_zones};
use crate::engine::decode::report::AisClass;
use crate::engine::earth::Position;
use crate::engine::limits::{IdentityChange, Limits};
use crate::engine::map::{Map, Set};
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::units::Metres;
use crate::engine::vessel::Claims;
use crate::engine::zone::ZoneKind;

/// So many young numbers are followed at once.
const NEWCOMERS_AT_MOST: usize = 10_000;
/// Radar holds a vessel if it told of it within this.
const HELD_WITHIN: Span = Span::from_secs(60);
/// So many silent vessels are kept in mind.
const SILENT_AT_MOST: usize = 100_000;
/// While more than this are silent, by where they could have sailed says nothing of one.
const SAILING_AT_MOST: usize = 2_000;
/// Metres of a degree of latitude, at least.
const DEGREE_M: f64 = 110_500.0;
/// A stitched vessel need not have sailed at more than this times the fastest that either was seen at ...
const FASTER: f64 = 1.2;
/// ... and never faster than this, m/s (25 kn); slower than 6 kn is believed of anybody.
const FASTEST_M_S: f64 = 12.9;
const ANYBODY_M_S: f64 = 3.1;
/// Both were under way: who lies still switches off and on for the day's work, kn.
const UNDER_WAY_KN: f64 = 1.0;
/// Lengths that differ by more than this share are of two hulls.
const LENGTH_SHARE: f64 = 0.2;
/// Least chance to hear a vessel where the new number first spoke: elsewhere numbers come into range.
const HEARD_WELL: f64 = 0.6;
/// It is looked for so long before its first word too: it had come from there.
const CAME_FROM: Span = Span::from_mins(10);
/// Evidence begins this long before the silence.
const EVIDENCE_BEFORE: Span = Span::from_mins(10);

/// A number that spoke for the first time where another had fallen silent.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Newcomer {
    /// Who it may have been.
    was: TrackIx,
    /// How it is known.
    how: Subkind,
    silent_from: EventTime,
    apart_m: f64,
}

/// The rule, who is silent, the newcomers it follows and the changes that it told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IdentityChangeDetector {
    silent: Set<TrackIx>,
    newcomers: Map<TrackIx, Newcomer>,
    told: Map<TrackIx, Episode>,
}

impl Detector for IdentityChangeDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.mmsi.is_some() && track.last.source == Source::Ais)
        else {
            return;
        };
        if track.fixes == 1 && track.counts() && self.newcomers.len() < NEWCOMERS_AT_MOST {
            if let Some(newcomer) = newcomer(view, track, &self.silent) {
                self.newcomers.insert(ix, newcomer);
            }
            return;
        }
        let Some(newcomer) = self.newcomers.get(&ix).copied() else { return };
        let limits = &view.limits_for(track).identity_change;
        if view.now - track.first_at < Span::from_seconds(limits.confirm_s) || track.fixes < 3 {
            return;
        }
        self.newcomers.remove(&ix);
        if let Some(anomaly) = view.track(newcomer.was).and_then(|was| changed(view, ix, track, was, &newcomer)) {
            effects.renames.push((newcomer.was, ix));
            let mut episode = Episode::default();
            episode.raise(anomaly, Span::ZERO, effects);
            self.told.insert(ix, episode);
        }
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, _effects: &mut Effects<'_>) {
        let TimerReason::Silence { track: ix } = reason else { return };
        if self.silent.len() < SILENT_AT_MOST
            && view.track(ix).is_some_and(|track| track.counts() && is_silent(view, track))
        {
            self.silent.insert(ix);
            if self.silent.len() > SAILING_AT_MOST && self.silent.len().is_multiple_of(SAILING_AT_MOST / 4) {
                self.silent.retain(|ix| view.track(*ix).is_some_and(|track| may_come_back(view, track)));
            }
        }
    }

    fn on_heard(&mut self, _view: &View<'_>, ix: TrackIx, _effects: &mut Effects<'_>) {
        self.silent.remove(&ix);
    }

    fn on_gone(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        self.silent.remove(&ix);
        self.newcomers.remove(&ix);
        self.newcomers.retain(|_, newcomer| newcomer.was != ix);
        if let Some(mut episode) = self.told.remove(&ix) {
            episode.end(view.now, effects);
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for ix in self.told.sorted_keys() {
            if let Some(episode) = self.told.get_mut(&ix) {
                episode.end_touched(view, change, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.told.for_each_mut(|episode| episode.adopt(change));
    }
}

/// Who a number may have been that speaks for the first time: one alone may fit.
fn newcomer(view: &View<'_>, track: &Track, silent: &Set<TrackIx>) -> Option<Newcomer> {
    if silent.is_empty() || view.picture.of_mmsi(track.mmsi?).len() > 1 {
        return None;
    }
    let limits = &view.limits_for(track).identity_change;
    let mut by_radar: SmallVec<[Newcomer; 2]> = SmallVec::new();
    let mut by_sailing: SmallVec<[Newcomer; 2]> = SmallVec::new();
    let candidate = |was: TrackIx| {
        let old = view.track(was).filter(|old| fits(view, old, track))?;
        let apart_m = old.last.position.distance_to(track.last.position).0;
        Some((old, Newcomer { was, how: Subkind::Stitched, silent_from: old.heard_at?, apart_m }))
    };
    let held = |old: &Track| old.radar.is_some_and(|bond| view.now - bond.last_at <= HELD_WITHIN);
    for (was, _) in view.picture.near(track.last.position, Metres(limits.radar_m)) {
        if let Some((_, at)) = silent.contains(&was).then(|| candidate(was)).flatten().filter(|(old, _)| held(old)) {
            by_radar.push(Newcomer { how: Subkind::RadarHeld, ..at });
        }
    }
    let sailed = if silent.len() <= SAILING_AT_MOST { silent.sorted() } else { Vec::new() };
    for was in sailed.into_iter().filter(|was| view.track(*was).is_some_and(|old| is_in_reach(old, track, limits))) {
        if let Some((_, at)) =
            candidate(was).filter(|(old, at)| !held(old) && could_sail(old, track, at.silent_from, limits))
        {
            by_sailing.push(at);
        }
    }
    match (by_radar.as_slice(), by_sailing.as_slice()) {
        ([one], _) => Some(*one),
        ([], [one]) if is_heard_well(view, track, one) => Some(*one),
        _ => None,
    }
}

/// Whether a silent vessel may be this one by what both say of themselves.
fn fits(view: &View<'_>, old: &Track, new: &Track) -> bool {
    let other = old.mmsi.is_some() && old.mmsi != new.mmsi;
    other
        && is_silent(view, old)
        && old.counts()
        && !old.renamed
        && old.class == new.class
        && !differ(&old.claims, &new.claims)
}

/// Whether a vessel is late by what is expected of it.
fn is_silent(view: &View<'_>, track: &Track) -> bool {
    let late_s = view.limits_for(track).dark_period.late_intervals * track.expected_interval().seconds();
    track.heard_at.is_some_and(|heard_at| (view.now - heard_at).seconds() >= late_s.max(60.0))
}

/// Whether a silent vessel may still be known again: radar holds it, or its silence is not too long to be sailed through.
fn may_come_back(view: &View<'_>, track: &Track) -> bool {
    let stitch = Span::from_seconds(view.limits_for(track).identity_change.stitch_s);
    track.radar.is_some() || track.heard_at.is_some_and(|heard_at| view.now - heard_at <= stitch)
}

/// Whether two sets of claims are of two hulls.
fn differ(a: &Claims, b: &Claims) -> bool {
    let length = |claims: &Claims| claims.dimensions.filter(|d| d.is_known()).map(|d| f64::from(d.length_m()));
    let lengths = length(a).zip(length(b));
    lengths.is_some_and(|(a, b)| (a - b).abs() > LENGTH_SHARE * a.max(b))
}

/// Whether a vessel could have come here at all, by its latitude.
fn is_in_reach(old: &Track, new: &Track, limits: &IdentityChange) -> bool {
    let apart_m = (old.last.position.lat() - new.last.position.lat()).abs() * DEGREE_M;
    apart_m <= FASTEST_M_S * limits.stitch_s
}

/// Whether a vessel could have come here in its silence, as fast as either was seen.
fn could_sail(old: &Track, new: &Track, heard_at: EventTime, limits: &IdentityChange) -> bool {
    let moves = |track: &Track| track.last.sog.is_some_and(|sog| sog.knots() >= UNDER_WAY_KN);
    if new.class == AisClass::Unknown || !moves(old) || !moves(new) {
        return false;
    }
    let silence = new.last.at - heard_at;
    let fastest = FASTER * old.top_speed.m_s().max(new.top_speed.m_s());
    let reach_m = fastest.clamp(ANYBODY_M_S, FASTEST_M_S) * silence.seconds();
    silence <= Span::from_seconds(limits.stitch_s) && old.last.position.distance_to(new.last.position).0 <= reach_m
}

/// Whether both fell silent and spoke where vessels are heard, so that neither came or went over the edge or from a berth.
fn is_heard_well(view: &View<'_>, track: &Track, newcomer: &Newcomer) -> bool {
    let Some(old) = view.track(newcomer.was) else { return false };
    let sheltered = [ZoneKind::Port, ZoneKind::Berth, ZoneKind::Anchorage];
    if view.within(track, &sheltered).is_some() || view.within(old, &sheltered).is_some() {
        return false;
    }
    let back = match (track.last.cog, track.last.sog) {
        (Some(cog), Some(sog)) => track.last.position.after(cog, sog, -CAME_FROM.seconds()),
        _ => track.last.position,
    };
    let learnt_before = newcomer.silent_from;
    let hears = |at: EventTime, place: Position| {
        let unit = track.expected_interval().max(Span::from_secs(60));
        view.coverage.weigh(track.class, at, unit, 1, learnt_before, |_| SmallVec::from_slice(&[place])).p_hear
    };
    let now = track.first_at - Span::from_mins(2);
    hears(now, track.last.position) >= HEARD_WELL
        && hears(now - CAME_FROM, back) >= HEARD_WELL
        && hears(newcomer.silent_from - Span::from_mins(1), old.last.position) >= HEARD_WELL
}

/// The change, if the old number is still silent and the new one touches a patrol zone.
fn changed(view: &View<'_>, ix: TrackIx, track: &Track, was: &Track, newcomer: &Newcomer) -> Option<Anomaly> {
    let stays_silent = was.heard_at == Some(newcomer.silent_from) && !was.renamed;
    let mut zones = view.patrol(&track.zones);
    join_zones(&mut zones, &view.patrol(&was.zones));
    if !stays_silent || zones.is_empty() || differ(&was.claims, &track.claims) {
        return None;
    }
    let limits = &view.limits_for(track).identity_change;
    let silence = track.first_at - newcomer.silent_from;
    let dark = silence.seconds() >= limits.dark_s;
    let mut anomaly = episode::anomaly(Kind::IdentityChange, &[ix], track.first_at, view.now);
    anomaly.subkind = Some(newcomer.how);
    anomaly.context.extend(dark.then_some(Context::DuringDark));
    anomaly.zones = zones;
    anomaly.priority = if dark { Priority::Alarm } else { Priority::Warning };
    anomaly.position = Some(track.last.position);
    let evidence = [(newcomer.was, was), (ix, track)];
    anomaly.evidence = Evidence::of_history(&evidence, newcomer.silent_from - EVIDENCE_BEFORE);
    anomaly.factors = factors(was, silence, newcomer, limits);
    let posterior = was.radar.map_or(0.0, |bond| bond.posterior);
    anomaly.confidence = if newcomer.how == Subkind::RadarHeld { posterior.min(0.99) } else { 0.6 };
    Some(anomaly)
}

fn factors(was: &Track, silence: Span, newcomer: &Newcomer, limits: &IdentityChange) -> SmallVec<[Factor; 5]> {
    let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
    let number = was.mmsi.map_or(0.0, |mmsi| f64::from(mmsi.0));
    let dark = silence.seconds() >= limits.dark_s;
    let near_m = (newcomer.how == Subkind::RadarHeld).then_some(limits.radar_m);
    SmallVec::from_slice(&[
        factor(FactorName::PreviousMmsi, number, None, 0.0),
        factor(FactorName::Silence, silence.seconds(), None, 0.3),
        factor(FactorName::Distance, newcomer.apart_m, near_m, 0.4),
        factor(FactorName::DuringDark, f64::from(u8::from(dark)), None, 0.3),
    ])
}
