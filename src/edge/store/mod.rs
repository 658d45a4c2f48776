//! Store: what the service keeps on its own disk, in SQLite: alerts as they were told, tokens, rules in force, cursors, track history.
//!
//! Everything here is synchronous: whoever calls owns the thread. Only the [`Outbox`] may be awaited. Formats in `docs/formats.md`.

mod alerts;
mod cursors;
mod database;
mod history;
mod lock;
mod migrations;
mod outbox;
mod readers;
mod rules;
mod tokens;

use std::io;
use std::path::{Path, PathBuf};

use database::Database;
use readers::Readers;

pub use alerts::{AlertFilter, NewRevision, Published};
pub use history::{HistoryFix, HistoryReader, HistoryStore};
pub use lock::DataLock;
pub use outbox::Outbox;
pub use rules::RulesInForce;
pub use tokens::{TokenHash, TokenRow};

/// Name of the local store in the data folder.
pub const STORE_FILE: &str = "picket.sqlite";
/// Name of the track history in the data folder; it may be deleted without losing an alert.
pub const HISTORY_FILE: &str = "history.sqlite";
/// Name of the file whose lock says that a picket runs on the data folder.
pub const LOCK_FILE: &str = "picket.lock";

/// Bytes of log that readers look through at ease.
const UNSETTLED_BYTES: u64 = 4 << 20;

/// The local store as its writer sees it: one a process, on a thread of its owner's choice.
///
/// Several processes may hold one on the same folder (the service, and `picket token` beside it): each write is one transaction, and
/// waits for the other's. That only one *service* writes is the [`DataLock`]'s promise.
#[derive(Debug)]
pub struct LocalStore {
    database: Database,
}

/// The local store as its readers see it: a few read-only connections; a clone shares them.
///
/// Each call is one short read transaction: all that it returns stood in the store at one instant. A call blocks its thread.
#[derive(Clone, Debug)]
pub struct StoreReader {
    readers: Readers,
}

impl LocalStore {
    /// Opens the store of a data folder; makes folder and store if they are not there, and brings an older store up to date.
    pub fn open(dir: &Path) -> Result<LocalStore, StoreError> {
        Ok(LocalStore { database: Database::open(dir, &migrations::STORE)? })
    }

    /// From here on what this one writes is on the disk only once somebody calls [`LocalStore::settle`]: for alerts, which the
    /// journal tells again, in the same order and under the same numbers, if the power fails before.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn hasten(&self) -> Result<(), StoreError> {
        self.database.hasten()
    }

    /// Brings to the disk what any process has written to the store.
    ///
    /// # Errors
    /// If it cannot be brought there; what was written before is still whole.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.database.settle()
    }

    /// Whether so much waits to be settled that readers would notice.
    pub fn is_unsettled(&self) -> bool {
        self.database.log_bytes() > UNSETTLED_BYTES
    }

    /// A reader of this store.
    pub fn reader(&self) -> StoreReader {
        StoreReader { readers: self.database.readers() }
    }
}

impl StoreReader {
    /// The store's file.
    pub fn path(&self) -> &Path {
        self.readers.path()
    }
}

/// Why the store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What was written cannot be brought to the disk.
    #[error("cannot sync {}", path.display())]
    Settle {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The data folder cannot be made.
    #[error("cannot make the data folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The lock of the data folder cannot be asked for.
    #[error("cannot lock the data folder by {}", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another picket runs on the data folder.
    #[error("another picket is running on the data folder {}: stop it, or give this one a folder of its own", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The file cannot be opened.
    #[error("cannot open the store {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// It is no SQLite database, or its head is damaged.
    #[error("{} is not an SQLite database: move it away, or restore it from a backup", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// It is an SQLite database, but not the one that belongs there.
    #[error("{} is a database of something else (application id {application_id}): nothing was written to it", path.display())]
    OtherApplication {
        /// The file.
        path: PathBuf,
        /// The `application_id` found.
        application_id: i32,
    },
    /// A newer build wrote it.
    #[error("{} has version {version}, this build knows versions up to {known}: use a newer picket", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its `user_version`.
        version: i32,
        /// The newest version this build knows.
        known: i32,
    },
    /// It cannot be brought up to date; it stays as it was.
    #[error("cannot bring the store {} from version {version} up to date", path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// Its version before.
        version: i32,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// It cannot be read.
    #[error("cannot read the store {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// It cannot be written; nothing of this write is in it.
    #[error("cannot write to the store {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A read ended without an answer because the service stops.
    #[error("a read of the store {} was broken off", path.display())]
    BrokenOff {
        /// The file.
        path: PathBuf,
    },
}
