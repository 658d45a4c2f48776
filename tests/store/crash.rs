//! What a process that is killed, or that cannot write any more, leaves behind.

use std::path::Path;

use picket::edge::store::{AlertFilter, DataLock, LocalStore, NewRevision, StoreError};

use super::{CHILD_ON, child, revision, sequences};

/// The third revision of three, of ten alerts: the `n`-th thing the child tells.
fn nth(n: u32) -> Vec<NewRevision> {
    let long = "x".repeat(3_000);
    let one = |k: u32| {
        let told = revision(&format!("a{}", (n * 3 + k) % 10), (n * 3 + k) / 10 + 1, Some("north"), true);
        NewRevision { line: format!("{}{long}", told.line), ..told }
    };
    (0..3).map(one).collect()
}

/// Not a test by itself: tells without end, and says each number that is safe.
#[test]
fn child_that_tells() {
    let Ok(dir) = std::env::var(CHILD_ON) else { return };
    let _lock = DataLock::take(Path::new(&dir)).unwrap();
    let mut store = LocalStore::open(Path::new(&dir)).unwrap();
    for n in 0.. {
        match store.publish(&nth(n)) {
            Ok(told) => println!("> {}", told.last().unwrap().sequence),
            Err(error) => {
                assert!(matches!(&error, StoreError::Write { path, .. } if path.starts_with(&dir)), "{error:?}");
                println!("> {error}");
                return;
            }
        }
    }
}

/// Everything said is there; numbers have no gap; a call is there whole or not at all; and telling it all again adds only what is missing.
fn assert_whole(dir: &Path, said: u64) {
    let mut store = LocalStore::open(dir).unwrap();
    let reader = store.reader();
    let latest = reader.latest_sequence().unwrap();
    assert!(latest >= said, "{latest} < {said}: a number was un-said");
    assert_eq!(latest % 3, 0, "half of a call");
    let kept = reader.after(0, None, usize::MAX).unwrap();
    assert_eq!(sequences(&kept), (1..=latest).collect::<Vec<_>>());
    let everything: Vec<NewRevision> = (0..=latest as u32 / 3).flat_map(nth).collect();
    assert!(kept.iter().zip(&everything).all(|(kept, told)| *kept.line == *told.line));
    let (alerts, _) = reader.alerts(&AlertFilter { open_only: true, squadron: None, limit: 100 }).unwrap();
    assert_eq!(sequences(&alerts), (latest.saturating_sub(9).max(1)..=latest).rev().collect::<Vec<_>>());
    assert_eq!(sequences(&store.publish(&everything).unwrap()), [latest + 1, latest + 2, latest + 3]);
    let sound = rusqlite::Connection::open(reader.path()).unwrap();
    let sound: String = sound.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}

#[test]
fn kill_9_loses_nothing_that_was_said() {
    for numbers in [1, 50, 600] {
        let dir = tempfile::tempdir().unwrap();
        let (mut process, mut said) = child("crash::child_that_tells", dir.path(), "");
        let last: u64 = said.nth(numbers - 1).unwrap().parse().unwrap();
        assert!(matches!(DataLock::take(dir.path()), Err(StoreError::InUse { .. })));
        process.kill().unwrap();
        process.wait().unwrap();
        let last = said.filter_map(|line| line.parse().ok()).last().unwrap_or(last);
        DataLock::take(dir.path()).unwrap();
        assert_whole(dir.path(), last);
    }
}

/// Files of the child may not grow beyond some size: writes fail where the disk would be full, within the log and at commits.
#[test]
fn a_write_that_fails_leaves_the_store_whole() {
    // In blocks of 512 bytes: enough for the tables alone, for some calls, and for the log to be brought into the file.
    for blocks in [300, 1_000, 9_500] {
        let dir = tempfile::tempdir().unwrap();
        let limit = format!("trap '' XFSZ; ulimit -f {blocks};");
        let (mut process, said) = child("crash::child_that_tells", dir.path(), &limit);
        let said: Vec<String> = said.collect();
        assert!(process.wait().unwrap().success());
        let [numbers @ .., error] = said.as_slice() else { panic!("it said nothing") };
        assert!(error.starts_with("cannot write to the store ") && error.contains("picket.sqlite"), "{error}");
        assert_whole(dir.path(), numbers.last().map_or(0, |last| last.parse().unwrap()));
    }
}
