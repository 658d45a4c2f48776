//! Two tracks that lie together and never have a plot in the same rotation are one vessel told twice.
//!
//! The nameless one ends, or the younger.

use serde::{Deserialize, Serialize};

use super::matrix::{Matrix, length, subtract};
use super::track::{FusedTrack, MISSED};
use super::{Event, FusedIx, Fusion};
use crate::engine::time::EventTime;
use crate::engine::units::Metres;

/// Tracks nearer than this are watched: two vessels that meet are seen both before they lie together.
const WATCHED: Metres = Metres(300.0);
/// Rotations in which one had a plot and the other none, before they count as one.
const ROTATIONS: u16 = 12;
/// Squared distances, position and velocity, within which they lie together.
const AGREES: (f64, f64) = (9.0, 9.0);
/// What hull and slow drift add to a place, one standard deviation, m, and to a velocity, m/s.
const SLACK: (f64, f64) = (15.0, 0.5);

/// What a track's nearest neighbour is to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Twin {
    of: FusedIx,
    /// When that one began, for places in the table are used again.
    born: EventTime,
    /// Rotations in which one of them had a plot.
    one: u16,
    /// Whether both ever had one.
    both: bool,
}

impl Fusion {
    /// A rotation is complete: watches a nameless track and its neighbour; whether it is over, being told twice.
    pub(super) fn watch_twin(&mut self, ix: FusedIx, radar: (u16, f64), now: EventTime, events: &mut Vec<Event>) {
        let Some(twin) = self.tracks.get(ix).and_then(|track| self.twin_of(ix, track, radar, now)) else { return };
        let Some(track) = self.tracks.get_mut(ix) else { return };
        track.twin = Some(twin);
        if twin.both || twin.one < ROTATIONS || !self.lie_together(ix, twin.of, now) {
            return;
        }
        let Some(double) = self.tracks.remove(ix) else { return };
        if let Some(own) = double.own {
            match self.tracks.get_mut(twin.of) {
                Some(FusedTrack { vessel: Some(vessel), .. }) => {
                    events.push(Event::Bound { fused: twin.of, vessel: *vessel, own: Some(own) });
                }
                _ => events.push(Event::Ended { vessel: None, own: Some(own) }),
            }
        }
    }

    /// The neighbour that is watched, else the nearest one, with this rotation counted.
    fn twin_of(&self, ix: FusedIx, track: &FusedTrack, radar: (u16, f64), now: EventTime) -> Option<Twin> {
        if track.vessel.is_some() || !track.confirmed {
            return None;
        }
        let here = track.frame.earth(track.expected_at(now));
        let apart_m = |of: FusedIx| {
            let other = self.tracks.get(of)?;
            let elder = other.confirmed && (other.vessel.is_some() || other.first_at <= track.first_at);
            let apart_m = length(other.offset_of(here, now));
            (elder && apart_m < WATCHED.0).then_some(apart_m)
        };
        let known = track.twin.filter(|twin| self.tracks.get(twin.of).is_some_and(|other| other.first_at == twin.born));
        let twin = known.filter(|twin| apart_m(twin.of).is_some()).or_else(|| {
            let others = self.tracks.near(here, WATCHED).into_iter().filter(|other| *other != ix);
            let (_, of) = others.filter_map(|of| Some((apart_m(of)?, of))).min_by(|x, y| x.0.total_cmp(&y.0))?;
            Some(Twin { of, born: self.tracks.get(of)?.first_at, one: 0, both: false })
        })?;
        let plots = (track.has_plot(radar), self.tracks.get(twin.of)?.has_plot(radar));
        let one = twin.one.saturating_add(u16::from(plots.0 != plots.1));
        Some(Twin { one, both: twin.both || (plots.0 && plots.1), ..twin })
    }

    fn lie_together(&self, ix: FusedIx, of: FusedIx, now: EventTime) -> bool {
        let (Some(track), Some(other)) = (self.tracks.get(ix), self.tracks.get(of)) else { return false };
        let (mine, its) = (track.state_at(now), other.state_at(now));
        let place = other.frame.plane(track.frame.earth(mine.p));
        let pp = mine.pp.plus(its.pp).plus(Matrix::scalar(SLACK.0 * SLACK.0));
        let vv = mine.vv.plus(its.vv).plus(Matrix::scalar(SLACK.1 * SLACK.1));
        let dp = pp.distance_squared(subtract(place, its.p));
        dp < AGREES.0 && vv.distance_squared(subtract(mine.v, its.v)) < AGREES.1
    }
}

impl FusedTrack {
    /// Whether it took a plot of its own in this radar's last rotation.
    fn has_plot(&self, (radar, turns): (u16, f64)) -> bool {
        self.hit.is_some_and(|hit| hit.radar == radar && turns - hit.turns < MISSED && hit.at == self.own_at)
    }
}
