//! What one record says, whatever its category: typed, in metres, degrees and seconds; what is not sent is `None`.

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use super::item::Presence;
use crate::engine::decode::report::SourceId;
use crate::engine::earth::Position;
use crate::engine::time::Span;
use crate::engine::units::{Course, NAUTICAL_MILE_M, Speed};

/// One record of a data block: a target, or a service message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AsterixMessage {
    /// Category.
    pub category: u8,
    /// Which items it has: the first field of the profile in the highest bit.
    pub items: u64,
    /// Who sent it (item 010 of every category).
    pub source: SourceId,
    /// Message type (I010/000, I034/000).
    pub message_type: Option<u8>,
    /// Time since midnight, UTC (I010/140, I034/030, I048/140, I062/070).
    pub time_of_day: Option<TimeOfDay>,
    /// As the antenna measured it (I010/040, I048/040).
    pub polar: Option<Polar>,
    /// In the radar's plane, x east, y north, m (I010/042, I048/042, I062/100).
    pub cartesian: Option<Vector>,
    /// WGS 84 position (I010/041, I062/105).
    pub wgs84: Option<Position>,
    /// Speed over ground (I010/200, I048/200).
    pub ground_speed: Option<Speed>,
    /// Track angle (I010/200; I048/200 calls it heading).
    pub track_angle: Option<Course>,
    /// Velocity, m/s (I010/202, I062/185).
    pub velocity: Option<Vector>,
    /// Acceleration, m/s2 (I010/210, I062/210).
    pub acceleration: Option<Vector>,
    /// Track number (I010/161, I048/161, I062/040).
    pub track_number: Option<u16>,
    /// What is said of the target and its track.
    pub flags: Flags,
    /// Longer side, m (I010/270, I062/270).
    pub length_m: Option<u8>,
    /// Direction of that side, degrees.
    pub orientation_deg: Option<f32>,
    /// Across it, m.
    pub width_m: Option<u8>,
    /// Identification in eight characters (I010/245, I048/240, I062/245).
    pub target_id: Option<ArrayString<8>>,
    /// Aircraft address (I010/220, I048/220).
    pub target_address: Option<u32>,
    /// Mode 3/A code: four octal digits (I010/060, I048/070, I062/060).
    pub mode_3a: Option<u16>,
    /// Flight level, hundreds of feet (I010/090, I048/090, I062/136).
    pub flight_level: Option<f32>,
    /// Height, m (I010/091, I048/110).
    pub height_m: Option<f32>,
    /// Standard deviations of the position, m (I010/500, I048/210, I062/500 APC).
    pub sigma: Option<Vector>,
    /// Amplitude of the primary plot (I010/131; dBm in I048/130 PAM).
    pub amplitude: Option<i16>,
    /// Width of the primary plot in azimuth, degrees (I048/130 PRL).
    pub run_length_deg: Option<f32>,
    /// Where a sector begins, degrees (I034/020).
    pub sector_azimuth_deg: Option<f32>,
    /// Time of one turn (I034/041).
    pub rotation: Option<Span>,
    /// Where the radar stands (I034/120).
    pub site: Option<Position>,
    /// How high it stands, m (I034/120).
    pub site_height_m: Option<i16>,
}

/// Time since midnight, in 1/128 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOfDay(pub u32);

/// A measurement in the radar's own terms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Polar {
    /// Distance, m.
    pub range_m: f64,
    /// Azimuth from the radar's north, degrees.
    pub azimuth_deg: f64,
}

/// Two components, east and north.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vector {
    /// Along x.
    pub x: f64,
    /// Along y.
    pub y: f64,
}

/// What a record says of its target, yes or no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// Made by a simulator (SIM).
    pub simulated: bool,
    /// Made by a test (TST).
    pub test: bool,
    /// A fixed transponder by which the radar is watched (RAB).
    pub field_monitor: bool,
    /// An echo of an echo (GHO).
    pub ghost: bool,
    /// The track is not confirmed yet (CNF).
    pub tentative: bool,
    /// Carried on without a detection (CST).
    pub coasting: bool,
    /// The last report of its track (TRE, TSE).
    pub end_of_track: bool,
}

impl TimeOfDay {
    /// 24 hours.
    const DAY: u32 = 86_400 * 128;

    /// Three bytes, 1/128 s; `None` from 24 hours on.
    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Option<TimeOfDay> {
        let [a, b, c] = *bytes.first_chunk()?;
        Some(u32::from_be_bytes([0, a, b, c])).filter(|time| *time < TimeOfDay::DAY).map(TimeOfDay)
    }

    /// Seconds since midnight.
    pub fn seconds(self) -> f64 {
        f64::from(self.0) / 128.0
    }

    /// Since midnight, to the nearest millisecond.
    pub fn span(self) -> Span {
        Span::from_millis((i64::from(self.0) * 1000 + 64) / 128)
    }
}

impl AsterixMessage {
    /// Which items it has.
    pub fn presence(&self) -> Presence {
        Presence(self.items)
    }

    /// Two bytes: SAC and SIC.
    #[inline]
    pub(super) fn take_source(&mut self, bytes: &[u8]) -> Option<()> {
        let [sac, sic] = *bytes.first_chunk()?;
        self.source = SourceId { sac, sic };
        Some(())
    }

    #[inline]
    pub(super) fn take_time(&mut self, bytes: &[u8]) -> Option<()> {
        self.time_of_day = Some(TimeOfDay::read(bytes)?);
        Some(())
    }

    /// Two bytes each: distance in units of so many metres, azimuth in 360/2^16 degrees.
    #[inline]
    pub(super) fn take_polar(&mut self, bytes: &[u8], range_unit_m: f64) -> Option<()> {
        let [rho, theta] = unsigned(bytes)?;
        self.polar = Some(Polar { range_m: rho * range_unit_m, azimuth_deg: theta * ANGLE_UNIT_DEG });
        Some(())
    }

    /// Two bytes each: speed in 2^-14 NM/s, angle in 360/2^16 degrees.
    #[inline]
    pub(super) fn take_polar_velocity(&mut self, bytes: &[u8]) -> Option<()> {
        let [speed, angle] = unsigned(bytes)?;
        self.ground_speed = Some(Speed::from_m_s(speed * NAUTICAL_MILE_M / 16_384.0));
        self.track_angle = Some(Course::from_degrees(angle * ANGLE_UNIT_DEG));
        Some(())
    }

    /// Four bytes each, with signs: latitude and longitude in units of so many degrees; `None` off the earth.
    #[inline]
    pub(super) fn take_wgs84(&mut self, bytes: &[u8], unit_deg: f64) -> Option<()> {
        let [a, b, c, d, e, f, g, h] = *bytes.first_chunk()?;
        let (lat, lon) = (i32::from_be_bytes([a, b, c, d]), i32::from_be_bytes([e, f, g, h]));
        self.wgs84 = Some(Position::from_degrees(f64::from(lat) * unit_deg, f64::from(lon) * unit_deg)?);
        Some(())
    }

    /// A length, a direction and a width of seven bits each, every one behind a bit that says whether it is there.
    #[inline]
    pub(super) fn take_size(&mut self, bytes: &[u8]) -> Option<()> {
        self.length_m = Some(bytes.first()? >> 1);
        self.orientation_deg = bytes.get(1).map(|b| f32::from(b >> 1) * (360.0 / 128.0));
        self.width_m = bytes.get(2).map(|b| b >> 1);
        Some(())
    }

    /// Eight characters of six bits (ICAO Annex 10), blanks at the end left out.
    pub(super) fn take_target_id(&mut self, bytes: &[u8]) -> Option<()> {
        let bits = bytes.first_chunk::<6>()?.iter().fold(0u64, |bits, b| bits << 8 | u64::from(*b));
        let mut text = ArrayString::<8>::new();
        for i in (0..8).rev() {
            text.push(match (bits >> (6 * i)) as u8 & 0x3f {
                letter @ 1..=26 => char::from(b'A' + letter - 1),
                digit @ 0x30..=0x39 => char::from(digit),
                0x20 => ' ',
                _ => '?',
            });
        }
        text.truncate(text.trim_end().len());
        self.target_id = Some(text).filter(|text| !text.is_empty());
        Some(())
    }

    /// Two bytes: flags, then four octal digits.
    #[inline]
    pub(super) fn take_mode_3a(&mut self, bytes: &[u8]) -> Option<()> {
        let [high, low] = *bytes.first_chunk()?;
        self.mode_3a = Some(u16::from_be_bytes([high & 0x0f, low]));
        Some(())
    }

    /// Two bytes: two flags, then a number of fourteen bits with its sign in quarters of a flight level.
    #[inline]
    pub(super) fn take_flight_level(&mut self, bytes: &[u8]) -> Option<()> {
        let [level] = signed(bytes)?;
        let level = (level as i16) << 2 >> 2;
        self.flight_level = Some(f32::from(level) / 4.0);
        Some(())
    }

    /// Three bytes: an address of 24 bits.
    #[inline]
    pub(super) fn take_address(&mut self, bytes: &[u8]) -> Option<()> {
        let [a, b, c] = *bytes.first_chunk()?;
        self.target_address = Some(u32::from_be_bytes([0, a, b, c]));
        Some(())
    }

    /// Two bytes, of which so many bits count.
    #[inline]
    pub(super) fn take_track_number(&mut self, bytes: &[u8], mask: u16) -> Option<()> {
        let [high, low] = *bytes.first_chunk()?;
        self.track_number = Some(u16::from_be_bytes([high, low]) & mask);
        Some(())
    }

    /// Its items by number, in the order of the profile.
    pub fn item_numbers(&self) -> impl Iterator<Item = u16> {
        let uap = super::category(self.category).map_or(&[][..], |category| category.uap);
        let mut presence = self.presence();
        std::iter::from_fn(move || presence.take_first()).filter_map(|field| Some((*uap.get(field)?)?.number))
    }
}

/// One unit of an angle of two bytes, degrees.
const ANGLE_UNIT_DEG: f64 = 360.0 / 65_536.0;

/// Numbers of two bytes each.
#[inline]
pub(super) fn unsigned<const N: usize>(bytes: &[u8]) -> Option<[f64; N]> {
    let mut numbers = [0.0; N];
    for (number, pair) in numbers.iter_mut().zip(pairs(bytes, N)?) {
        *number = f64::from(u16::from_be_bytes(*pair));
    }
    Some(numbers)
}

/// Numbers of two bytes each, with signs.
#[inline]
pub(super) fn signed<const N: usize>(bytes: &[u8]) -> Option<[f64; N]> {
    let mut numbers = [0.0; N];
    for (number, pair) in numbers.iter_mut().zip(pairs(bytes, N)?) {
        *number = f64::from(i16::from_be_bytes(*pair));
    }
    Some(numbers)
}

/// Two numbers of one byte each, with signs.
#[inline]
pub(super) fn signed_bytes(bytes: &[u8]) -> Option<Vector> {
    let [x, y] = *bytes.first_chunk()?;
    Some(Vector { x: f64::from(x as i8), y: f64::from(y as i8) })
}

fn pairs(bytes: &[u8], count: usize) -> Option<impl Iterator<Item = &[u8; 2]>> {
    let bytes = bytes.get(..2 * count)?;
    Some(bytes.chunks_exact(2).filter_map(|pair| pair.first_chunk()))
}

impl Vector {
    /// Both components times a factor.
    #[inline]
    pub fn scaled(self, by: f64) -> Vector {
        Vector { x: self.x * by, y: self.y * by }
    }
}

impl From<[f64; 2]> for Vector {
    #[inline]
    fn from([x, y]: [f64; 2]) -> Self {
        Vector { x, y }
    }
}
