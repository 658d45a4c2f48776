//! AIS fixes: they move the track of their vessel, find it among the radar's, or begin it.

use serde::{Deserialize, Serialize};

use super::matrix::{Matrix, Vector, length, scale, subtract};
use super::sector::Few;
use super::track::{FusedTrack, Heard};
use super::{Event, FusedIx, Fusion};
use crate::engine::earth::Position;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::TrackIx;
use crate::engine::units::Metres;

/// Candidates are looked for within this distance.
const REACH: Metres = Metres(700.0);
/// Squared distances within which a track may be the vessel: position, velocity.
const AGREES: (f64, f64) = (12.0, 14.0);
/// Bound above this log-likelihood ratio.
const DECIDED: f64 = 4.6;
/// The best must exceed the second best by this.
const CLEAR: f64 = 2.3;
/// Reports it takes to decide between two.
const REPORTS: u32 = 3;
/// ln of vessels a square metre and square metre a second: what any other vessel would do.
const LN_ANYBODY: f64 = -21.0;
/// Share of the variance that the accuracy bit promises.
const AIS_VARIANCE: f64 = 1.0;
/// A told speed, one standard deviation, m/s.
const VELOCITY_M_S: f64 = 0.2;
/// A fix this far from its track speaks against it, and breaks the bond three times in a row ...
const ASTRAY: f64 = 25.0;
/// ... or at once after a silence.
const ASTRAY_AT_ONCE: f64 = 60.0;
const SILENCE: Span = Span::from_secs(40);
/// How far the antenna lies from what radar sees of a hull that tells no dimensions, along it, one standard deviation, m.
const ANTENNA_M: f64 = 40.0;
/// Length of a hull that tells none, m.
const USUAL_LENGTH_M: f64 = 40.0;
/// A vessel that radar lost while it was silent is remembered for this long.
const REMEMBERED: Span = Span::from_mins(20);
/// At most so many are.
const MEMORIES: usize = 10_000;
/// What a bond is worth that rests on memory alone.
const REMEMBERED_LLR: f64 = 1.5;
/// A bound track that missed so many rotations may be looked for among others.
const ECHO_LOST: f64 = 3.0;

/// An AIS fix of a vessel's track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AisFix {
    /// The vessel's track in the picture.
    pub vessel: TrackIx,
    /// When.
    pub at: EventTime,
    /// Where the hull's centre is, as far as the antenna's place is known.
    pub place: Position,
    /// One standard deviation of the antenna's position, m.
    pub sigma_m: f64,
    /// Velocity over ground, east and north, m/s.
    pub velocity: Option<Vector>,
    /// Whether the antenna's place on the hull is known.
    pub dimensions_known: bool,
    /// Length of the hull, m.
    pub length_m: Option<f64>,
}

/// A vessel that radar lost while it was silent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Memory {
    pub(super) vessel: TrackIx,
    track: Box<FusedTrack>,
    lost_at: EventTime,
}

/// Tracks that a vessel may be.
pub type Suits = Few<Suit>;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suit {
    fused: FusedIx,
    llr: f64,
    reports: u32,
    at: EventTime,
}

impl AisFix {
    /// Where the hull's centre is at an instant, if it went on as it said.
    pub fn place_at(&self, at: EventTime) -> Position {
        self.heard().place_at(at)
    }

    fn covariance(&self) -> Matrix {
        let isotropic = Matrix::scalar(self.sigma_m * self.sigma_m * AIS_VARIANCE);
        if self.dimensions_known {
            return isotropic;
        }
        let along_m = USUAL_LENGTH_M / 4.0;
        match self.velocity.filter(|v| length(*v) > 0.5) {
            Some(v) => isotropic.plus(Matrix::oriented(scale(v, 1.0 / length(v)), along_m * along_m, 4.0)),
            None => isotropic.plus(Matrix::scalar(along_m * along_m)),
        }
    }

    /// What the unknown place of the antenna adds where a fix is compared with an echo.
    fn antenna(&self) -> Matrix {
        match self.velocity.filter(|v| length(*v) > 0.5) {
            _ if self.dimensions_known => Matrix::scalar(0.0),
            Some(v) => Matrix::oriented(scale(v, 1.0 / length(v)), ANTENNA_M * ANTENNA_M, 0.0),
            None => Matrix::scalar(0.5 * ANTENNA_M * ANTENNA_M),
        }
    }

    fn velocity_covariance(&self) -> Matrix {
        let speed = self.velocity.map_or(0.0, length);
        let (along, across) = (VELOCITY_M_S, VELOCITY_M_S + 0.025 * speed);
        match self.velocity.filter(|_| speed > 0.5) {
            Some(v) => Matrix::oriented(scale(v, 1.0 / speed), along * along, across * across),
            None => Matrix::scalar(across * across),
        }
    }

    fn heard(&self) -> Heard {
        Heard {
            at: self.at,
            place: self.place,
            velocity: self.velocity.unwrap_or([0.0, 0.0]),
            dimensions_known: self.dimensions_known,
        }
    }
}

impl FusedTrack {
    /// Moves the estimate by an AIS fix.
    fn take_fix(&mut self, fix: &AisFix) {
        let z = self.advance(fix.at, self.frame.plane(fix.place));
        if fix.dimensions_known && self.heard.is_some_and(|heard| !heard.dimensions_known) {
            self.filter.loosen(Matrix::scalar(ANTENNA_M * ANTENNA_M));
        }
        self.filter.take_position(z, fix.covariance());
        if let Some(velocity) = fix.velocity {
            self.filter.take_velocity(velocity, fix.velocity_covariance());
        }
        self.recentre();
        self.learn_hull(fix);
    }

    fn learn_hull(&mut self, fix: &AisFix) {
        self.heard = Some(fix.heard());
        if let (None, Some(length_m)) = (self.length_m, fix.length_m.filter(|_| fix.dimensions_known)) {
            self.length_m = Some(length_m);
            (self.lead_m, self.lead_m2) = (0.0, 0.17 * 0.17 * length_m * length_m);
        }
    }

    /// Squared distances of a fix in position and velocity, and its log-likelihood.
    fn compare(&self, fix: &AisFix) -> (f64, f64, f64) {
        let state = self.state_at(fix.at);
        let extent = if self.length_m.is_some() { 0.0 } else { 64.0 };
        let sp = state.pp.plus(fix.covariance()).plus(fix.antenna()).plus(Matrix::scalar(extent));
        let dp = sp.distance_squared(subtract(self.frame.plane(fix.place), state.p));
        let ln_tau = libm::log(std::f64::consts::TAU);
        let ln_position = -0.5 * (dp + libm::log(sp.determinant())) - ln_tau;
        let Some(velocity) = fix.velocity else { return (dp, 0.0, ln_position - 5.0) };
        let sv = state.vv.plus(fix.velocity_covariance());
        let dv = sv.distance_squared(subtract(velocity, state.v));
        (dp, dv, ln_position - 0.5 * (dv + libm::log(sv.determinant())) - ln_tau)
    }
}

impl Fusion {
    /// Takes an AIS fix of a vessel's track.
    pub fn take_ais(&mut self, fix: &AisFix, events: &mut Vec<Event>) {
        if self.radars.is_empty() {
            return;
        }
        self.memories.retain(|memory| memory.vessel != fix.vessel);
        match self.by_vessel.get(&fix.vessel).copied() {
            Some(ix) => self.take_bound(ix, fix, events),
            None if self.is_in_reach(fix.place) => self.find_or_begin(fix, events),
            None => {}
        }
    }

    /// A vessel's track of the picture is gone.
    pub fn forget_vessel(&mut self, vessel: TrackIx) {
        self.memories.retain(|memory| memory.vessel != vessel);
        self.suits.remove(&vessel);
        if let Some(ix) = self.by_vessel.remove(&vessel) {
            self.tracks.remove(ix);
        }
    }

    fn is_in_reach(&self, place: Position) -> bool {
        let near = |site: crate::engine::input::Site| site.position.distance_to(place).0 <= site.max_range_m;
        self.radars.iter().any(|radar| radar.site.is_none_or(near))
    }

    /// A fix of a vessel that has a track: it moves it, or breaks the bond.
    fn take_bound(&mut self, ix: FusedIx, fix: &AisFix, events: &mut Vec<Event>) {
        let Some(track) = self.tracks.get_mut(ix) else { return };
        let told_hull = fix.dimensions_known && track.heard.is_some_and(|heard| !heard.dimensions_known);
        let (d2, _, _) = if told_hull { (0.0, 0.0, 0.0) } else { track.compare(fix) };
        let silent = track.heard.is_none_or(|heard| fix.at - heard.at > SILENCE);
        track.astray = if d2 > ASTRAY { track.astray.saturating_add(1) } else { 0 };
        if track.astray >= 3 || (silent && d2 > ASTRAY_AT_ONCE) {
            return self.part(ix, fix, events);
        }
        if track.astray == 0 {
            track.take_fix(fix);
            let place = track.frame.earth(track.expected_at(track.at));
            self.tracks.relist(ix, place);
        }
        if self.has_lost_its_echo(ix) {
            self.find(fix, Some(ix), events);
        }
    }

    fn has_lost_its_echo(&self, ix: FusedIx) -> bool {
        let Some(track) = self.tracks.get(ix) else { return false };
        track.hit.is_none_or(|hit| {
            self.radars.get(usize::from(hit.radar)).is_some_and(|radar| track.misses(radar.turns) > ECHO_LOST)
        })
    }

    /// A vessel is elsewhere than its track: what radar holds goes on without a name, the vessel begins anew.
    fn part(&mut self, ix: FusedIx, fix: &AisFix, events: &mut Vec<Event>) {
        self.by_vessel.remove(&fix.vessel);
        events.push(Event::Unbound { vessel: fix.vessel });
        if self.has_lost_its_echo(ix) {
            self.tracks.remove(ix);
        } else if let Some(track) = self.tracks.get_mut(ix) {
            (track.vessel, track.heard, track.length_m, track.astray, track.llr) = (None, None, None, 0, 0.0);
        }
        self.find_or_begin(fix, events);
    }

    fn find_or_begin(&mut self, fix: &AisFix, events: &mut Vec<Event>) {
        if self.find(fix, None, events) {
            return;
        }
        let velocity = fix.velocity.map(|v| (v, fix.velocity_covariance()));
        let mut track = FusedTrack::new(fix.at, fix.place, fix.covariance(), velocity, self.tracks.cell_of(fix.place));
        track.vessel = Some(fix.vessel);
        track.apart = true;
        track.learn_hull(fix);
        if let Some(ix) = self.tracks.add(track) {
            self.by_vessel.insert(fix.vessel, ix);
        }
    }

    /// Looks for a vessel among the tracks without a name; whether there is one that it may be.
    fn find(&mut self, fix: &AisFix, instead: Option<FusedIx>, events: &mut Vec<Event>) -> bool {
        let mut suits = self.suits.remove(&fix.vessel).unwrap_or_default();
        suits.retain(|suit| {
            fix.at - suit.at <= SILENCE && self.tracks.get(suit.fused).is_some_and(|t| t.vessel.is_none())
        });
        let mut agreeing = 0;
        for ix in self.tracks.near(fix.place, REACH) {
            let Some(track) = self.tracks.get(ix).filter(|t| t.vessel.is_none() && t.hits >= 2) else { continue };
            let (dp, dv, ln_likelihood) = track.compare(fix);
            if dp > AGREES.0 || dv > AGREES.1 {
                suits.retain(|suit| suit.fused != ix);
                continue;
            }
            agreeing += 1;
            let gain = ln_likelihood - LN_ANYBODY;
            match suits.iter_mut().find(|suit| suit.fused == ix) {
                Some(suit) => {
                    (suit.llr, suit.reports, suit.at) = ((suit.llr + gain).min(40.0), suit.reports + 1, fix.at)
                }
                None => suits.push(Suit { fused: ix, llr: gain, reports: 1, at: fix.at }),
            }
        }
        if let Some(winner) = winner(&suits) {
            self.bind(winner, fix, instead, events);
            return true;
        }
        let waits = agreeing > 0 && !suits.is_empty();
        if waits {
            self.suits.insert(fix.vessel, suits);
        }
        waits
    }

    /// A track turns out to be a vessel.
    fn bind(&mut self, suit: Suit, fix: &AisFix, instead: Option<FusedIx>, events: &mut Vec<Event>) {
        if let Some(old) = instead {
            self.tracks.remove(old);
        }
        let Some(track) = self.tracks.get_mut(suit.fused) else { return };
        track.vessel = Some(fix.vessel);
        track.llr = suit.llr.min(DECIDED);
        track.astray = 0;
        track.take_fix(fix);
        let own = track.own.take();
        self.by_vessel.insert(fix.vessel, suit.fused);
        events.push(Event::Bound { fused: suit.fused, vessel: fix.vessel, own });
    }

    /// A vessel's track is over: if AIS was silent, radar was all that held it.
    pub(super) fn keep_in_mind(&mut self, vessel: TrackIx, track: &FusedTrack, now: EventTime) {
        if self.memories.len() >= MEMORIES {
            self.memories.remove(0);
        }
        self.memories.push(Memory { vessel, track: Box::new(track.clone()), lost_at: now });
    }

    /// What was lost too long ago is forgotten.
    pub(super) fn forget(&mut self, now: EventTime) {
        self.memories.retain(|memory| now - memory.lost_at <= REMEMBERED);
    }

    /// A track is confirmed: it may be a vessel that radar had lost while it was silent.
    pub(super) fn remember(&mut self, ix: FusedIx, at: EventTime, events: &mut Vec<Event>) {
        let Some(track) = self.tracks.get(ix).filter(|track| track.vessel.is_none()) else { return };
        let now = track.state_at(at);
        let mut fits: Vec<(f64, TrackIx)> = Vec::new();
        for memory in &self.memories {
            let then = memory.track.state_at(at);
            let place = memory.track.frame.plane(track.frame.earth(now.p));
            let dp = then.pp.plus(now.pp).distance_squared(subtract(place, then.p));
            let dv = then.vv.plus(now.vv).distance_squared(subtract(now.v, then.v));
            if dp < AGREES.0 && dv < AGREES.1 && track.first_at > memory.track.seen_at() {
                fits.push((dp + dv, memory.vessel));
            }
        }
        fits.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        let clear = fits.get(1).is_none_or(|second| fits.first().is_some_and(|best| second.0 > 2.0 * best.0));
        let Some(&(_, vessel)) = fits.first().filter(|_| clear) else { return };
        if let Some(track) = self.tracks.get_mut(ix) {
            track.vessel = Some(vessel);
            track.llr = REMEMBERED_LLR;
            let own = track.own.take();
            self.by_vessel.insert(vessel, ix);
            self.memories.retain(|memory| memory.vessel != vessel);
            events.push(Event::Bound { fused: ix, vessel, own });
        }
    }
}

/// The track that stands clear of all others; where others agree too, only after some reports.
fn winner(suits: &Suits) -> Option<Suit> {
    let best = suits.iter().max_by(|x, y| x.llr.total_cmp(&y.llr).then(y.fused.cmp(&x.fused)))?;
    let second = suits.iter().filter(|s| s.fused != best.fused).map(|s| s.llr).fold(f64::NEG_INFINITY, f64::max);
    let clear = second == f64::NEG_INFINITY || (best.llr - second >= CLEAR && best.reports >= REPORTS);
    (best.llr >= DECIDED && clear).then_some(*best)
}
