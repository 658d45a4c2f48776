//! Tracks: our living estimate of each moving object, from AIS segments and radar targets.

pub mod associate;
pub mod history;
pub mod interval;
pub mod segment;
pub mod table;
pub mod target;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::engine::decode::report::{AisClass, PositionReport, StationId};
use crate::engine::digest::digest64;
use crate::engine::earth::{Offset, Position};
use crate::engine::input::FeedId;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::{Claims, Mmsi};
use crate::engine::zone::ZoneIx;
use history::History;

/// AIS is overdue after this many expected intervals ...
const LATE_INTERVALS: i64 = 5;
/// ... but not before this.
const LATE_AT_LEAST: Span = Span::from_secs(60);
/// Radar holds a vessel this long after it last told of it.
const RADAR_HOLDS: Span = Span::from_secs(60);
/// Stations noted a track and minute.
const STATIONS_AT_MOST: usize = 32;

/// A track's place in the table; dense, reused, never seen outside the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TrackIx(pub u32);

/// A track's public name: a digest of its source and of its first observation's place in the total order, minted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TrackId(pub u64);

/// Which sensor a fix came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Source {
    /// AIS, or a table of AIS positions.
    Ais,
    /// A radar's tracker.
    Radar,
}

/// One accepted observation of a position, with what it takes to find its raw sentence again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// When.
    pub at: EventTime,
    /// Where.
    pub position: Position,
    /// Speed over ground.
    pub sog: Option<Speed>,
    /// Course over ground.
    pub cog: Option<Course>,
    /// Sensor.
    pub source: Source,
    /// One standard deviation, m.
    pub sigma_m: f32,
    /// Feed of the sentence.
    pub feed: FeedId,
    /// Journal sequence number of the sentence.
    pub seq: u64,
    /// Digest of the sentence.
    pub digest: u64,
}

/// How AIS and radar together hold a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Both tell of it.
    Cooperative,
    /// Its AIS is silent, radar still holds it.
    DarkHeld,
    /// Radar alone ever told of it.
    NonCooperative,
    /// Radar should see what AIS tells of, and does not.
    AisWithoutEcho,
    /// Its echo is one with another's.
    Merged,
}

/// What radar holds a track by, by its place in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Echo {
    /// A target of the radar's own tracker.
    Target(u32),
    /// Plots, tracked here.
    Plots(FusedIx),
}

/// A fused track's place in its table; reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FusedIx(pub u32);

/// The radar target that a vessel's track is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RadarBond {
    /// What radar holds it by.
    pub echo: Echo,
    /// Chance that they are one vessel, 0-1, when the bond was last judged under AIS.
    pub posterior: f64,
    /// When it was bound.
    pub since: EventTime,
    /// The last radar fix.
    pub last_at: EventTime,
}

/// Our estimate of one moving object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Track {
    /// Public name.
    pub id: TrackId,
    /// The number its AIS sends; `None` for radar alone.
    pub mmsi: Option<Mmsi>,
    /// The next younger track of the same MMSI; the picture keeps it.
    pub next_segment: Option<TrackIx>,
    /// AIS equipment.
    pub class: AisClass,
    /// Seen often enough to be judged.
    pub confirmed: bool,
    /// First fix.
    pub first_at: EventTime,
    /// Latest fix, of whatever sensor moves the track.
    pub last: Fix,
    /// Was the time from the fix before to the latest one observed (detection.md, "observed time")?
    pub observed: bool,
    /// The fix before, for dwell.
    pub previous_at: EventTime,
    /// The last fix that was put out for keeping.
    pub kept_at: EventTime,
    /// Fixes taken.
    pub fixes: u32,
    /// Navigational status last sent.
    pub navigational_status: Option<u8>,
    /// True heading last sent.
    pub true_heading: Option<Heading>,
    /// One position a minute of the last half hour and more.
    pub history: History,
    /// When any transmission of this number was last heard.
    pub heard_at: Option<EventTime>,
    /// When AIS was last heard without a long silence before.
    pub heard_since: EventTime,
    /// Stations that heard it in the current minute and the one before.
    pub stations: SmallVec<[(FeedId, StationId); 3]>,
    /// Claims of its static reports.
    pub claims: Claims,
    /// A radar target held to be the same vessel.
    pub radar: Option<RadarBond>,
    /// What makes a radar-only track.
    pub echo: Option<Echo>,
    /// How far from the radar that moved it last, m.
    pub range_m: f32,
    /// When a radar last saw its echo as one with another's.
    pub merged_at: Option<EventTime>,
    /// Its radar target was lost: it stays where it was until it is forgotten.
    pub coasting: bool,
    /// A coasting track is kept until then.
    pub hold_until: EventTime,
    /// Zones that hold the latest fix, smallest first (looked up once a minute).
    pub zones: SmallVec<[ZoneIx; 4]>,
    /// Highest speed over ground seen.
    pub top_speed: Speed,
    /// It was found to go on under another number, and was not heard since.
    pub renamed: bool,
}

impl Track {
    /// A track of a first fix.
    pub fn new(id: TrackId, mmsi: Option<Mmsi>, class: AisClass, fix: Fix) -> Self {
        Track {
            id,
            mmsi,
            next_segment: None,
            class,
            confirmed: false,
            first_at: fix.at,
            last: fix,
            observed: false,
            previous_at: fix.at,
            kept_at: EventTime::MIN,
            fixes: 0,
            navigational_status: None,
            true_heading: None,
            history: History::default(),
            heard_at: None,
            heard_since: fix.at,
            stations: SmallVec::new(),
            claims: Claims::default(),
            radar: None,
            echo: None,
            range_m: 0.0,
            merged_at: None,
            coasting: false,
            hold_until: EventTime::MIN,
            zones: SmallVec::new(),
            top_speed: Speed::default(),
            renamed: false,
        }
    }

    /// Whether loitering, transfers and silences are judged for it.
    pub fn counts(&self) -> bool {
        self.confirmed
            && !matches!(self.class, AisClass::Base | AisClass::Aircraft | AisClass::Aid)
            && self.mmsi.is_none_or(Mmsi::is_vessel)
            && !self.is_gear()
    }

    /// A gear beacon by behaviour: its name tells a battery's level, it sends no dimensions and was never fast.
    fn is_gear(&self) -> bool {
        self.claims.dimensions.is_none_or(|d| !d.is_known())
            && self.top_speed.knots() <= 3.0
            && self.claims.name.is_some_and(|name| names_a_battery(&name))
    }

    /// Notes who heard it; of very many the first.
    pub fn note_station(&mut self, station: (FeedId, StationId)) {
        if self.stations.len() < STATIONS_AT_MOST && !self.stations.contains(&station) {
            self.stations.push(station);
        }
    }

    /// Takes the parts of a position report that are not a fix.
    pub fn take_state(&mut self, report: &PositionReport) {
        self.class = report.class;
        self.navigational_status = report.navigational_status.or(self.navigational_status);
        self.true_heading = report.true_heading;
    }

    /// Takes a fix: history, dwell, speeds.
    pub fn take_fix(&mut self, fix: Fix, observed: bool) {
        self.previous_at = self.last.at;
        self.observed = observed && self.fixes > 0;
        self.last = fix;
        self.fixes = self.fixes.saturating_add(1);
        self.coasting = false;
        if let Some(sog) = fix.sog
            && sog > self.top_speed
        {
            self.top_speed = sog;
        }
        self.history.push(fix);
    }

    /// Expected time between two reports, from class, status and speed (ITU-R M.1371-5, tables 1 and 2).
    pub fn expected_interval(&self) -> Span {
        interval::expected(self.class, self.navigational_status, self.last.sog)
    }

    /// The longest time between two fixes that still counts as observed.
    pub fn observed_limit(&self, intervals: f64, max_s: f64) -> Span {
        let interval = if self.last.source == Source::Radar { Span::from_secs(12) } else { self.expected_interval() };
        Span::from_seconds((interval.seconds() * intervals).min(max_s))
    }

    /// Where it is at `now`: carried forward on its last course and speed, for at most `at_most`.
    pub fn position_at(&self, now: EventTime, at_most: Span) -> Position {
        let ahead = (now - self.last.at).min(at_most);
        match (self.last.sog, self.last.cog) {
            (Some(sog), Some(cog)) if ahead > Span::ZERO && sog.knots() > 0.3 => {
                self.last.position.after(cog, sog, ahead.seconds())
            }
            _ => self.last.position,
        }
    }

    /// Displacement over the trailing window, as a speed; from the first fix while the track is younger, but not before a minute.
    pub fn derived_speed(&self, window: Span) -> Option<Speed> {
        let now = self.last.at;
        let from = (now - window).max(self.first_at);
        let elapsed = now - from;
        if elapsed < Span::from_secs(60).min(window) || elapsed <= Span::ZERO {
            return None;
        }
        let then = self.history.position_at(from)?;
        Some(Speed::from_m_s(then.distance_to(self.last.position).0 / elapsed.seconds()))
    }

    /// Velocity over ground from the latest report, else from the trailing half minute to two minutes of history.
    pub fn velocity(&self) -> Option<Offset> {
        match (self.last.sog, self.last.cog) {
            (Some(sog), Some(cog)) => Some(Offset::polar(cog.degrees(), sog.m_s())),
            (Some(sog), None) if sog.knots() < 0.5 => Some(Offset::default()),
            _ => {
                let from = (self.last.at - Span::from_secs(120)).max(self.first_at);
                let elapsed = (self.last.at - from).seconds();
                let then = self.history.position_at(from)?;
                (elapsed >= 30.0).then(|| then.offset_to(self.last.position).scaled(1.0 / elapsed))
            }
        }
    }

    /// Whether its AIS is overdue at `now`, so that radar may move it.
    pub fn is_ais_late(&self, now: EventTime) -> bool {
        let heard_at = self.heard_at.unwrap_or(self.last.at);
        now - heard_at > self.expected_interval().times(LATE_INTERVALS).max(LATE_AT_LEAST)
    }

    /// The sensors that hold it at `now`; where none does any more, the one that saw it last.
    pub fn sources(&self, now: EventTime) -> SmallVec<[Source; 2]> {
        let mut sources = SmallVec::new();
        if self.heard_at.is_some() && !self.is_ais_late(now) {
            sources.push(Source::Ais);
        }
        if self.echo.is_some() || self.radar.is_some_and(|bond| now - bond.last_at < RADAR_HOLDS) {
            sources.push(Source::Radar);
        }
        if sources.is_empty() {
            sources.push(self.last.source);
        }
        sources
    }

    /// Whether its echo is one with another's at `now`, as far as a radar's last turns tell.
    pub fn is_merged(&self, now: EventTime) -> bool {
        self.merged_at.is_some_and(|at| now - at < RADAR_HOLDS)
    }

    /// Whether radar moves it now: radar-only, or bound and silent.
    pub fn is_radar_only(&self) -> bool {
        self.mmsi.is_none()
    }
}

#[cfg(test)]
impl Fix {
    /// An AIS fix that tells a time and a place only, for tests.
    pub(crate) fn plain(at: EventTime, position: Position) -> Fix {
        let (feed, source) = (FeedId(0), Source::Ais);
        Fix { at, position, sog: None, cog: None, source, sigma_m: 10.0, feed, seq: 0, digest: 0 }
    }
}

/// The public name of a track whose first observation is this one.
pub fn track_id(source_key: u64, first: &Fix) -> TrackId {
    let mut bytes = [0u8; 26];
    bytes[..8].copy_from_slice(&source_key.to_le_bytes());
    bytes[8..16].copy_from_slice(&first.at.millis().to_le_bytes());
    bytes[16..18].copy_from_slice(&first.feed.0.to_le_bytes());
    bytes[18..].copy_from_slice(&first.digest.to_le_bytes());
    TrackId(digest64(&bytes))
}

/// Names like `NET 85%` or `BUOY 12.4V`.
fn names_a_battery(name: &str) -> bool {
    name.split_whitespace().any(|word| {
        let percent = word.strip_suffix('%').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        let volts = word.strip_suffix(['V', 'v']).and_then(|n| n.split_once('.'));
        let digits = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
        percent || volts.is_some_and(|(whole, part)| digits(whole) && digits(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_vessel_is_held_by_radar_alone_and_without_it_by_what_saw_it_last() {
        let at = |s: i64| EventTime::from_millis(0) + Span::from_secs(s);
        let here = Position::from_degrees(8.5, 106.5).unwrap();
        let mut track = Track::new(TrackId(1), Some(Mmsi(574_000_001)), AisClass::A, Fix::plain(at(0), here));
        track.heard_at = Some(at(0));
        track.radar = Some(RadarBond { echo: Echo::Target(0), posterior: 1.0, since: at(0), last_at: at(100) });
        let sources = |s: i64| track.sources(at(s)).to_vec();
        assert_eq!(sources(30), [Source::Ais, Source::Radar]);
        assert_eq!(sources(1000), [Source::Ais], "nothing holds it any more");
        track.heard_at = Some(at(-900));
        assert_eq!(track.sources(at(100)).to_vec(), [Source::Radar]);
    }

    #[test]
    fn batteries_in_names() {
        for name in ["NET 85%", "BUOY 12.4V", "GEAR7 100%"] {
            assert!(names_a_battery(name), "{name}");
        }
        for name in ["BV 91234 TS", "V", "100 V", "OCEAN V", "%"] {
            assert!(!names_a_battery(name), "{name}");
        }
    }
}
