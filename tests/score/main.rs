//! Scores of fleets made by hand, each rule by numbers that can be worked out on paper.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

mod due;
mod load;
mod sea;

use serde_json::{Value, json};

use sea::{B, C, DEGREE_M, H, M, MB, NOBODY, Sea, T0, bar, close, count, counts, share, subjects};

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
