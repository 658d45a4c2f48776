//! Evidence: the fixes that show an anomaly, each with the reference to its raw sentence.

use serde::{Deserialize, Serialize};

use super::super::time::EventTime;
use super::super::track::{Fix, Track, TrackIx};
use crate::engine::track::history::SLOT;

/// At most this many fixes are kept; then every second one between the first and the last is dropped.
const AT_MOST: usize = 500;

/// One fix of one subject.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exhibit {
    /// Whose.
    pub track: TrackIx,
    /// The fix with its journal reference.
    pub fix: Fix,
}

/// Fixes at one a minute and subject, in time order, plus those marked as turning points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    exhibits: Vec<Exhibit>,
}

impl Evidence {
    /// Starts with what a track's history holds from `from` on.
    pub fn of_history(tracks: &[(TrackIx, &Track)], from: EventTime) -> Self {
        let mut exhibits: Vec<Exhibit> = tracks
            .iter()
            .flat_map(|&(track, t)| {
                t.history.since(from).chain(std::iter::once(t.last)).map(move |fix| Exhibit { track, fix })
            })
            .collect();
        exhibits.sort_by_key(|e| (e.fix.at, e.track));
        exhibits.dedup_by_key(|e| (e.fix.at, e.track, e.fix.digest));
        let mut evidence = Evidence { exhibits };
        evidence.thin();
        evidence
    }

    /// Adds a fix if it is the first of its subject in its minute, or a turning point.
    pub fn add(&mut self, track: TrackIx, fix: Fix, turning_point: bool) {
        let last = self.exhibits.iter().rev().find(|e| e.track == track);
        let known = last.is_some_and(|e| e.fix.at == fix.at && e.fix.digest == fix.digest);
        let due = last.is_none_or(|e| e.fix.at.slot(SLOT) < fix.at.slot(SLOT));
        if !known && (due || turning_point) {
            self.exhibits.push(Exhibit { track, fix });
            self.thin();
        }
    }

    /// All exhibits in time order.
    pub fn exhibits(&self) -> &[Exhibit] {
        &self.exhibits
    }

    fn thin(&mut self) {
        while self.exhibits.len() > AT_MOST {
            let last = self.exhibits.len() - 1;
            let mut place = 0usize;
            self.exhibits.retain(|_| {
                let keep = place == 0 || place >= last || place.is_multiple_of(2);
                place += 1;
                keep
            });
        }
    }
}
