//! `picket journal export`: a journal as files that other programs read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::EXIT_FILE;
use crate::edge::export::{Choice, Exported, Format, export};
use crate::engine::time::EventTime;

/// Write a journal as files of others
#[derive(clap::Args)]
pub struct JournalArgs {
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Subcommand)]
enum JournalCommand {
    Export(ExportArgs),
}

/// Write the frames of a journal as NMEA lines or as a packet capture
#[derive(clap::Args)]
struct ExportArgs {
    /// The journal's folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// `nmea`: lines with TAG blocks, for gpsd, pyais and picket; `pcap`: a capture, for Wireshark and picket
    #[arg(long = "as", value_parser = parse_format, value_name = "FORMAT")]
    format: Format,
    /// The file to write; `-` is standard output
    #[arg(long, default_value = "-", value_name = "FILE")]
    out: PathBuf,
    /// Leave out what was received before
    #[arg(long, value_name = "TIME", value_parser = super::replay::parse_time)]
    from: Option<EventTime>,
    /// Leave out what was received at or after
    #[arg(long, value_name = "TIME", value_parser = super::replay::parse_time)]
    to: Option<EventTime>,
    /// Only what this feed brought
    #[arg(long, value_name = "NAME")]
    feed: Option<String>,
}

/// The last line on standard error.
#[derive(Serialize)]
struct SummaryLine<'a> {
    frames: u64,
    written: u64,
    left_out: &'a BTreeMap<&'static str, u64>,
    feeds: &'a [String],
}

/// Runs the command: exit code 2 for what cannot be read or written.
pub fn run(args: JournalArgs) -> anyhow::Result<ExitCode> {
    let JournalCommand::Export(args) = args.command;
    match write(args) {
        Ok(exported) => tell(&exported),
        Err(error) if super::is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("picket: {error:#}");
            Ok(ExitCode::from(EXIT_FILE))
        }
    }
}

fn write(args: ExportArgs) -> anyhow::Result<Exported> {
    let ExportArgs { folder, format, out, from, to, feed } = args;
    let mut out = open(&out)?;
    Ok(export(&folder, format, &Choice { from, to, feed }, &mut out)?)
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Write>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

fn tell(exported: &Exported) -> anyhow::Result<ExitCode> {
    for warning in &exported.warnings {
        eprintln!("picket: {warning}");
    }
    let Exported { frames, written, left_out, feeds, .. } = exported;
    eprintln!("{}", serde_json::to_string(&SummaryLine { frames: *frames, written: *written, left_out, feeds })?);
    Ok(ExitCode::SUCCESS)
}

fn parse_format(text: &str) -> Result<Format, String> {
    match text {
        "nmea" => Ok(Format::Nmea),
        "pcap" => Ok(Format::Pcap),
        _ => Err(format!("a format is nmea or pcap, not `{text}`")),
    }
}
