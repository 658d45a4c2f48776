//! What surrounds a dwell: the zone's edge, and the places and duties that excuse it.

use crate::engine::detect::{Rule, Suppression, View};
use crate::engine::limits::Loitering;
use crate::engine::track::Track;
use crate::engine::track::interval::AT_ANCHOR;
use crate::engine::units::{Metres, Speed};
use crate::engine::zone::ZoneKind;

/// AIS ship type "pilot vessel" (ITU-R M.1371-5, table 53).
const TYPE_PILOT: u8 = 50;
/// Fixes this far from infrastructure count as at it, m.
const INFRASTRUCTURE_M: f64 = 600.0;

/// Near the edge of the smallest patrol zone it is in.
pub(super) fn hugs_an_edge(view: &View<'_>, track: &Track, limits: &Loitering) -> bool {
    let zone = view.patrol(&track.zones).first().copied();
    zone.and_then(|zone| view.zones.edge_distance(zone, track.last.position)).is_some_and(|d| d.0 <= limits.edge_m)
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
