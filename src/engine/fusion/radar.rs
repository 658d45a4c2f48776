//! One radar: its turns, the plots of the sector it sweeps, what it measures wrongly and what it sees of nothing.

use serde::{Deserialize, Serialize};

use super::clutter::Clutter;
use super::registration::Registration;
use crate::engine::decode::report::{PlotReport, Report, ScanEvent, ScanReport, SourceId};
use crate::engine::earth::Position;
use crate::engine::input::{FeedId, Site};
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Bearing, Metres, wrap_360};

/// Plots are handled by sectors: so many a rotation.
const SECTORS: i64 = 8;
/// Time without any plot or mark counts as at most so many rotations.
const UNSEEN_TURNS: f64 = 1.5;
/// A turn of a radar whose settings tell none.
const USUAL_ROTATION: Span = Span::from_secs(3);
/// Rotations that can be: s.
const ROTATION_S: (f64, f64) = (0.5, 30.0);
/// A radar waits for at most this many plots of a sector; more are refused and counted.
const PLOTS_AT_MOST: usize = 20_000;

/// A plot that waits for the end of its sector.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// When the beam passed it.
    pub at: EventTime,
    /// Where, as the radar says.
    pub place: Position,
    /// Range, m, and true bearing, degrees, as the radar says; `None` without the antenna's place.
    pub polar: Option<(f64, f64)>,
    /// One standard deviation along the beam, m.
    pub along_m: f64,
    /// One standard deviation across it, m.
    pub across_m: f64,
    /// Journal number of its report.
    pub seq: u64,
    /// Digest of its report.
    pub digest: u64,
}

/// One radar.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Radar {
    /// Its feed and its name there.
    pub key: (FeedId, SourceId),
    pub(super) site: Option<Site>,
    rotation_s: f64,
    /// Length of a sector.
    sector: Span,
    marked_at: Option<EventTime>,
    /// Rotations swept while it told of anything.
    pub(super) turns: f64,
    active_at: Option<EventTime>,
    pub(super) slot_ends: Option<EventTime>,
    pub(super) plots: Vec<Plot>,
    pub(super) clutter: Clutter,
    /// Its bias.
    pub registration: Registration,
    pub(super) refused: u64,
}

impl Radar {
    pub(super) fn new(key: (FeedId, SourceId), site: Option<&Site>) -> Self {
        let rotation = site.map_or(USUAL_ROTATION, |site| site.rotation);
        Radar {
            key,
            site: site.copied(),
            rotation_s: rotation.seconds(),
            sector: Span::from_millis((rotation.millis() / SECTORS).max(1)),
            marked_at: None,
            turns: 0.0,
            active_at: None,
            slot_ends: None,
            plots: Vec::new(),
            clutter: Clutter::new(site.map_or(f64::MAX, |site| site.max_range_m)),
            registration: Registration::default(),
            refused: 0,
        }
    }

    /// Takes a plot, but for a copy of the one before; when the sector that it opens is over.
    pub(super) fn take(&mut self, report: &Report, plot: &PlotReport) -> Option<EventTime> {
        if self.plots.last().is_some_and(|last| (last.at, last.digest) == (report.observed_at, report.digest)) {
            return None;
        }
        if self.plots.len() >= PLOTS_AT_MOST {
            self.refused += 1;
            return None;
        }
        self.plots.push(Plot {
            at: report.observed_at,
            place: plot.position,
            polar: plot.range.zip(plot.azimuth).map(|(range, azimuth)| (range.0, azimuth.degrees())),
            along_m: f64::from(plot.range_sigma_m),
            across_m: f64::from(plot.cross_sigma_m),
            seq: report.seq,
            digest: report.digest,
        });
        self.open_slot(report.observed_at)
    }

    /// Takes a mark of the scan: it tells the time of a turn, and that the radar lives.
    pub(super) fn take_mark(&mut self, at: EventTime, scan: &ScanReport) -> Option<EventTime> {
        let mut turn_s = scan.rotation.map(Span::seconds);
        if matches!(scan.event, ScanEvent::North | ScanEvent::CycleStart) {
            turn_s = turn_s.or(self.marked_at.map(|before| (at - before).seconds()));
            self.marked_at = Some(at);
        }
        if let Some(turn_s) = turn_s.filter(|s| (ROTATION_S.0..=ROTATION_S.1).contains(s)) {
            let near = (turn_s - self.rotation_s).abs() < 0.4 * self.rotation_s;
            self.rotation_s += (turn_s - self.rotation_s) * if near { 0.2 } else { 0.5 };
        }
        self.open_slot(at)
    }

    /// The end of the sector that an instant lies in, if it is the first of it; sectors lie on a fixed grid of time.
    fn open_slot(&mut self, at: EventTime) -> Option<EventTime> {
        if self.slot_ends.is_some() {
            return None;
        }
        let before = EventTime::from_millis(at.millis() - 1).slot(self.sector);
        self.slot_ends = Some(EventTime::from_millis((before + 1) * self.sector.millis() + 1));
        self.slot_ends
    }

    /// A sector is over: counts the turns up to here; whether a whole one was completed.
    pub(super) fn count_turns(&mut self, until: EventTime) -> bool {
        self.slot_ends = None;
        let before = libm::floor(self.turns + 0.01);
        let since = self.active_at.map_or(0.0, |active| (until - active).seconds() / self.rotation_s);
        self.active_at = Some(until);
        self.turns += since.clamp(0.0, UNSEEN_TURNS);
        libm::floor(self.turns + 0.01) > before
    }

    /// The time of a turn.
    pub(super) fn turn(&self) -> Span {
        Span::from_seconds(self.rotation_s)
    }

    /// Where a plot is once the bias is taken off, with its range and bearing.
    pub(super) fn corrected(&self, plot: &Plot) -> (Position, f64, f64) {
        match (plot.polar, self.site) {
            (Some((range_m, bearing_deg)), Some(site)) => {
                let range_m = (range_m - self.registration.range_m()).max(0.0);
                let bearing = Bearing::from_degrees(bearing_deg - self.registration.bearing_deg());
                (site.position.at_near(bearing, Metres(range_m)), range_m, bearing.degrees())
            }
            (Some((range_m, bearing_deg)), None) => (plot.place, range_m, wrap_360(bearing_deg)),
            (None, _) => (plot.place, 0.0, 0.0),
        }
    }
}
