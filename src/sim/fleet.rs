//! A cheap fleet of any size under way about Bien Dong, as AIS lines in order of time: load without a story.

use crate::engine::earth::Position;
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Course, Speed};

use super::ais_wire::{Fix, class_a_position, class_b_position};
use super::rng::Rng;
use super::sentence::tag_block;

/// Every vessel of the fleet, a report each 10 s (class A) or 30 s (class B), as valid AIVDM lines without line end.
///
/// Two vessels in three carry class A. The iterator holds about 100 bytes a vessel and makes lines as they are asked for.
pub fn fleet(vessels: usize, minutes: u32, seed: u64) -> Fleet {
    let mut rng = Rng::new(seed, "fleet");
    let mut slots: Vec<Vec<Sailor>> = (0..SLOTS).map(|_| Vec::new()).collect();
    for index in 0..vessels {
        let sailor = Sailor::new(&mut rng, index);
        slots[rng.below(sailor.interval_s)].push(sailor);
    }
    Fleet { slots, second: 0, index: 0, seconds: minutes as usize * 60, start: START, tagged: true }
}

/// Seconds after which every interval has come round.
const SLOTS: usize = 30;
/// 2026-01-10 00:00 UTC.
const START: EventTime = EventTime::from_millis(1_768_003_200_000);

/// The lines of a fleet; see [`fleet`].
#[derive(Clone, Debug)]
pub struct Fleet {
    /// Vessels by the second of their next report, modulo the number of slots.
    slots: Vec<Vec<Sailor>>,
    second: usize,
    index: usize,
    seconds: usize,
    start: EventTime,
    tagged: bool,
}

/// One vessel of the fleet.
#[derive(Clone, Debug)]
struct Sailor {
    fix: Fix,
    interval_s: usize,
    course: Course,
    speed: Speed,
    /// Second of the last report.
    reported_s: usize,
}

impl Fleet {
    /// The same lines without TAG blocks.
    pub fn bare(self) -> Self {
        Fleet { tagged: false, ..self }
    }
}

impl Iterator for Fleet {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        while self.second < self.seconds {
            let slot = self.second % SLOTS;
            if self.index < self.slots[slot].len() {
                return Some(self.report(slot));
            }
            self.carry_over(slot);
            self.second += 1;
            self.index = 0;
        }
        None
    }
}

impl Fleet {
    /// The line of the vessel whose turn it is.
    fn report(&mut self, slot: usize) -> String {
        let time = self.start + Span::from_secs(self.second as i64);
        let sailor = &mut self.slots[slot][self.index];
        let payload = sailor.report(self.second, time.utc_second());
        let spread_ms = (self.index * 900 / self.slots[slot].len()) as i64;
        self.index += 1;
        let line = payload.sentences(0, if self.index.is_multiple_of(2) { 'A' } else { 'B' }).concat();
        if self.tagged { tag_block("shore", time.millis() + 50 + spread_ms) + &line } else { line }
    }

    /// Moves those who report again before the slot comes round to their next second.
    fn carry_over(&mut self, slot: usize) {
        let (again, stay) = std::mem::take(&mut self.slots[slot]).into_iter().partition(|s| s.interval_s < SLOTS);
        self.slots[slot] = stay;
        let again: Vec<Sailor> = again;
        for sailor in again {
            self.slots[(slot + sailor.interval_s) % SLOTS].push(sailor);
        }
    }
}

impl Sailor {
    fn new(rng: &mut Rng, index: usize) -> Self {
        let class_a = !index.is_multiple_of(3);
        let course = Course::from_degrees(rng.between(0.0, 360.0));
        let speed = Speed::from_knots(if class_a { rng.between(8.0, 14.0) } else { rng.between(3.0, 9.0) });
        let fix = Fix {
            mmsi: 200_000_000 + (index as u64 * 5_003 % 575_000_000) as u32,
            navigational_status: 0,
            position: Some(Position::from_degrees_wrapped(rng.between(6.0, 18.0), rng.between(108.0, 117.0))),
            sog_kn: Some(speed.knots()),
            cog_deg: Some(course.degrees()),
            heading_deg: class_a.then_some(course.degrees()),
            utc_second: 0,
        };
        Sailor { fix, interval_s: if class_a { 10 } else { 30 }, course, speed, reported_s: 0 }
    }

    /// Sails on to a second and reports.
    fn report(&mut self, second: usize, utc_second: u8) -> super::ais_wire::Payload {
        let elapsed_s = (second - self.reported_s) as f64;
        self.fix.position = self.fix.position.map(|from| from.after(self.course, self.speed, elapsed_s));
        self.fix.utc_second = utc_second;
        self.reported_s = second;
        if self.interval_s == 10 { class_a_position(1, &self.fix) } else { class_b_position(&self.fix) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn each_vessel_reports_at_its_interval() {
        let lines: Vec<String> = fleet(300, 2, 1).collect();
        assert_eq!(lines.len(), 200 * 12 + 100 * 4);
        let mut types: BTreeMap<char, usize> = BTreeMap::new();
        for line in &lines {
            let payload = line.split(',').nth(6).unwrap();
            *types.entry(payload.chars().next().unwrap()).or_default() += 1;
        }
        assert_eq!(types, BTreeMap::from([('1', 2400), ('B', 400)]));
    }

    #[test]
    fn times_do_not_go_back_and_bare_lines_have_no_tag() {
        let time = |line: &String| line.split("c:").nth(1).unwrap()[..13].parse::<i64>().unwrap();
        let times: Vec<i64> = fleet(500, 1, 2).map(|line| time(&line)).collect();
        assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(fleet(50, 1, 2).bare().all(|line| line.starts_with("!AIVDM,1,1,,")));
    }
}
