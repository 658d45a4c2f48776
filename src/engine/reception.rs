//! Reception in the core: the arrival clock goes on, feeds and stations speak, fall silent and end.

use super::core::{Core, State, Stats};
use super::decode::report::{Report, StationId};
use super::detect::feed_lost::{FeedLostDetector, Voice};
use super::detect::{Effects, View};
use super::input::FeedId;
use super::late;
use super::outage;
use super::rules::RulesChange;
use super::time::EventTime;
use super::timers::TimerReason;

/// A moves on to `at`. What is lost on the way is told at its instant, after all that W has passed by then, so that it makes
/// no difference in how many steps A came here.
pub(super) fn advance(core: &mut Core, at: EventTime) {
    core.state.detectors.feed_lost.listen(at);
    while let Some(next) = next_event(core, at) {
        let (Event::Loss(then) | Event::Fold(then)) = next;
        if let Some(clocks) = core.state.clocks.as_mut() {
            clocks.advance(then);
        }
        core.owe();
        core.settle();
        match next {
            Event::Loss(lost_at) => ask(core, lost_at, |detector, view, effects| detector.lose(view, effects)),
            Event::Fold(_) => late::fold(core, core.handled_until()),
        }
    }
    if let Some(clocks) = core.state.clocks.as_mut() {
        clocks.advance(at);
    }
}

/// What happens by the arrival clock.
#[derive(Clone, Copy)]
enum Event {
    /// Something is lost.
    Loss(EventTime),
    /// What came late is folded in.
    Fold(EventTime),
}

/// The first thing to happen up to `at`.
fn next_event(core: &mut Core, at: EventTime) -> Option<Event> {
    let fold_at = core.state.past.as_ref().and_then(|past| past.due_at()).filter(|&fold_at| fold_at <= at);
    match (next_loss(core, at), fold_at) {
        (Some(lost_at), Some(fold_at)) if fold_at < lost_at => Some(Event::Fold(fold_at)),
        (Some(lost_at), _) => Some(Event::Loss(lost_at)),
        (None, fold_at) => fold_at.map(Event::Fold),
    }
}

fn next_loss(core: &mut Core, at: EventTime) -> Option<EventTime> {
    let Core { config, state, .. } = core;
    state.detectors.feed_lost.next_loss(at, &config.feeds, &config.limits.feed_lost)
}

/// A frame of a feed has arrived at A, and these stations told something in it.
pub(super) fn hear(core: &mut Core, feed: FeedId, reports: &[Report]) {
    hear_voice(core, Voice { feed, station: None });
    let mut last = StationId::default();
    for report in reports {
        if report.station != last {
            last = report.station;
            hear_voice(core, Voice { feed: report.feed, station: Some(last) });
        }
    }
}

fn hear_voice(core: &mut Core, voice: Voice) {
    let at = core.arrival();
    let Core { config, state, .. } = core;
    if state.detectors.feed_lost.hear(voice, at, &config.feeds, &config.limits.feed_lost) {
        ask(core, at, |detector, view, effects| detector.find_again(voice, view, effects));
    }
}

/// Stations are looked at: which of them are out, which hear again.
pub(super) fn look(core: &mut Core) {
    let (now, limits) = (core.now(), &core.config.limits.receiver_outage);
    if core.state.outages.look(now, limits) {
        core.state.timers.set(now + outage::LOOK, TimerReason::Stations);
    }
    core.each_detector(|detector, view, effects| detector.on_timer(view, TimerReason::Stations, effects));
}

/// A feed has ended in good order.
pub(super) fn end(core: &mut Core, feed: FeedId) {
    ask(core, core.arrival(), |detector, view, effects| detector.end_feed(feed, view, effects));
}

/// Other rules come.
pub(super) fn end_touched(core: &mut Core, change: &RulesChange) {
    ask(core, core.arrival(), |detector, view, effects| detector.end_touched(view, change, effects));
}

fn ask(core: &mut Core, at: EventTime, ask: impl FnOnce(&mut FeedLostDetector, &View<'_>, &mut Effects<'_>)) {
    core.with_detectors(at, |detectors, view, effects| ask(&mut detectors.feed_lost, view, effects));
}

impl State {
    /// What is counted of a feed.
    pub(super) fn stats_mut(&mut self, feed: FeedId) -> &mut Stats {
        let place = usize::from(feed.0);
        if place >= self.stats.len() {
            self.stats.resize(place + 1, Stats::default());
        }
        &mut self.stats[place]
    }

    /// Keeps a station's name, once.
    pub(super) fn name_station(&mut self, station: StationId, name: &str) {
        self.station_names.get_or_insert_with(station, || name.to_owned());
    }
}
