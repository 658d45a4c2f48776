//! The load of a squadron's queue.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::ordered::Ordered;
use super::stats::peak;

/// Width of the window in which new entries are counted, s.
const WINDOW_S: f64 = 600.0;
/// Such windows a day.
const WINDOWS_A_DAY: f64 = 144.0;

/// The load of one squadron.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QueueLoad {
    /// Warnings and alarms.
    pub alerts: usize,
    /// The same, per 24 h.
    pub per_24h: f64,
    /// Entries: a group is one.
    pub entries: usize,
    /// Most new entries in any 10 min.
    pub per_10min_max: usize,
    /// New entries in 10 min on average.
    pub per_10min_mean: f64,
}

/// A call on a squadron.
pub(super) struct Call<'a> {
    pub squadron: &'a str,
    pub entry: Entry<'a>,
    /// UNIX seconds.
    pub at: f64,
}

/// What a call belongs to: a group, or itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry<'a> {
    Group(&'a str),
    Alert(&'a str),
    Truth(usize),
}

/// The load of each squadron, by name, over a number of days.
pub(super) fn load(calls: &[Call], days: f64) -> Ordered<QueueLoad> {
    let squadrons: BTreeSet<&str> = calls.iter().map(|call| call.squadron).collect();
    let of = |squadron: &str| {
        let mine: Vec<&Call> = calls.iter().filter(|call| call.squadron == squadron).collect();
        let mut first: BTreeMap<Entry, f64> = BTreeMap::new();
        for call in &mine {
            let at = first.entry(call.entry).or_insert(call.at);
            *at = at.min(call.at);
        }
        QueueLoad {
            alerts: mine.len(),
            per_24h: mine.len() as f64 / days,
            entries: first.len(),
            per_10min_max: peak(first.values().copied().collect(), WINDOW_S),
            per_10min_mean: first.len() as f64 / days / WINDOWS_A_DAY,
        }
    };
    squadrons.into_iter().map(|squadron| (squadron.to_owned(), of(squadron))).collect()
}

/// The highest value over all squadrons; 0 without any.
pub(super) fn worst(queue: &Ordered<QueueLoad>, value: impl Fn(&QueueLoad) -> f64) -> f64 {
    queue.iter().map(|(_, load)| value(load)).fold(0.0, f64::max)
}
