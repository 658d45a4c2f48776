//! Feed health: what each feed's transport and decoder tell of themselves, for people and machines to read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::input::FeedId;
use crate::engine::tally::Lateness;
use crate::engine::time::{EventTime, Span};

/// How a feed's transport stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedState {
    /// It tries to reach its source, or waits to be reached.
    #[default]
    Connecting,
    /// It is connected and frames come.
    Live,
    /// It is connected and nothing has come for [`SILENT_AFTER`].
    Silent,
    /// Its file is read to the end.
    Ended,
    /// It cannot go on; `detail` says why.
    Failed,
}

/// A live feed without frames for this long is silent.
pub const SILENT_AFTER: Span = Span::from_secs(30);

/// What is known of one feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeedHealth {
    /// How its transport stands.
    pub state: FeedState,
    /// Why, in a sentence.
    pub detail: Option<String>,
    /// Since when, by the service's clock.
    pub since: Option<EventTime>,
    /// When the last frame was received.
    pub last_frame_at: Option<EventTime>,
    /// Frames received.
    pub frames: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Frames that came but could not be taken.
    pub dropped: u64,
    /// Lines that were too long and are handed on without their rest.
    pub cut: u64,
    /// Connections and datagrams from places that may not send, and connections beyond the limit.
    pub refused: u64,
    /// Times it was connected.
    pub connects: u64,
    /// Frames a second over the last ten seconds.
    pub frames_per_s: f64,
    /// What it told, as far as it was understood.
    pub reception: Reception,
    /// What its clock skew was taken from: `base_station` or `own_ship`.
    pub clock_source: Option<&'static str>,
    /// AIS messages by type.
    pub ais_messages: BTreeMap<u8, u64>,
    /// ASTERIX sources (`SAC/SIC`) whose blocks fail so often that nothing of them is believed.
    pub quarantined: Vec<String>,
    /// Radars whose plots are tracked here, with what they were found to measure wrongly.
    pub radars: Vec<RadarHealth>,
    /// Times too far from their receipt to be believed of a feed that is not trusted.
    pub times_not_believed: u64,
    /// IEC 61162-450 datagrams that hold files and images.
    pub binary_datagrams: u64,
    /// What was refused, by reason.
    pub rejects: BTreeMap<&'static str, u64>,
    /// Copies of an observation, from another station or sent twice.
    pub duplicates: u64,
    /// Observations that came after event time had passed them.
    pub late: u64,
    /// Observations more than a day late: stored only.
    pub too_late: u64,
    /// Observations ahead of what can be.
    pub ahead: u64,
    /// Its stations, by name.
    pub stations: Vec<StationHealth>,
    /// Messages of stations beyond those that are told one by one.
    pub other_station_messages: u64,
}

/// What a feed, or one of its stations, told; rate and lateness are those of the last five to ten minutes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reception {
    /// Messages decoded.
    pub messages: u64,
    /// Messages a second.
    pub messages_per_s: f64,
    /// Positions of vessels and aircraft.
    pub reports: u64,
    /// Messages whose UTC second is unrelated to their time.
    pub suspect_times: u64,
    /// Lines that never came, by the gaps of TAG blocks' line count `n:`.
    pub lost_lines: u64,
    /// When the last message came.
    pub last_message_at: Option<EventTime>,
    /// How long after their observation messages were received.
    pub lateness: Option<Lateness>,
    /// How far the clock is ahead of UTC, s: of a feed the one that stamps what is received, of a station its own.
    pub clock_skew_s: Option<f64>,
    /// Since when it is lost, as a `feed_lost` alert tells.
    pub lost_since: Option<EventTime>,
}

/// What a radar was found to measure wrongly, with one standard deviation each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RadarHealth {
    /// Its ASTERIX source, `SAC/SIC`.
    pub source: String,
    /// Whether vessels with AIS have told yet; else the bias is nothing.
    pub known: bool,
    /// Ranges are too long by this, m.
    pub range_bias_m: f64,
    /// One standard deviation of it, m.
    pub range_sigma_m: f64,
    /// Bearings are too far clockwise by this, degrees.
    pub bearing_bias_deg: f64,
    /// One standard deviation of it, degrees.
    pub bearing_sigma_deg: f64,
    /// Vessels that told of it in the last minute; below three it is frozen.
    pub vessels: usize,
}

/// What is known of a station.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StationHealth {
    /// Its name.
    pub name: String,
    /// What it told.
    pub reception: Reception,
}

/// The health of all feeds; a clone shows the same.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<Vec<FeedHealth>>>);

impl Health {
    /// A table of so many feeds, by `FeedId`.
    pub fn new(feeds: usize) -> Self {
        Health(Arc::new(Mutex::new(vec![FeedHealth::default(); feeds])))
    }

    /// Changes what is known of a feed; one that is not in the table is passed over.
    pub fn update(&self, feed: FeedId, change: impl FnOnce(&mut FeedHealth)) {
        let mut feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(health) = feeds.get_mut(usize::from(feed.0)) {
            change(health);
        }
    }

    /// All feeds as they stand at `now`: a live one that has said nothing for long is silent.
    pub fn at(&self, now: EventTime) -> Vec<FeedHealth> {
        let mut feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for health in &mut feeds {
            let heard = health.last_frame_at.or(health.since);
            if health.state == FeedState::Live && heard.is_some_and(|at| now - at > SILENT_AFTER) {
                health.state = FeedState::Silent;
            }
        }
        feeds
    }
}

impl FeedState {
    /// All of them.
    pub const ALL: [FeedState; 5] =
        [FeedState::Connecting, FeedState::Live, FeedState::Silent, FeedState::Ended, FeedState::Failed];

    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            FeedState::Connecting => "connecting",
            FeedState::Live => "live",
            FeedState::Silent => "silent",
            FeedState::Ended => "ended",
            FeedState::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_feed_without_frames_is_silent() {
        let health = Health::new(1);
        let start = EventTime::from_millis(0);
        health.update(FeedId(0), |feed| {
            feed.state = FeedState::Live;
            feed.last_frame_at = Some(start);
        });
        health.update(FeedId(9), |feed| feed.frames = 1);
        assert_eq!(health.at(start + SILENT_AFTER)[0].state, FeedState::Live);
        assert_eq!(health.at(start + SILENT_AFTER + Span::from_secs(1))[0].state, FeedState::Silent);
    }
}
