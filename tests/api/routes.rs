//! What the routes answer.

use std::collections::BTreeSet;

use picket::edge::api::{InForce, Readiness, feature_collection};
use picket::edge::console::asset;
use picket::edge::health::{FeedState, RadarHealth, Reception, StationHealth};
use picket::edge::seen::SeenTrack;
use picket::edge::store::HistoryFix;
use picket::engine::decode::report::AisClass;
use picket::engine::earth::Position;
use picket::engine::input::FeedId;
use picket::engine::tally::Lateness;
use picket::engine::time::{EventTime, Span};
use picket::engine::track::{Source, TrackId, TrackIx};
use picket::engine::units::{Course, Heading, Speed};
use picket::engine::vessel::{CallSign, Claims, Dimensions, ImoNumber, Mmsi, Name};
use serde_json::{Value, json};

use crate::client::{get, post, send};
use crate::service::{Service, Setup};

fn instant(second: i64) -> EventTime {
    EventTime::from_utc(2026, 1, 10, 0, 0, 0, 0).unwrap() + Span::from_secs(second)
}

fn ids(list: &Value) -> Vec<&str> {
    list["alerts"].as_array().unwrap().iter().map(|alert| alert["id"].as_str().unwrap()).collect()
}

#[test]
fn the_list_passes_lines_on_as_they_are_stored() {
    let service = Service::start(Setup::default());
    assert_eq!(get(service.address, "/api/v1/alerts").json(), json!({"alerts": [], "sequence": 0}));
    service.book.tell("a", 1, Some("1"), json!({}));
    service.book.tell("b", 1, None, json!({}));
    service.book.tell("a", 2, Some("1"), json!({"state": "active_acknowledged"}));
    let answer = get(service.address, "/api/v1/alerts");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let list = answer.json();
    assert_eq!((ids(&list), list["sequence"].as_u64()), (vec!["a", "b"], Some(3)));
    assert_eq!(list["alerts"][0]["revision"], 2);
    let stored = service.book.store().reader().alert("b").unwrap().unwrap();
    assert!(answer.text().contains(&*stored.line));
    assert_eq!(ids(&get(service.address, "/api/v1/alerts?open=true").json()), ["b"]);
    assert_eq!(ids(&get(service.address, "/api/v1/alerts?limit=1").json()), ["a"]);
    assert_eq!(ids(&get(service.address, "/api/v1/alerts?limit=1&open=false").json()), ["a"]);
    for bad in ["limit=-1", "open=perhaps", "offset=3"] {
        let answer = get(service.address, &format!("/api/v1/alerts?{bad}"));
        assert!(answer.status == 400 && answer.error().contains(bad.split('=').next().unwrap()), "{bad}: {answer:?}");
    }
}

#[test]
fn one_alert_and_its_evidence() {
    let service = Service::start(Setup::default());
    service.book.tell("a", 1, None, json!({}));
    let answer = get(service.address, "/api/v1/alerts/a");
    assert_eq!(answer.text(), &*service.book.store().reader().alert("a").unwrap().unwrap().line);
    let fixes = answer.json()["evidence"]["fixes"].clone();
    let evidence = get(service.address, "/api/v1/alerts/a/evidence");
    assert_eq!(evidence.json(), json!({"id": "a", "revision": 1, "fixes": fixes}));
    assert!(evidence.text().contains("10.1234567"), "numbers stay as they are written");
    for path in ["/api/v1/alerts/b", "/api/v1/alerts/b/evidence", "/api/v1/alerts/%3Cb%3E%22%0A"] {
        let answer = get(service.address, path);
        assert!(answer.status == 404 && answer.error().starts_with("there is no alert"), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

fn two_tracks() -> Vec<(TrackIx, Option<SeenTrack>)> {
    let claims = Claims {
        name: Name::from("BIỂN \"ĐÔNG\"").ok(),
        call_sign: CallSign::from("3WAB").ok(),
        imo_number: Some(ImoNumber(9_074_729)),
        ship_type: Some(80),
        dimensions: Some(Dimensions { bow_m: 100, stern_m: 50, port_m: 10, starboard_m: 12 }),
    };
    let vessel = SeenTrack {
        id: TrackId(0xfeed),
        mmsi: Some(Mmsi(574_001_000)),
        class: AisClass::B,
        claims,
        position: Position::from_degrees(10.123_456_7, 107.5).unwrap(),
        sog: Some(Speed::from_knots(3.456)),
        cog: Some(Course::from_degrees(359.96)),
        true_heading: Some(Heading::from_degrees(12.0)),
        navigational_status: Some(7),
        observed_at: instant(5),
        by_ais: true,
        by_radar: true,
        confirmed: true,
        coasting: false,
    };
    let contact = SeenTrack {
        id: TrackId(1),
        mmsi: None,
        class: AisClass::Unknown,
        claims: Claims::default(),
        position: Position::from_degrees(-5.0, -179.0).unwrap(),
        sog: None,
        cog: None,
        true_heading: None,
        navigational_status: None,
        by_ais: false,
        confirmed: false,
        ..vessel.clone()
    };
    vec![(TrackIx(0), Some(vessel)), (TrackIx(4), Some(contact))]
}

#[test]
fn tracks_tell_what_is_known_and_null_for_the_rest() {
    let service = Service::start(Setup::default());
    service.seen.take(instant(7), two_tracks());
    let answer = get(service.address, "/api/v1/tracks").json();
    assert_eq!(answer["at"], "2026-01-10T00:00:07.000Z");
    let vessel = json!({
        "track": "t000000000000feed", "mmsi": 574001000, "name": "BIỂN \"ĐÔNG\"", "call_sign": "3WAB", "imo_number": 9074729,
        "ship_type": 80, "class": "b", "length_m": 150, "beam_m": 22, "lat": 10.1234567, "lon": 107.5, "sog_kn": 3.46,
        "cog_deg": 0.0, "true_heading_deg": 12.0, "navigational_status": 7, "observed_at": "2026-01-10T00:00:05.000Z",
        "sources": ["ais", "radar"], "state": "confirmed",
    });
    let contact = json!({
        "track": "t0000000000000001", "mmsi": null, "name": null, "call_sign": null, "imo_number": null,
        "ship_type": null, "class": "radar", "length_m": null, "beam_m": null, "lat": -5.0, "lon": -179.0, "sog_kn": null,
        "cog_deg": null, "true_heading_deg": null, "navigational_status": null, "observed_at": "2026-01-10T00:00:05.000Z",
        "sources": ["radar"], "state": "tentative",
    });
    assert_eq!(answer["tracks"], json!([vessel, contact]));
    let within = |query: &str| get(service.address, &format!("/api/v1/tracks?{query}")).json()["tracks"].clone();
    assert_eq!(within("bbox=107,10,108,11"), json!([vessel]));
    assert_eq!(within("bbox=170,-10,-170,10"), json!([contact]));
    assert_eq!(within("limit=1"), json!([vessel]));
    assert_eq!(get(service.address, "/api/v1/tracks/t000000000000feed").json(), vessel);
    for gone in ["t00000000000000aa", "x", "t+00000000000feed", "t"] {
        assert_eq!(get(service.address, &format!("/api/v1/tracks/{gone}")).status, 404, "{gone}");
    }
    for bad in ["bbox=1,2,3", "bbox=0,5,1,4", "bbox=a,b,c,d", "limit=x", "box=1,2,3,4"] {
        assert_eq!(get(service.address, &format!("/api/v1/tracks?{bad}")).status, 400, "{bad}");
    }
}

#[test]
fn a_tracks_history_is_told_even_when_it_is_gone() {
    let mut service = Service::start(Setup::default());
    let fix = |second: i64, source| HistoryFix {
        track: TrackId(0xfeed),
        at: instant(second),
        position: Position::from_degrees(10.5, 107.25).unwrap(),
        sog: (source == Source::Ais).then(|| Speed::from_knots(12.3)),
        cog: (source == Source::Ais).then(|| Course::from_degrees(45.0)),
        source,
    };
    service.history.append(&[fix(0, Source::Ais), fix(10, Source::Radar), fix(20, Source::Ais)]).unwrap();
    let history = |query: &str| get(service.address, &format!("/api/v1/tracks/t000000000000feed/history{query}"));
    let told = history("?from=2026-01-10T00:00:05Z&to=2026-01-10T00:00:20.000Z").json();
    let radar = json!({"t": "2026-01-10T00:00:10.000Z", "lat": 10.5, "lon": 107.25, "sog_kn": null, "cog_deg": null, "source": "radar"});
    let ais = json!({"t": "2026-01-10T00:00:20.000Z", "lat": 10.5, "lon": 107.25, "sog_kn": 12.3, "cog_deg": 45.0, "source": "ais"});
    assert_eq!(told, json!({"track": "t000000000000feed", "fixes": [radar, ais]}));
    assert_eq!(history("?to=2026-01-10T00:30:00Z").json()["fixes"].as_array().unwrap().len(), 3);
    assert_eq!(history("").json()["fixes"], json!([]));
    assert_eq!(get(service.address, "/api/v1/tracks/t00000000000000aa/history").json()["fixes"], json!([]));
    let bad = history("?from=yesterday");
    assert!(bad.status == 400 && bad.error().contains("`yesterday` must be a time"), "{bad:?}");
}

#[test]
fn zones_are_those_in_force() {
    let service = Service::start(Setup::default());
    let file = std::fs::read_to_string("zones/squadron-1.geojson").unwrap();
    let point = r#"{"type":"Feature","properties":{"id":"p","name":"P","kind":"anchorage","radius_m":500},"geometry":{"type":"Point","coordinates":[107.1,10.2]}}"#;
    let zones = feature_collection([file.as_str(), point]).unwrap();
    service.in_force.send_replace(InForce { zones: zones.into(), settings_hash: "abcd".to_owned() });
    let answer = get(service.address, "/api/v1/zones");
    assert_eq!(answer.header("content-type"), Some("application/geo+json"));
    let told = answer.json();
    let features = told["features"].as_array().unwrap();
    let written: Value = serde_json::from_str(&file).unwrap();
    let written = written["features"].as_array().unwrap();
    assert_eq!((told["type"].as_str(), features.len()), (Some("FeatureCollection"), written.len() + 1));
    for (told, written) in features.iter().zip(written) {
        assert_eq!(told["geometry"], written["geometry"]);
        let properties = told["properties"].as_object().unwrap();
        let keys: BTreeSet<&str> = properties.keys().map(String::as_str).filter(|key| *key != "radius_m").collect();
        assert_eq!(keys, BTreeSet::from(["id", "name", "kind", "squadron", "sts_watch", "anchorage_ok"]));
        let is_kept = |key: &&str| properties.get(*key).unwrap_or(&Value::Null) == &written["properties"][*key];
        assert!(["id", "name", "kind", "squadron"].iter().all(is_kept), "{told}");
        assert_eq!(properties.contains_key("radius_m"), written["geometry"]["type"] == "Point");
    }
    let point = &features.last().unwrap()["properties"];
    let expected = json!({"id": "p", "name": "P", "kind": "anchorage", "squadron": null, "sts_watch": false, "anchorage_ok": true, "radius_m": 500.0});
    assert_eq!(point, &expected);
    assert_eq!(get(service.address, "/api/v1/service").json()["settings_hash"], "abcd");
}

const LATENESS: Lateness = Lateness { p50_s: 0.25, p99_s: 3.5 };

fn radar() -> RadarHealth {
    RadarHealth {
        source: "7/2".to_owned(),
        known: true,
        range_bias_m: 40.26,
        range_sigma_m: 2.0,
        bearing_bias_deg: -0.501,
        bearing_sigma_deg: 0.01,
        vessels: 12,
    }
}

#[test]
fn feeds_tell_how_they_stand() {
    let service = Service::start(Setup::default());
    service.health.update(FeedId(0), |health| {
        health.state = FeedState::Failed;
        health.detail = Some("it is over".to_owned());
        health.since = Some(instant(0));
        health.last_frame_at = Some(instant(1));
        (health.frames, health.bytes, health.dropped, health.connects) = (10, 1000, 1, 2);
        health.reception = Reception { messages: 9, reports: 8, lateness: Some(LATENESS), ..Reception::default() };
        health.stations = vec![StationHealth { name: "hill".into(), reception: health.reception.clone() }];
        (health.duplicates, health.clock_source) = (7, Some("base_station"));
        health.ais_messages.insert(18, 6);
        (health.cut, health.refused) = (3, 4);
        health.frames_per_s = 1.234;
        health.rejects.insert("checksum", 5);
        health.quarantined.push("7/1".to_owned());
        health.radars.push(radar());
    });
    let feeds = get(service.address, "/api/v1/feeds").json()["feeds"].clone();
    let mut first = feeds[0].clone();
    assert!(first["age_s"].as_f64().unwrap() > 0.0);
    first.as_object_mut().unwrap().remove("age_s");
    let expected: Value = serde_json::from_str(
        r#"{
        "name": "coast", "kind": "nmea", "source": "tcp://192.0.2.1:4001", "state": "failed", "detail": "it is over",
        "since": "2026-01-10T00:00:00.000Z", "last_frame_at": "2026-01-10T00:00:01.000Z", "frames": 10, "bytes": 1000,
        "frames_per_s": 1.23, "dropped": 1, "cut": 3, "refused": 4, "connects": 2,
        "messages": 9, "messages_per_s": 0.0, "reports": 8, "suspect_times": 0, "lost_lines": 0, "last_message_at": null,
        "lateness_p50_s": 0.25, "lateness_p99_s": 3.5, "clock_skew_s": null, "clock_source": "base_station", "lost_since": null,
        "ais_messages": {"18": 6}, "rejects": {"checksum": 5}, "quarantined": ["7/1"],
        "radars": [{"source": "7/2", "known": true, "range_bias_m": 40.3, "range_sigma_m": 2.0, "bearing_bias_deg": -0.501,
            "bearing_sigma_deg": 0.01, "vessels": 12}],
        "times_not_believed": 0, "binary_datagrams": 0, "duplicates": 7, "late": 0, "too_late": 0, "ahead": 0,
        "stations": [{
            "name": "hill", "age_s": null, "messages": 9, "messages_per_s": 0.0, "reports": 8, "suspect_times": 0, "lost_lines": 0,
            "last_message_at": null, "lateness_p50_s": 0.25, "lateness_p99_s": 3.5, "clock_skew_s": null, "lost_since": null
        }],
        "other_station_messages": 0
    }"#,
    )
    .unwrap();
    assert_eq!(first, expected);
    assert_eq!(
        (&feeds[1]["state"], &feeds[1]["age_s"], &feeds[1]["kind"]),
        (&json!("connecting"), &Value::Null, &json!("csv"))
    );
}

#[test]
fn the_service_tells_of_itself() {
    let service = Service::start(Setup { exercise: Some("EXERCISE x20".to_owned()), ..Setup::default() });
    let told = get(service.address, "/api/v1/service").json();
    assert_eq!((&told["name"], &told["version"]), (&json!("picket"), &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!((&told["exercise"], &told["rate"]), (&json!("EXERCISE x20"), &json!(1.0)));
    assert!(EventTime::from_iso(told["now"].as_str().unwrap()).unwrap() > instant(0));
    let description = get(service.address, "/api/v1/openapi.json").json();
    assert_eq!(description["openapi"], "3.1.0");
}

#[test]
fn the_console_is_served_whole_if_it_was_built() {
    let service = Service::start(Setup::default());
    let page = get(service.address, "/");
    assert_eq!(page.status, 200);
    let Some(built) = asset("") else {
        assert!(page.text().contains("/api/v1/"));
        return;
    };
    assert_eq!((page.body.as_slice(), page.header("cache-control")), (built.bytes, Some("no-cache")));
    let files: Vec<&str> = page.text().split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(!files.is_empty());
    for file in files {
        let got = get(service.address, file);
        assert_eq!(got.header("cache-control"), Some("public, max-age=31536000, immutable"), "{file}");
        let again = format!("If-None-Match: {}", got.header("etag").unwrap());
        let known = send(service.address, &format!("GET {file} HTTP/1.1"), &[&again], "");
        assert_eq!((known.status, known.body.len()), (304, 0));
        assert_eq!(post(service.address, file, &[], "{}").status, 404);
    }
}

#[test]
fn probes_tell_life_from_readiness() {
    let service = Service::start(Setup::default());
    service.readiness.send_replace(Readiness::Waiting("reading the journal again".to_owned()));
    let ready = get(service.address, "/readyz");
    assert_eq!((ready.status, ready.error().as_str()), (503, "reading the journal again"));
    assert_eq!(get(service.address, "/healthz").status, 200);
    service.readiness.send_replace(Readiness::Ready);
    assert_eq!(get(service.address, "/readyz").status, 200);
}

#[test]
fn other_paths_and_methods_are_refused_in_json() {
    let service = Service::start(Setup::default());
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/alerts",
        "/assets/../Cargo.toml",
        "/..%2fCargo.toml",
    ] {
        let answer = get(service.address, path);
        assert!(answer.status == 404 && !answer.error().is_empty(), "{path}: {answer:?}");
    }
    let posted = post(service.address, "/api/v1/alerts", &[], "{}");
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET,HEAD")));
    assert!(!posted.error().is_empty());
    let got = get(service.address, "/api/v1/alerts/a/acknowledge");
    assert_eq!((got.status, got.header("allow")), (405, Some("POST")));
    for path in ["/", "/api/v1/alerts", "/api/v1/tracks", "/healthz", "/metrics"] {
        let (head, get) =
            (send(service.address, &format!("HEAD {path} HTTP/1.1"), &[], ""), get(service.address, path));
        assert_eq!((head.status, head.header("content-type")), (200, get.header("content-type")), "{path}");
    }
}

/// Reads OpenMetrics text: every sample belongs to a metric that was announced with help and type, and is a number.
fn samples(text: &str) -> Vec<(String, f64)> {
    assert!(text.ends_with("# EOF\n"), "{text}");
    let mut announced = BTreeSet::new();
    let mut samples = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            announced.insert(rest.split(' ').next().unwrap().to_owned());
        }
        if line.starts_with('#') {
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        let family =
            ["_total", "_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(name.starts_with("picket_") && announced.contains(family), "{line}");
        samples.push((sample.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}"))));
    }
    samples
}

#[test]
fn metrics_can_be_read() {
    let service = Service::start(Setup::default());
    service.seen.take(instant(0), two_tracks());
    service.metrics.raised("loitering");
    service.metrics.journal_reached(1000);
    service.metrics.journal_reached(1234);
    service.book.tell("a", 1, None, json!({}));
    service.health.update(FeedId(0), |health| {
        health.state = FeedState::Live;
        (health.frames, health.last_frame_at) = (10, Some(instant(0)));
        health.rejects.insert("checksum", 5);
        health.reception = Reception { messages: 9, lateness: Some(LATENESS), ..Reception::default() };
        health.ais_messages.insert(18, 6);
        health.radars.push(radar());
    });
    let answer = get(service.address, "/metrics");
    assert_eq!(answer.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    let samples = samples(answer.text());
    let value = |sample: &str| {
        let found = samples.iter().find(|(name, _)| name == sample);
        found.unwrap_or_else(|| panic!("{sample}: {samples:?}")).1
    };
    for (sample, expected) in [
        ("picket_feed_frames_total{feed=\"coast\"}", 10.0),
        ("picket_feed_rejects_total{feed=\"coast\",reason=\"checksum\"}", 5.0),
        ("picket_feed_state{feed=\"radar\",state=\"connecting\"}", 1.0),
        ("picket_feed_state{feed=\"coast\",state=\"connecting\"}", 0.0),
        ("picket_feed_messages_total{feed=\"coast\"}", 9.0),
        ("picket_feed_ais_messages_total{feed=\"coast\",type=\"18\"}", 6.0),
        ("picket_feed_lateness_p99_seconds{feed=\"coast\"}", 3.5),
        ("picket_feed_lost{feed=\"radar\"}", 0.0),
        ("picket_radar_range_bias_metres{feed=\"coast\",source=\"7/2\"}", 40.26),
        ("picket_radar_registering_vessels{feed=\"coast\",source=\"7/2\"}", 12.0),
        ("picket_tracks", 2.0),
        ("picket_alerts_total{kind=\"loitering\"}", 1.0),
        ("picket_journal_bytes_total", 1234.0),
        ("picket_inlet_waiting", 0.0),
        ("picket_outbox_sequence", 1.0),
        ("picket_http_connections", 1.0),
        ("picket_alert_streams", 0.0),
        ("picket_journal_sync_seconds_count", 1.0),
    ] {
        assert_eq!(value(sample), expected, "{sample}");
    }
    assert!(value("picket_watermark_lag_seconds") > 0.0 && value("picket_feed_age_seconds{feed=\"coast\"}") > 0.0);
    assert!(value("picket_resident_memory_bytes") > 1e6);
}
