//! `picket score`: the score table of alerts against truth.

use std::process::ExitCode;

/// Score alert lines against scripted truth
#[derive(clap::Args)]
pub struct ScoreArgs {}

/// Runs the command.
pub fn run(_args: ScoreArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
