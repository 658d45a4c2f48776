//! The waters of the scenarios: Con Dao and Bach Ho, with their stations, radar and zones.
//!
//! Positions are illustrative and no legal lines.

use crate::engine::earth::{Offset, Position};
use crate::engine::units::{Bearing, Metres, wrap_360};

/// A shore station that hears AIS.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    /// Name in the TAG block's `s:`.
    pub name: &'static str,
    /// Antenna.
    pub position: Position,
    /// MMSI of its base station, which sends message 4 each 10 s.
    pub mmsi: u32,
    /// Range at which it hears half of class A's reports, m.
    pub class_a_range_m: f64,
    /// The same for class B, m.
    pub class_b_range_m: f64,
}

/// A fixed shore radar with its own tracker.
#[derive(Clone, Copy, Debug)]
pub struct RadarSite {
    /// Feed name.
    pub name: &'static str,
    /// Antenna.
    pub position: Position,
    /// Height of the antenna, m.
    pub height_m: f64,
    /// First bearing of the open sea, degrees; land shadows the rest.
    pub open_from_deg: f64,
    /// Last bearing of the open sea, degrees, clockwise from the first.
    pub open_to_deg: f64,
    /// Instrumented range, m.
    pub max_range_m: f64,
    /// Time of one turn, s.
    pub rotation_s: f64,
    /// Standard deviation of a plot's range, m.
    pub range_sigma_m: f64,
    /// Standard deviation of a plot's bearing, degrees.
    pub bearing_sigma_deg: f64,
}

/// A zone as drawn in `zones.geojson`.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Stable slug.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// `patrol`, `anchorage`, `port` or `service`.
    pub kind: &'static str,
    /// Whether transfers are watched for with the shorter dwell.
    pub sts_watch: bool,
    /// Whether lying at anchor is no loitering.
    pub anchorage_ok: bool,
    /// Corners, counter-clockwise, not closed.
    pub ring: Vec<Position>,
}

impl RadarSite {
    /// The position at a bearing and a distance in kilometres from the antenna.
    pub fn at(&self, bearing_deg: f64, km: f64) -> Position {
        self.position.at(Bearing::from_degrees(bearing_deg), Metres(km * 1000.0))
    }

    /// The chance that one turn shows a hull of a length at an offset from the antenna, 0 outside range and sector.
    ///
    /// Half of it at 9 km + 800 m a metre of length, the reach of a small X-band radar on a hill.
    pub fn sees(&self, length_m: f64, from_antenna: Offset) -> f64 {
        let range_m = from_antenna.length().0;
        let turned = wrap_360(from_antenna.direction().degrees() - self.open_from_deg);
        let shadowed = turned > wrap_360(self.open_to_deg - self.open_from_deg);
        if shadowed || !(300.0..=self.max_range_m).contains(&range_m) {
            return 0.0;
        }
        let reach_m = 9_000.0 + 800.0 * length_m;
        0.97 / (1.0 + libm::exp((range_m - reach_m) / (0.06 * reach_m)))
    }
}

impl Zone {
    /// Whether a position lies inside (even-odd rule in the plane of degrees).
    pub fn contains(&self, at: Position) -> bool {
        let mut inside = false;
        for (i, a) in self.ring.iter().enumerate() {
            let b = self.ring[(i + 1) % self.ring.len()];
            let straddles = (a.lat() > at.lat()) != (b.lat() > at.lat());
            if straddles && at.lon() < a.lon() + (b.lon() - a.lon()) * (at.lat() - a.lat()) / (b.lat() - a.lat()) {
                inside = !inside;
            }
        }
        inside
    }

    /// The middle of its corners.
    pub fn centre(&self) -> Position {
        let n = self.ring.len() as f64;
        let (lat, lon) = self.ring.iter().fold((0.0, 0.0), |(lat, lon), p| (lat + p.lat(), lon + p.lon()));
        degrees(lat / n, lon / n)
    }
}

/// The island's station, on its hill.
pub fn con_dao_station() -> Station {
    station("condao", 8.690, 106.600, 5_740_010, 95_000.0, 55_000.0)
}

/// The harbour's receiver at Ben Dam: hears the anchorage and the port only.
pub fn ben_dam_station() -> Station {
    station("bendam", 8.640, 106.550, 5_740_011, 14_000.0, 11_000.0)
}

/// The receiver on a platform of the Bach Ho field, 190 km from Con Dao.
pub fn bach_ho_station() -> Station {
    station("bachho", 9.800, 107.980, 5_740_012, 70_000.0, 42_000.0)
}

/// The radar at the island's southern end, looking from east over south to south-west.
pub fn con_dao_radar() -> RadarSite {
    RadarSite {
        name: "radar-con-dao",
        position: degrees(8.655, 106.615),
        height_m: 120.0,
        open_from_deg: 80.0,
        open_to_deg: 245.0,
        max_range_m: 24_000.0,
        rotation_s: 6.0,
        range_sigma_m: 12.0,
        bearing_sigma_deg: 0.15,
    }
}

/// The two ends of the north-western edge of the zone `con-dao`, east first; the zone lies south of it.
pub fn north_western_edge() -> (Position, Position) {
    (degrees(8.600, 106.500), degrees(8.500, 105.400))
}

/// The zones about Con Dao: patrol zone (as in `zones/squadron-3.geojson`), the roads north of it, and anchorage and port
/// in those; pilot boarding place.
pub fn con_dao_zones() -> Vec<Zone> {
    let (edge_east, edge_west) = north_western_edge();
    let patrol = vec![
        edge_west,
        degrees(7.600, 105.300),
        degrees(7.400, 106.600),
        degrees(7.100, 108.400),
        degrees(8.400, 108.300),
        degrees(8.640, 106.750),
        edge_east,
    ];
    let roads =
        vec![degrees(8.617, 106.485), degrees(8.617, 106.600), degrees(8.690, 106.600), degrees(8.690, 106.485)];
    let zone = |id, name, kind, ring| Zone { id, name, kind, sts_watch: false, anchorage_ok: false, ring };
    vec![
        Zone { sts_watch: true, ..zone("con-dao", "Côn Đảo", "patrol", patrol) },
        zone("con-dao-roads", "Vụng Côn Đảo", "patrol", roads),
        Zone {
            anchorage_ok: true,
            ..zone("con-dao-anchorage", "Khu neo Côn Đảo", "anchorage", octagon(8.640, 106.515, 2_500.0))
        },
        zone("port-ben-dam", "Cảng Bến Đầm", "port", octagon(8.655, 106.565, 1_000.0)),
        zone("con-dao-pilots", "Vùng đón hoa tiêu Côn Đảo", "service", octagon(8.585, 106.500, 2_500.0)),
    ]
}

/// A position from degrees known to be in range.
pub fn degrees(lat: f64, lon: f64) -> Position {
    Position::from_degrees_wrapped(lat, lon)
}

fn station(name: &'static str, lat: f64, lon: f64, mmsi: u32, class_a_range_m: f64, class_b_range_m: f64) -> Station {
    Station { name, position: degrees(lat, lon), mmsi, class_a_range_m, class_b_range_m }
}

/// Eight corners on a circle, counter-clockwise.
fn octagon(lat: f64, lon: f64, radius_m: f64) -> Vec<Position> {
    let corner = |k: i32| degrees(lat, lon).at(Bearing::from_degrees(22.5 - 45.0 * f64::from(k)), Metres(radius_m));
    (0..8).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_hold_their_centres() {
        for zone in con_dao_zones() {
            assert!(zone.contains(zone.centre()), "{}", zone.id);
            assert!(!zone.contains(degrees(9.5, 106.5)), "{}", zone.id);
        }
    }

    #[test]
    fn the_radar_sees_the_south_and_larger_hulls_farther() {
        let radar = con_dao_radar();
        let see = |length, bearing, metres| radar.sees(length, Offset::polar(bearing, metres));
        assert!(see(28.0, 165.0, 11_000.0) > 0.95);
        assert!(see(16.0, 165.0, 23_000.0) < see(60.0, 165.0, 23_000.0));
        assert_eq!(see(100.0, 300.0, 10_000.0), 0.0);
        assert_eq!(see(100.0, 165.0, 25_000.0), 0.0);
    }
}
