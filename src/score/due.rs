//! What the default thresholds can see: their instants, computed anew on the true tracks.
//!
//! Truth is what a script did, so some of it stays below every threshold. An event whose threshold is never met is
//! not *alertable*; of the others, the instant at which it is met is when an alert is *due*. The tracks are judged each
//! minute.

use std::collections::HashMap;

use super::guess::Guess;
use super::read::Zone;
use super::stats::median;
use super::tracks::{Course, Place, STEP_S, Tracks, minutes};
use super::truth::{CORE, Event, is_instant, is_zoned};
use crate::engine::earth::Offset;
use crate::engine::units::{KNOT_M_S, NAUTICAL_MILE_M};

/// Tiers of a transfer: within so many metres for so many seconds.
const TIERS: [(f64, f64); 3] = [(50.0, 600.0), (200.0, 1800.0), (500.0, 7200.0)];
/// Dwell of the 200 m tier where transfers are watched for, s.
const WATCHED_DWELL_S: f64 = 900.0;
/// Below this, a vessel dwells.
const SLOW_KN: f64 = 2.0;
/// For more than so long a loiter is to be held, s.
const LOITER_S: f64 = 1800.0;
/// Silence that is remarkable without radar, s.
const SILENCE_S: f64 = 1800.0;

/// The instants of thresholds for events of a fleet.
pub(super) struct Thresholds<'a> {
    tracks: &'a Tracks,
    zones: &'a HashMap<String, Zone>,
    /// Of each vessel, the intervals in which neither AIS nor radar tells of it.
    silent: HashMap<&'a str, Vec<(f64, f64)>>,
}

impl<'a> Thresholds<'a> {
    /// For the tracks and zones of a fleet; `events` are all that may hold silences.
    pub fn new(tracks: &'a Tracks, zones: &'a HashMap<String, Zone>, events: impl Iterator<Item = &'a Event>) -> Self {
        let mut silent: HashMap<&str, Vec<(f64, f64)>> = HashMap::new();
        for event in events.filter(|e| e.kind == "dark_period" && !e.radar_held()) {
            for subject in event.who() {
                silent.entry(&subject.vessel.0).or_default().push((event.onset, event.end));
            }
        }
        Thresholds { tracks, zones, silent }
    }

    /// The instant at which the threshold of a true event is met, UNIX seconds; `None` if the defaults cannot see it.
    pub fn due(&self, event: &Event) -> Option<f64> {
        if event.line.alertable == Some(false) || is_unseen_crossing(event) {
            return None;
        }
        let courses: Option<Vec<&Course>> = event.who().iter().map(|s| self.tracks.get(&s.vessel.0)).collect();
        let courses = courses.unwrap_or_default();
        if CORE.contains(&event.kind.as_str()) && courses.is_empty() {
            return Some(event.onset);
        }
        match (event.kind.as_str(), courses.as_slice()) {
            ("ship_to_ship", [a, b, ..]) => self.due_transfer(event, a, b),
            ("loitering", [course, ..]) => due_loiter(event, course),
            _ => {
                let need = self.fixed_dwell_s(event);
                (is_instant(&event.kind) || event.end - event.onset >= need).then_some(event.onset + need)
            }
        }
    }

    /// How long the rule behind an alert waits after the true onset, s: the dwell of the tier that the alert names, else
    /// of the event's own threshold.
    pub fn dwell_s(&self, guess: &Guess, event: &Event) -> f64 {
        match event.kind.as_str() {
            "ship_to_ship" => {
                let named = guess.alert.tier.as_ref().and_then(|tier| first_number(&tier.0));
                let tier = self.tiers(event).into_iter().find(|(metres, _)| Some(*metres) == named);
                tier.map_or(event.due.unwrap_or(event.onset) - event.onset, |(_, dwell)| dwell)
            }
            "loitering" => LOITER_S,
            _ => self.fixed_dwell_s(event),
        }
    }

    /// Whether the event's zone is watched for transfers.
    fn is_watched(&self, event: &Event) -> bool {
        let zone = event.line.zone.as_ref().and_then(|zone| self.zones.get(zone));
        zone.is_some_and(|zone| zone.sts_watch == Some(true))
    }

    /// The tiers in force where the event is.
    fn tiers(&self, event: &Event) -> [(f64, f64); 3] {
        let watched = self.is_watched(event);
        TIERS
            .map(|(metres, dwell)| if watched && metres == 200.0 { (metres, WATCHED_DWELL_S) } else { (metres, dwell) })
    }

    /// The dwell of the rules that only wait.
    fn fixed_dwell_s(&self, event: &Event) -> f64 {
        match event.kind.as_str() {
            "dark_period" => self.silence_s(event),
            "drifting" => 600.0,
            "dark_contact" | "position_offset" => 300.0,
            _ => 0.0,
        }
    }

    /// The silence after which the rule speaks: five intervals and no less than six minutes with radar, half an hour
    /// without. A vessel at rest reports each 180 s, another each 10 s (class A: ITU-R M.1371-5, annex 1, table 1).
    fn silence_s(&self, event: &Event) -> f64 {
        if !event.radar_held() {
            return SILENCE_S;
        }
        let interval = event.line.interval_s.unwrap_or_else(|| {
            let course = event.who().first().and_then(|s| self.tracks.get(&s.vessel.0));
            if course.is_some_and(|course| was_at_rest(course, event.onset)) { 180.0 } else { 10.0 }
        });
        (5.0 * interval).max(360.0)
    }

    /// The first instant at which a pair has gathered the dwell of a tier.
    ///
    /// Time counts where both are slow or keep alongside under way, within the tier's metres of hull, and neither is
    /// unobserved. A merged echo has no 50 m tier. Five minutes apart or passing fast begin anew.
    fn due_transfer(&self, event: &Event, a: &Course, b: &Course) -> Option<f64> {
        if event.partner != "ais_ais" && event.line.merged_fraction == Some(None) {
            return None; // beyond every radar
        }
        let instants: Vec<f64> = minutes(event.onset, event.end + 1.0).collect();
        let origin = a.at(event.onset);
        let pairs: Vec<Pair> = instants.iter().map(|&t| Pair::at(a, b, t, origin)).collect();
        let hulls_m = hulls_m(event, &pairs);
        let both_numbered = event.who().iter().all(|s| s.mmsi.is_some_and(|mmsi| mmsi.0 != 0));
        let alongside_m = 60.0 + if both_numbered { 20.0 } else { 100.0 };
        let mut dwells = self.tiers(event).map(|(metres, need)| Dwell { metres, need, have: 0.0 });
        let usable = if event.merged { dwells.get_mut(1..)? } else { &mut dwells };
        let mut apart = 0;
        for (i, (&t, pair)) in instants.iter().zip(&pairs).enumerate() {
            apart = if pair.is_apart() { apart + 1 } else { 0 };
            let gap_m = (pair.distance_m - hulls_m).max(0.0);
            let counts = i > 0 && pair.is_together(gap_m, alongside_m) && !self.is_unobserved(event, t);
            for dwell in usable.iter_mut() {
                if dwell.advance(counts && gap_m <= dwell.metres, apart >= 5) {
                    return Some(t);
                }
            }
        }
        None
    }

    /// Whether neither AIS nor radar tells of one of the subjects.
    fn is_unobserved(&self, event: &Event, t: f64) -> bool {
        let silences = event.who().iter().filter_map(|s| self.silent.get(s.vessel.0.as_str()));
        silences.flatten().any(|&(from, to)| from <= t && t <= to)
    }
}

/// Time gathered within the metres of a tier.
struct Dwell {
    metres: f64,
    need: f64,
    have: f64,
}

impl Dwell {
    /// Counts a minute, from nothing if it is to begin anew; true once full.
    fn advance(&mut self, counts: bool, anew: bool) -> bool {
        if anew {
            self.have = 0.0;
        }
        if counts {
            self.have += STEP_S;
        }
        self.have >= self.need
    }
}

/// How two vessels lie and move at an instant, by their true tracks.
struct Pair {
    /// Centre to centre.
    distance_m: f64,
    /// Speed of one as the other sees it, over 5 min.
    relative_kn: f64,
    /// Speed of the faster one over 10 min.
    faster_kn: f64,
    /// Angle between their courses over 5 min, degrees; above 180 if one of them has none.
    turn_deg: f64,
}

impl Pair {
    fn at(a: &Course, b: &Course, t: f64, origin: Place) -> Self {
        let back = |course: &Course, s: f64| course.at(t - s).offset_from(origin);
        let (a0, b0, a5, b5) = (back(a, 0.0), back(b, 0.0), back(a, 300.0), back(b, 300.0));
        let (course_a, course_b) = (a0.minus(a5), b0.minus(b5));
        let longest = metres(a0.minus(back(a, 600.0))).max(metres(b0.minus(back(b, 600.0))));
        let stopped = metres(course_a).min(metres(course_b)) < 150.0 * KNOT_M_S;
        let turn_deg = angle(course_a, course_b).to_degrees().abs() + if stopped { 180.0 } else { 0.0 };
        Pair {
            distance_m: metres(a0.minus(b0)),
            relative_kn: metres(a0.minus(b0).minus(a5.minus(b5))) / 300.0 / KNOT_M_S,
            faster_kn: longest / 600.0 / KNOT_M_S,
            turn_deg,
        }
    }

    /// Whether they are slow together, or alongside under way with no more than `alongside_m` between the hulls.
    fn is_together(&self, gap_m: f64, alongside_m: f64) -> bool {
        let slow = self.faster_kn < SLOW_KN && self.relative_kn < 1.0;
        let alongside = self.faster_kn < 7.0 && self.relative_kn < 0.7 && self.turn_deg < 20.0 && gap_m < alongside_m;
        slow || alongside
    }

    /// Whether they have left each other.
    fn is_apart(&self) -> bool {
        self.distance_m > 700.0 || self.relative_kn > 2.0
    }
}

/// What of the distance between centres is hull, m: known where both send their dimensions and truth tells the gap.
fn hulls_m(event: &Event, pairs: &[Pair]) -> f64 {
    match event.line.gap_m {
        Some(gap_m) if event.partner == "ais_ais" && event.dims => {
            let middle = median(pairs.iter().map(|p| p.distance_m).collect());
            middle.map_or(0.0, |distance_m| (distance_m - gap_m).max(0.0))
        }
        _ => 0.0,
    }
}

/// The first instant at which slowness, or confinement, has been held for longer than half an hour.
///
/// Confined: the last half hour lies within a mile of the middle of its box, and the way made is twice the way made
/// good or more.
fn due_loiter(event: &Event, course: &Course) -> Option<f64> {
    let (first, last) = course.span();
    let instants: Vec<f64> =
        minutes(event.onset - LOITER_S, event.end + 1.0).filter(|t| (first..=last).contains(t)).collect();
    let origin = course.at(*instants.first()?);
    let path: Vec<Offset> = instants.iter().map(|&t| course.at(t).offset_from(origin)).collect();
    if path.len() < 2 {
        return None;
    }
    let (mut slow_s, mut confined_s) = (0.0, 0.0);
    for (i, (&t, &here)) in instants.iter().zip(&path).enumerate() {
        let begun = t >= event.onset;
        let window = path.get(i.saturating_sub(30)..=i).unwrap_or(&[]);
        let ten_min_ago = path.get(i.saturating_sub(10)).copied().unwrap_or(here);
        let is_slow = metres(here.minus(ten_min_ago)) / 600.0 / KNOT_M_S < SLOW_KN;
        confined_s = if i >= 30 && begun && is_confined(window) { confined_s + STEP_S } else { 0.0 };
        slow_s = if begun && is_slow { slow_s + STEP_S } else { 0.0 };
        if confined_s.max(slow_s) > LOITER_S {
            return Some(t);
        }
    }
    None
}

/// Whether a path keeps within a mile of the middle of its box and turns back on itself.
fn is_confined(path: &[Offset]) -> bool {
    let range = |of: fn(&Offset) -> f64| {
        path.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    let (west, east) = range(|p| p.east_m);
    let (south, north) = range(|p| p.north_m);
    let middle = Offset { east_m: (west + east) / 2.0, north_m: (south + north) / 2.0 };
    let made: f64 = path.windows(2).map(|w| metres(w[1].minus(w[0]))).sum();
    let made_good = path.first().zip(path.last()).map_or(0.0, |(from, to)| metres(to.minus(*from)));
    path.iter().all(|p| metres(p.minus(middle)) <= NAUTICAL_MILE_M) && made >= 2.0 * made_good
}

/// Whether a vessel made less than 2 kn in the two minutes before an instant.
fn was_at_rest(course: &Course, onset: f64) -> bool {
    let [now, one, two] = [0.0, 60.0, 120.0].map(|s| course.at(onset - s).offset_from(Place { lat: 0.0, lon: 0.0 }));
    (metres(one.minus(now)) + metres(two.minus(one))) / 120.0 / KNOT_M_S < SLOW_KN
}

/// Whether no default could see a crossing: back within minutes, or with neither AIS nor radar.
fn is_unseen_crossing(event: &Event) -> bool {
    let unseen = event.line.ais_on == Some(false) && !event.radar_held();
    is_zoned(&event.kind) && (event.line.brief == Some(true) || unseen)
}

/// The length of an offset, m.
fn metres(offset: Offset) -> f64 {
    libm::hypot(offset.east_m, offset.north_m)
}

/// The angle from one direction to another, radians, -pi..pi.
fn angle(a: Offset, b: Offset) -> f64 {
    let along = a.east_m * b.east_m + a.north_m * b.north_m;
    let across = a.north_m * b.east_m - a.east_m * b.north_m;
    libm::atan2(across, along)
}

/// The first whole number in a text such as `200m`.
fn first_number(text: &str) -> Option<f64> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?;
    digits.parse().ok()
}
