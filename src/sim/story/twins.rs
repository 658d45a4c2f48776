//! Two coasters send one number, 60 km apart.

use crate::sim::chart::con_dao_radar;
use crate::sim::truth::Details;

use super::{World, cargo_ship};

/// The second one is switched on at an instant, and off ten minutes before the scenario ends.
pub fn play(world: &mut World, from_s: f64) {
    let until_s = world.duration_s - 600.0;
    let mut launch = |km: f64| {
        let start = con_dao_radar().at(160.0, km);
        let path = world.helm("twin", 0.0, start).steer(62.0, 8.0, world.duration_s).path();
        world.launch("twin", cargo_ship(70.0), path)
    };
    let (one, other) = (launch(30.0), launch(90.0));
    world.vessels[other].mmsi = world.vessels[one].mmsi;
    world.vessels[other].silences = vec![(f64::MIN, from_s), (until_s, f64::MAX)];
    world.tell("duplicate_identity", &[one, other], (from_s, until_s), "two ships under one number", Details::Plain {});
}
