//! Captures made here: both formats, every link type, damage of every kind.

use std::io::Cursor;

use etherparse::{IpFragOffset, IpHeaders, IpNumber, Ipv4Header, PacketBuilder, VlanId};
use proptest::prelude::*;

use super::*;

const START: i64 = 1_768_003_200_000; // 2026-01-10T00:00:00Z
const FROM: [u8; 4] = [198, 18, 0, 1];
const TO: [u8; 4] = [239, 192, 0, 4];
const PORT: u16 = 60_004;

/// A packet of a capture: when, and its bytes.
type Packet = (i64, Vec<u8>);

/// What is read of a capture: packet, time in ms, payload.
type Row = (u32, i64, String);

fn numbers(out: &mut Vec<u8>, is_big_endian: bool, numbers: &[u32]) {
    for number in numbers {
        out.extend(if is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() });
    }
}

/// The classic format; with nanoseconds if told so.
fn pcap(link: u32, is_big_endian: bool, is_nanos: bool, packets: &[Packet]) -> Vec<u8> {
    let mut out = Vec::new();
    let magic = if is_nanos { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    numbers(&mut out, is_big_endian, &[magic]);
    out.extend(if is_big_endian { [0, 2, 0, 4] } else { [2, 0, 4, 0] });
    numbers(&mut out, is_big_endian, &[0, 0, 65_535, link]);
    for (at, bytes) in packets {
        let fraction = (at % 1000) as u32 * if is_nanos { 1_000_000 } else { 1000 };
        let len = bytes.len() as u32;
        numbers(&mut out, is_big_endian, &[(at / 1000) as u32, fraction, len, len]);
        out.extend_from_slice(bytes);
    }
    out
}

fn block(out: &mut Vec<u8>, is_big_endian: bool, kind: u32, body: &[u8]) {
    let padded = body.len().next_multiple_of(4);
    let len = (12 + padded) as u32;
    numbers(out, is_big_endian, &[kind, len]);
    out.extend_from_slice(body);
    out.resize(out.len() + padded - body.len(), 0);
    numbers(out, is_big_endian, &[len]);
}

/// The newer format, time in units of `10^-exponent` s (or of `2^-n` s with the highest bit set).
fn pcapng(link: u16, is_big_endian: bool, exponent: Option<u8>, packets: &[Packet]) -> Vec<u8> {
    let (mut out, mut body) = (Vec::new(), Vec::new());
    numbers(&mut body, is_big_endian, &[0x1a2b_3c4d]);
    body.extend(if is_big_endian { [0, 1, 0, 0] } else { [1, 0, 0, 0] });
    body.extend([0xff; 8]);
    block(&mut out, is_big_endian, 0x0a0d_0d0a, &body);
    let short = |n: u16| if is_big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut body = [short(link), [0; 2]].concat();
    numbers(&mut body, is_big_endian, &[0]);
    if let Some(exponent) = exponent {
        body.extend([short(2), short(4)].concat()); // if_name, which is passed over
        body.extend(b"eth0");
        body.extend([short(9), short(1)].concat());
        body.extend([exponent, 0, 0, 0, 0, 0, 0, 0]);
    }
    block(&mut out, is_big_endian, 1, &body);
    let per_second: u128 = match exponent {
        None => 1_000_000,
        Some(e) if e & 0x80 != 0 => 1 << (e & 0x7f),
        Some(e) => 10_u128.pow(u32::from(e)),
    };
    for (at, bytes) in packets {
        let units = (u128::try_from(*at).unwrap() * per_second).div_ceil(1000) as u64;
        let mut body = Vec::new();
        let len = bytes.len() as u32;
        numbers(&mut body, is_big_endian, &[0, (units >> 32) as u32, units as u32, len, len]);
        body.extend_from_slice(bytes);
        block(&mut out, is_big_endian, 6, &body);
    }
    out
}

/// A datagram as an Ethernet packet.
fn ethernet(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let builder = PacketBuilder::ethernet2([2; 6], [1, 0, 0x5e, 64, 0, 4]).ipv4(FROM, TO, 1).udp(50_000, PORT);
    builder.write_to_vec(&mut out, payload).unwrap();
    out
}

/// The same from the IP header on.
fn ip(payload: &[u8]) -> Vec<u8> {
    ethernet(payload).split_off(14)
}

fn reader(bytes: &[u8]) -> CaptureReader {
    CaptureReader::new(Vec::new(), Source::from_reader(Cursor::new(bytes.to_vec()), 0).unwrap(), None)
}

fn rows(reader: &mut CaptureReader) -> Vec<Row> {
    let (mut block, mut rows) = (Block::default(), Vec::new());
    while reader.next_block(&mut block) {
        let row = |line: &Line| {
            (line.number, line.received_at.millis(), String::from_utf8_lossy(block.text(line)).into_owned())
        };
        rows.extend(block.lines.iter().map(row));
    }
    rows
}

fn read(bytes: &[u8]) -> (Vec<Row>, Vec<CaptureFault>) {
    let mut reader = reader(bytes);
    (rows(&mut reader), reader.faults())
}

fn sentence(i: i64) -> Vec<u8> {
    format!("!AIVDM,1,1,,A,{i},0*00\r\n").into_bytes()
}

/// So many datagrams, one every 250 ms, and what is read of them.
fn some(count: i64) -> (Vec<Packet>, Vec<Row>) {
    let packets = (0..count).map(|i| (START + i * 250, ethernet(&sentence(i)))).collect();
    let row = |i: i64| (i as u32 + 1, START + i * 250, String::from_utf8(sentence(i)).unwrap());
    (packets, (0..count).map(row).collect())
}

#[test]
fn both_formats_in_both_orders_and_every_resolution() {
    let (packets, expected) = some(20);
    for is_big_endian in [false, true] {
        for is_nanos in [false, true] {
            assert_eq!(read(&pcap(1, is_big_endian, is_nanos, &packets)), (expected.clone(), vec![]));
        }
        for exponent in [None, Some(3), Some(6), Some(9), Some(0x80 | 20)] {
            assert_eq!(read(&pcapng(1, is_big_endian, exponent, &packets)), (expected.clone(), vec![]), "{exponent:?}");
        }
    }
    let two_sections = [pcapng(1, false, None, &packets[..10]), pcapng(1, true, Some(9), &packets[10..])].concat();
    assert_eq!(read(&two_sections), (expected, vec![]));
    assert_eq!(read(b"!AIVDM is no capture"), (vec![], vec![CaptureFault::NotACapture]));
    assert_eq!(read(&[]).1, [CaptureFault::NotACapture]);
}

#[test]
fn every_link_type() {
    let payload = sentence(1);
    let cooked = [&[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0][..], &ip(&payload)].concat();
    let cooked2 = [&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0][..], &ip(&payload)].concat();
    let null = [&[2, 0, 0, 0][..], &ip(&payload)].concat();
    let mut tagged = Vec::new();
    let vlans =
        PacketBuilder::ethernet2([2; 6], [3; 6]).double_vlan(VlanId::try_new(7).unwrap(), VlanId::try_new(8).unwrap());
    vlans.ipv4(FROM, TO, 1).udp(1, PORT).write_to_vec(&mut tagged, &payload).unwrap();
    let mut six = Vec::new();
    PacketBuilder::ipv6([1; 16], [2; 16], 9).udp(1, PORT).write_to_vec(&mut six, &payload).unwrap();
    let padded = [ethernet(b"!AIVDM"), vec![0; 18]].concat();
    for (link, packet, expected) in [
        (1, ethernet(&payload), &payload[..]),
        (1, tagged, &payload),
        (1, padded, b"!AIVDM"),
        (0, null.clone(), &payload),
        (108, null, &payload),
        (12, ip(&payload), &payload),
        (14, ip(&payload), &payload),
        (101, ip(&payload), &payload),
        (101, six.clone(), &payload),
        (229, six, &payload),
        (228, ip(&payload), &payload),
        (113, cooked, &payload),
        (276, cooked2, &payload),
    ] {
        let (rows, faults) = read(&pcap(link, false, false, &[(START, packet)]));
        assert_eq!(faults, [], "link type {link}");
        assert_eq!(rows, [(1, START, String::from_utf8_lossy(expected).into_owned())], "link type {link}");
    }
    let (rows, faults) = read(&pcap(105, false, false, &[(START, vec![0; 60])]));
    assert_eq!((rows.len(), faults), (0, vec![CaptureFault::Skipped([("a link type that is not read", 1)].into())]));
}

/// An IPv4 packet in fragments of 64 bytes each.
fn fragments(payload: &[u8], id: u16) -> Vec<Vec<u8>> {
    let whole = ip(payload).split_off(20);
    let count = whole.len().div_ceil(64);
    let fragment = |(i, piece): (usize, &[u8])| {
        let mut header = Ipv4Header::new(piece.len() as u16, 1, IpNumber::UDP, FROM, TO).unwrap();
        header.identification = id;
        header.more_fragments = i + 1 < count;
        header.fragment_offset = IpFragOffset::try_new(i as u16 * 8).unwrap();
        let mut out = Vec::new();
        let builder = PacketBuilder::ip(IpHeaders::Ipv4(header, Default::default()));
        builder.write_to_vec(&mut out, IpNumber::UDP, piece).unwrap();
        out
    };
    whole.chunks(64).enumerate().map(fragment).collect()
}

#[test]
fn fragments_are_put_together_and_their_memory_is_bounded() {
    let long = sentence(1).repeat(20);
    let mut pieces = fragments(&long, 7);
    pieces.reverse();
    pieces.insert(2, pieces[1].clone());
    let packets: Vec<Packet> = pieces.into_iter().map(|piece| (START, piece)).collect();
    let (rows, faults) = read(&pcap(101, false, false, &packets));
    assert_eq!((rows.len(), faults), (1, vec![]));
    assert_eq!(rows[0].2.as_bytes(), long);
    // First fragments without end, and a late second one: neither is put together.
    let first = |id: u16| fragments(&long, id).swap_remove(0);
    let mut packets: Vec<Packet> = (0..5000).map(|id| (START + i64::from(id), first(id))).collect();
    packets.extend(fragments(&long, 1).into_iter().skip(1).map(|piece| (START + 5000, piece)));
    assert_eq!(read(&pcap(101, false, false, &packets)), (vec![], vec![]));
    let mut late: Vec<Packet> = fragments(&long, 9).into_iter().map(|piece| (START, piece)).collect();
    late.last_mut().unwrap().0 += 31_000;
    assert_eq!(read(&pcap(101, false, false, &late)).0, []);
}

#[test]
fn other_traffic_is_counted_and_left_out() {
    let mut dns = Vec::new();
    PacketBuilder::ethernet2([2; 6], [3; 6])
        .ipv4(FROM, [8, 8, 8, 8], 9)
        .udp(1, 53)
        .write_to_vec(&mut dns, b"\x12\x34\x01\0\0\x01")
        .unwrap();
    let mut ping = Vec::new();
    PacketBuilder::ethernet2([2; 6], [3; 6])
        .ipv4(FROM, TO, 9)
        .icmpv4_echo_request(1, 2)
        .write_to_vec(&mut ping, b"x")
        .unwrap();
    let arp = [&[0xff; 12][..], &[8, 6], &[0; 28]].concat();
    let damaged_sentence = ethernet(b"\xff\xff\xff");
    let packets =
        [dns, ethernet(&sentence(1)), ping, arp, damaged_sentence, ethernet(b"")].map(|packet| (START, packet));
    let (rows, faults) = read(&pcap(1, false, false, &packets));
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 5], "to an address of sentences all is read");
    let [CaptureFault::Skipped(skipped)] = &faults[..] else { panic!("{faults:?}") };
    assert_eq!(skipped, &[("datagrams of others", 1), ("empty", 1), ("neither UDP nor TCP", 1), ("not IP", 1)].into());
    assert_eq!(
        faults[0].to_string(),
        "4 packets are not for picket (1 datagrams of others, 1 empty, 1 neither UDP nor TCP, 1 not IP)"
    );
}

/// One direction of a connection in segments that begin at these bytes of its text.
fn segments(text: &[u8], starts: &[usize], isn: u32) -> Vec<Vec<u8>> {
    let segment = |flags: u8, sequence: u32, payload: &[u8]| {
        let mut out = Vec::new();
        let mut builder = PacketBuilder::ipv4(FROM, [192, 0, 2, 9], 9).tcp(4001, 50_001, sequence, 1000).ack(1);
        if flags == 1 {
            builder = builder.syn();
        } else if flags == 2 {
            builder = builder.fin();
        }
        builder.write_to_vec(&mut out, payload).unwrap();
        out
    };
    let mut out = vec![segment(1, isn, b"")];
    for (i, start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(text.len());
        out.push(segment(0, isn.wrapping_add(1).wrapping_add(*start as u32), &text[*start..end]));
    }
    out.push(segment(2, isn.wrapping_add(1).wrapping_add(text.len() as u32), b""));
    out
}

fn stream(segments: &[Vec<u8>]) -> (Vec<String>, Vec<CaptureFault>) {
    let packets: Vec<Packet> = segments.iter().map(|segment| (START, segment.clone())).collect();
    let (rows, faults) = read(&pcap(101, false, false, &packets));
    (rows.into_iter().map(|row| row.2).collect(), faults)
}

#[test]
fn streams_come_as_their_lines_in_any_order_of_segments() {
    let text: Vec<u8> = (0..40).flat_map(sentence).collect();
    let lines: Vec<String> = (0..40).map(|i| String::from_utf8(sentence(i)).unwrap().trim_end().to_owned()).collect();
    let starts = [0, 10, 100, 101, 400, 600];
    for isn in [5, u32::MAX - 200] {
        let whole = segments(&text, &starts, isn);
        assert_eq!(stream(&whole), (lines.clone(), vec![]));
        let mut shuffled = whole.clone();
        shuffled.swap(2, 5);
        shuffled.insert(4, whole[1].clone());
        shuffled.push(whole[3].clone());
        assert_eq!(stream(&shuffled), (lines.clone(), vec![]), "swapped, repeated");
        let (got, faults) = stream(&[&whole[..3], &whole[4..]].concat());
        assert_eq!(faults, [CaptureFault::Gaps(1)]);
        assert!(got.len() >= 35 && got.iter().all(|line| lines.contains(line)), "no line of a torn stream is wrong");
        let (got, faults) = stream(&whole[3..]);
        assert_eq!(faults, []);
        assert_eq!(got, lines[lines.len() - got.len()..], "begun within a line");
        assert!(got.len() >= 34);
    }
    let web = segments(b"HTTP/1.1 200 OK\r\n\r\n!AIVDM,1,1,,A,x,0*00\r\n", &[0, 4], 9);
    let (got, faults) = stream(&web);
    assert_eq!((got.len(), faults), (0, vec![CaptureFault::Skipped([("streams of others", 3)].into())]));
}

#[test]
fn many_streams_and_huge_gaps_take_no_memory() {
    let mut streams = Streams::default();
    let mut lines = 0;
    for i in 0..10_000_u32 {
        let [a, b, c, d] = i.to_be_bytes();
        let from = std::net::SocketAddr::from(([a, b, c, d], 4001));
        let segment = |sequence: u32, payload| packet::Segment {
            from,
            to: ([192, 0, 2, 1], 9).into(),
            sequence,
            is_first: false,
            is_last: false,
            payload,
        };
        streams.take(&segment(1, b"!AIVDM,1,1,,A,x,0*00\r\n"), &mut |_| lines += 1);
        streams.take(&segment(1_000_000, &[b'x'; 1400]), &mut |_| lines += 1);
    }
    streams.finish(&mut |_| lines += 1);
    assert_eq!((lines, streams.gaps()), (10_000, 10_000));
}

#[test]
fn a_truncated_file_tells_where() {
    let (packets, expected) = some(10);
    for whole in [pcap(1, false, false, &packets), pcapng(1, true, None, &packets)] {
        let offset = {
            let shorter = if whole[0] == 0x0a {
                pcapng(1, true, None, &packets[..9])
            } else {
                pcap(1, false, false, &packets[..9])
            };
            shorter.len() as u64
        };
        for cut in [1, 5, 40] {
            let (rows, faults) = read(&whole[..whole.len() - cut]);
            assert_eq!(rows, expected[..9]);
            assert_eq!(faults, [CaptureFault::Truncated { offset }]);
        }
    }
}

#[test]
fn damage_costs_the_packets_it_hits_and_is_named() {
    let (mut packets, expected) = some(40);
    packets[4].1[16..18].copy_from_slice(&[0xff, 0xff]); // the IP packet's length
    let (rows, faults) = read(&pcap(1, false, false, &packets));
    assert_eq!(rows.len(), 39);
    let offset = 24 + packets[..4].iter().map(|(_, bytes)| 16 + bytes.len() as u64).sum::<u64>();
    let damaged = CaptureFault::Damaged { count: 1, first: 5, offset, why: "a length does not fit" };
    assert_eq!(faults, [damaged]);

    let (packets, _) = some(40);
    for (mut bytes, record) in [(pcap(1, false, false, &packets), 16), (pcapng(1, false, Some(9), &packets), 32)] {
        let head = if record == 16 {
            24
        } else {
            bytes.len() - packets.iter().map(|p| record + p.1.len().next_multiple_of(4)).sum::<usize>()
        };
        let at: usize = head
            + packets[..9]
                .iter()
                .map(|(_, p)| record + if record == 16 { p.len() } else { p.len().next_multiple_of(4) })
                .sum::<usize>();
        bytes[at + 4..at + 12].fill(0xee); // lengths that make no sense
        let (rows, faults) = read(&bytes);
        let numbers: Vec<String> = rows.iter().map(|row| row.2.clone()).collect();
        let kept: Vec<String> =
            expected.iter().enumerate().filter(|(i, _)| *i != 9).map(|(_, row)| row.2.clone()).collect();
        assert_eq!(numbers, kept, "{faults:?}");
        let [CaptureFault::Nonsense { places: 1, after: 9, offset, .. }] = faults[..] else { panic!("{faults:?}") };
        assert_eq!(offset, at as u64);
    }
}

#[test]
fn four_bytes_too_many_do_not_lead_astray() {
    let (packets, expected) = some(40);
    let whole = pcap(1, false, false, &packets);
    for (at, flip) in [(24 + 6, 16), (24 + 8, 4), (24 + 12, 4), (24 + 3, 1), (24 + 16 + packets[0].1.len() + 8, 4)] {
        let mut bytes = whole.clone();
        bytes[at] ^= flip;
        let known = |row: &&Row| expected.iter().any(|known| known.2 == row.2);
        let (rows, faults) = read(&bytes);
        assert!(rows.iter().filter(known).count() >= 38, "byte {at}: {} rows, {faults:?}", rows.len());
    }
    let joined = [(START, packets[0].1.clone()), (START + 10 * 86_400_000, packets[1].1.clone())];
    let later = (START + 10 * 86_400_000 + 5, packets[2].1.clone());
    let (rows, faults) = read(&pcap(1, false, false, &[joined.as_slice(), &[later]].concat()));
    assert_eq!((rows.len(), faults), (3, vec![]), "ten days without a packet");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_bytes_end(head in prop_oneof![Just(vec![0xd4, 0xc3, 0xb2, 0xa1]), Just(vec![0x0a, 0x0d, 0x0d, 0x0a]), Just(vec![])],
                     bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let (rows, _) = read(&[head, bytes].concat());
        prop_assert!(rows.len() < 300);
    }

    #[test]
    fn flips_never_invent_and_never_loop(
        is_ng in any::<bool>(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1_u8..=255), 1..8),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let (packets, expected) = some(60);
        let mut bytes = if is_ng { pcapng(1, false, None, &packets) } else { pcap(1, false, false, &packets) };
        for (at, flip) in &flips {
            let at = 24 + at.index(bytes.len() - 24);
            bytes[at] ^= flip;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let rows = read(&bytes).0;
        let untouched = rows.iter().filter(|row| expected.iter().any(|known| known.2 == row.2)).count();
        prop_assert!(rows.len() <= 60 && rows.len() - untouched <= flips.len(), "{} of {}", untouched, rows.len());
        prop_assert!(cut.is_some() || is_ng || untouched + 3 * flips.len() >= 50, "{} of 60 with {} flips", untouched, flips.len());
    }

    #[test]
    fn segments_in_any_order_give_the_text(order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(), isn in any::<u32>()) {
        let text: Vec<u8> = (0..30).flat_map(sentence).collect();
        let starts: Vec<usize> = (0..12).map(|i| i * text.len() / 12).collect();
        let whole = segments(&text, &starts, isn);
        let mut mixed = vec![whole[0].clone()];
        mixed.extend(order.iter().map(|i| whole[1 + i].clone()));
        mixed.push(whole[13].clone());
        let lines: Vec<String> = (0..30).map(|i| String::from_utf8(sentence(i)).unwrap().trim_end().to_owned()).collect();
        prop_assert_eq!(stream(&mixed), (lines, vec![]));
    }
}
