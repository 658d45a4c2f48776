//! A coastal tanker switches her AIS off under radar and comes back under another number and name.

use crate::sim::chart::con_dao_radar;
use crate::sim::truth::Details;

use super::{MINUTE, World, start_for, tanker};

/// Silent from an instant on, for twenty minutes.
pub fn play(world: &mut World, dark_from_s: f64) {
    const SILENCE_S: f64 = 20.0 * MINUTE;
    let back_s = dark_from_s + SILENCE_S;
    let abeam = con_dao_radar().at(152.0, 15.5);
    let start = start_for(abeam, 242.0, 7.0, dark_from_s + 0.5 * SILENCE_S);
    let path = world.helm("tanker", 0.0, start).steer(62.0, 7.0, world.duration_s).path();
    let was = world.launch("tanker", tanker(95.0), path.clone());
    let is = world.launch("tanker", tanker(95.0), path);
    world.go_dark(was, (dark_from_s, back_s), "switched off under radar");
    world.vessels[was].silences = vec![(dark_from_s, f64::MAX)];
    world.vessels[is].silences = vec![(f64::MIN, back_s)];
    world.vessels[is].has_echo = false;
    let (old_mmsi, new_mmsi) = (world.vessels[was].mmsi, world.vessels[is].mmsi);
    let details = Details::IdentityChange { old_mmsi, new_mmsi, during_dark: true };
    world.tell("identity_change", &[is], (back_s, back_s), "comes back under another number and name", details);
}
