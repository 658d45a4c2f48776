//! A pilot boat from Ben Dam lies alongside an inbound ship at the boarding place for five minutes.

use crate::engine::units::{Bearing, KNOT_M_S, Metres};
use crate::sim::chart::degrees;
use crate::sim::motion::Berthing;
use crate::sim::vessel::{Carriage, Hull, usual_beam_m};

use super::{MINUTE, World, cargo_ship, start_for};

/// The pilot boards at an instant.
pub fn play(world: &mut World, boards_s: f64) {
    const SHIP_LENGTH_M: f64 = 150.0;
    let boarding = degrees(8.585, 106.500);
    let slows_s = boards_s - 12.0 * MINUTE;
    let slow_from = boarding.at(Bearing::from_degrees(165.0), Metres(6.0 * KNOT_M_S * 12.0 * MINUTE));
    let anchor = degrees(8.6275, 106.4995);
    let helm = world
        .helm("inbound", 0.0, start_for(slow_from, 165.0, 12.0, slows_s))
        .sail_to_by(slow_from, slows_s)
        .steer(345.0, 6.0, boards_s + 10.0 * MINUTE)
        .sail_to(anchor, 5.0);
    let anchors_s = helm.now_s();
    let path = helm.swing(anchor, 1.0, world.duration_s).path();
    let ship = world.launch("inbound", cargo_ship(SHIP_LENGTH_M), path.clone());
    world.vessels[ship].status = vec![(f64::MIN, 0), (anchors_s, 1)];

    let length_m = 18.0;
    let berthing = Berthing {
        secured_s: boards_s,
        cast_off_s: boards_s + 5.0 * MINUTE,
        manoeuvre_s: 150.0,
        ahead_m: 20.0,
        across_m: 0.5 * usual_beam_m(SHIP_LENGTH_M) + 1.5 + 0.5 * usual_beam_m(length_m),
        stand_off_m: 300.0,
    };
    let (home, meets) = (degrees(8.650, 106.562), berthing.place(&path, berthing.begins_s()));
    let run_s = home.distance_to(meets).0 / (15.0 * KNOT_M_S);
    let boat_path = world
        .helm("pilot", 0.0, home)
        .moored(berthing.begins_s() - run_s, 200.0)
        .sail_to_by(meets, berthing.begins_s())
        .alongside(&path, &berthing)
        .sail_to(home, 15.0)
        .moored(world.duration_s, 200.0)
        .path();
    let boat = world.launch("pilot", Hull { carriage: Carriage::ClassA, length_m, ship_type: 50 }, boat_path);
    world.vessels[boat].name = "PILOT CON DAO 1".to_owned();
    world.excuse(&[boat, ship], (berthing.secured_s, berthing.cast_off_s), "pilot transfer");
}
