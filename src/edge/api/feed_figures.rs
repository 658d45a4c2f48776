//! The figures of feeds as Prometheus reads them.
//!
//! There are a few labels a feed and radar (of which there is a limit), none a station, so that senders cannot add many.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::Services;
use super::feeds::age_s;
use crate::edge::health::{FeedHealth, FeedState, RadarHealth};
use crate::edge::metrics::Label;
use crate::engine::time::EventTime;

/// Two labels of a metric.
type TwoLabels = [(&'static str, String); 2];
/// A gauge of fractions.
pub(super) type Fraction = Gauge<f64, std::sync::atomic::AtomicU64>;

/// A counter a feed: its name, what it counts, and where.
type FeedCounter = (&'static str, &'static str, fn(&FeedHealth) -> u64);
/// A gauge a feed, NaN where nothing is known: its name, what it shows, its unit, and where.
type FeedGauge = (&'static str, &'static str, Option<Unit>, fn(&FeedHealth, EventTime) -> Option<f64>);

const COUNTERS: [FeedCounter; 15] = [
    ("feed_frames", "Frames received", |health| health.frames),
    ("feed_dropped", "Frames that came but could not be taken", |health| health.dropped),
    ("feed_cut", "Lines that were too long and are handed on without their rest", |health| health.cut),
    ("feed_refused", "Connections and datagrams from places that may not send", |health| health.refused),
    ("feed_connects", "Times the feed was connected", |health| health.connects),
    ("feed_messages", "Messages decoded", |health| health.reception.messages),
    ("feed_reports", "Position reports decoded", |health| health.reception.reports),
    ("feed_suspect_times", "Messages whose UTC second is unrelated to their time", |health| {
        health.reception.suspect_times
    }),
    ("feed_lost_lines", "Lines that never came, by their count in TAG blocks", |health| health.reception.lost_lines),
    ("feed_times_not_believed", "Times too far from their receipt to be believed", |health| health.times_not_believed),
    ("feed_binary_datagrams", "Datagrams that hold files and images", |health| health.binary_datagrams),
    ("feed_duplicates", "Copies of an observation", |health| health.duplicates),
    ("feed_late", "Observations that came after event time had passed them", |health| health.late),
    ("feed_too_late", "Observations more than a day late", |health| health.too_late),
    ("feed_ahead", "Observations ahead of what can be", |health| health.ahead),
];

const GAUGES: [FeedGauge; 6] = [
    ("feed_age", "Since the last frame, by the service's clock", Some(Unit::Seconds), age_s),
    ("feed_lateness_p50", "From observation to receipt, half of the messages", Some(Unit::Seconds), |health, _| {
        health.reception.lateness.map(|lateness| lateness.p50_s)
    }),
    ("feed_lateness_p99", "From observation to receipt, 99 of 100 messages", Some(Unit::Seconds), |health, _| {
        health.reception.lateness.map(|lateness| lateness.p99_s)
    }),
    (
        "feed_clock_skew",
        "How far the receiving clock is ahead of what the feed tells of UTC",
        Some(Unit::Seconds),
        |health, _| health.reception.clock_skew_s,
    ),
    ("feed_lost", "1 while the feed is lost", None, |health, _| {
        Some(f64::from(u8::from(health.reception.lost_since.is_some())))
    }),
    ("feed_stations", "Stations that the feed has told of", None, |health, _| Some(health.stations.len() as f64)),
];

/// A gauge a radar: its name, what it shows, and where.
type RadarGauge = (&'static str, &'static str, fn(&RadarHealth) -> f64);

const RADAR_GAUGES: [RadarGauge; 5] = [
    ("radar_range_bias_metres", "What ranges are too long by", |radar| radar.range_bias_m),
    ("radar_range_bias_sigma_metres", "One standard deviation of it", |radar| radar.range_sigma_m),
    ("radar_bearing_bias_degrees", "What bearings are too far clockwise by", |radar| radar.bearing_bias_deg),
    ("radar_bearing_bias_sigma_degrees", "One standard deviation of it", |radar| radar.bearing_sigma_deg),
    ("radar_registering_vessels", "Vessels that told of a radar's bias in the last minute", |radar| {
        radar.vessels as f64
    }),
];

/// Lists the figures of all feeds in a registry.
pub(super) fn register(services: &Services, registry: &mut Registry) {
    let now = services.clock.now();
    let feeds: Vec<(String, FeedHealth)> =
        services.feeds.iter().map(|feed| feed.name().to_owned()).zip(services.health.at(now)).collect();
    for (name, help, count) in COUNTERS {
        registry.register(name, help, counter(&feeds, count));
    }
    registry.register_with_unit("feed_received", "Received", Unit::Bytes, counter(&feeds, |health| health.bytes));
    for (name, help, unit, value) in GAUGES {
        let family = Family::<Label, Fraction>::default();
        for (feed, health) in &feeds {
            family.get_or_create(&[("feed", feed.clone())]).set(value(health, now).unwrap_or(f64::NAN));
        }
        match unit {
            Some(unit) => registry.register_with_unit(name, help, unit, family),
            None => registry.register(name, help, family),
        }
    }
    for (name, help, value) in RADAR_GAUGES {
        registry.register(name, help, radar_gauge(&feeds, value));
    }
    register_by_kind(&feeds, registry);
}

/// The counts that have a second label: reasons, types and states, each of a fixed set.
fn register_by_kind(feeds: &[(String, FeedHealth)], registry: &mut Registry) {
    let (rejects, messages) = (Family::<TwoLabels, Counter>::default(), Family::<TwoLabels, Counter>::default());
    let states = Family::<TwoLabels, Gauge>::default();
    for (feed, health) in feeds {
        let labels = |kind, value: &dyn ToString| [("feed", feed.clone()), (kind, value.to_string())];
        for (reason, count) in &health.rejects {
            add(&rejects, labels("reason", reason), *count);
        }
        for (number, count) in &health.ais_messages {
            add(&messages, labels("type", number), *count);
        }
        for state in FeedState::ALL {
            states.get_or_create(&labels("state", &state.text())).set(i64::from(health.state == state));
        }
    }
    registry.register("feed_rejects", "What was refused, by reason", rejects);
    registry.register("feed_ais_messages", "AIS messages, by type", messages);
    registry.register("feed_state", "1 for the state the feed is in, 0 for the others", states);
}

fn counter(feeds: &[(String, FeedHealth)], count: fn(&FeedHealth) -> u64) -> Family<Label, Counter> {
    let family = Family::<Label, Counter>::default();
    for (feed, health) in feeds {
        add(&family, [("feed", feed.clone())], count(health));
    }
    family
}

fn radar_gauge(feeds: &[(String, FeedHealth)], value: fn(&RadarHealth) -> f64) -> Family<TwoLabels, Fraction> {
    let family = Family::<TwoLabels, Fraction>::default();
    for (feed, radar) in feeds.iter().flat_map(|(feed, health)| health.radars.iter().map(move |radar| (feed, radar))) {
        let labels = [("feed", feed.clone()), ("source", radar.source.clone())];
        family.get_or_create(&labels).set(value(radar));
    }
    family
}

fn add<Labels: Clone + std::hash::Hash + Eq + EncodeLabelSet>(
    family: &Family<Labels, Counter>,
    labels: Labels,
    count: u64,
) {
    family.get_or_create(&labels).inc_by(count);
}
