//! When the sentences of a whole file were heard, as the decoder finds out in the order of the file, and which time line told it.

use crate::engine::decode::{Decoded, Decoder};
use crate::engine::input::{Feed, FeedId, FeedKind, Frame};
use crate::engine::time::EventTime;

/// How far a sentence may lie from the time line that tells of it, lines.
const REACH_LINES: usize = 20;

/// What is known of a line before its sentence is understood.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// What the line itself tells.
    pub event: Option<EventTime>,
    /// When it arrived.
    pub arrival: Option<EventTime>,
    /// Whether it is a time line (`$PGHP`).
    pub is_time_line: bool,
}

/// What the decoder made of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// When its sentence was heard.
    pub heard_at: Option<EventTime>,
    /// The line that told its time, where another one did.
    pub time_line: Option<usize>,
}

/// Decodes lines in the order of the file and finds the time line of each message: that of its checksum before another of
/// the same time, the nearer before the farther.
pub(super) fn resolve<'a>(lines: impl Iterator<Item = &'a [u8]>, known: &[Known]) -> Vec<Told> {
    let mut decoder = Decoder::new(&[Feed::new("file", FeedKind::Nmea)]);
    let mut told = vec![Told::default(); known.len()];
    let mut note = |decoded: Decoded<'_>| {
        let Decoded::Message { stamp, .. } = decoded else { return };
        let Some(place) = usize::try_from(stamp.seq).ok().and_then(|seq| seq.checked_sub(1)) else { return };
        if let Some(told) = told.get_mut(place) {
            told.heard_at = told.heard_at.or(stamp.sentence_at).or(stamp.observed_at);
        }
    };
    let mut arrived_at = EventTime::MIN;
    let mut checksums: Vec<Option<[u8; 2]>> = Vec::with_capacity(known.len());
    for ((seq, bytes), known) in (1..).zip(lines).zip(known) {
        arrived_at = known.arrival.map_or(arrived_at, |at| at.max(arrived_at));
        decoder.decode(&Frame { seq, feed: FeedId(0), received_at: arrived_at, bytes }, &mut note);
        checksums.push(if known.is_time_line { meant_checksum(bytes) } else { own_checksum(bytes) });
    }
    decoder.finish(FeedId(0), &mut note);
    let mut claimed = vec![false; known.len()];
    for by_checksum in [true, false] {
        for place in 0..known.len() {
            let Some(heard_at) = told[place].heard_at.filter(|_| told[place].time_line.is_none()) else { continue };
            let fits = |other: &usize| {
                let line = &known[*other];
                let meant = !by_checksum || checksums[*other] == checksums[place];
                line.is_time_line && !claimed[*other] && line.event == Some(heard_at) && meant
            };
            let near = place.saturating_sub(REACH_LINES)..(place + REACH_LINES + 1).min(known.len());
            let nearest = near.filter(fits).min_by_key(|&other| other.abs_diff(place));
            told[place].time_line = nearest;
            if let Some(line) = nearest {
                claimed[line] = true;
            }
        }
    }
    told
}

/// The two digits behind a sentence's `*`.
fn own_checksum(line: &[u8]) -> Option<[u8; 2]> {
    let start = memchr::memchr(b'!', line)?;
    let star = start + memchr::memchr(b'*', line.get(start..)?)?;
    line.get(star + 1..star + 3)?.try_into().ok()
}

/// The checksum of the sentence that a time line means.
fn meant_checksum(line: &[u8]) -> Option<[u8; 2]> {
    let start = memchr::memmem::find(line, b"$PGHP")?;
    line.get(start..)?.split(|byte| *byte == b',').nth(13)?.get(..2)?.try_into().ok()
}
