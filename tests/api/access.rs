//! Who comes in, and what a foreign page or a foreign name cannot do.

use std::time::Duration;

use picket::edge::api::Pace;
use picket::edge::auth::{Access, AuthError, GivenToken, Role, token};
use picket::edge::clock;
use picket::edge::store::TokenRow;
use picket::engine::time::Span;
use serde_json::json;
use tungstenite::client::IntoClientRequest;

use crate::client::{Events, connect, get, get_as, post, send};
use crate::service::{Service, Setup, TWO_SQUADRONS};

/// A service that asks for tokens; those of the settings are given as (role, squadron), named by their place.
pub fn guarded(tokens: &[(&str, Option<&str>)]) -> Service {
    let given = |(i, (role, squadron)): (usize, &(&str, Option<&str>))| GivenToken {
        name: format!("holder {i}"),
        role: role.parse().unwrap(),
        squadron: squadron.map(str::to_owned),
        secret: secret(i),
    };
    let tokens = Some(tokens.iter().enumerate().map(given).collect());
    Service::start(Setup { tokens, zones: Some(TWO_SQUADRONS.to_owned()), ..Setup::default() })
}

/// The secret of the settings' token at a place.
pub fn secret(place: usize) -> String {
    format!("a-secret-of-more-than-32-letters-{place}")
}

/// Adds a token to the store, good until `expires_in`; returns its secret.
fn stored(service: &Service, name: &str, role: &str, expires_in: Span) -> String {
    let secret = token::generate().unwrap();
    let row = TokenRow {
        hash: token::hash(&secret),
        name: name.to_owned(),
        role: role.to_owned(),
        squadron: None,
        partner: None,
        created_at: clock::now(),
        expires_at: Some(clock::now() + expires_in),
        revoked_at: None,
    };
    service.book.store().add_token(&row).unwrap();
    secret
}

#[test]
fn without_auth_on_the_loopback_everyone_is_operator() {
    let service = Service::start(Setup::default());
    let user = get(service.address, "/api/v1/service").json()["user"].clone();
    assert_eq!(user, json!({"name": "operator", "role": "operator", "squadron": null}));
}

#[test]
fn without_auth_no_other_address_is_served() {
    let service = Service::start(Setup::default());
    let reader = service.book.store().reader();
    for address in ["0.0.0.0:8080", "192.0.2.1:8080", "[::]:8080", "[2001:db8::1]:80"] {
        let refused = Access::check(address.parse().unwrap(), None, reader.clone()).unwrap_err();
        assert!(matches!(refused, AuthError::Unguarded { .. }) && refused.to_string().contains(address), "{refused}");
        assert!(Access::check(address.parse().unwrap(), Some(Vec::new()), reader.clone()).is_ok());
    }
    assert!(Access::check("[::1]:0".parse().unwrap(), None, reader).is_ok());
}

#[test]
fn tokens_of_the_settings_must_be_good() {
    let service = Service::start(Setup::default());
    for secret in ["short", "a secret with blanks in it, though it is long enough"] {
        let given = GivenToken { name: "n".into(), role: Role::Operator, squadron: None, secret: secret.into() };
        let (listen, reader) = ("127.0.0.1:0".parse().unwrap(), service.book.store().reader());
        let refused = Access::check(listen, Some(vec![given]), reader).unwrap_err();
        let cause = std::error::Error::source(&refused).unwrap().to_string();
        assert!(refused.to_string() == "token `n`" && cause.contains("32 to 256"), "{refused}: {cause}");
        assert!(!format!("{refused} {refused:?} {cause}").contains(secret));
    }
}

#[test]
fn requests_need_a_token_that_is_known_and_good() {
    let service = guarded(&[("operator", None)]);
    let missing = get(service.address, "/api/v1/alerts");
    assert_eq!((missing.status, missing.header("www-authenticate")), (401, Some("Bearer")));
    assert!(missing.error().contains("a token is needed"));
    let good = stored(&service, "one", "analyst", Span::from_hours(1));
    let expired = stored(&service, "two", "operator", Span::from_millis(-1));
    let revoked = stored(&service, "three", "operator", Span::from_hours(1));
    let of_no_role = stored(&service, "four", "admin", Span::from_hours(1));
    assert_eq!(get_as(service.address, &revoked, "/api/v1/alerts").status, 200);
    service.book.store().revoke_token("three", clock::now()).unwrap();
    let unknown = token::generate().unwrap();
    for (token, sentence) in [
        (expired, "expired"),
        (revoked, "revoked"),
        (of_no_role, "not known"),
        (unknown, "not known"),
        ("two words".into(), "not known"),
        ("\u{e9}".into(), "is needed"),
    ] {
        let answer = get_as(service.address, &token, "/api/v1/alerts");
        assert!(answer.status == 401 && answer.error().contains(sentence), "{sentence}: {answer:?}");
    }
    for good in [&good, &secret(0)] {
        assert_eq!(get_as(service.address, good, "/api/v1/alerts").status, 200);
        for scheme in ["bearer", "BEARER"] {
            let header = format!("Authorization: {scheme} {good}");
            assert_eq!(send(service.address, "GET /api/v1/alerts HTTP/1.1", &[&header], "").status, 200);
        }
        let header = format!("Authorization: Basic {good}");
        assert_eq!(send(service.address, "GET /api/v1/alerts HTTP/1.1", &[&header], "").status, 401);
    }
    let user = get_as(service.address, &good, "/api/v1/service").json()["user"].clone();
    assert_eq!(user, json!({"name": "one", "role": "analyst", "squadron": null}));
}

#[test]
fn probes_and_the_console_need_no_token_and_everything_else_does() {
    let service = guarded(&[]);
    for open in ["/", "/healthz", "/readyz"] {
        assert_eq!(get(service.address, open).status, 200, "{open}");
    }
    let described = include_str!("../../src/edge/api/openapi.json");
    let described: serde_json::Value = serde_json::from_str(described).unwrap();
    let paths = described["paths"].as_object().unwrap();
    assert!(paths.len() > 10);
    for path in paths.keys().filter(|path| !["/healthz", "/readyz"].contains(&path.as_str())) {
        let concrete = path.replace("{id}", "t0000000000000001");
        let answer = match paths[path].get("post") {
            Some(_) => post(service.address, &concrete, &[], "{}"),
            None => get(service.address, &concrete),
        };
        assert_eq!(answer.status, 401, "{path}");
    }
}

#[test]
fn roles_may_what_they_may() {
    let service = guarded(&[("operator", None), ("analyst", None), ("liaison", None)]);
    service.book.tell("a", 1, Some("1"), json!({}));
    let status = |place: usize, path: &str| get_as(service.address, &secret(place), path).status;
    for path in ["/api/v1/tracks", "/api/v1/zones", "/api/v1/feeds", "/metrics", "/api/v1/alerts/a"] {
        let expected = if path.ends_with("/a") { [200, 200, 404] } else { [200, 200, 403] };
        assert_eq!([0, 1, 2].map(|place| status(place, path)), expected, "{path}");
    }
    assert_eq!([0, 1, 2].map(|place| status(place, "/api/v1/alerts")), [200; 3]);
    let list = get_as(service.address, &secret(2), "/api/v1/alerts").json();
    assert_eq!(list["alerts"], json!([]));
    let acknowledge = |place: usize| {
        let token = format!("Authorization: Bearer {}", secret(place));
        post(service.address, "/api/v1/alerts/a/acknowledge", &[&token], "{}")
    };
    assert_eq!([2, 1].map(|place| acknowledge(place).status), [403; 2]);
    assert_eq!(service.book.store().reader().latest_sequence().unwrap(), 1);
    assert_eq!(acknowledge(0).json()["handling"]["acknowledged_by"], "holder 0");
}

#[test]
fn a_squadrons_operator_sees_its_own_and_nobodys_alerts() {
    let service = guarded(&[("operator", Some("1"))]);
    for (id, squadron) in [("a", Some("1")), ("b", Some("2")), ("c", None)] {
        service.book.tell(id, 1, squadron, json!({}));
    }
    let (one, header) = (secret(0), format!("Authorization: Bearer {}", secret(0)));
    let list = get_as(service.address, &one, "/api/v1/alerts").json();
    let ids: Vec<_> = list["alerts"].as_array().unwrap().iter().map(|alert| alert["id"].as_str().unwrap()).collect();
    assert_eq!((ids, list["sequence"].as_u64()), (vec!["c", "a"], Some(3)));
    let theirs = get_as(service.address, &one, "/api/v1/alerts/b");
    let nobodys = get_as(service.address, &one, "/api/v1/alerts/nothing");
    assert_eq!((theirs.status, theirs.error().replace("`b`", "`nothing`")), (404, nobodys.error()));
    assert_eq!(get_as(service.address, &one, "/api/v1/alerts/b/evidence").status, 404);
    assert_eq!(post(service.address, "/api/v1/alerts/b/acknowledge", &[&header], "{}").status, 404);
    assert_eq!(post(service.address, "/api/v1/alerts/a/acknowledge", &[&header], "{}").status, 200);
    let mut events = Events::open(service.address, "/api/v1/alerts/stream?last_event_id=0", &[&header]);
    service.book.tell("d", 1, Some("2"), json!({}));
    service.book.tell("e", 1, Some("1"), json!({}));
    assert_eq!(events.sequences(4), [1, 3, 4, 6]);
}

#[test]
fn a_liaisons_stream_is_empty() {
    let service = guarded(&[("liaison", None), ("operator", None)]);
    let header = |place| format!("Authorization: Bearer {}", secret(place));
    service.book.tell("a", 1, None, json!({}));
    let mut events = Events::open(service.address, "/api/v1/alerts/stream?last_event_id=0", &[&header(0)]);
    let mut operators = Events::open(service.address, "/api/v1/alerts/stream?last_event_id=0", &[&header(1)]);
    service.book.tell("b", 1, None, json!({}));
    assert_eq!(operators.sequences(2), [1, 2]);
    let blocks = [(); 3].map(|()| events.next_block().unwrap());
    assert!(blocks.iter().all(|block| block.data.is_none()), "{blocks:?}");
}

#[test]
fn a_revoked_tokens_streams_end() {
    let service = guarded(&[]);
    let secret = stored(&service, "gone", "operator", Span::from_hours(1));
    let header = format!("Authorization: Bearer {secret}");
    let mut events = Events::open(service.address, "/api/v1/alerts/stream", &[&header]);
    let mut socket = web_socket(&service, &[&format!("bearer.{secret}"), "picket.v1"]).unwrap();
    service.book.store().revoke_token("gone", clock::now()).unwrap();
    while events.next_block().is_some() {}
    loop {
        match socket.read().unwrap() {
            tungstenite::Message::Close(frame) => break assert_eq!(u16::from(frame.unwrap().code), 1008),
            _ => continue,
        }
    }
}

type Socket = tungstenite::WebSocket<std::net::TcpStream>;

fn web_socket(service: &Service, protocols: &[&str]) -> Result<Socket, u16> {
    let mut request = format!("ws://{}/api/v1/picture", service.address).into_client_request().unwrap();
    if !protocols.is_empty() {
        request.headers_mut().insert("sec-websocket-protocol", protocols.join(", ").parse().unwrap());
    }
    match tungstenite::client(request, connect(service.address)) {
        Ok((socket, answer)) => {
            assert_eq!(answer.headers().get("sec-websocket-protocol").map(|p| p == "picket.v1"), Some(true));
            Ok(socket)
        }
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_web_socket_brings_its_token_as_a_subprotocol() {
    let service = guarded(&[("operator", None), ("liaison", None)]);
    assert_eq!(web_socket(&service, &["picket.v1"]).err(), Some(401));
    assert_eq!(web_socket(&service, &["picket.v1", "bearer.nonsense"]).err(), Some(401));
    assert_eq!(web_socket(&service, &["picket.v1", &format!("bearer.{}", secret(1))]).err(), Some(403));
    assert!(web_socket(&service, &["picket.v1", &format!("bearer.{}", secret(0))]).is_ok());
}

#[test]
fn failures_from_one_address_are_bounded_and_good_tokens_are_not_shut_out() {
    let service = guarded(&[("operator", None)]);
    let statuses: Vec<u16> = (0..40).map(|_| get_as(service.address, "guess", "/api/v1/alerts").status).collect();
    assert_eq!((statuses[0], statuses[39]), (401, 429), "{statuses:?}");
    assert!(statuses.is_sorted());
    let answer = get_as(service.address, "guess", "/api/v1/alerts");
    assert_eq!(answer.header("retry-after"), Some("60"));
    assert_eq!(get_as(service.address, &secret(0), "/api/v1/alerts").status, 200);
}

#[test]
fn a_foreign_name_that_points_here_is_refused() {
    let service = Service::start(Setup { allow_host: vec!["picket.example".into()], ..Setup::default() });
    let port = service.address.port();
    let ask = |line: &str, host: &str| send(service.address, line, &[&format!("Host: {host}")], "").status;
    let line = "GET /api/v1/alerts HTTP/1.1";
    for good in [
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
        "picket.example".into(),
        format!("picket.example:{port}"),
    ] {
        assert_eq!(ask(line, &good), 200, "{good}");
    }
    for bad in [
        format!("evil.example:{port}"),
        format!("192.0.2.1:{port}"),
        "localhost".into(),
        format!("localhost:{}", port ^ 1),
        String::new(),
    ] {
        for path in ["/api/v1/alerts", "/", "/healthz", "/metrics", "/nothing"] {
            assert_eq!(ask(&format!("GET {path} HTTP/1.1"), &bad), 421, "{bad} {path}");
        }
    }
    let absolute = format!("GET http://evil.example:{port}/api/v1/alerts HTTP/1.1");
    assert_eq!(send(service.address, &absolute, &[], "").status, 421);
    let twice = [format!("Host: localhost:{port}"), "Host: evil.example".to_owned()];
    let answer = send(service.address, line, &[&twice[0], &twice[1]], "");
    assert!([400, 421].contains(&answer.status), "{answer:?}");
    let none = send(service.address, "GET /api/v1/alerts HTTP/1.0", &["host:"], "");
    assert_eq!(none.status, 421);
}

#[test]
fn a_foreign_page_can_change_nothing() {
    let service = Service::start(Setup { allow_host: vec!["picket.example".into()], ..Setup::default() });
    service.book.tell("a", 1, None, json!({}));
    let own = format!("Origin: http://{}", service.address);
    let other_port = format!("Origin: http://127.0.0.1:{}", service.address.port() ^ 1);
    let ask = |headers: &[&str]| post(service.address, "/api/v1/alerts/a/acknowledge", headers, "{}").status;
    for bad in [
        &["Origin: https://evil.example"][..],
        &["Origin: null"],
        &[&other_port],
        &["Origin: http://picket.example.evil.example"],
        &[&own, "Origin: https://evil.example"],
        &["Sec-Fetch-Site: cross-site"],
        &[&own, "Sec-Fetch-Site: cross-site"],
    ] {
        assert_eq!(ask(bad), 403, "{bad:?}");
    }
    assert_eq!(service.book.store().reader().latest_sequence().unwrap(), 1);
    for good in [&[&*own][..], &["Origin: https://picket.example"], &[&own, "Sec-Fetch-Site: same-origin"], &[]] {
        assert_eq!(ask(good), 200, "{good:?}");
    }
}

#[test]
fn a_foreign_page_cannot_open_the_picture() {
    let service = Service::start(Setup::default());
    for (origin, opens) in
        [("https://evil.example".to_owned(), false), ("null".to_owned(), false), (service.url(""), true)]
    {
        let mut request = format!("ws://{}/api/v1/picture", service.address).into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        match tungstenite::client(request, connect(service.address)) {
            Ok(_) => assert!(opens, "{origin}"),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                assert!(!opens && answer.status() == 403, "{origin}: {answer:?}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn bodies_are_json_small_and_exact() {
    let pace = Pace { body: Duration::from_millis(300), ..Setup::default().pace };
    let service = Service::start(Setup { pace, ..Setup::default() });
    service.book.tell("a", 1, None, json!({}));
    let path = "/api/v1/alerts/a/acknowledge";
    for kind in [
        "Content-Type: text/plain",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type:",
        "Content-Type: application/jsonp",
    ] {
        let answer = post(service.address, path, &[kind], "{}");
        assert!(answer.status == 415 && answer.error().contains("application/json"), "{kind}: {answer:?}");
    }
    assert_eq!(send(service.address, &format!("POST {path} HTTP/1.1"), &[], "{}").status, 415);
    assert_eq!(post(service.address, path, &["Content-Type: Application/JSON; charset=utf-8"], "{}").status, 200);
    for (body, place) in [
        ("{\n  \"note\": }", "line 2 column 11"),
        ("", "line 1 column 0"),
        ("{\"note\":\"x\",\"by\":\"y\"}", "unknown field `by`"),
        ("[]", "line 1"),
        ("{} {}", "line 1 column 4"),
    ] {
        let answer = post(service.address, path, &[], body);
        assert!(answer.status == 400 && answer.error().contains(place), "{body}: {answer:?}");
    }
    let long = format!("{{\"note\":\"{}\"}}", "ü".repeat(2001));
    assert!(post(service.address, path, &[], &long).error().contains("2000 characters"));
    let large = format!("{{\"note\":\"{}\"}}", "x".repeat(64 * 1024));
    assert_eq!(post(service.address, path, &[], &large).status, 413);
    let slow = post(service.address, path, &["Content-Length: 100"], "{");
    assert_eq!(slow.status, 408, "{slow:?}");
}

#[test]
fn every_answer_tells_browsers_what_not_to_do() {
    let service = Service::start(Setup::default());
    let answers = [
        get(service.address, "/"),
        get(service.address, "/api/v1/alerts"),
        get(service.address, "/api/v1/nothing"),
        get(service.address, "/nothing"),
        send(service.address, "GET / HTTP/1.1", &["Host: evil.example"], ""),
        send(service.address, "HEAD /api/v1/alerts HTTP/1.1", &[], ""),
        send(
            service.address,
            "OPTIONS /api/v1/alerts HTTP/1.1",
            &["Origin: https://evil.example", "Access-Control-Request-Method: GET"],
            "",
        ),
        post(service.address, "/api/v1/alerts/a/acknowledge", &["Origin: null"], "{}"),
        Events::open(service.address, "/api/v1/alerts/stream", &["Origin: https://evil.example"]).answer,
    ];
    let policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; \
        worker-src 'self'; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
        form-action 'none'";
    for answer in answers {
        assert_eq!(answer.header("content-security-policy"), Some(policy), "{answer:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        let told = |name: &str| answer.headers.iter().any(|(other, _)| other.starts_with(name));
        assert!(!told("access-control-") && !told("server"), "{answer:?}");
    }
}
