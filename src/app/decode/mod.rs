//! `picket decode`: one JSON line a decoded message, before copies are told apart.

mod ais;
mod asterix;
mod line;
mod radar;
mod says;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::EXIT_FILE;
use super::replay::parse_time;
use super::sites::give_sites;
use crate::edge::batch::Batch;
use crate::edge::recording::{Kind, Recording, RecordingFile, RecordingOptions};
use crate::engine::decode::{Decoded, Decoder, Message, Reject, Stamp};
use crate::engine::input::{Feed, Input};
use crate::engine::time::EventTime;
use line::{CountKey, CountLine, DecodedLine, RejectLine};

/// Print one JSON line a decoded message
#[derive(clap::Args)]
pub struct DecodeArgs {
    /// Files to decode (.gz, .zst and .xz as they are); `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// auto, nmea, asterix, csv, pcap or journal
    #[arg(long, default_value = "auto", value_name = "KIND")]
    kind: Kind,
    /// Gives a file its radar site (repeatable)
    #[arg(long, value_name = "FILE=SITE.TOML")]
    site: Vec<String>,
    /// The day of recordings without dates
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_time)]
    date: Option<EventTime>,
    /// Write what was refused, and why, as JSON lines (`-` is standard output)
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Print totals by type only
    #[arg(long)]
    count: bool,
}

/// Runs the command: exit code 2 for a file that cannot be read or written; bad content never fails.
pub fn run(args: DecodeArgs) -> anyhow::Result<ExitCode> {
    let file = |path: &PathBuf| RecordingFile { path: path.clone(), kind: args.kind, feed: None };
    let mut files: Vec<RecordingFile> = args.files.iter().map(file).collect();
    give_sites(&mut files, &args.site)?;
    match decode(&args, &files) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if super::is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("picket: {error:#}");
            Ok(ExitCode::from(EXIT_FILE))
        }
    }
}

fn decode(args: &DecodeArgs, files: &[RecordingFile]) -> anyhow::Result<()> {
    let options = RecordingOptions { date: args.date, ..RecordingOptions::default() };
    let mut recording = Recording::open(files, &options)?;
    let feeds = recording.feeds().to_vec();
    let mut decoder = Decoder::new(&feeds);
    let mut printer = Printer::new(feeds, args)?;
    let mut batch = Batch::default();
    while recording.next_batch(&mut batch) {
        for (_, number, input) in batch.numbered() {
            printer.lines.push(number);
            match input {
                Input::Frame(frame) => decoder.decode(&frame, &mut |decoded| printer.take(decoded)),
                Input::Tick { received_at } => decoder.tick(received_at, &mut |decoded| printer.take(decoded)),
                Input::FeedEnded { feed } => decoder.finish(feed, &mut |decoded| printer.take(decoded)),
                Input::Command { .. } | Input::Rules { .. } | Input::Gap => {}
            }
            printer.print(&decoder)?;
        }
    }
    for warning in recording.warnings() {
        eprintln!("picket: {warning}");
    }
    printer.finish()
}

/// Writes messages and rejects as they come.
struct Printer {
    feeds: Vec<Feed>,
    out: BufWriter<io::Stdout>,
    rejects: Option<Box<dyn Write>>,
    /// Totals by what they count.
    counts: Option<BTreeMap<CountKey, u64>>,
    /// What the last input gave, until it is printed.
    taken: Vec<(Stamp, Message)>,
    refused: Vec<u8>,
    /// The line number of every input, by its sequence number (from 1).
    lines: Vec<u32>,
}

impl Printer {
    fn new(feeds: Vec<Feed>, args: &DecodeArgs) -> anyhow::Result<Self> {
        let rejects: Option<Box<dyn Write>> = match &args.rejects {
            None => None,
            Some(path) if path.as_os_str() == "-" => Some(Box::new(io::stdout())),
            Some(path) => {
                let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                Some(Box::new(BufWriter::new(file)))
            }
        };
        Ok(Printer {
            feeds,
            out: BufWriter::with_capacity(1 << 16, io::stdout()),
            rejects,
            counts: args.count.then(BTreeMap::new),
            taken: Vec::new(),
            refused: Vec::new(),
            lines: Vec::new(),
        })
    }

    fn take(&mut self, decoded: Decoded<'_>) {
        match decoded {
            Decoded::Message { stamp, message } => match &mut self.counts {
                Some(counts) => *counts.entry(CountKey::of(stamp, message)).or_default() += 1,
                None => self.taken.push((*stamp, *message)),
            },
            Decoded::Reject(reject) if self.rejects.is_some() => self.refuse(&reject),
            Decoded::Reject(_) => {}
        }
    }

    /// Keeps a refused line for [`Printer::print`].
    fn refuse(&mut self, reject: &Reject<'_>) {
        let number = usize::try_from(reject.seq).ok().and_then(|seq| self.lines.get(seq.wrapping_sub(1)));
        let line = RejectLine::new(number.copied().unwrap_or(0), reject);
        if serde_json::to_writer(&mut self.refused, &line).is_ok() {
            self.refused.push(b'\n');
        }
    }

    /// Prints what the last input gave.
    fn print(&mut self, decoder: &Decoder) -> io::Result<()> {
        for (stamp, message) in self.taken.drain(..) {
            let feed = self.feeds.get(usize::from(stamp.feed.0)).map_or("", |feed| feed.name.as_str());
            let line = DecodedLine::new(feed, decoder.station_name(stamp.station), &stamp, &message);
            serde_json::to_writer(&mut self.out, &line)?;
            self.out.write_all(b"\n")?;
        }
        if let Some(rejects) = &mut self.rejects
            && !self.refused.is_empty()
        {
            rejects.write_all(&self.refused)?;
            self.refused.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<()> {
        for (key, count) in self.counts.take().unwrap_or_default() {
            let line = CountLine::new(key, count);
            serde_json::to_writer(&mut self.out, &line).map_err(io::Error::from)?;
            self.out.write_all(b"\n")?;
        }
        self.out.flush()?;
        if let Some(mut rejects) = self.rejects {
            rejects.flush().context("cannot write the rejects")?;
        }
        Ok(())
    }
}
