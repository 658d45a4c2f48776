//! ASTERIX from outside: fields, times, quarantine, rubbish, recordings, and two other decoders' opinion of every item.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod conduct;
mod fields;
mod peers;
#[path = "../support/python.rs"]
mod python;
mod recordings;
mod reports;
mod rubbish;

use picket::engine::decode::asterix::AsterixMessage;
use picket::engine::decode::report::{Body, Report};
use picket::engine::decode::{Decoded, Decoder, Message, Stamp, reports};
use picket::engine::earth::Position;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame, Site};
use picket::engine::time::{EventTime, Span};
use picket::sim::asterix_wire::{RecordWriter, block, time_of_day};

/// What a feed's datagrams gave.
#[derive(Default)]
struct Gave {
    records: Vec<(Stamp, AsterixMessage)>,
    reports: Vec<Report>,
    rejects: Vec<&'static str>,
    quarantined: usize,
}

impl Gave {
    fn bodies(&self) -> Vec<Body> {
        self.reports.iter().map(|report| report.body).collect()
    }

    fn times(&self) -> Vec<String> {
        self.records.iter().map(|(stamp, _)| stamp.observed_at.map(EventTime::iso).unwrap_or_default()).collect()
    }
}

/// 2026-01-10T00:00:00Z: when the first datagram of a test is received; each further one a millisecond later.
fn start() -> EventTime {
    EventTime::from_iso("2026-01-10T00:00:00Z").unwrap()
}

fn island() -> Position {
    Position::from_degrees(8.68, 106.6).unwrap()
}

/// A feed with a site on the island.
fn feed() -> Feed {
    let site = Site {
        range_sigma_m: 12.0,
        bearing_sigma_deg: 0.15,
        max_range_m: 40_000.0,
        ..Site::at(island(), Span::from_secs(3))
    };
    Feed { site: Some(site), ..Feed::new("radar", FeedKind::Asterix) }
}

fn decode_at(received_at: EventTime, feed: Feed, datagrams: &[Vec<u8>]) -> Gave {
    let mut decoder = Decoder::new(&[feed]);
    let mut gave = Gave::default();
    for (datagram, n) in datagrams.iter().zip(0..) {
        let received_at = received_at + Span::from_millis(n);
        let frame = Frame { seq: n as u64 + 1, feed: FeedId(0), received_at, bytes: datagram };
        decoder.decode(&frame, &mut |decoded| match decoded {
            Decoded::Message { stamp, message } => {
                if let Message::Asterix(record) = message {
                    gave.records.push((*stamp, record.wire));
                }
                match reports(stamp, message) {
                    Ok(told) => gave.reports.extend(told),
                    Err(reason) => gave.rejects.push(reason.name()),
                }
            }
            Decoded::Reject(reject) => gave.rejects.push(reject.reason.name()),
        });
    }
    gave.quarantined = decoder.quarantined(FeedId(0)).count();
    gave
}

fn decode(datagrams: &[Vec<u8>]) -> Gave {
    decode_at(start(), feed(), datagrams)
}

/// A CAT010 target report of SAC 7, SIC 1 at the start of the test.
fn target() -> RecordWriter {
    RecordWriter::new(10).with(10, &[7, 1]).with(0, &[1]).with(140, &time_of_day(start()))
}

/// A CAT048 target report of the same radar.
fn target_048() -> RecordWriter {
    RecordWriter::new(48).with(10, &[7, 1]).with(140, &time_of_day(start()))
}

/// A CAT062 system track.
fn target_062() -> RecordWriter {
    let record = RecordWriter::new(62).with(10, &[7, 1]).with(70, &time_of_day(start()));
    record.with(40, &[0x12, 0x34]).with(80, &[0])
}

/// A datagram of one record.
fn datagram(category: u8, record: RecordWriter) -> Vec<u8> {
    block(category, &[record.bytes()])
}
