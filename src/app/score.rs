//! `picket score`: the score table of alerts against truth.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use crate::score::{Inputs, Options, Priority, ScoreError, Status, Style, print, score, sum};

use super::EXIT_FILE;

/// Score alert lines against scripted truth; exit status 1 if a bar is missed
#[derive(clap::Args)]
pub struct ScoreArgs {
    /// Folder with truth.jsonl, tracks.jsonl, innocent.jsonl, zones and meta.json, or its truth file
    #[arg(required_unless_present = "sum")]
    truth: Option<PathBuf>,
    /// Alert lines
    #[arg(required_unless_present = "sum")]
    alerts: Option<PathBuf>,
    /// Tables of several --json results together: counts added up, bars as means
    #[arg(long, value_name = "RESULT", num_args = 1.., conflicts_with_all = ["truth", "alerts", "tracks", "json", "list", "baseline"])]
    sum: Vec<PathBuf>,
    /// Track lines of the same run, to place subjects that only radar knows
    #[arg(long, value_name = "FILE")]
    tracks: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, conflicts_with_all = ["list", "markdown"])]
    json: bool,
    /// Print each missed truth, truth that is not alertable and false alert too
    #[arg(long)]
    list: bool,
    /// Print Markdown tables
    #[arg(long)]
    markdown: bool,
    /// Leave alerts below it out
    #[arg(long, value_name = "PRIORITY", value_enum, default_value_t = Priority::Caution)]
    min_priority: Priority,
    /// How late the feeds may be, in seconds
    #[arg(long, value_name = "S", default_value_t = 3.0)]
    lateness: f64,
    /// A --json result to compare F1 with
    #[arg(long, value_name = "RESULT")]
    baseline: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: ScoreArgs) -> anyhow::Result<ExitCode> {
    if !args.sum.is_empty() {
        return match sum(&args.sum) {
            Ok(text) => {
                io::stdout().write_all(text.as_bytes()).context("cannot write the sum").map(|()| ExitCode::SUCCESS)
            }
            Err(error) => Ok(failed(error)),
        };
    }
    let (truth, alerts) = (args.truth.unwrap_or_default(), args.alerts.unwrap_or_default());
    let inputs = Inputs { truth, alerts, tracks: args.tracks, baseline: args.baseline };
    let options = Options { min_priority: args.min_priority, lateness_s: args.lateness };
    let report = match score(&inputs, &options) {
        Ok(report) => report,
        Err(error) => return Ok(failed(error)),
    };
    let style = if args.markdown { Style::Markdown } else { Style::Aligned };
    let text = if args.json { serde_json::to_string(&report)? + "\n" } else { print(&report, style, args.list) };
    io::stdout().write_all(text.as_bytes()).context("cannot write the score")?;
    let is_missed = report.bars.iter().any(|bar| bar.status == Status::Missed);
    Ok(if is_missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn failed(error: ScoreError) -> ExitCode {
    eprintln!("picket: {:#}", anyhow::Error::new(error));
    ExitCode::from(EXIT_FILE)
}
