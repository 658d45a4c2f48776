//! What surrounds a dwell: the zone's edge, and the places and duties that excuse it.

use crate::engine::detect::{Rule, Suppression, View};
use crate::engine::limits::Loitering;
use crate::engine::time::Span;
use crate::engine::track::Track;
use crate::engine::track::interval::{AT_ANCHOR, FISHING};
use crate::engine::units::{Metres, Speed};
use crate::engine::zone::ZoneKind;

/// AIS ship type "pilot vessel" (ITU-R M.1371-5, table 53).
const TYPE_PILOT: u8 = 50;
/// AIS ship type "fishing" (ITU-R M.1371-5, table 53).
const TYPE_FISHING: u8 = 30;
/// A boat without AIS that lies within this of so many fishing boats does what they do, m.
const FLEET: (f64, usize) = (2_000.0, 3);
/// Slower than this over ten minutes, a fishing boat is at work or adrift, kn.
const AT_WORK_KN: f64 = 4.5;
/// Fixes this far from infrastructure count as at it, m.
const INFRASTRUCTURE_M: f64 = 600.0;

/// Says that it fishes, or is a fishing vessel.
pub(super) fn fishes(track: &Track) -> bool {
    track.navigational_status == Some(FISHING) || track.claims.ship_type == Some(TYPE_FISHING)
}

/// Lies among fishing boats at work.
pub(super) fn is_amid_fishers(view: &View<'_>, track: &Track) -> bool {
    let works = |t: &Track| t.derived_speed(Span::from_mins(10)).is_some_and(|speed| speed.knots() < AT_WORK_KN);
    let near = view.picture.near(track.last.position, Metres(FLEET.0));
    near.iter().filter_map(|&(ix, _)| view.track(ix)).filter(|t| t.counts() && fishes(t) && works(t)).count() >= FLEET.1
}

/// Near the edge of the smallest patrol zone it is in, or, outside them all, near any.
pub(super) fn hugs_an_edge(view: &View<'_>, track: &Track, limits: &Loitering) -> bool {
    let place = track.last.position;
    match view.patrol(&track.zones).first().copied() {
        Some(zone) => view.zones.edge_distance(zone, place).is_some_and(|d| d.0 <= limits.edge_m),
        None => view.zones.near(place, ZoneKind::Patrol, Metres(limits.edge_m)),
    }
}

/// Why a loiterer is not shown, if it is not.
pub(super) fn suppression(view: &View<'_>, track: &Track, speed: Speed, limits: &Loitering) -> Option<Suppression> {
    let because = |rule, entry| Some(Suppression { rule, entry });
    if let Some(zone) = view.within(track, &[ZoneKind::Port, ZoneKind::Berth]) {
        return because(Rule::Port, Some(zone));
    }
    let anchored = track.navigational_status == Some(AT_ANCHOR) || speed.knots() < limits.anchored_kn;
    if let Some(zone) = view.within(track, &[ZoneKind::Anchorage])
        && anchored
        && view.zones.get(zone).anchorage_ok
    {
        return because(Rule::Anchorage, Some(zone));
    }
    if view.zones.near(track.last.position, ZoneKind::Infrastructure, Metres(INFRASTRUCTURE_M)) {
        return because(Rule::Infrastructure, None);
    }
    if track.claims.ship_type == Some(TYPE_PILOT)
        && let Some(zone) = view.within(track, &[ZoneKind::Service])
    {
        return because(Rule::Service, Some(zone));
    }
    None
}
