//! A craft without AIS heads for a fishing boat that drifts, passes close by and goes on.

use crate::engine::units::{Bearing, Metres};
use crate::sim::chart::con_dao_radar;

use super::{MINUTE, World, fishing_boat, silent_craft, start_for};

/// Past the fishing boat at an instant, at 300 m.
pub fn play(world: &mut World, passes_s: f64) {
    const KN: f64 = 10.0;
    let place = con_dao_radar().at(175.0, 12.0);
    let path =
        world.helm("fisher", 0.0, place).drift(passes_s + 10.0 * MINUTE).steer(140.0, 6.0, world.duration_s).path();
    let abeam = path.position(passes_s).at(Bearing::from_degrees(300.0), Metres(300.0));
    let boat = world.launch("fisher", fishing_boat(20.0), path);
    let path = world
        .helm("contact", 0.0, start_for(abeam, 200.0, KN, passes_s))
        .sail_to_by(abeam, passes_s)
        .steer(30.0, KN, world.duration_s)
        .path();
    world.launch("contact", silent_craft(27.0), path);
    world.excuse(&[boat], (0.0, passes_s), "drifts to rest");
}
