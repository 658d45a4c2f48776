//! Which files are opened, which are refused, and that a refused one keeps every byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use picket::edge::store::{
    AlertFilter, HISTORY_FILE, HistoryStore, LocalStore, RulesInForce, STORE_FILE, StoreError, TokenRow,
};
use picket::engine::earth::Position;
use picket::engine::time::EventTime;
use picket::engine::track::{Source, TrackId};
use rusqlite::Connection;

use super::{NOON, revision, sequences};

/// A file of a folder, made by SQL.
fn made(dir: &Path, name: &str, sql: &str) -> PathBuf {
    let path = dir.join(name);
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    path
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    fs::read_to_string(path).unwrap()
}

/// Why the store of a folder is not opened; its file has not changed.
fn refused(path: &Path) -> StoreError {
    let before = fs::read(path).unwrap();
    let error = LocalStore::open(path.parent().unwrap()).unwrap_err();
    assert_eq!(fs::read(path).unwrap(), before, "{error}");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    error
}

#[test]
fn a_newer_store_is_refused_with_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    drop(LocalStore::open(dir.path()).unwrap());
    let path = made(dir.path(), STORE_FILE, "PRAGMA user_version = 7");
    let error = refused(&path);
    assert!(matches!(error, StoreError::Newer { version: 7, known: 1, .. }), "{error:?}");
    let said = "has version 7, this build knows versions up to 1: use a newer picket";
    assert!(error.to_string().ends_with(said), "{error}");
}

#[test]
fn what_belongs_to_something_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = made(dir.path(), STORE_FILE, "CREATE TABLE bookmarks (url TEXT)");
    assert!(matches!(refused(&path), StoreError::OtherApplication { application_id: 0, .. }));
    fs::remove_file(&path).unwrap();
    made(dir.path(), STORE_FILE, "PRAGMA application_id = 1196444487; CREATE TABLE gpkg_contents (table_name TEXT)");
    assert!(matches!(refused(&path), StoreError::OtherApplication { application_id: 1_196_444_487, .. }));
    fs::remove_file(&path).unwrap();
    drop(HistoryStore::open(dir.path()).unwrap());
    fs::rename(dir.path().join(HISTORY_FILE), &path).unwrap();
    assert!(matches!(refused(&path), StoreError::OtherApplication { .. }), "nor is our other file");
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(STORE_FILE);
    for bytes in [b"hello".to_vec(), b"not a database, but long enough to have a head and a first page".repeat(100)] {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(refused(&path), StoreError::NotADatabase { .. }));
    }
    fs::write(&path, "").unwrap();
    LocalStore::open(dir.path()).unwrap().publish(&[revision("a", 1, None, true)]).unwrap();
}

#[test]
fn what_cannot_be_opened_or_written_is_told_with_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(STORE_FILE);
    fs::create_dir(&path).unwrap();
    let error = LocalStore::open(dir.path()).unwrap_err();
    assert!(matches!(&error, StoreError::Open { path: told, .. } if *told == path), "{error:?}");
    fs::remove_dir(&path).unwrap();
    // A folder in the place of the log: nothing can be written, whoever asks.
    fs::create_dir(dir.path().join(format!("{STORE_FILE}-wal"))).unwrap();
    let error = LocalStore::open(dir.path()).unwrap_err();
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error:?}");
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let error = LocalStore::open(&file).unwrap_err();
    assert!(matches!(&error, StoreError::Folder { path: told, .. } if *told == file), "{error:?}");
}

#[test]
fn many_may_make_the_store_at_once() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let (at_once, together) = (8, Barrier::new(8));
        let tell = |n: usize| {
            together.wait();
            let mut store = LocalStore::open(dir.path()).unwrap();
            store.publish(&[revision(&format!("a{n}"), 1, None, true)]).unwrap();
        };
        thread::scope(|scope| {
            let others: Vec<_> = (0..at_once).map(|n| scope.spawn(move || tell(n))).collect();
            others.into_iter().for_each(|other| other.join().unwrap());
        });
        assert_eq!(LocalStore::open(dir.path()).unwrap().reader().latest_sequence().unwrap(), 8);
    }
}

/// The tables of version 1 and what they hold are written down in the fixture, apart from the code that makes them.
#[test]
fn a_store_of_version_1_is_read() {
    let dir = tempfile::tempdir().unwrap();
    made(dir.path(), STORE_FILE, &fixture("store-version-1.sql"));
    let mut store = LocalStore::open(dir.path()).unwrap();
    let reader = store.reader();
    let (alerts, sequence) = reader.alerts(&AlertFilter { open_only: false, squadron: None, limit: 9 }).unwrap();
    assert_eq!((sequences(&alerts), sequence), (vec![3, 2], 3));
    assert_eq!((&*alerts[0].line, alerts[0].revision), (r#"{"id":"9f2c","revision":2}"#, 2));
    assert_eq!(alerts[1].squadron.as_deref(), Some("hq-2"));
    let rules = reader.rules("5e77").unwrap().unwrap();
    assert_eq!((rules.first_at, rules.settings_json.as_str(), rules.zones_json.as_str()), (NOON, "{\"a\":1}", "[]"));
    assert_eq!(reader.cursor("feed/north").unwrap().as_deref(), Some("4711"));
    let tokens = reader.list_tokens().unwrap();
    let expected = TokenRow {
        hash: [0xab; 32],
        name: "watch".to_owned(),
        role: "operator".to_owned(),
        squadron: Some("hq-2".to_owned()),
        partner: None,
        created_at: NOON,
        expires_at: Some(EventTime::from_millis(NOON.millis() + 1)),
        revoked_at: None,
    };
    assert_eq!(tokens, [expected]);
    let again = [revision("9f2c", 2, None, false), revision("9f2c", 3, None, false)];
    assert_eq!(sequences(&store.publish(&again).unwrap()), [4]);
    store.put_rules(&RulesInForce { settings_json: "other".to_owned(), ..rules.clone() }).unwrap();
    assert_eq!(reader.rules("5e77").unwrap(), Some(rules));
}

#[test]
fn a_history_of_version_1_is_read() {
    let dir = tempfile::tempdir().unwrap();
    made(dir.path(), HISTORY_FILE, &fixture("history-version-1.sql"));
    let mut history = HistoryStore::open(dir.path()).unwrap();
    let read = |history: &HistoryStore| {
        history.reader().history(TrackId(u64::MAX), EventTime::MIN, EventTime::MAX, 9).unwrap()
    };
    let fixes = read(&history);
    let [first, second] = fixes.as_slice() else { panic!("{fixes:?}") };
    assert_eq!((first.at, first.position), (NOON, Position::from_degrees(8.65, 106.61).unwrap()));
    assert_eq!((first.sog.unwrap().knots() * 100.0).round(), 950.0);
    assert_eq!((first.cog.unwrap().degrees() * 10.0).round(), 543.0);
    assert_eq!((first.source, second.source), (Source::Ais, Source::Radar));
    assert_eq!(second.at.millis(), NOON.millis() + 10_000);
    assert_eq!(second.position, Position::from_degrees(8.650_01, 106.609_99).unwrap());
    assert_eq!((second.sog, second.cog), (None, None));
    history.append(&[]).unwrap();
    assert_eq!(read(&history), fixes);
}
