//! The tally: what was decoded and what was refused, of each feed and station; for people to read, nothing is judged by it.

mod feed;
mod skew;
mod window;

use serde::{Deserialize, Serialize};

pub use feed::{FeedTally, STATIONS_AT_MOST, Told};
pub use window::Lateness;

use super::decode::{Message, RejectReason, Stamp, positioned};
use super::input::FeedId;
use super::map::Map;
use super::time::EventTime;
use super::vessel::Mmsi;

/// Vessels counted; of more it is not known whether they are others.
const VESSELS_AT_MOST: usize = 500_000;

/// What was decoded and what was refused.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Position reports of vessels and aircraft, own ship and copies included.
    pub reports: u64,
    /// Records that a radar's simulator or a test made: they move nothing.
    pub simulated: u64,
    /// First and last time that the sentences of position reports tell.
    pub span: Option<(EventTime, EventTime)>,
    /// Vessels that sent a position, and whether every UTC second of theirs was unrelated to the time.
    vessels: Map<Mmsi, Option<bool>>,
    feeds: Vec<FeedTally>,
}

impl Tally {
    /// Counts a message that came at `at`, by the arrival clock.
    pub fn count(&mut self, at: EventTime, stamp: &Stamp, message: &Message) {
        self.feed_mut(stamp.feed).count(at, stamp, message);
        if let Message::Asterix(record) = message {
            self.simulated += u64::from(record.wire.flags.simulated || record.wire.flags.test);
        }
        let Some(mmsi) = positioned(message) else { return };
        self.reports += 1;
        if let Some(at) = stamp.sentence_at.or(stamp.observed_at) {
            self.span = Some(self.span.map_or((at, at), |(from, to)| (from.min(at), to.max(at))));
        }
        if self.vessels.len() >= VESSELS_AT_MOST && !self.vessels.contains_key(&mmsi) {
            return;
        }
        let suspect = self.vessels.get_or_insert_with(mmsi, || None);
        *suspect = match (*suspect, stamp.utc_second_suspect) {
            (Some(so_far), Some(now)) => Some(so_far && now),
            (so_far, now) => so_far.or(now),
        };
    }

    /// Counts what was refused.
    pub fn refuse(&mut self, feed: FeedId, reason: RejectReason) {
        self.feed_mut(feed).refuse(reason);
    }

    /// Vessels that sent a position.
    pub fn vessels(&self) -> usize {
        self.vessels.len()
    }

    /// Vessels whose every UTC second was unrelated to the time.
    pub fn suspects(&self) -> usize {
        let vessels = self.vessels.sorted_keys();
        vessels.iter().filter(|mmsi| self.vessels.get(mmsi) == Some(&Some(true))).count()
    }

    /// What was counted of a feed; `None` before its first message.
    pub fn feed(&self, feed: FeedId) -> Option<&FeedTally> {
        self.feeds.get(usize::from(feed.0))
    }

    /// How often each reason refused something, over all feeds, by the reason's order.
    pub fn rejects(&self) -> Vec<(RejectReason, u64)> {
        let mut totals: Map<RejectReason, u64> = Map::default();
        for (reason, count) in self.feeds.iter().flat_map(FeedTally::rejects) {
            *totals.get_or_insert_with(reason, || 0) += count;
        }
        totals.sorted_keys().into_iter().filter_map(|reason| Some((reason, *totals.get(&reason)?))).collect()
    }

    fn feed_mut(&mut self, feed: FeedId) -> &mut FeedTally {
        let place = usize::from(feed.0);
        if place >= self.feeds.len() {
            self.feeds.resize_with(place + 1, FeedTally::default);
        }
        &mut self.feeds[place]
    }
}
