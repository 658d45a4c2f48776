//! What single items say, by the numbers that the specifications print.

use super::{datagram, decode, target, target_048, target_062};
use picket::engine::decode::asterix::AsterixMessage;
use picket::sim::asterix_wire::RecordWriter;

fn one(category: u8, record: RecordWriter) -> AsterixMessage {
    let gave = decode(&[datagram(category, record)]);
    assert_eq!(gave.rejects, [""; 0]);
    gave.records[0].1
}

#[test]
fn surface_movement_reports() {
    let m = one(10, target().with(40, &[0x27, 0x10, 0x40, 0]).with(200, &[0x40, 0, 0x80, 0]));
    let polar = m.polar.unwrap();
    assert_eq!((polar.range_m, polar.azimuth_deg), (10_000.0, 90.0));
    assert!((m.ground_speed.unwrap().m_s() - 1852.0).abs() < 1e-9 && m.track_angle.unwrap().degrees() == 180.0);
    let m = one(10, target().with(202, &[0xff, 0xfc, 0, 40]).with(210, &[0xfc, 8]).with(42, &[0xff, 0xff, 1, 0]));
    assert_eq!(m.velocity.map(|v| (v.x, v.y)), Some((-1.0, 10.0)));
    assert_eq!(m.acceleration.map(|v| (v.x, v.y)), Some((-1.0, 2.0)));
    assert_eq!(m.cartesian.map(|v| (v.x, v.y)), Some((-1.0, 256.0)));
    let m = one(10, target().with(161, &[0xf1, 0x23]).with(270, &[121, 65, 24]).with(500, &[40, 60, 0, 1]));
    assert_eq!(
        (m.track_number, m.length_m, m.orientation_deg, m.width_m),
        (Some(0x123), Some(60), Some(90.0), Some(12))
    );
    assert_eq!(m.sigma.map(|v| (v.x, v.y)), Some((10.0, 15.0)));
    let quarter = (1i32 << 29).to_be_bytes();
    let m = one(10, target().with(41, &[quarter, (1i32 << 30).to_be_bytes()].concat()).with(131, &[200]));
    assert_eq!(m.wgs84.map(|p| (p.lat(), p.lon())), Some((45.0, 90.0)));
    assert_eq!(m.amplitude, Some(200));
}

#[test]
fn heights_codes_and_names() {
    let record = target().with(60, &[0xff, 0xff]).with(220, &[0x12, 0x34, 0x56]).with(90, &[0x3f, 0xff]);
    let m = one(10, record.with(91, &[0, 16]).with(245, &[0, 0x10, 0xc2, 0x36, 0xd4, 0x18, 0x20]));
    assert_eq!((m.mode_3a, m.target_address, m.flight_level), (Some(0o7777), Some(0x12_3456), Some(-0.25)));
    assert_eq!((m.height_m, m.target_id.as_deref()), (Some(100.0 * 0.3048), Some("DLH65A")));
}

#[test]
fn surveillance_radars() {
    let m = one(48, target_048().with(40, &[1, 0, 0xc0, 0]).with(42, &[0, 128, 0xff, 0x80]));
    assert_eq!(m.polar.map(|p| (p.range_m, p.azimuth_deg)), Some((1852.0, 270.0)));
    assert_eq!(m.cartesian.map(|v| (v.x, v.y)), Some((1852.0, -1852.0)));
    let m = one(48, target_048().with(130, &[0b0001_1000, 0x10, 0xce]).with(110, &[0x3f, 0xff]));
    assert_eq!((m.run_length_deg, m.amplitude), (Some(0.703_125), Some(-50)));
    assert_eq!(m.height_m, Some(-25.0 * 0.3048));
    let m = one(48, target_048().with(161, &[0x0f, 0xff]).with(170, &[0x81, 0xc0]).with(20, &[0x13, 0x80]));
    let flags = m.flags;
    assert!(
        flags.tentative && flags.end_of_track && flags.ghost && flags.simulated && flags.field_monitor && flags.test
    );
}

#[test]
fn system_tracks() {
    let place = [(1i32 << 23).to_be_bytes(), (-(1i32 << 24)).to_be_bytes()].concat();
    let m = one(62, target_062().with(105, &place).with(100, &[0, 0, 2, 0xff, 0xff, 0xff]).with(185, &[0, 4, 0, 8]));
    assert_eq!(m.wgs84.map(|p| (p.lat(), p.lon())), Some((45.0, -90.0)));
    assert_eq!(m.cartesian.map(|v| (v.x, v.y)), Some((1.0, -0.5)));
    assert_eq!((m.velocity.map(|v| (v.x, v.y)), m.track_number), (Some((1.0, 2.0)), Some(0x1234)));
    let m = one(62, target_062().with(500, &[0b1100_0000, 0, 20, 0, 40, 0, 1]).with(270, &[121, 64]));
    assert_eq!(m.sigma.map(|v| (v.x, v.y)), Some((10.0, 20.0)));
    assert_eq!((m.length_m, m.orientation_deg, m.width_m), (Some(60), Some(90.0), None));
}

#[test]
fn service_messages() {
    let north = RecordWriter::new(34).with(10, &[7, 1]).with(0, &[1]).with(30, &[0, 1, 0]);
    let m = one(34, north.with(41, &[1, 128]).with(120, &[0xff, 0xff, 0x20, 0, 0, 0x40, 0, 0]));
    assert_eq!((m.message_type, m.rotation.map(|s| s.seconds())), (Some(1), Some(3.0)));
    assert_eq!(m.site.map(|p| (p.lat(), p.lon())), Some((45.0, 90.0)));
    assert_eq!((m.site_height_m, m.time_of_day.map(|t| t.seconds())), (Some(-1), Some(2.0)));
    let sector = RecordWriter::new(34).with(10, &[7, 1]).with(0, &[2]).with(20, &[64]);
    assert_eq!(one(34, sector).sector_azimuth_deg, Some(90.0));
}
