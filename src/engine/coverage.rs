//! Coverage: what each station normally hears where, and whether it is well.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::decode::report::AisClass;
use super::earth::Position;
use super::map::Map;
use super::outage::Station;
use super::time::{EventTime, Span};

/// Health is judged by minutes.
const MINUTE: Span = Span::from_secs(60);
/// Healthy minutes are remembered for this long.
const HEALTH_MINUTES: i64 = 24 * 60;
/// A cell's counts are halved when they pass this, so that the new outweighs the old.
const HALVED_AT: u32 = 4096;
/// More cells than this are not learnt.
const CELLS_AT_MOST: usize = 1_000_000;
/// More stations than this are not learnt in one cell.
const STATIONS_A_CELL: usize = 64;
/// More stations than this are not learnt.
const STATIONS_AT_MOST: usize = 10_000;

/// A cell of about 2 NM (1/30 degree of latitude; of longitude as many as keep that width at 60 degrees) and an equipment class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Cell {
    row: i16,
    column: i16,
    class: AisClass,
}

/// What a station heard of what it should have heard in a cell, in units of a reporting interval (at least a minute).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Hearing {
    station: Station,
    expected: u32,
    received: u32,
    since: EventTime,
}

/// A station's health, minute by minute.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Health {
    minute: i64,
    others: SmallVec<[u32; 4]>,
    base: bool,
    /// Runs of healthy minutes [from, to], newest last.
    healthy: Vec<(i64, i64)>,
    since: EventTime,
}

/// The coverage model of all stations.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Coverage {
    cells: Map<Cell, Vec<Hearing>>,
    stations: Map<Station, Health>,
}

/// How surely a silence would have been broken by a transmitter that still worked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Silence {
    /// log10 of the chance to miss every report of the silence.
    pub log10_p: f64,
    /// Mean chance of hearing one report, best station.
    pub p_hear: f64,
    /// Share of the silence with a healthy station in reach.
    pub healthy_share: f64,
}

impl Coverage {
    /// A station heard somebody; `base` when that was a base station.
    pub fn heard(&mut self, station: Station, at: EventTime, sender: u32, base: bool, healthy_vessels: u32) {
        if !self.stations.contains_key(&station) && self.stations.len() >= STATIONS_AT_MOST {
            return;
        }
        let minute = at.slot(MINUTE);
        let fresh = || Health { minute, others: SmallVec::new(), base: false, healthy: Vec::new(), since: at };
        let health = self.stations.get_or_insert_with(station, fresh);
        if health.minute != minute {
            health.minute = minute;
            health.others.clear();
            health.base = false;
        }
        health.base |= base;
        if !health.others.contains(&sender) && health.others.len() < healthy_vessels as usize {
            health.others.push(sender);
        }
        if health.base || health.others.len() >= healthy_vessels as usize {
            match health.healthy.last_mut() {
                Some((_, to)) if minute <= *to + 1 => *to = (*to).max(minute),
                _ => {
                    health.healthy.retain(|&(_, to)| to >= minute - HEALTH_MINUTES);
                    health.healthy.push((minute, minute));
                }
            }
        }
    }

    /// Learns from a vessel that surely transmitted over `units` reporting units at a place: heard by these stations.
    pub fn learn(&mut self, class: AisClass, position: Position, at: EventTime, units: u32, by: &[Station]) {
        let cell = cell_of(position, class);
        if !self.cells.contains_key(&cell) && self.cells.len() >= CELLS_AT_MOST {
            return;
        }
        let hearings = self.cells.get_or_insert_with(cell, Vec::new);
        for &station in by {
            if hearings.len() < STATIONS_A_CELL && !hearings.iter().any(|h| h.station == station) {
                hearings.push(Hearing { station, expected: 0, received: 0, since: at });
                hearings.sort_unstable_by_key(|h| h.station);
            }
        }
        for hearing in hearings {
            hearing.expected += units;
            hearing.received += u32::from(by.contains(&hearing.station));
            if hearing.expected > HALVED_AT {
                hearing.expected /= 2;
                hearing.received /= 2;
            }
        }
    }

    /// Whether a station was healthy in the minute of `at` (the current minute counts if the one before was).
    pub fn is_healthy(&self, station: Station, at: EventTime) -> bool {
        let minute = at.slot(MINUTE);
        self.stations.get(&station).is_some_and(|health| {
            health.healthy.iter().rev().take(64).any(|&(from, to)| (from..=to + 1).contains(&minute))
        })
    }

    /// Weighs a silence: for each unit of it, the vessel's likely places and what healthy stations hear there.
    ///
    /// `places(i)` gives where it may be at the i-th unit; of several the least heard counts.
    pub fn weigh(
        &self,
        class: AisClass,
        onset: EventTime,
        unit: Span,
        units: u32,
        learnt_before: EventTime,
        places: impl Fn(EventTime) -> SmallVec<[Position; 2]>,
    ) -> Silence {
        let (mut log10_p, mut p_sum, mut healthy) = (0.0, 0.0, 0u32);
        for i in 1..=units {
            let at = onset + unit.times(i64::from(i));
            let miss = places(at)
                .iter()
                .map(|&place| self.miss(cell_of(place, class), at, learnt_before))
                .fold(Miss { log10: f64::NEG_INFINITY, best: 1.0, healthy: true }, Miss::or);
            log10_p += miss.log10;
            p_sum += miss.best;
            healthy += u32::from(miss.healthy);
        }
        let n = f64::from(units.max(1));
        Silence { log10_p, p_hear: p_sum / n, healthy_share: f64::from(healthy) / n }
    }

    /// The chance that a healthy station hears one report from a place, of the better heard class; 0 where nothing is known.
    pub fn chance_to_hear(&self, position: Position, at: EventTime) -> f64 {
        let best = |class| self.miss(cell_of(position, class), at, at).best;
        best(AisClass::A).max(best(AisClass::B))
    }

    /// The chance that no station hears one report from a cell at a time.
    fn miss(&self, cell: Cell, at: EventTime, learnt_before: EventTime) -> Miss {
        let mut miss = Miss { log10: 0.0, best: 0.0, healthy: false };
        for hearing in self.cells.get(&cell).into_iter().flatten() {
            if hearing.since > learnt_before || hearing.expected < 5 || !self.is_healthy(hearing.station, at) {
                continue;
            }
            let p = (f64::from(hearing.received) / f64::from(hearing.expected)).clamp(0.0, 0.98);
            miss.log10 += libm::log10(1.0 - p);
            miss.best = miss.best.max(p);
            miss.healthy = true;
        }
        miss
    }
}

/// One unit of a silence.
#[derive(Clone, Copy)]
struct Miss {
    log10: f64,
    best: f64,
    healthy: bool,
}

impl Miss {
    /// The less conclusive of two places.
    fn or(self, other: Miss) -> Miss {
        Miss {
            log10: self.log10.max(other.log10),
            best: self.best.min(other.best),
            healthy: self.healthy && other.healthy,
        }
    }
}

fn cell_of(position: Position, class: AisClass) -> Cell {
    let row = libm::floor(position.lat() * 30.0) as i16;
    let width = if position.lat().abs() < 60.0 { 30.0 } else { 15.0 };
    Cell { row, column: libm::floor(position.lon() * width) as i16, class }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::report::StationId;
    use crate::engine::input::FeedId;

    const STATION: Station = (FeedId(0), StationId(7));

    fn t(s: i64) -> EventTime {
        EventTime::from_millis(s * 1000)
    }

    fn here() -> Position {
        Position::from_degrees(8.5, 106.5).unwrap()
    }

    fn learnt(dead_from: i64) -> Coverage {
        let mut coverage = Coverage::default();
        for s in (0..7200).step_by(60) {
            if s < dead_from {
                for sender in 0..4 {
                    coverage.heard(STATION, t(s), sender, false, 3);
                }
            }
            if s < 3600 {
                let by: &[Station] = if s % 600 < 540 { &[STATION] } else { &[] };
                coverage.learn(AisClass::A, here(), t(s), 1, by);
            }
        }
        coverage
    }

    fn weigh(coverage: &Coverage) -> Silence {
        let places = |_| SmallVec::from_slice(&[here()]);
        coverage.weigh(AisClass::A, t(3600), Span::from_secs(60), 30, t(3600), places)
    }

    #[test]
    fn a_silence_where_nine_of_ten_are_heard_is_no_chance() {
        let silence = weigh(&learnt(7200));
        assert!((silence.p_hear - 0.9).abs() < 0.02 && silence.log10_p < -25.0, "{silence:?}");
        assert!((silence.healthy_share - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_dead_station_proves_nothing() {
        let silence = weigh(&learnt(3600));
        assert!(silence.log10_p > -2.0 && silence.healthy_share < 0.1, "{silence:?}");
    }
}
