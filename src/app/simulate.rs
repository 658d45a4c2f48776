//! `picket simulate`: a seeded scenario as wire bytes with its truth.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use super::EXIT_FILE;
use crate::sim::{self, RadarWire};

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
    /// What radars send: `ttm` sentences, `asterix` reports of their trackers (CAT010), or bare `plots` (CAT010)
    #[arg(long, default_value = "ttm", value_name = "WIRE", value_parser = parse_wire)]
    radar: RadarWire,
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
    let Some(mut world) = sim::scenario(&name, args.seed) else {
        let names: Vec<&str> = sim::SCENARIOS.iter().map(|scenario| scenario.name).collect();
        bail!("no scenario is named {name:?}; there are: {}", names.join(", "));
    };
    world.radar_wire = args.radar;
    let Some(out) = args.out else { bail!("--out DIR is needed: the folder for the files") };
    if let Err(error) = sim::write(&world, &out) {
        eprintln!("picket: {:#}", anyhow::Error::new(error));
        return Ok(ExitCode::from(EXIT_FILE));
    }
    Ok(ExitCode::SUCCESS)
}

fn parse_wire(text: &str) -> Result<RadarWire, String> {
    match text {
        "ttm" => Ok(RadarWire::Ttm),
        "asterix" => Ok(RadarWire::Asterix),
        "plots" => Ok(RadarWire::Plots),
        _ => Err("must be `ttm`, `asterix` or `plots`".to_owned()),
    }
}
