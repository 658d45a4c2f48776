//! A tug with a barge 220 m astern passes south-east of Con Dao at 4.5 knots.

use crate::engine::units::KNOT_M_S;
use crate::sim::chart::con_dao_radar;
use crate::sim::vessel::{Carriage, Hull};

use super::{MINUTE, World};

/// The tow passes through the whole scenario.
pub fn play(world: &mut World) {
    const KN: f64 = 4.5;
    let start = con_dao_radar().at(110.0, 22.0);
    let path = world.helm("tug", -10.0 * MINUTE, start).steer(235.0, KN, world.duration_s).path();
    let astern = path.delayed(220.0 / (KN * KNOT_M_S));
    let tug = world.launch("tug", Hull { carriage: Carriage::ClassA, length_m: 32.0, ship_type: 52 }, path);
    world.vessels[tug].name = "TUG SONG HAU 2".to_owned();
    let barge = world.launch("barge", Hull { carriage: Carriage::ClassB, length_m: 76.0, ship_type: 90 }, astern);
    world.excuse(&[tug, barge], (0.0, world.duration_s), "tug and tow");
}
