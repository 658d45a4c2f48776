//! Late data in the core: where AIS alone speaks, the recent past is kept and folded anew with what came late.
//!
//! What is kept is the state at some instant and every report since. A report that W has passed is put among them; a while
//! later all of them are run through the same rules, in the total order, as if none had been late. What that changes of the
//! alerts is told as revisions of the same ids. A radar ends it: nothing late may feed a tracker of plots.

use serde::{Deserialize, Serialize};

use super::alert::Alert;
use super::core::{Core, State};
use super::decode::report::Report;
use super::detect::Kind;
use super::limits::LateData;
use super::orders::silence_over;
use super::output::Output;
use super::reorder::ReorderBuffer;
use super::time::{EventTime, Span};
use super::watermark::Clocks;

/// Folding waits longer by its usual wait for each so many reports: what it costs stays in proportion to what comes.
const REPORTS_A_WAIT: usize = 1_000;

/// The past that can be folded anew.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Past {
    /// How all stood before the first of the reports.
    base: State,
    /// Every report since, in no order.
    reports: Vec<Report>,
    /// A state in the middle, with the number of reports before it.
    middle: Option<(Box<State>, usize)>,
    /// What was told since, by the number of its anomaly: the last revision of each.
    told: Vec<(u64, Alert)>,
    /// When what came late is folded in, by the arrival clock.
    due_at: Option<EventTime>,
    /// Something was late: the end folds once more.
    was_late: bool,
}

impl Past {
    /// From the beginning.
    pub fn begin(base: &State) -> Option<Box<Past>> {
        Some(Box::new(Past { base: base.without_edges(), ..Past::default() }))
    }

    /// When what came late is folded in; `None` if nothing waits.
    pub fn due_at(&self) -> Option<EventTime> {
        self.due_at
    }

    /// An alert was told.
    pub fn note_told(&mut self, number: u64, alert: &Alert) {
        if alert.anomaly.kind != Kind::FeedLost {
            match self.told.iter_mut().find(|(known, _)| *known == number) {
                Some((_, told)) => told.clone_from(alert),
                None => self.told.push((number, alert.clone())),
            }
        }
    }

    /// Whether a report can be put among the others.
    fn reaches(&self, at: EventTime) -> bool {
        at > self.base.now
    }

    /// Whether a report is a copy of the last one: it says nothing more, and nothing waits longer for it.
    fn ends_with(&self, report: &Report) -> bool {
        let name = |r: &Report| (r.observed_at, r.feed, r.station, r.digest, r.body.part());
        self.reports.last().is_some_and(|last| name(last) == name(report))
    }

    fn wait(&self, limits: &LateData) -> Span {
        let waits = 1 + self.reports.len() / REPORTS_A_WAIT;
        Span::from_seconds(limits.wait_s * waits as f64)
    }
}

impl State {
    /// A copy without what arrival makes: clocks and what waits for W.
    fn without_edges(&self) -> State {
        let State {
            timers, picture, targets, fusion, coverage, outages, detectors, book, duplicates, strangers, ..
        } = self;
        State {
            timers: timers.clone(),
            picture: picture.clone(),
            targets: targets.clone(),
            fusion: fusion.clone(),
            coverage: coverage.clone(),
            outages: outages.clone(),
            detectors: detectors.clone(),
            book: book.clone(),
            duplicates: duplicates.clone(),
            strangers: strangers.clone(),
            next_number: self.next_number,
            now: self.now,
            track_lines_set: self.track_lines_set,
            station_names: self.station_names.clone(),
            ..State::default()
        }
    }
}

/// A report is about to be handled in its order: it is kept, as far as there is room.
pub(super) fn note(core: &mut Core, report: &Report) {
    if core.rerun.is_some() || core.state.past.as_ref().is_some_and(|past| past.ends_with(report)) {
        return;
    }
    let limits = &core.config.limits.late_data;
    let crowded = core.state.picture.len() > limits.tracks as usize;
    if report.body.is_of_radar() || crowded || limits.reports == 0 {
        core.state.past = None;
    }
    let most = limits.reports as usize;
    let Some(past) = core.state.past.as_ref() else { return };
    if past.reports.len() >= most {
        move_base(core);
    } else if past.middle.is_none() && past.reports.len() >= most / 2 && past.due_at.is_none() {
        let middle = Box::new(core.state.without_edges());
        if let Some(past) = core.state.past.as_mut() {
            past.middle = Some((middle, past.reports.len()));
        }
    }
    if let Some(past) = core.state.past.as_mut() {
        past.reports.push(*report);
    }
}

/// There is no more room: the past begins in the middle, or here.
fn move_base(core: &mut Core) {
    fold_waiting(core);
    let here = core.state.without_edges();
    let Some(past) = core.state.past.as_mut() else { return };
    let (base, before) = match past.middle.take() {
        Some((middle, before)) => (*middle, before),
        None => (here, past.reports.len()),
    };
    past.base = base;
    past.reports.drain(..before.min(past.reports.len()));
    past.told.retain(|(_, alert)| alert.anomaly.end.is_none_or(|end| end > past.base.now));
}

/// Takes a report that W has passed, at A; whether the past holds its time.
pub(super) fn take(core: &mut Core, report: &Report) -> bool {
    let arrival = core.arrival();
    let limits = &core.config.limits.late_data;
    let Some(past) =
        core.state.past.as_mut().filter(|past| !report.body.is_of_radar() && past.reaches(report.observed_at))
    else {
        return false;
    };
    if past.reports.len() >= limits.reports as usize {
        return false;
    }
    if past.ends_with(report) {
        return true;
    }
    past.middle = None;
    past.was_late = true;
    past.reports.push(*report);
    let due_at = arrival + past.wait(limits);
    past.due_at.get_or_insert(due_at);
    true
}

/// Folds the past anew up to an instant, and tells what that changes.
pub(super) fn fold(core: &mut Core, until: EventTime) {
    let Some(mut past) = core.state.past.take() else { return };
    past.due_at = None;
    let mut reorder = ReorderBuffer::default();
    let waits = |report: &&Report| report.observed_at > until;
    if past.reports.iter().any(|report| waits(&report)) {
        past.due_at = Some(core.arrival() + past.wait(&core.config.limits.late_data));
    }
    past.reports.iter().filter(|report| !waits(report)).for_each(|report| _ = reorder.push(*report));
    let boundary = past.base.next_number;
    let mut begun = past.base.clone();
    (begun.reorder, begun.next_number) = (reorder, core.state.next_number);
    begun.station_names = core.state.station_names.clone();
    let live = std::mem::replace(&mut core.state, begun);
    core.rerun = Some(Vec::new());
    core.run_until(until);
    let found = core.rerun.take().unwrap_or_default();
    core.state.take_edges(live);
    let at = core.handled_until();
    let changed = core.state.book.reconcile(&mut past.told, found, boundary, at);
    let State { book, timers, .. } = &mut core.state;
    book.silenced().for_each(|(id, until)| timers.set(until, silence_over(id)));
    core.outputs.extend(changed.into_iter().map(|alert| Output::Alert(Box::new(alert))));
    core.state.past = Some(past);
}

/// Folds what waits at once.
pub(super) fn fold_waiting(core: &mut Core) {
    if core.state.past.as_ref().is_some_and(|past| past.due_at.is_some()) {
        let until = core.handled_until();
        fold(core, until);
    }
}

/// The last feed is over: the past is folded once more, up to the newest observation.
pub(super) fn finish(core: &mut Core) {
    if core.state.past.as_ref().is_some_and(|past| past.was_late) {
        core.settle();
        let newest = core.state.clocks.as_ref().map_or(EventTime::MIN, Clocks::newest);
        fold(core, newest);
    }
}

/// Other rules are in force: what came before is judged no more.
pub(super) fn restart(core: &mut Core) {
    if core.state.past.is_some() {
        core.state.past = Past::begin(&core.state);
    }
}

impl State {
    /// Takes what arrival made of another state, and what people did.
    fn take_edges(&mut self, live: State) {
        let feed_lost = live.detectors.feed_lost;
        (self.clocks, self.reorder, self.book, self.stats) = (live.clocks, live.reorder, live.book, live.stats);
        (self.station_names, self.detectors.feed_lost) = (live.station_names, feed_lost);
    }
}
