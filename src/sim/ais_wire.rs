//! AIS messages as AIVDM sentences: fields and bits of ITU-R M.1371-5 annex 8, six-bit armour of IEC 61162-1.

use crate::engine::earth::Position;
use crate::engine::units::wrap_360;
use crate::engine::vessel::Dimensions;

use super::sentence::sentence;

/// The message as six-bit groups, built field by field, most significant bit first.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    sixes: Vec<u8>,
    pending: u64,
    pending_bits: u32,
}

/// What a position report tells (messages 1, 3 and 18).
#[derive(Clone, Copy, Debug)]
pub struct Fix {
    /// User ID.
    pub mmsi: u32,
    /// Navigational status 0-15 (message 1 and 3 only).
    pub navigational_status: u8,
    /// Position of the antenna; `None` is sent as 91/181.
    pub position: Option<Position>,
    /// Speed over ground, knots; `None` is sent as 102.3.
    pub sog_kn: Option<f64>,
    /// Course over ground, degrees; `None` is sent as 360.
    pub cog_deg: Option<f64>,
    /// True heading, degrees; `None` is sent as 511.
    pub heading_deg: Option<f64>,
    /// UTC second of the report, 0-59.
    pub utc_second: u8,
}

/// What a static report tells (messages 5 and 24).
#[derive(Clone, Copy, Debug)]
pub struct Particulars<'a> {
    /// User ID.
    pub mmsi: u32,
    /// IMO number, 0 for none (message 5).
    pub imo_number: u32,
    /// Call sign, up to 7 characters.
    pub call_sign: &'a str,
    /// Name, up to 20 characters.
    pub name: &'a str,
    /// Type of ship and cargo.
    pub ship_type: u8,
    /// Antenna offsets, zeros if not told.
    pub dimensions: Dimensions,
    /// Draught in decimetres (message 5).
    pub draught_dm: u8,
    /// Destination, up to 20 characters (message 5).
    pub destination: &'a str,
}

impl Payload {
    /// Appends the lowest `width` bits (at most 32) of a value.
    pub(super) fn put(mut self, value: i64, width: u32) -> Self {
        self.pending = self.pending << width | (value as u64 & ((1 << width) - 1));
        self.pending_bits += width;
        while self.pending_bits >= 6 {
            self.pending_bits -= 6;
            self.sixes.push((self.pending >> self.pending_bits & 63) as u8);
        }
        self.pending &= (1 << self.pending_bits) - 1;
        self
    }

    /// Appends text as six-bit characters, upper case, padded with `@` (M.1371-5 table 47).
    fn text(self, text: &str, characters: usize) -> Self {
        let upper = text.bytes().map(|byte| byte.to_ascii_uppercase()).chain(std::iter::repeat(b'@'));
        upper.take(characters).fold(self, |payload, byte| payload.put(i64::from(byte & 63), 6))
    }

    /// Appends longitude (28 bits) and latitude (27 bits) in 1/600,000 degree.
    fn position(self, position: Option<Position>) -> Self {
        let (lat, lon) = position.map_or((91.0, 181.0), |p| (p.lat(), p.lon()));
        self.put(libm::round(lon * 6e5) as i64, 28).put(libm::round(lat * 6e5) as i64, 27)
    }

    /// Appends antenna offsets: to bow, stern (9 bits each), port and starboard (6 bits each).
    fn dimensions(self, d: Dimensions) -> Self {
        self.put(d.bow_m.into(), 9).put(d.stern_m.into(), 9).put(d.port_m.into(), 6).put(d.starboard_m.into(), 6)
    }

    /// The characters that carry it, and how many bits of the last one are fill.
    pub(super) fn armoured(mut self) -> (String, u32) {
        let fill = (6 - self.pending_bits) % 6;
        self = self.put(0, fill);
        let armour = |six: &u8| char::from(if *six < 40 { six + 48 } else { six + 56 });
        (self.sixes.iter().map(armour).collect(), fill)
    }

    /// The AIVDM sentences: one up to 62 characters, else parts of 60 under a sequence id 0-9.
    pub fn sentences(self, sequence: u8, channel: char) -> Vec<String> {
        let (armoured, fill) = self.armoured();
        if armoured.len() <= 62 {
            return vec![sentence('!', &format!("AIVDM,1,1,,{channel},{armoured},{fill}"))];
        }
        let total = armoured.len().div_ceil(60);
        let part = |(index, chunk): (usize, &[u8])| {
            let fill = if index + 1 == total { fill } else { 0 };
            let text = String::from_utf8_lossy(chunk);
            sentence('!', &format!("AIVDM,{total},{},{sequence},{channel},{text},{fill}", index + 1))
        };
        armoured.as_bytes().chunks(60).enumerate().map(part).collect()
    }
}

/// Message 1 (scheduled) or 3 (interrogated) of class A, 168 bits (3.1): rate of turn not available, accuracy better than 10 m.
pub fn class_a_position(message_id: u8, fix: &Fix) -> Payload {
    header(message_id, fix.mmsi)
        .put(fix.navigational_status.into(), 4)
        .put(-128, 8)
        .put(sog(fix.sog_kn), 10)
        .put(1, 1)
        .position(fix.position)
        .put(cog(fix.cog_deg), 12)
        .put(heading(fix.heading_deg), 9)
        .put(fix.utc_second.into(), 6)
        .put(0, 2) // special manoeuvre indicator: not available
        .put(0, 3) // spare
        .put(0, 1) // RAIM not in use
        .put(49_200, 19) // communication state: SOTDMA, UTC direct
}

/// Message 18 of class B, 168 bits (3.16): a carrier-sense unit with both channels.
pub fn class_b_position(fix: &Fix) -> Payload {
    header(18, fix.mmsi)
        .put(0, 8)
        .put(sog(fix.sog_kn), 10)
        .put(1, 1)
        .position(fix.position)
        .put(cog(fix.cog_deg), 12)
        .put(heading(fix.heading_deg), 9)
        .put(fix.utc_second.into(), 6)
        .put(0, 2) // spare
        .put(0b101_1100, 7) // unit CS, no display, DSC, whole band, message 22, autonomous, no RAIM
        .put(1, 1) // communication state selector: ITDMA, as for every CS unit
        .put(0b110_0000_0000_0000_0110, 19)
}

/// Message 5: ship static and voyage related data, 424 bits (3.3).
pub fn class_a_static(p: &Particulars) -> Payload {
    header(5, p.mmsi)
        .put(0, 2) // AIS version
        .put(p.imo_number.into(), 30)
        .text(p.call_sign, 7)
        .text(p.name, 20)
        .put(p.ship_type.into(), 8)
        .dimensions(p.dimensions)
        .put(1, 4) // position fixing device: GPS
        .put(1, 4) // ETA month
        .put(10, 5) // ETA day
        .put(24, 5) // ETA hour: not available
        .put(60, 6) // ETA minute: not available
        .put(p.draught_dm.into(), 8)
        .text(p.destination, 20)
        .put(0, 1) // DTE available
        .put(0, 1) // spare
}

/// Message 24 part A: name, 160 bits (3.22).
pub fn class_b_name(p: &Particulars) -> Payload {
    header(24, p.mmsi).put(0, 2).text(p.name, 20)
}

/// Message 24 part B: type, vendor, call sign, dimensions, 168 bits (3.22).
pub fn class_b_static(p: &Particulars) -> Payload {
    header(24, p.mmsi)
        .put(1, 2)
        .put(p.ship_type.into(), 8)
        .text("SIM", 3)
        .put(0, 24) // unit model and serial number
        .text(p.call_sign, 7)
        .dimensions(p.dimensions)
        .put(1, 4) // position fixing device: GPS
        .put(0, 2) // spare
}

/// UTC date and time as message 4 tells it: year, month, day, hour, minute, second.
pub type UtcFields = (i32, u32, u32, u32, u32, u32);

/// Message 4: base station report, 168 bits (3.2).
pub fn base_station(mmsi: u32, at: Position, (year, month, day, hour, minute, second): UtcFields) -> Payload {
    header(4, mmsi)
        .put(year.into(), 14)
        .put(month.into(), 4)
        .put(day.into(), 5)
        .put(hour.into(), 5)
        .put(minute.into(), 6)
        .put(second.into(), 6)
        .put(1, 1)
        .position(Some(at))
        .put(7, 4) // position fixing device: surveyed
        .put(0, 1) // long-range transmission by message 27 not asked for
        .put(0, 9) // spare
        .put(0, 1) // RAIM not in use
        .put(0, 19)
}

/// Message 21: aid-to-navigation report, 272 bits (3.19).
pub fn aid_to_navigation(mmsi: u32, aid_type: u8, name: &str, at: Position, utc_second: u8) -> Payload {
    header(21, mmsi)
        .put(aid_type.into(), 5)
        .text(name, 20)
        .put(1, 1)
        .position(Some(at))
        .dimensions(Dimensions { bow_m: 1, stern_m: 1, port_m: 1, starboard_m: 1 })
        .put(7, 4) // position fixing device: surveyed
        .put(utc_second.into(), 6)
        .put(0, 1) // on position
        .put(0, 8) // status of the aid
        .put(0, 1) // RAIM not in use
        .put(0, 1) // a real aid
        .put(0, 1) // autonomous
        .put(0, 1) // spare
}

/// Message ID, repeat indicator 0 and user ID: the first 38 bits of every message.
fn header(message_id: u8, mmsi: u32) -> Payload {
    Payload::default().put(message_id.into(), 6).put(0, 2).put(mmsi.into(), 30)
}

/// Speed over ground in 1/10 knot, 1022 for more, 1023 not available.
fn sog(kn: Option<f64>) -> i64 {
    kn.map_or(1023, |kn| (libm::round(kn * 10.0) as i64).clamp(0, 1022))
}

/// Course over ground in 1/10 degree, 3600 not available.
fn cog(degrees: Option<f64>) -> i64 {
    degrees.map_or(3600, |d| libm::round(wrap_360(d) * 10.0) as i64 % 3600)
}

/// True heading in degrees, 511 not available.
fn heading(degrees: Option<f64>) -> i64 {
    degrees.map_or(511, |d| libm::round(wrap_360(d)) as i64 % 360)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(payload: &Payload) -> usize {
        payload.sixes.len() * 6 + payload.pending_bits as usize
    }

    fn fix() -> Fix {
        Fix {
            mmsi: 574_001_234,
            navigational_status: 0,
            position: Position::from_degrees(8.5, 106.6),
            sog_kn: Some(7.2),
            cog_deg: Some(359.99),
            heading_deg: None,
            utc_second: 59,
        }
    }

    #[test]
    fn lengths_are_the_recommendations() {
        let p = Particulars {
            mmsi: 574_001_234,
            imo_number: 0,
            call_sign: "XVAA",
            name: "BV 91234 TS",
            ship_type: 30,
            dimensions: Dimensions::default(),
            draught_dm: 40,
            destination: "VUNG TAU",
        };
        let at = Position::from_degrees(8.5, 106.6).unwrap();
        assert_eq!(bits(&class_a_position(1, &fix())), 168);
        assert_eq!(bits(&class_b_position(&fix())), 168);
        assert_eq!(bits(&class_a_static(&p)), 424);
        assert_eq!(bits(&class_b_name(&p)), 160);
        assert_eq!(bits(&class_b_static(&p)), 168);
        assert_eq!(bits(&base_station(5_740_010, at, (2026, 1, 10, 0, 0, 0))), 168);
        assert_eq!(bits(&aid_to_navigation(995_741_001, 14, "CON DAO 1", at, 5)), 272);
    }

    #[test]
    fn long_messages_are_split_and_short_ones_not() {
        let p = Particulars {
            mmsi: 1,
            imo_number: 0,
            call_sign: "",
            name: "",
            ship_type: 0,
            dimensions: Dimensions::default(),
            draught_dm: 0,
            destination: "",
        };
        let parts = class_a_static(&p).sentences(3, 'B');
        assert!(parts[0].starts_with("!AIVDM,2,1,3,B,") && parts[1].starts_with("!AIVDM,2,2,3,B,"));
        assert!(parts[0].contains(",0*") && parts[1].contains(",2*"));
        assert_eq!(class_a_position(1, &fix()).sentences(0, 'A').len(), 1);
    }

    #[test]
    fn sentinels_and_rounding() {
        assert_eq!((sog(None), sog(Some(-0.1)), sog(Some(110.0))), (1023, 0, 1022));
        assert_eq!((cog(None), cog(Some(359.99)), heading(Some(359.7))), (3600, 0, 0));
    }
}
