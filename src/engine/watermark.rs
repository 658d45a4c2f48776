//! The two clocks: arrival time A judges feeds, the watermark W (event time) judges vessels.
//!
//! Both move by inputs alone, and a tick changes nothing that the next frame would not change: every rule
//! here is evaluated either at a frame, or is monotone in A, so any cadence of ticks gives the same W at each frame.

use serde::{Deserialize, Serialize};

use super::input::{Feed, FeedId};
use super::time::{EventTime, Span};

/// A feed silent for this long leaves the minimum.
const IDLE: Span = Span::from_secs(30);
/// The smallest delay is taken over this long ...
const OFFSET_BUCKETS: usize = 10;
/// ... in steps of this.
const OFFSET_STEP: Span = Span::from_secs(60);
/// A time this far ahead of its arrival (of what the feed's clock allows, if that runs ahead) is not trusted. A feed that
/// was late at first and is not any more is not ahead.
const AHEAD: Span = Span::from_secs(10);
/// The same for a feed whose delay is not known yet: its clock may be off by this.
const AHEAD_AT_FIRST: Span = Span::from_secs(60);
/// An observation this little ahead of its arrival was made at its arrival: a UTC second is a whole second, and the clocks
/// of two receivers differ. Without this, one fast clock makes everybody else late (`docs/decisions/0003`).
const ROUNDING: Span = Span::from_secs(2);
/// A feed this far behind the others only corrects.
const BEHIND: Span = Span::from_secs(60);
/// Older than this at arrival: stored only.
const TOO_LATE: Span = Span::from_hours(24);

/// A feed whose sentences arrived this long before A plays the past, as an exercise does: its time goes on beside A.
const PLAYS_THE_PAST: Span = Span::from_hours(24);

/// What an observation's time is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// It waits in the reorder buffer and is handled in order.
    InTime,
    /// It came after W had passed it, or from a correction-only feed: it may only shorten a silence.
    Late,
    /// More than 24 h late.
    TooLate,
    /// Ahead of what can be: not trusted.
    Ahead,
}

/// One feed's clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FeedClock {
    lateness: Span,
    correction_only: bool,
    ended: bool,
    newest: Option<EventTime>,
    last_frame_at: Option<EventTime>,
    /// How far the arrival of what it plays lies before A, if it plays the past: the most so far.
    behind_arrival: Span,
    /// Smallest received_at - observed_at of each minute of A, newest last.
    delays: Vec<(i64, Span)>,
    behind_since_agreeing: Option<EventTime>,
    behind: bool,
}

impl FeedClock {
    fn new(feed: &Feed) -> Self {
        FeedClock {
            lateness: feed.lateness,
            correction_only: feed.correction_only,
            ended: false,
            newest: None,
            last_frame_at: None,
            behind_arrival: Span::ZERO,
            delays: Vec::new(),
            behind_since_agreeing: None,
            behind: false,
        }
    }

    fn offset(&self) -> Option<Span> {
        self.delays.iter().map(|&(_, delay)| delay).min()
    }

    /// This feed's own watermark at arrival time `a`.
    fn watermark(&self, a: EventTime) -> Option<EventTime> {
        let newest = self.newest?;
        let by_arrival = self.offset().map_or(newest, |offset| a - self.behind_arrival - offset);
        Some(newest.max(by_arrival) - self.lateness)
    }

    fn idle_from(&self) -> EventTime {
        self.last_frame_at.map_or(EventTime::MIN, |t| t + IDLE)
    }

    fn counts(&self) -> bool {
        !self.correction_only && !self.behind && self.newest.is_some()
    }

    fn note_delay(&mut self, a: EventTime, delay: Span) {
        let minute = a.slot(OFFSET_STEP);
        self.delays.retain(|&(m, _)| m > minute - OFFSET_BUCKETS as i64);
        match self.delays.last_mut() {
            Some((m, least)) if *m == minute => *least = (*least).min(delay),
            _ => self.delays.push((minute, delay)),
        }
    }
}

/// All feeds' clocks, A and W.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clocks {
    feeds: Vec<FeedClock>,
    arrival: EventTime,
    watermark: EventTime,
}

impl Clocks {
    /// Clocks of these feeds, before any input.
    pub fn new(feeds: &[Feed]) -> Self {
        let feeds = feeds.iter().map(FeedClock::new).collect();
        Clocks { feeds, arrival: EventTime::MIN, watermark: EventTime::MIN }
    }

    /// Other feeds: those known before take their new settings and keep their time, further ones are appended.
    pub fn set_feeds(&mut self, feeds: &[Feed]) {
        for (i, feed) in feeds.iter().enumerate() {
            match self.feeds.get_mut(i) {
                Some(clock) => (clock.lateness, clock.correction_only) = (feed.lateness, feed.correction_only),
                None => self.feeds.push(FeedClock::new(feed)),
            }
        }
    }

    /// The arrival clock: the newest `received_at`.
    pub fn arrival(&self) -> EventTime {
        self.arrival
    }

    /// The watermark: everything before it has been handled.
    pub fn watermark(&self) -> EventTime {
        self.watermark
    }

    /// The newest trusted event time of all feeds.
    pub fn newest(&self) -> EventTime {
        self.feeds.iter().filter(|f| !f.correction_only).filter_map(|f| f.newest).max().unwrap_or(EventTime::MIN)
    }

    /// Moves A on and W with it.
    pub fn advance(&mut self, received_at: EventTime) {
        self.arrival = self.arrival.max(received_at);
        self.raise_watermark();
    }

    /// Tells that a frame of the feed has arrived at A (call after `advance`); one that had ended has begun anew.
    pub fn frame(&mut self, feed: FeedId) {
        let arrival = self.arrival;
        if let Some(clock) = self.feeds.get_mut(usize::from(feed.0)) {
            clock.last_frame_at = Some(arrival);
            clock.ended = false;
        }
    }

    /// A feed is over; true when it was the last.
    pub fn feed_ended(&mut self, feed: FeedId) -> bool {
        if let Some(clock) = self.feeds.get_mut(usize::from(feed.0)) {
            clock.ended = true;
        }
        self.raise_watermark();
        self.feeds.iter().all(|f| f.ended)
    }

    /// All feeds are over: W goes to the newest observation.
    pub fn flush(&mut self) {
        self.watermark = self.watermark.max(self.newest());
    }

    /// Judges the time of an observation received at A, and learns from it.
    pub fn judge(&mut self, feed: FeedId, received_at: EventTime, observed_at: EventTime) -> Timeliness {
        let (arrival, watermark) = (self.arrival, self.watermark);
        let front_of_others = self.front_of_others(feed);
        let Some(clock) = self.feeds.get_mut(usize::from(feed.0)) else { return Timeliness::TooLate };
        if arrival - received_at > PLAYS_THE_PAST {
            clock.behind_arrival = clock.behind_arrival.max(arrival - received_at);
        }
        let delay = received_at - observed_at;
        let ahead = match clock.offset() {
            Some(offset) => delay < offset.min(Span::ZERO) - AHEAD,
            None => delay < Span::ZERO - AHEAD_AT_FIRST,
        };
        if ahead {
            return Timeliness::Ahead;
        }
        if watermark - observed_at > TOO_LATE {
            return Timeliness::TooLate;
        }
        if clock.correction_only {
            return Timeliness::Late;
        }
        let rounded = if delay < Span::ZERO && delay >= Span::ZERO - ROUNDING { Span::ZERO } else { delay };
        let made_at = received_at - rounded;
        clock.note_delay(arrival, rounded);
        clock.newest = Some(clock.newest.map_or(made_at, |t| t.max(made_at)));
        clock.judge_behind(arrival, front_of_others);
        if clock.behind || observed_at < watermark { Timeliness::Late } else { Timeliness::InTime }
    }

    /// Where the other feeds' event time stands now, not trusting a clock that runs ahead of arrival.
    fn front_of_others(&self, feed: FeedId) -> Option<EventTime> {
        let others = self.feeds.iter().enumerate().filter(|(i, f)| *i != usize::from(feed.0) && f.counts());
        let live = others.filter(|(_, f)| !f.ended && f.idle_from() > self.arrival);
        live.filter_map(|(_, f)| Some((self.arrival - f.behind_arrival - f.offset()?).min(self.arrival + AHEAD))).max()
    }

    /// W: the least of the feeds that still speak; when none does, where the last one left it.
    fn raise_watermark(&mut self) {
        let a = self.arrival;
        let counting = || self.feeds.iter().filter(|f| f.counts());
        let live = counting().filter(|f| !f.ended && f.idle_from() > a).filter_map(|f| f.watermark(a)).min();
        let w = live.or_else(|| {
            let last = counting().filter(|f| !f.ended).max_by_key(|f| f.idle_from())?;
            last.watermark(a.min(last.idle_from()))
        });
        if let Some(w) = w {
            self.watermark = self.watermark.max(w);
        }
    }
}

impl FeedClock {
    /// More than a minute behind the others: correction-only until it has agreed for a minute of A.
    fn judge_behind(&mut self, a: EventTime, front_of_others: Option<EventTime>) {
        let (Some(others), Some(offset)) = (front_of_others, self.offset()) else { return };
        if a - self.behind_arrival - offset < others - BEHIND {
            self.behind = true;
            self.behind_since_agreeing = None;
        } else if self.behind {
            let since = *self.behind_since_agreeing.get_or_insert(a);
            if a - since >= BEHIND {
                self.behind = false;
                self.behind_since_agreeing = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::input::FeedKind;

    fn clocks(n: usize) -> Clocks {
        let feeds: Vec<Feed> = (0..n).map(|i| Feed::new(&format!("f{i}"), FeedKind::Nmea)).collect();
        Clocks::new(&feeds)
    }

    fn t(s: f64) -> EventTime {
        EventTime::from_seconds(1_000_000.0 + s).unwrap()
    }

    fn frame(c: &mut Clocks, feed: u16, received: f64, observed: f64) -> Timeliness {
        c.advance(t(received));
        c.frame(FeedId(feed));
        let verdict = c.judge(FeedId(feed), t(received), t(observed));
        c.advance(t(received));
        verdict
    }

    #[test]
    fn a_quiet_feed_holds_nobody_up_and_an_idle_one_leaves() {
        let mut c = clocks(2);
        frame(&mut c, 0, 0.0, 0.0);
        frame(&mut c, 1, 0.0, 0.0);
        for s in 1..=20 {
            frame(&mut c, 0, f64::from(s), f64::from(s));
        }
        assert_eq!(c.watermark(), t(17.0), "the quiet feed's W follows A");
        for s in 21..=40 {
            frame(&mut c, 0, f64::from(s), f64::from(s));
        }
        assert_eq!(c.watermark(), t(37.0));
        c.advance(t(300.0));
        assert_eq!(c.watermark(), t(67.0), "no feed left: W stands where the last one left it");
    }

    #[test]
    fn ticks_change_nothing_a_frame_would_not() {
        let script = [(0, 0.0, 0.0), (1, 0.4, 0.1), (0, 9.0, 8.0), (0, 50.0, 49.5), (1, 51.0, 50.9), (0, 700.0, 690.0)];
        let run = |step: f64| {
            let mut c = clocks(2);
            let (mut now, mut seen) = (0.0, Vec::new());
            for (feed, received, observed) in script {
                while step > 0.0 && now + step < received {
                    now += step;
                    c.advance(t(now));
                }
                let verdict = frame(&mut c, feed, received, observed);
                seen.push((verdict, c.watermark()));
            }
            seen
        };
        let plain = run(0.0);
        for step in [0.1, 1.0, 7.0, 45.0] {
            assert_eq!(run(step), plain, "ticks each {step} s");
        }
    }

    #[test]
    fn times_that_cannot_be_are_told_apart() {
        let mut c = clocks(1);
        assert_eq!(frame(&mut c, 0, 0.0, 100.0), Timeliness::Ahead);
        assert_eq!(frame(&mut c, 0, 0.0, 0.0), Timeliness::InTime);
        assert_eq!(frame(&mut c, 0, 1.0, 12.0), Timeliness::Ahead);
        assert_eq!(frame(&mut c, 0, 10.0, 10.0), Timeliness::InTime);
        assert_eq!(frame(&mut c, 0, 10.0, 6.9), Timeliness::Late);
        assert_eq!(frame(&mut c, 0, 10.0, 7.0), Timeliness::InTime);
        assert_eq!(frame(&mut c, 0, 10.0, -90_000.0), Timeliness::TooLate);
    }

    #[test]
    fn a_feed_far_behind_only_corrects_until_it_agrees() {
        let mut c = clocks(2);
        for s in 0..10 {
            frame(&mut c, 0, f64::from(s), f64::from(s));
        }
        assert_eq!(frame(&mut c, 1, 10.0, -100.0), Timeliness::Late);
        assert_eq!(c.watermark(), t(7.0), "it does not hold the others");
        for s in 11..=75 {
            frame(&mut c, 0, f64::from(s), f64::from(s));
            let verdict = frame(&mut c, 1, f64::from(s), f64::from(s));
            assert_eq!(verdict, if s < 71 { Timeliness::Late } else { Timeliness::InTime }, "{s}");
        }
    }
}
