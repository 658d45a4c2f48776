//! The service's figures as Prometheus reads them (OpenMetrics text).

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::error::ApiError;
use super::feeds::age_s;
use super::tracks::seen_at;
use super::{App, Services};
use crate::edge::health::FeedState;
use crate::edge::metrics::Label;

/// Two labels of a metric.
type TwoLabels = [(&'static str, String); 2];
/// A gauge of fractions.
type Fraction = Gauge<f64, std::sync::atomic::AtomicU64>;

/// The size of a page of memory, bytes, where `/proc` tells memory in pages.
const PAGE_BYTES: i64 = 4096;

/// `GET /metrics`.
pub(super) async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, ApiError> {
    let mut registry = Registry::with_prefix("picket");
    app.metrics.register(&mut registry);
    register_feeds(&app, &mut registry);
    register_engine(&app, &mut registry);
    register_process(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| ApiError::internal("the figures cannot be written"))?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], text))
}

fn register_feeds(services: &Services, registry: &mut Registry) {
    let now = services.clock.now();
    let counter = Family::<Label, Counter>::default;
    let [frames, bytes, dropped, cut, refused, reports, connects] = [(); 7].map(|()| counter());
    let rejects = Family::<TwoLabels, Counter>::default();
    let states = Family::<TwoLabels, Gauge>::default();
    let age = Family::<Label, Fraction>::default();
    for (feed, health) in services.feeds.iter().zip(services.health.at(now)) {
        let name = [("feed", feed.name().to_owned())];
        frames.get_or_create(&name).inc_by(health.frames);
        bytes.get_or_create(&name).inc_by(health.bytes);
        dropped.get_or_create(&name).inc_by(health.dropped);
        cut.get_or_create(&name).inc_by(health.cut);
        refused.get_or_create(&name).inc_by(health.refused);
        reports.get_or_create(&name).inc_by(health.reports);
        connects.get_or_create(&name).inc_by(health.connects);
        for (reason, count) in &health.rejects {
            let labels = [("feed", feed.name().to_owned()), ("reason", (*reason).to_owned())];
            rejects.get_or_create(&labels).inc_by(*count);
        }
        for state in FeedState::ALL {
            let labels = [("feed", feed.name().to_owned()), ("state", state.text().to_owned())];
            states.get_or_create(&labels).set(i64::from(health.state == state));
        }
        if let Some(age_s) = age_s(&health, now) {
            age.get_or_create(&name).set(age_s);
        }
    }
    registry.register("feed_frames", "Frames received", frames);
    registry.register_with_unit("feed_received", "Received", Unit::Bytes, bytes);
    registry.register("feed_dropped", "Frames that came but could not be taken", dropped);
    registry.register("feed_cut", "Lines that were too long and are handed on without their rest", cut);
    registry.register("feed_refused", "Connections and datagrams from places that may not send", refused);
    registry.register("feed_reports", "Position reports decoded", reports);
    registry.register("feed_connects", "Times the feed was connected", connects);
    registry.register("feed_rejects", "What was refused, by reason", rejects);
    registry.register("feed_state", "1 for the state the feed is in, 0 for the others", states);
    registry.register_with_unit("feed_age", "Since the last frame, by the service's clock", Unit::Seconds, age);
}

fn register_engine(services: &Services, registry: &mut Registry) {
    let (tracks, at) = services.seen.read(|table| (table.tracks().count(), seen_at(services, table)));
    let lag = Fraction::default();
    lag.set((services.clock.now() - at).seconds());
    let help = "From the watermark to now, by the service's clock";
    registry.register_with_unit("watermark_lag", help, Unit::Seconds, lag);
    registry.register("tracks", "Tracks of the picture", gauge(tracks));
    registry.register("inlet_waiting", "Pieces of work waiting for the engine", gauge(services.inlet.waiting()));
    registry.register("outbox_sequence", "Number of the newest revision told", gauge(services.outbox.latest()));
}

/// Memory in use, where the system tells it.
fn register_process(registry: &mut Registry) {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident: Option<i64> = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    if let Some(pages) = resident {
        registry.register_with_unit("resident_memory", "Memory in use", Unit::Bytes, gauge(pages * PAGE_BYTES));
    }
}

fn gauge(value: impl TryInto<i64>) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(value.try_into().unwrap_or(i64::MAX));
    gauge
}
