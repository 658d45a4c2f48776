//! The picture over a WebSocket: what a client draws is what the picture holds.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::time::Duration;

use picket::edge::api::Pace;
use picket::edge::seen::{SeenPicture, SeenTrack};
use picket::engine::decode::report::AisClass;
use picket::engine::earth::Position;
use picket::engine::time::{EventTime, Span};
use picket::engine::track::{TrackId, TrackIx};
use picket::engine::units::{Course, Heading, Speed};
use picket::engine::vessel::{Claims, Dimensions, Mmsi, Name};
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use crate::client::{connect, get};
use crate::service::{Service, Setup};

/// A row as it comes over the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    lat_e7: i32,
    lon_e7: i32,
    sog: u16,
    cog: u16,
    heading: u16,
    class: u8,
    flags: u8,
    age_s: u16,
}

/// What a client knows: it draws `rows`, and says of them what `vessels` tells.
struct Client {
    socket: WebSocket<TcpStream>,
    rows: BTreeMap<u32, Row>,
    vessels: BTreeMap<u32, Value>,
    at: f64,
    messages: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

impl Client {
    fn open(service: &Service, query: &str) -> Self {
        let request = format!("ws://{}/api/v1/picture{query}", service.address).into_client_request().unwrap();
        let (socket, _) = tungstenite::client(request, connect(service.address)).unwrap();
        Client { socket, rows: BTreeMap::new(), vessels: BTreeMap::new(), at: 0.0, messages: 0 }
    }

    fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    /// Takes the next message; the code of the close if it is one.
    fn take(&mut self) -> Option<u16> {
        self.messages += 1;
        match self.socket.read().unwrap() {
            Message::Text(text) => {
                let told: Value = serde_json::from_str(&text).unwrap();
                for vessel in told["vessels"].as_array().unwrap() {
                    self.vessels.insert(vessel["slot"].as_u64().unwrap() as u32, vessel.clone());
                }
            }
            Message::Binary(bytes) => self.take_rows(&bytes),
            Message::Close(frame) => return Some(frame.unwrap().code.into()),
            _ => {}
        }
        None
    }

    fn take_rows(&mut self, bytes: &[u8]) {
        assert_eq!((bytes[0], u16_at(bytes, 2)), (1, 0));
        assert_eq!(bytes.len(), 16 + 24 * u32_at(bytes, 4) as usize);
        if bytes[1] == 0 {
            self.rows.clear();
        }
        self.at = f64::from_le_bytes(bytes[8..16].try_into().unwrap());
        for row in bytes[16..].chunks(24) {
            let slot = u32_at(row, 0);
            if row[19] & 8 != 0 {
                assert!(self.rows.remove(&slot).is_some(), "slot {slot} was removed and not shown");
                self.vessels.remove(&slot);
                continue;
            }
            assert!(self.vessels.contains_key(&slot), "slot {slot} has no identity");
            let coordinate = |at: usize| u32_at(row, at).cast_signed();
            let row = Row {
                lat_e7: coordinate(4),
                lon_e7: coordinate(8),
                sog: u16_at(row, 12),
                cog: u16_at(row, 14),
                heading: u16_at(row, 16),
                class: row[18],
                flags: row[19],
                age_s: u16_at(row, 20),
            };
            self.rows.insert(slot, row);
        }
    }

    /// Takes messages until it knows what the picture holds within a box.
    fn catch_up(&mut self, seen: &SeenPicture, is_inside: impl Fn(Position) -> bool) {
        let expected: BTreeMap<u32, (i32, i32, String)> = seen.read(|table| {
            let inside = table.tracks().filter(|(_, track)| is_inside(track.position));
            let shown = |track: &SeenTrack| (track.position.lat_e7(), track.position.lon_e7(), track.id.to_string());
            inside.map(|(slot, track)| (slot, shown(track))).collect()
        });
        loop {
            let known: BTreeMap<u32, (i32, i32, String)> = self
                .rows
                .iter()
                .map(|(slot, row)| {
                    (*slot, (row.lat_e7, row.lon_e7, self.vessels[slot]["track"].as_str().unwrap().to_owned()))
                })
                .collect();
            if known == expected {
                return;
            }
            assert_eq!(self.take(), None);
        }
    }
}

fn everywhere(_: Position) -> bool {
    true
}

pub fn start() -> EventTime {
    EventTime::from_utc(2026, 1, 10, 0, 0, 0, 0).unwrap()
}

pub fn track(number: u64, lat: f64, lon: f64) -> SeenTrack {
    SeenTrack {
        id: TrackId(number),
        mmsi: Some(Mmsi(574_000_000 + number as u32)),
        class: AisClass::A,
        claims: Claims { name: Name::from(&format!("VESSEL {number}")).ok(), ..Claims::default() },
        position: Position::from_degrees(lat, lon).unwrap(),
        sog: Some(Speed::from_knots(12.34)),
        cog: Some(Course::from_degrees(359.999)),
        true_heading: Some(Heading::from_degrees(90.0)),
        navigational_status: Some(0),
        observed_at: start(),
        by_ais: true,
        by_radar: false,
        confirmed: true,
        coasting: false,
    }
}

/// A grid of tracks, a hundredth of a degree apart, from 10 N 107 E.
fn grid(tracks: u32, shift: f64) -> Vec<(TrackIx, Option<SeenTrack>)> {
    let place = |i: u32| (10.0 + f64::from(i / 400) * 0.01 + shift, 107.0 + f64::from(i % 400) * 0.01);
    (0..tracks).map(|i| (TrackIx(i), Some(track(u64::from(i) + 1, place(i).0, place(i).1)))).collect()
}

#[test]
fn the_first_message_tells_everything_of_a_vessel() {
    let service = Service::start(Setup::default());
    let radar = SeenTrack {
        mmsi: None,
        class: AisClass::Unknown,
        claims: Claims::default(),
        sog: None,
        cog: None,
        true_heading: None,
        by_ais: false,
        by_radar: true,
        confirmed: false,
        coasting: true,
        ..track(2, -10.5, -179.999_999_9)
    };
    let hull = Dimensions { bow_m: 100, stern_m: 20, port_m: 0, starboard_m: 0 };
    let mut vessel = track(1, 10.123_456_7, 107.0);
    vessel.claims.dimensions = Some(hull);
    vessel.claims.ship_type = Some(80);
    service.seen.take(start() + Span::from_secs(70), vec![(TrackIx(0), Some(vessel)), (TrackIx(3), Some(radar))]);
    let mut client = Client::open(&service, "");
    client.catch_up(&service.seen, everywhere);
    assert_eq!(client.at, (start() + Span::from_secs(70)).seconds());
    let expected = Row {
        lat_e7: 101_234_567,
        lon_e7: 1_070_000_000,
        sog: 1234,
        cog: 0,
        heading: 90,
        class: 1,
        flags: 1,
        age_s: 70,
    };
    assert_eq!(client.rows[&0], expected);
    let expected = Row {
        lat_e7: -105_000_000,
        lon_e7: -1_799_999_999,
        sog: 65535,
        cog: 65535,
        heading: 511,
        class: 6,
        flags: 2 | 4 | 16,
        age_s: 70,
    };
    assert_eq!(client.rows[&3], expected);
    let vessel = json!({"slot": 0, "track": "t0000000000000001", "mmsi": 574_000_001, "name": "VESSEL 1", "call_sign": null, "ship_type": 80, "length_m": 120, "beam_m": null});
    assert_eq!(client.vessels[&0], vessel);
}

#[test]
fn an_empty_picture_is_a_snapshot_too() {
    let service = Service::start(Setup::default());
    let mut client = Client::open(&service, "");
    while client.at == 0.0 {
        assert_eq!(client.take(), None);
    }
    assert!(client.rows.is_empty() && client.at > start().seconds());
}

#[test]
fn what_changes_follows() {
    let service = Service::start(Setup::default());
    service.seen.take(start(), grid(1000, 0.0));
    let mut client = Client::open(&service, "");
    client.catch_up(&service.seen, everywhere);
    service.seen.take(start() + Span::from_secs(1), grid(500, 0.001));
    client.catch_up(&service.seen, everywhere);
    // Gone, gone and taken by another, renamed.
    let mut renamed = track(8, 10.0, 107.07);
    renamed.claims.name = Name::from("NEW NAME").ok();
    let swept = vec![(TrackIx(5), None), (TrackIx(6), Some(track(9_999, 11.0, 108.0))), (TrackIx(7), Some(renamed))];
    service.seen.take(start() + Span::from_secs(2), swept);
    client.catch_up(&service.seen, everywhere);
    assert_eq!(client.rows.len(), 999);
    while client.vessels[&7]["name"] != "NEW NAME" {
        assert_eq!(client.take(), None);
    }
}

#[test]
fn a_tick_with_nothing_new_moves_the_time() {
    let service = Service::start(Setup::default());
    service.seen.take(start(), grid(10, 0.0));
    let mut client = Client::open(&service, "");
    client.catch_up(&service.seen, everywhere);
    service.seen.take(start() + Span::from_secs(9), Vec::new());
    while client.at != (start() + Span::from_secs(9)).seconds() {
        assert_eq!(client.take(), None);
    }
}

#[test]
fn a_box_shows_what_is_in_it_and_takes_away_what_leaves() {
    let service = Service::start(Setup::default());
    service.seen.take(start(), grid(4000, 0.0));
    let inside = |lat: std::ops::RangeInclusive<f64>, lon: std::ops::RangeInclusive<f64>| {
        move |p: Position| lat.contains(&p.lat()) && lon.contains(&p.lon())
    };
    let mut client = Client::open(&service, "?bbox=107.005,10.005,108.005,10.055");
    client.catch_up(&service.seen, inside(10.005..=10.055, 107.005..=108.005));
    assert_eq!(client.rows.len(), 500);
    service.seen.take(start() + Span::from_secs(1), grid(2000, 0.02));
    client.catch_up(&service.seen, inside(10.005..=10.055, 107.005..=108.005));
    client.say(r#"{"bbox":[107.995,9.0,109.5,10.055]}"#);
    client.catch_up(&service.seen, inside(9.0..=10.055, 107.995..=109.5));
    client.say(r#"{"bbox":null}"#);
    client.catch_up(&service.seen, everywhere);
    client.say(r#"{"bbox":[170,-10,-170,10]}"#);
    client.catch_up(&service.seen, |_| false);
}

#[test]
fn a_large_picture_comes_in_parts_and_is_whole() {
    let service = Service::start(Setup::default());
    service.seen.take(start(), grid(20_000, 0.0));
    let mut client = Client::open(&service, "");
    client.catch_up(&service.seen, everywhere);
    assert_eq!(client.rows.len(), 20_000);
}

#[test]
fn a_slow_client_skips_and_ends_where_the_others_are() {
    const SWEEPS: i64 = 100;
    let service = Service::start(Setup::default());
    service.seen.take(start(), grid(12_000, 0.0));
    let (mut slow, mut quick) = (Client::open(&service, ""), Client::open(&service, ""));
    for sweep in 1..=SWEEPS {
        let at = start() + Span::from_secs(sweep);
        service.seen.take(at, grid(12_000, sweep as f64 * 0.0001));
        while quick.at < at.seconds() {
            assert_eq!(quick.take(), None);
        }
    }
    quick.catch_up(&service.seen, everywhere);
    slow.catch_up(&service.seen, everywhere);
    assert_eq!(slow.rows, quick.rows);
    // The quick one saw 29 MB of rows; of them the slow one got what the system's buffers hold, and then the end.
    assert!(slow.messages < quick.messages * 2 / 3, "{} of {}", slow.messages, quick.messages);
}

#[test]
fn a_client_who_takes_nothing_for_long_is_let_go() {
    let pace = Pace { stall: Duration::from_millis(200), ..Setup::default().pace };
    let service = Service::start(Setup { pace, ..Setup::default() });
    let _stuck = Client::open(&service, "");
    let streams = || get(service.address, "/metrics").text().contains("picket_picture_streams 1\n");
    while !streams() {}
    let mut shift = 0.0;
    while streams() {
        shift = (shift + 0.001) % 1.0;
        service.seen.take(start(), grid(4000, shift));
    }
}

#[test]
fn nonsense_ends_the_conversation_with_a_reason() {
    let service = Service::start(Setup::default());
    for (nonsense, code) in [
        (Message::text("{"), 1008),
        (Message::text(r#"{"bbox":[0,0,0]}"#), 1008),
        (Message::text(r#"{"bbox":[0,50,0,40]}"#), 1008),
        (Message::text(r#"{"zoom":3}"#), 1008),
        (Message::binary(vec![0; 8]), 1003),
    ] {
        let mut client = Client::open(&service, "");
        client.socket.send(nonsense.clone()).unwrap();
        let ended = (0..1000).find_map(|_| client.take());
        assert_eq!(ended, Some(code), "{nonsense:?}");
    }
    assert_eq!(get(service.address, "/api/v1/picture?bbox=1,2,3").status, 400);
    let plain = get(service.address, "/api/v1/picture");
    assert!([400, 426].contains(&plain.status) && !plain.error().is_empty(), "{plain:?}");
}

#[test]
fn clients_are_told_when_the_service_stops() {
    let mut service = Service::start(Setup::default());
    let mut client = Client::open(&service, "");
    client.catch_up(&service.seen, everywhere);
    let waiting = std::thread::spawn(move || (0..1000).find_map(|_| client.take()));
    service.stop();
    assert_eq!(waiting.join().unwrap(), Some(1001));
}
