//! Whether rings make a simple polygon: none crosses or touches itself or another, and holes lie inside.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Contains, Coord, Line, LineString, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{RTree, RTreeObject};

/// An edge with its ring, its place in it, and how many edges the ring has.
#[derive(Clone, Copy)]
struct Edge {
    line: Line<f64>,
    ring: usize,
    place: usize,
    count: usize,
}

/// The polygon of closed rings of (longitude, latitude), the outer one first; the error says what is wrong and where.
pub(super) fn simple_polygon(rings: Vec<Vec<Coord<f64>>>) -> Result<Polygon<f64>, String> {
    let rings: Vec<LineString<f64>> = rings.into_iter().map(without_repeats).collect();
    if rings.is_empty() {
        return Err("a polygon without a ring".to_owned());
    }
    if let Some(ring) = rings.iter().find(|ring| ring.0.len() < 4) {
        return Err(format!("a ring of {} different positions: at least 3", ring.0.len().saturating_sub(1)));
    }
    if let Some(at) = first_crossing(&rings) {
        return Err(format!("self-intersection near longitude {:.5}, latitude {:.5}", at.x, at.y));
    }
    let mut rings = rings.into_iter();
    let outer = Polygon::new(rings.next().unwrap_or(LineString(Vec::new())), Vec::new());
    let holes: Vec<LineString<f64>> = rings.collect();
    for hole in &holes {
        if let Some(at) = hole.0.first().filter(|at| !outer.contains(*at)) {
            return Err(format!("a hole outside its polygon, at longitude {:.5}, latitude {:.5}", at.x, at.y));
        }
    }
    Ok(Polygon::new(outer.into_inner().0, holes))
}

/// The ring with each position that repeats the one before left out.
fn without_repeats(mut ring: Vec<Coord<f64>>) -> LineString<f64> {
    ring.dedup();
    LineString(ring)
}

/// Where two edges meet that are not neighbours, or where neighbours lie on each other.
fn first_crossing(rings: &[LineString<f64>]) -> Option<Coord<f64>> {
    let edges: Vec<Edge> = rings.iter().enumerate().flat_map(|(ring, line)| edges_of(ring, line)).collect();
    let boxed = |(i, edge): (usize, &Edge)| {
        let (a, b) = (edge.line.start, edge.line.end);
        GeomWithData::new(Rectangle::from_corners([a.x, a.y], [b.x, b.y]), i)
    };
    let index = RTree::bulk_load(edges.iter().enumerate().map(boxed).collect());
    index.iter().find_map(|one| {
        let near = index.locate_in_envelope_intersecting(&one.envelope());
        near.filter(|other| other.data > one.data)
            .find_map(|other| crossing(edges.get(one.data)?, edges.get(other.data)?))
    })
}

fn edges_of(ring: usize, line: &LineString<f64>) -> impl Iterator<Item = Edge> {
    let count = line.0.len().saturating_sub(1);
    line.lines().enumerate().map(move |(place, line)| Edge { line, ring, place, count })
}

fn crossing(a: &Edge, b: &Edge) -> Option<Coord<f64>> {
    let are_neighbours = a.ring == b.ring && {
        let apart = a.place.abs_diff(b.place);
        apart == 1 || apart + 1 == a.count
    };
    match line_intersection(a.line, b.line)? {
        LineIntersection::SinglePoint { .. } if are_neighbours => None,
        LineIntersection::SinglePoint { intersection, .. } => Some(intersection),
        LineIntersection::Collinear { intersection } => Some(intersection.start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(f64, f64)]) -> Vec<Coord<f64>> {
        corners.iter().map(|&(x, y)| Coord { x, y }).collect()
    }

    fn refusal(rings: &[&[(f64, f64)]]) -> String {
        simple_polygon(rings.iter().map(|corners| ring(corners)).collect()).err().unwrap_or_default()
    }

    const SQUARE: &[(f64, f64)] = &[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)];

    #[test]
    fn simple_rings_pass() {
        assert_eq!(refusal(&[SQUARE]), "");
        assert_eq!(refusal(&[&[(0.0, 0.0), (4.0, 0.0), (2.0, 3.0), (0.0, 0.0)]]), "");
        assert_eq!(
            refusal(&[&[(0.0, 0.0), (4.0, 0.0), (4.0, 0.0), (2.0, 3.0), (0.0, 0.0)]]),
            "",
            "a repeat is harmless"
        );
        assert_eq!(refusal(&[SQUARE, &[(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 1.0)]]), "");
        let straight = &[(0.0, 0.0), (2.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 0.0)];
        assert_eq!(refusal(&[straight]), "", "a corner on a straight side");
    }

    #[test]
    fn crossings_spikes_and_touches_are_refused_with_their_place() {
        let bow_tie: &[(f64, f64)] = &[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0), (0.0, 0.0)];
        assert!(refusal(&[bow_tie]).contains("longitude 2.00000, latitude 2.00000"), "{}", refusal(&[bow_tie]));
        let spike: &[(f64, f64)] = &[(0.0, 0.0), (4.0, 0.0), (6.0, 0.0), (4.0, 0.0), (2.0, 3.0), (0.0, 0.0)];
        assert!(refusal(&[spike]).contains("self-intersection"));
        let touch: &[(f64, f64)] = &[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 0.0), (0.0, 4.0), (0.0, 0.0)];
        assert!(refusal(&[touch]).contains("longitude 2.00000, latitude 0.00000"));
        assert!(refusal(&[&[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0), (0.0, 0.0)]]).contains("2 different positions"));
        assert!(refusal(&[&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (0.0, 0.0)]]).contains("self-intersection"), "flat");
    }

    #[test]
    fn holes_lie_inside() {
        let outside: &[(f64, f64)] = &[(5.0, 5.0), (6.0, 5.0), (6.0, 6.0), (5.0, 5.0)];
        assert!(refusal(&[SQUARE, outside]).contains("a hole outside"));
        let across: &[(f64, f64)] = &[(3.0, 1.0), (6.0, 1.0), (3.0, 2.0), (3.0, 1.0)];
        assert!(refusal(&[SQUARE, across]).contains("self-intersection"));
    }
}
