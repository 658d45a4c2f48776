//! Blocks of whole lines, or of ASTERIX data blocks, out of a source: split in place, cut where too long, damage remembered.

use memchr::memchr_iter;

use super::source::{Damage, Source};
use crate::engine::decode::asterix::block::announced_len;
use crate::engine::time::EventTime;

/// Bytes read at a time; the first block is also how far the first time stamp is looked for.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// A line longer than this (without its end) is cut here and counted; the rest of it is dropped.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// Lines side by side in one block of memory.
#[derive(Debug, Default)]
pub struct Block {
    /// The memory; bytes outside of lines mean nothing.
    pub bytes: Vec<u8>,
    /// The lines that are not blank, in order.
    pub lines: Vec<Line>,
}

/// One line of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Where it begins in the block.
    pub start: usize,
    /// Its length without its end.
    pub len: u32,
    /// Its number in the file, from 1, blank lines counted.
    pub number: u32,
    /// When it was received; `EventTime::MIN` until it is stamped.
    pub received_at: EventTime,
    /// A table's header: no filter drops it.
    pub header: bool,
}

impl Block {
    /// The bytes of one of its lines.
    pub fn text(&self, line: &Line) -> &[u8] {
        self.bytes.get(line.start..line.start + line.len as usize).unwrap_or_default()
    }
}

/// What parts the frames of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Line ends.
    #[default]
    Lines,
    /// The length in the head of each ASTERIX data block: each is one "line". Behind a wrong length nothing can be told apart.
    DataBlocks,
}

/// Reads a source block by block.
pub struct LineReader {
    source: Source,
    framing: Framing,
    carry: Vec<u8>,
    lines: u32,
    too_long: u64,
    offset: u64,
    skipping: bool,
    ended: bool,
    damage: Option<Damage>,
}

impl LineReader {
    /// Reads `source` from where it stands.
    pub fn new(source: Source) -> Self {
        LineReader {
            source,
            framing: Framing::Lines,
            carry: Vec::new(),
            lines: 0,
            too_long: 0,
            offset: 0,
            skipping: false,
            ended: false,
            damage: None,
        }
    }

    /// Sets what parts the frames, before the first is read.
    pub fn set_framing(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// The first bytes of the source, which still come as lines.
    pub fn peek(&mut self, len: usize) -> &[u8] {
        if self.carry.is_empty() && self.damage.is_none() {
            self.carry.resize(len.min(BLOCK_BYTES / 2), 0);
            let (n, damage) = self.source.read(&mut self.carry);
            self.carry.truncate(n);
            self.damage = damage;
        }
        &self.carry
    }

    /// What was peeked at, and the source behind it with what ended it early; nothing of it has come as lines.
    pub fn into_source(self) -> (Vec<u8>, Source, Option<Damage>) {
        (self.carry, self.source, self.damage)
    }

    /// Fills `block` with the next lines; `false` at the end.
    pub fn next_block(&mut self, block: &mut Block) -> bool {
        block.lines.clear();
        while block.lines.is_empty() {
            if self.ended {
                return false;
            }
            self.fill(block);
        }
        true
    }

    /// The damage that ended the source, with the offset in the unpacked text up to which lines were read.
    pub fn damage(&self) -> Option<(u64, &Damage)> {
        self.damage.as_ref().map(|damage| (self.offset, damage))
    }

    /// Lines so far, blank ones counted.
    pub fn lines(&self) -> u32 {
        self.lines
    }

    /// Lines that were too long and cut.
    pub fn too_long(&self) -> u64 {
        self.too_long
    }

    /// The source's progress.
    pub fn progress(&self) -> (u64, u64) {
        self.source.progress()
    }

    fn fill(&mut self, block: &mut Block) {
        if block.bytes.len() < BLOCK_BYTES {
            block.bytes.resize(BLOCK_BYTES, 0);
        }
        let carried = self.carry.len();
        block.bytes[..carried].copy_from_slice(&self.carry);
        self.carry.clear();
        let mut filled = carried;
        if self.damage.is_none() {
            let (n, damage) = self.source.read(&mut block.bytes[carried..]);
            (filled, self.damage) = (carried + n, damage);
        }
        self.ended = self.damage.is_some() || filled < block.bytes.len();
        match self.framing {
            Framing::Lines => self.split_lines(block, filled),
            Framing::DataBlocks => self.split_data_blocks(block, filled),
        }
    }

    fn split_lines(&mut self, block: &mut Block, filled: usize) {
        let mut start = 0;
        for end in memchr_iter(b'\n', &block.bytes[..filled]) {
            self.line(&block.bytes, &mut block.lines, start, end);
            start = end + 1;
        }
        self.offset += start as u64;
        self.rest(block, start, filled);
    }

    /// What a wrong length or the end of the source leaves is the last frame, for the decoder to refuse.
    fn split_data_blocks(&mut self, block: &mut Block, filled: usize) {
        let mut start = 0;
        while let Some(len) = announced_len(&block.bytes[start..filled]).filter(|len| start + len <= filled) {
            if len == 0 {
                self.ended = true;
                break;
            }
            self.data_block(&mut block.lines, start, len);
            start += len;
        }
        let rest = filled - start;
        if !self.ended {
            self.carry.extend_from_slice(&block.bytes[start..filled]);
        } else if rest > 0 && self.damage.is_none() {
            self.data_block(&mut block.lines, start, rest.min(MAX_LINE_BYTES));
        }
        self.offset += start as u64;
    }

    fn data_block(&mut self, lines: &mut Vec<Line>, start: usize, len: usize) {
        self.lines = self.lines.saturating_add(1);
        let len = len as u32;
        lines.push(Line { start, len, number: self.lines, received_at: EventTime::MIN, header: false });
    }

    /// What follows the last line end: kept for the next block, or the last line, or the head of a line too long.
    fn rest(&mut self, block: &mut Block, start: usize, filled: usize) {
        let rest = filled - start;
        if self.skipping && !self.ended {
            self.offset += rest as u64;
        } else if self.ended {
            if self.damage.is_none() && rest > 0 {
                self.line(&block.bytes, &mut block.lines, start, filled);
                self.offset += rest as u64;
            }
        } else if rest > MAX_LINE_BYTES {
            self.line(&block.bytes, &mut block.lines, start, filled);
            self.offset += rest as u64;
            self.lines = self.lines.saturating_sub(1); // its end still comes
            self.skipping = true;
        } else {
            self.carry.extend_from_slice(&block.bytes[start..filled]);
        }
    }

    fn line(&mut self, bytes: &[u8], lines: &mut Vec<Line>, start: usize, mut end: usize) {
        self.lines = self.lines.saturating_add(1);
        if std::mem::take(&mut self.skipping) {
            return;
        }
        while end > start && bytes[end - 1] == b'\r' {
            end -= 1;
        }
        if end - start > MAX_LINE_BYTES {
            end = start + MAX_LINE_BYTES;
            self.too_long += 1;
        }
        if !bytes[start..end].trim_ascii_start().is_empty() {
            let len = (end - start) as u32;
            lines.push(Line { start, len, number: self.lines, received_at: EventTime::MIN, header: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn reader(text: &[u8]) -> LineReader {
        LineReader::new(Source::from_reader(Cursor::new(text.to_vec()), text.len() as u64).unwrap())
    }

    fn all(reader: &mut LineReader) -> Vec<(u32, Vec<u8>)> {
        let (mut block, mut out) = (Block::default(), Vec::new());
        while reader.next_block(&mut block) {
            out.extend(block.lines.iter().map(|line| (line.number, block.text(line).to_vec())));
        }
        out
    }

    #[test]
    fn line_ends_blank_lines_and_the_last_line() {
        let got = all(&mut reader(b"one\r\n\n  \ntwo\rx\n\r\nthree"));
        let expected: [(u32, &[u8]); 3] = [(1, b"one"), (4, b"two\rx"), (6, b"three")];
        assert_eq!(got, expected.map(|(n, text)| (n, text.to_vec())));
        assert!(all(&mut reader(b"")).is_empty());
        assert!(all(&mut reader(b"\n\n")).is_empty());
    }

    #[test]
    fn long_lines_are_cut_and_counted() {
        let mut text = vec![b'a'; 3 * BLOCK_BYTES + 17];
        text.extend(b"\nshort\n");
        text.extend(vec![b'b'; MAX_LINE_BYTES + 1]);
        text.extend(b"\r\nlast\n");
        text.extend(vec![b'c'; 2 * BLOCK_BYTES]);
        let mut reader = reader(&text);
        let got: Vec<_> = all(&mut reader).into_iter().map(|(n, line)| (n, line[0], line.len())).collect();
        let cut = MAX_LINE_BYTES;
        assert_eq!(got, [(1, b'a', cut), (2, b's', 5), (3, b'b', cut), (4, b'l', 4), (5, b'c', cut)]);
        assert_eq!(reader.too_long(), 3);
    }

    #[test]
    fn data_blocks_end_where_they_say() {
        let read = |bytes: &[u8]| {
            let mut reader = reader(bytes);
            reader.set_framing(Framing::DataBlocks);
            all(&mut reader).into_iter().map(|(number, frame)| (number, frame.len())).collect::<Vec<_>>()
        };
        let one = [48, 0, 6, b'\n', b'\n', 1];
        assert_eq!(read(&[&one[..], &[34, 0, 3], &one].concat()), [(1, 6), (2, 3), (3, 6)]);
        assert_eq!(read(&[&one[..], &[34, 0, 2], &one].concat()), [(1, 6), (2, 9)]);
        assert_eq!(read(&[&one[..], &one[..4]].concat()), [(1, 6), (2, 4)]);
        let long = [&[48, 0xff, 0xff][..], &[7; 65_532]].concat();
        let many = long.repeat(9);
        assert_eq!(read(&many), (1..=9).map(|n| (n, 65_535)).collect::<Vec<_>>());
    }

    #[test]
    fn peeking_loses_nothing() {
        let mut reader = reader(b"one\ntwo\n");
        assert_eq!(reader.peek(5), b"one\nt");
        assert_eq!(all(&mut reader).len(), 2);
    }

    proptest! {
        #[test]
        fn splits_as_the_standard_library_does(text in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'x'), any::<u8>()], 0..2000)) {
            let expected: Vec<Vec<u8>> = text.split(|b| *b == b'\n')
                .map(|line| { let mut line = line.to_vec(); while line.last() == Some(&b'\r') { line.pop(); } line })
                .filter(|line| !line.trim_ascii_start().is_empty()).collect();
            let got: Vec<Vec<u8>> = all(&mut reader(&text)).into_iter().map(|(_, line)| line).collect();
            prop_assert_eq!(got, expected);
        }
    }
}
