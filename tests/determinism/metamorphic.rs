//! Worlds changed in a way that must not matter: another day, other numbers, every line twice, rubbish in between.

use std::fs;

use picket::edge::recording::{Recording, RecordingFile, RecordingOptions};
use picket::engine::Engine;
use picket::engine::alert::Alert;
use picket::engine::core::{Config, Core};
use picket::engine::decode::report::{Body, Report};
use picket::engine::decode::{Decoded, Decoder, reports};
use picket::engine::input::{FeedId, Frame};
use picket::engine::output::Output;
use picket::engine::time::{EventTime, Span};
use picket::engine::vessel::Mmsi;
use picket::sim;
use picket::sim::RadarWire;
use picket::sim::rng::Rng;
use tempfile::TempDir;

use crate::play::{Event, Lines, play};
use crate::sea::{Recorded, con_dao, events, national};

/// An alert without its names and without the day: what must stay when only those change.
fn shape(alert: &Alert, origin: EventTime, number: impl Fn(Mmsi) -> Mmsi) -> String {
    let anomaly = &alert.anomaly;
    let mut subjects: Vec<Option<u32>> = alert.subjects.iter().map(|s| s.mmsi.map(|m| number(m).0)).collect();
    subjects.sort_unstable();
    let since = |at: EventTime| (at - origin).millis();
    format!(
        "{:?} {:?} {:?} {subjects:?} zone {:?} onset {} end {:?} raised {} {:?} {:?}",
        alert.cause,
        anomaly.kind,
        anomaly.subkind,
        alert.zone,
        since(anomaly.onset),
        anomaly.end.map(since),
        since(anomaly.raised_at),
        anomaly.priority,
        anomaly.suppressed.as_ref().map(|s| s.rule),
    )
}

fn alerts(config: &Config, events: &[Event]) -> Vec<Alert> {
    let (mut engine, mut alerts) = (Engine::new(config.clone()), Vec::new());
    for (place, event) in events.iter().enumerate() {
        engine.handle(&event.input(place));
        while let Some(output) = engine.poll_output() {
            if let Output::Alert(alert) = output {
                alerts.push(*alert);
            }
        }
    }
    alerts
}

fn shapes(alerts: &[Alert], origin: EventTime, number: impl Fn(Mmsi) -> Mmsi) -> Vec<String> {
    let mut shapes: Vec<String> = alerts.iter().map(|alert| shape(alert, origin, &number)).collect();
    shapes.sort_unstable();
    shapes
}

fn assert_same_shapes(expected: &[String], found: &[String], what: &str) {
    let missing: Vec<_> = expected.iter().filter(|shape| !found.contains(shape)).collect();
    let extra: Vec<_> = found.iter().filter(|shape| !expected.contains(shape)).collect();
    assert!(expected == found, "{what}\nmissing {missing:#?}\nextra {extra:#?}");
}

#[test]
fn another_day_and_another_hour_raise_the_same() {
    let sea = con_dao();
    let world = sim::scenario("con-dao", 1).unwrap();
    let plain = alerts(&sea.config, &sea.events);
    let expected = shapes(&plain, world.start, |m| m);
    // The second one goes on past midnight.
    for later in [Span::from_hours(24), Span::from_mins(630)] {
        let mut other = world.clone();
        other.start = world.start + later;
        let recorded = Recorded::of_world(&other);
        let found = alerts(&recorded.config, &recorded.events);
        assert_same_shapes(&expected, &shapes(&found, other.start, |m| m), &format!("{} s later", later.seconds()));
        assert!(found.iter().all(|alert| plain.iter().all(|other| alert.id != other.id)), "an id tells the time");
    }
}

/// Track lines without their names, by seconds since the beginning.
fn track_shapes(recorded: &Recorded, origin: EventTime) -> Vec<String> {
    let mut shapes: Vec<String> = play(&recorded.config, &recorded.events).tracks;
    for line in &mut shapes {
        let mut told: serde_json::Value = serde_json::from_str(line).unwrap();
        told["t"] = (told["t"].as_f64().unwrap() - origin.seconds()).into();
        told["track"] = serde_json::Value::Null;
        *line = told.to_string();
    }
    shapes.sort_unstable();
    shapes
}

#[test]
fn past_midnight_tracks_and_alerts_are_the_same_but_for_the_times() {
    for (name, wire) in
        [("con-dao", RadarWire::Ttm), ("tanker-dark", RadarWire::Asterix), ("tanker-dark", RadarWire::Plots)]
    {
        let mut world = sim::scenario(name, 3).unwrap();
        world.radar_wire = wire;
        let of = |world: &sim::World| {
            let recorded = Recorded::of_world(world);
            let alerts = shapes(&alerts(&recorded.config, &recorded.events), world.start, |m| m);
            (alerts, track_shapes(&recorded, world.start))
        };
        let (expected, tracks) = of(&world);
        let mut later = world.clone();
        // From 12:00 to 23:15: midnight falls into the first hour.
        later.start = world.start + Span::from_mins(675);
        let (found, found_tracks) = of(&later);
        assert!(!expected.is_empty() && tracks.len() > 500, "{name} {wire:?}");
        assert_same_shapes(&expected, &found, &format!("{name} {wire:?}"));
        assert!(tracks == found_tracks, "{name} {wire:?}: other tracks");
    }
}

/// Another number of the same country for a vessel; every vessel keeps a number of its own.
fn renumbered(mmsi: Mmsi) -> Mmsi {
    let (country, rest) = (mmsi.0 / 1_000_000, u64::from(mmsi.0 % 1_000_000));
    if mmsi.is_vessel() { Mmsi(country * 1_000_000 + ((rest * 7919 + 13) % 1_000_000) as u32) } else { mmsi }
}

/// What the core is told of a sea, frame by frame.
fn told(config: &Config, events: &[Event]) -> Vec<(FeedId, EventTime, Vec<Report>)> {
    let mut decoder = Decoder::new(&config.feeds);
    let mut frames = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let Event::Frame { feed, received_at, bytes } = event else { continue };
        let mut told = Vec::new();
        let frame = Frame { seq: place as u64 + 1, feed: *feed, received_at: *received_at, bytes };
        decoder.decode(&frame, &mut |decoded| {
            if let Decoded::Message { stamp, message } = decoded {
                told.extend(reports(stamp, message).unwrap());
            }
        });
        frames.push((*feed, *received_at, told));
    }
    frames
}

#[test]
fn other_numbers_raise_the_same() {
    let sea = con_dao();
    let frames = told(&sea.config, &sea.events);
    let run = |number: fn(Mmsi) -> Mmsi| -> Vec<Alert> {
        let (mut core, mut alerts) = (Core::new(sea.config.clone()), Vec::new());
        for (feed, received_at, told) in &frames {
            let mut told = told.clone();
            for report in &mut told {
                match &mut report.body {
                    Body::Position(position) => position.mmsi = number(position.mmsi),
                    Body::Static(claims) => claims.mmsi = number(claims.mmsi),
                    Body::Heard { mmsi } => *mmsi = number(*mmsi),
                    Body::Target(_) | Body::Plot(_) | Body::Scan(_) => {}
                }
            }
            core.take_frame(*feed, *received_at, &told);
        }
        (0..sea.config.feeds.len()).for_each(|feed| core.end_feed(FeedId(feed as u16)));
        while let Some(output) = core.poll_output() {
            if let Output::Alert(alert) = output {
                alerts.push(*alert);
            }
        }
        alerts
    };
    let (plain, other) = (run(|m| m), run(renumbered));
    let origin = EventTime::from_millis(0);
    let expected = shapes(&plain, origin, renumbered);
    assert_same_shapes(&expected, &shapes(&other, origin, |m| m), "other numbers");
    assert!(
        plain.iter().zip(&other).any(|(a, b)| a.subjects.first().map(|s| s.mmsi) != b.subjects.first().map(|s| s.mmsi))
    );
}

#[test]
fn every_line_twice_raises_the_same() {
    for sea in [Some(con_dao()), national()].into_iter().flatten() {
        let frame = |event: &Event| matches!(event, Event::Frame { .. });
        let twice: Vec<Event> = sea
            .events
            .iter()
            .flat_map(|event| std::iter::repeat_n(event.clone(), if frame(event) { 2 } else { 1 }))
            .collect();
        sea.lines.assert_same(&play(&sea.config, &twice), &format!("{}: twice", sea.name));
    }
}

/// A line that says nothing, made of the one before it.
fn rubbish(line: &[u8], rng: &mut Rng) -> Vec<u8> {
    match rng.below(5) {
        0 => (0..1 + rng.below(100)).map(|_| rng.below(256) as u8).filter(|b| !matches!(b, b'\n' | b'\r')).collect(),
        1 => line[..rng.below(line.len())].to_vec(),
        2 => line[rng.below(line.len())..].iter().copied().filter(|b| !matches!(b, b'!' | b'$')).collect(),
        3 => {
            let mut line = line.to_vec();
            if let Some(last) = line.last_mut() {
                *last = if *last == b'0' { b'1' } else { b'0' };
            }
            line
        }
        // The TAG block is damaged where it tells its time, and the sentence is cut.
        _ => {
            let mut line = line[..line.len() * 3 / 4].to_vec();
            if let Some(digit) = line.iter_mut().find(|b| **b == b'4') {
                *digit = b'9';
            }
            line
        }
    }
}

/// Whether something may stand behind this line: it is a sentence that no other line belongs to.
fn ends_a_block(line: &[u8]) -> bool {
    !line.starts_with(b"$PGHP") && line.windows(2).any(|w| w == b"*0" || w[0] == b'*') && line.last() != Some(&b'\\')
}

#[test]
fn rubbish_between_the_lines_changes_no_line() {
    for sea in [Some(con_dao()), national()].into_iter().flatten() {
        let (mut rng, mut dirty) = (Rng::new(7, "rubbish"), Vec::new());
        for event in &sea.events {
            dirty.push(event.clone());
            if let Event::Frame { feed, received_at, bytes } = event
                && ends_a_block(bytes)
                && rng.below(4) == 0
            {
                let bytes = rubbish(bytes, &mut rng);
                dirty.push(Event::Frame { feed: *feed, received_at: *received_at, bytes });
            }
        }
        let (mut engine, mut lines) = (Engine::new(sea.config.clone()), Lines::default());
        for (place, event) in dirty.iter().enumerate() {
            engine.handle(&event.input(place));
            lines.drain(&mut engine, &sea.config.feeds);
        }
        sea.lines.assert_same(&lines, &format!("{}: rubbish", sea.name));
        let refused: u64 = engine.intake().tally().rejects().iter().map(|(_, count)| count).sum();
        assert!(refused > 1000, "{}: {refused} refused", sea.name);
    }
}

#[test]
fn rubbish_in_the_file_changes_no_line() {
    let sea = con_dao();
    let folder = TempDir::new().unwrap();
    let dirtied = |file: &RecordingFile| {
        let (mut rng, mut text) = (Rng::new(8, "file"), Vec::new());
        for line in fs::read(&file.path).unwrap().split_inclusive(|b| *b == b'\n') {
            text.extend_from_slice(line);
            if rng.below(5) == 0 {
                text.extend(rubbish(line.trim_ascii_end(), &mut rng));
                text.extend_from_slice(if rng.below(2) == 0 { b"\n" } else { b"\r\n" });
            }
        }
        let path = folder.path().join(file.path.file_name().unwrap());
        fs::write(&path, text).unwrap();
        RecordingFile { path, ..file.clone() }
    };
    let files: Vec<RecordingFile> = sea.files.iter().map(dirtied).collect();
    let mut recording = Recording::open(&files, &RecordingOptions::default()).unwrap();
    let found = events(&mut recording);
    assert!(found.len() > sea.events.len() * 11 / 10);
    sea.lines.assert_same(&play(&sea.config, &found), "rubbish in the file");
}
