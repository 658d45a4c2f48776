//! Receiver outage: a station hears far less than it did, so silence there is nobody's (`docs/detectors/receiver_outage.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::episode::{self, Episode};
use super::feed_lost::Voice;
use super::{Anomaly, Detector, Effects, Factor, FactorName, Kind, View};
use crate::engine::limits::Limits;
use crate::engine::map::Map;
use crate::engine::outage::{Outage, Station};
use crate::engine::rules::RulesChange;
use crate::engine::time::Span;
use crate::engine::timers::TimerReason;
use crate::engine::track::TrackIx;

/// The rule, and what goes on, by station.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ReceiverOutageDetector {
    episodes: Map<Station, Episode>,
}

impl Detector for ReceiverOutageDetector {
    fn on_fix(&mut self, _view: &View<'_>, _track: TrackIx, _effects: &mut Effects<'_>) {}

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        if reason != TimerReason::Stations {
            return;
        }
        for outage in view.outages.all() {
            let goes_on = self.episodes.get(&outage.station).is_some_and(|episode| episode.goes_on().is_some());
            match outage.to {
                None if !goes_on => self.raise(view, outage, effects),
                None => {
                    if let Some(episode) = self.episodes.get_mut(&outage.station) {
                        episode.keep(view, effects);
                    }
                }
                Some(_) => {}
            }
        }
        for station in self.episodes.sorted_keys() {
            let over = view.outages.all().iter().rev().find(|outage| outage.station == station);
            if let (Some(to), Some(episode)) = (over.and_then(|outage| outage.to), self.episodes.get_mut(&station)) {
                episode.end(to, effects);
            }
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for station in self.episodes.sorted_keys() {
            if let Some(episode) = self.episodes.get_mut(&station) {
                episode.end_touched(view, change, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.episodes.for_each_mut(|episode| episode.adopt(change));
    }
}

impl ReceiverOutageDetector {
    fn raise(&mut self, view: &View<'_>, outage: &Outage, effects: &mut Effects<'_>) {
        let merge_gap = Span::from_seconds(view.limits.receiver_outage.merge_gap_s);
        let episode = self.episodes.get_or_insert_with(outage.station, Episode::default);
        episode.raise(anomaly(view, outage), merge_gap, effects);
    }
}

/// It is everybody's: no vessels, no zone, but the station by name.
fn anomaly(view: &View<'_>, outage: &Outage) -> Anomaly {
    let limits = &view.limits.receiver_outage;
    let (feed, station) = outage.station;
    let mut anomaly = episode::anomaly(Kind::ReceiverOutage, &[], outage.from, view.now);
    anomaly.voice = Some(Voice { feed, station: Some(station) });
    let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
    let (lost, least) = (outage.lost.len() as f64, limits.lost_share * f64::from(outage.vessels));
    anomaly.factors = SmallVec::from_slice(&[
        factor(FactorName::Messages, f64::from(outage.messages), Some(outage.expected), 0.6),
        factor(FactorName::LostVessels, lost, Some(least), 0.4),
    ]);
    let unheard = 1.0 - f64::from(outage.messages) / outage.expected.max(1.0);
    anomaly.confidence = unheard.max(lost / f64::from(outage.vessels.max(1))).clamp(0.0, 0.99);
    anomaly
}
