//! What happens in the scenarios: one file a story, true or innocent.

pub mod anchorage;
pub mod bystanders;
pub mod dark_contact;
pub mod drifting;
pub mod edge_loiter;
pub mod false_place;
pub mod feed_lost;
pub mod fishing_pair;
pub mod jamming;
pub mod mother;
pub mod other_number;
pub mod pilot;
pub mod receiver_outage;
pub mod tanker_dark;
pub mod transfer;
pub mod tug_and_tow;
pub mod twins;
pub mod wrong_papers;
pub mod zone_crossing;

use crate::engine::earth::Position;
use crate::engine::units::{Bearing, KNOT_M_S, Metres};

use super::motion::Path;
use super::vessel::{Carriage, Hull};
use super::world::{MINUTE, Meeting, World};

/// A fishing boat with class B.
fn fishing_boat(length_m: f64) -> Hull {
    Hull { carriage: Carriage::ClassB, length_m, ship_type: 30 }
}

/// A small tanker with class A.
fn tanker(length_m: f64) -> Hull {
    Hull { carriage: Carriage::ClassA, length_m, ship_type: 80 }
}

/// A cargo ship with class A.
fn cargo_ship(length_m: f64) -> Hull {
    Hull { carriage: Carriage::ClassA, length_m, ship_type: 70 }
}

/// A craft that radar alone sees.
fn silent_craft(length_m: f64) -> Hull {
    Hull { carriage: Carriage::Nothing, length_m, ship_type: 0 }
}

/// Where a vessel must start at the scenario's beginning to reach a place from a bearing, at a speed and time.
fn start_for(place: Position, from_deg: f64, kn: f64, arrives_s: f64) -> Position {
    place.at(Bearing::from_degrees(from_deg), Metres(kn * KNOT_M_S * arrives_s.max(0.0)))
}
