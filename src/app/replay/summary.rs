//! What a replay did, as the last line on standard error.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::edge::lines::quantise;
use crate::edge::recording::Warning;
use crate::engine::core::Core;
use crate::engine::decode::report::SourceId;
use crate::engine::fusion::Registration;
use crate::engine::input::FeedId;
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    registration: Vec<RadarBias>,
    #[serde(skip)]
    warnings: Vec<Warning>,
}

/// What a radar was found to measure wrongly, with standard deviations.
#[derive(Serialize)]
struct RadarBias {
    feed: String,
    sac: u8,
    sic: u8,
    range_bias_m: f64,
    range_sigma_m: f64,
    bearing_bias_deg: f64,
    bearing_sigma_deg: f64,
    /// Vessels that taught it in the last minute.
    vessels: usize,
}

/// The bias of every radar that sends plots.
fn biases(core: &Core) -> Vec<RadarBias> {
    let name = |feed: FeedId| core.config().feeds.get(usize::from(feed.0)).map_or("", |feed| &feed.name).to_owned();
    let bias = |(feed, source, registration): (FeedId, SourceId, &Registration)| {
        let (range_sigma_m, bearing_sigma_deg) = registration.sigmas();
        RadarBias {
            feed: name(feed),
            sac: source.sac,
            sic: source.sic,
            range_bias_m: quantise(registration.range_m(), 1),
            range_sigma_m: quantise(range_sigma_m, 1),
            bearing_bias_deg: quantise(registration.bearing_deg(), 3),
            bearing_sigma_deg: quantise(bearing_sigma_deg, 3),
            vessels: registration.contributors(),
        }
    };
    core.biases().map(bias).collect()
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
            registration: biases(core),
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
