//! Dark contact: a craft without AIS where others are heard, in a zone that asks for it or on its way to a slow vessel (`docs/detectors/dark_contact.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::{
    Anomaly, Change, Context, Detector, Effects, Factor, FactorName, Kind, Open, Priority, Rule, Suppression, View,
    end_if_touched, extend_observed, join_zones,
};
use crate::engine::limits::{Contacts, DarkContact, Limits};
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Track, TrackIx};
use crate::engine::units::{KNOT_M_S, Metres};
use crate::engine::zone::ZoneKind;

/// Window of the contact's own speed.
const SPEED_WINDOW: Span = Span::from_mins(5);
/// Looks in a row (one a minute) that must find it on its way to the same vessel.
const LOOKS: u8 = 2;

/// What is watched of one contact.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Contact {
    /// The vessel it heads for, and for how many looks.
    approaches: Option<(TrackIx, u8)>,
    open: Option<Box<Open>>,
}

/// A slow vessel that a contact heads for.
struct Approach {
    vessel: TrackIx,
    distance_m: f64,
    closest_m: f64,
}

/// The rule and its contacts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DarkContactDetector {
    contacts: Map<TrackIx, Contact>,
}

impl Detector for DarkContactDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|t| t.is_radar_only() && t.counts() && view.opened_slot(t)) else {
            return;
        };
        let all = view.limits_for(track);
        let limits = &all.dark_contact;
        if let Some(open) = self.contacts.get_mut(&ix).and_then(|contact| contact.open.as_mut()) {
            go_on(open, view, ix, track, Span::from_seconds(all.common.keep_s), effects);
            return;
        }
        let held_s = (view.now - track.first_at).seconds();
        let knots = track.derived_speed(SPEED_WINDOW).map_or(0.0, |speed| speed.knots());
        let moves = (limits.min_kn..=limits.max_kn).contains(&knots);
        if limits.alert == Contacts::Never || held_s < limits.held_s || !moves {
            self.contacts.remove(&ix);
            return;
        }
        let approach = approached(view, ix, track, limits);
        let p_hear = p_hear(view, track, approach.as_ref());
        if p_hear < limits.min_p_hear {
            self.contacts.remove(&ix);
            return;
        }
        let contact = self.contacts.get_or_insert_with(ix, Contact::default);
        contact.approaches = match (&approach, contact.approaches) {
            (Some(now), Some((before, looks))) if before == now.vessel => Some((before, looks.saturating_add(1))),
            (Some(now), _) => Some((now.vessel, 1)),
            (None, _) => None,
        };
        let arrives = contact.approaches.is_some_and(|(_, looks)| looks >= LOOKS);
        if arrives || limits.alert == Contacts::Always {
            contact.open = raise(view, ix, track, approach.filter(|_| arrives), limits, p_hear, effects);
        }
    }

    fn on_target_lost(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        self.on_gone(view, ix, effects);
    }

    fn on_gone(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(mut open) = self.contacts.remove(&ix).and_then(|contact| contact.open) else { return };
        if open.anomaly.end.is_none() {
            let last_at = view.track(ix).map_or(view.now, |track| track.last.at);
            open.anomaly.end = Some(last_at.max(open.anomaly.onset));
            effects.tell(open.number, Change::Ended, &open.anomaly);
        }
    }

    fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        for ix in self.contacts.sorted_keys() {
            if let Some(contact) = self.contacts.get_mut(&ix) {
                end_if_touched(&mut contact.open, change, view.now, effects);
            }
        }
    }

    fn adopt(&mut self, change: &RulesChange, _limits: &Limits) {
        self.contacts.for_each_mut(|contact| contact.open.iter_mut().for_each(|open| open.adopt(change)));
    }
}

/// The chance to hear a report from where the contact is, or from where it heads.
fn p_hear(view: &View<'_>, track: &Track, approach: Option<&Approach>) -> f64 {
    let there = approach.and_then(|approach| view.track(approach.vessel)).map(|vessel| vessel.last.position);
    let hears = |position| view.coverage.chance_to_hear(position, view.now);
    there.map_or(0.0, hears).max(hears(track.last.position))
}

/// The slow vessel that a contact will pass nearest to, if near and soon enough.
fn approached(view: &View<'_>, ix: TrackIx, track: &Track, limits: &DarkContact) -> Option<Approach> {
    let velocity = track.velocity()?;
    let speed2 = velocity.east_m * velocity.east_m + velocity.north_m * velocity.north_m;
    let mut nearest: Option<Approach> = None;
    for (vessel, distance) in view.picture.near(track.last.position, Metres(limits.approach_m)) {
        let Some(other) = view.track(vessel).filter(|other| vessel != ix && is_slow(view, other, limits)) else {
            continue;
        };
        let apart = track.last.position.offset_to(other.last.position);
        let along = apart.east_m * velocity.east_m + apart.north_m * velocity.north_m;
        let arrives_s = along / speed2.max(0.01);
        if arrives_s <= 0.0 || arrives_s > limits.approach_s {
            continue;
        }
        let closest_m = apart.minus(velocity.scaled(arrives_s)).length().0;
        if closest_m <= limits.passes_m && nearest.as_ref().is_none_or(|n| closest_m < n.closest_m) {
            nearest = Some(Approach { vessel, distance_m: distance.0, closest_m });
        }
    }
    nearest
}

/// A vessel that lies or drifts, seen lately.
fn is_slow(view: &View<'_>, track: &Track, limits: &DarkContact) -> bool {
    let fresh = view.now - track.last.at <= Span::from_seconds(view.limits.common.observed_max_s);
    let slow = track.derived_speed(Span::from_mins(10)).is_some_and(|speed| speed.knots() < limits.slow_kn);
    track.counts() && !track.coasting && fresh && slow && !track.is_merged(view.now)
}

fn go_on(open: &mut Open, view: &View<'_>, ix: TrackIx, track: &Track, keep: Span, effects: &mut Effects<'_>) {
    if view.observed_step(track).is_some() {
        extend_observed(&mut open.anomaly.observed, track.previous_at, view.now);
    }
    open.anomaly.position = Some(track.last.position);
    open.anomaly.evidence.add(ix, track.last, false);
    join_zones(&mut open.anomaly.zones, &view.patrol(&track.zones));
    if view.now - open.told_at >= keep {
        open.told_at = view.now;
        effects.tell(open.number, Change::Kept, &open.anomaly);
    }
}

fn raise(
    view: &View<'_>,
    ix: TrackIx,
    track: &Track,
    approach: Option<Approach>,
    limits: &DarkContact,
    p_hear: f64,
    effects: &mut Effects<'_>,
) -> Option<Box<Open>> {
    let zones = view.patrol(&track.zones);
    if zones.is_empty() {
        return None;
    }
    let knots = track.velocity().map_or(0.0, |v| v.length().0 / KNOT_M_S);
    let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
    let mut factors = SmallVec::from_slice(&[
        factor(FactorName::Held, (view.now - track.first_at).seconds(), Some(limits.held_s), 0.4),
        factor(FactorName::PHear, p_hear, Some(limits.min_p_hear), 0.4),
        factor(FactorName::Speed, knots, Some(limits.min_kn), 0.2),
    ]);
    if let Some(approach) = &approach {
        factors.push(factor(FactorName::Distance, approach.distance_m, Some(limits.approach_m), 0.0));
        factors.push(factor(FactorName::LeastDistance, approach.closest_m, Some(limits.passes_m), 0.0));
    }
    let anomaly = Anomaly {
        kind: Kind::DarkContact,
        subkind: None,
        context: approach.iter().map(|_| Context::Approach).collect(),
        tier_m: None,
        subjects: SmallVec::from_slice(&[ix]),
        voice: None,
        zones,
        onset: track.first_at,
        end: None,
        observed: vec![(track.first_at, view.now)],
        raised_at: view.now,
        priority: if limits.alert == Contacts::Always { Priority::Warning } else { Priority::Caution },
        confidence: (0.5 + 0.5 * p_hear).min(0.95),
        factors,
        position: Some(track.last.position),
        suppressed: suppression(view, track),
        evidence: Evidence::of_history(&[(ix, track)], EventTime::MIN),
    };
    let number = effects.number();
    effects.tell(number, Change::Raised, &anomaly);
    Some(Box::new(Open { number, anomaly, told_at: view.now }))
}

/// Boats without AIS are at home in a port.
fn suppression(view: &View<'_>, track: &Track) -> Option<Suppression> {
    let port = view.within(track, &[ZoneKind::Port, ZoneKind::Berth])?;
    Some(Suppression { rule: Rule::Port, entry: Some(port) })
}
