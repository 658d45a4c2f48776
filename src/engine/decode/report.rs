//! Reports: what one decoded observation says, in the words the tracker needs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::earth::Position;
use crate::engine::input::FeedId;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Bearing, Course, Heading, Metres, Speed};
use crate::engine::vessel::{Claims, Mmsi};

/// The station that heard an observation: the digest of its name, zero where none is told. Stable across runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StationId(pub u64);

/// One decoded observation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The sensor's time.
    pub observed_at: EventTime,
    /// The edge's time.
    pub received_at: EventTime,
    /// Feed.
    pub feed: FeedId,
    /// Station within the feed.
    pub station: StationId,
    /// `digest64` of the AIS payload (all parts), or of the sentence's bytes between start and checksum: orders and matches copies.
    pub digest: u64,
    /// Journal sequence number of the frame that completed it.
    pub seq: u64,
    /// What it says.
    pub body: Body,
}

/// What a report says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Where a transmitter is (AIS 1-3, 18, 19, 27, 9, a table row).
    Position(PositionReport),
    /// What a transmitter claims to be (AIS 5, 19, 24, 21, named columns of a table).
    Static(StaticReport),
    /// One target of a radar's own tracker (TTM, TLL, TTD, ASTERIX with a track number).
    Target(SensorTrackReport),
    /// One detection of a radar in one scan.
    Plot(PlotReport),
    /// A radar tells how far its scan is: it lives, whatever it sees.
    Scan(ScanReport),
    /// A transmission that tells neither: it still proves that the sender transmits and the station hears.
    Heard {
        /// The sender.
        mmsi: Mmsi,
    },
}

impl Body {
    /// Whether a radar tells it.
    pub const fn is_of_radar(&self) -> bool {
        matches!(self, Body::Target(_) | Body::Plot(_) | Body::Scan(_))
    }

    /// Its place among the reports of one message: parts them in the total order, and tells a copy from another part.
    pub const fn part(&self) -> u8 {
        match self {
            Body::Position(_) => 0,
            Body::Static(_) => 1,
            Body::Target(_) => 2,
            Body::Heard { .. } => 3,
            Body::Plot(_) => 4,
            Body::Scan(_) => 5,
        }
    }
}

/// The equipment that sent a position, which fixes its expected reporting interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AisClass {
    /// Class A (messages 1-3, 27).
    A,
    /// Class B (messages 18, 19).
    B,
    /// A base station (4, 11).
    Base,
    /// SAR aircraft (9).
    Aircraft,
    /// Aid to navigation (21).
    Aid,
    /// A table row: class not told.
    Unknown,
}

/// A position report. Field meanings: ITU-R M.1371-5, annex 8, messages 1-3, 9, 18, 19, 27; "not available" is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PositionReport {
    /// Sender.
    pub mmsi: Mmsi,
    /// Equipment.
    pub class: AisClass,
    /// Position; `None` for 91/181 or out of range.
    pub position: Option<Position>,
    /// Better than 10 m.
    pub position_accuracy: bool,
    /// Speed over ground.
    pub sog: Option<Speed>,
    /// Course over ground.
    pub cog: Option<Course>,
    /// True heading.
    pub true_heading: Option<Heading>,
    /// Navigational status 0-15.
    pub navigational_status: Option<u8>,
    /// Whether the UTC second of the message is unrelated to the sentence's time; `None` where none is sent.
    pub utc_second_suspect: Option<bool>,
}

/// A static report: who claims to be what.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaticReport {
    /// Sender.
    pub mmsi: Mmsi,
    /// What it claims.
    pub claims: Claims,
}

/// One target of a radar's tracker (IEC 61162-1 TTM): a filtered, time-correlated estimate, never a plot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensorTrackReport {
    /// The tracker's number for it, unique within the feed; numbers are reused.
    pub target_number: u32,
    /// Lost, query (just acquired, no velocity yet) or tracking.
    pub status: TargetStatus,
    /// Where it is; `None` without range and bearing, or without own ship's position or heading.
    pub position: Option<Position>,
    /// Distance from the antenna.
    pub range: Option<Metres>,
    /// Speed over ground; `None` when only relative and own velocity is unknown.
    pub sog: Option<Speed>,
    /// Course over ground.
    pub cog: Option<Course>,
    /// One standard deviation along the line of sight, m: sensor and quantisation.
    pub range_sigma_m: f32,
    /// One standard deviation across it, m, at this range.
    pub cross_sigma_m: f32,
}

/// One radar detection of one scan, not filtered: an independent measurement (ASTERIX CAT010, CAT048 without a track number).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlotReport {
    /// The radar's place among those of its feed: system area code and identification code.
    pub source: SourceId,
    /// Where it is.
    pub position: Position,
    /// Distance from the antenna; `None` where neither the radar nor the settings tell where that stands.
    pub range: Option<Metres>,
    /// True bearing from the antenna, the site's heading offset applied; `None` likewise.
    pub azimuth: Option<Bearing>,
    /// One standard deviation along the line of sight, m: sensor and quantisation.
    pub range_sigma_m: f32,
    /// One standard deviation across it, m, at this range.
    pub cross_sigma_m: f32,
    /// How large the echo is, where told.
    pub extent: Option<Extent>,
}

/// The size of an echo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// Along its longer side, m.
    pub length_m: f32,
    /// The direction of that side, degrees true.
    pub orientation_deg: Option<f32>,
    /// Across it, m.
    pub width_m: Option<f32>,
}

/// A radar as ASTERIX names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId {
    /// System area code.
    pub sac: u8,
    /// System identification code.
    pub sic: u8,
}

impl fmt::Display for SourceId {
    /// `SAC/SIC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.sac, self.sic)
    }
}

/// A service message of a radar (ASTERIX CAT034, CAT010).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanReport {
    /// The radar.
    pub source: SourceId,
    /// What it tells.
    pub event: ScanEvent,
    /// The time of one turn, where told.
    pub rotation: Option<Span>,
}

/// Where a radar is in its scan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ScanEvent {
    /// The antenna passes north.
    North,
    /// The antenna enters the sector that begins at this azimuth.
    Sector(Bearing),
    /// An update cycle begins.
    CycleStart,
    /// It tells how it is.
    Status,
}

/// TTM target status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetStatus {
    /// L: the tracker has lost it; says nothing of the vessel.
    Lost,
    /// Q: being acquired.
    Query,
    /// T: tracking.
    Tracking,
}
