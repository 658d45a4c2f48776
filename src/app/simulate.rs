//! `picket simulate`: a seeded scenario as wire bytes with its truth.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use super::EXIT_FILE;
use crate::sim;

/// Write a seeded scenario as feed files with ground truth
#[derive(clap::Args)]
pub struct SimulateArgs {
    /// Name of the scenario; `list` prints all
    #[arg(required_unless_present = "list")]
    scenario: Option<String>,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the files, made if absent
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the names of the scenarios
    #[arg(long)]
    list: bool,
}

/// Runs the command.
pub fn run(args: SimulateArgs) -> anyhow::Result<ExitCode> {
    let name = args.scenario.unwrap_or_default();
    if args.list || name == "list" {
        for scenario in &sim::SCENARIOS {
            println!("{:<20} {}", scenario.name, scenario.summary);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let Some(world) = sim::scenario(&name, args.seed) else {
        let names: Vec<&str> = sim::SCENARIOS.iter().map(|scenario| scenario.name).collect();
        bail!("no scenario is named {name:?}; there are: {}", names.join(", "));
    };
    let Some(out) = args.out else { bail!("--out DIR is needed: the folder for the files") };
    if let Err(error) = sim::write(&world, &out) {
        eprintln!("picket: {:#}", anyhow::Error::new(error));
        return Ok(ExitCode::from(EXIT_FILE));
    }
    Ok(ExitCode::SUCCESS)
}
