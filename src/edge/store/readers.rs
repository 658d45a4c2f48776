//! Read-only connections to one database file, lent to whoever reads, few at a time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction};

use super::StoreError;
use super::database::BUSY_TIMEOUT;

/// Connections open at a time; who comes when all are lent waits.
const CONNECTIONS_AT_MOST: usize = 4;

/// The connections; a clone shares them.
#[derive(Clone, Debug)]
pub(super) struct Readers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    path: PathBuf,
    shelf: Mutex<Shelf>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Shelf {
    idle: Vec<Connection>,
    lent: usize,
}

/// A connection on loan: back on the shelf when it is dropped.
struct Loan<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Readers {
    /// Readers of a file; nothing is opened before the first read.
    pub fn of(path: &Path) -> Readers {
        Readers(Arc::new(Pool { path: path.to_owned(), shelf: Mutex::default(), returned: Condvar::new() }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// One read: all of it sees the file as it stood at one instant.
    pub fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let read = self.0.lend().connection().and_then(|connection| work(&connection.transaction()?));
        read.map_err(|source| StoreError::Read { path: self.0.path.clone(), source })
    }
}

impl Pool {
    fn lend(&self) -> Loan<'_> {
        let mut shelf = self.shelf();
        while shelf.idle.is_empty() && shelf.lent >= CONNECTIONS_AT_MOST {
            shelf = self.returned.wait(shelf).unwrap_or_else(PoisonError::into_inner);
        }
        shelf.lent += 1;
        Loan { pool: self, connection: shelf.idle.pop() }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loan<'_> {
    fn connection(&mut self) -> rusqlite::Result<&mut Connection> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(open(&self.pool.path)?)),
        }
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let mut shelf = self.pool.shelf();
        shelf.lent -= 1;
        shelf.idle.extend(self.connection.take());
        drop(shelf);
        self.pool.returned.notify_one();
    }
}
