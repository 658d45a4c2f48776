//! Journal: every input, appended before the engine sees it; formats in `docs/formats.md`.

mod format;
mod reader;
mod record;
mod sealed;
mod segment;
mod writer;

use std::io;
use std::path::PathBuf;

pub use format::{FORMAT, MAX_BODY_BYTES, RecordHeader, SegmentHeader};
pub use reader::{JournalFault, JournalReader, JournalWarning, OwnedRecord};
pub use record::{JournalHead, Record, RecordKind};
pub use sealed::seal_segment;
pub use segment::{Segment, is_journal};
pub use writer::JournalWriter;

/// Why a journal cannot be opened, written or sealed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or a segment cannot be opened.
    #[error("cannot open the journal {}", path.display())]
    Open {
        /// The folder or segment.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The folder holds no segment.
    #[error("{} holds no journal segments", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A newer build wrote it.
    #[error("{} has journal format {format}, this build reads formats up to {known}: use a newer picket", path.display())]
    Newer {
        /// The segment.
        path: PathBuf,
        /// Its format.
        format: u16,
        /// The newest format this build knows.
        known: u16,
    },
    /// A segment cannot be begun.
    #[error("cannot begin the journal segment {}", path.display())]
    Begin {
        /// The segment.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Inputs cannot be written; none of them counts as journalled.
    #[error("cannot write to the journal segment {}", path.display())]
    Write {
        /// The segment.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What was written cannot be brought to the disk.
    #[error("cannot sync the journal segment {}", path.display())]
    Sync {
        /// The segment.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A segment cannot be sealed; it stays plain.
    #[error("cannot seal the journal segment {}", path.display())]
    Seal {
        /// The segment.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The feeds cannot be written as JSON.
    #[error("cannot write the feeds' table")]
    Head(#[source] serde_json::Error),
    /// An input, the settings or the zones are longer than a record may be.
    #[error("a record of {0} bytes is longer than the {MAX_BODY_BYTES} bytes a journal takes")]
    TooLong(usize),
}
