//! `picket replay` over a recording, and the lines that it writes.
#![allow(dead_code)]

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs the program over one file with more arguments and returns what it writes to standard output.
pub fn replay_text(path: &Path, arguments: &[&str]) -> String {
    let mut picket = Command::new(env!("CARGO_BIN_EXE_picket"));
    let done = picket.arg("replay").arg(path).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The same as lines of JSON.
pub fn replay(path: &Path, arguments: &[&str]) -> Vec<Value> {
    replay_text(path, arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The alerts as they stand at the end.
pub fn final_alerts(path: &Path, arguments: &[&str]) -> Vec<Value> {
    replay(path, &[&["--alerts", "-", "--final"], arguments].concat())
}

/// The alerts of a kind.
pub fn of_kind<'a>(alerts: &'a [Value], kind: &str) -> Vec<&'a Value> {
    alerts.iter().filter(|alert| alert["kind"] == kind).collect()
}
