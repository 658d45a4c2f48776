//! Rubbish: random bytes and damaged records never stop the decoder, and give no more than their bytes can hold.

use super::{decode, feed};
use picket::engine::decode::asterix::block::Blocks;
use picket::engine::decode::asterix::category::Records;
use picket::engine::decode::asterix::{AsterixMessage, category};
use picket::engine::decode::line_stamp::LineStamps;
use picket::engine::input::FeedKind;
use picket::sim::asterix_any::any_record;
use picket::sim::asterix_wire::block;
use picket::sim::rng::Rng;
use proptest::prelude::*;

const CATEGORIES: [u8; 4] = [10, 34, 48, 62];

/// Blocks of every category, a few records each.
fn good_blocks(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed, "blocks");
    let blocks = CATEGORIES.map(|number| {
        let category = category(number).unwrap();
        block(number, &(0..3).map(|_| any_record(category, &mut rng, |_, rng| rng.chance(0.4))).collect::<Vec<_>>())
    });
    blocks.concat()
}

fn run(datagrams: &[Vec<u8>]) {
    let gave = decode(datagrams);
    let bytes: usize = datagrams.iter().map(Vec::len).sum();
    assert!(gave.records.len() + gave.rejects.len() <= bytes);
    assert!(gave.reports.len() <= gave.records.len());
    let mut stamps = LineStamps::new(FeedKind::Asterix, feed().date);
    datagrams.iter().for_each(|datagram| _ = stamps.scan(datagram));
    datagrams.iter().for_each(|datagram| judged_alike(datagram));
}

/// Whether a block holds is judged without reading it: that must be what reading it would say.
fn judged_alike(datagram: &[u8]) {
    for block in Blocks::new(datagram).flatten() {
        let Some(category) = category(block.category) else { continue };
        let mut records = Records::new(category, block.records());
        let mut message = AsterixMessage::default();
        let mut read = !block.records().is_empty();
        while let Some(record) = records.next_into(&mut message) {
            read &= record.is_some();
        }
        assert_eq!(category.holds(block.records()), read, "{block:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(datagrams in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8)) {
        run(&datagrams);
    }

    #[test]
    fn random_records(category in 0..4usize, records in prop::collection::vec(any::<u8>(), 0..300)) {
        run(&[block(CATEGORIES[category], &[records])]);
    }

    #[test]
    fn every_made_record_is_read(seed in any::<u64>()) {
        let gave = decode(&[good_blocks(seed)]);
        let failed: Vec<_> = gave.rejects.iter().filter(|reason| **reason != "time").collect();
        prop_assert!(failed.is_empty());
        prop_assert_eq!(gave.records.len() + gave.rejects.len(), 12);
    }

    #[test]
    fn damaged_records(
        seed in any::<u64>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..20),
    ) {
        let mut datagram = good_blocks(seed);
        for (place, byte, how) in damage {
            if datagram.is_empty() { break; }
            let place = place.index(datagram.len());
            match how {
                0 => datagram[place] = byte,
                1 => datagram.insert(place, byte),
                _ => datagram.truncate(place),
            }
        }
        run(&[datagram]);
    }
}
