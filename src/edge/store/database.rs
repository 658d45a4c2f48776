//! One database file: opened only if it is ours and not newer than we are, brought up to date, written one transaction at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::StoreError;
use super::migrations::Schema;
use super::readers::Readers;

/// How long a write waits for another process's.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// What the write-ahead log is cut to after it grew, bytes.
const LOG_KEPT_BYTES: i64 = 64 << 20;

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

    /// The reading end of the same file.
    pub fn readers(&self) -> Readers {
        Readers::of(&self.path)
    }

    /// Refuses, without writing a byte, what is no database, belongs to something else or comes from a newer build.
    fn recognise(&self, schema: &Schema) -> Result<(), StoreError> {
        let path = || self.path.clone();
        let application_id = match self.number("PRAGMA application_id") {
            Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::NotADatabase => {
                return Err(StoreError::NotADatabase { path: path() });
            }
            read => read.map_err(|source| StoreError::Open { path: path(), source })?,
        };
        let tables = self.number("SELECT count(*) FROM sqlite_schema");
        let is_empty = tables.map_err(|source| StoreError::Open { path: path(), source })? == 0;
        let is_new = is_empty && application_id == 0;
        if application_id != schema.application_id && !is_new {
            return Err(StoreError::OtherApplication { path: path(), application_id });
        }
        let version = self.version().map_err(|source| StoreError::Open { path: path(), source })?;
        let known = schema.version();
        if version > known {
            return Err(StoreError::Newer { path: path(), version, known });
        }
        Ok(())
    }

    /// Sets what holds for a connection, and the write-ahead log, which the file remembers.
    fn prepare(&self, schema: &Schema) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "journal_size_limit", LOG_KEPT_BYTES)?;
        self.connection.pragma_update(None, "synchronous", schema.synchronous)?;
        self.connection.pragma_update(None, "foreign_keys", true)
    }

    /// Takes the steps that are missing, in one transaction.
    fn bring_up_to_date(&mut self, schema: &Schema) -> Result<(), StoreError> {
        let path = self.path.clone();
        let before = self.version().map_err(|source| StoreError::Read { path: path.clone(), source })?;
        if before == schema.version() {
            return Ok(());
        }
        let migrate = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have been quicker.
            let version: i32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            for step in schema.steps.iter().skip(version as usize) {
                transaction.execute_batch(step)?;
            }
            transaction.pragma_update(None, "application_id", schema.application_id)?;
            transaction.pragma_update(None, "user_version", schema.version().max(version))?;
            transaction.commit()
        };
        migrate(&mut self.connection).map_err(|source| StoreError::Migrate { path, version: before, source })
    }

    fn version(&self) -> rusqlite::Result<i32> {
        self.number("PRAGMA user_version")
    }

    fn number(&self, sql: &str) -> rusqlite::Result<i32> {
        self.connection.query_row(sql, [], |row| row.get(0))
    }
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
