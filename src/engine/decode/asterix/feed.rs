//! One feed's ASTERIX: its sources with their conduct, and what its blocks give.

use std::fmt::Write;

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use super::block::{Block, Blocks};
use super::category::{Category, Records};
use super::conduct::Conduct;
use super::message::AsterixMessage;
use super::told::body;
use super::{AsterixReport, category};
use crate::engine::decode::reject::{Reject, RejectReason};
use crate::engine::decode::report::{SourceId, StationId};
use crate::engine::decode::stamp::{SentenceKind, Stamp, TIME_OF_DAY_REACH, known, nearest};
use crate::engine::decode::stations::Stations;
use crate::engine::decode::{Decoded, Message};
use crate::engine::digest::digest64;
use crate::engine::input::{Feed, FeedId, Frame};
use crate::engine::time::EventTime;

/// Sources told apart in a feed; those beyond share the conduct of the last.
const SOURCES_AT_MOST: usize = 64;

/// What a feed's ASTERIX told so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AsterixFeed {
    sources: Vec<(SourceId, Conduct)>,
}

/// What is known of the block that is being read.
struct Context<'a> {
    id: FeedId,
    frame: &'a Frame<'a>,
    feed: &'a Feed,
    station: StationId,
}

impl AsterixFeed {
    /// Decodes a datagram, or a run of blocks. Of a block that fails nothing is given, nor of a source in quarantine.
    pub fn decode(
        &mut self,
        (id, feed): (FeedId, &Feed),
        frame: &Frame<'_>,
        stations: &mut Stations,
        emit: &mut impl FnMut(Decoded<'_>),
    ) {
        let reject = |reason, bytes| Decoded::Reject(Reject { feed: id, seq: frame.seq, reason, bytes });
        for block in Blocks::new(frame.bytes) {
            let block = match block {
                Ok(block) => block,
                Err(rest) => {
                    emit(reject(RejectReason::AsterixBlock, rest));
                    return;
                }
            };
            let Some(category) = category(block.category) else { continue };
            let source = source_of(category, &block);
            if !feed.takes_source(source.sac, source.sic) {
                continue;
            }
            let holds = category.holds(block.records());
            let conduct = self.conduct(source);
            conduct.note(!holds);
            if !holds {
                emit(reject(RejectReason::AsterixBlock, block.bytes));
            } else if conduct.is_quarantined() {
                emit(reject(RejectReason::Quarantined, block.bytes));
            } else {
                let station = stations.id(name(source).as_bytes());
                Context { id, frame, feed, station }.give(category, &block, emit);
            }
        }
    }

    /// The sources that are in quarantine now, by SAC and SIC.
    pub fn quarantined(&self) -> impl Iterator<Item = SourceId> {
        self.sources.iter().filter(|(_, conduct)| conduct.is_quarantined()).map(|(source, _)| *source)
    }

    fn conduct(&mut self, source: SourceId) -> &mut Conduct {
        let place = match self.sources.iter().position(|(known, _)| *known == source) {
            Some(place) => place,
            None if self.sources.len() == SOURCES_AT_MOST => SOURCES_AT_MOST - 1,
            None => {
                self.sources.push((source, Conduct::default()));
                self.sources.len() - 1
            }
        };
        &mut self.sources[place].1
    }
}

impl Context<'_> {
    /// Gives the records of a block that holds, each built where it is lent from.
    fn give(&self, category: &'static Category, block: &Block<'_>, emit: &mut impl FnMut(Decoded<'_>)) {
        let mut last = known(self.frame.received_at);
        let mut records = Records::new(category, block.records());
        let mut message = Message::Asterix(AsterixReport::default());
        while let Message::Asterix(report) = &mut message {
            let Some(Some(bytes)) = records.next_into(&mut report.wire) else { return };
            let SourceId { sac, sic } = report.wire.source;
            if !self.feed.takes_source(sac, sic) {
                continue;
            }
            let observed_at = match self.date(&report.wire) {
                Some(Err(reason)) => {
                    emit(Decoded::Reject(Reject { feed: self.id, seq: self.frame.seq, reason, bytes }));
                    continue;
                }
                Some(Ok(at)) => Some(at),
                None => last,
            };
            last = observed_at;
            report.body = body(&report.wire, self.feed.site_of(sac, sic));
            emit(Decoded::Message { stamp: &self.stamp(observed_at, bytes), message: &message });
        }
    }

    fn stamp(&self, observed_at: Option<EventTime>, bytes: &[u8]) -> Stamp {
        Stamp {
            observed_at,
            received_at: self.frame.received_at,
            feed: self.id,
            station: self.station,
            digest: digest64(bytes),
            seq: self.frame.seq,
            channel: None,
            talker: [0; 2],
            sentence: SentenceKind::Asterix,
            sentence_at: None,
            utc_second_suspect: None,
        }
    }

    /// The instant of its time of day nearest to the receive time, refused beyond six hours; `None` where one of both is not
    /// known.
    fn date(&self, wire: &AsterixMessage) -> Option<Result<EventTime, RejectReason>> {
        let reference = known(self.frame.received_at)?;
        let at = nearest(wire.time_of_day?.span(), reference);
        let is_near = (at - reference).abs() <= TIME_OF_DAY_REACH;
        Some(if is_near { Ok(at) } else { Err(RejectReason::Time) })
    }
}

/// Who sent a block: the first item of its first record, in every category.
fn source_of(category: &Category, block: &Block<'_>) -> SourceId {
    let first = super::item::Items::new(category.uap, block.records()).and_then(|mut items| items.next()?);
    match first {
        Some((10, &[sac, sic])) => SourceId { sac, sic },
        _ => SourceId::default(),
    }
}

/// The name of the station.
fn name(source: SourceId) -> ArrayString<7> {
    let mut name = ArrayString::new();
    let _ = write!(name, "{source}");
    name
}
