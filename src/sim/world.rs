//! The world a story writes into: vessels, stations, radars, zones, and the book of truth.

use crate::engine::earth::Position;
use crate::engine::input::{Feed, FeedKind, Site};
use crate::engine::time::{EventTime, Span};

use super::chart::{RadarSite, Station, Zone};
use super::motion::{Helm, Path, Sea};
use super::rng::Rng;
use super::truth::{self, Details, Innocent, Subject, Truth};
use super::vessel::{Carriage, Hull, Vessel, imo_number, usual_beam_m, usual_name};
use super::{asterix_radar, radar, reception};

/// Seconds in a minute, for scripts.
pub const MINUTE: f64 = 60.0;

/// An aid to navigation with its own transmitter.
#[derive(Clone, Copy, Debug)]
pub struct Aid {
    /// MMSI, 99MID.
    pub mmsi: u32,
    /// Name.
    pub name: &'static str,
    /// Type of aid (ITU-R M.1371-5 table 74).
    pub aid_type: u8,
    /// Where it lies.
    pub position: Position,
}

/// A time in which a station hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    /// The station's name.
    pub station: &'static str,
    /// From, s.
    pub from_s: f64,
    /// To, s.
    pub to_s: f64,
}

/// Two vessels side by side.
#[derive(Clone, Copy, Debug)]
pub struct Meeting {
    /// Index of the vessel that others come to; its meetings are one group.
    pub host: usize,
    /// Index of the vessel that comes.
    pub boat: usize,
    /// From when to when they lie alongside, s.
    pub alongside_s: (f64, f64),
    /// Hull to hull, m.
    pub gap_m: f64,
    /// Whether they make way.
    pub under_way: bool,
}

/// What radars send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RadarWire {
    /// TTM sentences of their trackers.
    #[default]
    Ttm,
    /// ASTERIX CAT010 target reports of their trackers.
    Asterix,
    /// ASTERIX CAT010 plots: there is no tracker.
    Plots,
}

/// The bytes of one feed of a world.
#[derive(Clone, Debug)]
pub struct FeedBytes {
    /// The feed as the engine knows it.
    pub feed: Feed,
    /// Its whole recording: lines with CRLF, or ASTERIX data blocks, in order of arrival.
    pub bytes: Vec<u8>,
}

/// A scenario acted out: everything that its files tell.
#[derive(Clone, Debug)]
pub struct World {
    /// The scenario's name.
    pub name: &'static str,
    /// The seed.
    pub seed: u64,
    /// When it begins.
    pub start: EventTime,
    /// How long it lasts, s.
    pub duration_s: f64,
    /// Wind and stream.
    pub sea: Sea,
    /// AIS stations, all behind one hub.
    pub stations: Vec<Station>,
    /// What the radars send.
    pub radar_wire: RadarWire,
    /// Radars, a feed each.
    pub radars: Vec<RadarSite>,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Every vessel.
    pub vessels: Vec<Vessel>,
    /// Aids to navigation.
    pub aids: Vec<Aid>,
    /// Stations' outages.
    pub outages: Vec<Outage>,
    /// What is true.
    pub truth: Vec<Truth>,
    /// What looks like it and is not.
    pub innocents: Vec<Innocent>,
}

impl World {
    /// An empty sea at 2026-01-10 12:00 UTC (19:00 in Viet Nam, after sunset).
    pub fn new(name: &'static str, seed: u64, hours: f64) -> Self {
        World {
            name,
            seed,
            start: EventTime::from_millis(1_768_046_400_000),
            duration_s: hours * 3600.0,
            sea: Sea::new(&mut Rng::new(seed, "sea")),
            stations: Vec::new(),
            radar_wire: RadarWire::default(),
            radars: Vec::new(),
            zones: Vec::new(),
            vessels: Vec::new(),
            aids: Vec::new(),
            outages: Vec::new(),
            truth: Vec::new(),
            innocents: Vec::new(),
        }
    }

    /// The instant of a second of the scenario.
    pub fn time(&self, at_s: f64) -> EventTime {
        self.start + Span::from_seconds(at_s)
    }

    /// The generator of a part of the scenario.
    pub fn rng(&self, label: &str) -> Rng {
        Rng::new(self.seed, label)
    }

    /// The id that the next vessel of a role gets.
    pub fn next_id(&self, role: &str) -> String {
        let same = |vessel: &&Vessel| vessel.id.rsplit_once('-').is_some_and(|(of, _)| of == role);
        format!("{role}-{}", 1 + self.vessels.iter().filter(same).count())
    }

    /// A helm at a place and time, for the path of the next vessel of a role.
    pub fn helm(&self, role: &str, at_s: f64, position: Position) -> Helm {
        Helm::new(self.rng(&format!("helm {}", self.next_id(role))), self.sea, at_s, position)
    }

    /// Takes a vessel into service on a path and returns its index.
    pub fn launch(&mut self, role: &str, hull: Hull, path: Path) -> usize {
        let id = self.next_id(role);
        let mut rng = self.rng(&format!("vessel {id}"));
        let beam_m = usual_beam_m(hull.length_m);
        let serial = self.vessels.len() as u32;
        let mmsi = self.new_mmsi(&mut rng, hull.carriage);
        self.vessels.push(Vessel {
            carriage: hull.carriage,
            mmsi,
            name: usual_name(&mut rng, hull.carriage, hull.ship_type),
            call_sign: format!("XV{:04}", 1000 + serial),
            imo_number: if hull.length_m > 40.0 { imo_number(931_000 + serial * 7) } else { 0 },
            ship_type: hull.ship_type,
            length_m: hull.length_m,
            beam_m,
            sends_dimensions: hull.length_m >= 35.0 || rng.chance(0.6),
            sends_heading: hull.carriage == Carriage::ClassA && (hull.length_m > 50.0 || rng.chance(0.6)),
            antenna_ahead_m: libm::round(rng.between(-0.35, 0.35) * hull.length_m),
            antenna_starboard_m: libm::round(rng.between(-0.25, 0.25) * beam_m),
            utc_second_shift: 0,
            status: vec![(f64::MIN, 0)],
            silences: Vec::new(),
            gnss_faults: Vec::new(),
            has_echo: true,
            path,
            id,
        });
        self.vessels.len() - 1
    }

    /// Enters a truth; an end at or beyond the scenario's is open.
    pub fn tell(
        &mut self,
        kind: &'static str,
        who: &[usize],
        span_s: (f64, f64),
        note: &'static str,
        details: Details,
    ) {
        let (onset_s, end_s) = span_s;
        let onset_uncertain_s = match (&details, self.subject_carriage(who)) {
            (Details::Crossing { .. } | Details::Outage { .. } | Details::FeedLost { .. }, _) => 1,
            (Details::DarkPeriod { .. }, Some(Carriage::ClassA)) => 10,
            (Details::DarkContact { .. }, _) => 300,
            (Details::Loitering { .. }, _) => 120,
            _ => 180,
        };
        let zone = who.first().and_then(|&i| self.patrol_zone(self.vessels[i].path.position(onset_s)));
        self.truth.push(Truth {
            kind,
            subjects: self.subjects(who),
            zone,
            onset: self.time(onset_s),
            end: (end_s < self.duration_s).then(|| self.time(end_s)),
            onset_uncertain_s,
            note,
            details,
        });
    }

    /// Enters a transfer of two vessels.
    pub fn tell_transfer(&mut self, meeting: &Meeting, note: &'static str) {
        let (one, other) = (&self.vessels[meeting.host], &self.vessels[meeting.boat]);
        let partner = match (one.mmsi, other.mmsi) {
            (Some(_), Some(_)) => "ais_ais",
            (None, None) => "radar_radar",
            _ => "ais_radar",
        };
        let (from_s, to_s) = meeting.alongside_s;
        let details = Details::ShipToShip {
            gap_m: libm::round(meeting.gap_m * 10.0) / 10.0,
            partner,
            merged_fraction: truth::merged_fraction(&self.radars, one, other, from_s, to_s),
            under_way: meeting.under_way,
            group: one.id.clone(),
        };
        self.tell("ship_to_ship", &[meeting.host, meeting.boat], meeting.alongside_s, note, details);
    }

    /// Switches a vessel's AIS off for a time and enters the dark period.
    pub fn go_dark(&mut self, who: usize, span_s: (f64, f64), note: &'static str) {
        self.vessels[who].silences.push(span_s);
        let held = truth::held_fraction(&self.radars, &self.vessels[who], span_s.0, span_s.1.min(self.duration_s));
        let duration_s = span_s.1 - span_s.0;
        let details = Details::DarkPeriod { radar_held: held >= 0.8, radar_held_fraction: held, duration_s };
        self.tell("dark_period", &[who], span_s, note, details);
    }

    /// Enters a stop at sea: a loiter from 45 min, too short to call from 25 min, nothing below.
    pub fn tell_stop(&mut self, who: usize, span_s: (f64, f64), note: &'static str) {
        let length_s = span_s.1 - span_s.0;
        if length_s >= 45.0 * MINUTE {
            self.tell("loitering", &[who], span_s, note, Details::Loitering { subkind: "drift" });
        } else if length_s >= 25.0 * MINUTE {
            self.excuse(&[who], span_s, "short stop (25 to 45 min, grey)");
        }
    }

    /// Enters an innocent.
    pub fn excuse(&mut self, who: &[usize], span_s: (f64, f64), why: &'static str) {
        let (onset, end) = (self.time(span_s.0.max(0.0)), self.time(span_s.1.min(self.duration_s)));
        self.innocents.push(Innocent { subjects: self.subjects(who), onset, end, why, station: None });
    }

    /// The patrol zone that holds a position.
    pub fn patrol_zone(&self, at: Position) -> Option<&'static str> {
        self.zones.iter().find(|zone| zone.kind == "patrol" && zone.contains(at)).map(|zone| zone.id)
    }

    /// Every feed with its bytes: AIS first, then the radars.
    pub fn feeds(&self) -> Vec<FeedBytes> {
        let ais = FeedBytes { feed: Feed::new("ais", FeedKind::Nmea), bytes: reception::ais_bytes(self) };
        let radar = |site: &RadarSite| FeedBytes { feed: self.radar_feed(site), bytes: self.radar_bytes(site) };
        std::iter::once(ais).chain(self.radars.iter().map(radar)).collect()
    }

    fn radar_bytes(&self, site: &RadarSite) -> Vec<u8> {
        match self.radar_wire {
            RadarWire::Ttm => radar::ttm_bytes(self, site),
            RadarWire::Asterix => asterix_radar::track_bytes(self, site),
            RadarWire::Plots => asterix_radar::plot_bytes(self, site),
        }
    }

    /// A radar site as the engine's feed: lateness one turn of the antenna; ASTERIX tells no date.
    pub(super) fn radar_feed(&self, site: &RadarSite) -> Feed {
        let is_asterix = self.radar_wire != RadarWire::Ttm;
        let kind = if is_asterix { FeedKind::Asterix } else { FeedKind::Nmea };
        Feed {
            lateness: Span::from_seconds(site.rotation_s),
            date: is_asterix.then(|| self.time(0.0).midnight()),
            site: Some(Site {
                position: site.position,
                heading_offset_deg: 0.0,
                range_sigma_m: site.range_sigma_m,
                bearing_sigma_deg: site.bearing_sigma_deg,
                rotation: Span::from_seconds(site.rotation_s),
                max_range_m: site.max_range_m,
                sac: is_asterix.then_some(asterix_radar::SAC),
                sic: is_asterix.then(|| asterix_radar::identification_code(self, site)),
                edition: None,
            }),
            ..Feed::new(site.name, kind)
        }
    }

    /// The subjects of a line, in order.
    fn subjects(&self, who: &[usize]) -> Vec<Subject> {
        let subject = |&i: &usize| Subject { vessel: self.vessels[i].id.clone(), mmsi: self.vessels[i].mmsi };
        who.iter().map(subject).collect()
    }

    fn subject_carriage(&self, who: &[usize]) -> Option<Carriage> {
        who.first().map(|&i| self.vessels[i].carriage)
    }

    /// An MMSI that no vessel of this world has yet.
    fn new_mmsi(&self, rng: &mut Rng, carriage: Carriage) -> Option<u32> {
        const FLAGS: [u32; 9] = [574, 574, 574, 574, 563, 525, 533, 636, 477];
        loop {
            let mid = if carriage == Carriage::ClassA { rng.pick(&FLAGS) } else { 574 };
            let mmsi = match carriage {
                Carriage::Nothing => return None,
                Carriage::Gear => 900_000_000 + rng.below(69_999_999) as u32,
                _ => mid * 1_000_000 + 1_000 + rng.below(998_999) as u32,
            };
            if self.vessels.iter().all(|vessel| vessel.mmsi != Some(mmsi)) {
                return Some(mmsi);
            }
        }
    }
}
