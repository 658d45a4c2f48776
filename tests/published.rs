//! Real recordings with answers that others published or that can be read off them, and simulated twins that always run.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use picket::engine::time::EventTime;
use picket::sim;
use serde_json::Value;
use support::corpus;
use tempfile::TempDir;

fn picket(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picket")).args(arguments).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The alerts of a recording as they stand at the end, or with every revision.
fn alerts(file: &Path, arguments: &[&str]) -> Vec<Value> {
    lines(&picket(&[&["replay", file.to_str().unwrap(), "--alerts", "-"], arguments].concat()))
}

/// Slow close pairs, and what was counted last.
fn pairs(file: &Path, arguments: &[&str]) -> (Vec<Value>, Value) {
    let output = picket(&[&["inspect", "pairs", file.to_str().unwrap()], arguments].concat());
    let counts = String::from_utf8_lossy(&output.stderr).lines().last().map(|line| serde_json::from_str(line).unwrap());
    (lines(&output), counts.unwrap())
}

fn seconds(value: &Value) -> f64 {
    EventTime::from_iso(value.as_str().unwrap()).unwrap().seconds()
}

fn at(iso: &str) -> f64 {
    EventTime::from_iso(iso).unwrap().seconds()
}

fn is(alert: &Value, kind: &str) -> bool {
    alert["kind"] == kind
}

#[test]
fn frio_drifts_when_her_published_label_says() {
    let Some(folder) = corpus() else { return };
    let alerts = alerts(&folder.join("dma_frio_538004030_20140928.nmea.gz"), &[]);
    let raised = alerts.iter().find(|a| is(a, "drifting") && a["cause"] == "raised").unwrap();
    assert!((seconds(&raised["raised_at"]) - at("2014-09-28T16:50:04Z")).abs() <= 180.0, "{raised}");
    assert!(!alerts.iter().any(|a| is(a, "loitering")));
}

#[test]
fn two_boats_off_virginia_beach_lie_together() {
    let Some(folder) = corpus() else { return };
    let alerts = alerts(&folder.join("noaa_virginiabeach_20200604_06.csv.gz"), &["--final"]);
    let who = |a: &Value| -> Vec<u64> {
        a["subjects"].as_array().unwrap().iter().filter_map(|s| s["mmsi"].as_u64()).collect()
    };
    let both = |a: &&Value| is(a, "ship_to_ship") && who(a).contains(&367_571_480) && who(a).contains(&367_593_210);
    let [meeting] = alerts.iter().filter(both).collect::<Vec<_>>()[..] else { panic!("not one meeting") };
    let covers = |part: &Value| {
        seconds(&part[0]) <= at("2020-06-04T13:22:00Z") && seconds(&part[1]) >= at("2020-06-04T14:34:00Z")
    };
    assert!(meeting["observed"].as_array().unwrap().iter().any(covers), "{meeting}");
}

/// A zone file with a patrol zone and one of another kind inside, each a box of west, south, east, north.
fn zones(folder: &TempDir, patrol: [f64; 4], kind: &str, inner: [f64; 4]) -> String {
    let feature = |id: &str, kind: &str, [w, s, e, n]: [f64; 4]| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}","kind":"{kind}","squadron":"1"}},
            "geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"#
        )
    };
    let features = [feature("watched", "patrol", patrol), feature("inner", kind, inner)].join(",");
    let text = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
    fs::write(folder.path().join("zones.geojson"), text).unwrap();
    folder.path().to_str().unwrap().to_owned()
}

#[test]
fn nothing_is_handed_over_in_the_solent_outside_its_harbour() {
    let Some(folder) = corpus() else { return };
    let made = TempDir::new().unwrap();
    let zones = zones(&made, [-2.0, 50.4, -0.6, 51.2], "port", [-1.145, 50.765, -1.085, 50.855]);
    let alerts = alerts(&folder.join("solent_20160112.csv.gz"), &["--final", "--zones", &zones]);
    let shown: Vec<&Value> = alerts.iter().filter(|a| is(a, "ship_to_ship") && a["suppressed"].is_null()).collect();
    assert!(shown.is_empty(), "{shown:?}");
}

#[test]
fn a_national_picture_holds_as_many_slow_pairs_as_counted() {
    let Some(folder) = corpus() else { return };
    let look = ["--at", "end", "--radius-m", "500", "--sog-kn", "2", "--set", "ship_to_ship.cluster=everywhere"];
    let (pairs, counts) = pairs(&folder.join("dma_national_5min_20131112.nmea.gz"), &look);
    let count = |name: &str| counts[name].as_f64().unwrap();
    assert!((count("pairs") - 4205.0).abs() <= 0.005 * 4205.0, "{counts}");
    assert_eq!((count("unsuppressed"), count("undeclared")), (63.0, 31.0), "{counts}");
    let told =
        |pair: &Value| pair["suppressed"]["rule"] == "berth_cluster" && pair["suppressed"]["members"][2].is_u64();
    assert!(pairs.iter().filter(|pair| !pair["suppressed"].is_null()).all(told));
}

#[test]
fn a_suppressed_pair_says_why() {
    let made = TempDir::new().unwrap();
    sim::write(&sim::scenario("anchorage", 1).unwrap(), made.path()).unwrap();
    let file = made.path().join("ais.nmea");
    let everywhere = ["--set", "ship_to_ship.cluster=everywhere", "--set", "ship_to_ship.cluster_m=3000"];
    let look = [&["--radius-m", "3000"][..], &everywhere].concat();
    let (apart, counts) = pairs(&file, &["--radius-m", "3000"]);
    assert!(
        counts["pairs"].as_u64().unwrap() >= 3 && apart.iter().all(|pair| pair["suppressed"].is_null()),
        "{counts}"
    );
    let (together, counts) = pairs(&file, &look);
    assert_eq!((together.len(), counts["clusters"].as_u64()), (apart.len(), Some(1)));
    for pair in &together {
        assert_eq!(pair["suppressed"]["rule"], "berth_cluster", "{pair}");
        assert!(pair["suppressed"]["members"].as_array().unwrap().len() >= 3, "{pair}");
    }
    let before = pairs_before_anybody(&file);
    assert_eq!(before["pairs"], 0, "nobody has been heard yet");
}

fn pairs_before_anybody(file: &Path) -> Value {
    pairs(file, &["--at", "2000-01-01T00:00:00Z"]).1
}
