//! A cargo ship loses her engine and is carried across her own heading until it runs again.

use crate::sim::chart::con_dao_radar;
use crate::sim::truth::Details;

use super::{MINUTE, World, cargo_ship, start_for};

/// Without engine from an instant on, for 50 min.
pub fn play(world: &mut World, stops_s: f64) {
    const KN: f64 = 11.0;
    let place = con_dao_radar().at(170.0, 24.0);
    let (arrives_s, runs_s) = (stops_s - 4.0 * MINUTE, stops_s + 50.0 * MINUTE);
    let path = world
        .helm("drifter", 0.0, start_for(place, 310.0, KN, arrives_s))
        .with_leeway(0.3)
        .sail_to_by(place, arrives_s)
        .steer(130.0, 0.5 * KN, stops_s - 2.0 * MINUTE)
        .steer(130.0, 0.2 * KN, stops_s)
        .drift(runs_s)
        .steer(130.0, KN, world.duration_s)
        .path();
    let ship = world.launch("drifter", cargo_ship(110.0), path);
    world.tell("drifting", &[ship], (stops_s, runs_s), "engine stopped, carried by the wind", Details::Plain {});
}
