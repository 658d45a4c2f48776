//! One file of a recording as stamped blocks of lines.

use std::path::{Path, PathBuf};

use super::capture::CaptureReader;
use super::kind::{Kind, detect};
use super::lines::{Block, Framing, Line, LineReader};
use super::sorted::{Sorted, Sorter};
use super::source::Source;
use super::stamping::Stamper;
use super::{Order, RecordingError, Warning};
use crate::engine::input::FeedKind;
use crate::engine::time::EventTime;

/// Bytes looked at to tell what a file is.
const PEEK_BYTES: usize = 16 * 1024;

/// A file being read, with the block of lines it stands in.
pub struct RecordedFile {
    path: PathBuf,
    kind: FeedKind,
    content: Content,
    stamps: Stamps,
    block: Block,
    next: usize,
}

/// What its frames are read by.
enum Content {
    /// Lines, rows or data blocks.
    Frames(LineReader),
    /// The packets of a capture.
    Capture(Box<CaptureReader>),
}

impl Content {
    fn next_block(&mut self, block: &mut Block) -> bool {
        match self {
            Content::Frames(reader) => reader.next_block(block),
            Content::Capture(reader) => reader.next_block(block),
        }
    }
}

enum Stamps {
    Running(Box<Stamper>),
    Sorted(Sorted),
}

impl RecordedFile {
    /// Opens a file and tells its kind; a folder and an unreadable file are errors.
    ///
    /// `told` is what the settings say of it: where its content tells nothing, that counts.
    pub fn open(path: &Path, kind: Kind, told: Option<FeedKind>) -> Result<RecordedFile, RecordingError> {
        if path.is_dir() {
            return Err(RecordingError::NotAJournal { path: path.to_owned() });
        }
        let source = Source::open(path).map_err(|source| RecordingError::Open { path: path.to_owned(), source })?;
        let mut reader = LineReader::new(source);
        let kind = match kind {
            Kind::Auto => match detect(path, reader.peek(PEEK_BYTES)) {
                Kind::Nmea if told == Some(FeedKind::Asterix) => Kind::Asterix,
                found => found,
            },
            kind => kind,
        };
        let kind = match kind {
            Kind::Csv => FeedKind::Csv,
            Kind::Asterix => FeedKind::Asterix,
            Kind::Pcap => FeedKind::Pcap,
            Kind::Journal => return Err(RecordingError::NotAJournal { path: path.to_owned() }),
            Kind::Auto | Kind::Nmea => FeedKind::Nmea,
        };
        let content = match kind {
            FeedKind::Pcap => {
                let (head, source, damage) = reader.into_source();
                Content::Capture(Box::new(CaptureReader::new(head, source, damage)))
            }
            FeedKind::Asterix => {
                reader.set_framing(Framing::DataBlocks);
                Content::Frames(reader)
            }
            FeedKind::Nmea | FeedKind::Csv => Content::Frames(reader),
        };
        let stamps = Stamps::Running(Box::new(Stamper::new(kind, None)));
        let path = path.to_owned();
        Ok(RecordedFile { path, kind, content, stamps, block: Block::default(), next: 0 })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How its lines are to be read.
    pub fn kind(&self) -> FeedKind {
        self.kind
    }

    /// Gets ready to read: a table, and any file in event order, is read whole and sorted.
    pub fn start(&mut self, order: Order, date: Option<EventTime>) {
        let stamper = Stamper::new(self.kind, date);
        self.stamps = if order == Order::Event || self.kind == FeedKind::Csv {
            Stamps::Sorted(self.sort(stamper, order, date))
        } else {
            Stamps::Running(Box::new(stamper))
        };
    }

    /// The line it stands at, reading on where needed; `None` at the end.
    pub fn head(&mut self) -> Option<Line> {
        while self.next >= self.block.lines.len() {
            self.next = 0;
            let more = match &mut self.stamps {
                Stamps::Sorted(sorted) => sorted.next_block(&mut self.block),
                Stamps::Running(stamper) => {
                    let more = self.content.next_block(&mut self.block);
                    match &self.content {
                        Content::Frames(_) => stamper.stamp(&mut self.block),
                        Content::Capture(_) => stamper.stamp_captured(&mut self.block),
                    }
                    more
                }
            };
            if !more {
                return None;
            }
        }
        self.block.lines.get(self.next).copied()
    }

    /// The bytes of the line it stands at.
    pub fn text(&self, line: &Line) -> &[u8] {
        self.block.text(line)
    }

    /// Goes to the next line.
    pub fn advance(&mut self) {
        self.next += 1;
    }

    /// The lines from where it stands to the end of its block, and the block's memory, which the caller may swap out.
    pub fn take_block(&mut self) -> (&[Line], &mut Vec<u8>) {
        let lines = self.block.lines.get(self.next..).unwrap_or_default();
        self.next = usize::MAX;
        (lines, &mut self.block.bytes)
    }

    /// Bytes read and bytes in all, as they lie on disk.
    pub fn progress(&self) -> (u64, u64) {
        match &self.content {
            Content::Frames(reader) => reader.progress(),
            Content::Capture(reader) => reader.progress(),
        }
    }

    /// What went wrong so far.
    pub fn warnings(&self) -> Vec<Warning> {
        let path = || self.path.clone();
        let (damage, mut warnings, is_read) = match &self.content {
            Content::Frames(reader) => {
                let count = reader.too_long();
                let too_long = (count > 0).then(|| Warning::TooLong { path: path(), count });
                (reader.damage(), too_long.into_iter().collect(), reader.lines() > 0)
            }
            Content::Capture(reader) => {
                let faults = reader.faults().into_iter().map(|fault| Warning::Capture { path: path(), fault });
                (reader.damage(), faults.collect::<Vec<_>>(), reader.packets() > 0)
            }
        };
        let damaged = damage.map(|(offset, damage)| Warning::Damaged {
            path: path(),
            offset,
            packed_offset: damage.packed_offset,
            cause: damage.cause.to_string(),
        });
        let is_silent = match &self.stamps {
            Stamps::Running(stamper) => stamper.is_unstamped(),
            Stamps::Sorted(sorted) => sorted.is_unstamped(),
        };
        warnings.splice(..0, damaged);
        warnings.extend((is_silent && is_read).then(|| Warning::WithoutTimes { path: path() }));
        warnings
    }

    fn sort(&mut self, mut stamper: Stamper, order: Order, date: Option<EventTime>) -> Sorted {
        let (mut sorter, mut block) = (Sorter::default(), Block::default());
        while self.content.next_block(&mut block) {
            let scanned = match &self.content {
                Content::Frames(_) => stamper.scan(&block),
                Content::Capture(_) => stamper.scan_captured(&block),
            };
            sorter.take(self.kind, &block, scanned, order);
        }
        sorter.finish(date.unwrap_or(EventTime::MIN))
    }
}
