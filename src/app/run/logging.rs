//! The log: lines for people on a terminal, JSON lines for machines elsewhere.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// The variable that chooses what is logged, as `info` or `picket=debug`.
const VARIABLE: &str = "PICKET_LOG";

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines on a terminal, JSON elsewhere
    Auto,
    /// Lines
    Text,
    /// A JSON object a line
    Json,
}

/// Starts the log; a second call changes nothing.
pub fn start(format: Format) {
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let is_text = format == Format::Text || (format == Format::Auto && io::stderr().is_terminal());
    let _ = if is_text { log.with_ansi(io::stderr().is_terminal()).try_init() } else { log.json().try_init() };
}
