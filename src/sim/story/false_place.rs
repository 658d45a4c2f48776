//! A ship under radar forges her AIS: it turns away from her echo and shows her elsewhere.

use crate::sim::chart::con_dao_radar;
use crate::sim::truth::Details;

use super::{MINUTE, World, cargo_ship, silent_craft, start_for};

/// The forged track leaves the true one at an instant, by 50 degrees at 10 knots.
pub fn play(world: &mut World, from_s: f64) {
    const KN: f64 = 10.0;
    let parts_at = con_dao_radar().at(152.0, 13.0);
    let start = start_for(parts_at, 242.0, KN, from_s);
    let sail = |world: &World| world.helm("forger", 0.0, start).sail_to_by(parts_at, from_s);
    let hull = sail(world).steer(62.0, KN, world.duration_s).path();
    let told = sail(world).steer(112.0, KN, world.duration_s).path();
    let ship = world.launch("hull", silent_craft(90.0), hull);
    let forged = world.launch("forger", cargo_ship(90.0), told);
    world.vessels[forged].has_echo = false;
    let apart_s = from_s + 4.0 * MINUTE;
    let span_s = (apart_s, world.duration_s);
    world.tell("position_offset", &[ship, forged], span_s, "AIS leaves the echo", Details::Plain {});
}
