//! Segments as files: their names, their folder, and a window that moves over the bytes of one.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::format::{HEADER_BYTES, ParsedHeader, SegmentHeader};
use super::sealed::{NextFrame, SealedFile};
use crate::engine::time::EventTime;

/// The ending of a plain segment; a sealed one has `.zst` behind it.
const ENDING: &str = ".journal";
/// Bytes read at a time from a plain segment.
const READ_BYTES: usize = 1 << 20;

/// One segment of a journal.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its file.
    pub path: PathBuf,
    /// Whether it is packed.
    pub sealed: bool,
    /// The number its name tells: that of its first numbered record.
    pub first_seq: u64,
    /// Its header; `None` if that is damaged.
    pub header: Option<SegmentHeader>,
}

impl Segment {
    /// The largest `received_at` of all records before it, as far as its header is whole.
    pub fn received_before(&self) -> Option<EventTime> {
        self.header.as_ref().map(|header| header.received_before)
    }
}

/// The name of the plain segment that begins with this number.
pub fn plain_name(first_seq: u64) -> String {
    format!("{first_seq:020}{ENDING}")
}

/// Whether a folder holds a journal.
pub fn is_journal(folder: &Path) -> bool {
    list_names(folder).is_ok_and(|names| !names.is_empty())
}

/// The segments' files in order; of a segment that is there plain and sealed, the plain one.
pub fn list_names(folder: &Path) -> io::Result<Vec<(u64, bool, PathBuf)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let plain = name.strip_suffix(".zst");
        let Some(digits) = plain.unwrap_or(&name).strip_suffix(ENDING) else { continue };
        if let Ok(first_seq) = digits.parse::<u64>() {
            names.push((first_seq, plain.is_some(), path));
        }
    }
    names.sort();
    names.dedup_by_key(|(first_seq, ..)| *first_seq);
    Ok(names)
}

/// A path with more at its end.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Syncs the folder of a file, so that a new name in it outlives a power cut.
pub fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// A window over a segment's plain bytes that moves forward.
pub struct Window {
    bytes: Vec<u8>,
    position: usize,
    base: u64,
    chunks: Chunks,
    lost_head: Option<u64>,
}

enum Chunks {
    Plain(File),
    Sealed(SealedFile),
}

/// What asking for more bytes gave.
pub enum More {
    /// More bytes stand at the end of the window.
    Bytes,
    /// A frame is lost, and with it so many plain bytes (0: unknown); what stood in the window is gone too.
    Lost(u64),
    /// The segment ends.
    End,
}

impl Window {
    /// Opens a segment at its first byte.
    pub fn open(path: &Path, sealed: bool) -> io::Result<Window> {
        let chunks = if sealed { Chunks::Sealed(SealedFile::open(path)?) } else { Chunks::Plain(File::open(path)?) };
        Ok(Window { bytes: Vec::new(), position: 0, base: 0, chunks, lost_head: None })
    }

    /// The header; `None` if the segment is too short for one. The window then stands behind it.
    pub fn header(&mut self) -> io::Result<Option<ParsedHeader>> {
        while self.rest().len() < HEADER_BYTES {
            match self.more()? {
                More::Bytes => {}
                More::Lost(lost) => {
                    self.lost_head = Some(lost);
                    return Ok(Some(ParsedHeader::Damaged));
                }
                More::End => return Ok(None),
            }
        }
        let header = SegmentHeader::parse(self.rest());
        self.skip(HEADER_BYTES);
        Ok(Some(header))
    }

    /// How long the packed frame was with which the header was lost (0: unknown).
    pub fn lost_head(&self) -> Option<u64> {
        self.lost_head
    }

    /// The bytes from where it stands.
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// The last `len` bytes before where it stands.
    pub fn behind(&self, len: usize) -> &[u8] {
        self.position.checked_sub(len).and_then(|start| self.bytes.get(start..self.position)).unwrap_or_default()
    }

    /// Whether it is a sealed segment whose index is damaged.
    pub fn index_lost(&self) -> bool {
        matches!(&self.chunks, Chunks::Sealed(sealed) if !sealed.indexed)
    }

    /// The offset in the plain segment where it stands.
    pub fn offset(&self) -> u64 {
        self.base + self.position as u64
    }

    /// Goes on by `len` bytes.
    pub fn skip(&mut self, len: usize) {
        self.position = (self.position + len).min(self.bytes.len());
    }

    /// Reads on.
    pub fn more(&mut self) -> io::Result<More> {
        self.bytes.drain(..self.position);
        self.base += self.position as u64;
        self.position = 0;
        match &mut self.chunks {
            Chunks::Plain(file) => {
                let n = file.take(READ_BYTES as u64).read_to_end(&mut self.bytes)?;
                Ok(if n > 0 { More::Bytes } else { More::End })
            }
            Chunks::Sealed(sealed) => Ok(match sealed.next_frame(&mut self.bytes)? {
                NextFrame::Data => More::Bytes,
                NextFrame::End => More::End,
                NextFrame::Lost(len) => {
                    let lost = len + self.bytes.len() as u64;
                    self.bytes.clear();
                    self.base += lost;
                    More::Lost(lost)
                }
            }),
        }
    }

    /// Goes to the last frame of a sealed segment of which `before` holds (it gets the frame's number and the largest
    /// time before it); a plain segment is read from its first record.
    pub fn go_to(&mut self, before: impl Fn(u64, EventTime) -> bool) -> io::Result<()> {
        self.bytes.clear();
        self.position = 0;
        match &mut self.chunks {
            Chunks::Plain(file) => self.base = file.seek(SeekFrom::Start(HEADER_BYTES as u64))?,
            Chunks::Sealed(sealed) => {
                let frame = if sealed.indexed {
                    sealed.index.partition_point(|entry| before(entry.seq, entry.received_before)).saturating_sub(1)
                } else {
                    0
                };
                self.base = sealed.go_to(frame);
                if frame == 0 {
                    self.header()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_in_order_and_a_plain_segment_comes_before_its_sealed_twin() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            plain_name(90) + ".zst",
            plain_name(7),
            plain_name(7) + ".zst",
            "x.journal".into(),
            plain_name(8) + ".zst.new",
        ] {
            fs::write(dir.path().join(name), b"").unwrap();
        }
        let names: Vec<_> = list_names(dir.path()).unwrap().into_iter().map(|(seq, sealed, _)| (seq, sealed)).collect();
        assert_eq!(names, [(7, false), (90, true)]);
        assert!(is_journal(dir.path()) && !is_journal(&dir.path().join("none")));
    }
}
