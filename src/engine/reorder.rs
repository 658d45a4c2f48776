//! The reorder buffer: observations wait here until W passes them, and leave in the total order.

use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Dated};
use super::decode::report::{Report, StationId};
use super::input::FeedId;
use super::time::{EventTime, Span};

/// More than this many wait at once only when something is badly wrong; then the newest is refused and counted.
const CAPACITY: usize = 1 << 20;
/// Observations are sorted by slots of this length.
const SLOT: Span = Span::from_millis(100);

/// The total order of observations: time, feed, station, content; of one message what comes first. The journal's number only
/// parts true copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    observed_at: EventTime,
    feed: FeedId,
    station: StationId,
    digest: u64,
    part: u8,
    seq: u64,
    slot: u32,
}

impl Dated for Key {
    fn at(&self) -> EventTime {
        self.observed_at
    }
}

/// Observations that W has not passed yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReorderBuffer {
    order: Calendar<Key>,
    reports: Vec<Report>,
    free: Vec<u32>,
    refused: u64,
}

impl Default for ReorderBuffer {
    fn default() -> Self {
        ReorderBuffer { order: Calendar::new(SLOT), reports: Vec::new(), free: Vec::new(), refused: 0 }
    }
}

impl ReorderBuffer {
    /// Takes an observation; false if the buffer is full.
    pub fn push(&mut self, report: Report) -> bool {
        if self.order.len() >= CAPACITY {
            self.refused += 1;
            return false;
        }
        let slot = match self.free.pop() {
            Some(slot) => {
                if let Some(place) = self.reports.get_mut(slot as usize) {
                    *place = report;
                }
                slot
            }
            None => {
                self.reports.push(report);
                (self.reports.len() - 1) as u32
            }
        };
        let Report { observed_at, feed, station, digest, seq, body, .. } = report;
        self.order.push(Key { observed_at, feed, station, digest, part: body.part(), seq, slot });
        true
    }

    /// The time of the first observation in order.
    pub fn next_at(&self) -> Option<EventTime> {
        self.order.first().map(|key| key.observed_at)
    }

    /// Takes out the first observation in order.
    pub fn pop(&mut self) -> Option<Report> {
        let key = self.order.pop()?;
        self.free.push(key.slot);
        self.reports.get(key.slot as usize).copied()
    }

    /// How many were refused for want of room.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::report::Body;
    use crate::engine::vessel::Mmsi;

    fn report(s: i64, feed: u16, digest: u64) -> Report {
        Report {
            observed_at: EventTime::from_millis(s),
            received_at: EventTime::from_millis(0),
            feed: FeedId(feed),
            station: StationId(0),
            digest,
            seq: 0,
            body: Body::Heard { mmsi: Mmsi(1) },
        }
    }

    #[test]
    fn whatever_goes_in_comes_out_in_the_total_order() {
        let wanted = [report(1, 0, 9), report(2, 0, 3), report(2, 0, 4), report(2, 1, 0), report(3, 0, 0)];
        let mut buffer = ReorderBuffer::default();
        for i in [3, 0, 4, 2, 1] {
            assert!(buffer.push(wanted[i]));
        }
        assert_eq!(buffer.next_at(), Some(EventTime::from_millis(1)));
        let out: Vec<Report> = std::iter::from_fn(|| buffer.pop()).collect();
        assert_eq!(out, wanted);
        assert!(buffer.push(wanted[0]) && buffer.next_at().is_some() && buffer.refused() == 0);
    }

    #[test]
    fn the_reports_of_one_message_keep_their_order_whatever_place_is_free() {
        let position = crate::engine::decode::report::PositionReport {
            mmsi: Mmsi(1),
            class: crate::engine::decode::report::AisClass::Aid,
            position: None,
            position_accuracy: false,
            sog: None,
            cog: None,
            true_heading: None,
            navigational_status: None,
            utc_second_suspect: None,
        };
        let first = Report { body: Body::Position(position), ..report(5, 0, 7) };
        let second = report(5, 0, 7);
        let mut buffer = ReorderBuffer::default();
        for freed in [[1, 2], [2, 1]] {
            assert!(freed.iter().all(|&s| buffer.push(report(s, 0, 0))));
            assert!(buffer.pop().is_some() && buffer.pop().is_some());
            assert!(buffer.push(first) && buffer.push(second));
            assert_eq!((buffer.pop(), buffer.pop()), (Some(first), Some(second)));
        }
    }
}
