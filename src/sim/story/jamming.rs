//! Satellite positions are forged off Con Dao: those of every ship in the area lie 30 km to the south-east for a quarter of an hour.

use crate::engine::earth::Offset;
use crate::engine::units::{Bearing, Metres};
use crate::sim::chart::con_dao_radar;
use crate::sim::truth::Details;
use crate::sim::vessel::GnssFault;

use super::{MINUTE, World, cargo_ship};

/// From an instant on, for 15 min.
pub fn play(world: &mut World, from_s: f64) {
    let to_s = from_s + 15.0 * MINUTE;
    let off_by = Some(Offset::polar(140.0, 30_000.0));
    let middle = con_dao_radar().at(150.0, 45.0);
    let mut ships = Vec::new();
    for ship in 0..8 {
        let course = 45.0 * f64::from(ship);
        let start = middle.at(Bearing::from_degrees(course + 180.0), Metres(9_000.0));
        let path = world.helm("ship", 0.0, start).steer(course, 9.0, world.duration_s).path();
        let index = world.launch("ship", cargo_ship(100.0), path);
        world.vessels[index].gnss_faults.push(GnssFault { from_s, to_s, off_by });
        ships.push(index);
    }
    world.tell("gnss_interference", &ships, (from_s, to_s), "positions jump together", Details::Plain {});
}
