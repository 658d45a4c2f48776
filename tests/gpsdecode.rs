//! A second opinion: every simulated AIS line, and handmade ones of the other types, read alike by gpsd's `gpsdecode`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

#[path = "decode/bits.rs"]
mod bits;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use bits::Bits;
use picket::sim;
use serde_json::Value;

/// A sentence with its checksum.
fn sentence(start: char, body: &str) -> String {
    sim::sentence::sentence(start, body)
}

/// AIS sentences without TAG blocks, in order.
type Lines = Vec<String>;

/// The bundled scenario's AIS.
fn simulated() -> Lines {
    let world = sim::scenario("con-dao", 1).unwrap();
    let text: String = world.feeds().iter().map(|feed| String::from_utf8_lossy(&feed.bytes).into_owned()).collect();
    let bare = |line: &str| line.split('\\').next_back().unwrap_or_default().to_owned();
    text.lines().map(bare).filter(|line| line.starts_with('!')).collect()
}

/// Messages that the scenario does not send.
fn handmade() -> Lines {
    let class_b =
        |id| Bits::message(id, 574_001_000).put(0, 8).put(123, 10).put(1, 1).at(-8.5, -106.6).put(900, 12).put(45, 9);
    let aircraft = Bits::message(9, 111_574_001).put(300, 12).put(110, 10).put(0, 1).at(9.0, 107.0).put(1234, 12);
    let long_range = Bits::message(27, 574_001_001).put(1, 1).put(0, 1).put(5, 4).put(63_900, 18).put(-5100, 17);
    let extended =
        class_b(19).put(33, 6).put(0, 4).text("LITTLE ONE", 20).put(37, 8).put(5, 9).put(4, 9).put(1, 6).put(2, 6);
    let turning =
        Bits::message(1, 574_001_002).put(0, 4).put(-60, 8).put(1023, 10).put(0, 1).at(91.0, 181.0).put(3600, 12);
    [
        aircraft.put(5, 6).length(168).vdm(),
        Bits::message(14, 574_001_003).put(0, 2).text("SART TEST", 9).vdm(),
        long_range.put(14, 6).put(271, 9).length(96).vdm(),
        turning.put(511, 9).put(60, 6).length(168).vdm(),
        bits::position(574_001_004, 7).vdm(),
    ]
    .into_iter()
    .chain(extended.put(1, 4).length(312).parts(3))
    .chain(bits::voyage(574_001_005, "BINH MINH 01").parts(4))
    .collect()
}

/// Runs a decoder on lines and reads its JSON lines.
fn run(command: &mut Command, lines: &Lines) -> Vec<Value> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = lines.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Our name of a field, gpsd's, and the value that stands for "not available" there.
const NUMBERS: [(&str, &str, Option<f64>); 28] = [
    ("type", "type", None),
    ("mmsi", "mmsi", None),
    ("lat", "lat", Some(91.0)),
    ("lon", "lon", Some(181.0)),
    ("sog_kn", "speed", Some(102.3)),
    ("cog_deg", "course", Some(360.0)),
    ("true_heading_deg", "heading", Some(511.0)),
    ("navigational_status", "status", None),
    ("utc_second", "second", Some(60.0)),
    ("imo_number", "imo", Some(0.0)),
    ("ship_type", "shiptype", Some(0.0)),
    ("draught_m", "draught", Some(0.0)),
    ("dim_bow_m", "to_bow", Some(0.0)),
    ("dim_stern_m", "to_stern", Some(0.0)),
    ("dim_port_m", "to_port", Some(0.0)),
    ("dim_starboard_m", "to_starboard", Some(0.0)),
    ("epfd_type", "epfd", None),
    ("ais_version", "ais_version", None),
    ("aid_type", "aid_type", None),
    ("altitude_m", "alt", Some(4095.0)),
    ("position_accuracy", "accuracy", None),
    ("raim", "raim", None),
    ("off_position", "off_position", None),
    ("maneuver", "maneuver", Some(0.0)),
    ("year", "year", Some(0.0)),
    ("hour", "hour", Some(24.0)),
    ("minute", "minute", Some(60.0)),
    ("rate_of_turn_deg_min", "turn", None),
];

const TEXTS: [(&str, &str); 6] = [
    ("ship_name", "shipname"),
    ("call_sign", "callsign"),
    ("destination", "destination"),
    ("aid_name", "name"),
    ("text", "text"),
    ("vendor_id", "vendorid"),
];

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_bool().map(|flag| f64::from(u8::from(flag))))
}

/// What the two say differently of one message.
fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let kind = ours["type"].as_u64();
    for (name, their_name, absent) in NUMBERS {
        let own = number(&ours[name]);
        let other = number(&theirs[their_name]).filter(|n| absent.is_none_or(|absent| (n - absent).abs() > 1e-9));
        // gpsd squares the turn, which loses its sign, rounds it, and writes words for its extremes.
        let turn = name == "rate_of_turn_deg_min";
        let (own, tolerance) = if turn { (own.map(f64::abs), 0.51) } else { (own, 1.1e-6) };
        let told = !theirs[their_name].is_null() && theirs[their_name].as_str().is_none();
        let same = match (own, other) {
            (Some(a), Some(b)) => (a - b).abs() <= tolerance,
            // Dimensions: we drop all four together, so a zero beside others stays.
            (Some(a), None) => !told || (a == 0.0 && absent == Some(0.0)),
            (None, Some(_)) => kind == Some(27) && name == "utc_second",
            (None, None) => true,
        };
        if !same {
            out.push(format!("{name}: {} and {}", ours[name], theirs[their_name]));
        }
    }
    for (name, their_name) in TEXTS {
        let (own, other) = (ours[name].as_str().unwrap_or(""), theirs[their_name].as_str().unwrap_or("").trim_end());
        if !theirs[their_name].is_null() && own != other {
            out.push(format!("{name}: {own:?} and {other:?}"));
        }
    }
    out
}

#[test]
fn gpsdecode_reads_alike() {
    if Command::new("gpsdecode").arg("-V").output().is_err() {
        eprintln!("skipped: gpsdecode is not installed (Debian gpsd-clients)");
        return;
    }
    for (source, lines) in [("simulated", simulated()), ("handmade", handmade())] {
        let ours = run(Command::new(env!("CARGO_BIN_EXE_picket")).args(["decode", "--kind", "nmea", "-"]), &lines);
        let theirs = run(Command::new("gpsdecode").arg("-j"), &lines);
        // gpsd joins the two parts of message 24: they are compared by name and call sign.
        let (our_parts, ours): (Vec<Value>, Vec<Value>) = ours.into_iter().partition(|line| line["type"] == 24);
        let (their_parts, theirs): (Vec<Value>, Vec<Value>) = theirs.into_iter().partition(|line| line["type"] == 24);
        assert!(!ours.is_empty() && ours.len() == theirs.len(), "{source}: {} and {}", ours.len(), theirs.len());
        for (own, other) in ours.iter().zip(&theirs) {
            assert_eq!(differences(own, other), Vec::<String>::new(), "{source}: {own} {other}");
        }
        let told = |parts: &[Value], key: &str| -> BTreeSet<(u64, String)> {
            let one = |line: &Value| Some((line["mmsi"].as_u64()?, line[key].as_str()?.to_owned()));
            parts.iter().filter_map(one).collect()
        };
        assert!(told(&their_parts, "shipname").is_subset(&told(&our_parts, "ship_name")), "{source}");
        assert!(told(&their_parts, "callsign").is_subset(&told(&our_parts, "call_sign")), "{source}");
    }
}
