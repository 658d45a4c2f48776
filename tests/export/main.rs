//! `picket journal export`: what it writes is read back by others and by picket, with the same alerts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod peers;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use picket::edge::journal::{JournalHead, JournalWriter};
use picket::engine::input::{Feed, FeedId, FeedKind, Frame, Input};
use picket::engine::time::EventTime;
use picket::sim;
use serde_json::Value;
use tempfile::TempDir;

fn picket<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picket")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Exports a journal to a file; gives the summary.
fn export(journal: &Path, format: &str, out: &Path, more: &[&str]) -> Value {
    let arguments = ["journal", "export", journal.to_str().unwrap(), "--as", format, "--out", out.to_str().unwrap()];
    let output = picket(arguments.iter().chain(more));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(stderr(&output).lines().last().unwrap()).unwrap()
}

/// The final alerts of recordings.
fn alerts(files: &[&Path]) -> String {
    let files = files.iter().map(|file| file.to_str().unwrap());
    let output = picket(["replay", "--alerts", "-", "--final"].into_iter().chain(files));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// A line and when it was received.
type Heard = (i64, Vec<u8>);

/// The lines of a simulated feed as a receiver without clock gives them: no TAG blocks, received when they said.
fn untagged(scenario: &str, feed: &str) -> Vec<Heard> {
    let dir = TempDir::new().unwrap();
    sim::write(&sim::scenario(scenario, 1).unwrap(), dir.path()).unwrap();
    let text = fs::read_to_string(dir.path().join(feed)).unwrap();
    let mut latest = 0;
    let plain = |line: &str| {
        let (block, sentence) = line.strip_prefix('\\').and_then(|line| line.split_once('\\')).unwrap_or(("", line));
        let time = block.split([',', '*']).find_map(|field| field.strip_prefix("c:")).and_then(|c| c.parse().ok());
        latest = latest.max(time.map_or(0, |t: i64| if t < 100_000_000_000 { t * 1000 } else { t }));
        (latest, sentence.as_bytes().to_vec())
    };
    text.lines().map(plain).collect()
}

/// A journal of feeds: name, kind, what was heard, all in the order of time.
fn journal(dir: &Path, feeds: &[(&str, FeedKind, &[Heard])]) {
    let head = JournalHead {
        feeds: feeds.iter().map(|(name, kind, _)| Feed::new(name, *kind)).collect(),
        settings: serde_json::to_string(&picket::engine::limits::Limits::default()).unwrap(),
        zones: "[]".to_owned(),
        exercise: None,
    };
    let mut heard: Vec<(i64, u16, &[u8])> = Vec::new();
    for (feed, (_, _, lines)) in (0..).zip(feeds) {
        heard.extend(lines.iter().map(|(at, line)| (*at, feed, line.as_slice())));
    }
    heard.sort_by_key(|(at, ..)| *at);
    let start = heard.first().map_or(0, |(at, ..)| *at);
    let mut writer = JournalWriter::open(dir, &head, "test", EventTime::from_millis(start)).unwrap();
    for (at, feed, bytes) in heard {
        let frame = Frame { seq: 0, feed: FeedId(feed), received_at: EventTime::from_millis(at), bytes };
        writer.append(&Input::Frame(frame)).unwrap();
    }
    writer.finish().unwrap();
}

/// The loitering and the meeting of a scenario whose sentences tell no time, in a journal.
fn sea() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("journal");
    journal(&folder, &[("ais", FeedKind::Nmea, &untagged("transfer-under-way", "ais.nmea"))]);
    (dir, folder)
}

#[test]
fn both_exports_raise_the_alerts_of_the_journal() {
    let (dir, folder) = sea();
    let expected = alerts(&[&folder]);
    assert!(expected.contains("ship_to_ship"), "{expected}");
    for (format, name) in [("nmea", "ais.nmea"), ("pcap", "ais.pcap")] {
        let file = dir.path().join(name);
        let summary = export(&folder, format, &file, &[]);
        assert_eq!((&summary["frames"], &summary["left_out"]), (&summary["written"], &serde_json::json!({})));
        assert!(alerts(&[&file]) == expected, "{format}: other alerts");
    }
}

/// What is decoded of a recording, a feed's name for a station left out: that is what lines without stations are given.
fn decoded(file: &Path, feed: &str) -> Vec<Value> {
    let output = picket(["decode", file.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    let mut messages: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for message in messages.iter_mut().filter(|message| message["station"] == feed) {
        message.as_object_mut().unwrap().remove("station");
    }
    messages
}

#[test]
fn real_recordings_say_the_same_after_their_journal_and_its_export() {
    let Some(corpus) = support::corpus() else { return };
    for (name, ending) in [("dma_stream_20100611", "nmea.gz"), ("uscg_20060715", "ais"), ("ee_late_20120201", "txt.gz")]
    {
        let dir = TempDir::new().unwrap();
        let (file, folder) = (corpus.join(format!("{name}.{ending}")), dir.path().join("journal"));
        let replayed = picket(["replay", file.to_str().unwrap(), "--journal", folder.to_str().unwrap()]);
        assert!(replayed.status.success(), "{}", stderr(&replayed));
        let expected = decoded(&file, name);
        for format in ["nmea", "pcap"] {
            let out = dir.path().join(format!("{name}.{format}"));
            export(&folder, format, &out, &[]);
            assert!(decoded(&out, name) == expected, "{name} as {format}");
        }
    }
}

#[test]
fn a_part_can_be_chosen() {
    let dir = TempDir::new().unwrap();
    let line = |i: i64| (1_768_003_200_000 + i * 1000, format!("!AIVDM,1,1,,A,{i},0*00").into_bytes());
    let (ais, boats): (Vec<Heard>, Vec<Heard>) = ((0..10).map(line).collect(), (0..4).map(line).collect());
    let rows: Vec<Heard> = vec![(1_768_003_200_000, b"t,mmsi,lat,lon".to_vec())];
    let folder = dir.path().join("journal");
    journal(
        &folder,
        &[("ais", FeedKind::Nmea, &ais), ("boats", FeedKind::Nmea, &boats), ("rows", FeedKind::Csv, &rows)],
    );
    let out = dir.path().join("out");
    let summary = export(&folder, "nmea", &out, &[]);
    assert_eq!(
        (&summary["frames"], &summary["written"], &summary["left_out"]["rows of tables"]),
        (&15.into(), &14.into(), &1.into())
    );
    assert_eq!(summary["feeds"], serde_json::json!(["ais", "boats", "rows"]));
    let part = ["--feed", "ais", "--from", "2026-01-10T00:00:02Z", "--to", "2026-01-10T00:00:05Z"];
    assert_eq!(export(&folder, "nmea", &out, &part)["written"], 3);
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.starts_with("\\s:ais,c:1768003202000*") && text.ends_with("\\!AIVDM,1,1,,A,4,0*00\r\n"), "{text}");
    assert_eq!(export(&folder, "pcap", &out, &part)["written"], 3);
    let nothing = picket(["journal", "export", folder.to_str().unwrap(), "--as", "nmea", "--feed", "radar"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(
        stderr(&nothing).contains("the journal has no feed `radar`, only ais, boats, rows"),
        "{}",
        stderr(&nothing)
    );
    let nowhere = picket(["journal", "export", "/nowhere", "--as", "pcap"]);
    assert_eq!(nowhere.status.code(), Some(2));
}

#[test]
fn a_damaged_journal_says_so_and_gives_the_rest() {
    let (dir, folder) = sea();
    let whole = export(&folder, "nmea", &dir.path().join("whole.nmea"), &[])["written"].as_u64().unwrap();
    let mut segments: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    let mut bytes = fs::read(&segments[0]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(&segments[0], bytes).unwrap();
    let out = dir.path().join("damaged.nmea");
    let output =
        picket(["journal", "export", folder.to_str().unwrap(), "--as", "nmea", "--out", out.to_str().unwrap()]);
    let told = stderr(&output);
    assert!(output.status.success() && told.contains("corrupt"), "{told}");
    let summary: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    let written = summary["written"].as_u64().unwrap();
    assert!(written > 0 && written < whole, "{written} of {whole}");
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count() as u64, written);
}

#[test]
fn datagrams_are_lines_or_left_out() {
    let dir = TempDir::new().unwrap();
    let at = 1_768_003_200_000;
    let frames: Vec<Heard> = vec![
        (at, b"UdPbC\0\\s:AI1,n:7*00\\!AIVDM,1,1,,A,x,0*00\r\n\\s:AI1,n:8*00\\!AIVDM,1,1,,B,y,0*00\r\n".to_vec()),
        (at, b"RaUdP\0\x01\x02!".to_vec()),
        (at, b"# a comment".to_vec()),
    ];
    let folder = dir.path().join("journal");
    journal(&folder, &[("ais", FeedKind::Nmea, &frames)]);
    let out = dir.path().join("out.nmea");
    let summary = export(&folder, "nmea", &out, &[]);
    assert_eq!((&summary["frames"], &summary["written"]), (&3.into(), &2.into()));
    assert_eq!(
        summary["left_out"],
        serde_json::json!({"datagrams without sentences": 1, "lines without a sentence": 1})
    );
    let lines: Vec<String> = fs::read_to_string(&out).unwrap().lines().map(str::to_owned).collect();
    assert!(lines.iter().all(|line| line.starts_with("\\c:1768003200000*")), "{lines:?}");
    assert_eq!(export(&folder, "pcap", &out, &[])["written"], 3);
}
