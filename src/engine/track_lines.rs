//! Track lines: the state of each live track at every multiple of a step.

use super::core::Core;
use super::decode::report::AisClass;
use super::output::{Output, TrackState};
use super::plots;
use super::radar;
use super::time::{EventTime, Span};
use super::timers::TimerReason;
use super::track::{Source, Track, TrackIx};
use super::units::Speed;

/// Positions of track lines are carried forward at most this long, and a vessel under way is live no longer than that: the
/// line after it would jump.
const CARRIED: Span = Span::from_mins(3);
/// One at rest whose equipment is known to report seldom then is live for so long after its last fix.
const RESTING_LIVE_FOR: Span = Span::from_mins(15);
/// At rest is what made good less than this in the trailing time, kn.
const RESTING_KN: f64 = 1.0;
const RESTING_WINDOW: Span = Span::from_mins(10);

/// Starts the track lines at the first observation.
pub(super) fn start(core: &mut Core, at: EventTime) {
    if let Some(step) = core.config.tracks_every
        && !core.state.track_lines_set
    {
        core.state.track_lines_set = true;
        let first = EventTime::from_millis((at.slot(step) + 1) * step.millis());
        core.state.timers.set(first + Span::from_millis(1), TimerReason::TrackLines);
    }
}

/// Writes one line a live track, by public name; a millisecond after the instant, so that what is seen at it counts.
pub(super) fn write(core: &mut Core) {
    let Some(step) = core.config.tracks_every else { return };
    let at = core.now() - Span::from_millis(1);
    let live = core.state.picture.iter().filter(|(_, t)| t.confirmed && !t.coasting && is_live(t, at));
    let live = live.filter(|(ix, track)| !(core.state.fusion.has_lost(*ix) && track.is_ais_late(at)));
    let mut lines: Vec<TrackState> = live.map(|(ix, track)| track_state(core, ix, track, at)).collect();
    lines.sort_by_key(|line| line.track);
    if core.rerun.is_none() {
        core.outputs.extend(lines.into_iter().map(Output::Track));
    }
    let next = core.now() + step;
    core.state.timers.set(next, TimerReason::TrackLines);
}

/// Whether a track's last fix still tells where it is.
fn is_live(track: &Track, at: EventTime) -> bool {
    let slow = |speed: Option<Speed>| speed.is_none_or(|speed| speed.knots() < RESTING_KN);
    let age = at - track.last.at;
    let rests =
        || slow(track.last.sog) && slow(track.derived_speed(RESTING_WINDOW)) && track.class != AisClass::Unknown;
    age <= CARRIED || (age <= RESTING_LIVE_FOR && rests())
}

/// A track's state at an instant: the filter's where plots hold it, else its last fix carried on.
fn track_state(core: &Core, ix: TrackIx, track: &Track, at: EventTime) -> TrackState {
    let age = (at - track.last.at).seconds();
    let fused = plots::estimate(core, ix, at).or_else(|| radar::estimate(core, track, at));
    TrackState {
        at,
        track: track.id,
        position: fused.map_or_else(|| track.position_at(at, CARRIED), |(position, ..)| position),
        sog: fused.map_or(track.last.sog, |(.., sog, _)| Some(sog)),
        cog: fused.map_or(track.last.cog, |(.., cog)| Some(cog)),
        mmsi: track.mmsi,
        mmsi_confidence: match (track.mmsi, track.last.source) {
            (None, _) => 0.0,
            (Some(_), Source::Ais) => 1.0,
            (Some(_), Source::Radar) => track.radar.map_or(0.0, |bond| bond.posterior),
        },
        class: track.class,
        holding: plots::holding(core, ix, at),
        sources: track.sources(at),
        sigma_m: fused.map_or(f64::from(track.last.sigma_m) + 0.5 * age, |(_, sigma_m, ..)| sigma_m),
    }
}
