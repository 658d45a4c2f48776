//! Distress: a search and rescue transmitter, a man-overboard device or a beacon sends (`docs/detectors/distress.md`).

use serde::{Deserialize, Serialize};

use super::episode::{self, Episode};
use super::evidence::Evidence;
use super::{Anomaly, Detector, Effects, Kind, Priority, Subkind, View};
use crate::engine::limits::Limits;
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::Span;
use crate::engine::timers::TimerReason;
use crate::engine::track::{Track, TrackIx};
use crate::engine::vessel::{Mmsi, MmsiClass};

/// Navigational status of a transmitter under test: not defined (an active one sends 14).
const UNDER_TEST: u8 = 15;
/// Of so many transmitters each has its alert.
const AT_MOST: usize = 10_000;

/// What one transmitter does.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Call {
    track: TrackIx,
    episode: Episode,
}

/// The rule and the transmitters that were heard.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DistressDetector {
    calls: Map<Mmsi, Call>,
}

impl Detector for DistressDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix) else { return };
        let Some(mmsi) = track.mmsi.filter(|mmsi| mmsi.class() == MmsiClass::Distress) else { return };
        if !self.calls.contains_key(&mmsi) && self.calls.len() >= AT_MOST {
            return;
        }
        let call = self.calls.get_or_insert_with(mmsi, || Call { track: ix, episode: Episode::default() });
        let test = is_test(track);
        match call.episode.goes_on_mut() {
            Some(anomaly) if test || anomaly.subkind.is_none() => {
                anomaly.position = Some(track.last.position);
                anomaly.evidence.add(ix, track.last, false);
                call.episode.keep(view, effects);
            }
            // What was a test is none any more: a call of its own.
            going_on => {
                if going_on.is_some() {
                    call.episode.end(view.now, effects);
                }
                let merge_gap = Span::from_seconds(if test { view.limits.distress.merge_gap_s } else { 0.0 });
                call.track = ix;
                call.episode.raise(anomaly(view, ix, track, test), merge_gap, effects);
            }
        }
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        if reason != TimerReason::Stations {
            return;
        }
        let silent = Span::from_seconds(view.limits.distress.silent_s);
        for mmsi in self.calls.sorted_keys() {
            let Some(call) = self.calls.get_mut(&mmsi) else { continue };
            if let Some(heard_at) = view.track(call.track).and_then(|track| track.heard_at)
                && view.now - heard_at > silent
            {
                call.episode.end(heard_at, effects);
            }
        }
    }

    fn on_gone(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(mmsi) = view.track(ix).and_then(|track| track.mmsi) else { return };
        if self.calls.get(&mmsi).is_some_and(|call| call.track == ix)
            && let Some(mut call) = self.calls.remove(&mmsi)
        {
            call.episode.end(view.now, effects);
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for mmsi in self.calls.sorted_keys() {
            if let Some(call) = self.calls.get_mut(&mmsi) {
                call.episode.end_touched(view, change, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.calls.for_each_mut(|call| call.episode.adopt(change));
    }
}

fn is_test(track: &Track) -> bool {
    track.navigational_status == Some(UNDER_TEST)
}

/// It is told wherever it is: inside a zone or not.
fn anomaly(view: &View<'_>, ix: TrackIx, track: &Track, test: bool) -> Anomaly {
    let mut anomaly = episode::anomaly(Kind::Distress, &[ix], track.last.at, view.now);
    anomaly.subkind = test.then_some(Subkind::Test);
    anomaly.priority = if test { Priority::Caution } else { Priority::Alarm };
    anomaly.zones = view.patrol_at(track.last.position);
    anomaly.position = Some(track.last.position);
    anomaly.confidence = if test { 0.5 } else { 0.99 };
    anomaly.evidence = Evidence::of_history(&[(ix, track)], track.last.at - Span::from_mins(10));
    anomaly
}
