//! Updates a second through the core, with every detector on and the bundled zones, and the memory that vessels take.
//!
//! Reports are decoded before the clock starts. CPU time counts, not wall time; the median of the rounds is printed.
#![allow(missing_docs)]

#[path = "support/heap.rs"]
mod heap;
#[path = "support/process.rs"]
mod process;

use std::path::Path;
use std::process::Command;

use picket::engine::Engine;
use picket::engine::core::{Config, Core};
use picket::engine::earth::Position;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame, Input};
use picket::engine::intake::{Intake, Steps};
use picket::engine::limits::Limits;
use picket::engine::time::EventTime;
use picket::settings::{SettingsError, load_zones, settings_hash};
use picket::sim::ais_wire::{Fix, class_a_position};
use picket::sim::fleet;
use picket::sim::sentence::tag_block;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

const ROUNDS: usize = 5;
/// Names a memory run in the environment of a child: vessels and minutes.
const MEMORY_OF: &str = "PICKET_BENCH_MEMORY_OF";

/// One workload: so many vessels, heard for so long before the clock starts, then measured over so long a round.
struct Load {
    vessels: usize,
    warm_minutes: u32,
    round_minutes: u32,
}

fn main() -> Result<(), SettingsError> {
    if let Ok(text) = std::env::var(MEMORY_OF) {
        return tell_memory(&text);
    }
    println!("{:<44} {:>13} {:>16}", "engine, every detector, bundled zones", "updates/s", "allocations each");
    // After 42 minutes histories are full and nothing grows any more.
    measure(&Load { vessels: 10_000, warm_minutes: 45, round_minutes: 10 })?;
    measure(&Load { vessels: 100_000, warm_minutes: 3, round_minutes: 1 })?;
    println!();
    println!("{:<44} {:>13} {:>16} {:>14}", "memory of the engine", "heap, MB", "peak RSS*, MB", "heap, B/vessel");
    for (vessels, minutes) in [(10_000, 45), (100_000, 3), (600_000, 2)] {
        memory(vessels, minutes);
    }
    println!("* of the process, with the fleet that is simulated in it");
    println!();
    invented()
}

fn measure(load: &Load) -> Result<(), SettingsError> {
    let (mut intake, mut core) = engine()?.into_parts();
    let minutes = load.warm_minutes + load.round_minutes * ROUNDS as u32;
    let mut lines = fleet(load.vessels, minutes, 1);
    let a_minute = (load.vessels * 14).div_ceil(3);
    feed(&mut intake, &mut core, lines.by_ref().take(a_minute * load.warm_minutes as usize));
    let mut rates = Vec::new();
    let mut allocations = 0;
    for _ in 0..ROUNDS {
        let batches = decoded(&mut intake, lines.by_ref().take(a_minute * load.round_minutes as usize));
        let reports: usize = batches.iter().map(|(_, reports)| reports).sum();
        let (start, counted) = (process::cpu_s(), heap::allocations());
        for (steps, _) in &batches {
            take(&mut core, steps);
        }
        rates.push(reports as f64 / (process::cpu_s() - start));
        allocations += heap::allocations() - counted;
    }
    rates.sort_by(f64::total_cmp);
    let updates = a_minute * load.round_minutes as usize * ROUNDS;
    let name = format!("{} vessels, heard for {} min", load.vessels, load.warm_minutes);
    let each = allocations as f64 / updates as f64;
    println!("{name:<44} {:>13.0} {each:>16.4}", rates[ROUNDS / 2]);
    Ok(())
}

/// Runs a child that keeps so many vessels for so long, so that its peak is its own.
fn memory(vessels: usize, minutes: u32) {
    let child = std::env::current_exe().map(Command::new);
    let output = child.and_then(|mut c| c.env(MEMORY_OF, format!("{vessels} {minutes}")).output());
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let name = format!("{vessels} vessels, heard for {minutes} min");
    println!("{name:<44} {}", text.trim_end_matches('\n'));
}

fn tell_memory(text: &str) -> Result<(), SettingsError> {
    let mut numbers = text.split(' ').filter_map(|n| n.parse::<usize>().ok());
    let (vessels, minutes) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let before = heap::in_use();
    let (mut intake, mut core) = engine()?.into_parts();
    feed(&mut intake, &mut core, fleet(vessels, minutes as u32, 1));
    let bytes = heap::in_use() - before;
    let peak = process::peak_mb();
    println!("{:>13.1} {peak:>16.1} {:>14}", bytes as f64 / 1e6, bytes / vessels.max(1) as u64);
    Ok(())
}

/// A million numbers that speak once each, 2,000 of them a second.
fn invented() -> Result<(), SettingsError> {
    println!("{:<44} {:>13}", "memory under invented numbers", "heap, MB");
    let before = heap::in_use();
    let (mut intake, mut core) = engine()?.into_parts();
    for quarter in 0..4u32 {
        let numbers = quarter * 250_000..(quarter + 1) * 250_000;
        let count = numbers.end;
        feed(&mut intake, &mut core, numbers.map(invented_line));
        println!("{:<44} {:>13.1}", format!("{count} numbers"), (heap::in_use() - before) as f64 / 1e6);
    }
    println!();
    Ok(())
}

fn invented_line(i: u32) -> String {
    let place = |step: u32, span: f64| f64::from(i.wrapping_mul(step) % 10_007) / 10_007.0 * span;
    let fix = Fix {
        mmsi: 200_000_000 + i * 571,
        navigational_status: 0,
        position: Some(Position::from_degrees_wrapped(6.0 + place(7_919, 12.0), 108.0 + place(104_729, 9.0))),
        sog_kn: Some(9.0),
        cog_deg: Some(place(31, 359.0)),
        heading_deg: None,
        utc_second: (i / 2_000 % 60) as u8,
    };
    let line = class_a_position(1, &fix).sentences(0, 'A').concat();
    tag_block("shore", 1_768_003_200_050 + i64::from(i / 2)) + &line
}

fn engine() -> Result<Engine, SettingsError> {
    let limits = Limits::default();
    let zones = load_zones(&Path::new(env!("CARGO_MANIFEST_DIR")).join("zones"), &limits)?;
    let settings_hash = settings_hash(&limits, &zones);
    Ok(Engine::new(Config {
        feeds: vec![Feed::new("bench", FeedKind::Nmea)],
        limits,
        zones,
        settings_hash,
        tracks_every: None,
        fixes_every: None,
    }))
}

/// Decodes lines and lets the core take them, a second's worth at a time.
fn feed(intake: &mut Intake, core: &mut Core, lines: impl Iterator<Item = String>) {
    let mut steps = Steps::default();
    for (n, line) in lines.enumerate() {
        decode(intake, &line, &mut steps);
        if n % 1024 == 1023 {
            take(core, &steps);
            steps.clear();
        }
    }
    take(core, &steps);
}

/// Decodes lines into batches, each with its number of reports.
fn decoded(intake: &mut Intake, lines: impl Iterator<Item = String>) -> Vec<(Steps, usize)> {
    let mut batches = Vec::new();
    let (mut steps, mut reports) = (Steps::default(), 0);
    for line in lines {
        decode(intake, &line, &mut steps);
        reports += 1;
        if reports == 1024 {
            batches.push((std::mem::take(&mut steps), reports));
            reports = 0;
        }
    }
    batches.push((steps, reports));
    batches
}

fn decode(intake: &mut Intake, line: &str, steps: &mut Steps) {
    // The TAG block's time, which the fleet writes in milliseconds, is the time of arrival too.
    let stamp = line.split_once("c:").and_then(|(_, rest)| rest.get(..13)?.parse().ok()).unwrap_or(0);
    let received_at = EventTime::from_millis(stamp);
    intake.take(&Input::Frame(Frame { seq: 1, feed: FeedId(0), received_at, bytes: line.as_bytes() }), steps);
}

fn take(core: &mut Core, steps: &Steps) {
    core.take(steps);
    while core.poll_output().is_some() {}
}
