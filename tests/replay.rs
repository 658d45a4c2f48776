//! `picket replay`, run as its users run it: what it writes, what it says last, and how it refuses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use picket::sim;
use serde_json::Value;
use tempfile::TempDir;

/// A small scenario in a folder of its own.
static SEA: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    sim::write(&sim::scenario("transfer-under-way", 1).unwrap(), folder.path()).unwrap();
    folder
});

/// Its AIS feed.
fn ais() -> PathBuf {
    SEA.path().join("ais.nmea")
}

fn replay<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
    command.arg("replay").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Runs it on one file with more arguments.
fn replay_file(path: &Path, arguments: &[&str]) -> Output {
    replay([path.to_str().unwrap()].iter().chain(arguments))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The summary: the last line on standard error.
fn summary(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    serde_json::from_str(stderr(output).lines().last().unwrap()).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Fails unless the run ends with this code and says all of these words.
fn assert_refused(output: &Output, code: i32, words: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    assert!(stdout(output).is_empty());
}

#[test]
fn the_last_line_is_the_summary() {
    let output = replay_file(&ais(), &[]);
    let summary = summary(&output);
    assert!(stdout(&output).is_empty(), "nothing goes to standard output unasked");
    for key in ["reports", "tracks", "reports_per_s", "span_s"] {
        assert!(summary[key].as_f64().unwrap() > 0.0, "{key}: {summary}");
    }
    assert!(summary["rejects"].as_object().unwrap().is_empty());
    assert!(summary["alerts"].as_object().unwrap().values().all(Value::is_u64));
    assert!((6000.0..6400.0).contains(&summary["span_s"].as_f64().unwrap()), "{summary}");
}

#[test]
fn a_file_that_cannot_be_read_or_written_ends_with_2() {
    let folder = TempDir::new().unwrap();
    assert_refused(&replay(["/nowhere/ais.nmea"]), 2, &["cannot read /nowhere/ais.nmea: "]);
    assert_refused(&replay_file(folder.path(), &[]), 2, &["it is not a journal"]);
    assert_refused(
        &replay_file(&ais(), &["--config", "/nowhere/picket.toml"]),
        2,
        &["cannot read /nowhere/picket.toml"],
    );
    assert_refused(&replay_file(&ais(), &["--zones", "/nowhere"]), 2, &["cannot read /nowhere"]);
    assert_refused(&replay_file(&ais(), &["--alerts", "/nowhere/a.jsonl"]), 2, &["cannot write /nowhere/a.jsonl: "]);
}

#[test]
fn wrong_settings_end_with_3_and_say_where() {
    let folder = TempDir::new().unwrap();
    let output = replay_file(&ais(), &["--set", "loitering.max_knot=2"]);
    assert_refused(&output, 3, &["unknown key `loitering.max_knot`; the nearest: loitering.max_kn"]);
    let key = write(&folder, "key.toml", "[detect]\nloitering.max_kn = 2\n\n[detec]\n");
    let output = replay_file(&ais(), &["--config", key.to_str().unwrap()]);
    assert_refused(&output, 3, &["key.toml:4:2: ", "detec"]);
    let limit = write(&folder, "limit.toml", "[detect]\nloitering.max_knots = 2\n");
    let output = replay_file(&ais(), &["--config", limit.to_str().unwrap()]);
    assert_refused(&output, 3, &["limit.toml:2:11: unknown key `loitering.max_knots`"]);
    assert_refused(&replay_file(&ais(), &["--profile", "fleet"]), 3, &["profile `fleet`"]);
}

#[test]
fn a_polygon_that_crosses_itself_ends_with_3_and_says_where() {
    let folder = TempDir::new().unwrap();
    let zone = r#"{"type":"Feature","properties":{"id":"bow","name":"Bow","kind":"patrol","squadron":"3"},"geometry":"#;
    let ring = r#"{"type":"Polygon","coordinates":[[[106,8],[107,9],[107,8],[106,9],[106,8]]]}}"#;
    write(&folder, "bow.geojson", format!("{{\"type\":\"FeatureCollection\",\"features\":[\n\n{zone}{ring}\n]}}\n"));
    let output = replay_file(&ais(), &["--zones", folder.path().to_str().unwrap()]);
    assert_refused(&output, 3, &["bow.geojson:3:", "`bow`", "self-intersection near"]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_cut_archive_is_replayed_as_far_as_it_goes() {
    let folder = TempDir::new().unwrap();
    let packed = gzip(&fs::read(ais()).unwrap());
    let cut = packed.len() * 2 / 3;
    let path = write(&folder, "ais.nmea.gz", &packed[..cut]);
    let output = replay_file(&path, &[]);
    let text = stderr(&output);
    let warning = text.lines().find(|line| line.contains("damaged at byte")).unwrap_or_else(|| panic!("{text}"));
    assert!(warning.contains("ais.nmea.gz") && warning.contains(&format!("byte {cut} ")), "{warning}");
    let (part, whole) = (summary(&output), summary(&replay_file(&ais(), &[])));
    let share = part["lines"].as_f64().unwrap() / whole["lines"].as_f64().unwrap();
    assert!((0.5..0.8).contains(&share), "{share} of the lines");
}

#[test]
fn rubbish_and_nothing_end_with_0() {
    let folder = TempDir::new().unwrap();
    let mut rng = sim::rng::Rng::new(1, "rubbish");
    let bytes: Vec<u8> = (0..200_000).map(|_| rng.below(256) as u8).collect();
    let output = replay_file(&write(&folder, "rubbish.bin", bytes), &["--alerts", "-"]);
    let refused: u64 = summary(&output)["rejects"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert!(refused > 100 && stdout(&output).is_empty(), "{}", stderr(&output));
    for name in ["empty.nmea", "empty.csv", "empty.nmea.gz"] {
        let output = replay_file(&write(&folder, name, ""), &["--alerts", "-", "--tracks", "-"]);
        let summary = summary(&output);
        assert_eq!((&summary["reports"], &summary["lines"]), (&0.into(), &0.into()), "{name}: {summary}");
        assert!(summary["from"].is_null() && stdout(&output).is_empty(), "{name}");
    }
}

#[test]
fn nothing_to_replay_is_said() {
    let output = replay::<&str>([]);
    assert_ne!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("nothing to replay"), "{}", stderr(&output));
}

#[test]
fn a_settings_file_names_its_own_feeds_and_zones() {
    let config = SEA.path().join("picket.toml");
    let output = replay(["--config", config.to_str().unwrap(), "--alerts", "-"]);
    assert!(summary(&output)["alerts"]["ship_to_ship"].as_u64().unwrap() >= 1, "{}", stderr(&output));
    let alerts = lines(&output);
    assert!(alerts.iter().any(|alert| alert["zone"] == "con-dao" && alert["squadron"] == "3"));
}

#[test]
fn final_lines_are_each_alerts_last_state() {
    let config = SEA.path().join("picket.toml");
    let config = config.to_str().unwrap();
    let live = lines(&replay(["--config", config, "--alerts", "-"]));
    let last = lines(&replay(["--config", config, "--alerts", "-", "--final"]));
    let mut ids: Vec<&str> = live.iter().filter_map(|alert| alert["id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let retracted = live.iter().filter(|alert| alert["state"] == "retracted").count();
    assert_eq!(last.len(), ids.len() - retracted);
    assert!(!last.is_empty());
    for alert in &last {
        for absent in ["id", "revision", "cause", "raised_at"] {
            assert!(alert.get(absent).is_none(), "{absent}");
        }
        let state = live.iter().rev().find(|other| other["key"] == alert["key"]).unwrap();
        assert_eq!((&state["onset"], &state["end"]), (&alert["onset"], &alert["end"]));
    }
    let place = |alert: &Value| (alert["onset"].to_string(), alert["key"].to_string());
    assert!(last.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])), "sorted by onset and key");
}

#[test]
fn a_part_of_the_time_is_replayed() {
    let (from, to) = ("2026-01-10T12:30:00Z", "2026-01-10T13:00:00Z");
    let part = summary(&replay_file(&ais(), &["--from", from, "--to", to]));
    assert!((1700.0..=1810.0).contains(&part["span_s"].as_f64().unwrap()), "{part}");
    assert!(part["from"].as_str().unwrap() > "2026-01-10T12:29:50" && part["to"].as_str().unwrap() < to, "{part}");
    let none = summary(&replay_file(&ais(), &["--from", "2027-01-01"]));
    assert_eq!(none["reports"], 0);
    let output = replay_file(&ais(), &["--from", "yesterday"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("ISO 8601"), "{}", stderr(&output));
}

#[test]
fn a_journal_is_replayed_from_an_instant_with_all_that_came_before_judged() {
    let folder = TempDir::new().unwrap();
    let journal = folder.path().join("journal");
    let settings = SEA.path().join("picket.toml");
    let whole =
        replay(["--config", settings.to_str().unwrap(), "--alerts", "-", "--journal", journal.to_str().unwrap()]);
    let part = stdout(&replay_file(&journal, &["--from", "2026-01-10T13:20:00Z", "--alerts", "-"]));
    assert!(!part.is_empty() && part.len() < stdout(&whole).len());
    assert!(stdout(&whole).ends_with(&part), "the same lines, ids and revisions, from then on");
}

#[test]
fn tracks_come_at_multiples_of_the_step() {
    let output = replay_file(&ais(), &["--tracks", "-", "--tracks-every-s", "300"]);
    let tracks = lines(&output);
    assert!(tracks.len() > 100);
    let mut before = 0.0;
    for track in &tracks {
        let t = track["t"].as_f64().unwrap();
        assert!(t % 300.0 == 0.0 && t >= before, "{track}");
        before = t;
        let keys =
            ["track", "lat", "lon", "sog_kn", "cog_deg", "mmsi", "mmsi_confidence", "class", "sources", "sigma_m"];
        assert!(keys.iter().all(|key| track.get(key).is_some()), "{track}");
    }
}

#[test]
fn standard_input_is_a_recording_too() {
    let bytes = fs::read(ais()).unwrap();
    for bytes in [gzip(&bytes), bytes] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
        command.args(["replay", "-", "--tracks", "-"]).stdin(Stdio::piped());
        let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = run.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(&bytes).unwrap());
        let output = run.wait_with_output().unwrap();
        writer.join().unwrap();
        let from_file = replay_file(&ais(), &["--tracks", "-"]);
        assert_eq!(summary(&output)["reports"], summary(&from_file)["reports"]);
        assert!(stdout(&output) == stdout(&from_file), "the same track lines");
    }
}

/// A table of two ships that meet, drift together for two hours and part.
fn table() -> String {
    let mut text = "BaseDateTime,MMSI,LAT,LON,SOG,COG,VesselName\n".to_owned();
    for minute in 0..240u32 {
        let apart = 60u32.saturating_sub(minute).max(minute.saturating_sub(180));
        for (mmsi, side) in [(574_000_001, 1.0), (574_000_002, -1.0)] {
            let lon = 106.5 + side * (0.0002 + f64::from(apart) * 0.002);
            let (sog, cog) = if apart > 0 { (7.1, if minute < 60 { 180.0 } else { 0.0 }) } else { (0.1, 0.0) };
            let time = format!("2026-01-10T{:02}:{:02}:00", 3 + minute / 60, minute % 60);
            text += &format!("{time},{mmsi},8.45,{lon:.6},{sog},{cog},SHIP {}\n", mmsi % 10);
        }
    }
    text
}

#[test]
fn a_table_is_a_recording_too() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "ships.csv", table());
    let output = replay_file(&path, &["--alerts", "-"]);
    let summary = summary(&output);
    assert_eq!((&summary["reports"], &summary["vessels"]), (&480.into(), &2.into()), "{summary}");
    let alerts = lines(&output);
    let meeting = alerts.iter().find(|alert| alert["kind"] == "ship_to_ship").unwrap();
    let mut names: Vec<&str> =
        meeting["subjects"].as_array().unwrap().iter().filter_map(|s| s["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["SHIP 1", "SHIP 2"]);
    assert!(alerts.iter().any(|alert| alert["kind"] == "loitering"));
}

#[test]
fn real_tables_are_recordings_too() {
    let Some(corpus) = support::corpus() else { return };
    for (name, vessels) in [("noaa_virginiabeach_20200604_06.csv.gz", 84), ("solent_20160112.csv.gz", 91)] {
        let output = replay_file(&corpus.join(name), &["--tracks", "-"]);
        let summary = summary(&output);
        assert_eq!(summary["vessels"], vessels, "{name}: {summary}");
        assert!(summary["rejects"].as_object().unwrap().is_empty(), "{name}: {summary}");
        assert!(lines(&output).len() > 100, "{name}");
    }
}
