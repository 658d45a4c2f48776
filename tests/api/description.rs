//! The description for machines says what is true: answers have its shape, and queries it names are taken.

use picket::edge::health::FeedState;
use picket::edge::store::HistoryFix;
use picket::engine::earth::Position;
use picket::engine::input::FeedId;
use picket::engine::track::{Source, TrackId, TrackIx};
use serde_json::{Value, json};

use crate::client::{get, post};
use crate::picture::{start, track};
use crate::service::{Service, Setup, TWO_SQUADRONS};

fn description() -> Value {
    serde_json::from_str(include_str!("../../src/edge/api/openapi.json")).unwrap()
}

/// A service with something to tell on every path; the alert is a real line, with what the service adds to it.
fn service() -> Service {
    let zones = Some(TWO_SQUADRONS.to_owned());
    let mut service = Service::start(Setup { exercise: Some("EXERCISE x20".to_owned()), zones, ..Setup::default() });
    let lines = std::fs::read_to_string("replay/mother/expected.jsonl").unwrap();
    let mut alert: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    alert["evidence"]["fixes"] = json!([{"t": "2026-01-10T00:00:00.000Z", "track": "t1", "lat": 1.0, "lon": 2.0, "sog_kn": null,
        "cog_deg": 3.0, "source": "ais", "sigma_m": 10.0, "feed": "coast", "digest": "00"}]);
    alert["handling"] = json!({"acknowledged_by": null});
    alert["published_at"] = json!("2026-01-10T00:00:00.000Z");
    service.book.tell("a", 1, None, alert);
    service.seen.take(start(), vec![(TrackIx(0), Some(track(1, 10.0, 107.0)))]);
    let position = Position::from_degrees(10.0, 107.0).unwrap();
    let fix = HistoryFix { track: TrackId(1), at: start(), position, sog: None, cog: None, source: Source::Radar };
    service.history.append(&[fix]).unwrap();
    service.health.update(FeedId(0), |health| {
        health.state = FeedState::Live;
        health.rejects.insert("checksum", 5);
    });
    service
}

/// Follows `$ref`.
fn resolved<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => description.pointer(place.trim_start_matches('#')).expect("what is referred to"),
        None => schema,
    }
}

/// Whether a value has the shape of a schema, as far as this description goes.
fn check(description: &Value, schema: &Value, value: &Value, place: &str) {
    let schema = resolved(description, schema);
    if let Some(choices) = schema["enum"].as_array() {
        assert!(choices.contains(value), "{place}: {value} is none of {choices:?}");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let is_it = |kind: &&str| match *kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{place}: a type `{other}`"),
    };
    assert!(types.iter().any(is_it), "{place}: {value} is not {types:?}");
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        check(description, &schema["items"], item, &format!("{place}/{i}"));
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(value.get(name).is_some(), "{place}: lacks `{name}`");
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        let is_open = place.contains("alert");
        let Some(property) = properties.get(name) else {
            assert!(is_open, "{place}: `{name}` is not described");
            continue;
        };
        check(description, property, member, &format!("{place}/{name}"));
    }
}

#[test]
fn answers_have_the_shape_that_is_described() {
    let (service, description) = (service(), description());
    let mut checked = 0;
    for (path, operations) in description["paths"].as_object().unwrap() {
        let id = if path.contains("alerts") { "a" } else { "t0000000000000001" };
        let mut concrete = path.replace("{id}", id);
        if path.ends_with("history") {
            concrete += "?from=2026-01-10&to=2026-01-11";
        }
        for (method, operation) in operations.as_object().unwrap() {
            let content = operation["responses"]["200"]["content"].as_object();
            let Some((kind, content)) = content.and_then(|content| content.iter().next()) else { continue };
            if !kind.ends_with("json") {
                continue;
            }
            let answer = match method.as_str() {
                "get" => get(service.address, &concrete),
                "post" => post(service.address, &concrete, &[], &example(&description, operation)),
                other => panic!("{other}"),
            };
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind.as_str())), "{concrete}");
            check(&description, &content["schema"], &answer.json(), path);
            checked += 1;
        }
    }
    assert_eq!(checked, 17);
}

/// The body that the description gives as an example.
fn example(description: &Value, operation: &Value) -> String {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    description["components"]["schemas"][name]["example"].to_string()
}

#[test]
fn described_queries_are_taken_and_others_refused() {
    let (service, description) = (service(), description());
    for (path, operations) in description["paths"].as_object().unwrap() {
        let parameters = operations["get"]["parameters"].as_array();
        let queries = parameters.into_iter().flatten().filter(|parameter| parameter["in"] == "query");
        for parameter in queries.filter(|_| !path.ends_with("stream")) {
            let name = parameter["name"].as_str().unwrap();
            let value = match name {
                "open" => "true",
                "limit" => "3",
                "bbox" => "107,10,108,11",
                "from" | "to" => "2026-01-10T00:00:00Z",
                other => panic!("{other}"),
            };
            let concrete = path.replace("{id}", "t0000000000000001");
            // Without a handshake the picture answers 400 too, but not for its query.
            let taken = get(service.address, &format!("{concrete}?{name}={value}"));
            assert!(taken.status == 200 || !taken.error().contains("query"), "{concrete} {name}: {taken:?}");
            let refused = get(service.address, &format!("{concrete}?{name}={value}&nonsense=1"));
            assert!(refused.status == 400 && refused.error().contains("nonsense"), "{concrete}: {refused:?}");
        }
    }
}
