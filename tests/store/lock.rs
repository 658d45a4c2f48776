//! The data folder's lock.

use picket::edge::store::{DataLock, LocalStore, StoreError};

#[test]
fn one_picket_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("not/there/yet");
    let lock = DataLock::take(&data).unwrap();
    let error = DataLock::take(&data).unwrap_err();
    assert!(matches!(&error, StoreError::InUse { path } if *path == data));
    assert!(error.to_string().contains(data.to_str().unwrap()), "{error}");
    LocalStore::open(&data).unwrap();
    drop(lock);
    DataLock::take(&data).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    for data in [file.clone(), file.join("data")] {
        let error = DataLock::take(&data).unwrap_err();
        assert!(matches!(&error, StoreError::Folder { path, .. } if *path == data), "{error:?}");
    }
}
