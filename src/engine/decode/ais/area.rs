//! Areas by their corners, as messages 22 and 23 tell them (ITU-R M.1371-5, annex 8, 3.20 and 3.21).

use serde::{Deserialize, Serialize};

use super::fields;
use crate::engine::decode::armour::Payload;
use crate::engine::earth::Position;

/// An area between two corners.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// North-east corner, 1/10 minute; `None` for 91/181 or out of range.
    pub north_east: Option<Position>,
    /// South-west corner.
    pub south_west: Option<Position>,
}

impl Area {
    /// Reads both corners: longitude (18 bits) and latitude (17 bits) of the north-east one, then of the south-west one.
    pub(super) fn read(p: &Payload, offset: usize) -> Self {
        Area { north_east: fields::coarse_position(p, offset), south_west: fields::coarse_position(p, offset + 35) }
    }
}
