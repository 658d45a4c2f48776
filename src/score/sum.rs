//! Several scores as one: counts added up, bars as means over the fleets.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::ordered::Ordered;
use super::print::three_digits;
use super::read::{self, ScoreError};
use super::stats::{Share, t_quantile};

/// What is read of one score's JSON.
#[derive(Debug, Deserialize)]
struct Scored {
    vessel_days: f64,
    kinds: Ordered<Counts>,
    sub: Ordered<Ordered<Counts>>,
    bars: Vec<Judged>,
}

/// Counts of a kind, or of a part of one, that add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Counts {
    truths: usize,
    alertable: usize,
    /// Of the alertable truths.
    hits: usize,
    /// Hits of all truths over all truths.
    overall: Option<Share>,
    /// Hits of all truths, once added up.
    #[serde(skip)]
    found: usize,
    alerts: usize,
    #[serde(rename = "false")]
    falses: usize,
    loose: usize,
    fragments: usize,
    hidden: usize,
}

#[derive(Debug, Deserialize)]
struct Judged {
    bar: String,
    value: Option<f64>,
    op: String,
    limit: f64,
}

/// A bar's values over fleets.
#[derive(Debug, Default)]
struct Values {
    values: Vec<f64>,
    limits: Vec<f64>,
    op: String,
}

/// Tables of several scores together, from their JSON; Markdown.
///
/// Counts are added up and shares taken of the sums (Wilson 95 %); a bar is the mean of its values over fleets, with its 95 %
/// interval by Student's t, against the mean of its limits.
///
/// # Errors
/// A file that cannot be read or is no score.
pub fn sum<P: AsRef<Path>>(results: &[P]) -> Result<String, ScoreError> {
    let scores: Vec<Scored> = results.iter().map(|path| read::json_file(path.as_ref())).collect::<Result<_, _>>()?;
    let mut kinds: Vec<(String, Counts)> = Vec::new();
    let mut parts: Vec<(String, Counts)> = Vec::new();
    let mut bars: Vec<(String, Values)> = Vec::new();
    for score in &scores {
        score.kinds.iter().for_each(|(kind, counts)| *entry(&mut kinds, kind) += *counts);
        for (table, rows) in score.sub.iter() {
            rows.iter().for_each(|(name, counts)| *entry(&mut parts, &format!("{table} = {name}")) += *counts);
        }
        for bar in &score.bars {
            let values = entry(&mut bars, &bar.bar);
            values.values.extend(bar.value);
            values.limits.push(bar.limit);
            values.op.clone_from(&bar.op);
        }
    }
    let vessel_days: f64 = scores.iter().map(|score| score.vessel_days).sum();
    let mut text = format!("{} fleets, {vessel_days:.0} vessel-days\n\n", scores.len());
    text += &kind_table(&kinds, vessel_days);
    text += &part_table(&parts);
    text += &bar_table(&bars);
    Ok(text)
}

/// The value of a name, in the order in which names first came.
fn entry<'a, T: Default>(all: &'a mut Vec<(String, T)>, name: &str) -> &'a mut T {
    let place = all.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        all.push((name.to_owned(), T::default()));
        all.len() - 1
    });
    &mut all[place].1
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Counts) {
        self.truths += more.truths;
        self.alertable += more.alertable;
        self.hits += more.hits;
        self.found += more.overall.map_or(more.hits, |share| (share.value * more.truths as f64).round() as usize);
        self.alerts += more.alerts;
        self.falses += more.falses;
        self.loose += more.loose;
        self.fragments += more.fragments;
        self.hidden += more.hidden;
    }
}

fn kind_table(kinds: &[(String, Counts)], vessel_days: f64) -> String {
    let mut table = "| kind | truths | alertable | hits | alerts | false | loose | fragments | hidden | precision | recall | F1 | false per 1,000 vessel-days |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n".to_owned();
    for (kind, c) in kinds {
        let (precision, recall) = (Share::of(c.found, c.found + c.falses), Share::of(c.hits, c.alertable));
        let f1 = Share::f_score(precision, recall, 1.0).map_or("-".to_owned(), |f1| format!("{:.3}", f1.value));
        let load = 1000.0 * c.falses as f64 / vessel_days.max(1e-9);
        let _ = writeln!(
            table,
            "| {kind} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {f1} | {load:.1} |",
            c.truths,
            c.alertable,
            c.hits,
            c.alerts,
            c.falses,
            c.loose,
            c.fragments,
            c.hidden,
            share(precision),
            share(recall)
        );
    }
    table
}

fn part_table(parts: &[(String, Counts)]) -> String {
    let mut table = "\n| part | truths | alertable | hits | recall |\n|---|---|---|---|---|\n".to_owned();
    for (name, c) in parts {
        let recall = share(Share::of(c.hits, c.alertable));
        let _ = writeln!(table, "| {name} | {} | {} | {} | {recall} |", c.truths, c.alertable, c.hits);
    }
    table
}

fn bar_table(bars: &[(String, Values)]) -> String {
    let mut table = "\n| bar | mean over fleets | limit | |\n|---|---|---|---|\n".to_owned();
    for (name, Values { values, limits, op }) in bars {
        let limit = mean(limits).unwrap_or(f64::NAN);
        let (value, word) = match mean(values) {
            None => ("-".to_owned(), "n/a"),
            Some(value) => {
                let half = half_width(values, value);
                let cleared = if op == ">=" { value >= limit } else { value <= limit };
                let spread = half.map_or(String::new(), |half| format!(" ± {}", three_digits(half)));
                (format!("{}{spread}", three_digits(value)), if cleared { "ok" } else { "MISS" })
            }
        };
        let _ = writeln!(table, "| {name} | {value} | {op} {} | {word} |", three_digits(limit));
    }
    table
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Half the width of the mean's 95 % interval; `None` of fewer than two.
fn half_width(values: &[f64], mean: f64) -> Option<f64> {
    let n = values.len();
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (n >= 2).then(|| t_quantile(n - 1) * (squares / (n - 1) as f64 / n as f64).sqrt())
}

fn share(share: Option<Share>) -> String {
    share.map_or("-".to_owned(), |s| format!("{:.3} [{:.2}, {:.2}]", s.value, s.low, s.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_bars_are_means() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, hits: usize, value: f64| {
            let path = dir.path().join(name);
            let text = format!(
                r#"{{"vessel_days":50.0,"kinds":{{"loitering":{{"truths":10,"alertable":10,"hits":{hits},"alerts":10,"false":1}}}},
                "sub":{{}},"bars":[{{"bar":"b","value":{value},"op":">=","limit":0.9,"note":"","status":"ok"}}]}}"#
            );
            std::fs::write(&path, text).unwrap();
            path
        };
        let text = sum(&[write("a", 9, 0.8), write("b", 10, 1.0)]).unwrap();
        assert!(text.contains("2 fleets, 100 vessel-days"), "{text}");
        assert!(text.contains("| loitering | 20 | 20 | 19 | 20 | 2 |") && text.contains("0.950"), "{text}");
        assert!(text.contains("| b | 0.9 ± 1.27 | >= 0.9 | ok |"), "{text}");
    }
}
