//! The historian's thread: writes down where tracks were, and forgets what is old.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::status::{Status, Trouble};
use crate::edge::store::{HistoryFix, HistoryStore};
use crate::engine::time::{EventTime, Span};

/// Fixes are gathered for so long before they are written.
const GATHERED_FOR: Duration = Duration::from_secs(1);
/// Fixes that wait for a disk in trouble; more are given up: the journal has them.
const WAITING_AT_MOST: usize = 2_000_000;
/// What is old is looked for this often.
const FORGETS_EVERY: Duration = Duration::from_secs(10);

/// What the historian works with.
pub struct Historian {
    /// The history on disk.
    pub store: HistoryStore,
    /// How long fixes are kept, by their own time.
    pub kept_for: Span,
    /// Where trouble is told.
    pub status: Status,
}

impl Historian {
    /// Starts the thread; it ends once the sender is gone.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(self) -> std::io::Result<(Sender<Vec<HistoryFix>>, JoinHandle<()>)> {
        let (sender, fixes) = channel();
        let thread = thread::Builder::new().name("historian".into()).spawn(move || self.run(&fixes))?;
        Ok((sender, thread))
    }

    fn run(mut self, fixes: &Receiver<Vec<HistoryFix>>) {
        let mut waiting: Vec<HistoryFix> = Vec::new();
        let (mut newest, mut forgot_at, mut forgets_on) = (EventTime::MIN, Instant::now(), false);
        loop {
            let ended = gather(fixes, &mut waiting);
            newest = waiting.iter().map(|fix| fix.at).fold(newest, EventTime::max);
            self.write(&mut waiting);
            if newest > EventTime::MIN && (forgets_on || forgot_at.elapsed() >= FORGETS_EVERY) {
                forgot_at = Instant::now();
                forgets_on = self.forget(newest - self.kept_for);
            }
            if ended {
                return;
            }
        }
    }

    /// Takes a step of forgetting; whether there is more to forget.
    fn forget(&mut self, before: EventTime) -> bool {
        self.store.prune(before).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            false
        })
    }

    fn write(&mut self, waiting: &mut Vec<HistoryFix>) {
        if waiting.is_empty() {
            return;
        }
        match self.store.append(waiting) {
            Ok(()) => {
                waiting.clear();
                self.status.well(Trouble::History);
            }
            Err(error) => {
                self.status.trouble(Trouble::History, &error.to_string());
                waiting.truncate(WAITING_AT_MOST);
            }
        }
    }
}

/// Takes what comes within the time; whether the sender is gone.
fn gather(fixes: &Receiver<Vec<HistoryFix>>, waiting: &mut Vec<HistoryFix>) -> bool {
    let until = Instant::now() + GATHERED_FOR;
    loop {
        match fixes.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(more) => waiting.extend(more),
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => return true,
        }
    }
}
