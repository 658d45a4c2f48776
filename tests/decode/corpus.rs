//! Real recordings, by the program itself: counts that others published or that were counted by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::support::corpus;

/// The lines and the refused lines of `picket decode`.
pub fn picket_decode(file: &std::path::Path) -> (Vec<Value>, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let rejects = folder.path().join("rejects.jsonl");
    let output = Command::new(env!("CARGO_BIN_EXE_picket"))
        .arg("decode")
        .arg(file)
        .arg("--rejects")
        .arg(&rejects)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines(&String::from_utf8(output.stdout).unwrap()), lines(&std::fs::read_to_string(&rejects).unwrap()))
}

fn is_position(line: &Value) -> bool {
    matches!(line["type"].as_u64(), Some(1..=3 | 18 | 19 | 27))
}

#[test]
fn a_national_feed() {
    let Some(corpus) = corpus() else { return };
    let (lines, rejects) = picket_decode(&corpus.join("dma_national_5min_20131112.nmea.gz"));
    let positions: Vec<&Value> = lines.iter().filter(|line| is_position(line)).collect();
    let vessels: BTreeSet<u64> = positions.iter().filter_map(|line| line["mmsi"].as_u64()).collect();
    assert_eq!((positions.len(), vessels.len(), rejects.len()), (24_688, 1438, 0));
    let times: Vec<&str> = lines.iter().filter_map(|line| line["received_at"].as_str()).collect();
    assert_eq!(times.iter().min(), Some(&"2013-11-12T12:00:00.011Z"));
    assert!(times.iter().max().is_some_and(|last| last.starts_with("2013-11-12T12:04:59.9")));
    let mut seconds: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for line in positions.iter().filter(|line| line["utc_second"].as_u64().is_some_and(|s| s < 60)) {
        let entry = seconds.entry(line["mmsi"].as_u64().unwrap()).or_default();
        entry.0 += 1;
        entry.1 += usize::from(line["utc_second_suspect"] == true);
    }
    let unrelated = seconds.values().filter(|(all, suspect)| all == suspect).count();
    assert!((100..=140).contains(&unrelated), "{unrelated} vessels never send the right second");
}

#[test]
fn late_satellite_messages_tell_both_times() {
    let Some(corpus) = corpus() else { return };
    let (lines, _) = picket_decode(&corpus.join("ee_late_20120201.txt.gz"));
    assert_eq!(lines.len(), 1125);
    let time =
        |line: &Value, key: &str| picket::engine::time::EventTime::from_iso(line[key].as_str().unwrap()).unwrap();
    let mut late: Vec<i64> =
        lines.iter().map(|l| (time(l, "received_at") - time(l, "observed_at")).millis() / 60_000).collect();
    late.sort_unstable();
    assert!((50..=60).contains(&late[late.len() / 2]) && late.last() == Some(&112), "{:?}", late.last());
}

/// gpsd's own expectations for its sample, type by type: counts, senders, positions, names.
#[test]
fn the_sample_of_gpsd() {
    let Some(corpus) = corpus() else { return };
    let (lines, _) = picket_decode(&corpus.join("gpsd/sample.aivdm"));
    let expected = std::fs::read(corpus.join("gpsd/sample.aivdm.js.chk")).unwrap();
    let expected: Vec<Value> =
        String::from_utf8_lossy(&expected).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let key = |mmsi: &Value, kind: &Value| (mmsi.as_u64().unwrap_or(0), kind.as_u64().unwrap_or(0));
    let ours: BTreeSet<_> = lines.iter().map(|line| key(&line["mmsi"], &line["type"])).collect();
    let missing: Vec<_> =
        expected.iter().map(|line| key(&line["mmsi"], &line["type"])).filter(|k| !ours.contains(k)).collect();
    assert!(expected.len() > 50, "{}", expected.len());
    assert!(missing.is_empty(), "{missing:?}");
}
