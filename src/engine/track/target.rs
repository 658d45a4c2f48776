//! Radar targets: numbers of a sensor's tracker, their epochs, and what binds each to a vessel.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Fix, TrackIx};
use crate::engine::input::FeedId;
use crate::engine::map::Map;
use crate::engine::time::{EventTime, Span};

/// More targets than this are refused and counted.
const CAPACITY: usize = 100_000;
/// More lost vessels than this are not kept in mind.
const LOST_AT_MOST: usize = 1_000;
/// Reports that confirm a target.
const CONFIRMING: u32 = 4;
/// A target ends after this many silent scans ...
const SILENT_SCANS: f64 = 3.0;
/// ... but not before this.
const SILENT_AT_LEAST: Span = Span::from_secs(10);
/// No scan takes longer.
const SCAN_AT_MOST_S: f64 = 30.0;
/// A report further from where the target can be than this and `JUMP_M_S` times the time since is another vessel.
const JUMP_M: f64 = 300.0;
/// Fastest plausible change of place, m/s (about 50 kn).
const JUMP_M_S: f64 = 25.0;

/// A vessel that a target may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its track.
    pub track: TrackIx,
    /// Accumulated log-likelihood ratio of "same" against "other".
    pub llr: f64,
    /// Reports it was compared at.
    pub reports: u32,
    /// When last.
    pub at: EventTime,
}

/// A target that ended while it held a vessel whose AIS was silent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    /// The vessel's track.
    pub vessel: TrackIx,
    /// Where it was last seen.
    pub last: Fix,
}

/// One target of a radar's tracker, from acquisition to loss.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Target {
    /// Feed and number: reused after it ends.
    pub key: (FeedId, u32),
    /// First report.
    pub first_at: EventTime,
    /// Latest report.
    pub last: Fix,
    /// Reports so far.
    pub reports: u32,
    /// Time between reports, s, smoothed.
    pub scan_s: f64,
    /// Distance of the latest report from the antenna, m.
    pub range_m: f64,
    /// The track it moves or confirms.
    pub track: Option<TrackIx>,
    /// Whether that track is a vessel with AIS.
    pub bound: bool,
    /// Vessels it may be, by track.
    pub candidates: SmallVec<[Candidate; 4]>,
    /// Reports in a row that lay far from the bound vessel.
    pub astray: u8,
}

impl Target {
    /// Whether it has been held long enough to be believed.
    pub fn is_confirmed(&self) -> bool {
        self.reports >= CONFIRMING
    }

    /// When it counts as lost if nothing more is heard.
    pub fn silent_at(&self) -> EventTime {
        let scans = Span::from_seconds(self.scan_s * SILENT_SCANS);
        self.last.at + if scans > SILENT_AT_LEAST { scans } else { SILENT_AT_LEAST }
    }

    /// Whether a report cannot be this target's.
    fn jumps_to(&self, fix: &Fix) -> bool {
        let since = (fix.at - self.last.at).seconds().max(0.0);
        self.last.position.distance_to(fix.position).0 > JUMP_M + JUMP_M_S * since
    }
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// It continues this target.
    Continued(u32),
    /// It starts this target.
    Started(u32),
    /// There is no room (counted).
    Refused,
}

/// All live targets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Targets {
    table: Vec<Option<Target>>,
    free: Vec<u32>,
    by_key: Map<(FeedId, u32), u32>,
    spoke_at: Map<FeedId, EventTime>,
    lost: Vec<Lost>,
    refused: u64,
}

impl Targets {
    /// The live target of a feed's number.
    pub fn find(&self, key: (FeedId, u32)) -> Option<u32> {
        self.by_key.get(&key).copied()
    }

    /// Whether a report under this number is another vessel than the live target: a new epoch.
    pub fn is_other_vessel(&self, ix: u32, fix: &Fix) -> bool {
        self.get(ix).is_some_and(|target| target.jumps_to(fix) || fix.at > target.silent_at())
    }

    /// Takes a report: continues the live target of its number or starts one.
    pub fn take(&mut self, key: (FeedId, u32), fix: Fix, range_m: f64, rotation: Option<Span>) -> Taken {
        self.note_alive(key.0, fix.at);
        if let Some(ix) = self.find(key) {
            if let Some(target) = self.get_mut(ix) {
                let scan_s = (fix.at - target.last.at).seconds().clamp(0.5, SCAN_AT_MOST_S);
                target.scan_s = if rotation.is_some() { target.scan_s } else { 0.8 * target.scan_s + 0.2 * scan_s };
                target.last = fix;
                target.range_m = range_m;
                target.reports = target.reports.saturating_add(1);
            }
            return Taken::Continued(ix);
        }
        if self.by_key.len() >= CAPACITY {
            self.refused += 1;
            return Taken::Refused;
        }
        let target = Target {
            key,
            first_at: fix.at,
            last: fix,
            reports: 1,
            scan_s: rotation.map_or(SCAN_AT_MOST_S / 3.0, Span::seconds),
            range_m,
            track: None,
            bound: false,
            candidates: SmallVec::new(),
            astray: 0,
        };
        let ix = match self.free.pop() {
            Some(ix) => ix,
            None => {
                self.table.push(None);
                (self.table.len() - 1) as u32
            }
        };
        if let Some(place) = self.table.get_mut(ix as usize) {
            *place = Some(target);
        }
        self.by_key.insert(key, ix);
        Taken::Started(ix)
    }

    /// Ends a target.
    pub fn end(&mut self, ix: u32) -> Option<Target> {
        let target = self.table.get_mut(ix as usize)?.take()?;
        self.by_key.remove(&target.key);
        self.free.push(ix);
        Some(target)
    }

    /// A live target.
    pub fn get(&self, ix: u32) -> Option<&Target> {
        self.table.get(ix as usize)?.as_ref()
    }

    /// A live target, to change.
    pub fn get_mut(&mut self, ix: u32) -> Option<&mut Target> {
        self.table.get_mut(ix as usize)?.as_mut()
    }

    /// Keeps in mind that a vessel was lost; of very many the latest.
    pub fn note_lost(&mut self, lost: Lost) {
        self.forget_lost(lost.vessel);
        if self.lost.len() >= LOST_AT_MOST {
            self.lost.remove(0);
        }
        self.lost.push(lost);
    }

    /// The vessels that were lost since an instant.
    pub fn lost_since(&self, at: EventTime) -> impl Iterator<Item = &Lost> {
        self.lost.iter().filter(move |lost| lost.last.at >= at)
    }

    /// A vessel is not lost any more.
    pub fn forget_lost(&mut self, vessel: TrackIx) {
        self.lost.retain(|lost| lost.vessel != vessel);
    }

    /// A radar told of something: it lives.
    pub fn note_alive(&mut self, feed: FeedId, at: EventTime) {
        self.spoke_at.insert(feed, at);
    }

    /// Whether a radar told of anything within `within` before `now`: a dead radar makes nothing lost or merged.
    pub fn is_alive(&self, feed: FeedId, now: EventTime, within: Span) -> bool {
        self.spoke_at.get(&feed).is_some_and(|&at| now - at <= within)
    }

    /// How many were refused for want of room.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}
