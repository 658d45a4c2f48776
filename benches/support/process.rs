//! What the operating system says of this process: CPU time, memory.

use std::fs;

/// Clock ticks a second of `/proc/*/stat` (USER_HZ, the same on every Linux).
const TICKS: f64 = 100.0;

/// CPU seconds, user and system, of this process and of its children that have ended.
pub fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    // Fields 14 to 17 of proc(5): utime, stime, cutime, cstime; the name is the second.
    let ticks = after_name.split(' ').skip(11).take(4).filter_map(|text| text.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}

/// The most memory it ever held, MB (VmHWM); NaN where there is no `/proc`.
pub fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).map_or(f64::NAN, |kb| kb / 1024.0)
}
