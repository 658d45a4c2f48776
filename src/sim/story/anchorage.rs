//! Ships at anchor in the Con Dao anchorage, and boats moored hull to hull in Ben Dam port.

use crate::engine::units::{Bearing, Metres};
use crate::sim::chart::degrees;

use super::{World, cargo_ship, fishing_boat};

/// Eight ships at anchor, 1.1 km and more apart.
pub fn anchored(world: &mut World) {
    let middle = degrees(8.640, 106.515);
    for berth in 0..8 {
        let bearing = Bearing::from_degrees(360.0 / 7.0 * f64::from(berth));
        let anchor = if berth == 7 { middle } else { middle.at(bearing, Metres(1_500.0)) };
        let mut rng = world.rng(&format!("story {}", world.next_id("anchored")));
        let length_m = rng.pick(&[62.0, 80.0, 95.0, 120.0, 150.0, 180.0]);
        let path = world.helm("anchored", 0.0, anchor).swing(anchor, 80.0 + 0.4 * length_m, world.duration_s).path();
        let ship = world.launch("anchored", cargo_ship(length_m), path);
        world.vessels[ship].status = vec![(f64::MIN, 1)];
        world.excuse(&[ship], (0.0, world.duration_s), "anchored in the anchorage");
    }
}

/// Six boats moored side by side.
pub fn moored(world: &mut World) {
    let quay = degrees(8.653, 106.563);
    for berth in 0..6 {
        let place = quay.at(Bearing::from_degrees(150.0), Metres(9.0 * f64::from(berth)));
        let path = world.helm("moored", 0.0, place).moored(world.duration_s, 60.0).path();
        let boat = world.launch("moored", fishing_boat(18.0), path);
        world.excuse(&[boat], (0.0, world.duration_s), "moored in the fishing port");
    }
}
