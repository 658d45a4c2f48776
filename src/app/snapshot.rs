//! `picket snapshot`: runs a service's journal into the state that a restart begins with, in a process of its own.

use std::path::PathBuf;
use std::process::ExitCode;

use super::run::recover::{recover, write_snapshot};

/// Save the engine's state as the journal leaves it (the service runs this for itself)
#[derive(clap::Args)]
#[command(hide = true)]
pub struct SnapshotArgs {
    /// The service's data folder
    data_dir: PathBuf,
    /// The number of the last record to be taken in
    #[arg(long, value_name = "SEQ")]
    until: u64,
}

/// Runs the command, and prints the number of the last record that the state has seen.
pub fn run(args: &SnapshotArgs) -> anyhow::Result<ExitCode> {
    let recovered = recover(&args.data_dir, args.until, |_, _| ())?;
    let recovered = recovered.ok_or_else(|| anyhow::anyhow!("{} holds no journal", args.data_dir.display()))?;
    write_snapshot(&args.data_dir, &recovered.engine, recovered.seq)?;
    println!("{}", recovered.seq);
    Ok(ExitCode::SUCCESS)
}
