//! What stands around a sentence: what TAG blocks, prefixes and suffixes say of it.

use serde::{Deserialize, Serialize};

use super::report::StationId;
use super::stations::Stations;
use super::tag_block::TagBlock;
use crate::engine::time::EventTime;

/// What is known of a sentence beside its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// The station that heard it.
    pub station: Option<StationId>,
    /// The time of its TAG block.
    pub tagged_at: Option<EventTime>,
    /// The TAG block group it belongs to.
    pub group: Option<u32>,
    /// The time that a logger wrote before or behind it.
    pub logged_at: Option<EventTime>,
}

impl Around {
    /// Takes in a TAG block; what it says wins over what an earlier one said.
    pub fn take(&mut self, tag: &TagBlock<'_>, stations: &mut Stations) {
        self.station = tag.source.map(|name| stations.id(name)).or(self.station);
        self.tagged_at = tag.time.or(self.tagged_at);
        self.group = tag.group.map(|g| g.id).or(self.group);
    }

    /// What either says; where both do, what this says.
    pub fn or(self, other: &Around) -> Around {
        Around {
            station: self.station.or(other.station),
            tagged_at: self.tagged_at.or(other.tagged_at),
            group: self.group.or(other.group),
            logged_at: self.logged_at.or(other.logged_at),
        }
    }

    /// The time it tells of its sentence.
    pub fn told(&self) -> Option<EventTime> {
        self.tagged_at.or(self.logged_at)
    }
}
