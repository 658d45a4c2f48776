//! Framing of NMEA 0183 / IEC 61162-1: a line or datagram as TAG blocks and sentences, checksums, fields.

use super::scan::{find, hex_byte, trim, xor, xor_without};

/// What the two digits behind `*` say about a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// They are right; their value.
    Good(u8),
    /// They are not there.
    Missing,
    /// They are wrong.
    Wrong,
}

/// One sentence, `$` or `!` to its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// The whole, start character and checksum included.
    pub bytes: &'a [u8],
    /// Between start character and `*`.
    pub body: &'a [u8],
    /// Its checksum.
    pub checksum: Checksum,
}

impl<'a> Sentence<'a> {
    /// Talker and formatter, `AIVDM`, or `P` and a proprietary code.
    #[inline]
    pub fn address(&self) -> &'a [u8] {
        match self.body.split_at_checked(5) {
            Some((address, [b',', ..])) => address,
            _ => self.body.split(|b| *b == b',').next().unwrap_or(&[]),
        }
    }

    /// The three letters that tell what the sentence says, whoever talks; `None` for a proprietary sentence.
    #[inline]
    pub fn formatter(&self) -> Option<&'a [u8; 3]> {
        match self.address() {
            [b'P', ..] => None,
            [_, _, formatter @ ..] => formatter.try_into().ok(),
            _ => None,
        }
    }

    /// The two characters that tell who talks.
    #[inline]
    pub fn talker(&self) -> [u8; 2] {
        self.body.first_chunk().copied().unwrap_or_default()
    }

    /// The fields behind the address, blanks trimmed.
    pub fn fields(&self) -> impl Iterator<Item = &'a [u8]> {
        self.body.split(|b| *b == b',').skip(1).map(trim)
    }
}

/// One piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The inside of a TAG block.
    Tag(&'a [u8]),
    /// A TAG block that does not end, with all that follows it.
    OpenTag(&'a [u8]),
    /// A sentence, and what stands behind its checksum.
    Sentence(Sentence<'a>, &'a [u8]),
}

/// The pieces of a line or datagram, in order. Line ends between sentences count as blanks.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    prefix: &'a [u8],
    rest: &'a [u8],
    is_binary: bool,
}

/// Headers of IEC 61162-450 datagrams that hold sentences.
const SENTENCE_DATAGRAM: &[u8] = b"UdPbC\0";
/// Headers of those that hold files and images; they are skipped.
const BINARY_DATAGRAMS: [&[u8]; 3] = [b"RaUdP\0", b"RrUdP\0", b"RpUdP\0"];

impl<'a> Pieces<'a> {
    /// Starts on a line or datagram; the header of a datagram is skipped, a binary datagram has no pieces.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        let (mut bytes, mut is_binary) = (bytes, false);
        if let [b'U' | b'R', ..] = bytes {
            is_binary = BINARY_DATAGRAMS.iter().any(|header| bytes.starts_with(header));
            bytes = if is_binary { &[] } else { bytes.strip_prefix(SENTENCE_DATAGRAM).unwrap_or(bytes) };
        }
        let (prefix, rest) = bytes.split_at(start(bytes));
        Pieces { prefix, rest, is_binary }
    }

    /// Whether it is a datagram that holds a file or an image.
    #[inline]
    pub fn is_binary(&self) -> bool {
        self.is_binary
    }

    /// What stands before the first piece.
    #[inline]
    pub fn prefix(&self) -> &'a [u8] {
        self.prefix
    }

    /// A TAG block from here.
    fn tag(&mut self) -> Piece<'a> {
        let inside = self.rest.get(1..).unwrap_or(&[]);
        let end = memchr::memchr2(b'\\', b'\n', inside).filter(|end| inside.get(*end) == Some(&b'\\'));
        match end.and_then(|end| inside.split_at_checked(end)) {
            Some((tag, rest)) => {
                self.rest = rest.get(1..).unwrap_or(&[]);
                Piece::Tag(tag)
            }
            None => {
                let line = find(self.rest, b'\n').unwrap_or(self.rest.len());
                let (open, rest) = self.rest.split_at(line);
                self.rest = rest;
                Piece::OpenTag(open)
            }
        }
    }

    /// A sentence from here.
    #[inline]
    fn sentence(&mut self) -> Piece<'a> {
        let (sentence, rest) = framed(self.rest);
        let (suffix, rest) = if rest.is_empty() { (rest, rest) } else { rest.split_at(start(rest)) };
        self.rest = rest;
        Piece::Sentence(sentence, suffix)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    #[inline]
    fn next(&mut self) -> Option<Piece<'a>> {
        self.rest = self.rest.get(start(self.rest)..)?;
        match self.rest.first()? {
            b'\\' => Some(self.tag()),
            _ => Some(self.sentence()),
        }
    }
}

/// Where the next sentence or TAG block starts, or the length.
#[inline(always)]
fn start(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| matches!(b, b'!' | b'$' | b'\\')).unwrap_or(bytes.len())
}

/// The sentence at the head of `bytes`, which begin with its start character, and the rest.
#[inline]
fn framed(bytes: &[u8]) -> (Sentence<'_>, &[u8]) {
    // Nearly always the line ends with the one checksum in it.
    if let [_, body @ .., b'*', _, _] = bytes
        && let Some(stated) = bytes.get(bytes.len() - 2..).and_then(hex_byte)
        && xor_without(body, b'*') == Some(stated)
    {
        return (Sentence { bytes, body, checksum: Checksum::Good(stated) }, &[]);
    }
    framed_within(bytes)
}

/// The same where more follows.
fn framed_within(bytes: &[u8]) -> (Sentence<'_>, &[u8]) {
    if let Some(star) = find(bytes, b'*')
        && let (Some(body), Some(stated)) = (bytes.get(1..star), bytes.get(star + 1..).and_then(hex_byte))
        && xor(body) == stated
        && let Some((whole, rest)) = bytes.split_at_checked(star + 3)
    {
        return (Sentence { bytes: whole, body, checksum: Checksum::Good(stated) }, rest);
    }
    framed_badly(bytes)
}

/// The same where the checksum is wrong or missing: the sentence ends before the next start, `*` or line end.
#[cold]
fn framed_badly(bytes: &[u8]) -> (Sentence<'_>, &[u8]) {
    let behind = bytes.get(1..).unwrap_or(&[]);
    let end = behind.iter().position(|b| matches!(b, b'!' | b'$' | b'\\' | b'*' | b'\n')).unwrap_or(behind.len());
    let body = behind.get(..end).unwrap_or(&[]);
    let (checksum, length) = match behind.get(end..) {
        Some([b'*', sum @ ..]) => {
            let digits = sum.iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
            (if digits == 0 { Checksum::Missing } else { Checksum::Wrong }, end + 2 + digits)
        }
        _ => (Checksum::Missing, end + 1),
    };
    let (whole, rest) = bytes.split_at(length.min(bytes.len()));
    (Sentence { bytes: whole, body: trim(body), checksum }, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = b"!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C";

    fn sentences(line: &[u8]) -> Vec<(Vec<u8>, Checksum)> {
        let sentence = |piece| match piece {
            Piece::Sentence(s, _) => Some((s.bytes.to_vec(), s.checksum)),
            _ => None,
        };
        Pieces::new(line).filter_map(sentence).collect()
    }

    #[test]
    fn two_sentences_in_a_line() {
        let line = [ONE, ONE].concat();
        assert_eq!(sentences(&line), vec![(ONE.to_vec(), Checksum::Good(0x5C)); 2]);
    }

    #[test]
    fn a_broken_sentence_does_not_swallow_the_next() {
        let line = [&ONE[..20], ONE].concat();
        assert_eq!(
            sentences(&line),
            vec![(ONE[..20].to_vec(), Checksum::Missing), (ONE.to_vec(), Checksum::Good(0x5C))]
        );
        let wrong = [&ONE[..ONE.len() - 1], b"D".as_slice(), b"\r\n", ONE].concat();
        assert_eq!(sentences(&wrong)[0].1, Checksum::Wrong);
        assert_eq!(sentences(&wrong)[1].1, Checksum::Good(0x5C));
        assert_eq!(sentences(b"$GPRMC,1,2*")[0].1, Checksum::Missing);
    }

    #[test]
    fn datagrams() {
        let line = [b"UdPbC\0\\s:r1*51\\".as_slice(), ONE, b"\r\n\\s:r2*52\\", ONE, b"\r\n"].concat();
        let pieces: Vec<Piece<'_>> = Pieces::new(&line).collect();
        assert_eq!(pieces.len(), 4);
        assert_eq!(pieces[2], Piece::Tag(b"s:r2*52"));
        assert_eq!(Pieces::new(b"RaUdP\0!AIVDM").count(), 0);
    }

    #[test]
    fn an_open_tag_takes_its_line() {
        let line = [b"\\s:1,c:2*00".as_slice(), ONE].concat();
        assert_eq!(Pieces::new(&line).collect::<Vec<_>>(), vec![Piece::OpenTag(&line)]);
    }

    #[test]
    fn prefix_suffix_address() {
        let line = [b"1550303566 ".as_slice(), ONE, b",r003669707,1152921693\r"].concat();
        let mut pieces = Pieces::new(&line);
        assert_eq!(pieces.prefix(), b"1550303566 ");
        let Some(Piece::Sentence(s, suffix)) = pieces.next() else { panic!() };
        assert_eq!(suffix, b",r003669707,1152921693\r");
        assert_eq!((s.formatter(), s.talker()), (Some(b"VDM"), *b"AI"));
        assert_eq!(s.fields().nth(3), Some(&b"B"[..]));
        assert!(pieces.next().is_none());
    }
}
