//! Rubbish: random bytes and damaged sentences never stop the decoder, nor the scanner of recordings.

use super::bits::{position, voyage};
use super::{decode, decode_feed, sentence, tag};
use picket::engine::decode::Decoder;
use picket::engine::decode::line_stamp::LineStamps;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use proptest::prelude::*;

/// Lines worth damaging.
fn good_lines() -> Vec<Vec<u8>> {
    let mut lines = voyage(574_001_000, "DAMAGED GOODS").parts(3);
    lines.push(format!("{}{}", tag("g:1-2-11,s:east,c:1768003200"), position(574_001_000, 5).vdm()));
    lines.push(format!("{},d-109,r003669946,1768003200", position(574_001_000, 5).vdm()));
    lines.push(sentence('$', "PGHP,1,2026,1,10,12,0,0,11,574,,5740001,1,62"));
    lines.push(sentence('$', "RATTM,12,1.500,045.0,R,5.0,010.0,R,,,N,NAME,T,,000000.00,A"));
    lines.push(sentence('$', "GPRMC,000000.00,A,1000.00,N,10700.00,E,12.0,090.0,100126,,,A"));
    lines.push("t,mmsi,lat,lon,name\n".to_owned());
    lines.push("1768003200,574001000,8.5,106.6,\"A \"\"B\"\"\"".to_owned());
    lines.into_iter().map(String::into_bytes).collect()
}

fn run(lines: &[Vec<u8>]) {
    decode(lines);
    decode_feed(Feed::new("table", FeedKind::Csv), lines);
    for kind in [FeedKind::Nmea, FeedKind::Csv] {
        let mut stamps = LineStamps::new(kind, None);
        lines.iter().for_each(|line| _ = stamps.scan(line));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20)) {
        run(&lines);
    }

    #[test]
    fn any_bytes_through_every_target(data in prop::collection::vec(any::<u8>(), 0..600)) {
        super::drive::TARGETS.iter().for_each(|(_, target)| target(&data));
    }

    #[test]
    fn seeds_with_damage(
        seed in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        let seeds = super::seeds::all();
        let (target, mut data) = seeds[seed.index(seeds.len())].clone();
        for (place, byte) in damage {
            let place = place.index(data.len());
            data[place] = byte;
        }
        super::drive::TARGETS.iter().filter(|(name, _)| *name == target).for_each(|(_, drive)| drive(&data));
    }

    #[test]
    fn random_payloads(payload in "[0-W`-w]{1,120}", fill in 0..6u8, id in "[0-K]") {
        run(&[sentence('!', &format!("AIVDM,1,1,,A,{id}{payload},{fill}")).into_bytes()]);
    }

    #[test]
    fn random_parts(parts in prop::collection::vec((1..4u8, 1..4u8, 0..3u8, "[0-W]{0,90}"), 0..80)) {
        let line = |(total, part, sequence, payload): &(u8, u8, u8, String)| {
            sentence('!', &format!("AIVDM,{total},{part},{sequence},A,{payload},0")).into_bytes()
        };
        run(&parts.iter().map(line).collect::<Vec<_>>());
    }

    #[test]
    fn damaged_sentences(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..30),
        order in any::<u64>(),
    ) {
        let mut lines = good_lines();
        for (line, place, byte, how) in damage {
            let line = line.index(lines.len());
            let text = &mut lines[line];
            if text.is_empty() { continue; }
            let place = place.index(text.len());
            match how {
                0 => text[place] = byte,
                1 => text.insert(place, byte),
                _ => text.truncate(place),
            }
        }
        let turn = (order % lines.len() as u64) as usize;
        lines.rotate_left(turn);
        run(&lines);
    }

    #[test]
    fn damage_behind_a_good_checksum(fields in "[ -~]{0,90}", formatter in "(VDM|VDO|TTM|RMC|GGA|VTG|HDT|THS|ZDA)") {
        let body = fields.replace(['*', '!', '$', '\\'], "");
        run(&[sentence('!', &format!("AI{formatter},{body}")).into_bytes(), sentence('$', &format!("PGHP,{body}")).into_bytes()]);
    }
}

#[test]
fn the_state_can_be_kept_and_taken_up_again() {
    let lines = good_lines();
    let feeds = [Feed::new("test", FeedKind::Nmea)];
    let frame = |seq: u64, bytes| Frame { seq, feed: FeedId(0), received_at: super::start(), bytes };
    let mut whole = Decoder::new(&feeds);
    let mut expected = Vec::new();
    for (line, seq) in lines.iter().zip(1..) {
        whole.decode(&frame(seq, line), &mut |decoded| expected.push(format!("{decoded:?}")));
    }
    for cut in 0..lines.len() {
        let mut given = Vec::new();
        let mut decoder = Decoder::new(&feeds);
        for (line, seq) in lines.iter().zip(1..) {
            if seq as usize == cut + 1 {
                decoder = postcard::from_bytes(&postcard::to_stdvec(&decoder).unwrap()).unwrap();
            }
            decoder.decode(&frame(seq, line), &mut |decoded| given.push(format!("{decoded:?}")));
        }
        assert_eq!(given, expected, "cut at {cut}");
    }
}

#[test]
fn a_million_first_parts_do_not_grow_the_state() {
    let mut decoder = Decoder::new(&[Feed::new("test", FeedKind::Nmea)]);
    let mut size = 0;
    let mut orphans = 0;
    for i in 0..1_000_000u64 {
        let line = sentence('!', &format!("AIVDM,2,1,{},A,55R3Vn82{i:07},0", i % 10));
        let frame = Frame { seq: i, feed: FeedId(0), received_at: super::start(), bytes: line.as_bytes() };
        decoder.decode(&frame, &mut |_| orphans += 1);
        if i == 1000 {
            size = postcard::to_stdvec(&decoder).unwrap().len();
        }
    }
    assert!(postcard::to_stdvec(&decoder).unwrap().len() < size + 1000);
    assert!(orphans >= 1_000_000 - 64);
}
