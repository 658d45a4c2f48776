//! Sentences a second through the decoder, on generated traffic held in memory.
#![allow(missing_docs)]

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use picket::engine::decode::{Decoded, Decoder, reports};
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::time::EventTime;

const LINES: usize = 100_000;

/// Feeds every line to the decoder and hands what comes out to `take`.
fn decode(decoder: &mut Decoder, lines: &[&[u8]], mut take: impl FnMut(Decoded<'_>)) {
    for (bytes, seq) in lines.iter().zip(1..) {
        let received_at = EventTime::from_millis(1_768_003_200_000 + seq as i64);
        decoder.decode(&Frame { seq, feed: FeedId(0), received_at, bytes }, &mut take);
    }
}

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for (name, bytes) in [
        ("single part", support::single_part(LINES)),
        ("with assembly", support::with_assembly(LINES)),
        ("with TAG blocks", support::tagged(LINES)),
    ] {
        let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()).collect();
        group.throughput(Throughput::Elements(lines.len() as u64));
        let mut decoder = Decoder::new(&[Feed::new("bench", FeedKind::Nmea)]);
        group.bench_function(name, |b| {
            b.iter(|| decode(&mut decoder, &lines, |decoded| _ = black_box(decoded)));
        });
        let mut decoder = Decoder::new(&[Feed::new("bench", FeedKind::Nmea)]);
        group.bench_function(format!("{name}, to reports"), |b| {
            b.iter(|| {
                decode(&mut decoder, &lines, |decoded| {
                    if let Decoded::Message { stamp, message } = decoded {
                        _ = black_box(reports(stamp, message));
                    }
                });
            });
        });
    }
    group.finish();
}

criterion_group!(decoding, benches);
criterion_main!(decoding);
