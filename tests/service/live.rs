//! A feed that comes in live gives the alerts of its replay, and so does the journal it leaves behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use picket::sim;
use serde_json::{Value, json};

use crate::support::{Feeder, Picket, bursts, replay, replayed, settings, wait_for};

/// A scenario's AIS feed as a file, and the folder of its zones.
pub fn ais_of(scenario: &str, dir: &Path) -> (PathBuf, PathBuf) {
    let world = sim::scenario(scenario, 1).unwrap();
    let folder = dir.join("scenario");
    sim::write(&world, &folder).unwrap();
    (folder.join("ais.nmea"), folder.join("zones"))
}

/// The settings of a picket that connects to a feeder, the feed named like the recording.
pub fn fed_by(dir: &Path, zones: &Path, feeder: &Feeder, more: &str) -> PathBuf {
    let feed = format!("[[feed]]\nname = \"ais\"\nkind = \"nmea\"\nurl = \"tcp://{}\"\n{more}", feeder.address);
    settings(dir, zones, &feed)
}

/// Fails unless the stream told each alert once, and just what the journal's replay tells.
pub fn is_the_journals_replay(told: &[(u64, String)], data_dir: &Path) {
    let sequences: Vec<u64> = told.iter().map(|(sequence, _)| *sequence).collect();
    assert_eq!(sequences, (1..=told.len() as u64).collect::<Vec<_>>(), "sequences are dense");
    let lines: Vec<Value> = told.iter().map(|(_, line)| replayed(line)).collect();
    let journal = replay(&[data_dir.join("journal").to_str().unwrap()]);
    same(&lines, &journal);
}

/// Fails at the first line that differs.
pub fn same(lines: &[Value], expected: &[Value]) {
    for (i, (line, expected)) in lines.iter().zip(expected).enumerate() {
        assert_eq!(line, expected, "line {i}");
    }
    assert_eq!(lines.len(), expected.len());
}

#[test]
fn a_live_feed_tells_what_its_replay_and_its_journal_tell() {
    let dir = tempfile::tempdir().unwrap();
    let (file, zones) = ais_of("transfer-under-way", dir.path());
    let expected = replay(&["--zones", zones.to_str().unwrap(), file.to_str().unwrap()]);
    assert!(expected.iter().any(|line| line["kind"] == "ship_to_ship"));
    let feeder = Feeder::start(bursts(&fs::read(&file).unwrap(), 500, Duration::from_millis(1)));
    let picket = Picket::start(&fed_by(dir.path(), &zones, &feeder, ""));
    wait_for("all lines to be sent", || feeder.is_done().then_some(()));
    wait_for("all alerts", || (picket.sequence() >= expected.len() as u64).then_some(()));
    let told = picket.told();
    let lines: Vec<Value> = told.iter().map(|(_, line)| replayed(line)).collect();
    same(&lines[..expected.len()], &expected);
    let list = picket.get("/api/v1/alerts");
    let mut listed: Vec<&str> = list["alerts"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap()).collect();
    let mut raised: Vec<&str> =
        lines.iter().filter(|l| l["revision"] == 1).map(|l| l["id"].as_str().unwrap()).collect();
    listed.sort_unstable();
    raised.sort_unstable();
    assert_eq!(listed, raised, "the list has each alert once");
    let tracks = picket.get("/api/v1/tracks");
    assert!(!tracks["tracks"].as_array().unwrap().is_empty());
    let subject = lines[0]["subjects"][0]["track"].as_str().unwrap();
    let history = wait_for("the history of a subject", || {
        let history = picket.get(&format!("/api/v1/tracks/{subject}/history"));
        (history["fixes"].as_array().unwrap().len() > 10).then_some(history)
    });
    assert_eq!(history["track"], subject);
    picket.stop();
    is_the_journals_replay(&told_again(dir.path(), told), &dir.path().join("data"));
}

/// What the store has after the stop: time going on may have told more than was read before.
fn told_again(dir: &Path, before: Vec<(u64, String)>) -> Vec<(u64, String)> {
    let picket = Picket::start(&dir.join("picket.toml"));
    let told = picket.told();
    assert_eq!(told[..before.len()], before, "a restart changes nothing that was told");
    picket.kill();
    told
}

#[test]
fn an_acknowledgement_is_kept_and_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let (file, zones) = ais_of("transfer-under-way", dir.path());
    let feeder = Feeder::start(bursts(&fs::read(&file).unwrap(), 500, Duration::from_millis(1)));
    let config = fed_by(dir.path(), &zones, &feeder, "");
    let picket = Picket::start(&config);
    wait_for("all lines to be sent", || feeder.is_done().then_some(()));
    wait_for("an alert", || (picket.sequence() > 0).then_some(()));
    let alert = picket.get("/api/v1/alerts")["alerts"][0].clone();
    let path = format!("/api/v1/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    let acknowledged = picket.post(&path, &json!({"note": "patrol 7 looks"}));
    assert!(["active_acknowledged", "normal"].contains(&acknowledged["state"].as_str().unwrap()), "{acknowledged}");
    assert_eq!(acknowledged["cause"], "operator");
    assert_eq!(acknowledged["handling"]["acknowledged_by"], "operator");
    assert_eq!(acknowledged["handling"]["note"], "patrol 7 looks");
    assert_eq!(picket.post(&path, &json!({}))["revision"], acknowledged["revision"], "once is enough");
    picket.kill();
    let picket = Picket::start(&config);
    let path = format!("/api/v1/alerts/{}", alert["id"].as_str().unwrap());
    assert_eq!(picket.get(&path)["handling"], acknowledged["handling"], "a kill loses no command");
    let told = picket.told();
    picket.stop();
    is_the_journals_replay(&told, &dir.path().join("data"));
}
