//! The outbox: whatever memory still holds, a reader gets what was told, in order, nothing twice and nothing skipped.

use std::sync::Arc;

use picket::edge::store::{LocalStore, Outbox, Published};
use proptest::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::{revision, sequences};

const SQUADRONS: [Option<&str>; 3] = [None, Some("north"), Some("south")];

/// Something that happens to an outbox.
#[derive(Clone, Debug)]
enum Step {
    /// Revisions are written to the store: each one's squadron and the length of its line.
    Publish(Vec<(usize, usize)>),
    /// So many of the written calls, at most, are announced.
    Announce(usize),
    /// A reader asks: from a share of what there is, for a squadron, so many.
    Read(f64, usize, usize),
    /// The service starts anew.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec((0usize..3, 0usize..40), 0..6).prop_map(Step::Publish),
        4 => (1usize..4).prop_map(Step::Announce),
        8 => (0.0..1.2, 0usize..3, 0usize..12).prop_map(|(from, squadron, limit)| Step::Read(from, squadron, limit)),
        1 => Just(Step::Restart),
    ]
}

fn is_for(squadron: Option<&str>, told: &Published) -> bool {
    squadron.is_none() || told.squadron.is_none() || told.squadron.as_deref() == squadron
}

fn check(steps: &[Step], at_most: usize, bytes_at_most: usize) {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let mut outbox = Outbox::bounded(store.reader(), at_most, bytes_at_most).unwrap();
    let (mut told, mut waiting) = (Vec::<Arc<Published>>::new(), Vec::new());
    for step in steps {
        match step {
            Step::Publish(lines) => {
                let lines = lines.iter().enumerate().map(|(n, (squadron, length))| {
                    let mut new = revision(&format!("a{}", told.len() + n), 1, SQUADRONS[*squadron], true);
                    new.line = "x".repeat(*length);
                    new
                });
                let published = store.publish(&lines.collect::<Vec<_>>()).unwrap();
                told.extend(published.iter().cloned());
                waiting.push(published);
            }
            Step::Announce(calls) => {
                for published in waiting.drain(..waiting.len().min(*calls)) {
                    let latest = published.last().map_or(outbox.latest(), |last| last.sequence);
                    outbox.announce(published);
                    assert_eq!(outbox.latest(), latest);
                }
            }
            Step::Read(from, squadron, limit) => {
                let (after, squadron) = ((told.len() as f64 * from) as u64, SQUADRONS[*squadron]);
                let read = runtime.block_on(outbox.after(after, squadron, *limit)).unwrap();
                let wanted = told.iter().filter(|told| told.sequence > after && is_for(squadron, told));
                let announced = wanted.clone().filter(|told| told.sequence <= outbox.latest()).count();
                assert!(read.len() >= announced.min(*limit) && read.len() <= *limit, "{read:?}");
                assert!(read.iter().eq(wanted.take(read.len())), "{read:?}");
            }
            Step::Restart => {
                waiting.clear();
                outbox = Outbox::bounded(store.reader(), at_most, bytes_at_most).unwrap();
                assert_eq!(outbox.latest(), told.len() as u64);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn memory_and_disk_are_one(
        steps in prop::collection::vec(step(), 1..60),
        at_most in 1usize..12,
        bytes_at_most in prop_oneof![Just(usize::MAX), 0usize..300],
    ) {
        check(&steps, at_most, bytes_at_most);
    }
}

/// Reads on until `last` was told; every now and then it lets others go ahead of it.
async fn follow(
    outbox: Outbox,
    mut told: watch::Receiver<u64>,
    squadron: Option<&str>,
    limit: usize,
    last: u64,
) -> Vec<u64> {
    let (mut after, mut read) = (0, Vec::new());
    loop {
        let latest = *told.borrow_and_update();
        let more = outbox.after(after, squadron, limit).await.unwrap();
        read.extend(sequences(&more));
        after = more.last().map_or(latest.max(after), |told| told.sequence);
        if after >= last {
            return read;
        }
        for _ in 0..limit % 7 {
            tokio::task::yield_now().await;
        }
        if more.is_empty() && *told.borrow() <= after {
            told.changed().await.unwrap();
        }
    }
}

#[test]
fn readers_of_any_pace_get_everything_in_order_while_it_is_told() {
    const REVISIONS: u64 = 3_000;
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let outbox = Outbox::bounded(store.reader(), 64, usize::MAX).unwrap();
    let runtime = Runtime::new().unwrap();
    let readers: Vec<_> = (0..12)
        .map(|n| {
            let (limit, squadron) = (1 + n * n, SQUADRONS[n % 2]);
            let reader = follow(outbox.clone(), outbox.subscribe(), squadron, limit, REVISIONS);
            (squadron, runtime.spawn(reader))
        })
        .collect();
    let mut expected = [Vec::new(), Vec::new()];
    let mut next = 1u64;
    while next <= REVISIONS {
        let until = (next + next % 23).min(REVISIONS);
        let calls: Vec<_> = (next..=until)
            .map(|n| revision(&format!("a{n}"), 1, SQUADRONS[if n == REVISIONS { 0 } else { n as usize % 3 }], true))
            .collect();
        let published = store.publish(&calls).unwrap();
        for told in &published {
            expected[0].push(told.sequence);
            expected[1].extend(is_for(SQUADRONS[1], told).then_some(told.sequence));
        }
        outbox.announce(published);
        next = until + 1;
    }
    for (squadron, reader) in readers {
        let read = runtime.block_on(reader).unwrap();
        assert_eq!(read, expected[usize::from(squadron.is_some())]);
    }
}

#[test]
fn what_was_announced_in_another_order_or_not_at_all_is_read_from_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let outbox = Outbox::new(store.reader()).unwrap();
    let mut calls: Vec<_> =
        (0..4).map(|n| store.publish(&[revision(&format!("a{n}"), 1, None, true)]).unwrap()).collect();
    let (fourth, second) = (calls.remove(3), calls.remove(1));
    outbox.announce(fourth.clone());
    outbox.announce(second);
    outbox.announce(fourth);
    assert_eq!(outbox.latest(), 4);
    let runtime = Runtime::new().unwrap();
    assert_eq!(sequences(&runtime.block_on(outbox.after(0, None, 10)).unwrap()), [1, 2, 3, 4]);
    assert_eq!(sequences(&runtime.block_on(outbox.after(3, None, 10)).unwrap()), [4]);
}
