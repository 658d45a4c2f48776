//! Feeds: what each is and how it stands.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::App;
use crate::edge::health::{FeedHealth, RadarHealth, Reception, StationHealth};
use crate::edge::lines::quantise;
use crate::engine::input::FeedKind;
use crate::engine::time::EventTime;

/// A feed for people: what it is called and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedDescription {
    name: String,
    kind: FeedKind,
    source: String,
}

impl FeedDescription {
    /// `source` is a URL or a path; a user name and password in it are left out.
    pub fn new(name: &str, kind: FeedKind, source: &str) -> Self {
        let shown = match source.split_once("://") {
            Some((scheme, rest)) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let host = rest[..end].rfind('@').map_or(0, |at| at + 1);
                format!("{scheme}://{}", &rest[host..])
            }
            None => source.to_owned(),
        };
        FeedDescription { name: name.to_owned(), kind, source: shown }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[derive(Serialize)]
pub(super) struct FeedsBody {
    feeds: Vec<FeedBody>,
}

#[derive(Serialize)]
struct FeedBody {
    name: String,
    kind: &'static str,
    source: String,
    state: &'static str,
    detail: Option<String>,
    since: Option<String>,
    last_frame_at: Option<String>,
    age_s: Option<f64>,
    frames: u64,
    bytes: u64,
    frames_per_s: f64,
    dropped: u64,
    cut: u64,
    refused: u64,
    quarantined: Vec<String>,
    radars: Vec<RadarBody>,
    times_not_believed: u64,
    binary_datagrams: u64,
    connects: u64,
    #[serde(flatten)]
    reception: ReceptionBody,
    clock_source: Option<&'static str>,
    ais_messages: BTreeMap<u8, u64>,
    rejects: BTreeMap<&'static str, u64>,
    duplicates: u64,
    late: u64,
    too_late: u64,
    ahead: u64,
    stations: Vec<StationBody>,
    other_station_messages: u64,
}

/// What a radar measures wrongly.
#[derive(Serialize)]
struct RadarBody {
    source: String,
    known: bool,
    range_bias_m: f64,
    range_sigma_m: f64,
    bearing_bias_deg: f64,
    bearing_sigma_deg: f64,
    vessels: usize,
}

/// What a feed or a station told.
#[derive(Serialize)]
struct ReceptionBody {
    messages: u64,
    messages_per_s: f64,
    reports: u64,
    suspect_times: u64,
    lost_lines: u64,
    last_message_at: Option<String>,
    lateness_p50_s: Option<f64>,
    lateness_p99_s: Option<f64>,
    clock_skew_s: Option<f64>,
    lost_since: Option<String>,
}

#[derive(Serialize)]
struct StationBody {
    name: String,
    age_s: Option<f64>,
    #[serde(flatten)]
    reception: ReceptionBody,
}

/// `GET /api/v1/feeds`.
pub(super) async fn list(State(app): State<App>) -> Json<FeedsBody> {
    let now = app.clock.now();
    let feeds = app.feeds.iter().zip(app.health.at(now));
    Json(FeedsBody { feeds: feeds.map(|(feed, health)| feed_body(feed, health, now)).collect() })
}

/// How long ago the feed's last frame was received, s.
pub(super) fn age_s(health: &FeedHealth, now: EventTime) -> Option<f64> {
    health.last_frame_at.map(|at| since_s(at, now))
}

fn since_s(at: EventTime, now: EventTime) -> f64 {
    quantise((now - at).seconds().max(0.0), 3)
}

fn feed_body(feed: &FeedDescription, health: FeedHealth, now: EventTime) -> FeedBody {
    FeedBody {
        name: feed.name.clone(),
        kind: feed.kind.name(),
        source: feed.source.clone(),
        state: health.state.text(),
        since: health.since.map(EventTime::iso),
        last_frame_at: health.last_frame_at.map(EventTime::iso),
        age_s: age_s(&health, now),
        frames: health.frames,
        bytes: health.bytes,
        frames_per_s: quantise(health.frames_per_s, 2),
        dropped: health.dropped,
        cut: health.cut,
        refused: health.refused,
        connects: health.connects,
        reception: reception_body(&health.reception),
        clock_source: health.clock_source,
        ais_messages: health.ais_messages,
        rejects: health.rejects,
        quarantined: health.quarantined,
        radars: health.radars.into_iter().map(radar_body).collect(),
        times_not_believed: health.times_not_believed,
        binary_datagrams: health.binary_datagrams,
        duplicates: health.duplicates,
        late: health.late,
        too_late: health.too_late,
        ahead: health.ahead,
        stations: health.stations.into_iter().map(|station| station_body(station, now)).collect(),
        other_station_messages: health.other_station_messages,
        detail: health.detail,
    }
}

fn radar_body(radar: RadarHealth) -> RadarBody {
    RadarBody {
        source: radar.source,
        known: radar.known,
        range_bias_m: quantise(radar.range_bias_m, 1),
        range_sigma_m: quantise(radar.range_sigma_m, 1),
        bearing_bias_deg: quantise(radar.bearing_bias_deg, 3),
        bearing_sigma_deg: quantise(radar.bearing_sigma_deg, 3),
        vessels: radar.vessels,
    }
}

fn reception_body(told: &Reception) -> ReceptionBody {
    ReceptionBody {
        messages: told.messages,
        messages_per_s: quantise(told.messages_per_s, 3),
        reports: told.reports,
        suspect_times: told.suspect_times,
        lost_lines: told.lost_lines,
        last_message_at: told.last_message_at.map(EventTime::iso),
        lateness_p50_s: told.lateness.map(|lateness| quantise(lateness.p50_s, 3)),
        lateness_p99_s: told.lateness.map(|lateness| quantise(lateness.p99_s, 3)),
        clock_skew_s: told.clock_skew_s.map(|skew_s| quantise(skew_s, 3)),
        lost_since: told.lost_since.map(EventTime::iso),
    }
}

fn station_body(station: StationHealth, now: EventTime) -> StationBody {
    StationBody {
        age_s: station.reception.last_message_at.map(|at| since_s(at, now)),
        reception: reception_body(&station.reception),
        name: station.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_source_are_not_shown() {
        let source = |text: &str| FeedDescription::new("f", FeedKind::Nmea, text).source;
        assert_eq!(source("mqtt://user:p@ss@broker:1883/a@b"), "mqtt://broker:1883/a@b");
        assert_eq!(source("tcp://192.0.2.1:4001"), "tcp://192.0.2.1:4001");
        assert_eq!(source("recordings/a@b.nmea"), "recordings/a@b.nmea");
    }
}
