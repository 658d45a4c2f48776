//! `picket check`, run as its users run it: what it prints, and how it refuses.
#![allow(clippy::expect_used)]

use std::path::Path;
use std::process::{Command, Output};

fn check(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picket"))
        .arg("check")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the picket binary runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn write(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("a temporary file");
    path.display().to_string()
}

#[test]
fn the_bundled_settings_and_zones_hold() {
    let output = check(&["--config", "picket.toml"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(text.ends_with("ok\n"), "{text}");
    for zone in ["con-dao", "ca-mau-shoal", "phu-quy", "nam-du", "tho-chu", "vung-tau-a1", "hai-phong-pilots"] {
        assert!(text.lines().any(|line| line.starts_with(&format!("{zone} "))), "no zone {zone} in\n{text}");
    }
    for zone in ["con-dao", "ca-mau-shoal", "phu-quy", "nam-du", "tho-chu"] {
        let line = text.lines().find(|line| line.starts_with(&format!("{zone} "))).unwrap_or_default();
        assert!(line.contains(" yes "), "{line}");
    }
}

#[test]
fn every_value_says_where_it_came_from() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let config = write(
        dir.path(),
        "own.toml",
        "[detect]\nloitering.max_kn = 1.5\n[http]\nlisten = \"127.0.0.1:9000\"\n[postgres]\nurl = \"postgres://db\"\n[[feed]]\nname = \"vts\"\nkind = \"nmea\"\nurl = \"mqtt://broker/vts\"\n",
    );
    let output = check(&["--config", &config, "--set", "dark_period.silence_s=900"]);
    let text = stdout(&output);
    let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(line("loitering.max_kn").contains("= 1.5") && line("loitering.max_kn").ends_with("own.toml:2"), "{text}");
    assert!(line("dark_period.silence_s").ends_with("--set"), "{text}");
    assert!(line("common.split_s").ends_with("default"), "{text}");
    assert!(line("http.listen").ends_with("own.toml:4"), "{text}");
    assert!(line("postgres.url").ends_with("not used by this build"), "{text}");
    assert!(line("feed.vts.url").contains("mqtt://broker/vts"), "{text}");
    assert!(line("everywhere").contains("patrol"), "{text}");
}

#[test]
fn wrong_settings_name_file_line_and_column_and_exit_with_3() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let config = write(dir.path(), "own.toml", "[detect]\nloitering.max_knots = 1.5\n");
    let output = check(&["--config", &config]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("own.toml:2:11: unknown key `loitering.max_knots`"), "{}", stderr(&output));
    assert!(stdout(&output).is_empty());
    assert_eq!(check(&["--set", "loitering.max_kn=-1"]).status.code(), Some(3));
    assert_eq!(check(&["--set", "loitering"]).status.code(), Some(3));
}

#[test]
fn a_broken_polygon_names_its_feature_and_line() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let zones = dir.path().display().to_string();
    write(
        dir.path(),
        "own.geojson",
        r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"bay","name":"Bay","kind":"patrol"},
 "geometry":{"type":"Polygon","coordinates":[[[106,8],[107,8],[107,9],[106,9]]]}},
{"type":"Feature","properties":{"id":"cape","name":"Cape","kind":"patrol","detect":{"loitering.max_kn":-2}},
 "geometry":{"type":"Polygon","coordinates":[[[106,8],[107,8],[107,9],[106,8]]]}}
]}"#,
    );
    let output = check(&["--zones", &zones]);
    assert_eq!(output.status.code(), Some(3));
    let text = stderr(&output);
    assert!(text.contains("own.geojson:3:46: feature 1 `bay`: an unclosed ring"), "{text}");
    assert!(text.contains("own.geojson:4:") && text.contains("feature 2 `cape`: detect: `loitering.max_kn`"), "{text}");
    std::fs::remove_file(dir.path().join("own.geojson")).expect("the file is there");
    let output = check(&["--zones", &zones]);
    assert!(stderr(&output).contains("0 zones"), "{}", stderr(&output));
}

#[test]
fn what_cannot_be_read_exits_with_2() {
    let output = check(&["--config", "no/such/picket.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot read no/such/picket.toml"), "{}", stderr(&output));
    assert_eq!(check(&["--zones", "no/such/zones"]).status.code(), Some(2));
}
