//! Queues, bars and the command line.

use std::fs;

use picket::score::Priority;
use serde_json::{Value, json};

use crate::sea::{B, H, M, MB, NOBODY, Sea, T0, bar, close, count, counts};

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
