//! A cargo ship comes over a patrol zone's edge and sails out again over another; nothing else happens to her.

use crate::sim::chart::north_western_edge;

use super::{MINUTE, World, cargo_ship, start_for};

/// Over the edge at an instant, on a course that leads out again where the zone ends.
pub fn play(world: &mut World, enters_s: f64) {
    const KN: f64 = 12.0;
    let (east, west) = north_western_edge();
    let gate = east.towards(west, 0.06);
    let path = world
        .helm("visitor", 0.0, start_for(gate, 330.0, KN, enters_s))
        .sail_to_by(gate, enters_s)
        .steer(160.0, KN, enters_s + 25.0 * MINUTE)
        .steer(20.0, KN, world.duration_s)
        .path();
    world.launch("visitor", cargo_ship(120.0), path);
}
