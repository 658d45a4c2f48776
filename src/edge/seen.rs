//! The picture as the console and the API see it: a copy of the engine's, a few moments old, versioned row by row.

use std::sync::{Arc, PoisonError, RwLock};

use crate::engine::decode::report::AisClass;
use crate::engine::earth::Position;
use crate::engine::map::Map;
use crate::engine::time::EventTime;
use crate::engine::track::{Source, Track, TrackId, TrackIx};
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::{Claims, Mmsi};

/// One track as it stood when the engine last looked.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenTrack {
    /// Public name.
    pub id: TrackId,
    /// Its number, if it sends any.
    pub mmsi: Option<Mmsi>,
    /// AIS equipment.
    pub class: AisClass,
    /// What it claims of itself.
    pub claims: Claims,
    /// Where it was last seen.
    pub position: Position,
    /// Speed over ground.
    pub sog: Option<Speed>,
    /// Course over ground.
    pub cog: Option<Course>,
    /// True heading.
    pub true_heading: Option<Heading>,
    /// Navigational status, ITU-R M.1371-5 table 45.
    pub navigational_status: Option<u8>,
    /// When it was last seen.
    pub observed_at: EventTime,
    /// AIS holds it.
    pub by_ais: bool,
    /// Radar holds it.
    pub by_radar: bool,
    /// Seen often enough to be judged.
    pub confirmed: bool,
    /// Its radar target was lost: it stands where it was last seen.
    pub coasting: bool,
}

impl SeenTrack {
    /// What the engine's track shows at event time `now`.
    pub fn of(track: &Track, now: EventTime) -> Self {
        let sources = track.sources(now);
        SeenTrack {
            id: track.id,
            mmsi: track.mmsi,
            class: track.class,
            claims: track.claims,
            position: track.last.position,
            sog: track.last.sog,
            cog: track.last.cog,
            true_heading: track.true_heading,
            navigational_status: track.navigational_status,
            observed_at: track.last.at,
            by_ais: sources.contains(&Source::Ais),
            by_radar: sources.contains(&Source::Radar),
            confirmed: track.confirmed,
            coasting: track.coasting,
        }
    }
}

/// One place of the table; places are reused when a track is gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The table's version when it last changed.
    pub version: u64,
    /// The table's version when who it is (id, number, claims) last changed.
    pub identity_version: u64,
    /// The track, or `None` since it is gone.
    pub track: Option<SeenTrack>,
}

/// The rows and the event time they were taken at.
#[derive(Debug)]
pub struct Table {
    /// Rises with every change.
    pub version: u64,
    /// Event time as far as the engine had handled it.
    pub at: EventTime,
    /// By slot.
    pub rows: Vec<Row>,
    slots: Map<TrackId, u32>,
}

/// The table, shared; a clone shows the same.
#[derive(Clone, Debug)]
pub struct SeenPicture(Arc<RwLock<Table>>);

impl Default for SeenPicture {
    fn default() -> Self {
        let table = Table { version: 0, at: EventTime::MIN, rows: Vec::new(), slots: Map::default() };
        SeenPicture(Arc::new(RwLock::new(table)))
    }
}

impl SeenPicture {
    /// Takes what the engine's thread saw in some of its slots at event time `at`.
    pub fn take(&self, at: EventTime, swept: Vec<(TrackIx, Option<SeenTrack>)>) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        table.version += 1;
        table.at = table.at.max(at);
        for (ix, track) in swept {
            table.put(ix.0, track);
        }
    }

    /// Looks at the table; keep it short, the next sweep waits.
    pub fn read<R>(&self, look: impl FnOnce(&Table) -> R) -> R {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Table {
    /// A track by its public name.
    pub fn get(&self, id: TrackId) -> Option<&SeenTrack> {
        self.rows.get(*self.slots.get(&id)? as usize)?.track.as_ref()
    }

    /// All tracks with their slots.
    pub fn tracks(&self) -> impl Iterator<Item = (u32, &SeenTrack)> {
        self.rows.iter().enumerate().filter_map(|(slot, row)| Some((slot as u32, row.track.as_ref()?)))
    }

    fn put(&mut self, slot: u32, track: Option<SeenTrack>) {
        let place = slot as usize;
        if place >= self.rows.len() {
            if track.is_none() {
                return;
            }
            self.rows.resize(place + 1, Row::default());
        }
        let version = self.version;
        let Some(row) = self.rows.get_mut(place) else { return };
        if row.track == track {
            return;
        }
        let who = |track: &SeenTrack| (track.id, track.mmsi, track.claims);
        if row.track.as_ref().map(who) != track.as_ref().map(who) {
            row.identity_version = version;
        }
        let gone = row.track.as_ref().map(|track| track.id);
        let come = track.as_ref().map(|track| track.id);
        row.version = version;
        row.track = track;
        if gone != come {
            if let Some(id) = gone
                && self.slots.get(&id) == Some(&slot)
            {
                self.slots.remove(&id);
            }
            if let Some(id) = come {
                self.slots.insert(id, slot);
            }
        }
    }
}
