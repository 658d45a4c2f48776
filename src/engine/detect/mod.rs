//! Detectors: each a rule that raises, keeps and lowers anomalies; one file a rule, one line in the table.

pub mod ais_without_echo;
mod anomaly;
pub mod dark_contact;
pub mod dark_period;
pub mod distress;
pub mod drifting;
pub mod duplicate_identity;
mod episode;
pub mod evidence;
pub mod feed_lost;
pub mod gnss_interference;
pub mod identity_change;
pub mod identity_conflict;
pub mod loitering;
pub mod position_offset;
pub mod receiver_outage;
pub mod ship_to_ship;
pub mod zone_crossing;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::coverage::Coverage;
use super::decode::report::StationId;
use super::earth::Position;
use super::input::Feed;
use super::limits::Limits;
use super::map::Map;
use super::outage::Outages;
use super::picture::Picture;
use super::rules::RulesChange;
use super::time::{EventTime, Span};
use super::timers::{TimerReason, Timers};
use super::track::target::Targets;
use super::track::{Track, TrackIx, history};
use super::vessel::Claims;
use super::zone::{ZoneIx, ZoneKind, ZoneSet};
pub use anomaly::*;

/// An anomaly that was raised: it goes on, or may still be reopened.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Open {
    number: u64,
    anomaly: Anomaly,
    told_at: EventTime,
}

impl Open {
    /// How a change of rules ends it, if it touches it.
    fn touched_by(&self, change: &RulesChange) -> Option<Change> {
        let entry = self.anomaly.suppressed.as_ref().and_then(|suppression| suppression.entry);
        let mut zones = self.anomaly.zones.iter().copied().chain(entry);
        if change.limits_changed {
            Some(Change::SettingsChanged)
        } else {
            zones.any(|zone| change.kept(zone).is_none()).then_some(Change::ZoneChanged)
        }
    }

    /// Takes the new places of its zones; call only if the change does not touch it.
    fn adopt(&mut self, change: &RulesChange) {
        let anomaly = &mut self.anomaly;
        anomaly.zones = anomaly.zones.iter().filter_map(|&zone| change.kept(zone)).collect();
        if let Some(suppression) = anomaly.suppressed.as_mut() {
            suppression.entry = suppression.entry.and_then(|zone| change.kept(zone));
        }
    }
}

/// Ends what is open if a change of rules touches it, and forgets it.
fn end_if_touched<O: std::borrow::BorrowMut<Open>>(
    open: &mut Option<O>,
    change: &RulesChange,
    now: EventTime,
    effects: &mut Effects<'_>,
) {
    let Some(how) = open.as_ref().and_then(|open| open.borrow().touched_by(change)) else { return };
    let Some(mut open) = open.take() else { return };
    let open = open.borrow_mut();
    if open.anomaly.end.is_none() {
        open.anomaly.end = Some(now.max(open.anomaly.onset));
        effects.tell(open.number, how, &open.anomaly);
    }
}

/// All that a detector may look at.
pub struct View<'a> {
    /// Event time; of what befalls feeds, the arrival clock.
    pub now: EventTime,
    /// Feeds.
    pub feeds: &'a [Feed],
    /// Names of stations.
    pub stations: &'a Map<StationId, String>,
    /// Tracks and their neighbours.
    pub picture: &'a Picture,
    /// Radar targets.
    pub targets: &'a Targets,
    /// What stations hear.
    pub coverage: &'a Coverage,
    /// Which stations are out, and were.
    pub outages: &'a Outages,
    /// Zones.
    pub zones: &'a ZoneSet,
    /// Thresholds where no zone overrides them.
    pub limits: &'a Limits,
}

/// All that a detector may do.
pub struct Effects<'a> {
    /// Set timers.
    pub timers: &'a mut Timers,
    /// Tell findings.
    pub findings: &'a mut Vec<Finding>,
    /// Number anomalies.
    pub next_number: &'a mut u64,
    /// Keep lost tracks in the picture until then.
    pub holds: &'a mut Vec<(TrackIx, EventTime)>,
    /// A silent track turned out to go on as another.
    pub renames: &'a mut Vec<(TrackIx, TrackIx)>,
}

/// A rule. Every method is given the state of the world after the event.
pub trait Detector {
    /// A track took a fix (`view.now`).
    fn on_fix(&mut self, view: &View<'_>, track: TrackIx, effects: &mut Effects<'_>);
    /// A timer the rule may have set fired.
    fn on_timer(&mut self, _view: &View<'_>, _reason: TimerReason, _effects: &mut Effects<'_>) {}
    /// A transmission of the track's number was heard, with or without a position.
    fn on_heard(&mut self, _view: &View<'_>, _track: TrackIx, _effects: &mut Effects<'_>) {}
    /// A transmission of the track's number told no position where it had told one before.
    fn on_no_position(&mut self, _view: &View<'_>, _track: TrackIx, _effects: &mut Effects<'_>) {}
    /// A transmission of the past came to light.
    fn on_late(&mut self, _view: &View<'_>, _track: TrackIx, _at: EventTime, _effects: &mut Effects<'_>) {}
    /// A transmission told what the track's vessel claims to be; `was` is what was known before.
    fn on_claims(&mut self, _view: &View<'_>, _track: TrackIx, _was: &Claims, _effects: &mut Effects<'_>) {}
    /// A silent track goes on as another, under another number.
    fn on_renamed(&mut self, _view: &View<'_>, _was: TrackIx, _is: TrackIx, _effects: &mut Effects<'_>) {}
    /// Radar lost a track that only radar held.
    fn on_target_lost(&mut self, _view: &View<'_>, _track: TrackIx, _effects: &mut Effects<'_>) {}
    /// A track is about to leave the picture (it is still there).
    fn on_gone(&mut self, _view: &View<'_>, _track: TrackIx, _effects: &mut Effects<'_>) {}
    /// Other rules come: what they touch ends, judged for the last time by those of before.
    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>);
    /// The other rules are in force: what is still open takes the new places of its zones.
    fn adopt(&mut self, change: &RulesChange, limits: &Limits);
}

/// The table of detectors: a new rule is one file and one line here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Detectors {
    loitering: loitering::LoiteringDetector,
    ship_to_ship: ship_to_ship::ShipToShipDetector,
    dark_period: dark_period::DarkPeriodDetector,
    zone_crossing: zone_crossing::ZoneCrossingDetector,
    drifting: drifting::DriftingDetector,
    dark_contact: dark_contact::DarkContactDetector,
    duplicate_identity: duplicate_identity::DuplicateIdentityDetector,
    receiver_outage: receiver_outage::ReceiverOutageDetector,
    gnss_interference: gnss_interference::GnssInterferenceDetector,
    identity_change: identity_change::IdentityChangeDetector,
    distress: distress::DistressDetector,
    identity_conflict: identity_conflict::IdentityConflictDetector,
    position_offset: position_offset::PositionOffsetDetector,
    ais_without_echo: ais_without_echo::AisWithoutEchoDetector,
    /// Hears of feeds and knows no vessels: spoken to apart from the others.
    pub feed_lost: feed_lost::FeedLostDetector,
}

impl Detectors {
    /// Every rule about vessels, in the order in which they speak.
    pub fn each(&mut self) -> [&mut dyn Detector; 14] {
        [
            &mut self.receiver_outage,
            &mut self.gnss_interference,
            &mut self.loitering,
            &mut self.ship_to_ship,
            &mut self.dark_period,
            &mut self.duplicate_identity,
            &mut self.identity_change,
            &mut self.distress,
            &mut self.identity_conflict,
            &mut self.position_offset,
            &mut self.ais_without_echo,
            &mut self.zone_crossing,
            &mut self.drifting,
            &mut self.dark_contact,
        ]
    }
}

impl<'a> View<'a> {
    /// A track.
    pub fn track(&self, ix: TrackIx) -> Option<&'a Track> {
        self.picture.get(ix)
    }

    /// The thresholds that hold where a track is: those of the smallest patrol zone that overrides any.
    pub fn limits_for(&self, track: &Track) -> &'a Limits {
        let zone = track.zones.iter().map(|&ix| self.zones.get(ix));
        zone.filter(|zone| zone.kind == ZoneKind::Patrol).find_map(|zone| zone.limits.as_deref()).unwrap_or(self.limits)
    }

    /// The patrol zones among a list, in its order.
    pub fn patrol(&self, zones: &[ZoneIx]) -> SmallVec<[ZoneIx; 4]> {
        zones.iter().copied().filter(|&ix| self.zones.get(ix).kind == ZoneKind::Patrol).collect()
    }

    /// The patrol zones that hold a position, smallest first.
    pub fn patrol_at(&self, position: Position) -> SmallVec<[ZoneIx; 4]> {
        self.patrol(&self.zones.at(position))
    }

    /// The first of a track's zones that is of one of these kinds.
    pub fn within(&self, track: &Track, kinds: &[ZoneKind]) -> Option<ZoneIx> {
        track.zones.iter().copied().find(|&ix| kinds.contains(&self.zones.get(ix).kind))
    }

    /// Whether a track's latest fix is the first of its minute.
    pub fn opened_slot(&self, track: &Track) -> bool {
        track.fixes <= 1 || track.last.at.slot(history::SLOT) != track.previous_at.slot(history::SLOT)
    }

    /// Whether the time from a track's fix before to its latest one was observed, and how long it was.
    pub fn observed_step(&self, track: &Track) -> Option<Span> {
        track.observed.then(|| track.last.at - track.previous_at)
    }
}

impl Effects<'_> {
    /// A number for a new anomaly.
    pub fn number(&mut self) -> u64 {
        *self.next_number += 1;
        *self.next_number
    }

    /// Tells one step of an anomaly.
    pub fn tell(&mut self, number: u64, change: Change, anomaly: &Anomaly) {
        self.findings.push(Finding { number, change, anomaly: anomaly.clone() });
    }
}
