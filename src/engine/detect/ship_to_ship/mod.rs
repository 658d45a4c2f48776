//! Ship-to-ship transfer: one state machine an unordered pair, AIS or radar alike (`docs/detectors/ship_to_ship.md`).

mod circumstances;
pub mod inspect;
mod measure;
mod state;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Change, Detector, Effects, View, end_if_touched};
use crate::engine::limits::{Limits, ShipToShip};
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::associate::trails_differ;
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::units::Metres;
use circumstances::{is_berthed_together, may_transfer};
use measure::measure;
use state::{CERTAIN, Pair};

/// The tier whose dwell a merged echo counts towards, and which `sts_watch` shortens, m.
const MERGED_TIER_M: f64 = 200.0;
/// A pair is looked at again after this even if nobody is heard.
const LOOK_AGAIN: Span = Span::from_mins(30);
/// More pairs than this are not followed (counted).
const PAIRS_AT_MOST: usize = 500_000;
/// A radar that told of nothing for this long is dead: nothing merges under it.
const RADAR_ALIVE: Span = Span::from_secs(20);
/// A radar-only track younger than this may be a fragment of any echo nearby: it merges with nobody.
const HELD_BEFORE_MERGING: Span = Span::from_mins(3);
/// Slower than this, a merging echo comes alongside, kn.
const CLOSING_KN: f64 = 7.0;

/// Neighbours with their distance.
type Near = SmallVec<[(TrackIx, Metres); 16]>;

/// One pair, lower track first.
type Key = (TrackIx, TrackIx);

/// The rule and the pairs it follows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ShipToShipDetector {
    pairs: Map<Key, Pair>,
    partners: Map<TrackIx, SmallVec<[TrackIx; 4]>>,
    refused: u64,
}

impl Detector for ShipToShipDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.counts()) else { return };
        let limits = view.limits_for(track);
        if view.opened_slot(track) {
            self.find_partners(view, ix, track, limits);
            if track.is_radar_only() && track.fixes <= 2 {
                self.emerge(view, ix, track, limits, effects);
            }
        }
        let Some(partners) = self.partners.get(&ix).cloned() else { return };
        for other in partners {
            self.evaluate(view, key(ix, other), limits, effects);
        }
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        let TimerReason::Pair { a, b } = reason else { return };
        let Some(pair) = self.pairs.get_mut(&(a, b)) else { return };
        let Some(open) = pair.open.as_ref().filter(|open| open.anomaly.end.is_none()) else { return };
        let last = pair.last_close.unwrap_or(open.anomaly.onset);
        let unobserved = Span::from_seconds(view.limits.ship_to_ship.unobserved_s);
        if view.now - last >= unobserved || is_superseded(view, a) || is_superseded(view, b) {
            pair.close(effects);
        } else {
            effects.timers.set(view.now + LOOK_AGAIN, reason);
        }
    }

    fn on_target_lost(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(lost) = view.track(ix).filter(|track| track.counts()) else { return };
        let limits = &view.limits_for(lost).ship_to_ship;
        let alive = view.targets.is_alive(lost.last.feed, view.now, RADAR_ALIVE);
        let slow = lost.derived_speed(Span::from_secs(120)).is_some_and(|v| v.knots() < CLOSING_KN);
        let held = lost.last.at - lost.first_at >= HELD_BEFORE_MERGING;
        if !alive || !slow || !held {
            return;
        }
        let at = lost.last.at;
        for (host, _) in self.hosts_of(view, ix, lost, limits) {
            if let Some(pair) = self.pair(key(ix, host), limits, at) {
                pair.merged_at = Some(at);
                pair.close_since = pair.close_since.or(Some(at));
                effects.holds.push((ix, view.now + Span::from_seconds(limits.unobserved_s)));
            }
        }
    }

    fn on_gone(&mut self, _view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        for other in self.partners.remove(&ix).unwrap_or_default() {
            if let Some(mut pair) = self.pairs.remove(&key(ix, other))
                && pair.is_open()
            {
                pair.close(effects);
            }
            if let Some(list) = self.partners.get_mut(&other) {
                list.retain(|t| *t != ix);
            }
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for key in self.pairs.sorted_keys() {
            if let Some(pair) = self.pairs.get_mut(&key) {
                end_if_touched(&mut pair.open, change, view.now, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, limits: &Limits) {
        self.pairs.for_each_mut(|pair| pair.adopt(change, &limits.ship_to_ship));
    }
}

impl ShipToShipDetector {
    /// Follows every slow neighbour that is not followed yet.
    fn find_partners(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, all: &Limits) {
        let limits = &all.ship_to_ship;
        if !may_transfer(track, limits) {
            return;
        }
        let reach = limits.tiers.0.iter().map(|tier| tier.distance_m).fold(0.0, f64::max) + 200.0;
        for (other, _) in view.picture.near(track.last.position, Metres(reach)) {
            let known = self.pairs.contains_key(&key(ix, other));
            if other == ix || known {
                continue;
            }
            let Some(partner) = view.track(other) else { continue };
            let same = track.mmsi.is_some() && track.mmsi == partner.mmsi;
            let recent = view.now - partner.last.at <= Span::from_seconds(all.common.observed_max_s);
            let fit = partner.counts() && !partner.coasting && may_transfer(partner, limits);
            let own_echo = may_be_own_echo(track, partner);
            if fit && recent && !same && !own_echo && !is_berthed_together(view, track, partner, limits) {
                self.pair(key(ix, other), limits, view.now);
            }
        }
    }

    /// The state of a pair, made if it is not followed yet; `None` when there is no room.
    fn pair(&mut self, key: Key, limits: &ShipToShip, now: EventTime) -> Option<&mut Pair> {
        if !self.pairs.contains_key(&key) {
            if self.pairs.len() >= PAIRS_AT_MOST {
                self.refused += 1;
                return None;
            }
            self.pairs.insert(key, Pair::new(limits, now));
            self.partners.get_or_insert_with(key.0, SmallVec::new).push(key.1);
            self.partners.get_or_insert_with(key.1, SmallVec::new).push(key.0);
        }
        self.pairs.get_mut(&key)
    }

    fn drop_pair(&mut self, (a, b): Key) {
        self.pairs.remove(&(a, b));
        for (one, other) in [(a, b), (b, a)] {
            if let Some(list) = self.partners.get_mut(&one) {
                list.retain(|t| *t != other);
                if list.is_empty() {
                    self.partners.remove(&one);
                }
            }
        }
    }

    fn evaluate(&mut self, view: &View<'_>, key: Key, all: &Limits, effects: &mut Effects<'_>) {
        let (Some(a), Some(b)) = (view.track(key.0), view.track(key.1)) else { return };
        let limits = &all.ship_to_ship;
        let Some(pair) = self.pairs.get_mut(&key) else { return };
        if !pair.is_open() && is_berthed_together(view, a, b, limits) {
            self.drop_pair(key);
            return;
        }
        let one_echo = share_echo(view, a, b, limits);
        if one_echo && !pair.were_apart(a, b) {
            return;
        }
        if one_echo || pair.is_still_merged(view, a, b, limits) {
            pair.count_merged(view, a, b, limits);
        } else {
            pair.count(view, a, b, &measure(view, a, b, limits), limits);
        }
        pair.judge(view, key, a, b, all, effects);
        if pair.is_over(view.now, limits) {
            self.drop_pair(key);
        }
    }

    /// The slow vessels into whose echo a lost one went: the nearest, and those that share that one's echo.
    fn hosts_of(&self, view: &View<'_>, ix: TrackIx, lost: &Track, limits: &ShipToShip) -> Near {
        let within = Metres(cell_m(lost, limits));
        let slow = |t: &Track| t.derived_speed(Span::from_secs(300)).is_some_and(|v| v.knots() < CLOSING_KN);
        let fit = |t: &Track| t.counts() && !t.coasting && slow(t) && !may_be_own_echo(lost, t);
        let mut hosts = view.picture.near(lost.last.position, within);
        hosts.retain(|(other, _)| *other != ix && view.track(*other).is_some_and(fit));
        hosts.sort_by(|x, y| x.1.0.total_cmp(&y.1.0).then(x.0.cmp(&y.0)));
        let Some(nearest) = hosts.first().and_then(|&(host, _)| view.track(host)) else { return hosts };
        let mut first = true;
        hosts.retain(|(host, _)| {
            let shares = || view.track(*host).is_some_and(|t| share_echo(view, nearest, t, limits));
            std::mem::take(&mut first) || shares()
        });
        hosts
    }

    /// A radar track that appears beside a vessel whose echo had swallowed one makes the meeting certain and ends it.
    fn emerge(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, all: &Limits, effects: &mut Effects<'_>) {
        let limits = &all.ship_to_ship;
        for (host, _) in view.picture.near(track.last.position, Metres(limits.exit_m)) {
            let partners = self.partners.get(&host).cloned().unwrap_or_default();
            for lost in partners.into_iter().filter(|&lost| lost != ix) {
                let key = key(host, lost);
                let Some(pair) = self.pairs.get_mut(&key).filter(|pair| pair.merged_at.is_some()) else { continue };
                pair.last_close = Some(view.now);
                pair.merged_at = None;
                if let Some(open) = pair.open.as_mut().filter(|open| open.anomaly.end.is_none()) {
                    open.anomaly.confidence = open.anomaly.confidence.max(CERTAIN);
                    effects.tell(open.number, Change::Escalated, &open.anomaly);
                    pair.close(effects);
                }
                effects.holds.push((lost, view.now));
                return;
            }
        }
    }
}

/// Whether a number has gone on elsewhere: this hull of it was a jump of positions, or is another ship's.
fn is_superseded(view: &View<'_>, ix: TrackIx) -> bool {
    let Some(track) = view.track(ix) else { return true };
    let hulls = track.mmsi.map(|mmsi| view.picture.of_mmsi(mmsi)).unwrap_or_default();
    let goes_on =
        |hull: &TrackIx| view.track(*hull).is_some_and(|t| t.confirmed && t.last.at > track.last.at + LOOK_AGAIN);
    hulls.iter().any(goes_on)
}

/// How near to another the echo of a track is lost in that one's, m.
fn cell_m(track: &Track, limits: &ShipToShip) -> f64 {
    let beam_m = f64::from(track.range_m) * limits.beamwidth_deg * std::f64::consts::PI / 180.0;
    limits.merge_m.max(beam_m)
}

/// Whether one echo stands for both, so that radar cannot tell how far apart they are.
fn share_echo(view: &View<'_>, a: &Track, b: &Track, limits: &ShipToShip) -> bool {
    let by_radar = |t: &Track| t.last.source == Source::Radar;
    let merged = a.is_merged(view.now) || b.is_merged(view.now);
    let within_m = cell_m(a, limits).max(cell_m(b, limits));
    merged
        && (by_radar(a) || by_radar(b))
        && !a.coasting
        && !b.coasting
        && a.last.position.distance_to(b.last.position).0 <= within_m
}

/// A track that radar moves, never seen apart from a vessel that AIS moves, may be that vessel's echo: not yet bound to it, or
/// still under the number that it sent before.
fn may_be_own_echo(a: &Track, b: &Track) -> bool {
    let by_radar = |t: &Track| t.is_radar_only() || t.last.source == Source::Radar;
    match (by_radar(a), by_radar(b)) {
        (true, false) => !trails_differ(a, b),
        (false, true) => !trails_differ(b, a),
        _ => false,
    }
}

fn key(a: TrackIx, b: TrackIx) -> Key {
    if a < b { (a, b) } else { (b, a) }
}
