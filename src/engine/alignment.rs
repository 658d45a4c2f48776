//! What radars with trackers of their own measure wrongly: learnt from fresh AIS, taken off their targets.

use serde::{Deserialize, Serialize};

use super::core::Core;
use super::decode::report::{Report, SensorTrackReport, SourceId};
use super::earth::Position;
use super::fusion::{AisFix, Registration, Residual, SOUGHT, Vote};
use super::input::{FeedId, Site};
use super::map::Map;
use super::plots;
use super::time::{EventTime, Span};
use super::track::{Source, TrackIx};
use super::units::{Bearing, Metres, wrap_180};

const RAD: f64 = std::f64::consts::PI / 180.0;
/// Radars that are told apart; those beyond are not aligned.
const RADARS_AT_MOST: usize = 256;
/// AIS of a vessel that votes is younger than this ...
const VOTES: Span = Span::from_secs(12);
/// ... and of one that teaches than this, and the target further out than this, m.
const TEACHES: Span = Span::from_secs(6);
const TEACHES_BEYOND_M: f64 = 1_500.0;
/// Once the bias is known, every so many rotations votes are gathered to see whether it still holds.
const CHECKED_EVERY: i64 = 8;
/// A vessel is not sought further than this from a target, m.
const REACH_M: f64 = 3_000.0;
/// Where AIS and echo lie on a hull, one standard deviation, m.
const HULL_M: f64 = 15.0;

/// The bias of each radar that tells targets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Alignments(Map<(FeedId, SourceId), Alignment>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Alignment {
    registration: Registration,
    decided_at: EventTime,
}

/// A target's place as its radar tells it.
struct Seen {
    at: EventTime,
    range_m: f64,
    bearing_deg: f64,
    along_m: f64,
    across_m: f64,
}

impl Alignments {
    /// Each radar with its bias, by feed and source.
    pub fn iter(&self) -> impl Iterator<Item = (FeedId, SourceId, &Registration)> {
        let keys = self.0.sorted_keys().into_iter();
        keys.filter_map(|(feed, source)| Some((feed, source, &self.0.get(&(feed, source))?.registration)))
    }
}

/// Where a target is once its radar's bias is taken off; without a fixed site where the radar says.
pub(super) fn aligned(core: &mut Core, report: &Report, target: &SensorTrackReport, place: Position) -> Position {
    let [sac, sic, ..] = target.target_number.to_be_bytes();
    let source = SourceId { sac, sic };
    let Some(site) = plots::site_of(core, report.feed, source) else { return place };
    let key = (report.feed, source);
    let alignments = &mut core.state.alignments.0;
    if !alignments.contains_key(&key) {
        if alignments.len() >= RADARS_AT_MOST {
            return place;
        }
        alignments.insert(key, Alignment { registration: Registration::default(), decided_at: report.observed_at });
    }
    let (range, bearing) = site.position.polar_to_near(place);
    let seen = Seen {
        at: report.observed_at,
        range_m: range.0,
        bearing_deg: bearing.degrees(),
        along_m: f64::from(target.range_sigma_m),
        across_m: f64::from(target.cross_sigma_m),
    };
    vote(core, key, &site, &seen, place);
    teach(core, key, &site, &seen, target.target_number);
    let Some(alignment) = core.state.alignments.0.get_mut(&key) else { return place };
    if seen.at - alignment.decided_at >= site.rotation {
        alignment.decided_at = seen.at;
        alignment.registration.decide(seen.at, (site.range_sigma_m, site.bearing_sigma_deg));
    }
    let bias = &alignment.registration;
    let bearing = Bearing::from_degrees(seen.bearing_deg - bias.bearing_deg());
    site.position.at_near(bearing, Metres((seen.range_m - bias.range_m()).max(0.0)))
}

/// Lets a target vote for its radar's bias with the vessels around it.
fn vote(core: &mut Core, key: (FeedId, SourceId), site: &Site, seen: &Seen, place: Position) {
    let Some(alignment) = core.state.alignments.0.get(&key) else { return };
    if alignment.registration.is_settled() && seen.at.slot(site.rotation) % CHECKED_EVERY != 0 {
        return;
    }
    let reach = Metres((SOUGHT.0 + SOUGHT.1 * RAD * seen.range_m).min(REACH_M));
    for (vessel, _) in core.state.picture.near(place, reach) {
        let Some(fix) = fresh_fix(core, vessel, seen.at, VOTES) else { continue };
        let (range, bearing) = site.position.polar_to_near(fix.place_at(seen.at));
        let (range_m, bearing_deg) = (seen.range_m - range.0, wrap_180(seen.bearing_deg - bearing.degrees()));
        if let Some(alignment) = core.state.alignments.0.get_mut(&key) {
            alignment.registration.vote(Vote { vessel, range_m, bearing_deg });
        }
    }
}

/// A target that is bound to a vessel teaches.
fn teach(core: &mut Core, key: (FeedId, SourceId), site: &Site, seen: &Seen, number: u32) {
    let target = core.state.targets.find((key.0, number)).and_then(|ix| core.state.targets.get(ix));
    let Some(vessel) = target.filter(|target| target.bound).and_then(|target| target.track) else { return };
    let Some(fix) = fresh_fix(core, vessel, seen.at, TEACHES).filter(|_| seen.range_m > TEACHES_BEYOND_M) else {
        return;
    };
    let (range, bearing) = site.position.polar_to_near(fix.place_at(seen.at));
    let m2 = fix.sigma_m * fix.sigma_m + HULL_M * HULL_M;
    let across_deg = 1.0 / (range.0 * RAD).max(1.0);
    let residual = Residual {
        range_m: seen.range_m - range.0,
        range_m2: seen.along_m * seen.along_m + m2,
        bearing_deg: wrap_180(seen.bearing_deg - bearing.degrees()),
        bearing_deg2: (seen.across_m * seen.across_m + m2) * across_deg * across_deg,
    };
    if let Some(alignment) = core.state.alignments.0.get_mut(&key)
        && alignment.registration.is_settled()
    {
        alignment.registration.learn(seen.at, vessel, residual);
    }
}

/// The last AIS fix of a vessel, at the hull's centre, if it is younger than this.
fn fresh_fix(core: &Core, vessel: TrackIx, at: EventTime, younger_than: Span) -> Option<AisFix> {
    let track = core.state.picture.get(vessel)?;
    let is_fresh = track.mmsi.is_some() && track.confirmed && track.last.source == Source::Ais;
    (is_fresh && at - track.last.at <= younger_than).then(|| plots::ais_fix(vessel, track))
}
