//! Seeded scenarios with ground truth, written as real feed bytes.
//!
//! A scenario is a table line: its name, its length and the stories that its cast plays. The same name and seed give the
//! same bytes on every machine: all noise comes from [`rng::Rng`], all functions of floats from `libm`.

pub mod ais_wire;
pub mod asterix_any;
pub mod asterix_radar;
pub mod asterix_wire;
pub mod chart;
pub mod fleet;
pub mod folder;
pub mod motion;
pub mod radar;
pub mod reception;
pub mod rng;
pub mod sentence;
pub mod story;
pub mod survey;
pub mod target_wire;
pub mod truth;
pub mod ttm_wire;
pub mod vessel;
pub mod world;

pub use fleet::fleet;
pub use folder::{WriteError, write};
pub use world::{FeedBytes, RadarWire, World};

use story::{
    anchorage, bystanders, dark_contact, drifting, edge_loiter, false_place, feed_lost, fishing_pair, jamming, mother,
    other_number, pilot, receiver_outage, tanker_dark, transfer, tug_and_tow, twins, wrong_papers, zone_crossing,
};
use world::{Aid, MINUTE};

/// One scenario: a name, what happens, how long it lasts and who plays.
pub struct Scenario {
    /// Name on the command line.
    pub name: &'static str,
    /// What happens, in one line.
    pub summary: &'static str,
    hours: f64,
    cast: fn(&mut World),
}

/// Every scenario, the bundled one first.
pub const SCENARIOS: [Scenario; 19] = [
    Scenario {
        name: "con-dao",
        summary: "a night off Con Dao: every story and every innocent",
        hours: 3.0,
        cast: con_dao,
    },
    Scenario {
        name: "mother",
        summary: "a mother boat on radar alone feeds three fishing boats in turn",
        hours: 2.5,
        cast: |world| mother::play(world, 25.0 * MINUTE),
    },
    Scenario {
        name: "tanker-dark",
        summary: "a tanker switches her AIS off under radar",
        hours: 2.0,
        cast: |world| tanker_dark::play(world, 45.0 * MINUTE),
    },
    Scenario {
        name: "edge-loiter",
        summary: "a ship goes to and fro along a zone's edge",
        hours: 2.25,
        cast: |world| edge_loiter::play(world, 10.0 * MINUTE),
    },
    Scenario {
        name: "transfer-under-way",
        summary: "two vessels with AIS side by side at 4 knots",
        hours: 1.75,
        cast: |world| transfer::under_way(world, 45.0 * MINUTE),
    },
    Scenario { name: "anchorage", summary: "eight ships at anchor; innocent", hours: 1.5, cast: anchorage::anchored },
    Scenario { name: "tug-and-tow", summary: "a tug and her barge; innocent", hours: 1.5, cast: tug_and_tow::play },
    Scenario {
        name: "pilot",
        summary: "a pilot boards an inbound ship; innocent",
        hours: 1.5,
        cast: |world| pilot::play(world, 40.0 * MINUTE),
    },
    Scenario { name: "fishing-pair", summary: "a pair of trawlers; innocent", hours: 2.0, cast: fishing_pair::play },
    Scenario {
        name: "receiver-outage",
        summary: "a station fails for half an hour; nobody went dark",
        hours: 1.75,
        cast: |world| receiver_outage::play(world, 40.0 * MINUTE),
    },
    Scenario {
        name: "feed-lost",
        summary: "the hub of all AIS stations fails for twenty minutes under radar; nobody went dark",
        hours: 1.5,
        cast: |world| feed_lost::play(world, 40.0 * MINUTE),
    },
    Scenario {
        name: "zone-crossing",
        summary: "a ship enters a patrol zone and leaves it",
        hours: 1.5,
        cast: |world| zone_crossing::play(world, 25.0 * MINUTE),
    },
    Scenario {
        name: "drifting",
        summary: "a ship without engine is carried across her own heading",
        hours: 1.5,
        cast: |world| drifting::play(world, 25.0 * MINUTE),
    },
    Scenario {
        name: "dark-contact",
        summary: "a craft without AIS heads for a drifting fishing boat",
        hours: 1.0,
        cast: |world| dark_contact::play(world, 35.0 * MINUTE),
    },
    Scenario {
        name: "twins",
        summary: "two ships under one number 60 km apart",
        hours: 1.0,
        cast: |world| twins::play(world, 15.0 * MINUTE),
    },
    Scenario {
        name: "other-number",
        summary: "a tanker goes silent under radar and comes back under another number and name",
        hours: 1.5,
        cast: |world| other_number::play(world, 40.0 * MINUTE),
    },
    Scenario {
        name: "jamming",
        summary: "satellite positions of eight ships jump together; innocent of all else",
        hours: 1.0,
        cast: |world| jamming::play(world, 30.0 * MINUTE),
    },
    Scenario {
        name: "false-place",
        summary: "a ship's AIS leaves its echo and goes another way",
        hours: 1.25,
        cast: |world| false_place::play(world, 30.0 * MINUTE),
    },
    Scenario {
        name: "wrong-papers",
        summary: "a number of no country, a wrong IMO number, and a man overboard",
        hours: 0.75,
        cast: |world| wrong_papers::play(world, 20.0 * MINUTE),
    },
];

/// A scenario acted out under a seed; `None` if there is none of that name.
///
/// Only `con-dao`, `receiver-outage` and `feed-lost` have more than the island's station; a radar that never sees anyone has no feed.
pub fn scenario(name: &str, seed: u64) -> Option<World> {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name)?;
    let mut world = World::new(scenario.name, seed, scenario.hours);
    world.stations = vec![chart::con_dao_station(), chart::ben_dam_station(), chart::bach_ho_station()];
    if !matches!(scenario.name, "con-dao" | "receiver-outage" | "feed-lost") {
        world.stations.truncate(1);
    }
    world.radars = vec![chart::con_dao_radar()];
    world.zones = chart::con_dao_zones();
    (scenario.cast)(&mut world);
    if scenario.name != "con-dao" {
        bystanders::passages(&mut world, 3, 52.0);
        bystanders::fishing(&mut world, 3);
    }
    world.radars.retain(|radar| radar::sees_any(&world.vessels, world.duration_s, radar));
    survey::survey(&mut world);
    Some(world)
}

/// The bundled scenario. Its thresholds fall between the 45th and the 85th minute: a transfer with a radar-only partner,
/// a radar-confirmed dark period and a loiter.
fn con_dao(world: &mut World) {
    mother::play(world, 38.0 * MINUTE);
    tanker_dark::play(world, 58.0 * MINUTE);
    edge_loiter::play(world, 12.0 * MINUTE);
    transfer::under_way(world, 75.0 * MINUTE);
    transfer::stopped(world, 110.0 * MINUTE);
    anchorage::anchored(world);
    anchorage::moored(world);
    tug_and_tow::play(world);
    pilot::play(world, 95.0 * MINUTE);
    fishing_pair::play(world);
    receiver_outage::play(world, 125.0 * MINUTE);
    bystanders::passages(world, 6, 34.0);
    bystanders::fishing(world, 5);
    bystanders::gear(world);
    bystanders::small_boats(world);
    let position = chart::degrees(8.612, 106.530);
    world.aids.push(Aid { mmsi: 995_741_001, name: "CON DAO NO 1", aid_type: 14, position });
}
