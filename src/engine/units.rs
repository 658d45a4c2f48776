//! Physical quantities as newtypes, built by constructors named after the unit.

use serde::{Deserialize, Serialize};

/// A length in metres.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Metres(pub f64);

/// A speed, kept in metres a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Speed(f64);

/// A course over ground in degrees true, 0 <= c < 360.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Course(f64);

/// A heading in degrees true, 0 <= h < 360.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Heading(f64);

/// A bearing in degrees true, 0 <= b < 360.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Bearing(f64);

/// One nautical mile in metres.
pub const NAUTICAL_MILE_M: f64 = 1852.0;
/// One knot in metres a second.
pub const KNOT_M_S: f64 = NAUTICAL_MILE_M / 3600.0;

impl Metres {
    /// From nautical miles.
    pub const fn from_nautical_miles(nm: f64) -> Self {
        Metres(nm * NAUTICAL_MILE_M)
    }

    /// In nautical miles.
    pub fn nautical_miles(self) -> f64 {
        self.0 / NAUTICAL_MILE_M
    }
}

impl Speed {
    /// From knots.
    pub const fn from_knots(kn: f64) -> Self {
        Speed(kn * KNOT_M_S)
    }

    /// From metres a second.
    pub const fn from_m_s(v: f64) -> Self {
        Speed(v)
    }

    /// In knots.
    pub fn knots(self) -> f64 {
        self.0 / KNOT_M_S
    }

    /// In metres a second.
    pub const fn m_s(self) -> f64 {
        self.0
    }
}

/// Degrees brought into 0 <= d < 360.
#[inline]
pub fn wrap_360(degrees: f64) -> f64 {
    if (0.0..360.0).contains(&degrees) {
        return degrees + 0.0; // no negative zero
    }
    let d = degrees - 360.0 * libm::floor(degrees / 360.0);
    if d >= 360.0 { 0.0 } else { d }
}

/// Degrees brought into -180 <= d < 180.
pub fn wrap_180(degrees: f64) -> f64 {
    wrap_360(degrees + 180.0) - 180.0
}

macro_rules! angle {
    ($name:ident) => {
        impl $name {
            /// From degrees true, wrapped into 0 <= d < 360.
            #[inline]
            pub fn from_degrees(degrees: f64) -> Self {
                $name(wrap_360(degrees))
            }

            /// In degrees true.
            pub const fn degrees(self) -> f64 {
                self.0
            }
        }
    };
}
angle!(Course);
angle!(Heading);
angle!(Bearing);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knots_and_wraps() {
        assert!((Speed::from_knots(10.0).m_s() - 5.144444).abs() < 1e-6);
        assert!((wrap_360(-1.0) - 359.0).abs() < 1e-12 && wrap_360(720.0) == 0.0);
        assert!((wrap_180(270.0) + 90.0).abs() < 1e-12 && wrap_180(180.0) == -180.0);
    }
}
