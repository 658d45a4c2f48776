//! ASTERIX records a second a core through the decoder, and the allocations it makes, on generated blocks held in memory.
//!
//! CPU time counts, not wall time.
#![allow(missing_docs)]

#[path = "support/heap.rs"]
mod heap;
#[path = "support/process.rs"]
#[allow(dead_code)] // its memory is not measured here
mod process;

use std::hint::black_box;

use picket::engine::decode::asterix::category;
use picket::engine::decode::{Decoder, reports};
use picket::engine::earth::{Offset, Position};
use picket::engine::input::{Feed, FeedId, FeedKind, Frame, Site};
use picket::engine::time::{EventTime, Span};
use picket::sim::asterix_any::any_record;
use picket::sim::asterix_wire::{RecordWriter, block, polar, time_of_day, vector};
use picket::sim::rng::Rng;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Records of each kind, in datagrams of ten.
const RECORDS: usize = 100_000;
const A_DATAGRAM: usize = 10;
/// Times that all of them are decoded; of the rounds the median counts.
const TIMES: usize = 10;
const ROUNDS: usize = 7;
/// 2026-01-10T00:00:00Z.
const START: EventTime = EventTime::from_millis(1_768_003_200_000);

fn main() {
    println!(
        "{:<44} {:>6} {:>12} {:>12} {:>12}",
        "ASTERIX, to reports", "B each", "records/s", "allocations", "more heap, B"
    );
    let placed = |i: usize| track(i).with(41, &[0x06, 0x28, 0, i as u8, 0x4b, 0xe0, 0, i as u8]);
    tell("CAT010 tracks with latitude and longitude", 10, None, |i| placed(i).bytes());
    tell("CAT010 tracks, placed from the site", 10, Some(site()), |i| track(i).bytes());
    tell("CAT010 plots, placed from the site", 10, Some(site()), |i| plot(i).bytes());
    for number in [10, 34, 48, 62] {
        let mut rng = Rng::new(1, "bench");
        let Some(category) = category(number) else { continue };
        tell(&format!("CAT{number:03}, every second item"), number, None, |_| {
            any_record(category, &mut rng, |_, rng| rng.chance(0.5))
        });
    }
}

/// A plot at about 10 km: 010, 000, 020, 140, 040.
fn plot(i: usize) -> RecordWriter {
    let place = Offset::polar((i % 360) as f64, 10_000.0 + (i % 977) as f64);
    let record = RecordWriter::new(10).with(10, &[7, 1]).with(0, &[1]).with(20, &[0x60]);
    record.with(140, &time_of_day(START)).with(40, &polar(place, 1.0))
}

/// A target of a tracker: as the plot, with 042, 202, 161, 170, 270 and 500.
fn track(i: usize) -> RecordWriter {
    let velocity = Offset::polar((i % 360) as f64, 6.0);
    let place = Offset::polar((i % 360) as f64, 10_000.0);
    let record = plot(i).with(42, &vector(place, 1.0)).with(202, &vector(velocity, 0.25));
    let number = (i % 4000) as u16;
    let record = record.with(161, &number.to_be_bytes()).with(170, &[0]).with(270, &[121, 65, 24]);
    record.with(500, &[40, 60, 0, 0])
}

fn site() -> Site {
    Site {
        range_sigma_m: 12.0,
        bearing_sigma_deg: 0.15,
        max_range_m: 40_000.0,
        ..Site::at(Position::from_degrees_wrapped(8.68, 106.6), Span::from_secs(3))
    }
}

fn tell(what: &str, category: u8, site: Option<Site>, mut record: impl FnMut(usize) -> Vec<u8>) {
    let records: Vec<Vec<u8>> = (0..RECORDS).map(&mut record).collect();
    let bytes: usize = records.iter().map(Vec::len).sum();
    let datagrams: Vec<Vec<u8>> = records.chunks(A_DATAGRAM).map(|records| block(category, records)).collect();
    let mut decoder = Decoder::new(&[Feed { site, ..Feed::new("bench", FeedKind::Asterix) }]);
    let mut speeds: Vec<f64> = Vec::new();
    decode(&mut decoder, &datagrams);
    speeds.reserve(ROUNDS);
    let (mut allocations, held) = (0, heap::in_use());
    for _ in 0..ROUNDS {
        let start = process::cpu_s();
        let counted = heap::allocations();
        let told: usize = (0..TIMES).map(|_| decode(&mut decoder, &datagrams)).sum();
        allocations += heap::allocations() - counted;
        let took_s = process::cpu_s() - start;
        speeds.push(told as f64 / took_s);
    }
    let more = heap::in_use() - held;
    speeds.sort_by(f64::total_cmp);
    println!("{what:<44} {:>6} {:>12.0} {allocations:>12} {more:>12}", bytes / RECORDS, speeds[ROUNDS / 2]);
}

/// Decodes all datagrams to reports; gives the records there were.
fn decode(decoder: &mut Decoder, datagrams: &[Vec<u8>]) -> usize {
    let mut records = 0;
    for (bytes, seq) in datagrams.iter().zip(1..) {
        let frame = Frame { seq, feed: FeedId(0), received_at: START, bytes };
        decoder.decode(&frame, &mut |decoded| {
            records += 1;
            if let picket::engine::decode::Decoded::Message { stamp, message } = decoded {
                _ = black_box(reports(stamp, message));
            }
        });
    }
    records
}
