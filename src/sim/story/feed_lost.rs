//! The hub behind all AIS stations fails for twenty minutes: a tanker under radar sends on, and nobody hears her.

use crate::sim::chart::con_dao_radar;
use crate::sim::truth::{Details, Innocent};
use crate::sim::world::Outage;

use super::{MINUTE, World, start_for, tanker};

/// Out from an instant on; nobody switched anything off.
pub fn play(world: &mut World, from_s: f64) {
    let to_s = from_s + 20.0 * MINUTE;
    let abeam = con_dao_radar().at(152.0, 15.5);
    let start = start_for(abeam, 242.0, 7.0, 0.5 * (from_s + to_s));
    let path = world.helm("tanker", 0.0, start).steer(62.0, 7.0, world.duration_s).path();
    world.launch("tanker", tanker(95.0), path);
    for station in world.stations.clone() {
        world.outages.push(Outage { station: station.name, from_s, to_s });
        let (onset, end) = (world.time(from_s), world.time(to_s));
        let (why, station) = ("station outage", Some(station.name));
        world.innocents.push(Innocent { subjects: Vec::new(), onset, end, why, station });
    }
    world.tell("feed_lost", &[], (from_s, to_s), "nothing comes from the hub", Details::FeedLost { feed: "ais" });
}
