//! Rejects: what was refused, and why.

use serde::{Deserialize, Serialize};

use crate::engine::input::FeedId;

/// Why bytes were refused; the names are those of `--rejects` lines and of feed health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The sentence's checksum is missing or wrong.
    Checksum,
    /// Fields that do not read as their type, or too few of them.
    Malformed,
    /// A payload too short for its message, a row that ends before its columns.
    Truncated,
    /// More than five fill bits, or no number.
    FillBits,
    /// A character outside the six-bit alphabet.
    Armour,
    /// An impossible part number: 0, above the total, or a total above 9.
    Fragment,
    /// A part whose group was never completed.
    OrphanPart,
    /// A message type that ITU-R M.1371 does not define.
    UnsupportedType,
    /// A payload or group longer than any message.
    TooLong,
    /// A TAG block without end.
    TagBlock,
    /// A data block that does not follow its category.
    AsterixBlock,
    /// From a source in quarantine.
    Quarantined,
    /// No time at all, or a time of day more than six hours from the receive time.
    Time,
}

impl RejectReason {
    /// The name in output lines.
    pub const fn name(self) -> &'static str {
        match self {
            RejectReason::Checksum => "checksum",
            RejectReason::Malformed => "malformed",
            RejectReason::Truncated => "truncated",
            RejectReason::FillBits => "fill_bits",
            RejectReason::Armour => "armour",
            RejectReason::Fragment => "fragment",
            RejectReason::OrphanPart => "orphan_part",
            RejectReason::UnsupportedType => "unsupported_type",
            RejectReason::TooLong => "too_long",
            RejectReason::TagBlock => "tag_block",
            RejectReason::AsterixBlock => "asterix_block",
            RejectReason::Quarantined => "quarantined",
            RejectReason::Time => "time",
        }
    }
}

/// Refused bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reject<'a> {
    /// The feed they came from.
    pub feed: FeedId,
    /// The journal sequence number of their frame.
    pub seq: u64,
    /// Why.
    pub reason: RejectReason,
    /// The sentence, row or line; of a lost group, the part.
    pub bytes: &'a [u8],
}
