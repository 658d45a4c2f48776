//! What was counted of one feed and of each of its stations.

use serde::{Deserialize, Serialize};

use super::skew::Skew;
use super::window::{Lateness, Window};
use crate::engine::decode::report::StationId;
use crate::engine::decode::{AisMessage, Message, RejectReason, SentenceKind, Stamp, positioned};
use crate::engine::map::Map;
use crate::engine::time::EventTime;
use crate::engine::vessel::Mmsi;

/// Stations counted one by one of a feed; of more only how many messages.
pub const STATIONS_AT_MOST: usize = 256;
/// AIS message types are numbered from 1 to this.
const AIS_TYPES: usize = 27;

/// What one voice, a feed or a station, has told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Messages decoded.
    pub messages: u64,
    /// Those that tell a position of a vessel or aircraft, own ship included.
    pub positions: u64,
    /// Those whose UTC second is unrelated to their time.
    pub suspect_times: u64,
    /// When the last one came.
    pub last_at: Option<EventTime>,
    window: Window,
    skew: Skew,
}

impl Told {
    /// Counts a message that came at `at`.
    fn count(&mut self, at: EventTime, stamp: &Stamp, is_position: bool) {
        self.messages += 1;
        self.positions += u64::from(is_position);
        self.suspect_times += u64::from(stamp.utc_second_suspect == Some(true));
        self.last_at = Some(at);
        let is_known = stamp.received_at > EventTime::MIN;
        let delay = stamp.observed_at.filter(|_| is_known).map(|observed_at| stamp.received_at - observed_at);
        self.window.count(at, delay);
    }

    /// Messages a second, of the last minutes.
    pub fn per_s(&self, at: EventTime) -> f64 {
        self.window.per_s(at)
    }

    /// How late they were, of the last minutes.
    pub fn lateness(&self, at: EventTime) -> Option<Lateness> {
        self.window.lateness(at)
    }

    /// How far a clock is ahead of the base stations' UTC, s: of a feed the one that stamps what is received, of a station
    /// its own.
    pub fn clock_skew_s(&self) -> Option<f64> {
        self.skew.seconds()
    }
}

/// What was counted of one feed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FeedTally {
    /// All that it told.
    pub told: Told,
    /// AIS messages by type, from 1 on.
    ais_types: [u64; AIS_TYPES],
    rejects: Map<RejectReason, u64>,
    stations: Map<StationId, Told>,
    /// Messages of stations beyond those that are counted one by one.
    pub of_other_stations: u64,
}

impl FeedTally {
    /// Counts a message that came at `at`.
    pub(super) fn count(&mut self, at: EventTime, stamp: &Stamp, message: &Message) {
        let is_position = positioned(message).is_some();
        self.told.count(at, stamp, is_position);
        if let Message::Ais(ais) = message
            && let Some(count) = usize::from(ais.message_id()).checked_sub(1).and_then(|i| self.ais_types.get_mut(i))
        {
            *count += 1;
        }
        self.compare_clocks(stamp, message);
        if stamp.station == StationId::default() {
            return;
        }
        if !self.stations.contains_key(&stamp.station) && self.stations.len() >= STATIONS_AT_MOST {
            self.of_other_stations += 1;
            return;
        }
        let station = self.stations.get_or_insert_with(stamp.station, Told::default);
        station.count(at, stamp, is_position);
        if let (Some((mmsi, utc)), Some(stamped_at)) = (base_clock(stamp, message), stamp.sentence_at) {
            station.skew.compare(mmsi, stamped_at, utc);
        }
    }

    fn compare_clocks(&mut self, stamp: &Stamp, message: &Message) {
        if let Some((mmsi, utc)) = base_clock(stamp, message).filter(|_| stamp.received_at > EventTime::MIN) {
            self.told.skew.compare(mmsi, stamp.received_at, utc);
        }
    }

    pub(super) fn refuse(&mut self, reason: RejectReason) {
        *self.rejects.get_or_insert_with(reason, || 0) += 1;
    }

    /// AIS messages by type, those that came.
    pub fn ais_types(&self) -> impl Iterator<Item = (u8, u64)> {
        (1..).zip(self.ais_types).filter(|(_, count)| *count > 0)
    }

    /// How often each reason refused something, by the reason's order.
    pub fn rejects(&self) -> impl Iterator<Item = (RejectReason, u64)> {
        self.rejects.sorted_keys().into_iter().filter_map(|reason| Some((reason, *self.rejects.get(&reason)?)))
    }

    /// Its stations, by number.
    pub fn stations(&self) -> impl Iterator<Item = (StationId, &Told)> {
        self.stations.sorted_keys().into_iter().filter_map(|station| Some((station, self.stations.get(&station)?)))
    }
}

/// The UTC that a base station, or a station asked for it, has sent.
fn base_clock(stamp: &Stamp, message: &Message) -> Option<(Mmsi, EventTime)> {
    let Message::Ais(AisMessage::BaseStation(base)) = message else { return None };
    if stamp.sentence != SentenceKind::Vdm {
        return None;
    }
    let (year, month, day) = (base.year?, base.month?, base.day?);
    let (hour, minute, second) = (base.hour?, base.minute?, base.second?);
    let utc = EventTime::from_utc(year.into(), month.into(), day.into(), hour.into(), minute.into(), second.into(), 0)?;
    Some((base.mmsi, utc))
}
