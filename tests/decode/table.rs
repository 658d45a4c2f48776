//! Tables: real ones and their simulated twins in every dialect, and arbitrary ones that say what was put into them.

use picket::engine::decode::report::{AisClass, Body, PositionReport};
use picket::engine::input::{Feed, FeedKind};
use picket::sim::{self, World};
use proptest::prelude::*;

use super::corpus::picket_decode;
use super::{Gave, decode_feed};
use crate::support::corpus;

fn decode<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Gave {
    decode_feed(Feed::new("table", FeedKind::Csv), lines)
}

fn positions(gave: &Gave) -> Vec<PositionReport> {
    let position = |body| if let Body::Position(report) = body { Some(report) } else { None };
    gave.reports().into_iter().filter_map(|report| position(report.body)).collect()
}

#[test]
fn real_tables_open_as_they_are() {
    let Some(corpus) = corpus() else { return };
    for (name, rows, vessels) in [
        ("noaa_virginiabeach_20200604_06.csv.gz", 39_822, 84),
        ("solent_20160112.csv.gz", 18_623, 91),
        ("gfw_sharedmmsi_416000000_201401.csv", 0, 1),
    ] {
        let (lines, rejects) = picket_decode(&corpus.join(name));
        let numbers: std::collections::BTreeSet<u64> = lines.iter().filter_map(|line| line["mmsi"].as_u64()).collect();
        assert_eq!((rejects.len(), numbers.len()), (0, vessels), "{name}");
        assert!(lines.len() == rows || rows == 0 && lines.len() > 1000, "{name}: {} rows", lines.len());
        assert!(lines.iter().all(|line| line["lat"].is_f64() && line["observed_at"].is_string()), "{name}");
    }
}

/// What a vessel of a world shows each minute: time, number, place, speed, course.
fn shown(world: &World) -> Vec<(i64, u32, f64, f64, f64, f64)> {
    let mut rows = Vec::new();
    for minute in 0..30 {
        let at_s = 60.0 * f64::from(minute);
        for vessel in world.vessels.iter().filter(|vessel| vessel.mmsi.is_some()) {
            let (place, velocity) = (vessel.path.position(at_s), vessel.path.velocity(at_s));
            let (sog_kn, cog_deg) = (velocity.length().0 / 0.514_444, velocity.direction().degrees());
            rows.push((world.time(at_s).millis(), vessel.mmsi.unwrap(), place.lat(), place.lon(), sog_kn, cog_deg));
        }
    }
    rows
}

#[test]
fn simulated_twins_in_every_dialect_tell_the_same() {
    let world = sim::scenario("tanker-dark", 1).unwrap();
    let rows = shown(&world);
    let iso = |ms: i64| picket::engine::time::EventTime::from_millis(ms).iso();
    type Row = (i64, u32, f64, f64, f64, f64);
    type Dialect<'a> = (&'a str, Box<dyn Fn(&Row) -> String + 'a>);
    let dialects: [Dialect<'_>; 4] = [
        (
            "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,TransceiverClass",
            Box::new(|(t, mmsi, lat, lon, sog, cog)| {
                let time = iso(*t).replace(".000Z", "");
                format!("{mmsi},{time},{lat:.7},{lon:.7},{sog:.2},{cog:.1},511.0,\"A, B\",IMO9074729,XV1,70,0,90,14,A")
            }),
        ),
        (
            "Time,MMSI,Latitude_degrees,Longitude_degrees,COG_degrees,SOG_knots\r",
            Box::new(|(t, mmsi, lat, lon, sog, cog)| {
                format!("{},{mmsi},{lat:.7},{lon:.7},{cog:.1},{sog:.2}\r", iso(*t).replace('T', " ").replace('Z', ""))
            }),
        ),
        (
            "ts,mmsi,lat,lon,sog,cog",
            Box::new(|(t, mmsi, lat, lon, sog, cog)| {
                format!("{}.0,{mmsi},{lat:.7},{lon:.7},{sog:.2},{cog:.1}", t / 1000)
            }),
        ),
        (
            "# Timestamp;Type of mobile;MMSI;Latitude;Longitude;Navigational status;SOG;COG;Ship type;A;B;C;D",
            Box::new(|(t, mmsi, lat, lon, sog, cog)| {
                let (iso, comma) = (iso(*t), |x: String| x.replace('.', ","));
                let time = format!("{}/{}/{} {}", &iso[8..10], &iso[5..7], &iso[..4], &iso[11..19]);
                let place = comma(format!("{lat:.7};{lon:.7}"));
                format!(
                    "{time};Class A;{mmsi};{place};Under way using engine;{};Tanker;50;40;7;8",
                    comma(format!("{sog:.2};{cog:.1}"))
                )
            }),
        ),
    ];
    for (header, write) in &dialects {
        let gave = decode(std::iter::once((*header).to_owned()).chain(rows.iter().map(write)));
        assert_eq!(gave.rejects, [], "{header}");
        let found = positions(&gave);
        assert_eq!(found.len(), rows.len(), "{header}");
        for ((report, time), (t, mmsi, lat, lon, sog_kn, _)) in found.iter().zip(gave.times()).zip(&rows) {
            let place = report.position.unwrap();
            assert_eq!((report.mmsi.0, time), (*mmsi, iso(*t)), "{header}");
            assert!((place.lat() - lat).abs() < 2e-7 && (place.lon() - lon).abs() < 2e-7, "{header}");
            assert!((report.sog.unwrap().knots() - sog_kn).abs() < 0.01, "{header}");
        }
        let is_told = header.contains("mobile") || header.contains("Class");
        assert!(found.iter().all(|report| report.class == if is_told { AisClass::A } else { AisClass::Unknown }));
    }
}

#[test]
fn bad_rows_are_counted_by_reason_and_spoil_nothing_else() {
    let gave = decode([
        "a table of ours",
        "t,mmsi,lat,lon,name",
        "1768003200,574001000,8.5,106.6,A",
        "1768003200,574001000,8.5",
        "noon,574001000,8.5,106.6,B",
        "1768003200,vessel,8.5,106.6,C",
        "1768003200,574001000,8.5,106.6,\"D",
        "t,mmsi,lat,lon,name",
        "mmsi,lon,lat,t",
        "574001000,106.7,8.6,1768003260,too,many",
    ]);
    let expected = [("malformed", 1), ("truncated", 4), ("time", 5), ("malformed", 6), ("malformed", 7)];
    assert_eq!(gave.rejects, expected);
    let places: Vec<i32> = positions(&gave).iter().map(|report| report.position.unwrap().lon_e7()).collect();
    assert_eq!(places, [1_066_000_000, 1_067_000_000]);
}

/// A cell that needs its quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_tables_tell_what_was_put_into_them(
        delimiter in prop::sample::select(vec![',', ';', '\t']),
        order in Just(["t", "mmsi", "lat", "lon", "name", "remark", "sog_kn"]).prop_shuffle(),
        rows in prop::collection::vec((1u32..999_999_999, -90_000_000i32..90_000_000, -179_000_000i32..180_000_000, "[ -~]{0,20}", "[ -~]{0,30}"), 1..20),
        marked in any::<bool>(),
    ) {
        let join = |cells: Vec<String>| cells.join(&delimiter.to_string());
        let mark = if marked { "\u{feff}" } else { "" };
        let mut lines = vec![format!("{mark}{}", join(order.iter().map(|name| (*name).to_owned()).collect()))];
        for (i, (mmsi, lat_e6, lon_e6, name, remark)) in rows.iter().enumerate() {
            let cell = |column: &&str| match *column {
                "t" => (1_768_003_200 + i).to_string(),
                "mmsi" => mmsi.to_string(),
                "lat" => format!("{:.6}", f64::from(*lat_e6) / 1e6),
                "lon" => format!("{:.6}", f64::from(*lon_e6) / 1e6),
                "name" => quoted(name),
                "remark" => quoted(remark),
                _ => "7.5".to_owned(),
            };
            lines.push(join(order.iter().map(cell).collect()));
        }
        let gave = decode(&lines);
        prop_assert_eq!(&gave.rejects, &[]);
        for (report, (mmsi, lat_e6, lon_e6, ..)) in positions(&gave).iter().zip(&rows) {
            let place = report.position.unwrap();
            prop_assert_eq!((report.mmsi.0, place.lat_e7(), place.lon_e7()), (*mmsi, lat_e6 * 10, lon_e6 * 10));
            prop_assert_eq!(report.sog.map(|sog| sog.knots()), Some(7.5));
        }
        prop_assert_eq!(positions(&gave).len(), rows.len());
    }

    #[test]
    fn tables_of_rubbish_stop_nothing(
        names in prop::collection::vec("(t|mmsi|lat|lon|status|type|length|[a-z]{0,5})", 1..12),
        rows in prop::collection::vec("[0-9a-z,;\"./: -]{0,80}", 0..30),
    ) {
        let header = format!("t,mmsi,lat,lon,{}", names.join(","));
        let gave = decode(std::iter::once(header).chain(rows.iter().cloned()));
        prop_assert!(gave.messages.len() + gave.rejects.len() <= rows.len());
    }
}
