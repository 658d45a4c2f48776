//! The lock of a data folder: one picket at a time.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::{LOCK_FILE, StoreError};

/// Held while a picket runs on a data folder; given back when it is dropped, and by the system when the process dies in any way.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the lock of a data folder, which is made if it is not there; refused at once while another process, or another
    /// part of this one, holds it.
    pub fn take(dir: &Path) -> Result<DataLock, StoreError> {
        fs::create_dir_all(dir).map_err(|source| StoreError::Folder { path: dir.to_owned(), source })?;
        let path = dir.join(LOCK_FILE);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|source| StoreError::Lock { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(DataLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(StoreError::Lock { path, source }),
        }
    }
}
