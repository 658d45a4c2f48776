//! Recordings: files and standard input as frames, unpacked, stamped and merged by time.

mod capture;
mod event_times;
mod file;
mod gzip;
mod journaled;
mod kind;
mod lines;
mod merge;
mod sorted;
mod source;
mod stamping;
mod unxz;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::edge::batch::Batch;
use crate::edge::journal::{JournalError, JournalHead, JournalWarning, is_journal};
use crate::engine::input::{Feed, FeedId};
use crate::engine::time::EventTime;

pub use capture::{CaptureFault, Skipped};
use file::RecordedFile;
use journaled::Journaled;
pub use kind::{Kind, feed_name};
pub use lines::MAX_LINE_BYTES;
use merge::Merge;

/// A file to read (`-` is standard input), or a journal's folder.
#[derive(Clone, Debug)]
pub struct RecordingFile {
    /// Where it lies.
    pub path: PathBuf,
    /// How it is to be read.
    pub kind: Kind,
    /// The feed it is bound to in the settings; its `kind` gives way to what is read, without one the file's name names it.
    pub feed: Option<Feed>,
}

/// In what order the lines of a file come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they arrived: logs as they lie, tables sorted by their arrival column (or by time where there is none).
    #[default]
    Arrival,
    /// By the time of observation, equal times as they lie; each file is held in memory.
    Event,
}

/// What to read of a recording.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordingOptions {
    /// The order of each file's lines.
    pub order: Order,
    /// Lines received before this are left out.
    pub from: Option<EventTime>,
    /// Lines received at or after this are left out.
    pub to: Option<EventTime>,
    /// The day of files without dates (any instant of it).
    pub date: Option<EventTime>,
}

/// Why a recording cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be opened.
    #[error("cannot read {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A folder, or `--kind journal` for something else.
    #[error("cannot read {}: it is not a journal (a folder with .journal segments)", path.display())]
    NotAJournal {
        /// The path.
        path: PathBuf,
    },
    /// A journal cannot be opened.
    #[error("cannot replay the journal {}", path.display())]
    Journal {
        /// Its folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: JournalError,
    },
    /// A journal beside other files: its numbers and times are its own.
    #[error("cannot replay the journal {} together with other files", path.display())]
    JournalAmongFiles {
        /// Its folder.
        path: PathBuf,
    },
    /// More feeds than the engine can number.
    #[error("cannot read more than 65,535 files at once")]
    TooManyFiles,
}

/// What went wrong on the way without ending the recording.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// A file ended early: what lies before the damage was read.
    Damaged {
        /// The file.
        path: PathBuf,
        /// Bytes of text (unpacked) read as whole lines.
        offset: u64,
        /// Bytes of the file, as it lies on disk, taken up to then.
        packed_offset: u64,
        /// What the unpacker or the system said.
        cause: String,
    },
    /// Lines longer than [`MAX_LINE_BYTES`] were cut.
    TooLong {
        /// The file.
        path: PathBuf,
        /// How many.
        count: u64,
    },
    /// Of a capture something is damaged, or not for picket.
    Capture {
        /// The file.
        path: PathBuf,
        /// What.
        fault: CaptureFault,
    },
    /// No line of a file tells a time (its feed's date serves where it has one).
    WithoutTimes {
        /// The file.
        path: PathBuf,
    },
    /// A journal is damaged, or holds what cannot be replayed.
    Journal(JournalWarning),
    /// The settings, zones or feeds of a journal change at this number; the first ones go on.
    HeadChanges {
        /// The first number under the new ones.
        seq: u64,
    },
    /// No feeds' table of a journal can be read: its feeds are named by number and read as NMEA.
    NoFeeds,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Damaged { path, offset, packed_offset, cause } => write!(
                f,
                "{}: damaged at byte {packed_offset} of the file, read up to byte {offset} of its text: {cause}",
                path.display()
            ),
            Warning::TooLong { path, count } => {
                write!(f, "{}: {count} lines longer than {MAX_LINE_BYTES} bytes were cut", path.display())
            }
            Warning::Capture { path, fault } => write!(f, "{}: {fault}", path.display()),
            Warning::WithoutTimes { path } => write!(f, "{}: no line tells a time", path.display()),
            Warning::Journal(warning) => warning.fmt(f),
            Warning::HeadChanges { seq } => {
                write!(f, "feeds, settings or zones change at record {seq} of the journal; the first ones go on")
            }
            Warning::NoFeeds => {
                write!(f, "the journal's table of feeds is lost: its feeds are numbered, and read as NMEA")
            }
        }
    }
}

/// Files as one stream of inputs: frames merged by `received_at` (ties by feed, then line), and the end of each feed.
///
/// Feeds are sorted by name; inputs are numbered from 1 without gaps. A journal gives its inputs as they are.
pub struct Recording {
    feeds: Vec<Feed>,
    inputs: Inputs,
}

enum Inputs {
    Files(Merge),
    Journal(Box<Journaled>),
}

impl Recording {
    /// Opens every file; files that share a name get `-2`, `-3`, ... in the order they are given.
    ///
    /// # Errors
    /// Where a file cannot be opened or its format is not read: bad content alone is never an error.
    pub fn open(files: &[RecordingFile], options: &RecordingOptions) -> Result<Recording, RecordingError> {
        let journal = |file: &&RecordingFile| file.path.is_dir() && is_journal(&file.path);
        match (files.iter().find(journal), files.len()) {
            (Some(file), 1) => Recording::open_journal(file, options),
            (Some(file), _) => Err(RecordingError::JournalAmongFiles { path: file.path.clone() }),
            (None, _) => Recording::open_files(files, options),
        }
    }

    fn open_files(files: &[RecordingFile], options: &RecordingOptions) -> Result<Recording, RecordingError> {
        if files.len() > usize::from(u16::MAX) {
            return Err(RecordingError::TooManyFiles);
        }
        let date = options.date.map(EventTime::midnight);
        let mut opened: Vec<(Feed, RecordedFile)> = Vec::with_capacity(files.len());
        for file in files {
            let recorded = RecordedFile::open(&file.path, file.kind, file.feed.as_ref().map(|feed| feed.kind))?;
            let mut feed = file.feed.clone().unwrap_or_else(|| Feed::new(&feed_name(&file.path), recorded.kind()));
            feed.kind = recorded.kind();
            feed.date = feed.date.or(date);
            feed.name = unique(&feed.name, |name| opened.iter().any(|(other, _)| other.name == name));
            opened.push((feed, recorded));
        }
        opened.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        for (feed, file) in &mut opened {
            file.start(options.order, feed.date.map(EventTime::midnight));
        }
        let (feeds, files) = opened.into_iter().unzip();
        Ok(Recording { feeds, inputs: Inputs::Files(Merge::new(files, options.from, options.to)) })
    }

    fn open_journal(file: &RecordingFile, options: &RecordingOptions) -> Result<Recording, RecordingError> {
        let journal = Journaled::open(&file.path, options.from, options.to)
            .map_err(|source| RecordingError::Journal { path: file.path.clone(), source })?;
        Ok(Recording { feeds: journal.feeds().to_vec(), inputs: Inputs::Journal(Box::new(journal)) })
    }

    /// The feeds, sorted by name: `FeedId(i)` is the i-th.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// The feeds, settings and zones a journal began under; `None` for files.
    pub fn journal_head(&self) -> Option<&JournalHead> {
        match &self.inputs {
            Inputs::Files(_) => None,
            Inputs::Journal(journal) => Some(journal.head()),
        }
    }

    /// Replaces the batch by the next inputs; `false` at the end. A batch may go to another thread.
    pub fn next_batch(&mut self, batch: &mut Batch) -> bool {
        match &mut self.inputs {
            Inputs::Files(merge) => merge.next_batch(batch),
            Inputs::Journal(journal) => journal.next_batch(batch),
        }
    }

    /// What went wrong so far; whole once `next_batch` has said `false`.
    pub fn warnings(&self) -> Vec<Warning> {
        match &self.inputs {
            Inputs::Files(merge) => merge.files().iter().flat_map(RecordedFile::warnings).collect(),
            Inputs::Journal(journal) => journal.warnings(),
        }
    }

    /// Bytes read and bytes in all, as they lie on disk (standard input counts 0 in all): for a progress bar.
    pub fn progress(&self) -> (u64, u64) {
        match &self.inputs {
            Inputs::Files(merge) => {
                let files = merge.files().iter().map(RecordedFile::progress);
                files.fold((0, 0), |sum, (done, total)| (sum.0 + done, sum.1 + total))
            }
            Inputs::Journal(journal) => journal.progress(),
        }
    }

    /// The file a feed is read from; `None` for a journal.
    pub fn path(&self, feed: FeedId) -> Option<&Path> {
        match &self.inputs {
            Inputs::Files(merge) => merge.files().get(usize::from(feed.0)).map(RecordedFile::path),
            Inputs::Journal(_) => None,
        }
    }
}

fn unique(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}
