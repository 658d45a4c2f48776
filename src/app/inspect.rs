//! `picket inspect pairs`: slow close pairs at an instant, with what would suppress each.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use serde::Serialize;

use super::EXIT_FILE;
use super::in_force::InForce;
use crate::edge::batch::Batch;
use crate::edge::recording::{Kind, Order, Recording, RecordingFile, RecordingOptions};
use crate::engine::Engine;
use crate::engine::detect::View;
use crate::engine::detect::ship_to_ship::inspect::{SlowPair, slow_pairs};
use crate::engine::time::EventTime;
use crate::engine::track::TrackIx;
use crate::engine::units::{Metres, Speed};
use crate::settings::Settings;

/// Look into recordings without raising anything
#[derive(clap::Args)]
pub struct InspectArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Slow close pairs at an instant, a JSON line each, with what would suppress it; the last line on stderr counts them
    Pairs(PairsArgs),
}

#[derive(clap::Args)]
struct PairsArgs {
    /// Recordings (.gz, .zst, .xz as they are)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The instant; `end` is after the last line
    #[arg(long, value_name = "T", default_value = "end", value_parser = parse_instant)]
    at: Instant,
    /// Pairs no further apart than this, metres
    #[arg(long, value_name = "M", default_value_t = 500.0)]
    radius_m: f64,
    /// Both slower than this by their own reports, knots
    #[arg(long, value_name = "KN", default_value_t = 2.0)]
    sog_kn: f64,
    /// The settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the zones' GeoJSON files; without any zones the whole sea is one
    #[arg(long, value_name = "DIR")]
    zones: Option<PathBuf>,
    /// One limit, on top of the settings (repeatable)
    #[arg(long, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
    /// How the files are read
    #[arg(long, default_value = "auto", value_parser = str::parse::<Kind>)]
    kind: Kind,
}

/// When to look.
#[derive(Clone, Copy, Debug)]
enum Instant {
    End,
    At(EventTime),
}

/// One pair as a line.
#[derive(Serialize)]
struct PairLine {
    subjects: [SubjectLine; 2],
    distance_m: f64,
    position: PositionLine,
    suppressed: Option<SuppressedLine>,
    declared: bool,
}

#[derive(Serialize)]
struct SubjectLine {
    track: String,
    mmsi: Option<u32>,
    name: Option<String>,
    sog_kn: Option<f64>,
    navigational_status: Option<u8>,
}

#[derive(Serialize)]
struct PositionLine {
    lat: f64,
    lon: f64,
}

/// Which rule suppresses a pair, the zone it rests on, and of a cluster the numbers of its members.
#[derive(Serialize)]
struct SuppressedLine {
    rule: &'static str,
    entry: Option<String>,
    members: Vec<u32>,
}

/// How many there are, and how many each step leaves.
#[derive(Default, Serialize)]
struct Counts {
    pairs: usize,
    unsuppressed: usize,
    undeclared: usize,
    clusters: usize,
}

/// Runs the command: exit code 2 for a file that cannot be read, 3 for wrong settings.
pub fn run(args: &InspectArgs) -> anyhow::Result<ExitCode> {
    let What::Pairs(args) = &args.what;
    let mut settings = match &args.config {
        Some(path) => Settings::load(path)?,
        None => Settings::default(),
    };
    for text in &args.set {
        settings.set(text)?;
    }
    let to = match args.at {
        Instant::End => None,
        Instant::At(at) => Some(at),
    };
    let file = |path: &PathBuf| RecordingFile { path: path.clone(), kind: args.kind, feed: None };
    let files: Vec<RecordingFile> = args.files.iter().map(file).collect();
    let options = RecordingOptions { order: Order::Event, from: None, to, date: None };
    let mut recording = match Recording::open(&files, &options) {
        Ok(recording) => recording,
        Err(error) => {
            eprintln!("picket: {:#}", anyhow::Error::new(error));
            return Ok(ExitCode::from(EXIT_FILE));
        }
    };
    let in_force = InForce::load(&settings, args.zones.as_deref(), recording.feeds().to_vec())?;
    let engine = play(&mut recording, Engine::new(in_force.config()));
    let view = engine.core().view();
    let pairs = slow_pairs(&view, Metres(args.radius_m), Speed::from_knots(args.sog_kn));
    write(&view, &pairs).context("cannot write the pairs")?;
    Ok(ExitCode::SUCCESS)
}

/// Runs a recording through an engine, for its picture alone.
fn play(recording: &mut Recording, mut engine: Engine) -> Engine {
    let mut batch = Batch::default();
    while recording.next_batch(&mut batch) {
        for input in batch.inputs() {
            engine.handle(&input);
            while engine.poll_output().is_some() {}
        }
    }
    engine
}

fn write(view: &View<'_>, pairs: &[SlowPair]) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut counts = Counts { pairs: pairs.len(), ..Counts::default() };
    let mut clusters = BTreeSet::new();
    for pair in pairs {
        serde_json::to_writer(&mut out, &line(view, pair))?;
        out.write_all(b"\n")?;
        if pair.suppressed.is_none() {
            counts.unsuppressed += 1;
            counts.undeclared += usize::from(!pair.declared);
        }
        clusters.extend(pair.cluster.first().copied());
    }
    counts.clusters = clusters.len();
    out.flush()?;
    eprintln!("{}", serde_json::to_string(&counts)?);
    Ok(())
}

fn line(view: &View<'_>, pair: &SlowPair) -> PairLine {
    let tenths = |value: f64| (value * 10.0).round() / 10.0;
    let subject = |ix: TrackIx| {
        let track = view.track(ix);
        SubjectLine {
            track: track.map(|t| t.id.to_string()).unwrap_or_default(),
            mmsi: track.and_then(|t| t.mmsi).map(|mmsi| mmsi.0),
            name: track.and_then(|t| t.claims.name).map(|name| name.as_str().to_owned()),
            sog_kn: track.and_then(|t| t.last.sog).map(|sog| tenths(sog.knots())),
            navigational_status: track.and_then(|t| t.navigational_status),
        }
    };
    let number = |ix: &TrackIx| view.track(*ix).and_then(|t| t.mmsi).map(|mmsi| mmsi.0);
    PairLine {
        subjects: pair.tracks.map(subject),
        distance_m: tenths(pair.distance.0),
        position: PositionLine { lat: pair.middle.lat(), lon: pair.middle.lon() },
        suppressed: pair.suppressed.map(|(rule, entry)| SuppressedLine {
            rule: rule.text(),
            entry: entry.map(|ix| view.zones.get(ix).id.clone()),
            members: pair.cluster.iter().filter_map(number).collect(),
        }),
        declared: pair.declared,
    }
}

fn parse_instant(text: &str) -> Result<Instant, String> {
    if text == "end" {
        return Ok(Instant::End);
    }
    let at = EventTime::from_iso(text)
        .or_else(|| text.parse::<f64>().ok().map(|s| EventTime::from_millis((s * 1000.0) as i64)));
    at.map(Instant::At).ok_or_else(|| "must be `end`, ISO 8601 or UNIX seconds".to_owned())
}
