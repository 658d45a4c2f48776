//! What shore stations hear: every transmission with its copies, fades, delays and outages, through one hub.

use crate::engine::earth::{Offset, Position};
use crate::engine::time::EventTime;
use crate::engine::units::{KNOT_M_S, wrap_360};

use super::ais_wire::{
    Fix, Particulars, Payload, UtcFields, aid_to_navigation, base_station, class_a_position, class_a_static,
    class_b_name, class_b_position, class_b_static,
};
use super::chart::Station;
use super::motion::beside;
use super::rng::Rng;
use super::sentence::report;
use super::vessel::{Carriage, GnssFault, Vessel};
use super::world::{Aid, World};

/// Time between static reports (ITU-R M.1371-5 table 1: 6 min), s.
const STATIC_INTERVAL_S: f64 = 360.0;
/// Time between base station reports, s.
const BASE_INTERVAL_S: f64 = 10.0;
/// Time between reports of an aid to navigation, s.
const AID_INTERVAL_S: f64 = 180.0;
/// Share of lines that the hub delivers 3 to 12 s late.
const LATE_SHARE: f64 = 0.0004;

/// The AIS feed of a world: lines in order of arrival at the hub.
pub fn ais_bytes(world: &World) -> Vec<u8> {
    let mut hub = Hub { world, arrivals: Vec::new(), group: 0, sequence: 0 };
    for vessel in world.vessels.iter().filter(|vessel| vessel.mmsi.is_some()) {
        hub.vessel(vessel);
    }
    for (index, station) in world.stations.iter().enumerate() {
        hub.base_station(station, index);
    }
    for aid in &world.aids {
        hub.aid(aid);
    }
    hub.arrivals.sort_by_key(|(at_ms, _)| *at_ms);
    hub.arrivals.into_iter().flat_map(|(_, lines)| lines.into_bytes()).collect()
}

/// Collects what the stations hear.
struct Hub<'a> {
    world: &'a World,
    arrivals: Vec<(i64, String)>,
    group: u32,
    sequence: u8,
}

/// One sender's way through the ether: its noise and its fading to each station.
struct Link<'a> {
    vessel: &'a Vessel,
    mmsi: u32,
    rng: Rng,
    gnss_error_m: f64,
    fades: Vec<f64>,
}

impl Hub<'_> {
    /// Every report of a vessel.
    fn vessel(&mut self, vessel: &Vessel) {
        let mut rng = self.world.rng(&format!("ether {}", vessel.id));
        let fades = self.world.stations.iter().map(|_| rng.between(0.0, std::f64::consts::TAU)).collect();
        let gnss_error_m = rng.between(1.0, 2.5);
        let mut at_s = rng.between(0.0, 10.0);
        let mut static_due_s = rng.between(0.0, STATIC_INTERVAL_S);
        let mut link = Link { vessel, mmsi: vessel.mmsi.unwrap_or_default(), rng, gnss_error_m, fades };
        while at_s < self.world.duration_s {
            if let Some(until_s) = vessel.silent_until(at_s) {
                at_s = until_s + link.rng.between(0.0, 8.0);
                continue;
            }
            let speed_kn = vessel.path.velocity(at_s).length().0 / KNOT_M_S;
            let mut messages = vec![link.position_report(self.world, at_s)];
            if at_s >= static_due_s {
                static_due_s = at_s + STATIC_INTERVAL_S;
                messages.extend(link.static_reports());
            }
            self.heard(&mut link, at_s, messages);
            at_s += link.interval_s(at_s, speed_kn);
        }
    }

    /// Hands messages to each station that hears them.
    fn heard(&mut self, link: &mut Link, at_s: f64, messages: Vec<Payload>) {
        let channel = if link.rng.chance(0.5) { 'A' } else { 'B' };
        let mut sentences = Vec::new();
        for message in messages {
            sentences.push(message.sentences(self.sequence, channel));
            self.sequence = (self.sequence + 1) % 10;
        }
        let from = link.vessel.path.position(at_s);
        for (index, station) in self.world.stations.iter().enumerate() {
            let chance = chance_heard(station, link.vessel.carriage, from, at_s, link.fades[index]);
            if !link.rng.chance(chance) || self.is_out(station, at_s) {
                continue;
            }
            let stamp_s = at_s + link.rng.between(0.05, 0.42);
            let late = link.rng.chance(LATE_SHARE);
            let delay_s = if late { link.rng.between(3.0, 12.0) } else { link.rng.exponential(0.08) };
            for (message, lines) in sentences.iter().enumerate() {
                self.deliver(station.name, stamp_s + 0.01 * message as f64, delay_s, lines);
            }
        }
    }

    /// A station's own message 4, each 10 s.
    fn base_station(&mut self, station: &Station, index: usize) {
        for beat in 0..(self.world.duration_s / BASE_INTERVAL_S) as u32 {
            let at_s = f64::from(beat) * BASE_INTERVAL_S + 0.7 * index as f64;
            if !self.is_out(station, at_s) {
                let time = utc_fields(self.world.time(at_s));
                let payload = base_station(station.mmsi, station.position, time);
                self.deliver(station.name, at_s + 0.08, 0.02, &payload.sentences(0, 'A'));
            }
        }
    }

    /// The reports of an aid to navigation, as the first station hears them.
    fn aid(&mut self, aid: &Aid) {
        let Some(station) = self.world.stations.first().copied() else { return };
        for beat in 0..(self.world.duration_s / AID_INTERVAL_S) as u32 {
            let at_s = f64::from(beat) * AID_INTERVAL_S + 31.0;
            if !self.is_out(&station, at_s) {
                let second = self.world.time(at_s).utc_second();
                let payload = aid_to_navigation(aid.mmsi, aid.aid_type, aid.name, aid.position, second);
                self.deliver(station.name, at_s + 0.1, 0.03, &payload.sentences(0, 'B'));
            }
        }
    }

    /// Files a report under its time of arrival at the hub; `stamp_s` is the station's time.
    fn deliver(&mut self, station: &str, stamp_s: f64, delay_s: f64, sentences: &[String]) {
        let stamp_ms = self.world.time(stamp_s).millis();
        self.group = if sentences.len() > 1 { self.group % 9999 + 1 } else { self.group };
        let lines = report(station, stamp_ms, self.group, sentences);
        self.arrivals.push((stamp_ms + libm::round(delay_s * 1000.0) as i64, lines));
    }

    /// Whether a station is out at an instant.
    fn is_out(&self, station: &Station, at_s: f64) -> bool {
        self.world.outages.iter().any(|o| o.station == station.name && o.from_s <= at_s && at_s < o.to_s)
    }
}

impl Link<'_> {
    /// Message 1, 3 or 18 at an instant, with the receiver's errors.
    fn position_report(&mut self, world: &World, at_s: f64) -> Payload {
        let vessel = self.vessel;
        let (centre, heading) = vessel.path.at(at_s);
        let velocity = vessel.path.velocity(at_s);
        let speed_kn = velocity.length().0 / KNOT_M_S;
        let antenna = beside(centre, heading, vessel.antenna_ahead_m, vessel.antenna_starboard_m);
        let wander = Offset {
            east_m: self.gnss_error_m * libm::sin(at_s / 310.0) + self.rng.normal(0.6),
            north_m: self.gnss_error_m * libm::cos(at_s / 270.0) + self.rng.normal(0.6),
        };
        let course = velocity.direction().degrees() + self.rng.normal(0.8 + 3.0 / (speed_kn + 0.3));
        let fix = Fix {
            mmsi: self.mmsi,
            navigational_status: vessel.status_at(at_s),
            position: Some(antenna.moved(wander)),
            sog_kn: Some((speed_kn + self.rng.normal(0.06)).max(0.0)),
            cog_deg: Some(course),
            heading_deg: vessel.sends_heading.then(|| wrap_360(heading + self.rng.normal(0.5))),
            utc_second: (world.time(at_s).utc_second() + vessel.utc_second_shift) % 60,
        };
        let fix = match vessel.gnss_fault_at(at_s) {
            None => fix,
            Some(GnssFault { off_by: Some(by), .. }) => {
                Fix { position: fix.position.map(|place| place.moved(by)), ..fix }
            }
            Some(_) => Fix { position: None, sog_kn: None, cog_deg: None, utc_second: 63, ..fix },
        };
        match vessel.carriage {
            Carriage::ClassA => class_a_position(if self.rng.chance(0.05) { 3 } else { 1 }, &fix),
            _ => class_b_position(&fix),
        }
    }

    /// Message 5, or 24A and 24B; a gear beacon sends 24A alone.
    fn static_reports(&self) -> Vec<Payload> {
        let vessel = self.vessel;
        let particulars = Particulars {
            mmsi: self.mmsi,
            imo_number: vessel.imo_number,
            call_sign: &vessel.call_sign,
            name: &vessel.name,
            ship_type: vessel.ship_type,
            dimensions: vessel.dimensions(),
            draught_dm: (vessel.length_m * 0.4) as u8,
            destination: "VUNG TAU",
        };
        match vessel.carriage {
            Carriage::ClassA => vec![class_a_static(&particulars)],
            Carriage::ClassB => vec![class_b_name(&particulars), class_b_static(&particulars)],
            Carriage::Gear | Carriage::Nothing => vec![class_b_name(&particulars)],
        }
    }

    /// Time to the next position report (ITU-R M.1371-5 tables 1 and 2) with its jitter, s.
    fn interval_s(&mut self, at_s: f64, speed_kn: f64) -> f64 {
        if self.vessel.carriage != Carriage::ClassA {
            return if speed_kn < 2.0 { 180.0 } else { 30.0 } + self.rng.between(-2.0, 2.0);
        }
        let resting = matches!(self.vessel.status_at(at_s), 1 | 5) && speed_kn < 3.0;
        let nominal = if resting {
            180.0
        } else if speed_kn <= 14.0 {
            10.0
        } else {
            6.0
        };
        nominal + self.rng.between(-0.4, 0.4)
    }
}

/// The chance that a station hears one report: falls off about the class's range, which fades over minutes.
fn chance_heard(station: &Station, carriage: Carriage, from: Position, at_s: f64, fade: f64) -> f64 {
    let range_m = match carriage {
        Carriage::ClassA => station.class_a_range_m,
        Carriage::ClassB => station.class_b_range_m,
        Carriage::Gear | Carriage::Nothing => 0.5 * station.class_b_range_m,
    };
    let fading = 1.0 + 0.05 * libm::sin(at_s / 430.0 + fade) + 0.04 * libm::sin(at_s / 1700.0 + 2.0 * fade);
    let beyond = (station.position.distance_to(from).0 - range_m * fading) / (0.05 * range_m);
    if beyond > 30.0 { 0.0 } else { 0.975 / (1.0 + libm::exp(beyond)) }
}

/// An instant as message 4 tells it.
fn utc_fields(time: EventTime) -> UtcFields {
    let text = time.iso();
    let field = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (field(0, 4) as i32, field(5, 7), field(8, 10), field(11, 13), field(14, 16), field(17, 19))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::chart::{ben_dam_station, con_dao_station, degrees};

    #[test]
    fn hearing_falls_off_with_range_and_class() {
        let station = con_dao_station();
        let chance = |carriage, lat| chance_heard(&station, carriage, degrees(lat, 106.6), 0.0, 0.0);
        assert!(chance(Carriage::ClassA, 8.3) > 0.95);
        assert!(chance(Carriage::ClassA, 7.0) < 0.01);
        assert!(chance(Carriage::ClassB, 8.0) < chance(Carriage::ClassA, 8.0));
        let harbour = chance_heard(&ben_dam_station(), Carriage::ClassA, degrees(8.4, 106.6), 0.0, 0.0);
        assert!(harbour < 0.01, "{harbour}");
    }

    #[test]
    fn utc_fields_of_an_instant() {
        let time = EventTime::from_utc(2026, 1, 10, 12, 34, 56, 789).unwrap_or_default();
        assert_eq!(utc_fields(time), (2026, 1, 10, 12, 34, 56));
    }
}
