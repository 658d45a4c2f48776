//! pyais, a Python decoder, as a process of its own.

use std::process::Command;

use serde_json::{Value, json};

use crate::fields::{Compared, Difference, compare, is_application, is_sentinel, number, unexplained};
use crate::python::python;
use crate::{lines, picket, run};

/// What pyais says, under the names that gpsd uses.
fn pyais(lines: &[String]) -> Vec<Value> {
    let told = run(Command::new(python("pyais")).arg("tests/peers/read_ais.py"), lines);
    told.into_iter().filter(|line| line["error"].is_null()).map(renamed).collect()
}

fn renamed(mut line: Value) -> Value {
    line["type"] = line["msg_type"].take();
    let ship_type = line["ship_type"].take();
    line["shiptype"] = ship_type;
    if line["type"] == 5 {
        for name in ["month", "day", "hour", "minute"] {
            let value = line[name].take();
            line[format!("eta_{name}")] = value;
        }
    }
    if let Some(extension) = line["name_ext"].as_str().map(str::to_owned) {
        let name = line["name"].as_str().unwrap_or_default().to_owned();
        line["name"] = json!(name + &extension);
    }
    line
}

/// Whether a difference is a known fault of pyais, or a part of the Recommendation that it leaves to its caller
/// (docs/decoding-peers.md).
fn is_known(of: &Compared<'_>, difference: &Difference) -> bool {
    let (field, ours, theirs) = difference;
    let (own, told) = (number(ours), number(theirs));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match (*field, of.key.0) {
        _ if is_application(of, field) || is_sentinel(difference) => true,
        ("lat" | "lon", 17) => {
            own.is_none_or(|own| own < 0.0 || told.is_some_and(|told| (told / 60.0 - own).abs() < 1e-5))
        }
        ("lat" | "lon", _) => {
            own.is_none() && is_sentinel(&("lat", ours.clone(), of.theirs.map_or(Value::Null, |t| t["lat"].clone())))
        }
        ("sog_kn", 9) => own.is_none() && told == Some(1023.0),
        ("rate_of_turn_deg_min", _) => told.is_some_and(|told| told.abs() >= 127.0),
        ("ship_type", _) => told == Some(0.0),
        ("ship_name" | "call_sign" | "destination" | "aid_name" | "text" | "vendor_id", _) => {
            let (own, told) = (text(ours), text(theirs));
            let until_at = told.split('@').next().unwrap_or_default();
            until_at.trim() == own.trim() || told.strip_prefix(&own).is_some_and(|rest| rest.chars().count() == 1)
        }
        _ => false,
    }
}

/// pyais reads messages too short for their fixed fields, and not parts of message 24 that are not defined.
fn is_known_alone(of: &Compared<'_>) -> bool {
    matches!((of.key.0, of.ours, of.theirs), (6 | 8 | 21, None, Some(_)) | (24, Some(_), None))
}

/// Compares on these lines; what is not known to differ, in words.
fn differing(lines: &[String]) -> (usize, Vec<String>) {
    let (ours, theirs) = (picket(lines), pyais(lines));
    (ours.len(), unexplained(&compare(&ours, &theirs), is_known, is_known_alone))
}

#[test]
fn pyais_reads_alike() {
    let simulated: Vec<String> = lines::simulated().into_iter().take(4000).collect();
    for (name, lines) in [("simulated", simulated), ("handmade", lines::handmade())] {
        let (messages, differing) = differing(&lines);
        assert!(messages > 5 && differing.is_empty(), "{name}: {messages}: {differing:#?}");
    }
}

fn assert_alike(recordings: Vec<(&str, Vec<String>)>) {
    for (name, lines) in recordings {
        let (messages, differing) = differing(&lines);
        assert!(messages > 100 && differing.is_empty(), "{name}: {messages}: {differing:#?}");
    }
}

#[test]
fn pyais_reads_recordings_alike() {
    assert_alike(lines::recorded(&lines::SMALL));
}

#[test]
#[ignore = "takes a minute: cargo test --release --test peers -- --ignored"]
fn pyais_reads_large_recordings_alike() {
    assert_alike(lines::recorded(&lines::LARGE));
}
