//! Writes the journal: numbers each input and hands it to the system before anyone else sees it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::JournalError;
use super::format::{HEADER_BYTES, MAX_BODY_BYTES, RecordHeader, SegmentHeader, write_record};
use super::reader::JournalReader;
use super::record::{JournalHead, Record, RecordKind, record_of};
use super::sealed::seal_segment;
use super::segment::{is_journal, plain_name, sync_folder, with_ending};
use crate::edge::batch::Batch;
use crate::engine::input::{FeedId, Input};
use crate::engine::time::{EventTime, Span};

/// A segment is left for a new one when an input of a later hour comes ...
const SEGMENT_SPAN: Span = Span::from_hours(1);
/// ... or when it holds this many bytes.
const SEGMENT_BYTES: u64 = 128 << 20;

/// The end of a journal, to which inputs are appended.
pub struct JournalWriter {
    folder: PathBuf,
    build: String,
    head: Vec<(RecordKind, Vec<u8>)>,
    file: File,
    path: PathBuf,
    len: u64,
    next_seq: u64,
    latest: EventTime,
    hour: Option<i64>,
    buffer: Vec<u8>,
    unsealed: Vec<PathBuf>,
    written: u64,
    broken: bool,
}

impl JournalWriter {
    /// Opens the journal in `folder`, made if it is not there, and begins a segment that says `head`.
    ///
    /// What is there already stays as it is: numbers go on after its last whole record, and a gap record says `reopened`.
    /// One writer a folder. `build` names the program (20 bytes), `created` is the edge's clock.
    ///
    /// # Errors
    /// If the folder cannot be written, or holds a journal of a newer format.
    pub fn open(folder: &Path, head: &JournalHead, build: &str, created: EventTime) -> Result<Self, JournalError> {
        fs::create_dir_all(folder).map_err(|source| JournalError::Open { path: folder.to_owned(), source })?;
        let (mut last_seq, mut latest, mut unsealed) = (0, EventTime::MIN, Vec::new());
        let reopened = is_journal(folder);
        if reopened {
            let reader = JournalReader::open(folder)?;
            (last_seq, latest) = reader.end();
            unsealed = reader.segments().iter().filter(|s| !s.sealed).map(|s| s.path.clone()).collect();
        }
        let head = head.records().map_err(JournalError::Head)?;
        check_lengths(&head)?;
        let (path, file, bytes) = begin(folder, &head, last_seq + 1, latest, build, created)?;
        let unsealed = unsealed.into_iter().filter(|old| old.exists() && *old != path).collect();
        let (folder, build) = (folder.to_owned(), build.to_owned());
        let (len, next_seq, buffer) = (bytes as u64, last_seq + 1, Vec::new());
        let mut writer = JournalWriter {
            folder,
            build,
            head,
            file,
            path,
            len,
            next_seq,
            latest,
            hour: None,
            buffer,
            unsealed,
            written: len,
            broken: false,
        };
        if reopened {
            let received_at = latest.max(created);
            let header = RecordHeader { seq: writer.next_seq, received_at, kind: RecordKind::Gap, feed: FeedId(0) };
            writer.put(&Record { header, body: b"reopened" })?;
            writer.flush()?;
        }
        Ok(writer)
    }

    /// Bytes written since it was opened: records with their headers, and the heads of segments.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// The number the next input gets.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Appends one input and gives its number, which replaces the one it has; on return the system has it.
    pub fn append(&mut self, input: &Input<'_>) -> Result<u64, JournalError> {
        let seq = self.next_seq;
        self.put(&record_of(input, seq, self.latest))?;
        self.flush()?;
        Ok(seq)
    }

    /// Appends a batch with one write and gives its inputs their numbers.
    ///
    /// # Errors
    /// If it could not be written as a whole: then none of the batch counts as journalled, except what an hour's turn
    /// within the batch had brought to an older segment.
    pub fn append_batch(&mut self, batch: &mut Batch) -> Result<(), JournalError> {
        for i in 0..batch.items.len() {
            let Some(item) = batch.items.get(i).copied() else { break };
            let seq = self.next_seq;
            self.put(&record_of(&batch.input(&item), seq, self.latest))?;
            if let Some(item) = batch.items.get_mut(i) {
                item.seq = seq;
            }
        }
        self.flush()
    }

    /// Brings all that was appended to the disk: once a second, and before an alert that depends on it leaves.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(|source| JournalError::Sync { path: self.path.clone(), source })
    }

    /// Another handle on the file that is written, to sync it from another thread: what older segments hold is synced already.
    ///
    /// # Errors
    /// If the system has no handle left.
    pub fn handle(&self) -> Result<File, JournalError> {
        self.file.try_clone().map_err(|source| JournalError::Sync { path: self.path.clone(), source })
    }

    /// Begins a new segment that says other feeds, settings or zones; they hold from the next number on.
    pub fn set_head(&mut self, head: &JournalHead, created: EventTime) -> Result<(), JournalError> {
        let head = head.records().map_err(JournalError::Head)?;
        check_lengths(&head)?;
        self.head = head;
        self.turn(created)
    }

    /// After a failure that could not be undone: goes on in a new segment, behind what is whole. Does nothing otherwise.
    ///
    /// # Errors
    /// If the folder can still not be written.
    pub fn mend(&mut self, created: EventTime) -> Result<(), JournalError> {
        if !self.broken {
            return Ok(());
        }
        let (last_seq, latest) = JournalReader::open(&self.folder)?.end();
        (self.next_seq, self.latest) = (last_seq + 1, self.latest.max(latest));
        self.turn(created)?;
        self.broken = false;
        Ok(())
    }

    /// The plain segments that are not written any more: [`seal_segment`] packs each, on any thread.
    pub fn take_unsealed(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.unsealed)
    }

    /// Ends the journal: syncs it and seals every segment.
    pub fn finish(mut self) -> Result<(), JournalError> {
        self.sync()?;
        self.unsealed.push(self.path.clone());
        for path in std::mem::take(&mut self.unsealed) {
            seal_segment(&path).map_err(|source| JournalError::Seal { path, source })?;
        }
        Ok(())
    }

    /// Takes a record into the buffer, in a new segment where its time asks for one.
    fn put(&mut self, record: &Record<'_>) -> Result<(), JournalError> {
        if record.body.len() > MAX_BODY_BYTES {
            self.drop_buffer();
            return Err(JournalError::TooLong(record.body.len()));
        }
        let received_at = record.header.received_at;
        let hour = received_at.slot(SEGMENT_SPAN);
        if self.hour.is_some_and(|begun| hour > begun) || self.len + self.buffer.len() as u64 >= SEGMENT_BYTES {
            self.flush()?;
            self.turn(received_at)?;
        }
        write_record(&mut self.buffer, &record.header, record.body);
        self.hour = self.hour.or(Some(hour));
        self.next_seq = record.header.seq + 1;
        self.latest = self.latest.max(received_at);
        Ok(())
    }

    /// Leaves the segment for a new one.
    fn turn(&mut self, created: EventTime) -> Result<(), JournalError> {
        self.sync()?;
        let (path, file, len) = begin(&self.folder, &self.head, self.next_seq, self.latest, &self.build, created)?;
        let old = std::mem::replace(&mut self.path, path);
        if old != self.path && old.exists() {
            self.unsealed.push(old);
        }
        (self.file, self.len, self.hour) = (file, len as u64, None);
        self.written += self.len;
        Ok(())
    }

    /// Hands the buffer to the system in one write; what was written of it is taken back if that fails. If not even that
    /// works nothing more is written: numbers would come twice. Opening the journal anew goes on behind what is there.
    fn flush(&mut self) -> Result<(), JournalError> {
        if self.broken {
            self.drop_buffer();
            let source = io::Error::other("an earlier failure could not be undone, the journal must be opened anew");
            return Err(JournalError::Write { path: self.path.clone(), source });
        }
        match self.file.write_all(&self.buffer) {
            Ok(()) => {
                self.len += self.buffer.len() as u64;
                self.written += self.buffer.len() as u64;
                self.buffer.clear();
                Ok(())
            }
            Err(source) => {
                self.drop_buffer();
                self.broken = self.file.set_len(self.len).is_err();
                Err(JournalError::Write { path: self.path.clone(), source })
            }
        }
    }

    /// Forgets the buffer, and the numbers it used.
    fn drop_buffer(&mut self) {
        self.next_seq = first_seq(&self.buffer).unwrap_or(self.next_seq);
        self.buffer.clear();
    }
}

/// The number of the first record in a buffer.
fn first_seq(buffer: &[u8]) -> Option<u64> {
    (!buffer.is_empty()).then(|| super::format::u64_at(buffer, 8))
}

fn check_lengths(head: &[(RecordKind, Vec<u8>)]) -> Result<(), JournalError> {
    match head.iter().find(|(_, body)| body.len() > MAX_BODY_BYTES) {
        Some((_, body)) => Err(JournalError::TooLong(body.len())),
        None => Ok(()),
    }
}

/// Begins a segment: its file, opened for appending, and the bytes already in it.
fn begin(
    folder: &Path,
    head: &[(RecordKind, Vec<u8>)],
    first_seq: u64,
    received_before: EventTime,
    build: &str,
    created: EventTime,
) -> Result<(PathBuf, File, usize), JournalError> {
    let path = folder.join(plain_name(first_seq));
    let header = SegmentHeader { created, first_seq, received_before, build: build.to_owned() };
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(&header.to_bytes());
    for (kind, body) in head {
        let header = RecordHeader { seq: first_seq - 1, received_at: received_before, kind: *kind, feed: FeedId(0) };
        write_record(&mut bytes, &header, body);
    }
    let begun = || -> io::Result<File> {
        for old in [path.clone(), with_ending(&path, ".zst")] {
            if old.exists() {
                set_aside(&old)?;
            }
        }
        let mut file = OpenOptions::new().append(true).create_new(true).open(&path)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        sync_folder(&path)?;
        Ok(file)
    };
    match begun() {
        Ok(file) => Ok((path, file, bytes.len())),
        Err(source) => Err(JournalError::Begin { path, source }),
    }
}

/// Renames a segment without a single numbered record, of which nothing can be replayed, out of the way of its successor.
fn set_aside(path: &Path) -> io::Result<()> {
    let free = (1..).map(|n| with_ending(path, &format!(".aside-{n}"))).find(|aside| !aside.exists());
    fs::rename(path, free.unwrap_or_else(|| with_ending(path, ".aside")))
}
