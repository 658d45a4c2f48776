//! Killed at any instant and started again: no alert is lost, none is told twice, ids stay.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use picket::sim::rng::Rng;
use serde_json::Value;

use crate::live::{ais_of, fed_by, is_the_journals_replay, same};
use crate::support::{Feeder, Picket, bursts, replay, replayed, settings, wait_for};

/// A long lateness: a slow start of the program must not make the lines behind it late.
const LATENESS: &str = "lateness_s = 120\n";

/// How often a test kills: a handful, or as often as `PICKET_KILLS` says.
fn kills() -> usize {
    std::env::var("PICKET_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(4)
}

/// Starts a picket, kills it after a random while, so many times; the last one lives.
fn killed_again_and_again(config: &Path, seed: u64, at_most_ms: usize) -> Picket {
    let mut rng = Rng::new(seed, "kills");
    for _ in 0..kills() {
        let picket = Picket::start(config);
        thread::sleep(Duration::from_millis(rng.below(at_most_ms) as u64));
        picket.kill();
    }
    Picket::start(config)
}

/// Appends a file's lines to another, some at a time, as a logger would; ends when its channel does.
fn logger(from: &[u8], to: &Path) -> Sender<()> {
    let lines: Vec<Vec<u8>> = from.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let mut to = OpenOptions::new().append(true).open(to).unwrap();
    let (sender, ended) = channel::<()>();
    thread::spawn(move || {
        for lines in lines.chunks(40) {
            to.write_all(&lines.concat()).unwrap();
            if ended.recv_timeout(Duration::from_millis(10)) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected) {
                return;
            }
        }
    });
    sender
}

#[test]
fn a_followed_log_is_taken_once_and_whole_whatever_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let (file, zones) = ais_of("transfer-under-way", dir.path());
    let log = dir.path().join("ais.log");
    File::create(&log).unwrap();
    let feed = format!("[[feed]]\nname = \"ais\"\nkind = \"nmea\"\nurl = \"file://{}\"\n{LATENESS}", log.display());
    let config = settings(dir.path(), &zones, &feed);
    let expected = replay(&["--config", config.to_str().unwrap(), file.to_str().unwrap()]);
    let bytes = fs::read(&file).unwrap();
    let _logger = logger(&bytes, &log);
    let picket = killed_again_and_again(&config, 1, 1500);
    wait_for("all alerts", || (picket.sequence() >= expected.len() as u64).then_some(()));
    let told = picket.told();
    let live: Vec<Value> = told.iter().map(|(_, line)| replayed(line)).collect();
    same(&live[..expected.len()], &expected);
    picket.kill();
    let picket = Picket::start(&config);
    let told = picket.told();
    picket.stop();
    is_the_journals_replay(&told, &dir.path().join("data"));
}

#[test]
fn what_a_killed_picket_told_is_what_its_journal_tells() {
    let dir = tempfile::tempdir().unwrap();
    let (file, zones) = ais_of("edge-loiter", dir.path());
    let feeder = Feeder::start(bursts(&fs::read(&file).unwrap(), 50, Duration::from_millis(8)));
    let config = fed_by(dir.path(), &zones, &feeder, LATENESS);
    let picket = killed_again_and_again(&config, 2, 1500);
    wait_for("all lines to be sent", || feeder.is_done().then_some(()));
    wait_for("an alert", || (picket.sequence() > 0).then_some(()));
    let before = picket.told();
    picket.kill();
    let picket = Picket::start(&config);
    let told = picket.told();
    assert_eq!(told[..before.len()], before, "what was told stays told");
    picket.stop();
    is_the_journals_replay(&told, &dir.path().join("data"));
}

#[test]
fn alerts_that_could_not_be_stored_before_a_stop_are_told_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let (file, zones) = ais_of("edge-loiter", dir.path());
    let feeder = Feeder::start(bursts(&fs::read(&file).unwrap(), 500, Duration::from_millis(1)));
    let config = fed_by(dir.path(), &zones, &feeder, LATENESS);
    let picket = Picket::start(&config);
    let store = rusqlite::Connection::open(dir.path().join("data/picket.sqlite")).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    wait_for("all lines to be sent", || feeder.is_done().then_some(()));
    wait_for("all lines to be taken", || {
        let feeds = picket.get("/api/v1/feeds");
        (feeds["feeds"][0]["frames"].as_u64().unwrap() >= 1000).then_some(())
    });
    thread::sleep(Duration::from_secs(2));
    assert_eq!(picket.sequence(), 0, "nothing could be stored");
    picket.signal("TERM");
    thread::sleep(Duration::from_secs(8));
    picket.kill();
    drop(store);
    let picket = Picket::start(&config);
    wait_for("the alerts", || (picket.sequence() > 0).then_some(()));
    let told = picket.told();
    picket.stop();
    assert!(!told.is_empty());
    is_the_journals_replay(&told, &dir.path().join("data"));
}

#[test]
fn a_snapshot_of_the_journal_serves_a_start_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (file, zones) = ais_of("edge-loiter", dir.path());
    let feeder = Feeder::start(bursts(&fs::read(&file).unwrap(), 500, Duration::from_millis(1)));
    let config = fed_by(dir.path(), &zones, &feeder, LATENESS);
    let picket = Picket::start(&config);
    wait_for("an alert", || (picket.sequence() > 0).then_some(()));
    wait_for("all lines to be sent", || feeder.is_done().then_some(()));
    let told = picket.told();
    picket.kill();
    let data = dir.path().join("data");
    let made = Command::new(env!("CARGO_BIN_EXE_picket")).arg("snapshot").arg(&data).args(["--until", "400"]).output();
    assert_eq!(String::from_utf8(made.unwrap().stdout).unwrap(), "400\n");
    assert!(data.join("engine.snapshot").exists());
    let picket = Picket::start(&config);
    assert_eq!(picket.told()[..told.len()], told, "what was told stays told");
    let told = picket.told();
    picket.stop();
    is_the_journals_replay(&told, &data);
}
