//! The geometry of a zone: parts in degrees, point in polygon by exact predicates, distance to the edge.

use geo::{Intersects, LineString, Polygon, coord};

use super::simple::simple_polygon;
use crate::engine::earth::{DegreeScale, Position, ring_area_m2};
use crate::engine::units::{Bearing, Metres};

/// Corners of the polygon that stands for a circle.
const CIRCLE_CORNERS: u32 = 32;

/// One polygon of a zone with its box. Longitudes run on across the antimeridian (181 for -179) instead of jumping.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    polygon: Polygon<f64>,
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

/// The parts of one zone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    parts: Vec<Part>,
    /// Parts end on both sides of the antimeridian (RFC 7946, 3.1.9): edges along it are a seam, not an edge.
    has_seam: bool,
}

impl Part {
    /// From closed rings of positions, the outer one first; the error says what is wrong with which ring.
    fn new(rings: &[Vec<Position>]) -> Result<Self, String> {
        let polygon = simple_polygon(rings.iter().map(|ring| unwrapped(ring)).collect())?;
        let xs = || polygon.exterior().coords().map(|c| c.x);
        let ys = || polygon.exterior().coords().map(|c| c.y);
        let (west, east) = (xs().fold(f64::INFINITY, f64::min), xs().fold(f64::NEG_INFINITY, f64::max));
        let (south, north) = (ys().fold(f64::INFINITY, f64::min), ys().fold(f64::NEG_INFINITY, f64::max));
        Ok(Part { west, south, east, north, polygon })
    }

    /// South-west and north-east corner as (longitude, latitude) degrees.
    pub(super) fn corners(&self) -> ([f64; 2], [f64; 2]) {
        ([self.west, self.south], [self.east, self.north])
    }

    /// The position's longitude, turned to lie as near to this part as it can.
    fn nearest_lon(&self, position: Position) -> f64 {
        let (lon, middle) = (position.lon(), (self.west + self.east) * 0.5);
        if lon - middle > 180.0 {
            lon - 360.0
        } else if middle - lon > 180.0 {
            lon + 360.0
        } else {
            lon
        }
    }

    /// Whether the position lies inside or on the edge.
    pub(super) fn holds(&self, position: Position) -> bool {
        self.polygon.intersects(&coord! { x: self.nearest_lon(position), y: position.lat() })
    }

    /// All rings, the outer one first.
    fn rings(&self) -> impl Iterator<Item = &LineString<f64>> {
        std::iter::once(self.polygon.exterior()).chain(self.polygon.interiors())
    }

    /// The square of the distance to the nearest edge that is no seam, m2.
    fn edge_distance_squared(&self, position: Position, has_seam: bool) -> f64 {
        let scale = DegreeScale::at(position);
        let (lon, lat) = (self.nearest_lon(position), position.lat());
        let mut nearest = f64::INFINITY;
        for line in self.rings().flat_map(|ring| ring.lines()) {
            if has_seam && on_antimeridian(line.start.x) && on_antimeridian(line.end.x) {
                continue;
            }
            let a = ((line.start.x - lon) * scale.east_m, (line.start.y - lat) * scale.north_m);
            let b = ((line.end.x - lon) * scale.east_m, (line.end.y - lat) * scale.north_m);
            nearest = nearest.min(origin_to_segment_squared(a, b));
        }
        nearest
    }

    fn area_m2(&self) -> f64 {
        let area = |ring: &LineString<f64>| ring_area_m2(&ring.coords().map(|c| (c.y, c.x)).collect::<Vec<_>>());
        let holes: f64 = self.polygon.interiors().iter().map(area).sum();
        area(self.polygon.exterior()) - holes
    }
}

impl Shape {
    /// From polygons of closed rings, the outer ring first; the error says what is wrong.
    pub fn new(polygons: &[Vec<Vec<Position>>]) -> Result<Self, String> {
        let parts = polygons.iter().map(|rings| Part::new(rings)).collect::<Result<Vec<Part>, String>>()?;
        if parts.is_empty() {
            return Err("no polygon".to_owned());
        }
        let has_seam = parts.iter().any(|part| part.east >= 180.0) && parts.iter().any(|part| part.west <= -180.0);
        Ok(Shape { parts, has_seam })
    }

    /// The 32 corners around a centre, closed, as one polygon.
    pub fn circle(centre: Position, radius: Metres) -> Result<Self, String> {
        let step = 360.0 / f64::from(CIRCLE_CORNERS);
        let corner = |i: u32| centre.at(Bearing::from_degrees(f64::from(i % CIRCLE_CORNERS) * step), radius);
        Shape::new(&[vec![(0..=CIRCLE_CORNERS).map(corner).collect()]])
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Distance to the nearest edge, from inside or outside.
    pub(super) fn edge_distance(&self, position: Position) -> Option<Metres> {
        let distances = self.parts.iter().map(|part| part.edge_distance_squared(position, self.has_seam));
        distances.reduce(f64::min).map(|square| Metres(libm::sqrt(square)))
    }

    /// The area, m2.
    pub(super) fn area_m2(&self) -> f64 {
        self.parts.iter().map(Part::area_m2).sum()
    }

    /// Every corner as text, for digests.
    pub(super) fn text(&self) -> String {
        let ring = |ring: &LineString<f64>| {
            ring.coords().map(|c| format!("{:.7} {:.7}", c.x, c.y)).collect::<Vec<_>>().join(",")
        };
        let part = |part: &Part| part.rings().map(ring).collect::<Vec<_>>().join("/");
        self.parts.iter().map(part).collect::<Vec<_>>().join(";")
    }
}

/// A ring as coordinates whose longitude runs on: a step above half a turn is a crossing of the antimeridian, a whole turn is kept.
fn unwrapped(ring: &[Position]) -> Vec<geo::Coord<f64>> {
    let mut turns = 0.0;
    let mut last = ring.first().map_or(0.0, |p| p.lon());
    let mut corner = |p: &Position| {
        let step = p.lon() - last;
        if step.abs() > 180.0 && step.abs() < 360.0 {
            turns -= 360.0 * step.signum();
        }
        last = p.lon();
        coord! { x: p.lon() + turns, y: p.lat() }
    };
    ring.iter().map(&mut corner).collect()
}

fn on_antimeridian(lon: f64) -> bool {
    lon.abs() == 180.0
}

/// The square of the distance from the origin to a segment.
fn origin_to_segment_squared(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length_squared = dx * dx + dy * dy;
    let share = if length_squared > 0.0 { (-(a.0 * dx + a.1 * dy) / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (a.0 + share * dx, a.1 + share * dy);
    x * x + y * y
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(f64, f64)]) -> Vec<Position> {
        corners.iter().map(|&(lat, lon)| Position::from_degrees(lat, lon).unwrap()).collect()
    }

    fn at(lat: f64, lon: f64) -> Position {
        Position::from_degrees(lat, lon).unwrap()
    }

    fn holds(shape: &Shape, position: Position) -> bool {
        shape.parts().iter().any(|part| part.holds(position))
    }

    #[test]
    fn a_circle_has_its_radius_and_area() {
        let shape = Shape::circle(at(10.3, 107.07), Metres(275.0)).unwrap();
        assert!(holds(&shape, at(10.3, 107.07)));
        assert!((shape.edge_distance(at(10.3, 107.07)).unwrap().0 - 275.0).abs() < 2.0);
        assert!((shape.area_m2() / (std::f64::consts::PI * 275.0 * 275.0) - 1.0).abs() < 0.02, "{}", shape.area_m2());
    }

    #[test]
    fn a_polygon_over_the_antimeridian_is_one_piece() {
        let shape =
            Shape::new(&[vec![ring(&[(-1.0, 179.0), (-1.0, -179.0), (1.0, -179.0), (1.0, 179.0), (-1.0, 179.0)])]])
                .unwrap();
        for lon in [179.5, 180.0, -180.0, -179.5] {
            assert!(holds(&shape, at(0.0, lon)), "{lon}");
        }
        assert!(!holds(&shape, at(0.0, 178.9)) && !holds(&shape, at(0.0, -178.9)) && !holds(&shape, at(0.0, 0.0)));
        assert!((shape.edge_distance(at(0.0, -179.9)).unwrap().0 - 100_200.0).abs() < 400.0);
        assert!((shape.area_m2() / (222_639.0 * 221_149.0) - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_zone_cut_at_the_antimeridian_has_no_edge_there() {
        let west = ring(&[(-1.0, 179.0), (-1.0, 180.0), (1.0, 180.0), (1.0, 179.0), (-1.0, 179.0)]);
        let east = ring(&[(-1.0, -180.0), (-1.0, -179.0), (1.0, -179.0), (1.0, -180.0), (-1.0, -180.0)]);
        let shape = Shape::new(&[vec![west], vec![east]]).unwrap();
        assert!(shape.edge_distance(at(0.0, 180.0)).unwrap().0 > 100_000.0);
        assert!(holds(&shape, at(0.0, 180.0)) && holds(&shape, at(0.0, -180.0)));
    }

    #[test]
    fn holes_are_outside_and_have_an_edge() {
        let outer = ring(&[(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]);
        let hole = ring(&[(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4)]);
        let shape = Shape::new(&[vec![outer, hole]]).unwrap();
        assert!(!holds(&shape, at(0.5, 0.5)) && holds(&shape, at(0.5, 0.3)));
        assert!((shape.edge_distance(at(0.5, 0.39)).unwrap().0 - 1_113.0).abs() < 5.0);
    }

    #[test]
    fn the_whole_earth_is_a_polygon() {
        let world = ring(&[(-90.0, -180.0), (-90.0, 180.0), (90.0, 180.0), (90.0, -180.0), (-90.0, -180.0)]);
        let shape = Shape::new(&[vec![world]]).unwrap();
        assert!(holds(&shape, at(10.0, 107.0)) && holds(&shape, at(-60.0, -180.0)));
    }

    #[test]
    fn a_bow_tie_is_refused() {
        let error =
            Shape::new(&[vec![ring(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)])]]).unwrap_err();
        assert!(error.contains("self-intersection"), "{error}");
    }
}
