//! What is told of a capture after it is read: what was damaged, and what was not for picket.

use std::collections::BTreeMap;
use std::fmt;

use super::container::ContainerFaults;
use super::packet::Unread;

/// Packets left out, by why.
pub type Skipped = BTreeMap<&'static str, u64>;

/// What went wrong with a capture, or was left out of it.
#[derive(Clone, Debug, PartialEq)]
pub enum CaptureFault {
    /// It is no capture.
    NotACapture,
    /// Packets whose headers or lengths make no sense.
    Damaged {
        /// How many.
        count: u64,
        /// The number of the first, from 1.
        first: u32,
        /// The byte at which it begins in the unpacked file.
        offset: u64,
        /// What is wrong with the first.
        why: &'static str,
    },
    /// Bytes between packets that are none.
    Nonsense {
        /// How many bytes.
        bytes: u64,
        /// At how many places.
        places: u64,
        /// The number of the packet before the first place.
        after: u32,
        /// The byte at which the first place begins in the unpacked file.
        offset: u64,
    },
    /// The file ends within a record.
    Truncated {
        /// The byte at which the record begins in the unpacked file.
        offset: u64,
    },
    /// Streams lack pieces: as many lines are lost at least.
    Gaps(u64),
    /// Packets that are not for picket.
    Skipped(Skipped),
}

impl fmt::Display for CaptureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CaptureFault::NotACapture => write!(f, "is no pcap or pcapng file"),
            CaptureFault::Damaged { count, first, offset, why } => {
                write!(f, "{count} damaged packets left out; the first is packet {first}, at byte {offset}: {why}")
            }
            CaptureFault::Nonsense { bytes, places, after, offset } => write!(
                f,
                "{bytes} bytes at {places} places are no packets; the first place is byte {offset}, behind packet {after}"
            ),
            CaptureFault::Truncated { offset } => write!(f, "ends within the record that begins at byte {offset}"),
            CaptureFault::Gaps(count) => write!(f, "{count} gaps in its TCP streams"),
            CaptureFault::Skipped(skipped) => {
                write!(f, "{} packets are not for picket (", skipped.values().sum::<u64>())?;
                for (i, (why, count)) in skipped.iter().enumerate() {
                    write!(f, "{}{count} {why}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
        }
    }
}

/// Counts while a capture is read.
#[derive(Default)]
pub struct Notes {
    damaged: Option<CaptureFault>,
    skipped: Skipped,
}

impl Notes {
    /// A packet was not read.
    pub fn unread(&mut self, why: Unread, number: u32, at: u64) {
        match why {
            Unread::Damaged(why) => match &mut self.damaged {
                Some(CaptureFault::Damaged { count, .. }) => *count += 1,
                none => *none = Some(CaptureFault::Damaged { count: 1, first: number, offset: at, why }),
            },
            Unread::Other(why) => *self.skipped.entry(why).or_default() += 1,
            Unread::Fragment => {}
        }
    }

    /// All that is to be told.
    pub fn faults(&self, container: &ContainerFaults, gaps: u64) -> Vec<CaptureFault> {
        let nonsense = container.first_nonsense.map(|(after, offset)| CaptureFault::Nonsense {
            bytes: container.nonsense_bytes,
            places: container.nonsense,
            after,
            offset,
        });
        let truncated = container.truncated_at.map(|offset| CaptureFault::Truncated { offset });
        let skipped = (!self.skipped.is_empty()).then(|| CaptureFault::Skipped(self.skipped.clone()));
        let gaps = (gaps > 0).then_some(CaptureFault::Gaps(gaps));
        let none = container.is_none.then_some(CaptureFault::NotACapture);
        none.into_iter()
            .chain(self.damaged.clone())
            .chain(nonsense)
            .chain(truncated)
            .chain(gaps)
            .chain(skipped)
            .collect()
    }
}
