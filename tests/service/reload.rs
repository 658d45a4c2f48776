//! Settings and zones that change while picket runs, or while it does not.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::live::{ais_of, fed_by, is_the_journals_replay};
use crate::support::{Feeder, Picket, bursts, wait_for};

/// The lines told so far, parsed.
fn lines(picket: &Picket) -> Vec<Value> {
    picket.told().iter().map(|(_, line)| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_reload_ends_what_it_touches_and_a_wrong_one_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (file, zones) = ais_of("edge-loiter", dir.path());
    let bytes = fs::read(&file).unwrap();
    let half = bytes.len() * 7 / 10;
    let half = half + bytes[half..].iter().position(|b| *b == b'\n').unwrap() + 1;
    let feeder = Feeder::start(bursts(&bytes[..half], 500, Duration::from_millis(1)));
    let config = fed_by(dir.path(), &zones, &feeder, "");
    let picket = Picket::start(&config);
    let open = wait_for("an open alert", || {
        let list = picket.get("/api/v1/alerts?open=true");
        list["alerts"].as_array().unwrap().iter().find(|alert| alert["end"].is_null()).cloned()
    });
    let before = picket.get("/api/v1/service")["settings_hash"].clone();

    let good = fs::read_to_string(&config).unwrap();
    fs::write(&config, good.replace("[zones]", "[detect]\nloitering.max_knots = 1\n[zones]")).unwrap();
    picket.signal("HUP");
    wait_for("the refusal", || {
        fs::read_to_string(dir.path().join("picket.log")).unwrap().contains("stay as they were").then_some(())
    });
    assert_eq!(picket.get("/api/v1/service")["settings_hash"], before);

    fs::write(&config, good.replace("[zones]", "[detect]\nloitering.max_kn = 1.7\n[zones]")).unwrap();
    picket.signal("HUP");
    wait_for("the new settings", || (picket.get("/api/v1/service")["settings_hash"] != before).then_some(()));
    let ended = wait_for("the end of what was open", || {
        lines(&picket).into_iter().find(|line| line["id"] == open["id"] && line["cause"] == "settings_changed")
    });
    assert!(!ended["end"].is_null());
    let after = picket.get("/api/v1/service")["settings_hash"].clone();
    picket.kill();

    fs::write(&config, good).unwrap();
    let picket = Picket::start(&config);
    assert_eq!(picket.get("/api/v1/service")["settings_hash"], before, "settings that changed meanwhile are in force");
    assert_ne!(after, before);
    let told = picket.told();
    picket.stop();
    is_the_journals_replay(&told, &dir.path().join("data"));
}
