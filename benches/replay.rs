//! Sentences a second from a file to alerts: the `picket replay` command, as a process of its own, on generated traffic.
//!
//! CPU time of the process counts (user and system); the median of the rounds is printed, wall time beside it.
#![allow(missing_docs)]

#[path = "support/process.rs"]
mod process;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use picket::sim::fleet;

const ROUNDS: usize = 5;
/// Set in the environment of a child that is the `picket` command and tells its peak memory when it is done.
const CHILD: &str = "PICKET_BENCH_CHILD";

fn main() -> io::Result<()> {
    if std::env::var_os(CHILD).is_some() {
        picket::app::main();
        eprintln!("{}", process::peak_mb());
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    println!(
        "{:<44} {:>13} {:>16} {:>14}",
        "replay, file to alerts", "sentences/s*", "sentences/s wall", "peak RSS, MB"
    );
    for (vessels, minutes) in [(10_000, 16), (100_000, 4)] {
        let path = folder.path().join(format!("{vessels}.nmea"));
        let lines = write(&path, vessels, minutes)?;
        for threads in ["1", "2"] {
            measure(&path, lines, vessels, threads)?;
        }
    }
    println!("* a core: by user and system time of the process");
    Ok(())
}

fn write(path: &Path, vessels: usize, minutes: u32) -> io::Result<u64> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut lines = 0;
    for line in fleet(vessels, minutes, 1) {
        writeln!(file, "{line}")?;
        lines += 1;
    }
    file.flush()?;
    Ok(lines)
}

fn measure(path: &Path, lines: u64, vessels: usize, threads: &str) -> io::Result<()> {
    let zones = Path::new(env!("CARGO_MANIFEST_DIR")).join("zones");
    let (mut cpu, mut wall, mut peak) = (Vec::new(), Vec::new(), 0.0f64);
    for _ in 0..ROUNDS {
        let (start, before) = (Instant::now(), process::cpu_s());
        let mut child = Command::new(std::env::current_exe()?);
        child.env(CHILD, "1").arg("replay").arg(path).arg("--zones").arg(&zones).args(["--threads", threads]);
        let output = child.arg("--alerts").arg(path.with_extension("jsonl")).output()?;
        cpu.push(process::cpu_s() - before);
        wall.push(start.elapsed().as_secs_f64());
        let told = String::from_utf8_lossy(&output.stderr).lines().last().and_then(|line| line.parse().ok());
        peak = peak.max(told.unwrap_or(f64::NAN));
    }
    let rate = |seconds: &mut Vec<f64>| {
        seconds.sort_by(f64::total_cmp);
        lines as f64 / seconds[ROUNDS / 2]
    };
    let name = format!("{vessels} vessels, TAG blocks, {threads} thread{}", if threads == "1" { "" } else { "s" });
    println!("{name:<44} {:>13.0} {:>16.0} {peak:>14.1}", rate(&mut cpu), rate(&mut wall));
    Ok(())
}
