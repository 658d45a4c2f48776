//! Transfers between two vessels that both have AIS: under way at 4 knots, and stopped.

use crate::engine::units::{Bearing, KNOT_M_S, Metres};
use crate::sim::chart::con_dao_radar;
use crate::sim::motion::{Berthing, Path};
use crate::sim::vessel::usual_beam_m;

use super::{MINUTE, Meeting, World, fishing_boat, start_for, tanker};

/// Alongside under way from an instant on, for 30 min.
pub fn under_way(world: &mut World, secured_s: f64) {
    let slows_s = secured_s - 20.0 * MINUTE;
    let place = con_dao_radar().at(195.0, 17.0);
    let path = world
        .helm("bunker", 0.0, start_for(place, 70.0, 8.0, slows_s))
        .steer(250.0, 8.0, slows_s)
        .steer(250.0, 4.0, secured_s + 40.0 * MINUTE)
        .steer(250.0, 8.0, world.duration_s)
        .path();
    let host = world.launch("bunker", tanker(45.0), path.clone());
    let (boat, berthing, gap_m) = receiver(world, &path, 45.0, (secured_s, secured_s + 30.0 * MINUTE), 160.0);
    let alongside_s = (berthing.secured_s, berthing.cast_off_s);
    let meeting = Meeting { host, boat, alongside_s, gap_m, under_way: true };
    world.tell_transfer(&meeting, "transfer under way");
}

/// Alongside stopped from an instant on, for 32 min; the tanker lies stopped for 65 min.
pub fn stopped(world: &mut World, secured_s: f64) {
    let place = con_dao_radar().at(228.0, 20.0);
    let (arrives_s, stops_s) = (secured_s - 22.0 * MINUTE, secured_s - 18.0 * MINUTE);
    let leaves_s = stops_s + 65.0 * MINUTE;
    let path = world
        .helm("bunker", 0.0, start_for(place, 215.0, 9.0, arrives_s))
        .sail_to_by(place, arrives_s)
        .slow_down(9.0)
        .drift(leaves_s)
        .steer(200.0, 9.0, world.duration_s)
        .path();
    let host = world.launch("bunker", tanker(55.0), path.clone());
    let (boat, berthing, gap_m) = receiver(world, &path, 55.0, (secured_s, secured_s + 32.0 * MINUTE), 190.0);
    let alongside_s = (berthing.secured_s, berthing.cast_off_s);
    let meeting = Meeting { host, boat, alongside_s, gap_m, under_way: false };
    world.tell_transfer(&meeting, "transfer drifting");
    world.tell_stop(host, (stops_s, leaves_s), "stopped for a transfer");
    world.tell_stop(boat, (berthing.begins_s(), berthing.ends_s()), "stopped alongside");
}

/// A fishing boat that comes alongside a host from a bearing, lies there and leaves; its index, berthing and gap.
fn receiver(world: &mut World, host: &Path, host_m: f64, span_s: (f64, f64), from_deg: f64) -> (usize, Berthing, f64) {
    const LENGTH_M: f64 = 22.0;
    let mut rng = world.rng(&format!("story {}", world.next_id("receiver")));
    let gap_m = rng.between(5.0, 10.0);
    let berthing = Berthing {
        secured_s: span_s.0,
        cast_off_s: span_s.1,
        manoeuvre_s: 300.0,
        ahead_m: rng.between(-5.0, 5.0),
        across_m: -(0.5 * usual_beam_m(host_m) + gap_m + 0.5 * usual_beam_m(LENGTH_M)),
        stand_off_m: 350.0,
    };
    let meets = berthing.place(host, berthing.begins_s());
    let start = meets.at(Bearing::from_degrees(from_deg), Metres(7.0 * KNOT_M_S * berthing.begins_s()));
    let path = world
        .helm("receiver", 0.0, start)
        .sail_to_by(meets, berthing.begins_s())
        .alongside(host, &berthing)
        .steer(from_deg + 20.0, 7.0, world.duration_s)
        .path();
    (world.launch("receiver", fishing_boat(LENGTH_M), path), berthing, gap_m)
}
