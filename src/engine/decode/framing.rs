//! What the lines of a feed tell beside their sentences, counted: lines lost by `n:`, datagrams skipped, times not believed.

use serde::{Deserialize, Serialize};

use super::report::StationId;
use crate::engine::map::Map;

/// Stations whose line counts are followed a feed.
const MOST_STATIONS: usize = 1024;
/// Line counts run from 1 to this and begin again (IEC 61162-450, 7.2.3.4).
const LAST_COUNT: u32 = 999;
/// A gap longer than this is a new beginning, not loss.
const LONGEST_GAP: u32 = 250;
/// A count this little behind the newest came late, and was not lost.
const LATE_BY: u32 = 32;

/// The counts of one feed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Framing {
    stations: Map<StationId, LineCount>,
    /// TAG blocks with a line count of further stations, which is not followed.
    pub unfollowed: u64,
    /// Datagrams that hold files and images (`RaUdP`, `RrUdP`, `RpUdP`).
    pub binary_datagrams: u64,
    /// Times too far from their receipt to be believed.
    pub times_not_believed: u64,
}

/// The line count of one station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct LineCount {
    newest: u32,
    lost: u64,
}

impl Framing {
    /// A TAG block of a station (the nameless one is one too) tells its line count.
    pub fn count_line(&mut self, station: StationId, count: u32) {
        if let Some(known) = self.stations.get_mut(&station) {
            known.follow(count);
        } else if self.stations.len() < MOST_STATIONS {
            self.stations.insert(station, LineCount { newest: count, lost: 0 });
        } else {
            self.unfollowed += 1;
        }
    }

    /// Lines that never came, of each station that lost some, by station.
    pub fn lost_lines(&self) -> Vec<(StationId, u64)> {
        let lost = |station| self.stations.get(&station).map(|known| (station, known.lost));
        self.stations.sorted_keys().into_iter().filter_map(lost).filter(|(_, lost)| *lost > 0).collect()
    }
}

impl LineCount {
    fn follow(&mut self, count: u32) {
        let wraps = self.newest <= LAST_COUNT && count <= LAST_COUNT;
        let ahead = match count.checked_sub(self.newest) {
            Some(ahead) => ahead,
            None if wraps => count + LAST_COUNT - self.newest,
            None => u32::MAX,
        };
        let behind = match self.newest.checked_sub(count) {
            Some(behind) => behind,
            None if wraps => self.newest + LAST_COUNT - count,
            None => u32::MAX,
        };
        if (1..=LATE_BY).contains(&behind) {
            self.lost = self.lost.saturating_sub(1);
            return;
        }
        if (2..=LONGEST_GAP).contains(&ahead) {
            self.lost += u64::from(ahead - 1);
        }
        self.newest = count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(counts: &[u32]) -> u64 {
        let mut framing = Framing::default();
        counts.iter().for_each(|n| framing.count_line(StationId(1), *n));
        framing.lost_lines().first().map_or(0, |(_, lost)| *lost)
    }

    #[test]
    fn gaps_are_loss() {
        assert_eq!(lost(&[5, 6, 7]), 0);
        assert_eq!(lost(&[5, 8]), 2);
        assert_eq!(lost(&[997, 998, 999, 1, 2]), 0);
        assert_eq!(lost(&[998, 3]), 3);
        assert_eq!(lost(&[998, 999, 1000, 1002]), 1);
        assert_eq!(lost(&[7, 7]), 0);
    }

    #[test]
    fn what_comes_late_is_not_lost_and_a_new_beginning_neither() {
        assert_eq!(lost(&[5, 7, 6, 8]), 0);
        assert_eq!(lost(&[999, 2, 1, 3]), 0);
        assert_eq!(lost(&[600, 1, 2]), 0);
        assert_eq!(lost(&[50_000, 1, 2]), 0);
    }

    #[test]
    fn stations_are_bounded() {
        let mut framing = Framing::default();
        (0..5000).for_each(|i| framing.count_line(StationId(i), 1));
        assert_eq!((framing.stations.len(), framing.unfollowed), (MOST_STATIONS, 5000 - MOST_STATIONS as u64));
    }
}
