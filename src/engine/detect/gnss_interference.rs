//! GNSS interference: several vessels of an area jump together, or lose their positions (`docs/detectors/gnss_interference.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::episode::{self, Episode};
use super::evidence::Evidence;
use super::{Anomaly, Detector, Effects, Factor, FactorName, Kind, Subkind, View, join_zones};
use crate::engine::earth::Position;
use crate::engine::limits::{GnssInterference, Limits};
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::vessel::Mmsi;

/// A jump leaves the last fix before it at most this far behind.
const JUMPED_WITHIN: Span = Span::from_mins(10);
/// Displacements that differ by more than this, or by this share of them, are not the same.
const SAME_JUMP_M: f64 = 2_000.0;
const SAME_JUMP_SHARE: f64 = 0.1;
/// Of so many affected vessels none is missed; more wait for the next look.
const AFFECTED_AT_MOST: usize = 1_000;
/// So many vessels an alert names.
const SUBJECTS_AT_MOST: usize = 20;
/// Evidence begins this long before.
const EVIDENCE_BEFORE: Span = Span::from_mins(5);

/// What befell a vessel's position.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum How {
    /// Its transmissions tell none any more.
    Lost,
    /// It was suddenly elsewhere.
    Jumped {
        /// Where.
        to: Position,
        /// The segment that goes on there.
        segment: TrackIx,
    },
}

/// A vessel whose position cannot be believed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Affected {
    mmsi: Mmsi,
    /// The segment that had its true positions.
    track: TrackIx,
    /// Where that ended.
    from: Position,
    since: EventTime,
    last_at: EventTime,
    how: How,
}

/// One area with its vessels.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Area {
    members: Vec<Affected>,
    episode: Episode,
}

/// The rule, the vessels affected of late, and the areas that they make.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GnssInterferenceDetector {
    loose: Vec<Affected>,
    areas: Vec<Area>,
}

impl Detector for GnssInterferenceDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.last.source == Source::Ais) else { return };
        if let Some(member) = self.member_jumped_to(ix) {
            member.last_at = view.now;
            return;
        }
        if view.now - track.first_at > JUMPED_WITHIN || track.fixes > 8 || !track.counts() {
            return;
        }
        if let Some(affected) = jumped(view, ix, track) {
            self.take(view, affected, effects);
        }
    }

    fn on_no_position(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.counts()) else { return };
        let known = |affected: &&mut Affected| affected.track == ix && affected.how == How::Lost;
        let mut all = self.areas.iter_mut().flat_map(|area| &mut area.members).chain(&mut self.loose);
        if let Some(affected) = all.find(known) {
            affected.last_at = view.now;
            return;
        }
        let (Some(mmsi), how) = (track.mmsi, How::Lost) else { return };
        if track.last.source == Source::Ais && view.now - track.last.at <= JUMPED_WITHIN {
            let (from, since) = (track.last.position, view.now);
            self.take(view, Affected { mmsi, track: ix, from, since, last_at: since, how }, effects);
        }
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        if reason != TimerReason::Stations {
            return;
        }
        let limits = &view.limits.gnss_interference;
        let within = Span::from_seconds(limits.together_s);
        self.loose.retain(|affected| view.now - affected.since <= within);
        let quiet = Span::from_seconds(limits.quiet_s);
        let merge_gap = Span::from_seconds(limits.merge_gap_s);
        for area in &mut self.areas {
            let last_at = area.last_at();
            if view.now - last_at > quiet {
                area.episode.end(last_at, effects);
            } else {
                area.episode.keep(view, effects);
            }
        }
        self.areas.retain(|area| view.now - area.last_at() <= quiet.max(merge_gap));
    }

    fn on_gone(&mut self, _view: &View<'_>, ix: TrackIx, _effects: &mut Effects<'_>) {
        let gone = |affected: &Affected| {
            affected.track == ix || matches!(affected.how, How::Jumped { segment, .. } if segment == ix)
        };
        self.loose.retain(|affected| !gone(affected));
        // An area keeps its times: the last of its members stays, as one that nothing moves any more.
        for area in &mut self.areas {
            let last_at = area.last_at();
            let kept = area.members.iter().any(|member| !gone(member) && member.last_at == last_at);
            area.members.retain(|member| !gone(member) || (!kept && member.last_at == last_at));
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        self.areas.iter_mut().for_each(|area| area.episode.end_touched(view, change, effects));
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.areas.iter_mut().for_each(|area| area.episode.adopt(change));
    }
}

impl GnssInterferenceDetector {
    fn member_jumped_to(&mut self, ix: TrackIx) -> Option<&mut Affected> {
        let mut all = self.areas.iter_mut().flat_map(|area| &mut area.members).chain(&mut self.loose);
        all.find(|affected| matches!(affected.how, How::Jumped { segment, .. } if segment == ix))
    }

    /// One more vessel: it joins an area, or makes one with others that fared alike.
    fn take(&mut self, view: &View<'_>, new: Affected, effects: &mut Effects<'_>) {
        let limits = &view.limits.gnss_interference;
        let joined = self.areas.iter_mut().find(|area| area.members.iter().any(|member| alike(member, &new, limits)));
        if let Some(area) = joined {
            area.members.push(new);
            area.tell(view, limits, effects);
            return;
        }
        if self.loose.len() < AFFECTED_AT_MOST {
            self.loose.push(new);
        }
        let within = Span::from_seconds(limits.together_s);
        let fares = |other: &Affected| new.since - other.since <= within && alike(other, &new, limits);
        let members: Vec<Affected> = self.loose.iter().copied().filter(fares).collect();
        let mut numbers: Vec<Mmsi> = members.iter().map(|member| member.mmsi).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.len() >= limits.vessels as usize {
            self.loose.retain(|other| !fares(other));
            let mut area = Area { members, episode: Episode::default() };
            area.tell(view, limits, effects);
            self.areas.push(area);
        }
    }
}

impl Area {
    fn last_at(&self) -> EventTime {
        self.members.iter().map(|member| member.last_at).max().unwrap_or(EventTime::MIN)
    }

    /// Raises the alert, or adds to it who is affected now.
    fn tell(&mut self, view: &View<'_>, limits: &GnssInterference, effects: &mut Effects<'_>) {
        let least = f64::from(limits.vessels);
        match self.episode.goes_on_mut() {
            Some(anomaly) => describe(anomaly, view, &self.members, least),
            None => {
                let onset = self.members.iter().map(|member| member.since).min().unwrap_or(view.now);
                let mut anomaly = episode::anomaly(Kind::GnssInterference, &[], onset, view.now);
                let jumped = self.members.iter().any(|member| member.how != How::Lost);
                anomaly.subkind = Some(if jumped { Subkind::Jump } else { Subkind::NoPosition });
                describe(&mut anomaly, view, &self.members, least);
                let tracks: SmallVec<[(TrackIx, &Track); 8]> =
                    anomaly.subjects.iter().filter_map(|&ix| Some((ix, view.track(ix)?))).collect();
                anomaly.evidence = Evidence::of_history(&tracks, onset - EVIDENCE_BEFORE);
                if !anomaly.zones.is_empty() {
                    self.episode.raise(anomaly, Span::from_seconds(limits.merge_gap_s), effects);
                }
            }
        }
    }
}

/// Who is affected, where, and how many.
fn describe(anomaly: &mut Anomaly, view: &View<'_>, members: &[Affected], least: f64) {
    for member in members {
        if !anomaly.subjects.contains(&member.track) && anomaly.subjects.len() < SUBJECTS_AT_MOST {
            anomaly.subjects.push(member.track);
        }
        join_zones(&mut anomaly.zones, &view.patrol_at(member.from));
    }
    anomaly.subjects.sort_by_key(|&ix| view.track(ix).map(|track| track.id));
    anomaly.position = members.first().map(|member| member.from);
    let count = members.len() as f64;
    anomaly.factors =
        SmallVec::from_slice(&[Factor { name: FactorName::Vessels, value: count, limit: Some(least), weight: 1.0 }]);
    anomaly.confidence = (1.0 - 1.0 / (count + 1.0)).min(0.99);
}

/// Whether two vessels fared alike: both without position, or both moved the same way or to the same place.
fn alike(a: &Affected, b: &Affected, limits: &GnssInterference) -> bool {
    if a.from.distance_to(b.from).0 > limits.within_m {
        return false;
    }
    match (a.how, b.how) {
        (How::Lost, How::Lost) => true,
        (How::Jumped { to: to_a, .. }, How::Jumped { to: to_b, .. }) => {
            let (by_a, by_b) = (a.from.offset_to(to_a), b.from.offset_to(to_b));
            let differ_m = by_a.minus(by_b).length().0;
            let same_way = differ_m <= SAME_JUMP_M.max(SAME_JUMP_SHARE * by_a.length().0);
            same_way || to_a.distance_to(to_b).0 <= SAME_JUMP_M
        }
        _ => false,
    }
}

/// A young segment that began where its number could not come to, while the number's other one broke off.
fn jumped(view: &View<'_>, ix: TrackIx, track: &Track) -> Option<Affected> {
    let mmsi = track.mmsi?;
    let segments = view.picture.of_mmsi(mmsi);
    let before = segments.iter().filter(|&&other| other != ix).filter_map(|&other| Some((other, view.track(other)?)));
    let broke_off = |last_at: EventTime| last_at < track.first_at && track.first_at - last_at <= JUMPED_WITHIN;
    let (old, was) = before
        .filter(|(_, old)| old.confirmed && broke_off(old.last.at))
        .max_by_key(|(_, old)| (old.last.at, old.id))?;
    let to = track.history.position_at(track.first_at)?;
    let how = How::Jumped { to, segment: ix };
    Some(Affected { mmsi, track: old, from: was.last.position, since: track.first_at, last_at: view.now, how })
}
