//! Every geodesic formula, once: WGS 84 positions, distances, bearings, local planes.
//!
//! Transcendental functions come from `libm`, so the same bytes come out on every machine.

use serde::{Deserialize, Serialize};

use super::units::{Bearing, Course, Metres, Speed, wrap_180};

/// Equatorial radius of WGS 84, m.
const A_M: f64 = 6_378_137.0;
/// Flattening of WGS 84.
const F: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared.
const E2: f64 = F * (2.0 - F);
const RAD: f64 = std::f64::consts::PI / 180.0;

/// A WGS 84 position in units of 1e-7 degrees (1.1 cm): latitude -90..90, longitude -180..180.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    lat_e7: i32,
    lon_e7: i32,
}

/// A displacement in a local plane, metres east and north.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offset {
    /// Metres east.
    pub east_m: f64,
    /// Metres north.
    pub north_m: f64,
}

/// The scale of the plane that touches the earth at one latitude: metres a degree. Lines straight in latitude and longitude stay straight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DegreeScale {
    /// Metres a degree of longitude.
    pub east_m: f64,
    /// Metres a degree of latitude.
    pub north_m: f64,
}

impl DegreeScale {
    /// The scale at a position.
    pub fn at(position: Position) -> Self {
        let (meridional, transverse) = metres_a_radian(position.lat() * RAD);
        DegreeScale { east_m: transverse * RAD, north_m: meridional * RAD }
    }
}

impl Position {
    /// From degrees; `None` if outside -90..90 or -180..180 or not finite.
    pub fn from_degrees(lat: f64, lon: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon))
            .then(|| Position { lat_e7: libm::round(lat * 1e7) as i32, lon_e7: libm::round(lon * 1e7) as i32 })
    }

    /// From units of 1e-7 degrees; `None` if out of range.
    #[inline]
    pub const fn from_e7(lat_e7: i32, lon_e7: i32) -> Option<Self> {
        if lat_e7.unsigned_abs() <= 900_000_000 && lon_e7.unsigned_abs() <= 1_800_000_000 {
            Some(Position { lat_e7, lon_e7 })
        } else {
            None
        }
    }

    /// From degrees brought into range: latitude clamped, longitude wrapped.
    pub fn from_degrees_wrapped(lat: f64, lon: f64) -> Self {
        let lat = lat.clamp(-90.0, 90.0);
        Position { lat_e7: libm::round(lat * 1e7) as i32, lon_e7: libm::round(wrap_180(lon) * 1e7) as i32 }
    }

    /// Latitude, degrees north.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) * 1e-7
    }

    /// Longitude, degrees east.
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) * 1e-7
    }

    /// Latitude in 1e-7 degrees.
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude in 1e-7 degrees.
    pub const fn lon_e7(self) -> i32 {
        self.lon_e7
    }

    /// Where another position lies from here, in the plane of the middle latitude's radii of curvature.
    ///
    /// Within 0.1 % up to 100 km below 70 degrees; across the antimeridian too.
    pub fn offset_to(self, to: Position) -> Offset {
        let mid = (self.lat() + to.lat()) * 0.5 * RAD;
        let (meridional, transverse) = metres_a_radian(mid);
        let dlon = f64::from(wrap_e7(i64::from(to.lon_e7) - i64::from(self.lon_e7))) * 1e-7 * RAD;
        let dlat = f64::from(to.lat_e7 - self.lat_e7) * 1e-7 * RAD;
        Offset { east_m: dlon * transverse, north_m: dlat * meridional }
    }

    /// Distance to another position: the local plane up to 50 km, the geodesic beyond.
    pub fn distance_to(self, to: Position) -> Metres {
        if (i64::from(self.lat_e7) - i64::from(to.lat_e7)).abs() < 4_500_000 {
            let plane = self.offset_to(to).length();
            if plane.0 < 50_000.0 {
                return plane;
            }
        }
        self.geodesic_to(to).0
    }

    /// The position an offset away (local plane; for offsets below 100 km).
    pub fn moved(self, by: Offset) -> Position {
        let (meridional, _) = metres_a_radian(self.lat() * RAD);
        let lat = self.lat() * RAD + by.north_m / meridional;
        let (meridional, transverse) = metres_a_radian((self.lat() * RAD + lat) * 0.5);
        let lat = self.lat() + by.north_m / meridional / RAD;
        Position::from_degrees_wrapped(lat, self.lon() + by.east_m / transverse / RAD)
    }

    /// The position reached after a time at a course and speed (local plane; for less than 100 km).
    pub fn after(self, course: Course, speed: Speed, seconds: f64) -> Position {
        self.moved(Offset::polar(course.degrees(), speed.m_s() * seconds))
    }

    /// The position at a bearing and distance along the geodesic (Vincenty's direct formula).
    pub fn at(self, bearing: Bearing, distance: Metres) -> Position {
        let (sin_alpha, cos_alpha) = libm::sincos(bearing.degrees() * RAD);
        let (sin_lat, cos_lat) = libm::sincos(self.lat() * RAD);
        let b = A_M * (1.0 - F);
        let tan_u1 = (1.0 - F) * sin_lat / cos_lat;
        let cos_u1 = 1.0 / libm::sqrt(1.0 + tan_u1 * tan_u1);
        let sin_u1 = tan_u1 * cos_u1;
        let (sin_2s1, cos_2s1) = double_angle(tan_u1, cos_alpha);
        let sin_a = cos_u1 * sin_alpha;
        let cos2_a = 1.0 - sin_a * sin_a;
        let (k1, k2) = vincenty_series(cos2_a * (A_M * A_M - b * b) / (b * b));
        let mut sigma = distance.0 / (b * k1);
        let (mut sin_s, mut cos_s) = libm::sincos(sigma);
        let mut cos_2m = cos_2s1 * cos_s - sin_2s1 * sin_s;
        for _ in 0..12 {
            let step = distance.0 / (b * k1) + delta_sigma(k2, sin_s, cos_s, cos_2m) - sigma;
            sigma += step;
            (sin_s, cos_s) = turned(sin_s, cos_s, step);
            cos_2m = cos_2s1 * cos_s - sin_2s1 * sin_s;
            if step.abs() < 1e-13 {
                break;
            }
        }
        let t = sin_u1 * sin_s - cos_u1 * cos_s * cos_alpha;
        let lat =
            libm::atan2(sin_u1 * cos_s + cos_u1 * sin_s * cos_alpha, (1.0 - F) * libm::sqrt(sin_a * sin_a + t * t));
        let lambda = libm::atan2(sin_s * sin_alpha, cos_u1 * cos_s - sin_u1 * sin_s * cos_alpha);
        let c = F / 16.0 * cos2_a * (4.0 + F * (4.0 - 3.0 * cos2_a));
        let l =
            lambda - (1.0 - c) * F * sin_a * (sigma + c * sin_s * (cos_2m + c * cos_s * (2.0 * cos_2m * cos_2m - 1.0)));
        Position::from_degrees_wrapped(lat / RAD, self.lon() + l / RAD)
    }

    /// The position at a bearing and distance of a radar's reach: Gauss's middle latitude, within 1 m of the geodesic at
    /// 50 km below 70 degrees, and cheap.
    pub fn at_near(self, bearing: Bearing, distance: Metres) -> Position {
        let (lat, azimuth) = (self.lat() * RAD, bearing.degrees() * RAD);
        let (mut middle, mut turned, mut north, mut east) = (lat, 0.0, 0.0, 0.0);
        for _ in 0..3 {
            let (meridional, transverse) = metres_a_radian(middle);
            let at_middle = azimuth + turned * 0.5;
            east = distance.0 * libm::sin(at_middle) / transverse;
            north = distance.0 * libm::cos(at_middle) / (meridional * (1.0 - east * east / 8.0));
            turned = east * libm::sin(middle);
            middle = lat + north * 0.5;
        }
        Position::from_degrees_wrapped((lat + north) / RAD, self.lon() + east / RAD)
    }

    /// Distance and initial bearing of a position within a radar's reach, likewise.
    pub fn polar_to_near(self, to: Position) -> (Metres, Bearing) {
        let Offset { east_m, north_m } = self.offset_to(to);
        let dlon = f64::from(wrap_e7(i64::from(to.lon_e7) - i64::from(self.lon_e7))) * 1e-7 * RAD;
        let offset = Offset { east_m, north_m: north_m * (1.0 - dlon * dlon / 8.0) };
        let turned = dlon * libm::sin((self.lat() + to.lat()) * 0.5 * RAD) / RAD;
        (offset.length(), Bearing::from_degrees(offset.direction().degrees() - turned * 0.5))
    }

    /// Geodesic distance and initial bearing (Vincenty's inverse formula; a sphere where it does not converge, near antipodes).
    pub fn geodesic_to(self, to: Position) -> (Metres, Bearing) {
        let b = A_M * (1.0 - F);
        let l = wrap_180(to.lon() - self.lon()) * RAD;
        let u1 = libm::atan((1.0 - F) * libm::tan(self.lat() * RAD));
        let u2 = libm::atan((1.0 - F) * libm::tan(to.lat() * RAD));
        let (su1, cu1, su2, cu2) = (libm::sin(u1), libm::cos(u1), libm::sin(u2), libm::cos(u2));
        let mut lambda = l;
        for _ in 0..50 {
            let (sl, cl) = (libm::sin(lambda), libm::cos(lambda));
            let (x, y) = (cu2 * sl, cu1 * su2 - su1 * cu2 * cl);
            let sin_s = libm::sqrt(x * x + y * y);
            if sin_s == 0.0 {
                return (Metres(0.0), Bearing::from_degrees(0.0));
            }
            let cos_s = su1 * su2 + cu1 * cu2 * cl;
            let sigma = libm::atan2(sin_s, cos_s);
            let sin_a = cu1 * cu2 * sl / sin_s;
            let cos2_a = 1.0 - sin_a * sin_a;
            let cos_2m = if cos2_a > 1e-15 { cos_s - 2.0 * su1 * su2 / cos2_a } else { 0.0 };
            let c = F / 16.0 * cos2_a * (4.0 + F * (4.0 - 3.0 * cos2_a));
            let next =
                l + (1.0 - c) * F * sin_a * (sigma + c * sin_s * (cos_2m + c * cos_s * (2.0 * cos_2m * cos_2m - 1.0)));
            if (next - lambda).abs() < 1e-12 {
                let (k1, k2) = vincenty_series(cos2_a * (A_M * A_M - b * b) / (b * b));
                let distance = b * k1 * (sigma - delta_sigma(k2, sin_s, cos_s, cos_2m));
                return (Metres(distance), Bearing::from_degrees(libm::atan2(x, y) / RAD));
            }
            lambda = next;
        }
        self.great_circle_to(to)
    }

    /// Great-circle distance and bearing on the sphere of mean radius.
    fn great_circle_to(self, to: Position) -> (Metres, Bearing) {
        let (p1, p2) = (self.lat() * RAD, to.lat() * RAD);
        let dl = wrap_180(to.lon() - self.lon()) * RAD;
        let (sp, sl) = (libm::sin((p2 - p1) / 2.0), libm::sin(dl / 2.0));
        let h = sp * sp + libm::cos(p1) * libm::cos(p2) * sl * sl;
        let distance = 2.0 * 6_371_008.8 * libm::asin(libm::sqrt(h.min(1.0)));
        let bearing = libm::atan2(
            libm::sin(dl) * libm::cos(p2),
            libm::cos(p1) * libm::sin(p2) - libm::sin(p1) * libm::cos(p2) * libm::cos(dl),
        );
        (Metres(distance), Bearing::from_degrees(bearing / RAD))
    }

    /// The position a share of the way to another (0 here, 1 there), linear in latitude and longitude.
    pub fn towards(self, to: Position, share: f64) -> Position {
        let dlon = wrap_e7(i64::from(to.lon_e7) - i64::from(self.lon_e7));
        let lat = self.lat() + f64::from(to.lat_e7 - self.lat_e7) * 1e-7 * share;
        Position::from_degrees_wrapped(lat, self.lon() + f64::from(dlon) * 1e-7 * share)
    }
}

impl Offset {
    /// From a direction in degrees true and a length in metres.
    pub fn polar(degrees: f64, metres: f64) -> Self {
        Offset { east_m: metres * libm::sin(degrees * RAD), north_m: metres * libm::cos(degrees * RAD) }
    }

    /// Its length.
    pub fn length(self) -> Metres {
        Metres(libm::sqrt(self.east_m * self.east_m + self.north_m * self.north_m))
    }

    /// Its direction, degrees true.
    pub fn direction(self) -> Course {
        Course::from_degrees(libm::atan2(self.east_m, self.north_m) / RAD)
    }

    /// The sum with another.
    pub fn plus(self, o: Offset) -> Offset {
        Offset { east_m: self.east_m + o.east_m, north_m: self.north_m + o.north_m }
    }

    /// The difference to another.
    pub fn minus(self, o: Offset) -> Offset {
        Offset { east_m: self.east_m - o.east_m, north_m: self.north_m - o.north_m }
    }

    /// This offset times a factor.
    pub fn scaled(self, by: f64) -> Offset {
        Offset { east_m: self.east_m * by, north_m: self.north_m * by }
    }
}

/// The area inside a closed ring of (latitude, longitude) degrees, m2, without sign; longitudes must not jump at the antimeridian.
///
/// On the sphere of equal area, within 0.5 % of the ellipsoid's.
pub fn ring_area_m2(ring: &[(f64, f64)]) -> f64 {
    const AUTHALIC_RADIUS_M: f64 = 6_371_007.181;
    let strip = |pair: &[(f64, f64)]| match *pair {
        [a, b] => (b.1 - a.1) * RAD * (libm::sin(a.0 * RAD) + libm::sin(b.0 * RAD)) * 0.5,
        _ => 0.0,
    };
    ring.windows(2).map(strip).sum::<f64>().abs() * AUTHALIC_RADIUS_M * AUTHALIC_RADIUS_M
}

/// Metres a radian of latitude and of longitude at a latitude in radians.
fn metres_a_radian(lat: f64) -> (f64, f64) {
    let s = libm::sin(lat);
    let w2 = 1.0 - E2 * s * s;
    let w = libm::sqrt(w2);
    (A_M * (1.0 - E2) / (w2 * w), A_M / w * libm::sqrt((1.0 - s * s).max(0.0)))
}

/// Sine and cosine of twice the angle whose tangent is y to x.
fn double_angle(y: f64, x: f64) -> (f64, f64) {
    let square = y * y + x * x;
    if square == 0.0 { (0.0, 1.0) } else { (2.0 * y * x / square, (x * x - y * y) / square) }
}

/// Sine and cosine of an angle that grew by a step: by their series where it is small.
fn turned(sin: f64, cos: f64, step: f64) -> (f64, f64) {
    let square = step * step;
    let (s, c) = if step.abs() < 1e-3 {
        (step * (1.0 - square / 6.0), 1.0 - square / 2.0 * (1.0 - square / 12.0))
    } else {
        libm::sincos(step)
    };
    (sin * c + cos * s, cos * c - sin * s)
}

/// A difference of longitudes in 1e-7 degrees, brought into half a turn.
fn wrap_e7(d: i64) -> i32 {
    const TURN: i64 = 3_600_000_000;
    ((d + TURN / 2).rem_euclid(TURN) - TURN / 2) as i32
}

/// Vincenty's A and B of u squared.
fn vincenty_series(u2: f64) -> (f64, f64) {
    let a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)));
    let b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)));
    (a, b)
}

/// Vincenty's correction of the arc.
fn delta_sigma(b: f64, sin_s: f64, cos_s: f64, cos_2m: f64) -> f64 {
    let square = 2.0 * cos_2m * cos_2m - 1.0;
    let third = b / 6.0 * cos_2m * (4.0 * sin_s * sin_s - 3.0) * (4.0 * cos_2m * cos_2m - 3.0);
    b * sin_s * (cos_2m + b / 4.0 * (cos_s * square - third))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Position {
        Position::from_degrees(lat, lon).unwrap()
    }

    #[test]
    fn direct_and_inverse_agree_with_published_lines() {
        // Flinders Peak to Buninyong (Geoscience Australia, on GRS 80, within a millimetre of WGS 84).
        let (a, b) = (at(-37.951_033_4, 144.424_867_9), at(-37.652_821_1, 143.926_495_5));
        let (d, az) = a.geodesic_to(b);
        assert!((d.0 - 54_972.271).abs() < 0.05, "{d:?}");
        assert!((az.degrees() - 306.868_158).abs() < 1e-4, "{az:?}");
        assert!(a.at(az, d).distance_to(b).0 < 0.05);
    }

    #[test]
    fn plane_and_geodesic_agree_nearby() {
        let a = at(8.65, 106.61);
        for (bearing, metres) in [(13.0, 500.0), (120.0, 12_000.0), (271.0, 49_000.0)] {
            let b = a.at(Bearing::from_degrees(bearing), Metres(metres));
            assert!((a.distance_to(b).0 - metres).abs() < metres * 1e-4 + 0.02);
            let moved = a.moved(a.offset_to(b));
            assert!(moved.distance_to(b).0 < metres * 2e-4 + 0.05, "{bearing} {metres}");
        }
    }

    #[test]
    fn the_near_polar_agrees_with_the_geodesic() {
        for lat in [-68.0, -20.6, 0.0, 8.65, 55.0, 70.0] {
            let site = at(lat, 107.2);
            for bearing in [0.0, 33.0, 90.0, 135.0, 271.0, 359.0] {
                for metres in [150.0, 5_000.0, 20_000.0, 50_000.0] {
                    let (there, near) = (
                        site.at(Bearing::from_degrees(bearing), Metres(metres)),
                        site.at_near(Bearing::from_degrees(bearing), Metres(metres)),
                    );
                    assert!(there.distance_to(near).0 < 0.03 + metres * 2e-5, "{lat} {bearing} {metres}");
                    let (range, back) = site.polar_to_near(there);
                    let across = wrap_180(back.degrees() - bearing) * RAD * metres;
                    assert!((range.0 - metres).abs() < 0.03 + metres * 2e-5 && across.abs() < 0.03 + metres * 2e-5);
                }
            }
        }
    }

    #[test]
    fn the_antimeridian_is_no_wall() {
        let (a, b) = (at(10.0, 179.999), at(10.0, -179.999));
        assert!((a.distance_to(b).0 - 219.3).abs() < 1.0);
        assert!(a.offset_to(b).east_m > 0.0);
        assert!(a.moved(a.offset_to(b)).distance_to(b).0 < 0.1);
        assert!(a.towards(b, 0.5).lon().abs() > 179.9999);
    }

    #[test]
    fn positions_out_of_range_are_refused() {
        assert!(Position::from_degrees(91.0, 0.0).is_none());
        assert!(Position::from_degrees(0.0, 181.0).is_none());
        assert!(Position::from_degrees(f64::NAN, 0.0).is_none());
    }
}
