//! `picket replay`: the engine over recordings, as fast as it goes.

mod outputs;
mod readable;
mod run;
mod summary;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::EXIT_FILE;
use super::in_force::InForce;
use super::sites::give_sites;
use crate::edge::journal::is_journal;
use crate::edge::recording::{Kind, Order, Recording, RecordingFile, RecordingOptions, feed_name};
use crate::engine::core::Config;
use crate::engine::time::{EventTime, Span};
use crate::settings::{FeedSettings, Settings};

/// Run recordings through the engine and write the alerts they raise
#[derive(clap::Args)]
pub struct ReplayArgs {
    /// Recordings (.gz, .zst, .xz as they are; `-` is standard input), or one journal's folder; without any, the settings' feeds that have a path
    files: Vec<PathBuf>,
    /// The settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the zones' GeoJSON files; without any zones the whole sea is one
    #[arg(long, value_name = "DIR")]
    zones: Option<PathBuf>,
    /// The profile of rules
    #[arg(long, default_value = "squadron")]
    profile: String,
    /// One limit, on top of the settings (repeatable)
    #[arg(long, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
    /// How the files are read
    #[arg(long, default_value = "auto", value_parser = str::parse::<Kind>)]
    kind: Kind,
    /// Gives a file its radar site (repeatable)
    #[arg(long, value_name = "FILE=SITE.TOML")]
    site: Vec<String>,
    /// Where alert lines go; `-` is standard output
    #[arg(long, value_name = "FILE")]
    alerts: Option<PathBuf>,
    /// One line an alert, as it stands at the end, free of the order of arrival
    #[arg(long = "final")]
    final_only: bool,
    /// Alert lines for people instead of JSON: what is new or changed, a line each; alone it means `--alerts -`
    #[arg(long)]
    readable: bool,
    /// Where track lines go; `-` is standard output
    #[arg(long, value_name = "FILE")]
    tracks: Option<PathBuf>,
    /// Seconds between a track's lines, at multiples in UNIX time
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    tracks_every_s: f64,
    /// The order of a file's lines: `arrival` or `event`
    #[arg(long, default_value = "arrival", value_parser = parse_order)]
    order: Order,
    /// `max`, or so many times as fast as it was
    #[arg(long, default_value = "max", value_parser = parse_speed)]
    speed: Speed,
    /// Leave out what was received before; of a journal, what happened before is judged but not written
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    from: Option<EventTime>,
    /// Leave out what was received at or after
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    to: Option<EventTime>,
    /// The day of recordings without dates
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_time)]
    date: Option<EventTime>,
    /// Write every input to a journal in this folder as well
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// 2: decode on a thread of its own
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2))]
    threads: u8,
}

/// How fast a recording is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// As fast as it goes.
    Max,
    /// So many times as fast as it was received.
    Times(f64),
}

/// Runs the command: exit code 2 for a file that cannot be read or written, 3 for wrong settings.
pub fn run(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let mut settings = match &args.config {
        Some(path) => Settings::load(path)?,
        None => Settings::default(),
    };
    settings.set_profile(&args.profile)?;
    for text in &args.set {
        settings.set(text)?;
    }
    let files = chosen_files(&args, &settings)?;
    let journal = args.files.iter().any(|path| is_journal(path));
    let from = args.from.filter(|_| !journal);
    let options = RecordingOptions { order: args.order, from, to: args.to, date: args.date };
    let recording = match Recording::open(&files, &options) {
        Ok(recording) => recording,
        Err(error) => return Ok(failed(&error)),
    };
    let in_force = in_force(&args, &settings, &recording)?;
    let exercise = recording.journal_head().and_then(|head| head.exercise.clone());
    let tracks_every = args.tracks.is_some().then(|| Span::from_seconds(args.tracks_every_s.max(0.001)));
    let config = Config { tracks_every, ..in_force.config() };
    let silent_until = args.from.filter(|_| journal);
    let mut outputs = match outputs::Outputs::open(&args, &config, exercise.clone(), silent_until) {
        Ok(outputs) => outputs,
        Err(error) => return Ok(failed(&error)),
    };
    let journal = args.journal.as_deref().map(|dir| in_force.open_journal(dir, exercise.as_deref()));
    let journal = match journal.transpose() {
        Ok(journal) => journal,
        Err(error) => return Ok(failed(&error)),
    };
    let pace = run::Pace { speed: args.speed, two_threads: args.threads == 2, own_rules: !is_told(&args) };
    match run::play(recording, config, journal, pace, &mut outputs) {
        Ok(summary) => {
            summary.print();
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Ok(failed(error.as_ref())),
    }
}

/// The files of the command line, bound to the settings' feeds by path or name; else the settings' feeds with a path.
fn chosen_files(args: &ReplayArgs, settings: &Settings) -> anyhow::Result<Vec<RecordingFile>> {
    let mut files = Vec::new();
    if args.files.is_empty() {
        for feed in &settings.feeds {
            match &feed.path {
                Some(path) => {
                    files.push(RecordingFile { path: path.clone(), kind: args.kind, feed: Some(feed.feed.clone()) });
                }
                None => eprintln!("picket: feed {}: has no path, replay leaves it out", feed.feed.name),
            }
        }
        anyhow::ensure!(!files.is_empty(), "nothing to replay: name files, or a --config with feeds that have a path");
    }
    for path in &args.files {
        let bound = bound_feed(&settings.feeds, path).map(|feed| feed.feed.clone());
        files.push(RecordingFile { path: path.clone(), kind: args.kind, feed: bound });
    }
    give_sites(&mut files, &args.site)?;
    Ok(files)
}

fn bound_feed<'a>(feeds: &'a [FeedSettings], path: &Path) -> Option<&'a FeedSettings> {
    let same = |feed: &&FeedSettings| {
        feed.path.as_ref().is_some_and(|own| own == path || own.canonicalize().ok() == path.canonicalize().ok())
    };
    feeds.iter().find(same).or_else(|| feeds.iter().find(|feed| feed.feed.name == feed_name(path)))
}

/// Whether the command line says what to judge by; a journal's own rules, and its changes of them, then count for nothing.
fn is_told(args: &ReplayArgs) -> bool {
    args.config.is_some() || args.zones.is_some() || !args.set.is_empty()
}

/// The limits and zones in force: those of the command line, else a journal's own.
fn in_force(args: &ReplayArgs, settings: &Settings, recording: &Recording) -> anyhow::Result<InForce> {
    match recording.journal_head().filter(|_| !is_told(args)) {
        Some(head) => InForce::of_journal(head).context("the journal's settings and zones"),
        None => InForce::load(settings, args.zones.as_deref(), recording.feeds().to_vec()),
    }
}

/// Prints an error with its causes; the exit code of files.
fn failed(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    eprintln!("picket: {text}");
    ExitCode::from(EXIT_FILE)
}

fn parse_order(text: &str) -> Result<Order, String> {
    match text {
        "arrival" => Ok(Order::Arrival),
        "event" => Ok(Order::Event),
        _ => Err("must be `arrival` or `event`".to_owned()),
    }
}

fn parse_speed(text: &str) -> Result<Speed, String> {
    match text.parse::<f64>() {
        _ if text == "max" => Ok(Speed::Max),
        Ok(times) if times > 0.0 && times.is_finite() => Ok(Speed::Times(times)),
        _ => Err("must be `max` or a number above 0".to_owned()),
    }
}

/// An instant of the command line.
pub fn parse_time(text: &str) -> Result<EventTime, String> {
    EventTime::from_iso(text).ok_or_else(|| "must be ISO 8601, as 2026-01-10T00:00:00Z or 2026-01-10".to_owned())
}
