//! Conduct: how many of a source's last blocks failed, and whether it is in quarantine for that.

use serde::{Deserialize, Serialize};

/// Blocks looked back on.
const WINDOW: u32 = 128;
/// One failed block is an accident.
const FAILED_AT_LEAST: u32 = 2;
/// One failed block in so many is tolerated: 5 %.
const TOLERATED_IN: u32 = 20;

/// A source's last blocks.
///
/// It is in quarantine while at least two of its last 128 blocks failed, and more than 5 % of them (of those so far, while it
/// has sent fewer). The way back is blocks that hold: 38 after two failures at the start, 122 after 128.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conduct {
    /// A bit a block, set where it failed, the newest lowest.
    failed: u128,
    blocks: u32,
}

impl Conduct {
    /// Takes a further block.
    #[inline]
    pub fn note(&mut self, failed: bool) {
        self.failed = self.failed << 1 | u128::from(failed);
        self.blocks = (self.blocks + 1).min(WINDOW);
    }

    /// Whether what it sends is passed over.
    #[inline]
    pub fn is_quarantined(&self) -> bool {
        let failed = self.failed.count_ones();
        failed >= FAILED_AT_LEAST && failed * TOLERATED_IN > self.blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(blocks: impl IntoIterator<Item = bool>) -> Conduct {
        let mut conduct = Conduct::default();
        blocks.into_iter().for_each(|failed| conduct.note(failed));
        conduct
    }

    fn good_blocks_until_it_is_back(mut conduct: Conduct) -> usize {
        (0..).take_while(|_| conduct.is_quarantined().then(|| conduct.note(false)).is_some()).count()
    }

    #[test]
    fn one_accident_is_none_and_two_are_too_many_at_first() {
        assert!(!after([true]).is_quarantined());
        assert!(after([true, true]).is_quarantined());
        assert_eq!(good_blocks_until_it_is_back(after([true, true])), 38);
    }

    #[test]
    fn later_more_than_five_in_a_hundred_are_too_many() {
        let every = |n: usize| after((0..1000).map(|i| i % n == 0));
        assert!(every(19).is_quarantined() && !every(25).is_quarantined() && !every(1000).is_quarantined());
        assert_eq!(good_blocks_until_it_is_back(after([true; 500])), 122);
    }
}
