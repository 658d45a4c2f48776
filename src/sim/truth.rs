//! What a scenario's script did: true anomalies, innocents that look like them, and how sensors held them.

use serde::{Serialize, Serializer};

use crate::engine::time::EventTime;
use crate::engine::units::wrap_180;

use super::chart::RadarSite;
use super::vessel::Vessel;

/// Two hulls within this range difference and beam width give one echo.
pub const CELL_RANGE_M: f64 = 35.0;
/// Two hulls within this bearing difference and the cell's range give one echo.
pub const CELL_BEARING_DEG: f64 = 0.6;

/// A vessel named in truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Its id in the scenario.
    pub vessel: String,
    /// Its MMSI, null without AIS.
    pub mmsi: Option<u32>,
}

/// One line of `truth.jsonl`.
#[derive(Clone, Debug, Serialize)]
pub struct Truth {
    /// Kind of anomaly, as in alert lines.
    pub kind: &'static str,
    /// Who.
    pub subjects: Vec<Subject>,
    /// The patrol zone that holds the onset.
    pub zone: Option<&'static str>,
    /// When it began.
    #[serde(serialize_with = "iso")]
    pub onset: EventTime,
    /// When it ended; null if it lasts beyond the scenario.
    #[serde(serialize_with = "iso_or_null")]
    pub end: Option<EventTime>,
    /// How far off the onset an observer may be, s.
    pub onset_uncertain_s: u32,
    /// In words.
    pub note: &'static str,
    /// What only this kind has.
    #[serde(flatten)]
    pub details: Details,
}

/// The fields that only one kind of truth has.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Details {
    /// A transfer.
    ShipToShip {
        /// Hull to hull, m.
        gap_m: f64,
        /// `ais_ais`, `ais_radar` or `radar_radar`.
        partner: &'static str,
        /// Share of the time within one radar cell; null where no radar looks.
        merged_fraction: Option<f64>,
        /// Whether they make way.
        under_way: bool,
        /// Transfers of one mother share it.
        group: String,
    },
    /// A loiter.
    Loitering {
        /// `drift` or `boundary`.
        subkind: &'static str,
    },
    /// A silence.
    DarkPeriod {
        /// Whether a radar has a fair chance for four fifths of it.
        radar_held: bool,
        /// The share for which it has.
        radar_held_fraction: f64,
        /// Its length, s.
        duration_s: f64,
    },
    /// A craft of 25 m or more without AIS under radar.
    DarkContact {
        /// Its length, m.
        length_m: f64,
    },
    /// A crossing of a patrol zone's drawn line.
    Crossing {
        /// Whether its AIS is on.
        ais_on: bool,
        /// Whether a radar has a fair chance to see it.
        radar_held: bool,
        /// Not ten minutes on either side.
        brief: bool,
    },
    /// A station that hears nothing.
    Outage {
        /// The station.
        station: &'static str,
    },
    /// A vessel that comes back under another number.
    IdentityChange {
        /// The number before.
        old_mmsi: Option<u32>,
        /// The number after.
        new_mmsi: Option<u32>,
        /// Whether it was silent in between.
        during_dark: bool,
    },
    /// What has no fields of its own.
    Plain {},
    /// A feed that says nothing.
    FeedLost {
        /// The feed.
        feed: &'static str,
    },
}

/// One line of `innocent.jsonl`.
#[derive(Clone, Debug, Serialize)]
pub struct Innocent {
    /// Who; empty for what befalls an area.
    pub subjects: Vec<Subject>,
    /// From when.
    #[serde(serialize_with = "iso")]
    pub onset: EventTime,
    /// Until when.
    #[serde(serialize_with = "iso")]
    pub end: EventTime,
    /// What it is.
    pub why: &'static str,
    /// The station, for an outage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub station: Option<&'static str>,
}

/// The share of the time from `from_s` to `to_s` in which some radar has at least an even chance of an echo.
pub fn held_fraction(radars: &[RadarSite], vessel: &Vessel, from_s: f64, to_s: f64) -> f64 {
    share_of_minutes(from_s, to_s, |at_s| Some(is_held(radars, vessel, at_s))).unwrap_or(0.0)
}

/// Whether some radar has at least an even chance of an echo now.
pub fn is_held(radars: &[RadarSite], vessel: &Vessel, at_s: f64) -> bool {
    let position = vessel.path.position(at_s);
    vessel.has_echo && radars.iter().any(|radar| radar.sees(vessel.length_m, radar.position.offset_to(position)) >= 0.5)
}

/// The share of the time in which two hulls lie in one cell of the first radar that looks there; `None` where none does.
pub fn merged_fraction(radars: &[RadarSite], a: &Vessel, b: &Vessel, from_s: f64, to_s: f64) -> Option<f64> {
    let merged = |at_s: f64| {
        let (p, q) = (a.path.position(at_s), b.path.position(at_s));
        let looks = |radar: &&RadarSite| radar.sees(a.length_m.max(b.length_m), radar.position.offset_to(p)) > 0.0;
        radars.iter().find(looks).map(|radar| {
            let (p, q) = (radar.position.offset_to(p), radar.position.offset_to(q));
            let turn = wrap_180(p.direction().degrees() - q.direction().degrees());
            (p.length().0 - q.length().0).abs() < CELL_RANGE_M && turn.abs() < CELL_BEARING_DEG
        })
    };
    share_of_minutes(from_s, to_s, merged)
}

/// The share of true answers, asked each 30 s; rounded to three decimals, `None` without an answer.
fn share_of_minutes(from_s: f64, to_s: f64, ask: impl Fn(f64) -> Option<bool>) -> Option<f64> {
    let steps = libm::ceil((to_s - from_s) / 30.0).max(1.0) as u32;
    let answers: Vec<bool> = (0..steps).filter_map(|step| ask(from_s + 30.0 * f64::from(step))).collect();
    let yes = answers.iter().filter(|answer| **answer).count();
    (!answers.is_empty()).then(|| libm::round(1000.0 * yes as f64 / answers.len() as f64) / 1000.0)
}

fn iso<S: Serializer>(time: &EventTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time.iso())
}

fn iso_or_null<S: Serializer>(time: &Option<EventTime>, to: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => iso(time, to),
        None => to.serialize_none(),
    }
}
