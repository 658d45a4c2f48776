//! Dark period: silence where reception was expected, or while radar still holds the vessel (`docs/detectors/dark_period.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::{
    Anomaly, Change, Detector, Effects, Factor, FactorName, Kind, Open, Priority, Rule, Subkind, Suppression, View,
    end_if_touched, extend_observed,
};
use crate::engine::coverage::Silence;
use crate::engine::earth::Position;
use crate::engine::limits::{DarkPeriod, Limits};
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::timers::TimerReason;
use crate::engine::track::table::TrackTable;
use crate::engine::track::{Track, TrackIx};
use crate::engine::zone::{ZoneIx, ZoneKind};

/// A vessel must have been heard for this long before its silence means anything.
const HEARD_BEFORE: Span = Span::from_mins(10);
/// While radar may confirm, look again after this.
const LOOK_AGAIN: Span = Span::from_secs(60);
/// While coverage may confirm, look again after this ...
const WEIGH_AGAIN: Span = Span::from_mins(5);
/// ... until this; then the silence stays ambiguous.
const AMBIGUOUS_AFTER: Span = Span::from_hours(2);
/// Radar holds a vessel if it told of it within this.
const HELD_WITHIN: Span = Span::from_secs(40);
/// Least share of the silence with a healthy station for radar to confirm it.
const HEALTHY_SHARE: f64 = 0.6;
/// Where a silence lies in known places for this share of it ...
const KNOWN_SHARE: f64 = 0.5;
/// ... and would be missed by chance more often than this, radar does not confirm it yet.
const ILL_HEARD_LOG10_P: f64 = -1.0;
/// A fade lasts minutes: reports missed within one count as one miss.
const FADE: Span = Span::from_mins(3);
/// A vessel last heard this long before its stations failed fell silent with them, if it did not report more often.
const OUTAGE_BEFORE: Span = Span::from_secs(200);
/// Dead reckoning of a silent vessel beyond this says nothing.
const RECKONED: Span = Span::from_hours(2);

/// What is watched of one track.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Watch {
    /// A timer is set.
    armed: bool,
    open: Option<Box<Open>>,
}

/// The rule and what it watches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DarkPeriodDetector {
    watches: TrackTable<Watch>,
}

/// What a look at a silence found.
struct Judgement {
    subkind: Subkind,
    silence: Silence,
    posterior: f64,
}

impl Detector for DarkPeriodDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let keep = Span::from_seconds(view.limits.common.keep_s);
        let (Some(track), Some(watch)) = (view.track(ix), self.watches.get_mut(&ix)) else { return };
        if let Some(open) = watch.open.as_mut() {
            open.anomaly.position = Some(track.last.position);
            open.anomaly.evidence.add(ix, track.last, false);
            open.describe_length(view.now);
            if view.now - open.told_at >= keep {
                open.told_at = view.now;
                effects.tell(open.number, Change::Kept, &open.anomaly);
            }
        }
    }

    fn on_heard(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.mmsi.is_some() && track.counts()) else { return };
        let watch = self.watches.get_or_insert_with(ix, Watch::default);
        if let Some(mut open) = watch.open.take() {
            open.anomaly.end = Some(view.now);
            open.describe_length(view.now);
            if track.last.at == view.now {
                open.anomaly.evidence.add(ix, track.last, true);
            }
            effects.tell(open.number, Change::Ended, &open.anomaly);
        }
        if !watch.armed {
            watch.armed = true;
            effects.timers.set(late_at(view, track), TimerReason::Silence { track: ix });
        }
    }

    fn on_timer(&mut self, view: &View<'_>, reason: TimerReason, effects: &mut Effects<'_>) {
        let TimerReason::Silence { track: ix } = reason else { return };
        let (Some(track), Some(watch)) = (view.track(ix), self.watches.get_mut(&ix)) else { return };
        watch.armed = false;
        let Some(heard_at) = track.heard_at else { return };
        if watch.open.is_some() {
            return;
        }
        let next = if late_at(view, track) > view.now {
            Some(late_at(view, track))
        } else if let Some(judgement) = judge(view, track, heard_at) {
            raise(watch, view, ix, track, heard_at, &judgement, effects);
            None
        } else {
            next_look(view, track, heard_at)
        };
        if let Some(next) = next {
            watch.armed = true;
            effects.timers.set(next.max(view.now + Span::from_secs(1)), reason);
        }
    }

    fn on_late(&mut self, view: &View<'_>, ix: TrackIx, at: EventTime, effects: &mut Effects<'_>) {
        let (Some(track), Some(watch)) = (view.track(ix), self.watches.get_mut(&ix)) else { return };
        let Some(open) = watch.open.as_mut().filter(|open| at > open.anomaly.onset) else { return };
        let limits = &view.limits_for(track).dark_period;
        let radar = open.anomaly.subkind == Some(Subkind::RadarConfirmed);
        let least = if radar { radar_after(track, limits) } else { Span::from_seconds(limits.silence_s) };
        open.anomaly.onset = at;
        open.describe_length(view.now);
        if view.now - at >= least {
            effects.tell(open.number, Change::LateData, &open.anomaly);
        } else if let Some(mut open) = watch.open.take() {
            open.anomaly.end = Some(at);
            effects.tell(open.number, Change::Retracted, &open.anomaly);
            if !watch.armed {
                watch.armed = true;
                effects.timers.set(at + least, TimerReason::Silence { track: ix });
            }
        }
    }

    fn on_renamed(&mut self, view: &View<'_>, was: TrackIx, is: TrackIx, effects: &mut Effects<'_>) {
        let Some(back_at) = view.track(is).map(|track| track.first_at) else { return };
        if let Some(mut open) = self.watches.get_mut(&was).and_then(|watch| watch.open.take()) {
            open.anomaly.end = Some(back_at.max(open.anomaly.onset));
            open.describe_length(back_at);
            effects.tell(open.number, Change::Ended, &open.anomaly);
        }
    }

    fn on_gone(&mut self, _view: &View<'_>, ix: TrackIx, _effects: &mut Effects<'_>) {
        self.watches.remove(&ix);
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        self.watches.for_each_mut(|ix, watch| {
            let was_open = watch.open.is_some();
            end_if_touched(&mut watch.open, change, view.now, effects);
            if was_open && watch.open.is_none() && !watch.armed {
                watch.armed = true;
                effects.timers.set(view.now + LOOK_AGAIN, TimerReason::Silence { track: ix });
            }
        });
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.watches.for_each_mut(|_, watch| watch.open.iter_mut().for_each(|open| open.adopt(change)));
    }
}

impl Open {
    fn describe_length(&mut self, now: EventTime) {
        let silence_s = (now - self.anomaly.onset).seconds();
        if let Some(factor) = self.anomaly.factors.iter_mut().find(|f| f.name == FactorName::Silence) {
            factor.value = silence_s;
        }
    }
}

/// When the track becomes late if nothing more is heard.
fn late_at(view: &View<'_>, track: &Track) -> EventTime {
    let intervals = view.limits_for(track).dark_period.late_intervals;
    let heard = track.heard_at.unwrap_or(track.last.at);
    heard + Span::from_seconds(track.expected_interval().seconds() * intervals)
}

/// Silence after which radar may confirm.
fn radar_after(track: &Track, limits: &DarkPeriod) -> Span {
    Span::from_seconds((track.expected_interval().seconds() * limits.late_intervals).max(limits.radar_s))
}

/// When to look at a silence again.
fn next_look(view: &View<'_>, track: &Track, heard_at: EventTime) -> Option<EventTime> {
    let limits = &view.limits_for(track).dark_period;
    let silent = view.now - heard_at;
    let radar = radar_after(track, limits);
    let coverage = Span::from_seconds(limits.silence_s);
    if silent < radar {
        Some(heard_at + radar.min(coverage))
    } else if track.radar.is_some() {
        Some(view.now + LOOK_AGAIN)
    } else if silent < coverage {
        Some(heard_at + coverage)
    } else {
        (silent < AMBIGUOUS_AFTER).then_some(view.now + WEIGH_AGAIN)
    }
}

/// Looks at a silence: confirmed by radar, by coverage, or neither.
fn judge(view: &View<'_>, track: &Track, heard_at: EventTime) -> Option<Judgement> {
    let limits = &view.limits_for(track).dark_period;
    let silent = view.now - heard_at;
    if heard_at - track.heard_since < HEARD_BEFORE
        || !track.counts()
        || track.renamed
        || !is_latest_segment(view, track)
    {
        return None;
    }
    if let Some(bond) = track.radar
        && bond.posterior >= limits.min_posterior
        && view.now - bond.last_at <= HELD_WITHIN
        && silent >= radar_after(track, limits)
    {
        let healthy_share = healthy_share(view, track, heard_at);
        if healthy_share >= HEALTHY_SHARE && !is_ill_heard(view, track, heard_at, limits) {
            let silence = Silence { log10_p: 0.0, p_hear: 0.0, healthy_share };
            return Some(Judgement { subkind: Subkind::RadarConfirmed, silence, posterior: bond.posterior });
        }
    }
    if silent < Span::from_seconds(limits.silence_s) {
        return None;
    }
    let silence = weigh(view, track, heard_at, limits);
    (silence.log10_p <= limits.max_log10_p).then_some(Judgement { subkind: Subkind::Coverage, silence, posterior: 0.0 })
}

/// Whether the silence lies where a vessel is known to be heard so ill that it means nothing yet.
fn is_ill_heard(view: &View<'_>, track: &Track, heard_at: EventTime, limits: &DarkPeriod) -> bool {
    let silence = weigh(view, track, heard_at, limits);
    silence.healthy_share >= KNOWN_SHARE && silence.log10_p > ILL_HEARD_LOG10_P
}

/// Whether no other segment of the number has a newer fix: a number is silent once, not once a segment.
fn is_latest_segment(view: &View<'_>, track: &Track) -> bool {
    let segments = track.mmsi.map(|mmsi| view.picture.of_mmsi(mmsi)).unwrap_or_default();
    let newest = segments.iter().filter_map(|&ix| view.track(ix)).map(|t| (t.last.at, t.id)).max();
    newest.is_none_or(|newest| newest <= (track.last.at, track.id))
}

/// Share of the silence's minutes in which a station that last heard it was healthy.
fn healthy_share(view: &View<'_>, track: &Track, heard_at: EventTime) -> f64 {
    let minutes = ((view.now - heard_at).seconds() / 60.0) as i64;
    let well = |at: EventTime| track.stations.iter().any(|&station| view.coverage.is_healthy(station, at));
    let healthy = (1..=minutes).filter(|&m| well(heard_at + Span::from_mins(m))).count();
    healthy as f64 / minutes.max(1) as f64
}

/// The chance that a working transmitter went unheard: it stayed where it was or sailed on, whichever is heard less.
fn weigh(view: &View<'_>, track: &Track, heard_at: EventTime, limits: &DarkPeriod) -> Silence {
    let unit = track.expected_interval().max(FADE);
    let span = (view.now - heard_at).min(RECKONED);
    let units = (span.millis() / unit.millis()) as u32;
    let from = track.history.position_at(heard_at).unwrap_or(track.last.position);
    let velocity = (track.last.cog, track.last.sog);
    let places = |at: EventTime| -> SmallVec<[Position; 2]> {
        let mut places = SmallVec::from_slice(&[from]);
        if let (Some(cog), Some(sog)) = velocity
            && sog.knots() > 1.0
        {
            places.push(from.after(cog, sog, (at - heard_at).seconds()));
        }
        places
    };
    let learnt_before = heard_at - Span::from_seconds(limits.learn_s);
    view.coverage.weigh(track.class, heard_at, unit, units, learnt_before, places)
}

fn raise(
    watch: &mut Watch,
    view: &View<'_>,
    ix: TrackIx,
    track: &Track,
    heard_at: EventTime,
    judgement: &Judgement,
    effects: &mut Effects<'_>,
) {
    let start = track.history.position_at(heard_at).unwrap_or(track.last.position);
    let zones = view.patrol_at(start);
    if zones.is_empty() {
        return;
    }
    let limits = &view.limits_for(track).dark_period;
    let mut observed = Vec::new();
    if judgement.subkind == Subkind::RadarConfirmed {
        extend_observed(&mut observed, heard_at, view.now);
    }
    let anomaly = Anomaly {
        kind: Kind::DarkPeriod,
        subkind: Some(judgement.subkind),
        context: SmallVec::new(),
        tier_m: None,
        subjects: SmallVec::from_slice(&[ix]),
        voice: None,
        zones,
        onset: heard_at,
        end: None,
        observed,
        raised_at: view.now,
        priority: Priority::Warning,
        confidence: confidence(judgement),
        factors: factors(view, track, heard_at, judgement, limits),
        position: Some(track.last.position),
        suppressed: suppression(view, track, heard_at, start),
        evidence: Evidence::of_history(&[(ix, track)], heard_at - HEARD_BEFORE),
    };
    let number = effects.number();
    effects.tell(number, Change::Raised, &anomaly);
    watch.open = Some(Box::new(Open { number, anomaly, told_at: view.now }));
}

fn confidence(judgement: &Judgement) -> f64 {
    let by_coverage = (1.0 - libm::exp10(judgement.silence.log10_p * 0.5)) * judgement.silence.healthy_share;
    let by_radar = judgement.posterior * (0.5 + 0.5 * judgement.silence.healthy_share);
    by_coverage.max(by_radar).clamp(0.0, 0.99)
}

fn factors(
    view: &View<'_>,
    track: &Track,
    heard_at: EventTime,
    judgement: &Judgement,
    limits: &DarkPeriod,
) -> SmallVec<[Factor; 5]> {
    let radar = judgement.subkind == Subkind::RadarConfirmed;
    let least = if radar { radar_after(track, limits).seconds() } else { limits.silence_s };
    let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
    let mut factors = SmallVec::from_slice(&[
        factor(FactorName::Silence, (view.now - heard_at).seconds(), Some(least), 0.3),
        factor(FactorName::HealthyShare, judgement.silence.healthy_share, radar.then_some(HEALTHY_SHARE), 0.2),
    ]);
    if radar {
        factors.push(factor(FactorName::Posterior, judgement.posterior, Some(limits.min_posterior), 0.5));
    } else {
        factors.push(factor(FactorName::LogP, judgement.silence.log10_p, Some(limits.max_log10_p), 0.4));
        factors.push(factor(FactorName::PHear, judgement.silence.p_hear, None, 0.1));
    }
    factors
}

/// A boat that switches off in port is at home; one that nobody could hear as it fell silent may send on.
fn suppression(view: &View<'_>, track: &Track, heard_at: EventTime, start: Position) -> Option<Suppression> {
    let zones = view.zones.at(start);
    let port = |&ix: &ZoneIx| matches!(view.zones.get(ix).kind, ZoneKind::Port | ZoneKind::Berth);
    let at_home = zones.iter().copied().find(port).map(|zone| Suppression { rule: Rule::Port, entry: Some(zone) });
    at_home.or(is_unheard(view, track, heard_at).then_some(Suppression { rule: Rule::ReceiverOutage, entry: None }))
}

/// Whether a station that had heard it was out: deaf, or so that what the others did not hear proves nothing.
fn is_unheard(view: &View<'_>, track: &Track, heard_at: EventTime) -> bool {
    let before = OUTAGE_BEFORE.max(track.expected_interval().times(2));
    let knew =
        |station| track.stations.contains(&station) || track.mmsi.is_some_and(|mmsi| view.outages.knows(station, mmsi));
    let limits = &view.limits_for(track).dark_period;
    let proves_nothing = || weigh(view, track, heard_at, limits).log10_p > limits.max_log10_p;
    view.outages.at(heard_at, before).any(|outage| knew(outage.station) && (outage.is_deaf || proves_nothing()))
}
