//! Chains: who met whom within a day; transfers that share a vessel are one group.

use serde::{Deserialize, Serialize};

use crate::engine::map::Map;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::TrackId;

/// A vessel that meets another within this of its last meeting goes on with the chain.
const GOES_ON_FOR: Span = Span::from_hours(24);
/// Above so many vessels, those whose chain is over are forgotten.
const TIDIED_ABOVE: usize = 10_000;

/// A vessel's latest chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Link {
    group: String,
    since: EventTime,
    last: EventTime,
}

/// Every vessel's latest chain.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chains {
    links: Map<TrackId, Link>,
}

impl Chains {
    /// The group of a meeting that begins: the oldest chain that either vessel is in, else a new one under this name.
    pub fn join(&mut self, vessels: &[TrackId], name: &str, onset: EventTime) -> String {
        let alive = |link: &&Link| onset - link.last <= GOES_ON_FOR;
        let known = vessels.iter().filter_map(|vessel| self.links.get(vessel)).filter(alive);
        let oldest = known.min_by(|a, b| a.since.cmp(&b.since).then(a.group.cmp(&b.group)));
        let (group, since) = oldest.map_or((name.to_owned(), onset), |link| (link.group.clone(), link.since));
        for &vessel in vessels {
            self.links.insert(vessel, Link { group: group.clone(), since, last: onset });
        }
        group
    }

    /// A meeting of these vessels went on until here.
    pub fn go_on(&mut self, vessels: &[TrackId], until: EventTime) {
        if self.links.len() > TIDIED_ABOVE {
            self.links.retain(|_, link| until - link.last <= GOES_ON_FOR);
        }
        for vessel in vessels {
            if let Some(link) = self.links.get_mut(vessel) {
                link.last = link.last.max(until);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mother_and_her_boats_are_one_chain_for_a_day() {
        let hour = |h: i64| EventTime::from_millis(0) + Span::from_hours(h);
        let [mother, a, b, c] = [1, 2, 3, 4].map(TrackId);
        let mut chains = Chains::default();
        assert_eq!(chains.join(&[mother, a], "first", hour(0)), "first");
        chains.go_on(&[mother, a], hour(1));
        assert_eq!(chains.join(&[b, mother], "second", hour(3)), "first");
        assert_eq!(chains.join(&[a, c], "third", hour(4)), "first", "what one boat hands on belongs to it");
        assert_eq!(chains.join(&[mother, a], "fourth", hour(40)), "fourth", "the next night is another one");
    }
}
