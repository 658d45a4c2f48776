//! Unpacks xz so that every byte before damage comes out.

use std::io::{self, BufRead, ErrorKind, Read};

use lzma_rust2::{Action, Status, XzStream};

/// Memory one block may ask for, KiB (the dictionary of `xz -9` is 64 MiB).
const MEMORY_KIB: u32 = 256 * 1024;

/// A reader of xz streams, several in a row; after the first error only errors come.
pub struct Unxz<R> {
    input: R,
    stream: XzStream,
    ended: bool,
}

impl<R: BufRead> Unxz<R> {
    /// Unpacks `input`, which starts at a stream's header.
    pub fn new(input: R) -> Self {
        Unxz { input, stream: XzStream::new_mem_limit(true, MEMORY_KIB), ended: false }
    }
}

impl<R: BufRead> Read for Unxz<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !out.is_empty() {
            let input = self.input.fill_buf()?;
            let at_end = input.is_empty();
            let action = if at_end { Action::Finish } else { Action::Run };
            let result = self.stream.process(input, out, action)?;
            self.input.consume(result.bytes_consumed);
            self.ended = result.status == Status::StreamEnd;
            if result.bytes_produced > 0 {
                return Ok(result.bytes_produced);
            }
            if at_end && !self.ended {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, "the xz data ends too early"));
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lzma_rust2::{XzOptions, XzWriter};
    use std::io::Write;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    fn unpack(packed: &[u8]) -> (Vec<u8>, bool) {
        let (mut reader, mut text, mut out) = (Unxz::new(packed), Vec::new(), [0; 4096]);
        loop {
            match reader.read(&mut out) {
                Ok(0) => return (text, true),
                Ok(n) => text.extend_from_slice(&out[..n]),
                Err(_) => return (text, false),
            }
        }
    }

    #[test]
    fn whole_cut_and_corrupt_streams() {
        let text: Vec<u8> = (0..9000).flat_map(|i| format!("line {i} {}\n", i * 7919 % 10_007).into_bytes()).collect();
        let packed = pack(&text);
        assert_eq!(unpack(&packed), (text.clone(), true));
        assert_eq!(unpack(&[packed.clone(), pack(b"more")].concat()).0.len(), text.len() + 4);
        for cut in [1, 13, packed.len() / 3, packed.len() / 2, packed.len() - 1] {
            let (got, whole) = unpack(&packed[..cut]);
            assert!(text.starts_with(&got) && !whole, "cut at {cut}");
            assert!(got.len() + 8192 >= text.len() * cut / packed.len() / 2, "cut at {cut}: {} bytes", got.len());
        }
        for at in (0..packed.len()).step_by(211) {
            let mut bad = packed.clone();
            bad[at] ^= 0x55;
            assert!(!unpack(&bad).1, "flip at {at}");
        }
    }
}
