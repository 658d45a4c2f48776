//! AIS reports in the core: numbers are heard, their segments found and moved, their claims learnt.

use super::core::{Core, FORGET_AFTER};
use super::decode::report::{Body, PositionReport, Report, StaticReport};
use super::earth::Position;
use super::input::{FeedId, FeedKind};
use super::outage::{self, Station};
use super::plots;
use super::time::{EventTime, Span};
use super::timers::TimerReason;
use super::track::{Fix, Source, Track, TrackId, TrackIx, segment, track_id};
use super::units::Speed;
use super::vessel::{Mmsi, MmsiClass};

/// A second segment that nothing confirms is forgotten after this.
pub(super) const TENTATIVE_FOR: Span = Span::from_mins(10);
/// A second segment is believed at its third fix, this long after its first: old reports sent again make shorter ones.
const CONFIRMED_AFTER: Span = Span::from_secs(30);
/// Speeds that some transponders send for "not available" (102.2: 1,022 tenths; 51.2 and 63.0: cut-off words), kn.
const SENTINEL_KN: [f64; 3] = [102.2, 51.2, 63.0];

/// Takes one AIS report: who was heard, where it is, what it claims.
pub(super) fn take(core: &mut Core, report: &Report) {
    let Some(sender) = sender(&report.body) else { return };
    let station = (report.feed, report.station);
    let base = sender.class() == MmsiClass::Coast;
    let healthy = core.config.limits.dark_period.healthy_vessels;
    if !only_corrects(core, report.feed) {
        core.state.coverage.heard(station, report.observed_at, sender.0, base, healthy);
        let counts = !is_table(core, report.feed);
        let message = report.digest ^ u64::from(report.body.part());
        if core.state.outages.heard(station, (sender, message), report.observed_at, counts) {
            core.state.timers.set(report.observed_at + outage::LOOK, TimerReason::Stations);
        }
    }
    if core.state.duplicates.is_copy(report.digest ^ u64::from(report.body.part()), report.observed_at) {
        core.count_duplicate(report.feed);
        note_station(core, sender, station);
        return;
    }
    match &report.body {
        Body::Position(position) => take_position(core, report, position),
        Body::Static(claims) => take_static(core, claims),
        Body::Heard { .. } | Body::Target(_) | Body::Plot(_) | Body::Scan(_) => {}
    }
    hear(core, sender, report);
    if let Body::Position(PositionReport { position: None, .. }) = &report.body
        && let Some(ix) = latest(core, sender)
    {
        core.each_detector(|detector, view, effects| detector.on_no_position(view, ix, effects));
    }
    if let Body::Position(position) = &report.body
        && let Some(ix) = moved(core, position.mmsi, report.observed_at)
    {
        plots::take_ais(core, ix);
        core.each_detector(|detector, view, effects| detector.on_fix(view, ix, effects));
    }
}

/// Whether a feed's reports, which come in batches long after they were made, say nothing of what its stations hear.
fn only_corrects(core: &Core, feed: FeedId) -> bool {
    core.config.feeds.get(usize::from(feed.0)).is_some_and(|feed| feed.correction_only)
}

/// Whether a feed's reports are rows of a table, which tell nothing of who heard what.
fn is_table(core: &Core, feed: FeedId) -> bool {
    core.config.feeds.get(usize::from(feed.0)).is_some_and(|feed| feed.kind == FeedKind::Csv)
}

/// A report beyond the lateness that is not folded in: it may only shorten a silence.
pub(super) fn take_late(core: &mut Core, report: &Report) {
    let Some(sender) = sender(&report.body) else { return };
    core.state.now = core.handled_until();
    for ix in core.state.picture.of_mmsi(sender) {
        let at = report.observed_at;
        let Some(track) = core.state.picture.get_mut(ix) else { continue };
        if track.heard_at.is_some_and(|heard| heard < at) {
            track.heard_at = Some(at);
            core.each_detector(|detector, view, effects| detector.on_late(view, ix, at, effects));
        }
    }
}

/// The track of an MMSI that took a fix at this instant.
fn moved(core: &Core, mmsi: Mmsi, at: EventTime) -> Option<TrackIx> {
    let fixed = |ix: &TrackIx| core.state.picture.get(*ix).is_some_and(|t| t.confirmed && t.last.at == at);
    core.state.picture.of_mmsi(mmsi).into_iter().find(fixed)
}

fn take_position(core: &mut Core, report: &Report, position: &PositionReport) {
    let Some(place) = position.position else { return };
    let fix = Fix {
        at: report.observed_at,
        position: place,
        sog: position.sog.filter(|v| !SENTINEL_KN.iter().any(|kn| (v.knots() - kn).abs() < 0.05)),
        cog: position.cog,
        source: Source::Ais,
        sigma_m: if position.position_accuracy { 10.0 } else { 30.0 },
        feed: report.feed,
        seq: report.seq,
        digest: report.digest,
    };
    let segments = core.state.picture.of_mmsi(position.mmsi);
    let ix = match segment_of(core, &segments, fix.at, place) {
        Some(ix) => ix,
        None => {
            let id = track_id(u64::from(position.mmsi.0), &fix);
            let Some(ix) = core.state.picture.add(Track::new(id, Some(position.mmsi), position.class, fix)) else {
                return;
            };
            let keep = if segments.is_empty() { FORGET_AFTER } else { TENTATIVE_FOR };
            core.state.timers.set(fix.at + keep, TimerReason::Forget { track: ix });
            meet(core, ix, id);
            ix
        }
    };
    core.move_track(ix, fix, |track| {
        track.take_state(position);
        let settled = track.fixes >= 2 && fix.at - track.first_at >= CONFIRMED_AFTER;
        track.confirmed = track.confirmed || segments.is_empty() || settled;
    });
}

/// A vessel is new; one that was heard once, long before, may have to make room.
fn meet(core: &mut Core, ix: TrackIx, id: TrackId) {
    let picture = &core.state.picture;
    let is_strange = |ix, id| picture.get(ix).is_some_and(|track| track.id == id && track.fixes < 2);
    if let Some(oldest) = core.state.strangers.meet((ix, id), is_strange) {
        core.remove_track(oldest);
    }
}

/// The segment that a report belongs to: of several that may have sent it, the one it lies nearest to.
fn segment_of(core: &Core, segments: &[TrackIx], at: EventTime, place: Position) -> Option<TrackIx> {
    let max_speed = Speed::from_knots(core.config.limits.common.segment_max_kn);
    let track = |ix: TrackIx| core.state.picture.get(ix);
    if let &[only] = segments {
        return track(only).is_some_and(|t| segment::is_within_reach(t, at, place, max_speed)).then_some(only);
    }
    let distances =
        segments.iter().filter_map(|&ix| Some((segment::discrepancy(track(ix)?, at, place, max_speed)?, ix)));
    distances.min_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.1.cmp(&b.1))).map(|(_, ix)| ix)
}

fn take_static(core: &mut Core, report: &StaticReport) {
    for ix in core.state.picture.of_mmsi(report.mmsi) {
        let Some(track) = core.state.picture.get_mut(ix) else { continue };
        let was = track.claims;
        track.claims.learn(&report.claims);
        if track.confirmed && track.claims != was {
            core.each_detector(|detector, view, effects| detector.on_claims(view, ix, &was, effects));
        }
    }
}

/// A number was heard: its silence is over, its stations learn.
fn hear(core: &mut Core, sender: Mmsi, report: &Report) {
    let at = report.observed_at;
    let station = (report.feed, report.station);
    let split = Span::from_seconds(core.config.limits.common.split_s);
    for ix in core.state.picture.of_mmsi(sender) {
        let Some(track) = core.state.picture.get_mut(ix) else { continue };
        let gap = track.heard_at.map_or(Span::ZERO, |before| at - before);
        if gap > split {
            track.heard_since = at;
        }
        let unit = track.expected_interval().max(Span::from_secs(60));
        let new_unit = track.heard_at.is_none_or(|before| before.slot(unit) != at.slot(unit));
        if new_unit {
            let lost = (gap.millis() / unit.millis() - 1).max(0) as u32;
            let (class, place) = (track.class, track.last.position);
            core.state.coverage.learn(class, place, at, 1, &track.stations);
            if lost > 0 && gap <= unit.times(5) {
                core.state.coverage.learn(class, place, at, lost, &[]);
            }
            track.stations.clear();
        }
        track.heard_at = Some(at);
        track.renamed = false;
        track.note_station(station);
        if track.confirmed && track.last.at == at {
            core.each_detector(|detector, view, effects| detector.on_heard(view, ix, effects));
        }
    }
    if !matches!(report.body, Body::Position(_)) {
        hear_latest(core, sender);
    }
}

/// A transmission without a position ends the silence of the number's latest segment.
fn hear_latest(core: &mut Core, sender: Mmsi) {
    if let Some(ix) = latest(core, sender) {
        core.each_detector(|detector, view, effects| detector.on_heard(view, ix, effects));
    }
}

/// The segment of a number that took the newest fix.
fn latest(core: &Core, sender: Mmsi) -> Option<TrackIx> {
    let segments = core.state.picture.of_mmsi(sender);
    let latest = segments.into_iter().filter_map(|ix| Some((core.state.picture.get(ix)?.last.at, ix))).max();
    latest.map(|(_, ix)| ix)
}

/// Silent tracks turned out to go on as others.
pub(super) fn rename(core: &mut Core, renames: &[(TrackIx, TrackIx)]) {
    for &(was, is) in renames {
        if let Some(track) = core.state.picture.get_mut(was) {
            track.renamed = true;
        }
        core.each_detector(|detector, view, effects| detector.on_renamed(view, was, is, effects));
    }
}

/// Another station heard the same.
fn note_station(core: &mut Core, sender: Mmsi, station: Station) {
    for ix in core.state.picture.of_mmsi(sender) {
        if let Some(track) = core.state.picture.get_mut(ix) {
            track.note_station(station);
        }
    }
}

/// Who sent it, for all but radar.
fn sender(body: &Body) -> Option<Mmsi> {
    match body {
        Body::Position(report) => Some(report.mmsi),
        Body::Static(report) => Some(report.mmsi),
        Body::Heard { mmsi } => Some(*mmsi),
        Body::Target(_) | Body::Plot(_) | Body::Scan(_) => None,
    }
}
