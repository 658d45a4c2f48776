//! Bytes of any kind driven through the decoder, one way a target: what the fuzz targets and the property tests share.

use std::path::PathBuf;

use picket::edge::batch::Batch;
use picket::edge::recording::{Kind, Recording, RecordingFile, RecordingOptions};
use picket::engine::decode::line_stamp::LineStamps;
use picket::engine::decode::{Decoded, Decoder, reports};
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::time::{EventTime, Span};

/// What drives bytes through the decoder.
pub type Drive = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Drive); 8] = [
    ("sentence", sentence),
    ("tag_block", tag_block),
    ("ais_payload", ais_payload),
    ("assembler", assembler),
    ("asterix", asterix),
    ("datagram", datagram),
    ("capture", capture),
    ("csv", csv),
];

/// Lines of sentences, as they are.
pub fn sentence(data: &[u8]) {
    decode(FeedKind::Nmea, data.split(|b| *b == b'\n'));
}

/// The inside of TAG blocks, a line each, with a good checksum and a sentence behind it.
pub fn tag_block(data: &[u8]) {
    let sentence = checked(b'!', b"AIVDM,2,1,3,A,55R3Vn82,0");
    let tagged = |inside: &[u8]| [&b"\\"[..], inside, format!("*{:02X}\\", xor(inside)).as_bytes(), &sentence].concat();
    decode(FeedKind::Nmea, data.split(|b| *b == b'\n').map(tagged));
}

/// The bits of AIS messages and of TTD targets, in good sentences.
pub fn ais_payload(data: &[u8]) {
    let armour = |b: &u8| if b & 63 < 40 { (b & 63) + 48 } else { (b & 63) + 56 };
    let (fill, bits) = data.split_first().map_or((0, data), |(first, rest)| (first % 6, rest));
    let payload: Vec<u8> = bits.iter().map(armour).collect();
    let sentence = |head: &[u8]| checked(b'!', &[head, &payload, format!(",{fill}").as_bytes()].concat());
    decode(FeedKind::Nmea, [&b"AIVDM,1,1,,A,"[..], b"AIVDO,1,1,,,", b"RATTD,01,01,0,"].map(sentence));
}

/// Parts of messages: five bytes a part tell total, number, identifier and channel, station and group, length.
pub fn assembler(data: &[u8]) {
    let part = |bytes: &[u8]| {
        let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
        let (total, number) = (at(0) % 11, at(1) % 11);
        let (sequence, channel) = (at(2) % 11, [",A", ",B", ","][usize::from(at(2) / 11) % 3]);
        let sequence = if sequence == 10 { String::new() } else { sequence.to_string() };
        let payload = "5".repeat(usize::from(at(4)) % 140);
        let body = format!("AIVDM,{total},{number},{sequence}{channel},{payload},{}", at(3) % 7);
        let inside = format!("g:{number}-{total}-{},s:{}", at(3) / 32, at(3) / 64);
        let tag = if at(3) % 2 == 0 { format!("\\{inside}*{:02X}\\", xor(inside.as_bytes())) } else { String::new() };
        [tag.as_bytes(), &checked(b'!', body.as_bytes())].concat()
    };
    decode(FeedKind::Nmea, data.chunks(5).map(part));
}

/// One datagram of ASTERIX data blocks.
pub fn asterix(data: &[u8]) {
    decode(FeedKind::Asterix, [data]);
}

/// Payloads of a capture: sentences or data blocks, parted by four zero bytes.
pub fn datagram(data: &[u8]) {
    let mut rest = data;
    let mut payloads = Vec::new();
    while let Some(at) = rest.windows(4).position(|four| four == [0; 4]) {
        payloads.push(&rest[..at]);
        rest = &rest[at + 4..];
    }
    payloads.push(rest);
    decode(FeedKind::Pcap, payloads);
}

/// A capture's bytes, in a file of this process.
pub fn capture(data: &[u8]) {
    let path = scratch();
    if std::fs::write(&path, data).is_err() {
        return;
    }
    let file = RecordingFile { path, kind: Kind::Pcap, feed: None };
    if let Ok(mut recording) = Recording::open(&[file], &RecordingOptions::default()) {
        let mut batch = Batch::default();
        while recording.next_batch(&mut batch) {}
        drop(recording.warnings());
    }
}

/// A file in memory where the system has such a folder, one a thread of this process.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("picket-fuzz-{}-{:?}.pcap", std::process::id(), std::thread::current().id()))
}

/// Lines of a table, behind its header.
pub fn csv(data: &[u8]) {
    let header = &b"t,mmsi,lat,lon,sog,cog,heading,status,name,imo,callsign,type,length,width,arrival,station"[..];
    decode(FeedKind::Csv, std::iter::once(header).chain(data.split(|b| *b == b'\n')));
    decode(FeedKind::Csv, data.split(|b| *b == b'\n'));
}

/// Decodes frames of one feed, a second apart, to reports; scans them as lines of a recording too.
fn decode<L: AsRef<[u8]>>(kind: FeedKind, frames: impl IntoIterator<Item = L>) {
    let mut decoder = Decoder::new(&[Feed { trust_time: false, ..Feed::new("any", kind) }]);
    let mut stamps = LineStamps::new(kind, Some(EventTime::from_millis(1_767_916_800_000)));
    let mut take = |decoded: Decoded<'_>| {
        if let Decoded::Message { stamp, message } = decoded {
            let _ = reports(stamp, message);
        }
    };
    let mut at = EventTime::from_millis(1_768_003_200_000);
    for (bytes, seq) in frames.into_iter().zip(1..) {
        at = at + Span::from_secs(1);
        decoder.decode(&Frame { seq, feed: FeedId(0), received_at: at, bytes: bytes.as_ref() }, &mut take);
        stamps.scan(bytes.as_ref());
    }
    decoder.tick(at + Span::from_secs(60), &mut take);
    decoder.finish(FeedId(0), &mut take);
}

fn checked(start: u8, body: &[u8]) -> Vec<u8> {
    [&[start], body, format!("*{:02X}", xor(body)).as_bytes()].concat()
}

fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |x, b| x ^ b)
}
