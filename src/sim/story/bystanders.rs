//! Everyday traffic: ships on passage, fishing boats at work, a gear beacon, small boats without AIS.

use crate::engine::units::{Bearing, Metres};
use crate::sim::chart::con_dao_radar;
use crate::sim::vessel::{Carriage, Hull};

use super::{World, cargo_ship, fishing_boat, silent_craft};

/// The UTC second of one bystander runs by this much ahead, unrelated to the time, s.
const SUSPECT_SECOND_SHIFT: u8 = 23;

/// Ships on passage at 10 to 14 knots; the eastbound lane lies so far south-east of Con Dao, the westbound 7 km farther.
pub fn passages(world: &mut World, ships: u32, eastbound_km: f64) {
    for ship in 0..ships {
        let mut rng = world.rng(&format!("story {}", world.next_id("passage")));
        let (course, lane_km) = if ship % 2 == 0 { (62.0, eastbound_km) } else { (242.0, eastbound_km + 7.0) };
        let abeam = con_dao_radar().at(152.0, lane_km + rng.between(-1.0, 3.0));
        let astern_km = rng.between(5.0, 45.0);
        let start = abeam.at(Bearing::from_degrees(course + 180.0), Metres(astern_km * 1000.0));
        let path = world.helm("passage", 0.0, start).steer(course, rng.between(10.0, 14.0), world.duration_s).path();
        let index = world.launch("passage", cargo_ship(rng.pick(&[95.0, 120.0, 150.0, 180.0, 200.0])), path);
        if ship == 1 {
            world.vessels[index].utc_second_shift = SUSPECT_SECOND_SHIFT;
        }
    }
}

/// Fishing boats at work on one ground south of Con Dao.
pub fn fishing(world: &mut World, boats: u32) {
    let middle = con_dao_radar().at(140.0, 29.0);
    let mut fleet = Vec::new();
    for boat in 0..boats {
        let bearing = Bearing::from_degrees(360.0 / f64::from(boats) * f64::from(boat));
        let ground = middle.at(bearing, Metres(4_000.0));
        let length_m = world.rng(&format!("story {}", world.next_id("fisher"))).pick(&[14.0, 16.0, 18.0, 20.0, 22.0]);
        let path = world.helm("fisher", 0.0, ground).work(ground, 2_500.0, world.duration_s).path();
        fleet.push(world.launch("fisher", fishing_boat(length_m), path));
    }
    world.excuse(&fleet, (0.0, world.duration_s), "fishing fleet working");
}

/// A beacon on a net.
pub fn gear(world: &mut World) {
    let place = con_dao_radar().at(205.0, 14.0);
    let path = world.helm("gear", 0.0, place).with_leeway(0.002).drift(world.duration_s).path();
    let beacon = world.launch("gear", Hull { carriage: Carriage::Gear, length_m: 3.0, ship_type: 30 }, path);
    world.excuse(&[beacon], (0.0, world.duration_s), "gear beacon");
}

/// Two small wooden boats that carry no AIS, on their way along the island's south.
pub fn small_boats(world: &mut World) {
    for (bearing, km, course) in [(110.0, 8.0, 225.0), (230.0, 7.0, 100.0)] {
        let start = con_dao_radar().at(bearing, km);
        let path = world.helm("small", 0.0, start).steer(course, 5.5, world.duration_s).path();
        let boat = world.launch("small", silent_craft(13.0), path);
        world.excuse(&[boat], (0.0, world.duration_s), "small boat without AIS");
    }
}
