//! The keeper's thread: packs journal segments that are full, and runs the journal into a snapshot now and then.
//!
//! A snapshot is made from the journal, not from the running engine: the engine never pauses for it, and a restart never
//! has more than a few minutes of journal to run.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::recover::{recover, write_snapshot};
use crate::edge::journal::seal_segment;

/// A snapshot is made after so many records ...
const RECORDS: u64 = 2_000_000;
/// ... or after this, if there are any.
const EVERY: Duration = Duration::from_secs(600);

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
    /// The number the newest snapshot has seen.
    pub snapshot_seq: u64,
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
        loop {
            match progress.recv_timeout(EVERY) {
                Ok(news) => {
                    seq = news.seq;
                    news.unsealed.iter().for_each(|segment| seal(segment));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let due = seq >= self.snapshot_seq + RECORDS || kept_at.elapsed() >= EVERY;
            if due && seq > self.snapshot_seq {
                kept_at = Instant::now();
                self.snapshot(seq);
            }
        }
    }

    fn snapshot(&mut self, seq: u64) {
        let made = recover(&self.data_dir, seq, |_, _| ()).and_then(|recovered| match recovered {
            Some(recovered) => write_snapshot(&self.data_dir, &recovered.engine, recovered.seq).map(|()| recovered.seq),
            None => Ok(self.snapshot_seq),
        });
        match made {
            Ok(seq) => {
                self.snapshot_seq = seq;
                tracing::info!(seq, "the engine's state is saved");
            }
            Err(error) => tracing::warn!("{error:#}: no snapshot was made"),
        }
    }
}

fn seal(segment: &std::path::Path) {
    if let Err(error) = seal_segment(segment) {
        tracing::warn!("{} stays unpacked: {error}", segment.display());
    }
}
