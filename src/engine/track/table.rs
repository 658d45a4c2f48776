//! A table of something that is kept of nearly every track: one place a track, found without a search.

use serde::{Deserialize, Serialize};

use super::TrackIx;

/// What is kept of tracks, by their place; for what is kept of few, a map is smaller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrackTable<V>(Vec<Option<V>>);

impl<V> Default for TrackTable<V> {
    fn default() -> Self {
        TrackTable(Vec::new())
    }
}

impl<V> TrackTable<V> {
    /// What is kept of a track.
    pub fn get(&self, track: &TrackIx) -> Option<&V> {
        self.0.get(track.0 as usize)?.as_ref()
    }

    /// What is kept of a track, to change.
    pub fn get_mut(&mut self, track: &TrackIx) -> Option<&mut V> {
        self.0.get_mut(track.0 as usize)?.as_mut()
    }

    /// What is kept of a track, made if nothing is.
    pub fn get_or_insert_with(&mut self, track: TrackIx, make: impl FnOnce() -> V) -> &mut V {
        let place = track.0 as usize;
        if place >= self.0.len() {
            self.0.resize_with(place + 1, || None);
        }
        self.0[place].get_or_insert_with(make)
    }

    /// Changes what is kept, by the tracks' places.
    pub fn for_each_mut(&mut self, mut change: impl FnMut(TrackIx, &mut V)) {
        for (place, value) in (0..).zip(&mut self.0) {
            if let Some(value) = value {
                change(TrackIx(place), value);
            }
        }
    }

    /// Takes out what is kept of a track.
    pub fn remove(&mut self, track: &TrackIx) -> Option<V> {
        self.0.get_mut(track.0 as usize)?.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_one_thing_a_track() {
        let mut table = TrackTable::default();
        *table.get_or_insert_with(TrackIx(5), || 1) += 1;
        assert_eq!((table.get(&TrackIx(5)), table.get(&TrackIx(4)), table.get(&TrackIx(9))), (Some(&2), None, None));
        if let Some(value) = table.get_mut(&TrackIx(5)) {
            *value = 7;
        }
        assert_eq!(
            (table.remove(&TrackIx(5)), table.remove(&TrackIx(5)), table.remove(&TrackIx(6))),
            (Some(7), None, None)
        );
    }
}
