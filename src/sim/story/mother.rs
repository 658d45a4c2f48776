//! A mother boat without AIS drifts off Con Dao and feeds three fishing boats one after another.

use crate::sim::chart::con_dao_radar;
use crate::sim::motion::Berthing;
use crate::sim::vessel::usual_beam_m;

use super::{MINUTE, Meeting, Path, World, fishing_boat, silent_craft, start_for};

/// From one boat's coming to the next one's, s.
const ROUND_S: f64 = 40.0 * MINUTE;
/// Length of the mother: larger than her boats, so that her echo outlives theirs, m.
const MOTHER_LENGTH_M: f64 = 28.0;

/// The first boat lies alongside at `first_s`, the third is gone about 115 min later.
pub fn play(world: &mut World, first_s: f64) {
    let place = con_dao_radar().at(165.0, 11.0);
    let (arrives_s, stops_s) = (first_s - 22.0 * MINUTE, first_s - 18.0 * MINUTE);
    let leaves_s = first_s + 3.0 * ROUND_S + 4.0 * MINUTE;
    let path = world
        .helm("mother", 0.0, start_for(place, 150.0, 8.0, arrives_s))
        .sail_to_by(place, arrives_s)
        .slow_down(8.0)
        .drift(leaves_s)
        .steer(135.0, 8.0, world.duration_s)
        .path();
    let mother = world.launch("mother", silent_craft(MOTHER_LENGTH_M), path.clone());
    for round in 0..3 {
        let port_side = round % 2 == 0;
        client(world, (mother, &path), first_s + f64::from(round) * ROUND_S, port_side);
    }
    world.tell_stop(mother, (stops_s, leaves_s), "mother stopped for transfers");
}

/// One boat that lies alongside from an instant on, for 26 to 32 min; she comes and goes on her own side.
fn client(world: &mut World, (mother, host): (usize, &Path), secured_s: f64, port_side: bool) {
    let mut rng = world.rng(&format!("story {}", world.next_id("client")));
    let length_m = rng.pick(&[16.0, 17.0, 18.0, 20.0]);
    let gap_m = rng.between(5.0, 14.0);
    let (side, comes_from, leaves_for) = if port_side {
        (-1.0, rng.between(190.0, 220.0), rng.between(205.0, 235.0))
    } else {
        (1.0, rng.between(115.0, 140.0), rng.between(90.0, 120.0))
    };
    let kn = rng.between(6.0, 7.5);
    let berthing = Berthing {
        secured_s,
        cast_off_s: secured_s + rng.between(26.0, 32.0) * MINUTE,
        manoeuvre_s: 300.0,
        ahead_m: rng.between(-3.0, 3.0),
        across_m: side * (0.5 * usual_beam_m(MOTHER_LENGTH_M) + gap_m + 0.5 * usual_beam_m(length_m)),
        stand_off_m: 350.0,
    };
    let meets = berthing.place(host, berthing.begins_s());
    let path = world
        .helm("client", 0.0, start_for(meets, comes_from, kn, berthing.begins_s()))
        .sail_to_by(meets, berthing.begins_s())
        .alongside(host, &berthing)
        .steer(leaves_for, kn, world.duration_s)
        .path();
    let boat = world.launch("client", fishing_boat(length_m), path);
    let alongside_s = (berthing.secured_s, berthing.cast_off_s);
    let meeting = Meeting { host: mother, boat, alongside_s, gap_m, under_way: false };
    world.tell_transfer(&meeting, "transfer drifting, one of 3 in turn");
    world.tell_stop(boat, (berthing.begins_s(), berthing.ends_s()), "stopped alongside");
}
