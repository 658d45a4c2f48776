//! The picture: all current tracks and the grid that finds neighbours; how they are found.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::earth::Position;
use super::grid::{Cell, Grid};
use super::map::Map;
use super::track::{Track, TrackIx};
use super::units::Metres;
use super::vessel::Mmsi;

/// More tracks than this are refused and counted.
const CAPACITY: usize = 4_000_000;

/// All current tracks and the spatial index over them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Picture {
    tracks: Vec<Option<Box<Track>>>,
    /// The cell in which each track is listed.
    places: Vec<Cell>,
    free: Vec<TrackIx>,
    /// The oldest track of each MMSI; each leads to the next.
    by_mmsi: Map<Mmsi, TrackIx>,
    grid: Grid<TrackIx>,
    made: u64,
    refused: u64,
}

impl Picture {
    /// Adds a track; `None` when the picture is full (counted).
    pub fn add(&mut self, track: Track) -> Option<TrackIx> {
        if self.len() >= CAPACITY {
            self.refused += 1;
            return None;
        }
        let (position, mmsi) = (track.last.position, track.mmsi);
        let ix = match self.free.pop() {
            Some(ix) => ix,
            None => {
                self.tracks.push(None);
                self.places.push(Cell::default());
                TrackIx((self.tracks.len() - 1) as u32)
            }
        };
        if let Some(place) = self.tracks.get_mut(ix.0 as usize) {
            *place = Some(Box::new(track));
        }
        let cell = self.grid.cell_of(position);
        if let Some(place) = self.places.get_mut(ix.0 as usize) {
            *place = cell;
        }
        if let Some(mmsi) = mmsi {
            self.append(mmsi, ix);
        }
        self.grid.enter(ix, cell);
        self.made += 1;
        Some(ix)
    }

    /// Takes a track out.
    pub fn remove(&mut self, ix: TrackIx) -> Option<Track> {
        let track = *self.tracks.get_mut(ix.0 as usize)?.take()?;
        let cell = self.places.get(ix.0 as usize).copied()?;
        self.grid.leave(ix, cell);
        if let Some(mmsi) = track.mmsi {
            self.leave_chain(mmsi, ix, track.next_segment);
        }
        self.free.push(ix);
        Some(track)
    }

    /// A track.
    pub fn get(&self, ix: TrackIx) -> Option<&Track> {
        self.tracks.get(ix.0 as usize)?.as_deref()
    }

    /// A track, to change anything but its position (`relocate` does that).
    pub fn get_mut(&mut self, ix: TrackIx) -> Option<&mut Track> {
        self.tracks.get_mut(ix.0 as usize)?.as_deref_mut()
    }

    /// Changes a track by `change` and keeps the index true if that moved it.
    pub fn relocate<R>(&mut self, ix: TrackIx, change: impl FnOnce(&mut Track) -> R) -> Option<R> {
        let track = self.tracks.get_mut(ix.0 as usize)?.as_deref_mut()?;
        let result = change(track);
        let to = self.grid.cell_of(track.last.position);
        let from = std::mem::replace(self.places.get_mut(ix.0 as usize)?, to);
        if from != to {
            self.grid.leave(ix, from);
            self.grid.enter(ix, to);
        }
        Some(result)
    }

    /// The tracks of an MMSI, oldest first.
    pub fn of_mmsi(&self, mmsi: Mmsi) -> SmallVec<[TrackIx; 2]> {
        let mut found = SmallVec::new();
        let mut next = self.by_mmsi.get(&mmsi).copied();
        while let Some(ix) = next {
            found.push(ix);
            next = self.get(ix).and_then(|track| track.next_segment);
        }
        found
    }

    /// The tracks whose last position lies within a distance of a point, in ascending order of index.
    pub fn near(&self, centre: Position, within: Metres) -> SmallVec<[(TrackIx, Metres); 16]> {
        let mut found: SmallVec<[(TrackIx, Metres); 16]> = SmallVec::new();
        self.grid.for_each_near(centre, within, |ix| {
            if let Some(track) = self.get(ix) {
                let distance = centre.distance_to(track.last.position);
                if distance <= within {
                    found.push((ix, distance));
                }
            }
        });
        found.sort_unstable_by_key(|&(ix, _)| ix);
        found
    }

    /// How many places the table of tracks has, taken or free: every `TrackIx` is below.
    pub fn slots(&self) -> u32 {
        self.tracks.len() as u32
    }

    /// Changes every track in a way that moves none.
    pub fn for_each_mut(&mut self, change: impl FnMut(&mut Track)) {
        self.tracks.iter_mut().flatten().map(|track| &mut **track).for_each(change);
    }

    /// How many tracks there are.
    pub fn len(&self) -> usize {
        self.tracks.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tracks were ever made.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// How many were refused for want of room.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// All tracks in ascending order of index.
    pub fn iter(&self) -> impl Iterator<Item = (TrackIx, &Track)> {
        self.tracks.iter().enumerate().filter_map(|(i, track)| Some((TrackIx(i as u32), track.as_deref()?)))
    }

    fn append(&mut self, mmsi: Mmsi, ix: TrackIx) {
        match self.of_mmsi(mmsi).last() {
            Some(last) => {
                if let Some(last) = self.get_mut(*last) {
                    last.next_segment = Some(ix);
                }
            }
            None => _ = self.by_mmsi.insert(mmsi, ix),
        }
    }

    fn leave_chain(&mut self, mmsi: Mmsi, ix: TrackIx, next: Option<TrackIx>) {
        let before = self.of_mmsi(mmsi).into_iter().take_while(|other| *other != ix).last();
        match (before.and_then(|before| self.get_mut(before)), next) {
            (Some(before), _) => before.next_segment = next,
            (None, Some(next)) => _ = self.by_mmsi.insert(mmsi, next),
            (None, None) => _ = self.by_mmsi.remove(&mmsi),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::report::AisClass;
    use crate::engine::time::EventTime;
    use crate::engine::track::{Fix, TrackId};
    use proptest::prelude::*;

    fn track(lat: f64, lon: f64) -> Track {
        let fix = Fix::plain(EventTime::from_millis(0), Position::from_degrees_wrapped(lat, lon));
        Track::new(TrackId(0), None, AisClass::A, fix)
    }

    #[test]
    fn segments_of_a_number_stay_in_the_order_they_came() {
        let mut picture = Picture::default();
        let of = |mmsi| Track { mmsi: Some(Mmsi(mmsi)), ..track(1.0, 1.0) };
        let [a, b, other, c] = [1, 1, 2, 1].map(|mmsi| picture.add(of(mmsi)).unwrap());
        for (gone, left) in [(other, vec![a, b, c]), (b, vec![a, c]), (a, vec![c]), (c, vec![])] {
            assert!(picture.remove(gone).is_some_and(|track| track.mmsi.is_some()));
            assert_eq!(picture.of_mmsi(Mmsi(1)).to_vec(), left);
        }
        assert!(picture.of_mmsi(Mmsi(2)).is_empty() && picture.is_empty());
    }

    #[test]
    fn neighbours_across_the_antimeridian_and_near_the_pole() {
        let mut picture = Picture::default();
        let a = picture.add(track(10.0, 179.9999)).unwrap();
        let b = picture.add(track(10.0, -179.9999)).unwrap();
        let found = picture.near(Position::from_degrees(10.0, 180.0).unwrap(), Metres(500.0));
        assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), [a, b]);
        let c = picture.add(track(89.9999, 10.0)).unwrap();
        let found = picture.near(Position::from_degrees(89.9999, -170.0).unwrap(), Metres(500.0));
        assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), [c]);
    }

    proptest! {
        #[test]
        fn the_grid_agrees_with_a_plain_scan(
            centre in (-89.0f64..89.0, -180.0f64..180.0),
            others in prop::collection::vec((-0.05f64..0.05, -0.2f64..0.2), 1..40),
            moves in prop::collection::vec((0usize..40, -0.05f64..0.05, -0.2f64..0.2), 0..40),
            within in 10.0f64..4000.0,
        ) {
            let mut picture = Picture::default();
            let mut all = Vec::new();
            for (lat, lon) in &others {
                all.push(picture.add(track(centre.0 + lat, centre.1 + lon)).unwrap());
            }
            for (i, lat, lon) in &moves {
                let ix = all[i % all.len()];
                let to = Position::from_degrees_wrapped(centre.0 + lat, centre.1 + lon);
                picture.relocate(ix, |t| t.last.position = to);
            }
            let here = Position::from_degrees_wrapped(centre.0, centre.1);
            let plain: Vec<TrackIx> = picture
                .iter()
                .filter(|(_, t)| here.distance_to(t.last.position).0 <= within)
                .map(|(ix, _)| ix)
                .collect();
            let grid: Vec<TrackIx> = picture.near(here, Metres(within)).iter().map(|f| f.0).collect();
            prop_assert_eq!(grid, plain);
        }
    }
}
