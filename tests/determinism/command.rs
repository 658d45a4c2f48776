//! The command itself: on one thread or two, with its files in any order, from its journal, after a kill.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use picket::edge::recording::{Kind, Recording, RecordingFile, RecordingOptions};
use picket::sim::rng::Rng;
use tempfile::TempDir;

use crate::play::play;
use crate::sea::{QUICK, Sea, con_dao, events, national, national_file, seeds};

fn replay() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
    command.arg("replay").stdin(Stdio::null());
    command
}

/// Runs the command with alerts and tracks written to `folder` and compares them with those of the sea.
fn assert_same(command: &mut Command, sea: &Sea, folder: &Path, what: &str) {
    let (alerts, tracks) = (folder.join("alerts.jsonl"), folder.join("tracks.jsonl"));
    let output = command.arg("--alerts").arg(&alerts).arg("--tracks").arg(&tracks).output().unwrap();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    assert!(fs::read_to_string(&alerts).unwrap() == text(&sea.lines.alerts), "{what}: other alerts");
    assert!(fs::read_to_string(&tracks).unwrap() == text(&sea.lines.tracks), "{what}: other tracks");
}

fn settings(sea: &Sea) -> PathBuf {
    sea.folder.as_ref().unwrap().path().join("picket.toml")
}

#[test]
fn one_thread_or_two_files_in_any_order_and_the_journal_are_the_same() {
    let (sea, folder) = (con_dao(), TempDir::new().unwrap());
    let journal = folder.path().join("journal");
    let mut two = replay();
    two.arg("--config").arg(settings(sea)).args(["--threads", "2", "--journal"]).arg(&journal);
    assert_same(&mut two, sea, folder.path(), "two threads");
    let mut backward = replay();
    backward.args(sea.files.iter().rev().map(|file| &file.path));
    backward.arg("--config").arg(settings(sea)).args(["--threads", "1"]);
    assert_same(&mut backward, sea, folder.path(), "one thread, files in another order");
    assert_same(replay().arg(&journal), sea, folder.path(), "the journal alone");
    torn_journals_give_a_beginning(sea, &journal);
}

/// What is left of a journal whose last segment is cut anywhere gives the beginning of the same lines.
fn torn_journals_give_a_beginning(sea: &Sea, journal: &Path) {
    let mut segments: Vec<PathBuf> = fs::read_dir(journal).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    let (last, whole) = (segments.last().unwrap(), segments.len() - 1);
    for seed in seeds(3) {
        let torn = TempDir::new().unwrap();
        for segment in &segments[..whole] {
            fs::copy(segment, torn.path().join(segment.file_name().unwrap())).unwrap();
        }
        let bytes = fs::read(last).unwrap();
        let cut = bytes.len() / 10 + Rng::new(seed, "cut").below(bytes.len() * 9 / 10);
        fs::write(torn.path().join(last.file_name().unwrap()), &bytes[..cut]).unwrap();
        let file = RecordingFile { path: torn.path().to_owned(), kind: Kind::Auto, feed: None };
        let mut recording = Recording::open(&[file], &RecordingOptions::default()).unwrap();
        let lines = play(&sea.config, &events(&mut recording));
        assert!(sea.lines.alerts.starts_with(&lines.alerts), "cut at {cut}: alerts");
        assert!(sea.lines.tracks.starts_with(&lines.tracks) && !lines.tracks.is_empty(), "cut at {cut}: tracks");
    }
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum()
}

#[test]
fn what_a_killed_run_had_written_follows_from_its_journal() {
    let (sea, folder) = (con_dao(), TempDir::new().unwrap());
    let (journal, alerts) = (folder.path().join("journal"), folder.path().join("alerts.jsonl"));
    let mut command = replay();
    command.arg("--config").arg(settings(sea)).args(["--speed", "3000", "--journal"]).arg(&journal);
    let mut run = command.arg("--alerts").arg(&alerts).stderr(Stdio::null()).spawn().unwrap();
    while bytes_below(&journal) < 3_000_000 && run.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(run.kill());
    run.wait().unwrap();
    let told = fs::read(&alerts).unwrap();
    let again = folder.path().join("again.jsonl");
    assert!(replay().arg(&journal).arg("--alerts").arg(&again).status().unwrap().success());
    let again = fs::read(&again).unwrap();
    let whole: String = sea.lines.alerts.iter().map(|line| format!("{line}\n")).collect();
    assert!(again.starts_with(&told), "nothing was told that the journal does not tell again");
    assert!(whole.as_bytes().starts_with(&again), "the journal gives a beginning");
}

#[test]
fn a_real_feed_is_the_same_from_its_journal_without_its_settings() {
    let (Some(sea), Some(path)) = (national(), national_file()) else { return };
    let folder = TempDir::new().unwrap();
    let journal = folder.path().join("journal");
    let mut command = replay();
    command.arg(path).args(QUICK.iter().flat_map(|text| ["--set", text])).arg("--journal").arg(&journal);
    assert_same(&mut command, sea, folder.path(), "two threads");
    assert_same(replay().arg(&journal).args(["--threads", "1"]), sea, folder.path(), "the journal on one thread");
}
