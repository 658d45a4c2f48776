//! One feed's decoder: its lines as sentences, each to who reads it, with what stands around it.

use serde::{Deserialize, Serialize};

use super::armour::Payload;
use super::around::Around;
use super::assembler::Context;
use super::asterix::{AsterixFeed, holds_sentences};
use super::clock::{FeedClock, is_believed};
use super::epoch::{prefix_time, suffix};
use super::framing::Framing;
use super::nmea0183::{Checksum, Piece, Pieces, Sentence};
use super::own_ship;
use super::pghp;
use super::radar::{Heard, Radar};
use super::receiver::{self, Receiver};
use super::reject::{Reject, RejectReason};
use super::report::SourceId;
use super::scan::{trim, xor};
use super::stations::Stations;
use super::table::Table;
use super::{Decoded, tag_block};
use crate::engine::input::{Feed, FeedId, FeedKind, Frame};
use crate::engine::time::EventTime;

/// What a decoder lends to all its feeds.
pub(super) struct Shared<'a> {
    pub stations: &'a mut Stations,
    pub payload: &'a mut Payload,
}

/// The decoder of one feed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FeedDecoder {
    id: FeedId,
    feed: Feed,
    line: u64,
    /// What TAG blocks on a line of their own say of the next sentence.
    pending: Option<Around>,
    framing: Framing,
    clock: FeedClock,
    ais: Receiver,
    radar: Radar,
    table: Table,
    asterix: AsterixFeed,
}

impl FeedDecoder {
    pub fn new(id: FeedId, feed: &Feed) -> Self {
        FeedDecoder {
            id,
            feed: feed.clone(),
            line: 0,
            pending: None,
            framing: Framing::default(),
            clock: FeedClock::default(),
            ais: Receiver::new(id),
            radar: Radar::default(),
            table: Table::default(),
            asterix: AsterixFeed::default(),
        }
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.line
    }

    /// What own ship's clock last told, and when that was received.
    pub fn own_clock(&self) -> Option<(EventTime, EventTime)> {
        self.clock.own_ship_clock()
    }

    /// What its lines tell beside their sentences.
    pub fn framing(&self) -> &Framing {
        &self.framing
    }

    /// The feed's settings changed; what it has told so far stays.
    pub fn set_feed(&mut self, feed: &Feed) {
        self.feed = feed.clone();
    }

    /// Decodes one line or datagram.
    #[inline]
    pub fn decode(&mut self, frame: &Frame<'_>, mut shared: Shared<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        self.line += 1;
        if self.ais.holds() {
            self.release(Some(self.line), frame.received_at, emit);
        }
        match self.feed.kind {
            FeedKind::Nmea => self.line(frame, &mut shared, emit),
            FeedKind::Csv => {
                if let Err(reason) = self.table.take(frame, shared.stations, emit) {
                    self.reject(frame, reason, frame.bytes, emit);
                }
            }
            FeedKind::Pcap if holds_sentences(frame.bytes) => self.line(frame, &mut shared, emit),
            FeedKind::Asterix | FeedKind::Pcap => {
                self.asterix.decode((self.id, &self.feed), frame, shared.stations, emit);
            }
        }
    }

    /// The ASTERIX sources whose blocks fail too often to be believed.
    pub fn quarantined(&self) -> impl Iterator<Item = SourceId> {
        self.asterix.quarantined()
    }

    /// Hands out what waited too long.
    pub fn tick(&mut self, received_at: EventTime, emit: &mut impl FnMut(Decoded<'_>)) {
        if self.ais.holds() {
            self.release(Some(self.line), received_at, emit);
        }
    }

    /// Hands out what waits, and gives up parts that wait for others: nothing follows.
    pub fn finish(&mut self, emit: &mut impl FnMut(Decoded<'_>)) {
        self.release(None, EventTime::MAX, emit);
        self.ais.give_up(emit);
    }

    fn release(&mut self, now: Option<u64>, received_at: EventTime, emit: &mut impl FnMut(Decoded<'_>)) {
        let FeedDecoder { ais, clock, radar, .. } = self;
        ais.release(now, received_at, clock, &mut |decoded| pass_on(radar, &decoded, emit));
    }

    fn reject(&self, frame: &Frame<'_>, reason: RejectReason, bytes: &[u8], emit: &mut impl FnMut(Decoded<'_>)) {
        emit(Decoded::Reject(Reject { feed: self.id, seq: frame.seq, reason, bytes }));
    }

    #[inline]
    fn line(&mut self, frame: &Frame<'_>, shared: &mut Shared<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        let mut pieces = Pieces::new(frame.bytes);
        if pieces.is_binary() {
            self.framing.binary_datagrams += 1;
            return;
        }
        let mut around = self.pending.take().unwrap_or_default();
        let prefix = pieces.prefix();
        if !prefix.is_empty() {
            around.logged_at = prefix_time(prefix);
            if prefix.len() == frame.bytes.len() {
                self.pending = Some(around);
                self.no_sentence(frame, emit);
                return;
            }
        }
        let prefix_time = around.logged_at;
        let mut tagged = false;
        for piece in &mut pieces {
            match piece {
                Piece::Tag(block) => {
                    let tag = tag_block::parse(block);
                    around.take(&tag, shared.stations);
                    if let Some(count) = tag.line_count {
                        self.framing.count_line(around.station.unwrap_or_default(), count);
                    }
                    tagged = true;
                }
                Piece::OpenTag(bytes) => self.reject(frame, RejectReason::TagBlock, bytes, emit),
                Piece::Sentence(sentence, behind) => {
                    if !behind.is_empty() {
                        let suffix = suffix(behind);
                        around.logged_at = suffix.time.or(around.logged_at);
                        around.station = around.station.or_else(|| suffix.station.map(|name| shared.stations.id(name)));
                    }
                    if !self.feed.trust_time {
                        around.tagged_at = self.believed(around.tagged_at, frame.received_at);
                        around.logged_at = self.believed(around.logged_at, frame.received_at);
                    }
                    if let Err(reason) = self.sentence(frame, &sentence, &around, shared, emit) {
                        self.reject(frame, reason, sentence.bytes, emit);
                    }
                    around = Around { logged_at: prefix_time, ..Around::default() };
                    tagged = false;
                }
            }
        }
        if tagged {
            self.pending = Some(Around { logged_at: None, ..around });
        }
    }

    /// A time that the feed tells, if it is believed.
    fn believed(&mut self, told: Option<EventTime>, received_at: EventTime) -> Option<EventTime> {
        let time = told?;
        let is_believed = is_believed(self.feed.trust_time, time, received_at);
        self.framing.times_not_believed += u64::from(!is_believed);
        is_believed.then_some(time)
    }

    /// A line without any sentence: a remark, or rubbish.
    #[cold]
    fn no_sentence(&mut self, frame: &Frame<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        let text = trim(frame.bytes);
        if !text.is_empty() && !text.starts_with(b"#") {
            self.reject(frame, RejectReason::Malformed, frame.bytes, emit);
        }
    }

    #[inline]
    fn sentence(
        &mut self,
        frame: &Frame<'_>,
        sentence: &Sentence<'_>,
        around: &Around,
        shared: &mut Shared<'_>,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let checksum = match sentence.checksum {
            Checksum::Good(checksum) => checksum,
            Checksum::Missing if self.feed.allow_missing_checksum => xor(sentence.body),
            _ => return Err(RejectReason::Checksum),
        };
        match sentence.formatter() {
            Some(formatter @ (b"VDM" | b"VDO")) => {
                let context = Context {
                    own: formatter == b"VDO",
                    talker: sentence.talker(),
                    around: *around,
                    checksum,
                    line: self.line,
                    seq: frame.seq,
                    received_at: frame.received_at,
                };
                let FeedDecoder { ais, clock, radar, .. } = self;
                let emit = &mut |decoded: Decoded<'_>| pass_on(radar, &decoded, emit);
                ais.take((sentence.body, sentence.bytes), context, clock, shared.payload, emit)
            }
            Some(_) => self.other(frame, sentence, around, shared, emit),
            None => {
                if let Some(line) = pghp::parse(sentence.body)
                    && self.believed(Some(line.time), frame.received_at).is_some()
                {
                    let station = line.station.map(|name| shared.stations.id(name)).unwrap_or_default();
                    self.ais.note(self.line, pghp::Heard { time: line.time, station }, line.checksum);
                }
                Ok(())
            }
        }
    }

    /// A sentence that is not AIS: of a radar, of own ship, or not ours.
    fn other(
        &mut self,
        frame: &Frame<'_>,
        sentence: &Sentence<'_>,
        around: &Around,
        shared: &mut Shared<'_>,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let heard = Heard { frame, sentence, around, feed: &self.feed };
        if !self.radar.take(heard, &mut self.clock, shared.payload, emit)?
            && let Some(update) = own_ship::parse(sentence)
        {
            if let Some(clock) = self.believed(update.clock, frame.received_at) {
                self.clock.own_ship_told(clock, frame.received_at);
            }
            if let Some(at) = self.clock.time(around, frame.received_at) {
                self.radar.own_ship_told(at, &update);
            }
        }
        Ok(())
    }
}

/// Hands out what the receiver gave; own ship's messages place the radar.
#[inline]
fn pass_on(radar: &mut Radar, decoded: &Decoded<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
    if let Decoded::Message { stamp, message } = decoded
        && let Some((at, update)) = receiver::own_ship(stamp, message)
    {
        radar.own_ship_told(at, &update);
    }
    emit(*decoded);
}
