//! The recordings in `replay/` raise exactly the alerts that lie beside them; `PICKET_BLESS=1` writes those anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod compare;
mod folder;
mod intent;

use folder::Folder;
use intent::Intent;

/// What each recording is about: its folder, and the warnings it must raise, by kind. All else stays below a warning or
/// is suppressed.
const RECORDINGS: &[Intent] = &[
    Intent {
        raises: &[("dark_period", 1), ("loitering", 3), ("receiver_outage", 1), ("ship_to_ship", 5)],
        ..Intent::innocent("con-dao")
    },
    Intent { raises: &[("loitering", 1), ("ship_to_ship", 3)], ..Intent::innocent("mother") },
    Intent { raises: &[("dark_period", 1)], ..Intent::innocent("tanker-dark") },
    Intent { raises: &[("loitering", 1)], ..Intent::innocent("edge-loiter") },
    Intent { raises: &[("ship_to_ship", 1)], ..Intent::innocent("transfer-under-way") },
    Intent::innocent("anchorage"),
    Intent::innocent("tug-and-tow"),
    Intent::innocent("pilot"),
    Intent::innocent("fishing-pair"),
    Intent { raises: &[("receiver_outage", 1)], ..Intent::innocent("receiver-outage") },
    Intent { raises: &[("feed_lost", 1)], ..Intent::innocent("feed-lost") },
    Intent { informs: &[("zone_entry", 1), ("zone_exit", 1)], ..Intent::innocent("zone-crossing") },
    Intent { informs: &[("drifting", 1)], ..Intent::innocent("drifting") },
    Intent { informs: &[("dark_contact", 1)], ..Intent::innocent("dark-contact") },
    Intent { raises: &[("duplicate_identity", 1)], ..Intent::innocent("twins") },
    Intent { raises: &[("dark_period", 1), ("identity_change", 1)], ..Intent::innocent("other-number") },
    Intent { raises: &[("gnss_interference", 1)], ..Intent::innocent("jamming") },
    Intent { raises: &[("position_offset", 1)], ..Intent::innocent("false-place") },
    Intent { raises: &[("distress", 1)], ..Intent::innocent("wrong-papers") },
];

/// Compares a recording with the simulator, its alerts with those expected, and the warnings with what it is about.
fn check(name: &str) {
    let intent = RECORDINGS.iter().find(|intent| intent.name == name).expect("a line in RECORDINGS");
    let folder = Folder::open(name);
    let mut complaints = folder.compare_with_simulator();
    complaints.extend(folder.compare_alerts());
    complaints.extend(intent.complaints(&folder.final_alerts(), &folder.truth()));
    assert!(complaints.is_empty(), "\nreplay/{name}:\n{}\n", complaints.join("\n"));
}

macro_rules! recordings {
    ($($test:ident = $name:literal),* $(,)?) => {
        $(#[test] fn $test() { check($name); })*

        #[test]
        fn every_scenario_is_recorded_and_every_recording_checked() {
            let checked = [$($name),*];
            assert_eq!(checked.to_vec(), RECORDINGS.iter().map(|intent| intent.name).collect::<Vec<_>>());
            assert_eq!(checked.to_vec(), picket::sim::SCENARIOS.iter().map(|s| s.name).collect::<Vec<_>>());
            let mut folders = folder::names();
            folders.sort_by_key(|name| checked.iter().position(|checked| checked == name));
            assert_eq!(folders, checked);
        }
    };
}
recordings! {
    con_dao = "con-dao",
    mother = "mother",
    tanker_dark = "tanker-dark",
    edge_loiter = "edge-loiter",
    transfer_under_way = "transfer-under-way",
    anchorage = "anchorage",
    tug_and_tow = "tug-and-tow",
    pilot = "pilot",
    fishing_pair = "fishing-pair",
    receiver_outage = "receiver-outage",
    feed_lost = "feed-lost",
    zone_crossing = "zone-crossing",
    drifting = "drifting",
    dark_contact = "dark-contact",
    twins = "twins",
    other_number = "other-number",
    jamming = "jamming",
    false_place = "false-place",
    wrong_papers = "wrong-papers",
}
