//! The decoder from outside: wire dialects, AIS fields bit by bit, time lines, radar targets, real recordings, rubbish.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod ais_fields;
mod ais_services;
mod bits;
mod corpus;
mod drive;
mod edge_cases;
mod framing;
mod radar;
mod rubbish;
mod seeds;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod targets;
mod wire;

use picket::engine::decode::report::Report;
use picket::engine::decode::{Decoded, Decoder, Message, Stamp, reports};
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::time::{EventTime, Span};

/// What a feed's lines gave.
#[derive(Default)]
struct Gave {
    messages: Vec<(Stamp, Message)>,
    stations: Vec<Option<String>>,
    rejects: Vec<(&'static str, u64)>,
}

impl Gave {
    fn reasons(&self) -> Vec<&'static str> {
        self.rejects.iter().map(|(reason, _)| *reason).collect()
    }

    fn reports(&self) -> Vec<Report> {
        self.messages.iter().filter_map(|(stamp, message)| reports(stamp, message).ok()).flatten().collect()
    }

    fn times(&self) -> Vec<String> {
        self.messages.iter().map(|(stamp, _)| stamp.observed_at.map(EventTime::iso).unwrap_or_default()).collect()
    }
}

/// 2026-01-10T00:00:00Z: when the first line of a test is received; each further line a millisecond later.
fn start() -> EventTime {
    EventTime::from_iso("2026-01-10T00:00:00Z").unwrap()
}

/// Decodes the lines of one feed.
fn decode_feed<L: AsRef<[u8]>>(feed: Feed, lines: impl IntoIterator<Item = L>) -> Gave {
    let mut decoder = Decoder::new(&[feed]);
    let mut decoded = Vec::new();
    let mut gave = Gave::default();
    let mut seq = 0;
    for line in lines {
        seq += 1;
        let received_at = start() + Span::from_millis(seq as i64 - 1);
        let frame = Frame { seq, feed: FeedId(0), received_at, bytes: line.as_ref() };
        decoder.decode(&frame, &mut |d| take(d, &mut decoded, &mut gave));
    }
    decoder.finish(FeedId(0), &mut |d| take(d, &mut decoded, &mut gave));
    gave.stations = decoded.iter().map(|(s, _)| decoder.station_name(s.station).map(str::to_owned)).collect();
    gave.messages = decoded;
    gave
}

fn take(decoded: Decoded<'_>, messages: &mut Vec<(Stamp, Message)>, gave: &mut Gave) {
    match decoded {
        Decoded::Message { stamp, message } => messages.push((*stamp, *message)),
        Decoded::Reject(reject) => gave.rejects.push((reject.reason.name(), reject.seq)),
    }
}

fn decode<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Gave {
    decode_feed(Feed::new("test", FeedKind::Nmea), lines)
}

/// A sentence with its checksum.
fn sentence(start: char, body: &str) -> String {
    picket::sim::sentence::sentence(start, body)
}

/// A TAG block with its checksum.
fn tag(inside: &str) -> String {
    format!("\\{inside}*{:02X}\\", picket::sim::sentence::checksum(inside))
}
