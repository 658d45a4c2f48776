//! The keeper's thread: packs journal segments that are full, and runs the journal into a snapshot now and then.
//!
//! A snapshot is made from the journal, not from the running engine, and by a process of its own: the engine never pauses for
//! it, what a second engine takes is given back when it is done, and a restart never has more than a few minutes of journal to run.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::edge::journal::seal_segment;
use crate::edge::store::LocalStore;

/// A snapshot is made after so many records ...
const RECORDS: u64 = 4_000_000;
/// ... or after this, if there are any.
const EVERY: Duration = Duration::from_secs(600);
/// A snapshot under way is looked after this often.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// How far the journal goes whose alerts are all in the store.
pub struct Progress {
    /// Its last number.
    pub seq: u64,
    /// Segments that are not written any more.
    pub unsealed: Vec<PathBuf>,
}

/// What the keeper works with.
pub struct Keeper {
    /// The service's data folder.
    pub data_dir: PathBuf,
    /// The alert book, whose writer leaves it to the keeper to bring it to the disk.
    pub store: LocalStore,
    /// The number the newest snapshot has seen.
    pub snapshot_seq: u64,
}

/// A snapshot that a process is making.
struct Making {
    process: Child,
    until: u64,
}

impl Keeper {
    /// Starts the thread; it ends once the sender is gone.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(self, progress: Receiver<Progress>) -> std::io::Result<JoinHandle<()>> {
        thread::Builder::new().name("keeper".into()).spawn(move || self.run(&progress))
    }

    fn run(mut self, progress: &Receiver<Progress>) {
        let mut kept_at = Instant::now();
        let mut seq = self.snapshot_seq;
        let mut making: Option<Making> = None;
        loop {
            match progress.recv_timeout(LOOKS_EVERY) {
                Ok(news) => {
                    seq = news.seq;
                    news.unsealed.iter().for_each(|segment| seal(segment));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.store.is_unsettled() {
                self.settle();
            }
            making = making.and_then(|making| self.look_after(making));
            let due = seq >= self.snapshot_seq + RECORDS || kept_at.elapsed() >= EVERY;
            if making.is_none() && due && seq > self.snapshot_seq {
                kept_at = Instant::now();
                making = self.begin(seq);
            }
        }
        if let Some(Making { mut process, .. }) = making {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Begins a snapshot of all up to a number. Alerts that it will not tell again are brought to the disk before.
    fn begin(&self, until: u64) -> Option<Making> {
        if !self.settle() {
            return None;
        }
        let begun = std::env::current_exe().and_then(|program| {
            let mut command = Command::new(program);
            command.arg("snapshot").arg(&self.data_dir).args(["--until", &until.to_string()]);
            command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()
        });
        let begun = begun.inspect_err(|error| tracing::warn!("no snapshot can be made: {error}"));
        Some(Making { process: begun.ok()?, until })
    }

    /// Looks whether a snapshot is done; hands it back if not.
    fn look_after(&mut self, mut making: Making) -> Option<Making> {
        match making.process.try_wait() {
            Ok(None) => return Some(making),
            Ok(Some(ended)) if ended.success() => {
                self.snapshot_seq = making.until;
                tracing::info!(seq = making.until, "the engine's state is saved");
            }
            Ok(Some(ended)) => tracing::warn!("no snapshot was made: it ended with {ended}"),
            Err(error) => tracing::warn!("no snapshot was made: {error}"),
        }
        None
    }

    /// Whether all that was told is on the disk now.
    fn settle(&self) -> bool {
        self.store.settle().inspect_err(|error| tracing::warn!("the alert book waits: {error}")).is_ok()
    }
}

fn seal(segment: &std::path::Path) {
    if let Err(error) = seal_segment(segment) {
        tracing::warn!("{} stays unpacked: {error}", segment.display());
    }
}
