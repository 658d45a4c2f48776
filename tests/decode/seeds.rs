//! What the fuzz targets begin with: simulated bytes, kept in `fuzz/seeds`.

use std::fs;
use std::path::Path;

use super::bits::{Bits, position, voyage};
use super::{sentence, tag};
use picket::engine::earth::Offset;
use picket::sim::target_wire::{Tracked, tlb, ttd};
use picket::sim::ttm_wire::{Status, ttm};

/// Each seed with the name of its target.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let sentences = [ais_lines(), radar_lines(), clock_lines()];
    let tags = ["s:east,c:1768003200,n:7", "g:1-2-77,s:east,c:1768003200250", "1G2:1234", "c:17,T:a:b,i:<x>"];
    let payload = |bits: Bits| [&[0], bits.armoured().0.as_bytes()].concat();
    let table = "1768003200,574001000,8.5,106.6,12.3,90,511,0,\"A \"\"B\"\"\",9074729,3FOX9,70,140,22,,east\n";
    let mut seeds: Vec<(&'static str, Vec<u8>)> = Vec::new();
    seeds.extend(sentences.map(|lines| ("sentence", lines.join("\n").into_bytes())));
    seeds.push(("tag_block", tags.join("\n").into_bytes()));
    seeds.push(("ais_payload", payload(position(574_001_000, 17))));
    seeds.push(("ais_payload", payload(voyage(574_001_000, "BINH MINH 01"))));
    seeds.extend((4..=27).map(|id| ("ais_payload", payload(Bits::message(id, 574_001_000).length(168)))));
    seeds.push((
        "assembler",
        vec![2, 1, 3, 0, 56, 2, 2, 3, 0, 15, 3, 3, 14, 32, 20, 3, 1, 14, 32, 56, 3, 2, 14, 32, 56],
    ));
    seeds.push(("asterix", vec![48, 0, 11, 0b1101_0000, 1, 2, 0, 1, 0, 0x40, 0, 34, 0, 7, 0b1100_0000, 1, 2, 1]));
    seeds.push(("datagram", [&b"UdPbC\0"[..], ais_lines().join("\r\n").as_bytes(), &[0; 4], &[48, 0, 3]].concat()));
    seeds.push(("capture", classic_capture(ais_lines().join("\r\n").as_bytes())));
    seeds.push(("csv", table.as_bytes().to_vec()));
    seeds.push((
        "csv",
        format!("MMSI,BaseDateTime,LAT,LON\n574001000,2026-01-10T00:00:05,8.5,106.6\n{table}").into_bytes(),
    ));
    seeds
}

/// A classic capture of one datagram over bare IPv4.
fn classic_capture(payload: &[u8]) -> Vec<u8> {
    let len = |header: usize| (payload.len() + header) as u16;
    let mut packet = vec![0x45, 0];
    packet.extend(len(28).to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 239, 192, 0, 4, 0xea, 0x64, 0xea, 0x64]);
    packet.extend(len(8).to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(payload);
    let words =
        [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 101, 1_768_003_200, 0, packet.len() as u32, packet.len() as u32];
    words.into_iter().flat_map(u32::to_le_bytes).chain(packet).collect()
}

fn ais_lines() -> Vec<String> {
    let mut lines = voyage(574_001_000, "DAMAGED GOODS").parts(3);
    lines.push(format!("{}{}", tag("g:1-2-11,s:east,c:1768003200"), position(574_001_000, 5).vdm()));
    lines.push(format!("1768003200123 {},d-109,r003669946,1768003200", position(574_001_000, 5).vdm()));
    lines
}

fn radar_lines() -> Vec<String> {
    let from_antenna = Offset::polar(45.0, 18_520.0);
    let target = Tracked { number: 300, from_antenna, velocity: Offset::polar(90.0, 5.0), status: Status::Tracking };
    let mut lines = ttd(&[target; 3], 0.01, 4);
    lines.push(ttm(300, from_antenna, target.velocity, Status::Tracking));
    lines.push(sentence('$', "RATLL,7,0840.8000,N,10636.0000,E,NAME,000000.00,T,"));
    lines.push(tlb(&[(7, "TUG"), (300, "")]));
    lines.push(sentence('$', "RARSD,,,,,,,,,0.25,145.0,12.0,N,N"));
    lines.push(sentence('$', "RAOSD,341.5,A,350.0,P,10.0,P,,,N"));
    lines
}

fn clock_lines() -> Vec<String> {
    let bodies = [
        "PGHP,1,2026,1,10,12,0,0,11,574,,5740001,1,62",
        "GPRMC,000000.00,A,1000.00,N,10700.00,E,12.0,090.0,100126,,,A",
        "GPZDA,013000.00,10,01,2026,00,00",
        "HETHS,12.5,A",
    ];
    bodies.iter().map(|body| sentence('$', body)).collect()
}

#[test]
fn the_tree_keeps_every_seed() {
    for (i, (target, data)) in all().iter().enumerate() {
        let path = Path::new("fuzz/seeds").join(target).join(format!("{i:02}"));
        if std::env::var_os("PICKET_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, data).unwrap();
        }
        assert_eq!(fs::read(&path).ok().as_ref(), Some(data), "{}: see CONTRIBUTING.md, fuzzing", path.display());
    }
}
