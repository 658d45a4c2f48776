//! Why settings, a site file or zones are refused.

use std::path::PathBuf;
use std::{fmt, io};

use crate::engine::limits::LimitError;

/// Why settings, a site file or zones cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is written is wrong; every fault that was found, in the order of the files.
    #[error("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Wrong {
        /// The faults.
        faults: Vec<Fault>,
    },
    /// A `--set` does not read `section.key=value`.
    #[error("--set {text}: must read section.key=value")]
    SetSyntax {
        /// As given.
        text: String,
    },
    /// A `--set` names no limit, or a value the limit may not have.
    #[error("--set {text}")]
    Set {
        /// As given.
        text: String,
        /// Why.
        #[source]
        source: LimitError,
    },
    /// There is no such profile.
    #[error("profile `{name}` is not in this build; it has: {}", super::PROFILES.join(", "))]
    Profile {
        /// As given.
        name: String,
    },
}

/// One fault of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file's path.
    pub file: String,
    /// `line:column: what`.
    pub fault: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.fault)
    }
}
