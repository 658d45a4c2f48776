//! The units that letters of IEC 61162-1 stand for.

use crate::engine::units::NAUTICAL_MILE_M;

/// A statute mile, m.
const STATUTE_MILE_M: f64 = 1609.344;

/// The length that `K`, `N` or `S` stands for, m; nautical miles where nothing is told. Speeds are so much an hour.
pub fn length_unit_m(letter: &[u8]) -> f64 {
    match letter {
        b"K" => 1000.0,
        b"S" => STATUTE_MILE_M,
        _ => NAUTICAL_MILE_M,
    }
}
