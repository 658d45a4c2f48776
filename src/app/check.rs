//! `picket check`: validates settings and zones.

use std::process::ExitCode;

/// Validate settings and zones and print every key in force
#[derive(clap::Args)]
pub struct CheckArgs {}

/// Runs the command.
pub fn run(_args: CheckArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
