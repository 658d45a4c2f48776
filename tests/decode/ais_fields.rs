//! Every typed AIS message, field by field, and its "not available" values.

use super::bits::{Bits, position, voyage};
use super::decode;
use picket::engine::decode::Message;
use picket::engine::decode::ais::AisMessage;
use picket::engine::decode::report::{AisClass, Body};

const MMSI: u32 = 574_001_000;

fn only(bits: &Bits) -> AisMessage {
    let gave = decode(bits.parts(1));
    assert_eq!(gave.rejects, []);
    match gave.messages.as_slice() {
        [(_, Message::Ais(message))] => *message,
        other => panic!("{other:?}"),
    }
}

fn near(a: Option<f64>, b: f64) -> bool {
    a.is_some_and(|a| (a - b).abs() < 1e-6)
}

#[test]
fn class_a_position() {
    let AisMessage::PositionA(m) = only(&position(MMSI, 17)) else { panic!() };
    assert_eq!((m.message_id, m.mmsi.0, m.utc_second, m.rate_of_turn_raw), (1, MMSI, Some(17), None));
    assert!(near(m.position.map(|p| p.lat()), 8.5) && near(m.position.map(|p| p.lon()), 106.6));
    assert!(near(m.sog.map(|v| v.knots()), 12.3) && near(m.cog.map(|c| c.degrees()), 90.0));
    assert!(near(m.true_heading.map(|h| h.degrees()), 91.0) && m.position_accuracy && !m.raim);
}

#[test]
fn class_a_not_available() {
    let bits = Bits::message(3, MMSI).put(15, 4).put(-127, 8).put(1023, 10).put(0, 1).at(91.0, 181.0);
    let bits = bits.put(3600, 12).put(511, 9).put(60, 6).put(1, 2).put(0, 3).put(1, 1).length(168);
    let AisMessage::PositionA(m) = only(&bits) else { panic!() };
    assert_eq!((m.position, m.sog, m.cog, m.true_heading, m.utc_second), (None, None, None, None, None));
    assert!(near(m.rate_of_turn_deg_min(), -(127.0f64 / 4.733).powi(2)));
    assert_eq!((m.maneuver, m.raim), (Some(1), true));
    let southwest = Bits::message(1, MMSI).put(0, 4).put(0, 8).put(0, 10).put(0, 1).at(-54.5, -179.999_99);
    let AisMessage::PositionA(m) = only(&southwest.length(168)) else { panic!() };
    assert!(near(m.position.map(|p| p.lat()), -54.5));
    let beyond = Bits::message(1, MMSI).put(0, 4).put(0, 8).put(0, 10).put(0, 1).at(95.0, 10.0).length(168);
    let AisMessage::PositionA(m) = only(&beyond) else { panic!() };
    assert_eq!(m.position, None);
}

#[test]
fn base_station_and_its_answer() {
    let bits = |id| {
        let date = Bits::message(id, 5_740_001).put(2026, 14).put(1, 4).put(10, 5).put(24, 5).put(60, 6).put(59, 6);
        date.put(1, 1).at(8.7, 106.6).put(7, 4).length(168)
    };
    let AisMessage::BaseStation(m) = only(&bits(4)) else { panic!() };
    assert_eq!(
        (m.year, m.month, m.day, m.hour, m.minute, m.second),
        (Some(2026), Some(1), Some(10), None, None, Some(59))
    );
    assert!(near(m.position.map(|p| p.lat()), 8.7));
    assert!(matches!(decode([bits(4).vdm()]).reports()[0].body, Body::Position(p) if p.class == AisClass::Base));
    assert!(matches!(decode([bits(11).vdm()]).reports()[0].body, Body::Heard { .. }));
}

#[test]
fn static_and_voyage_data() {
    let AisMessage::StaticVoyage(m) = only(&voyage(MMSI, "BINH MINH 01")) else { panic!() };
    assert_eq!((m.ship_name.as_deref(), m.call_sign.as_deref()), (Some("BINH MINH 01"), Some("3FOX9")));
    assert_eq!((m.imo_number.map(|n| n.0), m.ship_type, m.draught_dm), (Some(9_074_729), Some(70), Some(83)));
    assert_eq!(m.dimensions.map(|d| (d.bow_m, d.stern_m, d.port_m, d.starboard_m)), Some((100, 40, 10, 12)));
    assert_eq!((m.eta_month, m.eta_day, m.eta_hour, m.eta_minute), (Some(2), Some(28), Some(23), None));
    assert_eq!((m.destination.as_deref(), m.dte), (Some("VUNG TAU"), Some(false)));
    for bits in [420, 422, 426] {
        let AisMessage::StaticVoyage(m) = only(&voyage(MMSI, "X").length(bits)) else { panic!() };
        assert_eq!(m.destination.as_deref(), Some("VUNG TAU"), "{bits}");
    }
    let AisMessage::StaticVoyage(m) = only(&voyage(MMSI, "X").length(330)) else { panic!() };
    assert_eq!((m.ship_name.as_deref(), m.draught_dm, m.destination, m.dte), (Some("X"), Some(83), None, None));
    assert_eq!(decode(voyage(MMSI, "X").length(230).parts(1)).reasons(), ["truncated"]);
}

#[test]
fn search_and_rescue_aircraft() {
    let bits = Bits::message(9, 111_574_001).put(4094, 12).put(250, 10).put(0, 1).at(9.0, 107.0).put(1234, 12);
    let AisMessage::SarAircraft(m) = only(&bits.put(5, 6).length(168)) else { panic!() };
    assert_eq!(m.altitude_m, Some(4094));
    assert!(near(m.sog.map(|v| v.knots()), 250.0) && near(m.cog.map(|c| c.degrees()), 123.4));
}

#[test]
fn safety_texts() {
    let AisMessage::SafetyText(m) = only(&Bits::message(14, MMSI).put(0, 2).text("SART TEST", 9)) else { panic!() };
    assert_eq!((m.text.as_deref(), m.destination), (Some("SART TEST"), None));
    let addressed = Bits::message(12, MMSI).put(2, 2).put(574_009_999, 30).put(0, 2).text("HELLO", 5);
    let AisMessage::SafetyText(m) = only(&addressed) else { panic!() };
    assert_eq!((m.text.as_deref(), m.destination.map(|(to, n)| (to.0, n))), (Some("HELLO"), Some((574_009_999, 2))));
}

#[test]
fn class_b_positions() {
    let head = |id| Bits::message(id, MMSI).put(0, 8).put(123, 10).put(1, 1).at(8.5, 106.6).put(900, 12).put(511, 9);
    let AisMessage::PositionB(m) = only(&head(18).put(33, 6).length(168)) else { panic!() };
    assert!(near(m.sog.map(|v| v.knots()), 12.3) && m.true_heading.is_none() && m.utc_second == Some(33));
    let extended =
        head(19).put(33, 6).put(0, 4).text("LITTLE ONE", 20).put(37, 8).put(5, 9).put(4, 9).put(1, 6).put(2, 6);
    let AisMessage::ExtendedB(m) = only(&extended.clone().put(1, 4).length(312)) else { panic!() };
    assert_eq!((m.ship_name.as_deref(), m.ship_type, m.epfd_type), (Some("LITTLE ONE"), Some(37), Some(1)));
    assert_eq!(decode(extended.clone().length(312).parts(1)).reports().len(), 2);
    let AisMessage::ExtendedB(m) = only(&extended.length(168)) else { panic!() };
    assert!(m.position.is_some() && m.ship_name.is_none() && m.raim.is_none());
}

#[test]
fn aid_to_navigation() {
    let bits = Bits::message(21, 995_740_001).put(30, 5).text("A NAME OF TWENTYCHAR", 20).put(1, 1).at(8.6, 106.7);
    let bits =
        bits.put(1, 9).put(2, 9).put(3, 6).put(4, 6).put(7, 4).put(60, 6).put(1, 1).length(272).text("S MORE", 6);
    let AisMessage::AidToNavigation(m) = only(&bits) else { panic!() };
    assert_eq!((m.aid_type, m.aid_name.as_deref()), (30, Some("A NAME OF TWENTYCHARS MORE")));
    assert!(m.off_position && near(m.position.map(|p| p.lon()), 106.7));
    assert!(matches!(decode(bits.parts(1)).reports()[0].body, Body::Position(p) if p.class == AisClass::Aid));
}

#[test]
fn static_data_of_class_b() {
    let named = |length| Bits::message(24, MMSI).put(0, 2).text("LITTLE ONE", 20).length(length);
    for length in [156, 160, 162, 168] {
        let AisMessage::StaticDataA(m) = only(&named(length)) else { panic!() };
        assert_eq!(m.ship_name.as_deref(), Some("LITTLE ONE"), "{length}");
    }
    let part_b = |mmsi| Bits::message(24, mmsi).put(1, 2).put(36, 8).text("SRT", 3).put(0, 24).text("XVAB1", 7);
    let sized = part_b(MMSI).put(5, 9).put(4, 9).put(1, 6).put(2, 6).put(1, 4).length(168);
    let AisMessage::StaticDataB(m) = only(&sized) else { panic!() };
    assert_eq!((m.vendor_id.as_deref(), m.call_sign.as_deref(), m.ship_type), (Some("SRT"), Some("XVAB1"), Some(36)));
    assert_eq!(m.dimensions.map(|d| d.length_m()), Some(9));
    let AisMessage::StaticDataB(m) = only(&part_b(985_740_001).put(MMSI.into(), 30).length(168)) else { panic!() };
    assert_eq!((m.mother_ship_mmsi.map(|n| n.0), m.dimensions), (Some(MMSI), None));
}

#[test]
fn long_range_position() {
    let at = |lat: f64, lon: f64| {
        let head = Bits::message(27, MMSI).put(1, 1).put(0, 1).put(5, 4);
        head.put((lon * 600.0).round() as i64, 18).put((lat * 600.0).round() as i64, 17)
    };
    let AisMessage::LongRange(m) = only(&at(-8.5, 106.5).put(14, 6).put(271, 9).length(96)) else { panic!() };
    assert_eq!(m.navigational_status, 5);
    assert!(near(m.position.map(|p| p.lat()), -8.5) && near(m.position.map(|p| p.lon()), 106.5));
    assert!(near(m.sog.map(|v| v.knots()), 14.0) && near(m.cog.map(|c| c.degrees()), 271.0));
    let AisMessage::LongRange(m) = only(&at(91.0, 181.0).put(63, 6).put(511, 9).length(96)) else { panic!() };
    assert_eq!((m.position, m.sog, m.cog), (None, None, None));
}

#[test]
fn all_others_are_heard() {
    for id in [6, 7, 8, 10, 13, 15, 16, 17, 20, 22, 23, 25, 26] {
        let gave = decode([Bits::message(id, MMSI).length(168).vdm()]);
        assert!(matches!(gave.reports()[0].body, Body::Heard { mmsi } if mmsi.0 == MMSI), "{id}");
    }
    assert_eq!(decode([Bits::message(26, MMSI).length(40).vdm()]).reasons(), ["truncated"]);
}
