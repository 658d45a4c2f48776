//! Merging: many short runs become one long one, a piece at a time, so that a track is read from few places.
//!
//! Each call of [`HistoryStore::append`](super::HistoryStore::append) makes a run of level 0. When a level has enough of them, all
//! become one run of the next level: piece by piece in the order of tracks, each piece moved in one transaction, so that a fix
//! stands in exactly one run whenever one looks. Everything is written in the order of its key, and few times.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction};

use super::{HistoryFix, Insert, chunk};
use crate::edge::store::database::integer;
use crate::engine::track::TrackId;

/// Runs of a level that are merged into one of the next.
const RUNS_A_MERGE: i64 = 16;
/// The level whose runs stay as they are: of 4,096 calls.
const TOP_LEVEL: i64 = 3;

/// Complete runs of level ?1: all but the one that the level below still fills.
const COMPLETE: &str = "FROM runs WHERE level = ?1 AND run NOT IN (SELECT run FROM merges WHERE level = ?1 - 1)";

/// The least of what each source run of level ?1 up to run ?2 has as its ?4-th chunk from track ?3 on.
const PIECE_END: &str = "
SELECT min((
    SELECT track FROM chunks c WHERE c.level = r.level AND c.run = r.run AND c.track >= ?3
    ORDER BY track, part LIMIT 1 OFFSET ?4 - 1
))
FROM runs r WHERE r.level = ?1 AND r.run <= ?2";

/// What the runs of level ?1 up to run ?2 hold of tracks ?3 to ?4, in the order it came.
const PIECE: &str = "
SELECT c.track, c.fixes
FROM runs r CROSS JOIN chunks c ON c.level = r.level AND c.run = r.run AND c.track BETWEEN ?3 AND ?4
WHERE r.level = ?1 AND r.run <= ?2 ORDER BY r.run, c.track, c.part";

const FORGET_PIECE: &str = "
DELETE FROM chunks
WHERE level = ?1 AND run IN (SELECT run FROM runs WHERE level = ?1 AND run <= ?2) AND track BETWEEN ?3 AND ?4";

/// A merge that has begun.
#[derive(Debug)]
struct Merge {
    /// The level it takes runs from.
    level: i64,
    /// The run of the next level it fills, which bears the number of the first it takes.
    run: i64,
    /// The last run it takes.
    last: i64,
    /// The first track that is still to be moved.
    next_track: i64,
}

/// Goes on with what is to be merged, lowest level first, over about so many chunks.
pub(super) fn merge(transaction: &Transaction<'_>, mut chunks: usize) -> rusqlite::Result<()> {
    for level in 0..TOP_LEVEL {
        while chunks > 0 {
            let Some(merge) = under_way(transaction, level)? else { break };
            chunks = chunks.saturating_sub(merge.step(transaction, chunks)?);
        }
    }
    Ok(())
}

/// The merge of a level: the one that has begun, or a new one if there are runs enough.
fn under_way(transaction: &Transaction<'_>, level: i64) -> rusqlite::Result<Option<Merge>> {
    let begun = "SELECT run, last, next_track FROM merges WHERE level = ?1";
    let read = |row: &Row<'_>| Ok(Merge { level, run: row.get(0)?, last: row.get(1)?, next_track: row.get(2)? });
    let begun = transaction.query_row(begun, [level], read).optional()?;
    if begun.is_some() {
        return Ok(begun);
    }
    let runs: i64 = transaction.query_row(&format!("SELECT count(*) {COMPLETE}"), [level], |row| row.get(0))?;
    if runs < RUNS_A_MERGE {
        return Ok(None);
    }
    let target = format!("INSERT INTO runs SELECT ?1 + 1, min(run), min(first_at), max(last_at) {COMPLETE}");
    transaction.execute(&target, [level])?;
    let begin =
        format!("INSERT INTO merges SELECT ?1, min(run), max(run), ?2 {COMPLETE} RETURNING run, last, next_track");
    transaction.query_row(&begin, [level, i64::MIN], read).map(Some)
}

impl Merge {
    /// Moves the next tracks, about so many chunks, and returns how many were moved, at least 1.
    fn step(&self, transaction: &Transaction<'_>, chunks: usize) -> rusqlite::Result<usize> {
        let end = self.piece_end(transaction, chunks)?;
        let piece = [self.level, self.last, self.next_track, end.unwrap_or(i64::MAX)];
        let (tracks, moved) = read(transaction, piece)?;
        let mut insert = Insert::into(transaction, self.level + 1, self.run)?;
        for (track, fixes) in tracks {
            insert.fixes(TrackId(track.cast_unsigned()), fixes)?;
        }
        transaction.execute(FORGET_PIECE, piece)?;
        match end.and_then(|end| end.checked_add(1)) {
            Some(next) => {
                transaction.execute("UPDATE merges SET next_track = ?2 WHERE level = ?1", [self.level, next])?;
            }
            None => {
                transaction.execute("DELETE FROM merges WHERE level = ?1", [self.level])?;
                transaction.execute("DELETE FROM runs WHERE level = ?1 AND run <= ?2", [self.level, self.last])?;
            }
        }
        Ok(moved.max(1))
    }

    /// The last track of a piece of about so many chunks; `None` if all that is left is less than that.
    fn piece_end(&self, transaction: &Transaction<'_>, chunks: usize) -> rusqlite::Result<Option<i64>> {
        let runs = "SELECT count(*) FROM runs WHERE level = ?1 AND run <= ?2";
        let runs: i64 = transaction.query_row(runs, [self.level, self.last], |row| row.get(0))?;
        let a_run = (integer(chunks) / runs.max(1)).max(1);
        transaction.query_row(PIECE_END, [self.level, self.last, self.next_track, a_run], |row| row.get(0))
    }
}

/// The fixes of a piece by track, in the order they came, and how many chunks held them.
fn read(transaction: &Transaction<'_>, piece: [i64; 4]) -> rusqlite::Result<(BTreeMap<i64, Vec<HistoryFix>>, usize)> {
    let mut select = transaction.prepare(PIECE)?;
    let mut rows = select.query(piece)?;
    let (mut tracks, mut chunks) = (BTreeMap::<i64, Vec<HistoryFix>>::new(), 0);
    while let Some(row) = rows.next()? {
        let track: i64 = row.get(0)?;
        let fixes = chunk::decode(TrackId(track.cast_unsigned()), row.get_ref(1)?.as_blob()?);
        tracks.entry(track).or_default().extend(fixes);
        chunks += 1;
    }
    Ok((tracks, chunks))
}
