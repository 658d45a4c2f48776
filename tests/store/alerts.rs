//! The alert book: each revision once, numbers without gaps, lists as they stood at one instant.

use picket::edge::store::{AlertFilter, LocalStore, Outbox};

use super::{revision, sequences};

#[test]
fn a_revision_is_told_once_and_numbers_have_no_gaps() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let reader = store.reader();
    assert_eq!(reader.latest_sequence().unwrap(), 0);
    let first = [revision("a", 1, Some("north"), true), revision("b", 1, None, true)];
    assert_eq!(sequences(&store.publish(&first).unwrap()), [1, 2]);
    let again =
        [first[0].clone(), revision("a", 2, Some("north"), false), first[1].clone(), revision("c", 1, None, true)];
    let told = store.publish(&again).unwrap();
    assert_eq!(sequences(&told), [3, 4]);
    assert_eq!((told[0].id.as_str(), told[0].revision), ("a", 2));
    let everything = AlertFilter { open_only: false, squadron: None, limit: 10 };
    let (alerts, sequence) = reader.alerts(&everything).unwrap();
    assert_eq!((sequences(&alerts), sequence), (vec![4, 3, 2], 4));
    let (open, _) = reader.alerts(&AlertFilter { open_only: true, ..everything }).unwrap();
    assert_eq!(sequences(&open), [4, 2]);
    assert_eq!(reader.alert("a").unwrap().unwrap(), told[0]);
}

#[test]
fn what_is_no_squadrons_is_every_squadrons() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let reader = store.reader();
    let live = Outbox::bounded(reader.clone(), 10, 10_000).unwrap();
    let told = store
        .publish(&[
            revision("a", 1, Some("north"), true),
            revision("b", 1, None, false),
            revision("c", 1, Some("south"), true),
            revision("d", 1, None, true),
            revision("e", 1, Some("north"), true),
        ])
        .unwrap();
    live.announce(told);
    let stored = Outbox::bounded(reader.clone(), 10, 10_000).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (after, limit, wanted) in [(0, 10, vec![1, 2, 4, 5]), (1, 2, vec![2, 4]), (2, 1, vec![4]), (5, 9, vec![])] {
        assert_eq!(sequences(&reader.after(after, Some("north"), limit).unwrap()), wanted);
        for outbox in [&stored, &live] {
            let read = runtime.block_on(outbox.after(after, Some("north"), limit)).unwrap();
            assert_eq!(sequences(&read), wanted);
        }
    }
    let list = |open_only, limit| {
        let filter = AlertFilter { open_only, squadron: Some("north".to_owned()), limit };
        sequences(&reader.alerts(&filter).unwrap().0)
    };
    assert_eq!([list(false, 10), list(true, 10), list(false, 2)], [vec![5, 4, 2, 1], vec![5, 4, 1], vec![5, 4]]);
}
