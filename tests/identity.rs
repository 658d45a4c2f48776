//! Who a vessel is: two hulls under one number, and what only looks like it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

#[path = "support/replay.rs"]
mod replays;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use replays::{final_alerts, of_kind, replay};
use serde_json::Value;
use tempfile::TempDir;

/// One nautical mile in degrees of latitude.
const MILE_DEG: f64 = 1.0 / 60.0;

/// A row of a table: seconds of 2026-01-10, number, place, speed.
fn row(s: u32, mmsi: u32, lat: f64, lon: f64, sog_kn: f64) -> String {
    let time = format!("2026-01-10T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60);
    format!("{time},{mmsi},{lat:.6},{lon:.6},{sog_kn:.1},0\n")
}

/// Two hulls under one number 60 NM apart, both northward at 9 kn, the second from `from_s` to `to_s`.
fn twins(from_s: u32, to_s: u32) -> String {
    let mut text = String::new();
    for s in (0..7200).step_by(20) {
        let north = 8.0 + f64::from(s) / 3600.0 * 9.0 * MILE_DEG;
        text += &row(s, 574_000_001, north, 106.0, 9.0);
        if (from_s..to_s).contains(&s) {
            text += &row(s + 10, 574_000_001, north, 107.0, 9.0);
        }
        let jumps = [(1000, 8.9), (1800, 7.1), (3000, 8.9)].iter().find(|(at, _)| *at == s);
        let (lat, sog_kn) = jumps.map_or((north, if s % 600 == 0 { 102.2 } else { 9.0 }), |&(_, lat)| (lat, 63.0));
        text += &row(s, 574_000_002, lat, 105.0, sog_kn);
    }
    text
}

/// The fastest that any track of the lines moves, kn.
fn fastest_kn(tracks: &[Value]) -> f64 {
    let mut last: BTreeMap<String, (f64, f64, f64)> = BTreeMap::new();
    let mut fastest = 0.0f64;
    for line in tracks {
        let (t, lat, lon) = (line["t"].as_f64().unwrap(), line["lat"].as_f64().unwrap(), line["lon"].as_f64().unwrap());
        if let Some((t0, lat0, lon0)) = last.insert(line["track"].to_string(), (t, lat, lon)) {
            let (north, east) = (lat - lat0, (lon - lon0) * lat.to_radians().cos());
            fastest = fastest.max(north.hypot(east) * 60.0 / ((t - t0) / 3600.0));
        }
    }
    fastest
}

fn table(text: &str) -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ships.csv");
    fs::write(&path, format!("t,mmsi,lat,lon,sog,cog\n{text}")).unwrap();
    (folder, path)
}

#[test]
fn two_hulls_under_one_number_are_told_once_and_bad_data_never() {
    let (_folder, path) = table(&twins(1200, 3600));
    let alerts = final_alerts(&path, &[]);
    let told = of_kind(&alerts, "duplicate_identity");
    let [twins] = told[..] else { panic!("{told:#?}") };
    assert_eq!(twins["onset"], "2026-01-10T00:20:10.000Z", "the first fix of the second hull");
    assert_eq!(twins["end"], "2026-01-10T01:00:00.000Z", "the last time that both were alive");
    let subjects = twins["subjects"].as_array().unwrap();
    assert!(subjects.len() == 2 && subjects.iter().all(|subject| subject["mmsi"] == 574_000_001));
    assert_ne!(subjects[0]["track"], subjects[1]["track"]);
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    let tracks = replay(&path, &["--tracks", "-", "--tracks-every-s", "10"]);
    assert!((8.0..60.0).contains(&fastest_kn(&tracks)), "{}", fastest_kn(&tracks));
}

#[test]
fn a_real_number_of_several_ships_is_split_into_them() {
    let Some(corpus) = support::corpus() else { return };
    let path = corpus.join("gfw_sharedmmsi_416000000_201401.csv");
    let told = final_alerts(&path, &[]);
    let told = of_kind(&told, "duplicate_identity");
    assert!(!told.is_empty());
    assert!(told.iter().all(|alert| alert["subjects"].as_array().unwrap().len() == 2));
    let tracks = replay(Path::new(&path), &["--tracks", "-", "--tracks-every-s", "60"]);
    assert!(fastest_kn(&tracks) < 60.0, "{}", fastest_kn(&tracks));
    let ships: std::collections::BTreeSet<String> = tracks.iter().map(|line| line["track"].to_string()).collect();
    assert!(ships.len() >= 5, "{}", ships.len());
}
