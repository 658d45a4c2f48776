//! The picture's messages to one client, at 100,000 tracks: how long a pass over the table takes.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use picket::edge::api::{Bbox, View};
use picket::edge::seen::{SeenPicture, SeenTrack};
use picket::engine::decode::report::AisClass;
use picket::engine::earth::Position;
use picket::engine::time::{EventTime, Span};
use picket::engine::track::{TrackId, TrackIx};
use picket::engine::units::{Course, Heading, Speed};
use picket::engine::vessel::{CallSign, Claims, Dimensions, Mmsi, Name};

const TRACKS: u32 = 100_000;

/// A track of a grid of 400 columns, a hundredth of a degree apart, moved `shift` degrees.
fn track(i: u32, shift: f64) -> SeenTrack {
    let (lat, lon) = (5.0 + f64::from(i / 400) * 0.01 + shift, 105.0 + f64::from(i % 400) * 0.01);
    let claims = Claims {
        name: Name::from(&format!("VESSEL {i}")).ok(),
        call_sign: CallSign::from("3WAB7").ok(),
        imo_number: None,
        ship_type: Some(70),
        dimensions: Some(Dimensions { bow_m: 100, stern_m: 50, port_m: 10, starboard_m: 12 }),
    };
    SeenTrack {
        id: TrackId(u64::from(i) + 1),
        mmsi: Some(Mmsi(574_000_000 + i)),
        class: AisClass::A,
        claims,
        position: Position::from_degrees_wrapped(lat, lon),
        sog: Some(Speed::from_knots(12.3)),
        cog: Some(Course::from_degrees(45.6)),
        true_heading: Some(Heading::from_degrees(44.0)),
        navigational_status: Some(0),
        observed_at: at(0),
        by_ais: true,
        by_radar: false,
        confirmed: true,
        coasting: false,
    }
}

fn at(second: i64) -> EventTime {
    EventTime::from_millis(1_768_003_200_000) + Span::from_secs(second)
}

/// A picture of all tracks; `step` moves every `every`th of them.
fn picture() -> SeenPicture {
    let seen = SeenPicture::default();
    seen.take(at(0), (0..TRACKS).map(|i| (TrackIx(i), Some(track(i, 0.0)))).collect());
    seen
}

fn step(seen: &SeenPicture, number: u32, every: usize) {
    let moved = (0..TRACKS).step_by(every);
    let shift = f64::from(number % 1000) * 1e-5;
    seen.take(at(i64::from(number)), moved.map(|i| (TrackIx(i), Some(track(i, shift)))).collect());
}

/// One pass: bytes made and messages.
fn pass(view: &mut View, seen: &SeenPicture) -> (usize, usize) {
    let (mut bytes, mut messages) = (0, 0);
    loop {
        let part = seen.read(|table| view.next_part(table, table.at));
        bytes += part.rows.len() + part.vessels.as_ref().map_or(0, String::len);
        messages += 1 + usize::from(part.vessels.is_some());
        if part.is_last {
            return (bytes, messages);
        }
    }
}

fn benches(c: &mut Criterion) {
    let seen = picture();
    let (bytes, messages) = pass(&mut View::of(None), &seen);
    println!("snapshot: {bytes} bytes in {messages} messages");
    let mut group = c.benchmark_group("picture of 100,000");
    group.sample_size(20);
    group.bench_function("snapshot", |b| {
        b.iter_batched(|| View::of(None), |mut view| black_box(pass(&mut view, &seen)), BatchSize::PerIteration);
    });
    let part_of_it = Bbox::new([106.0, 5.5, 106.4, 5.9]).ok();
    for (name, bbox, every) in [
        ("nothing moved", None, usize::MAX),
        ("a tenth moved", None, 10),
        ("all moved", None, 1),
        ("all moved, a box of 1,681", part_of_it, 1),
    ] {
        let (mut view, mut number) = (View::of(bbox), 0);
        pass(&mut view, &seen);
        group.bench_function(name, |b| {
            b.iter_custom(|rounds| {
                let mut took = Duration::ZERO;
                for _ in 0..rounds {
                    number += 1;
                    step(&seen, number, every);
                    let began = Instant::now();
                    black_box(pass(&mut view, &seen));
                    took += began.elapsed();
                }
                took
            });
        });
    }
    group.finish();
}

criterion_group!(pictures, benches);
criterion_main!(pictures);
