//! The receiver at Bach Ho fails for half an hour: the only station that hears the vessels there.

use crate::engine::units::{Bearing, Metres};
use crate::sim::chart::bach_ho_station;
use crate::sim::truth::{Details, Innocent};
use crate::sim::world::Outage;

use super::{MINUTE, World, cargo_ship, fishing_boat};

/// Out from an instant on, for 30 min; nobody switched anything off.
pub fn play(world: &mut World, from_s: f64) {
    let station = bach_ho_station();
    let to_s = from_s + 30.0 * MINUTE;
    let mut silenced = Vec::new();
    for ship in 0..6 {
        let course = 30.0 + 60.0 * f64::from(ship);
        let start = station.position.at(Bearing::from_degrees(course + 170.0), Metres(22_000.0));
        let kn = world.rng(&format!("story {}", world.next_id("supplier"))).between(7.0, 11.0);
        let path = world.helm("supplier", 0.0, start).steer(course, kn, world.duration_s).path();
        silenced.push(world.launch("supplier", cargo_ship(70.0), path));
    }
    for boat in 0..3 {
        let ground = station.position.at(Bearing::from_degrees(120.0 * f64::from(boat)), Metres(14_000.0));
        let path = world.helm("fisher", 0.0, ground).work(ground, 4_000.0, world.duration_s).path();
        silenced.push(world.launch("fisher", fishing_boat(20.0), path));
    }
    world.outages.push(Outage { station: station.name, from_s, to_s });
    let details = Details::Outage { station: station.name };
    world.tell("receiver_outage", &silenced, (from_s, to_s), "the station hears nothing", details);
    let (onset, end) = (world.time(from_s), world.time(to_s));
    world.innocents.push(Innocent {
        subjects: Vec::new(),
        onset,
        end,
        why: "station outage",
        station: Some(station.name),
    });
}
