//! Generated AIS traffic for benches: the same lines on every machine.

use picket::engine::earth::Position;
use picket::engine::vessel::Dimensions;
use picket::sim::ais_wire::{Fix, Particulars, class_a_position, class_a_static, class_b_position};
use picket::sim::sentence;

/// 2026-01-10T00:00:00Z.
const START_MS: i64 = 1_768_003_200_000;
/// Vessels that take turns.
const VESSELS: u32 = 2000;

/// Lines with one sentence each, all of one part: class A and, one in ten, class B positions.
pub fn single_part(lines: usize) -> Vec<u8> {
    let sentences = (0..lines as u32).flat_map(|i| position(i).sentences(0, channel(i)));
    joined(sentences)
}

/// The same with one message in twenty a static report in two parts, and both kinds interleaved as they come.
pub fn with_assembly(lines: usize) -> Vec<u8> {
    joined((0..lines as u32).flat_map(message))
}

/// The same, each sentence behind a TAG block that tells source, time and group.
pub fn tagged(lines: usize) -> Vec<u8> {
    let report = |i: u32| sentence::report("r003669945", START_MS + i64::from(i), i % 10_000, &message(i));
    (0..lines as u32).map(report).collect::<String>().replace("\r\n", "\n").into_bytes()
}

fn joined(sentences: impl Iterator<Item = String>) -> Vec<u8> {
    sentences.flat_map(|sentence| (sentence + "\n").into_bytes()).collect()
}

fn channel(i: u32) -> char {
    if i.is_multiple_of(2) { 'A' } else { 'B' }
}

fn message(i: u32) -> Vec<String> {
    if i % 20 == 7 {
        let particulars = Particulars {
            mmsi: mmsi(i),
            imo_number: 9_074_729,
            call_sign: "3FOX9",
            name: "BENCH VESSEL",
            ship_type: 70,
            dimensions: Dimensions { bow_m: 100, stern_m: 40, port_m: 10, starboard_m: 12 },
            draught_dm: 83,
            destination: "VUNG TAU",
        };
        return class_a_static(&particulars).sentences((i / 20 % 10) as u8, channel(i));
    }
    position(i).sentences(0, channel(i))
}

fn mmsi(i: u32) -> u32 {
    574_000_000 + i % VESSELS
}

fn position(i: u32) -> picket::sim::ais_wire::Payload {
    let turn = f64::from(i % 3600) * 0.1;
    let fix = Fix {
        mmsi: mmsi(i),
        navigational_status: (i % 9) as u8,
        position: Position::from_degrees(8.0 + f64::from(i % 977) * 0.003, 106.0 + f64::from(i % 1361) * 0.002),
        sog_kn: Some(f64::from(i % 250) * 0.1),
        cog_deg: Some(turn),
        heading_deg: Some(f64::from(i % 360)),
        utc_second: (i % 60) as u8,
    };
    if i % 10 == 3 { class_b_position(&fix) } else { class_a_position(1 + (i % 3) as u8 / 2 * 2, &fix) }
}
