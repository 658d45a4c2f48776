//! Second opinions: gpsd and pyais read simulated, handmade and recorded lines as picket does, but for known faults (docs/decoding-peers.md).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

#[path = "../decode/bits.rs"]
mod bits;
mod fields;
mod gpsd;
mod lines;
mod pyais;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// A sentence with its checksum.
fn sentence(start: char, body: &str) -> String {
    picket::sim::sentence::sentence(start, body)
}

/// Runs a decoder on lines and reads its JSON lines.
fn run(command: &mut Command, lines: &[String]) -> Vec<Value> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = lines.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// What picket says of lines.
fn picket(lines: &[String]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
    run(command.args(["decode", "--kind", "nmea", "-"]), lines)
}
