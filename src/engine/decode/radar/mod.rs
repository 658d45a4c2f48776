//! The radar half of a feed: targets of a radar's own tracker, as seen from a fixed site or from own ship.

mod rsd;
mod tlb;
mod tll;
mod ttd;
mod ttm;

use serde::{Deserialize, Serialize};

use super::armour::Payload;
use super::around::Around;
use super::clock::{FeedClock, arrival};
use super::nmea0183::Sentence;
use super::own_ship::{OwnShip, OwnShipUpdate};
use super::reject::RejectReason;
use super::report::{SensorTrackReport, TargetStatus};
use super::stamp::{SentenceKind, Stamp};
use super::{Decoded, Message};
use crate::engine::digest::digest64;
use crate::engine::input::{Feed, Frame};
use crate::engine::map::Map;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Course, Speed};
pub use rsd::RadarSystemData;
pub use tlb::TargetLabel;
pub use tll::TargetPosition;
pub(super) use ttm::Sigmas;
pub use ttm::{Reference, TrackedTarget};

/// Target numbers remembered a feed; further ones are not joined.
const MOST_NUMBERS: usize = 4096;
/// What a number last told says nothing of it after this.
const JOINED_FOR: Span = Span::from_secs(60);

/// A tracked target (TTM, TTD): as sent, and where that puts it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetMessage {
    /// The sentence's fields.
    pub wire: TrackedTarget,
    /// The target seen from the site or own ship; `None` for what is no vessel: a reference or a test target.
    pub target: Option<SensorTrackReport>,
}

/// A target's position (TLL): as sent, and what it adds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetPositionMessage {
    /// The sentence's fields.
    pub wire: TargetPosition,
    /// The target; `None` for a reference target, and where the same number is placed by its range and bearing.
    pub target: Option<SensorTrackReport>,
}

/// What TTM or TTD last told of a target number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Tracked {
    at: EventTime,
    is_placed: bool,
    velocity: Option<(Course, Speed)>,
}

/// What a feed told of its own ship and of its radar's targets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Radar {
    own_ship: OwnShip,
    tracked: Map<u32, Tracked>,
}

/// A sentence on its way: where it came from, what stands around it, when it was.
#[derive(Clone, Copy)]
pub struct Heard<'a> {
    /// Its frame.
    pub frame: &'a Frame<'a>,
    /// The sentence.
    pub sentence: &'a Sentence<'a>,
    /// What stands around it.
    pub around: &'a Around,
    /// Its feed.
    pub feed: &'a Feed,
}

impl Radar {
    /// Takes in what a sentence of time `at` says of own ship.
    pub fn own_ship_told(&mut self, at: EventTime, update: &OwnShipUpdate) {
        self.own_ship.update(at, update);
    }

    /// Takes a sentence of a radar; false if it is none.
    ///
    /// # Errors
    /// What its reader refuses, and a time of day out of reach.
    pub fn take(
        &mut self,
        heard: Heard<'_>,
        clock: &mut FeedClock,
        payload: &mut Payload,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<bool, RejectReason> {
        match heard.sentence.formatter() {
            Some(b"TTM") => self.tracked_target(heard, clock, emit)?,
            Some(b"TLL") => self.target_position(heard, clock, emit)?,
            Some(b"TTD") => self.tracked_targets(heard, clock, payload, emit)?,
            Some(b"TLB") => {
                let stamp = heard.stamp(SentenceKind::Tlb, clock.time(heard.around, heard.frame.received_at));
                for label in TargetLabel::parse(heard.sentence)? {
                    emit(Decoded::Message { stamp: &stamp, message: &Message::TargetLabel(label) });
                }
            }
            Some(b"RSD") => {
                let stamp = heard.stamp(SentenceKind::Rsd, clock.time(heard.around, heard.frame.received_at));
                let system = RadarSystemData::parse(heard.sentence)?;
                emit(Decoded::Message { stamp: &stamp, message: &Message::RadarSystem(system) });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn tracked_target(
        &mut self,
        heard: Heard<'_>,
        clock: &mut FeedClock,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let wire = TrackedTarget::parse(heard.sentence)?;
        let observed_at = heard.observed_at(wire.time.as_deref(), clock)?;
        self.place(&heard.stamp(SentenceKind::Ttm, observed_at), &heard, wire, wire.reference_target, emit);
        Ok(())
    }

    fn tracked_targets(
        &mut self,
        heard: Heard<'_>,
        clock: &FeedClock,
        payload: &mut Payload,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        ttd::unpack(heard.sentence, payload)?;
        let stamp = heard.stamp(SentenceKind::Ttd, clock.time(heard.around, heard.frame.received_at));
        for place in 0..ttd::targets(payload) {
            let Some((wire, is_test)) = ttd::target(payload, place, heard.feed.ttd_step_nm) else { continue };
            let stamp = Stamp { digest: stamp.digest.wrapping_add(place as u64), ..stamp };
            self.place(&stamp, &heard, wire, is_test, emit);
        }
        if ttd::is_cut(payload) { Err(RejectReason::Truncated) } else { Ok(()) }
    }

    /// Hands out a tracked target, placed.
    fn place(
        &mut self,
        stamp: &Stamp,
        heard: &Heard<'_>,
        wire: TrackedTarget,
        is_no_vessel: bool,
        emit: &mut impl FnMut(Decoded<'_>),
    ) {
        let target = wire.located(stamp.observed_at, heard.feed.site.as_ref(), &self.own_ship);
        if let Some(at) = stamp.observed_at {
            let tracked = Tracked { at, is_placed: target.position.is_some(), velocity: target.cog.zip(target.sog) };
            match target.status {
                TargetStatus::Lost => _ = self.tracked.remove(&wire.target_number),
                _ if self.tracked.len() < MOST_NUMBERS || self.tracked.contains_key(&wire.target_number) => {
                    self.tracked.insert(wire.target_number, tracked);
                }
                _ => {}
            }
        }
        let message = Message::Target(TargetMessage { wire, target: (!is_no_vessel).then_some(target) });
        emit(Decoded::Message { stamp, message: &message });
    }

    /// A position joins what the same number told by TTM or TTD: velocity, or nothing new where that is placed already.
    fn target_position(
        &mut self,
        heard: Heard<'_>,
        clock: &mut FeedClock,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let wire = TargetPosition::parse(heard.sentence)?;
        let observed_at = heard.observed_at(wire.time.as_deref(), clock)?;
        let fresh = |tracked: &&Tracked| observed_at.is_some_and(|at| (at - tracked.at).abs() <= JOINED_FOR);
        let tracked = self.tracked.get(&wire.target_number).filter(fresh).copied();
        let is_lost = wire.target_status == TargetStatus::Lost;
        let is_told = !wire.reference_target && (is_lost || !tracked.is_some_and(|t| t.is_placed));
        let velocity = tracked.and_then(|t| t.velocity).filter(|_| wire.target_status == TargetStatus::Tracking);
        let target = wire.located(observed_at, heard.feed.site.as_ref(), &self.own_ship, velocity);
        if is_lost {
            self.tracked.remove(&wire.target_number);
        }
        let message = Message::TargetPosition(TargetPositionMessage { wire, target: is_told.then_some(target) });
        emit(Decoded::Message { stamp: &heard.stamp(SentenceKind::Tll, observed_at), message: &message });
        Ok(())
    }
}

impl Heard<'_> {
    /// When it was observed: at the time of day it tells, else at the sentence's time.
    fn observed_at(&self, time: Option<&str>, clock: &mut FeedClock) -> Result<Option<EventTime>, RejectReason> {
        let received_at = self.frame.received_at;
        match time {
            Some(text) => clock.date(text.as_bytes(), self.around, received_at, self.feed),
            None => Ok(clock.time(self.around, received_at)),
        }
    }

    fn stamp(&self, sentence: SentenceKind, observed_at: Option<EventTime>) -> Stamp {
        Stamp {
            observed_at,
            received_at: arrival(self.around.told(), self.frame.received_at),
            feed: self.frame.feed,
            station: self.around.station.unwrap_or_default(),
            digest: digest64(self.sentence.body.get(2..).unwrap_or(&[])),
            seq: self.frame.seq,
            channel: None,
            talker: self.sentence.talker(),
            sentence,
            sentence_at: None,
            utc_second_suspect: None,
        }
    }
}

/// One unit of the last of so many decimal places.
fn step(places: u32) -> f64 {
    (0..places.min(9)).fold(1.0, |step, _| step / 10.0)
}

/// Printed text; bytes outside ASCII read `?`.
fn text<const N: usize>(field: &[u8]) -> Option<arrayvec::ArrayString<N>> {
    let mut text = arrayvec::ArrayString::new();
    for b in field.iter().take(N) {
        text.push(if b.is_ascii() { char::from(*b) } else { '?' });
    }
    (!text.is_empty()).then_some(text)
}

/// Target status L, Q or T; T where nothing is told.
fn status(field: &[u8]) -> TargetStatus {
    match field {
        b"L" => TargetStatus::Lost,
        b"Q" => TargetStatus::Query,
        _ => TargetStatus::Tracking,
    }
}
