//! Captures as recordings, from outside: packed, in settings, damaged, beside other files.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use etherparse::PacketBuilder;
use picket::sim;
use serde_json::Value;
use tempfile::TempDir;

const START_S: u32 = 1_768_003_200; // 2026-01-10T00:00:00Z

/// A capture of datagrams, one a second, each to this port.
fn capture(payloads: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0];
    for (second, (port, payload)) in (START_S..).zip(payloads) {
        let mut packet = Vec::new();
        let builder =
            PacketBuilder::ethernet2([2; 6], [1, 0, 0x5e, 64, 0, 2]).ipv4([192, 0, 2, 1], [239, 192, 0, 2], 1);
        builder.udp(50_000, *port).write_to_vec(&mut packet, payload).unwrap();
        let len = packet.len() as u32;
        for number in [second, 500_000, len, len] {
            out.extend(number.to_le_bytes());
        }
        out.extend(packet);
    }
    out
}

/// Position reports of a simulated feed, without TAG blocks.
fn sentences(count: usize) -> Vec<(u16, Vec<u8>)> {
    let dir = TempDir::new().unwrap();
    sim::write(&sim::scenario("transfer-under-way", 1).unwrap(), dir.path()).unwrap();
    let text = fs::read_to_string(dir.path().join("ais.nmea")).unwrap();
    let bare = text.lines().filter_map(|line| line.rsplit('\\').next());
    let whole = bare.filter(|line| line.starts_with("!AIVDM,1,1,"));
    whole.take(count).map(|line| (60_002, line.as_bytes().to_vec())).collect()
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn picket(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_picket")).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn decode(path: &Path) -> (Vec<Value>, String) {
    let output = picket(&["decode", path.to_str().unwrap()]);
    let lines = String::from_utf8(output.stdout).unwrap();
    (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn packed_captures_open_as_they_are() {
    let dir = TempDir::new().unwrap();
    let plain = capture(&sentences(200));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let expected = decode(&write(&dir, "a.pcap", &plain));
    assert_eq!((expected.0.len(), expected.1.as_str()), (200, ""));
    assert_eq!(expected.0[7]["received_at"], "2026-01-10T00:00:07.500Z", "when its packet was captured");
    assert_eq!(expected.0[7]["feed"], "a");
    for (name, bytes) in
        [("a.pcap.gz", gzip.finish().unwrap()), ("a.pcap.zst", zstd::encode_all(plain.as_slice(), 1).unwrap())]
    {
        assert!(decode(&write(&dir, name, &bytes)) == expected, "{name}");
    }
    assert!(decode(&write(&dir, "a.log", &plain)) == expected, "told by its content");
}

#[test]
fn sentences_and_data_blocks_may_stand_in_one_capture() {
    let dir = TempDir::new().unwrap();
    let mut payloads = sentences(4);
    let (_, last) = payloads.pop().unwrap();
    payloads.insert(1, (8600, vec![34, 0, 11, 0xf0, 7, 1, 1, 0x40, 0x12, 0x34, 0x20]));
    payloads.insert(2, (53, b"\x12\x34\x01\x00 of others".to_vec()));
    payloads.push((60_002, [b"UdPbC\0\\s:AI1*70\\", last.as_slice(), b"\r\n"].concat()));
    let (messages, told) = decode(&write(&dir, "mixed.pcap", &capture(&payloads)));
    let ais = messages.iter().filter(|message| message["sentence"] == "VDM").count();
    assert_eq!(ais, 4, "{messages:?}");
    assert!(told.contains("mixed.pcap: 1 packets are not for picket (1 datagrams of others)"), "{told}");
}

#[test]
fn a_damaged_capture_is_told_and_read_on() {
    let dir = TempDir::new().unwrap();
    let payloads = sentences(20);
    let whole = capture(&payloads);
    let sixth = capture(&payloads[..5]).len();
    let mut bytes = whole.clone();
    bytes[sixth + 16 + 14 + 2] = 0xff; // the length of the sixth packet's IP header
    bytes.truncate(whole.len() - 7);
    let (messages, told) = decode(&write(&dir, "bad.pcap", &bytes));
    assert_eq!(messages.len(), 18);
    assert!(told.contains(&format!("1 damaged packets left out; the first is packet 6, at byte {sixth}: ")), "{told}");
    let last = capture(&payloads[..19]).len();
    assert!(told.contains(&format!("ends within the record that begins at byte {last}")), "{told}");
    let (messages, told) = decode(&write(&dir, "none.pcap", b"what is this"));
    assert!(messages.is_empty() && told.contains("none.pcap: is no pcap or pcapng file"), "{told}");
}

#[test]
fn settings_name_captures_among_other_feeds() {
    let dir = TempDir::new().unwrap();
    write(&dir, "lan.pcap", &capture(&sentences(50)));
    let more = sentences(60).split_off(50);
    let log: String =
        more.iter().map(|(_, line)| format!("{},{}\n", String::from_utf8_lossy(line), START_S + 5)).collect();
    write(&dir, "more.nmea", log.as_bytes());
    let settings = "[[feed]]\nname = \"lan\"\nkind = \"pcap\"\npath = \"lan.pcap\"\n\n[[feed]]\nname = \"more\"\nkind = \"nmea\"\npath = \"more.nmea\"\n";
    let settings = write(&dir, "picket.toml", settings.as_bytes());
    for order in ["arrival", "event"] {
        let output = picket(&["replay", "--config", settings.to_str().unwrap(), "--order", order]);
        let told = String::from_utf8(output.stderr).unwrap();
        let summary: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
        assert!(summary["reports"].as_u64().unwrap() >= 50, "{summary}");
        assert_eq!(summary["rejects"], serde_json::json!({}), "{summary}");
        assert!((48.0..52.0).contains(&summary["span_s"].as_f64().unwrap()), "{summary}");
    }
}
