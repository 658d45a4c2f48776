//! Slow close pairs at one instant, and what the rules make of each: the question that a suppressed pair answers.

use super::circumstances::{cluster_of, suppression};
use crate::engine::detect::{Rule, View};
use crate::engine::earth::Position;
use crate::engine::track::interval::{AT_ANCHOR, MOORED};
use crate::engine::track::{Track, TrackIx};
use crate::engine::units::{Metres, Speed};
use crate::engine::vessel::MmsiClass;
use crate::engine::zone::ZoneIx;

/// Two slow vessels close to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct SlowPair {
    /// The two, lower track first.
    pub tracks: [TrackIx; 2],
    /// From last position to last position.
    pub distance: Metres,
    /// The middle between both.
    pub middle: Position,
    /// What suppresses them as they lie there, and the zone it rests on.
    pub suppressed: Option<(Rule, Option<ZoneIx>)>,
    /// Stopped vessels connected with them, themselves included, ascending; empty for fewer than three.
    pub cluster: Vec<TrackIx>,
    /// Whether either says that it is at anchor or moored.
    pub declared: bool,
}

/// Every pair of vessels within a distance of each other that report less than a speed, in order of their tracks.
///
/// Each vessel counts where it was last; of a number that several hulls use, the hull heard last.
pub fn slow_pairs(view: &View<'_>, radius: Metres, below: Speed) -> Vec<SlowPair> {
    let mut pairs = Vec::new();
    for (a, track) in view.picture.iter().filter(|(ix, track)| is_slow(view, *ix, track, below)) {
        for (b, distance) in view.picture.near(track.last.position, radius) {
            let Some(other) = view.track(b).filter(|other| b > a && is_slow(view, b, other, below)) else { continue };
            let limits = &view.limits_for(track).ship_to_ship;
            pairs.push(SlowPair {
                tracks: [a, b],
                distance,
                middle: track.last.position.towards(other.last.position, 0.5),
                suppressed: suppression(view, (a, b), track, other, false, limits).map(|s| (s.rule, s.entry)),
                cluster: cluster_of(view, (a, b), limits),
                declared: [track, other].iter().any(|t| matches!(t.navigational_status, Some(AT_ANCHOR | MOORED))),
            });
        }
    }
    pairs
}

/// A vessel, not craft or gear, at the latest hull of its number.
fn is_slow(view: &View<'_>, ix: TrackIx, track: &Track, below: Speed) -> bool {
    let Some(mmsi) = track.mmsi.filter(|mmsi| mmsi.class() == MmsiClass::Vessel) else { return false };
    let hulls = view.picture.of_mmsi(mmsi);
    let newest = hulls.iter().filter_map(|&hull| Some((view.track(hull)?.last.at, hull))).max();
    track.last.sog.is_some_and(|sog| sog < below) && newest.is_some_and(|(_, newest)| newest == ix)
}
