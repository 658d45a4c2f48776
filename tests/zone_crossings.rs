//! Zone crossings from rows of positions: which kinds are told, and the instant of the drawn line.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use picket::engine::time::EventTime;
use serde_json::Value;
use tempfile::TempDir;

/// 2026-01-10T00:00:00Z.
const START_S: i64 = 1_768_003_200;

/// A box about 8 N 106 E, 0.2 degrees wide; its western edge lies on 105.9 E.
const ZONE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"id":"box","name":"box","kind":"patrol","squadron":"1"},
    "geometry":{"type":"Polygon","coordinates":[[[105.9,7.9],[106.1,7.9],[106.1,8.1],[105.9,8.1],[105.9,7.9]]]}}]}"#;

/// A vessel at a longitude on 8 N at each of these seconds.
struct Way(Vec<(i64, f64)>);

impl Way {
    /// Every 20 s from an instant on, from a longitude to a longitude.
    fn sail(mut self, from_s: i64, to_s: i64, from: f64, to: f64) -> Self {
        let share = |s: i64| (s - from_s) as f64 / (to_s - from_s) as f64;
        self.0.extend((from_s..=to_s).step_by(20).map(|s| (s, from + share(s) * (to - from))));
        self
    }
}

/// The crossings told: kind and second of the onset.
fn crossings(way: Way, arguments: &[&str]) -> Vec<(String, f64)> {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("zones/box.geojson"), ZONE).unwrap();
    let mut rows = way.0;
    let last_s = rows.iter().map(|row| row.0).max().unwrap();
    let clock = (0..last_s + 4_000).step_by(60).map(|s| format!("{},538000002,9.5,109.0\n", START_S + s));
    rows.sort_unstable_by_key(|row| row.0);
    let mut lines: Vec<String> =
        rows.iter().map(|(s, lon)| format!("{},574000001,8.0,{lon:.7}\n", START_S + s)).collect();
    lines.extend(clock);
    lines.sort();
    let mut text = "t,mmsi,lat,lon\n".to_owned();
    lines.iter().for_each(|line| write!(text, "{line}").unwrap());
    let file = folder.path().join("way.csv");
    fs::write(&file, text).unwrap();
    let zones = folder.path().join("zones");
    let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
    command.arg("replay").arg(&file).arg("--zones").arg(zones).args(["--alerts", "-"]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let crossing = |alert: Value| {
        let kind = alert["kind"].as_str().unwrap().to_owned();
        let onset = EventTime::from_iso(alert["onset"].as_str().unwrap()).unwrap().seconds() - START_S as f64;
        (kind.ends_with("_zone") || kind.starts_with("zone_")).then_some((kind, onset))
    };
    told.filter_map(crossing).collect()
}

fn kinds(told: &[(String, f64)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

/// From 105.8 to 106.0 in 40 minutes and back: over the edge after 20 and after 60.
fn in_and_out() -> Way {
    Way(Vec::new()).sail(0, 2_400, 105.8, 106.0).sail(2_420, 4_820, 106.0, 105.8)
}

#[test]
fn a_crossing_is_told_at_the_instant_of_the_line() {
    let told = crossings(in_and_out(), &[]);
    assert_eq!(kinds(&told), ["zone_entry", "zone_exit"]);
    assert!((told[0].1 - 1_200.0).abs() < 2.0 && (told[1].1 - 3_620.0).abs() < 2.0, "{told:?}");
}

#[test]
fn two_outside_and_one_inside_is_an_entry_too() {
    let told = crossings(in_and_out(), &["--set", "zone.enter=out_out_in"]);
    assert_eq!(kinds(&told), ["zone_entry", "zone_exit"]);
}

#[test]
fn a_touch_of_the_line_is_no_crossing() {
    let told = crossings(Way(Vec::new()).sail(0, 2_400, 105.8, 105.8995).sail(2_420, 4_820, 105.8995, 105.8), &[]);
    assert!(told.is_empty(), "{told:?}");
    let told = crossings(Way(Vec::new()).sail(0, 2_400, 106.0, 105.8995).sail(2_420, 4_820, 105.8995, 106.0), &[]);
    assert_eq!(kinds(&told), ["vanished_in_zone"], "40 m over it for a minute, and nothing more of her in the end");
}

#[test]
fn over_a_silence_nothing_is_inferred() {
    let way = Way(Vec::new()).sail(0, 600, 105.75, 105.8).sail(3_600, 6_000, 105.95, 106.05);
    let told = crossings(way, &[]);
    assert_eq!(kinds(&told), ["appeared_in_zone", "vanished_in_zone"]);
    assert!((told[0].1 - 3_600.0).abs() < 1.0 && (told[1].1 - 6_000.0).abs() < 1.0, "{told:?}");
}
