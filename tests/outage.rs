//! A coast with three stations: one that fails is an outage and nothing else; one vessel that falls silent among them is not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

#[path = "support/replay.rs"]
mod replays;

use std::fs;
use std::path::PathBuf;

use picket::engine::units::{Bearing, Metres};
use picket::sim::chart::{Station, degrees};
use picket::sim::vessel::{Carriage, GnssFault, Hull};
use picket::sim::{FeedBytes, World};
use replays::{final_alerts, of_kind};
use serde_json::Value;
use tempfile::TempDir;

/// Two hours of a coast: three stations 80 km apart, two lanes of four coasters and four boats about each.
fn coast() -> World {
    let mut world = World::new("coast", 103, 2.0);
    for (place, name) in (0u32..).zip(["north", "middle", "south"]) {
        let position = degrees(10.0 - 0.72 * f64::from(place), 108.0);
        let (class_a_range_m, class_b_range_m) = (60_000.0, 40_000.0);
        let mmsi = 5_740_020 + place;
        world.stations.push(Station { name, position, mmsi, class_a_range_m, class_b_range_m });
    }
    for station in world.stations.clone() {
        for lane in [30.0, 120.0] {
            let start = station.position.at(Bearing::from_degrees(lane + 180.0), Metres(26_000.0));
            let path = world.helm("coaster", -2400.0, start).steer(lane, 9.0, world.duration_s).path();
            for ship in 0..4 {
                let hull = Hull { carriage: Carriage::ClassA, length_m: 80.0, ship_type: 70 };
                world.launch("coaster", hull, path.delayed(600.0 * f64::from(ship)));
            }
        }
        for boat in 0..4 {
            let ground = station.position.at(Bearing::from_degrees(90.0 * f64::from(boat)), Metres(9_000.0));
            let course = 20.0 + 90.0 * f64::from(boat);
            let path = world.helm("fisher", 0.0, ground).steer(course, 4.0, world.duration_s).path();
            let hull = Hull { carriage: Carriage::ClassB, length_m: 20.0, ship_type: 30 };
            world.launch("fisher", hull, path);
        }
    }
    world
}

/// The world's AIS lines, without those that a test takes out.
fn written(world: &World, keep: impl Fn(&str) -> bool) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let FeedBytes { bytes, .. } = world.feeds().remove(0);
    let text = String::from_utf8(bytes).unwrap();
    let lines: String = text.split_inclusive('\n').filter(|line| keep(line)).collect();
    let path = folder.path().join("ais.nmea");
    fs::write(&path, lines).unwrap();
    (folder, path)
}

/// The station's time of a line, seconds from the beginning.
fn second_of(world: &World, line: &str) -> f64 {
    let from = line.find("c:").unwrap() + 2;
    let digits: String = line[from..].chars().take_while(char::is_ascii_digit).collect();
    (digits.parse::<f64>().unwrap() - world.time(0.0).millis() as f64) / 1000.0
}

fn seconds(world: &World, alert: &Value, field: &str) -> f64 {
    let at = alert[field].as_str().and_then(picket::engine::time::EventTime::from_iso).unwrap();
    (at - world.time(0.0)).seconds()
}

#[test]
fn a_coast_raises_nothing() {
    let world = coast();
    let (_folder, path) = written(&world, |_| true);
    let alerts = final_alerts(&path, &[]);
    assert!(alerts.is_empty(), "{alerts:#?}");
}

#[test]
fn a_station_that_is_silent_for_ten_minutes_is_one_outage_and_nothing_else() {
    let world = coast();
    for name in ["north", "middle", "south"] {
        let told_by = format!("s:{name}");
        let out = |line: &str| line.contains(&told_by) && (3600.0..4200.0).contains(&second_of(&world, line));
        let (_folder, path) = written(&world, |line| !out(line));
        let alerts = final_alerts(&path, &[]);
        let [outage] = &alerts[..] else { panic!("{name}: {alerts:#?}") };
        assert_eq!(outage["kind"], "receiver_outage");
        assert_eq!((&outage["feed"]["name"], outage["feed"]["station"].as_str()), (&Value::from("ais"), Some(name)));
        assert!((seconds(&world, outage, "onset") - 3600.0).abs() <= 60.0, "{outage}");
        assert!((seconds(&world, outage, "end") - 4200.0).abs() <= 60.0, "{outage}");
    }
}

#[test]
fn the_silences_of_a_long_outage_are_excused_by_name() {
    let world = coast();
    let out = |line: &str| line.contains("s:north") && second_of(&world, line) >= 3600.0;
    let silent = world.vessels[1].mmsi.unwrap();
    let (_folder, path) = written(&world, |line| !out(line));
    let alerts = final_alerts(&path, &[]);
    assert_eq!(of_kind(&alerts, "receiver_outage").len(), 1, "{alerts:#?}");
    let dark = of_kind(&alerts, "dark_period");
    assert!(dark.iter().all(|alert| alert["suppressed"]["rule"] == "receiver_outage"), "{silent}: {dark:#?}");
    assert!(of_kind(&alerts, "feed_lost").is_empty());
}

#[test]
fn one_vessel_that_falls_silent_where_all_are_heard_is_dark_by_the_model() {
    let mut world = coast();
    // The last of a lane: the others have taught what is heard ahead of it.
    let vessel = &mut world.vessels[15];
    vessel.silences = vec![(3600.0, 6300.0)];
    let mmsi = vessel.mmsi.unwrap();
    let (_folder, path) = written(&world, |_| true);
    let alerts = final_alerts(&path, &[]);
    let [dark] = &alerts[..] else { panic!("{alerts:#?}") };
    assert_eq!((dark["kind"].as_str(), dark["subkind"].as_str()), (Some("dark_period"), Some("coverage")));
    assert_eq!(dark["subjects"][0]["mmsi"], mmsi);
    let factors = dark["factors"].as_array().unwrap();
    let log10_p = factors.iter().find(|factor| factor["name"] == "log10_p").unwrap()["value"].as_f64().unwrap();
    assert!(log10_p <= -3.0 && dark["suppressed"].is_null(), "{dark}");
}

#[test]
fn ships_that_lose_their_positions_together_are_interference_and_nobody_is_dark() {
    let mut world = coast();
    for vessel in &mut world.vessels[..4] {
        vessel.gnss_faults.push(GnssFault { from_s: 3600.0, to_s: 5700.0, off_by: None });
    }
    let (_folder, path) = written(&world, |_| true);
    let alerts = final_alerts(&path, &[]);
    let [interference] = &alerts[..] else { panic!("{alerts:#?}") };
    assert_eq!(
        (interference["kind"].as_str(), interference["subkind"].as_str()),
        (Some("gnss_interference"), Some("no_position"))
    );
    assert!((seconds(&world, interference, "onset") - 3600.0).abs() <= 30.0, "{interference}");
    assert!((seconds(&world, interference, "end") - 5700.0).abs() <= 30.0, "{interference}");
    assert_eq!(interference["subjects"].as_array().map(Vec::len), Some(4));
}
