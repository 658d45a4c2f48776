//! What surrounds a meeting: who may meet at all, what suppresses it, what else is known of it.

use smallvec::SmallVec;

use super::Key;
use crate::engine::detect::{Context, Rule, Suppression, View};
use crate::engine::limits::{Cluster, ShipToShip};
use crate::engine::time::Span;
use crate::engine::track::{Track, TrackIx};
use crate::engine::units::Metres;
use crate::engine::zone::ZoneKind;

/// Stopped vessels of a cluster that are enough to call it one.
const CLUSTER_MEMBERS: usize = 3;
/// A third vessel within this, m, and slower than this, kn, makes a raft.
const RAFT: (f64, f64) = (200.0, 2.0);
/// No more members of a cluster are told.
const MEMBERS_AT_MOST: usize = 5_000;

/// Slow enough to be part of a transfer, stopped or under way.
pub(super) fn may_transfer(track: &Track, limits: &ShipToShip) -> bool {
    let by_report = track.last.sog.map(|v| v.knots());
    let knots = by_report.or_else(|| track.derived_speed(Span::from_secs(300)).map(|v| v.knots()));
    knots.is_some_and(|kn| kn < limits.under_way_kn)
}

pub(super) fn is_watched(view: &View<'_>, a: &Track, b: &Track) -> bool {
    a.zones.iter().chain(&b.zones).any(|&ix| view.zones.get(ix).sts_watch)
}

fn is_stopped(track: &Track, limits: &ShipToShip) -> bool {
    let knots = track.last.sog.map(|v| v.knots());
    let derived = || track.derived_speed(Span::from_secs(300)).map(|v| v.knots());
    knots.or_else(derived).is_some_and(|kn| kn < limits.cluster_kn)
}

/// Both stopped in a port, berth or anchorage: a cluster is one record, its pairs are never followed.
pub(super) fn is_berthed_together(view: &View<'_>, a: &Track, b: &Track, limits: &ShipToShip) -> bool {
    let kinds = [ZoneKind::Port, ZoneKind::Berth, ZoneKind::Anchorage];
    let lies = |t: &Track| t.derived_speed(Span::from_secs(600)).is_some_and(|v| v.knots() < limits.cluster_kn);
    let berthed = |t: &Track| view.within(t, &kinds).is_some() && (is_stopped(t, limits) || lies(t));
    berthed(a) && berthed(b)
}

/// Whether other slow vessels lie about the two: boats that work or drift side by side have nothing to hand over.
pub(super) fn is_among_a_fleet(view: &View<'_>, (a, b): Key, ta: &Track, tb: &Track, limits: &ShipToShip) -> bool {
    let slow = |t: &Track| t.derived_speed(Span::from_secs(600)).is_some_and(|v| v.knots() < limits.slow_kn);
    let other = |ix: TrackIx| ix != a && ix != b && view.track(ix).is_some_and(|t| t.counts() && slow(t));
    let near = |t: &Track| view.picture.near(t.last.position, Metres(limits.fleet_m)).iter().any(|&(ix, _)| other(ix));
    near(ta) || near(tb)
}

/// Why a pair is not shown, if it is not.
pub(super) fn suppression(
    view: &View<'_>,
    key: Key,
    a: &Track,
    b: &Track,
    under_way: bool,
    limits: &ShipToShip,
) -> Option<Suppression> {
    if is_berthed_together(view, a, b, limits) || in_cluster(view, key, a, b, limits) {
        return Some(Suppression { rule: Rule::BerthCluster, entry: None });
    }
    if under_way && [a, b].iter().any(|t| tows(t)) {
        return Some(Suppression { rule: Rule::Tow, entry: None });
    }
    let service = [a, b].iter().any(|t| serves(t)).then(|| view.within(a, &[ZoneKind::Service]))?;
    service.map(|zone| Suppression { rule: Rule::Service, entry: Some(zone) })
}

/// Whether both lie in a connected group of stopped vessels, where such groups are berths.
fn in_cluster(view: &View<'_>, (a, b): Key, ta: &Track, tb: &Track, limits: &ShipToShip) -> bool {
    if !is_stopped(ta, limits) || !is_stopped(tb, limits) {
        return false;
    }
    let near_port = || view.zones.near(ta.last.position, ZoneKind::Port, Metres(limits.cluster_port_m));
    if limits.cluster == Cluster::NearPort && (is_watched(view, ta, tb) || !near_port()) {
        return false;
    }
    [(a, ta), (b, tb)].iter().any(|&(_, track)| {
        let around = view.picture.near(track.last.position, Metres(limits.cluster_m));
        let third =
            |ix: TrackIx| ix != a && ix != b && view.track(ix).is_some_and(|t| t.counts() && is_stopped(t, limits));
        2 + around.iter().filter(|&&(ix, _)| third(ix)).count() >= CLUSTER_MEMBERS
    })
}

/// The stopped vessels that a stopped pair is connected with, itself included, ascending; none for fewer than three.
pub(super) fn cluster_of(view: &View<'_>, (a, b): Key, limits: &ShipToShip) -> Vec<TrackIx> {
    let stopped = |ix: TrackIx| view.track(ix).filter(|t| t.counts() && is_stopped(t, limits));
    if stopped(a).is_none() || stopped(b).is_none() {
        return Vec::new();
    }
    let mut members = vec![a];
    let mut next = 0;
    while let Some(track) = members.get(next).and_then(|&ix| view.track(ix)) {
        next += 1;
        for (ix, _) in view.picture.near(track.last.position, Metres(limits.cluster_m)) {
            if members.len() < MEMBERS_AT_MOST && !members.contains(&ix) && stopped(ix).is_some() {
                members.push(ix);
            }
        }
    }
    members.sort_unstable();
    if members.len() >= CLUSTER_MEMBERS && members.contains(&b) { members } else { Vec::new() }
}

/// AIS ship types of towing vessels and tugs (ITU-R M.1371-5, table 53).
fn tows(track: &Track) -> bool {
    matches!(track.claims.ship_type, Some(31 | 32 | 52))
}

/// AIS ship types of pilots, search and rescue, tugs, tenders and law enforcement.
fn serves(track: &Track) -> bool {
    matches!(track.claims.ship_type, Some(50..=55 | 58))
}

/// What else is known of the meeting.
pub(super) fn context(view: &View<'_>, a: &Track, b: &Track, under_way: bool) -> SmallVec<[Context; 2]> {
    let mut context = SmallVec::new();
    let mut note = |holds: bool, what: Context| {
        if holds {
            context.push(what);
        }
    };
    note([a, b].iter().any(|t| serves(t)), Context::Service);
    note(under_way && [a, b].iter().any(|t| tows(t)), Context::Tow);
    note([a, b].iter().any(|t| t.is_radar_only()), Context::DarkPartner);
    let silent = |t: &Track| t.heard_at.is_some_and(|at| view.now - at > Span::from_mins(30));
    note([a, b].iter().any(|t| silent(t)), Context::PartnerSilent);
    note(is_watched(view, a, b), Context::StsWatch);
    note(is_watched(view, a, b) && is_raft(view, a, b), Context::Raft);
    context
}

/// Whether a third vessel lies still beside the two, outside ports and anchorages.
fn is_raft(view: &View<'_>, a: &Track, b: &Track) -> bool {
    let kinds = [ZoneKind::Port, ZoneKind::Berth, ZoneKind::Anchorage];
    let still = |t: &Track| t.derived_speed(Span::from_secs(600)).is_some_and(|v| v.knots() < RAFT.1);
    let third = |t: &Track| t.id != a.id && t.id != b.id && t.counts() && still(t);
    let beside = |track: &Track| {
        let near = view.picture.near(track.last.position, Metres(RAFT.0));
        near.iter().any(|&(ix, _)| view.track(ix).is_some_and(third))
    };
    view.within(a, &kinds).is_none() && (beside(a) || beside(b))
}
