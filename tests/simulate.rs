//! Simulated scenarios: same seed same bytes, every line valid on the wire, truth as the script acted it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use std::collections::BTreeMap;

use picket::engine::decode::report::{Body, Report};
use picket::engine::decode::{Decoded, Decoder, reports};
use picket::engine::earth::Position;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::time::EventTime;
use picket::sim::{self, SCENARIOS, World};

/// An AIVDM sentence taken apart by this test alone.
struct Sentence {
    total: usize,
    part: usize,
    payload: String,
    fill: usize,
}

/// A message as bits, read most significant bit first.
struct Bits(Vec<bool>);

impl Bits {
    fn unsigned(&self, from: usize, width: usize) -> u32 {
        self.0[from..from + width].iter().fold(0, |value, bit| value << 1 | u32::from(*bit))
    }

    fn signed(&self, from: usize, width: usize) -> i32 {
        let value = self.unsigned(from, width) as i32;
        if self.0[from] { value - (1 << width) } else { value }
    }

    fn text(&self, from: usize, characters: usize) -> String {
        let six = |i: usize| self.unsigned(from + 6 * i, 6) as u8;
        let letter = |six: u8| char::from(if six < 32 { six + 64 } else { six });
        (0..characters).map(|i| letter(six(i))).collect::<String>().trim_end_matches('@').to_owned()
    }
}

/// Checks `body*hh` and returns the body.
fn checked(text: &str) -> &str {
    let (body, sum) = text.rsplit_once('*').expect("a checksum");
    assert_eq!(format!("{:02X}", body.bytes().fold(0, |a, b| a ^ b)), sum, "{text}");
    body
}

/// Takes a line into its TAG fields and its sentence, checking both checksums.
fn line(text: &str) -> (BTreeMap<String, String>, &str) {
    let (tag, sentence) = text.strip_prefix('\\').and_then(|rest| rest.split_once('\\')).expect("a TAG block");
    let fields = checked(tag).split(',').map(|field| field.split_once(':').expect("a TAG field"));
    (fields.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(), checked(&sentence[1..]))
}

fn ais_sentence(body: &str) -> Sentence {
    let fields: Vec<&str> = body.split(',').collect();
    assert_eq!((fields[0], fields.len()), ("AIVDM", 7), "{body}");
    assert!(matches!(fields[4], "A" | "B"), "{body}");
    Sentence {
        total: fields[1].parse().unwrap(),
        part: fields[2].parse().unwrap(),
        payload: fields[5].to_owned(),
        fill: fields[6].parse().unwrap(),
    }
}

fn unarmour(payload: &str, fill: usize) -> Bits {
    let mut bits = Vec::new();
    for byte in payload.bytes() {
        assert!(matches!(byte, 0x30..=0x57 | 0x60..=0x77), "{payload}");
        let six = if byte < 0x60 { byte - 48 } else { byte - 56 };
        bits.extend((0..6).rev().map(|place| six >> place & 1 == 1));
    }
    bits.truncate(bits.len() - fill);
    Bits(bits)
}

/// Every AIS message of a world: station, time in ms, bits.
fn messages(world: &World) -> Vec<(String, i64, Bits)> {
    let feed = world.feeds().remove(0);
    assert_eq!(feed.feed.name, "ais");
    let mut messages: Vec<(String, i64, Bits)> = Vec::new();
    let mut open: Option<(String, String, i64, String)> = None;
    for text in String::from_utf8(feed.bytes).unwrap().split_terminator("\r\n") {
        let (tag, body) = line(text);
        let sentence = ais_sentence(body);
        let whole = match (sentence.total, sentence.part) {
            (1, 1) => (tag["s"].clone(), tag["c"].parse().unwrap(), sentence.payload),
            (2, 1) => {
                assert!(open.is_none() && tag["g"].starts_with("1-2-"), "{text}");
                open = Some((tag["g"][4..].to_owned(), tag["s"].clone(), tag["c"].parse().unwrap(), sentence.payload));
                continue;
            }
            (2, 2) => {
                let (group, station, time, first) = open.take().expect("a first part");
                assert_eq!(tag["g"], format!("2-2-{group}"));
                (station, time, first + &sentence.payload)
            }
            other => panic!("part {other:?} in {text}"),
        };
        messages.push((whole.0, whole.1, unarmour(&whole.2, sentence.fill)));
    }
    assert!(open.is_none());
    messages
}

/// Latitude, longitude, speed in tenths of a knot, UTC second of a position report.
fn position_fields(bits: &Bits) -> (f64, f64, u32, u32) {
    let at = if bits.unsigned(0, 6) == 18 { 46 } else { 50 };
    let degrees = |from, width| f64::from(bits.signed(from, width)) / 6e5;
    (degrees(at + 39, 27), degrees(at + 11, 28), bits.unsigned(at, 10), bits.unsigned(at + 87, 6))
}

/// What the engine's decoder reports of a feed's lines; a refused line is a failure.
fn decoded<'a>(feed: &Feed, lines: impl Iterator<Item = &'a [u8]>) -> Vec<Report> {
    let mut decoder = Decoder::new(std::slice::from_ref(feed));
    let mut all = Vec::new();
    let mut take = |decoded: Decoded<'_>| match decoded {
        Decoded::Message { stamp, message } => all.extend(reports(stamp, message).unwrap()),
        Decoded::Reject(reject) => panic!("{:?}: {}", reject.reason, String::from_utf8_lossy(reject.bytes)),
    };
    for (line, seq) in lines.zip(0..) {
        let frame = Frame { seq, feed: FeedId(0), received_at: EventTime::MIN, bytes: line };
        decoder.decode(&frame, &mut take);
    }
    decoder.finish(FeedId(0), &mut take);
    all
}

#[test]
fn same_seed_same_bytes_and_other_seed_other_bytes() {
    for scenario in &SCENARIOS {
        let bytes = |seed| {
            let world = sim::scenario(scenario.name, seed).unwrap();
            world.feeds().into_iter().map(|feed| feed.bytes).collect::<Vec<_>>()
        };
        let one = bytes(1);
        assert_eq!(one, bytes(1), "{}", scenario.name);
        assert_ne!(one, bytes(2), "{}", scenario.name);
        assert!(one.iter().all(|feed| !feed.is_empty()), "{}", scenario.name);
    }
    assert!(sim::scenario("no such sea", 1).is_none());
}

#[test]
fn every_message_reads_back_as_the_vessel_it_came_from() {
    for scenario in &SCENARIOS {
        let world = sim::scenario(scenario.name, 3).unwrap();
        // Several vessels may send one number.
        let sending = |mmsi: u32| world.vessels.iter().filter(move |v| v.mmsi == Some(mmsi));
        // The stamp is up to 0.42 s after the report.
        let told_off = |v: &sim::vessel::Vessel, at_s: f64, told: Position| {
            let place = v.path.position(at_s);
            let fault = |at_s: f64| v.gnss_fault_at(at_s).and_then(|fault| fault.off_by);
            let places = [at_s - 0.42, at_s].map(|at_s| fault(at_s).map_or(place, |by| place.moved(by)));
            places.map(|place| told.distance_to(place).0).into_iter().fold(f64::MAX, f64::min)
        };
        for (station, time_ms, bits) in messages(&world) {
            let (kind, mmsi) = (bits.unsigned(0, 6), bits.unsigned(8, 30));
            assert!(world.stations.iter().any(|s| s.name == station));
            let at_s = (time_ms - world.start.millis()) as f64 / 1000.0;
            match kind {
                1 | 3 | 18 => {
                    assert_eq!(bits.0.len(), 168);
                    let (lat, lon, _, second) = position_fields(&bits);
                    let told = Position::from_degrees(lat, lon).unwrap();
                    let off_m = |v: &sim::vessel::Vessel| told_off(v, at_s, told);
                    let vessel = sending(mmsi).min_by(|a, b| off_m(a).total_cmp(&off_m(b))).unwrap();
                    let off_m = off_m(vessel);
                    assert!(off_m < 0.5 * vessel.length_m + 25.0, "{} is told {off_m} m off", vessel.id);
                    let late = (60 + world.time(at_s).utc_second() - second as u8) % 60;
                    assert!(vessel.utc_second_shift > 0 || late <= 1, "{}: {late} s", vessel.id);
                }
                5 => assert!(bits.0.len() == 424 && sending(mmsi).any(|v| v.name == bits.text(112, 20))),
                24 if bits.unsigned(38, 2) == 0 => assert!(sending(mmsi).any(|v| v.name == bits.text(40, 20))),
                24 => assert!(bits.0.len() == 168 && sending(mmsi).any(|v| v.call_sign == bits.text(90, 7))),
                4 => assert!(world.stations.iter().any(|s| s.mmsi == mmsi)),
                21 => assert_eq!(bits.text(43, 20), world.aids[0].name),
                other => panic!("message {other}"),
            }
        }
    }
}

#[test]
fn the_engine_decodes_every_line_to_where_the_vessel_was() {
    let world = sim::scenario("con-dao", 2).unwrap();
    for feed in world.feeds() {
        let lines = feed.bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let (mut suspects, mut targets, mut names) = (0, 0, 0);
        for report in decoded(&feed.feed, lines.filter(|line| !line.is_empty())) {
            let at_s = (report.observed_at - world.start).seconds();
            let vessel = |mmsi: u32| world.vessels.iter().find(|v| v.mmsi == Some(mmsi));
            match report.body {
                Body::Position(told) => {
                    let Some(vessel) = vessel(told.mmsi.0) else { continue };
                    let off_m = told.position.unwrap().distance_to(vessel.path.position(at_s)).0;
                    assert!(off_m < 0.5 * vessel.length_m + 25.0, "{} is told {off_m} m off", vessel.id);
                    assert_eq!(told.utc_second_suspect == Some(true), vessel.utc_second_shift > 0, "{}", vessel.id);
                    suspects += usize::from(told.utc_second_suspect == Some(true));
                }
                Body::Static(told) => names += usize::from(told.claims.name.is_some() && vessel(told.mmsi.0).is_some()),
                Body::Target(target) => {
                    let Some(place) = target.position else { continue };
                    let off_m = |v: &sim::vessel::Vessel| v.path.position(at_s).distance_to(place).0;
                    let nearest_m = world.vessels.iter().map(off_m).fold(f64::MAX, f64::min);
                    assert!(nearest_m < 800.0, "target {} lies {nearest_m} m from everyone", target.target_number);
                    targets += 1;
                }
                Body::Heard { .. } | Body::Plot(_) | Body::Scan(_) => {}
            }
        }
        match feed.feed.name.as_str() {
            "ais" => assert!(suspects > 500 && names > 500 && targets == 0),
            _ => assert!(targets > 10_000),
        }
    }
}

#[test]
fn the_engine_decodes_every_line_of_a_fleet() {
    let lines: Vec<String> = sim::fleet(300, 5, 1).collect();
    let tagged = decoded(&Feed::new("fleet", FeedKind::Nmea), lines.iter().map(|line| line.as_bytes()));
    assert_eq!(tagged.len(), 200 * 30 + 100 * 10);
    assert!(tagged.iter().all(|report| matches!(report.body, Body::Position(p) if p.utc_second_suspect != Some(true))));
    let bare: Vec<String> = sim::fleet(300, 5, 1).bare().collect();
    assert!(lines.iter().zip(&bare).all(|(tagged, bare)| tagged.ends_with(bare.as_str())));
}

#[test]
fn lines_arrive_in_order_but_for_a_few_late_ones() {
    let world = sim::scenario("con-dao", 1).unwrap();
    let times: Vec<i64> = messages(&world).iter().map(|(_, time, _)| *time).collect();
    let mut newest = 0;
    let late = times.iter().filter(|time| {
        newest = newest.max(**time);
        newest - **time > 3_000
    });
    let late = late.count() as f64 / times.len() as f64;
    assert!((0.0001..0.0015).contains(&late), "{late}");
}

#[test]
fn reporting_intervals_follow_class_status_and_speed() {
    let world = sim::scenario("con-dao", 1).unwrap();
    let mut last: BTreeMap<(u32, String), f64> = BTreeMap::new();
    let mut gaps: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (station, time_ms, bits) in messages(&world) {
        if matches!(bits.unsigned(0, 6), 1 | 3 | 18) && station == "condao" {
            let (mmsi, at_s) = (bits.unsigned(8, 30), time_ms as f64 / 1000.0);
            if let Some(before_s) = last.insert((mmsi, station), at_s) {
                gaps.entry(mmsi).or_default().push(at_s - before_s);
            }
        }
    }
    for (role, interval_s) in [("tanker", 10.0), ("anchored", 180.0), ("moored", 180.0), ("trawler", 30.0)] {
        let vessel = world.vessels.iter().find(|v| v.id == format!("{role}-1")).unwrap();
        let gaps = gaps.get_mut(&vessel.mmsi.unwrap()).unwrap();
        gaps.sort_by(f64::total_cmp);
        assert!((gaps[gaps.len() / 2] - interval_s).abs() < 3.0, "{role}: {}", gaps[gaps.len() / 2]);
    }
}

#[test]
fn the_script_does_what_truth_says() {
    for seed in 1..=3 {
        let world = sim::scenario("con-dao", seed).unwrap();
        let vessel = |id: &str| world.vessels.iter().find(|v| v.id == id).unwrap();
        let heard = messages(&world);
        for truth in &world.truth {
            let from_s = (truth.onset - world.start).seconds();
            let to_s = truth.end.map_or(world.duration_s, |end| (end - world.start).seconds());
            let minutes = || (0..).map(|m| from_s + 10.0 + 60.0 * f64::from(m)).take_while(|at_s| *at_s < to_s - 5.0);
            let one = vessel(&truth.subjects[0].vessel);
            match truth.kind {
                "ship_to_ship" => {
                    let other = vessel(&truth.subjects[1].vessel);
                    let zone = world.zones.iter().find(|zone| Some(zone.id) == truth.zone).expect("a zone");
                    for at_s in minutes() {
                        let (p, q) = (one.path.position(at_s), other.path.position(at_s));
                        let gap_m = p.distance_to(q).0 - 0.5 * (one.beam_m + other.beam_m);
                        assert!((3.0..17.0).contains(&gap_m), "{} {}: {gap_m} m", one.id, other.id);
                        assert!(zone.contains(p) && zone.contains(q));
                    }
                }
                "loitering" => {
                    let zone = world.zones.iter().find(|zone| Some(zone.id) == truth.zone).expect("a zone");
                    for at_s in minutes() {
                        assert!(zone.contains(one.path.position(at_s)), "{} at {at_s}", one.id);
                        let kn = one.path.velocity(at_s).length().0 / 0.514444;
                        assert!(kn < 2.1, "{}: {kn} kn", one.id);
                    }
                }
                "dark_period" => {
                    let spoke = heard.iter().any(|(_, time_ms, bits)| {
                        let at_s = (time_ms - world.start.millis()) as f64 / 1000.0;
                        Some(bits.unsigned(8, 30)) == one.mmsi && from_s + 0.5 < at_s && at_s < to_s
                    });
                    assert!(!spoke, "{} spoke in her silence", one.id);
                }
                "receiver_outage" => assert!(!heard.iter().any(|(station, time_ms, _)| {
                    let at_s = (time_ms - world.start.millis()) as f64 / 1000.0;
                    station == "bachho" && from_s + 0.5 < at_s && at_s < to_s
                })),
                _ => {}
            }
        }
    }
}

#[test]
fn the_mother_keeps_her_target_and_her_boats_lose_theirs() {
    let world = sim::scenario("mother", 1).unwrap();
    let radar = world.feeds().into_iter().find(|feed| feed.feed.name == "radar-con-dao").unwrap();
    let mut lines_of: BTreeMap<u32, usize> = BTreeMap::new();
    let mut lost = 0;
    for text in String::from_utf8(radar.bytes).unwrap().split_terminator("\r\n") {
        let (tag, body) = line(text);
        assert_eq!(tag["s"], "radar-con-dao");
        let fields: Vec<&str> = body.split(',').collect();
        assert_eq!((fields[0], fields.len()), ("RATTM", 16), "{text}");
        *lines_of.entry(fields[1].parse().unwrap()).or_default() += 1;
        lost += usize::from(fields[12] == "L");
    }
    let turns = (world.duration_s / 6.0) as usize;
    assert!(*lines_of.values().max().unwrap() > turns - 40, "{lines_of:?} of {turns}");
    assert!(lost >= 3, "{lost}");
}

#[test]
fn a_folder_holds_every_file_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let world = sim::scenario("mother", 1).unwrap();
    sim::write(&world, folder.path()).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    for name in ["truth.jsonl", "innocent.jsonl", "tracks.jsonl"] {
        for line in read(name).lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
    }
    let meta: serde_json::Value = serde_json::from_str(&read("meta.json")).unwrap();
    assert_eq!(meta["vessel"]["mother-1"]["mmsi"], serde_json::Value::Null);
    let zones: serde_json::Value = serde_json::from_str(&read("zones/zones.geojson")).unwrap();
    assert_eq!(zones["features"][0]["properties"]["sts_watch"], true);
    read("picket.toml").parse::<toml::Table>().unwrap();
    assert!(!read("ais.nmea").is_empty() && !read("radar-con-dao.nmea").is_empty());

    let file = folder.path().join("meta.json");
    let error = sim::write(&world, &file).unwrap_err();
    assert!(error.to_string().contains("meta.json"), "{error}");
}
