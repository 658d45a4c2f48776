//! The inlet: the bounded channel through which everything reaches the engine's thread, in one order.

use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::batch::Batch;
use crate::engine::command::Command;

/// Pieces of work that may wait before those who bring more must.
const WAITING_AT_MOST: usize = 64;

/// One piece of work for the engine's thread.
#[derive(Debug)]
pub enum Work {
    /// Frames of a feed, stamped with the clock's time by whoever read them.
    Frames {
        /// The frames; their sequence numbers are given by the journal.
        batch: Batch,
        /// When the last of them was read, for measuring.
        arrived: Instant,
    },
    /// An operator's command, and who waits for what becomes of it.
    Command {
        /// The command.
        command: Command,
        /// Told when its outcome is in the store.
        done: oneshot::Sender<Outcome>,
    },
    /// Time went on.
    Tick,
    /// Settings and zones are to be read again.
    Reload,
    /// The service stops; nothing comes after.
    Stop,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was journalled, and what it changed, if anything, is in the store.
    Done,
    /// It could not be journalled: nothing has changed.
    Refused,
}

/// Nobody reads at the other end: the service stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service is stopping")]
pub struct Stopping;

/// The sending end; a clone leads to the same engine.
#[derive(Clone, Debug)]
pub struct Inlet(mpsc::Sender<Work>);

impl Inlet {
    /// An inlet and the end that the engine's thread reads.
    pub fn new() -> (Inlet, mpsc::Receiver<Work>) {
        let (sender, receiver) = mpsc::channel(WAITING_AT_MOST);
        (Inlet(sender), receiver)
    }

    /// Hands over frames; waits while too much is waiting, so that a stream's sender is slowed and nothing is lost.
    ///
    /// # Errors
    /// `Stopping`, once the service stops: then the batch is not taken.
    pub async fn frames(&self, batch: Batch, arrived: Instant) -> Result<(), Stopping> {
        self.0.send(Work::Frames { batch, arrived }).await.map_err(|_| Stopping)
    }

    /// Hands over frames if there is room; gives the batch back if not.
    ///
    /// # Errors
    /// The batch, to be counted as dropped or sent later.
    pub fn try_frames(&self, batch: Batch, arrived: Instant) -> Result<(), Batch> {
        self.0.try_send(Work::Frames { batch, arrived }).map_err(|refused| match refused.into_inner() {
            Work::Frames { batch, .. } => batch,
            _ => Batch::default(),
        })
    }

    /// Hands over a command and waits until its outcome is in the store.
    ///
    /// # Errors
    /// `Stopping`, once the service stops.
    pub async fn command(&self, command: Command) -> Result<Outcome, Stopping> {
        let (done, outcome) = oneshot::channel();
        self.0.send(Work::Command { command, done }).await.map_err(|_| Stopping)?;
        outcome.await.map_err(|_| Stopping)
    }

    /// Lets the engine notice that time went on; does nothing if work is waiting, which will tell it anyhow.
    pub fn tick(&self) {
        let _ = self.0.try_send(Work::Tick);
    }

    /// Pieces of work that wait for the engine.
    pub fn waiting(&self) -> usize {
        self.0.max_capacity() - self.0.capacity()
    }

    /// Asks for settings and zones to be read again.
    ///
    /// # Errors
    /// `Stopping`, once the service stops.
    pub async fn reload(&self) -> Result<(), Stopping> {
        self.0.send(Work::Reload).await.map_err(|_| Stopping)
    }

    /// Asks the engine's thread to end after all that was handed over before.
    pub async fn stop(&self) {
        let _ = self.0.send(Work::Stop).await;
    }
}
