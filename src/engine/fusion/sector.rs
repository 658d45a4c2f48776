//! A sector is over: its plots find their tracks, begin new ones, and tracks that were missed too long end.

use smallvec::SmallVec;

use super::assign::Candidate;
use super::filter::State;
use super::matrix::{Matrix, Vector, add, dot, length, scale, subtract};
use super::radar::{Plot, Radar};
use super::registration::Residual;
use super::track::{FusedTrack, Hit, MISSED, Standing};
use super::{Event, FusedIx, Fusion};
use crate::engine::earth::{Offset, Position};
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Metres, wrap_180};

const RAD: f64 = std::f64::consts::PI / 180.0;
/// Tracks are looked for within this distance of a plot.
const REACH: Metres = Metres(700.0);
/// Squared distance in standard deviations of 999 plots of 1000.
const GATE: f64 = 13.8;
/// Chance that a vessel makes a plot.
const DETECTION: f64 = 0.7;
/// What a tentative track must show above a confirmed one.
const TENTATIVE: f64 = 2.0;
/// Extent of a hull whose length is not known, one standard deviation, m.
const EXTENT_M: f64 = 8.0;
/// How far the echo of a hull may lie from the antenna of its AIS while its length is not known, one standard deviation, m.
const UNKNOWN_HULL_M: f64 = 25.0;
/// How much of its length an echo wanders on a hull, one standard deviation.
const GLINT: f64 = 0.05;
/// Two echoes within this range and bearing are one.
const CELL_RANGE_M: f64 = 35.0;
const CELL_BEARING_DEG: f64 = 0.6;
/// Tracks are listed where they were a rotation ago, this far from where they are at most, m.
const LISTED_WITHIN_M: f64 = 150.0;
/// Where in a shared cell a hull lies, one standard deviation in widths of the cell.
const SHARED: f64 = 1.0;
/// A missed track merges within so many widths of a cell.
const MERGES: f64 = 1.3;
/// A plot teaches registration if AIS of its vessel is younger than this ...
const TEACHES: Span = Span::from_secs(6);
/// ... it is further out than this, m, ...
const TEACHES_BEYOND_M: f64 = 1_500.0;
/// ... and its track has more plots than this.
const TEACHES_AFTER: u32 = 10;
/// A vessel's AIS fix, one standard deviation, m: with the antenna's place known, and not.
const AIS_M: (f64, f64) = (10.0, 25.0);
/// The posterior of a bond grows by at most this a plot, and not beyond.
const BOND_GAIN: f64 = 1.0;
const BOND_AT_MOST: f64 = 12.0;

/// A plot with what its radar is known to measure wrongly taken off.
pub(super) struct Seen {
    pub(super) plot: Plot,
    place: Position,
    range_m: f64,
    bearing_deg: f64,
    r: Matrix,
    /// ln of the density of false plots there.
    ln_density: f64,
}

/// The tracks around a sector's plots, where they are expected.
#[derive(Default)]
struct Expected {
    tracks: Vec<(FusedIx, State)>,
    at: EventTime,
}

impl Seen {
    fn new(radar: &Radar, plot: Plot) -> Self {
        let (place, range_m, bearing_deg) = radar.corrected(&plot);
        let Offset { east_m, north_m } = Offset::polar(bearing_deg, 1.0);
        let (along, across) = (plot.along_m, plot.across_m);
        let r = Matrix::oriented([east_m, north_m], along * along, across * across);
        let ln_density = libm::log(radar.clutter.density(range_m, bearing_deg));
        Seen { plot, place, range_m, bearing_deg, r, ln_density }
    }

    /// Whether another place lies in this plot's resolution cell, widened by a factor.
    fn shares_cell(&self, offset: Vector, wider: f64) -> bool {
        let Offset { east_m, north_m } = Offset::polar(self.bearing_deg, 1.0);
        let (along, across) = (dot(offset, [east_m, north_m]), dot(offset, [north_m, -east_m]));
        along.abs() < wider * CELL_RANGE_M && across.abs() < wider * self.cell_across_m()
    }

    /// How far tracks in its cell, widened by a factor, may be listed from it.
    fn reach(&self, wider: f64) -> Metres {
        Metres(wider * libm::hypot(CELL_RANGE_M, self.cell_across_m()) + LISTED_WITHIN_M)
    }

    fn cell_across_m(&self) -> f64 {
        (self.range_m * CELL_BEARING_DEG * RAD).max(CELL_RANGE_M)
    }

    /// Noise of a plot that two hulls share: it may be of either.
    fn shared_r(&self) -> Matrix {
        let Offset { east_m, north_m } = Offset::polar(self.bearing_deg, 1.0);
        let (along, across) = (CELL_RANGE_M * SHARED, self.cell_across_m() * SHARED);
        self.r.plus(Matrix::oriented([east_m, north_m], along * along, across * across))
    }
}

impl FusedTrack {
    /// What the size of the hull adds to a plot's noise, the place of the echo on it included.
    fn extent(&self, direction: Option<Vector>) -> Matrix {
        match (self.length_m, direction) {
            (Some(length_m), Some(along)) => {
                let glint = GLINT * length_m;
                Matrix::oriented(along, glint * glint + self.lead_m2 + 4.0, glint * glint * 0.25 + 4.0)
            }
            (Some(length_m), None) => Matrix::scalar((0.15 * length_m) * (0.15 * length_m) + 4.0),
            (None, Some(along)) if self.heard.is_some() => {
                Matrix::oriented(along, UNKNOWN_HULL_M * UNKNOWN_HULL_M, EXTENT_M * EXTENT_M)
            }
            (None, _) => Matrix::scalar(EXTENT_M * EXTENT_M),
        }
    }

    /// How far its echo lies from the hull's centre.
    fn lead(&self, direction: Option<Vector>) -> Vector {
        direction.map_or([0.0, 0.0], |along| scale(along, self.lead_m))
    }

    /// Moves the estimate by a plot.
    fn take_plot(&mut self, seen: &Seen, r: Matrix) {
        let point = self.frame.plane(seen.place);
        let z = self.advance(seen.plot.at, point);
        let direction = self.direction();
        let noise = r.plus(self.extent(direction));
        let echo = subtract(z, self.lead(direction));
        self.learn_lead(seen.plot.at, z, noise, direction);
        self.filter.take_position(echo, noise);
        self.recentre();
    }

    /// Learns where on the hull the echo lies, while AIS tells where the hull is.
    fn learn_lead(&mut self, at: EventTime, z: Vector, noise: Matrix, direction: Option<Vector>) {
        let fresh = self.heard.is_some_and(|heard| at - heard.at <= TEACHES.times(2) && heard.dimensions_known);
        let (Some(along), true, true) = (direction, fresh, self.length_m.is_some()) else { return };
        let state = self.filter.state();
        let variance = dot(along, state.pp.plus(noise).apply(along));
        let gain = self.lead_m2 / variance.max(1.0);
        let residual = dot(along, subtract(z, state.p)) - self.lead_m;
        self.lead_m += gain * residual;
        self.lead_m2 *= 1.0 - gain;
    }
}

impl Fusion {
    /// The sector of a radar is over.
    pub fn close_sector(&mut self, radar_ix: u16, until: EventTime, events: &mut Vec<Event>) {
        let Some(radar) = self.radars.get_mut(usize::from(radar_ix)) else { return };
        let turned = radar.count_turns(until);
        let mut plots = std::mem::take(&mut radar.plots);
        let seen: Vec<Seen> = plots.iter().map(|plot| Seen::new(radar, *plot)).collect();
        plots.clear();
        radar.plots = plots;
        let turns = radar.turns;
        if !seen.is_empty() {
            self.vote(&seen, radar_ix);
            let (expected, candidates) = self.weigh(&seen, (radar_ix, turns));
            let pairs = self.assigner.solve(seen.len(), expected.tracks.len(), &candidates);
            let owners = self.take_pairs(&seen, &expected, &pairs, (radar_ix, turns), events);
            self.share(&seen, &owners, (radar_ix, turns));
            self.begin(&seen, &owners, (radar_ix, turns));
        }
        if turned {
            if let Some(radar) = self.radars.get_mut(usize::from(radar_ix)) {
                radar.clutter.turn();
            }
            self.decide(radar_ix, until, events);
            self.sweep(radar_ix, turns, until, events);
        }
    }

    /// All tracks that a sector's plots may be of, each pair with what speaks for it.
    fn weigh(&mut self, seen: &[Seen], (radar, turns): (u16, f64)) -> (Expected, Vec<Candidate>) {
        let at = seen.iter().map(|s| s.plot.at).max().unwrap_or_default();
        let mut expected = Expected { tracks: Vec::new(), at };
        let mut places = std::mem::take(&mut self.places);
        places.resize(self.tracks.places(), u32::MAX);
        let mut candidates = Vec::new();
        for (plot, s) in (0..).zip(seen) {
            for ix in self.tracks.near(s.place, REACH) {
                let (Some(track), Some(place)) = (self.tracks.get(ix), places.get_mut(ix.0 as usize)) else { continue };
                let swept = track.hit.is_some_and(|hit| hit.radar == radar && turns - hit.turns < 0.5);
                if swept || length(track.offset_of(s.place, s.plot.at)) > REACH.0 {
                    continue;
                }
                if *place == u32::MAX {
                    *place = expected.tracks.len() as u32;
                    expected.tracks.push((ix, track.state_at(at)));
                }
                let Some((_, state)) = expected.tracks.get(*place as usize) else { continue };
                if let Some(gain) = gain_of(track, state, expected.at, s) {
                    candidates.push(Candidate { plot, track: *place, gain });
                }
            }
        }
        for (ix, _) in &expected.tracks {
            if let Some(place) = places.get_mut(ix.0 as usize) {
                *place = u32::MAX;
            }
        }
        self.places = places;
        (expected, candidates)
    }

    /// Gives tracks their plots; of each plot the track that took it.
    fn take_pairs(
        &mut self,
        seen: &[Seen],
        expected: &Expected,
        pairs: &[Candidate],
        radar: (u16, f64),
        events: &mut Vec<Event>,
    ) -> Vec<Option<FusedIx>> {
        let mut owners: Vec<Option<FusedIx>> = vec![None; seen.len()];
        for &Candidate { plot, track, gain } in pairs {
            let (Some(s), Some(&(ix, _))) = (seen.get(plot as usize), expected.tracks.get(track as usize)) else {
                continue;
            };
            let ix = self.take_hit(ix, s, gain, radar, events);
            if let Some(owner) = owners.get_mut(plot as usize) {
                *owner = Some(ix);
            }
        }
        owners
    }

    /// A track takes a plot; its place in the table, which is another if it turns out to be one that was lost.
    fn take_hit(&mut self, ix: FusedIx, s: &Seen, gain: f64, radar: (u16, f64), events: &mut Vec<Event>) -> FusedIx {
        let apart = self.tracks.get(ix).is_some_and(|track| track.apart) || !self.shares_cell(ix, s);
        let Some(track) = self.tracks.get_mut(ix) else { return ix };
        track.apart = apart;
        let was_confirmed = track.confirmed;
        track.take_plot(s, s.r);
        track.note_hit(hit_of(s, radar), gain);
        if track.is_told(s.plot.at) {
            track.llr = (track.llr + (gain / 3.0).clamp(-BOND_GAIN, BOND_GAIN)).min(BOND_AT_MOST);
        }
        let (place, confirmed) = (track.frame.earth(track.expected_at(track.at)), track.confirmed);
        self.tracks.relist(ix, place);
        self.teach(ix, s, radar.0);
        if !confirmed {
            return ix;
        }
        let ix = if was_confirmed { ix } else { self.succeed(ix, s.plot.at) };
        if !was_confirmed {
            self.remember(ix, s.plot.at, events);
        }
        events.push(Event::Held(ix));
        ix
    }

    /// Whether another confirmed track is expected in a plot's resolution cell.
    fn shares_cell(&self, ix: FusedIx, s: &Seen) -> bool {
        self.tracks.near(s.place, s.reach(1.0)).into_iter().any(|other| {
            let Some(track) = self.tracks.get(other).filter(|track| other != ix && track.confirmed) else {
                return false;
            };
            s.shares_cell(track.offset_of(s.place, s.plot.at), 1.0)
        })
    }

    /// Lets registration learn from a plot of a vessel whose AIS is fresh.
    fn teach(&mut self, ix: FusedIx, s: &Seen, radar_ix: u16) {
        let Some(track) = self.tracks.get(ix) else { return };
        let (Some(vessel), Some(heard), Some((range_m, bearing_deg))) = (track.vessel, track.heard, s.plot.polar)
        else {
            return;
        };
        let since = s.plot.at - heard.at;
        if since > TEACHES || range_m < TEACHES_BEYOND_M || track.hits <= TEACHES_AFTER {
            return;
        }
        let Some(radar) = self.radars.get_mut(usize::from(radar_ix)) else { return };
        let Some(site) = radar.site else { return };
        let (range, bearing) = site.position.polar_to_near(heard.place_at(s.plot.at));
        let ais_m = if heard.dimensions_known { AIS_M.0 } else { AIS_M.1 };
        let hull_m = 0.17 * track.length_m.unwrap_or(40.0);
        let m2 = ais_m * ais_m + hull_m * hull_m;
        let deg2 = (s.plot.across_m * s.plot.across_m + m2) / (range.0 * RAD * range.0 * RAD).max(1.0);
        let residual = Residual {
            range_m: range_m - range.0,
            range_m2: s.plot.along_m * s.plot.along_m + m2,
            bearing_deg: wrap_180(bearing_deg - bearing.degrees()),
            bearing_deg2: deg2,
        };
        radar.registration.learn(s.plot.at, vessel, residual);
    }

    /// A missed track whose place lies in the cell of another's plot has merged with it: the plot is of both.
    fn share(&mut self, seen: &[Seen], owners: &[Option<FusedIx>], (radar, turns): (u16, f64)) {
        for (s, owner) in seen.iter().zip(owners) {
            let Some(owner) = owner.filter(|ix| self.tracks.get(*ix).is_some_and(|t| t.confirmed && t.apart)) else {
                continue;
            };
            for ix in self.tracks.near(s.place, s.reach(MERGES)) {
                let Some(track) = self.tracks.get_mut(ix).filter(|t| ix != owner && t.confirmed && t.apart) else {
                    continue;
                };
                let Some(hit) = track.hit.filter(|hit| hit.radar != radar || turns - hit.turns >= 0.5) else {
                    continue;
                };
                if s.shares_cell(track.offset_of(s.place, s.plot.at), MERGES) {
                    track.take_plot(s, s.shared_r());
                    track.merged_at = track.merged_at.or(Some(s.plot.at));
                    track.hit = Some(Hit { radar, turns, at: s.plot.at, ..hit });
                }
            }
        }
    }

    /// What is nobody's is clutter, or the first plot of somebody.
    fn begin(&mut self, seen: &[Seen], owners: &[Option<FusedIx>], radar: (u16, f64)) {
        for (s, _) in seen.iter().zip(owners).filter(|(_, owner)| owner.is_none()) {
            if let Some(radar) = self.radars.get_mut(usize::from(radar.0)) {
                radar.clutter.count(s.range_m, s.bearing_deg);
            }
            let r = s.r.plus(Matrix::scalar(EXTENT_M * EXTENT_M));
            let mut track = FusedTrack::new(s.plot.at, s.place, r, None, self.tracks.cell_of(s.place));
            track.hits = 1;
            track.hit = Some(hit_of(s, radar));
            self.tracks.add(track);
        }
    }

    /// A rotation is complete: every track of this radar is judged by what it missed.
    fn sweep(&mut self, radar: u16, turns: f64, now: EventTime, events: &mut Vec<Event>) {
        for ix in self.tracks.ixs() {
            let Some(track) = self.tracks.get_mut(ix) else { continue };
            if track.hit.map_or(radar != 0, |hit| hit.radar != radar) {
                continue;
            }
            if track.judge(turns, now) == Standing::Over {
                self.end(ix, now, events);
            } else if track.misses(turns) >= MISSED {
                let place = track.frame.earth(track.expected_at(now));
                self.tracks.relist(ix, place);
            }
            self.watch_twin(ix, (radar, turns), now, events);
        }
        self.forget(now);
    }

    /// A track is over.
    pub(super) fn end(&mut self, ix: FusedIx, now: EventTime, events: &mut Vec<Event>) {
        let Some(track) = self.tracks.remove(ix) else { return };
        if let Some(vessel) = track.vessel {
            self.by_vessel.remove(&vessel);
        }
        if let Some(vessel) = track.vessel.filter(|_| track.confirmed) {
            self.keep_in_mind(vessel, &track, now);
        }
        if track.own.is_some() || (track.vessel.is_some() && track.confirmed) {
            events.push(Event::Ended { vessel: track.vessel, own: track.own });
        }
    }
}

fn hit_of(s: &Seen, (radar, turns): (u16, f64)) -> Hit {
    Hit { at: s.plot.at, radar, turns, range_m: s.range_m, seq: s.plot.seq, digest: s.plot.digest }
}

/// What speaks for a plot being a track's, if it lies within the gate.
fn gain_of(track: &FusedTrack, state: &State, at: EventTime, s: &Seen) -> Option<f64> {
    let direction = track.direction();
    let expected = add(state.p, track.lead(direction));
    let expected = add(expected, scale(state.v, (s.plot.at - at).seconds()));
    let covariance = state.pp.plus(s.r).plus(track.extent(direction));
    let d2 = covariance.distance_squared(subtract(track.frame.plane(s.place), expected));
    if d2 > GATE {
        return None;
    }
    let ln_likelihood = -0.5 * (d2 + libm::log(covariance.determinant())) - libm::log(std::f64::consts::TAU);
    let gain = libm::log(DETECTION) + ln_likelihood - s.ln_density;
    Some(if track.confirmed || track.vessel.is_some() { gain } else { gain - TENTATIVE })
}

/// Tracks with what is known of each; kept small.
pub(super) type Few<T> = SmallVec<[T; 4]>;
