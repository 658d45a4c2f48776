//! The core: from the reorder buffer on, one thread; observations and timers in event time become alerts.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::ais::{self, TENTATIVE_FOR};
use super::alert::Alert;
use super::alert::book::AlertBook;
use super::alignment::Alignments;
use super::coverage::Coverage;
use super::decode::report::{Body, Report, SourceId, StationId};
use super::detect::feed_lost::Voice;
use super::detect::{Detector, Detectors, Effects, Finding, View};
use super::duplicates::Duplicates;
use super::fusion::{Fusion, Registration};
use super::input::{Feed, FeedId};
use super::intake::{StepRef, Steps};
use super::late::{self, Past};
use super::limits::Limits;
use super::map::Map;
use super::orders;
use super::outage::Outages;
use super::output::Output;
use super::picture::Picture;
use super::plots;
use super::radar;
use super::reception;
use super::reorder::ReorderBuffer;
use super::strangers::Strangers;
use super::time::{EventTime, Span};
use super::timers::{TimerReason, Timers};
use super::track::target::Targets;
use super::track::{Fix, Track, TrackIx, history};
use super::track_lines;
use super::watermark::{Clocks, Timeliness};
use super::zone::ZoneSet;

/// A vessel is forgotten after this silence.
pub(super) const FORGET_AFTER: Span = Span::from_hours(24);

/// What the engine is told before the first input; not part of a snapshot.
#[derive(Clone, Debug)]
pub struct Config {
    /// Feeds, sorted by name.
    pub feeds: Vec<Feed>,
    /// Thresholds.
    pub limits: Limits,
    /// Zones.
    pub zones: ZoneSet,
    /// Hash of thresholds, overrides and zones.
    pub settings_hash: String,
    /// Emit track lines at multiples of this.
    pub tracks_every: Option<Span>,
    /// Put out each track's fixes for keeping, at most one in this.
    pub fixes_every: Option<Span>,
}

/// What was counted on the way, of a feed or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Copies of an observation, from another station or sent twice.
    pub duplicates: u64,
    /// Observations that came after W had passed them.
    pub late: u64,
    /// Observations more than 24 h late.
    pub too_late: u64,
    /// Observations ahead of what can be.
    pub ahead: u64,
    /// Radar plots.
    pub plots: u64,
    /// Service messages of radars, which prove that they live.
    pub scans: u64,
    /// What was refused because a table was full: waiting observations, tracks, radar targets; not told of a feed alone.
    pub refused: u64,
}

/// Everything that changes: what a snapshot holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) clocks: Option<Clocks>,
    pub(super) reorder: ReorderBuffer,
    pub(super) timers: Timers,
    pub(super) picture: Picture,
    pub(super) targets: Targets,
    pub(super) fusion: Fusion,
    pub(super) alignments: Alignments,
    pub(super) coverage: Coverage,
    pub(super) outages: Outages,
    pub(super) detectors: Detectors,
    pub(super) book: AlertBook,
    pub(super) duplicates: Duplicates,
    pub(super) strangers: Strangers,
    pub(super) next_number: u64,
    pub(super) now: EventTime,
    pub(super) track_lines_set: bool,
    pub(super) station_names: Map<StationId, String>,
    pub(super) stats: Vec<Stats>,
    /// What late data may still change; `None` where nothing may.
    pub(super) past: Option<Box<Past>>,
}

/// The core with its configuration.
#[derive(Clone, Debug)]
pub struct Core {
    pub(super) config: Config,
    pub(super) state: State,
    pub(super) outputs: VecDeque<Output>,
    /// What is still to be handled: [`Core::poll_output`] does it, one after the other, so that an output leaves before what comes
    /// behind it is handled.
    due: Option<Due>,
    /// What is found while the past is folded anew, with the numbers of the anomalies: it is not told as it is found.
    pub(super) rerun: Option<Vec<(u64, Alert)>>,
}

/// What waits and may be handled.
#[derive(Clone, Copy, Debug)]
struct Due {
    /// Timers up to here, observations before.
    watermark: EventTime,
    /// Nothing follows: all observations, with the timers they pass.
    flush: bool,
}

impl Core {
    /// A core before any input.
    pub fn new(config: Config) -> Self {
        let clocks = Some(Clocks::new(&config.feeds));
        let mut state =
            State { clocks, book: AlertBook::new(&config.settings_hash), now: EventTime::MIN, ..State::default() };
        state.past = Past::begin(&state);
        Core { config, state, outputs: VecDeque::new(), due: None, rerun: None }
    }

    pub(super) fn with_state(config: Config, state: State) -> Self {
        Core { config, state, outputs: VecDeque::new(), due: None, rerun: None }
    }

    /// Takes steps in order. What the last one lets through is handled while outputs are polled: poll until there are none.
    pub fn take(&mut self, steps: &Steps) {
        for step in steps.iter() {
            self.settle();
            match step {
                StepRef::Frame { feed, received_at, reports } => self.take_frame(feed, received_at, reports),
                StepRef::Held { at, reports } => self.take_held(at, reports),
                StepRef::Tick { received_at } => self.take_tick(received_at),
                StepRef::FeedEnded { feed, reports } => {
                    reports.iter().for_each(|report| self.take_report(report));
                    self.end_feed(feed);
                }
                StepRef::Station { station, name } => self.state.name_station(station, name),
                StepRef::Gap => self.state.detectors.feed_lost.was_deaf(),
                StepRef::Command { received_at, command } => orders::take_command(self, received_at, command),
                StepRef::Rules { received_at, rules } => orders::take_rules(self, received_at, rules),
            }
        }
    }

    /// Takes reports that had waited for their time, at the instant their patience ended.
    fn take_held(&mut self, at: EventTime, reports: &[Report]) {
        self.advance(at);
        reports.iter().for_each(|report| self.take_report(report));
        self.advance(at);
        self.owe();
    }

    /// Takes the reports of one frame (none, if it was refused): moves both clocks and handles what W has passed.
    pub fn take_frame(&mut self, feed: FeedId, received_at: EventTime, reports: &[Report]) {
        self.settle();
        self.advance(received_at);
        if let Some(clocks) = self.state.clocks.as_mut() {
            clocks.frame(feed);
        }
        reception::hear(self, feed, reports);
        for report in reports {
            self.take_report(report);
        }
        self.advance(received_at);
        self.owe();
    }

    /// Time went on.
    pub fn take_tick(&mut self, received_at: EventTime) {
        self.settle();
        self.advance(received_at);
        self.owe();
    }

    /// Event time up to which everything has been handled: W, once observations have come.
    pub(super) fn handled_until(&self) -> EventTime {
        self.state.clocks.as_ref().map_or(EventTime::MIN, Clocks::watermark).max(self.state.now)
    }

    /// A feed is over; with the last one everything that waits is handled.
    pub fn end_feed(&mut self, feed: FeedId) {
        self.settle();
        reception::end(self, feed);
        let Some(clocks) = self.state.clocks.as_mut() else { return };
        let last = clocks.feed_ended(feed);
        if last {
            clocks.flush();
        }
        self.due = Some(Due { watermark: self.watermark(), flush: last });
        if last {
            late::finish(self);
        }
    }

    /// Handles what is there up to an instant, with the timers until then.
    pub(super) fn run_until(&mut self, until: EventTime) {
        let due = Due { watermark: until, flush: true };
        while self.handle_next(due) {}
    }

    /// The next output, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        while self.outputs.is_empty() {
            let due = self.due?;
            if !self.handle_next(due) {
                self.due = None;
            }
        }
        self.outputs.pop_front()
    }

    /// The next deadline in event time.
    pub fn poll_timeout(&self) -> Option<(EventTime, TimerReason)> {
        self.state.timers.next()
    }

    /// What was counted.
    pub fn stats(&self) -> Stats {
        let state = &self.state;
        let refused =
            state.reorder.refused() + state.picture.refused() + state.targets.refused() + state.fusion.refused();
        let sum = |all: Stats, of: &Stats| Stats {
            duplicates: all.duplicates + of.duplicates,
            late: all.late + of.late,
            too_late: all.too_late + of.too_late,
            ahead: all.ahead + of.ahead,
            plots: all.plots + of.plots,
            scans: all.scans + of.scans,
            refused: all.refused,
        };
        state.stats.iter().fold(Stats { refused, ..Stats::default() }, sum)
    }

    /// What was counted of a feed.
    pub fn stats_of(&self, feed: FeedId) -> Stats {
        self.state.stats.get(usize::from(feed.0)).copied().unwrap_or_default()
    }

    /// Tracks ever made.
    pub fn tracks_made(&self) -> u64 {
        self.state.picture.made()
    }

    /// What it was told before the first input, or by the last change of rules.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The watermark: everything before it has been handled.
    pub fn watermark(&self) -> EventTime {
        self.state.clocks.as_ref().map_or(EventTime::MIN, Clocks::watermark)
    }

    /// The current picture.
    pub fn picture(&self) -> &Picture {
        &self.state.picture
    }

    /// Radars and the tracks made of their plots.
    pub fn fusion(&self) -> &Fusion {
        &self.state.fusion
    }

    /// What each radar with a fixed site was found to measure wrongly, those of plots first.
    pub fn biases(&self) -> impl Iterator<Item = (FeedId, SourceId, &Registration)> {
        self.state.fusion.radars().chain(self.state.alignments.iter())
    }

    /// What a rule may look at, as it stands.
    pub fn view(&self) -> View<'_> {
        let Config { feeds, limits, zones, .. } = &self.config;
        let State { now, picture, targets, coverage, outages, station_names: stations, .. } = &self.state;
        View { now: *now, feeds, stations, picture, targets, coverage, outages, zones, limits }
    }

    /// Event time as far as it has been handled.
    pub fn now(&self) -> EventTime {
        self.state.now
    }

    /// A copy of an observation was passed over.
    pub(super) fn count_duplicate(&mut self, feed: FeedId) {
        self.state.stats_mut(feed).duplicates += 1;
    }

    /// Since when a feed or station is lost; `None` if it is not.
    pub fn lost_since(&self, voice: Voice) -> Option<EventTime> {
        let by_words = self.state.detectors.feed_lost.lost_since(voice);
        by_words.or_else(|| self.state.outages.out_since((voice.feed, voice.station?)))
    }

    /// The arrival clock: the newest `received_at`.
    pub(super) fn arrival(&self) -> EventTime {
        self.state.clocks.as_ref().map_or(EventTime::MIN, Clocks::arrival)
    }

    fn advance(&mut self, received_at: EventTime) {
        reception::advance(self, received_at);
    }

    fn take_report(&mut self, report: &Report) {
        let Some(clocks) = self.state.clocks.as_mut() else { return };
        match clocks.judge(report.feed, report.received_at, report.observed_at) {
            Timeliness::InTime => {
                self.state.reorder.push(*report);
            }
            Timeliness::Late => {
                self.state.stats_mut(report.feed).late += 1;
                self.owe();
                self.settle();
                if !late::take(self, report) {
                    ais::take_late(self, report);
                }
            }
            Timeliness::TooLate => self.state.stats_mut(report.feed).too_late += 1,
            Timeliness::Ahead => self.state.stats_mut(report.feed).ahead += 1,
        }
    }

    /// What W lets through is due.
    pub(super) fn owe(&mut self) {
        self.due = Some(Due { watermark: self.watermark(), flush: false });
    }

    /// Handles what is due at once.
    pub(super) fn settle(&mut self) {
        if let Some(due) = self.due.take() {
            while self.handle_next(due) {}
        }
    }

    /// Handles the next timer or observation that is due; whether there was one.
    fn handle_next(&mut self, due: Due) -> bool {
        let observation = self.state.reorder.next_at().filter(|&at| at < due.watermark || due.flush);
        if let Some((deadline, reason)) = self.state.timers.pop_due(observation.unwrap_or(due.watermark)) {
            self.state.now = deadline.max(self.state.now);
            self.fire(reason);
            return true;
        }
        let Some(report) = observation.and_then(|_| self.state.reorder.pop()) else { return false };
        late::note(self, &report);
        self.state.now = report.observed_at;
        self.handle(&report);
        true
    }

    fn handle(&mut self, report: &Report) {
        track_lines::start(self, report.observed_at);
        match &report.body {
            Body::Target(target) => radar::take_target(self, report, target),
            Body::Plot(plot) => {
                self.state.stats_mut(report.feed).plots += 1;
                plots::take_plot(self, report, plot);
            }
            Body::Scan(scan) => {
                self.state.stats_mut(report.feed).scans += 1;
                plots::take_scan(self, report, scan);
            }
            Body::Position(_) | Body::Static(_) | Body::Heard { .. } => ais::take(self, report),
        }
    }

    /// Gives a track a fix and keeps index and zones true.
    pub(super) fn move_track(&mut self, ix: TrackIx, fix: Fix, also: impl FnOnce(&mut Track)) {
        let zones = &self.config.zones;
        let common = &self.config.limits.common;
        self.state.picture.relocate(ix, |track| {
            let limit = track.observed_limit(common.observed_intervals, common.observed_max_s);
            let observed = fix.at - track.last.at <= limit;
            also(track);
            track.take_fix(fix, observed);
            let new_minute = fix.at.slot(history::SLOT) != track.previous_at.slot(history::SLOT);
            if track.fixes == 1 || new_minute {
                track.zones = zones.at(fix.position);
            }
        });
        self.keep_fix(ix, fix);
    }

    /// Puts a fix out for keeping, if the last one of its track is old enough.
    fn keep_fix(&mut self, ix: TrackIx, fix: Fix) {
        let Some(every) = self.config.fixes_every else { return };
        let quiet = self.rerun.is_some();
        if let Some(track) = self.state.picture.get_mut(ix).filter(|track| fix.at - track.kept_at >= every) {
            track.kept_at = fix.at;
            if quiet {
                return;
            }
            self.outputs.push_back(Output::Fix(track.id, fix));
        }
    }

    fn fire(&mut self, reason: TimerReason) {
        match reason {
            TimerReason::SectorEnd { radar } => plots::end_sector(self, radar),
            TimerReason::TargetSilence { target } => radar::check_silence(self, target),
            TimerReason::Forget { track } => self.forget_if_due(track),
            TimerReason::TrackLines => track_lines::write(self),
            TimerReason::SilenceOver { alert } => orders::end_silence(self, alert),
            TimerReason::Stations => reception::look(self),
            TimerReason::Silence { .. }
            | TimerReason::Loiter { .. }
            | TimerReason::Zone { .. }
            | TimerReason::Pair { .. }
            | TimerReason::Twins { .. } => {
                self.each_detector(|detector, view, effects| detector.on_timer(view, reason, effects));
            }
        }
    }

    fn forget_if_due(&mut self, ix: TrackIx) {
        let Some(track) = self.state.picture.get(ix) else { return };
        let seen = track.heard_at.map_or(track.last.at, |heard| heard.max(track.last.at));
        let keep_until = match (track.echo, track.confirmed) {
            (_, false) => track.last.at + TENTATIVE_FOR,
            (None, true) if track.mmsi.is_none() => track.hold_until,
            _ => seen + FORGET_AFTER,
        };
        if keep_until > self.state.now {
            self.state.timers.set(keep_until, TimerReason::Forget { track: ix });
        } else {
            self.remove_track(ix);
        }
    }

    /// Takes a track out, after every detector has let go of it.
    pub(super) fn remove_track(&mut self, ix: TrackIx) {
        self.each_detector(|detector, view, effects| detector.on_gone(view, ix, effects));
        self.state.fusion.forget_vessel(ix);
        self.state.picture.remove(ix);
    }

    /// Lets every detector look at the world as it stands, and writes down what they find.
    pub(super) fn each_detector(&mut self, mut ask: impl FnMut(&mut dyn Detector, &View<'_>, &mut Effects<'_>)) {
        self.with_detectors(self.state.now, |detectors, view, effects| {
            detectors.each().into_iter().for_each(|detector| ask(detector, view, effects));
        });
    }

    /// The same for all detectors together, at an instant of the clock that they go by.
    pub(super) fn with_detectors(
        &mut self,
        now: EventTime,
        ask: impl FnOnce(&mut Detectors, &View<'_>, &mut Effects<'_>),
    ) {
        let mut findings: Vec<Finding> = Vec::new();
        let mut holds: Vec<(TrackIx, EventTime)> = Vec::new();
        let mut renames: Vec<(TrackIx, TrackIx)> = Vec::new();
        let Config { feeds, limits, zones, .. } = &self.config;
        let State {
            picture,
            targets,
            coverage,
            outages,
            timers,
            detectors,
            book,
            next_number,
            station_names,
            past,
            ..
        } = &mut self.state;
        let view = View { now, feeds, stations: station_names, picture, targets, coverage, outages, zones, limits };
        ask(
            detectors,
            &view,
            &mut Effects { timers, findings: &mut findings, next_number, holds: &mut holds, renames: &mut renames },
        );
        for finding in findings {
            let number = finding.number;
            let alert = book.write(finding, &view);
            if let Some(found) = self.rerun.as_mut() {
                found.push((number, alert));
                continue;
            }
            if let Some(until) = alert.handling.silenced_until.filter(|_| alert.revision == 1) {
                timers.set(until, orders::silence_over(&alert.id));
            }
            if let Some(past) = past.as_mut() {
                past.note_told(number, &alert);
            }
            self.outputs.push_back(Output::Alert(Box::new(alert)));
        }
        for (ix, until) in holds {
            if let Some(track) = self.state.picture.get_mut(ix) {
                track.hold_until = until;
                self.state.timers.set(until, TimerReason::Forget { track: ix });
            }
        }
        ais::rename(self, &renames);
    }
}
