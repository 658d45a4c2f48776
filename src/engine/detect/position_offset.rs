//! Position offset: AIS says that a vessel is elsewhere than the radar echo that was its own (`docs/detectors/position_offset.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::episode::{self, Episode};
use super::evidence::Evidence;
use super::{Anomaly, Detector, Effects, Factor, FactorName, Kind, View, join_zones};
use crate::engine::earth::Position;
use crate::engine::limits::Limits;
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::units::Metres;

/// A bond must have held for this long before its end means anything.
const BONDED_FOR: Span = Span::from_mins(10);
/// The echo goes on as a track of its own within this time ...
const ECHO_WITHIN: Span = Span::from_mins(4);
/// ... and this distance of where the two parted.
const ECHO_NEAR: Metres = Metres(1_500.0);
/// Whoever has not shown an echo by then has none.
const FOLLOWED_FOR: Span = Span::from_mins(30);
/// Of so many vessels the bond is followed.
const AT_MOST: usize = 100_000;

/// A vessel that radar held.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Watch {
    /// It holds it, firmly since then.
    Bonded(EventTime),
    /// AIS went another way than the echo.
    Parted(Parted),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Parted {
    at: EventTime,
    place: Position,
    /// The track of the echo.
    echo: Option<TrackIx>,
    /// Since when they are too far apart.
    apart_since: Option<EventTime>,
    episode: Episode,
}

/// The rule and the vessels that it follows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PositionOffsetDetector {
    watches: Map<TrackIx, Watch>,
}

impl Detector for PositionOffsetDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|t| t.mmsi.is_some() && t.last.source == Source::Ais && t.counts())
        else {
            return;
        };
        let held = track.radar.is_some();
        let firmly = track.radar.is_some_and(|bond| bond.posterior >= view.limits.dark_period.min_posterior);
        let room = self.watches.len() < AT_MOST;
        match self.watches.get_mut(&ix) {
            None if firmly && room => {
                self.watches.insert(ix, Watch::Bonded(view.now));
            }
            Some(Watch::Bonded(since)) if !held => {
                let parted = Parted::new(view.now, track.last.position);
                if view.now - *since >= BONDED_FOR {
                    self.watches.insert(ix, Watch::Parted(parted));
                } else {
                    self.watches.remove(&ix);
                }
            }
            Some(Watch::Parted(parted)) if firmly => {
                parted.episode.end(view.now, effects);
                self.watches.insert(ix, Watch::Bonded(view.now));
            }
            Some(Watch::Parted(parted)) => {
                parted.look(view, ix, track, effects);
                if parted.echo.is_none() && view.now - parted.at > FOLLOWED_FOR {
                    self.watches.remove(&ix);
                }
            }
            None | Some(Watch::Bonded(_)) => {}
        }
    }

    fn on_gone(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        if let Some(Watch::Parted(mut parted)) = self.watches.remove(&ix) {
            parted.episode.end(view.now, effects);
        }
        if view.track(ix).is_some_and(Track::is_radar_only) {
            for vessel in self.watches.sorted_keys() {
                if let Some(Watch::Parted(parted)) = self.watches.get_mut(&vessel)
                    && parted.echo == Some(ix)
                {
                    parted.episode.end(view.now, effects);
                    self.watches.remove(&vessel);
                }
            }
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for ix in self.watches.sorted_keys() {
            if let Some(Watch::Parted(parted)) = self.watches.get_mut(&ix) {
                parted.episode.end_touched(view, change, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.watches.for_each_mut(|watch| {
            if let Watch::Parted(parted) = watch {
                parted.episode.adopt(change);
            }
        });
    }
}

impl Parted {
    fn new(at: EventTime, place: Position) -> Self {
        Parted { at, place, echo: None, apart_since: None, episode: Episode::default() }
    }

    /// Looks for the echo, and how far away it is.
    fn look(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, effects: &mut Effects<'_>) {
        self.echo = self.echo.or_else(|| self.find_echo(view));
        let Some((echo_ix, echo)) = self.echo.and_then(|echo| Some((echo, view.track(echo)?))) else { return };
        let limits = &view.limits_for(track).position_offset;
        let apart_m = track.last.position.distance_to(echo.last.position).0;
        if apart_m <= limits.apart_m || echo.coasting {
            self.apart_since = None;
            self.episode.end(view.now, effects);
            return;
        }
        let since = *self.apart_since.get_or_insert(view.now);
        if let Some(anomaly) = self.episode.goes_on_mut() {
            anomaly.position = Some(echo.last.position);
            anomaly.evidence.add(ix, track.last, false);
            anomaly.evidence.add(echo_ix, echo.last, false);
            describe(anomaly, apart_m, limits.apart_m);
            self.episode.keep(view, effects);
        } else if view.now - since >= Span::from_seconds(limits.held_s)
            && let Some(mut anomaly) = begun(view, [(ix, track), (echo_ix, echo)], since)
        {
            describe(&mut anomaly, apart_m, limits.apart_m);
            self.episode.raise(anomaly, Span::from_seconds(limits.merge_gap_s), effects);
        }
    }

    /// The radar-only track that began where and when the two parted.
    fn find_echo(&self, view: &View<'_>) -> Option<TrackIx> {
        let near = view.picture.near(self.place, Metres(ECHO_NEAR.0 * 4.0));
        let began = |ix: &TrackIx| {
            view.track(*ix).is_some_and(|track| {
                let first = track.history.since(EventTime::MIN).next();
                let in_time = track.first_at + Span::from_mins(1) >= self.at && track.first_at <= self.at + ECHO_WITHIN;
                let there = first.is_some_and(|fix| fix.position.distance_to(self.place) <= ECHO_NEAR);
                track.is_radar_only() && in_time && there
            })
        };
        let mut found = near.into_iter().map(|(ix, _)| ix).filter(began);
        let one = found.next();
        one.filter(|_| found.next().is_none())
    }
}

fn begun(view: &View<'_>, tracks: [(TrackIx, &Track); 2], since: EventTime) -> Option<Anomaly> {
    let [(vessel, _), (echo, seen)] = tracks;
    let mut anomaly = episode::anomaly(Kind::PositionOffset, &[vessel, echo], since, view.now);
    anomaly.subjects.sort_by_key(|&ix| view.track(ix).map(|track| track.id));
    for (_, track) in tracks {
        join_zones(&mut anomaly.zones, &view.patrol(&track.zones));
    }
    if anomaly.zones.is_empty() {
        return None;
    }
    anomaly.position = Some(seen.last.position);
    anomaly.evidence = Evidence::of_history(&tracks, since - BONDED_FOR);
    anomaly.confidence = 0.8;
    Some(anomaly)
}

fn describe(anomaly: &mut Anomaly, apart_m: f64, least_m: f64) {
    anomaly.factors = SmallVec::from_slice(&[Factor {
        name: FactorName::Distance,
        value: apart_m,
        limit: Some(least_m),
        weight: 1.0,
    }]);
}
