//! `picket decode`: one JSON line a decoded message.

use std::process::ExitCode;

/// Print one JSON line a decoded message
#[derive(clap::Args)]
pub struct DecodeArgs {}

/// Runs the command.
pub fn run(_args: DecodeArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
