//! The alert stream: every alert once and in order, whatever happens to the connection.

use std::io::{BufRead as _, BufReader};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use picket::edge::api::Pace;
use serde_json::{Value, json};

use crate::client::{Events, connect, get, send};
use crate::service::{Service, Setup};

const STREAM: &str = "/api/v1/alerts/stream";

#[test]
fn without_an_id_it_tells_what_comes_from_now_on() {
    let service = Service::start(Setup::default());
    service.book.tell("old", 1, None, json!({}));
    let mut events = Events::open(service.address, STREAM, &[]);
    assert_eq!(events.answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(events.answer.header("x-accel-buffering"), Some("no"));
    assert_eq!(events.answer.header("cache-control"), Some("no-store"));
    service.book.tell("new", 1, None, json!({}));
    let (sequence, alert) = events.next_alert();
    assert_eq!((sequence, alert["id"].as_str()), (2, Some("new")));
    let stored = service.book.store().reader().alert("new").unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&stored.line).unwrap(), alert);
}

#[test]
fn with_an_id_it_goes_on_after_it() {
    let service = Service::start(Setup::default());
    (1..=50).for_each(|i| {
        service.book.tell(&format!("a{i}"), 1, None, json!({}));
    });
    assert_eq!(Events::after(service.address, 0).sequences(50), (1..=50).collect::<Vec<_>>());
    assert_eq!(Events::after(service.address, 47).sequences(3), [48, 49, 50]);
    let mut by_query = Events::open(service.address, &format!("{STREAM}?last_event_id=48"), &[]);
    assert_eq!(by_query.sequences(2), [49, 50]);
    let mut both = Events::open(service.address, &format!("{STREAM}?last_event_id=1"), &["Last-Event-ID: 49"]);
    assert_eq!(both.sequences(1), [50]);
    let mut at_the_end = Events::after(service.address, 50);
    service.book.tell("b", 1, None, json!({}));
    assert_eq!(at_the_end.sequences(1), [51]);
}

#[test]
fn an_id_that_this_store_never_gave_gets_everything() {
    let service = Service::start(Setup::default());
    service.book.tell("a", 1, None, json!({}));
    assert_eq!(Events::after(service.address, 1_000_000).sequences(1), [1]);
}

#[test]
fn an_id_of_the_list_that_is_not_announced_yet_is_known() {
    let service = Service::start(Setup::default());
    service.book.tell("a", 1, None, json!({}));
    let told = service.book.write("b", 1, None, json!({}));
    let from = get(service.address, "/api/v1/alerts").json()["sequence"].as_u64().unwrap();
    assert_eq!(from, 2);
    let mut events = Events::after(service.address, from);
    events.next_block().unwrap();
    service.book.announce(told);
    service.book.tell("c", 1, None, json!({}));
    assert_eq!(events.sequences(1), [3]);
}

#[test]
fn an_id_that_is_no_number_is_refused() {
    let service = Service::start(Setup::default());
    for bad in ["x", "-1", "1.5", "99999999999999999999999", ""] {
        let header = format!("Last-Event-ID: {bad}");
        let answer = send(service.address, &format!("GET {STREAM} HTTP/1.1"), &[&header], "");
        assert!(answer.status == 400 && answer.error().contains("no sequence number"), "{bad}: {answer:?}");
    }
    assert_eq!(get(service.address, &format!("{STREAM}?since=1")).status, 400);
}

#[test]
fn a_broken_reader_comes_back_and_misses_nothing() {
    const ALERTS: u64 = 600;
    let service = Service::start(Setup::default());
    let (book, address) = (service.book.clone(), service.address);
    let teller = thread::spawn(move || {
        for i in 1..=ALERTS {
            book.tell(&format!("a{i}"), 1, None, json!({"filling": "x".repeat(2000)}));
        }
    });
    let mut seen = Vec::new();
    let mut last = 0;
    while last < ALERTS {
        let mut events = Events::after(address, last);
        for _ in 0..(1 + seen.len() as u64 % 37).min(ALERTS - last) {
            last = events.next_alert().0;
            seen.push(last);
        }
    }
    teller.join().unwrap();
    assert_eq!(seen, (1..=ALERTS).collect::<Vec<_>>());
}

#[test]
fn a_browser_that_saw_no_alert_comes_back_where_it_was() {
    let service = Service::start(Setup::default());
    service.book.tell("a", 1, None, json!({}));
    let mut events = Events::open(service.address, STREAM, &[]);
    let greeting = events.next_block().unwrap();
    assert_eq!((greeting.data, events.last_event_id), (None, Some(1)));
    drop(events.answer);
    service.book.tell("b", 1, None, json!({}));
    assert_eq!(Events::after(service.address, events.last_event_id.unwrap()).sequences(1), [2]);
}

#[test]
fn list_and_stream_are_one_history() {
    const ALERTS: u64 = 400;
    let service = Service::start(Setup::default());
    let (book, address) = (service.book.clone(), service.address);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers = [(); 3].map(|()| {
            scope.spawn(|| {
                let mut checks = 0;
                while !done.load(Ordering::Relaxed) || checks == 0 {
                    let list = get(address, "/api/v1/alerts").json();
                    let from = list["sequence"].as_u64().unwrap();
                    let mut known: Vec<Value> = list["alerts"].as_array().unwrap().clone();
                    let rest = Events::after(address, from).sequences((ALERTS - from) as usize);
                    assert_eq!(rest, (from + 1..=ALERTS).collect::<Vec<_>>());
                    known.sort_by_key(|alert| alert["number"].as_u64());
                    let numbers: Vec<u64> = known.iter().map(|alert| alert["number"].as_u64().unwrap()).collect();
                    assert_eq!(numbers, (1..=from).collect::<Vec<_>>());
                    checks += 1;
                }
            })
        });
        for number in 1..=ALERTS {
            book.tell(&format!("a{number}"), 1, None, json!({"number": number}));
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn an_ordinary_client_lists_follows_and_acknowledges() {
    let service = Service::start(Setup::default());
    service.book.tell("a", 1, None, json!({}));
    let list: Value = ureq::get(service.url("/api/v1/alerts")).call().unwrap().body_mut().read_json().unwrap();
    let from = list["sequence"].to_string();
    let stream = ureq::get(service.url(STREAM)).header("Last-Event-ID", from).call().unwrap();
    let mut lines = BufReader::new(stream.into_body().into_reader()).lines().map(Result::unwrap);
    let acknowledged = ureq::post(service.url("/api/v1/alerts/a/acknowledge")).send_json(json!({"note": "taken"}));
    let acknowledged: Value = acknowledged.unwrap().body_mut().read_json().unwrap();
    let data = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&data).unwrap(), acknowledged);
}

#[test]
fn an_idle_stream_says_that_it_lives() {
    let service = Service::start(Setup::default());
    let mut events = Events::open(service.address, STREAM, &[]);
    let mut comments = 0;
    while comments < 3 {
        let block = events.next_block().unwrap();
        comments += usize::from(block.comment.is_some());
        assert_eq!(block.data, None);
    }
}

#[test]
fn a_reader_who_does_not_read_costs_little_and_holds_up_nobody() {
    const ALERTS: u64 = 2_000;
    const BYTES: usize = 20_000;
    let service = Service::start(Setup::default());
    let mut stuck = connect(service.address);
    std::io::Write::write_all(
        &mut stuck,
        format!("GET {STREAM}?last_event_id=0 HTTP/1.1\r\nHost: {}\r\n\r\n", service.address).as_bytes(),
    )
    .unwrap();
    while !get(service.address, "/metrics").text().contains("picket_alert_streams 1\n") {
        thread::yield_now();
    }
    let filling = "x".repeat(BYTES);
    for i in 1..=ALERTS {
        service.book.tell(&format!("a{i}"), 1, None, json!({"filling": filling}));
    }
    // Whatever the stuck reader was handed stands in the buffers of its connection; the system's are a few MB each way.
    let handed = figure(&service, "picket_alert_latency_seconds_count");
    assert!(handed < ALERTS as f64 * 0.75, "{handed} alerts of {BYTES} bytes were handed over");
    assert_eq!(Events::after(service.address, 0).sequences(ALERTS as usize), (1..=ALERTS).collect::<Vec<_>>());
}

#[test]
fn a_reader_who_takes_nothing_for_long_is_let_go() {
    let pace = Pace { stall: Duration::from_millis(200), ..Setup::default().pace };
    let service = Service::start(Setup { pace, ..Setup::default() });
    let mut stuck = connect(service.address);
    let request = format!("GET {STREAM} HTTP/1.1\r\nHost: {}\r\n\r\n", service.address);
    std::io::Write::write_all(&mut stuck, request.as_bytes()).unwrap();
    while figure(&service, "picket_alert_streams") < 1.0 {
        thread::yield_now();
    }
    let filling = "x".repeat(100_000);
    for i in 1..=200 {
        service.book.tell(&format!("a{i}"), 1, None, json!({"filling": filling}));
    }
    while figure(&service, "picket_alert_streams") > 0.0 {
        thread::yield_now();
    }
}

#[test]
fn the_latency_of_an_alert_is_measured_once() {
    let service = Service::start(Setup::default());
    let mut readers = [(); 3].map(|()| Events::open(service.address, STREAM, &[]));
    service.book.tell("a", 1, None, json!({}));
    readers.iter_mut().for_each(|reader| assert_eq!(reader.sequences(1), [1]));
    assert_eq!(figure(&service, "picket_alert_latency_seconds_count"), 1.0);
    assert_eq!(figure(&service, "picket_journal_sync_seconds_count"), 1.0);
}

/// A figure of `/metrics` without labels.
fn figure(service: &Service, name: &str) -> f64 {
    let answer = get(service.address, "/metrics");
    let value = answer.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("{name}: {}", answer.text())).parse().unwrap()
}
