//! Bytes as they come to lines, cut at CR and LF, or to ASTERIX data blocks, whatever the reads in between; blank lines are left out, long ones shortened.

use memchr::memchr2_iter;

use crate::engine::decode::asterix::block::announced_len;
use crate::engine::input::FeedKind;

/// A line longer than this is handed on up to here, as one frame that the decoder refuses; the rest of it is left out.
pub const MAX_LINE_BYTES: usize = 8 * 1024;

/// How datagrams of IEC 61162-450 begin; each is one frame, for its header holds for all its lines.
const DATAGRAM_HEADERS: [&[u8]; 4] = [b"UdPbC\0", b"RaUdP\0", b"RrUdP\0", b"RpUdP\0"];

/// The lines or data blocks of one stream of bytes. What they are does not depend on how the bytes were read, but for a
/// data block of impossible length: nothing tells where the next begins, so it is looked for where the next read begins.
#[derive(Debug, Default)]
pub struct Splitter {
    kind: FeedKind,
    /// The beginning of a line or block whose end has not come.
    partial: Vec<u8>,
    /// What follows up to the next line end is left out: its frame has been handed on already, or its beginning is lost.
    is_cut: bool,
    cut: u64,
}

impl Splitter {
    /// For a stream of this kind, before its first byte.
    pub fn new(kind: FeedKind) -> Self {
        Splitter { kind, ..Splitter::default() }
    }

    /// Takes what was read and gives every line or block that it ends.
    pub fn feed(&mut self, bytes: &[u8], mut give: impl FnMut(&[u8])) {
        if self.kind == FeedKind::Asterix {
            return self.feed_blocks(bytes, give);
        }
        let mut start = 0;
        for end in memchr2_iter(b'\r', b'\n', bytes) {
            let line = bytes.get(start..end).unwrap_or_default();
            start = end + 1;
            if self.partial.is_empty() && !self.is_cut {
                self.whole(line, &mut give);
            } else {
                self.extend(line, &mut give);
                self.end(&mut give);
            }
        }
        self.extend(bytes.get(start..).unwrap_or_default(), &mut give);
    }

    fn feed_blocks(&mut self, bytes: &[u8], mut give: impl FnMut(&[u8])) {
        if self.partial.is_empty() {
            let taken = whole_blocks(bytes, &mut give);
            self.partial.extend_from_slice(bytes.get(taken..).unwrap_or_default());
        } else {
            self.partial.extend_from_slice(bytes);
            let taken = whole_blocks(&self.partial, &mut give);
            self.partial.drain(..taken);
        }
    }

    /// Nothing follows: gives the line whose end has not come, unless half of it could be taken for the whole.
    ///
    /// A sentence's checksum and a block's length tell that it is cut; of a table's row nothing does, and half a number is a wrong number.
    /// Returns whether a row was left out.
    pub fn finish(&mut self, give: impl FnMut(&[u8])) -> bool {
        match self.kind {
            FeedKind::Nmea | FeedKind::Asterix | FeedKind::Pcap => {
                self.end(give);
                false
            }
            FeedKind::Csv => {
                let is_left_out = !is_blank(&self.partial);
                self.end(|_| {});
                is_left_out
            }
        }
    }

    /// Nothing of the line whose end has not come is handed on.
    pub fn forget_line(&mut self) {
        self.partial.clear();
        self.is_cut = true;
    }

    /// How many lines were cut since this was asked last.
    pub fn take_cut(&mut self) -> u64 {
        std::mem::take(&mut self.cut)
    }

    fn extend(&mut self, bytes: &[u8], give: &mut impl FnMut(&[u8])) {
        if self.is_cut {
            return;
        }
        let room = MAX_LINE_BYTES - self.partial.len();
        self.partial.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        if bytes.len() > room {
            give(&self.partial);
            self.partial.clear();
            self.is_cut = true;
            self.cut += 1;
        }
    }

    fn end(&mut self, mut give: impl FnMut(&[u8])) {
        if self.kind == FeedKind::Asterix && !self.partial.is_empty() || !is_blank(&self.partial) {
            give(&self.partial);
        }
        self.partial.clear();
        self.is_cut = false;
    }

    fn whole(&mut self, line: &[u8], give: &mut impl FnMut(&[u8])) {
        match line.get(..MAX_LINE_BYTES) {
            Some(head) if line.len() > MAX_LINE_BYTES => {
                give(head);
                self.cut += 1;
            }
            _ if is_blank(line) => {}
            _ => give(line),
        }
    }
}

/// Gives the whole blocks at the head of the bytes, and all the rest where one cannot be as long as it says; returns the bytes given.
fn whole_blocks(bytes: &[u8], give: &mut impl FnMut(&[u8])) -> usize {
    let mut rest = bytes;
    while let Some(len) = announced_len(rest) {
        if len == 0 {
            give(rest);
            return bytes.len();
        }
        let Some((block, behind)) = rest.split_at_checked(len) else { break };
        give(block);
        rest = behind;
    }
    bytes.len() - rest.len()
}

/// The frames of one datagram: its lines, the last one with or without an end; all of it if it is one of IEC 61162-450, or
/// of a feed whose frames are datagrams.
///
/// Returns how many lines were cut.
pub fn datagram(kind: FeedKind, bytes: &[u8], mut give: impl FnMut(&[u8])) -> u64 {
    if matches!(kind, FeedKind::Asterix | FeedKind::Pcap) {
        if !bytes.is_empty() {
            give(bytes);
        }
        return 0;
    }
    if is_iec_61162_450(bytes) {
        give(bytes);
        return 0;
    }
    let mut splitter = Splitter::default();
    splitter.feed(bytes, &mut give);
    splitter.end(&mut give);
    splitter.take_cut()
}

/// Whether a datagram begins as IEC 61162-450 demands.
pub fn is_iec_61162_450(bytes: &[u8]) -> bool {
    DATAGRAM_HEADERS.iter().any(|header| bytes.starts_with(header))
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(chunks: &[&[u8]]) -> (Vec<Vec<u8>>, u64) {
        let (mut splitter, mut out) = (Splitter::default(), Vec::new());
        for chunk in chunks {
            splitter.feed(chunk, |line| out.push(line.to_vec()));
        }
        splitter.finish(|line| out.push(line.to_vec()));
        (out, splitter.take_cut())
    }

    #[test]
    fn every_line_end_and_every_byte() {
        let (got, cut) = lines(&[b"one\r\n\ntwo\rthree\n  \n\xff\x00\x80 four\r", b"\nfi", b"ve"]);
        let expected: [&[u8]; 5] = [b"one", b"two", b"three", b"\xff\x00\x80 four", b"five"];
        assert_eq!((got, cut), (expected.map(<[u8]>::to_vec).to_vec(), 0));
    }

    #[test]
    fn a_long_line_gives_its_beginning_and_spares_its_neighbours() {
        let text =
            [&b"before\n"[..], &[b'a'; MAX_LINE_BYTES + 1], b"\n", &[b'b'; MAX_LINE_BYTES], b"\nafter\n"].concat();
        for size in [1, 7, MAX_LINE_BYTES, text.len()] {
            let (got, cut) = lines(&text.chunks(size).collect::<Vec<_>>());
            let told: Vec<_> = got.iter().map(|line| (line[0], line.len())).collect();
            assert_eq!(told, [(b'b', 6), (b'a', MAX_LINE_BYTES), (b'b', MAX_LINE_BYTES), (b'a', 5)], "{size}");
            assert_eq!(cut, 1);
        }
    }

    #[test]
    fn an_endless_line_takes_no_memory() {
        let mut splitter = Splitter::default();
        let mut given = 0;
        for _ in 0..1000 {
            splitter.feed(&[0xaa; 10_000], |_| given += 1);
        }
        assert!(splitter.partial.capacity() <= 2 * MAX_LINE_BYTES && splitter.is_cut);
        assert!(!splitter.finish(|_| given += 1));
        assert_eq!((given, splitter.take_cut()), (1, 1));
    }

    #[test]
    fn a_line_that_lost_its_middle_is_left_out() {
        let (mut splitter, mut out) = (Splitter::default(), Vec::new());
        splitter.feed(b"one\ntw", |line| out.push(line.to_vec()));
        splitter.forget_line();
        splitter.feed(b"ree\nfour\n", |line| out.push(line.to_vec()));
        assert_eq!(out, [&b"one"[..], b"four"]);
    }

    #[test]
    fn half_a_row_is_left_out_and_half_a_sentence_is_not() {
        for (kind, text, given, left_out) in [
            (FeedKind::Nmea, &b"1,2\n3,4"[..], 2, false),
            (FeedKind::Csv, b"1,2\n3,4", 1, true),
            (FeedKind::Csv, b"1,2\n3,4\n", 2, false),
            (FeedKind::Csv, b"1,2\n ", 1, false),
        ] {
            let (mut splitter, mut lines) = (Splitter::new(kind), 0);
            splitter.feed(text, |_| lines += 1);
            assert_eq!((splitter.finish(|_| lines += 1), lines), (left_out, given), "{kind:?} {text:?}");
            assert!(splitter.partial.is_empty());
        }
    }

    #[test]
    fn data_blocks_come_whole_from_any_reads() {
        let one: &[u8] = &[48, 0, 6, b'\n', b'\r', 1];
        let stream = [one, &[34, 0, 3], one, &one[..4]].concat();
        for size in 1..=stream.len() {
            let (mut splitter, mut frames) = (Splitter::new(FeedKind::Asterix), Vec::new());
            stream.chunks(size).for_each(|read| splitter.feed(read, |frame| frames.push(frame.len())));
            assert!(!splitter.finish(|frame| frames.push(frame.len())));
            assert_eq!(frames, [6, 3, 6, 4], "{size}");
        }
        let (mut splitter, mut frames) = (Splitter::new(FeedKind::Asterix), Vec::new());
        for read in [&[34, 0, 2, 9][..], one] {
            splitter.feed(read, |frame| frames.push(frame.len()));
        }
        assert_eq!(frames, [4, 6]);
    }

    #[test]
    fn datagrams_are_lines_or_one_frame() {
        let frames = |bytes: &[u8]| {
            let mut out = Vec::new();
            datagram(FeedKind::Nmea, bytes, |frame| out.push(frame.to_vec()));
            out
        };
        assert_eq!(frames(b"!A*00\r\n!B*00\r\n$C"), [&b"!A*00"[..], b"!B*00", b"$C"]);
        assert_eq!(frames(b"UdPbC\0\\s:x*00\\!A*00\r\n!B*00\r\n").len(), 1);
        assert_eq!(frames(b"RaUdP\0\n\n\n"), [b"RaUdP\0\n\n\n"]);
        assert_eq!(frames(b"UdPbC!A\n!B").len(), 2);
        assert!(frames(b"\r\n").is_empty());
        assert_eq!(datagram(FeedKind::Nmea, &[b'x'; 60_000], |_| {}), 1);
        let mut whole = Vec::new();
        assert_eq!(datagram(FeedKind::Asterix, b"\n\x00\x05\n\r", |frame| whole.push(frame.len())), 0);
        assert_eq!(whole, [5]);
    }

    proptest! {
        #[test]
        fn reads_make_no_difference(
            text in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'x'), any::<u8>()], 0..500),
            cuts in proptest::collection::vec(0_usize..500, 0..8),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect();
            let expected: Vec<Vec<u8>> = text.split(|b| matches!(b, b'\r' | b'\n'))
                .filter(|line| !is_blank(line)).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(lines(&chunks).0, expected);
        }
    }
}
