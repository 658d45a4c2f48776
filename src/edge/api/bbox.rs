//! A box of longitudes and latitudes, across the antimeridian too.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::engine::earth::Position;

/// West, south, east, north in degrees; west beyond east crosses the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bbox {
    west_e7: i32,
    south_e7: i32,
    east_e7: i32,
    north_e7: i32,
}

/// It is no box.
#[derive(Debug, thiserror::Error)]
#[error(
    "bbox: must be west,south,east,north in degrees, longitudes -180 to 180, latitudes -90 to 90, south below north"
)]
pub struct BboxError;

impl Bbox {
    /// From degrees.
    ///
    /// # Errors
    /// [`BboxError`], if a value is out of range or south lies above north.
    pub fn new([west, south, east, north]: [f64; 4]) -> Result<Self, BboxError> {
        let south_west = Position::from_degrees(south, west).ok_or(BboxError)?;
        let north_east = Position::from_degrees(north, east).ok_or(BboxError)?;
        if south > north {
            return Err(BboxError);
        }
        Ok(Bbox {
            west_e7: south_west.lon_e7(),
            south_e7: south_west.lat_e7(),
            east_e7: north_east.lon_e7(),
            north_e7: north_east.lat_e7(),
        })
    }

    /// Whether it holds a position, its edge included.
    pub fn holds(&self, position: Position) -> bool {
        let (lat, lon) = (position.lat_e7(), position.lon_e7());
        let is_between = if self.west_e7 <= self.east_e7 {
            (self.west_e7..=self.east_e7).contains(&lon)
        } else {
            lon >= self.west_e7 || lon <= self.east_e7
        };
        is_between && (self.south_e7..=self.north_e7).contains(&lat)
    }
}

impl FromStr for Bbox {
    type Err = BboxError;

    fn from_str(text: &str) -> Result<Self, BboxError> {
        let degrees: Vec<f64> =
            text.split(',').map(|n| n.trim().parse().map_err(|_| BboxError)).collect::<Result<_, _>>()?;
        Bbox::new(degrees.try_into().map_err(|_| BboxError)?)
    }
}

impl<'de> Deserialize<'de> for Bbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Bbox::new(<[f64; 4]>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(bbox: &str, lat: f64, lon: f64) -> bool {
        bbox.parse::<Bbox>().unwrap().holds(Position::from_degrees(lat, lon).unwrap())
    }

    #[test]
    fn holds_its_edge_and_crosses_the_antimeridian() {
        assert!(holds("107,10,108,11", 10.0, 107.0) && holds("107,10,108,11", 11.0, 108.0));
        assert!(!holds("107,10,108,11", 9.999_999_9, 107.5) && !holds("107,10,108,11", 10.5, 108.000_000_1));
        assert!(holds("170,-10,-170,10", 0.0, 180.0) && holds("170,-10,-170,10", 0.0, -175.0));
        assert!(!holds("170,-10,-170,10", 0.0, 0.0));
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,1,9", "-181,0,1,1", "0,0,1,91", "NaN,0,1,1", "inf,0,1,1"]
        {
            assert!(bad.parse::<Bbox>().is_err(), "{bad}");
        }
    }
}
