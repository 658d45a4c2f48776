//! The alert book: each revision once, numbers without gaps, lists as they stood at one instant.

use picket::edge::store::{AlertFilter, LocalStore};

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
    assert_eq!(sequences(&reader.after(1, Some("north"), 10).unwrap()), [3]);
    assert_eq!(reader.alert("a").unwrap().unwrap(), told[0]);
}
