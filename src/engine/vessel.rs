//! What a hull claims to be: MMSI and its classes, IMO number, dimensions, names.

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

/// A Maritime Mobile Service Identity, nine decimal digits (ITU-R M.585); wire values up to 2^30 - 1 are kept as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mmsi(pub u32);

/// What kind of station an MMSI belongs to, by its leading digits (ITU-R M.585-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MmsiClass {
    /// A vessel, MID in the first three digits.
    Vessel,
    /// 98MID: a craft of a parent ship; it counts as a vessel.
    ParentCraft,
    /// 00MID: a coast or base station.
    Coast,
    /// 0MID: a group of ships.
    Group,
    /// 111MID: a search and rescue aircraft.
    SarAircraft,
    /// 970, 972, 974: AIS-SART, man overboard, EPIRB.
    Distress,
    /// 99MID: an aid to navigation.
    AidToNavigation,
    /// First digit 9 otherwise: mostly fishing-gear beacons.
    Gear,
    /// Unallocated or impossible (first digits 8, 1 other than 111, or above nine digits): still a vessel, of suspicious identity.
    Suspicious,
}

impl Mmsi {
    /// The class of this number.
    pub fn class(self) -> MmsiClass {
        let n = self.0;
        match n {
            0..=9_999_999 => MmsiClass::Coast,
            10_000_000..=99_999_999 => MmsiClass::Group,
            111_000_000..=111_999_999 => MmsiClass::SarAircraft,
            970_000_000..=970_999_999 | 972_000_000..=972_999_999 | 974_000_000..=974_999_999 => MmsiClass::Distress,
            980_000_000..=989_999_999 => MmsiClass::ParentCraft,
            990_000_000..=999_999_999 => MmsiClass::AidToNavigation,
            900_000_000..=979_999_999 => MmsiClass::Gear,
            200_000_000..=799_999_999 => MmsiClass::Vessel,
            _ => MmsiClass::Suspicious,
        }
    }

    /// Whether loitering, transfers and silences are judged for this station (detection.md, "who counts").
    pub fn is_vessel(self) -> bool {
        matches!(self.class(), MmsiClass::Vessel | MmsiClass::ParentCraft | MmsiClass::Suspicious)
    }
}

/// Distances from the antenna to the hull's ends and sides, metres (ITU-R M.1371-5, messages 5, 19, 24B).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimensions {
    /// Antenna to bow, m.
    pub bow_m: u16,
    /// Antenna to stern, m.
    pub stern_m: u16,
    /// Antenna to port side, m.
    pub port_m: u16,
    /// Antenna to starboard side, m.
    pub starboard_m: u16,
}

impl Dimensions {
    /// Length over all, m; 0 if not known.
    pub fn length_m(self) -> u16 {
        self.bow_m + self.stern_m
    }

    /// Beam, m; 0 if not known.
    pub fn beam_m(self) -> u16 {
        self.port_m + self.starboard_m
    }

    /// Whether both length and beam are told.
    pub fn is_known(self) -> bool {
        self.length_m() > 0 && self.beam_m() > 0
    }
}

/// A ship's name, at most 34 characters (message 21 with its extension); padding removed.
pub type Name = ArrayString<34>;
/// A call sign, at most 7 characters.
pub type CallSign = ArrayString<7>;

/// An IMO ship identification number as claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImoNumber(pub u32);

impl ImoNumber {
    /// Whether its check digit holds (IMO resolution A.1117(30)).
    pub fn is_valid(self) -> bool {
        let n = self.0;
        (1_000_000..=9_999_999).contains(&n)
            && (0..6u32).map(|i| (n / 10u32.pow(6 - i) % 10) * (7 - i)).sum::<u32>() % 10 == n % 10
    }
}

/// What static reports claim of a hull; absent fields say nothing (a part of message 24 carries only some).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// Name.
    pub name: Option<Name>,
    /// Call sign.
    pub call_sign: Option<CallSign>,
    /// IMO number as claimed.
    pub imo_number: Option<ImoNumber>,
    /// Ship and cargo type 0-255.
    pub ship_type: Option<u8>,
    /// Antenna offsets.
    pub dimensions: Option<Dimensions>,
}

impl Claims {
    /// Takes what a later report tells; what it does not tell stays.
    pub fn learn(&mut self, told: &Claims) {
        self.name = told.name.or(self.name);
        self.call_sign = told.call_sign.or(self.call_sign);
        self.imo_number = told.imo_number.or(self.imo_number);
        self.ship_type = told.ship_type.or(self.ship_type);
        self.dimensions = told.dimensions.or(self.dimensions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_by_leading_digits() {
        for (n, class) in [
            (574_001_000, MmsiClass::Vessel),
            (982_191_234, MmsiClass::ParentCraft),
            (2_190_067, MmsiClass::Coast),
            (111_232_506, MmsiClass::SarAircraft),
            (972_000_001, MmsiClass::Distress),
            (992_351_000, MmsiClass::AidToNavigation),
            (912_345_678, MmsiClass::Gear),
            (971_000_000, MmsiClass::Gear),
            (123_456_789, MmsiClass::Suspicious),
            (1_073_741_823, MmsiClass::Suspicious),
        ] {
            assert_eq!(Mmsi(n).class(), class, "{n}");
        }
    }

    #[test]
    fn imo_check_digit() {
        assert!(ImoNumber(9_074_729).is_valid());
        assert!(!ImoNumber(9_074_728).is_valid());
    }
}
