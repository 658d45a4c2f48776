//! A calendar: what must come out in order, kept by the slot of time it falls into, each slot sorted when its turn comes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time::{EventTime, Span};

/// Emptied slots whose memory is kept for later ones.
const SPARE: usize = 64;

/// Something with a time that leads its order.
pub trait Dated: Ord + Copy {
    /// The time: of two, the one with the earlier time is the lesser.
    fn at(&self) -> EventTime;
}

/// Entries in ascending order. Adding one takes no search among those of its slot, so a calendar beats a heap where
/// entries come nearly in order or wait long.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Calendar<T> {
    slot: Span,
    /// The entries of the first slot, the least last; empty only when all is.
    due: Vec<T>,
    due_slot: i64,
    later: BTreeMap<i64, Vec<T>>,
    #[serde(skip, default = "Vec::new")]
    spare: Vec<Vec<T>>,
    len: usize,
}

impl<T: Dated> Calendar<T> {
    /// An empty calendar of slots of this length.
    pub fn new(slot: Span) -> Self {
        Calendar { slot, due: Vec::new(), due_slot: i64::MIN, later: BTreeMap::new(), spare: Vec::new(), len: 0 }
    }

    /// Adds an entry.
    pub fn push(&mut self, entry: T) {
        let slot = entry.at().slot(self.slot);
        if slot < self.due_slot || self.is_empty() {
            self.put_off();
            self.due_slot = slot;
        }
        self.len += 1;
        if slot == self.due_slot {
            let place = self.due.partition_point(|other| *other > entry);
            self.due.insert(place, entry);
        } else {
            let spare = &mut self.spare;
            self.later.entry(slot).or_insert_with(|| spare.pop().unwrap_or_default()).push(entry);
        }
    }

    /// The least entry.
    pub fn first(&self) -> Option<&T> {
        self.due.last()
    }

    /// Takes out the least entry.
    pub fn pop(&mut self) -> Option<T> {
        let entry = self.due.pop()?;
        self.len -= 1;
        if self.due.is_empty()
            && let Some((slot, mut entries)) = self.later.pop_first()
        {
            entries.sort_unstable_by(|a, b| b.cmp(a));
            let emptied = std::mem::replace(&mut self.due, entries);
            self.due_slot = slot;
            if self.spare.len() < SPARE {
                self.spare.push(emptied);
            }
        }
        Some(entry)
    }

    /// The first slot is first no more.
    fn put_off(&mut self) {
        if !self.due.is_empty() {
            let later = self.spare.pop().unwrap_or_default();
            self.later.insert(self.due_slot, std::mem::replace(&mut self.due, later));
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    impl Dated for (EventTime, u32) {
        fn at(&self) -> EventTime {
            self.0
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_heap(script in prop::collection::vec((any::<bool>(), -5_000i64..50_000, 0u32..3), 0..300)) {
            let mut calendar = Calendar::new(Span::from_millis(100));
            let mut heap = BinaryHeap::new();
            for (takes, ms, n) in script {
                if takes {
                    prop_assert_eq!(calendar.pop(), heap.pop().map(|Reverse(entry)| entry));
                } else {
                    calendar.push((EventTime::from_millis(ms), n));
                    heap.push(Reverse((EventTime::from_millis(ms), n)));
                }
                prop_assert_eq!(calendar.first(), heap.peek().map(|Reverse(entry)| entry));
                prop_assert_eq!(calendar.len(), heap.len());
            }
        }
    }
}
