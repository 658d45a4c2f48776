//! What the decoder holds: nothing is allocated for a line, and a million strangers do not make it grow.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "decode/bits.rs"]
#[allow(dead_code)]
mod bits;
#[path = "../benches/support/heap.rs"]
mod heap;

use picket::engine::decode::Decoder;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::time::EventTime;
use picket::sim::sentence::{checksum, report, sentence as framed};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn sentence(start: char, body: &str) -> String {
    framed(start, body)
}

/// Decodes one line; gives how many messages and rejects came of it.
fn decode(decoder: &mut Decoder, seq: u64, line: &str) -> u64 {
    let received_at = EventTime::from_millis(1_768_003_200_000);
    let mut told = 0;
    decoder.decode(&Frame { seq, feed: FeedId(0), received_at, bytes: line.as_bytes() }, &mut |_| told += 1);
    told
}

/// One test, for the allocator counts for the whole process.
#[test]
fn nothing_is_allocated_for_a_line_and_strangers_do_not_grow_it() {
    let mut decoder = Decoder::new(&[Feed::new("any", FeedKind::Nmea)]);
    no_allocation(&mut decoder);
    let message = |i: u64| bits::position(200_000_000 + i as u32, 60).vdm();
    stays_flat(&mut decoder, "senders", 1_000_000, message);
    let tagged = |i: u64| {
        let inside = format!("s:stranger{i},g:1-2-{i},n:{i}");
        format!(
            "\\{inside}*{:02X}\\{}",
            checksum(&inside),
            sentence('!', "AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0")
        )
    };
    stays_flat(&mut decoder, "stations", 200_000, tagged);
    let first_part = |i: u64| sentence('!', &format!("AIVDM,2,1,{},A,55R3Vn82{i:07},0", i % 10));
    stays_flat(&mut decoder, "first parts", 1_000_000, first_part);
    let target = |i: u64| sentence('$', &format!("RATTM,{i},1.5,045.0,T,12.0,090.0,T,,,N,,T"));
    stays_flat(&mut decoder, "targets", 200_000, target);
}

/// Ordinary traffic, a second time over: static reports in two parts among positions, in TAG blocks and bare.
fn no_allocation(decoder: &mut Decoder) {
    let lines: Vec<String> = (0..20_000u32).flat_map(ordinary).collect();
    let pass = |decoder: &mut Decoder| lines.iter().zip(1..).map(|(line, seq)| decode(decoder, seq, line)).sum::<u64>();
    pass(decoder);
    let before = heap::allocations();
    let told = pass(decoder);
    let allocated = heap::allocations() - before;
    assert!(told >= 20_000 && allocated * 1000 < told, "{allocated} allocations for {told} messages");
}

fn ordinary(i: u32) -> Vec<String> {
    let mmsi = 574_000_000 + i % 500;
    let sentences = if i % 20 == 7 {
        bits::voyage(mmsi, "ORDINARY").parts((i % 10) as u8)
    } else {
        vec![bits::position(mmsi, i % 60).vdm()]
    };
    if i.is_multiple_of(2) {
        return sentences;
    }
    let tagged = report("east", 1_768_003_200_000 + i64::from(i), i % 1000, &sentences);
    tagged.lines().map(str::to_owned).collect()
}

/// So many lines that each name something new: after the first tenth nothing grows any more.
fn stays_flat(decoder: &mut Decoder, what: &str, lines: u64, line: impl Fn(u64) -> String) {
    let mut pass = |from: u64, to: u64| (from..to).for_each(|i| _ = decode(decoder, i, &line(i)));
    pass(0, lines / 10);
    let before = heap::in_use();
    pass(lines / 10, lines);
    let grown = heap::in_use().saturating_sub(before);
    assert!(grown < 4096, "{what}: {grown} bytes more after {lines}");
}
