//! The AIS half of a feed: sentences to whole messages, each with its time.

use serde::{Deserialize, Serialize};

use super::ais::AisMessage;
use super::armour::Payload;
use super::assembler::{Assembler, Context, Whole};
use super::clock::{FeedClock, arrival};
use super::held::{HeldMessage, HeldMessages};
use super::own_ship::OwnShipUpdate;
use super::pghp::{Heard, PghpWindow};
use super::reject::{Reject, RejectReason};
use super::report::StationId;
use super::stamp::{SentenceKind, Stamp};
use super::vdm::Vdm;
use super::{Decoded, Message};
use crate::engine::digest::digest64;
use crate::engine::input::FeedId;
use crate::engine::time::EventTime;

/// The messages of one feed on their way: parts that wait for others, and wholes that wait for their time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Receiver {
    feed: FeedId,
    pghp: PghpWindow,
    held: HeldMessages,
    assembler: Assembler,
}

impl Receiver {
    /// The receiver of a feed.
    pub fn new(feed: FeedId) -> Self {
        Receiver { feed, ..Receiver::default() }
    }

    /// Notes a line that tells the time of another; lines count from 1.
    pub fn note(&mut self, line: u64, heard: Heard, checksum: Option<u8>) {
        self.pghp.push(line, heard, checksum);
    }

    /// Takes the body of a VDM or VDO sentence; `bytes` is the whole of it.
    ///
    /// # Errors
    /// Why the sentence, or the message it completes, is refused.
    #[inline]
    pub fn take(
        &mut self,
        (body, bytes): (&[u8], &[u8]),
        context: Context,
        clock: &mut FeedClock,
        payload: &mut Payload,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let vdm = Vdm::parse(body)?;
        if vdm.total == 1 {
            payload.unpack(vdm.payload, vdm.fill_bits)?;
            return self.message(context, vdm.channel, clock, payload, emit);
        }
        let feed = self.feed;
        let orphans = &mut |seq: u64, bytes: &[u8]| emit(orphan(feed, seq, bytes));
        match self.assembler.push(&vdm, bytes, &context, orphans)? {
            Some(Whole { payload: armoured, fill_bits, channel, context }) => {
                payload.unpack(armoured, fill_bits)?;
                self.message(context, channel, clock, payload, emit)
            }
            None => Ok(()),
        }
    }

    /// A whole message.
    #[inline]
    fn message(
        &mut self,
        context: Context,
        channel: Option<u8>,
        clock: &mut FeedClock,
        payload: &Payload,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        // Lent, never moved: a message is as large as its largest kind.
        let decoded = AisMessage::decode_as(payload, Message::Ais);
        let message = match &decoded {
            Ok(message) => message,
            Err(reason) => return Err(*reason),
        };
        let pghp = self.pghp.is_active(context.line);
        let heard = if pghp { self.pghp.take_before(context.line, context.checksum) } else { None };
        let told = context.around.tagged_at.or(heard.map(|h| h.time));
        let logged = if pghp { None } else { context.around.logged_at };
        if let Some(time) = told.or(logged) {
            clock.sentence_told(time, context.received_at);
        }
        let mut stamp = Stamp {
            observed_at: told.or(logged).or_else(|| clock.time_of_arrival(context.received_at)),
            received_at: arrival(told.or(logged), context.received_at),
            feed: self.feed,
            station: context.around.station.or(heard.map(|h| h.station)).unwrap_or_default(),
            digest: digest64(payload.bytes()),
            seq: context.seq,
            channel,
            talker: context.talker,
            sentence: if context.own { SentenceKind::Vdo } else { SentenceKind::Vdm },
            sentence_at: None,
            utc_second_suspect: None,
        };
        if pghp && told.is_none() {
            let (line, checksum) = (context.line, context.checksum);
            self.held.push(HeldMessage { line, checksum, stamp, message: *message });
            return Ok(());
        }
        hand_out(&mut stamp, message, emit);
        Ok(())
    }

    /// Whether messages wait for their time.
    #[inline]
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Hands out held messages that found their time or waited long enough, at line `now` (`None`: nothing follows).
    #[cold]
    pub fn release(
        &mut self,
        now: Option<u64>,
        received_at: EventTime,
        clock: &mut FeedClock,
        emit: &mut impl FnMut(Decoded<'_>),
    ) {
        while let Some((mut held, heard)) = self.held.take_due(&mut self.pghp, now, received_at) {
            if heard.is_none() {
                held.stamp.observed_at = clock.time_of_arrival(held.stamp.received_at);
            }
            if let Some(heard) = heard {
                clock.sentence_told(heard.time, held.stamp.received_at);
                held.stamp.observed_at = Some(heard.time);
                held.stamp.received_at = arrival(Some(heard.time), held.stamp.received_at);
                if held.stamp.station == StationId::default() {
                    held.stamp.station = heard.station;
                }
            }
            hand_out(&mut held.stamp, &held.message, emit);
        }
    }

    /// Gives up parts that wait for others: nothing follows.
    pub fn give_up(&mut self, emit: &mut impl FnMut(Decoded<'_>)) {
        let feed = self.feed;
        self.assembler.clear(&mut |seq, bytes| emit(orphan(feed, seq, bytes)));
    }
}

/// Hands out a message whose sentence's time is settled.
#[inline]
fn hand_out(stamp: &mut Stamp, message: &Message, emit: &mut impl FnMut(Decoded<'_>)) {
    if let Message::Ais(ais) = message {
        stamp.refine(ais.utc_second());
    }
    emit(Decoded::Message { stamp, message });
}

fn orphan(feed: FeedId, seq: u64, bytes: &[u8]) -> Decoded<'_> {
    Decoded::Reject(Reject { feed, seq, reason: RejectReason::OrphanPart, bytes })
}

/// What a VDO message tells of own ship.
pub fn own_ship(stamp: &Stamp, message: &Message) -> Option<(EventTime, OwnShipUpdate)> {
    let Message::Ais(message) = message else { return None };
    let (position, cog, sog, heading) = match message {
        _ if stamp.sentence != SentenceKind::Vdo => return None,
        AisMessage::PositionA(m) => (m.position, m.cog, m.sog, m.true_heading),
        AisMessage::PositionB(m) => (m.position, m.cog, m.sog, m.true_heading),
        AisMessage::ExtendedB(m) => (m.position, m.cog, m.sog, m.true_heading),
        _ => return None,
    };
    Some((stamp.observed_at?, OwnShipUpdate { clock: None, position, velocity: cog.zip(sog), heading }))
}
