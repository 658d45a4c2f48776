//! The estimate of one moving object: two constant-velocity modes that interact, one calm and one that manoeuvres.
//!
//! The interacting multiple model of Blom and Bar-Shalom (IEEE Transactions on Automatic Control 33, 1988). States are east
//! and north metres from a fixed place and metres a second; covariances are kept as blocks of two by two.

use serde::{Deserialize, Serialize};

use super::matrix::{Matrix, Vector, add, scale, subtract};

/// Acceleration noise density of the calm mode, m2/s3.
const CALM: f64 = 0.004;
/// That of the mode that manoeuvres.
const MANOEUVRE: f64 = 0.25;
/// ln of the chance to stay in a mode in one step of `STEP_S`: of 0.985 and of 0.92.
const LN_STAY: [f64; 2] = [-0.015_113_637_810_048_184, -0.083_381_608_939_051_01];
/// The step that these chances are for, s.
const STEP_S: f64 = 3.0;
/// Modes are told apart only down to this weight, so that either can come back.
const LEAST_WEIGHT: f64 = 1e-4;

/// A mean with its covariance: position, position with velocity, velocity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Position, m.
    pub p: Vector,
    /// Velocity, m/s.
    pub v: Vector,
    /// Covariance of the position.
    pub pp: Matrix,
    /// Covariance of position (rows) and velocity (columns).
    pub pv: Matrix,
    /// Covariance of the velocity.
    pub vv: Matrix,
}

/// Two modes and how likely each is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    modes: [State; 2],
    weights: [f64; 2],
}

impl State {
    fn predict(&mut self, dt_s: f64, noise: f64) {
        self.p = add(self.p, scale(self.v, dt_s));
        let drift = self.pv.plus(self.pv.transposed()).times(dt_s);
        let spread = self.vv.times(dt_s * dt_s).plus(Matrix::scalar(noise * dt_s * dt_s * dt_s / 3.0));
        self.pp = self.pp.plus(drift).plus(spread);
        self.pv = self.pv.plus(self.vv.times(dt_s)).plus(Matrix::scalar(noise * dt_s * dt_s / 2.0));
        self.vv = self.vv.plus(Matrix::scalar(noise * dt_s));
    }

    /// Takes a measured position; returns its log-likelihood but for a constant.
    fn take_position(&mut self, z: Vector, r: Matrix) -> f64 {
        let s = self.pp.plus(r);
        let inverse = s.inverse();
        let residual = subtract(z, self.p);
        let (kp, kv) = (self.pp.of(inverse), self.pv.transposed().of(inverse));
        self.p = add(self.p, kp.apply(residual));
        self.v = add(self.v, kv.apply(residual));
        self.vv = self.vv.minus(kv.of(self.pv)).symmetric();
        self.pv = self.pv.minus(kp.of(self.pv));
        self.pp = self.pp.minus(kp.of(self.pp)).symmetric();
        -0.5 * (super::matrix::dot(residual, inverse.apply(residual)) + libm::log(s.determinant()))
    }

    /// Takes a measured velocity likewise.
    fn take_velocity(&mut self, z: Vector, r: Matrix) -> f64 {
        let s = self.vv.plus(r);
        let inverse = s.inverse();
        let residual = subtract(z, self.v);
        let (kp, kv) = (self.pv.of(inverse), self.vv.of(inverse));
        self.p = add(self.p, kp.apply(residual));
        self.v = add(self.v, kv.apply(residual));
        self.pp = self.pp.minus(kp.of(self.pv.transposed())).symmetric();
        self.pv = self.pv.minus(kp.of(self.vv));
        self.vv = self.vv.minus(kv.of(self.vv)).symmetric();
        -0.5 * (super::matrix::dot(residual, inverse.apply(residual)) + libm::log(s.determinant()))
    }
}

/// The mixture of both states as one.
fn mixed(states: &[State; 2], weights: [f64; 2]) -> State {
    let [one, two] = *states;
    let mean = |x: Vector, y: Vector| add(scale(x, weights[0]), scale(y, weights[1]));
    let (p, v) = (mean(one.p, two.p), mean(one.v, two.v));
    let mut all = State { p, v, pp: Matrix::default(), pv: Matrix::default(), vv: Matrix::default() };
    for (state, weight) in [(one, weights[0]), (two, weights[1])] {
        let (dp, dv) = (subtract(state.p, p), subtract(state.v, v));
        all.pp = all.pp.plus(state.pp.plus(Matrix::outer(dp, dp)).times(weight));
        all.pv = all.pv.plus(state.pv.plus(Matrix::outer(dp, dv)).times(weight));
        all.vv = all.vv.plus(state.vv.plus(Matrix::outer(dv, dv)).times(weight));
    }
    all
}

impl Filter {
    /// A filter at a measured position, with a velocity known to `vv` (none measured: zero and the fleet's spread).
    pub fn new(p: Vector, pp: Matrix, v: Vector, vv: Matrix) -> Self {
        let state = State { p, v, pp, pv: Matrix::default(), vv };
        Filter { modes: [state; 2], weights: [0.7, 0.3] }
    }

    /// Carries the estimate on by a time that is not negative.
    pub fn predict(&mut self, dt_s: f64) {
        if dt_s <= 0.0 {
            return;
        }
        let leave = LN_STAY.map(|ln_stay| (1.0 - libm::exp(ln_stay * dt_s / STEP_S)).min(0.5));
        let [w0, w1] = self.weights;
        let after = [w0 * (1.0 - leave[0]) + w1 * leave[1], w0 * leave[0] + w1 * (1.0 - leave[1])];
        let first = mixed(&self.modes, [w0 * (1.0 - leave[0]) / after[0], w1 * leave[1] / after[0]]);
        let second = mixed(&self.modes, [w0 * leave[0] / after[1], w1 * (1.0 - leave[1]) / after[1]]);
        self.modes = [first, second];
        self.weights = after;
        for (mode, noise) in self.modes.iter_mut().zip([CALM, MANOEUVRE]) {
            mode.predict(dt_s, noise);
        }
    }

    /// Takes a measured position with its covariance.
    pub fn take_position(&mut self, z: Vector, r: Matrix) {
        let said = [self.modes[0].take_position(z, r), self.modes[1].take_position(z, r)];
        self.weigh(said);
    }

    /// Takes a measured velocity with its covariance.
    pub fn take_velocity(&mut self, z: Vector, r: Matrix) {
        let said = [self.modes[0].take_velocity(z, r), self.modes[1].take_velocity(z, r)];
        self.weigh(said);
    }

    fn weigh(&mut self, said: [f64; 2]) {
        let most = said[0].max(said[1]);
        let raw = [self.weights[0] * libm::exp(said[0] - most), self.weights[1] * libm::exp(said[1] - most)];
        let first = (raw[0] / (raw[0] + raw[1])).clamp(LEAST_WEIGHT, 1.0 - LEAST_WEIGHT);
        self.weights = [first, 1.0 - first];
    }

    /// Where it is expected after a time: what `state_after` says of the position, without the covariances.
    pub fn expected_after(&self, dt_s: f64) -> Vector {
        let ahead = |mode: &State, weight: f64| scale(add(mode.p, scale(mode.v, dt_s)), weight);
        add(ahead(&self.modes[0], self.weights[0]), ahead(&self.modes[1], self.weights[1]))
    }

    /// Its mean velocity.
    pub fn velocity(&self) -> Vector {
        add(scale(self.modes[0].v, self.weights[0]), scale(self.modes[1].v, self.weights[1]))
    }

    /// Both modes as one state.
    pub fn state(&self) -> State {
        mixed(&self.modes, self.weights)
    }

    /// Both modes as one state, carried on by a time.
    pub fn state_after(&self, dt_s: f64) -> State {
        let mut copy = *self;
        copy.predict(dt_s);
        copy.state()
    }

    /// Knows its position less well by a covariance.
    pub fn loosen(&mut self, by: Matrix) {
        for mode in &mut self.modes {
            mode.pp = mode.pp.plus(by);
        }
    }

    /// Moves the place that positions are told from.
    pub fn shift(&mut self, by: Vector) {
        for mode in &mut self.modes {
            mode.p = subtract(mode.p, by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix::length;
    use super::*;
    use crate::engine::earth::Offset;

    /// A wobble of standard deviation about 20 m that no sequence of tests shares.
    fn noise(k: u32) -> Vector {
        [28.0 * libm::sin(f64::from(k) * 12.9898), 28.0 * libm::cos(f64::from(k) * 78.233)]
    }

    #[test]
    fn settles_on_a_straight_course_and_follows_a_turn() {
        let r = Matrix::scalar(400.0);
        let mut filter = Filter::new([0.0, 0.0], r, [0.0, 0.0], Matrix::scalar(64.0));
        let (mut place, mut heading) = ([0.0, 0.0], 45.0);
        for k in 1..160 {
            heading += if k > 100 { 2.5 } else { 0.0 };
            let v = Offset::polar(heading, 6.0);
            place = add(place, scale([v.east_m, v.north_m], 3.0));
            filter.predict(3.0);
            filter.take_position(add(place, noise(k)), r);
            let state = filter.state();
            let off = length(subtract(state.p, place));
            assert!(k < 20 || off < 40.0, "{k}: {off}");
            if k == 99 {
                assert!(length(subtract(state.v, [v.east_m, v.north_m])) < 0.6 && filter.weights[0] > 0.7);
                assert!(state.pp.a < 200.0 && state.pp.a > 10.0);
            }
        }
        assert!(filter.weights[1] > 0.3, "a turn is a manoeuvre: {:?}", filter.weights);
    }

    #[test]
    fn a_measured_velocity_moves_the_place_to_come() {
        let r = Matrix::scalar(100.0);
        let mut filter = Filter::new([0.0, 0.0], r, [0.0, 0.0], Matrix::scalar(64.0));
        filter.take_velocity([5.0, 0.0], Matrix::scalar(0.04));
        let ahead = filter.state_after(10.0);
        assert!((ahead.p[0] - 50.0).abs() < 0.5 && ahead.p[1].abs() < 0.5);
        assert!(ahead.pp.a > 100.0 && ahead.pp.a < 200.0);
        assert_eq!(filter.state_after(0.0), filter.state());
    }
}
