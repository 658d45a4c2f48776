//! Zone files that are read, and zone files that are refused with their place.

use super::*;
use crate::engine::zone::ZoneSet;

const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[106,8],[107,8],[107,9],[106,9],[106,8]]]}"#;

fn file(properties: &str, geometry: &str) -> String {
    format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[\n{{\"type\":\"Feature\",\n\"properties\":{properties},\n\"geometry\":{geometry}}}\n]}}"
    )
}

fn with_property(more: &str) -> String {
    file(&format!(r#"{{"id":"con-dao","name":"Côn Đảo","kind":"patrol"{more}}}"#), SQUARE)
}

fn faults(text: &str) -> String {
    let (drafts, mut faults) = read(text);
    let zones = drafts.into_iter().map(|draft| draft.into_zone(&Limits::default()));
    faults.extend(zones.filter_map(Result::err).flatten());
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_zone_carries_everything_its_file_says() {
    let more = r#","squadron":"3","sts_watch":true,"schedule":"18:00-06:00","recipients":["coast-guard-3"],
        "detect":{"loitering.max_kn":1.5,"ship_to_ship":{"tiers":"100m:300s"}}"#;
    let text = with_property(more);
    let draft = read(&text).0.remove(0);
    let zone = draft.into_zone(&Limits::default()).unwrap();
    assert_eq!((zone.name.as_str(), zone.kind, zone.sts_watch), ("Côn Đảo", ZoneKind::Patrol, true));
    assert_eq!((zone.squadron.as_deref(), zone.schedule.as_deref()), (Some("3"), Some("18:00-06:00")));
    let limits = zone.limits.as_ref().unwrap();
    assert_eq!((limits.loitering.max_kn, limits.ship_to_ship.tiers.to_string().as_str()), (1.5, "100m:300s"));
    assert!((zone.area_m2 / 1.22e10 - 1.0).abs() < 0.02, "{}", zone.area_m2);
    let set = ZoneSet::new(vec![zone]);
    assert_eq!(set.at(Position::from_degrees(8.5, 106.5).unwrap()).len(), 1);
}

#[test]
fn circles_and_multipolygons_are_shapes_too() {
    let circle = file(
        r#"{"id":"a1","name":"A1","kind":"mask","radius_m":275}"#,
        r#"{"type":"Point","coordinates":[107.0721389,10.3186667]}"#,
    );
    assert_eq!(faults(&circle), "");
    let two = r#"{"type":"MultiPolygon","coordinates":[[[[1,1],[2,1],[2,2],[1,1]]],[[[5,5],[6,5],[6,6],[5,5]]]]}"#;
    assert_eq!(faults(&file(r#"{"id":"two","name":"Two","kind":"port"}"#, two)), "");
}

#[test]
fn a_single_feature_is_a_file() {
    let text = with_property("");
    let start = text.find("\n{").unwrap();
    let end = text.rfind("\n]").unwrap();
    assert_eq!(read(&text[start..end]).0.len(), 1);
}

#[test]
fn broken_polygons_name_their_feature_and_line() {
    let properties = r#"{"id":"con-dao","name":"Côn Đảo","kind":"patrol"}"#;
    for (geometry, what) in [
        (r#"{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,2]]]}"#, "unclosed ring"),
        (r#"{"type":"Polygon","coordinates":[[[1,1],[2,1],[1,1]]]}"#, "a ring of 3 positions"),
        (r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"#, "self-intersection"),
        (r#"{"type":"Polygon","coordinates":[[[1,1],[1,1],[1,1],[1,1]]]}"#, "different positions"),
        (r#"{"type":"Polygon","coordinates":[[[8,106],[9,106],[9,107],[8,106]]]}"#, "out of range"),
        (r#"{"type":"Polygon","coordinates":[[[1,"1"],[2,1],[2,2],[1,1]]]}"#, "invalid type"),
        (r#"{"type":"Polygon","coordinates":[]}"#, "without a ring"),
        (r#"{"type":"MultiPolygon","coordinates":[]}"#, "no polygon"),
        (r#"{"type":"LineString","coordinates":[[1,1],[2,2]]}"#, "must be Polygon"),
        (r#"{"type":"Point","coordinates":[1,1]}"#, "radius_m"),
        (r#"{"type":"Polygon"}"#, "without `coordinates`"),
        ("null", "invalid type: null"),
    ] {
        let text = faults(&file(properties, geometry));
        assert!(text.contains(what) && text.contains("feature 1 `con-dao`") && text.starts_with("4:"), "{text}");
    }
}

#[test]
fn bad_properties_name_their_feature_and_line() {
    for (more, what) in [
        (r#","stswatch":true"#, "unknown property `stswatch`"),
        (r#","sts_watch":"yes""#, "`sts_watch`: invalid type"),
        (r#","schedule":"25:00-06:00""#, "must read like"),
        (r#","radius_m":5"#, "belongs to a Point"),
        (r#","detect":{"loitering.max_knots":1}"#, "nearest: loitering.max_kn"),
        (r#","detect":{"loitering":{"max_kn":-1}}"#, "must be from 0"),
        (r#","detect":{"loitering.max_kn":null}"#, "must be a number"),
        (r#","detect":7"#, "expected an object"),
    ] {
        let text = faults(&with_property(more));
        assert!(text.contains(what) && text.contains("feature 1 `con-dao`"), "{more}: {text}");
        assert!(text.starts_with("3:") || text.starts_with("4:"), "{more}: {text}");
    }
    for (properties, what) in [
        (r#"{"name":"X","kind":"patrol"}"#, "no property `id`"),
        (r#"{"id":"Con Dao","name":"X","kind":"patrol"}"#, "must be a slug"),
        (r#"{"id":"everywhere","name":"X","kind":"patrol"}"#, "kept for the whole sea"),
        (r#"{"id":"x","kind":"patrol"}"#, "no property `name`"),
        (r#"{"id":"x","name":"X"}"#, "no property `kind`"),
        (r#"{"id":"x","name":"X","kind":"harbour"}"#, "unknown variant `harbour`"),
        (r#"{"id":"x","name":"X","name":"Y","kind":"port"}"#, "`name` stands twice"),
    ] {
        let text = faults(&file(properties, SQUARE));
        assert!(text.contains(what) && text.starts_with("3:"), "{properties}: {text}");
    }
}

#[test]
fn all_faults_are_told_and_ids_are_unique() {
    let one = format!(r#"{{"type":"Feature","properties":{{"id":"a","name":"A","kind":"port"}},"geometry":{SQUARE}}}"#);
    let bad = one.replace("port", "harbor");
    let text = format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{one},\n{one},\n{bad}]}}");
    let text = faults(&text);
    assert!(text.contains("3:1: feature 2 `a`: duplicate id, first at line 2"), "{text}");
    assert!(text.contains("4:") && text.contains("harbor"), "{text}");
}

#[test]
fn broken_json_names_its_place() {
    assert!(faults("{\n \"type\": \"FeatureCollection\",\n \"features\": [,]\n}").starts_with("3:15: "));
    assert!(faults("").starts_with("1:"));
    assert!(faults("[]").starts_with("1:1: "));
    assert!(faults(r#"{"type":"FeatureCollection"}"#).contains("without `features`"));
    assert!(faults(r#"{"type":"FeatureCollection","crs":{"name":"EPSG:3857"},"features":[]}"#).contains("CRS84"));
}
