//! Commands: what operators do to an alert, as the API takes and answers it.

use serde_json::json;

use super::access::{guarded, secret};
use super::client::{get_as, post};
use super::service::{Service, Setup, TWO_SQUADRONS};

#[test]
fn acknowledging_answers_with_the_alert_after_it() {
    let service = Service::start(Setup::default());
    service.book.tell("a", 1, Some("1"), json!({}));
    for body in [r#"{"note":"on our way"}"#, "{}"] {
        let answer = post(service.address, "/api/v1/alerts/a/acknowledge", &[], body);
        assert_eq!(answer.status, 200, "{answer:?}");
        let alert = answer.json();
        assert_eq!((alert["state"].as_str(), alert["revision"].as_u64()), (Some("active_acknowledged"), Some(2)));
        assert_eq!(alert["handling"], json!({"acknowledged_by": "operator", "note": "on our way"}));
    }
    assert_eq!(post(service.address, "/api/v1/alerts/b/acknowledge", &[], "{}").status, 404);
    assert_eq!(post(service.address, "/api/v1/alerts/a/sink", &[], "{}").status, 404);
}

#[test]
fn a_command_that_cannot_be_recorded_is_told_so() {
    let service = Service::start(Setup { journal_works: false, ..Setup::default() });
    service.book.tell("a", 1, None, json!({}));
    let answer = post(service.address, "/api/v1/alerts/a/acknowledge", &[], "{}");
    assert!(answer.status == 503 && answer.error().contains("nothing has changed"), "{answer:?}");
    service.stop_engine();
    let answer = post(service.address, "/api/v1/alerts/a/acknowledge", &[], "{}");
    assert_eq!((answer.status, answer.error().as_str()), (503, "the service is stopping"));
}

#[test]
fn what_a_command_says_is_checked_before_it_is_done() {
    let service = Service::start(Setup { zones: Some(TWO_SQUADRONS.to_owned()), ..Setup::default() });
    service.book.tell("a", 1, Some("1"), json!({}));
    let long = format!(r#"{{"assignee":"{}"}}"#, "x".repeat(101));
    let refused = [
        ("assign", "{}", "missing field `assignee`"),
        ("assign", r#"{"assignee":"  "}"#, "assignee"),
        ("assign", long.as_str(), "1 to 100 characters"),
        ("silence", "{}", "either `for_s` or `until`"),
        ("silence", r#"{"for_s":60,"until":"2026-01-10"}"#, "either `for_s` or `until`"),
        ("silence", r#"{"for_s":99999999}"#, "at most 2592000"),
        ("silence", r#"{"until":"tomorrow"}"#, "ISO 8601"),
        ("transfer", r#"{"squadron":"2"}"#, "1, 3"),
        ("close", r#"{"outcome":"sunk"}"#, "unknown variant `sunk`"),
        ("close", r#"{"outcome":"seized","by":"me"}"#, "unknown field `by`"),
    ];
    for (action, body, reason) in refused {
        let answer = post(service.address, &format!("/api/v1/alerts/a/{action}"), &[], body);
        assert!(answer.status == 400 && answer.error().contains(reason), "{action} {body}: {answer:?}");
    }
    assert!(service.book.commands().is_empty());
    let taken = [
        ("assign", r#"{"assignee":" boat 42 "}"#, json!({"assign": {"to": "boat 42"}})),
        ("assign", r#"{"assignee":null}"#, json!({"assign": {"to": null}})),
        ("silence", r#"{"for_s":3600}"#, json!({"silence": {"term": {"for_s": 3600}}})),
        ("silence", r#"{"until":"1970-01-01T00:00:01Z"}"#, json!({"silence": {"term": {"until_ms": 1000}}})),
        ("transfer", r#"{"squadron":"3"}"#, json!({"transfer": {"squadron": "3"}})),
        ("close", r#"{"outcome":"seized","note":"80 t"}"#, json!({"close": {"outcome": "seized"}})),
    ];
    for (action, body, expected) in taken {
        let answer = post(service.address, &format!("/api/v1/alerts/a/{action}"), &[], body);
        assert_eq!(answer.status, 200, "{answer:?}");
        let command = service.book.commands().pop().unwrap();
        assert_eq!((json!(command.action), command.by.as_str()), (expected, "operator"));
    }
}

#[test]
fn who_hands_an_alert_over_reads_that_it_is_gone_and_then_sees_it_no_more() {
    let service = guarded(&[("operator", Some("1")), ("operator", Some("3"))]);
    service.book.tell("a", 1, Some("1"), json!({}));
    let one = format!("Authorization: Bearer {}", secret(0));
    let path = "/api/v1/alerts/a/transfer";
    let answer = post(service.address, path, &[&one], r#"{"squadron":"3"}"#);
    let (state, revision) = (answer.json()["state"].clone(), answer.json()["revision"].clone());
    assert_eq!((answer.status, state, revision), (200, json!("responsibility_transferred"), json!(2)));
    assert_eq!(post(service.address, path, &[&one], r#"{"squadron":"3"}"#).status, 404);
    let theirs = get_as(service.address, &secret(1), "/api/v1/alerts/a");
    assert_eq!((theirs.status, theirs.json()["revision"].clone()), (200, json!(3)));
}
