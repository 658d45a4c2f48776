//! Dialects of the wire: how many messages come out, what is refused and why, and which time, station and digest they get.

use super::bits::{Bits, position, voyage};
use super::{decode, decode_feed, sentence, tag};
use picket::engine::input::{Feed, FeedKind};

/// A position sentence under a talker and on a channel.
fn from(talker: &str, formatter: &str, channel: &str) -> String {
    let (payload, fill) = position(574_001_000, 60).armoured();
    sentence('!', &format!("{talker}{formatter},1,1,,{channel},{payload},{fill}"))
}

fn one() -> String {
    from("AI", "VDM", "B")
}

/// A position sentence with its tail, fill bits and checksum made by hand.
fn with_fill(payload: &str, fill: &str) -> String {
    sentence('!', &format!("AIVDM,1,1,,B,{payload},{fill}"))
}

/// Part `part` of `total` of a made-up split of a static report.
fn part(talker: &str, sequence: &str, channel: &str, part: usize, name: &str) -> String {
    let (payload, fill) = voyage(574_002_000, name).armoured();
    let (text, fill) = if part == 1 { (&payload[..56], 0) } else { (&payload[56..], fill) };
    sentence('!', &format!("{talker}VDM,2,{part},{sequence},{channel},{text},{fill}"))
}

#[test]
fn one_line_dialects() {
    let (payload, _) = position(574_001_000, 60).armoured();
    let mut wrong = one();
    wrong.replace_range(wrong.len() - 2.., "00");
    let lower = {
        let one = one();
        let (head, sum) = one.split_at(one.len() - 2);
        format!("{head}{}", sum.to_lowercase())
    };
    let orbcomm = tag("s:rORBCOMM000,q:u,c:1426032001,T:2015-03-11 00.00.01,i:<T>A:12344 F:+30000</T>");
    let cases: Vec<(&str, String, usize, &[&str])> = vec![
        ("plain", one(), 1, &[]),
        ("lower-case checksum", lower, 1, &[]),
        ("wrong checksum", wrong, 0, &["checksum"]),
        ("no checksum", one()[..one().len() - 3].to_owned(), 0, &["checksum"]),
        ("half a checksum", one()[..one().len() - 1].to_owned(), 0, &["checksum"]),
        ("any talker", ["AB", "BS", "SA", "XX", "--", "=I"].map(|t| from(t, "VDM", "A")).join(""), 6, &[]),
        ("any channel", ["", "1", "2", "C", "a"].map(|c| from("AI", "VDM", c)).join(""), 5, &[]),
        ("own ship", from("AI", "VDO", ""), 1, &[]),
        ("empty fill bits", with_fill(&payload, ""), 1, &[]),
        ("wrong fill bits, right length", with_fill(&payload, "2"), 1, &[]),
        ("six fill bits", with_fill(&payload, "6"), 0, &["fill_bits"]),
        ("a field too many", with_fill(&payload, "0,0"), 1, &[]),
        ("empty payload", with_fill("", "0"), 0, &["truncated"]),
        ("outside the alphabet", with_fill(&format!("{}z", &payload[1..]), "0"), 0, &["armour"]),
        ("too short", with_fill(&payload[..17], "0"), 0, &["truncated"]),
        ("too long by six characters", with_fill(&format!("{payload}19uvPT"), "0"), 1, &[]),
        ("longer than any message", with_fill(&"1".repeat(257), "0"), 0, &["too_long"]),
        ("part 0", sentence('!', "AIVDM,2,0,,A,00,0"), 0, &["fragment"]),
        ("part above total", sentence('!', "AIVDM,1,2,,A,00,0"), 0, &["fragment"]),
        ("ten parts", sentence('!', "AIVDM,10,1,,A,00,0"), 0, &["fragment"]),
        ("no part number", sentence('!', "AIVDM,2,,,A,00,0"), 0, &["malformed"]),
        ("message 0", Bits::message(0, 1).length(168).vdm(), 0, &["unsupported_type"]),
        ("message 28", Bits::message(28, 1).length(168).vdm(), 0, &["unsupported_type"]),
        ("epoch before", format!("1550303566167726840 {}", one()), 1, &[]),
        ("blanks before", format!("  {}", one()), 1, &[]),
        ("epoch behind", format!("{},1485907262", one()), 1, &[]),
        ("coast guard", format!("{},d-109,S2105,t050056.00,r003669946,1325394060", one()), 1, &[]),
        ("two in a line", format!("{}{}", one(), one()), 2, &[]),
        ("a broken one before", format!("{}{}", &one()[..20], one()), 1, &["checksum"]),
        ("tag block", format!("{}{}", tag("s:a,c:1682294942"), one()), 1, &[]),
        ("wrong tag checksum", format!("\\s:a,c:1682294942*00\\{}", one()), 1, &[]),
        ("two tag blocks", format!("{}{}{}", tag("s:a"), tag("c:1682294942"), one()), 1, &[]),
        ("tag block without end", format!("\\s:a,c:1682294942*00{}", one()), 0, &["tag_block"]),
        ("values of a tag block that hold separators", orbcomm + &one(), 1, &[]),
        ("type 5 cut behind its first part", voyage(574_001_000, "CUT").length(336).vdm(), 1, &[]),
        ("type 26 too short for its head", Bits::message(26, 574_001_000).length(46).vdm(), 0, &["truncated"]),
        (
            "type 27 without a position",
            Bits::message(27, 574_001_000).put(0, 6).put(108_600, 18).put(54_600, 17).length(96).vdm(),
            1,
            &[],
        ),
        ("type 24A of 156 bits", Bits::message(24, 574_001_000).put(0, 2).text("SHORT", 20).length(156).vdm(), 1, &[]),
        ("datagram", format!("UdPbC\0{}{}\r\n{}{}\r\n", tag("s:a"), one(), tag("s:b"), one()), 2, &[]),
        ("binary datagram", format!("RaUdP\0{}", one()), 0, &[]),
        (
            "not ours",
            sentence('$', "GPGSV,1,1,00") + &sentence('$', "ABVSI,r00,1,12.3") + &sentence('$', "PXYZ,1"),
            0,
            &[],
        ),
        ("a remark", "# recorded by hand".to_owned(), 0, &[]),
        ("rubbish", "hello".to_owned(), 0, &["malformed"]),
    ];
    for (case, line, messages, reasons) in cases {
        let gave = decode([line]);
        assert_eq!((gave.messages.len(), gave.reasons()), (messages, reasons.to_vec()), "{case}");
    }
}

#[test]
fn bytes_outside_ascii_do_not_kill_what_follows() {
    let gave = decode([vec![0xFF, 0xFE, 0x80], [b"\xE9\x80 ", one().as_bytes()].concat()]);
    assert_eq!((gave.messages.len(), gave.reasons()), (1, vec!["malformed"]));
}

#[test]
fn groups_of_parts() {
    let (one, two) = (part("AI", "3", "B", 1, "FIRST"), part("AI", "3", "B", 2, "FIRST"));
    let tagged = |inside: &str, line: &str| format!("{}{line}", tag(inside));
    let cases: Vec<(&str, Vec<String>, usize, &[&str])> = vec![
        ("in order", vec![one.clone(), two.clone()], 1, &[]),
        ("out of order", vec![two.clone(), one.clone()], 1, &[]),
        ("another sentence between", vec![one.clone(), self::one(), two.clone()], 2, &[]),
        ("without identifier", vec![part("AI", "", "A", 1, "X"), part("AI", "", "A", 2, "X")], 1, &[]),
        ("channel missing on one", vec![one.clone(), part("AI", "3", "", 2, "FIRST")], 1, &[]),
        ("orphan", vec![two.clone()], 0, &["orphan_part"]),
        ("first part repeated", vec![one.clone(), one.clone(), two.clone()], 1, &[]),
        ("both repeated", vec![one.clone(), one.clone(), two.clone(), two.clone()], 1, &[]),
        ("message repeated", vec![one.clone(), two.clone(), one.clone(), two.clone()], 2, &[]),
        ("stale first part", vec![part("AI", "3", "B", 1, "STALE"), one.clone(), two.clone()], 1, &["orphan_part"]),
        (
            "interleaved by identifier",
            vec![one.clone(), part("AI", "4", "B", 1, "X"), two.clone(), part("AI", "4", "B", 2, "X")],
            2,
            &[],
        ),
        (
            "interleaved by talker",
            vec![one.clone(), part("BS", "3", "B", 1, "X"), two.clone(), part("BS", "3", "B", 2, "X")],
            2,
            &[],
        ),
        (
            "interleaved by channel",
            vec![part("AI", "3", "A", 1, "A"), one.clone(), part("AI", "3", "A", 2, "A"), two.clone()],
            2,
            &[],
        ),
        (
            "interleaved by group",
            vec![
                tagged("g:1-2-11,s:a", &one),
                tagged("g:1-2-12,s:b", &part("AI", "3", "B", 1, "X")),
                tagged("g:2-2-11", &two),
                tagged("g:2-2-12", &part("AI", "3", "B", 2, "X")),
            ],
            2,
            &[],
        ),
    ];
    for (case, lines, messages, reasons) in cases {
        let gave = decode(lines);
        assert_eq!((gave.messages.len(), gave.reasons()), (messages, reasons.to_vec()), "{case}");
    }
}

#[test]
fn the_first_that_tells_a_time_wins() {
    let suffix = ",1768003290";
    let gave = decode([
        one(),
        format!("{}{suffix}", one()),
        format!("1768003291.5 {}", one()),
        format!("{}{}{suffix}", tag("c:1768003292250"), one()),
        tag("c:1768003293"),
        one(),
        one(),
    ]);
    let times = ["00:00:00.000", "00:01:30.000", "00:01:31.500", "00:01:32.250", "00:01:33.000", "00:00:00.006"];
    assert_eq!(gave.times(), times.map(|t| format!("2026-01-10T{t}Z")));
    assert_eq!(gave.messages[3].0.received_at.iso(), "2026-01-10T00:00:00.003Z");
}

#[test]
fn the_first_part_tells_time_and_station_for_all() {
    let (one, two) = (part("AI", "3", "B", 1, "X"), part("AI", "3", "B", 2, "X"));
    let gave = decode([format!("{}{one}", tag("g:1-2-7,s:west,c:1768003292")), format!("{}{two}", tag("g:2-2-7"))]);
    assert_eq!(gave.times(), ["2026-01-10T00:01:32.000Z"]);
    assert_eq!(gave.stations, [Some("west".to_owned())]);
}

#[test]
fn own_clock_serves_sentences_without_a_time() {
    let gave = decode([sentence('$', "GPZDA,013000.00,10,01,2026,00,00"), one()]);
    assert_eq!(gave.times(), ["2026-01-10T01:30:00.000Z"]);
}

#[test]
fn the_utc_second_refines_or_is_suspect() {
    let at = |second: u32, ms: i64| format!("{}{}", tag(&format!("c:{ms}")), position(574_001_000, second).vdm());
    let base = 1_768_003_200_000;
    let gave = decode([at(59, base + 1500), at(2, base + 1500), at(30, base + 1500), at(60, base + 1500)]);
    assert_eq!(
        gave.times(),
        [
            "2026-01-09T23:59:59.000Z",
            "2026-01-10T00:00:02.000Z",
            "2026-01-10T00:00:01.500Z",
            "2026-01-10T00:00:01.500Z"
        ]
    );
    let suspects: Vec<Option<bool>> = gave.messages.iter().map(|(stamp, _)| stamp.utc_second_suspect).collect();
    assert_eq!(suspects, [Some(false), Some(false), Some(true), None]);
}

/// A `$PGHP` line of 12:00:`second` that means the sentence with this checksum.
fn pghp(second: u32, checksum: &str) -> String {
    sentence('$', &format!("PGHP,1,2026,1,10,12,0,{second},0,574,,5740001,1,{checksum}"))
}

#[test]
fn time_lines_before_and_behind() {
    let (a, b) = (position(574_001_000, 60).vdm(), position(574_002_000, 60).vdm());
    let sum = |line: &str| line[line.len() - 2..].to_owned();
    let gave = decode([pghp(1, &sum(&a)), a.clone(), b.clone(), pghp(2, &sum(&b)), pghp(3, &sum(&a)), a.clone()]);
    let by_sender = |mmsi: u32| {
        let of = |(s, m): &(picket::engine::decode::Stamp, picket::engine::decode::Message)| match m {
            picket::engine::decode::Message::Ais(m) if m.mmsi().0 == mmsi => s.observed_at.map(|t| t.iso()),
            _ => None,
        };
        gave.messages.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(by_sender(574_001_000), ["2026-01-10T12:00:01.000Z", "2026-01-10T12:00:03.000Z"]);
    assert_eq!(by_sender(574_002_000), ["2026-01-10T12:00:02.000Z"]);
    assert!(gave.stations.iter().all(|station| station.as_deref() == Some("5740001")));
}

#[test]
fn time_lines_mean_all_parts_or_else_the_next_sentence() {
    let (one, two) = (part("AI", "3", "B", 1, "X"), part("AI", "3", "B", 2, "X"));
    let sum = |line: &str| u8::from_str_radix(&line[line.len() - 2..], 16).unwrap();
    let both = format!("{:02X}", sum(&one) ^ sum(&two));
    assert_eq!(decode([pghp(7, &both), one, two]).times(), ["2026-01-10T12:00:07.000Z"]);
    let other = format!("{:02X}", sum(&self::one()) ^ 0x7F);
    assert_eq!(decode([pghp(8, &other), self::one()]).times(), ["2026-01-10T12:00:08.000Z"]);
}

#[test]
fn stations_by_tag_block_suffix_and_time_line() {
    let gave = decode([
        format!("{}{}", tag("s:east"), one()),
        format!("{},r003669707,1768003290", one()),
        format!("\\s:east*00\\{}", one()),
        one(),
    ]);
    let names = [Some("east"), Some("003669707"), None, None];
    assert_eq!(gave.stations, names.map(|name| name.map(str::to_owned)));
}

#[test]
fn copies_share_a_digest() {
    let two_parts = [part("AI", "3", "B", 1, "X"), part("AI", "3", "B", 2, "X")];
    let whole = voyage(574_002_000, "X").vdm();
    let gave = decode([
        two_parts[0].clone(),
        two_parts[1].clone(),
        format!("{}{whole}", tag("s:b")),
        one(),
        from("BS", "VDM", "A"),
    ]);
    let digests: Vec<u64> = gave.messages.iter().map(|(stamp, _)| stamp.digest).collect();
    assert!(digests[0] == digests[1] && digests[2] == digests[3] && digests[0] != digests[2]);
}

#[test]
fn own_ship_never_moves_the_picture() {
    assert!(decode([from("AI", "VDO", "")]).reports().is_empty());
    assert_eq!(decode([one()]).reports().len(), 1);
}

#[test]
fn missing_checksums_where_a_feed_allows_them() {
    let feed = Feed { allow_missing_checksum: true, ..Feed::new("serial", FeedKind::Nmea) };
    let bare = one()[..one().len() - 3].to_owned();
    assert_eq!(decode_feed(feed, [bare.clone(), format!("{bare}7x"), format!("{bare}*00")]).messages.len(), 1);
}

#[test]
fn tables_give_positions_and_identities() {
    let feed = Feed::new("table", FeedKind::Csv);
    let rows = [
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,station",
        "574001000,2026-01-10T00:00:05,8.5,106.6,12.3,90.0,511,\"BINH, MINH\",east",
        "574001000,2026-01-10T00:00:15,8.5,106.6,,,,,",
        "x,2026-01-10T00:00:15,8.5,106.6,,,,,",
        "574001000,soon,8.5,106.6,,,,,",
    ];
    let gave = decode_feed(feed, rows);
    assert_eq!(gave.times(), ["2026-01-10T00:00:05.000Z", "2026-01-10T00:00:15.000Z"]);
    assert_eq!(gave.reasons(), ["malformed", "time"]);
    assert_eq!(gave.reports().len(), 3);
    assert_eq!(gave.stations, [Some("east".to_owned()), None]);
}

#[test]
fn a_header_within_a_table_holds_from_there_on() {
    let rows = [
        "mmsi,t,lat,lon,station",
        "574001000,2026-01-10T00:00:05,8.5,106.6,east",
        "t,mmsi,lon,lat,station",
        "2026-01-10T00:00:15,574001000,106.6,8.5,west",
        "mmsi,t,lat",
        "2026-01-10T00:00:25,574001000,106.6,8.5,west",
    ];
    let gave = decode_feed(Feed::new("table", FeedKind::Csv), rows);
    assert_eq!(gave.reasons(), ["malformed"]);
    let positions: Vec<_> = gave
        .messages
        .iter()
        .map(|(_, message)| match message {
            crate::Message::Row(row) => row.position.map(|p| (p.lat(), p.lon())),
            _ => None,
        })
        .collect();
    assert_eq!(positions, [Some((8.5, 106.6)); 3]);
}
