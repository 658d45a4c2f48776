//! What comes out of the engine.

use super::alert::Alert;
use super::decode::report::AisClass;
use super::earth::Position;
use super::time::EventTime;
use super::track::{Fix, Holding, Source, TrackId};
use super::units::{Course, Speed};
use super::vessel::Mmsi;
use smallvec::SmallVec;

/// One output, in the order of event time.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A new revision of an alert.
    Alert(Box<Alert>),
    /// A live track's state at a multiple of the chosen step.
    Track(TrackState),
    /// A fix worth keeping of a track's way, at most one in the chosen step.
    Fix(TrackId, Fix),
}

/// A track's state at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackState {
    /// The instant.
    pub at: EventTime,
    /// Public name.
    pub track: TrackId,
    /// Where it is at that instant.
    pub position: Position,
    /// Speed over ground.
    pub sog: Option<Speed>,
    /// Course over ground.
    pub cog: Option<Course>,
    /// Its number.
    pub mmsi: Option<Mmsi>,
    /// How sure the number is, 0-1.
    pub mmsi_confidence: f64,
    /// AIS equipment.
    pub class: AisClass,
    /// How AIS and radar hold it, where a radar looks.
    pub holding: Option<Holding>,
    /// Sensors that hold it.
    pub sources: SmallVec<[Source; 2]>,
    /// One standard deviation, m.
    pub sigma_m: f64,
}
