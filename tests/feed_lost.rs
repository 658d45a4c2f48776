//! Feeds and stations that fall silent: told by the arrival clock, in whatever steps it comes on, and never where nobody listened.
#![allow(clippy::unwrap_used, clippy::panic)]

use picket::engine::Engine;
use picket::engine::alert::Alert;
use picket::engine::core::Config;
use picket::engine::detect::{Change, FactorName, Kind, Priority};
use picket::engine::input::{Feed, FeedId, FeedKind, Frame, Input};
use picket::engine::limits::Limits;
use picket::engine::output::Output;
use picket::engine::rules::Rules;
use picket::engine::time::{EventTime, Span};
use picket::engine::zone::ZoneSet;
use proptest::prelude::*;

const EAST: FeedId = FeedId(0);
const WEST: FeedId = FeedId(1);

/// An input that owns its bytes, s after the start.
#[derive(Clone, Debug)]
enum Event {
    Line(FeedId, f64, String),
    Tick(f64),
    End(FeedId),
    Gap,
    Rules(f64, Box<Rules>),
}

fn at(s: f64) -> EventTime {
    EventTime::from_utc(2026, 1, 10, 12, 0, 0, 0).unwrap() + Span::from_seconds(s)
}

fn feeds() -> Vec<Feed> {
    vec![Feed::new("east", FeedKind::Nmea), Feed::new("west", FeedKind::Nmea)]
}

fn config(feeds: Vec<Feed>) -> Config {
    let limits = Limits::default();
    let zones = ZoneSet::everywhere();
    Config { feeds, limits, zones, settings_hash: "x".into(), tracks_every: None, fixes_every: None }
}

/// A sentence, heard by a station if one is named.
fn line(station: Option<&str>) -> String {
    let sentence = picket::sim::sentence::sentence('!', "AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0");
    let Some(station) = station else { return sentence };
    let tag = format!("s:{station}");
    format!("\\{tag}*{:02X}\\{sentence}", tag.bytes().fold(0, |sum, byte| sum ^ byte))
}

/// Lines of a feed from one instant to another, each `every_s`.
fn lines(feed: FeedId, station: Option<&str>, from_s: f64, to_s: f64, every_s: f64) -> Vec<Event> {
    let instants = (0..).map(|i| from_s + f64::from(i) * every_s).take_while(|s| *s <= to_s);
    instants.map(|s| Event::Line(feed, s, line(station))).collect()
}

fn merged(parts: &[Vec<Event>]) -> Vec<Event> {
    let time = |event: &Event| match event {
        Event::Line(_, s, _) | Event::Tick(s) | Event::Rules(s, _) => *s,
        Event::End(_) | Event::Gap => panic!("has no time"),
    };
    let mut all = parts.concat();
    all.sort_by(|a, b| time(a).total_cmp(&time(b)));
    all
}

/// What is told of feeds; of the vessel that is heard nothing is of interest.
fn play(feeds: Vec<Feed>, events: &[Event]) -> Vec<Alert> {
    let (mut engine, mut alerts) = (Engine::new(config(feeds)), Vec::new());
    for (seq, event) in (1..).zip(events) {
        match event {
            Event::Line(feed, s, text) => {
                engine.handle(&Input::Frame(Frame { seq, feed: *feed, received_at: at(*s), bytes: text.as_bytes() }));
            }
            Event::Tick(s) => engine.handle(&Input::Tick { received_at: at(*s) }),
            Event::End(feed) => engine.handle(&Input::FeedEnded { feed: *feed }),
            Event::Gap => engine.handle(&Input::Gap),
            Event::Rules(s, rules) => {
                engine.handle(&Input::Rules { received_at: at(*s), body: &rules.to_bytes().unwrap() });
            }
        }
        alerts.extend(told_of_feeds(&mut engine));
    }
    alerts
}

fn told_of_feeds(engine: &mut Engine) -> Vec<Alert> {
    let mut alerts = Vec::new();
    while let Some(output) = engine.poll_output() {
        if let Output::Alert(alert) = output {
            alerts.extend(Some(*alert).filter(|alert| alert.anomaly.kind == Kind::FeedLost));
        }
    }
    alerts
}

/// Who, what became of it and when (s), of each revision.
fn told(alerts: &[Alert]) -> Vec<(String, &'static str, f64)> {
    let who = |alert: &Alert| {
        let feed = alert.feed.as_ref().unwrap();
        feed.station.as_ref().map_or(feed.name.clone(), |station| format!("{}/{station}", feed.name))
    };
    alerts.iter().map(|alert| (who(alert), alert.cause.text(), (alert.at - at(0.0)).seconds())).collect()
}

fn told_as(who: &str, cause: &'static str, at_s: f64) -> (String, &'static str, f64) {
    (who.to_owned(), cause, at_s)
}

#[test]
fn a_silent_feed_is_lost_until_it_speaks_and_reopened_if_it_falls_silent_again() {
    let east = [lines(EAST, None, 0.0, 600.0, 1.0), lines(EAST, None, 900.0, 1000.0, 1.0)].concat();
    let alerts = play(feeds(), &merged(&[east, lines(WEST, None, 0.0, 1500.0, 2.0)]));
    let expected = [("raised", 720.0), ("ended", 900.0), ("reopened", 1120.0)];
    assert_eq!(told(&alerts), expected.map(|(cause, s)| told_as("east", cause, s)));
    let [raised, ended, reopened] = &alerts[..] else { panic!("{alerts:#?}") };
    assert_eq!((raised.anomaly.kind, raised.anomaly.priority), (Kind::FeedLost, Priority::Warning));
    assert_eq!((raised.anomaly.onset, raised.anomaly.raised_at), (at(600.0), at(720.0)));
    assert!(raised.subjects.is_empty() && raised.zone.is_none() && raised.anomaly.position.is_none());
    assert_eq!(raised.squadron, None, "it is everybody's");
    assert!(raised.anomaly.confidence > 0.95);
    let factor = |alert: &Alert, name| alert.factors().iter().find(|f| f.name == name).map(|f| (f.value, f.limit));
    assert_eq!(factor(raised, FactorName::Silence), Some((120.0, Some(120.0))));
    assert_eq!(factor(raised, FactorName::UsualWait), Some((1.0, None)));
    assert_eq!(ended.anomaly.end, Some(at(900.0)));
    assert_eq!(factor(ended, FactorName::Silence).map(|silence| silence.0), Some(300.0));
    assert_eq!(reopened.anomaly.end, None);
    assert!(alerts.iter().all(|alert| alert.id == raised.id));
}

#[test]
fn long_after_a_loss_another_is_another_alert() {
    let east = [lines(EAST, None, 0.0, 600.0, 1.0), lines(EAST, None, 900.0, 5000.0, 1.0)].concat();
    let alerts = play(feeds(), &merged(&[east, lines(WEST, None, 0.0, 6000.0, 2.0)]));
    assert_eq!(alerts.len(), 3);
    assert_ne!(alerts[2].id, alerts[0].id);
}

#[test]
fn a_feed_is_held_against_its_habit_and_missed_only_if_it_was_there() {
    let slow = lines(EAST, None, 0.0, 2000.0, 100.0);
    let brief = lines(WEST, None, 0.0, 200.0, 1.0);
    let ticks = (0..400).map(|i| Event::Tick(10.0 * f64::from(i))).collect();
    assert_eq!(told(&play(feeds(), &merged(&[slow, brief, ticks]))), [told_as("east", "raised", 2500.0)]);
}

#[test]
fn what_comes_in_batches_is_given_time() {
    let feeds = vec![Feed { correction_only: true, ..Feed::new("satellite", FeedKind::Nmea) }];
    let mut events = lines(EAST, None, 0.0, 400.0, 1.0);
    events.push(Event::Tick(21_999.0));
    assert_eq!(told(&play(feeds.clone(), &events)), []);
    events.push(Event::Tick(22_001.0));
    assert_eq!(told(&play(feeds, &events)), [told_as("satellite", "raised", 22_000.0)]);
}

#[test]
fn a_table_is_no_line() {
    let feeds = vec![Feed::new("rows", FeedKind::Csv)];
    let mut events = lines(EAST, None, 0.0, 400.0, 1.0);
    events.push(Event::Tick(90_000.0));
    assert_eq!(told(&play(feeds, &events)), []);
}

#[test]
fn an_orderly_end_is_no_loss_and_ends_one() {
    let mut events = lines(EAST, None, 0.0, 600.0, 1.0);
    events.push(Event::End(EAST));
    events.extend(lines(WEST, None, 601.0, 5000.0, 2.0));
    assert_eq!(told(&play(feeds(), &events)), []);
    let mut events = lines(EAST, None, 0.0, 600.0, 1.0);
    events.extend([Event::Tick(800.0), Event::End(EAST), Event::Tick(9000.0)]);
    let expected = [("raised", 720.0), ("ended", 800.0)].map(|(cause, s)| told_as("east", cause, s));
    assert_eq!(told(&play(feeds(), &events)), expected);
}

#[test]
fn the_time_in_which_nobody_listened_is_nobodys_silence() {
    let mut events = lines(EAST, None, 0.0, 600.0, 1.0);
    events.extend([Event::Gap, Event::Tick(9000.0)]);
    events.extend(lines(EAST, None, 9100.0, 9200.0, 1.0));
    events.push(Event::Tick(9600.0));
    assert_eq!(told(&play(feeds(), &events)), [], "it was waited for from the return on: 100 s are its habit now");
    events.push(Event::Tick(9701.0));
    assert_eq!(told(&play(feeds(), &events)).len(), 1, "and the hours before are not");
}

#[test]
fn a_silent_station_of_a_living_feed_is_told_by_name() {
    let here = lines(EAST, Some("here"), 0.0, 3000.0, 2.0);
    let there = [lines(EAST, Some("there"), 0.5, 900.5, 10.0), lines(EAST, Some("there"), 2000.5, 2100.5, 10.0)];
    let alerts = play(feeds(), &merged(&[here, there.concat()]));
    let expected = [told_as("east/there", "raised", 1500.5), told_as("east/there", "ended", 2000.5)];
    assert_eq!(told(&alerts)[..2], expected);
    assert_eq!(told(&alerts)[2..], [told_as("east/there", "reopened", 2700.5)]);
    assert_eq!(alerts[0].anomaly.priority, Priority::Caution);
}

#[test]
fn stations_of_a_lost_feed_are_not_told_one_by_one() {
    let station =
        |name| [lines(EAST, Some(name), 0.0, 900.0, 5.0), lines(EAST, Some(name), 3000.0, 3300.0, 5.0)].concat();
    let alerts = play(feeds(), &merged(&[station("here"), station("there"), lines(WEST, None, 0.0, 3300.0, 2.0)]));
    let expected = [("raised", 1020.0), ("ended", 3000.0)].map(|(cause, s)| told_as("east", cause, s));
    assert_eq!(told(&alerts), expected);
}

#[test]
fn other_thresholds_end_a_loss_and_judge_from_there() {
    let limits = Limits::default().with_text("feed_lost.silence_s", "60").unwrap();
    let rules = Box::new(Rules { feeds: feeds(), limits, zone_files: Vec::new() });
    let mut events = lines(EAST, None, 0.0, 600.0, 1.0);
    events.extend([Event::Tick(800.0), Event::Rules(900.0, rules), Event::Tick(2000.0)]);
    let alerts = play(feeds(), &events);
    let expected = [("raised", 720.0), ("settings_changed", 900.0), ("raised", 960.0)];
    assert_eq!(told(&alerts), expected.map(|(cause, s)| told_as("east", cause, s)));
    assert_ne!(alerts[0].id, alerts[2].id, "ids are never given twice");
    assert_eq!(alerts[2].anomaly.onset, at(600.0));
    assert!(matches!(alerts[1].cause, picket::engine::alert::Cause::Anomaly(Change::SettingsChanged)));
}

#[test]
fn invented_stations_fill_no_memory_and_raise_nothing() {
    let invented = |i: u32| Event::Line(EAST, f64::from(i) * 0.1, line(Some(&format!("station-{i}"))));
    // What is kept for late data grows with every report, as far as its own limit.
    let limits = Limits::default().with_text("late_data.reports", "0").unwrap();
    let mut engine = Engine::new(Config { limits, ..config(feeds()) });
    let mut half = 0;
    for (seq, i) in (1..).zip(0..20_000u32) {
        let Event::Line(feed, s, text) = invented(i) else { panic!() };
        engine.handle(&Input::Frame(Frame { seq, feed, received_at: at(s), bytes: text.as_bytes() }));
        assert_eq!(told_of_feeds(&mut engine), []);
        if i == 10_000 {
            half = engine.snapshot().unwrap().len();
        }
    }
    assert!(engine.snapshot().unwrap().len() < half + 100_000, "{half} bytes at half");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The alerts do not depend on the steps in which the clock comes on, nor on who moves it.
    #[test]
    fn in_whatever_steps_the_clock_comes_on(
        waits in prop::collection::vec((0u32..3, 1u32..400, 0usize..3), 20..120),
        ticks in prop::collection::vec(0.1f64..300.0, 1..20),
    ) {
        let (mut now, mut events) = (0.0, Vec::new());
        for (feed, wait_s, station) in waits {
            now += f64::from(wait_s) / if wait_s < 350 { 20.0 } else { 0.5 };
            let station = ["", "here", "there"][station];
            events.push(Event::Line(FeedId((feed % 2) as u16), now, line(Some(station).filter(|name| !name.is_empty()))));
        }
        let (mut tick, mut ticked, mut steps) = (0.0, Vec::new(), ticks.iter().cycle());
        while tick < now {
            ticked.push(Event::Tick(tick));
            tick += steps.next().unwrap();
        }
        let plain = play(feeds(), &merged(std::slice::from_ref(&events)));
        prop_assert_eq!(play(feeds(), &merged(&[ticked, events])), plain);
    }
}
