//! Identity conflict: what a vessel claims to be contradicts itself (`docs/detectors/identity_conflict.md`).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::episode;
use super::evidence::Evidence;
use super::{Anomaly, Change, Detector, Effects, Kind, Priority, Subkind, View};
use crate::engine::limits::Limits;
use crate::engine::map::Map;
use crate::engine::mid;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Source, Track, TrackIx};
use crate::engine::vessel::{Claims, Mmsi};

/// Of so many numbers it is known what was told of them.
const AT_MOST: usize = 100_000;
/// Lengths or beams that differ by no more than this are the same hull, m.
const SAME_SIZE_M: u16 = 10;

/// What was told of a vessel, each with its time.
type Told = SmallVec<[(Subkind, EventTime); 2]>;

/// The rule, and what it told of which number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IdentityConflictDetector {
    told: Map<Mmsi, Told>,
}

impl Detector for IdentityConflictDetector {
    fn on_fix(&mut self, view: &View<'_>, ix: TrackIx, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|t| t.last.source == Source::Ais && view.opened_slot(t)) else {
            return;
        };
        if track.counts() && track.mmsi.is_some_and(|mmsi| !mid::is_allocated(mmsi)) {
            self.tell(view, ix, track, Subkind::Mid, effects);
        }
    }

    fn on_claims(&mut self, view: &View<'_>, ix: TrackIx, was: &Claims, effects: &mut Effects<'_>) {
        let Some(track) = view.track(ix).filter(|track| track.counts()) else { return };
        for conflict in conflicts(was, &track.claims) {
            self.tell(view, ix, track, conflict, effects);
        }
    }

    fn end_touched(&mut self, _view: &View<'_>, _change: &RulesChange, _effects: &mut Effects<'_>) {}

    fn adopt(&mut self, _change: &RulesChange, _limits: &Limits) {}
}

impl IdentityConflictDetector {
    /// Tells a conflict in a patrol zone, if it was not told of late.
    fn tell(&mut self, view: &View<'_>, ix: TrackIx, track: &Track, conflict: Subkind, effects: &mut Effects<'_>) {
        let (zones, Some(mmsi)) = (view.patrol(&track.zones), track.mmsi) else { return };
        if zones.is_empty() || is_shared(view, ix, mmsi) {
            return;
        }
        let again_after = Span::from_seconds(view.limits_for(track).identity_conflict.again_s);
        if !self.told.contains_key(&mmsi) && self.told.len() >= AT_MOST {
            self.told.retain(|_, told| told.iter().any(|&(_, at)| view.now - at < again_after));
        }
        if !self.told.contains_key(&mmsi) && self.told.len() >= AT_MOST {
            return;
        }
        let told = self.told.get_or_insert_with(mmsi, Told::new);
        match told.iter_mut().find(|(before, _)| *before == conflict) {
            Some((_, at)) if view.now - *at < again_after => return,
            Some((_, at)) => *at = view.now,
            None => told.push((conflict, view.now)),
        }
        let number = effects.number();
        effects.tell(number, Change::Raised, &Anomaly { zones, ..anomaly(view, ix, track, conflict) });
    }
}

/// Whether several hulls send the number: they contradict each other.
fn is_shared(view: &View<'_>, ix: TrackIx, mmsi: Mmsi) -> bool {
    let alive = Span::from_seconds(view.limits.duplicate_identity.alive_s);
    let other = |other: &TrackIx| *other != ix && view.track(*other).is_some_and(|t| view.now - t.last.at <= alive);
    view.picture.of_mmsi(mmsi).iter().any(other)
}

/// It is an instant: over as it is told.
fn anomaly(view: &View<'_>, ix: TrackIx, track: &Track, conflict: Subkind) -> Anomaly {
    let mut anomaly = episode::anomaly(Kind::IdentityConflict, &[ix], view.now, view.now);
    anomaly.subkind = Some(conflict);
    anomaly.end = Some(view.now);
    anomaly.priority = Priority::Caution;
    anomaly.position = Some(track.last.position);
    anomaly.confidence = if matches!(conflict, Subkind::Mid | Subkind::Imo) { 0.5 } else { 0.7 };
    anomaly.evidence = Evidence::of_history(&[(ix, track)], track.last.at - Span::from_mins(10));
    anomaly
}

/// What claims contradict: themselves, or those of before.
fn conflicts(was: &Claims, is: &Claims) -> SmallVec<[Subkind; 2]> {
    let changed_imo = was.imo_number != is.imo_number;
    let bad_imo = changed_imo && is.imo_number.is_some_and(|imo| imo.0 != 0 && !imo.is_valid());
    let renamed = was.name.zip(is.name).is_some_and(|(was, is)| !was.is_empty() && !is.is_empty() && was != is);
    let resized = was.dimensions.zip(is.dimensions).is_some_and(|(was, is)| {
        let grown = |was: u16, is: u16| was.abs_diff(is) > SAME_SIZE_M;
        let known = was.is_known() && is.is_known();
        known && (grown(was.length_m(), is.length_m()) || grown(was.beam_m(), is.beam_m()))
    });
    let retyped = was.ship_type.zip(is.ship_type).is_some_and(|(was, is)| {
        let known = was >= 20 && is >= 20;
        known && trade(was) != trade(is)
    });
    let all = [
        (bad_imo, Subkind::Imo),
        (renamed, Subkind::Name),
        (resized, Subkind::Dimensions),
        (retyped, Subkind::ShipType),
    ];
    all.into_iter().filter_map(|(holds, conflict)| holds.then_some(conflict)).collect()
}

/// A ship type without what its second digit tells of the cargo (ITU-R M.1371-5 table 53).
fn trade(ship_type: u8) -> u8 {
    if (30..60).contains(&ship_type) { ship_type } else { ship_type / 10 * 10 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::vessel::{Dimensions, ImoNumber, Name};

    #[test]
    fn claims_contradict_themselves_or_those_before() {
        let name = |text: &str| Name::from(text).ok();
        let ship = Claims {
            name: name("SONG HAU"),
            imo_number: Some(ImoNumber(9_074_729)),
            ship_type: Some(70),
            dimensions: Some(Dimensions { bow_m: 80, stern_m: 20, port_m: 8, starboard_m: 8 }),
            ..Claims::default()
        };
        let told = |was: &Claims, is: &Claims| conflicts(was, is).to_vec();
        assert!(told(&Claims::default(), &ship).is_empty() && told(&ship, &ship).is_empty());
        assert!(told(&ship, &Claims { ship_type: Some(79), ..ship }).is_empty(), "another cargo");
        assert_eq!(told(&ship, &Claims { ship_type: Some(80), ..ship }), [Subkind::ShipType]);
        assert_eq!(told(&ship, &Claims { name: name("HAU GIANG"), ..ship }), [Subkind::Name]);
        assert_eq!(told(&ship, &Claims { imo_number: Some(ImoNumber(9_074_728)), ..ship }), [Subkind::Imo]);
        let small = Dimensions { bow_m: 10, stern_m: 5, port_m: 2, starboard_m: 2 };
        assert_eq!(told(&ship, &Claims { dimensions: Some(small), ..ship }), [Subkind::Dimensions]);
    }
}
