//! Bytes to reports: sentences, AIS messages, radar targets, table rows; refuses with a reason, never fails.
//!
//! A [`Decoder`] takes frames in the order of the journal and hands out messages and rejects; [`reports`] says what a
//! message tells the tracker. Nothing is allocated for a message.

pub mod ais;
mod armour;
mod around;
mod assembler;
pub mod asterix;
mod clock;
mod csv;
mod epoch;
mod feed;
mod framing;
mod held;
pub mod line_stamp;
mod nmea0183;
mod own_ship;
mod pghp;
mod radar;
mod receiver;
pub mod reject;
pub mod report;
mod reports;
mod scan;
pub mod stamp;
mod stations;
mod table;
mod tag_block;
mod units;
mod vdm;

use serde::{Deserialize, Serialize};

use crate::engine::input::{Feed, FeedId, Frame};
use crate::engine::time::EventTime;

pub use ais::AisMessage;
use armour::Payload;
pub use asterix::AsterixReport;
pub use csv::CsvRow;
use feed::{FeedDecoder, Shared};
pub use framing::Framing;
pub use held::PATIENCE as HELD_AT_MOST;
pub use radar::{
    RadarSystemData, Reference, TargetLabel, TargetMessage, TargetPosition, TargetPositionMessage, TrackedTarget,
};
pub use reject::{Reject, RejectReason};
use report::{SourceId, StationId};
pub use reports::{Reports, positioned, reports};
pub use stamp::{SentenceKind, Stamp};
use stations::Stations;

/// One decoded message.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)] // built in place and lent out; boxes would allocate
pub enum Message {
    /// An AIS message of others, or of own ship.
    Ais(AisMessage),
    /// A radar's tracked target (TTM, TTD).
    Target(TargetMessage),
    /// The position of a radar's tracked target (TLL).
    TargetPosition(TargetPositionMessage),
    /// The label of a radar's tracked target (TLB).
    TargetLabel(TargetLabel),
    /// What a radar tells of itself (RSD).
    RadarSystem(RadarSystemData),
    /// A row of a table.
    Row(CsvRow),
    /// A record of an ASTERIX data block.
    Asterix(AsterixReport),
}

/// What comes out of a frame, lent for the call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decoded<'a> {
    /// A message.
    Message {
        /// When, where and by whom it was heard.
        stamp: &'a Stamp,
        /// What it says.
        message: &'a Message,
    },
    /// Refused bytes.
    Reject(Reject<'a>),
}

/// Decodes the frames of all feeds; its whole state is a value that can be kept and taken up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decoder {
    feeds: Vec<FeedDecoder>,
    stations: Stations,
    #[serde(skip)]
    payload: Payload,
}

impl Decoder {
    /// A decoder for these feeds; `FeedId(i)` is the `i`th.
    pub fn new(feeds: &[Feed]) -> Decoder {
        let feeds = feeds.iter().zip(0..).map(|(feed, i)| FeedDecoder::new(FeedId(i), feed)).collect();
        Decoder { feeds, stations: Stations::default(), payload: Payload::default() }
    }

    /// Other feeds: those known before take their new settings and keep their state, further ones are appended.
    pub fn set_feeds(&mut self, feeds: &[Feed]) {
        for (i, feed) in (0..).zip(feeds) {
            match self.feeds.get_mut(usize::from(i)) {
                Some(known) => known.set_feed(feed),
                None => self.feeds.push(FeedDecoder::new(FeedId(i), feed)),
            }
        }
    }

    /// Decodes one line or datagram; a frame of a feed that is not there is ignored.
    ///
    /// What a `$PGHP` line behind it may stamp is kept back up to 20 lines or 2 s of receive time, see [`Decoder::tick`].
    #[inline]
    pub fn decode(&mut self, frame: &Frame<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        if let Some(feed) = self.feeds.get_mut(usize::from(frame.feed.0)) {
            feed.decode(frame, Shared { stations: &mut self.stations, payload: &mut self.payload }, emit);
        }
    }

    /// Time went on without frames: hands out what waited too long. What comes out does not depend on how often this is
    /// called, only when it comes out.
    pub fn tick(&mut self, received_at: EventTime, emit: &mut impl FnMut(Decoded<'_>)) {
        for feed in &mut self.feeds {
            feed.tick(received_at, emit);
        }
    }

    /// A feed has ended: hands out what waits and gives up what is not whole.
    pub fn finish(&mut self, feed: FeedId, emit: &mut impl FnMut(Decoded<'_>)) {
        if let Some(feed) = self.feeds.get_mut(usize::from(feed.0)) {
            feed.finish(emit);
        }
    }

    /// Frames of a feed so far.
    pub fn frames_of(&self, feed: FeedId) -> u64 {
        self.feeds.get(usize::from(feed.0)).map_or(0, FeedDecoder::frames)
    }

    /// What own ship's clock of a feed last told, and when that was received.
    pub fn own_clock(&self, feed: FeedId) -> Option<(EventTime, EventTime)> {
        self.feeds.get(usize::from(feed.0))?.own_clock()
    }

    /// The stations that were heard of for the first time since this was last asked, with their names.
    pub fn new_stations(&mut self) -> impl Iterator<Item = (StationId, &str)> {
        self.stations.take_new()
    }

    /// The ASTERIX sources of a feed that are in quarantine now: their blocks fail too often to be believed.
    pub fn quarantined(&self, feed: FeedId) -> impl Iterator<Item = SourceId> {
        self.feeds.get(usize::from(feed.0)).into_iter().flat_map(FeedDecoder::quarantined)
    }

    /// What the lines of a feed tell beside their sentences; `None` of a feed that is not there.
    pub fn framing_of(&self, feed: FeedId) -> Option<&Framing> {
        self.feeds.get(usize::from(feed.0)).map(FeedDecoder::framing)
    }

    /// The name of a station; `None` if it is not known (the table is bounded) or no station.
    pub fn station_name(&self, station: StationId) -> Option<&str> {
        self.stations.name(station)
    }
}
