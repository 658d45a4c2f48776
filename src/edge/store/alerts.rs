//! The alert book and the outbox: every revision once, numbered in the order it was told, and the newest of each alert.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Row, Statement, Transaction, params};

use super::database::integer;
use super::{LocalStore, StoreError, StoreReader};
use crate::engine::time::EventTime;

/// A revision of an alert, to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRevision {
    /// The alert's identity.
    pub id: String,
    /// 1 at the first raise.
    pub revision: u32,
    /// Whose it is; `None` outside every squadron's zones.
    pub squadron: Option<String>,
    /// Whether somebody still has to do something about it.
    pub open: bool,
    /// When it is told, by the service's clock.
    pub published_at: EventTime,
    /// The alert as one JSON line, without line end.
    pub line: String,
}

/// A revision that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its place in the order of telling: from 1, without gaps.
    pub sequence: u64,
    /// The alert's identity.
    pub id: String,
    /// 1 at the first raise.
    pub revision: u32,
    /// Whose it is.
    pub squadron: Option<String>,
    /// The alert as one JSON line, without line end.
    pub line: Arc<str>,
}

/// Which alerts to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFilter {
    /// Only those somebody still has to do something about.
    pub open_only: bool,
    /// Only this squadron's, and those that are no squadron's.
    pub squadron: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Columns of [`published`].
const PUBLISHED: &str = "o.sequence, o.id, o.revision, o.squadron, o.line";

const TELL: &str = "
INSERT INTO outbox (id, revision, squadron, open, published_at, line)
SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE id = ?1 AND revision = ?2)
RETURNING sequence";

const STAND: &str = "
INSERT INTO alerts (id, sequence, revision, squadron, open) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET
    sequence = excluded.sequence, revision = excluded.revision, squadron = excluded.squadron, open = excluded.open
WHERE excluded.revision > revision";

impl LocalStore {
    /// Writes revisions down, all or none, and returns those that are new, in their order; they are on the disk when this returns.
    ///
    /// A revision that is there already is left out: after a crash the engine tells everything since its snapshot again, and each
    /// is told to the world once. The same call may be repeated after an error.
    pub fn publish(&mut self, revisions: &[NewRevision]) -> Result<Vec<Arc<Published>>, StoreError> {
        if revisions.is_empty() {
            return Ok(Vec::new());
        }
        self.database.write(|transaction| {
            let mut tell = transaction.prepare(TELL)?;
            let mut stand = transaction.prepare(STAND)?;
            let told = revisions.iter().map(|revision| publish_one(revision, &mut tell, &mut stand));
            told.filter_map(Result::transpose).collect()
        })
    }
}

fn publish_one(
    new: &NewRevision,
    tell: &mut Statement<'_>,
    stand: &mut Statement<'_>,
) -> rusqlite::Result<Option<Arc<Published>>> {
    let NewRevision { id, revision, squadron, open, published_at, line } = new;
    let told = tell.query_row(params![id, revision, squadron, open, published_at.millis(), line], |row| row.get(0));
    let Some(sequence) = told.optional()? else { return Ok(None) };
    let sequence: i64 = sequence;
    stand.execute(params![id, sequence, revision, squadron, open])?;
    Ok(Some(Arc::new(Published {
        sequence: sequence.unsigned_abs(),
        id: id.clone(),
        revision: *revision,
        squadron: squadron.clone(),
        line: line.as_str().into(),
    })))
}

impl StoreReader {
    /// The number of the newest revision told; 0 if none was.
    pub fn latest_sequence(&self) -> Result<u64, StoreError> {
        self.readers.read(latest)
    }

    /// The newest revision of each alert, last told first, and the number of the newest revision of all at that instant: whoever
    /// goes on from there with [`StoreReader::after`] misses nothing and gets nothing twice.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<(Vec<Arc<Published>>, u64), StoreError> {
        let sql = list_sql(filter.open_only, filter.squadron.is_some());
        self.readers.read(|transaction| {
            let mut list = transaction.prepare(&sql)?;
            let alerts = list.query_map(params![filter.squadron, integer(filter.limit)], published)?;
            Ok((alerts.collect::<rusqlite::Result<_>>()?, latest(transaction)?))
        })
    }

    /// The newest revision of an alert.
    pub fn alert(&self, id: &str) -> Result<Option<Arc<Published>>, StoreError> {
        let sql = format!("SELECT {PUBLISHED} FROM alerts a JOIN outbox o USING (sequence) WHERE a.id = ?1");
        self.readers.read(|transaction| transaction.query_row(&sql, [id], published).optional())
    }

    /// The last revision of an alert that a squadron was told: its own, or nobody's.
    pub fn last_told_to(&self, squadron: &str, id: &str) -> Result<Option<Arc<Published>>, StoreError> {
        self.readers.read(|transaction| transaction.query_row(LAST_TOLD_TO, [id, squadron], published).optional())
    }

    /// The revisions told after a sequence number, oldest first, at most `limit`; of one squadron and of none, or of all.
    pub fn after(
        &self,
        sequence: u64,
        squadron: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Arc<Published>>, StoreError> {
        let sql = after_sql(squadron.is_some());
        self.readers.read(|transaction| {
            let mut after = transaction.prepare(&sql)?;
            let told = after.query_map(params![squadron, integer(limit), integer(sequence)], published)?;
            told.collect()
        })
    }
}

const LAST_TOLD_TO: &str = "
SELECT o.sequence, o.id, o.revision, o.squadron, o.line FROM outbox o
WHERE o.id = ?1 AND (o.squadron = ?2 OR o.squadron IS NULL) ORDER BY o.revision DESC LIMIT 1";

/// Lists alerts of squadron ?1 and of none, at most ?2.
fn list_sql(open_only: bool, of_squadron: bool) -> String {
    let open = if open_only { "a.open = 1" } else { "TRUE" };
    let list = |whose: &str| {
        format!(
            "SELECT {PUBLISHED} FROM alerts a CROSS JOIN outbox o USING (sequence)
             WHERE {open} AND {whose} ORDER BY a.sequence DESC LIMIT ?2"
        )
    };
    if of_squadron { both(&list("a.squadron = ?1"), &list("a.squadron IS NULL"), "DESC") } else { list("?1 IS NULL") }
}

/// Lists revisions of squadron ?1 and of none, at most ?2, after number ?3.
fn after_sql(of_squadron: bool) -> String {
    let list = |whose: &str| {
        format!("SELECT {PUBLISHED} FROM outbox o WHERE {whose} AND o.sequence > ?3 ORDER BY o.sequence LIMIT ?2")
    };
    if of_squadron { both(&list("o.squadron = ?1"), &list("o.squadron IS NULL"), "ASC") } else { list("?1 IS NULL") }
}

/// Two lists, each found by its own index, as one of at most ?2.
fn both(one: &str, other: &str, order: &str) -> String {
    format!("SELECT * FROM ({one}) UNION ALL SELECT * FROM ({other}) ORDER BY sequence {order} LIMIT ?2")
}

fn latest(transaction: &Transaction<'_>) -> rusqlite::Result<u64> {
    let newest = transaction.query_row("SELECT coalesce(max(sequence), 0) FROM outbox", [], |row| row.get(0));
    newest.map(i64::unsigned_abs)
}

fn published(row: &Row<'_>) -> rusqlite::Result<Arc<Published>> {
    Ok(Arc::new(Published {
        sequence: row.get::<_, i64>(0)?.unsigned_abs(),
        id: row.get(1)?,
        revision: row.get(2)?,
        squadron: row.get(3)?,
        line: row.get(4)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::store::LocalStore;

    /// However many alerts there are, a question reads about as many rows as it returns.
    #[test]
    fn every_question_finds_its_rows_by_an_index_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let reader = LocalStore::open(dir.path()).unwrap().reader();
        let plan = |sql: &str| -> String {
            let read = reader.readers.read(|transaction| {
                let mut explain = transaction.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                explain.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<rusqlite::Result<Vec<_>>>()
            });
            read.unwrap().join("; ")
        };
        let expect = |sql: &str, index: &str| {
            let plan = plan(sql);
            assert!(plan.contains(index), "{sql}\n{plan}");
            // Only the two short lists of a squadron are put in order once more.
            assert!(!plan.contains("TEMP B-TREE") || sql.contains("UNION"), "{sql}\n{plan}");
        };
        expect(&list_sql(false, false), "SCAN a USING COVERING INDEX sqlite_autoindex_alerts_2");
        expect(&list_sql(true, false), "SCAN a USING COVERING INDEX alerts_open");
        expect(&list_sql(false, true), "SEARCH a USING COVERING INDEX alerts_by_squadron (squadron=?)");
        expect(&list_sql(true, true), "SEARCH a USING COVERING INDEX alerts_open_by_squadron (squadron=?)");
        expect(&after_sql(false), "SEARCH o USING INTEGER PRIMARY KEY (rowid>?)");
        expect(&after_sql(true), "SEARCH o USING INDEX outbox_by_squadron (squadron=? AND sequence>?)");
    }
}
