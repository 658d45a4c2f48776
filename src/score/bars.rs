//! The bars that a detector is to clear, and whether it does.

use serde::{Deserialize, Serialize};

use super::ordered::Ordered;
use super::queue::{QueueLoad, worst};
use super::report::Report;
use super::stats::Share;

/// Which side of its limit a value is to be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Side {
    /// At the limit or above.
    #[serde(rename = ">=")]
    AtLeast,
    /// At the limit or below.
    #[serde(rename = "<=")]
    AtMost,
}

impl Side {
    /// As an operator.
    pub fn sign(self) -> &'static str {
        match self {
            Side::AtLeast => ">=",
            Side::AtMost => "<=",
        }
    }
}

/// Whether a bar is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Status {
    /// It is.
    #[serde(rename = "ok")]
    Cleared,
    /// It is not.
    #[serde(rename = "MISS")]
    Missed,
    /// There is nothing to judge.
    #[serde(rename = "n/a")]
    NothingToJudge,
}

impl Status {
    /// As the tables say it.
    pub fn word(self) -> &'static str {
        match self {
            Status::Cleared => "ok",
            Status::Missed => "MISS",
            Status::NothingToJudge => "n/a",
        }
    }
}

/// A bar of the design.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// What is judged.
    #[serde(rename = "bar")]
    pub name: String,
    /// What was measured; none: nothing.
    pub value: Option<f64>,
    /// On which side of the limit it is to be.
    #[serde(rename = "op")]
    pub side: Side,
    /// The limit.
    pub limit: f64,
    /// What to know about the limit.
    pub note: String,
    /// Whether it is cleared.
    pub status: Status,
}

impl Bar {
    fn new(name: impl Into<String>, value: Option<f64>, side: Side, limit: f64) -> Self {
        let status = match (value, side) {
            (None, _) => Status::NothingToJudge,
            (Some(value), Side::AtLeast) if value >= limit => Status::Cleared,
            (Some(value), Side::AtMost) if value <= limit => Status::Cleared,
            _ => Status::Missed,
        };
        Bar { name: name.into(), value, side, limit, note: String::new(), status }
    }
}

/// What is kept of an earlier score to compare F1 with.
#[derive(Debug, Default, Deserialize)]
pub struct Baseline {
    #[serde(default)]
    kinds: Ordered<BaselineKind>,
}

#[derive(Debug, Deserialize)]
struct BaselineKind {
    f1: Option<Share>,
}

/// Every bar, judged on a report that lacks only these. `lateness_s` is that of the feeds.
pub(super) fn bars(report: &Report, lateness_s: f64, baseline: Option<&Baseline>) -> Vec<Bar> {
    let mut bars = recall_bars(report);
    let f1 = |kind: &str| report.kinds.get(kind).and_then(|row| row.f1).map(|f1| f1.value);
    bars.push(Bar::new("loitering F1", f1("loitering"), Side::AtLeast, 0.98));
    for (kind, row) in report.kinds.iter() {
        let name = format!("false {kind} per 1,000 vessel-days");
        bars.push(Bar::new(name, Some(row.false_per_1000vd.after), Side::AtMost, 1.0));
    }
    bars.push(queue_bar("warnings and alarms a squadron and 24 h", report, 30.0, |load| load.per_24h));
    bars.push(queue_bar("new queue entries in any 10 min", report, 1.0, |load| load.per_10min_max as f64));
    let wire = report.wire_latency_s.spread.p99;
    bars.push(Bar::new("on the wire after the threshold's instant, p99 s", wire, Side::AtMost, lateness_s + 1.0));
    let outages = report.dark_under_outage as f64;
    bars.push(Bar::new("dark alerts under station outage", Some(outages), Side::AtMost, 0.0));
    for (kind, before) in baseline.iter().flat_map(|baseline| baseline.kinds.iter()) {
        let lost = before.f1.zip(f1(kind)).map(|(before, now)| before.value - now);
        bars.push(Bar::new(format!("{kind} F1 lost against the baseline"), lost, Side::AtMost, 0.10));
    }
    bars
}

/// The bars on parts: transfers by partner, dark periods under radar.
fn recall_bars(report: &Report) -> Vec<Bar> {
    let part = |table: &str, name: &str| report.sub.get(table).and_then(|parts| parts.get(name));
    let dark = |merged: &str| report.dark_partner.get(merged).and_then(|recall| recall.recall);
    let two = part("ship_to_ship by partner", "ais_ais");
    let held = part("dark_period by radar_held", "True");
    let rows = [
        ("transfers AIS-AIS recall", two.and_then(|p| p.recall.recall), 0.98),
        ("transfers AIS-AIS precision", two.and_then(|p| p.precision.flatten()), 0.98),
        ("dark partner recall, above one cell", dark("False"), 0.95),
        ("dark partner recall, merged", dark("True"), 0.85),
        ("radar-confirmed dark recall", held.and_then(|p| p.recall.recall), 0.99),
        ("radar-confirmed dark precision", held.and_then(|p| p.precision.flatten()), 0.99),
    ];
    rows.into_iter().map(|(name, share, limit)| Bar::new(name, share.map(|s| s.value), Side::AtLeast, limit)).collect()
}

/// A bar on the queue of the worst squadron: where the truth alone exceeds the limit, that is the limit.
fn queue_bar(name: &str, report: &Report, limit: f64, value: impl Fn(&QueueLoad) -> f64) -> Bar {
    let need = worst(&report.queue_of_truth, &value);
    let mut bar = Bar::new(name, Some(worst(&report.queue, &value)), Side::AtMost, limit.max(need));
    if need > limit {
        bar.note = format!("truth alone: {}", super::print::three_digits(need));
    }
    bar
}
