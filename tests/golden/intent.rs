//! What a recording is about, asserted from the truth of its script and apart from the bytes that were blessed.

use std::collections::BTreeMap;

use serde_json::Value;

/// The kinds that this build detects; truth tells of more.
const DETECTED: [&str; 10] = [
    "dark_period",
    "distress",
    "duplicate_identity",
    "feed_lost",
    "gnss_interference",
    "identity_change",
    "loitering",
    "position_offset",
    "receiver_outage",
    "ship_to_ship",
];
/// Those that befall an area: matched by time alone.
const OF_AN_AREA: [&str; 2] = ["gnss_interference", "receiver_outage"];
/// Those whose end nobody knows, or which have none: matched by their onset, within this, s.
const BY_ONSET: [&str; 4] = ["distress", "duplicate_identity", "identity_change", "position_offset"];
const ONSET_S: f64 = 180.0;

/// What a recording must raise.
pub struct Intent {
    /// Its folder and scenario.
    pub name: &'static str,
    /// Unsuppressed warnings and alarms, by kind.
    pub raises: &'static [(&'static str, usize)],
    /// Unsuppressed cautions of the kinds that only ever inform, at least so many.
    pub informs: &'static [(&'static str, usize)],
}

impl Intent {
    /// A recording that raises nothing.
    pub const fn innocent(name: &'static str) -> Self {
        Intent { name, raises: &[], informs: &[] }
    }

    /// Where the warnings do not tell what happened.
    pub fn complaints(&self, alerts: &[Value], truth: &[Value]) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut loud: Vec<&Value> =
            alerts.iter().filter(|a| a["suppressed"].is_null() && a["priority"] != "caution").collect();
        let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
        for alert in &loud {
            *counted.entry(alert["kind"].as_str().unwrap_or_default()).or_default() += 1;
        }
        if counted != self.raises.iter().copied().collect() {
            complaints.push(format!("  warnings by kind: {counted:?}, meant: {:?}", self.raises));
        }
        for &(kind, least) in self.informs {
            let told = alerts.iter().filter(|a| a["suppressed"].is_null() && a["kind"] == kind);
            let told: Vec<&Value> = told.filter(|a| truth.iter().any(|truth| informs(a, truth))).collect();
            if told.len() < least {
                complaints
                    .push(format!("  {} cautions {kind} tell what happened, meant: {least} at least", told.len()));
            }
        }
        let happened = truth.iter().filter(|truth| DETECTED.iter().any(|kind| truth["kind"] == *kind));
        for truth in happened {
            let told: Vec<usize> = (0..loud.len()).filter(|&i| tells(loud[i], truth)).collect();
            match told[..] {
                [one] => drop(loud.remove(one)),
                _ => complaints.push(format!("  {} alerts tell of {truth}", told.len())),
            }
        }
        complaints.extend(loud.iter().map(|alert| format!("  nothing happened, and yet: {}", short(alert))));
        complaints
    }
}

/// Whether an alert is of this kind, vessels and zone, and overlaps in time by half of both together.
fn tells(alert: &Value, truth: &Value) -> bool {
    let kind = truth["kind"].as_str().unwrap_or_default();
    let same_place = alert["zone"] == truth["zone"] && mmsis(alert) == mmsis(truth);
    let same = alert["kind"] == kind && (OF_AN_AREA.contains(&kind) || same_place);
    let ((a, b), (c, d)) = (interval(alert), interval(truth));
    if BY_ONSET.contains(&kind) {
        return same && (a - c).abs() <= ONSET_S;
    }
    same && 2.0 * (b.min(d) - a.max(c)) >= b.max(d) - a.min(c)
}

/// Whether an alert is of this kind and vessels, and begins within two minutes of the onset, or overlaps it by half.
fn informs(alert: &Value, truth: &Value) -> bool {
    let same = alert["kind"] == truth["kind"] && mmsis(alert) == mmsis(truth);
    let ((a, b), (c, d)) = (interval(alert), interval(truth));
    let half = 2.0 * (b.min(d) - a.max(c)) >= b.max(d) - a.min(c);
    same && ((a - c).abs() <= 120.0 || (d > c && half))
}

fn mmsis(line: &Value) -> Vec<Option<u64>> {
    let mut all: Vec<Option<u64>> =
        line["subjects"].as_array().into_iter().flatten().map(|subject| subject["mmsi"].as_u64()).collect();
    all.sort_unstable();
    all
}

/// Onset and end in seconds; what goes on ends with the last observation, or in truth with the script.
fn interval(line: &Value) -> (f64, f64) {
    let time = |value: &Value| {
        let time = value.as_str().and_then(picket::engine::time::EventTime::from_iso);
        time.map(|time| time.seconds())
    };
    let onset = time(&line["onset"]).unwrap_or(f64::MIN);
    let last = line["observed"].as_array().and_then(|parts| time(&parts.last()?[1]));
    (onset, time(&line["end"]).or(last).unwrap_or(onset))
}

fn short(alert: &Value) -> String {
    let fields = ["kind", "subkind", "priority", "subjects", "onset", "end", "factors"];
    fields.map(|field| format!("{field} {}", alert[field])).join(", ")
}
