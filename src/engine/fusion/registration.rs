//! What a radar measures wrongly for good: its range and bearing bias, learnt from vessels whose AIS tells where they are.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::coarse::{Vote, Votes};
use crate::engine::time::{EventTime, Span};
use crate::engine::track::TrackIx;

/// Standard deviations before anything is learnt: m, degrees.
const AT_FIRST: (f64, f64) = (100.0, 1.0);
/// How fast either may wander: m a root second, degrees a root second.
const WANDER: (f64, f64) = (0.05, 0.0005);
/// A residual beyond this many standard deviations says nothing.
const GATE: f64 = 4.0;
/// Consecutive residuals of a vessel share its echo's place on the hull: each counts for this many times its variance.
const CORRELATED: f64 = 12.0;
/// Vessels that must have told within `LATELY`, else it is frozen.
const CONTRIBUTORS: usize = 3;
/// No more are kept.
const CONTRIBUTORS_KEPT: usize = 64;
/// What counts as lately.
const LATELY: Span = Span::from_secs(60);
/// What a vessel's hull and its AIS add to a vote's standard deviation: m, degrees.
const TOLD: (f64, f64) = (15.0, 0.1);
/// Where an echo lies on a hull, one standard deviation, m: what a bias of few vessels is unsure by.
const HULL_M: f64 = 25.0;
/// Once it is known, a bias is sought anew with so many votes ...
const CHECKED_WITH: usize = 60;
/// ... and believed if this many times the votes of the known one, and this far from it in standard deviations.
const MOVED: (usize, f64) = (3, 3.0);

/// The bias of one radar, as far as it is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registration {
    range: Scalar,
    bearing: Scalar,
    /// Whether votes have told about where it is.
    settled: bool,
    votes: Votes,
    contributors: SmallVec<[(TrackIx, EventTime); 8]>,
}

/// One unknown with its variance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Scalar {
    value: f64,
    variance: f64,
    at: Option<EventTime>,
}

/// A residual: what was measured less what AIS says, with variances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    /// Range, m.
    pub range_m: f64,
    /// Its variance, m2.
    pub range_m2: f64,
    /// Bearing, degrees.
    pub bearing_deg: f64,
    /// Its variance, square degrees.
    pub bearing_deg2: f64,
}

impl Default for Registration {
    fn default() -> Self {
        let unknown = |sigma: f64| Scalar { value: 0.0, variance: sigma * sigma, at: None };
        Registration {
            range: unknown(AT_FIRST.0),
            bearing: unknown(AT_FIRST.1),
            settled: false,
            votes: Votes::default(),
            contributors: SmallVec::new(),
        }
    }
}

impl Scalar {
    /// One step of a robust filter; whether the residual lay within the gate.
    fn take(&mut self, at: EventTime, residual: f64, variance: f64, wander: f64) -> bool {
        let since_s = self.at.map_or(0.0, |before| (at - before).seconds().max(0.0));
        self.at = Some(at);
        self.variance += wander * wander * since_s;
        let innovation = residual - self.value;
        if innovation * innovation > GATE * GATE * (self.variance + variance) {
            return false;
        }
        let gain = self.variance / (self.variance + variance * CORRELATED);
        self.value += gain * innovation;
        self.variance *= 1.0 - gain;
        true
    }
}

impl Registration {
    /// Whether votes have told about where the bias is.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// Takes the vote of a plot and a vessel.
    pub fn vote(&mut self, vote: Vote) {
        self.votes.take(vote);
    }

    /// Decides by votes, if they are clear, about where the bias is; by how much it changed, m and degrees, if it did.
    /// `sigmas`: the radar's standard deviations, m and degrees.
    pub fn decide(&mut self, at: EventTime, sigmas: (f64, f64)) -> Option<(f64, f64)> {
        if self.settled && self.votes.len() < CHECKED_WITH {
            return None;
        }
        let sigmas = (libm::hypot(sigmas.0, TOLD.0), libm::hypot(sigmas.1, TOLD.1));
        let peak = self.votes.peak(sigmas);
        let before = (self.range.value, self.bearing.value);
        let moved = peak.filter(|peak| {
            let far = (peak.bias.0 - before.0).abs() > MOVED.1 * sigmas.0
                || (peak.bias.1 - before.1).abs() > MOVED.1 * sigmas.1;
            !self.settled || (far && peak.votes > MOVED.0 * self.votes.around(before, sigmas))
        });
        if self.settled || moved.is_some() {
            self.votes.clear();
        }
        let peak = moved?;
        let vessels = peak.vessels as f64;
        let variance = |sigma: f64, hull: f64| (sigma * sigma + hull * hull) / vessels;
        self.range = Scalar { value: peak.bias.0, variance: variance(sigmas.0, HULL_M), at: Some(at) };
        self.bearing = Scalar { value: peak.bias.1, variance: variance(sigmas.1, TOLD.1), at: Some(at) };
        self.settled = true;
        Some((peak.bias.0 - before.0, peak.bias.1 - before.1))
    }

    /// Learns from a plot of a vessel whose place AIS tells.
    pub fn learn(&mut self, at: EventTime, vessel: TrackIx, residual: Residual) {
        self.contributors.retain(|(_, told)| at - *told <= LATELY);
        let room = self.contributors.len() < CONTRIBUTORS_KEPT;
        match self.contributors.iter_mut().find(|(who, _)| *who == vessel) {
            Some((_, told)) => *told = at,
            None if room => self.contributors.push((vessel, at)),
            None => {}
        }
        if self.contributors.len() >= CONTRIBUTORS {
            self.range.take(at, residual.range_m, residual.range_m2, WANDER.0);
            self.bearing.take(at, residual.bearing_deg, residual.bearing_deg2, WANDER.1);
        }
    }

    /// What a range is too long by, m.
    pub fn range_m(&self) -> f64 {
        self.range.value
    }

    /// What a bearing is too far clockwise by, degrees.
    pub fn bearing_deg(&self) -> f64 {
        self.bearing.value
    }

    /// Standard deviations of both: m, degrees.
    pub fn sigmas(&self) -> (f64, f64) {
        (libm::sqrt(self.range.variance), libm::sqrt(self.bearing.variance))
    }

    /// Vessels that told lately.
    pub fn contributors(&self) -> usize {
        self.contributors.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(registration: &mut Registration, vessels: u32, turns: u32) {
        for turn in 0..turns {
            for vessel in 0..vessels {
                let wobble = libm::sin(f64::from(turn * 31 + vessel * 17));
                let residual = Residual {
                    range_m: 40.0 + 20.0 * wobble,
                    range_m2: 400.0,
                    bearing_deg: 0.5 - 0.3 * wobble,
                    bearing_deg2: 0.09,
                };
                registration.learn(EventTime::from_millis(3_000 * i64::from(turn)), TrackIx(vessel), residual);
            }
        }
    }

    #[test]
    fn finds_both_biases_in_five_minutes() {
        let mut registration = Registration::default();
        learn(&mut registration, 6, 100);
        assert!((registration.range_m() - 40.0).abs() < 5.0 && (registration.bearing_deg() - 0.5).abs() < 0.03);
        let (range, bearing) = registration.sigmas();
        assert!(range < 5.0 && bearing < 0.1 && registration.contributors() == 6);
    }

    #[test]
    fn two_vessels_are_too_few() {
        let mut registration = Registration::default();
        learn(&mut registration, 2, 100);
        assert_eq!((registration.range_m(), registration.bearing_deg()), (0.0, 0.0));
    }

    #[test]
    fn an_outlier_says_nothing() {
        let mut registration = Registration::default();
        learn(&mut registration, 6, 100);
        let before = registration.range_m();
        let far = Residual { range_m: 900.0, range_m2: 400.0, bearing_deg: 9.0, bearing_deg2: 0.09 };
        registration.learn(EventTime::from_millis(301_000), TrackIx(1), far);
        assert_eq!(registration.range_m(), before);
    }
}
