//! A day at sea made by hand: vessels, truth, innocents, alerts, written to a folder and scored.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use picket::score::{Inputs, Options, score};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The first instant, UNIX seconds: 2025-06-15T15:06:40Z.
pub const T0: i64 = 1_750_000_000;
pub const H: i64 = 3600;
/// Metres of a degree of latitude, and at the equator of longitude.
pub const DEGREE_M: f64 = 111_120.0;
pub const KNOT_M_S: f64 = 1852.0 / 3600.0;
/// Numbers of the vessels `m`, `b`, `c`, and of nobody; the first two together.
pub const M: u32 = 574_000_001;
pub const B: u32 = 574_000_002;
pub const C: u32 = 574_000_003;
pub const NOBODY: u32 = 574_000_009;
pub const MB: [Option<u32>; 2] = [Some(M), Some(B)];

/// A day at sea on the equator: vessels that rest for a while and steam north before and after.
pub struct Sea {
    pub folder: TempDir,
    pub tracks: Vec<Value>,
    pub truth: Vec<Value>,
    pub innocent: Vec<Value>,
    pub alerts: Vec<Value>,
    pub told_tracks: Vec<Value>,
    pub watched: bool,
    pub baseline: Option<Value>,
    pub options: Options,
}

impl Sea {
    pub fn new() -> Self {
        Sea {
            folder: tempfile::tempdir().unwrap(),
            tracks: Vec::new(),
            truth: Vec::new(),
            innocent: Vec::new(),
            alerts: Vec::new(),
            told_tracks: Vec::new(),
            watched: false,
            baseline: None,
            options: Options::default(),
        }
    }

    /// A vessel some metres east of the origin, there from `stop.0` to `stop.1`, at 6 kn before and after.
    pub fn vessel(self, name: &str, east_m: f64, stop: (i64, i64)) -> Self {
        self.moving(name, east_m, stop, 6.0, 0.0)
    }

    /// A vessel that steams north at `steam_kn`, but from `stop.0` to `stop.1` drifts east at `drift_kn`.
    pub fn moving(mut self, name: &str, east_m: f64, stop: (i64, i64), steam_kn: f64, drift_kn: f64) -> Self {
        for t in (0..=24 * H).step_by(60) {
            let east = east_m + drift_kn * KNOT_M_S * (t.clamp(stop.0, stop.1) - stop.0) as f64;
            let north = steam_kn * KNOT_M_S * ((t - stop.1).max(0) - (stop.0 - t).max(0)) as f64;
            self.tracks.push(json!({"t": T0 + t, "vessel": name, "lat": north / DEGREE_M, "lon": east / DEGREE_M}));
        }
        self
    }

    /// Two vessels 20 m apart, at rest from 2 to 4 h and parting in opposite directions, and the transfer between them.
    pub fn pair() -> Self {
        Sea::new().vessel("m", 0.0, (2 * H, 4 * H)).moving("b", 20.0, (2 * H, 4 * H), -6.0, 0.0).truth(
            "ship_to_ship",
            &[("m", Some(M)), ("b", Some(B))],
            2 * H,
            4 * H,
            json!({}),
        )
    }

    pub fn truth(mut self, kind: &str, who: &[(&str, Option<u32>)], onset: i64, end: i64, more: Value) -> Self {
        let line = json!({"kind": kind, "subjects": vessels(who), "zone": "z", "onset": T0 + onset, "end": T0 + end});
        self.truth.push(merged(line, more));
        self
    }

    pub fn innocent(mut self, who: &[(&str, Option<u32>)], onset: i64, end: i64, why: &str) -> Self {
        self.innocent.push(json!({"subjects": vessels(who), "onset": T0 + onset, "end": T0 + end, "why": why}));
        self
    }

    /// A warning, raised at its onset. A subject without a number is a track of its own.
    pub fn alert(mut self, kind: &str, who: &[Option<u32>], onset: i64, end: i64, more: Value) -> Self {
        let n = self.alerts.len();
        let line = json!({
            "id": format!("a{n}"), "kind": kind, "subjects": subjects(who), "zone": "z", "squadron": "3", "priority": "warning",
            "onset": T0 + onset, "end": T0 + end, "raised_at": T0 + onset, "position": {"lat": 0.0, "lon": 0.0}, "suppressed": null,
        });
        self.alerts.push(merged(line, more));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the folder and returns what there is to score.
    pub fn write(&self) -> Inputs {
        for (name, rows) in [
            ("tracks.jsonl", &self.tracks),
            ("truth.jsonl", &self.truth),
            ("innocent.jsonl", &self.innocent),
            ("alerts.jsonl", &self.alerts),
            ("told.jsonl", &self.told_tracks),
        ] {
            let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
            fs::write(self.path(name), lines).unwrap();
        }
        let zone = json!({"id": "z", "kind": "patrol", "squadron": "3", "sts_watch": self.watched});
        let zones = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": zone, "geometry": null}]});
        fs::write(self.path("zones.geojson"), zones.to_string()).unwrap();
        if let Some(baseline) = &self.baseline {
            fs::write(self.path("baseline.json"), baseline.to_string()).unwrap();
        }
        Inputs {
            truth: self.folder.path().to_owned(),
            alerts: self.path("alerts.jsonl"),
            tracks: (!self.told_tracks.is_empty()).then(|| self.path("told.jsonl")),
            baseline: self.baseline.as_ref().map(|_| self.path("baseline.json")),
        }
    }

    pub fn score(&self) -> Value {
        serde_json::to_value(score(&self.write(), &self.options).unwrap()).unwrap()
    }

    /// The row of transfers.
    pub fn transfers(&self) -> Value {
        self.score()["kinds"]["ship_to_ship"].clone()
    }

    /// How long after its onset the first truth is due, min; the alert that tells it is raised at the onset.
    pub fn due_min(&self) -> Option<f64> {
        let kind = self.truth[0]["kind"].as_str().unwrap().to_owned();
        let row = self.score()["kinds"][kind].clone();
        assert_eq!((count(&row, "truths"), share(&row["overall"])), (1, Some(1.0)), "the alert must hit: {row}");
        assert_eq!(count(&row, "alertable") == 1, row["latency_true_threshold_s"]["p50"].is_number());
        row["latency_true_threshold_s"]["p50"].as_f64().map(|s| -s / 60.0)
    }

    pub fn picket(&self, arguments: &[&str]) -> Output {
        self.write();
        Command::new(env!("CARGO_BIN_EXE_picket")).current_dir(self.folder.path()).args(arguments).output().unwrap()
    }
}

pub fn vessels(who: &[(&str, Option<u32>)]) -> Vec<Value> {
    who.iter().map(|(vessel, mmsi)| json!({"vessel": vessel, "mmsi": mmsi})).collect()
}

pub fn subjects(who: &[Option<u32>]) -> Vec<Value> {
    let subject = |(n, mmsi): (usize, &Option<u32>)| {
        let source = if mmsi.is_some() { "ais" } else { "radar" };
        json!({"track": format!("t{n}"), "mmsi": mmsi, "sources": [source]})
    };
    who.iter().enumerate().map(subject).collect()
}

fn merged(mut line: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

pub fn count(row: &Value, name: &str) -> u64 {
    row[name].as_u64().unwrap()
}

pub fn counts<const N: usize>(row: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| count(row, name))
}

/// The value of a share with its interval.
pub fn share(of: &Value) -> Option<f64> {
    of[0].as_f64()
}

pub fn close(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-9)
}

pub fn bar(report: &Value, name: &str) -> (Value, String) {
    let bar = report["bars"].as_array().unwrap().iter().find(|bar| bar["bar"] == name).unwrap();
    (bar["value"].clone(), bar["status"].as_str().unwrap().to_owned())
}
