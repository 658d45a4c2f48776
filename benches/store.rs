//! The local store: how long a told revision takes to be safe on the disk, and what track history costs in time and bytes.
//!
//! Written to the target folder, so that the disk counts: wall time, and the bytes that reach it (`/proc/self/io`).
#![allow(missing_docs)]

#[path = "support/process.rs"]
mod process;

use std::fs;
use std::path::Path;
use std::time::Instant;

use picket::edge::store::{HISTORY_FILE, HistoryFix, HistoryStore, LocalStore, NewRevision};
use picket::engine::earth::Position;
use picket::engine::time::{EventTime, Span};
use picket::engine::track::{Source, TrackId};
use picket::engine::units::{Course, Speed};

const START: EventTime = EventTime::from_millis(1_768_003_200_000);
/// Seconds between two fixes of a track.
const STEP_S: usize = 10;

fn main() -> anyhow::Result<()> {
    println!("{:<44} {:>10} {:>10} {:>10}", "publish, each a commit on the disk", "p50, ms", "p99, ms", "max, ms");
    publish(1, 500)?;
    publish(100, 50)?;
    println!();
    println!(
        "{:<36} {:>10} {:>12} {:>9} {:>9} {:>10} {:>10}",
        "history, a fix each 10 s a track", "fixes/s", "a core", "B a fix", "written*", "p50, ms", "p99, ms"
    );
    for (tracks, minutes) in [(1_000, 240), (10_000, 60), (100_000, 20)] {
        history(tracks, minutes)?;
    }
    println!("* bytes that went to the disk for each; p50 and p99 of one second's fixes");
    println!("peak RSS: {:.0} MB", process::peak_mb());
    Ok(())
}

fn publish(revisions: usize, commits: usize) -> anyhow::Result<()> {
    let folder = folder()?;
    let mut store = LocalStore::open(folder.path())?;
    // A line with fifty fixes of evidence.
    let line = format!(r#"{{"evidence":"{}"}}"#, "x".repeat(8_000));
    let mut took_ms = Vec::new();
    for commit in 0..commits {
        let told: Vec<NewRevision> = (0..revisions)
            .map(|n| NewRevision {
                id: format!("a{commit:08}{n:08}"),
                revision: 1,
                squadron: Some("hq-2".to_owned()),
                open: true,
                published_at: START,
                line: line.clone(),
            })
            .collect();
        let start = Instant::now();
        store.publish(&told)?;
        took_ms.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let name = format!("{revisions} revision{} of 8 kB", if revisions == 1 { "" } else { "s" });
    let [p50, p99, max] = quantiles(&mut took_ms);
    println!("{name:<44} {p50:>10.2} {p99:>10.2} {max:>10.2}");
    Ok(())
}

fn history(tracks: usize, minutes: usize) -> anyhow::Result<()> {
    let folder = folder()?;
    let mut store = HistoryStore::open(folder.path())?;
    let (mut took_ms, mut rows) = (Vec::new(), 0);
    let (start, cpu, disk) = (Instant::now(), process::cpu_s(), written_bytes());
    for second in 0..minutes * 60 {
        let fixes: Vec<HistoryFix> = (second % STEP_S..tracks).step_by(STEP_S).map(|n| fix(n, second)).collect();
        let start = Instant::now();
        store.append(&fixes)?;
        took_ms.push(start.elapsed().as_secs_f64() * 1e3);
        rows += fixes.len();
    }
    let (wall_s, cpu_s) = (start.elapsed().as_secs_f64(), process::cpu_s() - cpu);
    let written = written_bytes() - disk;
    let reader = store.reader();
    drop(store);
    let kept = fs::metadata(folder.path().join(HISTORY_FILE)).map_or(0, |file| file.len());
    let name = format!("{tracks} tracks, {minutes} min");
    let [p50, p99, _] = quantiles(&mut took_ms);
    println!(
        "{name:<36} {:>10.0} {:>12.0} {:>9.1} {:>9.0} {p50:>10.2} {p99:>10.2}",
        rows as f64 / wall_s,
        rows as f64 / cpu_s,
        kept as f64 / rows as f64,
        written as f64 / rows as f64,
    );
    let mut read_ms: Vec<f64> = (0..200)
        .map(|n| {
            let start = Instant::now();
            let fixes = reader.history(fix(n * 97 % tracks, 0).track, START, EventTime::MAX, usize::MAX);
            assert_eq!(fixes.map_or(0, |fixes| fixes.len()), minutes * 60 / STEP_S);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let [p50, p99, max] = quantiles(&mut read_ms);
    println!("{:<36} read one track: p50 {p50:.2} ms, p99 {p99:.2} ms, max {max:.2} ms", "");
    Ok(())
}

/// A fix of a vessel that sails at an even speed on a straight line, with a digest for a name as real ones have.
fn fix(n: usize, second: usize) -> HistoryFix {
    let lat_e7 = 80_000_000 + (n % 1_000) as i32 * 50_000 + second as i32 * 300;
    let lon_e7 = 1_060_000_000 + (n / 1_000) as i32 * 400_000 + second as i32 * 411 + (n + second) as i32 % 7;
    HistoryFix {
        track: TrackId((n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        at: START + Span::from_millis(second as i64 * 1000 + (n * 7_919 % 1_000) as i64),
        position: Position::from_e7(lat_e7, lon_e7).unwrap_or_default(),
        sog: Some(Speed::from_knots(9.5 + ((n + second) % 5) as f64 * 0.1)),
        cog: Some(Course::from_degrees(54.0 + ((n * 3 + second) % 9) as f64 * 0.1)),
        source: Source::Ais,
    }
}

/// A folder on the disk that the target folder is on.
fn folder() -> std::io::Result<tempfile::TempDir> {
    tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR")))
}

/// Bytes this process sent to the disk (proc(5), `write_bytes`); 0 where there is no `/proc`.
fn written_bytes() -> u64 {
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok()).unwrap_or(0)
}

/// The median, the 99th part of a hundred, the largest.
fn quantiles(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share) as usize];
    [at(0.5), at(0.99), at(1.0)]
}
