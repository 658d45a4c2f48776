//! How often a station should transmit, by ITU-R M.1371-5 tables 1 and 2.

use crate::engine::decode::report::AisClass;
use crate::engine::time::Span;
use crate::engine::units::Speed;

/// Navigational status "at anchor".
pub const AT_ANCHOR: u8 = 1;
/// Navigational status "not under command".
pub const NOT_UNDER_COMMAND: u8 = 2;
/// Navigational status "moored".
pub const MOORED: u8 = 5;
/// Navigational status "engaged in fishing".
pub const FISHING: u8 = 7;

/// Nominal reporting interval of autonomous mode.
///
/// Class A: 180 s at anchor or moored and not above 3 kn, else 10 s up to 14 kn, 6 s up to 23 kn, 2 s above.
/// Class B: 180 s up to 2 kn, else 30 s. A table row's equipment is not known: 180 s.
pub fn expected(class: AisClass, navigational_status: Option<u8>, sog: Option<Speed>) -> Span {
    let knots = sog.map_or(0.0, Speed::knots);
    match class {
        AisClass::A if matches!(navigational_status, Some(AT_ANCHOR | MOORED)) && knots <= 3.0 => Span::from_secs(180),
        AisClass::A if knots <= 14.0 => Span::from_secs(10),
        AisClass::A if knots <= 23.0 => Span::from_secs(6),
        AisClass::A => Span::from_secs(2),
        AisClass::B if knots > 2.0 => Span::from_secs(30),
        AisClass::B | AisClass::Unknown | AisClass::Aid => Span::from_secs(180),
        AisClass::Base | AisClass::Aircraft => Span::from_secs(10),
    }
}
