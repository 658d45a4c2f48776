//! Copies: the same payload within ten seconds from another station is the same observation.

use serde::{Deserialize, Serialize};

use super::map::Map;
use super::time::{EventTime, Span};

/// Copies come within this.
const WITHIN: Span = Span::from_secs(10);
/// More payloads than this are not remembered.
const CAPACITY: usize = 2_000_000;

/// The payloads of the current and the previous ten seconds, by digest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Duplicates {
    current: Map<u64, EventTime>,
    previous: Map<u64, EventTime>,
    slot: i64,
}

impl Duplicates {
    /// Whether this payload was seen within the last ten seconds; remembers it if not.
    pub fn is_copy(&mut self, digest: u64, at: EventTime) -> bool {
        let slot = at.slot(WITHIN);
        if slot != self.slot {
            self.previous.clear();
            std::mem::swap(&mut self.current, &mut self.previous);
            if slot != self.slot + 1 {
                self.previous.clear();
            }
            self.slot = slot;
        }
        if self.previous.get(&digest).is_some_and(|&first| at - first <= WITHIN) {
            return true;
        }
        if self.current.len() >= CAPACITY {
            return self.current.contains_key(&digest);
        }
        let known = self.current.len();
        self.current.get_or_insert_with(digest, || at);
        self.current.len() == known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_copies_for_ten_seconds() {
        let mut seen = Duplicates::default();
        let t = |s: i64| EventTime::from_millis(s * 1000);
        assert!(!seen.is_copy(1, t(9)));
        assert!(seen.is_copy(1, t(9)) && seen.is_copy(1, t(19)));
        assert!(!seen.is_copy(1, t(20)), "eleven seconds after the first");
        assert!(!seen.is_copy(2, t(20)) && !seen.is_copy(1, t(100)));
    }
}
