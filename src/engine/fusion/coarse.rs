//! A bias too large for any gate: the one that lays most plots of a radar onto vessels whose place AIS tells.
//!
//! Each plot votes, with each vessel around it, for the bias that would make the plot that vessel's. Votes of strangers fall
//! anywhere; those of vessels with their own plots fall together.

use serde::{Deserialize, Serialize};

use crate::engine::track::TrackIx;

/// A bias is sought up to this range, m, and bearing, degrees.
pub const SOUGHT: (f64, f64) = (500.0, 3.0);
/// Votes are counted in cells of this range, m, and bearing, degrees.
const CELL: (f64, f64) = (25.0, 0.1);
/// Cells either way of none.
const HALF: (usize, usize) = (20, 30);
const ROWS: usize = 2 * HALF.0 + 1;
const COLUMNS: usize = 2 * HALF.1 + 1;
/// Votes lie together within this many standard deviations.
const TOGETHER: f64 = 1.5;
/// No fewer votes decide ...
const VOTES: usize = 9;
/// ... of no fewer vessels.
const VESSELS: usize = 3;
/// So many times the votes of the next best place, and this many more.
const CLEAR: (usize, usize) = (2, 3);
/// The latest votes that are kept.
const KEPT: usize = 4_096;

/// Votes since the last decision.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Votes {
    votes: Vec<Vote>,
    /// Where the next vote is written once all places are taken.
    next: usize,
}

/// One plot with one vessel: what the radar measured less what AIS says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// The vessel.
    pub vessel: TrackIx,
    /// Range, m.
    pub range_m: f64,
    /// Bearing, degrees.
    pub bearing_deg: f64,
}

/// Where votes lie together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Their mean range, m, and bearing, degrees.
    pub bias: (f64, f64),
    /// How many there are.
    pub votes: usize,
    /// Of how many vessels.
    pub vessels: usize,
}

/// Sums of votes over all cells below and left of each.
struct Sums(Vec<u32>);

impl Votes {
    /// Takes a vote; one for more than is sought is left out.
    pub fn take(&mut self, vote: Vote) {
        if vote.range_m.abs() > SOUGHT.0 || vote.bearing_deg.abs() > SOUGHT.1 {
            return;
        }
        match self.votes.get_mut(self.next) {
            Some(place) => *place = vote,
            None => self.votes.push(vote),
        }
        self.next = (self.next + 1) % KEPT;
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.votes.clear();
        self.next = 0;
    }

    /// How many votes there are.
    pub fn len(&self) -> usize {
        self.votes.len()
    }

    /// The votes within a distance of a bias, in standard deviations of both.
    pub fn around(&self, (range_m, bearing_deg): (f64, f64), sigmas: (f64, f64)) -> usize {
        self.together((range_m, bearing_deg), sigmas).count()
    }

    fn together(&self, at: (f64, f64), sigmas: (f64, f64)) -> impl Iterator<Item = &Vote> {
        self.votes.iter().filter(move |vote| {
            (vote.range_m - at.0).abs() <= TOGETHER * sigmas.0 && (vote.bearing_deg - at.1).abs() <= TOGETHER * sigmas.1
        })
    }

    /// Where votes lie together as nowhere else; `None` if that is not clear. `sigmas`: of one vote, m and degrees.
    pub fn peak(&self, sigmas: (f64, f64)) -> Option<Peak> {
        if self.votes.len() < VOTES {
            return None;
        }
        let sums = Sums::of(&self.votes);
        let half = (half_width(sigmas.0, CELL.0, HALF.0), half_width(sigmas.1, CELL.1, HALF.1));
        let (mut first, mut second) = ((0, (0, 0)), 0);
        for cell in cells() {
            first = first.max((sums.around(cell, half), cell));
        }
        let (count, (row, column)) = first;
        for cell in cells() {
            let apart = cell.0.abs_diff(row) > 2 * half.0 || cell.1.abs_diff(column) > 2 * half.1;
            second = second.max(if apart { sums.around(cell, half) } else { 0 });
        }
        let at = ((row as f64 - HALF.0 as f64) * CELL.0, (column as f64 - HALF.1 as f64) * CELL.1);
        let counted = ((half.0 as f64 + 0.5) * CELL.0 / TOGETHER, (half.1 as f64 + 0.5) * CELL.1 / TOGETHER);
        let peak = self.mean_around(self.mean_around(at, counted)?.bias, sigmas)?;
        let clear = peak.votes >= VOTES && count as usize >= CLEAR.0 * second as usize + CLEAR.1;
        (clear && peak.vessels >= VESSELS).then_some(peak)
    }

    fn mean_around(&self, at: (f64, f64), sigmas: (f64, f64)) -> Option<Peak> {
        let mut vessels: Vec<TrackIx> = Vec::new();
        let (mut range_m, mut bearing_deg) = (0.0, 0.0);
        for vote in self.together(at, sigmas) {
            range_m += vote.range_m;
            bearing_deg += vote.bearing_deg;
            vessels.push(vote.vessel);
        }
        let votes = vessels.len();
        vessels.sort_unstable();
        vessels.dedup();
        let bias = (range_m / votes as f64, bearing_deg / votes as f64);
        (votes > 0).then_some(Peak { bias, votes, vessels: vessels.len() })
    }
}

/// Cells either way that hold votes of one place.
fn half_width(sigma: f64, cell: f64, at_most: usize) -> usize {
    (libm::round(TOGETHER * sigma / cell) as usize).clamp(1, at_most / 4)
}

fn cells() -> impl Iterator<Item = (usize, usize)> {
    (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)))
}

impl Sums {
    fn of(votes: &[Vote]) -> Self {
        let width = COLUMNS + 1;
        let mut sums = vec![0; (ROWS + 1) * width];
        for vote in votes {
            let row = (libm::round(vote.range_m / CELL.0) + HALF.0 as f64) as usize;
            let column = (libm::round(vote.bearing_deg / CELL.1) + HALF.1 as f64) as usize;
            if let Some(sum) = sums.get_mut((row.min(ROWS - 1) + 1) * width + column.min(COLUMNS - 1) + 1) {
                *sum += 1;
            }
        }
        for row in 1..=ROWS {
            for column in 1..=COLUMNS {
                let (above, left) = (sums[(row - 1) * width + column], sums[row * width + column - 1]);
                sums[row * width + column] += above + left - sums[(row - 1) * width + column - 1];
            }
        }
        Sums(sums)
    }

    /// Votes in the rectangle around a cell.
    fn around(&self, (row, column): (usize, usize), half: (usize, usize)) -> u32 {
        let below = |row: usize, column: usize| self.0[row * (COLUMNS + 1) + column];
        let rows = (row.saturating_sub(half.0), (row + half.0 + 1).min(ROWS));
        let columns = (column.saturating_sub(half.1), (column + half.1 + 1).min(COLUMNS));
        below(rows.1, columns.1) + below(rows.0, columns.0) - below(rows.0, columns.1) - below(rows.1, columns.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGMAS: (f64, f64) = (25.0, 0.3);

    fn vote(vessel: u32, range_m: f64, bearing_deg: f64) -> Vote {
        Vote { vessel: TrackIx(vessel), range_m, bearing_deg }
    }

    /// Votes of vessels for a bias, each with its wobble.
    fn cast(votes: &mut Votes, vessels: u32, times: u32, bias: (f64, f64)) {
        for k in 0..vessels * times {
            let wobble = libm::sin(f64::from(k) * 2.7);
            votes.take(vote(k % vessels, bias.0 + 25.0 * wobble, bias.1 - 0.25 * wobble));
        }
    }

    #[test]
    fn votes_of_strangers_do_not_hide_a_large_bias() {
        let mut votes = Votes::default();
        for k in 0..400u32 {
            let (range, bearing) = (f64::from(k * 97 % 1000) - 500.0, f64::from(k * 61 % 600) / 100.0 - 3.0);
            votes.take(vote(k % 9, range, bearing));
        }
        assert_eq!(votes.peak(SIGMAS), None);
        cast(&mut votes, 9, 6, (-180.0, 2.1));
        let peak = votes.peak(SIGMAS).unwrap();
        assert!((peak.bias.0 + 180.0).abs() < 10.0 && (peak.bias.1 - 2.1).abs() < 0.1, "{peak:?}");
        assert_eq!(peak.vessels, 9);
    }

    #[test]
    fn two_vessels_or_two_places_decide_nothing() {
        let mut votes = Votes::default();
        cast(&mut votes, 2, 50, (40.0, 0.5));
        assert_eq!(votes.peak(SIGMAS), None);
        votes.clear();
        cast(&mut votes, 5, 5, (40.0, 0.5));
        assert!(votes.peak(SIGMAS).is_some());
        cast(&mut votes, 5, 5, (-300.0, -1.5));
        assert_eq!(votes.peak(SIGMAS), None);
    }

    #[test]
    fn votes_without_any_noise_decide_too() {
        let mut votes = Votes::default();
        (0..12).for_each(|k| votes.take(vote(k % 4, 40.0, 0.5)));
        assert_eq!(votes.peak(SIGMAS).map(|peak| peak.bias), Some((40.0, 0.5)));
    }

    #[test]
    fn the_latest_votes_count() {
        let mut votes = Votes::default();
        cast(&mut votes, 5, 1_000, (40.0, 0.5));
        cast(&mut votes, 5, 1_000, (-300.0, -1.5));
        assert_eq!(votes.len(), KEPT);
        assert!(votes.peak(SIGMAS).is_some_and(|peak| peak.bias.0 < -290.0));
        votes.take(vote(1, 501.0, 0.0));
        assert_eq!(votes.around((500.0, 0.0), SIGMAS), 0);
    }
}
