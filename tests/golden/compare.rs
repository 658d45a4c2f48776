//! The difference between two runs' alert lines in words: which alert, which revision, which field.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Lines of difference that are told; the rest is counted.
const MOST_TOLD: usize = 60;

/// An alert's revisions, each as fields by path.
type Revisions = Vec<BTreeMap<String, String>>;

/// What differs, in words.
pub fn differences(expected: &str, found: &str) -> Vec<String> {
    let (expected, found) = (alerts(expected), alerts(found));
    let mut told = Vec::new();
    for name in expected.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
        match (expected.get(name), found.get(name)) {
            (Some(_), None) => told.push(format!("  - {name}: no longer raised")),
            (None, Some(now)) => told.push(format!("  + {name}: new, {} revisions", now.len())),
            (Some(was), Some(now)) if was != now => {
                told.push(format!("  ~ {name}"));
                told.extend(moved(was, now));
            }
            _ => {}
        }
    }
    let rest = told.len().saturating_sub(MOST_TOLD);
    told.truncate(MOST_TOLD);
    if rest > 0 {
        told.push(format!("  and {rest} lines more"));
    }
    if told.is_empty() {
        told.push("  the same alerts in another order".to_owned());
    }
    told
}

/// Revisions by alert; the name tells kind, vessels, zone, and which of those that are alike.
fn alerts(lines: &str) -> BTreeMap<String, Revisions> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut alike: BTreeMap<String, u32> = BTreeMap::new();
    let mut alerts: BTreeMap<String, Revisions> = BTreeMap::new();
    for line in lines.lines() {
        let value: Value = serde_json::from_str(line).unwrap_or(Value::Null);
        let id = value["id"].as_str().unwrap_or_default().to_owned();
        let name = names.entry(id).or_insert_with(|| {
            let name = name(&value);
            let number = alike.entry(name.clone()).or_default();
            *number += 1;
            if *number == 1 { name } else { format!("{name}, number {number}") }
        });
        let mut fields = BTreeMap::new();
        flatten("", &value, &mut fields);
        alerts.entry(name.clone()).or_default().push(fields);
    }
    alerts
}

fn name(alert: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let vessel = |subject: &Value| match subject["mmsi"].as_u64() {
        Some(mmsi) => format!("{} {mmsi}", text(&subject["name"])),
        None => "radar only".to_owned(),
    };
    let mut vessels: Vec<String> = alert["subjects"].as_array().into_iter().flatten().map(vessel).collect();
    vessels.sort();
    format!("{} of {} in {}", text(&alert["kind"]), vessels.join(" + "), text(&alert["zone"]))
}

fn flatten(path: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| flatten(&below(key), value, fields)),
        Value::Array(values) if !values.is_empty() => {
            // A factor is known by its name, all else by its place.
            let key = |i: usize, value: &Value| value["name"].as_str().map_or(i.to_string(), str::to_owned);
            values.iter().enumerate().for_each(|(i, value)| flatten(&below(&key(i, value)), value, fields));
        }
        _ => drop(fields.insert(path.to_owned(), value.to_string())),
    }
}

/// The fields that moved, each with the first revision in which it did.
fn moved(was: &Revisions, now: &Revisions) -> Vec<String> {
    let mut told = Vec::new();
    if was.len() != now.len() {
        told.push(format!("      revisions: {} -> {}", was.len(), now.len()));
    }
    let mut fields: BTreeMap<&String, (usize, String, usize)> = BTreeMap::new();
    for (i, (was, now)) in was.iter().zip(now).enumerate() {
        for field in was.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
            let value = |of: &BTreeMap<String, String>| of.get(field).cloned().unwrap_or_else(|| "absent".to_owned());
            if was.get(field) != now.get(field) {
                let first = || (i + 1, format!("{} -> {}", value(was), value(now)), 0);
                fields.entry(field).or_insert_with(first).2 += 1;
            }
        }
    }
    told.extend(fields.into_iter().map(|(field, (revision, change, times))| {
        let more = if times > 1 { format!(" and {} more", times - 1) } else { String::new() };
        format!("      {field}: {change} (revision {revision}{more})")
    }));
    told
}

#[test]
fn a_moved_field_a_lost_and_a_new_alert_are_named() {
    let line = |id: &str, mmsi: u32, confidence: f64| {
        format!(
            r#"{{"id":"{id}","kind":"loitering","subjects":[{{"mmsi":{mmsi},"name":"A"}}],"zone":"z","confidence":{confidence}}}"#
        ) + "\n"
    };
    let was = line("a", 1, 0.5) + &line("a", 1, 0.6) + &line("b", 2, 0.5);
    let now = line("a", 1, 0.5) + &line("a", 1, 0.7) + &line("c", 3, 0.5);
    let told = differences(&was, &now).join("\n");
    assert_eq!(
        told,
        "  ~ loitering of A 1 in z\n      confidence: 0.6 -> 0.7 (revision 2)\n  - loitering of A 2 in z: no longer \
         raised\n  + loitering of A 3 in z: new, 1 revisions"
    );
}
