//! Zones under random positions and random bytes: the index agrees with a plain search, and no text makes the reader fail.

use picket::engine::earth::Position;
use picket::engine::limits::Limits;
use picket::engine::units::{Bearing, Metres};
use picket::engine::zone::{Shape, Zone, ZoneIx, ZoneKind, ZoneSet, geojson};
use proptest::prelude::*;

/// Anywhere, and more often within a few degrees of one place on the antimeridian, where zones then overlap.
fn position() -> impl Strategy<Value = Position> {
    let anywhere = (-89.9..89.9f64, -180.0..180.0f64);
    let crowded = (-3.0..3.0f64, 177.0..183.0f64);
    prop_oneof![1 => anywhere, 3 => crowded].prop_map(|(lat, lon)| Position::from_degrees_wrapped(lat, lon))
}

/// A zone around a centre: a circle, or a quadrilateral that may lie across the antimeridian.
fn shape() -> impl Strategy<Value = Shape> {
    let circle = (position(), 100.0..150_000.0f64).prop_filter_map("a circle over a pole", |(centre, radius_m)| {
        (centre.lat().abs() < 85.0).then(|| Shape::circle(centre, Metres(radius_m)).ok()).flatten()
    });
    let corners = (position(), 0.01..3.0f64, 0.01..3.0f64, 0.01..3.0f64, 0.01..3.0f64);
    let quadrilateral = corners.prop_filter_map("not simple", |(centre, east, north, west, south)| {
        let at = |dlat: f64, dlon: f64| Position::from_degrees_wrapped(centre.lat() + dlat, centre.lon() + dlon);
        let ring = vec![at(0.0, east), at(north, 0.0), at(0.0, -west), at(-south, 0.0), at(0.0, east)];
        Shape::new(&[vec![ring]]).ok()
    });
    prop_oneof![circle, quadrilateral]
}

fn zones() -> impl Strategy<Value = ZoneSet> {
    let kind = prop_oneof![Just(ZoneKind::Patrol), Just(ZoneKind::Port)];
    proptest::collection::vec((shape(), kind), 1..30).prop_map(|shapes| {
        let zone = |(i, (shape, kind)): (usize, (Shape, ZoneKind))| Zone::new(&format!("z{i}"), kind, shape);
        ZoneSet::new(shapes.into_iter().enumerate().map(zone).collect())
    })
}

/// The position, some beside it, and the antimeridian at its latitude.
fn around(p: &Position) -> [Position; 4] {
    let at = Position::from_degrees_wrapped;
    [*p, at(p.lat() + 0.5, p.lon()), at(p.lat(), p.lon() + 0.5), at(p.lat(), 180.0)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_index_agrees_with_a_plain_search(set in zones(), anywhere in proptest::collection::vec(position(), 1..40)) {
        for here in anywhere.iter().flat_map(around) {
            let mut plain: Vec<ZoneIx> = set.iter().filter(|(_, zone)| zone.holds(here)).map(|(ix, _)| ix).collect();
            plain.sort_by(|a, b| set.get(*a).area_m2.total_cmp(&set.get(*b).area_m2).then(a.cmp(b)));
            prop_assert_eq!(set.at(here).to_vec(), plain);
            for within in [0.0, 1_000.0, 200_000.0] {
                let is_close = |zone: &Zone| zone.edge_distance(here).is_some_and(|d| d.0 <= within);
                let plain = set.iter().any(|(_, zone)| zone.kind == ZoneKind::Port && (zone.holds(here) || is_close(zone)));
                prop_assert_eq!(set.near(here, ZoneKind::Port, Metres(within)), plain, "{:?} {}", here, within);
            }
        }
    }

    #[test]
    fn containment_changes_where_the_edge_is(centre in position(), radius_m in 500.0..100_000.0f64, bearing in 0.0..360.0f64) {
        prop_assume!(centre.lat().abs() < 80.0);
        let zone = Zone::new("z", ZoneKind::Patrol, Shape::circle(centre, Metres(radius_m)).unwrap());
        let (mut inside, mut outside) = (centre, centre.at(Bearing::from_degrees(bearing), Metres(radius_m * 1.1)));
        prop_assert!(zone.holds(inside) && !zone.holds(outside));
        for _ in 0..40 {
            let middle = inside.towards(outside, 0.5);
            if zone.holds(middle) { inside = middle } else { outside = middle }
        }
        let distance = zone.edge_distance(inside).map_or(f64::NAN, |d| d.0);
        prop_assert!(distance < 0.05, "{distance}");
    }

    #[test]
    fn no_text_makes_the_reader_fail(
        at in 0usize..8_000, length in 0usize..40, put in "[\\PC\\n\\[\\]{},:\"0-9.-]{0,12}",
    ) {
        let text = include_str!("../zones/squadron-3.geojson");
        let cut = |at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let (from, to) = (cut(at), cut(at + length));
        let spoilt = format!("{}{put}{}", &text[..from], &text[to..]);
        let (drafts, faults) = geojson::read(&spoilt);
        for fault in &faults {
            prop_assert!((1..=spoilt.lines().count() + 1).contains(&fault.line), "{fault}");
        }
        for draft in drafts {
            let _ = draft.into_zone(&Limits::default());
        }
    }

    #[test]
    fn no_override_makes_the_limits_fail(key in "[a-z_]{0,12}\\.?[a-z_]{0,14}", text in "\\PC{0,20}") {
        let _ = Limits::default().with_text(&key, &text);
    }
}
