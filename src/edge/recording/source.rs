//! One file or standard input as plain bytes, unpacked by content; damage ends it with what came before.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::gzip::Gunzip;
use super::unxz::Unxz;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];
/// Bytes asked of an unpacker at a time: when it fails it keeps what that one call had unpacked.
const UNPACK_BYTES: usize = 16 * 1024;

/// The bytes of a recording, in order.
pub struct Source {
    reader: Box<dyn Read + Send>,
    packed_done: Arc<AtomicU64>,
    packed_total: u64,
    step: usize,
}

/// Why a source ended before its end.
#[derive(Debug)]
pub struct Damage {
    /// Bytes of the file (as it lies on disk) taken when it happened.
    pub packed_offset: u64,
    /// What the unpacker or the system said.
    pub cause: io::Error,
}

impl Source {
    /// Opens a file, or standard input for `-`; gzip, zstd and xz are told by their first bytes.
    pub fn open(path: &Path) -> io::Result<Source> {
        if path.as_os_str() == "-" {
            return Source::from_reader(io::stdin(), 0);
        }
        let file = File::open(path)?;
        let total = file.metadata()?.len();
        Source::from_reader(file, total)
    }

    /// Reads from `reader`; `packed_total` is its length as far as known.
    pub fn from_reader(reader: impl Read + Send + 'static, packed_total: u64) -> io::Result<Source> {
        let packed_done = Arc::new(AtomicU64::new(0));
        let mut counted = Counted { inner: reader, done: Arc::clone(&packed_done) };
        let mut magic = [0; XZ.len()];
        let known = read_fully(&mut counted, &mut magic, usize::MAX).map_err(|(_, error)| error)?;
        let magic = magic[..known].to_vec();
        let packing = [("gzip", GZIP), ("zstd", ZSTD), ("xz", XZ)].into_iter().find(|(_, m)| magic.starts_with(m));
        let whole = Cursor::new(magic).chain(counted);
        let reader: Box<dyn Read + Send> = match packing.map_or("", |(name, _)| name) {
            "gzip" => Box::new(Gunzip::new(BufReader::with_capacity(1 << 16, whole))),
            "zstd" => Box::new(zstd::stream::read::Decoder::new(whole)?),
            "xz" => Box::new(Unxz::new(BufReader::with_capacity(1 << 16, whole))),
            _ => Box::new(whole),
        };
        let step = if packing.is_some() { UNPACK_BYTES } else { usize::MAX };
        Ok(Source { reader, packed_done, packed_total, step })
    }

    /// Fills `out` as far as the source goes: the number of bytes, and the damage if there was one (then nothing follows).
    pub fn read(&mut self, out: &mut [u8]) -> (usize, Option<Damage>) {
        match read_fully(&mut self.reader, out, self.step) {
            Ok(n) => (n, None),
            Err((n, cause)) => (n, Some(Damage { packed_offset: self.progress().0, cause })),
        }
    }

    /// Bytes taken so far and bytes in all, as they lie on disk; the total is 0 for standard input.
    pub fn progress(&self) -> (u64, u64) {
        (self.packed_done.load(Ordering::Relaxed), self.packed_total)
    }
}

/// Reads until `out` is full or the input ends, `step` bytes at a time; an error comes with what was read before it.
fn read_fully(reader: &mut impl Read, out: &mut [u8], step: usize) -> Result<usize, (usize, io::Error)> {
    let mut filled = 0;
    while filled < out.len() {
        let end = out.len().min(filled.saturating_add(step));
        match reader.read(&mut out[filled..end]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err((filled, error)),
        }
    }
    Ok(filled)
}

struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.done.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn text() -> Vec<u8> {
        (0..20_000).flat_map(|i| format!("!AIVDM,{i}\n").into_bytes()).collect()
    }

    fn all(packed: Vec<u8>) -> (Vec<u8>, Option<Damage>) {
        let total = packed.len() as u64;
        let mut source = Source::from_reader(Cursor::new(packed), total).unwrap();
        let mut out = vec![0; 1 << 20];
        let (n, damage) = source.read(&mut out);
        out.truncate(n);
        (out, damage)
    }

    fn packed() -> [(&'static str, Vec<u8>); 4] {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&text()).unwrap();
        let zstd = zstd::encode_all(text().as_slice(), 3).unwrap();
        let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
        xz.write_all(&text()).unwrap();
        [("", text()), ("gzip", gzip.finish().unwrap()), ("zstd", zstd), ("xz", xz.finish().unwrap())]
    }

    #[test]
    fn every_packing_is_told_by_content() {
        for (name, bytes) in packed() {
            let (got, damage) = all(bytes);
            assert!(got == text() && damage.is_none(), "{name}");
        }
    }

    #[test]
    fn a_cut_archive_gives_its_beginning() {
        for (name, mut bytes) in packed().into_iter().skip(1) {
            bytes.truncate(bytes.len() * 3 / 4);
            let (got, damage) = all(bytes);
            assert!(text().starts_with(&got), "{name}");
            assert!(damage.is_some_and(|d| d.packed_offset > 0), "{name}");
        }
    }

    #[test]
    fn an_empty_or_tiny_source_is_plain() {
        assert_eq!(all(vec![]).0, b"");
        assert_eq!(all(b"!A".to_vec()).0, b"!A");
        assert!(all(vec![0x1f, 0x8b]).1.is_some());
    }
}
