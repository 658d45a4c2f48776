//! When true events are due: the thresholds met on tracks made by hand.

use serde_json::{Value, json};

use crate::sea::{B, H, M, MB, Sea, count, counts, share};

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
