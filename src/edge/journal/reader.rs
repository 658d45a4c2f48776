//! Reads a journal's records in order over all its segments; damage is told and stepped over, never a failure.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::JournalError;
use super::format::{FORMAT, ParsedHeader, ParsedRecord, RECORD_BYTES, RecordHeader, parse_record};
use super::record::{JournalHead, Record};
use super::segment::{More, Segment, Window, list_names};
use crate::engine::time::EventTime;

/// What was found damaged or missing in a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalWarning {
    /// The segment's file.
    pub segment: PathBuf,
    /// Offset in the plain segment.
    pub offset: u64,
    /// The last number read before it.
    pub after_seq: u64,
    /// What was found.
    pub fault: JournalFault,
}

/// Kinds of damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalFault {
    /// The segment's header cannot be read; its records are read all the same.
    Header,
    /// So many bytes at the segment's end are no whole record: the writer was stopped in the middle.
    TornTail(u64),
    /// So many bytes before the record with this number are no record.
    Corrupt(u64, u64),
    /// A frame of a sealed segment with so many plain bytes (0: unknown) cannot be unpacked.
    LostFrame(u64),
    /// The index of a sealed segment is damaged; its frames were searched instead.
    Index,
    /// A record with this number, which is not above the one before it, was left out.
    Repeated(u64),
    /// The numbers up to this one (exclusive) are not there.
    Missing(u64),
    /// The system could not read on; the rest of the segment is left out.
    Unreadable(String),
}

impl fmt::Display for JournalWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: at byte {}, after record {}: ", self.segment.display(), self.offset, self.after_seq)?;
        match &self.fault {
            JournalFault::Header => write!(f, "the segment's header is damaged"),
            JournalFault::TornTail(n) => write!(f, "the last {n} bytes are no whole record, cut off"),
            JournalFault::Corrupt(n, next) => write!(f, "{n} bytes are corrupt, read on at record {next}"),
            JournalFault::LostFrame(0) => write!(f, "a packed frame is corrupt, read on behind it"),
            JournalFault::LostFrame(n) => write!(f, "a packed frame is corrupt, {n} bytes are lost"),
            JournalFault::Index => write!(f, "the index is damaged, the segment was searched instead"),
            JournalFault::Repeated(seq) => write!(f, "record {seq} comes again, left out"),
            JournalFault::Missing(next) => write!(f, "the records before {next} are missing"),
            JournalFault::Unreadable(cause) => write!(f, "cannot read on: {cause}"),
        }
    }
}

/// A record that outlives the reader's memory.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedRecord {
    /// Number, time, kind and feed.
    pub header: RecordHeader,
    /// What it says, by its kind.
    pub body: Vec<u8>,
}

/// A journal being read.
pub struct JournalReader {
    segments: Vec<Segment>,
    at: usize,
    window: Option<Window>,
    last_seq: Option<u64>,
    skip_before: Option<EventTime>,
    skip_to: u64,
    warnings: Vec<JournalWarning>,
}

impl JournalReader {
    /// Opens the journal in a folder and stands before its first record.
    ///
    /// # Errors
    /// If the folder cannot be read, holds no segment, or holds one of a newer format.
    pub fn open(folder: &Path) -> Result<JournalReader, JournalError> {
        let error = |source| JournalError::Open { path: folder.to_owned(), source };
        let names = list_names(folder).map_err(error)?;
        if names.is_empty() {
            return Err(JournalError::Empty { path: folder.to_owned() });
        }
        let mut segments = Vec::with_capacity(names.len());
        for (first_seq, sealed, path) in names {
            let header = Window::open(&path, sealed).and_then(|mut window| window.header());
            let header = match header.map_err(|source| JournalError::Open { path: path.clone(), source })? {
                Some(ParsedHeader::Newer(format)) => return Err(JournalError::Newer { path, format, known: FORMAT }),
                Some(ParsedHeader::Known(header)) => Some(header),
                Some(ParsedHeader::Damaged) | None => None,
            };
            segments.push(Segment { path, sealed, first_seq, header });
        }
        Ok(JournalReader::of(segments))
    }

    fn of(segments: Vec<Segment>) -> JournalReader {
        JournalReader {
            segments,
            at: 0,
            window: None,
            last_seq: None,
            skip_before: None,
            skip_to: 0,
            warnings: Vec::new(),
        }
    }

    /// The segments in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// What was found damaged so far.
    pub fn warnings(&self) -> &[JournalWarning] {
        &self.warnings
    }

    /// The last number read.
    pub fn last_seq(&self) -> Option<u64> {
        self.last_seq
    }

    /// The next record, those at the head of each segment included; `None` at the end.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        loop {
            if self.window.is_none() && !self.enter_segment() {
                return None;
            }
            let Some((header, len)) = self.find_record() else {
                self.window = None;
                self.at += 1;
                continue;
            };
            self.window.as_mut()?.skip(RECORD_BYTES + len);
            if self.accept(&header) {
                let window = self.window.as_ref()?;
                return Some(Record { header, body: window.behind(len) });
            }
        }
    }

    /// Goes to the first record that was received at or after `from` (by the index where the segment is sealed).
    pub fn seek(&mut self, from: EventTime) {
        let after = |segment: &Segment| segment.received_before().is_some_and(|before| before >= from);
        let first = self.segments.iter().position(after).unwrap_or(self.segments.len());
        self.jump(first.saturating_sub(1), |_, received_before| received_before < from);
        self.skip_before = Some(from);
    }

    /// Goes to the first record behind the number `seq` (by the index where the segment is sealed).
    pub fn seek_behind(&mut self, seq: u64) {
        let segment = self.segments.partition_point(|segment| segment.first_seq <= seq).saturating_sub(1);
        self.jump(segment, |first, _| first <= seq);
        self.skip_to = seq;
    }

    /// The record with this number (evidence), without moving the reader.
    pub fn find(&self, seq: u64) -> Option<OwnedRecord> {
        let segment = self.segments.partition_point(|segment| segment.first_seq <= seq).checked_sub(1)?;
        let mut reader = JournalReader::of(vec![self.segments.get(segment)?.clone()]);
        reader.jump(0, |first, _| first <= seq);
        while let Some(record) = reader.next_record() {
            if record.header.seq >= seq && record.header.kind.is_numbered() {
                let found = record.header.seq == seq;
                return found.then(|| OwnedRecord { header: record.header, body: record.body.to_vec() });
            }
        }
        None
    }

    /// What the head of a segment says; `None` where nothing of it can be read.
    pub fn head(&self, segment: usize) -> Option<JournalHead> {
        let mut reader = JournalReader::of(vec![self.segments.get(segment)?.clone()]);
        let (mut head, mut any) = (JournalHead::default(), false);
        while let Some(record) = reader.next_record() {
            if record.header.kind.is_numbered() {
                break;
            }
            any |= head.take(&record);
        }
        any.then_some(head)
    }

    /// The last number and the largest `received_at` of the whole journal, read from its end; 0 and `EventTime::MIN` if
    /// it has no records.
    pub fn end(&self) -> (u64, EventTime) {
        for segment in self.segments.iter().rev() {
            let mut reader = JournalReader::of(vec![segment.clone()]);
            let mut latest = segment.received_before().unwrap_or(EventTime::MIN);
            while let Some(record) = reader.next_record() {
                latest = latest.max(record.header.received_at);
            }
            if let Some(last_seq) = reader.last_seq {
                return (last_seq, latest);
            }
        }
        (0, EventTime::MIN)
    }

    fn jump(&mut self, segment: usize, before: impl Fn(u64, EventTime) -> bool) {
        self.at = segment;
        self.window = None;
        self.last_seq = None;
        if self.enter_segment()
            && let Some(window) = &mut self.window
            && let Err(error) = window.go_to(before)
        {
            self.unreadable(&error);
        }
    }

    /// Opens the segment it stands at, or a later one; `false` if there is none.
    fn enter_segment(&mut self) -> bool {
        while let Some(segment) = self.segments.get(self.at) {
            match Window::open(&segment.path, segment.sealed).and_then(|mut window| Ok((window.header()?, window))) {
                Ok((header, window)) => {
                    let (index_lost, lost_head) = (window.index_lost(), window.lost_head());
                    self.window = Some(window);
                    if index_lost {
                        self.warn(0, JournalFault::Index);
                    }
                    match (lost_head, header) {
                        (Some(lost), _) => self.warn(0, JournalFault::LostFrame(lost)),
                        (None, Some(ParsedHeader::Damaged)) => self.warn(0, JournalFault::Header),
                        (None, _) => {}
                    }
                    return true;
                }
                Err(error) => {
                    self.unreadable(&error);
                    self.at += 1;
                }
            }
        }
        false
    }

    /// Finds the next whole record, at which the window then stands; `None` at the end of the segment.
    fn find_record(&mut self) -> Option<(RecordHeader, usize)> {
        let mut start = self.window.as_ref()?.offset();
        loop {
            let last_seq = self.last_seq;
            let window = self.window.as_mut()?;
            let skipped = window.offset() - start;
            match parse_record(window.rest()) {
                ParsedRecord::Whole(header, len) if skipped == 0 || last_seq.is_none_or(|last| header.seq >= last) => {
                    if skipped > 0 {
                        self.warn(start, JournalFault::Corrupt(skipped, header.seq));
                    }
                    return Some((header, len));
                }
                ParsedRecord::Whole(..) | ParsedRecord::Invalid => window.skip(1),
                ParsedRecord::Incomplete => match window.more() {
                    Ok(More::Bytes) => {}
                    Ok(More::Lost(lost)) => {
                        let behind = window.offset();
                        self.warn(start, JournalFault::LostFrame(lost));
                        start = behind;
                    }
                    Ok(More::End) if window.rest().is_empty() => {
                        if skipped > 0 {
                            self.warn(start, JournalFault::TornTail(skipped));
                        }
                        return None;
                    }
                    Ok(More::End) => window.skip(1),
                    Err(error) => {
                        self.unreadable(&error);
                        return None;
                    }
                },
            }
        }
    }

    /// Whether a record is to be given: numbers only go up.
    fn accept(&mut self, header: &RecordHeader) -> bool {
        if header.kind.is_numbered() {
            let offset = self.window.as_ref().map_or(0, Window::offset);
            match self.last_seq {
                Some(last) if header.seq <= last => {
                    self.warn(offset, JournalFault::Repeated(header.seq));
                    return false;
                }
                Some(last) if header.seq > last + 1 && !self.told_of_damage(last) => {
                    self.warn(offset, JournalFault::Missing(header.seq));
                }
                _ => {}
            }
            self.last_seq = Some(header.seq);
            if header.seq <= self.skip_to {
                return false;
            }
            if self.skip_before.is_some_and(|from| header.received_at < from) {
                return false;
            }
            self.skip_before = None;
        }
        true
    }

    fn told_of_damage(&self, after_seq: u64) -> bool {
        self.warnings.last().is_some_and(|warning| warning.after_seq == after_seq)
    }

    fn unreadable(&mut self, error: &io::Error) {
        let offset = self.window.as_ref().map_or(0, Window::offset);
        self.warn(offset, JournalFault::Unreadable(error.to_string()));
    }

    fn warn(&mut self, offset: u64, fault: JournalFault) {
        let segment = self.segments.get(self.at).map(|segment| segment.path.clone()).unwrap_or_default();
        self.warnings.push(JournalWarning { segment, offset, after_seq: self.last_seq.unwrap_or(0), fault });
    }
}
