//! Duplicate identity: two hulls send one number at the same time (`docs/detectors/duplicate_identity.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::episode::{self, Episode};
use super::evidence::Evidence;
use super::{Anomaly, Detector, Effects, Factor, FactorName, Kind, View, join_zones};
use crate::engine::limits::Limits;
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::units::Speed;
use crate::engine::vessel::Mmsi;

/// More numbers than this are not watched at once.
const WATCHED_AT_MOST: usize = 100_000;
/// A segment that began so shortly ago has been alive all the time.
const YOUNG: Span = Span::from_mins(10);
/// A report from within this of where the other one was is that one's, sent again, m.
const SENT_AGAIN_M: f64 = 200.0;
/// Where between two fixes of a minute it is looked for.
const SHARES: [f64; 4] = [0.25, 0.5, 0.75, 1.0];
/// Evidence begins this long before both were alive.
const EVIDENCE_BEFORE: Span = Span::from_mins(10);

/// Two segments of one number.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Twins {
    /// The segments: the older first.
    pair: [TrackIx; 2],
    /// When both were first alive at once.
    since: EventTime,
    /// When they last were.
    until: EventTime,
    /// How often a fix of one fell between two of the other.
    turns: u32,
    episode: Episode,
    /// A timer is set.
    armed: bool,
}

/// The rule and what it watches, by number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DuplicateIdentityDetector {
    watches: Map<Mmsi, Twins>,
}

impl Detector for DuplicateIdentityDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix) else { return };
        let Some(mmsi) = track.mmsi.filter(|mmsi| mmsi.is_vessel()) else { return };
        let segments = view.picture.of_mmsi(mmsi);
        if segments.len() < 2 || track.last.source != Source::Ais || !track.counts() {
            return;
        }
        let alive = Span::from_seconds(view.limits_for(track).duplicate_identity.alive_s);
        for &other in segments.iter().filter(|&&other| other != ix) {
            let Some(twin) = view.track(other).filter(|twin| twin.counts() && twin.last.source == Source::Ais) else {
                continue;
            };
            let too_far = needs_kn(track, twin) >= view.limits_for(track).duplicate_identity.min_kn;
            if !too_far || is_sent_again(track, twin) || is_sent_again(twin, track) {
                continue;
            }
            if let Some(since) = both_alive_since(track, twin, alive) {
                let pair =
                    if (twin.first_at, twin.id) < (track.first_at, track.id) { [other, ix] } else { [ix, other] };
                self.note(view, mmsi, pair, since);
            }
        }
        self.judge(view, mmsi, ix, effects);
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        let TimerReason::Twins { track } = reason else { return };
        let Some(mmsi) = view.track(track).and_then(|track| track.mmsi) else { return };
        let Some(twins) = self.watches.get_mut(&mmsi).filter(|twins| twins.pair[0] == track && twins.armed) else {
            return;
        };
        let over_at = twins.until + Span::from_seconds(view.limits.duplicate_identity.alive_s);
        if view.now < over_at {
            effects.timers.set(over_at, reason);
        } else {
            twins.armed = false;
            twins.episode.end(twins.until, effects);
        }
    }

    fn on_gone(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(mmsi) = view.track(ix).and_then(|track| track.mmsi) else { return };
        if let Some(twins) = self.watches.get_mut(&mmsi).filter(|twins| twins.pair.contains(&ix)) {
            twins.episode.end(twins.until, effects);
            self.watches.remove(&mmsi);
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for mmsi in self.watches.sorted_keys() {
            if let Some(twins) = self.watches.get_mut(&mmsi) {
                twins.episode.end_touched(view, change, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.watches.for_each_mut(|twins| twins.episode.adopt(change));
    }
}

impl DuplicateIdentityDetector {
    /// A fix of one segment fell into the life of the other.
    fn note(&mut self, view: &View<'_>, mmsi: Mmsi, pair: [TrackIx; 2], since: EventTime) {
        if !self.watches.contains_key(&mmsi) && self.watches.len() >= WATCHED_AT_MOST {
            return;
        }
        let fresh = || Twins { pair, since, until: view.now, turns: 0, episode: Episode::default(), armed: false };
        let twins = self.watches.get_or_insert_with(mmsi, fresh);
        let limits = &view.limits.duplicate_identity;
        let apart = view.now - twins.until > Span::from_seconds(limits.alive_s);
        let may_change = twins.episode.is_empty() && twins.pair != pair && apart;
        if may_change || (twins.episode.goes_on().is_none() && apart) {
            (twins.since, twins.turns) = (since, 0);
        }
        if may_change {
            twins.pair = pair;
        }
        if twins.pair == pair || twins.episode.goes_on().is_some() {
            twins.until = view.now;
            twins.turns = twins.turns.saturating_add(1);
        }
    }

    /// Raises, keeps or adds to what is known of a number.
    fn judge(&mut self, view: &View<'_>, mmsi: Mmsi, ix: TrackIx, effects: &mut Effects<'_>) {
        let (Some(twins), Some(track)) = (self.watches.get_mut(&mmsi), view.track(ix)) else { return };
        if !twins.pair.contains(&ix) {
            return;
        }
        let limits = &view.limits_for(track).duplicate_identity;
        let Twins { pair, since, until, turns, episode, armed } = twins;
        if let Some(anomaly) = episode.goes_on_mut() {
            anomaly.evidence.add(ix, track.last, false);
            join_zones(&mut anomaly.zones, &view.patrol(&track.zones));
            describe(anomaly, view, *pair, (*since, *until), (*turns, limits.turns));
            episode.keep(view, effects);
            return;
        }
        let held = *until == view.now && (view.now - *since).seconds() >= limits.confirm_s;
        if !held || *turns < limits.turns {
            return;
        }
        let Some(mut anomaly) = begun(view, *pair, *since) else { return };
        describe(&mut anomaly, view, *pair, (*since, *until), (*turns, limits.turns));
        episode.raise(anomaly, Span::from_seconds(limits.merge_gap_s), effects);
        if !*armed {
            *armed = true;
            let over_at = *until + Span::from_seconds(limits.alive_s);
            effects.timers.set(over_at, TimerReason::Twins { track: pair[0] });
        }
    }
}

/// How fast a hull would have to be that sent the latest fixes of both, kn.
fn needs_kn(track: &Track, twin: &Track) -> f64 {
    let seconds = (track.last.at - twin.last.at).seconds().max(1.0);
    Speed::from_m_s(track.last.position.distance_to(twin.last.position).0 / seconds).knots()
}

/// Whether a segment's latest fix lies where the other one was of late: an old report that somebody sent again.
fn is_sent_again(track: &Track, other: &Track) -> bool {
    let here = track.last.position;
    let mut before = None;
    other.history.since(EventTime::MIN).any(|fix| {
        let from = before.replace(fix.position).unwrap_or(fix.position);
        SHARES.iter().any(|&share| from.towards(fix.position, share).distance_to(here).0 <= SENT_AGAIN_M)
    })
}

/// Since when both are alive, if the twin's latest fix lies between this track's two latest ones.
///
/// A segment is alive between two of its fixes that are not further apart than `alive`.
fn both_alive_since(track: &Track, twin: &Track, alive: Span) -> Option<EventTime> {
    let (from, to) = (track.previous_at, track.last.at);
    let between = track.fixes > 1 && from < twin.last.at && twin.last.at <= to && to - from <= alive;
    let continues = twin.previous_at < from && twin.last.at - twin.previous_at <= alive;
    let younger_at = track.first_at.max(twin.first_at);
    between.then_some(match continues {
        // Its first fixes were not believed yet.
        _ if to - younger_at <= YOUNG => younger_at,
        true => from,
        false => twin.first_at.max(from),
    })
}

/// The anomaly as it begins; `None` while neither of the two is in a patrol zone.
fn begun(view: &View<'_>, pair: [TrackIx; 2], since: EventTime) -> Option<Anomaly> {
    let tracks: SmallVec<[(TrackIx, &Track); 2]> = pair.iter().filter_map(|&ix| Some((ix, view.track(ix)?))).collect();
    let mut anomaly = episode::anomaly(Kind::DuplicateIdentity, &pair, since, view.now);
    anomaly.subjects.sort_by_key(|&ix| view.track(ix).map(|track| track.id));
    for (_, track) in &tracks {
        join_zones(&mut anomaly.zones, &view.patrol(&track.zones));
    }
    let shown = tracks.iter().find(|(_, track)| !view.patrol(&track.zones).is_empty())?;
    anomaly.position = Some(shown.1.last.position);
    anomaly.evidence = Evidence::of_history(&tracks, since - EVIDENCE_BEFORE);
    Some(anomaly)
}

/// Since when and until when both were alive, how often they took turns, and how far apart they are now.
fn describe(
    anomaly: &mut Anomaly,
    view: &View<'_>,
    pair: [TrackIx; 2],
    alive: (EventTime, EventTime),
    (turns, least): (u32, u32),
) {
    let [a, b] = pair.map(|ix| view.track(ix).map(|track| track.last.position));
    let apart_m = a.zip(b).map_or(0.0, |(a, b)| a.distance_to(b).0);
    let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
    anomaly.factors = SmallVec::from_slice(&[
        factor(FactorName::Turns, f64::from(turns), Some(f64::from(least)), 0.7),
        factor(FactorName::Distance, apart_m, None, 0.3),
    ]);
    anomaly.confidence = (1.0 - 1.0 / f64::from(turns + 1)).min(0.99);
    anomaly.observed = vec![alive];
}
