//! TCP connections of a capture as lines: each direction's bytes in their order, gaps passed over.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use super::packet::Segment;
use super::traffic::begins_as_sentence;
use crate::edge::split::Splitter;
use crate::engine::input::FeedKind;

/// Directions of connections that are followed at a time; with more the one is forgotten that was silent longest.
const MAX_STREAMS: usize = 256;
/// Bytes of a stream that may wait for those before them.
const MAX_WAITING_BYTES: usize = 256 * 1024;
/// Bytes at its beginning by which a stream is judged at last.
const JUDGED_BY_BYTES: usize = 2048;

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is part of lines, or has been part of them before.
    Taken,
    /// Its stream carries no sentences.
    Foreign,
}

/// The streams being followed.
#[derive(Default)]
pub struct Streams {
    streams: HashMap<(SocketAddr, SocketAddr), Stream>,
    segments: u64,
    /// Gaps passed over.
    gaps: u64,
}

/// One direction of a connection.
struct Stream {
    /// The number of the byte expected next.
    next: u32,
    /// Pieces that came too early, by how far their number lies behind `origin`.
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_bytes: usize,
    /// Bytes taken since the stream's beginning, by which `waiting` is ordered whatever numbers wrap round.
    taken: u64,
    lines: Splitter,
    judgement: Judgement,
    /// The first line is not whole: the capture began within the stream.
    begins_within: bool,
    newest: u64,
}

/// Whether a stream carries sentences.
enum Judgement {
    /// Not known yet: its bytes so far.
    Open(Vec<u8>),
    Sentences,
    Foreign,
}

impl Streams {
    /// Takes a segment and gives each line that it ends.
    pub fn take(&mut self, segment: &Segment<'_>, give: &mut impl FnMut(&[u8])) -> Fate {
        self.segments += 1;
        let key = (segment.from, segment.to);
        if segment.is_first {
            self.close(key, give);
        }
        if !self.streams.contains_key(&key) {
            if segment.payload.is_empty() && !segment.is_first {
                return Fate::Taken;
            }
            self.make_room(give);
        }
        let stream = self.streams.entry(key).or_insert_with(|| Stream::new(segment));
        stream.newest = self.segments;
        let first = segment.sequence.wrapping_add(u32::from(segment.is_first));
        self.gaps += stream.take(first, segment.payload, give);
        if segment.is_last && stream.waiting.is_empty() {
            stream.end_line(give);
        }
        if matches!(stream.judgement, Judgement::Foreign) { Fate::Foreign } else { Fate::Taken }
    }

    /// Ends all streams, in the order of their addresses.
    pub fn finish(&mut self, give: &mut impl FnMut(&[u8])) {
        let mut keys: Vec<_> = self.streams.keys().copied().collect();
        keys.sort_unstable();
        keys.into_iter().for_each(|key| self.close(key, give));
    }

    /// Gaps passed over so far.
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    fn make_room(&mut self, give: &mut impl FnMut(&[u8])) {
        if self.streams.len() >= MAX_STREAMS {
            let oldest = self.streams.iter().min_by_key(|(_, stream)| stream.newest).map(|(key, _)| *key);
            oldest.into_iter().for_each(|key| self.close(key, give));
        }
    }

    fn close(&mut self, key: (SocketAddr, SocketAddr), give: &mut impl FnMut(&[u8])) {
        if let Some(mut stream) = self.streams.remove(&key) {
            self.gaps += stream.finish(give);
        }
    }
}

impl Stream {
    fn new(segment: &Segment<'_>) -> Self {
        Stream {
            next: segment.sequence.wrapping_add(u32::from(segment.is_first)),
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            taken: 0,
            lines: Splitter::new(FeedKind::Nmea),
            judgement: Judgement::Open(Vec::new()),
            begins_within: !segment.is_first,
            newest: 0,
        }
    }

    /// Takes a piece that begins with the byte of this number; gives how many gaps had to be passed over.
    fn take(&mut self, first: u32, payload: &[u8], give: &mut impl FnMut(&[u8])) -> u64 {
        let ahead = first.wrapping_sub(self.next).cast_signed();
        if ahead > 0 {
            self.keep(self.taken + u64::from(ahead.unsigned_abs()), payload);
            if self.waiting_bytes <= MAX_WAITING_BYTES {
                return 0;
            }
            self.pass_over(give);
            return 1;
        }
        let known = ahead.unsigned_abs() as usize;
        self.advance(payload.get(known..).unwrap_or_default(), give);
        self.take_waiting(give);
        0
    }

    fn keep(&mut self, at: u64, payload: &[u8]) {
        let is_longer = self.waiting.get(&at).is_none_or(|known| known.len() < payload.len());
        if is_longer && !payload.is_empty() && !matches!(self.judgement, Judgement::Foreign) {
            let before = self.waiting.insert(at, payload.to_vec());
            self.waiting_bytes += payload.len();
            self.waiting_bytes -= before.map_or(0, |before| before.len());
        }
    }

    /// Takes what waits and is next.
    fn take_waiting(&mut self, give: &mut impl FnMut(&[u8])) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= self.taken) {
            let (at, piece) = entry.remove_entry();
            self.waiting_bytes -= piece.len();
            let known = usize::try_from(self.taken - at).unwrap_or(usize::MAX);
            self.advance(piece.get(known..).unwrap_or_default(), give);
        }
    }

    /// What is missing does not come: goes on behind it, without the line that it tore.
    fn pass_over(&mut self, give: &mut impl FnMut(&[u8])) {
        let Some((&at, _)) = self.waiting.first_key_value() else { return };
        self.next = self.next.wrapping_add((at - self.taken) as u32);
        self.taken = at;
        self.lines.forget_line();
        if let Judgement::Open(bytes) = &mut self.judgement {
            bytes.clear();
            self.begins_within = true;
        }
        self.take_waiting(give);
    }

    fn advance(&mut self, bytes: &[u8], give: &mut impl FnMut(&[u8])) {
        self.next = self.next.wrapping_add(bytes.len() as u32);
        self.taken += bytes.len() as u64;
        match &mut self.judgement {
            Judgement::Sentences => self.lines.feed(bytes, give),
            Judgement::Foreign => {}
            Judgement::Open(so_far) => {
                so_far.extend_from_slice(bytes);
                self.judge(give);
            }
        }
    }

    /// Looks for a line that begins as a sentence does; without one for long the stream is not ours.
    fn judge(&mut self, give: &mut impl FnMut(&[u8])) {
        let Judgement::Open(so_far) = &mut self.judgement else { return };
        let first_line =
            if self.begins_within { so_far.iter().position(|b| *b == b'\n').map(|end| end + 1) } else { None };
        let is_ours = |bytes: &[u8]| begins_as_sentence(bytes.trim_ascii_start());
        let start = match first_line {
            _ if is_ours(so_far) => Some(0),
            Some(start) => Some(start).filter(|start| is_ours(so_far.get(*start..).unwrap_or_default())),
            None => None,
        };
        let is_enough =
            so_far.len() >= JUDGED_BY_BYTES || (!self.begins_within && !so_far.trim_ascii_start().is_empty());
        if let Some(start) = start {
            let so_far = std::mem::take(so_far);
            self.judgement = Judgement::Sentences;
            self.lines.feed(so_far.get(start..).unwrap_or_default(), give);
        } else if is_enough {
            self.judgement = Judgement::Foreign;
            self.waiting.clear();
            self.waiting_bytes = 0;
        }
    }

    fn finish(&mut self, give: &mut impl FnMut(&[u8])) -> u64 {
        let mut gaps = 0;
        while !self.waiting.is_empty() {
            self.pass_over(give);
            gaps += 1;
        }
        self.end_line(give);
        gaps
    }

    /// Nothing follows: the last line may lack its end. The stream stays known, so that what comes twice is not taken twice.
    fn end_line(&mut self, give: &mut impl FnMut(&[u8])) {
        if matches!(self.judgement, Judgement::Sentences) {
            self.lines.finish(give);
        }
    }
}
