//! A small cargo ship goes to and fro along the inner side of a patrol zone's edge.

use crate::engine::units::{Bearing, Metres};
use crate::sim::chart::north_western_edge;
use crate::sim::truth::Details;

use super::{MINUTE, World, cargo_ship, start_for};

/// Slow from an instant on, for 110 min.
pub fn play(world: &mut World, slow_from_s: f64) {
    let mut rng = world.rng("story edge-loiter");
    let (east, west) = north_western_edge();
    let along_deg = east.offset_to(west).direction().degrees();
    let (kn, ends_s) = (9.0, slow_from_s + 110.0 * MINUTE);
    let inside = east.towards(west, 0.18).at(Bearing::from_degrees(along_deg - 90.0), Metres(350.0));
    let arrives_s = slow_from_s - 4.0 * MINUTE;
    let path = world
        .helm("loiterer", 0.0, start_for(inside, along_deg + 90.0, kn, arrives_s))
        .sail_to_by(inside, arrives_s)
        .slow_down(kn)
        .to_and_fro(along_deg, rng.between(1.1, 1.6), ends_s)
        .steer(300.0, kn, world.duration_s)
        .path();
    let ship = world.launch("loiterer", cargo_ship(62.0), path);
    world.tell(
        "loitering",
        &[ship],
        (slow_from_s, ends_s),
        "scripted loitering",
        Details::Loitering { subkind: "boundary" },
    );
}
