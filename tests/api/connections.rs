//! Connections: bounded in number and in patience, and ended well.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use picket::edge::api::{self, BindError, Pace};
use serde_json::json;

use crate::client::{Events, connect, get, read_answer};
use crate::service::{Service, Setup};

fn paced(change: impl FnOnce(&mut Pace)) -> Service {
    let mut setup = Setup::default();
    change(&mut setup.pace);
    Service::start(setup)
}

/// Whether the other end closes or resets, with or without an answer before.
fn is_closed(mut stream: impl Read) -> bool {
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(api::bind(address)).unwrap_err();
    assert!(matches!(refused, BindError::InUse { .. }));
    assert!(refused.to_string().starts_with(&format!("{address}: the port is in use")), "{refused}");
    let elsewhere = runtime.block_on(api::bind("192.0.2.1:80".parse().unwrap())).unwrap_err();
    assert!(elsewhere.to_string() == "cannot listen on 192.0.2.1:80", "{elsewhere}");
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let service = paced(|pace| pace.head = Duration::from_millis(200));
    let mut slow = connect(service.address);
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    assert!(is_closed(&slow));
    assert!(is_closed(connect(service.address)), "one that says nothing at all");
    let mut idle = connect(service.address);
    write!(idle, "GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", service.address).unwrap();
    let mut idle = BufReader::new(idle);
    assert_eq!(read_answer(&mut idle, false).status, 200);
    assert!(is_closed(idle), "one that keeps the connection and asks nothing more");
}

#[test]
fn a_head_without_end_is_refused() {
    let service = Service::start(Setup::default());
    let mut endless = connect(service.address);
    let head = format!("GET / HTTP/1.1\r\nHost: {}\r\nX: {}\r\n\r\n", service.address, "x".repeat(100_000));
    let _ = endless.write_all(head.as_bytes());
    assert_eq!(read_answer(BufReader::new(endless), false).status, 431);
}

#[test]
fn no_more_connections_than_are_allowed() {
    let service = paced(|pace| pace.connections = 3);
    let held = [(); 3].map(|()| Events::open(service.address, "/api/v1/alerts/stream", &[]));
    let mut waiting = connect(service.address);
    write!(waiting, "GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", service.address).unwrap();
    waiting.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(waiting.read(&mut [0]).is_err(), "a fourth is not served");
    waiting.set_read_timeout(Some(crate::client::PATIENCE)).unwrap();
    drop(held);
    assert_eq!(read_answer(BufReader::new(waiting), false).status, 200);
}

#[test]
fn requests_follow_each_other_on_one_connection() {
    let service = Service::start(Setup::default());
    let mut stream = BufReader::new(connect(service.address));
    for path in ["/healthz", "/api/v1/alerts", "/api/v1/nothing", "/readyz"] {
        write!(stream.get_mut(), "GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", service.address).unwrap();
        let expected = if path.ends_with("nothing") { 404 } else { 200 };
        assert_eq!(read_answer(&mut stream, false).status, expected);
    }
}

#[test]
fn streams_end_when_the_service_stops() {
    let mut service = Service::start(Setup::default());
    let mut events = Events::open(service.address, "/api/v1/alerts/stream", &[]);
    let idle = connect(service.address);
    service.book.tell("a", 1, None, json!({}));
    assert_eq!(events.sequences(1), [1]);
    let ended = thread::spawn(move || while events.next_block().is_some() {});
    service.stop();
    ended.join().expect("the stream ends with its last chunk, not in the middle of it");
    assert!(is_closed(idle));
    assert!(std::net::TcpStream::connect(service.address).is_err());
}

#[test]
fn a_reader_who_does_not_read_does_not_hold_up_the_end() {
    let mut service = paced(|pace| pace.farewell = Duration::from_millis(300));
    let mut stuck = connect(service.address);
    write!(stuck, "GET /api/v1/alerts/stream?last_event_id=0 HTTP/1.1\r\nHost: {}\r\n\r\n", service.address).unwrap();
    for i in 0..200 {
        service.book.tell(&format!("a{i}"), 1, None, json!({"filling": "x".repeat(100_000)}));
    }
    assert_eq!(get(service.address, "/healthz").status, 200);
    service.stop();
}
