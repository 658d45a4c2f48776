//! Track history: where every track was seen, in a file of its own that can be made again from the journal.

use std::path::Path;

use rusqlite::{Row, params};

use super::database::{Database, integer};
use super::readers::Readers;
use super::{StoreError, migrations};
use crate::engine::earth::Position;
use crate::engine::time::EventTime;
use crate::engine::track::{Source, TrackId};
use crate::engine::units::{Course, Speed};

/// One fix of a track, kept to 1e-7 degrees, 0.01 kn and 0.1 degrees of course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryFix {
    /// Whose.
    pub track: TrackId,
    /// When.
    pub at: EventTime,
    /// Where.
    pub position: Position,
    /// Speed over ground.
    pub sog: Option<Speed>,
    /// Course over ground.
    pub cog: Option<Course>,
    /// Which sensor saw it.
    pub source: Source,
}

/// The history as its writer sees it.
#[derive(Debug)]
pub struct HistoryStore {
    database: Database,
    /// Where pruning goes on: all tracks below were pruned in this round.
    pruned_to: i64,
}

/// The history as its readers see it; a clone shares their connections.
#[derive(Clone, Debug)]
pub struct HistoryReader {
    readers: Readers,
}

/// Tracks that one step of pruning looks at.
const PRUNED_A_STEP: usize = 1_000;

impl HistoryStore {
    /// Opens the history of a data folder; makes it if it is not there.
    pub fn open(dir: &Path) -> Result<HistoryStore, StoreError> {
        Ok(HistoryStore { database: Database::open(dir, &migrations::HISTORY)?, pruned_to: i64::MIN })
    }

    /// A reader of this history.
    pub fn reader(&self) -> HistoryReader {
        HistoryReader { readers: self.database.readers() }
    }

    /// Writes fixes down, all or none; of two of a track at one instant the first stays.
    pub fn append(&mut self, fixes: &[HistoryFix]) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let sql = "INSERT OR IGNORE INTO fixes (track, at, lat_e7, lon_e7, sog_ckn, cog_ddeg, source)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let mut insert = transaction.prepare(sql)?;
            fixes.iter().try_for_each(|fix| {
                let sog = fix.sog.map(|sog| (sog.knots() * 100.0).round() as i64);
                let cog = fix.cog.map(|cog| (cog.degrees() * 10.0).round() as i64 % 3_600);
                let (lat, lon) = (fix.position.lat_e7(), fix.position.lon_e7());
                let values =
                    params![fix.track.0.cast_signed(), fix.at.millis(), lat, lon, sog, cog, number_of(fix.source)];
                insert.execute(values).map(drop)
            })
        })
    }

    /// Forgets fixes before an instant, one short step a call; `true` while there is more to do.
    pub fn prune(&mut self, before: EventTime) -> Result<bool, StoreError> {
        let from = self.pruned_to;
        let next = self.database.write(|transaction| {
            let mut next_track = transaction.prepare("SELECT min(track) FROM fixes WHERE track >= ?1")?;
            let mut forget = transaction.prepare("DELETE FROM fixes WHERE track = ?1 AND at < ?2")?;
            let mut track = from;
            for _ in 0..PRUNED_A_STEP {
                let Some(found) = next_track.query_row([track], |row| row.get::<_, Option<i64>>(0))? else {
                    return Ok(None);
                };
                forget.execute([found, before.millis()])?;
                let Some(next) = found.checked_add(1) else { return Ok(None) };
                track = next;
            }
            Ok(Some(track))
        })?;
        self.pruned_to = next.unwrap_or(i64::MIN);
        Ok(next.is_some())
    }
}

impl HistoryReader {
    /// A track's fixes from one instant to another, both included, oldest first, at most `limit`.
    pub fn history(
        &self,
        track: TrackId,
        from: EventTime,
        to: EventTime,
        limit: usize,
    ) -> Result<Vec<HistoryFix>, StoreError> {
        self.readers.read(|transaction| {
            let sql = "SELECT at, lat_e7, lon_e7, sog_ckn, cog_ddeg, source FROM fixes
                       WHERE track = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at LIMIT ?4";
            let mut select = transaction.prepare(sql)?;
            let values = params![track.0.cast_signed(), from.millis(), to.millis(), integer(limit)];
            select.query_map(values, |row| fix(track, row))?.collect()
        })
    }
}

fn fix(track: TrackId, row: &Row<'_>) -> rusqlite::Result<HistoryFix> {
    let speed = |ckn: f64| Speed::from_knots(ckn / 100.0);
    Ok(HistoryFix {
        track,
        at: EventTime::from_millis(row.get(0)?),
        position: Position::from_e7(row.get(1)?, row.get(2)?).unwrap_or_default(),
        sog: row.get::<_, Option<i64>>(3)?.map(|ckn| speed(ckn as f64)),
        cog: row.get::<_, Option<i64>>(4)?.map(|ddeg| Course::from_degrees(ddeg as f64 / 10.0)),
        source: source_of(row.get(5)?),
    })
}

fn number_of(source: Source) -> u8 {
    match source {
        Source::Ais => 0,
        Source::Radar => 1,
    }
}

fn source_of(number: u8) -> Source {
    if number == 1 { Source::Radar } else { Source::Ais }
}
