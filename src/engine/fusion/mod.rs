//! Fusion: radar plots and AIS fixes to one track a vessel (`docs/fusion.md`).
//!
//! Plots are handled sector by sector, AIS fixes as they come; both move the same filter. What changes for the picture is
//! told as events.

mod assign;
mod bind;
mod clutter;
mod coarse;
mod filter;
mod frame;
mod matrix;
mod radar;
mod realign;
mod registration;
mod sector;
mod succession;
mod table;
#[cfg(test)]
mod tests;
mod track;
mod twin;

use serde::{Deserialize, Serialize};

use super::decode::report::{PlotReport, Report, ScanReport, SourceId};
use super::input::{FeedId, Site};
use super::map::Map;
use super::time::EventTime;
use super::track::{FusedIx, TrackIx};
use assign::Assigner;
pub use bind::AisFix;
pub use coarse::{SOUGHT, Vote};
use radar::Radar;
pub use registration::{Registration, Residual};
use table::Table;
pub use track::{FusedTrack, Hit};

/// More radars than this are refused and counted.
const RADARS_AT_MOST: usize = 256;

/// What changed for the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A confirmed track took a plot.
    Held(FusedIx),
    /// A track turned out to be this vessel; its own track of the picture, if it had one, is over.
    Bound {
        /// The track.
        fused: FusedIx,
        /// The vessel.
        vessel: TrackIx,
        /// What stood for it before.
        own: Option<TrackIx>,
    },
    /// A track is not this vessel after all.
    Unbound {
        /// The vessel.
        vessel: TrackIx,
    },
    /// A track is over.
    Ended {
        /// The vessel it was.
        vessel: Option<TrackIx>,
        /// Its own track of the picture.
        own: Option<TrackIx>,
    },
}

/// All radars with their tracks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Fusion {
    radars: Vec<Radar>,
    tracks: Table,
    by_vessel: Map<TrackIx, FusedIx>,
    memories: Vec<bind::Memory>,
    suits: Map<TrackIx, bind::Suits>,
    refused: u64,
    #[serde(skip)]
    assigner: Assigner,
    /// Of each track, its place among those that a sector may be of; none between two sectors.
    #[serde(skip)]
    places: Vec<u32>,
}

impl Fusion {
    /// Takes a plot; the radar and the end of its sector, if a timer is to be set for it.
    pub fn take_plot(&mut self, report: &Report, plot: &PlotReport, site: Option<&Site>) -> Option<(u16, EventTime)> {
        let radar = self.radar((report.feed, plot.source), site)?;
        let ends = self.radars.get_mut(usize::from(radar))?.take(report, plot)?;
        Some((radar, ends))
    }

    /// Takes a mark of a scan likewise.
    pub fn take_scan(&mut self, report: &Report, scan: &ScanReport, site: Option<&Site>) -> Option<(u16, EventTime)> {
        let radar = self.radar((report.feed, scan.source), site)?;
        let ends = self.radars.get_mut(usize::from(radar))?.take_mark(report.observed_at, scan)?;
        Some((radar, ends))
    }

    /// The feed of a radar.
    pub fn feed_of(&self, radar: u16) -> Option<FeedId> {
        self.radars.get(usize::from(radar)).map(|radar| radar.key.0)
    }

    /// A live track.
    pub fn get(&self, ix: FusedIx) -> Option<&FusedTrack> {
        self.tracks.get(ix)
    }

    /// A live track, to change what the picture keeps there.
    pub fn set_own(&mut self, ix: FusedIx, own: TrackIx) {
        if let Some(track) = self.tracks.get_mut(ix) {
            track.own = Some(own);
        }
    }

    /// The track of a vessel.
    pub fn of_vessel(&self, vessel: TrackIx) -> Option<&FusedTrack> {
        self.tracks.get(*self.by_vessel.get(&vessel)?)
    }

    /// Whether a vessel was held by radar while its AIS was silent, and radar lost it too.
    pub fn has_lost(&self, vessel: TrackIx) -> bool {
        self.memories.iter().any(|memory| memory.vessel == vessel)
    }

    /// Radars with what is known of their bias.
    pub fn radars(&self) -> impl Iterator<Item = (FeedId, SourceId, &Registration)> {
        self.radars.iter().map(|radar| (radar.key.0, radar.key.1, &radar.registration))
    }

    /// How many live tracks radar has confirmed.
    pub fn confirmed(&self) -> usize {
        self.tracks.iter().filter(|(_, track)| track.is_confirmed()).count()
    }

    /// How many plots, tracks and radars were refused for want of room.
    pub fn refused(&self) -> u64 {
        self.refused + self.tracks.refused() + self.radars.iter().map(|radar| radar.refused).sum::<u64>()
    }

    fn radar(&mut self, key: (FeedId, SourceId), site: Option<&Site>) -> Option<u16> {
        if let Some((ix, known)) = (0..).zip(&mut self.radars).find(|(_, radar)| radar.key == key) {
            known.site = site.copied();
            return Some(ix);
        }
        if self.radars.len() >= RADARS_AT_MOST {
            self.refused += 1;
            return None;
        }
        self.radars.push(Radar::new(key, site));
        Some((self.radars.len() - 1) as u16)
    }
}
