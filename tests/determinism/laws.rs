//! Law by law: another way to drive the engine over the same recording, the same lines.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use picket::edge::recording::{Recording, RecordingFile, RecordingOptions};
use picket::edge::snapshot::{self, SnapshotHeader};
use picket::engine::Engine;
use picket::engine::time::{EventTime, Span};
use picket::sim::rng::Rng;
use tempfile::TempDir;

use crate::play::{Event, Lines, play, play_in_batches};
use crate::sea::{Sea, con_dao, con_dao_again, events, feed_lost, national, seeds};
use crate::shift::Blocks;

/// Runs a check over every sea there is.
fn on_every_sea(check: impl Fn(&Sea)) {
    check(con_dao());
    check(con_dao_again());
    check(feed_lost());
    if let Some(sea) = national() {
        check(sea);
    }
}

#[test]
fn twice_is_the_same() {
    on_every_sea(|sea| sea.lines.assert_same(&play(&sea.config, &sea.events), &sea.name));
}

/// Copies a file into a pipe in random small pieces.
fn trickle(from: &Path, to: &Path, seed: u64) {
    let bytes = fs::read(from).unwrap();
    let mut pipe = OpenOptions::new().write(true).open(to).unwrap();
    let (mut rng, mut rest) = (Rng::new(seed, "pieces"), bytes.as_slice());
    while !rest.is_empty() {
        let longest = rng.pick(&[1, 7, 100, 5000, 100_000]);
        let (piece, after) = rest.split_at(rest.len().min(1 + rng.below(longest)));
        pipe.write_all(piece).unwrap();
        rest = after;
    }
}

#[test]
fn bytes_in_any_pieces_are_the_same() {
    on_every_sea(|sea| {
        let folder = TempDir::new().unwrap();
        let pipe = |file: &RecordingFile| folder.path().join(file.path.file_name().unwrap());
        std::thread::scope(|scope| {
            for (file, seed) in sea.files.iter().zip(0..) {
                assert!(Command::new("mkfifo").arg(pipe(file)).status().unwrap().success());
                let to = pipe(file);
                scope.spawn(move || trickle(&file.path, &to, seed));
            }
            let pipes = sea.files.iter().map(|file| RecordingFile { path: pipe(file), ..file.clone() });
            let mut recording = Recording::open(&pipes.collect::<Vec<_>>(), &RecordingOptions::default()).unwrap();
            let found = events(&mut recording);
            assert!(found == sea.events, "{}: other inputs", sea.name);
        });
    });
}

#[test]
fn batches_of_any_length_are_the_same() {
    for sea in [Some(con_dao()), national()].into_iter().flatten() {
        let mut rng = Rng::new(1, "batches");
        let lines = play_in_batches(&sea.config, &sea.events, || {
            let longest = rng.pick(&[1, 10, 1000, 20_000]);
            rng.below(longest)
        });
        sea.lines.assert_same(&lines, &sea.name);
    }
}

/// The events with ticks between them: after each event at `from`, `next` says when the next tick is due.
fn ticked(events: &[Event], mut next: impl FnMut(EventTime) -> Span) -> Vec<Event> {
    let mut out = Vec::new();
    let mut due: Option<EventTime> = None;
    for event in events {
        if let Some(received_at) = event.received_at() {
            let mut tick = due.unwrap_or(received_at);
            while tick <= received_at {
                out.push(Event::Tick(tick));
                tick = tick + next(tick);
            }
            due = Some(tick);
        }
        out.push(event.clone());
    }
    out
}

/// Ticks a millisecond before, at and after one frame in eight, as far as its neighbours leave room.
fn hugged(events: &[Event], seed: u64) -> Vec<Event> {
    let (mut rng, mut out, mut last) = (Rng::new(seed, "hugged"), Vec::new(), EventTime::MIN);
    for (i, event) in events.iter().enumerate() {
        let Some(at) = event.received_at().filter(|_| rng.below(8) == 0) else {
            out.push(event.clone());
            last = event.received_at().unwrap_or(last);
            continue;
        };
        let next = events[i + 1..].iter().find_map(Event::received_at).unwrap_or(at);
        let ms = Span::from_millis(1);
        out.extend((at - ms >= last).then(|| Event::Tick(at - ms)));
        out.push(Event::Tick(at));
        out.push(event.clone());
        out.push(Event::Tick(at));
        out.extend((at + ms <= next).then(|| Event::Tick(at + ms)));
        last = at;
    }
    out
}

#[test]
fn any_cadence_of_ticks_is_the_same() {
    on_every_sea(|sea| {
        let each_second = ticked(&sea.events, |_| Span::from_secs(1));
        assert!(each_second.len() > sea.events.len() + 250);
        sea.lines.assert_same(&play(&sea.config, &each_second), &format!("{}: a tick each second", sea.name));
        for seed in seeds(1) {
            let mut rng = Rng::new(seed, "ticks");
            let irregular = ticked(&sea.events, |_| Span::from_seconds(rng.between(0.1, 20.0)));
            let irregular = hugged(&irregular, seed);
            sea.lines.assert_same(&play(&sea.config, &irregular), &format!("{}: ticks {seed}", sea.name));
        }
    });
}

fn shifted_is_the_same(sea: &Sea, usual: u64) {
    let blocks = Blocks::of(sea);
    let plain = blocks.plain();
    let expected = play(&sea.config, &plain).about_vessels();
    assert!(blocks.len() * 10 > sea.events.len() * 2, "{}: {} blocks", sea.name, blocks.len());
    assert!(expected.raised() * 2 > sea.lines.raised(), "{}: what is left still raises alerts", sea.name);
    for seed in seeds(usual) {
        let shifted = blocks.shifted(seed);
        let moved = plain.iter().zip(&shifted).filter(|(a, b)| a != b).count();
        assert!(moved * 4 > plain.len(), "{}: {moved} of {} moved", sea.name, plain.len());
        expected.assert_same(&play(&sea.config, &shifted).about_vessels(), &format!("{}: shifted {seed}", sea.name));
    }
}

#[test]
fn arrival_in_another_order_within_the_lateness_is_the_same() {
    shifted_is_the_same(con_dao(), 5);
}

#[test]
fn another_order_under_another_seed_is_the_same() {
    shifted_is_the_same(con_dao_again(), 2);
}

#[test]
fn another_order_of_a_real_feed_is_the_same() {
    if let Some(sea) = national() {
        shifted_is_the_same(sea, 3);
    }
}

/// A run that is stopped at each of `places`, written down and taken up from the bytes by `through`.
fn stopped(sea: &Sea, places: &[usize], through: impl Fn(u64, Vec<u8>) -> Vec<u8>) -> Lines {
    let (mut engine, mut lines) = (Engine::new(sea.config.clone()), Lines::default());
    for (place, event) in sea.events.iter().enumerate() {
        if places.contains(&place) {
            let bytes = through(place as u64, engine.snapshot().unwrap());
            engine = Engine::restore(sea.config.clone(), &bytes).unwrap();
            assert!(engine.snapshot().unwrap() == bytes, "{}: the state at {place} comes back otherwise", sea.name);
        }
        engine.handle(&event.input(place));
        lines.drain(&mut engine, &sea.config.feeds);
    }
    lines
}

#[test]
fn stopping_and_taking_up_is_the_same() {
    on_every_sea(|sea| {
        for seed in seeds(1) {
            let mut rng = Rng::new(seed, "stops");
            let places: Vec<usize> = (0..7).map(|_| rng.below(sea.events.len())).collect();
            let lines = stopped(sea, &places, |_, bytes| bytes);
            sea.lines.assert_same(&lines, &format!("{}: stopped at {places:?}", sea.name));
        }
    });
}

#[test]
fn taking_up_from_the_snapshot_file_is_the_same() {
    let sea = con_dao();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("engine.snapshot");
    let lines = stopped(sea, &[sea.events.len() / 2], |seq, bytes| {
        snapshot::write(&path, &SnapshotHeader { build_hash: [3; 16], settings_hash: [4; 16], seq }, &bytes).unwrap();
        let (read_seq, state) = snapshot::read(&path, [3; 16], [4; 16]).unwrap();
        assert_eq!(read_seq, seq);
        state
    });
    sea.lines.assert_same(&lines, "through the file");
}
