//! One fused track: its filter, what speaks for its existence, and the vessel it is.

use serde::{Deserialize, Serialize};

use super::filter::{Filter, State};
use super::frame::Frame;
use super::matrix::{Matrix, Vector, length, scale, subtract};
use super::twin::Twin;
use crate::engine::earth::{Offset, Position};
use crate::engine::grid::Cell;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::TrackIx;

/// Spread of vessels' speeds before one is measured, m/s.
const SPEED_SIGMA: f64 = 7.0;
/// A track is believed above this score ...
const CONFIRMING_SCORE: f64 = 14.0;
/// ... and with so many plots.
const CONFIRMING_HITS: f64 = 4.0;
/// One plot never speaks louder than this.
const GAIN_AT_MOST: f64 = 7.0;
/// A rotation is judged at its end: a plot anywhere in it lies less than this many rotations back.
pub(super) const MISSED: f64 = 0.99;
/// What a missed rotation costs (a chance of detection of 0.7).
const MISS: f64 = 1.2;
/// A tentative track below this score is dropped ...
const DROPPED_BELOW: f64 = 0.0;
/// ... and so is one that missed this many rotations.
const TENTATIVE_MISSES: f64 = 3.5;
/// Rotations a confirmed track coasts, by radar alone ...
const COASTS_ALONE: f64 = 10.5;
/// ... and as a vessel that is known.
const COASTS_BOUND: f64 = 20.5;
/// Nobody coasts longer than this without any report, whatever the radar does.
const COASTS_AT_MOST: Span = Span::from_mins(4);
/// AIS is fresh for this long.
pub const AIS_FRESH: Span = Span::from_secs(30);

/// The AIS fix that a bound track heard last, at the hull's centre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// When.
    pub at: EventTime,
    /// Where the hull's centre is.
    pub place: Position,
    /// Velocity over ground, m/s.
    pub velocity: Vector,
    /// Whether the antenna's place on the hull is known.
    pub dimensions_known: bool,
}

impl Heard {
    /// Where the hull's centre is at an instant, if it went on as it said.
    pub fn place_at(&self, at: EventTime) -> Position {
        let [east_m, north_m] = scale(self.velocity, (at - self.at).seconds());
        self.place.moved(Offset { east_m, north_m })
    }
}

/// The plot that was taken last, for evidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// When.
    pub at: EventTime,
    /// The radar's place in the table of radars.
    pub radar: u16,
    /// Rotations that radar had swept.
    pub turns: f64,
    /// From the antenna, m.
    pub range_m: f64,
    /// Journal number of its report.
    pub seq: u64,
    /// Digest of its report.
    pub digest: u64,
}

/// One fused track.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FusedTrack {
    pub(super) frame: Frame,
    pub(super) filter: Filter,
    /// The filter's time.
    pub(super) at: EventTime,
    pub(super) cell: Cell,
    /// When it began.
    pub first_at: EventTime,
    pub(super) score: f64,
    /// Plots taken.
    pub hits: u32,
    pub(super) hit: Option<Hit>,
    /// When it last took a plot that it shared with no other.
    pub(super) own_at: EventTime,
    /// A neighbour that it may be.
    pub(super) twin: Option<Twin>,
    /// Whether it was ever the only one in its resolution cell.
    pub(super) apart: bool,
    /// Whether its last plot was shared with another track.
    pub(super) merged_at: Option<EventTime>,
    pub(super) confirmed: bool,
    pub(super) vessel: Option<TrackIx>,
    pub(super) heard: Option<Heard>,
    pub(super) llr: f64,
    /// Rotations in a row that saw nothing where AIS told of it.
    pub(super) unseen: u32,
    pub(super) astray: u8,
    /// Length told by AIS, m.
    pub(super) length_m: Option<f64>,
    /// How far ahead of the hull's centre its echo lies, m, with the variance.
    pub(super) lead_m: f64,
    pub(super) lead_m2: f64,
    /// The picture's track of a radar-only one.
    pub own: Option<TrackIx>,
}

/// How a track stands with its radar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Lives,
    Over,
}

impl FusedTrack {
    /// A track of a first plot or fix.
    pub(super) fn new(
        at: EventTime,
        place: Position,
        r: Matrix,
        velocity: Option<(Vector, Matrix)>,
        cell: Cell,
    ) -> Self {
        let frame = Frame::at(place);
        let (v, vv) = velocity.unwrap_or(([0.0, 0.0], Matrix::scalar(SPEED_SIGMA * SPEED_SIGMA)));
        FusedTrack {
            frame,
            filter: Filter::new([0.0, 0.0], r, v, vv),
            at,
            cell,
            first_at: at,
            score: 0.0,
            hits: 0,
            hit: None,
            own_at: at,
            twin: None,
            apart: false,
            merged_at: None,
            confirmed: false,
            vessel: None,
            heard: None,
            llr: 0.0,
            unseen: 0,
            astray: 0,
            length_m: None,
            lead_m: 0.0,
            lead_m2: 0.0,
            own: None,
        }
    }

    /// Its state at an instant; before its last measurement it is carried back on its velocity.
    pub(super) fn state_at(&self, at: EventTime) -> State {
        let dt_s = (at - self.at).seconds();
        let mut state = self.filter.state_after(dt_s);
        if dt_s < 0.0 {
            state.p = super::matrix::add(state.p, scale(state.v, dt_s));
        }
        state
    }

    /// Where it is expected at an instant, in its plane.
    pub(super) fn expected_at(&self, at: EventTime) -> Vector {
        self.filter.expected_after((at - self.at).seconds())
    }

    /// How far a place is from where it is expected at an instant, east and north in m.
    pub(super) fn offset_of(&self, place: Position, at: EventTime) -> Vector {
        subtract(self.frame.plane(place), self.expected_at(at))
    }

    /// A point measured at an instant as it would be measured now, if the filter is ahead of it; carries the filter there if not.
    pub(super) fn advance(&mut self, at: EventTime, point: Vector) -> Vector {
        let dt_s = (at - self.at).seconds();
        if dt_s >= 0.0 {
            self.filter.predict(dt_s);
            self.at = at;
            return point;
        }
        super::matrix::add(point, scale(self.filter.velocity(), -dt_s))
    }

    /// Lays the plane anew when the track has left it.
    pub(super) fn recentre(&mut self) {
        let point = self.filter.expected_after(0.0);
        if self.frame.is_left_by(point) {
            let place = self.frame.earth(point);
            let frame = Frame::at(place);
            let origin = self.frame.plane(place);
            self.filter.shift(origin);
            self.frame = frame;
        }
    }

    /// The direction of the hull: of what AIS or the filter says of its motion; `None` when it lies still.
    pub(super) fn direction(&self) -> Option<Vector> {
        let v = self.filter.velocity();
        let speed = length(v);
        (speed > 0.7).then(|| scale(v, 1.0 / speed))
    }

    /// Where it is at an instant, with one standard deviation in m and its velocity in m/s.
    pub fn estimate(&self, at: EventTime) -> (Position, f64, Vector) {
        let state = self.state_at(at);
        (self.frame.earth(state.p), libm::sqrt(0.5 * (state.pp.a + state.pp.d)), state.v)
    }

    /// A plot was found to be its.
    pub(super) fn note_hit(&mut self, hit: Hit, gain: f64) {
        self.hits = self.hits.saturating_add(1);
        self.score = (self.score + gain.min(GAIN_AT_MOST)).min(60.0);
        (self.hit, self.own_at) = (Some(hit), hit.at);
        self.merged_at = None;
        self.unseen = 0;
        self.confirmed |= self.score >= CONFIRMING_SCORE && f64::from(self.hits) >= CONFIRMING_HITS && self.apart;
    }

    /// Whether AIS tells of it at an instant.
    pub(super) fn is_told(&self, at: EventTime) -> bool {
        self.heard.is_some_and(|heard| at - heard.at <= AIS_FRESH)
    }

    /// Rotations that its radar has swept since its last plot.
    pub(super) fn misses(&self, turns: f64) -> f64 {
        self.hit.map_or(f64::MAX, |hit| turns - hit.turns)
    }

    /// A rotation of its radar went by; `missed` if without a plot.
    pub(super) fn judge(&mut self, turns: f64, now: EventTime) -> Standing {
        let misses = self.misses(turns);
        if misses >= MISSED {
            self.score -= MISS;
            self.unseen = if self.is_told(now) { self.unseen.saturating_add(1) } else { 0 };
        }
        let ais_fresh = self.heard.is_some_and(|heard| now - heard.at <= AIS_FRESH.times(3));
        let over = if ais_fresh {
            false
        } else if self.vessel.is_some() {
            misses > COASTS_BOUND
        } else if self.confirmed {
            misses > COASTS_ALONE
        } else {
            misses > TENTATIVE_MISSES || self.score < DROPPED_BELOW
        };
        if over || now - self.seen_at() > COASTS_AT_MOST { Standing::Over } else { Standing::Lives }
    }

    /// When anything last told of it.
    pub(super) fn seen_at(&self) -> EventTime {
        let (hit, heard) = (self.hit.map_or(EventTime::MIN, |h| h.at), self.heard.map_or(EventTime::MIN, |h| h.at));
        hit.max(heard)
    }

    /// Whether radar has seen enough of it to be believed.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    /// The vessel with AIS that it is.
    pub fn vessel(&self) -> Option<TrackIx> {
        self.vessel
    }

    /// The plot it took last.
    pub fn last_hit(&self) -> Option<&Hit> {
        self.hit.as_ref()
    }

    /// Rotations in a row that saw nothing where AIS told of it.
    pub fn unseen(&self) -> u32 {
        self.unseen
    }

    /// Since when it shares its echo with another.
    pub fn merged_at(&self) -> Option<EventTime> {
        self.merged_at
    }

    /// The chance that it is the vessel it is bound to, when AIS last spoke.
    pub fn posterior(&self) -> f64 {
        1.0 / (1.0 + libm::exp(-self.llr))
    }
}
