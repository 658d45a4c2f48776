//! A grid of cells over the earth that finds what lies near a place.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::earth::Position;
use super::map::Map;
use super::units::Metres;

/// Height of a cell in 1e-7 degrees: 0.01 degrees, about 1.1 km; width the same distance at the cell row's latitude.
const CELL_E7: i64 = 100_000;
/// Metres of one cell's height, rounded down.
const CELL_M: f64 = 1100.0;
/// Searches reach further than they are asked to by this factor, for what rounding takes away.
const MARGIN: f64 = 1.01;
/// All longitudes, 1e-7 degrees.
const TURN_E7: i64 = 3_600_000_000;
/// Columns of a row on the equator.
const COLUMNS: f64 = 36_000.0;
/// The northernmost row.
const MAX_ROW: i64 = 1_800_000_000 / CELL_E7 - 1;

/// A cell: row from the south pole, column from the antimeridian eastward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    row: u16,
    column: u16,
}

/// Who is in which cell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grid<K> {
    cells: Map<Cell, SmallVec<[K; 4]>>,
    #[serde(skip)]
    columns: Columns,
}

/// How many cells each row has.
#[derive(Clone, Debug)]
struct Columns(Vec<u16>);

impl<K> Default for Grid<K> {
    fn default() -> Self {
        Grid { cells: Map::default(), columns: Columns::default() }
    }
}

impl<K: Copy + Eq> Grid<K> {
    /// The cell that holds a position.
    pub fn cell_of(&self, position: Position) -> Cell {
        let row = row_of(position);
        Cell { row, column: self.columns.column_of(position, row) }
    }

    /// Lists someone in a cell.
    pub fn enter(&mut self, who: K, cell: Cell) {
        self.cells.get_or_insert_with(cell, SmallVec::new).push(who);
    }

    /// Takes someone out of the cell in which it is listed.
    pub fn leave(&mut self, who: K, cell: Cell) {
        if let Some(list) = self.cells.get_mut(&cell) {
            if let Some(place) = list.iter().position(|other| *other == who) {
                list.swap_remove(place);
            }
            if list.is_empty() {
                self.cells.remove(&cell);
            }
        }
    }

    /// Calls with everyone listed in the cells within a distance of a point, those beyond it in the same cells included; the
    /// order is of no meaning.
    pub fn for_each_near(&self, centre: Position, within: Metres, mut found: impl FnMut(K)) {
        let cells = within.0 / CELL_M * MARGIN;
        let (lat, reach) = (i64::from(centre.lat_e7()) + 900_000_000, (cells * CELL_E7 as f64) as i64 + 1);
        let turn = i64::from(centre.lon_e7()) + 1_800_000_000;
        for row in ((lat - reach) / CELL_E7).max(0)..=((lat + reach) / CELL_E7).min(MAX_ROW) {
            let row = row as u16;
            let columns = i64::from(self.columns.of(row));
            let reach = (cells * TURN_E7 as f64 / columns as f64) as i64 + 1;
            let first = ((turn - reach) * columns).div_euclid(TURN_E7);
            let last = ((turn + reach) * columns).div_euclid(TURN_E7);
            for column in first..=last.min(first + columns - 1) {
                let column = column.rem_euclid(columns) as u16;
                self.cells.get(&Cell { row, column }).into_iter().flatten().for_each(|who| found(*who));
            }
        }
    }
}

impl Default for Columns {
    fn default() -> Self {
        Columns((0..=MAX_ROW as u16).map(columns_of).collect())
    }
}

impl Columns {
    fn of(&self, row: u16) -> u16 {
        self.0.get(usize::from(row)).copied().unwrap_or(1)
    }

    fn column_of(&self, position: Position, row: u16) -> u16 {
        let turn = (i64::from(position.lon_e7()) + 1_800_000_000).rem_euclid(TURN_E7);
        (turn * i64::from(self.of(row)) / TURN_E7) as u16
    }
}

fn row_of(position: Position) -> u16 {
    ((i64::from(position.lat_e7()) + 900_000_000) / CELL_E7).clamp(0, MAX_ROW) as u16
}

/// Cells of a row: as many as keep their width at least the height, at the row's edge nearer to the pole.
fn columns_of(row: u16) -> u16 {
    let south = f64::from(row) * 0.01 - 90.0;
    let poleward = if south < 0.0 { -south } else { south + 0.01 };
    (COLUMNS * libm::cos(poleward * (std::f64::consts::PI / 180.0))).max(1.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_across_the_antimeridian_and_forgets_who_left() {
        let mut grid: Grid<u32> = Grid::default();
        let places = [(10.0, 179.9999), (10.0, -179.9999), (11.0, 180.0)];
        let cells = places.map(|(lat, lon)| grid.cell_of(Position::from_degrees_wrapped(lat, lon)));
        (0..).zip(cells).for_each(|(who, cell)| grid.enter(who, cell));
        let near = |grid: &Grid<u32>| {
            let mut found = Vec::new();
            grid.for_each_near(Position::from_degrees_wrapped(10.0, 180.0), Metres(700.0), |who| found.push(who));
            found.sort_unstable();
            found
        };
        assert_eq!(near(&grid), [0, 1]);
        grid.leave(0, cells[0]);
        grid.leave(0, cells[0]);
        assert_eq!(near(&grid), [1]);
    }
}
