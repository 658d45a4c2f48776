//! `picket simulate`: a seeded scenario as wire bytes with its truth.

use std::process::ExitCode;

/// Write a seeded scenario as feed files with ground truth
#[derive(clap::Args)]
pub struct SimulateArgs {}

/// Runs the command.
pub fn run(_args: SimulateArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
