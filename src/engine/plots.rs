//! Radar plots in the core: what fusion finds enters the picture as radar targets do.

use super::core::Core;
use super::decode::report::{AisClass, PlotReport, Report, ScanReport, SourceId};
use super::earth::{Offset, Position};
use super::fusion::{AisFix, Event, FusedTrack};
use super::input::{FeedId, Site};
use super::radar;
use super::time::{EventTime, Span};
use super::timers::TimerReason;
use super::track::{Echo, Fix, FusedIx, Holding, RadarBond, Source, Track, TrackIx, track_id};
use super::units::{Course, Metres, Speed};

/// Radar holds a track whose last plot is not older than this.
const HELD_WITHIN: Span = Span::from_secs(60);
/// A vessel with AIS is without an echo after so many rotations that saw nothing.
const UNSEEN_TURNS: u32 = 10;
/// Tracks that merged with another are looked for within this angle of it, seen from the radar ...
const MERGES_WITHIN_DEG: f64 = 1.2;
/// ... and within this at least, m.
const MERGES_AT_LEAST_M: f64 = 150.0;

/// Takes one plot.
pub(super) fn take_plot(core: &mut Core, report: &Report, plot: &PlotReport) {
    core.state.targets.note_alive(report.feed, report.observed_at);
    let site = site_of(core, report.feed, plot.source);
    if let Some((radar, ends)) = core.state.fusion.take_plot(report, plot, site.as_ref()) {
        core.state.timers.set(ends, TimerReason::SectorEnd { radar });
    }
}

/// Takes one mark of a scan.
pub(super) fn take_scan(core: &mut Core, report: &Report, scan: &ScanReport) {
    core.state.targets.note_alive(report.feed, report.observed_at);
    let site = site_of(core, report.feed, scan.source);
    if let Some((radar, ends)) = core.state.fusion.take_scan(report, scan, site.as_ref()) {
        core.state.timers.set(ends, TimerReason::SectorEnd { radar });
    }
}

/// A timer fired: a sector has been swept.
pub(super) fn end_sector(core: &mut Core, radar: u16) {
    let mut events = Vec::new();
    core.state.fusion.close_sector(radar, core.now(), &mut events);
    tell(core, &events);
}

/// A vessel's track took an AIS fix.
pub(super) fn take_ais(core: &mut Core, ix: TrackIx) {
    let Some(track) = core.state.picture.get(ix).filter(|t| t.confirmed && is_hull(t)) else { return };
    let fix = ais_fix(ix, track);
    let mut events = Vec::new();
    core.state.fusion.take_ais(&fix, &mut events);
    tell(core, &events);
}

fn is_hull(track: &Track) -> bool {
    !matches!(track.class, AisClass::Base | AisClass::Aircraft | AisClass::Aid)
}

/// Where an ASTERIX source of a feed stands, or the feed's radar.
pub(super) fn site_of(core: &Core, feed: FeedId, source: SourceId) -> Option<Site> {
    core.config.feeds.get(usize::from(feed.0))?.site_of(source.sac, source.sic).copied()
}

/// The fix at the hull's centre: the antenna's place on it is told by the dimensions, its direction by heading or course.
pub(super) fn ais_fix(vessel: TrackIx, track: &Track) -> AisFix {
    let Fix { at, position, sog, cog, sigma_m, .. } = track.last;
    let velocity = match (sog, cog) {
        (Some(sog), Some(cog)) => Some(Offset::polar(cog.degrees(), sog.m_s())),
        (Some(sog), None) if sog.knots() < 0.5 => Some(Offset::default()),
        _ => None,
    };
    let heading = track.true_heading.map(|h| h.degrees());
    let direction = heading.or(cog.filter(|_| sog.is_some_and(|v| v.knots() > 1.0)).map(Course::degrees));
    let dimensions = track.claims.dimensions.filter(|d| d.length_m() > 0);
    let shift = dimensions.zip(direction).map(|(d, degrees)| {
        let ahead = (f64::from(d.bow_m) - f64::from(d.stern_m)) / 2.0;
        let starboard = (f64::from(d.starboard_m) - f64::from(d.port_m)) / 2.0;
        Offset::polar(degrees, ahead).plus(Offset::polar(degrees + 90.0, starboard))
    });
    AisFix {
        vessel,
        at,
        place: shift.map_or(position, |shift| position.moved(shift)),
        sigma_m: f64::from(sigma_m),
        velocity: velocity.map(|v| [v.east_m, v.north_m]),
        dimensions_known: shift.is_some(),
        length_m: dimensions.map(|d| f64::from(d.length_m())),
    }
}

fn tell(core: &mut Core, events: &[Event]) {
    for event in events {
        match *event {
            Event::Held(fused) => {
                hold(core, fused, false);
                hold_merged(core, fused);
            }
            Event::Bound { fused, vessel, own } => {
                if let Some(own) = own {
                    core.remove_track(own);
                }
                bond(core, fused, vessel);
            }
            Event::Unbound { vessel } => release(core, vessel),
            Event::Ended { vessel, own } => {
                vessel.into_iter().for_each(|vessel| release(core, vessel));
                own.into_iter().for_each(|own| radar::coast(core, own));
            }
        }
    }
}

fn release(core: &mut Core, vessel: TrackIx) {
    let by_plots = |bond: &RadarBond| matches!(bond.echo, Echo::Plots(_));
    if let Some(track) = core.state.picture.get_mut(vessel).filter(|track| track.radar.as_ref().is_some_and(by_plots)) {
        track.radar = None;
    }
}

/// The bond of a vessel to the track that holds it.
fn bond(core: &mut Core, fused: FusedIx, vessel: TrackIx) {
    let Some(track) = core.state.fusion.get(fused) else { return };
    let (Some(hit), posterior) = (track.last_hit(), track.posterior()) else { return };
    let last_at = hit.at;
    if let Some(track) = core.state.picture.get_mut(vessel) {
        let since = track.radar.map_or(last_at, |bond| bond.since);
        track.radar = Some(RadarBond { echo: Echo::Plots(fused), posterior, since, last_at });
    }
}

/// A confirmed track took a plot, alone or as one of two in one echo: it moves its vessel if AIS is late, or the track that
/// stands for it.
fn hold(core: &mut Core, fused: FusedIx, merged: bool) {
    let Some((fix, range_m, vessel)) = radar_fix(core, fused) else { return };
    let named = vessel.or(core.state.fusion.get(fused).and_then(|track| track.own));
    if let Some(track) = named.filter(|_| merged).and_then(|ix| core.state.picture.get_mut(ix)) {
        (track.merged_at, track.range_m) = (Some(fix.at), range_m);
    }
    let moved = match vessel {
        Some(vessel) => {
            bond(core, fused, vessel);
            core.state.picture.get(vessel).is_some_and(|track| track.is_ais_late(fix.at)).then_some(vessel)
        }
        None => own_track(core, fused, fix),
    };
    if let Some(track) = moved {
        core.move_track(track, fix, |track| (track.confirmed, track.range_m) = (true, range_m));
        core.each_detector(|detector, view, effects| detector.on_fix(view, track, effects));
    }
}

/// A plot tells of all whose echo it is: of the track that took it, and of those that merged with that one.
fn hold_merged(core: &mut Core, owner: FusedIx) {
    let Some(track) = core.state.fusion.get(owner) else { return };
    let Some(&hit) = track.last_hit() else { return };
    let within = Metres(MERGES_AT_LEAST_M.max(hit.range_m * MERGES_WITHIN_DEG * std::f64::consts::PI / 180.0));
    let near = core.state.picture.near(track.estimate(hit.at).0, within);
    for (ix, _) in near {
        let Some(fused) = core.state.picture.get(ix).and_then(fused_ix) else { continue };
        let of_this_plot = |other: &FusedTrack| {
            other.merged_at().is_some() && other.last_hit().is_some_and(|h| (h.radar, h.at) == (hit.radar, hit.at))
        };
        if fused != owner && core.state.fusion.get(fused).is_some_and(of_this_plot) {
            hold(core, fused, true);
        }
    }
}

/// What holds a track of the picture by plots.
fn fused_ix(track: &Track) -> Option<FusedIx> {
    match track.echo.or(track.radar.map(|bond| bond.echo))? {
        Echo::Plots(fused) => Some(fused),
        Echo::Target(_) => None,
    }
}

/// A track's estimate at its last plot, as a fix, with its range from the radar and the vessel it is.
fn radar_fix(core: &Core, fused: FusedIx) -> Option<(Fix, f32, Option<TrackIx>)> {
    let track = core.state.fusion.get(fused)?;
    let hit = track.last_hit()?;
    let feed = core.state.fusion.feed_of(hit.radar)?;
    let (position, sigma_m, v) = track.estimate(hit.at);
    let (sog, cog) = motion(v);
    let (at, source) = (hit.at, Source::Radar);
    let (seq, digest, sigma_m) = (hit.seq, hit.digest, sigma_m as f32);
    let fix = Fix { at, position, sog: Some(sog), cog: Some(cog), source, sigma_m, feed, seq, digest };
    Some((fix, hit.range_m as f32, track.vessel()))
}

/// Speed and course of a velocity in m/s east and north.
fn motion([east_m, north_m]: [f64; 2]) -> (Speed, Course) {
    let v = Offset { east_m, north_m };
    (Speed::from_m_s(v.length().0), v.direction())
}

/// The picture's track of a confirmed track that is no known vessel.
fn own_track(core: &mut Core, fused: FusedIx, fix: Fix) -> Option<TrackIx> {
    let track = core.state.fusion.get(fused)?;
    if track.own.is_some() {
        return track.own;
    }
    let source_key = (1 << 62) | u64::from(fix.feed.0);
    let mut own = Track::new(track_id(source_key, &fix), None, AisClass::Unknown, fix);
    own.echo = Some(Echo::Plots(fused));
    let own = core.state.picture.add(own)?;
    core.state.fusion.set_own(fused, own);
    Some(own)
}

/// How AIS and radar hold a track at an instant; `None` where no radar looks.
pub(super) fn holding(core: &Core, ix: TrackIx, at: EventTime) -> Option<Holding> {
    let track = core.state.picture.get(ix)?;
    let fused = fused_of(core, ix, track);
    if fused.is_some_and(|fused| fused.merged_at().is_some()) {
        return Some(Holding::Merged);
    }
    if track.mmsi.is_none() {
        return track.echo.map(|_| Holding::NonCooperative);
    }
    let held = track.radar.is_some_and(|bond| at - bond.last_at <= HELD_WITHIN);
    let unseen = fused.is_some_and(|fused| fused.unseen() >= UNSEEN_TURNS);
    match (held, track.is_ais_late(at)) {
        (true, true) => Some(Holding::DarkHeld),
        (_, false) if unseen => Some(Holding::AisWithoutEcho),
        (true, false) => Some(Holding::Cooperative),
        (false, _) => None,
    }
}

fn fused_of<'a>(core: &'a Core, ix: TrackIx, track: &Track) -> Option<&'a FusedTrack> {
    match (track.mmsi, track.echo) {
        (Some(_), _) => core.state.fusion.of_vessel(ix),
        (None, Some(Echo::Plots(fused))) => core.state.fusion.get(fused),
        (None, _) => None,
    }
}

/// Where a track is at an instant by all that its sensors told: position, one standard deviation in m, motion.
pub(super) fn estimate(core: &Core, ix: TrackIx, at: EventTime) -> Option<(Position, f64, Speed, Course)> {
    let fused = fused_of(core, ix, core.state.picture.get(ix)?)?;
    let (position, sigma_m, v) = fused.estimate(at);
    let (sog, cog) = motion(v);
    Some((position, sigma_m, sog, cog))
}
