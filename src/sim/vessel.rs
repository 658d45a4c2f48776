//! The hulls of a scenario and what they carry.

use crate::engine::earth::Offset;
use crate::engine::vessel::Dimensions;

use super::motion::Path;
use super::rng::Rng;

/// The AIS equipment on board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// Class A.
    ClassA,
    /// Class B, carrier sense.
    ClassB,
    /// A beacon on fishing gear: class B messages, first digit 9.
    Gear,
    /// No AIS: radar alone sees it.
    Nothing,
}

impl Carriage {
    /// The letter of `meta.json`: A, B, G, R (radar only).
    pub fn letter(self) -> char {
        match self {
            Carriage::ClassA => 'A',
            Carriage::ClassB => 'B',
            Carriage::Gear => 'G',
            Carriage::Nothing => 'R',
        }
    }
}

/// What a story asks for when it takes a vessel into service.
#[derive(Clone, Copy, Debug)]
pub struct Hull {
    /// AIS equipment.
    pub carriage: Carriage,
    /// Length over all, m.
    pub length_m: f64,
    /// Type of ship and cargo (ITU-R M.1371-5 table 53).
    pub ship_type: u8,
}

/// A time in which a satellite receiver is wrong.
#[derive(Clone, Copy, Debug)]
pub struct GnssFault {
    /// From, s.
    pub from_s: f64,
    /// To, s.
    pub to_s: f64,
    /// How far off its positions are; `None`: it has none.
    pub off_by: Option<Offset>,
}

/// A vessel with its particulars, its equipment's habits and its whole path.
#[derive(Clone, Debug)]
pub struct Vessel {
    /// Name in truth: role and number, such as `mother-1`.
    pub id: String,
    /// AIS equipment.
    pub carriage: Carriage,
    /// MMSI; `None` without AIS.
    pub mmsi: Option<u32>,
    /// Name on the wire.
    pub name: String,
    /// Call sign on the wire.
    pub call_sign: String,
    /// IMO number, 0 for none.
    pub imo_number: u32,
    /// Type of ship and cargo.
    pub ship_type: u8,
    /// Length over all, m.
    pub length_m: f64,
    /// Beam, m.
    pub beam_m: f64,
    /// Whether the static report tells dimensions.
    pub sends_dimensions: bool,
    /// Whether it sends a true heading.
    pub sends_heading: bool,
    /// Antenna ahead of the hull's centre, m.
    pub antenna_ahead_m: f64,
    /// Antenna to starboard of the hull's centre, m.
    pub antenna_starboard_m: f64,
    /// Added to the UTC second: equipment whose second is unrelated to the time.
    pub utc_second_shift: u8,
    /// Navigational status from an instant (s) on, ascending.
    pub status: Vec<(f64, u8)>,
    /// When it is switched off: from, to (s).
    pub silences: Vec<(f64, f64)>,
    /// When its satellite receiver is wrong.
    pub gnss_faults: Vec<GnssFault>,
    /// Whether radar sees it: a forged number has no hull.
    pub has_echo: bool,
    /// Its path.
    pub path: Path,
}

impl Vessel {
    /// Navigational status at an instant.
    pub fn status_at(&self, at_s: f64) -> u8 {
        self.status.iter().rev().find(|(from, _)| *from <= at_s).map_or(0, |(_, status)| *status)
    }

    /// What is wrong with its satellite receiver at an instant.
    pub fn gnss_fault_at(&self, at_s: f64) -> Option<GnssFault> {
        self.gnss_faults.iter().copied().find(|fault| fault.from_s <= at_s && at_s < fault.to_s)
    }

    /// The end of the silence that holds an instant.
    pub fn silent_until(&self, at_s: f64) -> Option<f64> {
        self.silences.iter().find(|(from, to)| *from <= at_s && at_s < *to).map(|(_, to)| *to)
    }

    /// Antenna offsets as the static report tells them; zeros if it does not.
    pub fn dimensions(&self) -> Dimensions {
        if !self.sends_dimensions {
            return Dimensions::default();
        }
        let bow = libm::round(self.length_m * 0.5 - self.antenna_ahead_m).max(1.0);
        let port = libm::round(self.beam_m * 0.5 + self.antenna_starboard_m).max(1.0);
        Dimensions {
            bow_m: bow as u16,
            stern_m: (libm::round(self.length_m) - bow).max(1.0) as u16,
            port_m: port as u16,
            starboard_m: (libm::round(self.beam_m) - port).max(1.0) as u16,
        }
    }
}

/// Beam of a usual hull of a length, m.
pub fn usual_beam_m(length_m: f64) -> f64 {
    libm::round(if length_m < 40.0 { length_m / 4.2 } else { length_m / 6.4 }).max(3.0)
}

/// A name as such vessels carry it: a registration plate for boats, words for ships, a battery level for gear.
pub fn usual_name(rng: &mut Rng, carriage: Carriage, ship_type: u8) -> String {
    const PROVINCES: [&str; 8] = ["BV", "BT", "TG", "KG", "CM", "BL", "TV", "ST"];
    const WORDS: [&str; 16] = [
        "AN BINH",
        "BIEN XANH",
        "CUU LONG",
        "DONG HAI",
        "GIA DINH",
        "HOA SEN",
        "HUNG PHAT",
        "LAM SON",
        "MINH PHU",
        "NAM VIET",
        "PHUC AN",
        "QUANG MINH",
        "SAO MAI",
        "THANH CONG",
        "TRUONG SA",
        "VAN XUAN",
    ];
    match carriage {
        Carriage::Gear => format!("NET {}%", 40 + rng.below(55)),
        _ if ship_type == 30 => format!("{} {} TS", rng.pick(&PROVINCES), 90_000 + rng.below(9_999)),
        _ => format!("{} {:02}", rng.pick(&WORDS), 1 + rng.below(98)),
    }
}

/// An IMO number with a right check digit from six leading digits.
pub fn imo_number(six_digits: u32) -> u32 {
    let sum: u32 = (0..6).map(|place| six_digits / 10u32.pow(5 - place) % 10 * (7 - place)).sum();
    six_digits * 10 + sum % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::vessel::ImoNumber;

    #[test]
    fn imo_numbers_hold_their_check_digit() {
        for n in [907_472, 900_001, 999_999] {
            assert!(ImoNumber(imo_number(n)).is_valid(), "{n}");
        }
    }
}
