//! From judgements to the numbers of a report.

use std::collections::{BTreeMap, HashMap};

use super::due::Thresholds;
use super::guess::{Guess, Name};
use super::judge::{Judgement, Match, Verdict, begins_in};
use super::ordered::Ordered;
use super::queue::{Call, Entry};
use super::read::{AlertLine, Label, Priority, Zone};
use super::report::{
    BeforeAfter, Calibration, CalibrationBin, FalseRow, KindScore, Part, Recall, Spread, SuppressedCount, TruthRow,
    WireLatency,
};
use super::stats::{Share, percentile};
use super::truth::{Event, is_instant, is_zoned};

/// Intersections over union at which recall is shown.
const RECALL_AT: [(&str, f64); 3] = [("0.25", 0.25), ("0.5", 0.5), ("0.9", 0.9)];
/// Low ends of the bins of confidence; the last bin ends above 1.
const CONFIDENCE_BINS: [f64; 6] = [0.0, 0.5, 0.7, 0.9, 0.97, 1.0001];
/// A loiter becomes a warning so long after its threshold, s.
const LOITER_WARNING_S: f64 = 1800.0;
/// The squadron of what has none.
const NO_SQUADRON: &str = "-";

/// What was found of some true events.
pub(super) fn recall<'v>(verdicts: impl Iterator<Item = &'v Verdict<'v>>) -> Recall {
    let (mut truths, mut all_hits, mut alertable, mut hits) = (0, 0, 0, 0);
    for verdict in verdicts {
        truths += 1;
        all_hits += usize::from(verdict.is_hit);
        alertable += usize::from(verdict.is_alertable());
        hits += usize::from(verdict.is_alertable() && verdict.is_hit);
    }
    Recall { truths, alertable, hits, recall: Share::of(hits, alertable), overall: Share::of(all_hits, truths) }
}

/// The row of a kind.
pub(super) fn kind_score(of: &Judgement, thresholds: &Thresholds, vessel_days: f64) -> KindScore {
    let hits: Vec<&Match> = of.matches.iter().filter(|m| m.is_hit()).collect();
    let recall = recall(of.verdicts.iter());
    let precision = Share::of(hits.len(), hits.len() + of.falses.len());
    let seen = of.verdicts.iter().filter(|v| !v.seen.is_empty()).count();
    let middle = |values: Vec<f64>| percentile(&values, 50.0);
    let rate = |n: usize| 1000.0 * n as f64 / vessel_days;
    let hushed_over_nothing = of.hushed.iter().filter(|h| !h.is_over_truth).count();
    let at_iou = |limit: f64| of.matches.iter().filter(|m| m.event.due.is_some() && m.iou >= limit).count();
    let latency = |m: &&Match| Some(m.guess.raised()? - m.event.onset - thresholds.dwell_s(m.guess, m.event));
    KindScore {
        alerts: of.alerts,
        falses: of.falses.len(),
        false_caution: of.falses.iter().filter(|f| f.guess.is_caution()).count(),
        grey: of.grey,
        quiet: of.quiet,
        loose: of.matches.len() - hits.len(),
        fragments: of.touching - of.matches.len(),
        hidden: of.verdicts.iter().filter(|v| v.is_hidden()).count(),
        precision,
        strict_precision: Share::of(hits.len(), of.alerts),
        f1: Share::f_score(precision, recall.recall, 1.0),
        f05: Share::f_score(precision, recall.recall, 0.5),
        iou_median: middle(of.matches.iter().map(|m| m.iou).collect()),
        recall_at_iou: RECALL_AT
            .map(|(name, limit)| (name.to_owned(), Share::of(at_iou(limit), recall.alertable)))
            .into_iter()
            .collect(),
        onset_error_s: middle(hits.iter().map(|m| m.guess.onset - m.event.onset).collect()),
        end_error_s: middle(hits.iter().map(|m| m.guess.end - m.event.end).collect()),
        alerts_per_truth: (seen > 0).then(|| of.touching as f64 / seen as f64),
        latency_s: spread(hits.iter().filter_map(latency).collect()),
        latency_true_threshold_s: spread(hits.iter().filter_map(|m| Some(m.guess.raised()? - m.event.due?)).collect()),
        alerts_per_1000vd: BeforeAfter { before: rate(of.alerts + of.hushed.len()), after: rate(of.alerts) },
        false_per_1000vd: BeforeAfter {
            before: rate(of.falses.len() + hushed_over_nothing),
            after: rate(of.falses.len()),
        },
        recall,
    }
}

/// Median and 99th percentile.
fn spread(values: Vec<f64>) -> Spread {
    Spread { p50: percentile(&values, 50.0), p99: percentile(&values, 99.0) }
}

/// False alerts by what they hit, most first.
pub(super) fn false_by_why(of: &Judgement) -> Ordered<usize> {
    let mut counts = Ordered::default();
    for alert in &of.falses {
        counts.count(&alert.why);
    }
    counts.largest_first()
}

/// Suppressed alerts by rule.
pub(super) fn suppressed_by_rule(of: &Judgement) -> Ordered<SuppressedCount> {
    let mut rules: BTreeMap<&str, SuppressedCount> = BTreeMap::new();
    for hushed in &of.hushed {
        let count = rules.entry(hushed.guess.rule().unwrap_or_default()).or_default();
        count.alerts += 1;
        count.over_truth += usize::from(hushed.is_over_truth);
    }
    rules.into_iter().map(|(rule, count)| (rule.to_owned(), count)).collect()
}

/// Unsuppressed alerts of kinds that are not scored, by kind.
pub(super) fn unscored(guesses: &[Guess], judged: &[&Judgement]) -> Ordered<usize> {
    let is_scored = |kind: &str| judged.iter().any(|of| of.kind == kind);
    let mut counts = Ordered::default();
    for guess in guesses.iter().filter(|g| g.rule().is_none() && !is_scored(g.kind())) {
        counts.count(guess.kind());
    }
    counts
}

/// The false alerts of a kind.
pub(super) fn false_rows(of: &Judgement) -> impl Iterator<Item = FalseRow> {
    of.falses.iter().map(|f| FalseRow {
        id: f.guess.alert.id.clone(),
        kind: f.guess.kind().to_owned(),
        onset: f.guess.onset,
        end: f.guess.end,
        who: f.guess.who.iter().map(|s| s.name()).collect(),
        why: f.why.clone(),
    })
}

/// The truths of a kind that were missed, and those that are not alertable.
pub(super) fn truth_rows(of: &Judgement) -> (Vec<TruthRow>, Vec<TruthRow>) {
    let (mut missed, mut not_alertable) = (Vec::new(), Vec::new());
    for verdict in &of.verdicts {
        if !verdict.is_alertable() {
            not_alertable.push(TruthRow { hit: Some(verdict.is_hit), ..truth_row(verdict) });
        } else if !verdict.is_hit {
            missed.push(truth_row(verdict));
        }
    }
    (missed, not_alertable)
}

fn truth_row(verdict: &Verdict) -> TruthRow {
    let event = verdict.event;
    let mut rules: Vec<String> = verdict.hidden.iter().filter_map(|g| g.rule()).map(str::to_owned).collect();
    rules.sort_unstable();
    rules.dedup();
    TruthRow {
        kind: event.kind.clone(),
        who: event.who().iter().map(|s| s.name()).collect::<Vec<Name>>(),
        onset: event.onset,
        end: event.end,
        note: event.line.note.clone(),
        seen: verdict.seen.len(),
        suppressed: rules,
        hit: None,
    }
}

/// Transfers by partner, echo, way and group; dark periods by radar.
pub(super) fn parts(transfers: &Judgement, darks: &Judgement) -> Ordered<Ordered<Part>> {
    let mut by_partner = part(&transfers.verdicts, |e| e.partner.clone());
    for (name, part) in by_partner.iter_mut() {
        let hits = transfers.verdicts.iter().filter(|v| v.is_hit && v.event.partner == name).count();
        let falses = transfers.falses.iter().filter(|f| f.guess.partner() == Some(name)).count();
        part.precision = Some(Share::of(hits, hits + falses));
    }
    let mut by_radar = part(&darks.verdicts, |e| truth_word(e.radar_held()));
    if let Some(held) = by_radar.get_mut("True") {
        let hits = darks.verdicts.iter().filter(|v| v.is_hit && v.event.radar_held()).count();
        let falses = darks.falses.iter().filter(|f| f.guess.by_radar()).count();
        held.precision = Some(Share::of(hits, hits + falses));
    }
    let mut parts = Ordered::default();
    parts.push("ship_to_ship by partner", by_partner);
    parts.push("ship_to_ship by merged", part(&transfers.verdicts, |e| truth_word(e.merged)));
    parts.push("ship_to_ship by under_way", part(&transfers.verdicts, |e| truth_word(e.under_way())));
    parts.push("ship_to_ship by group", part(&transfers.verdicts, |e| truth_word(e.group().is_some())));
    parts.push("dark_period by radar_held", by_radar);
    parts
}

/// What was found of transfers with a partner that only radar knows, by whether the two are one echo.
pub(super) fn dark_partner(transfers: &Judgement) -> Ordered<Recall> {
    let of = |merged: bool| {
        let found = transfers.verdicts.iter().filter(|v| v.event.partner != "ais_ais" && v.event.merged == merged);
        (truth_word(merged), recall(found))
    };
    [of(false), of(true)].into_iter().collect()
}

/// What was found of each part of some events, the parts by name.
fn part(verdicts: &[Verdict], name: impl Fn(&Event) -> String) -> Ordered<Part> {
    let mut parts: BTreeMap<String, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        parts.entry(name(verdict.event)).or_default().push(verdict);
    }
    let found = |verdicts: Vec<&Verdict>| Part { recall: recall(verdicts.into_iter()), precision: None };
    parts.into_iter().map(|(name, verdicts)| (name, found(verdicts))).collect()
}

/// A truth value as the tables name it.
fn truth_word(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}

/// The calls that unsuppressed warnings and alarms make on squadrons.
pub(super) fn calls(alerts: &[AlertLine]) -> Vec<Call<'_>> {
    let is_loud = |a: &&AlertLine| a.suppressed.is_none() && a.priority.is_some_and(|p| p >= Priority::Warning);
    alerts.iter().filter(is_loud).map(call).collect()
}

/// The call of an alert when it is raised.
fn call(alert: &AlertLine) -> Call<'_> {
    let group = alert.group.as_ref().map(|group| Entry::Group(&group.0));
    Call {
        squadron: squadron_name(alert.squadron.as_ref()),
        entry: group.unwrap_or(Entry::Alert(&alert.id)),
        at: alert.raised_at.unwrap_or(alert.onset).0,
    }
}

/// The calls of a detector that raises each alertable truth at its instant; a loiter that ends before it becomes a
/// warning calls nobody, nor do crossings, dark contacts and drifters.
pub(super) fn calls_of_truth<'a>(truth: &'a [Event], zones: &'a HashMap<String, Zone>) -> Vec<Call<'a>> {
    let is_silent = |kind: &str| is_zoned(kind) || ["dark_contact", "drifting"].contains(&kind);
    let call = |(n, event): (usize, &'a Event)| {
        let at = event.due? + if event.kind == "loitering" { LOITER_WARNING_S } else { 0.0 };
        let zone = event.line.zone.as_ref().and_then(|zone| zones.get(zone));
        let entry = event.group().map_or(Entry::Truth(n), |group| Entry::Group(&group.0));
        let squadron = squadron_name(zone.and_then(|zone| zone.squadron.as_ref()));
        (!is_silent(&event.kind) && (is_instant(&event.kind) || at <= event.end)).then_some(Call {
            squadron,
            entry,
            at,
        })
    };
    truth.iter().enumerate().filter_map(call).collect()
}

fn squadron_name(name: Option<&Label>) -> &str {
    name.map_or(NO_SQUADRON, |name| &name.0)
}

/// From the threshold's instant to the wire, over the lines that raise and say when they were published.
pub(super) fn wire_latency(alerts: &[AlertLine]) -> WireLatency {
    let raises = |a: &&AlertLine| a.cause.as_deref().is_none_or(|cause| cause == "raised");
    let late = |a: &AlertLine| Some(a.published_at?.0 - a.raised_at?.0);
    let late: Vec<f64> = alerts.iter().filter(raises).filter_map(late).collect();
    WireLatency { n: late.len(), spread: spread(late) }
}

/// How often unsuppressed dark periods were real, by their confidence; `None` if none says any.
pub(super) fn calibration(guesses: &[Guess], darks: &Judgement) -> Option<Calibration> {
    let is_real = |guess: &Guess| darks.verdicts.iter().any(|v| v.seen.iter().any(|seen| std::ptr::eq(*seen, guess)));
    let rows: Vec<(f64, f64)> = guesses
        .iter()
        .filter(|g| g.kind() == darks.kind && g.rule().is_none())
        .filter_map(|g| Some((g.alert.confidence?, if is_real(g) { 1.0 } else { 0.0 })))
        .collect();
    let n = rows.len();
    let mean = |rows: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
    let bin = |edges: &[f64]| {
        let &[low, high] = edges else { return None };
        let held: Vec<(f64, f64)> = rows.iter().copied().filter(|(said, _)| (low..high).contains(said)).collect();
        let bin = CalibrationBin { from: low, n: held.len(), said: mean(&held, |r| r.0), was: mean(&held, |r| r.1) };
        (!held.is_empty()).then_some(bin)
    };
    (n > 0).then(|| Calibration {
        n,
        brier: mean(&rows, |(said, was)| (said - was) * (said - was)),
        bins: CONFIDENCE_BINS.windows(2).filter_map(bin).collect(),
    })
}

/// False dark periods that begin in a station's outage, whatever else they hit.
pub(super) fn dark_under_outage(darks: &Judgement, innocent: &[Event]) -> usize {
    let outages: Vec<&Event> = innocent.iter().filter(|e| e.why().contains("outage")).collect();
    darks.falses.iter().filter(|f| outages.iter().any(|outage| begins_in(f.guess, outage))).count()
}
