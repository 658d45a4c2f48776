//! Sealed segments: zstd frames cut between records, and an index in a frame that unpackers skip.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::format::{HEADER_BYTES, ParsedRecord, RECORD_BYTES, parse_record, u32_at, u64_at};
use super::segment::{sync_folder, with_ending};
use crate::engine::time::EventTime;

/// Plain bytes after which a frame is cut at the end of a record.
const FRAME_BYTES: usize = 256 * 1024;
/// The most a frame may unpack to: what damage claims beyond is not believed.
const MAX_FRAME_BYTES: u64 = 64 << 20;
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A zstd skippable frame (RFC 8878, 3.1.2).
const INDEX_MAGIC: [u8; 4] = [0x5d, 0x2a, 0x4d, 0x18];
const ENTRY_BYTES: usize = 32;
const FOOTER_BYTES: usize = 32;
const FOOTER_MAGIC: [u8; 4] = *b"PKTX";
const LEVEL: i32 = 3;

/// Where a frame of a sealed segment lies and what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Offset of its first byte in the plain segment.
    pub plain_offset: u64,
    /// Offset of its first byte in the sealed file.
    pub packed_offset: u64,
    /// The number of its first record.
    pub seq: u64,
    /// The largest `received_at` of all records before it.
    pub received_before: EventTime,
}

/// The frames of a sealed segment.
#[derive(Debug)]
pub struct SealedFile {
    file: File,
    /// The frames in order; without numbers and times if the index is damaged.
    pub index: Vec<IndexEntry>,
    /// Whether the index was read (else the frames were searched).
    pub indexed: bool,
    frames_end: u64,
    next: usize,
}

/// What comes next in a sealed segment.
pub enum NextFrame {
    /// A frame was appended.
    Data,
    /// A frame cannot be unpacked; the bytes it would have given, where known.
    Lost(u64),
    /// There is none.
    End,
}

/// Seals a plain segment: writes the packed file beside it, syncs it, and only then removes the plain one.
pub fn seal_segment(plain: &Path) -> io::Result<PathBuf> {
    let bytes = fs::read(plain)?;
    let sealed = with_ending(plain, ".zst");
    let building = with_ending(plain, ".zst.new");
    let mut file = File::create(&building)?;
    let mut index = Vec::new();
    let mut packed_offset = 0;
    for (entry, range) in frames(&bytes) {
        let frame = pack(&bytes[range])?;
        index.push(IndexEntry { packed_offset, ..entry });
        packed_offset += frame.len() as u64;
        file.write_all(&frame)?;
    }
    file.write_all(&index_frame(&index, bytes.len() as u64))?;
    file.sync_all()?;
    fs::rename(&building, &sealed)?;
    sync_folder(plain)?;
    fs::remove_file(plain)?;
    Ok(sealed)
}

fn pack(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.write_all(plain)?;
    encoder.finish()
}

/// Cuts a plain segment into frames between records; what is no record goes along as it is.
fn frames(bytes: &[u8]) -> Vec<(IndexEntry, std::ops::Range<usize>)> {
    let (mut frames, mut latest, mut last_seq) = (Vec::new(), EventTime::MIN, 0);
    let (mut start, mut at) = (0, HEADER_BYTES.min(bytes.len()));
    let mut entry: Option<IndexEntry> = None;
    while at < bytes.len() {
        let ParsedRecord::Whole(header, len) = parse_record(&bytes[at..]) else {
            at += 1;
            continue;
        };
        entry.get_or_insert(IndexEntry {
            plain_offset: start as u64,
            packed_offset: 0,
            seq: header.seq,
            received_before: latest,
        });
        latest = latest.max(header.received_at);
        last_seq = header.seq;
        at += RECORD_BYTES + len;
        if at - start >= FRAME_BYTES {
            frames.extend(entry.take().map(|entry| (entry, start..at)));
            start = at;
        }
    }
    if start < bytes.len() {
        let rest =
            IndexEntry { plain_offset: start as u64, packed_offset: 0, seq: last_seq + 1, received_before: latest };
        frames.push((entry.unwrap_or(rest), start..bytes.len()));
    }
    frames
}

/// The index as a skippable frame.
fn index_frame(index: &[IndexEntry], plain_len: u64) -> Vec<u8> {
    let payload = index.len() * ENTRY_BYTES + FOOTER_BYTES;
    let mut out = Vec::with_capacity(8 + payload);
    out.extend_from_slice(&INDEX_MAGIC);
    out.extend_from_slice(&(payload as u32).to_le_bytes());
    for entry in index {
        out.extend_from_slice(&entry.plain_offset.to_le_bytes());
        out.extend_from_slice(&entry.packed_offset.to_le_bytes());
        out.extend_from_slice(&entry.seq.to_le_bytes());
        out.extend_from_slice(&entry.received_before.millis().to_le_bytes());
    }
    out.extend_from_slice(&plain_len.to_le_bytes());
    out.extend_from_slice(&(index.len() as u32).to_le_bytes());
    out.extend_from_slice(&[0; 12]);
    let crc = crc32c::crc32c(&out[8..]);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(&FOOTER_MAGIC);
    out
}

impl SealedFile {
    /// Opens a sealed segment; a damaged index is replaced by a search for frames.
    pub fn open(path: &Path) -> io::Result<SealedFile> {
        let mut file = File::open(path)?;
        if let Some((index, frames_end)) = read_index(&mut file)? {
            return Ok(SealedFile { file, index, indexed: true, frames_end, next: 0 });
        }
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (index, frames_end) = (find_frames(&bytes), bytes.len() as u64);
        Ok(SealedFile { file, index, indexed: false, frames_end, next: 0 })
    }

    /// Goes to the frame `i` and gives its plain offset.
    pub fn go_to(&mut self, i: usize) -> u64 {
        self.next = i;
        self.index.get(i).map_or(0, |entry| entry.plain_offset)
    }

    /// Appends the next frame, unpacked, to `out`.
    pub fn next_frame(&mut self, out: &mut Vec<u8>) -> io::Result<NextFrame> {
        let Some(entry) = self.index.get(self.next) else { return Ok(NextFrame::End) };
        let following = self.index.get(self.next + 1);
        self.next += 1;
        let packed_end = following.map_or(self.frames_end, |next| next.packed_offset);
        let mut packed = vec![0; packed_end.saturating_sub(entry.packed_offset) as usize];
        self.file.seek(SeekFrom::Start(entry.packed_offset))?;
        self.file.read_exact(&mut packed)?;
        let before = out.len();
        if unpack(&packed, out).is_ok() {
            return Ok(NextFrame::Data);
        }
        out.truncate(before);
        let known = following.filter(|_| self.indexed).map(|next| next.plain_offset.saturating_sub(entry.plain_offset));
        Ok(NextFrame::Lost(known.unwrap_or(0)))
    }
}

/// Unpacks one frame.
fn unpack(packed: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let decoder = zstd::stream::read::Decoder::with_buffer(packed)?.single_frame();
    decoder.take(MAX_FRAME_BYTES).read_to_end(out)?;
    Ok(())
}

/// The index and the offset where the frames end, if it is whole.
fn read_index(file: &mut File) -> io::Result<Option<(Vec<IndexEntry>, u64)>> {
    let len = file.metadata()?.len();
    let mut footer = [0; FOOTER_BYTES];
    if len < (FOOTER_BYTES + 8) as u64 {
        return Ok(None);
    }
    file.seek(SeekFrom::End(-(FOOTER_BYTES as i64)))?;
    file.read_exact(&mut footer)?;
    let count = u64::from(u32_at(&footer, 8));
    let payload = count * ENTRY_BYTES as u64 + FOOTER_BYTES as u64;
    if footer[28..] != FOOTER_MAGIC || payload + 8 > len {
        return Ok(None);
    }
    let frames_end = len - payload - 8;
    let mut bytes = vec![0; payload as usize];
    file.seek(SeekFrom::Start(frames_end + 8))?;
    file.read_exact(&mut bytes)?;
    let end = bytes.len() - 8;
    if crc32c::crc32c(&bytes[..end]) != u32_at(&bytes, end) {
        return Ok(None);
    }
    let entries = bytes[..bytes.len() - FOOTER_BYTES].chunks_exact(ENTRY_BYTES).map(|entry| IndexEntry {
        plain_offset: u64_at(entry, 0),
        packed_offset: u64_at(entry, 8),
        seq: u64_at(entry, 16),
        received_before: EventTime::from_millis(u64_at(entry, 24) as i64),
    });
    Ok(Some((entries.collect(), frames_end)))
}

/// Every place where a frame begins; within a whole frame none is looked for.
fn find_frames(bytes: &[u8]) -> Vec<IndexEntry> {
    let (mut frames, mut at) = (Vec::new(), 0);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memmem::find(rest, &ZSTD_MAGIC)) {
        at += found;
        frames.push(IndexEntry { plain_offset: 0, packed_offset: at as u64, seq: 0, received_before: EventTime::MIN });
        at += zstd::zstd_safe::find_frame_compressed_size(&bytes[at..]).unwrap_or(ZSTD_MAGIC.len());
    }
    frames
}
