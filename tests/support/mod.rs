//! What tests share: the folder of real recordings.

use std::io::Write as _;
use std::path::PathBuf;

/// The folder of real recordings, from `PICKET_CORPUS` alone; without it a line that the test is skipped, which the runner does not swallow.
pub fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("PICKET_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(std::io::stderr(), "skipped: PICKET_CORPUS is not set: {test}");
    }
    folder
}
