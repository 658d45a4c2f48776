//! The historian's thread: writes down where tracks were, and forgets what is old.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::status::{Status, Trouble};
use crate::edge::metrics::Metrics;
use crate::edge::store::{HistoryFix, HistoryStore};
use crate::engine::time::{EventTime, Span};

/// Fixes are gathered for so long before they are written.
const GATHERED_FOR: Duration = Duration::from_secs(1);
/// Fixes that wait for a disk in trouble; more are given up: the journal has them.
const WAITING_AT_MOST: usize = 500_000;
/// Fixes are handed over so many at a time where many come ...
const HANDED_OVER: usize = 4096;
/// ... and so many times before the historian has taken the first.
const HANDED_OVER_AT_MOST: usize = 64;
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
    /// Counts what is given up.
    pub metrics: Metrics,
}

/// The way to the historian: never waits, and gives up what does not fit.
pub struct Fixes {
    sender: SyncSender<Vec<HistoryFix>>,
    pending: Vec<HistoryFix>,
    metrics: Metrics,
}

impl Fixes {
    /// Hands a fix over, at the latest with the next [`Fixes::flush`].
    pub fn push(&mut self, fix: HistoryFix) {
        self.pending.push(fix);
        if self.pending.len() >= HANDED_OVER {
            self.flush();
        }
    }

    /// Hands over what is pending. While the historian has enough to do it stays here, as long as that is not much.
    pub fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        match self.sender.try_send(std::mem::take(&mut self.pending)) {
            Err(TrySendError::Full(fixes)) if fixes.len() < 2 * HANDED_OVER => self.pending = fixes,
            Err(TrySendError::Full(fixes) | TrySendError::Disconnected(fixes)) => {
                self.metrics.history_given_up(fixes.len() as u64);
            }
            Ok(()) => {}
        }
    }

    /// Hands over what is pending, however long the historian takes: for a journal that is run faster than a disk writes.
    pub fn flush_all(&mut self) {
        let _ = self.sender.send(std::mem::take(&mut self.pending));
    }

    /// As [`Fixes::push`], but waits rather than giving anything up.
    pub fn push_all(&mut self, fix: HistoryFix) {
        self.pending.push(fix);
        if self.pending.len() >= HANDED_OVER {
            self.flush_all();
        }
    }
}

impl Historian {
    /// Starts the thread; it ends once the sender is gone.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(self) -> std::io::Result<(Fixes, JoinHandle<()>)> {
        let (sender, fixes) = sync_channel(HANDED_OVER_AT_MOST);
        let handing = Fixes { sender, pending: Vec::new(), metrics: self.metrics.clone() };
        let thread = thread::Builder::new().name("historian".into()).spawn(move || self.run(&fixes))?;
        Ok((handing, thread))
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
                self.metrics.history_given_up(waiting.len().saturating_sub(WAITING_AT_MOST) as u64);
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
