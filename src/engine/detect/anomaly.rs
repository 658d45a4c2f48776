//! Anomalies: what a rule asserts about the world, and the words it is told in.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::feed_lost::Voice;
use crate::engine::earth::Position;
use crate::engine::time::EventTime;
use crate::engine::track::TrackIx;
use crate::engine::zone::ZoneIx;

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
