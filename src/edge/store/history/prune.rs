//! Pruning: what is too old is forgotten run by run, a bounded piece at a time.

use rusqlite::{OptionalExtension, Transaction};

use crate::engine::time::EventTime;

/// Chunks that one step forgets, about.
const CHUNKS_A_STEP: i64 = 4_000;

/// Takes one step; `false` if nothing was to be forgotten.
pub(super) fn prune(transaction: &Transaction<'_>, before: EventTime) -> rusqlite::Result<bool> {
    let Some([level, run]) = old_run(transaction, before)? else { return Ok(false) };
    let next = "SELECT track FROM chunks WHERE level = ?1 AND run = ?2 ORDER BY track, part LIMIT 1 OFFSET ?3";
    let next: Option<i64> = transaction.query_row(next, [level, run, CHUNKS_A_STEP], |row| row.get(0)).optional()?;
    let forget = "DELETE FROM chunks WHERE level = ?1 AND run = ?2 AND track <= ?3";
    transaction.execute(forget, [level, run, next.unwrap_or(i64::MAX)])?;
    if next.is_none() {
        transaction.execute("DELETE FROM runs WHERE level = ?1 AND run = ?2", [level, run])?;
    }
    Ok(true)
}

/// The oldest run of which every fix is older; one that takes part in a merge waits until that is done.
fn old_run(transaction: &Transaction<'_>, before: EventTime) -> rusqlite::Result<Option<[i64; 2]>> {
    let sql = "SELECT level, run FROM runs r
               WHERE last_at < ?1 AND NOT EXISTS (
                   SELECT 1 FROM merges m
                   WHERE m.level = r.level AND r.run <= m.last OR m.level + 1 = r.level AND r.run = m.run)
               ORDER BY run LIMIT 1";
    transaction.query_row(sql, [before.millis()], |row| Ok([row.get(0)?, row.get(1)?])).optional()
}
