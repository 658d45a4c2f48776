//! Own ship: where the platform of a feed is, where it heads and how fast, and its clock (RMC, GGA, VTG, HDT, THS, OSD, ZDA).

use arrayvec::ArrayVec;
use nmea::ParseResult;
use serde::{Deserialize, Serialize};

use super::nmea0183::Sentence;
use super::scan::decimal;
use super::units::length_unit_m;
use crate::engine::earth::{Offset, Position};
use crate::engine::time::{EventTime, Span};
use crate::engine::units::{Course, Heading, Speed};

/// Own ship's data older than this say nothing of now.
const STALE: Span = Span::from_secs(60);

/// What a sentence says of own ship.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnShipUpdate {
    /// Date and time of day (RMC, ZDA).
    pub clock: Option<EventTime>,
    /// Position (RMC, GGA).
    pub position: Option<Position>,
    /// Velocity over ground (RMC, VTG, OSD).
    pub velocity: Option<(Course, Speed)>,
    /// True heading (HDT, THS, OSD).
    pub heading: Option<Heading>,
}

/// A value and the time it was true.
type Dated<T> = Option<(EventTime, T)>;

/// The last that a feed told of its own ship.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnShip {
    position: Dated<Position>,
    velocity: Dated<(Course, Speed)>,
    heading: Dated<Heading>,
}

impl OwnShip {
    /// Takes in what a sentence of time `at` says.
    pub fn update(&mut self, at: EventTime, update: &OwnShipUpdate) {
        self.position = update.position.map(|p| (at, p)).or(self.position);
        self.velocity = update.velocity.map(|v| (at, v)).or(self.velocity);
        self.heading = update.heading.map(|h| (at, h)).or(self.heading);
    }

    /// Own position at a time, carried on with the velocity if that is known; `None` if older than a minute.
    pub fn position_at(&self, at: EventTime) -> Option<Position> {
        let (told_at, position) = self.position?;
        if (at - told_at).abs() > STALE {
            return None;
        }
        match self.velocity_at(at) {
            Some((course, speed)) => Some(position.after(course, speed, (at - told_at).seconds())),
            None => Some(position),
        }
    }

    /// Own velocity; `None` if older than a minute.
    pub fn velocity_at(&self, at: EventTime) -> Option<(Course, Speed)> {
        fresh(self.velocity, at)
    }

    /// Own velocity as metres a second east and north.
    pub fn velocity_vector_at(&self, at: EventTime) -> Option<Offset> {
        self.velocity_at(at).map(|(course, speed)| Offset::polar(course.degrees(), speed.m_s()))
    }

    /// Own heading; `None` if older than a minute.
    pub fn heading_at(&self, at: EventTime) -> Option<Heading> {
        fresh(self.heading, at)
    }
}

fn fresh<T: Copy>(dated: Dated<T>, at: EventTime) -> Option<T> {
    dated.filter(|(told_at, _)| (at - *told_at).abs() <= STALE).map(|(_, value)| value)
}

/// Reads an own-ship sentence with a good checksum; `None` for any other sentence, or for one that does not read.
pub fn parse(sentence: &Sentence<'_>) -> Option<OwnShipUpdate> {
    match sentence.formatter()? {
        b"RMC" | b"GGA" | b"VTG" | b"HDT" | b"ZDA" => from_crate(sentence.bytes),
        b"THS" => true_heading_and_status(sentence),
        b"OSD" => own_ship_data(sentence),
        _ => None,
    }
}

/// `THS,heading,status`: status V is invalid (IEC 61162-1).
fn true_heading_and_status(sentence: &Sentence<'_>) -> Option<OwnShipUpdate> {
    let mut fields = sentence.fields();
    let heading = heading(decimal(fields.next()?)?)?;
    let valid = fields.next() != Some(b"V");
    valid.then(|| OwnShipUpdate { heading: Some(heading), ..OwnShipUpdate::default() })
}

/// `OSD,heading,status,course,reference,speed,reference,set,drift,units`: status V is an invalid heading; course and speed
/// count where they refer to the ground (B bottom log, P positioning system, R radar on a fixed target), not to the water
/// (W) or to what was typed in (M).
fn own_ship_data(sentence: &Sentence<'_>) -> Option<OwnShipUpdate> {
    let fields: ArrayVec<&[u8], 9> = sentence.fields().take(9).collect();
    let field = |i: usize| fields.get(i).copied().unwrap_or(&[]);
    let over_ground = |i: usize| matches!(field(i), b"B" | b"P" | b"R");
    let course = decimal(field(2)).filter(|_| over_ground(3));
    let speed = decimal(field(4)).filter(|speed| over_ground(5) && *speed >= 0.0);
    let velocity = course.zip(speed).map(|(course, speed)| {
        (Course::from_degrees(course), Speed::from_m_s(speed * length_unit_m(field(8)) / 3600.0))
    });
    let heading = decimal(field(0)).filter(|_| field(1) == b"A").and_then(heading);
    Some(OwnShipUpdate { heading, velocity, ..OwnShipUpdate::default() })
}

fn heading(degrees: f64) -> Option<Heading> {
    (0.0..=360.0).contains(&degrees).then(|| Heading::from_degrees(degrees))
}

/// The sentences that the `nmea` crate reads.
fn from_crate(bytes: &[u8]) -> Option<OwnShipUpdate> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut update = OwnShipUpdate::default();
    match nmea::parse_str(text).ok()? {
        ParseResult::RMC(rmc) => {
            update.clock = rmc.fix_date.zip(rmc.fix_time).map(|(date, time)| instant(date.and_time(time)));
            if rmc.status_of_fix != nmea::sentences::rmc::RmcStatusOfFix::Invalid {
                update.position = position(rmc.lat, rmc.lon);
                update.velocity = velocity(rmc.true_course, rmc.speed_over_ground);
            }
        }
        ParseResult::GGA(gga) => {
            let fixed = gga.fix_type.is_some_and(|fix| fix != nmea::sentences::FixType::Invalid);
            update.position = if fixed { position(gga.latitude, gga.longitude) } else { None };
        }
        ParseResult::VTG(vtg) => update.velocity = velocity(vtg.true_course, vtg.speed_over_ground),
        ParseResult::HDT(hdt) => update.heading = hdt.heading.and_then(|h| heading(f64::from(h))),
        ParseResult::ZDA(zda) => {
            update.clock = zda.utc_date().zip(zda.utc_time).map(|(date, time)| instant(date.and_time(time)));
        }
        _ => return None,
    }
    Some(update)
}

fn instant(time: chrono::NaiveDateTime) -> EventTime {
    EventTime::from_millis(time.and_utc().timestamp_millis())
}

fn position(lat: Option<f64>, lon: Option<f64>) -> Option<Position> {
    Position::from_degrees(lat?, lon?)
}

/// A ship that stands still tells no course; its velocity is known all the same.
fn velocity(course: Option<f32>, speed_kn: Option<f32>) -> Option<(Course, Speed)> {
    let speed_kn = f64::from(speed_kn?);
    let course = match course {
        Some(course) => f64::from(course),
        None if speed_kn < 0.1 => 0.0,
        None => return None,
    };
    (speed_kn.is_finite() && course.is_finite()).then(|| (Course::from_degrees(course), Speed::from_knots(speed_kn)))
}

#[cfg(test)]
mod tests {
    use super::super::nmea0183::{Piece, Pieces};
    use super::super::scan::xor;
    use super::*;

    fn read(body: &str) -> Option<OwnShipUpdate> {
        let line = format!("${body}*{:02X}", xor(body.as_bytes()));
        match Pieces::new(line.as_bytes()).next() {
            Some(Piece::Sentence(sentence, _)) => parse(&sentence),
            _ => None,
        }
    }

    #[test]
    fn reads_what_a_ship_tells_of_itself() {
        let rmc = read("GPRMC,120000.50,A,1030.00,N,10700.00,E,12.0,090.0,100126,,,A").unwrap();
        assert_eq!(rmc.clock.unwrap().iso(), "2026-01-10T12:00:00.500Z");
        assert!((rmc.position.unwrap().lat() - 10.5).abs() < 1e-6);
        assert!((rmc.velocity.unwrap().1.knots() - 12.0).abs() < 1e-6);
        assert_eq!(
            read("GPZDA,120000.00,10,01,2026,00,00").unwrap().clock,
            EventTime::from_utc(2026, 1, 10, 12, 0, 0, 0)
        );
        assert!((read("HEHDT,341.5,T").unwrap().heading.unwrap().degrees() - 341.5).abs() < 1e-6);
        assert!((read("HETHS,12.5,A").unwrap().heading.unwrap().degrees() - 12.5).abs() < 1e-6);
        assert_eq!(read("HETHS,12.5,V"), None);
        assert!(read("GPVTG,90.0,T,,M,10.0,N,18.5,K,A").unwrap().velocity.is_some());
        assert!(read("GPGGA,120000,1030.00,N,10700.00,E,1,08,1.0,10,M,,M,,").unwrap().position.is_some());
        assert!(read("GPGGA,120000,1030.00,N,10700.00,E,0,08,1.0,10,M,,M,,").unwrap().position.is_none());
        assert!(read("GPRMC,120000,V,,,,,,,100126,,,N").unwrap().position.is_none());
        let osd = read("RAOSD,341.5,A,350.0,P,10.0,P,,,N").unwrap();
        assert!((osd.heading.unwrap().degrees() - 341.5).abs() < 1e-6);
        assert!((osd.velocity.unwrap().1.knots() - 10.0).abs() < 1e-6);
        let through_water = read("RAOSD,341.5,V,350.0,W,10.0,W,,,N").unwrap();
        assert_eq!((through_water.heading, through_water.velocity), (None, None));
        assert_eq!(read("GPGSV,1,1,00"), None);
    }

    #[test]
    fn old_data_say_nothing() {
        let mut own = OwnShip::default();
        let t = EventTime::from_millis(1_000_000_000_000);
        let here = Position::from_degrees(10.0, 107.0).unwrap();
        own.update(t, &OwnShipUpdate { position: Some(here), ..OwnShipUpdate::default() });
        assert_eq!(own.position_at(t + Span::from_secs(60)), Some(here));
        assert_eq!(own.position_at(t + Span::from_secs(61)), None);
        let velocity = Some((Course::from_degrees(0.0), Speed::from_m_s(10.0)));
        own.update(t, &OwnShipUpdate { velocity, ..OwnShipUpdate::default() });
        let moved = own.position_at(t + Span::from_secs(10)).unwrap();
        assert!((here.distance_to(moved).0 - 100.0).abs() < 0.1);
    }
}
