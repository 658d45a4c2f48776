//! A report for people: tables in aligned columns or in Markdown.

use std::fmt::Write as _;

use serde::Serialize;

use super::bars::Bar;
use super::ordered::Ordered;
use super::queue::QueueLoad;
use super::report::{Calibration, Report};
use super::stats::Share;

/// How tables are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Columns padded with blanks, the first to the left, the others to the right.
    Aligned,
    /// Markdown tables of the same alignment.
    Markdown,
}

/// The report as text; with `list`, each missed truth, truth that is not alertable and false alert too.
pub fn print(report: &Report, style: Style, list: bool) -> String {
    let mut text = format!("{:.1} vessel-days over {:.1} h\n\n", report.vessel_days, report.span_h);
    for table in [
        kinds(report),
        quality(report),
        load(report),
        parts(report),
        falses(report),
        suppressed(report),
        queues(report),
    ] {
        text += &table.draw(style);
    }
    if let Some(calibration) = &report.calibration {
        let _ = write!(text, "dark confidence: Brier {:.3} of {}\n{}", calibration.brier, calibration.n, gap(style));
        text += &bins(calibration).draw(style);
    }
    if !report.unscored.is_empty() {
        let kinds: Vec<String> = report.unscored.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        let _ = write!(text, "not scored (no truth of the kind): {} \n\n", kinds.join(", "));
    }
    if list {
        for (what, rows) in [("missed", &report.missed), ("not_alertable", &report.not_alertable)] {
            rows.iter().for_each(|row| text += &listed(what, row));
        }
        report.falses.iter().for_each(|row| text += &listed("false", row));
        text.push('\n');
    }
    text + &bars(&report.bars).draw(style)
}

/// Between a line of text and a table: Markdown wants a blank line.
fn gap(style: Style) -> &'static str {
    if style == Style::Markdown { "\n" } else { "" }
}

/// A line of the list: what it is, and the row as JSON.
fn listed(what: &str, row: &impl Serialize) -> String {
    format!("{what} {}\n", serde_json::to_string(row).unwrap_or_default())
}

fn kinds(report: &Report) -> Table {
    let mut table = Table::new(&[
        "kind",
        "truths",
        "alertable",
        "hits",
        "alerts",
        "false",
        "caution",
        "grey",
        "quiet",
        "loose",
        "fragments",
        "hidden",
        "precision",
        "recall",
        "F1",
        "F0.5",
        "overall recall",
    ]);
    for (kind, r) in report.kinds.iter() {
        let found = [r.recall.truths, r.recall.alertable, r.recall.hits, r.alerts, r.falses, r.false_caution];
        let rest = [r.grey, r.quiet, r.loose, r.fragments, r.hidden];
        let shares = [r.precision, r.recall.recall, r.f1, r.f05, r.recall.overall];
        table.row(kind).counts(&found).counts(&rest).shares(&shares);
    }
    table
}

fn quality(report: &Report) -> Table {
    let mut table = Table::new(&[
        "kind",
        "IoU median",
        "recall@0.25",
        "recall@0.5",
        "recall@0.9",
        "onset err s",
        "end err s",
        "alerts/truth",
        "latency p50",
        "p99",
        "from true threshold p50",
        "p99",
    ]);
    for (kind, r) in report.kinds.iter() {
        let recalls: Vec<Option<Share>> = r.recall_at_iou.iter().map(|(_, share)| *share).collect();
        let (late, true_late) = (r.latency_s, r.latency_true_threshold_s);
        let rest =
            [r.onset_error_s, r.end_error_s, r.alerts_per_truth, late.p50, late.p99, true_late.p50, true_late.p99];
        table.row(kind).numbers(&[r.iou_median]).shares(&recalls).numbers(&rest);
    }
    table
}

fn load(report: &Report) -> Table {
    let mut table =
        Table::new(&["per 1,000 vessel-days", "alerts before", "after suppression", "false before", "after"]);
    for (kind, r) in report.kinds.iter() {
        let (all, falses) = (r.alerts_per_1000vd, r.false_per_1000vd);
        table.row(kind).numbers(&[all.before, all.after, falses.before, falses.after].map(Some));
    }
    table
}

fn parts(report: &Report) -> Table {
    let mut table = Table::new(&["part", "truths", "alertable", "hits", "recall", "precision"]);
    for (way, parts) in report.sub.iter() {
        for (name, part) in parts.iter() {
            let found = &part.recall;
            let row = table.row(&format!("{way} = {name}"));
            row.counts(&[found.truths, found.alertable, found.hits]).shares(&[found.recall, part.precision.flatten()]);
        }
    }
    table
}

fn falses(report: &Report) -> Table {
    let mut table = Table::new(&["false alerts hit", "n", "per 1,000 vessel-days"]);
    for (kind, whys) in report.false_by_why.iter() {
        for (why, &n) in whys.iter() {
            let rate = 1000.0 * n as f64 / report.vessel_days;
            table.row(&format!("{kind}: {why}")).counts(&[n]).numbers(&[Some(rate)]);
        }
    }
    table
}

fn suppressed(report: &Report) -> Table {
    let mut table = Table::new(&["suppressed by rule", "alerts", "over a truth"]);
    for (kind, rules) in report.suppressed.iter() {
        for (rule, count) in rules.iter() {
            table.row(&format!("{kind}: {rule}")).counts(&[count.alerts, count.over_truth]);
        }
    }
    table
}

fn queues(report: &Report) -> Table {
    let mut table =
        Table::new(&["queue of squadron", "alerts", "a 24 h", "entries", "max in 10 min", "mean in 10 min"]);
    let mut add = |prefix: &str, queue: &Ordered<QueueLoad>| {
        for (squadron, q) in queue.iter() {
            let row = table.row(&format!("{prefix}{squadron}"));
            let row = row.counts(&[q.alerts]).numbers(&[Some(q.per_24h)]);
            row.counts(&[q.entries, q.per_10min_max]).numbers(&[Some(q.per_10min_mean)]);
        }
    };
    add("", &report.queue);
    add("truth alone: ", &report.queue_of_truth);
    table
}

fn bins(calibration: &Calibration) -> Table {
    let mut table = Table::new(&["from", "n", "said", "was"]);
    for bin in &calibration.bins {
        table.row(&three_digits(bin.from)).counts(&[bin.n]).numbers(&[Some(bin.said), Some(bin.was)]);
    }
    table
}

fn bars(bars: &[Bar]) -> Table {
    let mut table = Table::new(&["bar", "value", "", "limit", "", "note"]);
    for bar in bars {
        let row = table.row(&bar.name).numbers(&[bar.value]).text(bar.side.sign());
        row.numbers(&[Some(bar.limit)]).text(bar.status.word()).text(&bar.note);
    }
    table
}

/// Cells in rows below a head.
struct Table {
    head: Vec<String>,
    rows: Vec<Row>,
}

/// The cells of a row.
struct Row(Vec<String>);

impl Row {
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.push(text.to_owned());
        self
    }

    fn counts(&mut self, counts: &[usize]) -> &mut Self {
        self.0.extend(counts.iter().map(usize::to_string));
        self
    }

    fn numbers(&mut self, numbers: &[Option<f64>]) -> &mut Self {
        self.0.extend(numbers.iter().map(|x| x.map_or("-".to_owned(), number)));
        self
    }

    fn shares(&mut self, shares: &[Option<Share>]) -> &mut Self {
        let text = |s: Share| format!("{:.3} [{:.2},{:.2}]", s.value, s.low, s.high);
        self.0.extend(shares.iter().map(|share| share.map_or("-".to_owned(), text)));
        self
    }
}

impl Table {
    fn new(head: &[&str]) -> Self {
        Table { head: head.iter().map(|&cell| cell.to_owned()).collect(), rows: Vec::new() }
    }

    /// Begins a row with its name.
    fn row(&mut self, name: &str) -> &mut Row {
        self.rows.push(Row(vec![name.to_owned()]));
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// The table as text, a blank line after it.
    fn draw(&self, style: Style) -> String {
        let lines: Vec<&Vec<String>> = std::iter::once(&self.head).chain(self.rows.iter().map(|row| &row.0)).collect();
        let width =
            |i: usize| lines.iter().filter_map(|line| line.get(i)).map(|c| c.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut text = String::new();
        for (n, line) in lines.iter().enumerate() {
            let cells = line.iter().zip(&widths).enumerate().map(|(i, (cell, &width))| match i {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            let cells: Vec<String> = cells.collect();
            match style {
                Style::Aligned => text += &(cells.join("  ") + "\n"),
                Style::Markdown => text += &format!("| {} |\n", cells.join(" | ")),
            }
            if n == 0 && style == Style::Markdown {
                text += &rule(&widths);
            }
        }
        text + "\n"
    }
}

/// The line below a Markdown table's head.
fn rule(widths: &[usize]) -> String {
    let dash = |(i, width): (usize, &usize)| match i {
        0 => "-".repeat(width + 2),
        _ => "-".repeat(width + 1) + ":",
    };
    format!("|{}|\n", widths.iter().enumerate().map(dash).collect::<Vec<_>>().join("|"))
}

/// A number in three digits below 100, whole above.
fn number(x: f64) -> String {
    if x.abs() < 100.0 { three_digits(x) } else { format!("{x:.0}") }
}

/// A number in three significant digits, without trailing zeros.
pub(super) fn three_digits(x: f64) -> String {
    let scientific = format!("{x:.2e}");
    let Some((mantissa, exponent)) = scientific.split_once('e').and_then(|(m, e)| Some((m, e.parse::<i32>().ok()?)))
    else {
        return scientific; // no number
    };
    if (-4..3).contains(&exponent) {
        let decimals = usize::try_from(2 - exponent).unwrap_or(0);
        return trimmed(&format!("{x:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs())
}

/// A decimal without trailing zeros.
fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits() {
        for (x, text) in [
            (0.0, "0"),
            (0.98, "0.98"),
            (1.0, "1"),
            (12.345, "12.3"),
            (99.96, "100"),
            (0.000_123_4, "0.000123"),
            (0.000_012_34, "1.23e-05"),
            (-20.0, "-20"),
            (123_456.0, "1.23e+05"),
        ] {
            assert_eq!(three_digits(x), text, "{x}");
        }
        assert_eq!((number(99.96), number(204.4), number(-1234.0)), ("100".into(), "204".into(), "-1234".into()));
    }

    #[test]
    fn tables_in_both_styles() {
        let mut table = Table::new(&["kind", "n", "recall"]);
        table.row("loitering").counts(&[3]).shares(&[None]);
        table.row("x").counts(&[12]).shares(&[Some(Share { value: 0.5, low: 0.25, high: 1.0 })]);
        assert_eq!(
            table.draw(Style::Aligned),
            "kind        n             recall\nloitering   3                  -\nx          12  0.500 [0.25,1.00]\n\n"
        );
        assert_eq!(
            table.draw(Style::Markdown),
            "| kind      |  n |            recall |\n|-----------|---:|------------------:|\n\
             | loitering |  3 |                 - |\n| x         | 12 | 0.500 [0.25,1.00] |\n\n"
        );
    }
}
