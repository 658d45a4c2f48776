//! The service's figures as Prometheus reads them (OpenMetrics text).

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::error::ApiError;
use super::feed_figures::{self, Fraction};
use super::tracks::seen_at;
use super::{App, Services};

/// The size of a page of memory, bytes, where `/proc` tells memory in pages.
const PAGE_BYTES: i64 = 4096;

/// `GET /metrics`.
pub(super) async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, ApiError> {
    let mut registry = Registry::with_prefix("picket");
    app.metrics.register(&mut registry);
    feed_figures::register(&app, &mut registry);
    register_engine(&app, &mut registry);
    register_process(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| ApiError::internal("the figures cannot be written"))?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], text))
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
