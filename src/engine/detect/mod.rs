//! Detectors: each a rule that raises, keeps and lowers anomalies; one file a rule, one line in the table.

pub mod ais_without_echo;
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
use evidence::Evidence;
use feed_lost::Voice;

/// What kind of anomaly it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Slow or confined for long.
    Loitering,
    /// Two vessels together for long.
    ShipToShip,
    /// Silent where it should be heard, or while radar still holds it.
    DarkPeriod,
    /// A feed or station that has fallen silent.
    FeedLost,
    /// Into a patrol zone.
    ZoneEntry,
    /// Out of a patrol zone.
    ZoneExit,
    /// First heard in a patrol zone, after a silence or ever.
    AppearedInZone,
    /// Last heard in a patrol zone.
    VanishedInZone,
    /// A large ship that goes sideways.
    Drifting,
    /// A craft without AIS where it would be heard.
    DarkContact,
    /// Two hulls that send one number at once.
    DuplicateIdentity,
    /// A station that hears far less than it did.
    ReceiverOutage,
    /// Several vessels whose positions cannot be believed.
    GnssInterference,
    /// A vessel that comes back under another number.
    IdentityChange,
    /// A transmitter for search and rescue sends.
    Distress,
    /// Claims that contradict themselves.
    IdentityConflict,
    /// AIS that is elsewhere than the echo.
    PositionOffset,
    /// AIS where radar sees nobody.
    AisWithoutEcho,
}

/// How loud an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// Worth knowing.
    Caution,
    /// Worth acting on.
    Warning,
    /// Act at once.
    Alarm,
}

/// Why an anomaly is not shown in the queue: it is kept, counted and listed all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The rule.
    pub rule: Rule,
    /// The zone or other entry it rests on.
    pub entry: Option<ZoneIx>,
}

/// Rules that suppress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rule {
    /// Inside a port or berth.
    Port,
    /// At anchor where that is allowed.
    Anchorage,
    /// An offshore vessel at its infrastructure.
    Infrastructure,
    /// Pilot, tug, tender or law enforcement at work in a service area.
    Service,
    /// A tug and its tow.
    Tow,
    /// One of a cluster of stopped vessels.
    BerthCluster,
    /// Two of a fleet at work that never came alongside each other.
    SameFleet,
    /// A station that would hear it was out when it fell silent.
    ReceiverOutage,
}

/// A factor behind a judgement: its value, the limit it is held against, its weight in the confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// What was measured; unit last.
    pub name: FactorName,
    /// Its value.
    pub value: f64,
    /// The limit.
    pub limit: Option<f64>,
    /// Its share of the confidence, 0-1.
    pub weight: f64,
}

macro_rules! factor_names {
    ($($variant:ident = $text:literal),* $(,)?) => {
        /// The names of all factors, unit last.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum FactorName { $(#[doc = $text] $variant),* }
        impl FactorName {
            /// As printed.
            pub fn text(self) -> &'static str {
                match self { $(FactorName::$variant => $text),* }
            }
        }
    };
}
factor_names! {
    Slow = "slow_dwell_s",
    Confined = "confined_dwell_s",
    DerivedSpeed = "derived_speed_kn",
    PathRatio = "path_ratio",
    Dwell = "dwell_s",
    Distance = "distance_m",
    LeastDistance = "min_distance_m",
    RelativeSpeed = "relative_speed_kn",
    Silence = "silence_s",
    LogP = "log10_p",
    PHear = "p_hear",
    HealthyShare = "station_healthy_share",
    Posterior = "radar_posterior",
    MergedTime = "merged_s",
    UsualWait = "usual_wait_s",
    OffCourse = "heading_off_course_deg",
    PathLength = "path_m",
    Held = "held_s",
    Speed = "speed_kn",
    Turns = "turns",
    Messages = "messages_a_minute",
    LostVessels = "lost_vessels",
    Vessels = "vessels",
    PreviousMmsi = "previous_mmsi",
    DuringDark = "during_dark",
    UnseenTurns = "unseen_turns",
    PSee = "p_see",
}

/// What a detector asserts about the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// Kind.
    pub kind: Kind,
    /// Finer kind, where the rule knows one.
    pub subkind: Option<Subkind>,
    /// What else is known of the circumstances.
    pub context: SmallVec<[Context; 2]>,
    /// The distance tier of a transfer, m.
    pub tier_m: Option<f64>,
    /// The vessels, ascending by public name.
    pub subjects: SmallVec<[TrackIx; 2]>,
    /// The feed or station, where the anomaly is one of feeds.
    pub voice: Option<Voice>,
    /// All patrol zones touched, that of the onset first.
    pub zones: SmallVec<[ZoneIx; 4]>,
    /// From when it may have been so.
    pub onset: EventTime,
    /// Until when; `None` while it goes on.
    pub end: Option<EventTime>,
    /// The parts in which all subjects were seen.
    pub observed: Vec<(EventTime, EventTime)>,
    /// The instant of the first threshold.
    pub raised_at: EventTime,
    /// How loud.
    pub priority: Priority,
    /// 0-1.
    pub confidence: f64,
    /// What speaks for it.
    pub factors: SmallVec<[Factor; 5]>,
    /// Where it is (for a pair: the middle; for a feed: nowhere).
    pub position: Option<Position>,
    /// Why it is not shown.
    pub suppressed: Option<Suppression>,
    /// Which sentences show it.
    pub evidence: Evidence,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $(#[doc = $text] $variant),* }
        impl $name {
            /// As printed.
            pub fn text(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }
    };
}
words! {
    /// Finer kinds.
    Subkind {
        Drift = "drift", DeclaredAtAnchor = "declared_at_anchor", NotUnderCommand = "not_under_command",
        HoldingPattern = "holding_pattern", BoundaryHugging = "boundary_hugging", FishingLike = "fishing_like",
        Stopped = "stopped", UnderWay = "under_way", Merged = "merged",
        RadarConfirmed = "radar_confirmed", Coverage = "coverage",
        Jump = "jump", NoPosition = "no_position",
        RadarHeld = "radar_held", Stitched = "stitched", Test = "test",
        Mid = "mid", Imo = "imo", Name = "name", Dimensions = "dimensions", ShipType = "ship_type",
    }
}
words! {
    /// Circumstances of a transfer.
    Context {
        Service = "service", Tow = "tow", PairTrawl = "pair_trawl", DarkPartner = "dark_partner",
        PartnerSilent = "partner_silent", Night = "night", StsWatch = "sts_watch",
        Approach = "approach", Raft = "raft", DuringDark = "during_dark",
    }
}

impl Rule {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Rule::Port => "port",
            Rule::Anchorage => "anchorage",
            Rule::Infrastructure => "infrastructure",
            Rule::Service => "service",
            Rule::Tow => "tow",
            Rule::BerthCluster => "berth_cluster",
            Rule::SameFleet => "same_fleet",
            Rule::ReceiverOutage => "receiver_outage",
        }
    }
}

impl Kind {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Kind::Loitering => "loitering",
            Kind::ShipToShip => "ship_to_ship",
            Kind::DarkPeriod => "dark_period",
            Kind::FeedLost => "feed_lost",
            Kind::ZoneEntry => "zone_entry",
            Kind::ZoneExit => "zone_exit",
            Kind::AppearedInZone => "appeared_in_zone",
            Kind::VanishedInZone => "vanished_in_zone",
            Kind::Drifting => "drifting",
            Kind::DarkContact => "dark_contact",
            Kind::DuplicateIdentity => "duplicate_identity",
            Kind::ReceiverOutage => "receiver_outage",
            Kind::GnssInterference => "gnss_interference",
            Kind::IdentityChange => "identity_change",
            Kind::Distress => "distress",
            Kind::IdentityConflict => "identity_conflict",
            Kind::PositionOffset => "position_offset",
            Kind::AisWithoutEcho => "ais_without_echo",
        }
    }
}

impl Priority {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Priority::Caution => "caution",
            Priority::Warning => "warning",
            Priority::Alarm => "alarm",
        }
    }
}

/// What happened to an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It is new.
    Raised,
    /// It goes on.
    Kept,
    /// It got worse.
    Escalated,
    /// It is over.
    Ended,
    /// It goes on after it was over.
    Reopened,
    /// Late data changed it.
    LateData,
    /// Late data undid it.
    Retracted,
    /// It is no longer shown.
    Suppressed,
    /// It is shown again.
    Unsuppressed,
    /// Its zone is not what it was: it ends, and may be raised anew.
    ZoneChanged,
    /// Its thresholds are not what they were: it ends, and may be raised anew.
    SettingsChanged,
}

/// One step in an anomaly's life, by its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The anomaly's number within this engine, given once.
    pub number: u64,
    /// The step.
    pub change: Change,
    /// How it stands now.
    pub anomaly: Anomaly,
}

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

/// Adds a stretch to observed intervals, joined to the last one where they touch.
pub fn extend_observed(observed: &mut Vec<(EventTime, EventTime)>, from: EventTime, to: EventTime) {
    const AT_MOST: usize = 500;
    if let Some((_, end)) = observed.last_mut()
        && from <= *end
    {
        *end = (*end).max(to);
    } else if observed.len() < AT_MOST {
        observed.push((from, to));
    }
}

/// Adds zones that are not in a list yet.
pub fn join_zones(zones: &mut SmallVec<[ZoneIx; 4]>, more: &[ZoneIx]) {
    for &zone in more {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
}
