//! Wiring: the one place that knows every part; one file a command.

mod access;
mod check;
mod decode;
mod in_force;
mod inspect;
mod journal;
mod replay;
mod run;
mod score;
mod secret;
mod simulate;
mod sites;
mod snapshot;
mod token;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::SettingsError;

/// Vessel surveillance: AIS and radar feeds in, explained alerts out, replayable to the byte.
#[derive(Parser)]
#[command(name = "picket", version, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::RunArgs),
    Replay(replay::ReplayArgs),
    Decode(decode::DecodeArgs),
    Check(check::CheckArgs),
    Inspect(inspect::InspectArgs),
    Simulate(simulate::SimulateArgs),
    Snapshot(snapshot::SnapshotArgs),
    Score(score::ScoreArgs),
    Journal(journal::JournalArgs),
    Token(token::TokenArgs),
}

/// Exit code: a file cannot be read or written.
pub const EXIT_FILE: u8 = 2;
/// Exit code: settings or zones are wrong.
pub const EXIT_SETTINGS: u8 = 3;

/// Whether whoever reads the output has had enough (`| head`).
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|e| e.kind() == ErrorKind::BrokenPipe)
}

/// Runs the command named on the command line and returns its exit code.
pub fn main() -> ExitCode {
    let result = match CommandLine::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::run(args),
        Command::Decode(args) => decode::run(args),
        Command::Check(args) => check::run(args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Simulate(args) => simulate::run(args),
        Command::Snapshot(args) => snapshot::run(&args),
        Command::Score(args) => score::run(args),
        Command::Journal(args) => journal::run(args),
        Command::Token(args) => token::run(args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("picket: {error:#}");
        match error.downcast_ref() {
            Some(SettingsError::Read { .. }) => ExitCode::from(EXIT_FILE),
            Some(_) => ExitCode::from(EXIT_SETTINGS),
            None => ExitCode::FAILURE,
        }
    })
}
