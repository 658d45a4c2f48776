//! Metrics: what the service counts and measures of itself while it runs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// One label of a metric: its name and its value.
pub type Label = [(&'static str, String); 1];

/// Upper bounds of the buckets of times, s.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Alerts whose way out is measured at a time; the oldest are forgotten where nobody reads them.
const UNDER_WAY_AT_MOST: usize = 4096;

/// The service's own figures; a clone counts into the same.
#[derive(Clone, Debug)]
pub struct Metrics {
    alert_latency: Histogram,
    journal_sync: Histogram,
    journal_bytes: Counter,
    history_given_up: Counter,
    alerts: Family<Label, Counter>,
    connections: Gauge,
    streams: Gauge,
    pictures: Gauge,
    under_way: Arc<Mutex<VecDeque<(u64, Instant)>>>,
}

/// Counts as one as long as it lives.
#[derive(Debug)]
pub struct Counted(Gauge);

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            alert_latency: Histogram::new(SECONDS),
            journal_sync: Histogram::new(SECONDS),
            journal_bytes: Counter::default(),
            history_given_up: Counter::default(),
            alerts: Family::default(),
            connections: Gauge::default(),
            streams: Gauge::default(),
            pictures: Gauge::default(),
            under_way: Arc::default(),
        }
    }
}

impl Metrics {
    /// Notes that an alert was published: when the frames that raised it had arrived, and how long the journal took to sync before.
    ///
    /// Its way out is measured only if somebody reads the stream: one who comes back later would measure the absence.
    /// Sequences rise from call to call.
    pub fn note(&self, sequence: u64, arrived: Instant, sync_took: Duration) {
        self.journal_sync.observe(sync_took.as_secs_f64());
        if self.streams.get() == 0 {
            return;
        }
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.len() == UNDER_WAY_AT_MOST {
            under_way.pop_front();
        }
        under_way.push_back((sequence, arrived));
    }

    /// Notes that a reader of the stream is handed an alert; the first one ends its measurement.
    pub fn sent(&self, sequence: u64) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(place) = under_way.binary_search_by_key(&sequence, |(noted, _)| *noted) else { return };
        if let Some((_, arrived)) = under_way.remove(place) {
            drop(under_way);
            self.alert_latency.observe(arrived.elapsed().as_secs_f64());
        }
    }

    /// Counts a new alert (not its later revisions) of a kind.
    pub fn raised(&self, kind: &'static str) {
        self.alerts.get_or_create(&[("kind", kind.to_owned())]).inc();
    }

    /// Notes how many bytes the journal has written since it was opened.
    pub fn journal_reached(&self, bytes: u64) {
        self.journal_bytes.inc_by(bytes.saturating_sub(self.journal_bytes.get()));
    }

    /// Counts fixes that the track history lacks because it could not be written fast enough.
    pub fn history_given_up(&self, fixes: u64) {
        self.history_given_up.inc_by(fixes);
    }

    /// Counts an open connection.
    pub fn connection(&self) -> Counted {
        Counted::of(&self.connections)
    }

    /// Counts a reader of the alert stream.
    pub fn stream(&self) -> Counted {
        Counted::of(&self.streams)
    }

    /// Counts a reader of the picture.
    pub fn picture(&self) -> Counted {
        Counted::of(&self.pictures)
    }

    /// Lists all figures in a registry.
    pub fn register(&self, registry: &mut Registry) {
        let seconds = || Unit::Seconds;
        registry.register_with_unit(
            "alert_latency",
            "From the arrival of the frames that raised an alert to its first reader",
            seconds(),
            self.alert_latency.clone(),
        );
        registry.register_with_unit(
            "journal_sync",
            "How long the journal took to sync before an alert left",
            seconds(),
            self.journal_sync.clone(),
        );
        registry.register_with_unit("journal", "Written to the journal", Unit::Bytes, self.journal_bytes.clone());
        registry.register(
            "history_fixes_given_up",
            "Fixes that the track history lacks because it could not be written fast enough",
            self.history_given_up.clone(),
        );
        registry.register("alerts", "Alerts raised, by kind", self.alerts.clone());
        registry.register("http_connections", "Open connections", self.connections.clone());
        registry.register("alert_streams", "Readers of the alert stream", self.streams.clone());
        registry.register("picture_streams", "Readers of the picture", self.pictures.clone());
    }
}

impl Counted {
    fn of(gauge: &Gauge) -> Self {
        gauge.inc();
        Counted(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(metrics: &Metrics) -> String {
        let mut registry = Registry::default();
        metrics.register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        text
    }

    #[test]
    fn an_alert_is_measured_at_its_first_reader_only() {
        let metrics = Metrics::default();
        metrics.note(6, Instant::now(), Duration::from_millis(2));
        let _reader = metrics.stream();
        metrics.note(7, Instant::now(), Duration::from_millis(2));
        for sequence in [6, 7, 7, 8] {
            metrics.sent(sequence);
        }
        let text = text(&metrics);
        assert!(text.contains("alert_latency_seconds_count 1\n"), "{text}");
        assert!(text.contains("journal_sync_seconds_count 2\n"), "{text}");
        assert!(metrics.under_way.lock().unwrap().is_empty());
    }

    #[test]
    fn alerts_nobody_reads_are_forgotten() {
        let metrics = Metrics::default();
        let _reader = metrics.stream();
        for sequence in 0..10_000 {
            metrics.note(sequence, Instant::now(), Duration::ZERO);
        }
        assert_eq!(metrics.under_way.lock().unwrap().len(), UNDER_WAY_AT_MOST);
    }

    #[test]
    fn open_things_are_counted_while_they_live() {
        let metrics = Metrics::default();
        let (one, two) = (metrics.stream(), metrics.clone().stream());
        assert_eq!(metrics.streams.get(), 2);
        drop((one, two));
        assert_eq!(metrics.streams.get(), 0);
    }
}
