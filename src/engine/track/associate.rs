//! Association: which vessel with AIS a radar target is, by accumulated likelihood and by the trails behind both.
//!
//! A target of a radar's own tracker is filtered and correlated in time, so each report counts a third
//! (fusion.md 4, 8). A vessel is bound only when no other is nearly as likely and the past agrees too:
//! a boat that comes alongside a radar-only vessel has a trail of its own.

use smallvec::SmallVec;

use super::target::{Candidate, Target};
use super::{Fix, Track, TrackIx};
use crate::engine::earth::Offset;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::Metres;

/// Candidates are looked for within this distance.
pub const GATE: Metres = Metres(700.0);
/// Bound above, unbound below minus this log-likelihood ratio.
const DECIDED: f64 = 4.6;
/// The best must exceed the second best by this (a factor of ten).
const CLEAR: f64 = 2.3;
/// Compared at least this often before a bond.
const REPORTS: u32 = 3;
/// Share of a report that is new information.
const FRESH: f64 = 1.0 / 3.0;
/// Squared distance, in standard deviations, at which a report speaks neither for nor against.
const EVEN: f64 = 9.2;
/// A report this far out, three times in a row, breaks a bond.
const ASTRAY: f64 = 25.0;
/// The ratio never grows beyond this, so that a bond can be broken in reasonable time.
const LLR_AT_MOST: f64 = 12.0;
/// Extent of a hull whose length is not known, m.
const EXTENT_M: f64 = 14.0;
/// The same where a vessel tells no dimensions: its antenna may be anywhere on it.
const UNTOLD_EXTENT_M: f64 = 30.0;
/// A vessel may turn or slow this hard since AIS last told of it, one standard deviation, m/s2.
const UNTOLD_M_S2: f64 = 0.15;
/// No drift leads further than this, m.
const DRIFT_AT_MOST_M: f64 = 120.0;
/// Velocities of one vessel, as a tracker tells them, differ by less than this, m/s.
const FASTER_M_S: f64 = 3.0;
/// AIS positions are carried forward at most this long.
const CARRIED: Span = Span::from_secs(60);
/// Two trails further apart than this at any minute are two vessels.
const TRAILS_APART_M: f64 = 250.0;

/// Compares a target's latest report with a vessel: squared distance in standard deviations; `None` if the AIS is too old.
pub fn distance_squared(target: &Target, vessel: &Track) -> Option<f64> {
    let fresh_for = if vessel.last.sog.is_some_and(|v| v.knots() > 3.0) { CARRIED } else { CARRIED.times(4) };
    if target.last.at - vessel.last.at > fresh_for {
        return None;
    }
    let predicted = vessel.position_at(target.last.at, fresh_for);
    let apart = predicted.distance_to(target.last.position).0;
    let length_m = vessel.claims.dimensions.map(|d| f64::from(d.length_m())).filter(|length_m| *length_m > 0.0);
    let extent = length_m.map_or(UNTOLD_EXTENT_M, |length_m| (length_m / 4.0).max(EXTENT_M));
    let (radar, ais) = (f64::from(target.last.sigma_m), ais_sigma_m(vessel, target.last.at));
    Some(apart * apart / (radar * radar + ais * ais + extent * extent))
}

/// How well AIS tells where a vessel is at an instant, one standard deviation, m.
pub fn ais_sigma_m(vessel: &Track, at: EventTime) -> f64 {
    let since_s = (at - vessel.last.at).seconds().max(0.0);
    let drift_m = 0.5 * UNTOLD_M_S2 * since_s * since_s;
    libm::hypot(f64::from(vessel.last.sigma_m), drift_m)
}

/// Accumulates one comparison and returns the ratio.
pub fn weigh(candidates: &mut SmallVec<[Candidate; 4]>, track: TrackIx, at: EventTime, d2: f64) -> f64 {
    let gain = FRESH * (0.5 * (EVEN - d2)).clamp(-6.0, 4.6);
    match candidates.iter_mut().find(|c| c.track == track) {
        Some(candidate) => {
            candidate.llr = (candidate.llr + gain).min(LLR_AT_MOST);
            candidate.reports += 1;
            candidate.at = at;
            candidate.llr
        }
        None => {
            let least = candidates.iter().enumerate().min_by(|a, b| a.1.llr.total_cmp(&b.1.llr));
            let fresh = Candidate { track, llr: gain, reports: 1, at };
            match least {
                Some((i, worst)) if candidates.len() >= 8 => {
                    if worst.llr < gain
                        && let Some(place) = candidates.get_mut(i)
                    {
                        *place = fresh;
                    }
                }
                _ => candidates.push(fresh),
            }
            gain
        }
    }
}

/// The candidate that stands clear of all others, with the chance that it is the vessel.
pub fn clear_winner(candidates: &[Candidate]) -> Option<(TrackIx, f64)> {
    let best = candidates.iter().max_by(|a, b| a.llr.total_cmp(&b.llr).then(b.track.cmp(&a.track)))?;
    let second = candidates.iter().filter(|c| c.track != best.track).map(|c| c.llr).fold(0.0, f64::max);
    let clear = best.llr >= DECIDED && best.reports >= REPORTS && best.llr - second >= CLEAR.min(best.llr);
    clear.then(|| (best.track, chance(best.llr - second)))
}

/// Whether the bond is broken by what has accumulated.
pub fn is_broken(llr: f64, d2: f64, astray: &mut u8) -> bool {
    *astray = if d2 > ASTRAY { astray.saturating_add(1) } else { 0 };
    llr <= -DECIDED || *astray >= 3
}

/// The chance behind a log-likelihood ratio.
pub fn chance(llr: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-llr))
}

/// Whether a target may be what was last seen there, before it began.
pub fn continues(target: &Target, lost: &Fix) -> bool {
    let since_s = (target.last.at - lost.at).seconds().max(0.0);
    let ahead = match (lost.sog, lost.cog) {
        (Some(sog), Some(cog)) => lost.position.after(cog, sog, since_s),
        _ => lost.position,
    };
    let drift_m = (0.5 * UNTOLD_M_S2 * since_s * since_s).min(DRIFT_AT_MOST_M);
    let sigma2 = f64::from(target.last.sigma_m * target.last.sigma_m + lost.sigma_m * lost.sigma_m);
    let apart = ahead.distance_to(target.last.position).0;
    let velocity = |fix: &Fix| fix.sog.zip(fix.cog).map(|(sog, cog)| Offset::polar(cog.degrees(), sog.m_s()));
    let faster = velocity(&target.last).zip(velocity(lost)).map_or(0.0, |(now, then)| now.minus(then).length().0);
    apart * apart < EVEN * (sigma2 + drift_m * drift_m + EXTENT_M * EXTENT_M)
        && faster < FASTER_M_S + (2.0 * UNTOLD_M_S2 * since_s).min(FASTER_M_S)
}

/// Whether the pasts of a radar-only track and a vessel show two hulls: apart at any minute both were held.
pub fn trails_differ(radar: &Track, vessel: &Track) -> bool {
    radar.history.since(EventTime::MIN).any(|fix| {
        let known = fix.at >= vessel.first_at && fix.at <= vessel.last.at;
        let limit = TRAILS_APART_M.max(4.0 * f64::from(fix.sigma_m));
        known && vessel.history.position_at(fix.at).is_some_and(|p| p.distance_to(fix.position).0 > limit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rival_nearly_as_likely_makes_it_wait() {
        let at = EventTime::from_millis(0);
        let mut candidates = SmallVec::new();
        for _ in 0..8 {
            weigh(&mut candidates, TrackIx(1), at, 0.5);
            weigh(&mut candidates, TrackIx(2), at, 1.0);
        }
        assert_eq!(clear_winner(&candidates), None);
        for _ in 0..5 {
            weigh(&mut candidates, TrackIx(2), at, 40.0);
            weigh(&mut candidates, TrackIx(1), at, 0.5);
        }
        let (winner, chance) = clear_winner(&candidates).unwrap();
        assert!(winner == TrackIx(1) && chance > 0.95);
    }

    #[test]
    fn three_reports_astray_break_a_bond() {
        let mut astray = 0;
        assert!(!is_broken(5.0, 30.0, &mut astray) && !is_broken(5.0, 30.0, &mut astray));
        assert!(!is_broken(5.0, 1.0, &mut astray) && !is_broken(5.0, 30.0, &mut astray));
        assert!(!is_broken(5.0, 30.0, &mut astray) && is_broken(5.0, 30.0, &mut astray));
        assert!(is_broken(-5.0, 1.0, &mut 0));
    }
}
