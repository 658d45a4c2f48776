//! Rectangular assignment of least total cost, by shortest augmenting paths.
//!
//! The method is Jonker and Volgenant's (Computing 38, 1987) for rectangular matrices as Crouse describes it (IEEE
//! Transactions on Aerospace and Electronic Systems 52, 2016): rows enter one after the other, each along the shortest
//! path in reduced costs to a free column. O(n^2 m) for n <= m.

/// A solver with its buffers, to be kept and used again; after the first calls of a size it allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    cost: Vec<f64>,
    row_price: Vec<f64>,
    column_price: Vec<f64>,
    column_of_row: Vec<Option<usize>>,
    row_of_column: Vec<Option<usize>>,
    /// Of each column, the row before it on the shortest path.
    row_before: Vec<usize>,
    /// Of each column, the reduced cost of the shortest path to it.
    distance: Vec<f64>,
    scanned_rows: Vec<usize>,
    scanned_columns: Vec<usize>,
    open_columns: Vec<usize>,
    pairs: Vec<(usize, usize)>,
}

impl Assignment {
    /// Pairs `(row, column)` by row, each row and column at most once, with the least sum of `cost(row, column) - limit`.
    ///
    /// So a pair is made only if it costs less than `limit`, and leaving two apart costs as much as a pair at the
    /// limit. A gate is a limit; an infinite or undefined cost never makes a pair; without any gate choose a limit
    /// above every cost, but of their order, for it takes part in sums. To maximise a weight, let the cost be its
    /// negative and the limit 0. Costs must not be minus infinity.
    ///
    /// Where several sets of pairs cost the same, the answer depends on the order of rows and columns alone: equal
    /// costs everywhere pair the first row with the first column, the second with the second.
    pub fn solve(
        &mut self,
        rows: usize,
        columns: usize,
        limit: f64,
        cost: impl Fn(usize, usize) -> f64,
    ) -> &[(usize, usize)] {
        let tall = columns < rows;
        let (n, m) = if tall { (columns, rows) } else { (rows, columns) };
        self.load(n, m, limit, |i, j| if tall { cost(j, i) } else { cost(i, j) });
        for row in 0..n {
            self.serve(row, m);
        }
        self.collect(m, limit, tall);
        &self.pairs
    }

    /// Fills the cost matrix of n rows and m >= n columns, no cost above the limit, and empties the rest.
    fn load(&mut self, n: usize, m: usize, limit: f64, cost: impl Fn(usize, usize) -> f64) {
        self.cost.clear();
        for row in 0..n {
            self.cost.extend((0..m).map(|column| capped(cost(row, column), limit)));
        }
        refill(&mut self.row_price, n, 0.0);
        refill(&mut self.column_price, m, 0.0);
        refill(&mut self.column_of_row, n, None);
        refill(&mut self.row_of_column, m, None);
        refill(&mut self.row_before, m, 0);
        refill(&mut self.distance, m, f64::INFINITY);
    }

    /// Gives a row a column; rows served before keep one, maybe another.
    fn serve(&mut self, row: usize, m: usize) {
        let Some((sink, length)) = self.shortest_path(row, m) else { return };
        self.raise_prices(row, length);
        self.turn_path(row, sink);
    }

    /// The free column nearest to a row in reduced cost, and how far it is; `None` if costs are not numbers.
    fn shortest_path(&mut self, from: usize, m: usize) -> Option<(usize, f64)> {
        self.scanned_rows.clear();
        self.scanned_columns.clear();
        self.open_columns.clear();
        self.open_columns.extend((0..m).rev()); // backwards: of equally near free columns the scan keeps the lowest
        self.distance.fill(f64::INFINITY);
        let (mut row, mut length) = (from, 0.0);
        loop {
            self.scanned_rows.push(row);
            let at = self.scan(row, m, length)?;
            let column = self.open_columns.swap_remove(at);
            length = *self.distance.get(column)?;
            self.scanned_columns.push(column);
            match self.row_of_column.get(column)? {
                None => return Some((column, length)),
                Some(owner) => row = *owner,
            }
        }
    }

    /// Shortens the paths to the open columns by way of a row; where among these the nearest stands, a free one first.
    fn scan(&mut self, row: usize, m: usize, length: f64) -> Option<usize> {
        let costs = self.cost.get(row * m..(row + 1) * m)?;
        let row_price = *self.row_price.get(row)?;
        let (mut nearest, mut lowest) = (None, f64::INFINITY);
        for (at, &column) in self.open_columns.iter().enumerate() {
            let through = length + costs.get(column)? - row_price - self.column_price.get(column)?;
            let distance = self.distance.get_mut(column)?;
            if through < *distance {
                *distance = through;
                *self.row_before.get_mut(column)? = row;
            }
            let free = self.row_of_column.get(column)?.is_none();
            if *distance < lowest || (*distance == lowest && free) {
                (nearest, lowest) = (Some(at), *distance);
            }
        }
        nearest
    }

    /// Changes the prices so that reduced costs stay non-negative and are zero along the path.
    fn raise_prices(&mut self, from: usize, length: f64) {
        for &row in &self.scanned_rows {
            let reached = self.column_of_row.get(row).copied().flatten().and_then(|column| self.distance.get(column));
            let slack = if row == from { Some(&0.0) } else { reached };
            if let (Some(price), Some(slack)) = (self.row_price.get_mut(row), slack) {
                *price += length - slack;
            }
        }
        for &column in &self.scanned_columns {
            if let (Some(price), Some(distance)) = (self.column_price.get_mut(column), self.distance.get(column)) {
                *price -= length - distance;
            }
        }
    }

    /// Hands the columns along the path over, from the free one back to the row that asked.
    fn turn_path(&mut self, from: usize, sink: usize) {
        let mut column = sink;
        while let Some(&row) = self.row_before.get(column) {
            if let (Some(owner), Some(held)) = (self.row_of_column.get_mut(column), self.column_of_row.get_mut(row)) {
                *owner = Some(row);
                match held.replace(column) {
                    Some(before) if row != from => column = before,
                    _ => return,
                }
            }
        }
    }

    /// Writes the pairs below the limit, by row of the caller's matrix.
    fn collect(&mut self, m: usize, limit: f64, tall: bool) {
        self.pairs.clear();
        for (row, column) in self.column_of_row.iter().enumerate() {
            let Some(column) = *column else { continue };
            if self.cost.get(row * m + column).is_some_and(|&cost| cost < limit) {
                self.pairs.push(if tall { (column, row) } else { (row, column) });
            }
        }
        self.pairs.sort_unstable();
    }
}

/// A cost no higher than the limit; what is no number counts as the limit.
fn capped(cost: f64, limit: f64) -> f64 {
    if cost < limit { cost } else { limit }
}

/// Empties a buffer and fills it anew, keeping its memory.
fn refill<T: Clone>(buffer: &mut Vec<T>, len: usize, value: T) {
    buffer.clear();
    buffer.resize(len, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn solve(matrix: &[&[f64]], limit: f64) -> Vec<(usize, usize)> {
        let columns = matrix.first().map_or(0, |row| row.len());
        Assignment::default().solve(matrix.len(), columns, limit, |i, j| matrix[i][j]).to_vec()
    }

    /// The least sum of `cost - limit` over every way to pair rows with free columns or to leave them.
    fn least(cost: &[Vec<f64>], row: usize, free: u32, limit: f64) -> f64 {
        let Some(costs) = cost.get(row) else { return 0.0 };
        let mut best = least(cost, row + 1, free, limit);
        for (column, c) in costs.iter().enumerate().filter(|(column, _)| free >> column & 1 == 1) {
            best = best.min(c - limit + least(cost, row + 1, free & !(1 << column), limit));
        }
        best
    }

    #[test]
    fn nothing_to_pair() {
        assert!(solve(&[], 1.0).is_empty());
        assert!(solve(&[&[], &[]], 1.0).is_empty());
        assert!(solve(&[&[f64::NAN, f64::INFINITY]], 1.0).is_empty());
    }

    #[test]
    fn greedy_would_pay_more() {
        // Row 0 likes column 0 best, but row 1 can do with nothing else.
        assert_eq!(solve(&[&[1.0, 2.0], &[1.5, 9.0]], 10.0), [(0, 1), (1, 0)]);
        // Behind a gate of 5, the row that finds all else too dear stays alone.
        assert_eq!(solve(&[&[1.0, 8.0], &[1.5, 9.0]], 5.0), [(0, 0)]);
    }

    #[test]
    fn tall_and_wide_say_the_same() {
        let wide: &[&[f64]] = &[&[4.0, 1.0, 3.0], &[2.0, 0.0, 5.0]];
        let tall: &[&[f64]] = &[&[4.0, 2.0], &[1.0, 0.0], &[3.0, 5.0]];
        assert_eq!(solve(wide, 10.0), [(0, 1), (1, 0)]);
        assert_eq!(solve(tall, 10.0), [(0, 1), (1, 0)]);
    }

    #[test]
    fn equal_costs_pair_in_order() {
        let row: &[f64] = &[7.0; 4];
        assert_eq!(solve(&[row, row, row], 8.0), [(0, 0), (1, 1), (2, 2)]);
    }

    #[test]
    fn weights_are_maximised_by_their_negatives() {
        let overlap = [[7200.0, 5400.0], [6480.0, 0.0]];
        let mut solver = Assignment::default();
        assert_eq!(solver.solve(2, 2, 0.0, |i, j| -overlap[i][j]), [(0, 1), (1, 0)]);
        assert_eq!(solver.solve(1, 2, 0.0, |_, j| -overlap[1][j]), [(0, 0)], "buffers of the last call are gone");
    }

    fn matrix() -> impl Strategy<Value = (Vec<Vec<f64>>, f64)> {
        let cost = prop_oneof![4 => (0..12_i32).prop_map(f64::from), 4 => -50.0..50.0, 1 => Just(f64::INFINITY)];
        let rows = (0_usize..=6, 0_usize..=6)
            .prop_flat_map(move |(n, m)| proptest::collection::vec(proptest::collection::vec(cost.clone(), m), n));
        (rows, prop_oneof![Just(60.0), -20.0..40.0])
    }

    proptest! {
        #[test]
        fn no_set_of_pairs_costs_less((cost, limit) in matrix()) {
            let columns = cost.first().map_or(0, Vec::len);
            let pairs = Assignment::default().solve(cost.len(), columns, limit, |i, j| cost[i][j]).to_vec();
            let total: f64 = pairs.iter().map(|&(i, j)| cost[i][j] - limit).sum();
            let best = least(&cost, 0, u32::MAX, limit);
            prop_assert!((total - best).abs() < 1e-9, "{total} against {best}");
            let columns_used: std::collections::BTreeSet<usize> = pairs.iter().map(|p| p.1).collect();
            prop_assert_eq!(columns_used.len(), pairs.len());
            prop_assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0));
            prop_assert!(pairs.iter().all(|&(i, j)| cost[i][j] < limit));
        }
    }
}
