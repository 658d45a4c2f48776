//! One database file: opened only if it is ours and not newer than we are, brought up to date, written one transaction at a time.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::StoreError;
use super::migrations::Schema;
use super::readers::Readers;

/// How long a write waits for another process's.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How soon it is asked again whether the write-ahead log may be turned on.
const ASKS_AGAIN_AFTER: Duration = Duration::from_millis(5);
/// What the write-ahead log is cut to after it grew, bytes.
const LOG_KEPT_BYTES: i64 = 64 << 20;

/// What tells whose a file is, read at one instant: application, version, whether it is empty.
const HEAD: &str = "
SELECT application_id, user_version, NOT EXISTS (SELECT 1 FROM sqlite_schema)
FROM pragma_application_id, pragma_user_version";

/// The writing end of a database file.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    connection: Connection,
}

impl Database {
    /// Opens the file of a schema in a folder; makes both if they are not there.
    pub fn open(dir: &Path, schema: &Schema) -> Result<Database, StoreError> {
        fs::create_dir_all(dir).map_err(|source| StoreError::Folder { path: dir.to_owned(), source })?;
        let path = dir.join(schema.file);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&path, flags).and_then(|connection| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            Ok(connection)
        });
        let connection = opened.map_err(|source| StoreError::Open { path: path.clone(), source })?;
        let mut database = Database { path, connection };
        database.recognise(schema)?;
        database.prepare(schema).map_err(|source| StoreError::Open { path: database.path.clone(), source })?;
        database.bring_up_to_date(schema)?;
        Ok(database)
    }

    /// One write: all of it, or nothing.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let written =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
                let value = work(&transaction)?;
                transaction.commit()?;
                Ok(value)
            });
        written.map_err(|source| StoreError::Write { path: self.path.clone(), source })
    }

    /// Lets commits return before they are on the disk; the log grows until [`Database::settle`] is called.
    pub fn hasten(&self) -> Result<(), StoreError> {
        let written = self.connection.pragma_update(None, "synchronous", "NORMAL");
        let written = written.and_then(|()| self.connection.pragma_update(None, "wal_autocheckpoint", 0));
        written.map_err(|source| StoreError::Write { path: self.path.clone(), source })
    }

    /// Brings to the disk what anyone has written to the file, and as much of its log into it as readers let go of.
    pub fn settle(&self) -> Result<(), StoreError> {
        match File::open(self.log()).and_then(|log| log.sync_data()) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::Settle { path: self.log(), source });
            }
            _ => {}
        }
        let done = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        done.map_err(|source| StoreError::Write { path: self.path.clone(), source })
    }

    /// How long the log is at the moment, bytes.
    pub fn log_bytes(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |log| log.len())
    }

    fn log(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push("-wal");
        name.into()
    }

    /// The reading end of the same file.
    pub fn readers(&self) -> Readers {
        Readers::of(&self.path)
    }

    /// Refuses, without writing a byte, what is no database, belongs to something else or comes from a newer build.
    fn recognise(&self, schema: &Schema) -> Result<(), StoreError> {
        let path = self.path.clone();
        let head = self.connection.query_row(HEAD, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let (application_id, version, is_empty) = match head {
            Ok(head) => head,
            Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::NotADatabase => {
                return Err(StoreError::NotADatabase { path });
            }
            Err(source) => return Err(StoreError::Open { path, source }),
        };
        let is_new = is_empty && application_id == 0;
        if application_id != schema.application_id && !is_new {
            return Err(StoreError::OtherApplication { path, application_id });
        }
        let known = schema.version();
        if version > known {
            return Err(StoreError::Newer { path, version, known });
        }
        Ok(())
    }

    /// Sets what holds for a connection, and the write-ahead log, which the file remembers.
    fn prepare(&self, schema: &Schema) -> rusqlite::Result<()> {
        use_log(&self.connection)?;
        self.connection.pragma_update(None, "journal_size_limit", LOG_KEPT_BYTES)?;
        self.connection.pragma_update(None, "synchronous", schema.synchronous)?;
        self.connection.pragma_update(None, "foreign_keys", true)
    }

    /// Takes the steps that are missing, in one transaction.
    fn bring_up_to_date(&mut self, schema: &Schema) -> Result<(), StoreError> {
        let path = self.path.clone();
        let version = version(&self.connection).map_err(|source| StoreError::Read { path: path.clone(), source })?;
        if version == schema.version() {
            return Ok(());
        }
        migrate(&mut self.connection, schema).map_err(|source| StoreError::Migrate { path, version, source })
    }
}

/// Turns the write-ahead log on. SQLite waits for others in everything but this, so we do.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                thread::sleep(ASKS_AGAIN_AFTER);
            }
            done => return done,
        }
    }
}

fn migrate(connection: &mut Connection, schema: &Schema) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    let taken = version(&transaction)? as usize;
    for step in schema.steps.iter().skip(taken) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", schema.application_id)?;
    transaction.pragma_update(None, "user_version", schema.version())?;
    transaction.commit()
}

fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

impl Schema {
    /// The version that all steps lead to.
    fn version(&self) -> i32 {
        self.steps.len() as i32
    }
}

/// A number as SQLite keeps it; what is too large becomes its largest.
pub(super) fn integer(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::edge::store::{LocalStore, NewRevision, migrations};
    use crate::engine::time::EventTime;

    fn revisions(from: u32, to: u32) -> Vec<NewRevision> {
        let one = |revision| NewRevision {
            id: "a".to_owned(),
            revision,
            squadron: None,
            open: true,
            published_at: EventTime::default(),
            line: "x".repeat(20_000),
        };
        (from..=to).map(one).collect()
    }

    pub fn is_full(error: &StoreError) -> bool {
        matches!(error, StoreError::Write { source, .. } if source.sqlite_error_code() == Some(ErrorCode::DiskFull))
    }

    impl Database {
        /// Lets the file grow by so many pages and no more.
        pub fn leave_room(&self, pages: i64) {
            let has: i64 = self.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
            self.connection.pragma_update(None, "max_page_count", has + pages).unwrap();
        }
    }

    #[test]
    fn a_full_disk_takes_nothing_of_a_call_and_the_next_goes_on_once_there_is_space() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = LocalStore::open(dir.path()).unwrap();
        let reader = store.reader();
        store.publish(&revisions(1, 2)).unwrap();
        store.database.leave_room(12);
        assert!(is_full(&store.publish(&revisions(3, 9)).unwrap_err()), "the third of seven does not fit");
        assert_eq!(reader.latest_sequence().unwrap(), 2);
        assert_eq!(reader.alert("a").unwrap().unwrap().revision, 2);
        assert!(is_full(&store.publish(&revisions(3, 9)).unwrap_err()));
        assert_eq!(store.publish(&revisions(3, 3)).unwrap()[0].sequence, 3, "what fits is taken");
        store.database.leave_room(1_000);
        let told = store.publish(&revisions(3, 9)).unwrap();
        assert_eq!(told.iter().map(|told| told.sequence).collect::<Vec<_>>(), [4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn what_was_hastened_is_settled_into_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let (mut hasty, settler) = (LocalStore::open(dir.path()).unwrap(), LocalStore::open(dir.path()).unwrap());
        hasty.hasten().unwrap();
        settler.settle().unwrap();
        let before = fs::metadata(dir.path().join("picket.sqlite")).unwrap().len();
        hasty.publish(&revisions(1, 400)).unwrap();
        assert_eq!(fs::metadata(dir.path().join("picket.sqlite")).unwrap().len(), before, "the log has it all");
        assert!(settler.is_unsettled());
        settler.settle().unwrap();
        assert!(fs::metadata(dir.path().join("picket.sqlite")).unwrap().len() > before + 400 * 20_000);
        assert_eq!(hasty.reader().latest_sequence().unwrap(), 400);
    }

    #[test]
    fn a_told_alert_is_synced_and_history_is_safe_from_damage() {
        let dir = tempfile::tempdir().unwrap();
        for (schema, synchronous) in [(&migrations::STORE, 2i64), (&migrations::HISTORY, 1)] {
            let database = Database::open(dir.path(), schema).unwrap();
            let pragma = |name: &str| -> rusqlite::types::Value {
                database.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap()
            };
            assert_eq!(pragma("synchronous"), synchronous.into());
            assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
        }
    }
}
