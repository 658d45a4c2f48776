//! The detection settings: every threshold, its default, and overrides by key.

mod overrides;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use overrides::LimitError;

/// Every detection threshold (`[detect]`, `--set`, a zone's `detect`); keys are `section.key`, units last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// What all detectors share.
    pub common: Common,
    /// Loitering.
    pub loitering: Loitering,
    /// Ship-to-ship transfer.
    pub ship_to_ship: ShipToShip,
    /// Dark period.
    pub dark_period: DarkPeriod,
    /// Feed lost.
    pub feed_lost: FeedLost,
    /// Zone crossings.
    pub zone: ZoneCrossing,
    /// Drifting.
    pub drifting: Drifting,
    /// Dark contact.
    pub dark_contact: DarkContact,
    /// Duplicate identity.
    pub duplicate_identity: DuplicateIdentity,
    /// Receiver outage.
    pub receiver_outage: ReceiverOutage,
    /// GNSS interference.
    pub gnss_interference: GnssInterference,
    /// Identity change.
    pub identity_change: IdentityChange,
    /// Distress.
    pub distress: Distress,
    /// Identity conflict.
    pub identity_conflict: IdentityConflict,
    /// Position offset.
    pub position_offset: PositionOffset,
    /// AIS without echo.
    pub ais_without_echo: AisWithoutEcho,
    /// Late data.
    pub late_data: LateData,
}

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty = $default:expr),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }
        impl Default for $name {
            fn default() -> Self { $name { $($field: $default),* } }
        }
    };
}

mod identity;
pub use identity::{
    AisWithoutEcho, Distress, DuplicateIdentity, GnssInterference, IdentityChange, IdentityConflict, LateData,
    PositionOffset, ReceiverOutage,
};

section! {
    /// What all detectors share (detection.md, "machinery").
    Common {
        /// A silence above this joins nothing: no dwell, no crossing.
        split_s: f64 = 1800.0,
        /// Time between two fixes is observed if not longer than this many expected intervals ...
        observed_intervals: f64 = 5.0,
        /// ... and not longer than this.
        observed_max_s: f64 = 900.0,
        /// An open alert is told anew after this time even if only its length changed.
        keep_s: f64 = 600.0,
        /// Reports of one MMSI belong to one hull if it could have come here at this speed.
        segment_max_kn: f64 = 25.0,
    }
}

section! {
    /// Loitering (detection.md).
    Loitering {
        /// Derived speed below this is slow dwell.
        max_kn: f64 = 2.0,
        /// Window of the derived speed.
        speed_window_s: f64 = 600.0,
        /// Confined within this of the middle of the window's bounding box ...
        radius_m: f64 = 1852.0,
        /// ... over this window ...
        confined_window_s: f64 = 1800.0,
        /// ... with a path at least this many times the net displacement.
        min_path_ratio: f64 = 2.0,
        /// Held this long: caution.
        inform_s: f64 = 1800.0,
        /// Held this long: warning.
        alert_s: f64 = 3600.0,
        /// Lowered above this derived speed ...
        exit_kn: f64 = 3.0,
        /// ... for this long.
        exit_s: f64 = 300.0,
        /// Re-entry within this reopens the same alert.
        merge_gap_s: f64 = 1800.0,
        /// Within this of its zone's edge all the time: boundary hugging.
        edge_m: f64 = 1852.0,
        /// Below this speed in an anchorage that allows it: suppressed.
        anchored_kn: f64 = 0.5,
    }
}

section! {
    /// Ship-to-ship transfer (detection.md).
    ShipToShip {
        /// Distance and dwell, any of which raises: `50m:600s, 200m:1800s, 500m:7200s`.
        tiers: Tiers = Tiers(vec![Tier { distance_m: 50.0, dwell_s: 600.0 }, Tier { distance_m: 200.0, dwell_s: 1800.0 }, Tier { distance_m: 500.0, dwell_s: 7200.0 }]),
        /// Dwell of the 200 m tier in a zone marked `sts_watch`.
        watch_dwell_s: f64 = 900.0,
        /// Both slower than this: together when close.
        slow_kn: f64 = 2.0,
        /// Relative speed of a slow pair.
        slow_relative_kn: f64 = 1.0,
        /// Alongside under way: both slower than this ...
        under_way_kn: f64 = 7.0,
        /// ... relative speed below this ...
        under_way_relative_kn: f64 = 0.7,
        /// ... courses within this ...
        under_way_course_deg: f64 = 20.0,
        /// ... and this near, plus the sensors' uncertainty.
        under_way_m: f64 = 60.0,
        /// Apart beyond this distance ...
        exit_m: f64 = 700.0,
        /// ... or above this relative speed ...
        exit_relative_kn: f64 = 2.0,
        /// ... for this long.
        exit_s: f64 = 300.0,
        /// Meeting again within this reopens the same alert.
        merge_gap_s: f64 = 3600.0,
        /// A partner silent while together keeps the pair open this long.
        unobserved_s: f64 = 21600.0,
        /// Positions are carried forward at most this long to a common instant.
        extrapolate_s: f64 = 180.0,
        /// Window of the change of the separation.
        relative_window_s: f64 = 300.0,
        /// Two echoes become one within this, or range x beamwidth.
        merge_m: f64 = 150.0,
        /// Beamwidth for merging.
        beamwidth_deg: f64 = 0.6,
        /// Where clusters of three or more stopped vessels are one record: `near_port` or `everywhere`.
        cluster: Cluster = Cluster::NearPort,
        /// Cluster members lie within this of each other ...
        cluster_m: f64 = 500.0,
        /// ... and are slower than this ...
        cluster_kn: f64 = 0.5,
        /// ... and, with `near_port`, within this of a port.
        cluster_port_m: f64 = 5556.0,
        /// Two that stay more than 200 m apart are no pair with other slow vessels within this of either.
        fleet_m: f64 = 1500.0,
    }
}

section! {
    /// Dark period (detection.md).
    DarkPeriod {
        /// Late after this many expected intervals.
        late_intervals: f64 = 5.0,
        /// Radar-confirmed after max(late_intervals, this).
        radar_s: f64 = 360.0,
        /// By coverage alone after this.
        silence_s: f64 = 1800.0,
        /// ... and if the decimal logarithm of the chance to miss it is at most this.
        max_log10_p: f64 = -3.0,
        /// No coverage alert before this much learning.
        learn_s: f64 = 900.0,
        /// Radar must have been associated with this confidence.
        min_posterior: f64 = 0.95,
        /// A station is healthy if it heard this many others in 60 s (or a base station).
        healthy_vessels: u32 = 3,
    }
}

section! {
    /// Feed lost, by the arrival clock.
    FeedLost {
        /// A feed is lost after this silence ...
        silence_s: f64 = 120.0,
        /// ... and a station of a feed that goes on after this ...
        station_silence_s: f64 = 600.0,
        /// ... and what only corrects, since it comes in batches, after this ...
        correction_silence_s: f64 = 21600.0,
        /// ... but not before this many times the longest of its recent waits.
        waits: f64 = 5.0,
        /// What has not spoken for this long before is not missed.
        alive_s: f64 = 300.0,
        /// Lost again within this reopens the same alert.
        merge_gap_s: f64 = 1800.0,
    }
}

section! {
    /// Zone entry and exit (detection.md).
    ZoneCrossing {
        /// What makes an entry: `two_inside`, two fixes in a row inside, or `out_out_in`, two outside and one inside.
        enter: Enter = Enter::TwoInside,
        /// Out beyond this distance from the edge (and three standard deviations of the sensor) ...
        exit_m: f64 = 200.0,
        /// ... for this long.
        exit_s: f64 = 60.0,
    }
}

section! {
    /// Drifting (detection.md).
    Drifting {
        /// Speed over ground from here ...
        min_kn: f64 = 1.0,
        /// ... to here ...
        max_kn: f64 = 5.0,
        /// ... and a heading off the course, ahead and astern, by more than this ...
        off_deg: f64 = 45.0,
        /// ... on every report of this time ...
        dwell_s: f64 = 600.0,
        /// ... over a way longer than this.
        least_m: f64 = 500.0,
        /// Ended when reports say otherwise for this long.
        exit_s: f64 = 300.0,
    }
}

section! {
    /// Dark contact (detection.md).
    DarkContact {
        /// Which contacts are told: `approach`, those on their way to a slow vessel; `always`; `never`.
        alert: Contacts = Contacts::Approach,
        /// Held by radar, without AIS, for this long ...
        held_s: f64 = 300.0,
        /// ... at a speed from here ...
        min_kn: f64 = 1.5,
        /// ... to here ...
        max_kn: f64 = 50.0,
        /// ... where a station hears at least this share of reports.
        min_p_hear: f64 = 0.5,
        /// On its way: a vessel within this distance ...
        approach_m: f64 = 5000.0,
        /// ... that is slower than this ...
        slow_kn: f64 = 3.0,
        /// ... is passed within this distance ...
        passes_m: f64 = 500.0,
        /// ... and within this time.
        approach_s: f64 = 900.0,
    }
}

/// Which dark contacts are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contacts {
    /// Those on their way to a slow vessel.
    Approach,
    /// All.
    Always,
    /// None.
    Never,
}

/// What makes an entry into a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enter {
    /// Two consecutive fixes inside.
    TwoInside,
    /// Two consecutive fixes outside, then one inside.
    OutOutIn,
}

/// One distance tier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tier {
    /// At most this far apart, m.
    pub distance_m: f64,
    /// For this long, s.
    pub dwell_s: f64,
}

/// Distance tiers, written `50m:600s, 200m:1800s`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tiers(pub Vec<Tier>);

/// Where the rule for clusters of stopped vessels holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cluster {
    /// In ports and anchorages and near ports.
    NearPort,
    /// At sea too.
    Everywhere,
}

impl FromStr for Tiers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let tier = |part: &str| -> Option<Tier> {
            let (distance, dwell) = part.trim().split_once(':')?;
            let distance_m: f64 = distance.trim().strip_suffix('m')?.trim().parse().ok()?;
            let dwell_s: f64 = dwell.trim().strip_suffix('s')?.trim().parse().ok()?;
            (distance_m > 0.0 && distance_m <= 5000.0 && dwell_s >= 0.0).then_some(Tier { distance_m, dwell_s })
        };
        let tiers: Option<Vec<Tier>> = text.split(',').map(tier).collect();
        match tiers {
            Some(tiers) if !tiers.is_empty() && tiers.len() <= 8 => Ok(Tiers(tiers)),
            _ => Err(format!("tiers must read like `50m:600s, 200m:1800s` (at most 8, up to 5000m), not `{text}`")),
        }
    }
}

impl fmt::Display for Tiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, tier) in self.0.iter().enumerate() {
            write!(f, "{}{}m:{}s", if i > 0 { ", " } else { "" }, tier.distance_m, tier.dwell_s)?;
        }
        Ok(())
    }
}

impl Serialize for Tiers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tiers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
