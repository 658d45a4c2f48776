//! Recordings of ASTERIX through the program: lines, refusals, replay, the journal, what the radar adds.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use picket::sim::{self, RadarWire};
use serde_json::Value;
use tempfile::TempDir;

use super::{datagram, target};

fn picket<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_picket")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(bytes).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn summary(output: &Output) -> Value {
    serde_json::from_str(String::from_utf8_lossy(&output.stderr).lines().last().unwrap()).unwrap()
}

/// A night in which a tanker switches her AIS off under radar, told by a radar of this kind.
fn night(wire: RadarWire) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut world = sim::scenario("tanker-dark", 1).unwrap();
    world.radar_wire = wire;
    sim::write(&world, folder.path()).unwrap();
    folder
}

static NIGHT: LazyLock<TempDir> = LazyLock::new(|| night(RadarWire::Asterix));

/// The radar's file of a night.
fn radar(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|end| end == "ast")).unwrap().display().to_string()
}

fn replay(folder: &Path, more: &[&str]) -> Output {
    let (config, zones) = (folder.join("picket.toml"), folder.join("zones"));
    let base = ["replay", "--config", config.to_str().unwrap(), "--zones", zones.to_str().unwrap(), "--alerts", "-"];
    picket(base.iter().chain(more))
}

#[test]
fn a_file_of_blocks_is_told_record_by_record() {
    let output = picket(["decode", &radar(NIGHT.path())]);
    let told = lines(&output.stdout);
    let cycle = told.iter().find(|line| line["message_type"] == 2).unwrap();
    assert_eq!((&cycle["category"], &cycle["sac"], &cycle["sic"]), (&10.into(), &7.into(), &1.into()));
    let track = told.iter().find(|line| line["message_type"] == 1 && line.get("vx_m_s").is_some()).unwrap();
    for field in ["time_of_day_s", "track_number", "x_m", "y_m", "vx_m_s", "vy_m_s", "items"] {
        assert!(!track[field].is_null(), "{field} in {track}");
    }
    assert!(track.get("lat").is_none() && track.get("sentence").is_none(), "{track}");
    let counts = lines(&picket(["decode", "--count", &radar(NIGHT.path())]).stdout);
    assert_eq!(counts[0]["category"], 10);
    assert_eq!(counts[0]["count"].as_u64(), Some(told.len() as u64));
}

#[test]
fn a_site_and_a_day_make_places_and_times() {
    let (radar, folder) = (radar(NIGHT.path()), TempDir::new().unwrap());
    let site = folder.path().join("site.toml");
    fs::write(&site, "lat = 8.68\nlon = 106.6\n").unwrap();
    let site = format!("{radar}={}", site.display());
    let output = picket(["decode", &radar, "--site", &site, "--date", "2026-01-10"]);
    let told = lines(&output.stdout);
    assert!(told.iter().filter(|line| line.get("x_m").is_some()).all(|line| line.get("lat").is_some()));
    assert!(told.iter().all(|line| line["observed_at"].as_str().is_some_and(|at| at.starts_with("2026-01-1"))));
}

#[test]
fn what_is_refused_is_told_with_its_place() {
    let folder = TempDir::new().unwrap();
    let (file, rejects) = (folder.path().join("bad.bin"), folder.path().join("rejects.jsonl"));
    let plot = datagram(10, target().with(40, &[0x27, 0x10, 0, 0]));
    fs::write(&file, [plot.clone(), vec![10, 0, 5, 0xff, 0xff], plot, vec![10, 0, 1]].concat()).unwrap();
    let arguments = ["decode", "--kind", "asterix", file.to_str().unwrap(), "--rejects", rejects.to_str().unwrap()];
    let told = lines(&picket(arguments).stdout);
    assert_eq!((told.len(), told[0]["range_m"].as_f64()), (2, Some(10_000.0)));
    let refused = lines(&fs::read(&rejects).unwrap());
    let reasons: Vec<_> = refused.iter().map(|line| (line["line"].as_u64(), line["reason"].as_str())).collect();
    let expected = [(Some(2), Some("asterix_block")), (Some(4), Some("asterix_block"))];
    assert_eq!(reasons, expected);
    assert_eq!(refused[0]["bytes_latin1"], "\n\u{0}\u{5}\u{ff}\u{ff}");
}

#[test]
fn the_radar_confirms_that_a_tanker_went_dark() {
    let dark = |output: &Output| {
        let alerts = lines(&output.stdout).into_iter().filter(|alert| alert["kind"] == "dark_period");
        alerts.map(|alert| (alert["key"].clone(), alert["priority"].clone())).collect::<Vec<_>>()
    };
    let by_asterix = replay(NIGHT.path(), &["--final"]);
    let by_sentences = replay(night(RadarWire::Ttm).path(), &["--final"]);
    assert!(!dark(&by_asterix).is_empty());
    assert_eq!(dark(&by_asterix), dark(&by_sentences));
    assert_eq!(summary(&by_asterix)["rejects"], serde_json::json!({}));
}

#[test]
fn plots_are_counted_and_passed_over() {
    let folder = night(RadarWire::Plots);
    let output = replay(folder.path(), &["--final"]);
    let told = summary(&output);
    assert!(told["plots"].as_u64().unwrap() > 1000 && told["radar_scans"].as_u64().unwrap() > 100, "{told}");
    assert_eq!(told["rejects"], serde_json::json!({}));
}

#[test]
fn a_journal_gives_the_same_again() {
    let journal = TempDir::new().unwrap();
    let path = journal.path().join("journal");
    let first = replay(NIGHT.path(), &["--final", "--journal", path.to_str().unwrap()]);
    let again = picket(["replay", path.to_str().unwrap(), "--alerts", "-", "--final"]);
    assert!(!first.stdout.is_empty());
    assert_eq!(String::from_utf8_lossy(&first.stdout), String::from_utf8_lossy(&again.stdout));
}

#[test]
fn one_thread_and_two_say_the_same() {
    let one = replay(NIGHT.path(), &["--threads", "1"]);
    assert_eq!(one.stdout, replay(NIGHT.path(), &["--threads", "2"]).stdout);
}
