//! A plane that touches the earth beside a track: metres east and north of a place.

use serde::{Deserialize, Serialize};

use super::matrix::{Vector, length};
use crate::engine::earth::{DegreeScale, Position};
use crate::engine::units::wrap_180;

/// Beyond this the plane is laid anew, so that its scale stays true.
const REACH_M: f64 = 2_000.0;

/// The plane: its origin and its scale there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    origin: Position,
    east_m: f64,
    north_m: f64,
}

impl Frame {
    /// The plane at a place.
    pub fn at(origin: Position) -> Self {
        let DegreeScale { east_m, north_m } = DegreeScale::at(origin);
        Frame { origin, east_m, north_m }
    }

    /// A place in the plane.
    pub fn plane(&self, place: Position) -> Vector {
        let (dlat, dlon) = (place.lat() - self.origin.lat(), place.lon() - self.origin.lon());
        let dlon = if dlon.abs() > 180.0 { wrap_180(dlon) } else { dlon };
        [dlon * self.east_m, dlat * self.north_m]
    }

    /// A point of the plane on the earth.
    pub fn earth(&self, point: Vector) -> Position {
        let (lat, lon) = (self.origin.lat() + point[1] / self.north_m, self.origin.lon() + point[0] / self.east_m);
        Position::from_degrees_wrapped(lat, lon)
    }

    /// Whether a point is too far out for this plane.
    pub fn is_left_by(&self, point: Vector) -> bool {
        length(point) > REACH_M
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_across_the_antimeridian() {
        let frame = Frame::at(Position::from_degrees_wrapped(20.6, 179.999));
        let there = Position::from_degrees_wrapped(20.61, -179.999);
        let point = frame.plane(there);
        assert!(point[0] > 0.0 && (point[0] - 208.6).abs() < 1.0 && (point[1] - 1107.0).abs() < 1.0, "{point:?}");
        assert!(frame.earth(point).distance_to(there).0 < 0.02);
    }
}
