//! Late data: what AIS alone tells gives the same alerts in the end, in whatever order it arrives.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

#[path = "support/replay.rs"]
mod replays;
mod support;

use std::collections::BTreeMap;

use picket::edge::lines::{AlertForm, LineContext, alert_line};
use picket::engine::alert::{Alert, AlertState};
use picket::engine::core::{Config, Core};
use picket::engine::decode::report::Report;
use picket::engine::decode::{Decoded, Decoder, reports};
use picket::engine::detect::Kind;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::limits::Limits;
use picket::engine::output::Output;
use picket::engine::time::{EventTime, Span};
use picket::engine::zone::ZoneSet;
use picket::sim::chart::{con_dao_station, con_dao_zones};
use picket::sim::rng::Rng;
use picket::sim::story::{edge_loiter, tanker_dark, transfer, twins};
use picket::sim::{FeedBytes, World};
use replays::replay_text;

/// AIS of a loiterer, a transfer, two ships under one number and a tanker that goes dark: every third report.
fn recorded(seed: u64) -> Vec<Report> {
    let mut world = World::new("late", seed, 2.25);
    world.stations = vec![con_dao_station()];
    world.zones = con_dao_zones();
    edge_loiter::play(&mut world, 600.0);
    transfer::stopped(&mut world, 4200.0);
    twins::play(&mut world, 1800.0);
    tanker_dark::play(&mut world, 3600.0);
    let FeedBytes { bytes, .. } = world.feeds().remove(0);
    let mut decoder = Decoder::new(&feeds());
    let (mut told, mut count) = (Vec::new(), 0u64);
    for (line, seq) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        let frame = Frame { seq, feed: FeedId(0), received_at: EventTime::MIN, bytes: line.trim_ascii_end() };
        decoder.decode(&frame, &mut |decoded| {
            if let Decoded::Message { stamp, message } = decoded {
                count += 1;
                told.extend(reports(stamp, message).into_iter().flatten().filter(|_| count.is_multiple_of(3)));
            }
        });
    }
    told
}

fn feeds() -> Vec<Feed> {
    vec![Feed::new("ais", FeedKind::Nmea)]
}

fn config() -> Config {
    Config {
        feeds: feeds(),
        // Folded more seldom than usual, for the test's sake.
        limits: Limits::default().with_text("late_data.wait_s", "600").unwrap(),
        zones: ZoneSet::everywhere(),
        settings_hash: "late".into(),
        tracks_every: None,
        fixes_every: None,
    }
}

/// Hands reports over in this order, each with its arrival; every revision of every alert about vessels.
fn played(order: &[Report]) -> Vec<Alert> {
    let mut core = Core::new(config());
    let mut alerts = Vec::new();
    let mut drain = |core: &mut Core| {
        while let Some(output) = core.poll_output() {
            if let Output::Alert(alert) = output {
                alerts.push(*alert);
            }
        }
    };
    for report in order {
        core.take_frame(FeedId(0), report.received_at, std::slice::from_ref(report));
        drain(&mut core);
    }
    core.end_feed(FeedId(0));
    drain(&mut core);
    alerts.retain(|alert| alert.anomaly.kind != Kind::FeedLost);
    alerts
}

/// The `--final` set.
fn last_states(alerts: &[Alert]) -> Vec<String> {
    let mut last: BTreeMap<&str, &Alert> = BTreeMap::new();
    alerts.iter().for_each(|alert| _ = last.insert(&alert.id, alert));
    let kept = last.into_values().filter(|alert| alert.state != AlertState::Retracted);
    let context = LineContext { feeds: &feeds(), exercise: None, published_at: None };
    let mut lines: Vec<(EventTime, String)> =
        kept.map(|alert| (alert.anomaly.onset, alert_line(alert, context, AlertForm::Final).unwrap())).collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The reports as they were made.
fn in_order(reports: &[Report]) -> Vec<Report> {
    let mut order: Vec<Report> = reports.iter().map(|r| Report { received_at: r.observed_at, ..*r }).collect();
    order.sort_by_key(|report| (report.observed_at, report.digest, report.body.part()));
    order
}

/// Each report arrives at a random instant of the hours after the last one was made, or a share of them in time and the rest late.
fn shuffled(reports: &[Report], seed: u64) -> Vec<Report> {
    let mut rng = Rng::new(seed, "arrival");
    let last = reports.iter().map(|report| report.observed_at).max().unwrap();
    let in_time = rng.chance(0.5);
    let arrival = |report: &Report, rng: &mut Rng| match (in_time, rng.chance(0.8)) {
        (true, true) => report.observed_at + Span::from_seconds(rng.between(0.0, 2.0)),
        (true, false) => report.observed_at + Span::from_seconds(rng.between(0.0, 6000.0)),
        (false, _) => last + Span::from_seconds(rng.between(0.0, 9000.0)),
    };
    let mut order: Vec<Report> =
        reports.iter().map(|report| Report { received_at: arrival(report, &mut rng), ..*report }).collect();
    order.sort_by_key(|report| (report.received_at, report.digest, report.body.part()));
    order
}

#[test]
fn twenty_orders_of_arrival_give_the_same_alerts_in_the_end() {
    let reports = recorded(104);
    let expected = last_states(&played(&in_order(&reports)));
    for kind in ["loitering", "ship_to_ship", "duplicate_identity"] {
        assert!(expected.iter().any(|line| line.contains(kind)), "{kind}: {expected:#?}");
    }
    for seed in 0..20 {
        let alerts = played(&shuffled(&reports, seed));
        let found = last_states(&alerts);
        let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
        let extra: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
        assert!(found == expected, "order {seed}\nmissing {missing:#?}\nextra {extra:#?}");
    }
}

#[test]
fn what_late_data_changes_is_told_as_a_revision_of_the_same_alert() {
    let reports = recorded(105);
    let mut order = in_order(&reports);
    let loiterer = played(&order).iter().find(|a| a.anomaly.kind == Kind::Loitering).unwrap().clone();
    // Half an hour before the end of the loiter its reports are held back for two hours.
    let (mmsi, onset) = (loiterer.subjects[0].mmsi, loiterer.anomaly.onset);
    let late = |report: &Report| {
        let of = match &report.body {
            picket::engine::decode::report::Body::Position(position) => Some(position.mmsi),
            _ => None,
        };
        of == mmsi && (report.observed_at - onset).seconds() < 900.0
    };
    for report in order.iter_mut().filter(|report| late(report)) {
        report.received_at = report.observed_at + Span::from_hours(1);
    }
    order.sort_by_key(|report| (report.received_at, report.observed_at, report.digest));
    let alerts = played(&order);
    let story: Vec<&Alert> = alerts
        .iter()
        .filter(|alert| alert.anomaly.kind == Kind::Loitering && alert.subjects.iter().any(|s| s.mmsi == mmsi))
        .collect();
    let revised = story.iter().find(|alert| alert.cause.text() == "late_data").unwrap();
    let raised = story.iter().find(|alert| alert.id == revised.id && alert.revision == 1).unwrap();
    assert!(revised.anomaly.onset < raised.anomaly.onset, "the onset moves to where it was");
    let revisions: Vec<u32> = story.iter().filter(|alert| alert.id == raised.id).map(|alert| alert.revision).collect();
    assert_eq!(revisions, (1..=revisions.len() as u32).collect::<Vec<_>>());
}

#[test]
fn a_real_satellite_feed_gives_the_same_alerts_by_arrival_and_by_event() {
    let Some(corpus) = support::corpus() else { return };
    let path = corpus.join("ee_late_20120201.txt.gz");
    let of = |order: &str| replay_text(&path, &["--alerts", "-", "--final", "--order", order]);
    let (arrival, event) = (of("arrival"), of("event"));
    assert!(!event.is_empty());
    assert_eq!(arrival, event);
}
