//! Gunzip that gives every byte it could unpack before it reports damage (RFC 1952, several members in a row).

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// A reader of gzip members; after the first error only that error comes again.
pub struct Gunzip<R> {
    input: R,
    inflate: Decompress,
    crc: Crc,
    state: State,
    members: u32,
}

enum State {
    Header,
    Body,
    End,
    Failed(ErrorKind, &'static str),
}

impl<R: BufRead> Gunzip<R> {
    /// Unpacks `input`, which starts at a gzip header.
    pub fn new(input: R) -> Self {
        Gunzip { input, inflate: Decompress::new(false), crc: Crc::new(), state: State::Header, members: 0 }
    }

    /// Reads a member's header; at the end of the input, or in zero padding, there is none.
    fn header(&mut self) -> io::Result<State> {
        let Some(first) = self.first_byte()? else {
            return Ok(State::End);
        };
        let mut fixed = [first, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        read_exact(&mut self.input, &mut fixed[1..])?;
        if fixed[..3] != [0x1f, 0x8b, 8] {
            return Err(damage(if self.members == 0 { "no gzip header" } else { "rubbish after the gzip data" }));
        }
        let flags = fixed[3];
        if flags & 4 != 0 {
            let mut len = [0; 2];
            read_exact(&mut self.input, &mut len)?;
            io::copy(&mut (&mut self.input).take(u64::from(u16::from_le_bytes(len))), &mut io::sink())?;
        }
        for text in [8, 16] {
            if flags & text != 0 {
                skip_text(&mut self.input)?;
            }
        }
        if flags & 2 != 0 {
            read_exact(&mut self.input, &mut [0; 2])?;
        }
        self.inflate.reset(false);
        self.crc.reset();
        self.members += 1;
        Ok(State::Body)
    }

    /// The next byte, zero padding after the last member skipped.
    fn first_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            let mut byte = [0];
            if self.input.read(&mut byte)? == 0 {
                return Ok(None);
            }
            if byte[0] != 0 || self.members == 0 {
                return Ok(Some(byte[0]));
            }
        }
    }

    /// Unpacks some bytes of the body into `out`; what came before damage is counted, the damage comes with the next call.
    fn body(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let input = self.input.fill_buf()?;
        let at_end = input.is_empty();
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let result = self.inflate.decompress(input, out, FlushDecompress::None);
        let consumed = (self.inflate.total_in() - before.0) as usize;
        let written = (self.inflate.total_out() - before.1) as usize;
        self.input.consume(consumed);
        self.crc.update(&out[..written]);
        match result {
            Ok(Status::StreamEnd) => {
                self.state = match self.trailer() {
                    Ok(()) => State::Header,
                    Err(error) => failed(&error),
                };
            }
            Ok(_) if at_end && written == 0 => {
                self.state = State::Failed(ErrorKind::UnexpectedEof, "the gzip data ends too early");
            }
            Ok(_) => {}
            Err(_) => self.state = State::Failed(ErrorKind::InvalidData, "corrupt gzip data"),
        }
        Ok(written)
    }

    fn trailer(&mut self) -> io::Result<()> {
        let mut trailer = [0; 8];
        read_exact(&mut self.input, &mut trailer)?;
        let expected = u64::from(self.crc.sum()) | u64::from(self.crc.amount()) << 32;
        if u64::from_le_bytes(trailer) == expected { Ok(()) } else { Err(damage("the gzip checksum does not fit")) }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.state {
                State::Header => match self.header() {
                    Ok(state) => self.state = state,
                    Err(error) => self.state = failed(&error),
                },
                State::Body => {
                    let written = self.body(out)?;
                    if written > 0 || out.is_empty() {
                        return Ok(written);
                    }
                }
                State::End => return Ok(0),
                State::Failed(kind, text) => return Err(io::Error::new(kind, text)),
            }
        }
    }
}

fn failed(error: &io::Error) -> State {
    match error.kind() {
        ErrorKind::UnexpectedEof => State::Failed(ErrorKind::UnexpectedEof, "the gzip data ends too early"),
        ErrorKind::InvalidData => State::Failed(ErrorKind::InvalidData, "corrupt gzip header or checksum"),
        kind => State::Failed(kind, "reading failed"),
    }
}

fn damage(text: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, text)
}

fn read_exact(input: &mut impl Read, out: &mut [u8]) -> io::Result<()> {
    input.read_exact(out)
}

/// Skips a zero-terminated text.
fn skip_text(input: &mut impl BufRead) -> io::Result<()> {
    if input.skip_until(0)? == 0 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder, write::GzEncoder};
    use std::io::Write;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn lines(n: usize) -> Vec<u8> {
        (0..n).flat_map(|i| format!("line {i} {}\n", i * 7919 % 10_007).into_bytes()).collect()
    }

    /// Everything that comes before the end or the damage.
    fn unpack(packed: &[u8]) -> (Vec<u8>, Option<ErrorKind>) {
        let (mut reader, mut text, mut out) = (Gunzip::new(packed), Vec::new(), vec![0; 1 << 16]);
        loop {
            match reader.read(&mut out) {
                Ok(0) => return (text, None),
                Ok(n) => text.extend_from_slice(&out[..n]),
                Err(error) => return (text, Some(error.kind())),
            }
        }
    }

    #[test]
    fn members_names_and_padding_are_read() {
        let mut named =
            GzBuilder::new().filename("a.log").comment("x").extra(vec![1, 2, 3]).write(Vec::new(), Compression::fast());
        named.write_all(b"one\n").unwrap();
        let mut packed = named.finish().unwrap();
        packed.extend(pack(b"two\n"));
        packed.extend([0; 512]);
        assert_eq!(unpack(&packed), (b"one\ntwo\n".to_vec(), None));
        assert_eq!(unpack(&pack(b"")), (vec![], None));
    }

    #[test]
    fn a_truncated_file_gives_what_came_before() {
        let text = lines(50_000);
        let packed = pack(&text);
        for cut in [5, 11, 1000, packed.len() / 2, packed.len() - 8, packed.len() - 1] {
            let (got, error) = unpack(&packed[..cut]);
            assert!(text.starts_with(&got), "cut at {cut}");
            assert_eq!(error, Some(ErrorKind::UnexpectedEof), "cut at {cut}");
            assert!(
                got.len() * packed.len() >= text.len() * cut / 2 || cut < 2000,
                "cut at {cut}: {} bytes",
                got.len()
            );
        }
    }

    #[test]
    fn damage_is_told_and_never_loops() {
        let text = lines(5_000);
        let packed = pack(&text);
        for at in (0..packed.len()).step_by(97) {
            let mut bad = packed.clone();
            bad[at] ^= 0x55;
            let (got, error) = unpack(&bad);
            assert!(error.is_some() || got == text, "flip at {at}"); // the header holds a time and a system nobody checks
        }
        let mut rubbish = packed.clone();
        rubbish.extend(b"rubbish at the end");
        assert_eq!(unpack(&rubbish), (text, Some(ErrorKind::InvalidData)));
    }
}
