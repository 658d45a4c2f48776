//! The table of fused tracks, and the grid that finds them.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::FusedIx;
use super::track::FusedTrack;
use crate::engine::earth::Position;
use crate::engine::grid::{Cell, Grid};
use crate::engine::units::Metres;

/// More tracks than this are refused and counted.
const CAPACITY: usize = 200_000;

/// All live fused tracks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    tracks: Vec<Option<Box<FusedTrack>>>,
    free: Vec<FusedIx>,
    grid: Grid<FusedIx>,
    refused: u64,
}

impl Table {
    /// Adds a track; `None` when there is no room (counted).
    pub fn add(&mut self, track: FusedTrack) -> Option<FusedIx> {
        if self.tracks.len() - self.free.len() >= CAPACITY {
            self.refused += 1;
            return None;
        }
        let ix = self.free.pop().unwrap_or_else(|| {
            self.tracks.push(None);
            FusedIx((self.tracks.len() - 1) as u32)
        });
        self.grid.enter(ix, track.cell);
        *self.tracks.get_mut(ix.0 as usize)? = Some(Box::new(track));
        Some(ix)
    }

    /// Takes a track out.
    pub fn remove(&mut self, ix: FusedIx) -> Option<FusedTrack> {
        let track = *self.tracks.get_mut(ix.0 as usize)?.take()?;
        self.grid.leave(ix, track.cell);
        self.free.push(ix);
        Some(track)
    }

    /// A track.
    pub fn get(&self, ix: FusedIx) -> Option<&FusedTrack> {
        self.tracks.get(ix.0 as usize)?.as_deref()
    }

    /// A track, to change; `relist` it when it has moved.
    pub fn get_mut(&mut self, ix: FusedIx) -> Option<&mut FusedTrack> {
        self.tracks.get_mut(ix.0 as usize)?.as_deref_mut()
    }

    /// Lists a track where it is now.
    pub fn relist(&mut self, ix: FusedIx, place: Position) {
        let to = self.grid.cell_of(place);
        let Some(track) = self.get_mut(ix) else { return };
        let from = std::mem::replace(&mut track.cell, to);
        if from != to {
            self.grid.leave(ix, from);
            self.grid.enter(ix, to);
        }
    }

    /// The cell of a place, for a track that begins there.
    pub fn cell_of(&self, place: Position) -> Cell {
        self.grid.cell_of(place)
    }

    /// The tracks that may be within a distance of a place, in order of their place in the table.
    pub fn near(&self, place: Position, within: Metres) -> SmallVec<[FusedIx; 32]> {
        let mut found = SmallVec::new();
        self.grid.for_each_near(place, within, |ix| found.push(ix));
        found.sort_unstable();
        found
    }

    /// How many places the table has, taken or free.
    pub fn places(&self) -> usize {
        self.tracks.len()
    }

    /// All tracks with their place, in order of it.
    pub fn iter(&self) -> impl Iterator<Item = (FusedIx, &FusedTrack)> {
        (0..).map(FusedIx).zip(&self.tracks).filter_map(|(ix, track)| Some((ix, track.as_deref()?)))
    }

    /// All tracks in order of their place.
    pub fn ixs(&self) -> Vec<FusedIx> {
        (0..).map(FusedIx).zip(&self.tracks).filter(|(_, track)| track.is_some()).map(|(ix, _)| ix).collect()
    }

    /// How many were refused for want of room.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}
