//! Blocks that fail, and sources whose blocks fail too often.

use super::{datagram, decode, start, target, target_048};
use picket::engine::decode::asterix::category;
use picket::sim::asterix_any::any_item;
use picket::sim::asterix_wire::{RecordWriter, block, presence_octets, time_of_day};
use picket::sim::rng::Rng;

fn plot() -> Vec<u8> {
    datagram(10, target().with(40, &[0x27, 0x10, 0x40, 0]))
}

/// A block whose record ends too early.
fn cut() -> Vec<u8> {
    let mut whole = plot();
    let len = whole.len() as u16 - 1;
    whole.truncate(usize::from(len));
    whole[1..3].copy_from_slice(&len.to_be_bytes());
    whole
}

#[test]
fn a_bad_record_drops_its_block_and_nothing_else() {
    let good = target().with(40, &[0x27, 0x10, 0x40, 0]).bytes();
    let half = block(10, &[good.clone(), good[..good.len() - 2].to_vec()]);
    let gave = decode(&[[plot(), half, plot()].concat()]);
    assert_eq!((gave.records.len(), gave.rejects), (2, vec!["asterix_block"]));
}

#[test]
fn a_length_that_cannot_be_drops_the_rest_of_its_datagram() {
    let gave = decode(&[[plot(), vec![10, 0, 2], plot()].concat(), plot()]);
    assert_eq!((gave.records.len(), gave.rejects), (2, vec!["asterix_block"]));
    let gave = decode(&[[plot(), vec![10, 1, 0, 1]].concat()]);
    assert_eq!((gave.records.len(), gave.rejects), (1, vec!["asterix_block"]));
}

#[test]
fn an_unknown_category_is_passed_over() {
    let gave = decode(&[[vec![240, 0, 5, 1, 2], plot()].concat()]);
    assert_eq!((gave.records.len(), gave.rejects.len()), (1, 0));
}

#[test]
fn a_record_needs_its_source_its_type_and_nothing_spare() {
    for bytes in [
        RecordWriter::new(10).with(0, &[1]).with(40, &[0; 4]).bytes(),
        RecordWriter::new(10).with(10, &[7, 1]).with(40, &[0; 4]).bytes(),
        vec![0b1100_0001, 1, 1, 0b0000_0100, 7, 1, 1],
        vec![1, 1, 1, 1, 0],
        vec![0],
    ] {
        assert_eq!(decode(&[block(10, std::slice::from_ref(&bytes))]).rejects, ["asterix_block"], "{bytes:?}");
    }
    assert_eq!(decode(&[vec![10, 0, 3]]).rejects, ["asterix_block"]);
}

#[test]
fn a_source_whose_blocks_fail_is_silenced_until_they_hold_again() {
    let mut datagrams = vec![plot(), cut(), cut()];
    datagrams.extend(vec![plot(); 60]);
    let gave = decode(&datagrams);
    let count = |reason| gave.rejects.iter().filter(|told| **told == reason).count();
    assert_eq!((count("asterix_block"), count("quarantined")), (2, 36));
    assert_eq!((gave.records.len(), gave.quarantined), (1 + 24, 0));
    assert_eq!(decode(&[plot(), cut(), cut()]).quarantined, 1);
}

#[test]
fn another_source_is_not_silenced_with_it() {
    let other = RecordWriter::new(48).with(10, &[7, 2]).with(140, &time_of_day(start())).with(40, &[1, 0, 0, 0]);
    let gave = decode(&[cut(), cut(), plot(), datagram(48, other)]);
    assert_eq!((gave.records.len(), gave.quarantined), (1, 1));
}

/// Records of CAT048 as an edition would send them in which two items have changed places and one another length.
fn of_another_edition(rng: &mut Rng) -> Vec<u8> {
    let uap = category(48).unwrap().uap;
    let mut order: Vec<usize> = (0..uap.len()).collect();
    order.swap(2, 6);
    order.swap(9, 13);
    let fields: Vec<usize> = (0..uap.len()).filter(|field| *field < 2 || rng.chance(0.5)).collect();
    let mut bytes = presence_octets(fields.iter().copied());
    for field in fields {
        match (field, uap[order[field]]) {
            (0, _) => bytes.extend([7, 1]),
            (1, _) => bytes.extend(time_of_day(start())),
            (3, _) => bytes.extend([0; 3]),
            (_, Some(item)) => bytes.extend(any_item(48, &item, rng)),
            _ => {}
        }
    }
    bytes
}

#[test]
fn a_wrong_edition_is_quarantined_and_yields_no_position() {
    for seed in 1..=20 {
        let mut rng = Rng::new(seed, "another edition");
        let stream: Vec<Vec<u8>> =
            (0..300).map(|_| block(48, &(0..12).map(|_| of_another_edition(&mut rng)).collect::<Vec<_>>())).collect();
        let gave = decode(&stream);
        assert_eq!((gave.quarantined, gave.records.len(), gave.reports.len()), (1, 0, 0), "seed {seed}");
        assert_eq!(gave.rejects.len(), stream.len());
    }
}

#[test]
fn a_good_source_comes_through() {
    let gave = decode(&vec![datagram(48, target_048().with(40, &[1, 0, 0, 0])); 300]);
    assert_eq!((gave.records.len(), gave.reports.len(), gave.rejects.len()), (300, 300, 0));
}
