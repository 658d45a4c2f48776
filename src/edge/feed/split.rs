//! Bytes as they come to lines: cut at CR and LF, whatever the reads in between; blank lines left out, long ones shortened.

use memchr::memchr2_iter;

use crate::engine::input::FeedKind;

/// A line longer than this is handed on up to here, as one frame that the decoder refuses; the rest of it is left out.
pub const MAX_LINE_BYTES: usize = 8 * 1024;

/// How datagrams of IEC 61162-450 begin; each is one frame, for its header holds for all its lines.
const DATAGRAM_HEADERS: [&[u8]; 4] = [b"UdPbC\0", b"RaUdP\0", b"RrUdP\0", b"RpUdP\0"];

/// The lines of one stream of bytes. What they are does not depend on how the bytes were read.
#[derive(Debug, Default)]
pub struct Splitter {
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// Its frame has been handed on already: what follows up to the next line end is left out.
    is_cut: bool,
    cut: u64,
}

impl Splitter {
    /// Takes what was read and gives every line that it ends.
    pub fn feed(&mut self, bytes: &[u8], mut give: impl FnMut(&[u8])) {
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

    /// Nothing follows: gives the line whose end has not come, unless half of it could be taken for the whole.
    ///
    /// A sentence's checksum tells that it is cut; of a table's row nothing does, and half a number is a wrong number.
    /// Returns whether a row was left out.
    pub fn finish(&mut self, kind: FeedKind, give: impl FnMut(&[u8])) -> bool {
        match kind {
            FeedKind::Nmea => {
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
        if !is_blank(&self.partial) {
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

/// The frames of one datagram: its lines, the last one with or without an end; all of it if it is one of IEC 61162-450.
///
/// Returns how many lines were cut.
pub fn datagram(bytes: &[u8], mut give: impl FnMut(&[u8])) -> u64 {
    if DATAGRAM_HEADERS.iter().any(|header| bytes.starts_with(header)) {
        give(bytes);
        return 0;
    }
    let mut splitter = Splitter::default();
    splitter.feed(bytes, &mut give);
    splitter.end(&mut give);
    splitter.take_cut()
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
        splitter.finish(FeedKind::Nmea, |line| out.push(line.to_vec()));
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
        assert!(!splitter.finish(FeedKind::Nmea, |_| given += 1));
        assert_eq!((given, splitter.take_cut()), (1, 1));
    }

    #[test]
    fn half_a_row_is_left_out_and_half_a_sentence_is_not() {
        for (kind, text, given, left_out) in [
            (FeedKind::Nmea, &b"1,2\n3,4"[..], 2, false),
            (FeedKind::Csv, b"1,2\n3,4", 1, true),
            (FeedKind::Csv, b"1,2\n3,4\n", 2, false),
            (FeedKind::Csv, b"1,2\n ", 1, false),
        ] {
            let (mut splitter, mut lines) = (Splitter::default(), 0);
            splitter.feed(text, |_| lines += 1);
            assert_eq!((splitter.finish(kind, |_| lines += 1), lines), (left_out, given), "{kind:?} {text:?}");
            assert!(splitter.partial.is_empty());
        }
    }

    #[test]
    fn datagrams_are_lines_or_one_frame() {
        let frames = |bytes: &[u8]| {
            let mut out = Vec::new();
            datagram(bytes, |frame| out.push(frame.to_vec()));
            out
        };
        assert_eq!(frames(b"!A*00\r\n!B*00\r\n$C"), [&b"!A*00"[..], b"!B*00", b"$C"]);
        assert_eq!(frames(b"UdPbC\0\\s:x*00\\!A*00\r\n!B*00\r\n").len(), 1);
        assert_eq!(frames(b"RaUdP\0\n\n\n"), [b"RaUdP\0\n\n\n"]);
        assert_eq!(frames(b"UdPbC!A\n!B").len(), 2);
        assert!(frames(b"\r\n").is_empty());
        assert_eq!(datagram(&[b'x'; 60_000], |_| {}), 1);
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
