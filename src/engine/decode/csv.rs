//! Tables of tracks: CSV rows with a header, as NOAA MarineCadastre, the Danish Maritime Authority and others write them.

use arrayvec::{ArrayString, ArrayVec};
use serde::{Deserialize, Serialize};

use super::epoch::unix_time;
use super::report::AisClass;
use super::scan::{decimal, digits, trim};
use crate::engine::earth::Position;
use crate::engine::time::EventTime;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::{CallSign, Dimensions, ImoNumber, Mmsi, Name};

/// Columns read of a row; what stands behind is ignored.
const COLUMNS: usize = 64;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Column {
    Other,
    Time,
    Arrival,
    Mmsi,
    Latitude,
    Longitude,
    Sog,
    Cog,
    Heading,
    Status,
    Name,
    Imo,
    CallSign,
    ShipType,
    Length,
    Width,
    Bow,
    Stern,
    Port,
    Starboard,
    Station,
    Class,
}

/// The first row of a table: which column holds what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    delimiter: u8,
    columns: ArrayVec<Column, COLUMNS>,
}

/// One row. Speeds, courses and headings out of range are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CsvRow {
    /// Sender.
    pub mmsi: Mmsi,
    /// Equipment, where a column tells it.
    pub class: AisClass,
    /// Position.
    pub position: Option<Position>,
    /// Speed over ground.
    pub sog: Option<Speed>,
    /// Course over ground.
    pub cog: Option<Course>,
    /// True heading.
    pub true_heading: Option<Heading>,
    /// Navigational status 0-15.
    pub navigational_status: Option<u8>,
    /// Name.
    pub name: Option<Name>,
    /// Call sign.
    pub call_sign: Option<CallSign>,
    /// IMO number.
    pub imo_number: Option<ImoNumber>,
    /// Ship and cargo type.
    pub ship_type: Option<u8>,
    /// Dimensions; where only length and width are told, the antenna is taken to stand in the middle.
    pub dimensions: Option<Dimensions>,
}

/// When a row was observed and when it arrived, and who heard it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RowStamp {
    /// The time column.
    pub time: Option<EventTime>,
    /// The arrival column.
    pub arrival: Option<EventTime>,
    /// The station column.
    pub station: Option<ArrayString<32>>,
}

/// A field: its text without quotes and blanks.
type Field = ArrayString<64>;

impl Header {
    /// Reads the first row; `None` if it has no time, MMSI or position columns.
    pub fn parse(row: &[u8]) -> Option<Header> {
        let row = row.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(row);
        let count = |d: u8| row.iter().filter(|b| **b == d).count();
        let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| (count(*d), *d == b','))?;
        let mut columns = ArrayVec::new();
        for field in fields(row, delimiter).take(COLUMNS) {
            let column = column(&field);
            let known = column == Column::Other || !columns.contains(&column);
            columns.push(if known { column } else { Column::Other });
        }
        let header = Header { delimiter, columns };
        let needed = [Column::Time, Column::Mmsi, Column::Latitude, Column::Longitude];
        needed.iter().all(|c| header.columns.contains(c)).then_some(header)
    }

    /// The fields of a row, by column.
    fn cells<'a>(&'a self, row: &'a [u8]) -> impl Iterator<Item = (Column, Field)> + 'a {
        self.columns.iter().copied().zip(fields(row, self.delimiter)).filter(|(_, text)| !text.is_empty())
    }

    /// The times and the station of a row.
    pub fn stamp(&self, row: &[u8]) -> RowStamp {
        let mut stamp = RowStamp::default();
        for (column, text) in self.cells(row) {
            match column {
                Column::Time => stamp.time = time(&text),
                Column::Arrival => stamp.arrival = time(&text),
                Column::Station => stamp.station = Some(truncated(&text)),
                _ => {}
            }
        }
        stamp
    }

    /// What a row says; `None` if it has no MMSI, or a position that is no number.
    pub fn row(&self, row: &[u8]) -> Option<CsvRow> {
        let mut raw = RawRow::default();
        for (column, text) in self.cells(row) {
            raw.take(column, &text)?;
        }
        raw.row()
    }
}

/// A row while it is read.
#[derive(Default)]
struct RawRow {
    mmsi: Option<u32>,
    class: Option<AisClass>,
    lat: Option<f64>,
    lon: Option<f64>,
    sog_kn: Option<f64>,
    cog_deg: Option<f64>,
    heading_deg: Option<f64>,
    status: Option<u8>,
    name: Option<Name>,
    call_sign: Option<CallSign>,
    imo: Option<u32>,
    ship_type: Option<u8>,
    length_m: Option<u16>,
    width_m: Option<u16>,
    ends: [Option<u16>; 4],
}

impl RawRow {
    /// Takes in one cell; `None` if it spoils the row.
    fn take(&mut self, column: Column, text: &str) -> Option<()> {
        let bytes = text.as_bytes();
        match column {
            Column::Mmsi => self.mmsi = Some(u32::try_from(digits(bytes)?).ok()?),
            Column::Latitude => self.lat = Some(decimal(bytes)?),
            Column::Longitude => self.lon = Some(decimal(bytes)?),
            Column::Sog => self.sog_kn = decimal(bytes),
            Column::Cog => self.cog_deg = decimal(bytes),
            Column::Heading => self.heading_deg = decimal(bytes),
            Column::Status => self.status = status(text),
            Column::Name => self.name = Some(truncated(text)),
            Column::CallSign => self.call_sign = Some(truncated(text)),
            Column::Imo => self.imo = imo(text),
            Column::ShipType => self.ship_type = ship_type(text),
            Column::Class => self.class = class(text),
            Column::Length => self.length_m = metres(bytes),
            Column::Width => self.width_m = metres(bytes),
            Column::Bow => self.ends[0] = metres(bytes),
            Column::Stern => self.ends[1] = metres(bytes),
            Column::Port => self.ends[2] = metres(bytes),
            Column::Starboard => self.ends[3] = metres(bytes),
            Column::Time | Column::Arrival | Column::Station | Column::Other => {}
        }
        Some(())
    }

    fn row(self) -> Option<CsvRow> {
        let in_turn = |d: &f64| (0.0..360.0).contains(d);
        Some(CsvRow {
            mmsi: Mmsi(self.mmsi?),
            class: self.class.unwrap_or(AisClass::Unknown),
            position: self.lat.zip(self.lon).and_then(|(lat, lon)| Position::from_degrees(lat, lon)),
            sog: self.sog_kn.filter(|kn| (0.0..102.25).contains(kn)).map(Speed::from_knots),
            cog: self.cog_deg.filter(in_turn).map(Course::from_degrees),
            true_heading: self.heading_deg.filter(in_turn).map(Heading::from_degrees),
            navigational_status: self.status,
            name: self.name,
            call_sign: self.call_sign,
            imo_number: self.imo.filter(|n| *n != 0).map(ImoNumber),
            ship_type: self.ship_type.filter(|t| *t != 0),
            dimensions: self.dimensions(),
        })
    }

    fn dimensions(&self) -> Option<Dimensions> {
        if let [Some(bow_m), Some(stern_m), Some(port_m), Some(starboard_m)] = self.ends {
            return Some(Dimensions { bow_m, stern_m, port_m, starboard_m });
        }
        let (length, width) = (self.length_m.unwrap_or(0), self.width_m.unwrap_or(0));
        (length > 0 || width > 0).then(|| Dimensions {
            bow_m: length - length / 2,
            stern_m: length / 2,
            port_m: width - width / 2,
            starboard_m: width / 2,
        })
    }
}

/// The fields of a row: quotes taken off, `""` in them a quote, blanks trimmed, cut to 64 bytes.
fn fields(row: &[u8], delimiter: u8) -> impl Iterator<Item = Field> + '_ {
    let mut rest = Some(row);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let mut text = Field::new();
        let mut quoted = false;
        let mut at = 0;
        while let Some(b) = bytes.get(at) {
            match *b {
                b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => {
                    let _ = text.try_push('"');
                    at += 1;
                }
                b'"' => quoted = !quoted,
                b if b == delimiter && !quoted => break,
                b => {
                    let _ = text.try_push(if b.is_ascii() { char::from(b) } else { '?' });
                }
            }
            at += 1;
        }
        rest = bytes.get(at + 1..).filter(|_| at < bytes.len());
        let trimmed = std::str::from_utf8(trim(text.as_bytes())).unwrap_or("");
        Field::from(trimmed).ok()
    })
}

/// The meaning of a header's name, without case, blanks, `#`, `_` and suffixes of units.
fn column(name: &str) -> Column {
    let lower = name.trim_start_matches('#').trim().to_ascii_lowercase();
    let mut bare = lower.as_str();
    for unit in ["_degrees", "_knots", "_deg", "_kn", "_m"] {
        if let Some(without) = bare.strip_suffix(unit) {
            bare = without;
            break;
        }
    }
    let bare: String = bare.chars().filter(|c| !matches!(c, ' ' | '_')).collect();
    match bare.as_str() {
        "t" | "ts" | "timestamp" | "time" | "basedatetime" => Column::Time,
        "arrival" | "receivedat" => Column::Arrival,
        "mmsi" => Column::Mmsi,
        "lat" | "latitude" => Column::Latitude,
        "lon" | "longitude" => Column::Longitude,
        "sog" => Column::Sog,
        "cog" => Column::Cog,
        "heading" | "trueheading" => Column::Heading,
        "status" | "navstat" | "navigationalstatus" => Column::Status,
        "name" | "vesselname" | "shipname" => Column::Name,
        "imo" => Column::Imo,
        "callsign" => Column::CallSign,
        "type" | "shiptype" | "vesseltype" => Column::ShipType,
        "length" => Column::Length,
        "width" => Column::Width,
        "a" => Column::Bow,
        "b" => Column::Stern,
        "c" => Column::Port,
        "d" => Column::Starboard,
        "station" => Column::Station,
        "typeofmobile" | "transceiverclass" => Column::Class,
        _ => Column::Other,
    }
}

/// UNIX seconds, ISO 8601, or the Danish `dd/mm/yyyy HH:MM:SS`.
fn time(text: &str) -> Option<EventTime> {
    if let Some(time) = unix_time(text.as_bytes()) {
        return Some(time);
    }
    let bytes = text.as_bytes();
    if let (Some(b'/'), Some(b'/')) = (bytes.get(2), bytes.get(5)) {
        let n = |from: usize, to: usize| bytes.get(from..to).and_then(digits).map(|n| n as u32);
        let second = n(17, 19).unwrap_or(0);
        return EventTime::from_utc(n(6, 10)? as i32, n(3, 5)?, n(0, 2)?, n(11, 13)?, n(14, 16)?, second, 0);
    }
    EventTime::from_iso(text)
}

fn truncated<const N: usize>(text: &str) -> ArrayString<N> {
    let mut out = ArrayString::new();
    for c in text.chars() {
        if out.try_push(c).is_err() {
            break;
        }
    }
    out
}

fn metres(bytes: &[u8]) -> Option<u16> {
    decimal(bytes).filter(|m| (0.0..2000.0).contains(m)).map(|m| libm::round(m) as u16)
}

fn imo(text: &str) -> Option<u32> {
    let bare = text.strip_prefix("IMO").or_else(|| text.strip_prefix("imo")).unwrap_or(text);
    digits(trim(bare.as_bytes())).and_then(|n| u32::try_from(n).ok())
}

/// A navigational status as a number, or in the words of ITU-R M.1371-5, table 47.
fn status(text: &str) -> Option<u8> {
    const WORDS: [(&str, u8); 14] = [
        ("under way using engine", 0),
        ("at anchor", 1),
        ("not under command", 2),
        ("restricted maneuverability", 3),
        ("restricted manoeuvrability", 3),
        ("constrained by her draught", 4),
        ("moored", 5),
        ("aground", 6),
        ("engaged in fishing", 7),
        ("under way sailing", 8),
        ("power-driven vessel towing astern", 11),
        ("power-driven vessel pushing ahead", 12),
        ("ais-sart", 14),
        ("undefined", 15),
    ];
    match decimal(text.as_bytes()) {
        Some(n) => (0.0..=15.0).contains(&n).then_some(n as u8),
        None => WORDS.iter().find(|(word, _)| starts_without_case(text, word)).map(|(_, n)| *n),
    }
}

/// A ship type as a number, or in the words of the Danish tables (ITU-R M.1371-5, table 53, first of each group).
fn ship_type(text: &str) -> Option<u8> {
    const WORDS: [(&str, u8); 19] = [
        ("wig", 20),
        ("fishing", 30),
        ("towing long", 32),
        ("towing", 31),
        ("dredging", 33),
        ("diving", 34),
        ("military", 35),
        ("sailing", 36),
        ("pleasure", 37),
        ("hsc", 40),
        ("pilot", 50),
        ("sar", 51),
        ("tug", 52),
        ("port tender", 53),
        ("anti-pollution", 54),
        ("law enforcement", 55),
        ("passenger", 60),
        ("cargo", 70),
        ("tanker", 80),
    ];
    match decimal(text.as_bytes()) {
        Some(n) => (0.0..=255.0).contains(&n).then_some(n as u8),
        None => WORDS.iter().find(|(word, _)| starts_without_case(text, word)).map(|(_, n)| *n),
    }
}

fn class(text: &str) -> Option<AisClass> {
    const WORDS: [(&str, AisClass); 5] = [
        ("class a", AisClass::A),
        ("class b", AisClass::B),
        ("base", AisClass::Base),
        ("sar airborne", AisClass::Aircraft),
        ("aton", AisClass::Aid),
    ];
    match text {
        "A" | "a" => Some(AisClass::A),
        "B" | "b" => Some(AisClass::B),
        _ => WORDS.iter().find(|(word, _)| starts_without_case(text, word)).map(|(_, class)| *class),
    }
}

fn starts_without_case(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marine_cadastre() {
        let header = Header::parse(
            b"MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass",
        )
        .unwrap();
        let row = b"367571480,2020-06-04T13:18:00,37.00320,-76.22390,0.1,360.0,511.0,\"TUG, BIG\",IMO9074729,WDF1234,31,0,33,11,5.5,,A";
        assert_eq!(header.stamp(row).time.unwrap().iso(), "2020-06-04T13:18:00.000Z");
        let row = header.row(row).unwrap();
        assert_eq!((row.mmsi, row.class), (Mmsi(367_571_480), AisClass::A));
        assert_eq!((row.cog, row.true_heading), (None, None));
        assert_eq!(row.name.as_deref(), Some("TUG, BIG"));
        assert_eq!((row.imo_number, row.ship_type), (Some(ImoNumber(9_074_729)), Some(31)));
        assert_eq!(row.dimensions.map(|d| (d.length_m(), d.beam_m())), Some((33, 11)));
    }

    #[test]
    fn danish() {
        let header = Header::parse(
            b"# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D",
        )
        .unwrap();
        let row = b"07/03/2023 00:00:05,Class A,219000001,56.1,10.2,Under way using engine,0,12.3,87.5,88,Unknown,OXYZ2,FRIDA,Cargo,No additional information,20,120,GPS,7.5,AARHUS,,AIS,100,20,10,10";
        assert_eq!(header.stamp(row).time.unwrap().iso(), "2023-03-07T00:00:05.000Z");
        let row = header.row(row).unwrap();
        assert_eq!((row.navigational_status, row.ship_type, row.imo_number), (Some(0), Some(70), None));
        assert_eq!(row.dimensions, Some(Dimensions { bow_m: 100, stern_m: 20, port_m: 10, starboard_m: 10 }));
    }

    #[test]
    fn plain_tables_with_units_in_names() {
        let header =
            Header::parse(b"Time,MMSI,Latitude_degrees,Longitude_degrees,COG_degrees,SOG_knots,station,arrival")
                .unwrap();
        let row = b"2016-01-12 13:02:11.218,235070762,50.7730133333333,-1.092935,157.8,5.9,east,1452603740";
        let stamp = header.stamp(row);
        assert_eq!(stamp.time.unwrap().iso(), "2016-01-12T13:02:11.218Z");
        assert_eq!(stamp.arrival.unwrap().millis(), 1_452_603_740_000);
        assert_eq!(stamp.station.as_deref(), Some("east"));
        assert!((header.row(row).unwrap().sog.unwrap().knots() - 5.9).abs() < 1e-9);
        let unix = Header::parse(b"ts,mmsi,lat,lon,sog,navstat").unwrap();
        assert_eq!(unix.stamp(b"1591240036,369990276,36.88478,-76.35256,,").time.unwrap().millis(), 1_591_240_036_000);
    }

    #[test]
    fn bad_rows_and_headers() {
        assert!(Header::parse(b"a,b,c").is_none());
        let header = Header::parse(b"t,mmsi,lat,lon").unwrap();
        assert!(header.row(b"1591240036,x,36.8,-76.3").is_none());
        assert!(header.row(b"1591240036,1,91,181").unwrap().position.is_none());
        assert!(header.row(b"").is_none());
    }
}
