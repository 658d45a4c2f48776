//! Tables of tracks: CSV rows with a header, as NOAA MarineCadastre, the Danish Maritime Authority and others write them.

mod column;
mod fields;
mod values;
mod words;

use arrayvec::{ArrayString, ArrayVec};
use serde::{Deserialize, Serialize};

use super::reject::RejectReason;
use super::report::AisClass;
use crate::engine::earth::Position;
use crate::engine::time::EventTime;
use crate::engine::units::{Course, Heading, Speed};
use crate::engine::vessel::{CallSign, Dimensions, ImoNumber, Mmsi, Name};
use column::Column;
use fields::{Field, fields, is_closed};
use values::Numbers;

/// Columns read of a row; what stands behind is ignored.
const COLUMNS: usize = 64;
/// The columns that a table cannot do without.
const NEEDED: [Column; 4] = [Column::Time, Column::Mmsi, Column::Latitude, Column::Longitude];

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

impl Header {
    /// Reads the first row; `None` if it has no time, MMSI or position columns.
    pub fn parse(row: &[u8]) -> Option<Header> {
        let row = row.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(row);
        let count = |d: u8| row.iter().filter(|b| **b == d).count();
        let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| (count(*d), *d == b','))?;
        let mut columns = ArrayVec::new();
        for field in fields(row, delimiter).take(COLUMNS) {
            let column = column::of(&field);
            let known = column == Column::Other || !columns.contains(&column);
            columns.push(if known { column } else { Column::Other });
        }
        let header = Header { delimiter, columns };
        NEEDED.iter().all(|c| header.columns.contains(c)).then_some(header)
    }

    /// The cells of a row that are not empty, by column.
    fn cells<'a>(&'a self, row: &'a [u8]) -> impl Iterator<Item = (Column, Field)> + 'a {
        self.columns.iter().copied().zip(fields(row, self.delimiter)).filter(|(_, text)| !text.is_empty())
    }

    /// The times and the station of a row.
    pub fn stamp(&self, row: &[u8]) -> RowStamp {
        let mut stamp = RowStamp::default();
        for (column, text) in self.cells(row) {
            match column {
                Column::Time => stamp.time = values::time(&text),
                Column::Arrival => stamp.arrival = values::time(&text),
                Column::Station => stamp.station = Some(values::truncated(&text)),
                _ => {}
            }
        }
        stamp
    }

    /// What a row says.
    ///
    /// # Errors
    /// `Malformed` without an MMSI, with a position that is no number or with a quote that is not closed, `Truncated` if the
    /// row ends before the columns that every row needs.
    pub fn row(&self, row: &[u8]) -> Result<CsvRow, RejectReason> {
        if !is_closed(row) {
            return Err(RejectReason::Malformed);
        }
        let mut raw = RawRow::new(self.delimiter);
        for (column, text) in self.cells(row) {
            raw.take(column, &text).ok_or(RejectReason::Malformed)?;
        }
        if fields(row, self.delimiter).count() < self.needed_columns() {
            return Err(RejectReason::Truncated);
        }
        raw.row().ok_or(RejectReason::Malformed)
    }

    /// Up to which column every row must reach.
    fn needed_columns(&self) -> usize {
        self.columns.iter().rposition(|column| NEEDED.contains(column)).map_or(0, |last| last + 1)
    }
}

/// A row while it is read.
struct RawRow {
    numbers: Numbers,
    mmsi: Option<Mmsi>,
    class: Option<AisClass>,
    lat: Option<f64>,
    lon: Option<f64>,
    sog_kn: Option<f64>,
    cog_deg: Option<f64>,
    heading_deg: Option<f64>,
    status: Option<u8>,
    name: Option<Name>,
    call_sign: Option<CallSign>,
    imo: Option<ImoNumber>,
    ship_type: Option<u8>,
    length_m: Option<u16>,
    width_m: Option<u16>,
    ends: [Option<u16>; 4],
}

impl RawRow {
    fn new(delimiter: u8) -> Self {
        RawRow {
            numbers: Numbers { with_comma: delimiter != b',' },
            mmsi: None,
            class: None,
            lat: None,
            lon: None,
            sog_kn: None,
            cog_deg: None,
            heading_deg: None,
            status: None,
            name: None,
            call_sign: None,
            imo: None,
            ship_type: None,
            length_m: None,
            width_m: None,
            ends: [None; 4],
        }
    }

    /// Takes in one cell; `None` if it spoils the row.
    fn take(&mut self, column: Column, text: &str) -> Option<()> {
        let numbers = self.numbers;
        match column {
            Column::Mmsi => self.mmsi = Some(values::mmsi(text)?),
            Column::Latitude => self.lat = Some(numbers.decimal(text)?),
            Column::Longitude => self.lon = Some(numbers.decimal(text)?),
            Column::Sog => self.sog_kn = numbers.decimal(text),
            Column::Cog => self.cog_deg = numbers.decimal(text),
            Column::Heading => self.heading_deg = numbers.decimal(text),
            Column::Status => self.status = words::status(text),
            Column::Name => self.name = Some(values::truncated(text)),
            Column::CallSign => self.call_sign = Some(values::truncated(text)),
            Column::Imo => self.imo = values::imo(text),
            Column::ShipType => self.ship_type = words::ship_type(text),
            Column::Class => self.class = words::class(text),
            Column::Length => self.length_m = numbers.metres(text),
            Column::Width => self.width_m = numbers.metres(text),
            Column::Bow => self.ends[0] = numbers.metres(text),
            Column::Stern => self.ends[1] = numbers.metres(text),
            Column::Port => self.ends[2] = numbers.metres(text),
            Column::Starboard => self.ends[3] = numbers.metres(text),
            Column::Time | Column::Arrival | Column::Station | Column::Other => {}
        }
        Some(())
    }

    fn row(self) -> Option<CsvRow> {
        let in_turn = |d: &f64| (0.0..360.0).contains(d);
        Some(CsvRow {
            mmsi: self.mmsi?,
            class: self.class.unwrap_or(AisClass::Unknown),
            position: self.lat.zip(self.lon).and_then(|(lat, lon)| Position::from_degrees(lat, lon)),
            sog: self.sog_kn.filter(|kn| (0.0..102.25).contains(kn)).map(Speed::from_knots),
            cog: self.cog_deg.filter(in_turn).map(Course::from_degrees),
            true_heading: self.heading_deg.filter(in_turn).map(Heading::from_degrees),
            navigational_status: self.status,
            name: self.name,
            call_sign: self.call_sign,
            imo_number: self.imo,
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
        for (row, reason) in [
            (&b"1591240036,x,36.8,-76.3"[..], RejectReason::Malformed),
            (b"1591240036,,36.8,-76.3", RejectReason::Malformed),
            (b"1591240036,1000000000,36.8,-76.3", RejectReason::Malformed),
            (b"1591240036,1,36.8,north", RejectReason::Malformed),
            (b"1591240036,1,\"36.8,-76.3", RejectReason::Malformed),
            (b"1591240036,1,36.8", RejectReason::Truncated),
            (b"", RejectReason::Truncated),
        ] {
            assert_eq!(header.row(row), Err(reason), "{}", String::from_utf8_lossy(row));
        }
        for row in [&b"1591240036,1,91,181"[..], b"1591240036,1,,"] {
            assert!(header.row(row).unwrap().position.is_none());
        }
    }

    #[test]
    fn semicolons_decimal_commas_tabs_and_byte_order_marks() {
        let header = Header::parse(b"\xEF\xBB\xBF\"time\";\"mmsi\";\"lat\";\"lon\";\"name\"\r").unwrap();
        let row = header.row(b"07/03/2023 00:00:05;219000001;56,1;-10,25;\"A; B \"\"C\"\"\"\r").unwrap();
        assert_eq!(row.position, Position::from_degrees(56.1, -10.25));
        assert_eq!(row.name.as_deref(), Some("A; B \"C\""));
        let header = Header::parse(b"ts\tmmsi\tlat\tlon").unwrap();
        assert_eq!(
            header.row(b"1591240036\t219000001\t56.1\t10").unwrap().position,
            Position::from_degrees(56.1, 10.0)
        );
    }
}
