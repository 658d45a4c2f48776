//! The lines that decoders are compared on: simulated, handmade, and the AIS sentences of every recording.

use std::process::Command;

use picket::sim;

use crate::bits::{self, Bits};
use crate::support::corpus;

/// The recordings of sentences that take seconds.
pub const SMALL: [&str; 5] = [
    "dma_stream_20100611.nmea.gz",
    "dma_decode_encode.nmea",
    "ee_late_20120201.txt.gz",
    "uscg_20060715.ais",
    "gpsd/ais-nmea.log",
];

/// Those that take longer.
pub const LARGE: [&str; 2] = ["dma_national_5min_20131112.nmea.gz", "dma_frio_538004030_20140928.nmea.gz"];

/// The bundled scenario's AIS.
pub fn simulated() -> Vec<String> {
    let world = sim::scenario("con-dao", 1).unwrap();
    let text: String = world.feeds().iter().map(|feed| String::from_utf8_lossy(&feed.bytes).into_owned()).collect();
    ais_of(&text)
}

/// Messages that the scenario does not send.
pub fn handmade() -> Vec<String> {
    let class_b =
        |id| Bits::message(id, 574_001_000).put(0, 8).put(123, 10).put(1, 1).at(-8.5, -106.6).put(900, 12).put(45, 9);
    let aircraft = Bits::message(9, 111_574_001).put(300, 12).put(110, 10).put(0, 1).at(9.0, 107.0).put(1234, 12);
    let long_range = Bits::message(27, 574_001_001).put(1, 1).put(0, 1).put(5, 4).put(63_900, 18).put(-5100, 17);
    let extended =
        class_b(19).put(33, 6).put(0, 4).text("LITTLE ONE", 20).put(37, 8).put(5, 9).put(4, 9).put(1, 6).put(2, 6);
    let turning =
        Bits::message(1, 574_001_002).put(0, 4).put(-60, 8).put(1023, 10).put(0, 1).at(91.0, 181.0).put(3600, 12);
    let to = |id| Bits::message(id, 574_001_006).put(2, 2).put(574_001_007, 30);
    [
        aircraft.put(5, 6).length(168).vdm(),
        Bits::message(14, 574_001_003).put(0, 2).text("SART TEST", 9).vdm(),
        long_range.put(14, 6).put(271, 9).length(96).vdm(),
        turning.put(511, 9).put(60, 6).length(168).vdm(),
        bits::position(574_001_004, 7).vdm(),
        to(6).put(0, 2).put(235, 10).put(10, 6).put(0x1234, 16).vdm(),
        to(10).put(0, 2).vdm(),
        to(12).put(0, 2).text("HELLO", 5).length(102).vdm(),
    ]
    .into_iter()
    .chain(extended.put(1, 4).length(312).parts(3))
    .chain(bits::voyage(574_001_005, "BINH MINH 01").parts(4))
    .collect()
}

/// Each recording's AIS sentences with a good checksum, bare and in order; none without the folder.
pub fn recorded(names: &[&'static str]) -> Vec<(&'static str, Vec<String>)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let read = |name: &'static str| {
        let path = corpus.join(name);
        let unpacked = Command::new("gzip").arg("-dcf").arg(&path).output().unwrap();
        assert!(unpacked.status.success(), "{}", path.display());
        (name, ais_of(&unpacked.stdout.iter().map(|b| char::from(*b)).collect::<String>()))
    };
    names.iter().copied().map(read).collect()
}

/// The VDM and VDO sentences of a text, without what stands around them; those with a wrong checksum left out.
pub fn ais_of(text: &str) -> Vec<String> {
    let sentence = |line: &str| {
        let sentence = &line[line.find('!')?..];
        let star = sentence.find('*')?;
        let sum = u8::from_str_radix(sentence.get(star + 1..star + 3)?, 16).ok()?;
        let body = &sentence[1..star];
        let is_ais = matches!(body.get(2..6), Some("VDM," | "VDO,")) && body.is_ascii();
        (is_ais && body.bytes().fold(0, |x, b| x ^ b) == sum).then(|| sentence[..star + 3].to_owned())
    };
    text.lines().filter_map(sentence).collect()
}
