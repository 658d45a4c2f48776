//! Which plot is whose: candidates fall into groups that share nothing, each solved for the most likely pairs.

use crate::engine::assignment::Assignment;

/// A plot that may be a track's, with what speaks for it: the log-likelihood ratio of "its" against "nobody's".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The plot's place in the batch.
    pub plot: u32,
    /// The track's place in the batch.
    pub track: u32,
    /// The ratio; only what is above zero is ever paired.
    pub gain: f64,
}

/// Groups and solves; keeps its buffers.
#[derive(Clone, Debug, Default)]
pub struct Assigner {
    solver: Assignment,
    /// The group's head of each plot, then of each track.
    head: Vec<u32>,
    rows: Vec<u32>,
    columns: Vec<u32>,
    gains: Vec<f64>,
    /// Where a plot and a track stand in their group.
    place: Vec<u32>,
    order: Vec<(u32, u32)>,
}

impl Assigner {
    /// The pairs, each plot and track at most once, that together are most likely.
    pub fn solve(&mut self, plots: usize, tracks: usize, candidates: &[Candidate]) -> Vec<Candidate> {
        self.head.clear();
        self.head.extend(0..(plots + tracks) as u32);
        for c in candidates.iter().filter(|c| c.gain > 0.0) {
            self.join(c.plot, plots as u32 + c.track);
        }
        self.order.clear();
        for (index, c) in (0..).zip(candidates).filter(|(_, c)| c.gain > 0.0) {
            let head = self.find(c.plot);
            self.order.push((head, index));
        }
        self.order.sort_unstable();
        self.place.clear();
        self.place.resize(plots + tracks, u32::MAX);
        let order = std::mem::take(&mut self.order);
        let mut pairs = Vec::new();
        for group in order.chunk_by(|x, y| x.0 == y.0) {
            self.solve_group(plots, group, candidates, &mut pairs);
        }
        self.order = order;
        pairs
    }

    fn solve_group(&mut self, plots: usize, group: &[(u32, u32)], all: &[Candidate], pairs: &mut Vec<Candidate>) {
        let of = |&(_, index): &(u32, u32)| all.get(index as usize).copied();
        if let [only] = group {
            pairs.extend(of(only));
            return;
        }
        self.rows.clear();
        self.columns.clear();
        for c in group.iter().filter_map(of) {
            for (list, who, offset) in [(&mut self.rows, c.plot, 0), (&mut self.columns, c.track, plots)] {
                if let Some(place) = self.place.get_mut(who as usize + offset)
                    && *place == u32::MAX
                {
                    *place = list.len() as u32;
                    list.push(who);
                }
            }
        }
        let width = self.columns.len();
        self.gains.clear();
        self.gains.resize(self.rows.len() * width, 0.0);
        for c in group.iter().filter_map(of) {
            let (row, column) = (self.place[c.plot as usize], self.place[plots + c.track as usize]);
            self.gains[row as usize * width + column as usize] = c.gain;
        }
        let gains = &self.gains;
        let solved = self.solver.solve(self.rows.len(), width, 0.0, |row, column| -gains[row * width + column]);
        let (rows, columns) = (&self.rows, &self.columns);
        let pair = |&(row, column): &(usize, usize)| Candidate {
            plot: rows[row],
            track: columns[column],
            gain: gains[row * width + column],
        };
        pairs.extend(solved.iter().map(pair));
    }

    fn find(&mut self, mut member: u32) -> u32 {
        while let Some(&head) = self.head.get(member as usize).filter(|head| **head != member) {
            let above = self.head.get(head as usize).copied().unwrap_or(head);
            self.head[member as usize] = above;
            member = above;
        }
        member
    }

    fn join(&mut self, x: u32, y: u32) {
        let (x, y) = (self.find(x), self.find(y));
        let (low, high) = (x.min(y), x.max(y));
        self.head[high as usize] = low;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(candidates: &[(u32, u32, f64)]) -> Vec<(u32, u32)> {
        let candidates: Vec<Candidate> =
            candidates.iter().map(|&(plot, track, gain)| Candidate { plot, track, gain }).collect();
        let solved = Assigner::default().solve(8, 8, &candidates);
        let mut pairs: Vec<(u32, u32)> = solved.iter().map(|c| (c.plot, c.track)).collect();
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn groups_are_solved_each_for_itself() {
        assert_eq!(pairs(&[]), []);
        assert_eq!(pairs(&[(0, 3, 2.0), (5, 1, 1.0), (5, 2, 4.0), (6, 7, -1.0)]), [(0, 3), (5, 2)]);
        // The plot between two tracks goes where the sum is best, not to its nearest.
        assert_eq!(pairs(&[(0, 0, 5.0), (0, 1, 4.5), (1, 0, 4.0)]), [(0, 1), (1, 0)]);
        assert_eq!(pairs(&[(0, 0, 5.0), (0, 1, 0.5), (1, 0, 4.0)]), [(0, 0)].to_vec());
    }
}
