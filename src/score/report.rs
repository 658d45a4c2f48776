//! What a score says, field by field as its JSON has it.

use serde::Serialize;

use super::bars::Bar;
use super::guess::Name;
use super::ordered::Ordered;
use super::queue::QueueLoad;
use super::stats::Share;

/// A whole score.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Time observed, all true vessels together, days.
    pub vessel_days: f64,
    /// From the first to the last instant, h.
    pub span_h: f64,
    /// The table, a row a kind.
    pub kinds: Ordered<KindScore>,
    /// Parts of kinds: of each way to part, the parts.
    pub sub: Ordered<Ordered<Part>>,
    /// Of each kind, the false alerts by what they hit, most first.
    pub false_by_why: Ordered<Ordered<usize>>,
    /// Of each kind, the suppressed alerts by rule.
    pub suppressed: Ordered<Ordered<SuppressedCount>>,
    /// Unsuppressed alerts of kinds without truth or innocents.
    pub unscored: Ordered<usize>,
    /// Alertable truths without a hit.
    pub missed: Vec<TruthRow>,
    /// The false alerts.
    #[serde(rename = "false")]
    pub falses: Vec<FalseRow>,
    /// Truths that no default threshold can see.
    pub not_alertable: Vec<TruthRow>,
    /// Transfers with a partner that only radar knows, by whether the two are one echo (`True`, `False`).
    pub dark_partner: Ordered<Recall>,
    /// Warnings and alarms of each squadron.
    pub queue: Ordered<QueueLoad>,
    /// What a detector that raises exactly the alertable truths at their instants would queue.
    pub queue_of_truth: Ordered<QueueLoad>,
    /// From the threshold's instant to the wire.
    pub wire_latency_s: WireLatency,
    /// How good the confidence of dark periods is; none without any.
    pub calibration: Option<Calibration>,
    /// False dark periods that begin in a station's outage.
    pub dark_under_outage: usize,
    /// The bars to clear.
    pub bars: Vec<Bar>,
}

/// Truths found among a set.
#[derive(Clone, Debug, Serialize)]
pub struct Recall {
    /// True events.
    pub truths: usize,
    /// Of these, those that some default threshold can see.
    pub alertable: usize,
    /// Of these, those hit.
    pub hits: usize,
    /// Hits of alertable.
    pub recall: Option<Share>,
    /// Hits of all truths.
    pub overall: Option<Share>,
}

/// A part of a kind's truths.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// What was found.
    #[serde(flatten)]
    pub recall: Recall,
    /// Hits of alerts, where alerts can be told apart like truths; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Option<Share>>,
}

/// The row of a kind.
#[derive(Debug, Serialize)]
pub struct KindScore {
    /// What was found.
    #[serde(flatten)]
    pub recall: Recall,
    /// Unsuppressed alerts.
    pub alerts: usize,
    /// False ones.
    #[serde(rename = "false")]
    pub falses: usize,
    /// Of these, cautions.
    pub false_caution: usize,
    /// Neither true nor false: too short to call.
    pub grey: usize,
    /// Untrue cautions of a fishing-like sub-kind.
    pub quiet: usize,
    /// Assigned to a truth, but not well enough to hit it.
    pub loose: usize,
    /// Of a truth that another alert was assigned to.
    pub fragments: usize,
    /// Missed truths that a suppressed alert covers.
    pub hidden: usize,
    /// Hits of hits and false alerts.
    pub precision: Option<Share>,
    /// Hits of all alerts.
    pub strict_precision: Option<Share>,
    /// Harmonic mean of precision and recall.
    pub f1: Option<Share>,
    /// The same, precision weighing twice.
    pub f05: Option<Share>,
    /// Median intersection over union of assigned alerts.
    pub iou_median: Option<f64>,
    /// Recall by the intersection over union asked for.
    pub recall_at_iou: Ordered<Option<Share>>,
    /// Median of alert minus truth over hits, s.
    pub onset_error_s: Option<f64>,
    /// Median of alert minus truth over hits, s.
    pub end_error_s: Option<f64>,
    /// Alerts a truth seen: 1 is ideal.
    pub alerts_per_truth: Option<f64>,
    /// From the true onset and the rule's dwell to the raising, s.
    pub latency_s: Spread,
    /// From the instant at which the rule is met on the true tracks to the raising, s.
    pub latency_true_threshold_s: Spread,
    /// Alerts per 1,000 vessel-days.
    pub alerts_per_1000vd: BeforeAfter,
    /// False alerts per 1,000 vessel-days.
    pub false_per_1000vd: BeforeAfter,
}

/// Median and 99th percentile, as observed values.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// Median.
    pub p50: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
}

/// A load before and after suppression.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BeforeAfter {
    /// Suppressed alerts included (of false ones, those over no truth).
    pub before: f64,
    /// Unsuppressed alerts.
    pub after: f64,
}

/// Suppressed alerts of a rule.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SuppressedCount {
    /// All of them.
    pub alerts: usize,
    /// Those that tell of a truth.
    pub over_truth: usize,
}

/// A true event without a hit, or not alertable.
#[derive(Debug, Serialize)]
pub struct TruthRow {
    /// Its kind.
    pub kind: String,
    /// Its subjects' numbers or vessels.
    pub(super) who: Vec<Name>,
    /// UNIX seconds.
    pub onset: f64,
    /// UNIX seconds.
    pub end: f64,
    /// What the script notes.
    pub note: Option<String>,
    /// Alerts that tell of it.
    pub seen: usize,
    /// Rules that suppressed alerts of it.
    pub suppressed: Vec<String>,
    /// Of what is not alertable: whether it was hit all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hit: Option<bool>,
}

/// A false alert.
#[derive(Debug, Serialize)]
pub struct FalseRow {
    /// The alert.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// UNIX seconds.
    pub onset: f64,
    /// UNIX seconds.
    pub end: f64,
    /// Its subjects' numbers or tracks.
    pub(super) who: Vec<Name>,
    /// What it really hit.
    pub why: String,
}

/// From `raised_at` to `published_at` of lines that raise.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WireLatency {
    /// Lines that have both.
    pub n: usize,
    /// Median and 99th percentile, s.
    #[serde(flatten)]
    pub spread: Spread,
}

/// How often dark periods were real, by the confidence that alerts gave.
#[derive(Debug, Serialize)]
pub struct Calibration {
    /// Alerts with a confidence.
    pub n: usize,
    /// Mean square of confidence minus truth (Brier, Monthly Weather Review 78, 1950).
    pub brier: f64,
    /// Bins of confidence that hold any.
    pub bins: Vec<CalibrationBin>,
}

/// Alerts of about the same confidence.
#[derive(Debug, Serialize)]
pub struct CalibrationBin {
    /// Low end of the bin.
    pub from: f64,
    /// Alerts.
    pub n: usize,
    /// Their mean confidence.
    pub said: f64,
    /// The share that was real.
    pub was: f64,
}
