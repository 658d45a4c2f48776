//! AIS without echo: radar sees nobody where AIS tells of a vessel (`docs/detectors/ais_without_echo.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::episode::{self, Episode};
use super::evidence::Evidence;
use super::{Anomaly, Detector, Effects, Factor, FactorName, Kind, Priority, View};
use crate::engine::earth::Position;
use crate::engine::limits::Limits;
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::units::Metres;

/// Of so many vessels it is known when radar saw them.
const AT_MOST: usize = 100_000;
/// So many cells are learnt.
const CELLS_AT_MOST: usize = 100_000;
/// A cell's counts are halved at this, so that the new outweighs the old.
const HALVED_AT: u32 = 1_000;
/// A cell that fewer looks have taught says nothing.
const LOOKS_AT_LEAST: u32 = 30;
/// Another track this near may share its echo.
const SHARES_ECHO: Metres = Metres(500.0);
/// Looks in a row, one a minute, that found nobody where others are seen.
const IN_A_ROW: u32 = 5;
/// Vessels are told apart by their lengths, m: up to each of these.
const BANDS_M: [u16; 5] = [20, 40, 70, 120, u16::MAX];

/// What radar saw of vessels of a band of lengths in a place of about 2 NM.
type Cell = (i16, i16, u16);

/// Looks, and how many of them found an echo.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Looks {
    all: u32,
    seen: u32,
}

/// When radar last saw a vessel, or began to look.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Watch {
    seen_at: EventTime,
    looked_at: EventTime,
    /// Looks in a row that found nobody where others are seen.
    unseen: u32,
    episode: Episode,
}

/// The rule, where radar sees, and whom it saw.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AisWithoutEchoDetector {
    cells: Map<Cell, Looks>,
    watches: Map<TrackIx, Watch>,
}

impl Detector for AisWithoutEchoDetector {
    /// Once a minute, at the first fix in it.
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| view.opened_slot(track)) else { return };
        if track.mmsi.is_none() || track.last.source != Source::Ais || !track.counts() {
            return;
        }
        let Some(rotation) = looking(view, track.last.position) else {
            if let Some(mut watch) = self.watches.remove(&ix) {
                watch.episode.end(watch.looked_at, effects);
            }
            return;
        };
        let seen = track.radar.is_some_and(|bond| view.now - bond.last_at <= rotation.times(5));
        let Some(cell) = cell_of(track) else { return };
        let sees = self.learn(cell, seen);
        if !self.watches.contains_key(&ix) && self.watches.len() >= AT_MOST {
            return;
        }
        let fresh = || Watch { seen_at: view.now, looked_at: view.now, unseen: 0, episode: Episode::default() };
        let watch = self.watches.get_or_insert_with(ix, fresh);
        watch.looked_at = view.now;
        if seen || shares_echo(view, ix, track) {
            (watch.seen_at, watch.unseen) = (view.now, 0);
            watch.episode.end(view.now, effects);
            return;
        }
        watch.judge(view, (ix, track), (rotation, sees), effects);
    }

    fn on_gone(&mut self, _view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        if let Some(mut watch) = self.watches.remove(&ix) {
            watch.episode.end(watch.looked_at, effects);
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for ix in self.watches.sorted_keys() {
            if let Some(watch) = self.watches.get_mut(&ix) {
                watch.episode.end_touched(view, change, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.watches.for_each_mut(|watch| watch.episode.adopt(change));
    }
}

impl AisWithoutEchoDetector {
    /// One more look at a place; the chance to be seen there, by the looks before.
    fn learn(&mut self, cell: Cell, seen: bool) -> Option<f64> {
        if !self.cells.contains_key(&cell) && self.cells.len() >= CELLS_AT_MOST {
            return None;
        }
        let looks = self.cells.get_or_insert_with(cell, Looks::default);
        let sees = (looks.all >= LOOKS_AT_LEAST).then(|| f64::from(looks.seen) / f64::from(looks.all));
        looks.all += 1;
        looks.seen += u32::from(seen);
        if looks.all > HALVED_AT {
            (looks.all, looks.seen) = (looks.all / 2, looks.seen / 2);
        }
        sees
    }
}

impl Watch {
    /// Radar does not see it: raised after so many turns where it sees others.
    fn judge(
        &mut self,
        view: &View<'_>,
        (ix, track): (TrackIx, &Track),
        (rotation, sees): (Span, Option<f64>),
        effects: &mut Effects<'_>,
    ) {
        let limits = &view.limits_for(track).ais_without_echo;
        let turns = (view.now - self.seen_at).seconds() / rotation.seconds().max(1.0);
        if let Some(anomaly) = self.episode.goes_on_mut() {
            anomaly.position = Some(track.last.position);
            anomaly.evidence.add(ix, track.last, false);
            self.episode.keep(view, effects);
            return;
        }
        let Some(sees) = sees.filter(|&sees| sees >= limits.sees) else {
            self.unseen = 0;
            return;
        };
        self.unseen += 1;
        if self.unseen < IN_A_ROW || turns < limits.turns {
            return;
        }
        let zones = view.patrol(&track.zones);
        if zones.is_empty() {
            return;
        }
        let mut anomaly: Anomaly = episode::anomaly(Kind::AisWithoutEcho, &[ix], self.seen_at, view.now);
        anomaly.zones = zones;
        anomaly.priority = Priority::Caution;
        anomaly.position = Some(track.last.position);
        let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
        anomaly.factors = SmallVec::from_slice(&[
            factor(FactorName::UnseenTurns, turns, Some(limits.turns), 0.5),
            factor(FactorName::PSee, sees, Some(limits.sees), 0.5),
        ]);
        anomaly.confidence = sees.min(0.99);
        anomaly.evidence = Evidence::of_history(&[(ix, track)], self.seen_at);
        self.episode.raise(anomaly, Span::from_seconds(limits.merge_gap_s), effects);
    }
}

/// The time of one turn of a live radar in whose range a place lies.
fn looking(view: &View<'_>, place: Position) -> Option<Span> {
    const ALIVE_WITHIN: Span = Span::from_secs(60);
    let sites = (0..).zip(view.feeds).filter_map(|(id, feed)| Some((crate::engine::input::FeedId(id), feed.site?)));
    let near = sites.filter(|(feed, site)| {
        site.position.distance_to(place).0 <= site.max_range_m && view.targets.is_alive(*feed, view.now, ALIVE_WITHIN)
    });
    near.map(|(_, site)| site.rotation).min()
}

/// Whether another track lies so near that both may be one echo.
fn shares_echo(view: &View<'_>, ix: TrackIx, track: &Track) -> bool {
    view.picture.near(track.last.position, SHARES_ECHO).iter().any(|&(other, _)| {
        other != ix && view.track(other).is_some_and(|other| view.now - other.last.at <= Span::from_mins(5))
    })
}

/// `None` for a vessel that does not tell its length.
fn cell_of(track: &Track) -> Option<Cell> {
    let length_m = track.claims.dimensions.map(|d| d.length_m()).filter(|&length_m| length_m > 0)?;
    let band = BANDS_M.into_iter().find(|&most| length_m <= most)?;
    let (lat, lon) = (track.last.position.lat(), track.last.position.lon());
    Some((libm::floor(lat * 30.0) as i16, libm::floor(lon * 30.0) as i16, band))
}
