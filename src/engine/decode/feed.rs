//! One feed's decoder: what its lines told so far, and what the next one says.

use serde::{Deserialize, Serialize};

use super::ais::AisMessage;
use super::armour::Payload;
use super::assembler::{Assembler, Context, Whole};
use super::asterix;
use super::asterix::block::Blocks;
use super::csv::Header;
use super::epoch::{prefix_time, suffix};
use super::held::{HeldMessage, HeldMessages};
use super::nmea0183::{Checksum, Piece, Pieces, Sentence};
use super::own_ship::{self, OwnShip, OwnShipUpdate};
use super::pghp::{self, Heard, PghpWindow};
use super::reject::{Reject, RejectReason};
use super::report::StationId;
use super::scan::xor;
use super::stamp::{SentenceKind, Stamp, known, nearest, time_of_day};
use super::stations::Stations;
use super::tag_block::{self, TagBlock};
use super::ttm::TrackedTarget;
use super::vdm::Vdm;
use super::{Decoded, Message, TtmMessage};
use crate::engine::digest::digest64;
use crate::engine::input::{Feed, FeedId, FeedKind, Frame};
use crate::engine::time::{EventTime, Span};

/// An own-ship clock not heard for this long has stopped.
const CLOCK_STALE: Span = Span::from_secs(60);
/// A feed whose own times lie this far before they are received plays the past: what tells no time is of that past too.
const PLAYS_THE_PAST: Span = Span::from_hours(24);
/// A time of day further from the receive time than this is wrong.
const TIME_OF_DAY_REACH: Span = Span::from_hours(6);

/// When a sentence arrived: of the past that a feed plays, when it tells that it did.
fn arrival(told: Option<EventTime>, received_at: EventTime) -> EventTime {
    told.filter(|&told| received_at - told > PLAYS_THE_PAST).unwrap_or(received_at)
}

/// What stands around a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Around {
    station: Option<StationId>,
    tagged_at: Option<EventTime>,
    group: Option<u32>,
    logged_at: Option<EventTime>,
}

impl Around {
    /// Takes in a TAG block; what it says wins over what an earlier one said.
    fn take(&mut self, tag: &TagBlock<'_>, stations: &mut Stations) {
        self.station = tag.source.map(|name| stations.id(name)).or(self.station);
        self.tagged_at = tag.time.or(self.tagged_at);
        self.group = tag.group.map(|g| g.id).or(self.group);
    }
}

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
    pghp: PghpWindow,
    held: HeldMessages,
    assembler: Assembler,
    own_ship: OwnShip,
    /// The last date and time own ship told, and when it was received.
    clock: Option<(EventTime, EventTime)>,
    /// The last time that a sentence told of itself, and when it was received.
    told: Option<(EventTime, EventTime)>,
    /// The last time of day that got a date.
    dated: Option<EventTime>,
    header: Option<Header>,
}

impl FeedDecoder {
    pub fn new(id: FeedId, feed: &Feed) -> Self {
        FeedDecoder {
            id,
            feed: feed.clone(),
            line: 0,
            pending: None,
            pghp: PghpWindow::default(),
            held: HeldMessages::default(),
            assembler: Assembler::default(),
            own_ship: OwnShip::default(),
            clock: None,
            told: None,
            dated: None,
            header: None,
        }
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.line
    }

    /// The feed's settings changed; what it has told so far stays.
    pub fn set_feed(&mut self, feed: &Feed) {
        self.feed = feed.clone();
    }

    /// Decodes one line or datagram.
    #[inline]
    pub fn decode(&mut self, frame: &Frame<'_>, shared: Shared<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        self.line += 1;
        if !self.held.is_empty() {
            self.release(Some(self.line), frame.received_at, emit);
        }
        match self.feed.kind {
            FeedKind::Nmea => self.line(frame, shared, emit),
            FeedKind::Csv => self.row(frame, shared, emit),
            FeedKind::Asterix => self.blocks(frame, emit),
            FeedKind::Pcap if asterix::holds_sentences(frame.bytes) => self.line(frame, shared, emit),
            FeedKind::Pcap => self.blocks(frame, emit),
        }
    }

    /// A datagram, or a run of data blocks.
    fn blocks(&mut self, frame: &Frame<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        for rest in Blocks::new(frame.bytes).filter_map(Result::err) {
            self.reject(frame, RejectReason::AsterixBlock, rest, emit);
        }
    }

    /// Hands out what waited too long.
    pub fn tick(&mut self, received_at: EventTime, emit: &mut impl FnMut(Decoded<'_>)) {
        if !self.held.is_empty() {
            self.release(Some(self.line), received_at, emit);
        }
    }

    /// Hands out what waits, and gives up parts that wait for others: nothing follows.
    pub fn finish(&mut self, emit: &mut impl FnMut(Decoded<'_>)) {
        self.release(None, EventTime::MAX, emit);
        let feed = self.id;
        self.assembler.clear(&mut |seq, bytes| emit(orphan(feed, seq, bytes)));
    }

    fn reject(&self, frame: &Frame<'_>, reason: RejectReason, bytes: &[u8], emit: &mut impl FnMut(Decoded<'_>)) {
        emit(Decoded::Reject(Reject { feed: self.id, seq: frame.seq, reason, bytes }));
    }

    #[inline]
    fn line(&mut self, frame: &Frame<'_>, mut shared: Shared<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        let mut pieces = Pieces::new(frame.bytes);
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
                    around.take(&tag_block::parse(block), shared.stations);
                    tagged = true;
                }
                Piece::OpenTag(bytes) => self.reject(frame, RejectReason::TagBlock, bytes, emit),
                Piece::Sentence(sentence, behind) => {
                    if !behind.is_empty() {
                        let suffix = suffix(behind);
                        around.logged_at = suffix.time.or(around.logged_at);
                        around.station = around.station.or_else(|| suffix.station.map(|name| shared.stations.id(name)));
                    }
                    if let Err(reason) = self.sentence(frame, &sentence, &around, &mut shared, emit) {
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

    /// A line without any sentence: a remark, or rubbish.
    #[cold]
    fn no_sentence(&mut self, frame: &Frame<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        let text = super::scan::trim(frame.bytes);
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
                    station: around.station,
                    group: around.group,
                    tagged_at: around.tagged_at,
                    logged_at: around.logged_at,
                    checksum,
                    line: self.line,
                    seq: frame.seq,
                    received_at: frame.received_at,
                };
                self.ais(sentence, context, shared, emit)
            }
            Some(b"TTM") => self.target(frame, sentence, around, emit),
            Some(_) => {
                if let Some(update) = own_ship::parse(sentence) {
                    self.own_ship(frame, around, &update);
                }
                Ok(())
            }
            None => {
                if let Some(line) = pghp::parse(sentence.body) {
                    let station = line.station.map(|name| shared.stations.id(name)).unwrap_or_default();
                    self.pghp.push(self.line, Heard { time: line.time, station }, line.checksum);
                }
                Ok(())
            }
        }
    }

    /// A VDM or VDO sentence.
    #[inline]
    fn ais(
        &mut self,
        sentence: &Sentence<'_>,
        context: Context,
        shared: &mut Shared<'_>,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let vdm = Vdm::parse(sentence.body)?;
        if vdm.total == 1 {
            shared.payload.unpack(vdm.payload, vdm.fill_bits)?;
            return self.message(context, vdm.channel, shared.payload, emit);
        }
        let feed = self.id;
        let orphans = &mut |seq: u64, bytes: &[u8]| emit(orphan(feed, seq, bytes));
        match self.assembler.push(&vdm, sentence.bytes, &context, orphans)? {
            Some(Whole { payload, fill_bits, channel, context }) => {
                shared.payload.unpack(payload, fill_bits)?;
                self.message(context, channel, shared.payload, emit)
            }
            None => Ok(()),
        }
    }

    /// A whole AIS message.
    #[inline]
    fn message(
        &mut self,
        context: Context,
        channel: Option<u8>,
        payload: &Payload,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let message = AisMessage::decode(payload)?;
        let pghp = self.pghp.is_active(self.line);
        let heard = if pghp { self.pghp.take_before(context.line, context.checksum) } else { None };
        let told = context.tagged_at.or(heard.map(|h| h.time));
        let logged = if pghp { None } else { context.logged_at };
        if let Some(time) = told.or(logged) {
            self.told = Some((time, context.received_at));
        }
        let mut stamp = Stamp {
            observed_at: told.or(logged).or_else(|| self.time_of_arrival(context.received_at)),
            received_at: arrival(told.or(logged), context.received_at),
            feed: self.id,
            station: context.station.or(heard.map(|h| h.station)).unwrap_or_default(),
            digest: digest64(payload.bytes()),
            seq: context.seq,
            channel,
            talker: context.talker,
            sentence: if context.own { SentenceKind::Vdo } else { SentenceKind::Vdm },
            sentence_at: None,
            utc_second_suspect: None,
        };
        let message = Message::Ais(message);
        if pghp && told.is_none() {
            let (line, checksum) = (context.line, context.checksum);
            self.held.push(HeldMessage { line, checksum, stamp, message });
            return Ok(());
        }
        self.hand_out(&mut stamp, &message, emit);
        Ok(())
    }

    /// Hands out an AIS message whose sentence's time is settled.
    #[inline]
    fn hand_out(&mut self, stamp: &mut Stamp, message: &Message, emit: &mut impl FnMut(Decoded<'_>)) {
        if let Message::Ais(ais) = message {
            stamp.refine(ais.utc_second());
            if stamp.sentence == SentenceKind::Vdo
                && let (Some(at), Some(update)) = (stamp.observed_at, own_update(ais))
            {
                self.own_ship.update(at, &update);
            }
        }
        emit(Decoded::Message { stamp, message });
    }

    /// Hands out held messages that found their time or waited long enough.
    #[cold]
    fn release(&mut self, now: Option<u64>, received_at: EventTime, emit: &mut impl FnMut(Decoded<'_>)) {
        while let Some((mut held, heard)) = self.held.take_due(&mut self.pghp, now, received_at) {
            if heard.is_none() {
                held.stamp.observed_at = self.time_of_arrival(held.stamp.received_at);
            }
            if let Some(heard) = heard {
                self.told = Some((heard.time, held.stamp.received_at));
                held.stamp.observed_at = Some(heard.time);
                held.stamp.received_at = arrival(Some(heard.time), held.stamp.received_at);
                if held.stamp.station == StationId::default() {
                    held.stamp.station = heard.station;
                }
            }
            self.hand_out(&mut held.stamp, &held.message, emit);
        }
    }

    /// What own ship's clock last told, unless it has stopped.
    #[inline]
    fn clock(&self, received_at: EventTime) -> Option<EventTime> {
        let (time, told_at) = self.clock?;
        (received_at - told_at <= CLOCK_STALE).then_some(time)
    }

    /// The time of what tells none: own ship's clock, else when it was received, on the feed's clock if that shows the past.
    fn time_of_arrival(&self, received_at: EventTime) -> Option<EventTime> {
        let received = known(received_at);
        self.clock(received_at).or_else(|| match self.told {
            Some((time, told_at)) if told_at - time > PLAYS_THE_PAST => Some(time + (received? - told_at)),
            _ => received,
        })
    }

    /// The time of a sentence that is not AIS.
    fn time(&self, frame: &Frame<'_>, around: &Around) -> Option<EventTime> {
        let told = around.tagged_at.or(around.logged_at);
        told.or_else(|| self.time_of_arrival(frame.received_at))
    }

    fn own_ship(&mut self, frame: &Frame<'_>, around: &Around, update: &OwnShipUpdate) {
        if let Some(clock) = update.clock {
            self.clock = Some((clock, frame.received_at));
        }
        if let Some(at) = self.time(frame, around) {
            self.own_ship.update(at, update);
        }
    }

    /// A TTM sentence.
    fn target(
        &mut self,
        frame: &Frame<'_>,
        sentence: &Sentence<'_>,
        around: &Around,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let wire = TrackedTarget::parse(sentence)?;
        let observed_at = match &wire.time {
            Some(text) => self.date(text.as_bytes(), frame, around)?,
            None => self.time(frame, around),
        };
        let target = wire.located(observed_at, self.feed.site.as_ref(), &self.own_ship);
        let stamp = Stamp {
            observed_at,
            received_at: arrival(around.tagged_at.or(around.logged_at), frame.received_at),
            feed: self.id,
            station: around.station.unwrap_or_default(),
            digest: digest64(sentence.body.get(2..).unwrap_or(&[])),
            seq: frame.seq,
            channel: None,
            talker: sentence.talker(),
            sentence: SentenceKind::Ttm,
            sentence_at: None,
            utc_second_suspect: None,
        };
        emit(Decoded::Message { stamp: &stamp, message: &Message::Ttm(TtmMessage { wire, target }) });
        Ok(())
    }

    /// The instant of a time of day: nearest to the sentence's time (refused beyond six hours), or on the feed's date.
    fn date(&mut self, text: &[u8], frame: &Frame<'_>, around: &Around) -> Result<Option<EventTime>, RejectReason> {
        let time = time_of_day(text).ok_or(RejectReason::Time)?;
        let told = around.tagged_at.or(around.logged_at).or_else(|| self.clock(frame.received_at));
        let instant = match (told, self.feed.date) {
            (None, Some(date)) => Some(self.dated.map_or(date.midnight() + time, |last| nearest(time, last))),
            (told, _) => match told.or(known(frame.received_at)) {
                Some(reference) => {
                    let instant = nearest(time, reference);
                    if (instant - reference).abs() > TIME_OF_DAY_REACH {
                        return Err(RejectReason::Time);
                    }
                    Some(instant)
                }
                None => None,
            },
        };
        self.dated = instant.or(self.dated);
        Ok(instant)
    }

    /// A row of a table.
    fn row(&mut self, frame: &Frame<'_>, shared: Shared<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        let Some(header) = &self.header else {
            self.header = Header::parse(frame.bytes);
            if self.header.is_none() {
                self.reject(frame, RejectReason::Malformed, frame.bytes, emit);
            }
            return;
        };
        let Some(row) = header.row(frame.bytes) else {
            // A sender that comes back, and a file that follows another, begin a table anew.
            match Header::parse(frame.bytes) {
                Some(header) => self.header = Some(header),
                None => self.reject(frame, RejectReason::Malformed, frame.bytes, emit),
            }
            return;
        };
        let told = header.stamp(frame.bytes);
        let Some(observed_at) = told.time else {
            return self.reject(frame, RejectReason::Time, frame.bytes, emit);
        };
        let stamp = Stamp {
            observed_at: Some(observed_at),
            received_at: frame.received_at,
            feed: self.id,
            station: told.station.map(|name| shared.stations.id(name.as_bytes())).unwrap_or_default(),
            digest: digest64(frame.bytes),
            seq: frame.seq,
            channel: None,
            talker: [0; 2],
            sentence: SentenceKind::Row,
            sentence_at: None,
            utc_second_suspect: None,
        };
        emit(Decoded::Message { stamp: &stamp, message: &Message::Row(row) });
    }
}

fn orphan(feed: FeedId, seq: u64, bytes: &[u8]) -> Decoded<'_> {
    Decoded::Reject(Reject { feed, seq, reason: RejectReason::OrphanPart, bytes })
}

/// What a position report of own ship tells of it.
fn own_update(message: &AisMessage) -> Option<OwnShipUpdate> {
    let (position, cog, sog, heading) = match message {
        AisMessage::PositionA(m) => (m.position, m.cog, m.sog, m.true_heading),
        AisMessage::PositionB(m) => (m.position, m.cog, m.sog, m.true_heading),
        AisMessage::ExtendedB(m) => (m.position, m.cog, m.sog, m.true_heading),
        _ => return None,
    };
    Some(OwnShipUpdate { clock: None, position, velocity: cog.zip(sog), heading })
}
