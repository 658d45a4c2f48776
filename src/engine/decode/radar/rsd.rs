//! RSD, radar system data (IEC 61162-1): how far the radar's screen reaches.

use serde::{Deserialize, Serialize};

use crate::engine::decode::nmea0183::Sentence;
use crate::engine::decode::reject::RejectReason;
use crate::engine::decode::scan::decimal;
use crate::engine::decode::units::length_unit_m;
use crate::engine::units::Metres;

/// What a radar tells of its screen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RadarSystemData {
    /// Range scale in use: no target is farther off than the screen shows.
    pub range_scale: Option<Metres>,
    /// Display rotation: C course up, H head up, N north up.
    pub display_rotation: Option<char>,
}

impl RadarSystemData {
    /// Reads the sentence: range scale in field 11 with its unit in field 12, display rotation in field 13.
    ///
    /// # Errors
    /// `Malformed` if the range scale does not read.
    pub fn parse(sentence: &Sentence<'_>) -> Result<RadarSystemData, RejectReason> {
        let mut fields = sentence.fields().skip(10);
        let range = match fields.next().unwrap_or(&[]) {
            [] => None,
            text => Some(decimal(text).ok_or(RejectReason::Malformed)?),
        };
        let unit_m = length_unit_m(fields.next().unwrap_or(&[]));
        let rotation = fields.next().and_then(|field| field.first()).map(|b| char::from(*b));
        Ok(RadarSystemData {
            range_scale: range.filter(|r| *r > 0.0).map(|r| Metres(r * unit_m)),
            display_rotation: rotation.filter(|c| matches!(c, 'C' | 'H' | 'N')),
        })
    }
}
