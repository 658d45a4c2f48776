//! Radar targets as radars send them, and as they should not: TTM, TLL, TTD, TLB, RSD, written by the simulator where it can.

use super::radar::{from_ship, island, own_ship, site, targets, ttm};
use super::{decode, decode_feed, sentence, start};
use picket::engine::decode::Message;
use picket::engine::decode::report::TargetStatus;
use picket::engine::earth::{Offset, Position};
use picket::engine::input::{Feed, FeedKind};
use picket::engine::units::Speed;
use picket::sim::target_wire::{Tracked, tlb, tll, ttd};
use picket::sim::ttm_wire::{self, Status};

fn raw(body: &[u8]) -> Vec<u8> {
    let sum = body.iter().fold(0, |x, b| x ^ b);
    [b"$", body, format!("*{sum:02X}").as_bytes()].concat()
}

/// Twelve knots to the east, 10 NM north-east of the antenna.
fn tracked(number: u32) -> Tracked {
    let velocity = Offset::polar(90.0, Speed::from_knots(12.0).m_s());
    Tracked { number, from_antenna: Offset::polar(45.0, 18_520.0), velocity, status: Status::Tracking }
}

fn near(a: Option<Position>, b: Position, within_m: f64) -> bool {
    a.is_some_and(|a| a.distance_to(b).0 < within_m)
}

#[test]
fn target_number_300() {
    let there = island().moved(tracked(300).from_antenna);
    let ttm_line = ttm_wire::ttm(300, tracked(300).from_antenna, tracked(300).velocity, Status::Tracking);
    let lines = [ttm_line, tll(300, there, Status::Tracking, "")];
    for line in lines.into_iter().chain(ttd(&[tracked(300)], 0.01, 0)) {
        let target = targets(&decode_feed(site(), [&line]))[0];
        assert_eq!(target.target_number, 300, "{line}");
        assert!(near(target.position, there, 20.0), "{line}: {target:?}");
    }
}

#[test]
fn blank_padded_fields() {
    let padded = [
        ttm(" 07 , 1.50 , 045.0 ,T,  ,  ,T, , ,N,  ,T, ,  ,A"),
        sentence('$', "RATLL, 07 , 0840.8000 ,N, 10636.0000 , E ,   , , T , "),
        sentence('!', "RATTD, 01 , 01 , 0 ,00q000000000000,0"),
    ];
    let gave = decode_feed(site(), &padded);
    assert_eq!((gave.messages.len(), gave.reasons()), (2, vec![]), "the third holds no tracked target");
    assert!(targets(&gave).iter().all(|target| target.target_number == 7 && target.position.is_some()));
}

#[test]
fn bearing_and_course_relative_with_and_without_own_ship() {
    let bow = from_ship("1,1.00,000.0,R,12.0,270.0,R,,,N,,T")[0];
    let ship = Position::from_degrees(10.0, 107.0).unwrap();
    assert!(near(bow.position, ship.moved(Offset { east_m: 1852.0, north_m: 0.0 }), 2.0));
    assert!(bow.sog.unwrap().knots() < 1e-6, "what moves back as fast as we go ahead stands still");
    let alone = targets(&decode([ttm("1,1.00,000.0,R,12.0,270.0,R,,,N,,T")]))[0];
    assert_eq!((alone.position, alone.sog, alone.cog), (None, None, None));
    assert!(alone.range.is_some());
    let [rmc, heading] = own_ship();
    let by_ttd = targets(&decode([rmc, heading].into_iter().chain(ttd(&[tracked(1)], 0.01, 0))))[0];
    assert!(near(by_ttd.position, ship.moved(tracked(1).from_antenna), 25.0));
    let by_tll = targets(&decode([tll(1, ship, Status::Tracking, "")]))[0];
    assert!(near(by_tll.position, ship, 1.0), "its position needs no own ship");
}

#[test]
fn lost_at_zero() {
    let lost_tracked = Tracked { status: Status::Lost, from_antenna: Offset::default(), ..tracked(5) };
    let lines = [ttm("5,0.00,000.0,T,0.0,000.0,T,,,N,,L,,,A"), tll(5, island(), Status::Lost, "000000.00")];
    for line in lines.into_iter().chain(ttd(&[lost_tracked], 0.01, 0)) {
        let target = targets(&decode_feed(site(), [&line]))[0];
        let said = (target.status, target.position, target.range, target.sog);
        assert_eq!(said, (TargetStatus::Lost, None, None, None), "{line}");
    }
}

#[test]
fn empty_unit() {
    let miles = targets(&decode_feed(site(), [ttm("5,2.00,000.0,T,10.0,090.0,T,,,,,T")]))[0];
    assert!((miles.range.unwrap().0 - 3704.0).abs() < 1e-6 && (miles.sog.unwrap().knots() - 10.0).abs() < 1e-6);
    let no_hemisphere = targets(&decode_feed(site(), [sentence('$', "RATLL,5,0840.8,,10636.0,E,,,T,")]))[0];
    assert_eq!(no_hemisphere.position, None);
}

#[test]
fn bytes_above_ascii() {
    let lines = [
        raw(b"RATTM,9,1.50,045.0,T,,,,,,N,C\xC1T B\xC0,T"),
        raw(b"RATLL,9,0840.8000,N,10636.0000,E,\xE9,,T,"),
        raw(b"RATLB,9,\xFF\x80"),
    ];
    let gave = decode_feed(site(), lines);
    assert_eq!((gave.messages.len(), gave.reasons()), (3, vec![]));
    let names: Vec<&str> = gave.messages.iter().filter_map(|(_, message)| name(message)).collect();
    assert_eq!(names, ["C?T B?", "?", "??"]);
}

fn name(message: &Message) -> Option<&str> {
    match message {
        Message::Target(m) => m.wire.target_name.as_deref(),
        Message::TargetPosition(m) => m.wire.target_name.as_deref(),
        Message::TargetLabel(m) => m.label.as_deref(),
        _ => None,
    }
}

#[test]
fn impossible_times() {
    for time in ["246000.00", "12:00:00", "120000.00"] {
        let lines = [ttm(&format!("5,1.00,000.0,T,,,,,,N,,T,,{time},A")), tll(5, island(), Status::Tracking, time)];
        assert_eq!(decode_feed(site(), lines).reasons(), ["time"; 2], "{time}: received at midnight");
    }
    let gave = decode_feed(site(), [tll(5, island(), Status::Tracking, "235959.00")]);
    assert_eq!(gave.times(), ["2026-01-09T23:59:59.000Z"]);
}

#[test]
fn missing_tails() {
    let lines =
        [ttm("8,1.50,045.0,T"), sentence('$', "RATLL,8,0840.8000,N,10636.0000,E"), ttm("8"), sentence('$', "RATLL,8")];
    let gave = decode_feed(site(), lines);
    let placed: Vec<bool> = targets(&gave).iter().map(|target| target.position.is_some()).collect();
    assert_eq!((placed, gave.reasons()), (vec![true, false, false], vec![]), "TLL adds nothing to what TTM placed");
    let alone = decode_feed(site(), [sentence('$', "RATLL,8,0840.8000,N,10636.0000,E")]);
    assert!(targets(&alone)[0].position.is_some());
    let refused = [sentence('$', "RATLL,"), sentence('$', "RATTD,01"), sentence('$', "RATLB"), ttm(",1.5,045.0,T")];
    assert_eq!(decode_feed(site(), refused).reasons(), ["malformed"; 4]);
}

#[test]
fn numbers_join_positions_to_motion() {
    let there = island().moved(Offset::polar(45.0, 18_520.0));
    let motion = ttm("7,,,T,12.0,090.0,T,,,N,,T");
    let joined = targets(&decode_feed(site(), [motion, tll(7, there, Status::Tracking, "")]));
    assert!(joined[0].position.is_none() && (joined[1].sog.unwrap().knots() - 12.0).abs() < 1e-6);
    assert!(near(joined[1].position, there, 1.0));
    let placed = ttm_wire::ttm(7, tracked(7).from_antenna, tracked(7).velocity, Status::Tracking);
    let both =
        decode_feed(site(), [placed.clone(), tll(7, there, Status::Tracking, ""), tll(8, there, Status::Tracking, "")]);
    let numbers: Vec<u32> = targets(&both).iter().map(|target| target.target_number).collect();
    assert_eq!((both.messages.len(), numbers), (3, vec![7, 8]), "a filtered track is told once");
    let lost = decode_feed(site(), [placed, tll(7, there, Status::Lost, ""), tll(7, there, Status::Tracking, "")]);
    assert_eq!(targets(&lost).len(), 3, "a new epoch of the number has nothing to join");
}

#[test]
fn packed_targets() {
    let list: Vec<Tracked> = (1..=6).map(tracked).collect();
    let lines = ttd(&list, 0.01, 4);
    let gave = decode_feed(site(), &lines);
    assert_eq!((lines.len(), gave.reasons()), (2, vec![]));
    let numbers: Vec<u32> = targets(&gave).iter().map(|target| target.target_number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert!(targets(&gave).iter().all(|t| (t.sog.unwrap().knots() - 12.0).abs() < 1e-6));
    let digests: std::collections::BTreeSet<u64> = gave.messages.iter().map(|(stamp, _)| stamp.digest).collect();
    assert_eq!(digests.len(), 6);
    let fine = Feed { ttd_step_nm: 0.001, ..site() };
    let target = targets(&decode_feed(fine.clone(), ttd(&[tracked(1)], 0.001, 0)))[0];
    assert!((target.range.unwrap().0 - 18_520.0).abs() < 1.0);
    let misread = targets(&decode_feed(fine, ttd(&[tracked(1)], 0.01, 0)))[0];
    assert!((misread.range.unwrap().0 - 1852.0).abs() < 1.0, "the step is a setting, not on the wire");
}

#[test]
fn packed_targets_that_do_not_hold() {
    let one = ttd(&[tracked(1)], 0.01, 0).remove(0);
    let payload = one.split(',').nth(4).unwrap().to_owned();
    let with = |head: &str, payload: &str, fill: &str| sentence('!', &format!("RATTD,{head},{payload},{fill}"));
    for (line, count, reasons) in [
        (with("01,01,0", &payload, "0"), 1, vec![]),
        (with("1A,0B,", &payload, ""), 1, vec![]),
        (with("01,02,0", &payload, "0"), 0, vec!["fragment"]),
        (with("01,00,0", &payload, "0"), 0, vec!["fragment"]),
        (with("xx,01,0", &payload, "0"), 0, vec!["malformed"]),
        (with("01,01,0", &payload, "6"), 0, vec!["fill_bits"]),
        (with("01,01,0", &payload[..14], "0"), 0, vec!["truncated"]),
        (with("01,01,0", &format!("{payload}{}", &payload[..7]), "0"), 1, vec!["truncated"]),
        (with("01,01,0", "", "0"), 0, vec!["truncated"]),
        (with("01,01,0", &format!("z{}", &payload[1..]), "0"), 0, vec!["armour"]),
        (with("01,01,0", &format!("w{}", &payload[1..]), "0"), 0, vec![]),
    ] {
        let gave = decode_feed(site(), [&line]);
        assert_eq!((gave.messages.len(), gave.reasons()), (count, reasons), "{line}");
    }
}

#[test]
fn labels_and_range_scale_are_told() {
    let rsd = sentence('$', "RARSD,,,,,,,,,0.25,145.0,12.0,N,N");
    let gave =
        decode_feed(site(), [tlb(&[(7, "TUG"), (300, "BARGE"), (8, "")]), rsd, sentence('$', "RARSD,,,,,,,,,,,x,N")]);
    assert_eq!((gave.messages.len(), gave.reports().len(), gave.reasons()), (4, 0, vec!["malformed"]));
    let labels: Vec<Option<&str>> = gave.messages.iter().take(3).map(|(_, m)| name(m)).collect();
    assert_eq!(labels, [Some("TUG"), Some("BARGE"), None]);
    let Message::RadarSystem(system) = gave.messages[3].1 else { panic!() };
    assert_eq!((system.range_scale.map(|r| r.0), system.display_rotation), (Some(22_224.0), Some('N')));
}

#[test]
fn own_ship_by_osd() {
    let position = sentence('$', "GPGGA,000000,1000.00,N,10700.00,E,1,08,1.0,10,M,,M,,");
    let osd = sentence('$', "RAOSD,090.0,A,090.0,P,12.0,P,,,N");
    let target = targets(&decode([position, osd, ttm("1,1.00,000.0,R,12.0,270.0,R,,,N,,T")]))[0];
    assert!(target.position.is_some() && target.sog.unwrap().knots() < 1e-6);
    assert_eq!(start().iso(), "2026-01-10T00:00:00.000Z");
    assert_eq!(Feed::new("a", FeedKind::Nmea).ttd_step_nm, 0.01);
}
