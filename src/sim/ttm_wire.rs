//! Tracked targets of a fixed shore radar as TTM sentences (IEC 61162-1, 8.3.85).

use crate::engine::earth::Offset;
use crate::engine::units::Speed;

use super::sentence::sentence;

/// Target status of a TTM sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// L: lost.
    Lost,
    /// Q: being acquired.
    Query,
    /// T: tracking.
    Tracking,
}

impl Status {
    /// Its letter on the wire.
    pub const fn letter(self) -> char {
        match self {
            Status::Lost => 'L',
            Status::Query => 'Q',
            Status::Tracking => 'T',
        }
    }
}

/// One TTM sentence: distance in NM (three decimals), bearing true in 0.1 degree, speed in knots and course true.
///
/// `from_antenna` in metres, `velocity` in metres a second; no CPA, name or time: the TAG block tells the time.
pub fn ttm(number: u32, from_antenna: Offset, velocity: Offset, status: Status) -> String {
    let distance_nm = from_antenna.length().nautical_miles();
    let bearing = tenths(from_antenna.direction().degrees());
    let speed_kn = Speed::from_m_s(velocity.length().0).knots();
    let course = tenths(velocity.direction().degrees());
    let moving = if status == Status::Query { ",,".to_owned() } else { format!("{speed_kn:.1},{course:.1},T") };
    sentence('$', &format!("RATTM,{number:02},{distance_nm:.3},{bearing:.1},T,{moving},,,N,,{},,,A", status.letter()))
}

/// Degrees rounded to 0.1 and kept below 360.
fn tenths(degrees: f64) -> f64 {
    (libm::round(degrees * 10.0) as i64).rem_euclid(3600) as f64 / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_where_the_standard_puts_them() {
        let at = Offset::polar(165.04, 11_112.0);
        let velocity = Offset::polar(359.98, Speed::from_knots(7.5).m_s());
        let line = ttm(7, at, velocity, Status::Tracking);
        assert!(line.starts_with("$RATTM,07,6.000,165.0,T,7.5,0.0,T,,,N,,T,,,A*"), "{line}");
        assert_eq!(line.split(',').count(), 16);
        let query = ttm(7, at, velocity, Status::Query);
        assert!(query.starts_with("$RATTM,07,6.000,165.0,T,,,,,,N,,Q,,,A*"), "{query}");
        assert_eq!(query.split(',').count(), 16);
    }
}
