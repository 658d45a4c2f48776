//! `picket replay`: the engine over recordings, as fast as it goes.

use std::process::ExitCode;

/// Run recordings through the engine and write the alerts they raise
#[derive(clap::Args)]
pub struct ReplayArgs {}

/// Runs the command.
pub fn run(_args: ReplayArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
