//! A track that is confirmed where another was lost is that other one, and goes on under its name.
//!
//! The beam missed the turn it made, or its echo has come apart from another's.

use super::matrix::{Matrix, scale, subtract};
use super::track::FusedTrack;
use super::{FusedIx, Fusion};
use crate::engine::time::{EventTime, Span};
use crate::engine::units::Metres;

/// What is lost is looked for within this distance.
const REACH: Metres = Metres(700.0);
/// A vessel may have turned or slowed this hard unseen, one standard deviation, m/s2 ...
const UNSEEN_M_S2: f64 = 0.2;
/// ... for the time it was not seen and this, s.
const BEFORE_S: f64 = 6.0;
/// No manoeuvre unseen leads further than this, m.
const ASIDE_AT_MOST_M: f64 = 150.0;
/// Squared distance within which it may be the same: position and velocity each.
const AGREES: f64 = 9.0;
/// The best must be better than the second best by this factor and this much.
const CLEAR: (f64, f64) = (2.0, 2.0);

impl Fusion {
    /// Lets a track that is just confirmed go on as the one that was lost there; its place in the table from now on.
    pub(super) fn succeed(&mut self, ix: FusedIx, at: EventTime) -> FusedIx {
        let Some(lost) = self.lost_before(ix, at) else { return ix };
        let (Some(young), Some(old)) = (self.tracks.remove(ix), self.tracks.get_mut(lost)) else { return ix };
        old.go_on_as(young);
        let place = old.frame.earth(old.filter.state().p);
        self.tracks.relist(lost, place);
        lost
    }

    /// The one confirmed track that has had no plot of its own since the rotation in which this one began (then the other's may have
    /// been a false one), and that this one may be.
    fn lost_before(&self, ix: FusedIx, at: EventTime) -> Option<FusedIx> {
        let young = self.tracks.get(ix)?;
        let turn = self.radars.get(usize::from(young.hit?.radar))?.turn();
        let near = self.tracks.near(young.estimate(at).0, REACH).into_iter().filter(|other| *other != ix);
        let mut fits: Vec<(f64, FusedIx)> =
            near.filter_map(|other| Some((young.continues(self.tracks.get(other)?, at, turn)?, other))).collect();
        fits.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        let (best, lost) = *fits.first()?;
        fits.get(1).is_none_or(|second| second.0 > CLEAR.0 * best + CLEAR.1).then_some(lost)
    }
}

impl FusedTrack {
    /// How far it is from being what another was, if it may be.
    fn continues(&self, old: &FusedTrack, at: EventTime, turn: Span) -> Option<f64> {
        let is_lost = old.confirmed && (old.own_at - self.first_at).times(2) < turn && !old.is_told(at);
        if !is_lost {
            return None;
        }
        let (mut young, then) = (self.filter.state(), old.filter.state());
        let back_s = (self.at - old.at).seconds();
        let unseen_s = (self.first_at - old.own_at).seconds().max(0.0) + BEFORE_S;
        let aside_m = (0.5 * UNSEEN_M_S2 * unseen_s * unseen_s).min(ASIDE_AT_MOST_M);
        let faster = UNSEEN_M_S2 * unseen_s;
        young.p = subtract(young.p, scale(young.v, back_s));
        let place = old.frame.plane(self.frame.earth(young.p));
        let pp = young.pp.plus(young.vv.times(back_s * back_s)).plus(then.pp).plus(Matrix::scalar(aside_m * aside_m));
        let vv = young.vv.plus(then.vv).plus(Matrix::scalar(faster * faster));
        let dp = pp.distance_squared(subtract(place, then.p));
        let dv = vv.distance_squared(subtract(young.v, then.v));
        (dp < AGREES && dv < AGREES).then_some(dp + dv)
    }

    /// Goes on where another track is, which took its plots.
    fn go_on_as(&mut self, young: FusedTrack) {
        (self.frame, self.filter, self.at) = (young.frame, young.filter, young.at);
        (self.hit, self.own_at, self.merged_at) = (young.hit, young.own_at, None);
        self.hits = self.hits.saturating_add(young.hits);
        self.score = young.score;
        (self.astray, self.unseen) = (0, 0);
    }
}
