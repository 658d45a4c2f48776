//! Feeds: what each is and how it stands.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::App;
use crate::edge::health::FeedHealth;
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
    reports: u64,
    rejects: BTreeMap<&'static str, u64>,
    connects: u64,
}

/// `GET /api/v1/feeds`.
pub(super) async fn list(State(app): State<App>) -> Json<FeedsBody> {
    let now = app.clock.now();
    let feeds = app.feeds.iter().zip(app.health.at(now));
    Json(FeedsBody { feeds: feeds.map(|(feed, health)| feed_body(feed, health, now)).collect() })
}

/// How long ago the feed's last frame was received, s.
pub(super) fn age_s(health: &FeedHealth, now: EventTime) -> Option<f64> {
    health.last_frame_at.map(|at| quantise((now - at).seconds().max(0.0), 3))
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
        reports: health.reports,
        connects: health.connects,
        detail: health.detail,
        rejects: health.rejects,
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
