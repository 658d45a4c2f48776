//! A radar's bias turns out to be another.
//!
//! Votes are gathered, tracks that only it told of are moved, and what stood beside the vessel that it is becomes one with it.

use super::coarse::{SOUGHT, Vote};
use super::matrix::{Matrix, subtract};
use super::sector::Seen;
use super::track::{FusedTrack, Heard};
use super::{Event, FusedIx, Fusion};
use crate::engine::earth::Position;
use crate::engine::input::Site;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Bearing, Metres, wrap_180};

const RAD: f64 = std::f64::consts::PI / 180.0;
/// AIS of a vessel that votes, or that is moved by AIS alone, is younger than this.
const FRESH: Span = Span::from_secs(12);
/// A vessel is not sought further than this from a plot, m.
const REACH_M: f64 = 3_000.0;
/// Once the bias is known, every so many rotations votes are gathered to see whether it still holds.
const CHECKED_EVERY: i64 = 8;
/// Squared distances, position and velocity, within which a moved track is the vessel beside it.
const AGREES: (f64, f64) = (12.0, 14.0);
/// What neither hull nor AIS tells of a place, one standard deviation, m.
const SLACK_M: f64 = 12.0;

impl FusedTrack {
    /// What AIS says of it, if that is fresh.
    fn told(&self, at: EventTime) -> Option<Heard> {
        self.heard.filter(|heard| self.vessel.is_some() && at - heard.at <= FRESH)
    }
}

impl Fusion {
    /// Lets the plots of a sector vote for their radar's bias with the vessels around them.
    pub(super) fn vote(&mut self, seen: &[Seen], radar_ix: u16) {
        let Some(radar) = self.radars.get_mut(usize::from(radar_ix)) else { return };
        let Some(site) = radar.site else { return };
        if radar.registration.is_settled() && radar.turns as i64 % CHECKED_EVERY != 0 {
            return;
        }
        for plot in seen.iter().map(|s| s.plot) {
            let Some((range_m, bearing_deg)) = plot.polar else { continue };
            let reach = Metres((SOUGHT.0 + SOUGHT.1 * RAD * range_m).min(REACH_M));
            for ix in self.tracks.near(plot.place, reach) {
                let Some(track) = self.tracks.get(ix) else { continue };
                let (Some(heard), Some(vessel)) = (track.told(plot.at), track.vessel) else { continue };
                let (range, bearing) = site.position.polar_to_near(heard.place_at(plot.at));
                let (range_m, bearing_deg) = (range_m - range.0, wrap_180(bearing_deg - bearing.degrees()));
                radar.registration.vote(Vote { vessel, range_m, bearing_deg });
            }
        }
    }

    /// A rotation is complete: a bias that votes have found moves the tracks of its radar.
    pub(super) fn decide(&mut self, radar_ix: u16, at: EventTime, events: &mut Vec<Event>) {
        let Some(radar) = self.radars.get_mut(usize::from(radar_ix)) else { return };
        let Some(site) = radar.site else { return };
        if let Some(change) = radar.registration.decide(at, (site.range_sigma_m, site.bearing_sigma_deg)) {
            let moved = self.realign((radar_ix, &site), at, change);
            moved.into_iter().for_each(|ix| self.join_vessel(ix, at, events));
        }
    }

    /// Moves the tracks that this radar alone holds; the nameless ones of them.
    fn realign(&mut self, (radar_ix, site): (u16, &Site), at: EventTime, change: (f64, f64)) -> Vec<FusedIx> {
        let mut nameless = Vec::new();
        for ix in self.tracks.ixs() {
            let Some(track) = self.tracks.get_mut(ix) else { continue };
            if track.hit.is_none_or(|hit| hit.radar != radar_ix) || track.told(at).is_some() {
                continue;
            }
            track.shift_as_seen_from(site, change);
            if track.vessel.is_none() {
                nameless.push(ix);
            }
            let place = track.frame.earth(track.filter.state().p);
            self.tracks.relist(ix, place);
        }
        nameless
    }

    /// A moved track without a name ends where a vessel is that agrees with it; the vessel has its plots from now on.
    fn join_vessel(&mut self, ix: FusedIx, at: EventTime, events: &mut Vec<Event>) {
        let Some(track) = self.tracks.get(ix) else { return };
        let place = track.estimate(at).0;
        let near = self.tracks.near(place, Metres(REACH_M / 4.0)).into_iter();
        let agreeing = near.filter_map(|other| Some((self.disagreement(track, other, at)?, other)));
        let best = agreeing.min_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        let Some((_, other)) = best else { return };
        let (Some(double), Some(track)) = (self.tracks.remove(ix), self.tracks.get_mut(other)) else { return };
        (track.hits, track.score) = (track.hits.max(double.hits), track.score.max(double.score));
        if double.hit.map(|hit| hit.at) > track.hit.map(|hit| hit.at) {
            track.hit = double.hit;
        }
        (track.confirmed, track.apart) = (track.confirmed || double.confirmed, true);
        if let Some(vessel) = track.vessel {
            events.push(Event::Bound { fused: other, vessel, own: double.own });
        }
    }

    /// How far a track is from a vessel that AIS moves, if they agree.
    fn disagreement(&self, track: &FusedTrack, other: FusedIx, at: EventTime) -> Option<f64> {
        let vessel = self.tracks.get(other).filter(|vessel| vessel.told(at).is_some())?;
        let (mine, told) = (track.state_at(at), vessel.state_at(at));
        let place = vessel.frame.plane(track.frame.earth(mine.p));
        let slack = Matrix::scalar(SLACK_M * SLACK_M);
        let dp = mine.pp.plus(told.pp).plus(slack).distance_squared(subtract(place, told.p));
        let dv = mine.vv.plus(told.vv).distance_squared(subtract(mine.v, told.v));
        (dp < AGREES.0 && dv < AGREES.1).then_some(dp + dv)
    }
}

impl FusedTrack {
    /// Moves it to where it is seen once its radar's bias is another by `change`, m and degrees.
    fn shift_as_seen_from(&mut self, site: &Site, change: (f64, f64)) {
        let before = self.filter.state().p;
        let (range, bearing) = site.position.polar_to_near(self.frame.earth(before));
        let place: Position = site
            .position
            .at_near(Bearing::from_degrees(bearing.degrees() - change.1), Metres((range.0 - change.0).max(0.0)));
        let after = self.frame.plane(place);
        self.filter.shift(subtract(before, after));
        self.recentre();
    }
}
