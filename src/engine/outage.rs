//! Outages: how much each station usually hears, and since when one suddenly hears far less.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::decode::report::StationId;
use super::input::FeedId;
use super::limits::ReceiverOutage;
use super::map::Map;
use super::time::{EventTime, Span};
use super::vessel::Mmsi;

/// A station as coverage knows it: one name heard through one feed.
pub type Station = (FeedId, StationId);

/// Stations are looked at this often.
pub const LOOK: Span = Span::from_secs(30);
/// Messages are counted in slots of this length.
const SLOT: Span = Span::from_secs(10);
/// Slots of the trailing minute.
const MINUTE: usize = 6;
/// Slots kept: the trailing minute and the ten before it.
const SLOTS: usize = 11 * MINUTE;
/// No judgement before this many slots.
const SLOTS_AT_LEAST: usize = 6 * MINUTE;
/// A feed whose stations are judged spoke within this: a whole feed that is silent is another matter.
const FEED_SPOKE: Span = Span::from_secs(30);
/// A sender is lost after this many of its usual waits ...
const LATE_WAITS: f64 = 5.0;
/// ... but not before this, s.
const LATE_AT_LEAST_S: f64 = 60.0;
/// A sender that is not heard this often is not missed.
const HEARD_AT_LEAST: u16 = 5;
/// A sender that was not heard for this long is forgotten.
const FORGET_AFTER: Span = Span::from_hours(1);
/// Of so many senders a station knows when it heard them.
const SENDERS_AT_MOST: usize = 50_000;
/// More stations than this are not judged.
const STATIONS_AT_MOST: usize = 10_000;
/// Outages are remembered for this long; one that lasts longer is how things are now.
const REMEMBERED: Span = Span::from_hours(24);

/// When a station heard a sender.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Sender {
    at: EventTime,
    /// Usual time between two messages of it, s.
    wait_s: f64,
    heard: u16,
}

impl Sender {
    fn late_at(&self) -> EventTime {
        self.at + Span::from_seconds((self.wait_s * LATE_WAITS).max(LATE_AT_LEAST_S))
    }
}

/// What one station hears.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Load {
    /// Messages of each slot, the newest last; the last one is not full yet.
    counts: VecDeque<u32>,
    /// The number of the last slot.
    slot: i64,
    /// The last message: what comes twice counts once.
    last: (EventTime, u64),
    senders: Map<Mmsi, Sender>,
}

/// A time in which a station heard far less than it did before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outage {
    /// The station.
    pub station: Station,
    /// When it last heard as usual.
    pub from: EventTime,
    /// When it heard again; `None` while it does not.
    pub to: Option<EventTime>,
    /// When it was found.
    pub found_at: EventTime,
    /// Messages of the trailing minute, when found.
    pub messages: u32,
    /// Messages of a minute before.
    pub expected: f64,
    /// Whether it hears next to nothing, and not only some vessels less.
    pub is_deaf: bool,
    /// Vessels it should have heard.
    pub vessels: u32,
    /// Those of them that it had lost.
    pub lost: SmallVec<[Mmsi; 8]>,
}

/// All stations, and the outages of the last day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outages {
    loads: Map<Station, Load>,
    spoke_at: Map<FeedId, EventTime>,
    outages: Vec<Outage>,
    looks: bool,
}

impl Outages {
    /// A station heard a message (by its digest) of a sender, which counts unless nobody knows how much it hears; true if
    /// looking must begin.
    pub fn heard(&mut self, station: Station, (sender, digest): (Mmsi, u64), at: EventTime, counts: bool) -> bool {
        self.spoke_at.insert(station.0, at);
        if counts && (self.loads.contains_key(&station) || self.loads.len() < STATIONS_AT_MOST) {
            let load = self.loads.get_or_insert_with(station, || Load::new(at));
            let is_new = std::mem::replace(&mut load.last, (at, digest)) != (at, digest);
            if is_new {
                load.count(at);
            }
            if is_new && sender.is_vessel() {
                load.heard(sender, at);
            }
        }
        !std::mem::replace(&mut self.looks, true)
    }

    /// Looks at every station: what is out, and what hears again. False if there is nothing to look at any more.
    pub fn look(&mut self, now: EventTime, limits: &ReceiverOutage) -> bool {
        self.outages.retain(|outage| outage.to.is_none_or(|to| now - to <= REMEMBERED));
        for station in self.loads.sorted_keys() {
            let Some(load) = self.loads.get_mut(&station) else { continue };
            load.advance(now);
            let feed_spoke = self.spoke_at.get(&station.0).is_some_and(|&at| now - at <= FEED_SPOKE);
            match self.outages.iter_mut().find(|outage| outage.station == station && outage.to.is_none()) {
                Some(outage) if load.hears_again(outage, now) || now - outage.from > REMEMBERED => {
                    outage.to = Some(load.back_at(outage, now));
                }
                None if feed_spoke => self.outages.extend(load.outage(station, now, limits)),
                _ => {}
            }
        }
        let idle = self.feeds_spoke_at().is_none_or(|at| now - at > FORGET_AFTER);
        self.looks = !idle || self.outages.iter().any(|outage| outage.to.is_none());
        self.looks
    }

    fn feeds_spoke_at(&self) -> Option<EventTime> {
        self.spoke_at.sorted_keys().iter().filter_map(|feed| self.spoke_at.get(feed).copied()).max()
    }

    /// The outages of the last day, as they were found.
    pub fn all(&self) -> &[Outage] {
        &self.outages
    }

    /// Since when a station is out, if it is.
    pub fn out_since(&self, station: Station) -> Option<EventTime> {
        self.outages.iter().find(|outage| outage.station == station && outage.to.is_none()).map(|outage| outage.from)
    }

    /// Whether a station has heard a vessel often of late; of one that is out, before it failed.
    pub fn knows(&self, station: Station, sender: Mmsi) -> bool {
        let known = self.loads.get(&station).and_then(|load| load.senders.get(&sender));
        known.is_some_and(|known| known.heard >= HEARD_AT_LEAST)
    }

    /// The outages at an instant, or within `before` after it.
    pub fn at(&self, at: EventTime, before: Span) -> impl Iterator<Item = &Outage> {
        let holds = move |outage: &&Outage| outage.from - before <= at && outage.to.is_none_or(|to| at <= to);
        self.outages.iter().filter(holds)
    }
}

impl Load {
    fn new(at: EventTime) -> Self {
        Load { counts: VecDeque::from([0]), slot: at.slot(SLOT), last: (EventTime::MIN, 0), senders: Map::default() }
    }

    fn count(&mut self, at: EventTime) {
        self.advance(at);
        if let Some(count) = self.counts.back_mut() {
            *count += 1;
        }
    }

    fn heard(&mut self, sender: Mmsi, at: EventTime) {
        if let Some(known) = self.senders.get_mut(&sender) {
            let waited_s = (at - known.at).seconds();
            if waited_s > 0.5 && at <= known.late_at() {
                let share = 1.0 / f64::from(known.heard.min(8));
                known.wait_s += (waited_s - known.wait_s) * share;
            }
            known.heard = known.heard.saturating_add(u16::from(waited_s > 0.5));
            known.at = at;
        } else if self.senders.len() < SENDERS_AT_MOST {
            self.senders.insert(sender, Sender { at, wait_s: LATE_AT_LEAST_S, heard: 1 });
        }
    }

    /// Opens the slots up to `now`.
    fn advance(&mut self, now: EventTime) {
        let slot = now.slot(SLOT);
        let passed = (slot - self.slot).max(0) as usize;
        for _ in 0..passed.min(SLOTS + 1) {
            if self.counts.len() > SLOTS {
                self.counts.pop_front();
            }
            self.counts.push_back(0);
        }
        self.slot = self.slot.max(slot);
        // A station that was silent all the time takes no room, and begins to be learnt anew.
        if passed > 0 && self.counts.iter().all(|&count| count == 0) {
            self.counts.truncate(1);
        }
    }

    /// The full slots, the newest first.
    fn full(&self) -> impl Iterator<Item = u32> {
        self.counts.iter().rev().skip(1).copied()
    }

    /// Messages of the trailing minute.
    fn minute(&self) -> u32 {
        self.full().take(MINUTE).sum()
    }

    /// The outage that shows now, if one does.
    fn outage(&mut self, station: Station, now: EventTime, limits: &ReceiverOutage) -> Option<Outage> {
        let before = self.full().skip(MINUTE);
        let slots = self.counts.len().saturating_sub(MINUTE + 1);
        if slots < SLOTS_AT_LEAST {
            return None;
        }
        let expected = f64::from(before.sum::<u32>()) / slots as f64 * MINUTE as f64;
        let messages = self.minute();
        let (vessels, lost, silenced) = self.lost(now, Span::from_seconds(limits.lost_within_s));
        let few_messages = expected >= limits.messages && f64::from(messages) < limits.messages_share * expected;
        let (all, gone) = (f64::from(vessels), lost.len() as f64);
        let many_lost = vessels >= limits.vessels
            && gone >= limits.lost_at_least
            && gone >= limits.lost_share * all
            && silenced >= limits.lost_share
            && (expected < limits.messages || f64::from(messages) <= (1.0 - 0.5 * limits.lost_share) * expected);
        if !few_messages && !many_lost {
            return None;
        }
        let from = if few_messages { self.usual_until(expected) } else { self.last_word(&lost) };
        Some(Outage {
            station,
            from,
            to: None,
            found_at: now,
            messages,
            expected,
            is_deaf: few_messages,
            vessels,
            lost,
        })
    }

    /// How many vessels it should have heard of late, which of them it lost within the span, and their share of the messages:
    /// those that it hears seldom come and go.
    fn lost(&mut self, now: EventTime, within: Span) -> (u32, SmallVec<[Mmsi; 8]>, f64) {
        let (mut all, mut lost) = (SmallVec::<[(Mmsi, f64); 64]>::new(), SmallVec::new());
        self.senders.retain(|&sender, known| {
            if known.heard >= HEARD_AT_LEAST && known.late_at() > now - within {
                all.push((sender, 1.0 / known.wait_s.max(1.0)));
            }
            if known.heard >= HEARD_AT_LEAST && known.late_at() > now - within && known.late_at() <= now {
                lost.push(sender);
            }
            now - known.at <= FORGET_AFTER
        });
        lost.sort_unstable();
        all.sort_unstable_by_key(|&(sender, _)| sender);
        let rate = |of: &[(Mmsi, f64)]| of.iter().map(|&(_, rate)| rate).sum::<f64>();
        let gone: SmallVec<[(Mmsi, f64); 64]> =
            all.iter().copied().filter(|(sender, _)| lost.binary_search(sender).is_ok()).collect();
        (all.len() as u32, lost, rate(&gone) / rate(&all).max(f64::MIN_POSITIVE))
    }

    /// When it last heard as usual: the end of the last slot that was full enough.
    fn usual_until(&self, expected: f64) -> EventTime {
        let least = 0.5 * expected / MINUTE as f64;
        let thin = self.full().take_while(|&count| f64::from(count) < least).count() as i64;
        EventTime::from_millis((self.slot - thin) * SLOT.millis())
    }

    /// When it last heard those that it lost: the middle one of them.
    fn last_word(&self, lost: &[Mmsi]) -> EventTime {
        let known = |sender: &Mmsi| self.senders.get(sender).map(|known| known.at);
        let mut heard: Vec<EventTime> = lost.iter().filter_map(known).collect();
        heard.sort_unstable();
        heard.get(heard.len() / 2).copied().unwrap_or_default()
    }

    /// Whether it hears as many messages as half of before, if those had failed; else half of the vessels that it had lost, or
    /// these are gone for good.
    fn hears_again(&self, outage: &Outage, now: EventTime) -> bool {
        if outage.is_deaf {
            return f64::from(self.minute()) >= 0.5 * outage.expected;
        }
        let back = |sender: &&Mmsi| self.senders.get(sender).is_some_and(|known| known.at > outage.found_at);
        2 * outage.lost.iter().filter(back).count() >= outage.lost.len() || now - outage.from > FORGET_AFTER
    }

    /// When it began to hear again: the end of its last empty slot, if it had heard nothing.
    fn back_at(&self, outage: &Outage, now: EventTime) -> EventTime {
        let heard = self.full().take(MINUTE + 3).take_while(|&count| count > 0).count() as i64;
        let at = EventTime::from_millis((self.slot - heard) * SLOT.millis());
        at.max(outage.from).min(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Station = (FeedId(0), StationId(1));
    const B: Station = (FeedId(0), StationId(2));

    fn t(s: i64) -> EventTime {
        EventTime::from_millis(s * 1000)
    }

    /// Half an hour of two stations that hear ten vessels each 10 s, silent as `hears` tells.
    fn run(hears: impl Fn(Station, u32, i64) -> bool) -> Outages {
        let (mut outages, limits) = (Outages::default(), ReceiverOutage::default());
        for s in 0..1800 {
            for station in [A, B] {
                for sender in (0..10).filter(|&sender| i64::from(sender) == s % 10 && hears(station, sender, s)) {
                    outages.heard(station, (Mmsi(574_000_000 + sender), 0), t(s), true);
                }
            }
            if s % 30 == 0 {
                outages.look(t(s), &limits);
            }
        }
        outages
    }

    #[test]
    fn a_station_that_hears_nothing_for_ten_minutes_is_out_for_them() {
        let outages = run(|station, _, s| station == B || !(900..1500).contains(&s));
        let [outage] = outages.all() else { panic!("{:?}", outages.all()) };
        assert_eq!(outage.station, A);
        assert!((outage.from - t(900)).seconds().abs() <= 10.0, "{outage:?}");
        assert!((outage.found_at - t(900)).seconds() <= 90.0, "{outage:?}");
        assert!((outage.to.unwrap() - t(1500)).seconds().abs() <= 10.0, "{outage:?}");
        assert!(outage.is_deaf && outages.at(t(1000), Span::ZERO).eq([outage]));
        assert_eq!(outages.at(t(700), Span::from_secs(60)).count(), 0);
    }

    #[test]
    fn nobody_is_out_while_all_hear_or_a_whole_feed_is_silent() {
        assert!(run(|_, _, _| true).all().is_empty());
        assert!(run(|_, _, s| !(900..1500).contains(&s)).all().is_empty());
        assert!(run(|_, sender, s| sender > 1 || s < 900).all().is_empty(), "two of ten fell silent");
    }

    #[test]
    fn four_of_ten_lost_at_once_are_an_outage() {
        let outages = run(|station, sender, s| station == B || sender > 3 || !(900..1500).contains(&s));
        let [outage] = outages.all() else { panic!("{:?}", outages.all()) };
        assert_eq!(
            (outage.vessels, outage.lost.to_vec()),
            (10, (574_000_000..574_000_004).map(Mmsi).collect::<Vec<_>>())
        );
        assert!((outage.from - t(900)).seconds().abs() <= 10.0, "{outage:?}");
        assert!(outage.to.is_some_and(|to| (to - t(1500)).seconds().abs() <= 60.0), "{outage:?}");
    }
}
