//! The clock of a feed: what its sentences told of the time, and what that makes of those that tell none.

use serde::{Deserialize, Serialize};

use super::around::Around;
use super::reject::RejectReason;
use super::stamp::{TIME_OF_DAY_REACH, known, nearest, time_of_day};
use crate::engine::input::Feed;
use crate::engine::time::{EventTime, Span};

/// An own-ship clock not heard for this long has stopped.
const CLOCK_STALE: Span = Span::from_secs(60);
/// A feed whose own times lie this far before they are received plays the past: what tells no time is of that past too.
const PLAYS_THE_PAST: Span = Span::from_hours(24);

/// A feed whose times are not trusted is believed a time at most this far before its receipt ...
const BELIEVED_BEHIND: Span = Span::from_secs(60);
/// ... and this far after it.
const BELIEVED_AHEAD: Span = Span::from_secs(10);

/// Whether the time that a feed tells is believed: always of one that is trusted (and where nobody knows when it was received).
#[inline]
pub fn is_believed(is_trusted: bool, time: EventTime, received_at: EventTime) -> bool {
    let near = |received_at| time >= received_at - BELIEVED_BEHIND && time <= received_at + BELIEVED_AHEAD;
    is_trusted || known(received_at).is_none_or(near)
}

/// When a sentence arrived: of the past that a feed plays, when it tells that it did.
pub fn arrival(told: Option<EventTime>, received_at: EventTime) -> EventTime {
    told.filter(|&told| received_at - told > PLAYS_THE_PAST).unwrap_or(received_at)
}

/// The times that a feed told last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FeedClock {
    /// The last date and time own ship told, and when it was received.
    own: Option<(EventTime, EventTime)>,
    /// The last time that a sentence told of itself, and when it was received.
    told: Option<(EventTime, EventTime)>,
    /// The last time of day that got a date.
    dated: Option<EventTime>,
}

impl FeedClock {
    /// Own ship told date and time (RMC, ZDA).
    pub fn own_ship_told(&mut self, clock: EventTime, received_at: EventTime) {
        self.own = Some((clock, received_at));
    }

    /// What own ship last told, and when it was received.
    pub fn own_ship_clock(&self) -> Option<(EventTime, EventTime)> {
        self.own
    }

    /// A sentence told its own time.
    #[inline]
    pub fn sentence_told(&mut self, time: EventTime, received_at: EventTime) {
        self.told = Some((time, received_at));
    }

    /// What own ship's clock last told, unless it has stopped.
    #[inline]
    fn own_ship(&self, received_at: EventTime) -> Option<EventTime> {
        let (time, told_at) = self.own?;
        (received_at - told_at <= CLOCK_STALE).then_some(time)
    }

    /// The time of what tells none: own ship's clock, else when it was received, on the feed's clock if that shows the past.
    pub fn time_of_arrival(&self, received_at: EventTime) -> Option<EventTime> {
        let received = known(received_at);
        self.own_ship(received_at).or_else(|| match self.told {
            Some((time, told_at)) if told_at - time > PLAYS_THE_PAST => Some(time + (received? - told_at)),
            _ => received,
        })
    }

    /// The time of a sentence that is not AIS.
    pub fn time(&self, around: &Around, received_at: EventTime) -> Option<EventTime> {
        around.told().or_else(|| self.time_of_arrival(received_at))
    }

    /// The instant of a time of day: nearest to the sentence's time (refused beyond six hours), or on the feed's date; the
    /// sentence's time where that instant is not believed.
    ///
    /// # Errors
    /// `Time` for what is no time of day, and for one out of reach.
    pub fn date(
        &mut self,
        text: &[u8],
        around: &Around,
        received_at: EventTime,
        feed: &Feed,
    ) -> Result<Option<EventTime>, RejectReason> {
        let time = time_of_day(text).ok_or(RejectReason::Time)?;
        let told = around.told().or_else(|| self.own_ship(received_at));
        let instant = match (told, feed.date) {
            (None, Some(date)) => Some(self.dated.map_or(date.midnight() + time, |last| nearest(time, last))),
            (told, _) => match told.or(known(received_at)) {
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
        let instant = instant.filter(|instant| is_believed(feed.trust_time, *instant, received_at));
        self.dated = instant.or(self.dated);
        Ok(instant.or_else(|| self.time(around, received_at)))
    }
}
