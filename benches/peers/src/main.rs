//! Sentences a second of picket, the `ais` crate and gpsdecode, side by side on the same generated traffic.
//!
//! Each round runs every decoder once over the same lines; the medians of the rounds count. Libraries get the lines in
//! memory, `gpsdecode` (left out where it is not installed) reads a file as a process of its own.

#[path = "../../support/mod.rs"]
mod support;

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use ais::{AisFragments, AisParser};
use picket::engine::decode::Decoder;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::time::EventTime;

const LINES: usize = 300_000;
const ROUNDS: usize = 7;

/// A decoder: what one run over the lines gives, messages and seconds.
struct Peer {
    name: &'static str,
    run: fn(&[u8]) -> Option<(u64, f64)>,
    seconds: Vec<f64>,
    messages: u64,
}

fn main() {
    let traffic = [
        ("single part, no TAG blocks", support::single_part(LINES)),
        ("with two-part messages", support::with_assembly(LINES)),
        ("with two-part messages and TAG blocks", support::tagged(LINES)),
    ];
    println!("{:<40} {:<16} {:>9} {:>13} {:>9}", "traffic", "decoder", "messages", "sentences/s", "to picket");
    for (name, bytes) in traffic {
        compare(name, &bytes);
    }
}

fn compare(traffic: &str, bytes: &[u8]) {
    let sentences = lines(bytes).count() as f64;
    let peer = |name, run| Peer { name, run, seconds: Vec::new(), messages: 0 };
    let mut peers = [peer("picket", picket as fn(&[u8]) -> _), peer("ais", ais), peer("gpsdecode", gpsdecode)];
    for _ in 0..ROUNDS {
        for peer in &mut peers {
            if let Some((messages, seconds)) = (peer.run)(bytes) {
                peer.messages = messages;
                peer.seconds.push(seconds);
            }
        }
    }
    let rate = |peer: &mut Peer| {
        peer.seconds.sort_by(f64::total_cmp);
        peer.seconds.get(peer.seconds.len() / 2).map(|seconds| sentences / seconds)
    };
    let rates = peers.each_mut().map(rate);
    for (peer, rate) in peers.iter().zip(rates) {
        match (rate, rates[0]) {
            (Some(rate), Some(own)) => {
                println!("{traffic:<40} {:<16} {:>9} {rate:>13.0} {:>9.2}", peer.name, peer.messages, rate / own);
            }
            _ => println!("{traffic:<40} {:<16} not there", peer.name),
        }
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty())
}

fn picket(bytes: &[u8]) -> Option<(u64, f64)> {
    let lines: Vec<&[u8]> = lines(bytes).collect();
    let mut decoder = Decoder::new(&[Feed::new("bench", FeedKind::Nmea)]);
    let mut messages = 0;
    let start = Instant::now();
    for (bytes, seq) in lines.into_iter().zip(1..) {
        let frame = Frame { seq, feed: FeedId(0), received_at: EventTime::from_millis(1_768_003_200_000), bytes };
        decoder.decode(&frame, &mut |decoded| {
            black_box(decoded);
            messages += 1;
        });
    }
    Some((messages, start.elapsed().as_secs_f64()))
}

fn ais(bytes: &[u8]) -> Option<(u64, f64)> {
    let lines: Vec<&[u8]> = lines(bytes).collect();
    let mut parser = AisParser::new();
    let mut messages = 0;
    let start = Instant::now();
    for line in lines {
        if let Ok(AisFragments::Complete(sentence)) = parser.parse(line, true) {
            black_box(&sentence.message);
            messages += 1;
        }
    }
    Some((messages, start.elapsed().as_secs_f64()))
}

fn gpsdecode(bytes: &[u8]) -> Option<(u64, f64)> {
    let path = std::env::temp_dir().join(format!("picket-peers-{}.nmea", std::process::id()));
    File::create(&path).and_then(|mut file| file.write_all(bytes)).ok()?;
    let start = Instant::now();
    let output = Command::new("gpsdecode").stdin(File::open(&path).ok()?).stderr(Stdio::null()).output();
    let seconds = start.elapsed().as_secs_f64();
    _ = std::fs::remove_file(&path);
    let messages = output.ok()?.stdout.iter().filter(|b| **b == b'\n').count() as u64;
    Some((messages, seconds))
}
