//! Scores of fleets made by hand, each rule by numbers that can be worked out on paper.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use picket::score::{Inputs, Options, Priority, score};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The first instant, UNIX seconds: 2025-06-15T15:06:40Z.
const T0: i64 = 1_750_000_000;
const H: i64 = 3600;
/// Metres of a degree of latitude, and at the equator of longitude.
const DEGREE_M: f64 = 111_120.0;
const KNOT_M_S: f64 = 1852.0 / 3600.0;
/// Numbers of the vessels `m`, `b`, `c`, and of nobody.
const M: u32 = 574_000_001;
const B: u32 = 574_000_002;
const C: u32 = 574_000_003;
const NOBODY: u32 = 574_000_009;

/// A day at sea on the equator: vessels that rest for a while and steam north before and after.
struct Sea {
    folder: TempDir,
    tracks: Vec<Value>,
    truth: Vec<Value>,
    innocent: Vec<Value>,
    alerts: Vec<Value>,
    told_tracks: Vec<Value>,
    watched: bool,
    baseline: Option<Value>,
    options: Options,
}

impl Sea {
    fn new() -> Self {
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
    fn vessel(self, name: &str, east_m: f64, stop: (i64, i64)) -> Self {
        self.moving(name, east_m, stop, 6.0, 0.0)
    }

    /// A vessel that steams north at `steam_kn`, but from `stop.0` to `stop.1` drifts east at `drift_kn`.
    fn moving(mut self, name: &str, east_m: f64, stop: (i64, i64), steam_kn: f64, drift_kn: f64) -> Self {
        for t in (0..=24 * H).step_by(60) {
            let east = east_m + drift_kn * KNOT_M_S * (t.clamp(stop.0, stop.1) - stop.0) as f64;
            let north = steam_kn * KNOT_M_S * ((t - stop.1).max(0) - (stop.0 - t).max(0)) as f64;
            self.tracks.push(json!({"t": T0 + t, "vessel": name, "lat": north / DEGREE_M, "lon": east / DEGREE_M}));
        }
        self
    }

    /// Two vessels 20 m apart, at rest from 2 to 4 h and parting in opposite directions, and the transfer between them.
    fn pair() -> Self {
        Sea::new().vessel("m", 0.0, (2 * H, 4 * H)).moving("b", 20.0, (2 * H, 4 * H), -6.0, 0.0).truth(
            "ship_to_ship",
            &[("m", Some(M)), ("b", Some(B))],
            2 * H,
            4 * H,
            json!({}),
        )
    }

    fn truth(mut self, kind: &str, who: &[(&str, Option<u32>)], onset: i64, end: i64, more: Value) -> Self {
        let line = json!({"kind": kind, "subjects": vessels(who), "zone": "z", "onset": T0 + onset, "end": T0 + end});
        self.truth.push(merged(line, more));
        self
    }

    fn innocent(mut self, who: &[(&str, Option<u32>)], onset: i64, end: i64, why: &str) -> Self {
        self.innocent.push(json!({"subjects": vessels(who), "onset": T0 + onset, "end": T0 + end, "why": why}));
        self
    }

    /// A warning, raised at its onset. A subject without a number is a track of its own.
    fn alert(mut self, kind: &str, who: &[Option<u32>], onset: i64, end: i64, more: Value) -> Self {
        let n = self.alerts.len();
        let line = json!({
            "id": format!("a{n}"), "kind": kind, "subjects": subjects(who), "zone": "z", "squadron": "3", "priority": "warning",
            "onset": T0 + onset, "end": T0 + end, "raised_at": T0 + onset, "position": {"lat": 0.0, "lon": 0.0}, "suppressed": null,
        });
        self.alerts.push(merged(line, more));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the folder and returns what there is to score.
    fn write(&self) -> Inputs {
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

    fn score(&self) -> Value {
        serde_json::to_value(score(&self.write(), &self.options).unwrap()).unwrap()
    }

    /// The row of transfers.
    fn transfers(&self) -> Value {
        self.score()["kinds"]["ship_to_ship"].clone()
    }

    /// How long after its onset the first truth is due, min; the alert that tells it is raised at the onset.
    fn due_min(&self) -> Option<f64> {
        let kind = self.truth[0]["kind"].as_str().unwrap().to_owned();
        let row = self.score()["kinds"][kind].clone();
        assert_eq!((count(&row, "truths"), share(&row["overall"])), (1, Some(1.0)), "the alert must hit: {row}");
        assert_eq!(count(&row, "alertable") == 1, row["latency_true_threshold_s"]["p50"].is_number());
        row["latency_true_threshold_s"]["p50"].as_f64().map(|s| -s / 60.0)
    }

    fn picket(&self, arguments: &[&str]) -> Output {
        self.write();
        Command::new(env!("CARGO_BIN_EXE_picket")).current_dir(self.folder.path()).args(arguments).output().unwrap()
    }
}

fn vessels(who: &[(&str, Option<u32>)]) -> Vec<Value> {
    who.iter().map(|(vessel, mmsi)| json!({"vessel": vessel, "mmsi": mmsi})).collect()
}

fn subjects(who: &[Option<u32>]) -> Vec<Value> {
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

fn count(row: &Value, name: &str) -> u64 {
    row[name].as_u64().unwrap()
}

fn counts<const N: usize>(row: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| count(row, name))
}

/// The value of a share with its interval.
fn share(of: &Value) -> Option<f64> {
    of[0].as_f64()
}

fn close(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-9)
}

fn bar(report: &Value, name: &str) -> (Value, String) {
    let bar = report["bars"].as_array().unwrap().iter().find(|bar| bar["bar"] == name).unwrap();
    (bar["value"].clone(), bar["status"].as_str().unwrap().to_owned())
}

const MB: [Option<u32>; 2] = [Some(M), Some(B)];

#[test]
fn truth_told_as_it_is_clears_every_bar() {
    let report = Sea::pair()
        .truth("loitering", &[("m", Some(M))], 2 * H, 4 * H, json!({}))
        .truth("dark_period", &[("b", Some(B))], 10 * H, 12 * H, json!({"radar_held": true}))
        .alert(
            "ship_to_ship",
            &[Some(B), Some(M)],
            2 * H,
            4 * H,
            json!({"tier": "50m", "raised_at": T0 + 2 * H + 600, "published_at": T0 + 2 * H + 602}),
        )
        .alert("loitering", &[Some(M)], 2 * H, 4 * H, json!({"raised_at": T0 + 2 * H + 1800}))
        .alert("dark_period", &[Some(B)], 10 * H, 12 * H, json!({"raised_at": T0 + 10 * H + 360, "confidence": 0.9}))
        .score();
    for kind in ["ship_to_ship", "loitering", "dark_period"] {
        let row = &report["kinds"][kind];
        assert_eq!(counts(row, ["truths", "alertable", "hits", "alerts", "false"]), [1, 1, 1, 1, 0], "{kind}");
        for name in ["precision", "strict_precision", "recall", "overall", "f1", "f05"] {
            assert_eq!(share(&row[name]), Some(1.0), "{kind} {name}");
        }
        let quality = ["iou_median", "alerts_per_truth", "onset_error_s", "end_error_s"].map(|name| row[name].as_f64());
        assert_eq!(quality, [Some(1.0), Some(1.0), Some(0.0), Some(0.0)], "{kind}");
        assert_eq!(row["latency_s"], json!({"p50": 0.0, "p99": 0.0}), "{kind}");
    }
    assert!(close(&report["vessel_days"], 2.0 * 1441.0 / 1440.0) && close(&report["span_h"], 24.0));
    assert_eq!(report["wire_latency_s"], json!({"n": 1, "p50": 2.0, "p99": 2.0}));
    assert!(close(&report["calibration"]["brier"], 0.01), "confidence 0.9 of what was true");
    assert!(report["bars"].as_array().unwrap().iter().all(|bar| bar["status"] != "MISS"));
    assert_eq!(bar(&report, "dark partner recall, merged"), (Value::Null, "n/a".into()));
    assert_eq!([&report["missed"], &report["false"], &report["not_alertable"]], [&json!([]); 3]);
}

#[test]
fn intersection_over_union_tells_hits_from_loose_alerts() {
    // Half an hour late at both ends: 1.5 h of 2.5 h.
    let row = Sea::pair().alert("ship_to_ship", &MB, 9000, 16_200, json!({})).transfers();
    assert_eq!(counts(&row, ["hits", "loose", "false"]), [1, 0, 0]);
    assert!(
        close(&row["iou_median"], 0.6) && close(&row["onset_error_s"], 1800.0) && close(&row["end_error_s"], 1800.0)
    );
    let at = ["0.25", "0.5", "0.9"].map(|iou| share(&row["recall_at_iou"][iou]));
    assert_eq!(at, [Some(1.0), Some(1.0), Some(0.0)]);

    // An hour late: 1 h of 3 h.
    let row = Sea::pair().alert("ship_to_ship", &MB, 3 * H, 5 * H, json!({})).transfers();
    assert_eq!(counts(&row, ["hits", "loose", "false"]), [0, 1, 0]);
    assert_eq!((share(&row["recall_at_iou"]["0.25"]), &row["precision"]), (Some(1.0), &Value::Null));

    // An onset that is an hour uncertain excuses the hour.
    let mut sea = Sea::pair().alert("ship_to_ship", &MB, 3 * H, 4 * H, json!({}));
    sea.truth[0]["onset_uncertain_s"] = json!(3600);
    assert_eq!(sea.transfers()["iou_median"], json!(1.0));

    // After the end it is another event, and a false one.
    let row = Sea::pair().alert("ship_to_ship", &MB, 5 * H, 6 * H, json!({})).transfers();
    assert_eq!(counts(&row, ["hits", "loose", "false"]), [0, 0, 1]);
}

#[test]
fn one_alert_a_truth_the_others_are_fragments() {
    let row = Sea::pair()
        .alert("ship_to_ship", &MB, 2 * H, 11_520, json!({}))
        .alert("ship_to_ship", &MB, 11_880, 4 * H, json!({}))
        .transfers();
    assert_eq!(counts(&row, ["alerts", "hits", "fragments", "loose", "false"]), [2, 1, 1, 0, 0]);
    assert_eq!((share(&row["precision"]), share(&row["strict_precision"])), (Some(1.0), Some(0.5)));
    assert_eq!(row["alerts_per_truth"], json!(2.0));

    // The long alert overlaps the first truth most, but the short one fits that alone: 1.5 h + 1.8 h beat 2 h + 0.
    let row = Sea::pair()
        .truth("ship_to_ship", &[("m", Some(M)), ("b", Some(B))], 16_200, 6 * H, json!({}))
        .alert("ship_to_ship", &MB, 2 * H, 6 * H, json!({}))
        .alert("ship_to_ship", &MB, 7560, 14_040, json!({}))
        .transfers();
    assert_eq!(counts(&row, ["hits", "loose", "fragments"]), [1, 1, 0]);
    assert!(close(&row["iou_median"], 1.5 / 4.0), "of .375 and .9 the lower one covers half");

    // Of two alerts that cover a truth whole, the first is assigned, however long it is.
    let long_first =
        Sea::pair().alert("ship_to_ship", &MB, 0, 8 * H, json!({})).alert("ship_to_ship", &MB, 2 * H, 4 * H, json!({}));
    assert_eq!(counts(&long_first.transfers(), ["hits", "loose", "fragments"]), [0, 1, 1]);
}

#[test]
fn the_last_revision_counts() {
    let revision = |revision: u32, end: i64| json!({"id": "x", "revision": revision, "end": T0 + end});
    let row = Sea::pair()
        .alert("ship_to_ship", &MB, 2 * H, 3 * H, revision(1, 3 * H))
        .alert("ship_to_ship", &MB, 2 * H, 3 * H, revision(3, 4 * H))
        .alert("ship_to_ship", &MB, 2 * H, 3 * H, revision(2, 9 * H))
        .alert("ship_to_ship", &MB, 2 * H, 3 * H, json!({"state": "retracted"}))
        .transfers();
    assert_eq!((count(&row, "alerts"), &row["iou_median"]), (1, &json!(1.0)));

    // Final lines have a key instead; an open end is the end of the data.
    let row =
        Sea::pair().alert("ship_to_ship", &MB, 2 * H, 0, json!({"id": null, "key": "k", "end": null})).transfers();
    assert_eq!(count(&row, "loose"), 1);
    assert!(close(&row["iou_median"], 2.0 / 22.0));
}

#[test]
fn groups_are_taken_apart_into_meetings() {
    let chain = |who: [u32; 2], from: i64, to: i64| json!({"subjects": subjects(&who.map(Some)), "observed": [[T0 + from, T0 + from + 600], [T0 + from + 700, T0 + to]]});
    let meetings = json!([chain([M, B], 2 * H, 4 * H), chain([M, C], 5 * H, 7 * H)]);
    let sea = || {
        Sea::new()
            .vessel("m", 0.0, (2 * H, 8 * H))
            .vessel("b", 20.0, (2 * H, 4 * H))
            .vessel("c", -20.0, (5 * H, 7 * H))
            .truth("ship_to_ship", &[("m", Some(M)), ("b", Some(B))], 2 * H, 4 * H, json!({"group": "g"}))
            .truth("ship_to_ship", &[("m", Some(M)), ("c", Some(C))], 5 * H, 7 * H, json!({"group": "g"}))
    };
    let more = json!({"group": "g", "meetings": meetings});

    let three = [Some(M), Some(B), Some(C)];
    let report = sea().alert("ship_to_ship", &three, 2 * H, 7 * H, more.clone()).score();
    let row = &report["kinds"]["ship_to_ship"];
    assert_eq!((counts(row, ["alerts", "hits", "false"]), &row["iou_median"]), ([2, 2, 0], &json!(1.0)));
    assert_eq!(count(&report["sub"]["ship_to_ship by group"]["True"], "hits"), 2);
    assert_eq!(counts(&report["queue"]["3"], ["alerts", "entries"]), [1, 1]);
    assert_eq!(count(&report["queue_of_truth"]["3"], "entries"), 1);

    // Two lines of pairs that both tell the whole chain: each meeting counts once, a pair in its own interval.
    let row = sea()
        .alert("ship_to_ship", &MB, 2 * H, 4 * H, more.clone())
        .alert("ship_to_ship", &[Some(M), Some(C)], 5 * H, 7 * H, more)
        .transfers();
    assert_eq!(counts(&row, ["alerts", "hits", "fragments", "false"]), [2, 2, 0, 0]);

    // A pair that met twice is two events, whatever interval its line has.
    let twice = json!({"meetings": [chain([M, B], 2 * H, 4 * H), chain([B, M], 10 * H, 11 * H)]});
    let row = Sea::pair().alert("ship_to_ship", &MB, 2 * H, 11 * H, twice).transfers();
    assert_eq!(counts(&row, ["alerts", "hits", "false"]), [2, 1, 1]);
}

#[test]
fn what_only_radar_knows_matches_by_place() {
    let sea = |alert_east_m: f64| {
        let place = json!({"position": {"lat": 0.0, "lon": alert_east_m / DEGREE_M}});
        Sea::new()
            .vessel("m", 0.0, (2 * H, 4 * H))
            .vessel("r", 120.0, (2 * H, 4 * H))
            .truth("ship_to_ship", &[("m", Some(M)), ("r", None)], 2 * H, 4 * H, json!({"merged_fraction": 0.0}))
            .alert("ship_to_ship", &[Some(M), None], 2 * H, 4 * H, place)
    };
    assert_eq!(counts(&sea(619.0).transfers(), ["hits", "false"]), [1, 0], "499 m");
    assert_eq!(counts(&sea(621.0).transfers(), ["hits", "false"]), [0, 1], "501 m");

    // A track of its own counts by the median of its distances: one point in ten lies far off.
    let mut tracked = sea(5000.0);
    let point = |t: i64, east_m: f64| json!({"t": T0 + t, "track": "t1", "lat": 0.0, "lon": east_m / DEGREE_M});
    tracked.told_tracks =
        (2 * H..4 * H).step_by(60).map(|t| point(t, if t % 600 == 0 { 9000.0 } else { 150.0 })).collect();
    assert_eq!(counts(&tracked.transfers(), ["hits", "false"]), [1, 0]);

    // The number of a vessel that truth knows is no dark partner's.
    let mut known = sea(100.0).vessel("b", 150.0, (2 * H, 4 * H)).innocent(&[("b", Some(B))], 0, H, "anchored");
    known.alerts[0]["subjects"][1]["mmsi"] = json!(B);
    assert_eq!(counts(&known.transfers(), ["hits", "false"]), [0, 1]);
    known.alerts[0]["subjects"][1]["mmsi"] = json!(NOBODY);
    assert_eq!(counts(&known.transfers(), ["hits", "false"]), [1, 0], "a number that truth does not know may be");

    let mut merged = sea(100.0);
    merged.truth[0]["merged_fraction"] = json!(0.8);
    let report = merged.score();
    assert_eq!(count(&report["sub"]["ship_to_ship by merged"]["True"], "hits"), 1);
    assert_eq!(count(&report["sub"]["ship_to_ship by partner"]["ais_radar"], "hits"), 1);
    assert_eq!(bar(&report, "dark partner recall, merged"), (json!(1.0), "ok".into()));
}

#[test]
fn false_alerts_are_blamed_on_what_they_hit() {
    let sea = Sea::pair()
        .vessel("c", 5000.0, (0, 24 * H))
        .innocent(&[("c", Some(C))], 0, 24 * H, "anchored")
        .innocent(&[("b", Some(B))], 8 * H, 9 * H, "berth")
        .alert("ship_to_ship", &[Some(M), Some(C)], 2 * H, 4 * H, json!({}))
        .alert("ship_to_ship", &[Some(B), Some(C)], 8 * H, 9 * H, json!({}))
        .alert("ship_to_ship", &[Some(B), Some(NOBODY)], 2 * H, 4 * H, json!({"position": null}))
        .alert("loitering", &[Some(C)], 0, 5 * H, json!({}))
        .alert("loitering", &[Some(M)], 2 * H, 4 * H, json!({"priority": "caution"}))
        .alert("loitering", &[Some(NOBODY)], 0, 5 * H, json!({}));
    let report = sea.score();
    assert_eq!(
        report["false_by_why"]["ship_to_ship"],
        json!({"anchored (one subject)": 1, "anchored + berth": 1, "true ship_to_ship, wrong partner": 1})
    );
    assert_eq!(report["false_by_why"]["loitering"], json!({"anchored": 1, "in a true ship_to_ship": 1, "unknown": 1}));
    let row = &report["kinds"]["loitering"];
    assert_eq!(counts(row, ["false", "false_caution"]), [3, 1]);
    assert!(close(&row["false_per_1000vd"]["after"], 3000.0 / (3.0 * 1441.0 / 1440.0)));
    assert_eq!(report["missed"][0]["who"], json!([M, B]));
    assert_eq!((&report["false"][2]["id"], &report["false"][2]["who"]), (&json!("a2"), &json!([B, NOBODY])));
}

#[test]
fn grey_and_quiet_alerts_do_not_count() {
    let report = Sea::pair()
        .innocent(&[("m", Some(M))], 8 * H, 9 * H, "short stop (grey)")
        .alert("loitering", &[Some(M)], 8 * H, 9 * H, json!({}))
        .alert("loitering", &[Some(NOBODY)], 8 * H, 9 * H, json!({"priority": "caution", "subkind": "fishing_like"}))
        .alert("loitering", &[Some(NOBODY)], 8 * H, 9 * H, json!({"priority": "warning", "subkind": "fishing_like"}))
        .alert("drifting", &[Some(M)], 8 * H, 9 * H, json!({}))
        .score();
    assert_eq!(counts(&report["kinds"]["loitering"], ["alerts", "grey", "quiet", "false"]), [3, 1, 1, 1]);
    assert_eq!(report["unscored"], json!({"drifting": 1}), "no truth of the kind");
}

#[test]
fn suppressed_alerts_are_no_predictions() {
    let rule = |rule: &str| json!({"suppressed": {"rule": rule}});
    let report = Sea::pair()
        .alert("ship_to_ship", &MB, 2 * H, 4 * H, rule("same_fleet"))
        .alert("ship_to_ship", &[Some(M), Some(NOBODY)], 8 * H, 9 * H, rule("berth"))
        .score();
    let row = &report["kinds"]["ship_to_ship"];
    assert_eq!(counts(row, ["alerts", "hits", "false", "hidden"]), [0, 0, 0, 1]);
    assert_eq!(
        report["suppressed"]["ship_to_ship"],
        json!({"berth": {"alerts": 1, "over_truth": 0}, "same_fleet": {"alerts": 1, "over_truth": 1}})
    );
    let days = 2.0 * 1441.0 / 1440.0;
    assert!(
        close(&row["alerts_per_1000vd"]["before"], 2000.0 / days) && close(&row["alerts_per_1000vd"]["after"], 0.0)
    );
    assert!(close(&row["false_per_1000vd"]["before"], 1000.0 / days), "the one over truth is not false");
    assert_eq!((&report["missed"][0]["suppressed"], &report["queue"]), (&json!(["same_fleet"]), &json!({})));
}

/// A pair `gap_m` apart from 2 h on, and an alert of its very interval raised at its onset.
fn meeting(gap_m: f64, end: i64, partner_kn: f64, more: Value) -> Sea {
    Sea::new()
        .vessel("m", 0.0, (2 * H, end))
        .moving("b", gap_m, (2 * H, end), partner_kn, 0.0)
        .truth("ship_to_ship", &[("m", Some(M)), ("b", Some(B))], 2 * H, end, more)
        .alert("ship_to_ship", &MB, 2 * H, end, json!({}))
}

#[test]
fn transfers_are_due_when_a_tier_is_full() {
    // From 6 kn, speed over 10 min falls below 2 kn 400 s after the stop: the minutes count from 7 min on.
    let due = |gap_m: f64, minutes: i64, more: Value| meeting(gap_m, 2 * H + minutes * 60, -6.0, more).due_min();
    assert_eq!(due(20.0, 120, json!({})), Some(16.0), "50 m for 10 min");
    assert_eq!(due(20.0, 15, json!({})), None);
    assert_eq!(due(150.0, 120, json!({})), Some(36.0), "200 m for 30 min");
    assert_eq!(due(400.0, 120, json!({})), None);
    assert_eq!(due(400.0, 180, json!({})), Some(126.0), "500 m for 120 min");
    assert_eq!(due(520.0, 240, json!({})), None);
    assert_eq!(due(80.0, 120, json!({"gap_m": 45.0})), Some(16.0), "hull to hull, where dimensions are known");
    assert_eq!(due(20.0, 120, json!({"alertable": false})), None);

    let radar = |merged_fraction: Value| json!({"partner": "ais_radar", "merged_fraction": merged_fraction});
    assert_eq!(due(20.0, 120, radar(json!(0.4))), Some(16.0));
    assert_eq!(due(20.0, 120, radar(json!(0.9))), Some(36.0), "one echo has no 50 m tier");
    assert_eq!(due(20.0, 120, radar(Value::Null)), None, "beyond radar");

    // Side by side at 6 kn counts until 4 min after the stop, then slowness from 7 min on: 4 + 6 min.
    assert_eq!(meeting(20.0, 2 * H + 1200, 6.0, json!({})).due_min(), Some(12.0));

    let mut watched = meeting(150.0, 4 * H, -6.0, json!({}));
    watched.watched = true;
    assert_eq!(watched.due_min(), Some(21.0), "200 m for 15 min where transfers are watched for");
    // The alert's own tier tells from when on it is late: raised at the onset it is 15 min early.
    watched.alerts[0]["tier"] = json!("200m");
    assert_eq!(watched.transfers()["latency_s"]["p50"], json!(-900.0));

    let unheard = meeting(20.0, 4 * H, -6.0, json!({})).truth("dark_period", &[("b", Some(B))], 7500, 4 * H, json!({}));
    assert_eq!(count(&unheard.transfers(), "alertable"), 0, "nobody tells of b");
    let held = meeting(20.0, 4 * H, -6.0, json!({})).truth(
        "dark_period",
        &[("b", Some(B))],
        7500,
        4 * H,
        json!({"radar_held": true}),
    );
    assert_eq!(count(&held.transfers(), "alertable"), 1, "radar does");
}

#[test]
fn loiterers_are_due_after_half_an_hour() {
    let loiter = |drift_kn: f64, minutes: i64| {
        let end = 2 * H + minutes * 60;
        let sea = Sea::new().moving("m", 0.0, (2 * H, end), 6.0, drift_kn);
        let sea = sea.truth("loitering", &[("m", Some(M))], 2 * H, end, json!({}));
        sea.alert("loitering", &[Some(M)], 2 * H, end, json!({})).due_min()
    };
    assert_eq!(loiter(0.0, 60), Some(37.0), "the 31st slow minute, from 7 min on");
    assert_eq!(loiter(0.0, 36), None);
    assert_eq!(loiter(1.5, 120), Some(38.0), "the drift adds to the way made good: slow from 8 min on");
    assert_eq!(loiter(2.5, 120), None);
}

#[test]
fn silences_are_due_after_five_intervals_or_half_an_hour() {
    let silence = |onset: i64, minutes: i64, more: Value| {
        let end = onset + minutes * 60;
        let sea = Sea::new().vessel("m", 0.0, (2 * H, 4 * H));
        let sea = sea.truth("dark_period", &[("m", Some(M))], onset, end, more);
        sea.alert("dark_period", &[Some(M)], onset, end, json!({})).due_min()
    };
    assert_eq!(silence(10 * H, 60, json!({"radar_held": true})), Some(6.0));
    assert_eq!(silence(3 * H, 60, json!({"radar_held": true})), Some(15.0), "at rest each 180 s");
    assert_eq!(silence(10 * H, 60, json!({"radar_held": true, "interval_s": 100})), Some(500.0 / 60.0));
    assert_eq!(silence(10 * H, 60, json!({"radar_held": false})), Some(30.0));
    assert_eq!(silence(10 * H, 29, json!({})), None);
    assert_eq!(silence(10 * H, 5, json!({"radar_held": true})), None);
}

#[test]
fn what_is_not_alertable_stays_out_of_recall_but_serves_precision() {
    let sea = meeting(20.0, 2 * H + 300, -6.0, json!({"note": "five minutes"}));
    let report = sea.score();
    let row = &report["kinds"]["ship_to_ship"];
    assert_eq!(counts(row, ["truths", "alertable", "hits"]), [1, 0, 0]);
    assert_eq!(
        (&row["recall"], &row["f1"], share(&row["overall"]), share(&row["precision"])),
        (&Value::Null, &Value::Null, Some(1.0), Some(1.0))
    );
    let told = &report["not_alertable"][0];
    assert_eq!((&told["hit"], &told["note"], &told["seen"]), (&json!(true), &json!("five minutes"), &json!(1)));
}

#[test]
fn instants_hit_within_a_minute_and_in_their_zone() {
    let crossing = |late_s: i64, more: Value| {
        let sea = Sea::new().vessel("m", 0.0, (0, 24 * H)).truth("zone_entry", &[("m", Some(M))], H, 3 * H, json!({}));
        let row = sea.alert("zone_entry", &[Some(M)], H + late_s, 9 * H, more).score()["kinds"]["zone_entry"].clone();
        counts(&row, ["hits", "false"])
    };
    assert_eq!(crossing(60, json!({})), [1, 0]);
    assert_eq!(crossing(61, json!({})), [0, 1]);
    assert_eq!(crossing(0, json!({"zone": "y"})), [0, 1]);
    assert_eq!(crossing(0, json!({"zone": "y", "zones": ["x", "z"]})), [1, 0]);
    assert_eq!(crossing(0, json!({"zone": null})), [1, 0]);

    let alertable = |more: Value| {
        let sea = Sea::new().vessel("m", 0.0, (0, 24 * H)).truth("zone_exit", &[("m", Some(M))], H, H, more);
        count(&sea.score()["kinds"]["zone_exit"], "alertable")
    };
    assert_eq!(alertable(json!({"brief": true})), 0);
    assert_eq!(alertable(json!({"ais_on": false})), 0);
    assert_eq!(alertable(json!({"ais_on": false, "radar_held": true})), 1);

    // As early as the onset is uncertain, but no more than a minute late.
    let change = |late_s: i64| {
        let more = json!({"onset_uncertain_s": 600, "new_mmsi": C});
        let sea =
            Sea::new().vessel("m", 0.0, (0, 24 * H)).truth("identity_change", &[("m", Some(M))], 2 * H, 2 * H, more);
        let row = sea.alert("identity_change", &[Some(C)], 2 * H + late_s, 2 * H, json!({})).score()["kinds"]["identity_change"].clone();
        count(&row, "hits")
    };
    assert_eq!([change(-600), change(-601), change(60), change(61)], [1, 0, 1, 0], "by the new number too");
}

#[test]
fn troubles_of_an_area_match_by_time_alone() {
    let report = Sea::new()
        .vessel("m", 0.0, (0, 24 * H))
        .truth("receiver_outage", &[], H, 3 * H, json!({}))
        .alert("receiver_outage", &[Some(NOBODY)], H, 3 * H, json!({"zone": "elsewhere"}))
        .score();
    assert_eq!(counts(&report["kinds"]["receiver_outage"], ["alertable", "hits", "false"]), [1, 1, 0]);

    let report = Sea::new()
        .vessel("m", 0.0, (0, 24 * H))
        .innocent(&[], H, 3 * H, "station outage")
        .alert("dark_period", &[Some(M)], H - 200, 4 * H, json!({"confidence": 0.8}))
        .alert("dark_period", &[Some(M)], H - 201, 4 * H, json!({"confidence": 0.2}))
        .score();
    assert_eq!(report["false_by_why"]["dark_period"], json!({"station outage": 1, "unknown": 1}));
    assert_eq!(bar(&report, "dark alerts under station outage"), (json!(1.0), "MISS".into()));
    assert!(close(&report["calibration"]["brier"], (0.64 + 0.04) / 2.0));
    let bins = json!([{"from": 0.0, "n": 1, "said": 0.2, "was": 0.0}, {"from": 0.7, "n": 1, "said": 0.8, "was": 0.0}]);
    assert_eq!(report["calibration"]["bins"], bins);
}

#[test]
fn doubled_identities_match_by_number() {
    let sea = Sea::new().vessel("m", 0.0, (0, 24 * H)).vessel("b", 90_000.0, (0, 24 * H));
    let sea = sea.truth("duplicate_identity", &[("m", Some(M)), ("b", Some(M))], 0, 24 * H, json!({}));
    let row = sea.alert("duplicate_identity", &[Some(M)], 60, 24 * H, json!({})).score()["kinds"]["duplicate_identity"]
        .clone();
    assert_eq!(counts(&row, ["hits", "false"]), [1, 0]);
}

#[test]
fn queues_hold_warnings_and_alarms_a_group_once() {
    let call = |sea: Sea, at: i64, more: Value| sea.alert("zone_entry", &[Some(NOBODY)], at, at, more);
    let mut sea = Sea::new().vessel("m", 0.0, (0, 24 * H));
    for at in [0, 300, 599, 1199] {
        sea = call(sea, at, json!({}));
    }
    for at in [1200, 1201] {
        sea = call(sea, at, json!({"group": "g"}));
    }
    sea = call(sea, 5000, json!({"priority": "caution"}));
    sea = call(sea, 5001, json!({"suppressed": {"rule": "x"}}));
    sea = call(sea, 5002, json!({"squadron": null, "priority": "alarm"}));
    let report = sea.score();
    let queue = &report["queue"]["3"];
    assert_eq!(counts(queue, ["alerts", "entries", "per_10min_max"]), [6, 5, 3]);
    assert!(close(&queue["per_24h"], 6.0) && close(&queue["per_10min_mean"], 5.0 / 144.0));
    assert_eq!(count(&report["queue"]["-"], "alerts"), 1);
    assert_eq!(bar(&report, "warnings and alarms a squadron and 24 h"), (json!(6.0), "ok".into()));
    assert_eq!(bar(&report, "new queue entries in any 10 min"), (json!(3.0), "MISS".into()));

    sea.options.min_priority = Priority::Alarm;
    assert_eq!(sea.score()["unscored"], json!({"zone_entry": 1}));

    // Two silences due together are two entries at once: then that is the limit.
    let mut sea = Sea::new().vessel("m", 0.0, (0, 24 * H)).vessel("b", 900.0, (0, 24 * H));
    for (vessel, mmsi) in [("m", M), ("b", B)] {
        sea = sea.truth("dark_period", &[(vessel, Some(mmsi))], H, 3 * H, json!({}));
        sea = sea.alert("dark_period", &[Some(mmsi)], H, 3 * H, json!({}));
    }
    let report = sea.score();
    assert_eq!(count(&report["queue_of_truth"]["3"], "per_10min_max"), 2);
    let bars = report["bars"].as_array().unwrap();
    let entries = bars.iter().find(|bar| bar["bar"] == "new queue entries in any 10 min").unwrap();
    assert_eq!(
        (&entries["limit"], &entries["note"], &entries["status"]),
        (&json!(2.0), &json!("truth alone: 2"), &json!("ok"))
    );
}

#[test]
fn losses_are_judged_against_a_baseline() {
    let mut sea = Sea::pair().alert("ship_to_ship", &MB, 2 * H, 4 * H, json!({}));
    sea = sea.alert("ship_to_ship", &[Some(M), Some(NOBODY)], 8 * H, 9 * H, json!({}));
    sea.baseline = Some(json!({"kinds": {"ship_to_ship": {"f1": [1.0, 0.5, 1.0]}, "loitering": {"f1": null}}}));
    let report = sea.score();
    let (lost, status) = bar(&report, "ship_to_ship F1 lost against the baseline");
    assert!(close(&lost, 1.0 - 2.0 / 3.0), "precision 1/2, recall 1");
    assert_eq!(status, "MISS");
    assert_eq!(bar(&report, "loitering F1 lost against the baseline").1, "n/a");
}

#[test]
fn the_command_prints_tables_or_json_and_tells_by_its_status() {
    let sea = Sea::pair().alert("ship_to_ship", &MB, 2 * H, 4 * H, json!({"raised_at": T0 + 2 * H + 960}));
    let told = sea.picket(&["score", ".", "alerts.jsonl"]);
    let text = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.status.code(), Some(0), "{text}");
    assert!(text.starts_with("2.0 vessel-days over 24.0 h\n\nkind          truths  alertable"), "{text}");
    let by_file = sea.picket(&["score", "truth.jsonl", "alerts.jsonl"]);
    assert_eq!(String::from_utf8(by_file.stdout).unwrap(), text);
    let markdown = String::from_utf8(sea.picket(&["score", ".", "alerts.jsonl", "--markdown"]).stdout).unwrap();
    assert!(markdown.contains("\n| ship_to_ship |") && markdown.contains("\n|--------------|-------:|"), "{markdown}");
    let object: Value = serde_json::from_slice(&sea.picket(&["score", ".", "alerts.jsonl", "--json"]).stdout).unwrap();
    assert_eq!(object, sea.score());

    let mut silent = Sea::pair();
    silent.innocent.push(json!({"subjects": [], "onset": T0, "end": null, "why": "calm"}));
    let told = silent.picket(&["score", ".", "alerts.jsonl", "--list"]);
    let text = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.status.code(), Some(1));
    assert!(text.contains("\nmissed {\"kind\":\"ship_to_ship\",\"who\":[574000001,574000002]"), "{text}");
}

#[test]
fn the_command_names_what_it_cannot_read() {
    let sea = Sea::pair();
    let told = sea.picket(&["score", ".", "none.jsonl"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8(told.stderr).unwrap().contains("none.jsonl"));

    fs::write(
        sea.path("bad.jsonl"),
        "{\"kind\":\"loitering\",\"onset\":0}\n\n{\"kind\":\"loitering\",\"onset\":\"noon\"}\n",
    )
    .unwrap();
    let told = sea.picket(&["score", ".", "bad.jsonl"]);
    let text = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(2));
    assert!(text.contains("line 3 of bad.jsonl") && text.contains("noon"), "{text}");
}
