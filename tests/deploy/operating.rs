//! docs/operating.md: its commands, metrics, messages, files and folders are those of the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Picket, assert_options_exist, quoted, read, table, wait_for};

const PAGE: &str = "docs/operating.md";

/// A recording that raises alerts, and a line in it that cannot be read, as the feeds of settings in this folder.
fn played(dir: &Path) -> PathBuf {
    let recording = Path::new("replay/edge-loiter").canonicalize().unwrap();
    let bad = dir.join("bad.nmea");
    fs::write(&bad, "\\c:1768046400*51\\!AIVDM,1,1,,A,nonsense,0*00\n").unwrap();
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[data]\ndir = \"data\"\n[clock]\nrate = 10000\nopening_s = 864000\n\
         [zones]\ndir = {zones:?}\n[[feed]]\nname = \"ais\"\nkind = \"nmea\"\npath = {ais:?}\n\
         [[feed]]\nname = \"bad\"\nkind = \"nmea\"\ndate = \"2026-01-10\"\npath = {bad:?}\n",
        zones = recording.join("zones"),
        ais = recording.join("ais.nmea.gz"),
    );
    let config = dir.join("picket.toml");
    fs::write(&config, text).unwrap();
    config
}

/// The alerts a picket tells of.
fn alerts(picket: &Picket) -> Value {
    serde_json::from_str(&picket.get("/api/v1/alerts", None).1).unwrap()
}

/// A picket that has told all its recording holds.
fn has_played(config: &Path) -> Picket {
    let picket = Picket::start(config);
    wait_for("the end of the recording", || {
        fs::read_to_string(config.with_file_name("picket.log")).unwrap().contains("the recording is over").then_some(())
    });
    wait_for("its alerts", || (alerts(&picket)["sequence"].as_u64()? > 0).then_some(()));
    picket
}

/// Name and type of each metric, a counter by the name of its samples.
fn metrics(text: &str) -> BTreeSet<(String, String)> {
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let name = |name: &str, kind: &str| if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
    families.map(|(of, kind)| (name(of, kind), kind.to_owned())).collect()
}

#[test]
fn it_lists_the_metrics_that_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let picket = has_played(&played(dir.path()));
    let listed: BTreeSet<(String, String)> =
        table(PAGE, "metric").into_iter().map(|row| (quoted(&row[0]).concat(), row[1].clone())).collect();
    wait_for("every metric that is listed", || {
        let there = metrics(&picket.get("/metrics", None).1);
        let unlisted: Vec<_> = there.difference(&listed).collect();
        assert!(unlisted.is_empty(), "not in {PAGE}: {unlisted:?}");
        // Those of radars come with the first radar whose bias is known; this recording has none.
        listed.difference(&there).all(|(name, _)| name.starts_with("picket_radar_")).then_some(())
    });
}

/// Files and folders of a data folder, without what SQLite puts beside its own.
fn names(data: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(data).unwrap().map(|entry| entry.unwrap());
    let names = entries.map(|entry| {
        let slash = if entry.path().is_dir() { "/" } else { "" };
        format!("{}{slash}", entry.file_name().to_string_lossy())
    });
    names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect()
}

#[test]
fn it_lists_what_is_in_the_data_folder_and_a_copy_of_that_is_a_backup() {
    let dir = tempfile::tempdir().unwrap();
    let config = played(dir.path());
    has_played(&config).stop();
    let data = dir.path().join("data");
    assert_eq!(names(&data), table(PAGE, "name").iter().flat_map(|row| quoted(&row[0])).collect());

    let backup = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-a").arg(&data).arg(&config).arg(backup.path()).status().unwrap();
    assert!(copied.success());
    let told = |config: &Path| {
        let picket = Picket::start(config);
        let told = alerts(&picket);
        picket.stop();
        told
    };
    assert_eq!(told(&backup.path().join("picket.toml")), told(&config));
}

/// Lines of a page's code blocks, and what stands between backticks elsewhere.
fn code(page: &str) -> Vec<String> {
    let text = read(page);
    let (prose, blocks): (Vec<_>, Vec<_>) = text.split("```").enumerate().partition(|(place, _)| place % 2 == 0);
    let lines = blocks.into_iter().flat_map(|(_, block)| block.lines().map(str::to_owned));
    lines.chain(prose.into_iter().flat_map(|(_, prose)| quoted(prose))).collect()
}

#[test]
fn the_program_knows_its_commands() {
    let names = ["run", "check", "token", "replay"].map(|name| format!("picket {name} "));
    let is_command = |line: &String| names.iter().any(|name| line.contains(name.as_str()));
    let commands: Vec<String> = code(PAGE).into_iter().filter(is_command).collect();
    assert!(commands.len() >= 8, "{commands:?}");
    commands.iter().for_each(|line| assert_options_exist(line));
}

#[test]
fn the_program_says_its_messages() {
    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, text) } else { text.push_str(&fs::read_to_string(path).unwrap()) }
        }
    }
    let mut source = String::new();
    sources(Path::new("src"), &mut source);
    let messages: Vec<String> = table(PAGE, "message").iter().flat_map(|row| quoted(&row[0])).collect();
    let unsaid: Vec<_> = messages.iter().filter(|message| !source.contains(message.as_str())).collect();
    assert!(messages.len() >= 20 && unsaid.is_empty(), "nothing in src says {unsaid:?}");
}

#[test]
fn the_files_it_names_are_there() {
    let code = code(PAGE).into_iter().chain(code("README.md"));
    let words: Vec<String> = code.flat_map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    let named: BTreeSet<String> = words.into_iter().filter(|word| word.starts_with("deploy/")).collect();
    assert!(named.len() >= 4, "{named:?}");
    let missing: Vec<_> = named.iter().filter(|name| !Path::new(name).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
