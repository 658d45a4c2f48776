//! A coastal tanker passes Con Dao and switches her AIS off under radar for 45 minutes.

use crate::sim::chart::con_dao_radar;

use super::{MINUTE, World, start_for, tanker};

/// Silent from an instant on.
pub fn play(world: &mut World, dark_from_s: f64) {
    const SILENCE_S: f64 = 45.0 * MINUTE;
    let abeam = con_dao_radar().at(152.0, 15.5);
    let start = start_for(abeam, 242.0, 7.0, dark_from_s + 0.5 * SILENCE_S);
    let path = world.helm("tanker", 0.0, start).steer(62.0, 7.0, world.duration_s).path();
    let ship = world.launch("tanker", tanker(95.0), path);
    world.go_dark(ship, (dark_from_s, dark_from_s + SILENCE_S), "switched off under radar");
}
