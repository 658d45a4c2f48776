//! Two trawlers tow one net between them, 300 m apart at 3 knots.

use crate::sim::chart::con_dao_radar;

use super::{World, fishing_boat};

/// The pair trawls through the whole scenario.
pub fn play(world: &mut World) {
    let start = con_dao_radar().at(100.0, 18.0);
    let path = world.helm("trawler", 0.0, start).steer(190.0, 3.0, world.duration_s).path();
    let beside = path.abreast(300.0, 8.0);
    let one = world.launch("trawler", fishing_boat(22.0), path);
    let other = world.launch("trawler", fishing_boat(22.0), beside);
    world.excuse(&[one, other], (0.0, world.duration_s), "pair trawlers");
}
