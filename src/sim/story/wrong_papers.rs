//! A ship with a number of no country and a wrong IMO number; and a device in the water calls.

use crate::sim::chart::con_dao_radar;
use crate::sim::truth::Details;

use super::{MINUTE, World, cargo_ship};

/// The device calls from an instant on, for 15 min.
pub fn play(world: &mut World, calls_s: f64) {
    let start = con_dao_radar().at(150.0, 30.0);
    let path = world.helm("stranger", 0.0, start).steer(62.0, 11.0, world.duration_s).path();
    let stranger = world.launch("stranger", cargo_ship(90.0), path);
    world.vessels[stranger].mmsi = Some(299_012_345);
    world.vessels[stranger].imo_number += 1;
    world.tell("identity_conflict", &[stranger], (0.0, 0.0), "no country has this number", Details::Plain {});

    let place = con_dao_radar().at(170.0, 18.0);
    let path = world.helm("device", 0.0, place).drift(world.duration_s).path();
    let device = world.launch("device", cargo_ship(2.0), path);
    let vessel = &mut world.vessels[device];
    vessel.mmsi = Some(972_574_001);
    vessel.status = vec![(f64::MIN, 14)];
    vessel.has_echo = false;
    vessel.silences = vec![(f64::MIN, calls_s), (calls_s + 15.0 * MINUTE, f64::MAX)];
    world.tell("distress", &[device], (calls_s, calls_s + 15.0 * MINUTE), "a man overboard", Details::Plain {});
}
