//! Scores alert lines against scripted truth.
//!
//! Alerts (the last revision of each id, not retracted; groups taken apart into pairs) are matched with true events
//! kind by kind:
//!
//! - **Equal subjects**: each of the one is one of the other, by number (any the vessel ever used); where one side has
//!   none, by place, within 500 m: the median over the alert's own track if there is one, else the alert's position.
//! - **IoU**, intersection over union: time in common over time spanned, the true onset free within its uncertainty.
//! - **One to one**: the assignment with the greatest sum of time in common. From IoU 0.5 on it is a **hit**. An instant
//!   (a crossing, a change of identity) hits within a minute.
//! - **Loose**: assigned, but no hit. **Fragment**: of a truth that another alert is assigned to. Neither is false.
//! - **Grey**: fits an innocent whose `why` says so, too short to call. **Quiet**: a caution of a fishing-like sub-kind,
//!   in no default queue. Neither counts. All other alerts are **false**, blamed on what they hit.
//! - **Hidden**: a missed truth that a suppressed alert covers. Suppressed alerts are no predictions.
//! - **Alertable**: what some default threshold can see, computed anew on the true tracks. Recall and F leave other
//!   truths out; a hit on one counts for precision.

mod bars;
mod due;
mod guess;
mod judge;
mod matching;
mod measure;
mod ordered;
mod print;
mod queue;
mod read;
mod report;
mod stats;
mod sum;
mod tracks;
mod truth;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub use bars::{Bar, Baseline, Side, Status};
pub use ordered::Ordered;
pub use print::{Style, print};
pub use queue::QueueLoad;
pub use read::{Priority, ScoreError};
pub use report::{
    BeforeAfter, Calibration, CalibrationBin, FalseRow, KindScore, Part, Recall, Report, Spread, SuppressedCount,
    TruthRow, WireLatency,
};
pub use stats::Share;
pub use sum::sum;

use due::Thresholds;
use guess::{Guess, guesses, read_alerts};
use judge::{Judgement, judge};
use matching::Matcher;
use read::{AlertLine, Zone};
use tracks::{DAY_S, Tracks};
use truth::{CORE, Event};

use crate::engine::vessel::Mmsi;

/// What is to be scored, against what.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The folder that holds `truth.jsonl`, `tracks.jsonl`, and if there are any `innocent.jsonl`, `zones.geojson` or
    /// `zones/*.geojson`, and `meta.json`; or its truth file.
    pub truth: PathBuf,
    /// Alert lines.
    pub alerts: PathBuf,
    /// The tracks of the run under judgement, to place subjects that only radar knows.
    pub tracks: Option<PathBuf>,
    /// An earlier report's JSON, to compare F1 with.
    pub baseline: Option<PathBuf>,
}

/// How to score.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Alerts below it are left out.
    pub min_priority: Priority,
    /// How late the feeds may be, s: part of the limit on the time to the wire.
    pub lateness_s: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { min_priority: Priority::Caution, lateness_s: 3.0 }
    }
}

/// A fleet's truth, read and prepared.
struct Fleet {
    tracks: Tracks,
    truth: Vec<Event>,
    innocent: Vec<Event>,
    zones: HashMap<String, Zone>,
    /// Numbers and the vessels that used them; a later claim takes a number over.
    numbers: Vec<(Mmsi, String)>,
}

/// Scores alerts against truth.
///
/// # Errors
/// A file that cannot be read, or a line in it that cannot be understood.
pub fn score(inputs: &Inputs, options: &Options) -> Result<Report, ScoreError> {
    let mut fleet = Fleet::read(&inputs.truth)?;
    let told_tracks = inputs.tracks.as_deref().map(Tracks::read).transpose()?.unwrap_or_default();
    let alerts = read_alerts(&inputs.alerts, options.min_priority)?;
    let baseline: Option<Baseline> = inputs.baseline.as_deref().map(read::json_file).transpose()?;

    fleet.set_due();
    let guesses = guesses(&alerts, fleet.tracks.stop);
    let owner = fleet.numbers.iter().map(|(mmsi, vessel)| (*mmsi, vessel.as_str())).collect();
    let matcher = Matcher { tracks: &fleet.tracks, told_tracks: &told_tracks, owner: &owner };
    let judge = |kind: &str| judge(kind, &guesses, &fleet.truth, &fleet.innocent, &matcher);
    let core = CORE.map(judge);
    let others: Vec<Judgement> = fleet.other_kinds().iter().map(|kind| judge(kind)).collect();
    let mut report = report(&fleet, &alerts, &guesses, &core, &others);
    report.bars = bars::bars(&report, options.lateness_s, baseline.as_ref());
    Ok(report)
}

/// All of a report but its bars, from what was judged of the core kinds and of others.
fn report(
    fleet: &Fleet,
    alerts: &[AlertLine],
    guesses: &[Guess],
    core: &[Judgement; CORE.len()],
    others: &[Judgement],
) -> Report {
    let vessel_days = fleet.tracks.vessel_days.max(1e-9);
    let days = ((fleet.tracks.stop - fleet.tracks.start) / DAY_S).max(1e-9);
    let thresholds = fleet.thresholds();
    let [transfers, _, darks] = core;
    let judged: Vec<&Judgement> = core.iter().chain(others).collect();
    let (missed, not_alertable): (Vec<_>, Vec<_>) = judged.iter().copied().map(measure::truth_rows).unzip();
    Report {
        vessel_days,
        span_h: days * 24.0,
        kinds: each(&judged, |of| measure::kind_score(of, &thresholds, vessel_days)),
        sub: measure::parts(transfers, darks),
        false_by_why: each(&judged, measure::false_by_why),
        suppressed: each(&judged, measure::suppressed_by_rule),
        unscored: measure::unscored(guesses, &judged),
        missed: missed.into_iter().flatten().collect(),
        falses: judged.iter().copied().flat_map(measure::false_rows).collect(),
        not_alertable: not_alertable.into_iter().flatten().collect(),
        dark_partner: measure::dark_partner(transfers),
        queue: queue::load(&measure::calls(alerts), days),
        queue_of_truth: queue::load(&measure::calls_of_truth(&fleet.truth, &fleet.zones), days),
        wire_latency_s: measure::wire_latency(alerts),
        calibration: measure::calibration(guesses, darks),
        dark_under_outage: measure::dark_under_outage(darks, &fleet.innocent),
        bars: Vec::new(),
    }
}

/// Something of each kind.
fn each<T>(judged: &[&Judgement], of: impl Fn(&Judgement) -> T) -> Ordered<T> {
    judged.iter().map(|judgement| (judgement.kind.clone(), of(judgement))).collect()
}

impl Fleet {
    /// Reads the folder of a truth, or that of its truth file.
    fn read(truth: &Path) -> Result<Self, ScoreError> {
        let folder = if truth.is_dir() { truth } else { truth.parent().unwrap_or(Path::new("")) };
        let truth_file = if truth.is_dir() { truth.join("truth.jsonl") } else { truth.to_owned() };
        let events = read::truth_lines(&truth_file)?;
        let innocents = read::innocent_lines(&folder.join("innocent.jsonl"))?;
        let ships = read::meta(&folder.join("meta.json"))?.vessel;
        let tracks = Tracks::read(&folder.join("tracks.jsonl"))?;
        let of_line = |line| {
            let mut event = Event::new(line, tracks.stop);
            let sends = |vessel: &str| ships.get(vessel).and_then(|ship| ship.dims).unwrap_or(true);
            event.dims = event.who().iter().all(|s| sends(&s.vessel.0));
            event
        };
        let truth: Vec<Event> = events.into_iter().map(of_line).collect();
        let innocent: Vec<Event> = innocents.into_iter().map(of_line).collect();
        let mut numbers: Vec<(Mmsi, String)> =
            ships.iter().filter_map(|(vessel, ship)| Some((ship.mmsi?, vessel.to_owned()))).collect();
        numbers.extend(truth.iter().chain(&innocent).flat_map(numbers_of));
        Ok(Fleet { tracks, truth, innocent, zones: read::zones(folder)?, numbers })
    }

    /// What the default thresholds see in it.
    fn thresholds(&self) -> Thresholds<'_> {
        Thresholds::new(&self.tracks, &self.zones, self.truth.iter().chain(&self.innocent))
    }

    /// Sets the instants at which true events reach their thresholds.
    fn set_due(&mut self) {
        let thresholds = self.thresholds();
        let due: Vec<Option<f64>> = self.truth.iter().map(|event| thresholds.due(event)).collect();
        for (event, due) in self.truth.iter_mut().zip(due) {
            event.due = due;
        }
    }

    /// The kinds to score beside the core ones: those that truth or innocents hold, by name.
    fn other_kinds(&self) -> Vec<String> {
        let held = self.truth.iter().chain(&self.innocent).map(|event| event.kind.clone());
        let mut others: Vec<String> = held.filter(|kind| !kind.is_empty() && !CORE.contains(&kind.as_str())).collect();
        others.sort_unstable();
        others.dedup();
        others
    }
}

/// The numbers that an event says its vessels use; a new number is the first one's.
fn numbers_of(event: &Event) -> Vec<(Mmsi, String)> {
    let own = event.who().iter().filter_map(|s| Some((s.mmsi?, s.vessel.0.clone())));
    let new = event.line.new_mmsi.zip(event.who().first()).map(|(mmsi, s)| (mmsi, s.vessel.0.clone()));
    own.chain(new).collect()
}
