//! gpsd's decoder: `gpsdecode` as a process of its own, and what gpsd itself expects of its samples.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::fields::{Compared, Difference, compare, is_application, is_sentinel, number, unexplained};
use crate::support::corpus;
use crate::{lines, picket, run};

/// What gpsdecode says, dates taken apart.
fn gpsdecode(lines: &[String]) -> Vec<Value> {
    let told = run(Command::new("gpsdecode").arg("-j"), lines);
    told.into_iter().filter(|line| line["class"] == "AIS").map(apart).collect()
}

fn apart(mut line: Value) -> Value {
    let digits =
        |text: &str| -> Vec<u64> { text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect() };
    if let Some(time) = line["timestamp"].as_str().map(digits).filter(|time| time.len() >= 6) {
        for (name, value) in ["year", "month", "day", "hour", "minute", "second"].iter().zip(time) {
            line[*name] = json!(value);
        }
    }
    if let Some(eta) = line["eta"].as_str().map(digits).filter(|eta| eta.len() == 4 && line["type"] == 5) {
        for (name, value) in ["eta_month", "eta_day", "eta_hour", "eta_minute"].iter().zip(eta) {
            line[*name] = json!(value);
        }
    }
    line
}

/// Whether a difference is a known fault of gpsd, or a part of the Recommendation that it leaves to its caller
/// (docs/decoding-peers.md).
fn is_known(of: &Compared<'_>, difference: &Difference) -> bool {
    let (field, ours, theirs) = difference;
    let (own, told) = (number(ours), number(theirs));
    let within = |most: f64| own.zip(told).is_some_and(|(own, told)| (own - told).abs() <= most);
    match (*field, of.key.0) {
        _ if is_application(of, field) || is_sentinel(difference) => true,
        (_, 24) => true,
        ("lat" | "lon", 17) => own.is_none() || within(0.051),
        ("lat" | "lon", 27) => within(0.051),
        ("destination_mmsi", 25 | 26) => own.is_none() && told == Some(0.0),
        ("rate_of_turn_deg_min", _) => own.zip(told).is_some_and(|(own, told)| (own.abs() - told).abs() < 0.51),
        _ => false,
    }
}

/// gpsd joins the parts of message 24, and drops messages whose length it does not expect; nothing is its alone.
fn is_known_alone(of: &Compared<'_>) -> bool {
    of.theirs.is_none() && matches!(of.key.0, 6 | 7 | 8 | 13 | 15 | 16 | 20 | 21 | 24 | 25 | 27)
}

/// What is not known to differ, in words; of message 24 names and call signs are compared, whichever part told them.
fn differing(ours: &[Value], theirs: &[Value]) -> Vec<String> {
    let told = |lines: &[Value], key: &str| -> BTreeSet<(u64, String)> {
        let one = |line: &Value| Some((line["mmsi"].as_u64()?, line[key].as_str()?.trim_end().to_owned()));
        let of_24 = lines.iter().filter(|line| line["type"] == 24);
        of_24.filter_map(one).filter(|(_, text)| !text.is_empty()).collect()
    };
    let mut differing = unexplained(&compare(ours, theirs), is_known, is_known_alone);
    for (own, other) in [("ship_name", "shipname"), ("call_sign", "callsign")] {
        let own = told(ours, own);
        differing.extend(told(theirs, other).difference(&own).map(|extra| format!("24 {extra:?}")));
    }
    differing
}

/// The same sentences from talkers that gpsd knows.
fn talked(lines: &[String]) -> Vec<String> {
    let known = |line: &String| {
        let is_known = ["AI", "AB", "BS"].contains(&&line[1..3]);
        if is_known { line.clone() } else { crate::sentence('!', &format!("AI{}", &line[3..line.len() - 3])) }
    };
    lines.iter().map(known).collect()
}

fn assert_alike(name: &str, lines: &[String], least: usize) {
    let lines = talked(lines);
    let ours = picket(&lines);
    let differing = differing(&ours, &gpsdecode(&lines));
    assert!(ours.len() >= least && differing.is_empty(), "{name}: {}: {differing:#?}", ours.len());
}

#[test]
fn gpsdecode_reads_alike() {
    assert_alike("simulated", &lines::simulated(), 1000);
    assert_alike("handmade", &lines::handmade(), 8);
}

#[test]
fn gpsdecode_reads_recordings_alike() {
    lines::recorded(&lines::SMALL).iter().for_each(|(name, lines)| assert_alike(name, lines, 100));
}

#[test]
#[ignore = "takes a minute: cargo test --release --test peers -- --ignored"]
fn gpsdecode_reads_large_recordings_alike() {
    lines::recorded(&lines::LARGE).iter().for_each(|(name, lines)| assert_alike(name, lines, 100));
}

#[test]
fn what_gpsd_expects_of_its_samples() {
    let Some(corpus) = corpus() else { return };
    let read =
        |name: &str| -> String { std::fs::read(corpus.join(name)).unwrap().into_iter().map(char::from).collect() };
    let json = |text: &str| -> Vec<Value> {
        let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        lines.filter(|line: &Value| line["class"] == "AIS").map(apart).collect()
    };
    let lines: Vec<String> = read("gpsd/sample.aivdm").lines().map(str::to_owned).collect();
    let (ours, expected) = (picket(&lines), json(&read("gpsd/sample.aivdm.js.chk")));
    assert!(expected.len() > 80, "{}", expected.len());
    assert_eq!(differing(&ours, &expected), Vec::<String>::new());
    assert_eq!(lost_data(&ours, &expected), Vec::<String>::new());
}

/// The data of binary messages (`bits:hexadecimal`) that are not in what we keep raw of a message of the same sender.
fn lost_data(ours: &[Value], expected: &[Value]) -> Vec<String> {
    let kept: Vec<(&Value, String)> =
        ours.iter().filter_map(|line| Some((&line["mmsi"], bits(&line["payload"])?))).collect();
    let is_lost = |line: &&Value| {
        let data = line["data"].as_str().and_then(|data| data.split_once(':'));
        let Some((length, hexadecimal)) = data else { return false };
        let wanted: String = hexadecimal.chars().filter_map(|c| c.to_digit(16)).map(|n| format!("{n:04b}")).collect();
        let wanted = &wanted[..length.parse::<usize>().unwrap().min(wanted.len())];
        !kept.iter().any(|(mmsi, bits)| **mmsi == line["mmsi"] && bits.contains(wanted))
    };
    expected.iter().filter(is_lost).map(Value::to_string).collect()
}

/// The bits of six-bit characters.
fn bits(payload: &Value) -> Option<String> {
    let six = |c: u8| if c < 0x60 { c - 0x30 } else { c - 0x38 };
    payload.as_str().map(|payload| payload.bytes().map(|c| format!("{:06b}", six(c))).collect())
}
