//! The names of stations, so that an observation carries a number and people still read a name.

use serde::{Deserialize, Serialize};

use super::report::StationId;
use crate::engine::digest::digest64;
use crate::engine::map::Map;

/// Names kept; a station beyond this has its number all the same.
const MOST_NAMES: usize = 4096;
/// Characters kept of a name.
const MOST_CHARS: usize = 64;

/// Names of the stations heard from.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stations {
    names: Map<StationId, String>,
    /// Those nobody was told of yet, in the order they came.
    new: Vec<StationId>,
    /// The last one asked for: most lines follow one of the same station.
    #[serde(skip)]
    last: Option<StationId>,
}

impl Stations {
    /// The number of a station: the digest of its name. The name is kept the first time.
    pub fn id(&mut self, name: &[u8]) -> StationId {
        let id = StationId(digest64(name));
        if self.last == Some(id) {
            return id;
        }
        self.last = Some(id);
        if !self.names.contains_key(&id) && self.names.len() < MOST_NAMES {
            let name: String = name.iter().take(MOST_CHARS).map(|b| char::from(*b)).collect();
            self.names.insert(id, name);
            self.new.push(id);
        }
        id
    }

    /// Those that are new since this was last asked, with their names.
    pub fn take_new(&mut self) -> impl Iterator<Item = (StationId, &str)> {
        std::mem::take(&mut self.new).into_iter().filter_map(|id| Some((id, self.names.get(&id)?.as_str())))
    }

    /// The name of a station.
    pub fn name(&self, id: StationId) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded() {
        let mut stations = Stations::default();
        let first = stations.id(b"east");
        for i in 0..10_000u32 {
            stations.id(&i.to_le_bytes());
        }
        assert_eq!(stations.names.len(), MOST_NAMES);
        assert_eq!(stations.name(first), Some("east"));
        assert_eq!(stations.id(b"east"), first);
    }
}
