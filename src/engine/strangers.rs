//! Strangers: vessels heard once. A flood of invented numbers must not push out those that are really there.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::track::{TrackId, TrackIx};

/// A stranger is forgotten once so many others have come since: a busy world's vessels at rest all speak again before that
/// (600,000 vessels, three minutes).
const ROOM: usize = 500_000;

/// Who came last, oldest first, from the oldest one who has not spoken again.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Strangers(VecDeque<(TrackIx, TrackId)>);

impl Strangers {
    /// A new one came. Gives one who has had time enough to speak again and has not: it may go.
    pub fn meet(&mut self, new: (TrackIx, TrackId), is_strange: impl Fn(TrackIx, TrackId) -> bool) -> Option<TrackIx> {
        self.meet_within(ROOM, new, is_strange)
    }

    fn meet_within(
        &mut self,
        room: usize,
        new: (TrackIx, TrackId),
        is_strange: impl Fn(TrackIx, TrackId) -> bool,
    ) -> Option<TrackIx> {
        // Two a newcomer: those known by now leave faster than others come.
        for _ in 0..2 {
            if self.0.front().is_some_and(|&(ix, id)| !is_strange(ix, id)) {
                self.0.pop_front();
            }
        }
        let oldest = if self.0.len() < room { None } else { self.0.pop_front() };
        self.0.push_back(new);
        oldest.filter(|&(ix, id)| is_strange(ix, id)).map(|(ix, _)| ix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who goes when these come, one after the other, of whom the even ones speak again.
    fn gone(room: usize, came: u32) -> (Vec<u32>, usize) {
        let mut strangers = Strangers::default();
        let new = |n: u32| (TrackIx(n), TrackId(u64::from(n)));
        let gone = (0..came).filter_map(|n| strangers.meet_within(room, new(n), |ix, _| ix.0 % 2 == 1));
        (gone.map(|ix| ix.0).collect(), strangers.0.len())
    }

    #[test]
    fn each_has_until_so_many_others_came() {
        assert_eq!(gone(4, 10), (vec![1, 3, 5], 4));
        assert_eq!(gone(100, 10).0, Vec::<u32>::new());
    }
}
