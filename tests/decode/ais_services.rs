//! AIS messages that run the service, and those of applications: field by field, by the Recommendation's bits.

use super::bits::Bits;
use super::decode;
use picket::engine::decode::Message;
use picket::engine::decode::ais::{AisMessage, Area, BinaryMessage};
use picket::engine::earth::Position;
use picket::engine::vessel::Mmsi;

const MMSI: u32 = 5_740_001;
const OTHER: u32 = 574_001_000;

fn only(bits: &Bits) -> AisMessage {
    let gave = decode(bits.parts(1));
    assert_eq!(gave.rejects, []);
    match gave.messages.as_slice() {
        [(_, Message::Ais(message))] => *message,
        other => panic!("{other:?}"),
    }
}

fn binary(bits: &Bits) -> BinaryMessage {
    let AisMessage::Binary(m) = only(bits) else { panic!() };
    assert_eq!(m.payload.as_str(), bits.armoured().0, "raw is kept");
    m
}

/// The shortest form of each, and one bit less.
fn cut_below(bits: &Bits, least: usize) {
    assert_eq!(decode(bits.clone().length(least).parts(1)).reasons(), Vec::<&str>::new(), "{least} bits");
    assert_eq!(decode(bits.clone().length(least - 1).parts(1)).reasons(), ["truncated"], "{least} bits less one");
}

#[test]
fn binary_messages() {
    let addressed = Bits::message(6, MMSI).put(2, 2).put(OTHER.into(), 30).put(1, 1).put(0, 1).put(235, 10).put(10, 6);
    let m = binary(&addressed.clone().put(0x5A, 8));
    assert_eq!((m.destination_mmsi, m.sequence_number, m.retransmit), (Some(Mmsi(OTHER)), Some(2), Some(true)));
    assert_eq!((m.application_id, m.data_offset), (Some((235, 10)), 88));
    cut_below(&addressed, 88);
    let broadcast = Bits::message(8, MMSI).put(0, 2).put(1, 10).put(31, 6);
    let m = binary(&broadcast.clone().length(360));
    assert_eq!((m.application_id, m.destination_mmsi, m.data_offset), (Some((1, 31)), None, 56));
    cut_below(&broadcast, 56);
}

#[test]
fn binary_messages_of_slots() {
    let plain = Bits::message(25, MMSI).put(0b00, 2).put(0x5A5A, 16);
    let m = binary(&plain);
    assert_eq!((m.application_id, m.destination_mmsi, m.data_offset), (None, None, 40));
    let structured = Bits::message(25, MMSI).put(0b01, 2).put(366, 10).put(56, 6);
    assert_eq!(binary(&structured).application_id, Some((366, 56)));
    cut_below(&structured, 56);
    let both = Bits::message(26, MMSI).put(0b11, 2).put(OTHER.into(), 30).put(0, 2).put(366, 10).put(57, 6).length(108);
    let m = binary(&both);
    assert_eq!((m.destination_mmsi, m.application_id, m.data_offset), (Some(Mmsi(OTHER)), Some((366, 57)), 88));
    cut_below(&both, 108);
    cut_below(&Bits::message(26, MMSI).put(0, 2), 60);
}

#[test]
fn receipts() {
    for id in [7, 13] {
        let bits = Bits::message(id, MMSI).put(0, 2).put(OTHER.into(), 30).put(3, 2).put(574_001_001, 30).put(1, 2);
        let AisMessage::Acknowledge(m) = only(&bits) else { panic!() };
        let told: Vec<(u32, u8)> = m.told().iter().map(|r| (r.destination_mmsi.0, r.sequence_number)).collect();
        assert_eq!((m.message_id, told), (id as u8, vec![(OTHER, 3), (574_001_001, 1)]));
        cut_below(&bits, 72);
    }
}

#[test]
fn questions() {
    let AisMessage::UtcInquiry(m) = only(&Bits::message(10, MMSI).put(0, 2).put(OTHER.into(), 30).put(0, 2)) else {
        panic!()
    };
    assert_eq!(m.destination_mmsi, Mmsi(OTHER));
    let one = Bits::message(15, MMSI).put(0, 2).put(OTHER.into(), 30).put(5, 6).put(77, 12);
    let two = one.clone().put(0, 2).put(3, 6).put(9, 12).put(0, 2);
    let three = two.clone().put(574_001_001, 30).put(24, 6).put(4095, 12).put(0, 2);
    let told = |bits: &Bits| {
        let AisMessage::Interrogation(m) = only(bits) else { panic!() };
        m.told().iter().map(|r| (r.destination_mmsi.0, r.message_id, r.slot_offset)).collect::<Vec<_>>()
    };
    assert_eq!(told(&one), [(OTHER, 5, 77)]);
    assert_eq!(told(&two), [(OTHER, 5, 77), (OTHER, 3, 9)]);
    assert_eq!(told(&three), [(OTHER, 5, 77), (OTHER, 3, 9), (574_001_001, 24, 4095)]);
    cut_below(&one, 88);
}

#[test]
fn assignments_and_reservations() {
    let one = Bits::message(16, MMSI).put(0, 2).put(OTHER.into(), 30).put(200, 12).put(0, 10);
    let two = one.clone().put(574_001_001, 30).put(4095, 12).put(1023, 10);
    let AisMessage::AssignedMode(m) = only(&two) else { panic!() };
    let told: Vec<_> = m.told().iter().map(|a| (a.destination_mmsi.0, a.offset, a.increment)).collect();
    assert_eq!(told, [(OTHER, 200, 0), (574_001_001, 4095, 1023)]);
    cut_below(&one, 92);
    let block = |bits: Bits, offset| bits.put(offset, 12).put(5, 4).put(7, 3).put(225, 11);
    let slots = block(block(Bits::message(20, MMSI).put(0, 2), 790), 1540);
    let AisMessage::DataLink(m) = only(&slots) else { panic!() };
    let told: Vec<_> = m.told().iter().map(|r| (r.offset, r.slots, r.timeout_min, r.increment)).collect();
    assert_eq!(told, [(790, 5, 7, 225), (1540, 5, 7, 225)]);
    cut_below(&slots, 70);
}

/// Corners of an area: longitude and latitude in 1/10 minute, north-east then south-west.
fn corners(bits: Bits) -> Bits {
    bits.put(64_200, 18).put(5400, 17).put(63_600, 18).put(4800, 17)
}

fn off_vung_tau(area: Area) -> bool {
    area.north_east == Position::from_degrees(9.0, 107.0) && area.south_west == Position::from_degrees(8.0, 106.0)
}

#[test]
fn commands_to_an_area() {
    let channels = |bits: Bits| bits.put(0, 2).put(2087, 12).put(2088, 12).put(2, 4).put(1, 1);
    let area = corners(channels(Bits::message(22, MMSI))).put(0, 1).put(1, 1).put(0, 1).put(4, 3);
    let AisMessage::ChannelManagement(m) = only(&area) else { panic!() };
    assert_eq!((m.channel_a, m.channel_b, m.tx_rx_mode, m.low_power), (2087, 2088, 2, true));
    assert_eq!((m.channel_a_bandwidth, m.channel_b_bandwidth, m.zone_size, m.addressed), (true, false, 4, None));
    assert!(m.area.is_some_and(off_vung_tau));
    let addressed = channels(Bits::message(22, MMSI)).put(OTHER.into(), 30).put(0, 5).put(574_001_001, 30).put(0, 5);
    let AisMessage::ChannelManagement(m) = only(&addressed.put(1, 1).length(168)) else { panic!() };
    assert_eq!((m.area, m.addressed), (None, Some((Mmsi(OTHER), Mmsi(574_001_001)))));
    cut_below(&area, 145);
    let group =
        corners(Bits::message(23, MMSI).put(0, 2)).put(6, 4).put(30, 8).put(0, 22).put(1, 2).put(9, 4).put(15, 4);
    let AisMessage::GroupAssignment(m) = only(&group) else { panic!() };
    assert_eq!((m.station_type, m.ship_type, m.tx_rx_mode), (6, Some(30), 1));
    assert_eq!((m.reporting_interval, m.quiet_time_min), (9, 15));
    assert!(off_vung_tau(m.area));
    cut_below(&group, 154);
}

#[test]
fn corrections() {
    let bits = Bits::message(17, MMSI).put(0, 2).put(64_200, 18).put(-5400, 17).put(0, 5).put(0x7C05, 16);
    let AisMessage::Dgnss(m) = only(&bits) else { panic!() };
    assert_eq!((m.position, m.payload.as_str()), (Position::from_degrees(-9.0, 107.0), bits.armoured().0.as_str()));
    cut_below(&bits, 80);
}
