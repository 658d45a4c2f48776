//! TLB, target label (IEC 61162-1): the names that a radar's operator gave to target numbers.

use arrayvec::{ArrayString, ArrayVec};
use serde::{Deserialize, Serialize};

use super::text;
use crate::engine::decode::nmea0183::Sentence;
use crate::engine::decode::reject::RejectReason;
use crate::engine::decode::scan::number_u32;

/// Labels read from one sentence; more do not fit into one of 82 characters.
const MOST_LABELS: usize = 32;

/// A target number and its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetLabel {
    /// Target number.
    pub target_number: u32,
    /// Its label; `None` takes the label away.
    pub label: Option<ArrayString<20>>,
}

impl TargetLabel {
    /// Reads `TLB,number,label,number,label...`.
    ///
    /// # Errors
    /// `Malformed` if a number does not read, or there is none.
    pub fn parse(sentence: &Sentence<'_>) -> Result<ArrayVec<TargetLabel, MOST_LABELS>, RejectReason> {
        let mut labels = ArrayVec::new();
        let mut fields = sentence.fields().take(2 * MOST_LABELS);
        while let Some(number) = fields.next() {
            let label = fields.next();
            if number.is_empty() && label.is_none_or(<[u8]>::is_empty) {
                continue;
            }
            let target_number = number_u32(number).ok_or(RejectReason::Malformed)?;
            labels.push(TargetLabel { target_number, label: label.and_then(text) });
        }
        if labels.is_empty() { Err(RejectReason::Malformed) } else { Ok(labels) }
    }
}
