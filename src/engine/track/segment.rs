//! Segments: the reports of one MMSI split into hulls by dead reckoning, before anything is judged.

use super::Track;
use crate::engine::earth::Position;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Metres, Speed};

/// Reach grows for at most this long.
const REACH_AT_MOST: Span = Span::from_hours(8);
/// Short times are padded to this: two receivers' clocks and a turn.
const REACH_AT_LEAST: Span = Span::from_secs(60);
/// Dead reckoning is trusted for this long.
const RECKONED_AT_MOST: Span = Span::from_mins(30);

/// Whether a report may be a hull's at all: whether `discrepancy` finds any. Where the last fix settles it, that is all it
/// asks.
pub fn is_within_reach(track: &Track, at: EventTime, position: Position, max_speed: Speed) -> bool {
    track.last.position.distance_to(position).0 <= reach_m(track, at, max_speed)
        || discrepancy(track, at, position, max_speed).is_some()
}

/// How far a report lies from where a hull can be, if it may be that hull's.
///
/// The discrepancy is the smaller distance from the last fix and from its dead-reckoned position; it may not
/// exceed what `max_speed` covers in the time since, padded for short times, counted for at most 8 h.
pub fn discrepancy(track: &Track, at: EventTime, position: Position, max_speed: Speed) -> Option<Metres> {
    let from_last = track.last.position.distance_to(position);
    let from_reckoned = track.position_at(at, RECKONED_AT_MOST).distance_to(position);
    let least = if from_reckoned < from_last { from_reckoned } else { from_last };
    (least.0 <= reach_m(track, at, max_speed)).then_some(least)
}

/// What `max_speed` covers in the time since the last fix, m.
fn reach_m(track: &Track, at: EventTime, max_speed: Speed) -> f64 {
    let since = at - track.last.at;
    let reach = Span::from_millis(since.millis().clamp(REACH_AT_LEAST.millis(), REACH_AT_MOST.millis()));
    max_speed.m_s() * reach.seconds()
}
