//! Exports read by the programs of others: dpkt, pyais, gpsdecode.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::python::python;
use super::*;

/// What a library of others reads of an export.
fn read_back(format: &str, file: &Path) -> Vec<Value> {
    let library = if format == "pcap" { "dpkt" } else { "pyais" };
    let output = Command::new(python(library)).arg("tests/export/read_back.py").arg(format).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn dpkt_reads_every_frame_of_a_capture() {
    let (dir, folder) = sea();
    let heard = untagged("transfer-under-way", "ais.nmea");
    let file = dir.path().join("ais.pcap");
    export(&folder, "pcap", &file, &[]);
    let packets = read_back("pcap", &file);
    assert_eq!(packets.len(), heard.len());
    for (packet, (at, line)) in packets.iter().zip(&heard) {
        let payload = String::from_utf8_lossy(line);
        let expected =
            serde_json::json!({"t": at, "from": "198.18.0.1", "to": "239.192.0.2:60002", "payload": payload});
        assert_eq!(*packet, expected);
    }
}

#[test]
fn pyais_and_gpsdecode_read_the_same_messages() {
    let (dir, folder) = sea();
    let file = dir.path().join("ais.nmea");
    export(&folder, "nmea", &file, &[]);
    let decoded = picket(["decode", file.to_str().unwrap()]);
    let decoded = String::from_utf8(decoded.stdout).unwrap();
    let ours: Vec<Value> = decoded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ours: Vec<&Value> = ours.iter().filter(|message| message["type"].is_u64()).collect();
    assert!(ours.len() > 1000);
    let theirs = read_back("nmea", &file);
    assert_eq!(theirs.len(), ours.len());
    for (theirs, ours) in theirs.iter().zip(&ours) {
        assert_eq!((&theirs["type"], &theirs["mmsi"]), (&ours["type"], &ours["mmsi"]));
        assert_eq!((&theirs["source"], &theirs["is_valid"]), (&"ais".into(), &true.into()));
        let received_at = EventTime::from_iso(ours["received_at"].as_str().unwrap()).unwrap().millis();
        assert_eq!(theirs["t"], received_at);
    }
    let input = fs::File::open(&file).unwrap();
    let output = Command::new("gpsdecode").arg("-j").stdin(input).stderr(Stdio::null()).output();
    let output = output.expect("gpsdecode, which `make setup` installs").stdout;
    let theirs: Vec<Value> =
        String::from_utf8_lossy(&output).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    // Of message 24 it gives both parts as one, when the second has come.
    let brief = |message: &&Value| (message["type"] != 24).then(|| (message["type"].clone(), message["mmsi"].clone()));
    let theirs: Vec<_> = theirs.iter().filter(|message| message["class"] == "AIS").filter_map(|m| brief(&m)).collect();
    let ours: Vec<_> = ours.iter().filter_map(brief).collect();
    assert!(theirs == ours, "{} of {} messages", theirs.len(), ours.len());
}
