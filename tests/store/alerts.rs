//! The alert book: each revision once, numbers without gaps, lists as they stood at one instant.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use picket::edge::store::{AlertFilter, LocalStore, NewRevision, StoreReader};

use super::{revision, sequences};

const ALL: AlertFilter = AlertFilter { open_only: false, squadron: None, limit: usize::MAX };

fn list(reader: &StoreReader, open_only: bool, squadron: Option<&str>, limit: usize) -> Vec<u64> {
    let filter = AlertFilter { open_only, squadron: squadron.map(str::to_owned), limit };
    sequences(&reader.alerts(&filter).unwrap().0)
}

#[test]
fn a_revision_is_told_once_and_numbers_have_no_gaps() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let reader = store.reader();
    assert_eq!(reader.latest_sequence().unwrap(), 0);
    assert!(store.publish(&[]).unwrap().is_empty());
    let first = [revision("a", 1, Some("north"), true), revision("b", 1, None, true)];
    assert_eq!(sequences(&store.publish(&first).unwrap()), [1, 2]);
    let second = revision("a", 2, Some("north"), false);
    let again = [first[0].clone(), second.clone(), first[1].clone(), second, revision("c", 1, None, true)];
    let told = store.publish(&again).unwrap();
    assert_eq!(sequences(&told), [3, 4]);
    assert_eq!((told[0].id.as_str(), told[0].revision), ("a", 2));
    assert_eq!(reader.latest_sequence().unwrap(), 4);
    assert_eq!(sequences(&reader.after(0, None, 10).unwrap()), [1, 2, 3, 4]);
    assert_eq!(reader.alert("a").unwrap().as_ref(), Some(&told[0]));
    assert_eq!(reader.alert("nobody").unwrap(), None);
    drop(store);
    let mut store = LocalStore::open(dir.path()).unwrap();
    assert!(store.publish(&again).unwrap().is_empty(), "nor after a restart");
    assert_eq!(sequences(&store.publish(&[revision("a", 3, None, true)]).unwrap()), [5]);
}

#[test]
fn what_is_told_again_under_another_time_stays_as_it_was_first_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    store.publish(&[revision("a", 1, None, true)]).unwrap();
    let later = NewRevision { line: "another".to_owned(), ..revision("a", 1, None, true) };
    assert!(store.publish(&[later]).unwrap().is_empty());
    assert_eq!(&*store.reader().alert("a").unwrap().unwrap().line, r#"{"id":"a","revision":1}"#);
}

#[test]
fn lists_show_the_newest_revision_of_each_alert_last_told_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let told = [
        revision("a", 1, Some("north"), true),
        revision("b", 1, Some("south"), true),
        revision("c", 1, None, true),
        revision("d", 1, Some("north"), true),
        revision("a", 2, Some("north"), false),
        revision("b", 2, Some("north"), true),
    ];
    store.publish(&told).unwrap();
    let reader = store.reader();
    assert_eq!(list(&reader, false, None, 10), [6, 5, 4, 3]);
    assert_eq!(list(&reader, false, None, 2), [6, 5]);
    assert_eq!(list(&reader, true, None, 10), [6, 4, 3]);
    assert_eq!(list(&reader, false, Some("north"), 10), [6, 5, 4, 3], "what is nobody's is everybody's");
    assert_eq!(list(&reader, true, Some("north"), 2), [6, 4]);
    assert_eq!(list(&reader, false, Some("south"), 10), [3], "b is the north's now");
    assert_eq!(sequences(&reader.after(0, Some("south"), 10).unwrap()), [2, 3]);
    assert_eq!(sequences(&reader.after(1, Some("north"), 2).unwrap()), [3, 4]);
    assert_eq!(sequences(&reader.after(u64::MAX, None, 10).unwrap()), [0; 0]);
}

/// Every commit tells the next revision of all alerts: a list that mixes two commits, or whose number is of another, shows.
#[test]
fn a_list_and_its_number_are_of_one_instant_while_others_write() {
    const ALERTS: u64 = 7;
    const COMMITS: u32 = 300;
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let (reader, is_over) = (store.reader(), AtomicBool::new(false));
    let watch = || {
        let mut seen = 0;
        while !is_over.load(Ordering::Relaxed) {
            let (alerts, sequence) = reader.alerts(&ALL).unwrap();
            let commit = u32::try_from(sequence / ALERTS).unwrap();
            assert_eq!(sequence % ALERTS, 0, "half a commit");
            assert!(alerts.iter().all(|alert| alert.revision == commit), "a list of two commits");
            assert_eq!(alerts.len() as u64, if commit == 0 { 0 } else { ALERTS });
            assert!(alerts.first().map_or(0, |newest| newest.sequence) == sequence && sequence >= seen);
            seen = sequence;
        }
        seen
    };
    thread::scope(|scope| {
        // More than there are connections: some have to wait.
        let watchers: Vec<_> = (0..6).map(|_| scope.spawn(watch)).collect();
        for commit in 1..=COMMITS {
            let told: Vec<_> = (0..ALERTS).map(|n| revision(&format!("a{n}"), commit, None, true)).collect();
            assert_eq!(store.publish(&told).unwrap().len() as u64, ALERTS);
        }
        is_over.store(true, Ordering::Relaxed);
        watchers.into_iter().for_each(|watcher| assert!(watcher.join().unwrap() <= ALERTS * u64::from(COMMITS)));
    });
    assert_eq!(reader.latest_sequence().unwrap(), ALERTS * u64::from(COMMITS));
}
