//! A journal's frames as files of others: NMEA lines with TAG blocks, or a packet capture.

mod lines;
mod packets;
mod tagging;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::edge::journal::{JournalError, JournalHead, JournalReader, JournalWarning, Record, RecordKind};
use crate::engine::input::{Feed, FeedKind};
use crate::engine::time::EventTime;
use lines::NmeaWriter;
use packets::PcapWriter;

/// What a journal is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines, each with a TAG block that tells feed and time.
    Nmea,
    /// A capture in which each frame is a datagram.
    Pcap,
}

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Frames received before this are left out.
    pub from: Option<EventTime>,
    /// Frames received at or after this are left out.
    pub to: Option<EventTime>,
    /// Only this feed's.
    pub feed: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exported {
    /// Frames that were chosen.
    pub frames: u64,
    /// Lines or packets that were written.
    pub written: u64,
    /// Frames, or lines of them, that were not, by why.
    pub left_out: BTreeMap<&'static str, u64>,
    /// The feeds of the journal by their places in it.
    pub feeds: Vec<String>,
    /// What of the journal is damaged.
    pub warnings: Vec<JournalWarning>,
}

/// Why a journal cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// No such feed is in the journal.
    #[error("the journal has no feed `{feed}`, only {}", known.join(", "))]
    NoSuchFeed {
        /// The name that was asked for.
        feed: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The file cannot be written.
    #[error("cannot write the export")]
    Write(#[from] io::Error),
}

/// One frame on its way out.
#[derive(Clone, Copy, Debug)]
struct Outgoing<'a> {
    feed: &'a Feed,
    /// The feed's place among those of the journal.
    place: usize,
    received_at: EventTime,
    bytes: &'a [u8],
}

/// Where frames are written; gives why one is left out.
trait Sink {
    fn write(&mut self, out: &mut dyn Write, frame: &Outgoing<'_>, exported: &mut Exported) -> io::Result<()>;
}

/// Writes the frames of the journal in a folder, in the order in which they came. What is damaged is stepped over.
///
/// # Errors
/// If the journal cannot be opened, has no such feed, or the file cannot be written.
pub fn export(folder: &Path, format: Format, choice: &Choice, out: &mut dyn Write) -> Result<Exported, ExportError> {
    let mut reader = JournalReader::open(folder)?;
    let mut places = Places::of(&reader);
    if let Some(feed) = choice.feed.as_ref().filter(|feed| !places.all.iter().any(|known| known.name == **feed)) {
        let known = places.all.iter().map(|feed| feed.name.clone()).collect();
        return Err(ExportError::NoSuchFeed { feed: feed.clone(), known });
    }
    if let Some(from) = choice.from {
        reader.seek(from);
    }
    let mut exported = Exported::default();
    let mut sink: Box<dyn Sink> = match format {
        Format::Nmea => Box::new(NmeaWriter::default()),
        Format::Pcap => Box::new(PcapWriter::begin(out)?),
    };
    while let Some(record) = reader.next_record() {
        if record.header.kind != RecordKind::Frame {
            places.take(&record);
            continue;
        }
        let received_at = record.header.received_at;
        if choice.to.is_some_and(|to| received_at >= to) {
            break;
        }
        let (place, feed) = places.feed(record.header.feed.0);
        if choice.feed.as_ref().is_none_or(|chosen| *chosen == feed.name) {
            exported.frames += 1;
            sink.write(out, &Outgoing { feed, place, received_at, bytes: record.body }, &mut exported)?;
        }
    }
    out.flush()?;
    exported.feeds = places.all.iter().map(|feed| feed.name.clone()).collect();
    exported.warnings = reader.warnings().to_vec();
    Ok(exported)
}

/// The feeds of all segments: each segment numbers its own.
struct Places {
    all: Vec<Feed>,
    /// The segment being read.
    head: JournalHead,
}

impl Places {
    fn of(reader: &JournalReader) -> Self {
        let mut all: Vec<Feed> = Vec::new();
        let heads = (0..reader.segments().len()).filter_map(|segment| reader.head(segment));
        for feed in heads.flat_map(|head| head.feeds) {
            if !all.iter().any(|known| known.name == feed.name) {
                all.push(feed);
            }
        }
        Places { all, head: JournalHead::default() }
    }

    fn take(&mut self, record: &Record<'_>) {
        if record.header.kind == RecordKind::Feeds {
            self.head.take(record);
        }
    }

    /// The feed of this number in the segment being read; one that no table names is called by its number.
    fn feed(&mut self, number: u16) -> (usize, &Feed) {
        let named = self.head.feeds.get(usize::from(number)).map(|feed| feed.name.clone());
        let name = named.unwrap_or_else(|| format!("feed-{number:05}"));
        let place = self.all.iter().position(|feed| feed.name == name).unwrap_or_else(|| {
            self.all.push(Feed::new(&name, FeedKind::Nmea));
            self.all.len() - 1
        });
        (place, &self.all[place])
    }
}

impl Exported {
    fn leave_out(&mut self, why: &'static str) {
        *self.left_out.entry(why).or_default() += 1;
    }
}
