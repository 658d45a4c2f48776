//! What a replay did, as the last line on standard error.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::edge::recording::Warning;
use crate::engine::core::Core;
use crate::engine::intake::Intake;

/// The summary line.
#[derive(Serialize)]
pub struct Summary {
    reports: u64,
    rejects: BTreeMap<&'static str, u64>,
    vessels: usize,
    tracks: u64,
    alerts: BTreeMap<&'static str, u64>,
    reports_per_s: f64,
    lines: u64,
    lines_per_s: f64,
    span_s: f64,
    from: Option<String>,
    to: Option<String>,
    duplicates: u64,
    late: u64,
    too_late: u64,
    ahead_of_time: u64,
    utc_second_suspect: usize,
    plots: u64,
    radar_scans: u64,
    simulated: u64,
    refused_for_room: u64,
    #[serde(skip)]
    warnings: Vec<Warning>,
}

impl Summary {
    /// What both halves of the engine counted over `lines` lines in `elapsed`.
    pub fn new(
        intake: &Intake,
        core: &Core,
        alerts: BTreeMap<&'static str, u64>,
        lines: u64,
        elapsed: Duration,
        warnings: Vec<Warning>,
    ) -> Self {
        let (stats, tally) = (core.stats(), intake.tally());
        let seconds = elapsed.as_secs_f64().max(1e-6);
        Summary {
            reports: tally.reports,
            rejects: tally.rejects().into_iter().map(|(reason, n)| (reason.name(), n)).collect(),
            vessels: tally.vessels(),
            tracks: core.tracks_made(),
            alerts,
            reports_per_s: (tally.reports as f64 / seconds).round(),
            lines,
            lines_per_s: (lines as f64 / seconds).round(),
            span_s: tally.span.map_or(0.0, |(from, to)| (to - from).seconds()),
            from: tally.span.map(|(from, _)| from.iso()),
            to: tally.span.map(|(_, to)| to.iso()),
            duplicates: stats.duplicates,
            late: stats.late,
            too_late: stats.too_late,
            ahead_of_time: stats.ahead,
            utc_second_suspect: tally.suspects(),
            plots: stats.plots,
            radar_scans: stats.scans,
            simulated: tally.simulated,
            refused_for_room: stats.refused,
            warnings,
        }
    }

    /// Prints the warnings, then the line.
    pub fn print(&self) {
        for warning in &self.warnings {
            eprintln!("picket: {warning}");
        }
        match serde_json::to_string(self) {
            Ok(line) => eprintln!("{line}"),
            Err(error) => eprintln!("picket: the summary cannot be written: {error}"),
        }
    }
}
