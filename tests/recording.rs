//! Recordings as the command line meets them: packed, damaged, unstamped, several at once, and real ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use picket::edge::batch::Batch;
use picket::edge::recording::{Kind, Order, Recording, RecordingError, RecordingFile, RecordingOptions, Warning};
use picket::engine::input::{FeedKind, Input};
use picket::engine::time::EventTime;
use tempfile::TempDir;

/// One input: sequence number, feed, time of receipt in ms, line number, text; a feed's end has no text.
type Row = (u64, u16, i64, u32, Option<String>);

fn file(path: impl AsRef<Path>) -> RecordingFile {
    RecordingFile { path: path.as_ref().to_owned(), kind: Kind::Auto, feed: None }
}

fn open(paths: &[&Path], options: RecordingOptions) -> Result<Recording, RecordingError> {
    Recording::open(&paths.iter().map(file).collect::<Vec<_>>(), &options)
}

fn rows(recording: &mut Recording) -> Vec<Row> {
    let (mut batch, mut rows) = (Batch::default(), Vec::new());
    while recording.next_batch(&mut batch) {
        assert!(!batch.is_empty());
        rows.extend(batch.numbered().map(|(seq, line, input)| match input {
            Input::Frame(frame) => {
                assert_eq!(frame.seq, seq);
                let text = String::from_utf8_lossy(frame.bytes).into_owned();
                (seq, frame.feed.0, frame.received_at.millis(), line, Some(text))
            }
            Input::FeedEnded { feed } => (seq, feed.0, 0, 0, None),
            other => panic!("a file gives no {other:?}"),
        }));
    }
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(row.0, i as u64 + 1, "sequence numbers have no gaps");
    }
    rows
}

fn texts(rows: &[Row]) -> Vec<&str> {
    rows.iter().filter_map(|row| row.4.as_deref()).collect()
}

fn write(dir: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn stamped(times: &[i64], name: &str) -> String {
    times.iter().map(|t| format!("!AIVDM,1,1,,A,{name},0*00,{}\r\n", 1_600_000_000 + t)).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn several_files_are_merged_by_time_then_feed() {
    let dir = TempDir::new().unwrap();
    let b = write(&dir, "b.nmea", stamped(&[1, 3, 5, 2, 6], "b").as_bytes());
    let a = write(&dir, "a.nmea", stamped(&[3, 3, 4], "a").as_bytes());
    let mut recording = open(&[&b, &a], RecordingOptions::default()).unwrap();
    let names: Vec<_> = recording.feeds().iter().map(|feed| feed.name.clone()).collect();
    assert_eq!(names, ["a", "b"]);
    let rows = rows(&mut recording);
    let order: Vec<_> = rows.iter().map(|row| (row.1, row.2 / 1000 % 100, row.3)).collect();
    assert_eq!(
        order,
        [(1, 1, 1), (0, 3, 1), (0, 3, 2), (1, 3, 2), (0, 4, 3), (0, 0, 0), (1, 5, 3), (1, 5, 4), (1, 6, 5), (1, 0, 0)]
    );
    let (done, total) = recording.progress();
    assert_eq!((done, total), (total, fs::metadata(&a).unwrap().len() + fs::metadata(&b).unwrap().len()));
    assert_eq!(recording.warnings(), []);
}

#[test]
fn files_of_one_name_get_numbers() {
    let dir = TempDir::new().unwrap();
    let (plain, packed) = (write(&dir, "x.nmea", b"one\n"), write(&dir, "x.nmea.gz", &gzip(b"two\n")));
    let recording = open(&[&packed, &plain], RecordingOptions::default()).unwrap();
    let names: Vec<_> = recording.feeds().iter().map(|feed| feed.name.as_str()).collect();
    assert_eq!(names, ["x", "x-2"]);
}

#[test]
fn from_and_to_cut_by_time_and_keep_a_header() {
    let dir = TempDir::new().unwrap();
    let long: Vec<i64> = (0..20_000).collect();
    let log = write(&dir, "log.nmea", stamped(&long, "x").as_bytes());
    let at = |s: i64| Some(EventTime::from_millis((1_600_000_000 + s) * 1000));
    let options = RecordingOptions { from: at(19_000), to: at(19_010), ..Default::default() };
    let got = rows(&mut open(&[&log], options).unwrap());
    assert_eq!((got.len(), got[0].3, got[9].3), (11, 19_001, 19_010));

    let table = write(&dir, "t.csv", b"t,mmsi,lat,lon\n1600000001,1,0,0\n1600000003,2,0,0\n1600000002,3,0,0\n");
    let options = RecordingOptions { from: at(2), ..Default::default() };
    let got = rows(&mut open(&[&table], options).unwrap());
    assert_eq!(texts(&got), ["t,mmsi,lat,lon", "1600000002,3,0,0", "1600000003,2,0,0"]);
    assert_eq!(got[0].2, 1_600_000_002_000);
    let none = RecordingOptions { to: at(-5), ..Default::default() };
    assert!(texts(&rows(&mut open(&[&log, &table], none).unwrap())).is_empty());
}

#[test]
fn event_order_sorts_late_lines_and_keeps_messages_whole() {
    let dir = TempDir::new().unwrap();
    let tag = |t: i64, rest: &str| {
        let block = format!("c:{}", 1_600_000_000 + t);
        format!("\\{block}*{:02X}\\{rest}\n", block.bytes().fold(0, |sum, b| sum ^ b))
    };
    let part = |t, i: u32, name| tag(t, &format!("!AIVDM,2,{i},5,B,{name},0*00"));
    let text = tag(9, "!AIVDM,1,1,,A,last,0*00")
        + &part(4, 1, "p1")
        + &tag(5, "!AIVDM,1,1,,A,between,0*00")
        + &part(6, 2, "p2");
    let log = write(&dir, "log.nmea", text.as_bytes());
    let lines = |order| {
        let got = rows(&mut open(&[&log], RecordingOptions { order, ..Default::default() }).unwrap());
        got.iter().map(|row| row.3).collect::<Vec<_>>()
    };
    assert_eq!(lines(Order::Arrival), [1, 2, 3, 4, 0]);
    assert_eq!(lines(Order::Event), [2, 4, 3, 1, 0]);
}

#[test]
fn damage_ends_a_file_with_what_came_before_and_a_warning() {
    let dir = TempDir::new().unwrap();
    let text = stamped(&(0..5000).collect::<Vec<_>>(), "x");
    let packed = gzip(text.as_bytes());
    let cut = write(&dir, "cut.nmea.gz", &packed[..packed.len() / 2]);
    let whole = write(&dir, "whole.nmea", text.as_bytes());
    let mut recording = open(&[&cut, &whole], RecordingOptions::default()).unwrap();
    let got = rows(&mut recording);
    let count = |feed| got.iter().filter(|row| row.1 == feed && row.4.is_some()).count();
    assert!((1000..5000).contains(&count(0)), "{} lines before the damage", count(0));
    assert_eq!(count(1), 5000);
    assert!(texts(&got).iter().all(|line| line.len() == texts(&got)[0].len()), "only whole lines");
    let [Warning::Damaged { path, offset, packed_offset, .. }] = &recording.warnings()[..] else { panic!() };
    assert_eq!((path, *packed_offset), (&cut, packed.len() as u64 / 2));
    assert_eq!(*offset as usize, text.lines().take(count(0)).map(|line| line.len() + 2).sum::<usize>());
    assert!(recording.warnings()[0].to_string().contains("cut.nmea.gz: damaged at byte"));
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_path() {
    let dir = TempDir::new().unwrap();
    let text = |result: Result<Recording, RecordingError>| match result {
        Ok(_) => panic!("must not open"),
        Err(error) => error.to_string(),
    };
    let missing = dir.path().join("missing.nmea");
    assert!(text(open(&[&missing], Default::default())).ends_with("missing.nmea"));
    assert!(text(open(&[dir.path()], Default::default())).contains("is not a journal"));
    let plain = write(&dir, "plain.nmea", b"!AIVDM\n");
    let journal = RecordingFile { path: plain, kind: Kind::Journal, feed: None };
    assert!(text(Recording::open(&[journal], &Default::default())).contains("is not a journal"));
}

#[test]
fn empty_and_garbage_files_are_data() {
    let dir = TempDir::new().unwrap();
    let empty = write(&dir, "empty.nmea", b"");
    let empty_csv = write(&dir, "empty.csv", b"");
    let mut noise = 0x9e37_79b9_u32;
    let garbage: Vec<u8> = std::iter::repeat_with(|| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        (noise >> 8) as u8
    })
    .take(300_000)
    .collect();
    let garbage_path = write(&dir, "garbage.nmea", &garbage);
    let mut recording = open(&[&empty, &empty_csv, &garbage_path], RecordingOptions::default()).unwrap();
    let got = rows(&mut recording);
    assert_eq!(got.iter().filter(|row| row.4.is_none()).count(), 3);
    let expected = garbage.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    assert_eq!(texts(&got).len(), expected);
    assert_eq!(recording.warnings(), [Warning::WithoutTimes { path: garbage_path.clone() }]);
    let day = EventTime::from_iso("2026-01-10T15:00:00Z").unwrap();
    let mut dated = open(&[&garbage_path], RecordingOptions { date: Some(day), ..Default::default() }).unwrap();
    assert_eq!(dated.feeds()[0].date, Some(day.midnight()));
    assert!(rows(&mut dated).iter().all(|row| row.4.is_none() || row.2 >= day.midnight().millis()));
}

#[test]
fn recordings_and_batches_may_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Recording>();
    is_send::<Batch>();
    is_send::<RecordingError>();
}

#[test]
fn real_recordings_come_whole_and_in_time() {
    let Some(corpus) = support::corpus() else { return };
    // name, kind, lines that are not blank, when the first and the last were received
    let (nmea, csv) = (FeedKind::Nmea, FeedKind::Csv);
    let expected = [
        ("dma_national_5min_20131112.nmea.gz", nmea, 80_246, "2013-11-12T12:00:00.011Z", "2013-11-12T12:04:59.995Z"),
        ("dma_frio_538004030_20140928.nmea.gz", nmea, 0, "", ""),
        ("ee_late_20120201.txt.gz", nmea, 2_138, "2012-02-01T22:02:00.012Z", "2012-02-01T22:26:41.644Z"),
        ("uscg_20060715.ais", nmea, 1_001, "2006-07-15T00:01:33.000Z", "2006-07-15T00:02:20.000Z"),
        ("noaa_virginiabeach_20200604_06.csv.gz", csv, 39_823, "2020-06-04T03:07:16.000Z", "2020-06-06T23:00:47.000Z"),
        ("solent_20160112.csv.gz", csv, 18_624, "2016-01-12T13:02:11.218Z", "2016-01-12T14:26:41.924Z"),
    ];
    for (name, kind, lines, first, last) in expected {
        let mut recording = open(&[&corpus.join(name)], RecordingOptions::default()).unwrap();
        assert_eq!(recording.feeds()[0].kind, kind, "{name}");
        let mut got = rows(&mut recording);
        got.pop();
        println!(
            "{name}: {} lines, {} to {}",
            got.len(),
            EventTime::from_millis(got[0].2),
            EventTime::from_millis(got[got.len() - 1].2)
        );
        assert!(got.is_sorted_by_key(|row| row.2), "{name} goes back in time");
        assert!(lines == 0 || got.len() == lines, "{name}: {} lines", got.len());
        for (expected, row) in [(first, &got[0]), (last, &got[got.len() - 1])] {
            assert!(expected.is_empty() || EventTime::from_millis(row.2).iso() == expected, "{name}: {row:?}");
        }
        assert_eq!(recording.warnings(), [], "{name}");
    }
}

#[test]
fn late_satellite_lines_come_by_arrival_or_by_event() {
    let Some(corpus) = support::corpus() else { return };
    let path = corpus.join("ee_late_20120201.txt.gz");
    let read = |order| rows(&mut open(&[&path], RecordingOptions { order, ..Default::default() }).unwrap());
    let (arrival, event) = (read(Order::Arrival), read(Order::Event));
    assert_eq!(arrival.len(), event.len());
    assert!(arrival.is_sorted_by_key(|row| row.4.is_none()) && event[..2138].is_sorted_by_key(|row| row.2));
    assert!(event[..2138].iter().map(|row| row.3).ne(1..=2138), "a quarter of the lines is out of order");
    let mut numbers: Vec<u32> = event[..2138].iter().map(|row| row.3).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=2138), "every line once");
    println!("event order: {} to {}", EventTime::from_millis(event[0].2), EventTime::from_millis(event[2137].2));
}
