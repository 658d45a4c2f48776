//! Track history against a plain map: the same fixes, whatever was merged in between, however often it is opened anew.

use std::collections::BTreeMap;

use picket::edge::store::{HISTORY_FILE, HistoryFix, HistoryReader, HistoryStore};
use picket::engine::earth::Position;
use picket::engine::time::{EventTime, Span};
use picket::engine::track::{Source, TrackId};
use picket::engine::units::{Course, Speed};
use proptest::prelude::*;

use super::NOON;

/// A fix in the numbers it is kept in.
fn fix(track: u64, at_ms: i64, lat_e7: i32, sog_ckn: Option<u32>, cog_ddeg: Option<u32>, source: Source) -> HistoryFix {
    HistoryFix {
        track: TrackId(track),
        at: EventTime::from_millis(at_ms),
        position: Position::from_e7(lat_e7, -lat_e7).unwrap(),
        sog: sog_ckn.map(|ckn| Speed::from_knots(f64::from(ckn) / 100.0)),
        cog: cog_ddeg.map(|ddeg| Course::from_degrees(f64::from(ddeg) / 10.0)),
        source,
    }
}

/// The `n`-th fix of a vessel that sails straight, one each ten seconds.
fn sailing(track: u64, n: i64) -> HistoryFix {
    fix(track, NOON.millis() + n * 10_000, 80_000_000 + n as i32 * 300, Some(950), Some(543), Source::Ais)
}

fn whole(reader: &HistoryReader, track: u64) -> Vec<HistoryFix> {
    reader.history(TrackId(track), EventTime::MIN, EventTime::MAX, usize::MAX).unwrap()
}

fn any_fix() -> impl Strategy<Value = HistoryFix> {
    let track = prop_oneof![4 => 0u64..4, 1 => any::<u64>(), 1 => Just(u64::MAX), 1 => Just(i64::MAX as u64)];
    let at = prop_oneof![6 => 0i64..50, 1 => Just(EventTime::MIN.millis()), 1 => Just(EventTime::MAX.millis())];
    let source = prop_oneof![Just(Source::Ais), Just(Source::Radar)];
    (track, at, -900_000_000i32..=900_000_000, prop::option::of(0u32..10_240), prop::option::of(0u32..3_600), source)
        .prop_map(|(track, at, lat, sog, cog, source)| fix(track, at, lat, sog, cog, source))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn it_is_a_map_of_track_and_instant_to_the_first_fix(
        calls in prop::collection::vec(prop::collection::vec(any_fix(), 0..5), 1..400),
        windows in prop::collection::vec((0u64..4, -5i64..55, -5i64..55, 0usize..20), 1..20),
        reopen_each in 1usize..200,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = HistoryStore::open(dir.path()).unwrap();
        let mut model = BTreeMap::new();
        for (n, call) in calls.iter().enumerate() {
            store.append(call).unwrap();
            for fix in call {
                model.entry((fix.track, fix.at)).or_insert(*fix);
            }
            if n % reopen_each == 0 {
                store = HistoryStore::open(dir.path()).unwrap();
            }
        }
        let reader = store.reader();
        for (track, from, to, limit) in windows {
            let (from, to) = (EventTime::from_millis(from), EventTime::from_millis(to));
            let read = reader.history(TrackId(track), from, to, limit).unwrap();
            let of_track = model.values().filter(|fix| fix.track.0 == track && fix.at >= from && fix.at <= to);
            prop_assert!(read.iter().eq(of_track.take(limit)), "{:?}", read);
        }
        for track in model.keys().map(|(track, _)| track.0) {
            prop_assert!(whole(&reader, track).iter().eq(model.values().filter(|fix| fix.track.0 == track)));
        }
    }
}

/// More tracks than one call merges, so that merges are under way most of the time; every track is whole after every call.
#[test]
fn a_track_is_whole_while_runs_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = HistoryStore::open(dir.path()).unwrap();
    let reader = store.reader();
    let name = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for call in 0..300 {
        let fixes: Vec<HistoryFix> = (0..200).map(|track| sailing(name(track), call)).collect();
        store.append(&fixes).unwrap();
        for track in [call as u64 % 200, 0, 199].map(name) {
            let read = whole(&reader, track);
            assert_eq!(read.len() as i64, call + 1, "after call {call}");
            assert!(read.iter().zip(0..).all(|(fix, n)| *fix == sailing(track, n)));
        }
    }
}

/// So many calls that the top level is reached; then nearly all stands in one run, packed.
#[test]
fn many_calls_become_few_places_and_few_bytes() {
    const CALLS: i64 = 4_300;
    const TRACKS: u64 = 20;
    let dir = tempfile::tempdir().unwrap();
    let mut store = HistoryStore::open(dir.path()).unwrap();
    for call in 0..CALLS {
        store.append(&(0..TRACKS).map(|track| sailing(track, call)).collect::<Vec<_>>()).unwrap();
    }
    let reader = store.reader();
    assert_eq!(whole(&reader, 7), (0..CALLS).map(|n| sailing(7, n)).collect::<Vec<_>>());
    let file = rusqlite::Connection::open(dir.path().join(HISTORY_FILE)).unwrap();
    let number = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let runs = number("SELECT count(*) FROM runs");
    assert!(runs < 50, "{runs} places to look at");
    let bytes = number("SELECT sum(length(fixes)) FROM chunks");
    assert!(bytes < CALLS * TRACKS as i64 * 11, "{bytes} bytes for {} fixes", CALLS * TRACKS as i64);
}

#[test]
fn pruning_forgets_what_is_old_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = HistoryStore::open(dir.path()).unwrap();
    assert!(!store.prune(EventTime::MAX).unwrap());
    for call in 0..1_000 {
        store.append(&(0..3).map(|track| sailing(track, call)).collect::<Vec<_>>()).unwrap();
    }
    let before = NOON + Span::from_secs(6_000);
    let mut steps = 0;
    while store.prune(before).unwrap() {
        steps += 1;
        assert!(steps < 1_000, "there is always more to do");
    }
    let kept = whole(&store.reader(), 1);
    let newer: Vec<HistoryFix> = (0..1_000).map(|n| sailing(1, n)).filter(|fix| fix.at >= before).collect();
    assert!(kept.ends_with(&newer));
    assert!(kept.len() < newer.len() + 300, "{} older fixes are left", kept.len() - newer.len());
    while store.prune(EventTime::MAX).unwrap() {}
    store.append(&[sailing(1, 5_000)]).unwrap();
    let left = whole(&store.reader(), 1);
    assert_eq!(left.last(), Some(&sailing(1, 5_000)));
    for call in 5_001..5_600 {
        store.append(&[sailing(1, call)]).unwrap();
    }
    assert!(whole(&store.reader(), 1).len() >= 600);
}

#[test]
fn values_are_kept_as_finely_as_promised() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = HistoryStore::open(dir.path()).unwrap();
    let exact = HistoryFix {
        sog: Some(Speed::from_knots(12.344_9)),
        cog: Some(Course::from_degrees(359.96)),
        ..fix(1, 1, 900_000_000, None, None, Source::Radar)
    };
    store.append(&[exact]).unwrap();
    let kept = whole(&store.reader(), 1);
    assert_eq!(kept, [fix(1, 1, 900_000_000, Some(1_234), Some(0), Source::Radar)]);
}
