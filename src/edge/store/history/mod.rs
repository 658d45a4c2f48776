//! Track history: where every track was seen, in a file of its own that can be made again from the journal.

mod chunk;
mod merge;
mod prune;

use std::path::Path;

use rusqlite::{Statement, Transaction, params};

use super::database::Database;
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
}

/// The history as its readers see it; a clone shares their connections.
#[derive(Clone, Debug)]
pub struct HistoryReader {
    readers: Readers,
}

/// Chunks that are merged, at most, for every fix that comes: no fewer than the levels it will rise through, so that merging keeps up.
const MERGED_A_FIX: usize = 4;
/// Chunks that are merged even if few fixes come.
const MERGED_A_CALL: usize = 512;

/// The chunks of track ?1 in runs that reach into ?2 to ?3, in the order they came.
const CHUNKS: &str = "
SELECT c.fixes FROM runs r CROSS JOIN chunks c ON c.level = r.level AND c.run = r.run AND c.track = ?1
WHERE r.first_at <= ?3 AND r.last_at >= ?2 ORDER BY r.run, c.part";

impl HistoryStore {
    /// Opens the history of a data folder; makes it if it is not there.
    pub fn open(dir: &Path) -> Result<HistoryStore, StoreError> {
        Ok(HistoryStore { database: Database::open(dir, &migrations::HISTORY)? })
    }

    /// A reader of this history.
    pub fn reader(&self) -> HistoryReader {
        HistoryReader { readers: self.database.readers() }
    }

    /// Writes fixes down, all or none; of two of a track at one instant the first stays.
    ///
    /// Meant for what came within about a second: a call has its price, and a bounded share of the merging of earlier calls is
    /// done in it.
    pub fn append(&mut self, fixes: &[HistoryFix]) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            if let Some(span) = span(fixes) {
                insert(transaction, fixes.to_vec(), span)?;
            }
            merge::merge(transaction, MERGED_A_CALL + MERGED_A_FIX * fixes.len())
        })
    }

    /// Forgets fixes before an instant, one short step a call; `true` while there is more to do.
    ///
    /// Whole runs are forgotten, once their last fix is old enough: of an hour or so, where something is appended each second.
    pub fn prune(&mut self, before: EventTime) -> Result<bool, StoreError> {
        self.database.write(|transaction| prune::prune(transaction, before))
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
        let mut fixes = Vec::new();
        self.readers.read(|transaction| {
            let mut select = transaction.prepare(CHUNKS)?;
            let mut chunks = select.query([track.0.cast_signed(), from.millis(), to.millis()])?;
            while let Some(row) = chunks.next()? {
                let all = chunk::decode(track, row.get_ref(0)?.as_blob()?);
                fixes.extend(all.filter(|fix| (from..=to).contains(&fix.at)));
            }
            Ok(())
        })?;
        let mut fixes = in_order(fixes);
        fixes.truncate(limit);
        Ok(fixes)
    }
}

/// Writes fixes down as a run of level 0, which is numbered after all there are.
fn insert(
    transaction: &Transaction<'_>,
    mut fixes: Vec<HistoryFix>,
    (first_at, last_at): (EventTime, EventTime),
) -> rusqlite::Result<()> {
    let next = "INSERT INTO runs SELECT 0, coalesce(max(run), 0) + 1, ?1, ?2 FROM runs RETURNING run";
    let run: i64 = transaction.query_row(next, [first_at.millis(), last_at.millis()], |row| row.get(0))?;
    let mut insert = Insert::into(transaction, 0, run)?;
    fixes.sort_by_key(|fix| fix.track.0.cast_signed());
    fixes
        .chunk_by(|a, b| a.track == b.track)
        .try_for_each(|of_track| insert.fixes(of_track[0].track, of_track.to_vec()))
}

/// Fills a run, to be given its tracks in the order of the key.
struct Insert<'a> {
    statement: Statement<'a>,
    level: i64,
    run: i64,
}

impl<'a> Insert<'a> {
    fn into(transaction: &'a Transaction<'_>, level: i64, run: i64) -> rusqlite::Result<Insert<'a>> {
        let sql = "INSERT INTO chunks (level, run, track, part, fixes) VALUES (?1, ?2, ?3, ?4, ?5)";
        Ok(Insert { statement: transaction.prepare(sql)?, level, run })
    }

    fn fixes(&mut self, track: TrackId, fixes: Vec<HistoryFix>) -> rusqlite::Result<()> {
        for (part, bytes) in chunk::encode(&in_order(fixes)).into_iter().enumerate() {
            self.statement.execute(params![self.level, self.run, track.0.cast_signed(), part as i64, bytes])?;
        }
        Ok(())
    }
}

/// The first and the last instant of fixes; `None` if there are none.
fn span(fixes: &[HistoryFix]) -> Option<(EventTime, EventTime)> {
    let times = || fixes.iter().map(|fix| fix.at);
    times().min().zip(times().max())
}

/// The fixes of a track by time; of two at one instant the first stays.
fn in_order(mut fixes: Vec<HistoryFix>) -> Vec<HistoryFix> {
    fixes.sort_by_key(|fix| fix.at);
    fixes.dedup_by_key(|fix| fix.at);
    fixes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::store::database::tests::is_full;

    #[test]
    fn a_full_disk_loses_no_fix_that_was_taken() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = HistoryStore::open(dir.path()).unwrap();
        store.database.leave_room(30);
        let fixes = |call: i64| -> Vec<HistoryFix> {
            let at = EventTime::from_millis(call * 1000);
            let position = Position::from_e7(call as i32, 7).unwrap();
            (0..40)
                .map(|n| HistoryFix { track: TrackId(n), at, position, sog: None, cog: None, source: Source::Ais })
                .collect()
        };
        let mut taken = 0;
        let error = loop {
            match store.append(&fixes(taken)) {
                Ok(()) => taken += 1,
                Err(error) => break error,
            }
        };
        assert!(is_full(&error));
        let read = |store: &HistoryStore| {
            store.reader().history(TrackId(9), EventTime::MIN, EventTime::MAX, usize::MAX).unwrap().len() as i64
        };
        assert_eq!(read(&store), taken);
        store.database.leave_room(1_000);
        for call in taken..taken + 100 {
            store.append(&fixes(call)).unwrap();
        }
        assert_eq!(read(&store), taken + 100);
    }
}
