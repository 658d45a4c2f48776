//! Recordings among the feeds are played by the scaled clock, and everything says that it is an exercise.

use std::fs;

use picket::sim;
use serde_json::Value;

use crate::live::is_the_journals_replay;
use crate::support::{Picket, replay, wait_for};

#[test]
fn the_bundled_scenario_is_played_and_marked() {
    let dir = tempfile::tempdir().unwrap();
    sim::write(&sim::scenario("con-dao", 1).unwrap(), dir.path()).unwrap();
    let config = dir.path().join("picket.toml");
    let text = fs::read_to_string(&config).unwrap();
    let faster = text.replace("rate = 20", "rate = 300").replace("opening_s = 2700", "opening_s = 3000");
    assert_ne!(text, faster);
    fs::write(&config, faster + "[http]\nlisten = \"127.0.0.1:0\"\n").unwrap();

    let picket = Picket::start(&config);
    let service = picket.get("/api/v1/service");
    assert_eq!((&service["exercise"], &service["rate"]), (&"EXERCISE x300".into(), &300.0.into()));
    let alerts = || picket.get("/api/v1/alerts")["alerts"].as_array().unwrap().clone();
    let is = |alert: &Value, kind: &str, subkind: Option<&str>, radar_only: bool| {
        let by_radar_only =
            |subject: &Value| subject["mmsi"].is_null() && subject["sources"] == serde_json::json!(["radar"]);
        alert["kind"] == kind
            && alert["suppressed"].is_null()
            && subkind.is_none_or(|subkind| alert["subkind"] == subkind)
            && radar_only == alert["subjects"].as_array().unwrap().iter().any(by_radar_only)
    };
    for (kind, subkind, radar_only) in
        [("ship_to_ship", None, true), ("dark_period", Some("radar_confirmed"), false), ("loitering", None, false)]
    {
        wait_for(kind, || alerts().into_iter().find(|alert| is(alert, kind, subkind, radar_only)));
    }
    assert!(alerts().iter().all(|alert| alert["exercise"] == true && alert["exercise_label"] == "EXERCISE x300"));
    picket.kill();

    let picket = Picket::start(&config);
    wait_for("the end of the recording", || {
        let feeds = picket.get("/api/v1/feeds");
        feeds["feeds"].as_array().unwrap().iter().all(|feed| feed["state"] == "ended").then_some(())
    });
    let told = picket.told();
    picket.stop();
    is_the_journals_replay(&told, &dir.path().join("state"));
    let whole = replay(&["--config", config.to_str().unwrap(), "--final"]);
    let journal = replay(&[dir.path().join("state/journal").to_str().unwrap(), "--final"]);
    let keys = |alerts: &[Value]| alerts.iter().map(|alert| alert["key"].clone()).collect::<Vec<_>>();
    assert_eq!(keys(&journal), keys(&whole), "played, killed and gone on with, it is the recording still");
    assert!(journal.iter().all(|alert| alert["exercise_label"] == "EXERCISE x300"));
}
