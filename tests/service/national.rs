//! A real national feed, live at its own pace: five minutes each, run by name (`docs/operating.md`, "What was measured").

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use picket::edge::batch::Batch;
use picket::edge::recording::{Kind, Recording, RecordingFile, RecordingOptions};
use picket::engine::input::Input;
use picket::engine::time::EventTime;
use picket::sim::rng::Rng;
use serde_json::Value;

use crate::live::{is_the_journals_replay, same};
use crate::support::{Burst, Feeder, Picket, replay, replayed, wait_for};
use crate::tests_support::corpus;

/// The recording's name.
const FILE: &str = "dma_national_5min_20131112.nmea.gz";
/// Rules so quick that five minutes raise thousands of alerts; the whole sea is the zone.
const QUICK: &str = "[detect]\nloitering.inform_s = 60\nloitering.alert_s = 120\nship_to_ship.tiers = \"500m:60s\"\n";

/// The recording's lines, each burst as long after the one before as it was received.
fn paced(file: &Path) -> Vec<Burst> {
    let file = RecordingFile { path: file.to_owned(), kind: Kind::Auto, feed: None };
    let mut recording = Recording::open(&[file], &RecordingOptions::default()).unwrap();
    let (mut batch, mut bursts) = (Batch::default(), Vec::<Burst>::new());
    let mut last: Option<EventTime> = None;
    while recording.next_batch(&mut batch) {
        for input in batch.inputs() {
            let Input::Frame(frame) = input else { continue };
            let since = last.map_or(0, |last| (frame.received_at - last).millis().max(0));
            last = last.max(Some(frame.received_at));
            if since > 0 || bursts.is_empty() {
                bursts.push((Duration::from_millis(since as u64), Vec::new()));
            }
            let (_, bytes) = bursts.last_mut().unwrap();
            bytes.extend_from_slice(frame.bytes);
            bytes.extend_from_slice(b"\r\n");
        }
    }
    bursts
}

/// The recording, if there is one, and the settings of a picket that is fed with it.
fn national(dir: &Path) -> Option<(PathBuf, Feeder, PathBuf)> {
    let file = corpus()?.join(FILE);
    let feeder = Feeder::start(paced(&file));
    let config = dir.join("picket.toml");
    let name = FILE.strip_suffix(".nmea.gz").unwrap();
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[data]\ndir = \"data\"\n{QUICK}[[feed]]\nname = \"{name}\"\nkind = \"nmea\"\n\
         url = \"tcp://{}\"\n",
        feeder.address
    );
    std::fs::write(&config, text).unwrap();
    Some((file, feeder, config))
}

#[test]
#[ignore = "five minutes, and a real recording: run it by name with PICKET_CORPUS"]
fn the_national_recording_live_tells_what_its_replay_tells() {
    let dir = tempfile::tempdir().unwrap();
    let Some((file, feeder, config)) = national(dir.path()) else { return };
    let expected = replay(&["--config", config.to_str().unwrap(), file.to_str().unwrap()]);
    let picket = Picket::start(&config);
    thread::sleep(Duration::from_secs(280));
    wait_for("all lines to be sent", || feeder.is_done().then_some(()));
    wait_for("all alerts", || (picket.sequence() >= expected.len() as u64).then_some(()));
    let told = picket.told();
    picket.stop();
    let live: Vec<Value> = told.iter().map(|(_, line)| replayed(line)).collect();
    let raised = |lines: &[Value]| lines.iter().filter(|line| line["revision"] == 1).count();
    println!("live: {} lines, {} alerts; replay: {}, {}", live.len(), raised(&live), expected.len(), raised(&expected));
    let ids = |lines: &[Value]| {
        let raised = lines.iter().filter(|line| line["revision"] == 1);
        raised.map(|line| line["id"].as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    let (live_ids, expected_ids) = (ids(&live), ids(&expected));
    let (only_live, only_replay) = (&live_ids - &expected_ids, &expected_ids - &live_ids);
    println!("alerts only live: {only_live:?}; only in the replay: {only_replay:?}");
    same(&live[..expected.len().min(live.len())], &expected);
    is_the_journals_replay(&told, &dir.path().join("data"));
}

#[test]
#[ignore = "five minutes, and a real recording: run it by name with PICKET_CORPUS"]
fn killed_fifty_times_under_the_national_feed_nothing_is_lost_or_told_twice() {
    let dir = tempfile::tempdir().unwrap();
    let Some((_, feeder, config)) = national(dir.path()) else { return };
    let mut rng = Rng::new(50, "kills");
    let began = Instant::now();
    let mut told: Vec<(u64, String)> = Vec::new();
    for kill in 1..=50 {
        let picket = Picket::start(&config);
        thread::sleep(Duration::from_millis(1000 + rng.below(9000) as u64));
        let now = picket.told();
        assert!(now.len() >= told.len() && now[..told.len()] == told[..], "what was told stays told");
        told = now;
        picket.kill();
        println!("kill {kill} after {:.0} s: {} lines told", began.elapsed().as_secs_f64(), told.len());
    }
    let picket = Picket::start(&config);
    wait_for("all lines to be sent", || feeder.is_done().then_some(()));
    thread::sleep(Duration::from_secs(5));
    let last = picket.told();
    assert_eq!(last[..told.len()], told);
    picket.stop();
    let raised: Vec<Value> = last.iter().map(|(_, line)| replayed(line)).filter(|line| line["revision"] == 1).collect();
    let ids: std::collections::BTreeSet<&str> = raised.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), raised.len(), "no alert is raised twice");
    println!("{} lines, {} alerts", last.len(), raised.len());
    is_the_journals_replay(&last, &dir.path().join("data"));
}
