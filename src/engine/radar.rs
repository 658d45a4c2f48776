//! Radar reports in the core: targets live and die, are bound to vessels, move tracks.

use smallvec::SmallVec;

use super::alignment;
use super::core::Core;
use super::decode::report::{AisClass, Report, SensorTrackReport, TargetStatus};
use super::earth::Position;
use super::input::FeedId;
use super::time::{EventTime, Span};
use super::timers::TimerReason;
use super::track::associate::{self, GATE};
use super::track::target::{Lost, Taken, Target};
use super::track::{Echo, Fix, RadarBond, Source, Track, TrackIx, track_id};
use super::units::{Course, Speed};

/// A confirmed target that some vessel may still turn out to be waits this long before it becomes a track of its own.
const UNDECIDED_FOR: Span = Span::from_secs(60);
/// A vessel that radar lost while AIS was silent is looked for this long ...
const LOST_FOR: Span = Span::from_secs(120);
/// ... and is, if found, the one with this chance.
const FOUND_AGAIN: f64 = 0.8;
/// A target tells where its vessel is for this long after its last report.
const ESTIMATES_FOR: Span = Span::from_secs(15);
/// A radar-only track whose target is lost stays in the picture for this.
const COASTS_FOR: Span = Span::from_secs(60);

/// Takes one target report.
pub(super) fn take_target(core: &mut Core, report: &Report, target: &SensorTrackReport) {
    let key = (report.feed, target.target_number);
    let live = core.state.targets.find(key);
    let before = live.and_then(|ix| core.state.targets.get(ix)).map(|target| (target.last.at, target.last.digest));
    if before == Some((report.observed_at, report.digest)) {
        core.count_duplicate(report.feed);
        return;
    }
    let Some(position) = target.position.filter(|_| target.status != TargetStatus::Lost) else {
        if let (Some(ix), TargetStatus::Lost) = (live, target.status) {
            end_target(core, ix);
        }
        return;
    };
    let fix = fix_of(report, target, alignment::aligned(core, report, target, position));
    if let Some(ix) = live.filter(|&ix| core.state.targets.is_other_vessel(ix, &fix)) {
        end_target(core, ix);
    }
    let rotation = core.config.feeds.get(usize::from(report.feed.0)).and_then(|f| f.site).map(|site| site.rotation);
    let range_m = target.range.map_or(0.0, |r| r.0);
    let ix = match core.state.targets.take(key, fix, range_m, rotation) {
        Taken::Refused => return,
        Taken::Continued(ix) => ix,
        Taken::Started(ix) => {
            if let Some(target) = core.state.targets.get(ix) {
                core.state.timers.set(target.silent_at(), TimerReason::TargetSilence { target: ix });
            }
            ix
        }
    };
    associate_target(core, ix);
    move_by_radar(core, ix, fix);
}

/// A timer of a target fired: it may have fallen silent.
pub(super) fn check_silence(core: &mut Core, ix: u32) {
    let Some(target) = core.state.targets.get(ix) else { return };
    let silent_at = target.silent_at();
    if silent_at > core.now() {
        core.state.timers.set(silent_at, TimerReason::TargetSilence { target: ix });
    } else {
        end_target(core, ix);
    }
}

fn fix_of(report: &Report, target: &SensorTrackReport, position: Position) -> Fix {
    let (along, across) = (f64::from(target.range_sigma_m), f64::from(target.cross_sigma_m));
    Fix {
        at: report.observed_at,
        position,
        sog: target.sog,
        cog: target.cog,
        source: Source::Radar,
        sigma_m: libm::sqrt((along * along + across * across) / 2.0) as f32,
        feed: report.feed,
        seq: report.seq,
        digest: report.digest,
    }
}

/// Weighs the vessels nearby, binds a clear winner, breaks a bond that no longer holds.
fn associate_target(core: &mut Core, ix: u32) {
    let Some(target) = core.state.targets.get(ix) else { return };
    if target.bound {
        judge_bond(core, ix);
        return;
    }
    let (at, place, feed) = (target.last.at, target.last.position, target.key.0);
    let own = target.track;
    let near = core.state.picture.near(place, GATE);
    let weighed: Vec<(TrackIx, f64)> = near
        .iter()
        .filter_map(|&(track, _)| {
            let vessel = core.state.picture.get(track)?;
            let free = vessel.radar.is_none() || !bound_by(core, vessel, feed);
            let fit = vessel.mmsi.is_some() && vessel.confirmed && vessel.class != AisClass::Base && free;
            let differs =
                own.and_then(|own| core.state.picture.get(own)).is_some_and(|r| associate::trails_differ(r, vessel));
            (fit && !differs).then(|| Some((track, associate::distance_squared(target, vessel)?)))?
        })
        .collect();
    let Some(target) = core.state.targets.get_mut(ix) else { return };
    for (track, d2) in weighed {
        associate::weigh(&mut target.candidates, track, at, d2);
    }
    target.candidates.retain(|c| at - c.at <= UNDECIDED_FOR);
    if let Some((track, posterior)) = associate::clear_winner(&target.candidates)
        && target.is_confirmed()
    {
        bind(core, ix, track, posterior);
    } else {
        find_lost(core, ix);
    }
}

/// Binds a confirmed target to the vessel that radar lost where it began, if it is the only one.
fn find_lost(core: &mut Core, ix: u32) {
    let Some(target) = core.state.targets.get(ix).filter(|target| target.is_confirmed() && !target.bound) else {
        return;
    };
    let first_at = target.first_at;
    let silent = |vessel: TrackIx, since: EventTime| {
        let track = core.state.picture.get(vessel);
        track.is_some_and(|track| track.mmsi.is_some() && track.heard_at.is_none_or(|heard| heard <= since))
    };
    let since = target.last.at - LOST_FOR;
    let lost = core.state.targets.lost_since(since).filter(|lost| lost.last.at <= first_at);
    let fits = lost.filter(|lost| associate::continues(target, &lost.last) && silent(lost.vessel, lost.last.at));
    if let [vessel] = fits.map(|lost| lost.vessel).collect::<SmallVec<[TrackIx; 4]>>()[..] {
        bind(core, ix, vessel, FOUND_AGAIN);
    }
}

/// Whether a vessel's bond is to a live target of this radar.
fn bound_by(core: &Core, vessel: &Track, feed: FeedId) -> bool {
    match vessel.radar.map(|bond| bond.echo) {
        Some(Echo::Target(ix)) => core.state.targets.get(ix).is_some_and(|t| t.key.0 == feed && t.bound),
        Some(Echo::Plots(_)) | None => false,
    }
}

fn bind(core: &mut Core, ix: u32, track: TrackIx, posterior: f64) {
    let Some(target) = core.state.targets.get_mut(ix) else { return };
    let own = target.track.replace(track);
    target.bound = true;
    target.astray = 0;
    let at = target.last.at;
    core.state.targets.forget_lost(track);
    if let Some(own) = own.filter(|&own| own != track) {
        core.remove_track(own);
    }
    if let Some(vessel) = core.state.picture.get_mut(track) {
        vessel.radar = Some(RadarBond { echo: Echo::Target(ix), posterior, since: at, last_at: at });
    }
}

/// While AIS is fresh, each report speaks for or against the bond; when AIS is silent the bond stands as it was.
fn judge_bond(core: &mut Core, ix: u32) {
    let Some((track, at)) = core.state.targets.get(ix).and_then(|t| Some((t.track?, t.last.at))) else { return };
    let d2 = {
        let (Some(target), Some(vessel)) = (core.state.targets.get(ix), core.state.picture.get(track)) else { return };
        if vessel.last.source == Source::Ais { associate::distance_squared(target, vessel) } else { None }
    };
    let Some(target) = core.state.targets.get_mut(ix) else { return };
    let mut broken = false;
    if let Some(d2) = d2 {
        let llr = associate::weigh(&mut target.candidates, track, at, d2);
        broken = associate::is_broken(llr, d2, &mut target.astray);
        if let Some(bond) = core.state.picture.get_mut(track).and_then(|v| v.radar.as_mut()) {
            bond.posterior = associate::chance(llr);
        }
    }
    if broken {
        unbind(core, ix, track);
    } else if let Some(bond) = core.state.picture.get_mut(track).and_then(|v| v.radar.as_mut()) {
        bond.last_at = at;
    }
}

fn unbind(core: &mut Core, ix: u32, track: TrackIx) {
    if let Some(vessel) = core.state.picture.get_mut(track) {
        vessel.radar = None;
    }
    if let Some(target) = core.state.targets.get_mut(ix) {
        target.bound = false;
        target.track = None;
        target.candidates.clear();
        target.astray = 0;
    }
}

/// Lets a fix move the track it belongs to: its own, or a bound vessel's whose AIS is late.
fn move_by_radar(core: &mut Core, ix: u32, fix: Fix) {
    let Some(target) = core.state.targets.get(ix).cloned() else { return };
    let track = match (target.track, target.bound) {
        (Some(track), true) => {
            let late = core.state.picture.get(track).is_some_and(|vessel| vessel.is_ais_late(fix.at));
            late.then_some(track)
        }
        (Some(track), false) => Some(track),
        (None, _) => own_track(core, ix, fix),
    };
    let range_m = target.range_m as f32;
    if let Some(track) = track {
        core.move_track(track, fix, |track| (track.confirmed, track.range_m) = (true, range_m));
        core.each_detector(|detector, view, effects| detector.on_fix(view, track, effects));
    }
}

/// A confirmed target that is no known vessel becomes a track of its own.
fn own_track(core: &mut Core, ix: u32, fix: Fix) -> Option<TrackIx> {
    let target = core.state.targets.get(ix)?;
    let undecided = target.candidates.iter().any(|c| c.llr > 0.0) && fix.at - target.first_at < UNDECIDED_FOR;
    if !target.is_confirmed() || undecided {
        return None;
    }
    let source_key = source_key(target);
    let mut track = Track::new(track_id(source_key, &fix), None, AisClass::Unknown, fix);
    track.echo = Some(Echo::Target(ix));
    let track = core.state.picture.add(track)?;
    core.state.targets.get_mut(ix)?.track = Some(track);
    Some(track)
}

fn source_key(target: &Target) -> u64 {
    (1 << 63) | (u64::from(target.key.0.0) << 32) | u64::from(target.key.1)
}

/// A target is over: its vessel keeps sailing, its own track coasts and is forgotten.
fn end_target(core: &mut Core, ix: u32) {
    let Some(target) = core.state.targets.get(ix) else { return };
    let last = target.last;
    match (target.track, target.bound) {
        (Some(track), true) => {
            unbind(core, ix, track);
            if core.state.picture.get(track).is_some_and(|vessel| vessel.heard_at.is_none_or(|at| at < last.at)) {
                core.state.targets.note_lost(Lost { vessel: track, last });
            }
        }
        (Some(track), false) => coast(core, track),
        (None, _) => {}
    }
    core.state.targets.end(ix);
}

/// Where the target that holds a vessel says it is at an instant, if that is better known than from AIS: position, one standard
/// deviation in m, motion.
pub(super) fn estimate(core: &Core, vessel: &Track, at: EventTime) -> Option<(Position, f64, Speed, Course)> {
    let Some(Echo::Target(ix)) = vessel.radar.map(|bond| bond.echo) else { return None };
    let target = core.state.targets.get(ix).filter(|target| target.bound && at - target.last.at <= ESTIMATES_FOR)?;
    let Fix { position, sigma_m, .. } = target.last;
    let since_s = (at - target.last.at).seconds().max(0.0);
    let sigma_m = f64::from(sigma_m) + since_s;
    let (sog, cog) = (target.last.sog?, target.last.cog?);
    let is_better = vessel.last.source == Source::Ais && sigma_m < associate::ais_sigma_m(vessel, at);
    is_better.then(|| (position.after(cog, sog, since_s), sigma_m, sog, cog))
}

/// What made a radar-only track is over: it stays where it was and is forgotten.
pub(super) fn coast(core: &mut Core, track: TrackIx) {
    let now = core.now();
    if let Some(own) = core.state.picture.get_mut(track) {
        own.coasting = true;
        own.hold_until = now + COASTS_FOR;
    }
    core.each_detector(|detector, view, effects| detector.on_target_lost(view, track, effects));
    if let Some(own) = core.state.picture.get_mut(track) {
        own.echo = None;
        core.state.timers.set(own.hold_until, TimerReason::Forget { track });
    }
}
